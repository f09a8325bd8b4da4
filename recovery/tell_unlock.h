/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Words for BitLocker volumes and the keys that open them; never a key.
 */
#ifndef RECOVERY_TELL_UNLOCK_H
#define RECOVERY_TELL_UNLOCK_H

#include "recovery/keys/key.h"
#include "recovery/unlock.h"

/* Before what takes seconds; @k: of a file, or typed. */
void tell_unlock_trying(const struct platform *p, const struct unlock_volume *v,
	const struct key *k);
void tell_unlock_trying_pin(const struct platform *p, const char *file);

/* It opened; where the key came from. */
void tell_unlock_opened(
	const struct platform *p, const struct unlock_volume *v);

/* The key was right, and what it opens is no key of the volume. */
void tell_unlock_damaged(const struct platform *p,
	const struct unlock_volume *v, size_t protector);

/* Something broke over it. */
void tell_unlock_failed(
	const struct platform *p, const struct unlock_volume *v, int err);

void tell_unlock_no_memory(const struct platform *p);

/* A file with keys that could not be read, or rows that were passed over. */
void tell_unlock_file(const struct platform *p, const char *file, int err);
void tell_unlock_rows(
	const struct platform *p, const char *file, unsigned int rows);

/* A key was there, for the very protector, and it was wrong. */
void tell_unlock_wrong(const struct platform *p, const struct unlock_volume *v,
	size_t protector, const char *file);

/* What was typed is right, but of no volume of this PC. */
void tell_unlock_typed_wrong(const struct platform *p);

/* A sealed key pack: another PIN is needed, or it has no key for this PC. */
void tell_unlock_pin_wrong(const struct platform *p, const char *file);
void tell_unlock_not_in_pack(const struct platform *p, const char *file);

/* ... or there is nobody who types one. */
void tell_unlock_sealed(const struct platform *p, const char *file);

/* Keys of which the files do not say whose they are; @has_more: than tried. */
void tell_unlock_guesses(const struct platform *p, bool has_more);

/*
 * Which are closed, and which key IDs they want; what was left out; keys that
 * lie where they protect nothing.  One line of the report for each of all.
 */
void tell_unlock_volumes(const struct unlock *u);

#endif
