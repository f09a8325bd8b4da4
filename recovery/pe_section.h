/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finding one section of a PE image: where a site's keys are (".lbkey"), in our
 * own image in memory or in its file.
 */
#ifndef RECOVERY_PE_SECTION_H
#define RECOVERY_PE_SECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PE_KEY_SECTION	".lbkey"
#define PE_MAX_SECTIONS 64

/**
 * pe_section_check - the bytes of the section @name
 * @pe:	       @len bytes: a file, or an image as a loader has laid it out
 * @is_loaded: which of the two
 * @name:      at most 8 characters
 *
 * Returns 0; -ERR_NOT_FOUND if there is no such section; -ERR_TRUNCATED,
 * -ERR_CORRUPT (not a PE32+ image), -ERR_TOO_LARGE (above PE_MAX_SECTIONS),
 * -ERR_AMBIGUOUS (two of that name).
 */
int pe_section_check(const void *pe, size_t len, bool is_loaded,
	const char *name, const void **ret_bytes, size_t *ret_len);

#endif
