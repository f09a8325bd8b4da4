/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The formatter behind every printf(); stdio.h says what it understands. */
#ifndef EFI_LIBC_FORMAT_H
#define EFI_LIBC_FORMAT_H

#include <stdarg.h>
#include <stddef.h>

/* Where formatted text goes, in pieces and in order. */
struct format_target {
	void (*put)(struct format_target *target, const char *text, size_t len);
};

/* Fields wider, or numbers longer, than this are cut to it. */
#define FORMAT_MAX_FIELD 4096

/**
 * format_text - format as printf() does
 *
 * Returns the length of the text.
 */
size_t format_text(
	struct format_target *target, const char *format, va_list args);

#endif
