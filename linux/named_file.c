/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "linux/named_file.h"

#include <stdio.h>
#include <stdlib.h>

#include "linux/command.h"
#include "linux/file_source.h"
#include "linux/host.h"
#include "linux/host_clock.h"
#include "linux/whole_file.h"
#include "recovery/incident_order.h"
#include "recovery/observe_boot_config.h"
#include "recovery/policy.h"
#include "storage/err.h"

static bool is_past(uint64_t expires)
{
	return expires && host_clock_now() > expires;
}

static int refuse(int status, const char *path, const char *why)
{
	fprintf(stderr, "loopbreaker: %s %s.\n", path, why);
	return status;
}

static int judge_policy(const char *path, const void *bytes, size_t len)
{
	struct policy p;

	if (policy_check(bytes, len, &p) < 0)
		return refuse(EXIT_BAD_INPUT, path,
			"is signed but no policy; loopbreaker policy check "
			"says what is wrong with it");
	if (is_past(p.expires))
		return refuse(EXIT_REFUSED, path,
			"has expired; sign one with a later \"expires\"");
	return 0;
}

static int judge_order(const char *path, const void *bytes, size_t len)
{
	struct incident_order o;

	if (incident_order_check(bytes, len, &o) < 0)
		return refuse(EXIT_BAD_INPUT, path,
			"is signed but no incident order; make one with "
			"loopbreaker order make");
	if (is_past(o.expires))
		return refuse(EXIT_REFUSED, path,
			"has expired; make an order with a higher serial");
	return 0;
}

static int check(const char *path, size_t max, const struct signing_keys *keys,
	int (*judge)(const char *path, const void *bytes, size_t len))
{
	void *bytes;
	size_t len;
	int status;

	if (whole_file_read(path, max, &bytes, &len) < 0)
		return EXIT_IO;
	status = signing_check(keys, path, bytes, len);
	if (!status)
		status = judge(path, bytes, len);
	free(bytes);
	return status;
}

int named_file_check_policy(const char *path, const struct signing_keys *keys)
{
	return check(path, POLICY_MAX_BYTES, keys, judge_policy);
}

int named_file_check_order(const char *path, const struct signing_keys *keys)
{
	return check(path, INCIDENT_ORDER_MAX_BYTES, keys, judge_order);
}

int named_file_check_bcd(const char *path)
{
	struct host host = {.bcd = path};
	const struct platform platform = {.ops = &host_ops, .ctx = &host};
	struct boot_config config = {.was_looked_for = false};

	observe_boot_config(&config, &platform);
	switch (config.state) {
	case SOURCE_READ:
		return 0;
	case SOURCE_ABSENT:
		return refuse(EXIT_IO, path, "is not there");
	case SOURCE_FAILED:
		break;
	}
	if (config.err == -ERR_IO)
		return refuse(EXIT_IO, path, "cannot be read");
	return refuse(EXIT_BAD_INPUT, path,
		"is no boot configuration, or damaged, or its logs are not "
		"beside it; loopbreaker evidence says what is in it");
}

int named_file_check_keys(const char *path)
{
	struct file_source file;
	int status = file_source_open(&file, path);

	if (!status && file.source.size > KEY_SOURCE_MAX_BYTES)
		status = command_say_limit(path,
			"it is larger than %u MiB, the most that is read of a "
			"file with keys; split it",
			KEY_SOURCE_MAX_BYTES >> 20);
	file_source_close(&file);
	return status;
}
