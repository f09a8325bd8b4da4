/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signing a policy.  A policy is fast-moving content itself: it is not signed
 * without the receipt that the test rig wrote when it passed with this very
 * tree (tests/boot/run.py --policy FILE --receipt FILE), or a reason.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "linux/command.h"
#include "linux/host_clock.h"
#include "linux/policy_tool.h"
#include "linux/signing.h"
#include "linux/whole_file.h"
#include "recovery/report.h"
#include "storage/digest.h"
#include "storage/err.h"
#include "storage/filetime.h"

#define RECEIPT_MARK	  "loopbreaker,policy-receipt-1"
#define MAX_RECEIPT_BYTES (1u << 20)

static int refuse(const char *path, const char *why)
{
	fprintf(stderr, "loopbreaker: %s %s.\n", path, why);
	return EXIT_REFUSED;
}

static bool holds(const void *bytes, size_t len, const char *text)
{
	return memmem(bytes, len, text, strlen(text)) != NULL;
}

/*
 * An honest author's reminder, not a lock: whoever has the key can sign with
 * openssl alone.
 */
static int check_receipt(const char *path, const char *digest)
{
	void *bytes;
	size_t len;
	int status = 0;

	if (whole_file_read(path, MAX_RECEIPT_BYTES, &bytes, &len) < 0)
		return EXIT_IO;
	if (!holds(bytes, len, RECEIPT_MARK))
		status = refuse(path, "is not a receipt of the test rig");
	else if (!holds(bytes, len, digest))
		status = refuse(path,
			"is the receipt of another policy; run the rig with "
			"this one");
	else if (holds(bytes, len, "\"passed\": []"))
		status = refuse(path, "says that no scenario was run");
	free(bytes);
	return status;
}

/* Beside the signature: who may trust it, and why. */
static int write_companion(const char *path, const struct policy_options *o,
	const struct policy_tool_file *f, const char *digest)
{
	char whole[REPORT_LINE_BYTES + 1];
	char now[FILETIME_TEXT_BYTES];
	struct report_line line;
	int len;

	report_begin(&line, "policy-signed");
	report_string(&line, "file", o->file);
	report_string(&line, "sha256", digest);
	report_number(&line, "serial", f->policy.serial);
	report_string(&line, "time", filetime_text(host_clock_now(), now));
	report_string(&line, "receipt", o->receipt);
	if (o->without_receipt)
		report_string(&line, "without_receipt", o->without_receipt);
	len = snprintf(whole, sizeof(whole), "%s\n", report_end(&line));
	return whole_file_write(path, whole, (size_t)len) < 0 ? EXIT_IO : 0;
}

/* A signature covers the bytes of a file, and the firmware reads trees. */
static int refuse_source(const char *path)
{
	size_t len = strlen(path);

	if (len > 4 && !strcmp(path + len - 4, ".dts"))
		fprintf(stderr,
			"loopbreaker: %s is source: compile it and sign "
			"%.*sb.\n",
			path, (int)(len - 1), path);
	else
		fprintf(stderr,
			"loopbreaker: %s is source: compile it and sign what "
			"comes of it.\n",
			path);
	return EXIT_BAD_INPUT;
}

int policy_tool_sign(
	const struct policy_options *o, const struct policy_tool_file *f)
{
	char companion[WHOLE_FILE_PATH_BYTES];
	uint8_t digest[DIGEST_BYTES];
	char hex[DIGEST_HEX_BYTES];
	int status = 0;

	if (f->is_source)
		return refuse_source(o->file);
	if (whole_file_beside(o->file, ".sig.json", companion) < 0)
		return EXIT_IO;
	if (digest_make(f->merged ? f->merged : f->bytes,
		    f->merged ? f->merged_len : f->len, digest) < 0)
		return command_say_err(o->file, -ERR_INTERNAL);
	(void)digest_hex(digest, hex);
	if (o->receipt)
		status = check_receipt(o->receipt, hex);
	if (!status)
		status = signing_sign(o->key, o->file, f->bytes, f->len);
	if (!status)
		status = write_companion(companion, o, f, hex);
	if (status)
		return status;
	if (o->without_receipt)
		fprintf(stderr,
			"loopbreaker: %s is signed without the rig's receipt: "
			"%s.\n",
			o->file, o->without_receipt);
	printf("Signed: %s.sig\n", o->file);
	return EXIT_DONE;
}
