/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Replays the journal of an NTFS volume in an image, as a repair would before
 * anything else, and nothing more: for tests that compare the result with that
 * of others.
 *
 *	replay IMAGE	prints "replayed: ACTIONS UNCOMMITTED", or "refused:
 *WHY" with nothing written
 */
#include <stdio.h>

#include "linux/file_disk.h"
#include "storage/commit.h"
#include "storage/err.h"
#include "storage/journal.h"
#include "storage/overlay.h"

#define REFUSED 3

static int replay(struct disk *disk, struct replay_result *ret)
{
	struct commit_counts counts;
	struct overlay overlay;
	int err;

	err = overlay_open(&overlay, disk, OVERLAY_MAX_BYTES);
	if (err < 0)
		return err;
	err = journal_replay(&overlay, &overlay.disk, ret);
	if (err == 0)
		err = commit_overlay(&overlay, disk, NULL, NULL, &counts);
	overlay_close(&overlay);
	return err;
}

int main(int argc, char **argv)
{
	struct replay_result result;
	struct file_disk file;
	int err;

	if (argc != 2) {
		fprintf(stderr, "usage: replay IMAGE\n");
		return 2;
	}
	err = file_disk_open(&file, argv[1], true);
	if (err < 0) {
		fprintf(stderr, "replay: %s cannot be opened\n", argv[1]);
		(void)file_disk_close(&file); /* it was not open */
		return 2;
	}
	err = replay(&file.disk, &result);
	if (file_disk_close(&file) < 0)
		return 2;
	if (err < 0) {
		printf("refused: %s\n", err_text(err));
		return REFUSED;
	}
	printf("replayed: %u %u\n", result.actions, result.uncommitted);
	return 0;
}
