/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writing an incident order: device-tree source from the options, compiled by
 * dtc, and checked as the firmware will check it.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "linux/command.h"
#include "linux/device_tree.h"
#include "linux/host_clock.h"
#include "linux/order_tool.h"
#include "linux/whole_file.h"
#include "recovery/policy_text.h"
#include "storage/digest.h"
#include "storage/err.h"
#include "storage/filetime.h"

#define SOURCE_BYTES  65536
#define DEFAULT_HOURS 72

struct source {
	char text[SOURCE_BYTES];
	size_t len;
	bool is_cut; /* not all of it fitted */
};

__attribute__((format(printf, 2, 3))) static void add(
	struct source *s, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(
		s->text + s->len, sizeof(s->text) - s->len, format, args);
	va_end(args);
	if (len < 0 || (size_t)len >= sizeof(s->text) - s->len)
		s->is_cut = true;
	else
		s->len += (size_t)len;
}

/* As dtc reads a string. */
static void add_quoted(struct source *s, const char *text)
{
	add(s, "\"");
	for (; *text; text++)
		add(s, *text == '"' || *text == '\\' ? "\\%c" : "%c", *text);
	add(s, "\"");
}

static void add_text(struct source *s, const char *name, const char *text)
{
	add(s, "\t%s = ", name);
	add_quoted(s, text);
	add(s, ";\n");
}

static void add_list(
	struct source *s, const char *name, const struct order_words *w)
{
	size_t i;

	if (!w->count)
		return;
	add(s, "\t%s = ", name);
	for (i = 0; i < w->count; i++) {
		add(s, "%s", i ? ", " : "");
		add_quoted(s, w->words[i]);
	}
	add(s, ";\n");
}

/* --- Content ------------------------------------------------------------- */

static int add_hash(struct source *s, const char *hex)
{
	uint8_t digest[DIGEST_BYTES];
	size_t i;

	if (digest_parse(hex, digest) < 0) {
		fprintf(stderr,
			"loopbreaker: %s is no SHA-256: 64 hexadecimal "
			"digits.\n",
			hex);
		return EXIT_USAGE;
	}
	for (i = 0; i < sizeof(digest); i++)
		add(s, " %02x", digest[i]);
	return 0;
}

static int add_hash_of(struct source *s, const char *path)
{
	uint8_t digest[DIGEST_BYTES];
	char hex[DIGEST_HEX_BYTES];
	void *bytes;
	size_t len;
	int err;

	if (whole_file_read(path, INCIDENT_ORDER_MAX_FILE_BYTES, &bytes, &len) <
		0)
		return EXIT_IO;
	err = digest_make(bytes, len, digest);
	free(bytes);
	return err < 0 ? command_say_err(path, err)
		       : add_hash(s, digest_hex(digest, hex));
}

static int add_hashes(struct source *s, const struct order_options *o)
{
	size_t i;
	int status = 0;

	if (!o->hashes.count && !o->files.count)
		return 0;
	add(s, "\tsha256 = [");
	for (i = 0; !status && i < o->hashes.count; i++)
		status = add_hash(s, o->hashes.words[i]);
	for (i = 0; !status && i < o->files.count; i++)
		status = add_hash_of(s, o->files.words[i]);
	add(s, " ];\n");
	return status;
}

/* --- What was given ------------------------------------------------------ */

static int refuse(const char *option, const char *wants, const char *text)
{
	fprintf(stderr, "loopbreaker: %s is %s, not \"%s\".\n", option, wants,
		text);
	return EXIT_USAGE;
}

static int check_times(const struct order_options *o)
{
	static const char wants[] = "a time like 2024-07-19T04:09:00Z";

	if (!filetime_parse(o->from))
		return refuse("--from", wants, o->from);
	if (!filetime_parse(o->until))
		return refuse("--until", wants, o->until);
	if (o->expires && !filetime_parse(o->expires))
		return refuse("--expires", wants, o->expires);
	if (filetime_parse(o->until) < filetime_parse(o->from))
		return refuse("--until", "not before --from", o->until);
	return 0;
}

static int check_texts(const struct order_options *o)
{
	size_t i;

	if (!policy_text_is_plain(o->about, POLICY_TEXT_CHARS))
		return refuse(
			"--about", "a short text in printable ASCII", o->about);
	for (i = 0; i < o->names.count; i++)
		if (!policy_text_is_folder(o->names.words[i]) ||
			strchr(o->names.words[i], '/'))
			return refuse("--name",
				"the exact name of a file, without its folder",
				o->names.words[i]);
	for (i = 0; i < o->sites.count; i++)
		if (!policy_text_is_plain(o->sites.words[i], POLICY_NAME_CHARS))
			return refuse("--site",
				"a short text in printable ASCII",
				o->sites.words[i]);
	return 0;
}

/* Before dtc, which knows no options. */
static int check_words(
	const struct order_options *o, long long serial, long long share)
{
	int status;

	if (serial < 0 || share < 0)
		return EXIT_USAGE;
	if (!serial)
		return refuse("--serial", "a number from 1 on", o->serial);
	if (o->share && (!share || share > INCIDENT_ALL_PCS))
		return refuse("--share", "a number from 1 to 1000", o->share);
	status = check_times(o);
	return status ? status : check_texts(o);
}

/* --- The whole ----------------------------------------------------------- */

static int add_times(struct source *s, const struct order_options *o)
{
	uint64_t now = host_clock_now();
	char text[FILETIME_TEXT_BYTES];

	if (!now) {
		fputs("loopbreaker: this host's clock is not set, so nothing "
		      "tells when the order is issued.\n",
			stderr);
		return EXIT_IO;
	}
	add_text(s, "issued", filetime_text(now, text));
	add_text(s, "expires",
		o->expires
			? o->expires
			: filetime_text(
				  now + DEFAULT_HOURS * FILETIME_TICKS_PER_HOUR,
				  text));
	add_text(s, "delivered-from", o->from);
	add_text(s, "delivered-until", o->until);
	return 0;
}

static int write_source(struct source *s, const struct order_options *o)
{
	long long serial = order_tool_number("--serial", o->serial);
	long long share = o->share ? order_tool_number("--share", o->share) : 0;
	int status = check_words(o, serial, share);

	if (status)
		return status;
	add(s, "/dts-v1/;\n/ {\n\tcompatible = \"%s\";\n",
		INCIDENT_ORDER_COMPATIBLE);
	add(s, "\tserial = <%lld>;\n", serial);
	add_text(s, "about", o->about);
	status = add_times(s, o);
	add_list(s, "names", &o->names);
	if (!status)
		status = add_hashes(s, o);
	add_list(s, "sites", &o->sites);
	if (o->share)
		add(s, "\tshare-per-mille = <%lld>;\n", share);
	add(s, "};\n");
	if (!status && s->is_cut)
		status = command_say_err(o->file, -ERR_TOO_LARGE);
	return status;
}

/* As the firmware will read it; only what that accepts becomes a file. */
static int write_order(const char *path, const void *bytes, size_t len)
{
	struct incident_order order;
	int err = incident_order_check(bytes, len, &order);

	if (err < 0) {
		fprintf(stderr,
			"loopbreaker: no order can be made of this: %s. An "
			"order ends after it is issued, which is now, and "
			"within %d days.\n",
			err_text(err), INCIDENT_ORDER_MAX_DAYS);
		return EXIT_BAD_INPUT;
	}
	if (whole_file_write(path, bytes, len) < 0)
		return EXIT_IO;
	printf("Made: %s, serial %lu\n", path, (unsigned long)order.serial);
	return EXIT_DONE;
}

int order_tool_make(const struct order_options *o)
{
	struct source *s = calloc(1, sizeof(*s));
	void *bytes = NULL;
	size_t len;
	int status;

	if (!s)
		return command_say_err(o->file, -ERR_NO_MEMORY);
	status = write_source(s, o);
	if (!status)
		status = device_tree_compile_text(s->text, &bytes, &len);
	if (!status)
		status = write_order(o->file, bytes, len);
	free(bytes);
	free(s);
	return status;
}
