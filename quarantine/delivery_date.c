/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "quarantine/delivery_date.h"

#include "quarantine/hold.h"
#include "storage/err.h"
#include "storage/ntfs_device.h"
#include "storage/ntfs_inode.h"
#include "storage/volume_file.h"

/* What of a file's history is a delivery. */
#define DELIVERING                                                             \
	(CHANGE_DATA_OVERWRITE | CHANGE_DATA_EXTEND | CHANGE_DATA_TRUNCATION | \
		CHANGE_FILE_CREATE | CHANGE_RENAME_NEW_NAME |                  \
		CHANGE_HARD_LINK_CHANGE)

/* One delivery, while the journal is read. */
struct track {
	uint64_t at;	/* of the last delivery so far; or 0 */
	bool is_coming; /* back from a hold: until it is closed, a new name
			   is no delivery */
};

struct tracking {
	const struct delivery_list *list;
	struct track *tracks; /* one for each delivery */
};

/* --- The journal ---------------------------------------------------------- */

/* Is it the name of something on hold?  Those end in ASCII. */
static bool is_held_name(const struct change_record *r)
{
	/* With one character in front, which it must have. */
	char end[HOLD_SUFFIX_CHARS + 2] = "x";
	size_t units = r->name_bytes / 2;
	size_t i;

	if (units <= HOLD_SUFFIX_CHARS)
		return false;
	for (i = 0; i < HOLD_SUFFIX_CHARS; i++) {
		const uint8_t *unit =
			r->name + 2 * (units - HOLD_SUFFIX_CHARS + i);

		if (unit[1] || unit[0] >= 0x80)
			return false;
		end[1 + i] = (char)unit[0];
	}
	return hold_parse_name(end, NULL) != 0;
}

/* A file itself, a generation, or what lies directly in one. */
static bool concerns(const struct change_record *r, const struct delivery *d)
{
	return r->file == d->mft_record ||
	       (d->rule->unit == RULE_UNIT_GENERATION &&
		       r->folder == d->mft_record);
}

static void follow(struct track *t, const struct change_record *r)
{
	uint32_t reasons = r->reasons & DELIVERING;

	if (is_held_name(r)) {
		t->is_coming = (r->reasons & CHANGE_RENAME_OLD_NAME) != 0;
		return;
	}
	if (t->is_coming)
		reasons &= ~CHANGE_RENAME_NEW_NAME;
	if (r->reasons & CHANGE_CLOSE)
		t->is_coming = false;
	if (reasons)
		t->at = r->changed_at;
}

static void visit(void *ctx, const struct change_record *r)
{
	struct tracking *t = ctx;
	size_t i;

	for (i = 0; i < t->list->delivery_count; i++)
		if (concerns(r, &t->list->deliveries[i]))
			follow(&t->tracks[i], r);
}

/* 0 also for a journal that is not there, or that nobody understands. */
static int follow_journal(struct volume *v, uint64_t since, struct tracking *t,
	struct delivery_dating *d)
{
	struct volume_file f;
	int close_err;
	int err;

	err = volume_file_open(&f, v, CHANGE_JOURNAL_PATH, VOLUME_FILE_NORMAL);
	if (err == 0)
		err = change_journal_read(&f.disk, since, visit, t, &d->span);
	d->has_journal = err == 0;
	close_err = volume_file_close(&f);
	if (err == 0)
		err = close_err;
	if (err == -ERR_IO || err == -ERR_NO_MEMORY)
		return err;
	if (err != -ERR_NOT_FOUND)
		d->journal_err = err;
	return 0;
}

static void take_journal(struct delivery_list *list, const struct tracking *t,
	const struct delivery_dating *dating)
{
	size_t i;

	for (i = 0; dating->has_journal && i < list->delivery_count; i++) {
		struct delivery *d = &list->deliveries[i];
		uint64_t index = d->delivered_at;

		if (!t->tracks[i].at || index > dating->span.until)
			continue;
		/* What lies deeper in a generation was not followed. */
		if (d->rule->unit == RULE_UNIT_GENERATION &&
			index >= t->tracks[i].at)
			continue;
		d->delivered_at = t->tracks[i].at;
		d->source = DELIVERY_BY_JOURNAL;
	}
}

/* --- The records ---------------------------------------------------------- */

static int look_at_record(struct volume *v, struct delivery *d)
{
	uint64_t modified, changed;
	ntfs_inode *ni;

	ni = ntfs_inode_open_whole(v, d->mft_record);
	if (!ni)
		return ntfs_device_err(&v->device, errno);
	if (le16_to_cpu(ni->mrec->sequence_number) != MSEQNO(d->mft_record))
		return ntfs_inode_shut(v, ni, -ERR_CORRUPT);
	d->lsn = le64_to_cpu((le64)ni->mrec->lsn);
	modified = le64_to_cpu((le64)ni->last_data_change_time);
	changed = le64_to_cpu((le64)ni->last_mft_change_time);
	if (changed > modified)
		modified = changed;
	if (d->source != DELIVERY_BY_JOURNAL && modified > d->delivered_at) {
		d->delivered_at = modified;
		d->source = DELIVERY_BY_RECORD;
	}
	return ntfs_inode_shut(v, ni, 0);
}

/* A folder's own record says nothing of what lies in it. */
static int look_at_records(struct volume *v, struct delivery_list *list)
{
	size_t left = DELIVERY_MAX_RECORDS;
	size_t i;
	int err = 0;

	for (i = list->delivery_count; err == 0 && left && i-- > 0;) {
		struct delivery *d = &list->deliveries[i];

		if (d->rule->unit == RULE_UNIT_GENERATION)
			continue;
		err = look_at_record(v, d);
		left--;
	}
	return err;
}

/* --- Both ----------------------------------------------------------------- */

int delivery_list_date(struct volume *v, uint64_t since,
	struct delivery_list *list, struct delivery_list *left,
	struct delivery_dating *ret)
{
	struct delivery_dating dating = {.has_journal = false};
	struct tracking t = {.list = list};
	int err;

	err = delivery_list_join(list, left);
	if (err < 0)
		return err;
	/* One more: no deliveries are no reason to fail. */
	t.tracks = calloc(list->delivery_count + 1, sizeof(*t.tracks));
	if (!t.tracks)
		return -ERR_NO_MEMORY;
	if (list->delivery_count)
		err = follow_journal(v, since, &t, &dating);
	if (err == 0) {
		take_journal(list, &t, &dating);
		err = look_at_records(v, list);
	}
	free(t.tracks);
	if (err == 0)
		err = delivery_list_part(list, left);
	if (err == 0)
		*ret = dating;
	return err;
}
