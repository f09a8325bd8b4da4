/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Follows the memory that is held, through AddressSanitizer's hooks. */
#include "tests/support/peak_memory.h"

#include <sanitizer/allocator_interface.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

/* Global because the hooks have no place for a context. */
static struct {
	bool is_hooked;
	bool is_counting;
	int64_t held; /* below 0 where older memory was freed */
	int64_t peak;
} state;

static void on_malloc(const volatile void *p, size_t len)
{
	(void)p;
	if (!state.is_counting)
		return;
	state.held += (int64_t)len;
	if (state.held > state.peak)
		state.peak = state.held;
}

static void on_free(const volatile void *p)
{
	if (state.is_counting && p)
		state.held -= (int64_t)__sanitizer_get_allocated_size(p);
}

void peak_memory_begin(void)
{
	if (!state.is_hooked && !__sanitizer_install_malloc_and_free_hooks(
					on_malloc, on_free)) {
		fprintf(stderr, "peak_memory: no room for one more hook\n");
		abort();
	}
	state.is_hooked = true;
	state.held = 0;
	state.peak = 0;
	state.is_counting = true;
}

int64_t peak_memory_end(void)
{
	state.is_counting = false;
	return state.peak;
}
