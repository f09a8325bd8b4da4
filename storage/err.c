/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words for the error codes. */
#include "storage/err.h"

#include <stddef.h>

static const char *const texts[] = {
	[0] = "no error",
	[ERR_IO] = "the device failed",
	[ERR_NO_MEMORY] = "not enough memory",
	[ERR_NO_SPACE] = "no space left",
	[ERR_NOT_FOUND] = "not found",
	[ERR_EXISTS] = "already there",
	[ERR_READ_ONLY] = "writing is not permitted",
	[ERR_TRUNCATED] = "it ends too early",
	[ERR_CORRUPT] = "it is damaged",
	[ERR_UNSUPPORTED] = "it has a form we do not know",
	[ERR_TOO_LARGE] = "it exceeds a limit",
	[ERR_AMBIGUOUS] = "it can be read in two ways",
	[ERR_UNTRUSTED] = "it is not signed with a known key",
	[ERR_NOT_STORED] = "reported as written, but not stored",
	[ERR_INTERNAL] = "a bug in Loopbreaker",
};

const char *err_text(int err)
{
	/* Not -err: that is undefined for INT_MIN. */
	unsigned int code = (unsigned int)err;

	if (err < 0)
		code = 0u - code;
	if (code >= sizeof(texts) / sizeof(texts[0]))
		return "unknown error";
	return texts[code];
}
