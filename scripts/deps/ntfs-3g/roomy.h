/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What keeps playlog within its buffers.  Included before its source.
 *
 * It looks into MFT records and index blocks before and after a change without
 * asking whether their parts lie within them.  Such a block is made to look
 * like one that could not be read, or is not one at all; then it gives up.
 *
 * What offsets and lengths of 16 bits lead to lies in room behind each buffer.
 * Zeroes there end its loops.
 */
#ifndef NTFS_3G_ROOMY_H
#define NTFS_3G_ROOMY_H

#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "storage/journal_check.h"

#define ROOMY_BYTES (2 * 65536 + 256)

/* Defined in storage/ntfsrecover_playlog.c: the replay has failed. */
void replay_lacks_memory(void);

/* Without a buffer playlog takes some blocks for erased, and goes on. */
static inline void *roomy_calloc(size_t count, size_t size)
{
	void *p = calloc(1, count * size + ROOMY_BYTES);

	if (!p)
		replay_lacks_memory();
	return p;
}

extern unsigned int mftrecsz; /* of ntfsrecover.c: bytes of an MFT record */

/* Is @block a @magic, "FILE" or "INDX"?  Not if it must not be searched. */
static inline int roomy_compare_magic(
	const void *block, const char *magic, size_t len)
{
	/* What an index block says may reach into the room. */
	size_t size = *magic == 'F' ? mftrecsz : ROOMY_BYTES / 2;
	int difference = memcmp(block, magic, len);

	return difference || journal_block_check(block, size) ? difference : 1;
}

/* Equal or not; what lies behind the first difference is not looked at. */
static inline int roomy_compare(
	const unsigned char *a, const unsigned char *b, size_t len)
{
	while (len && *a == *b) {
		a++;
		b++;
		len--;
	}
	return len != 0;
}

/*
 * How much of a deleted attribute it compares is written in the MFT record, by
 * whoever; what the log record has of it may be less.
 */
static inline int roomy_compare_head(const void *a, const void *b, size_t len)
{
	return roomy_compare(a, b,
		len < JOURNAL_RECORD_ROOM_BYTES ? len
						: JOURNAL_RECORD_ROOM_BYTES);
}

/*
 * What follows a value that becomes shorter begins at multiples of eight, in a
 * buffer that does so, too; it is moved as if it followed at once.
 */
static inline void *roomy_move_attributes(char *to, char *from, size_t len)
{
	size_t to_pad = -(uintptr_t)to % 8;
	size_t from_pad = -(uintptr_t)from % 8;

	if (len < from_pad)
		return to;
	return memmove(to + to_pad, from + from_pad, len - from_pad);
}

#define HEAD_LENGTH "le16_to_cpu(attr->value_offset)"

#define malloc(size)	    roomy_calloc(1, size)
#define calloc(count, size) roomy_calloc(count, size)
/* Only its write_protected() asks that of something called "buffer". */
#define memcmp(a, b, len)                                                      \
	(!__builtin_strcmp(#a, "buffer")                                       \
			? roomy_compare_magic(a, (void *)(b), len)             \
		: !__builtin_strcmp(#len, HEAD_LENGTH)                         \
			? roomy_compare_head(a, b, len)                        \
			: roomy_compare(                                       \
				  (const void *)(a), (const void *)(b), len))
/* Where a value is made shorter, and nowhere else. */
#define BEHIND_OLD_VALUE "buffer + target + oldlength"
#define memmove(to, from, len)                                                 \
	(!__builtin_strcmp(#from, BEHIND_OLD_VALUE)                            \
			? roomy_move_attributes(to, from, len)                 \
			: memmove(to, from, len))
/* Defined in storage/ntfsrecover_playlog.c. */
#define ntfs_mst_post_read_fixup_warn checked_post_read_fixup
#define ntfs_mst_pre_write_fixup      checked_pre_write_fixup

#endif
