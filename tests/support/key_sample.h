/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Recovery passwords and identifiers for tests, and what readers of key files
 * hand in.
 */
#ifndef TESTS_SUPPORT_KEY_SAMPLE_H
#define TESTS_SUPPORT_KEY_SAMPLE_H

#include "recovery/keys/key.h"
#include "recovery/keys/key_source.h"

#define KEY_SAMPLE_TEXT_BYTES RECOVERY_PASSWORD_TEXT_BYTES
#define KEY_SAMPLE_MAX	      64

/* What a reader has handed in. */
struct key_sample {
	struct key keys[KEY_SAMPLE_MAX];
	size_t count;
	struct key_fault faults[KEY_SAMPLE_MAX];
	size_t fault_count;
	size_t end_after; /* keys, after which the sink says no more; or 0 */
};

/** key_sample_sink - counts on above KEY_SAMPLE_MAX */
struct key_sink key_sample_sink(struct key_sample *s);

/** key_sample_bytes - key number @n: bytes that look like nothing else */
void key_sample_bytes(unsigned int n, uint8_t ret[KEY_RECOVERY_BYTES]);

/** key_sample_text - the same as people get to see it; returns @buf */
const char *key_sample_text(unsigned int n, char buf[KEY_SAMPLE_TEXT_BYTES]);

/** key_sample_id - identifier number @n */
void key_sample_id(unsigned int n, uint8_t ret[GUID_BYTES]);

/**
 * key_sample_write - a text with keys in it
 * @pattern: "%K1" becomes the text of key 1, "%I1" identifier 1 (capitals),
 *	     "%i1" the same in small letters, "%8" its first eight digits (of
 *	     number 1 always); one digit each
 *
 * Returns the length of what is in @ret, with a NUL behind.
 */
size_t key_sample_write(const char *pattern, char *ret, size_t cap);

#endif
