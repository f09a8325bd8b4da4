/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Formatted text into memory, and into the sink that the front sets. */
#include "efi/libc/include/errno.h"
#include "efi/libc/include/limits.h"
#include "efi/libc/include/stdio.h"
#include "efi/libc/include/stdlib.h"
#include "efi/libc/include/string.h"

#include "efi/libc/format.h"
#include "efi/libc/libc.h"

/* Never looked into: there is only one place for text to go. */
struct libc_file {
	char unused;
};

static struct libc_file output;
FILE *const stdout = &output;
FILE *const stderr = &output;

static struct {
	void (*put)(void *ctx, const char *text, size_t len);
	void *ctx;
} sink;

void libc_set_output(
	void (*to)(void *ctx, const char *text, size_t len), void *ctx)
{
	sink.put = to;
	sink.ctx = ctx;
}

static int result_of(size_t len)
{
	if (len > INT_MAX) {
		errno = EOVERFLOW;
		return -1;
	}
	return (int)len;
}

struct memory_target {
	struct format_target target; /* first member */
	char *buf;
	size_t room; /* without the closing NUL */
};

static void put_to_memory(
	struct format_target *target, const char *text, size_t len)
{
	struct memory_target *m = (struct memory_target *)target;

	if (len > m->room)
		len = m->room;
	memcpy(m->buf, text, len);
	m->buf += len;
	m->room -= len;
}

/* everybody */
int vsnprintf(char *buf, size_t cap, const char *format, va_list args)
{
	char none;
	struct memory_target m = {
		.target = {.put = put_to_memory},
		.buf = cap ? buf : &none,
		.room = cap ? cap - 1 : 0,
	};
	size_t len = format_text(&m.target, format, args);

	*m.buf = '\0';
	return result_of(len);
}

/* libntfs-3g, libblkid, mbedtls, own */
int snprintf(char *buf, size_t cap, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(buf, cap, format, args);
	va_end(args);
	return len;
}

/* ntfsrecover: fixed formats into buffers of its own that are large enough */
int sprintf(char *buf, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(buf, INT_MAX, format, args);
	va_end(args);
	return len;
}

static void put_to_sink(
	struct format_target *target, const char *text, size_t len)
{
	(void)target;
	if (sink.put)
		sink.put(sink.ctx, text, len);
}

/* libntfs-3g: logging.c */
int vfprintf(FILE *file, const char *format, va_list args)
{
	struct format_target target = {.put = put_to_sink};

	(void)file;
	return result_of(format_text(&target, format, args));
}

/* ntfsrecover, libntfs-3g */
int fprintf(FILE *file, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vfprintf(file, format, args);
	va_end(args);
	return len;
}

/* ntfsrecover */
int printf(const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vfprintf(stdout, format, args);
	va_end(args);
	return len;
}

/* libntfs-3g: logging.c; the sink keeps no text back */
int fflush(FILE *file)
{
	(void)file;
	return 0;
}
