/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/blame.h"

#include <string.h>

#include "recovery/bugcheck.h"
#include "recovery/windows_module.h"
#include "storage/ascii.h"

int blame_parameter(uint32_t code)
{
	static const struct {
		uint32_t code;
		int parameter;
	} table[] = {
		{0x0A, 3}, /* IRQL_NOT_LESS_OR_EQUAL */
		{0x1E, 1}, /* KMODE_EXCEPTION_NOT_HANDLED */
		{0x3B, 1}, /* SYSTEM_SERVICE_EXCEPTION */
		{0x50, 2}, /* PAGE_FAULT_IN_NONPAGED_AREA */
		{0x7E, 1}, /* SYSTEM_THREAD_EXCEPTION_NOT_HANDLED */
		{0x8E, 1}, /* KERNEL_MODE_EXCEPTION_NOT_HANDLED */
		{0xC5, 3}, /* DRIVER_CORRUPTED_EXPOOL */
		{0xCE, 2}, /* DRIVER_UNLOADED_WITHOUT_CANCELLING_... */
		{0xD0, 3}, /* DRIVER_CORRUPTED_MMPOOL */
		{0xD1, 3}, /* DRIVER_IRQL_NOT_LESS_OR_EQUAL */
		{0xD3, 3}, /* DRIVER_PORTION_MUST_BE_NONPAGED */
		{0xD5, 2}, /* DRIVER_PAGE_FAULT_IN_FREED_SPECIAL_POOL */
		{0xD6, 2}, /* DRIVER_PAGE_FAULT_BEYOND_END_OF_ALLOC... */
		{0xFC, 0}, /* ATTEMPTED_EXECUTE_OF_NOEXECUTE_MEMORY */
	};
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (stop_code_equal(table[i].code, code))
			return table[i].parameter;
	return -1;
}

/* The last part of a path. */
static void put_base_name(const char *path, char *ret)
{
	const char *backslash = strrchr(path, '\\');
	const char *name = backslash ? backslash + 1 : path;
	size_t i;

	for (i = 0; i < BLAME_NAME_BYTES - 1 && name[i]; i++)
		ret[i] = ascii_lower(name[i]);
	ret[i] = '\0';
}

/*
 * Takes the module in which @address lies into *@ret, unless there is one that
 * says more.  Returns 1 if the search is over, 0 or an error.
 */
static int try_address(struct dump_modules *m, uint64_t address,
	enum blame_by by, struct blame *ret)
{
	struct blame b = {.by = by};
	struct dump_module module;
	int found;

	if (!address)
		return 0;
	found = dump_modules_find(m, address, &module);
	if (found <= 0)
		return found;
	put_base_name(module.name, b.module);
	if (windows_module_is_kernel(b.module))
		return 0;
	b.offset = address - module.base;
	b.is_windows = windows_module_is_part(b.module);
	if (!b.is_windows || (!ret->by && by != BLAME_STACK))
		*ret = b;
	return !b.is_windows;
}

/* Addresses of the kernel, on both processors. */
static bool is_kernel_address(uint64_t word)
{
	return word >> 47 == 0x1FFFF;
}

static int try_stack(struct dump_modules *m, struct blame *ret)
{
	uint64_t words[DUMP_STACK_WORDS];
	int count = dump_modules_read_stack(m, words);
	int found = 0;
	int i;

	for (i = 0; found == 0 && i < count; i++)
		if (is_kernel_address(words[i]))
			found = try_address(m, words[i], BLAME_STACK, ret);
	return count < 0 ? count : found;
}

int blame_module(
	const struct dump *d, struct dump_modules *m, struct blame *ret)
{
	int parameter = blame_parameter(d->code);
	struct blame b = {.by = BLAME_NOBODY};
	int found = 0;

	if (parameter >= 0)
		found = try_address(
			m, d->parameters[parameter], BLAME_PARAMETER, &b);
	if (found == 0)
		found = try_address(m, d->program_counter, BLAME_CONTEXT, &b);
	if (found < 0)
		memset(&b, 0, sizeof(b));
	if (found == 0)
		found = try_stack(m, &b);
	*ret = b;
	return found < 0 ? found : 0;
}

bool blame_suffices(const struct blame *b)
{
	return (b->by == BLAME_PARAMETER || b->by == BLAME_CONTEXT) &&
	       !b->is_windows;
}

const char *blame_by_text(enum blame_by by)
{
	switch (by) {
	case BLAME_NOBODY:
		return "nobody";
	case BLAME_PARAMETER:
		return "parameter";
	case BLAME_CONTEXT:
		return "context";
	case BLAME_STACK:
		return "stack";
	}
	return "unknown";
}
