/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Formatted text into memory or into the sink of libc.h; no files. */
#ifndef LIBC_STDIO_H
#define LIBC_STDIO_H

#include <stdarg.h>
#include <stddef.h>

typedef struct libc_file FILE;

/* Both lead to the sink; nothing ever looks into them. */
extern FILE *const stdout;
extern FILE *const stderr;

#define EOF	 (-1)
#define BUFSIZ	 512
#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2

#define LIBC_PRINTF(format_index, first_index)                                 \
	__attribute__((format(__printf__, format_index, first_index)))

/*
 * Conversions c s p d i u x X o %, flags - 0 + space #, width and precision
 * (also as '*'), lengths hh h l ll z j t.  Anything else, floating point
 * included, ends the formatting: the rest of the format is copied as it is,
 * because the arguments after it can no longer be told apart.
 */
int vsnprintf(char *buf, size_t cap, const char *format, va_list args)
	LIBC_PRINTF(3, 0);
int snprintf(char *buf, size_t cap, const char *format, ...) LIBC_PRINTF(3, 4);
int sprintf(char *buf, const char *format, ...) LIBC_PRINTF(2, 3);
int printf(const char *format, ...) LIBC_PRINTF(1, 2);
int fprintf(FILE *file, const char *format, ...) LIBC_PRINTF(2, 3);
int vfprintf(FILE *file, const char *format, va_list args) LIBC_PRINTF(2, 0);
int fputc(int c, FILE *file);
int fflush(FILE *file);

/* There are no files: see unsupported.c. */
FILE *fopen(const char *path, const char *mode);
FILE *fdopen(int fd, const char *mode);
int fclose(FILE *file);
size_t fread(void *buf, size_t size, size_t count, FILE *file);
size_t fwrite(const void *buf, size_t size, size_t count, FILE *file);
int fseek(FILE *file, long offset, int whence);
long ftell(FILE *file);

#endif
