/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * NTFS volumes made at test time, by tools that share no code with ours:
 * mkntfs, ntfs_populate (tests/tools, on the distribution's libntfs-3g),
 * mkjournal.py and mkdump.py.  Everything lies in one temporary directory that
 * is removed when the test program ends.
 *
 * The same description gives the same bytes every time.  A tool that fails
 * ends the program: that is no finding about the code under test.
 */
#ifndef TESTS_SUPPORT_MAKE_IMAGE_H
#define TESTS_SUPPORT_MAKE_IMAGE_H

#include <stddef.h>
#include <stdint.h>

#include "tests/support/emudisk.h"

struct image_plan {
	uint64_t size_bytes;	/* 0 = IMAGE_BYTES */
	uint32_t sector_bytes;	/* 0 = 512 */
	uint32_t cluster_bytes; /* 0 = mkntfs chooses */
	uint64_t serial;	/* 0 = IMAGE_SERIAL */
	const char *manifest; /* for ntfs_populate, or NULL: an empty volume */
	const char *journal;  /* options for mkjournal.py in one string, divided
				 by blanks, or NULL: the journal is empty */
};

#define IMAGE_BYTES  (16u << 20)
#define IMAGE_SERIAL 0x1122334455667788u

/**
 * make_image - make the volume of @plan and load it
 * @e: not open yet; the caller closes it
 *
 * A plan that was made before in this program costs nothing but the loading.
 */
void make_image(struct emudisk *e, const struct image_plan *plan);

/**
 * make_image_file - write a file that a manifest can name after "host"
 *
 * Returns its path, valid until the program ends.
 */
const char *make_image_file(const char *name, const void *bytes, size_t len);

/**
 * make_image_script - run a Python script: its options in one string, then
 * @path
 */
void make_image_script(
	const char *script, const char *options, const char *path);

/**
 * make_image_dump - make a kernel dump with mkdump.py
 * @options: as its --help tells, in one string
 *
 * Returns its path, valid until the program ends.
 */
const char *make_image_dump(const char *name, const char *options);

/** make_image_path - the path @name would have in the temporary directory */
const char *make_image_path(const char *name);

/**
 * make_image_run - run a tool that makes something in the temporary directory
 * @argv: ends in NULL; the tool is looked for in PATH
 */
void make_image_run(char *const *argv);

/**
 * make_image_fixture - load a real volume from the project's fixtures
 * @name: below "ntfs/", without ".xz"
 *
 * The fixtures are not part of the repository: LOOPBREAKER_FIXTURES names
 * their directory, otherwise it is looked for beside the repository.  Returns
 * false, and prints "skipped: ...", where they are absent.
 */
bool make_image_fixture(struct emudisk *e, const char *name);

#endif
