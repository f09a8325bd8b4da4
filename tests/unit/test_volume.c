/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Mounting, finding and reading files.  Above all: damage and failing reads are
 * never taken for "not there".
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "storage/bytes.h"
#include "storage/err.h"
#include "tests/support/failalloc.h"
#include "tests/support/mounted.h"
#include "tests/support/ntfs_peek.h"
#include "tests/support/peak_memory.h"
#include "tests/support/volume_check.h"

#define MANY_FILES   400
#define MOST_MEMORY  (4 << 20)
#define SYSTEM_FIRST 24 /* MFT records from here on are users' */

static const struct image_plan plan = {
	.manifest = "dir /Windows/System32\n"
		    "file /Windows/bootstat.dat repeat STATUS 67584\n"
		    "file /Windows/small.txt text \"eleven char\"\n"
		    "file /Windows/empty.txt\n"
		    "file /Windows/big.bin repeat 0123456789 300000\n"
		    "stream /Windows/big.bin more text hidden\n"
		    "file \"/Windows/with blank and \xc3\xa9.txt\" text x\n"
		    "file /Windows/longname-of-a-file.sys text x\n"
		    "dosname /Windows/longname-of-a-file.sys LONGNA~1.SYS\n"
		    "dir /Many\n"
		    "filler /Many 400\n",
};

static struct mounted m;

static int setup(void **state)
{
	(void)state;
	mounted_open(&m, &plan);
	return 0;
}

static int make_only(void **state)
{
	(void)state;
	mounted_make(&m, &plan);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	mounted_close(&m);
	return 0;
}

static void finds_what_is_there(void **state)
{
	static const char *const there[] = {"", "/", "Windows",
		"Windows/System32", "/Windows//System32/", "windows/SYSTEM32",
		"Windows/bootstat.dat", "WINDOWS/BootStat.DAT",
		"Windows/with blank and \xc3\xa9.txt",
		"Windows/WITH BLANK AND \xc3\x89.TXT", /* É */
		"Windows/longname-of-a-file.sys", "Windows/LONGNA~1.SYS",
		"Many/filler-000000.dat", "Many/filler-000399.dat"};

	(void)state;
	for (size_t i = 0; i < sizeof(there) / sizeof(there[0]); i++) {
		if (volume_exists(&m.volume, there[i]) != 1)
			fail_msg("%s was not found", there[i]);
	}
	assert_int_equal(m.volume.serial, IMAGE_SERIAL);
	assert_true(overlay_is_empty(&m.overlay));
}

static void does_not_find_what_is_not_there(void **state)
{
	static const char *const absent[] = {"Window", "Windows2",
		"Windows/System32/drivers", "Windows/bootstat.dat/x",
		"Windows/bootstat", "Many/filler-000400.dat", "*",
		"C:", "Windows\\System32", "Windows/small.txt:stream",
		"Windows/with blank and e.txt"};
	char name[2000];

	(void)state;
	for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++)
		assert_int_equal(volume_exists(&m.volume, absent[i]), 0);
	for (size_t len = 250; len < sizeof(name); len += 7) {
		memset(name, 'x', len);
		name[len] = '\0';
		assert_int_equal(volume_exists(&m.volume, name), 0);
	}
}

static void reads_the_start_of_a_file(void **state)
{
	static unsigned char buf[400000];
	uint64_t size = 0;
	size_t len = 0;

	(void)state;
	assert_int_equal(volume_read_file(&m.volume, "Windows/small.txt", buf,
				 sizeof(buf), &len, &size),
		0);
	assert_int_equal(len, 11);
	assert_int_equal(size, 11);
	assert_memory_equal(buf, "eleven char", 11);
	assert_int_equal(volume_read_file(&m.volume, "windows/BIG.bin", buf,
				 sizeof(buf), &len, &size),
		0);
	assert_int_equal(len, 300000);
	assert_int_equal(size, 300000);
	for (size_t i = 0; i < len; i++)
		assert_int_equal(buf[i], '0' + (int)(i % 10));
	assert_int_equal(volume_read_file(&m.volume, "Windows/big.bin", buf, 7,
				 &len, &size),
		0);
	assert_int_equal(len, 7);
	assert_int_equal(size, 300000);
	assert_int_equal(volume_read_file(&m.volume, "Windows/empty.txt", buf,
				 sizeof(buf), &len, &size),
		0);
	assert_int_equal(len, 0);
	assert_int_equal(size, 0);
	assert_int_equal(volume_read_file(&m.volume, "Windows/none.txt", buf, 1,
				 &len, &size),
		-ERR_NOT_FOUND);
	assert_true(volume_read_file(
			    &m.volume, "Windows", buf, 1, &len, &size) < 0);
	assert_true(overlay_is_empty(&m.overlay));
}

struct visited {
	uint64_t bytes;
	unsigned int calls;
	unsigned int stop_at; /* the call that ends it, or 0 */
};

static int visit(void *ctx, const void *bytes, size_t len)
{
	struct visited *seen = ctx;
	const char *text = bytes;

	assert_in_range(len, 1, VOLUME_VISIT_BYTES);
	for (size_t i = 0; i < len; i++)
		assert_int_equal(text[i], '0' + (seen->bytes + i) % 10);
	seen->bytes += len;
	seen->calls++;
	return seen->calls == seen->stop_at ? -ERR_AMBIGUOUS : 0;
}

static void visit_all_of_a_file(void **state)
{
	struct visited seen = {0};

	(void)state;
	assert_int_equal(volume_visit_file(&m.volume, "Windows/big.bin", 300000,
				 visit, &seen),
		0);
	assert_int_equal(seen.bytes, 300000);
	assert_in_range(seen.calls, 5, 5);
	seen = (struct visited){.stop_at = 2};
	assert_int_equal(volume_visit_file(&m.volume, "Windows/big.bin", 300000,
				 visit, &seen),
		-ERR_AMBIGUOUS);
	assert_int_equal(seen.calls, 2);
	seen = (struct visited){0};
	assert_int_equal(volume_visit_file(&m.volume, "Windows/big.bin", 299999,
				 visit, &seen),
		-ERR_TOO_LARGE);
	assert_int_equal(volume_visit_file(&m.volume, "Windows/empty.txt", 0,
				 visit, &seen),
		0);
	assert_int_equal(volume_visit_file(&m.volume, "Windows/none.txt", 9,
				 visit, &seen),
		-ERR_NOT_FOUND);
	assert_int_equal(seen.calls, 0);
}

/* --- Damage --------------------------------------------------------------- */

/* All files are found or damaged; returns how many of them are damaged. */
static unsigned int count_damaged(void)
{
	unsigned int damaged = 0;
	char path[64];

	for (int i = 0; i < MANY_FILES; i++) {
		int found;

		snprintf(path, sizeof(path), "Many/filler-%06d.dat", i);
		found = volume_exists(&m.volume, path);
		if (found == 1)
			continue;
		if (found != -ERR_CORRUPT)
			fail_msg("%s: %d", path, found);
		damaged++;
	}
	return damaged;
}

static void damage_magic(unsigned char *block)
{
	memcpy(block, "BAAD", 4);
}

static void damage_fixup(unsigned char *block)
{
	block[511] ^= 0xff;
}

static void damage_all(unsigned char *block)
{
	memset(block, 0, 4096);
}

static void damage_header(unsigned char *block)
{
	le32_put(block + 0x18, 0xffffff00); /* where the entries begin */
}

static void damaged_index_is_never_not_found(void **state)
{
	static void (*const ways[])(unsigned char *block) = {
		damage_magic, damage_fixup, damage_all, damage_header};
	unsigned int blocks = 0;

	(void)state;
	for (uint64_t off = 0; off < m.size; off += 4096) {
		if (memcmp(m.bytes + off, "INDX", 4) ||
			!memmem(m.bytes + off, 4096, "f\0i\0l\0l\0e\0r", 11))
			continue;
		blocks++;
		for (size_t way = 0; way < 4; way++) {
			unsigned char before[4096];

			memcpy(before, m.bytes + off, sizeof(before));
			ways[way](m.bytes + off);
			mounted_mount(&m);
			assert_true(count_damaged() > 0);
			assert_true(volume_exists(&m.volume, "Many/none") < 0 ||
				    volume_exists(&m.volume, "Many/none") == 0);
			mounted_unmount(&m);
			memcpy(m.bytes + off, before, sizeof(before));
		}
	}
	assert_true(blocks > 5);
}

static void damaged_record_is_never_not_found(void **state)
{
	uint64_t number = peek_record_of(m.bytes, m.size, "filler-000200.dat");
	uint64_t place = peek_record_place(m.bytes, m.size, number);
	uint64_t many = peek_record_place(
		m.bytes, m.size, peek_record_of(m.bytes, m.size, "Many"));

	(void)state;
	assert_true(number >= SYSTEM_FIRST && many);
	m.bytes[place] = 'X';
	mounted_mount(&m);
	assert_int_equal(volume_exists(&m.volume, "Many/filler-000200.dat"),
		-ERR_CORRUPT);
	assert_int_equal(count_damaged(), 1);
	mounted_unmount(&m);
	m.bytes[place] = 'F';
	m.bytes[place + 16]++; /* used anew since: another sequence number */
	mounted_mount(&m);
	assert_int_equal(volume_exists(&m.volume, "Many/filler-000200.dat"),
		-ERR_CORRUPT);
	assert_int_equal(count_damaged(), 1);
	mounted_unmount(&m);
	m.bytes[place + 16]--;
	m.bytes[many + 511] ^= 1;
	mounted_mount(&m);
	assert_int_equal(count_damaged(), MANY_FILES);
	assert_int_equal(volume_exists(&m.volume, "Windows/bootstat.dat"), 1);
	mounted_unmount(&m);
}

/* Open, ask, close; what was found, or the first error. */
static int ask(const char *path)
{
	struct overlay o;
	struct volume v = {0};
	int err = overlay_open(&o, &m.slice.disk, OVERLAY_MAX_BYTES);
	int found = err;

	if (!err)
		err = volume_open(&v, &o.disk);
	found = err < 0 ? err : volume_exists(&v, path);
	err = volume_close(&v);
	overlay_close(&o);
	return found < 0 ? found : err < 0 ? err : found;
}

static const char asked[] = "WINDOWS/longname-OF-a-file.SYS";

static void failing_read_is_never_not_found(void **state)
{
	uint64_t reads;

	(void)state;
	assert_int_equal(ask(asked), 1);
	reads = m.disk.counts.reads;
	assert_true(reads > 10);
	for (uint64_t n = 1; n <= reads; n++) {
		for (int fault = EMUDISK_FAIL; fault <= EMUDISK_PRETEND;
			fault++) {
			int found;

			emudisk_reset(&m.disk);
			emudisk_plan_fault(&m.disk, EMUDISK_READ,
				(enum emudisk_fault)fault, n,
				fault == EMUDISK_FAIL);
			found = ask(asked);
			if (fault == EMUDISK_FAIL ? found != -ERR_IO : !found)
				fail_msg("ask:read:%d:%d: %d", (int)n, fault,
					found);
		}
	}
}

static void failing_allocation_is_never_not_found(void **state)
{
	bool was_hit = true;

	(void)state;
	for (uint64_t n = 1; was_hit; n++) {
		int found;

		failalloc_arm(n, false);
		found = ask(asked);
		was_hit = failalloc_disarm();
		/* One of them the library can do without. */
		if (found != 1 && (!was_hit || found != -ERR_NO_MEMORY))
			fail_msg("ask:allocation:%d: %d", (int)n, found);
	}
	assert_true(failalloc_count() > 10);
}

#define STREAM(name)                                                           \
	"stream /a.sys " name " text "                                         \
	"0123456789012345678901234567890123456789\n"
#define LIST_TYPE    0x20
#define BASE_RECORD  32 /* of an extension */
#define ENTRY_RECORD 16 /* of an entry in an attribute list */

/* Its attribute list names a record of the volume's own. */
static void records_of_others_are_no_extensions(void **state)
{
	static const struct image_plan spread = {
		.manifest = "file /a.sys text a\n" STREAM("s1") STREAM("s2")
			STREAM("s3") STREAM("s4") STREAM("s5") STREAM("s6")
				STREAM("s7") STREAM("s8") STREAM("s9")
					STREAM("sa") STREAM("sb") STREAM("sc")};
	uint64_t number, at;

	(void)state;
	mounted_open(&m, &spread);
	assert_int_equal(volume_exists(&m.volume, "a.sys"), 1);
	mounted_unmount(&m);
	number = peek_record_of(m.bytes, m.size, "a.sys");
	at = peek_record_place(m.bytes, m.size, number);
	number = le32_get(m.bytes + at + BASE_RECORD);
	assert_true(number > 0);
	at = peek_value_place(m.bytes, m.size, number, LIST_TYPE);
	assert_true(at > 0);
	/* Of the first entry; record 0 and that one are of generation 1. */
	assert_int_equal(le32_get(m.bytes + at + ENTRY_RECORD), number);
	le32_put(m.bytes + at + ENTRY_RECORD, 0);
	mounted_mount(&m);
	assert_int_equal(volume_exists(&m.volume, "a.sys"), -ERR_CORRUPT);
}

/* Whoever believes a damaged length asks for it, and mostly gets it. */
static void damaged_lengths_take_no_memory(void **state)
{
	static const struct {
		uint64_t record;
		uint32_t type, off, value;
	} all[] = {
		{4, 0x80, 0x30, 0xfffff0},	 /* $AttrDef: bytes of data */
		{5, 0x90, 0x20 + 8, 0x80000000}, /* the root: of a block */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		uint64_t at;
		int err;

		mounted_make(&m, &plan);
		at = peek_attribute_place(
			m.bytes, m.size, all[i].record, all[i].type);
		assert_true(at > 0);
		le32_put(m.bytes + at + all[i].off, all[i].value);
		assert_int_equal(overlay_open(&m.overlay, &m.slice.disk,
					 OVERLAY_MAX_BYTES),
			0);
		peak_memory_begin();
		err = volume_open(&m.volume, &m.overlay.disk);
		if (err == 0)
			err = volume_exists(&m.volume, "Windows/small.txt");
		assert_int_equal(err, -ERR_CORRUPT);
		assert_true(peak_memory_end() < MOST_MEMORY);
		mounted_close(&m);
	}
}

static void rejects_what_is_no_volume(void **state)
{
	struct prng random = {.state = 1};
	struct emudisk e;

	(void)state;
	for (uint64_t size = 0; size < 40000; size = size * 3 / 2 + 100) {
		struct volume v;
		struct overlay o;

		assert_int_equal(emudisk_open(&e, size, 512), 0);
		prng_fill(&random, e.bytes, (size_t)size);
		assert_int_equal(
			overlay_open(&o, &e.disk, OVERLAY_MAX_BYTES), 0);
		assert_int_equal(volume_open(&v, &o.disk), -ERR_CORRUPT);
		assert_null(v.ntfs);
		assert_int_equal(volume_close(&v), 0);
		assert_true(overlay_is_empty(&o));
		overlay_close(&o);
		emudisk_close(&e);
	}
}

/* The boot sector promises more than there is. */
static void rejects_a_truncated_volume(void **state)
{
	uint64_t whole = m.size;

	(void)state;
	for (uint64_t size = 512; size < whole;
		size += size / 2 / 512 * 512 + 512) {
		int found;

		m.slice.disk.size_bytes = size;
		found = ask("Windows/System32");
		if (found != 1 && found != -ERR_CORRUPT)
			fail_msg("%d bytes: %d", (int)size, found);
	}
	m.slice.disk.size_bytes = whole;
	assert_int_equal(ask("Windows/System32"), 1);
	assert_int_equal(m.disk.counts.writes, 0);
}

/* --- Real volumes --------------------------------------------------------- */

static void opens_real_volumes(void **state)
{
	static const struct {
		const char *name;
		uint64_t start;
		const char *path;
	} real[] = {
		{"win10-clean-ads-40m.dd", 0, "nine.TXT"},
		{"win10-dirty-log20-10m.dd", 0,
			"folder a/Folder B/Hello world text document.txt"},
		{"win10-index-2k-mbr-30m.raw", 65536,
			"test_dir/555555555555555.txt"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(real) / sizeof(real[0]); i++) {
		if (!mounted_fixture(&m, real[i].name, real[i].start))
			continue;
		mounted_mount(&m);
		assert_int_equal(volume_exists(&m.volume, real[i].path), 1);
		assert_int_equal(volume_exists(&m.volume, "none"), 0);
		assert_true(overlay_is_empty(&m.overlay));
		mounted_close(&m);
	}
}

#define ON(test, before) cmocka_unit_test_setup_teardown(test, before, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON(finds_what_is_there, setup),
		ON(does_not_find_what_is_not_there, setup),
		ON(reads_the_start_of_a_file, setup),
		ON(visit_all_of_a_file, setup),
		ON(damaged_index_is_never_not_found, make_only),
		ON(damaged_record_is_never_not_found, make_only),
		ON(failing_read_is_never_not_found, make_only),
		ON(failing_allocation_is_never_not_found, make_only),
		cmocka_unit_test_teardown(
			records_of_others_are_no_extensions, teardown),
		cmocka_unit_test_teardown(
			damaged_lengths_take_no_memory, teardown),
		cmocka_unit_test(rejects_what_is_no_volume),
		ON(rejects_a_truncated_volume, make_only),
		cmocka_unit_test(opens_real_volumes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
