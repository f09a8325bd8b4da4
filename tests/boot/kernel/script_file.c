/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading \standin.txt from the EFI system partition. */
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "storage/err.h"
#include "tests/boot/kernel/partition.h"
#include "tests/boot/standin/script.h"

#define SYSTEM_PARTITION "/system-partition"
#define SCRIPT		 SYSTEM_PARTITION "/standin.txt"

static int read_text(char text[SCRIPT_MAX_BYTES])
{
	FILE *file = fopen(SCRIPT, "re");
	size_t len;
	int err = 0;

	if (!file)
		return -ERR_IO;
	len = fread(text, 1, SCRIPT_MAX_BYTES - 1, file);
	if (ferror(file))
		err = -ERR_IO;
	(void)fclose(file); /* only read */
	text[len] = '\0';
	return err;
}

int script_read(const struct firmware *fw, uint32_t session, struct script *ret)
{
	char device[PARTITION_PATH_BYTES];
	char text[SCRIPT_MAX_BYTES];
	int err;

	(void)fw;
	if (mkdir(SYSTEM_PARTITION, 0755) < 0)
		return -ERR_IO;
	err = partition_mount("vfat", NULL, SYSTEM_PARTITION, SCRIPT, device);
	if (err < 0)
		return err;
	err = read_text(text);
	if (umount(SYSTEM_PARTITION) < 0 && !err)
		err = -ERR_IO;
	return err < 0 ? err : script_parse(text, session, ret);
}
