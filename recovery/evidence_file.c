/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/evidence_file.h"

#include <string.h>

#include "recovery/failure.h"
#include "storage/bytes.h"
#include "storage/err.h"

/* What Linux puts before the value of a variable. */
#define ATTRIBUTE_BYTES 4

/* Below this a first word is the version of a log, not the size of an area. */
#define LOG_VERSION_LIMIT 0x10

/* "BugCheckCode-ba57e015-...": the variable's name in efivarfs. */
static const char bugcheck_vendor[] = "-ba57e015-65b3-4c3c-b274-659192f699e3";

struct file {
	const char *name;
	const uint8_t *bytes;
	size_t len;
	struct disk *whole;
	const struct evidence_beside *beside;
};

static bool has_magic(const struct file *f, const char *magic)
{
	size_t len = strlen(magic);

	return f->len >= len && !memcmp(f->bytes, magic, len);
}

/* Own variables tell where they begin. */
static struct file without_attributes(const struct file *f)
{
	struct file rest = *f;

	if (f->len >= ATTRIBUTE_BYTES + sizeof("LBN1") - 1 &&
		(!memcmp(f->bytes + ATTRIBUTE_BYTES, "LBN1", 4) ||
			!memcmp(f->bytes + ATTRIBUTE_BYTES, "LBR2", 4) ||
			!memcmp(f->bytes + ATTRIBUTE_BYTES, "LBF1", 4))) {
		rest.bytes += ATTRIBUTE_BYTES;
		rest.len -= ATTRIBUTE_BYTES;
	}
	return rest;
}

/* --- The kinds ------------------------------------------------------------ */

static void report_log(const uint8_t *bytes, size_t len, struct report_line *l)
{
	struct boot_log log;
	int err = boot_log_check(bytes, len, &log);

	if (err < 0)
		report_string(l, "log_error", err_text(err));
	else
		evidence_report_boot_log(l, &log);
}

static int report_os(const struct file *f, struct report_line *l)
{
	struct boot_status s;
	int err = boot_status_check(f->bytes, f->len, &s);

	if (err < 0)
		return err;
	evidence_report_boot_status(l, &s);
	if (f->len > BOOT_STATUS_AREA_BYTES)
		report_log(f->bytes + BOOT_STATUS_AREA_BYTES,
			f->len - BOOT_STATUS_AREA_BYTES, l);
	return 0;
}

static int report_esp(const struct file *f, struct report_line *l)
{
	struct boot_log log;
	int err = boot_log_check(f->bytes, f->len, &log);

	if (err == 0)
		evidence_report_boot_log(l, &log);
	return err;
}

static int report_note(const struct file *f, struct report_line *l)
{
	struct health_note n;
	int err = note_check(f->bytes, f->len, &n);

	if (err == 0)
		evidence_report_note(l, &n);
	return err;
}

static int report_record(const struct file *f, struct report_line *l)
{
	struct record r;
	int err = record_check(f->bytes, f->len, &r);

	if (err == 0)
		evidence_report_record(l, &r);
	return err;
}

static int report_failure(const struct file *f, struct report_line *l)
{
	struct failure failure;
	int err = failure_check(f->bytes, f->len, &failure);

	if (err == 0)
		failure_report(l, "failure", &failure);
	return err;
}

/* BugCheckCode, and not one of its parameters? */
static bool is_code(const char *name)
{
	static const char code[] = "BugCheckCode";
	const size_t len = sizeof(code) - 1;

	return !strncmp(name, code, len) &&
	       (name[len] == '-' || name[len] == '.' || !name[len]);
}

/* Which variable it is does not matter for the rules on its size. */
static int report_bugcheck(const struct file *f, struct report_line *l)
{
	struct bugcheck_bytes value = {f->bytes, f->len};
	struct bugcheck_bytes none = {NULL, 0};
	struct bugcheck b;
	int err;

	if (strstr(f->name, bugcheck_vendor)) {
		if (f->len < ATTRIBUTE_BYTES)
			return -ERR_TRUNCATED;
		value.bytes = f->bytes + ATTRIBUTE_BYTES;
		value.len -= ATTRIBUTE_BYTES;
	}
	/* A variable that is there has a value. */
	if (!value.len)
		return -ERR_TRUNCATED;
	err = bugcheck_check(value, none, none, &b);
	if (err < 0)
		return err;
	if (is_code(f->name))
		evidence_report_bugcheck(l, &b);
	else
		report_hex(l, "value", b.code);
	return 0;
}

/* Of a page file the dump at its start. */
static int report_dump(const struct file *f, struct report_line *l)
{
	struct dump_modules modules;
	struct dump dump;
	int err = dump_check(f->bytes, f->len, &dump);

	/* It begins like one: what it is, is not known. */
	if (err == -ERR_NOT_FOUND)
		return -ERR_UNSUPPORTED;
	if (err < 0)
		return err;
	err = dump_modules_open(&modules, f->whole, &dump);
	evidence_report_dump(l, &dump, err < 0 ? NULL : &modules);
	dump_modules_close(&modules);
	if (err != -ERR_UNSUPPORTED)
		return err;
	/* The header has been understood. */
	report_string(l, "modules_error", err_text(err));
	return 0;
}

static int report_hive(const struct file *f, struct report_line *l)
{
	return evidence_report_hive(l, f->whole, f->beside);
}

static int report_bcd(const struct file *f, struct report_line *l)
{
	struct hive_replay r;
	struct bcd bcd;
	int err = evidence_report_replay(l, f->whole, f->beside, &r);

	if (err == 0)
		err = bcd_open(&bcd, &r.disk);
	if (err == 0)
		err = evidence_report_bcd(l, &bcd);
	hive_replay_close(&r);
	return err;
}

static const struct kind {
	const char *name;
	const char *magic; /* or NULL */
	int (*report)(const struct file *f, struct report_line *l);
} kinds[] = {
	{"note", "LBN1", report_note},
	{"record", "LBR2", report_record},
	{"failure", "LBF1", report_failure},
	{"dump", "PAGEDU", report_dump},
	{"hive", "regf", report_hive},
};

static const struct kind kind_bugcheck = {"bugcheck", NULL, report_bugcheck};
static const struct kind kind_os = {"os", NULL, report_os};
static const struct kind kind_esp = {"esp", NULL, report_esp};

static const struct kind kind_bcd = {"bcd", NULL, report_bcd};

/* A hive with the objects of a boot configuration; damaged, it may lack some.
 */
static bool is_bcd(const struct file *f)
{
	struct hive_replay r;
	struct bcd bcd;
	bool is_one = false;
	int err;

	if (hive_replay_open(&r, f->whole, f->beside->logs[0],
		    f->beside->logs[1]) == 0) {
		err = bcd_open(&bcd, &r.disk);
		is_one = err == 0 || err == -ERR_NOT_FOUND;
	}
	hive_replay_close(&r);
	return is_one;
}

static const struct kind *kind_of(const struct file *f)
{
	size_t i;

	if (has_magic(f, "regf") && is_bcd(f))
		return &kind_bcd;
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (has_magic(f, kinds[i].magic))
			return &kinds[i];
	if (!strncmp(f->name, "BugCheck", strlen("BugCheck")))
		return &kind_bugcheck;
	if (f->len < 4)
		return NULL;
	if (le32_get(f->bytes) < LOG_VERSION_LIMIT)
		return &kind_esp;
	return le32_get(f->bytes) <= BOOT_STATUS_AREA_BYTES ? &kind_os : NULL;
}

int evidence_file_report(const char *name, const void *bytes, size_t len,
	struct disk *whole, const struct evidence_beside *beside,
	struct report_line *l)
{
	static const struct evidence_beside nothing = {.driver_count = 0};
	struct file f = {name, bytes, len, whole, beside ? beside : &nothing};
	const struct kind *kind;

	f = without_attributes(&f);
	kind = kind_of(&f);
	if (!kind)
		return -ERR_NOT_FOUND;
	report_string(l, "kind", kind->name);
	report_number(l, "size", whole->size_bytes);
	return kind->report(&f, l);
}
