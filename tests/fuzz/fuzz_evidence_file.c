/* SPDX-License-Identifier: GPL-2.0-or-later */
/* evidence_file_report() on any file: always one line of JSON. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "recovery/evidence_file.h"
#include "storage/err.h"
#include "tests/support/counted_disk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first byte chooses the name, which decides about one kind. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = {"file", "BugCheckCode",
		"BugCheckCode-ba57e015-65b3-4c3c-b274-659192f699e3",
		"BugCheckProgress"};
	struct report_line line;
	struct counted_disk disk;
	const char *text;
	int err;

	if (!size)
		return 0;
	counted_disk_open(&disk, data + 1, size - 1);
	report_begin(&line, NULL);
	err = evidence_file_report(names[data[0] % 4], data + 1, size - 1,
		&disk.meter.disk, NULL, &line);
	text = report_end(&line);
	if (strlen(text) >= REPORT_LINE_BYTES || text[0] != '{' ||
		text[strlen(text) - 1] != '}')
		abort();
	if ((err == -ERR_NOT_FOUND) != (strcmp(text, "{}") == 0))
		abort();
	return 0;
}
