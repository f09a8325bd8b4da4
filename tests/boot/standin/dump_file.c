/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Completes the header of the page file's dump. */
#include "tests/boot/standin/dump_file.h"

#include <stdlib.h>
#include <string.h>

#include "storage/bytes.h"
#include "storage/err.h"
#include "tests/boot/standin/session_clock.h"

#define TEMPLATE     "Windows/standin.dmp"
#define HEADER_BYTES 0x2000

#define AT_CODE	       0x38
#define AT_PARAMETER1  0x40
#define AT_SYSTEM_TIME 0xFA8
#define AT_COMMENT     0xFB0
#define AT_UPTIME      0x1030
#define AT_BOOT_ID     0x1054

#define UPTIME (4 * SECONDS)

/* In the comment: the address of the crash, and of another driver's. */
#define MARK	  "STANDIN!"
#define MARK_SIZE 8

/* Wherever the header names the one driver, it names the other. */
static void blame_other(uint8_t *header, uint64_t driver, uint64_t other)
{
	for (size_t at = 0; at < AT_COMMENT; at += 8)
		if (le64_get(header + at) == driver)
			le64_put(header + at, other);
}

static void complete(uint8_t *header, const struct dump_of_crash *c)
{
	uint8_t *comment = header + AT_COMMENT;

	if (c->is_other)
		blame_other(header, le64_get(comment + MARK_SIZE),
			le64_get(comment + MARK_SIZE + 8));
	memset(comment, 0, MARK_SIZE + 16);
	le32_put(header + AT_CODE, (uint32_t)c->code);
	le64_put(header + AT_PARAMETER1, c->parameter1);
	le64_put(header + AT_SYSTEM_TIME, c->utc);
	le64_put(header + AT_UPTIME, UPTIME);
	le32_put(header + AT_BOOT_ID, c->boot_id);
}

int dump_file_write(struct windows_volume *w, const struct dump_of_crash *c)
{
	uint8_t *header = malloc(HEADER_BYTES);
	uint64_t size = 0;
	size_t len = 0;
	int err;

	if (!header)
		return -ERR_NO_MEMORY;
	err = volume_read_file(
		&w->volume, TEMPLATE, header, HEADER_BYTES, &len, &size);
	if (err == 0 && (len != HEADER_BYTES ||
				memcmp(header + AT_COMMENT, MARK, MARK_SIZE)))
		err = -ERR_CORRUPT;
	if (err == 0) {
		complete(header, c);
		err = windows_volume_write_dump(w, header, HEADER_BYTES);
	}
	free(header);
	if (err == -ERR_NOT_FOUND)
		return 0;
	return err < 0 ? err : 1;
}
