/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a vendor has delivered to a volume, and when: the candidates for a
 * hold.  Delivery time is the later of "modified" and "MFT changed"; creation
 * times lie (tunnelling) and the newest file is not the guilty one.
 *
 * The times are those of the directory index, which NTFS brings up to date when
 * a file is closed: reading each file's own record would cost a device read
 * apiece on a disk where they lie scattered.
 */
#ifndef QUARANTINE_DELIVERY_H
#define QUARANTINE_DELIVERY_H

#include "quarantine/rule.h"
#include "storage/volume.h"

#define DELIVERY_MAX_FILES  512 /* more than this in one folder: refuse */
#define DELIVERY_NAME_BYTES 768 /* 255 UTF-16 units as UTF-8, with NUL */

struct delivery {
	const struct rule *rule;
	uint64_t mft_record;   /* MFT reference: number and sequence */
	uint64_t delivered_at; /* FILETIME, UTC */
	uint64_t size_bytes;
	char name[DELIVERY_NAME_BYTES]; /* long name within rule->folder */
};

/* Files that are on hold already: found by their names. */
struct held_file {
	const struct rule *rule;
	uint32_t hold_id;
	char name[DELIVERY_NAME_BYTES]; /* as it is now */
};

struct delivery_list {
	struct delivery *deliveries; /* oldest first; same time: by name */
	size_t delivery_count;
	struct held_file *held;
	size_t held_count;
};

/**
 * delivery_list_read - list the content of all @rules on @v
 *
 * A folder that is not there contributes nothing.  Directories, reparse
 * points and DOS (8.3) names are passed over, and so are rules whose unit is a
 * generation folder.  Reads only; allocates.
 *
 * Returns 0; -ERR_TOO_LARGE above DELIVERY_MAX_FILES; -ERR_CORRUPT; -ERR_IO;
 * -ERR_NO_MEMORY.  delivery_list_free() is valid either way.
 */
int delivery_list_read(struct volume *v, const struct rule *rules,
	size_t rule_count, struct delivery_list *ret_list);

/**
 * delivery_list_find_halves - add undos that were cut short to the held files
 *
 * Of such a file the index has the original name again, but its own record
 * still the one on hold; @list has it in both of its parts afterwards.  Reads
 * the record of every delivery: for volumes that were left dirty.
 *
 * Returns 0, or as delivery_list_read().
 */
int delivery_list_find_halves(struct volume *v, struct delivery_list *list);

/** delivery_list_free - accepts a zeroed list */
void delivery_list_free(struct delivery_list *list);

#endif
