/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory (efi/alloc.c), numbers, sorting. */
#ifndef LIBC_STDLIB_H
#define LIBC_STDLIB_H

#include <stddef.h>

#define EXIT_SUCCESS 0
#define EXIT_FAILURE 1

void *malloc(size_t size);
void *calloc(size_t count, size_t size);
void *realloc(void *p, size_t size);
void free(void *p);

/* libqrcodegen */
#define abs(number)  __builtin_abs(number)
#define labs(number) __builtin_labs(number)

int atoi(const char *text);
long strtol(const char *text, char **ret_end, int base);
unsigned long strtoul(const char *text, char **ret_end, int base);
unsigned long long strtoull(const char *text, char **ret_end, int base);

/* Not a stable sort: give it an order without ties. */
void qsort(void *items, size_t count, size_t size,
	int (*compare)(const void *a, const void *b));

/* Not in the firmware: see unsupported.c. */
void exit(int status) __attribute__((noreturn));
long random(void);
void srandom(unsigned int seed);

#endif
