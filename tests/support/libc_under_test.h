/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The firmware's C library under names of its own, beside the host's.
 * libc_under_test.c compiles it.
 */
#ifndef TESTS_SUPPORT_LIBC_UNDER_TEST_H
#define TESTS_SUPPORT_LIBC_UNDER_TEST_H

#include <stddef.h>
#include <stdint.h>

struct libc_file;
struct lb_timespec {
	int64_t seconds;
	long nanoseconds;
};
extern int lb_errno;
extern struct libc_file *const lb_stdout;
extern struct libc_file *const lb_stderr;
int lb_clock_gettime(int clock, struct lb_timespec *ret);
int lb_fclose(struct libc_file *file);
int lb_fflush(struct libc_file *file);
int lb_ffs(int value);
struct libc_file *lb_fopen(const char *path, const char *mode);
int lb_fprintf(struct libc_file *file, const char *format, ...);
size_t lb_fread(void *buf, size_t size, size_t count, struct libc_file *file);
int lb_fseek(struct libc_file *file, long offset, int whence);
long lb_ftell(struct libc_file *file);
void *lb_memchr(const void *bytes, int value, size_t len);
int lb_memcmp(const void *a, const void *b, size_t len);
void *lb_memcpy(void *to, const void *from, size_t len);
void *lb_memcpy_aarch64(void *to, const void *from, size_t len);
void *lb_memmove(void *to, const void *from, size_t len);
void *lb_memset(void *to, int value, size_t len);
void *lb_memset_aarch64(void *to, int value, size_t len);
int lb_printf(const char *format, ...);
void lb_qsort(void *items, size_t count, size_t size,
	int (*compare)(const void *, const void *));
char *lb_setlocale(int category, const char *locale);
int lb_snprintf(char *buf, size_t cap, const char *format, ...);
int lb_sprintf(char *buf, const char *format, ...);
char *lb_strchr(const char *s, int c);
int lb_strcmp(const char *a, const char *b);
char *lb_strdup(const char *s);
char *lb_strerror(int number);
size_t lb_strlen(const char *s);
int lb_strncasecmp(const char *a, const char *b, size_t max);
int lb_strncmp(const char *a, const char *b, size_t max);
char *lb_strncpy(char *to, const char *from, size_t len);
size_t lb_strnlen(const char *s, size_t max);
char *lb_strrchr(const char *s, int c);
char *lb_strsep(char **next, const char *delimiters);
char *lb_strstr(const char *haystack, const char *needle);
long lb_strtol(const char *text, char **ret_end, int base);
unsigned long lb_strtoul(const char *text, char **ret_end, int base);
unsigned long long lb_strtoull(const char *text, char **ret_end, int base);
uintmax_t lb_strtoumax(const char *text, char **ret_end, int base);
int64_t lb_time(int64_t *ret_now);

#endif
