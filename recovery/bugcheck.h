/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The stop code that Windows leaves in firmware variables at a blue screen.
 *
 * They survive good sessions, so they carry no freshness by themselves: only a
 * value that differs from the one noted in the last good session
 * (recovery/note.h) is positive evidence of a crash.
 */
#ifndef RECOVERY_BUGCHECK_H
#define RECOVERY_BUGCHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Variable sizes seen or plausible; anything else is not believed. */
#define BUGCHECK_MIN_BYTES 4
#define BUGCHECK_MAX_BYTES 64

struct bugcheck {
	bool is_present;     /* a BugCheckCode was there and could be read */
	uint32_t code;	     /* 0x50, 0x1000007E, ... */
	uint64_t parameter1; /* 0 where the variable is missing */
	uint32_t progress;   /* 0 where the variable is missing */
};

/* One variable as read; @len 0 stands for "not there". */
struct bugcheck_bytes {
	const void *bytes;
	size_t len;
};

/**
 * bugcheck_check - put the three variables together
 *
 * Codes come as 4 or 8 bytes.  Returns 0; -ERR_CORRUPT if BugCheckCode is
 * there but of an impossible size.  A missing BugCheckCode, or one of value 0,
 * gives is_present = false.  The other two read as 0 where their size is
 * impossible.  *@ret is written only on success.
 */
int bugcheck_check(struct bugcheck_bytes code, struct bugcheck_bytes parameter1,
	struct bugcheck_bytes progress, struct bugcheck *ret);

/**
 * bugcheck_equal - the same stop (code and first parameter), or both absent
 *
 * The progress is left out: it tells how far the crash was written down, and
 * nobody has measured whether Windows changes it afterwards.
 */
bool bugcheck_equal(const struct bugcheck *a, const struct bugcheck *b);

enum stop_code_kind {
	STOP_CODE_SOFTWARE, /* anything not listed below */
	STOP_CODE_HARDWARE, /* 0x124, 0x9C, ...: never leads to a hold */
	STOP_CODE_STORAGE,  /* 0x7A, 0x7B, ...: never leads to a hold */
	STOP_CODE_OPERATOR  /* somebody asked for it: not a crash */
};

/**
 * stop_code_equal - the same code, with or without 0x10000000
 *
 * Windows sets that bit for some codes: 0x1000007E means 0x7E.
 */
bool stop_code_equal(uint32_t a, uint32_t b);

/** stop_code_name - "PAGE_FAULT_IN_NONPAGED_AREA"; NULL for a rare one */
const char *stop_code_name(uint32_t code);

/** stop_code_kind - what kind of fault @code (with or without 0x10000000) is */
enum stop_code_kind stop_code_kind(uint32_t code);

#endif
