/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Error codes shared by every layer, grouped by who is to blame.
 *
 * A function that can fail returns 0 or a positive value when it worked and
 * the negative of one of these when something *broke*.  Choosing not to act is
 * not an error: that is a verdict (recovery/decide.h).
 */
#ifndef STORAGE_ERR_H
#define STORAGE_ERR_H

enum err {
	/* Nobody's fault; may pass. */
	ERR_IO = 1,    /* a device failed */
	ERR_NO_MEMORY, /* an allocation failed, or a named cap was reached */
	ERR_NO_SPACE,  /* variable store, directory or volume is full */
	ERR_NOT_FOUND, /* the thing asked for is not there */
	ERR_EXISTS,    /* a thing of that name is already there */
	ERR_READ_ONLY, /* the device or the front forbids writing */

	/* Somebody handed us bytes we do not accept. */
	ERR_TRUNCATED,	 /* ends before its own structure does */
	ERR_CORRUPT,	 /* contradicts itself or its format */
	ERR_UNSUPPORTED, /* well-formed, but a form we do not know */
	ERR_TOO_LARGE,	 /* exceeds a named limit */
	ERR_AMBIGUOUS,	 /* two readings are possible; we choose neither */
	ERR_UNTRUSTED,	 /* not signed by anybody whose key we have */

	/* The machine did not do what it said it did. */
	ERR_NOT_STORED, /* reported written, but reading back disagrees */

	/* Ours. */
	ERR_INTERNAL /* a bug in Loopbreaker; please report it */
};

/**
 * err_text - a short phrase for people, such as "the device failed"
 * @err: a code as returned (negative) or as in the enum (positive)
 *
 * Never NULL; an unknown code gives "unknown error".
 */
const char *err_text(int err);

#endif
