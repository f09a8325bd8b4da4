/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Opening one place on an NTFS volume for the test image tools, without ever
 * having an inode open twice: libntfs-3g does not share inodes, and two open
 * copies overwrite each other.  In a header because each tool is one source.
 */
#ifndef TESTS_TOOLS_NTFS_PLACE_H
#define TESTS_TOOLS_NTFS_PLACE_H

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

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <ntfs-3g/types.h>
#include <ntfs-3g/volume.h>
#include <ntfs-3g/inode.h>
#include <ntfs-3g/dir.h>
#include <ntfs-3g/unistr.h>

#define PLACE_MAX_PATH 8192

/* A file or directory together with its directory. */
struct place {
	ntfs_inode *dir;
	ntfs_inode *inode;
};

/** complain - print what failed, with errno; returns -1 */
static int complain(const char *what, const char *object)
{
	fprintf(stderr, "%s %s: %s\n", what, object, strerror(errno));
	return -1;
}

static ntfs_inode *open_child(ntfs_inode *dir, const char *name)
{
	ntfschar *wide = NULL;
	int length = ntfs_mbstoucs(name, &wide);
	ntfs_inode *child = NULL;
	u64 reference;

	if (length > 0) {
		reference = ntfs_inode_lookup_by_name(dir, wide, length);
		if (reference != (u64)-1)
			child = ntfs_inode_open(dir->vol, MREF(reference));
	}
	free(wide);
	return child;
}

/** place_create_child - make @name in @dir; NULL on failure */
static ntfs_inode *place_create_child(
	ntfs_inode *dir, const char *name, mode_t type)
{
	ntfschar *wide = NULL;
	int length = ntfs_mbstoucs(name, &wide);
	ntfs_inode *child = NULL;

	if (length > 0 && length <= NTFS_MAX_NAME_LEN)
		child = ntfs_create(
			dir, const_cpu_to_le32(0), wide, (u8)length, type);
	free(wide);
	return child;
}

/** place_close - the file first, then its directory; 0 or -1 */
static int place_close(struct place *p)
{
	int result = 0;

	if (p->inode && ntfs_inode_close_in_dir(p->inode, p->dir))
		result = complain("closing", "a file");
	if (p->dir && ntfs_inode_close(p->dir))
		result = complain("closing", "a directory");
	p->inode = NULL;
	p->dir = NULL;
	return result;
}

/* Go into @name, made if need be; the former directory is closed. */
static int place_enter(struct place *p, const char *name)
{
	ntfs_inode *next = open_child(p->dir, name);

	if (!next)
		next = place_create_child(p->dir, name, S_IFDIR);
	if (!next)
		return complain("making the directory", name);
	if (ntfs_inode_close(p->dir)) {
		p->dir = next;
		return complain("closing the directory above", name);
	}
	p->dir = next;
	return 0;
}

/**
 * place_open - open @path, which starts with '/'
 * @type: 0: it has to be there; otherwise it is made as that type and must not
 *
 * Directories on the way are made.  Returns 0 or -1 (and has complained).
 */
static int place_open(
	ntfs_volume *vol, const char *path, mode_t type, struct place *ret)
{
	char buffer[PLACE_MAX_PATH];
	char *name = buffer + 1;
	char *slash;

	memset(ret, 0, sizeof(*ret));
	if (path[0] != '/' || strlen(path) >= sizeof(buffer)) {
		errno = EINVAL;
		return complain("using the path", path);
	}
	strcpy(buffer, path);
	ret->dir = ntfs_inode_open(vol, FILE_root);
	if (!ret->dir)
		return complain("opening", "the root directory");
	while ((slash = strchr(name, '/')) != NULL) {
		*slash = '\0';
		if (place_enter(ret, name))
			goto fail;
		name = slash + 1;
	}
	ret->inode = type ? place_create_child(ret->dir, name, type)
			  : open_child(ret->dir, name);
	if (ret->inode)
		return 0;
	(void)complain(type ? "making" : "opening", path);
fail:
	(void)place_close(ret); /* the first failure is the one reported */
	return -1;
}

#endif
