/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "linux/named_file.h"

#include <stdio.h>
#include <stdlib.h>

#include "linux/command.h"
#include "linux/host_clock.h"
#include "linux/whole_file.h"
#include "recovery/incident_order.h"
#include "recovery/policy.h"

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
