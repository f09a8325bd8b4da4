/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Opening one place on an NTFS volume for the test image tools, without ever
 * having an inode open twice: libntfs-3g does not share inodes, and two open
 * copies overwrite each other.
 */
#ifndef TESTS_SUPPORT_NTFS_PLACE_H
#define TESTS_SUPPORT_NTFS_PLACE_H

/*
 * The installed headers of libntfs-3g expect its config.h, which is not
 * installed, and do not include what they need.
 */
#define HAVE_STDINT_H	   1
#define HAVE_STDARG_H	   1
#define HAVE_STDLIB_H	   1
#define HAVE_STDDEF_H	   1
#define HAVE_ENDIAN_H	   1
#define HAVE_TIME_H	   1
#define HAVE_CLOCK_GETTIME 1
#define HAVE_SYS_TYPES_H   1
#define HAVE_SYS_STAT_H	   1

#include <stdarg.h>
#include <stddef.h>
#include <sys/stat.h>
#include <time.h>

#include <ntfs-3g/types.h>
#include <ntfs-3g/volume.h>
#include <ntfs-3g/inode.h>

#define PLACE_MAX_PATH 8192

/* A file or directory together with its directory. */
struct place {
	ntfs_inode *dir;
	ntfs_inode *inode;
};

/** complain - print what failed, with errno; returns -1 */
int complain(const char *what, const char *object);

/** place_create_child - make @name in @dir; NULL on failure */
ntfs_inode *place_create_child(ntfs_inode *dir, const char *name, mode_t type);

/**
 * place_open - open @path, which starts with '/'
 * @type: 0: it has to be there; otherwise it is made as that type and must not
 *
 * Directories on the way are made.  Returns 0 or -1 (and has complained).
 */
int place_open(
	ntfs_volume *vol, const char *path, mode_t type, struct place *ret);

/** place_close - the file first, then its directory; 0 or -1 */
int place_close(struct place *p);

#endif
