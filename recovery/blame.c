/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/blame.h"

#include <string.h>

/* Set where the exception was noticed later than it happened. */
#define DEFERRED 0x10000000u

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

	code &= ~DEFERRED;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].code == code)
			return table[i].parameter;
	return -1;
}

static char small(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* The last part of a path. */
static void put_base_name(const char *path, char *ret)
{
	const char *backslash = strrchr(path, '\\');
	const char *name = backslash ? backslash + 1 : path;
	size_t i;

	for (i = 0; name[i] && i < BLAME_NAME_BYTES - 1; i++)
		ret[i] = small(name[i]);
	ret[i] = '\0';
}

static bool is_kernel(const char *name)
{
	return !strcmp(name, "ntoskrnl.exe") || !strcmp(name, "hal.dll");
}

static bool try_address(const struct triage *t, uint64_t address,
	enum blame_by by, struct blame *ret)
{
	struct triage_module m;
	struct blame b = {.by = by};

	if (!address || !triage_find(t, address, &m))
		return false;
	put_base_name(m.name, b.module);
	if (is_kernel(b.module))
		return false;
	b.offset = address - m.base;
	*ret = b;
	return true;
}

void blame_module(
	const struct dump *d, const struct triage *t, struct blame *ret)
{
	int parameter = blame_parameter(d->code);

	memset(ret, 0, sizeof(*ret));
	if (parameter >= 0 &&
		try_address(t, d->parameters[parameter], BLAME_PARAMETER, ret))
		return;
	(void)try_address(t, d->program_counter, BLAME_CONTEXT, ret);
}

bool blame_suffices(const struct blame *b)
{
	return b->by == BLAME_PARAMETER || b->by == BLAME_CONTEXT;
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
	}
	return "unknown";
}
