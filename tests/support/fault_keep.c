/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/fault_keep.h"

#include <stdio.h>
#include <stdlib.h>

void fault_keep(const struct emudisk *e, const struct july *j, const char *name,
	const char *when)
{
	const char *folder = getenv("LOOPBREAKER_KEEP");
	struct emudisk volume = {0};
	char path[1024];

	if (!folder)
		return;
	volume.bytes = july_volume(e, j, &volume.disk.size_bytes);
	snprintf(path, sizeof(path), "%s/%s,%s", folder, name, when);
	if (emudisk_save(&volume, path) < 0) {
		fprintf(stderr, "fault_keep: cannot write %s\n", path);
		abort();
	}
}
