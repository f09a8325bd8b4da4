/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records of the NTFS change journal, made in memory: for tests of those who
 * read them.  Failures end the program.
 */
#ifndef TESTS_SUPPORT_CHANGE_PAGE_H
#define TESTS_SUPPORT_CHANGE_PAGE_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "storage/bytes.h"

/* What a record says, and where its parts are: for version 2 and 3. */
struct made_change {
	unsigned int version;
	uint64_t usn, file, folder, time;
	uint32_t reasons;
	const char *name; /* ASCII */
};

#define MADE_USN(version)	  ((version) == 3 ? 40u : 24u)
#define MADE_NAME_BYTES(version)  (MADE_USN(version) + 32)
#define MADE_NAME_OFFSET(version) (MADE_USN(version) + 34)

/* Write it to @to, which has room for 1024 bytes; its length. */
static inline size_t made_change_put(uint8_t *to, const struct made_change *c)
{
	size_t usn = MADE_USN(c->version);
	size_t head = usn + 36;
	size_t units = strlen(c->name);
	size_t len = (head + 2 * units + 7) & ~(size_t)7;

	if (units > 255)
		abort();
	memset(to, 0, len);
	le32_put(to, (uint32_t)len);
	le16_put(to + 4, (uint16_t)c->version);
	le64_put(to + 8, c->file);
	le64_put(to + (c->version == 3 ? 24 : 16), c->folder);
	le64_put(to + usn, c->usn);
	le64_put(to + usn + 8, c->time);
	le32_put(to + usn + 16, c->reasons);
	le16_put(to + usn + 32, (uint16_t)(2 * units));
	le16_put(to + usn + 34, (uint16_t)head);
	for (size_t i = 0; i < units; i++)
		le16_put(to + head + 2 * i, (uint8_t)c->name[i]);
	return len;
}

#endif
