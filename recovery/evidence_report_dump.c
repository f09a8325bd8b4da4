/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A kernel dump as report members. */
#include "recovery/blame.h"
#include "recovery/evidence_report.h"

#include <stdio.h>

#include "recovery/bugcheck.h"
#include "storage/err.h"
#include "storage/filetime.h"

#define ADDRESS_PLACE_BYTES (DUMP_NAME_BYTES + 24)

/* More are left out: a report line has no room for them. */
#define MAX_UNLOADED 8

/* "driver.sys+0x1234", or NULL for an address in no driver. */
static const char *address_place(
	struct dump_modules *m, uint64_t address, char *buf)
{
	struct dump_module module;

	/* What cannot be said of one address is in the members below. */
	if (!address || dump_modules_find(m, address, &module) <= 0)
		return NULL;
	(void)snprintf(buf, ADDRESS_PLACE_BYTES, "%s+0x%llx", module.name,
		(unsigned long long)(address - module.base));
	return buf;
}

static void report_parameters(
	struct report_line *l, const struct dump *d, struct dump_modules *m)
{
	char place[ADDRESS_PLACE_BYTES];
	char digits[24];
	size_t i;

	report_array_begin(l, "params");
	for (i = 0; i < DUMP_PARAMETERS; i++) {
		(void)snprintf(digits, sizeof(digits), "0x%llx",
			(unsigned long long)d->parameters[i]);
		report_array_string(l, digits);
	}
	report_array_end(l);
	if (!m)
		return;
	report_array_begin(l, "param_in");
	for (i = 0; i < DUMP_PARAMETERS; i++)
		report_array_string(
			l, address_place(m, d->parameters[i], place));
	report_array_end(l);
}

void evidence_report_blame(
	struct report_line *l, const struct blame *b, int err)
{
	report_string(l, "blamed_by", blame_by_text(b->by));
	report_string(
		l, "blamed_module", b->by == BLAME_NOBODY ? NULL : b->module);
	report_bool(l, "blame_suffices", blame_suffices(b));
	if (err < 0)
		report_string(l, "blame_error", err_text(err));
}

static void report_blame(
	struct report_line *l, const struct dump *d, struct dump_modules *m)
{
	struct blame blame;
	int err = blame_module(d, m, &blame);

	evidence_report_blame(l, &blame, err);
}

static void report_triage(struct report_line *l, const struct triage *t)
{
	char name[DUMP_NAME_BYTES];
	uint32_t i;

	report_number(l, "driver_count", t->driver_count);
	report_number(l, "unloaded_count", t->unloaded_count);
	report_array_begin(l, "unloaded");
	for (i = 0; i < t->unloaded_count && i < MAX_UNLOADED; i++) {
		triage_unloaded(t, i, name, sizeof(name));
		report_array_string(l, name);
	}
	report_array_end(l);
	report_number(l, "SizeOfDump", t->size_of_dump);
	report_number(l, "ValidOffset", t->valid_offset);
	report_number(l, "CallStackOffset", t->call_stack_offset);
	report_number(l, "SizeOfCallStack", t->call_stack_bytes);
}

static void report_list(struct report_line *l, const struct dump_modules *m)
{
	report_number(l, "driver_count", m->count);
	report_number(l, "page_table_levels", m->tables.levels);
	if (m->list_err < 0)
		report_string(l, "list_error", err_text(m->list_err));
}

void evidence_report_dump(
	struct report_line *l, const struct dump *d, struct dump_modules *m)
{
	char text[ADDRESS_PLACE_BYTES];

	report_hex(l, "machine", d->machine);
	report_number(l, "build", d->build);
	report_hex(l, "bugcheck", d->code);
	if (stop_code_name(d->code))
		report_string(l, "bugcheck_name", stop_code_name(d->code));
	report_parameters(l, d, m);
	report_number(l, "dump_type", d->type);
	if (d->system_time)
		report_string(
			l, "system_time", filetime_text(d->system_time, text));
	if (d->uptime)
		report_seconds(l, "uptime_s", d->uptime);
	if (d->has_boot_id)
		report_number(l, "boot_id_0x1054", d->boot_id);
	if (d->program_counter) {
		report_hex(l, "context_rip", d->program_counter);
		if (m)
			report_string(l, "context_rip_in",
				address_place(m, d->program_counter, text));
	}
	if (!m)
		return;
	report_blame(l, d, m);
	if (m->triage.bytes)
		report_triage(l, &m->triage);
	else
		report_list(l, m);
}
