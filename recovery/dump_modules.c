/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * KLDR_DATA_TABLE_ENTRY: 00 InLoadOrderLinks (next, back)	30 DllBase
 * 40 u32 SizeOfImage	58 BaseDllName: u16 bytes, u16, u32, u64 address
 */
#include "recovery/dump_modules.h"

#include <stdlib.h>
#include <string.h>

#include "storage/bytes.h"
#include "storage/err.h"
#include "storage/utf8.h"

#define ENTRY_NEXT	 0x00
#define ENTRY_BACK	 0x08
#define ENTRY_BASE	 0x30
#define ENTRY_SIZE	 0x40
#define ENTRY_NAME_BYTES 0x58
#define ENTRY_NAME	 0x60
#define ENTRY_BYTES	 0x68
#define LINKS_BYTES	 0x10
#define NAME_MAX_UTF16	 512 /* bytes; a file name has no more */

struct dump_module_entry {
	uint64_t base;
	uint64_t name; /* address */
	uint32_t size;
	uint16_t name_bytes;
};

/* --- The kernel's list ---------------------------------------------------- */

/* Does the list begin at @head?  Its first entry points back to it. */
static int check_head(
	const struct page_tables *t, uint64_t head, uint64_t *ret_first)
{
	uint8_t links[LINKS_BYTES];
	int err = page_tables_read(t, head, links, sizeof(links));
	uint64_t first = le64_get(links + ENTRY_NEXT);

	if (err == 0)
		err = page_tables_read(t, first, links, sizeof(links));
	if (err < 0)
		return err;
	if (le64_get(links + ENTRY_BACK) != head || first == head)
		return -ERR_CORRUPT;
	*ret_first = first;
	return 0;
}

/*
 * No field of the header tells how many levels there are.  Windows uses five
 * only on few machines: the fifth is tried where four lead to no list.
 */
static int find_list(struct dump_modules *m, uint64_t head, uint64_t *ret_first)
{
	struct page_tables *t = &m->tables;
	int err;

	t->levels = PAGE_TABLES_LEVELS;
	err = check_head(t, head, ret_first);
	if (err != -ERR_NOT_FOUND && err != -ERR_CORRUPT)
		return err;
	if (t->machine != DUMP_MACHINE_X64)
		return err;
	t->levels = PAGE_TABLES_LEVELS_LA57;
	return check_head(t, head, ret_first) == 0 ? 0 : err;
}

/* One entry; *@at goes on from it, *@back comes after it. */
static int add_entry(struct dump_modules *m, uint64_t *at, uint64_t *back)
{
	struct dump_module_entry *e = &m->entries[m->count];
	uint8_t bytes[ENTRY_BYTES];
	int err = page_tables_read(&m->tables, *at, bytes, sizeof(bytes));

	if (err < 0)
		return err;
	if (le64_get(bytes + ENTRY_BACK) != *back)
		return -ERR_CORRUPT;
	e->base = le64_get(bytes + ENTRY_BASE);
	e->size = le32_get(bytes + ENTRY_SIZE);
	e->name_bytes = le16_get(bytes + ENTRY_NAME_BYTES);
	e->name = le64_get(bytes + ENTRY_NAME);
	m->count++;
	*back = *at;
	*at = le64_get(bytes + ENTRY_NEXT);
	return 0;
}

static bool is_in_entry(const struct dump_module_entry *e, uint64_t address)
{
	return address >= e->base && address - e->base < e->size;
}

/*
 * The list's head is a variable of the kernel, which is the first module: what
 * an earlier dump has left in the pages of one that was cut short has another
 * kernel, at another address.
 */
static int walk_list(struct dump_modules *m, uint64_t head)
{
	uint64_t back = head;
	uint64_t at = 0;
	int err = find_list(m, head, &at);

	if (err < 0)
		return err;
	m->entries = calloc(DUMP_MAX_MODULES, sizeof(*m->entries));
	if (!m->entries)
		return -ERR_NO_MEMORY;
	while (err == 0 && at != head)
		err = m->count < DUMP_MAX_MODULES ? add_entry(m, &at, &back)
						  : -ERR_TOO_LARGE;
	m->list_err = err;
	if (!m->count)
		return err;
	return is_in_entry(&m->entries[0], head) ? 0 : -ERR_CORRUPT;
}

static int open_memory(
	struct dump_modules *m, struct disk *d, const struct dump *dump)
{
	int err;

	if (!dump->page_tables || !dump->module_list)
		return -ERR_UNSUPPORTED;
	err = dump_memory_open(&m->memory, d, dump->type);
	if (err < 0)
		return err;
	m->tables.memory = &m->memory;
	m->tables.machine = dump->machine;
	m->tables.root = dump->page_tables;
	return walk_list(m, dump->module_list);
}

/* --- Triage dumps --------------------------------------------------------- */

static int open_triage(struct dump_modules *m, struct disk *d)
{
	uint8_t bytes[4];
	uint32_t size;
	int err = disk_read(d, TRIAGE_SIZE_AT, bytes, sizeof(bytes));

	if (err < 0)
		return err;
	size = le32_get(bytes);
	if (size > TRIAGE_MAX_BYTES)
		return -ERR_TOO_LARGE;
	if (size < TRIAGE_MIN_BYTES)
		return -ERR_CORRUPT;
	/* What ends too early is looked at as far as it goes, for the error. */
	if (size > d->size_bytes)
		size = (uint32_t)d->size_bytes;
	m->triage_bytes = malloc(size);
	if (!m->triage_bytes)
		return -ERR_NO_MEMORY;
	err = disk_read(d, 0, m->triage_bytes, size);
	if (err < 0)
		return err;
	return triage_check(m->triage_bytes, size, &m->triage);
}

/* --- For everybody -------------------------------------------------------- */

int dump_modules_open(
	struct dump_modules *m, struct disk *d, const struct dump *dump)
{
	int err;

	memset(m, 0, sizeof(*m));
	m->stack_pointer = dump->stack_pointer;
	if (dump->type == DUMP_TRIAGE)
		err = open_triage(m, d);
	else
		err = open_memory(m, d, dump);
	if (err < 0)
		dump_modules_close(m);
	return err;
}

static int read_entry(struct dump_modules *m, const struct dump_module_entry *e,
	struct dump_module *ret)
{
	uint8_t utf16[NAME_MAX_UTF16];
	int err;

	if (!e->name_bytes || e->name_bytes > sizeof(utf16))
		return -ERR_CORRUPT;
	err = page_tables_read(&m->tables, e->name, utf16, e->name_bytes);
	if (err < 0)
		return err;
	memset(ret, 0, sizeof(*ret));
	(void)utf8_from_utf16(
		utf16, e->name_bytes / 2u, ret->name, sizeof(ret->name));
	ret->base = e->base;
	ret->size = e->size;
	return 1;
}

int dump_modules_find(
	struct dump_modules *m, uint64_t address, struct dump_module *ret)
{
	uint32_t i;

	if (m->triage.bytes)
		return triage_find(&m->triage, address, ret);
	for (i = 0; i < m->count; i++) {
		const struct dump_module_entry *e = &m->entries[i];

		if (is_in_entry(e, address))
			return read_entry(m, e, ret);
	}
	return m->list_err;
}

/* The words in [@at, the page's end) of the stack. */
static int read_stack_page(
	struct dump_modules *m, uint64_t at, uint64_t *words, size_t max)
{
	uint8_t bytes[DUMP_PAGE_BYTES];
	size_t len = DUMP_PAGE_BYTES - (size_t)(at % DUMP_PAGE_BYTES);
	size_t i;
	int err;

	if (len > 8 * max)
		len = 8 * max;
	err = page_tables_read(&m->tables, at, bytes, len);
	if (err < 0)
		return err;
	for (i = 0; i < len / 8; i++)
		words[i] = le64_get(bytes + 8 * i);
	return (int)i;
}

int dump_modules_read_stack(
	struct dump_modules *m, uint64_t words[DUMP_STACK_WORDS])
{
	uint64_t at = m->stack_pointer & ~(uint64_t)7;
	size_t count = 0;
	int done = 1;

	if (m->triage.bytes)
		return (int)triage_stack(&m->triage, words, DUMP_STACK_WORDS);
	if (!at)
		return 0;
	while (done > 0 && count < DUMP_STACK_WORDS) {
		done = read_stack_page(
			m, at, words + count, DUMP_STACK_WORDS - count);
		if (done > 0) {
			count += (size_t)done;
			at += 8 * (uint64_t)done;
		}
	}
	return done < 0 && done != -ERR_NOT_FOUND ? done : (int)count;
}

void dump_modules_close(struct dump_modules *m)
{
	dump_memory_close(&m->memory);
	free(m->entries);
	free(m->triage_bytes);
	memset(m, 0, sizeof(*m));
}
