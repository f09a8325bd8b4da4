/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The first and only process of a Linux kernel that plays Windows: the
 * stand-in's program (tests/boot/standin/main.c) with a real kernel below it,
 * whose NTFS driver is not libntfs-3g and whose panics are panics.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "efi/main.h"
#include "tests/boot/kernel/services.h"

#define MODULES "/modules"

static void give_up(const char *what)
{
	printf("STANDIN: ERROR %s: %m\n", what);
	(void)fflush(stdout);
	(void)reboot(RB_POWER_OFF);
}

static void mount_or_give_up(const char *type, const char *where)
{
	(void)mkdir(where, 0755); /* some are there */
	if (mount(type, where, type, 0, NULL) < 0)
		give_up(where);
}

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* Numbered by the rig, so that each finds what it needs. */
static void load_modules(void)
{
	struct dirent **found = NULL;
	int count = scandir(MODULES, &found, is_visible, alphasort);
	char path[sizeof(MODULES) + sizeof(found[0]->d_name) + 1];
	int fd;

	if (count < 0)
		give_up(MODULES);
	for (int i = 0; i < count; i++) {
		(void)snprintf(
			path, sizeof(path), MODULES "/%s", found[i]->d_name);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0 || syscall(SYS_finit_module, fd, "", 0) < 0)
			give_up(path);
		(void)close(fd);
		free(found[i]);
	}
	free(found);
}

int main(void)
{
	struct firmware fw;

	mount_or_give_up("devtmpfs", "/dev");
	mount_or_give_up("proc", "/proc");
	mount_or_give_up("sysfs", "/sys");
	load_modules();
	if (mount("efivarfs", "/sys/firmware/efi/efivars", "efivarfs", 0,
		    NULL) < 0)
		give_up("efivarfs");
	services_init(&fw);
	(void)loopbreaker_main(&fw, 0);
	give_up("the stand-in came back");
	return 1;
}
