/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counts allocations and makes the chosen ones fail. */
#include "tests/support/failalloc.h"

#include <errno.h>
#include <stddef.h>

/* Global because malloc() has no place for a context. */
static struct {
	bool is_armed;
	bool from_then_on;
	uint64_t nth;
	uint64_t count;
	uint64_t failed;
} state;

/*
 * The linker's names.  Weak, so that programs linked without --wrap can
 * contain this file; nobody calls the wrappers there.
 */
void *__real_malloc(size_t len) __attribute__((weak));
void *__real_calloc(size_t count, size_t len) __attribute__((weak));
void *__real_realloc(void *old, size_t len) __attribute__((weak));
void *__wrap_malloc(size_t len);
void *__wrap_calloc(size_t count, size_t len);
void *__wrap_realloc(void *old, size_t len);

static bool must_fail(void)
{
	if (!state.is_armed)
		return false;
	state.count++;
	if (state.count != state.nth &&
		!(state.from_then_on && state.count > state.nth))
		return false;
	state.failed++;
	errno = ENOMEM; /* as malloc() does; libntfs-3g relies on it */
	return true;
}

void *__wrap_malloc(size_t len)
{
	return must_fail() ? NULL : __real_malloc(len);
}

void *__wrap_calloc(size_t count, size_t len)
{
	return must_fail() ? NULL : __real_calloc(count, len);
}

void *__wrap_realloc(void *old, size_t len)
{
	return must_fail() ? NULL : __real_realloc(old, len);
}

void failalloc_arm(uint64_t nth, bool from_then_on)
{
	state.is_armed = true;
	state.from_then_on = from_then_on;
	state.nth = nth;
	state.count = 0;
	state.failed = 0;
}

bool failalloc_disarm(void)
{
	state.is_armed = false;
	return state.failed > 0;
}

uint64_t failalloc_count(void)
{
	return state.count;
}
