/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a vendor has delivered to a volume, and when: the candidates for a
 * hold.  Delivery time is the later of "modified" and "MFT changed"; creation
 * times lie (tunnelling) and the newest file is not the guilty one.
 *
 * The times are those of the directory index, which NTFS brings up to date when
 * a file is closed: reading each file's own record would cost a device read
 * apiece on a disk where they lie scattered.  quarantine/delivery_date.h does
 * so, where it matters.
 *
 * Nobody looks into a file for whether it is good: what came just before a
 * crash may be full of zeros because of it.  It is neither blamed for that nor
 * spared.
 */
#ifndef QUARANTINE_DELIVERY_H
#define QUARANTINE_DELIVERY_H

#include "quarantine/hold.h"
#include "quarantine/rule.h"
#include "storage/volume.h"

#define DELIVERY_MAX_FILES  512 /* more than this in one folder: refuse */
#define DELIVERY_NAME_BYTES HOLD_NAME_BYTES

/* Why a generation is no candidate. */
enum delivery_left {
	DELIVERY_NOT_LEFT,    /* it is one */
	DELIVERY_LEFT_BARRED, /* brings a file that the rule never holds */
	/*
	 * The oldest one that is not on hold: a driver without any content may
	 * be worse off than one with bad content.
	 */
	DELIVERY_LEFT_LAST
};

/* Who says when (quarantine/delivery_date.h). */
enum delivery_source {
	DELIVERY_BY_INDEX,
	DELIVERY_BY_RECORD,
	DELIVERY_BY_JOURNAL
};

/* A file, or a generation folder as a whole. */
struct delivery {
	const struct rule *rule;
	uint64_t mft_record;   /* MFT reference: number and sequence */
	uint64_t delivered_at; /* FILETIME, UTC */
	enum delivery_source source;
	uint64_t lsn; /* of its record's last change; 0: not looked at */
	uint64_t size_bytes;
	enum delivery_left left;
	uint32_t half_id; /* moved by half by that hold, or back; or 0 */
	char name[DELIVERY_NAME_BYTES]; /* long name within rule->folder */
};

/* What is on hold already, files and folders: found by its name. */
struct held_file {
	const struct rule *rule;
	uint32_t hold_id;
	char name[DELIVERY_NAME_BYTES]; /* as it is now: quarantine/hold.h */
};

struct delivery_list {
	struct delivery *deliveries; /* oldest first */
	size_t delivery_count;
	struct held_file *held;
	size_t held_count;
};

/**
 * delivery_list_read - list the content of all @rules on @v
 *
 * A folder that is not there contributes nothing.  Whatever is not of the
 * rule's unit, reparse points, DOS (8.3) names and generations without a file
 * are passed over.  Reads only; allocates.
 *
 * A file that was moved by half is a delivery still.
 *
 * Generations that are left alone are in *@ret_left, as deliveries, and not in
 * *@ret_list; @ret_left may be NULL.
 *
 * Returns 0; -ERR_TOO_LARGE above DELIVERY_MAX_FILES, or for a generation
 * beyond the bounds of quarantine/generation.h; -ERR_CORRUPT; -ERR_IO;
 * -ERR_NO_MEMORY.  delivery_list_free() is valid either way.
 */
int delivery_list_read(struct volume *v, const struct rule *rules,
	size_t rule_count, struct delivery_list *ret_list,
	struct delivery_list *ret_left);

/**
 * delivery_list_find_halves - add undos that were cut short to the held files
 * @from: whose deliveries to look at: @list, or those left alone
 *
 * Of such a file the index has the original name again, but its own record
 * still the one on hold; it is in both of them afterwards.  Reads the record of
 * every delivery: for volumes that were left dirty.
 *
 * Returns 0, or as delivery_list_read().
 */
int delivery_list_find_halves(struct volume *v,
	const struct delivery_list *from, struct delivery_list *list);

/**
 * delivery_list_join, delivery_list_part - put what is left alone back into
 * the list; choose anew what that is, and sort both
 *
 * Returns 0; -ERR_TOO_LARGE; -ERR_NO_MEMORY.
 */
int delivery_list_join(struct delivery_list *list, struct delivery_list *left);
int delivery_list_part(struct delivery_list *list, struct delivery_list *left);

/** delivery_list_free - accepts a zeroed list */
void delivery_list_free(struct delivery_list *list);

#endif
