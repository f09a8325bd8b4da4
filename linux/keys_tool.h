/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parts of "loopbreaker keys" share.
 *
 *   verb_keys.c     the command line; list
 *   keys_collect.c  all keys of some files
 *   keys_pack.c     pack
 */
#ifndef LINUX_KEYS_TOOL_H
#define LINUX_KEYS_TOOL_H

#include <stdbool.h>

#include "linux/secret_input.h"
#include "recovery/keys/key_pack_make.h"

struct keys_options {
	char *const *files;
	size_t file_count;
	const char *output;   /* --output, or NULL; so are the others */
	const char *pin_file; /* --pin-file */
	const char *pin_fd;   /* --pin-fd */
	bool force;	      /* --force */
};

/** keys_tool_pin - the PIN, however it is handed in; as secret_input_read() */
int keys_tool_pin(const struct keys_options *o, bool twice,
	char ret[SECRET_INPUT_BYTES], size_t *ret_len);

/* Keys of some files, each in it once. */
struct keys_collected {
	struct key_pack_entry *entries;
	size_t count;
	size_t room;
	size_t skipped;	  /* rows */
	bool is_full;	  /* no more can be taken */
	const char *file; /* that is read */
};

/**
 * keys_collect - read files
 *
 * What is passed over is said, with its row.  Returns 0 or an exit status;
 * keys_collect_free() is valid either way.
 */
int keys_collect(struct keys_collected *c, char *const *files, size_t count);

/** keys_collect_free - wipe and free */
void keys_collect_free(struct keys_collected *c);

/** keys_pack - "keys pack"; returns the exit status */
int keys_pack(const struct keys_options *o);

#endif
