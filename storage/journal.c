/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "storage/journal.h"

#include "storage/err.h"
#include "storage/ntfs_device.h"
#include "storage/ntfs_inode.h"
#include "storage/ntfsrecover_lib.h"
#include "storage/overlay.h"

#define HIBERNATION_PATH "hiberfil.sys"

/* The first bytes of a hibernation file that holds nothing to resume. */
#define HIBERNATION_MAGIC_CHARS 4

const char *journal_state_text(enum journal_state state)
{
	switch (state) {
	case JOURNAL_CLEAN:
		return "clean";
	case JOURNAL_DIRTY_FLAG:
		return "clean, marked for a check";
	case JOURNAL_REPLAYABLE_1_1:
		return "in use (version 1.1)";
	case JOURNAL_REPLAYABLE_2_0:
		return "in use (version 2.0)";
	case JOURNAL_HIBERNATED:
		return "hibernated";
	case JOURNAL_UNREADABLE:
		return "unreadable";
	}
	return "unknown";
}

/*
 * Does hiberfil.sys hold a session?  Only a file that is absent, or whose
 * first page was wiped or says "resumed" (WAKE), is known not to; anything
 * else counts as hibernated.
 */
static int is_hibernated(struct volume *v, bool *ret_hibernated)
{
	static const char zeroes[HIBERNATION_MAGIC_CHARS];
	char magic[HIBERNATION_MAGIC_CHARS];
	uint64_t size;
	size_t len;
	int err;

	err = volume_read_file(
		v, HIBERNATION_PATH, magic, sizeof(magic), &len, &size);
	if (err == -ERR_NOT_FOUND) {
		*ret_hibernated = false;
		return 0;
	}
	if (err < 0)
		return err;
	*ret_hibernated = len < sizeof(magic) ||
			  (memcmp(magic, zeroes, sizeof(magic)) != 0 &&
				  memcmp(magic, "WAKE", sizeof(magic)) != 0 &&
				  memcmp(magic, "wake", sizeof(magic)) != 0);
	return 0;
}

static enum journal_state state_of_restart_page(
	struct volume *v, ntfs_attr *na, RESTART_PAGE_HEADER *rp)
{
	bool is_clean = ntfs_is_logfile_clean(na, rp);
	int version;

	if (rp) {
		version = le16_to_cpu((le16)rp->major_ver) << 8 |
			  le16_to_cpu((le16)rp->minor_ver);
		/*
		 * A closed 2.0 journal still has to be brought to 1.1: it may
		 * belong to metadata that Windows keeps for a fast start.
		 */
		if (version == 0x200)
			return JOURNAL_REPLAYABLE_2_0;
		if (version != 0x101 && version != 0x100)
			return JOURNAL_UNREADABLE;
	}
	if (!is_clean)
		return JOURNAL_REPLAYABLE_1_1;
	return v->was_dirty ? JOURNAL_DIRTY_FLAG : JOURNAL_CLEAN;
}

static int classify_log(struct volume *v, enum journal_state *ret_state)
{
	RESTART_PAGE_HEADER *rp = NULL;
	ntfs_attr *na = NULL;
	ntfs_inode *ni;
	int err = 0;

	ni = ntfs_inode_open_whole(v, FILE_LogFile);
	if (!ni)
		return ntfs_device_err(&v->device, errno);
	na = ntfs_attr_open(ni, AT_DATA, AT_UNNAMED, 0);
	if (!na) {
		err = ntfs_device_err(&v->device, errno);
		goto out;
	}
	errno = 0;
	if (ntfs_check_logfile(na, &rp)) {
		*ret_state = state_of_restart_page(v, na, rp);
	} else {
		/* It says "invalid" also when it could not look. */
		if (v->device.err || errno == ENOMEM)
			err = ntfs_device_err(&v->device, errno);
		*ret_state = JOURNAL_UNREADABLE;
	}
out:
	free(rp);
	if (na)
		ntfs_attr_close(na);
	return ntfs_inode_shut(v, ni, err);
}

int journal_classify(struct volume *v, enum journal_state *ret_state)
{
	bool hibernated = false;
	int err;

	err = is_hibernated(v, &hibernated);
	if (err == -ERR_CORRUPT) {
		*ret_state = JOURNAL_UNREADABLE;
		return 0;
	}
	if (err < 0)
		return err;
	if (hibernated) {
		*ret_state = JOURNAL_HIBERNATED;
		return 0;
	}
	err = classify_log(v, ret_state);
	if (err == -ERR_CORRUPT || err == -ERR_NOT_FOUND) {
		*ret_state = JOURNAL_UNREADABLE;
		return 0;
	}
	return err;
}

struct replay {
	struct overlay *overlay;
	struct disk *disk;
};

/*
 * A second mount beside that of ntfsrecover, which has inodes from before the
 * redo and writes nothing but restart pages any more.
 */
static int mark_dirty(struct disk *d)
{
	struct volume v;
	int close_err;
	int err;

	err = volume_open(&v, d);
	if (err == 0)
		err = volume_set_dirty(&v, true);
	close_err = volume_close(&v);
	return err < 0 ? err : close_err;
}

/*
 * Once the restart pages are closed nobody can tell any more that something
 * was left unfinished: the flag has to be on the disk before they are.
 */
static int before_reset(void *ctx, const struct replay_result *result)
{
	const struct replay *r = ctx;
	int err = result->uncommitted ? mark_dirty(r->disk) : 0;

	return err < 0 ? err : overlay_enter(r->overlay, EPOCH_JOURNAL_CLEAN);
}

int journal_replay(
	struct overlay *o, struct disk *d, struct replay_result *ret_result)
{
	struct replay r = {o, d};
	struct replay_result result;
	struct volume v;
	int close_err;
	int err;

	if (o->epoch != EPOCH_REPLAY)
		return -ERR_INTERNAL;
	err = volume_open(&v, d);
	if (err < 0)
		return err;
	err = ntfsrecover_sync(v.ntfs, before_reset, &r, &result);
	/*
	 * A broken disk is a better answer than a log it kept from reading; and
	 * playlog takes some blocks that it cannot read for erased.
	 */
	if (v.device.err < 0)
		err = v.device.err;
	close_err = volume_close(&v);
	if (err >= 0)
		err = close_err;
	if (err < 0)
		return err;
	*ret_result = result;
	return 0;
}
