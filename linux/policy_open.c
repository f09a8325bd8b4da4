/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Opening a policy or an overlay: as a tree, merged, and with everything said
 * that is wrong with it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "linux/command.h"
#include "linux/device_tree.h"
#include "linux/host_clock.h"
#include "linux/policy_tool.h"
#include "linux/whole_file.h"
#include "recovery/incident_order.h"
#include "recovery/policy_lint.h"
#include "recovery/policy_overlay.h"
#include "recovery/tree.h"
#include "storage/err.h"

#define MAX_SOURCE_BYTES (1u << 20)

/* --- Faults -------------------------------------------------------------- */

struct finding_place {
	const char *file;
	struct device_tree_lines lines;
};

static void tell_finding(void *ctx, const struct policy_finding *f)
{
	const struct finding_place *place = ctx;
	unsigned long line =
		device_tree_line(&place->lines, f->path, f->property);

	/* What is missing is missing in its node. */
	if (!line)
		line = device_tree_line(&place->lines, f->path, NULL);
	fprintf(stderr, "%s:", place->file);
	if (line)
		fprintf(stderr, "%lu:", line);
	fprintf(stderr, " %s: %s:%s%s %s.\n", f->is_error ? "error" : "warning",
		f->path, f->property ? " " : "", f->property ? f->property : "",
		f->text);
}

static int refuse(const char *path, const char *why)
{
	fprintf(stderr, "loopbreaker: %s %s.\n", path, why);
	return EXIT_BAD_INPUT;
}

/* @source: where lines come from, or NULL */
static int lint(const char *name, const char *source, const void *blob,
	size_t len, struct policy *ret)
{
	struct finding_place place = {.file = name};
	int errors;

	if (source)
		device_tree_lines_read(source, &place.lines);
	errors = policy_lint(blob, len, host_clock_now(), tell_finding, &place);
	device_tree_lines_free(&place.lines);
	if (errors < 0)
		fprintf(stderr, "loopbreaker: %s is no policy: %s.\n", name,
			err_text(errors));
	if (errors)
		return EXIT_BAD_INPUT;
	errors = policy_check(blob, len, ret);
	if (errors < 0) {
		/* policy_lint() has promised otherwise. */
		fprintf(stderr,
			"loopbreaker: no fault is known in %s, but the "
			"firmware would refuse it (%s). Please report this.\n",
			name, err_text(errors));
		return EXIT_IO;
	}
	return 0;
}

/* --- Reading ------------------------------------------------------------- */

/* Every source says its version, or includes what does. */
static bool is_source(const void *bytes, size_t len)
{
	return !memchr(bytes, '\0', len) &&
	       (memmem(bytes, len, "/dts-v1/", 8) ||
		       memmem(bytes, len, "/include/", 9));
}

/* As a tree, whatever it is; *@ret_is_source tells. */
static int read_tree(const char *path, void **ret_bytes, size_t *ret_len,
	bool *ret_is_source)
{
	void *bytes;
	size_t len;
	int status;

	if (whole_file_read(path, MAX_SOURCE_BYTES, &bytes, &len) < 0)
		return EXIT_IO;
	*ret_is_source = !device_tree_is_blob(bytes, len);
	if (!*ret_is_source) {
		*ret_bytes = bytes;
		*ret_len = len;
		return 0;
	}
	if (is_source(bytes, len))
		status = device_tree_compile(path, ret_bytes, ret_len);
	else
		status = refuse(path,
			"is neither device-tree source, which says /dts-v1/;, "
			"nor a compiled tree");
	free(bytes);
	return status;
}

static bool is_a(const struct policy_tool_file *f, const char *compatible)
{
	return tree_check(f->bytes, f->len, POLICY_MAX_BYTES) == 0 &&
	       tree_check_compatible(f->bytes, compatible) == 0;
}

static int merge(const struct policy_options *o, struct policy_tool_file *f,
	const void *base, size_t base_len)
{
	struct policy checked;
	uint32_t serial;
	void *copy;
	int err;

	if (policy_check(base, base_len, &checked) < 0)
		return refuse(o->base, "is no policy; check it first");
	err = policy_overlay_check(f->bytes, f->len, &serial);
	if (err < 0) {
		fprintf(stderr, "loopbreaker: %s is no overlay of ours: %s.\n",
			o->file, err_text(err));
		return EXIT_BAD_INPUT;
	}
	if (serial != checked.serial)
		return refuse(o->file,
			"is for a policy with another serial (base-serial)");
	copy = malloc(f->len);
	f->merged = calloc(1, POLICY_MAX_BYTES);
	if (!copy || !f->merged) {
		free(copy);
		return command_say_err(o->file, -ERR_NO_MEMORY);
	}
	memcpy(copy, f->bytes, f->len);
	err = policy_overlay_merge(
		base, copy, f->merged, POLICY_MAX_BYTES, &f->merged_len);
	free(copy);
	return err < 0 ? refuse(o->file, "does not fit the policy") : 0;
}

static int open_overlay(
	const struct policy_options *o, struct policy_tool_file *f)
{
	void *base = NULL;
	size_t base_len;
	bool from_source;
	int status;

	if (!o->base)
		return refuse(
			o->file, "is an overlay: name its policy (--base)");
	status = read_tree(o->base, &base, &base_len, &from_source);
	if (!status)
		status = merge(o, f, base, base_len);
	free(base);
	if (!status)
		status = lint(
			o->file, NULL, f->merged, f->merged_len, &f->policy);
	if (!status && o->merged &&
		whole_file_write(o->merged, f->merged, f->merged_len) < 0)
		status = EXIT_IO;
	return status;
}

int policy_tool_open(
	const struct policy_options *o, struct policy_tool_file *ret)
{
	int status;

	memset(ret, 0, sizeof(*ret));
	status = read_tree(o->file, &ret->bytes, &ret->len, &ret->is_source);
	if (status)
		return status;
	if (is_a(ret, POLICY_OVERLAY_COMPATIBLE))
		return open_overlay(o, ret);
	if (is_a(ret, INCIDENT_ORDER_COMPATIBLE))
		return refuse(o->file,
			"is an incident order, not a policy; see loopbreaker "
			"order check");
	if (o->base)
		return refuse(o->file,
			"is no overlay: --base goes with overlays only");
	return lint(o->file, ret->is_source ? o->file : NULL, ret->bytes,
		ret->len, &ret->policy);
}

void policy_tool_close(struct policy_tool_file *f)
{
	free(f->bytes);
	free(f->merged);
	memset(f, 0, sizeof(*f));
}
