/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parts of "loopbreaker bitlocker" share.
 *
 *   verb_bitlocker.c     the command line
 *   bitlocker_image.c    the volumes of an image
 *   bitlocker_info.c     info
 *   bitlocker_key.c      the key that was handed in
 *   bitlocker_key_id.c   for which protector
 *   bitlocker_decrypt.c  decrypt
 *   sparse_file.c        where that writes to
 */
#ifndef LINUX_BITLOCKER_TOOL_H
#define LINUX_BITLOCKER_TOOL_H

#include "linux/file_disk.h"
#include "storage/bitlocker/unlock.h"
#include "storage/guid.h"
#include "storage/slice.h"

#define BITLOCKER_TOOL_VOLUMES 16 /* of one disk: more are not opened */

struct bitlocker_options {
	const char *image;
	bool is_json;
	bool may_replace;
	const char *output;
	const char *partition;	      /* which one, where there are several */
	const char *key_id_text;      /* as it was typed, or NULL */
	char key_id[GUID_TEXT_BYTES]; /* the same parsed; "": any protector */
	/* At most one of these. */
	const char *recovery_password_file;
	const char *password_file;
	const char *startup_key;
	const char *key_fd;
};

/* A volume, and what it says about itself. */
struct bitlocker_volume {
	struct slice slice;
	unsigned int partition; /* 0: the image has none */
	struct bitlocker_metadata metadata;
};

struct bitlocker_image {
	struct file_disk file;
	size_t count;
	struct bitlocker_volume *volumes;
};

/**
 * bitlocker_image_open - an image, and the BitLocker volumes on it
 *
 * For reading only.  Returns 0 with at least one volume; an exit status, with
 * the reason said.  bitlocker_image_close() is valid after either.
 */
int bitlocker_image_open(const char *path, struct bitlocker_image *ret);

/** bitlocker_image_close - wipes what was read */
void bitlocker_image_close(struct bitlocker_image *image);

/** bitlocker_info - loopbreaker bitlocker info; returns an exit status */
int bitlocker_info(const struct bitlocker_options *o);

/** bitlocker_decrypt - loopbreaker bitlocker decrypt; an exit status */
int bitlocker_decrypt(const struct bitlocker_options *o);

/** bitlocker_key_count - how many keys does the command line name? */
size_t bitlocker_key_count(const struct bitlocker_options *o);

/**
 * bitlocker_key_get - the key that the options name, or a person types
 * @ret: wipe it after use
 *
 * Returns 0 or an exit status, with the reason said.
 */
int bitlocker_key_get(
	const struct bitlocker_options *o, struct bitlocker_key *ret);

/**
 * bitlocker_key_id_parse - a key ID as people have it
 * @text: a GUID in braces or not, or its first eight digits, in either case
 * @ret:  the same without braces
 *
 * Returns false, and *@ret is not written, if it is none.
 */
bool bitlocker_key_id_parse(const char *text, char ret[GUID_TEXT_BYTES]);

/**
 * bitlocker_key_id_find - the one protector that is meant
 * @id:       of bitlocker_key_id_parse()
 * @ret_guid: points into @m
 *
 * Returns 0, or EXIT_REFUSED after saying that there is none or that there are
 * several, and which there are.
 */
int bitlocker_key_id_find(const struct bitlocker_metadata *m, const char *id,
	const uint8_t **ret_guid);

#endif
