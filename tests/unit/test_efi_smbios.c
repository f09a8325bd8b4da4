/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine's UUID out of SMBIOS tables, good and hostile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <cmocka.h>

#include "efi/smbios.h"
#include "storage/bytes.h"
#include "storage/err.h"
#include "tests/support/exact.h"

static const uint8_t uuid[SMBIOS_ID_BYTES] = {
	1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

static _Alignas(8) uint8_t table[512];
static size_t table_len;

static void add(uint8_t type, size_t len, const char *strings, size_t more)
{
	uint8_t *at = table + table_len;

	memset(at, 0xA5, len);
	at[0] = type;
	at[1] = (uint8_t)len;
	memcpy(at + len, strings, more);
	table_len += len + more;
}

/* A BIOS with strings, a system without, and the end. */
static int make(void **state)
{
	(void)state;
	table_len = 0;
	add(0, 18, "Vendor\0Version\0", 16);
	add(1, 27, "\0", 2);
	memcpy(table + 34 + 8, uuid, sizeof(uuid));
	add(127, 4, "\0", 2);
	return 0;
}

static int check(uint8_t id[SMBIOS_ID_BYTES])
{
	uint8_t *exact = exact_copy(table, table_len);
	int err = smbios_id_check(exact, table_len, id);

	free(exact);
	return err;
}

static void the_uuid(void **state)
{
	uint8_t id[SMBIOS_ID_BYTES];

	(void)state;
	assert_int_equal(check(id), 0);
	assert_memory_equal(id, uuid, sizeof(id));
}

static void none_is_set(void **state)
{
	uint8_t id[SMBIOS_ID_BYTES] = {7};

	(void)state;
	memset(table + 42, 0xFF, SMBIOS_ID_BYTES);
	assert_int_equal(check(id), -ERR_NOT_FOUND);
	memset(table + 42, 0, SMBIOS_ID_BYTES);
	assert_int_equal(check(id), -ERR_NOT_FOUND);
	table_len = 0;
	add(1, 8, "\0", 2); /* SMBIOS 2.0 had no UUID */
	assert_int_equal(check(id), -ERR_NOT_FOUND);
	table_len = 0;
	assert_int_equal(check(id), -ERR_NOT_FOUND);
	add(127, 4, "\0", 2);
	add(1, 27, "\0", 2);
	assert_int_equal(check(id), -ERR_NOT_FOUND);
	assert_int_equal(id[0], 7);
}

static int text(enum smbios_text which, char *ret, size_t cap)
{
	uint8_t *exact = exact_copy(table, table_len);
	int err = smbios_text_check(exact, table_len, which, ret, cap);

	free(exact);
	return err;
}

/* The label: numbers of strings behind the structure. */
static void the_label(void **state)
{
	char found[8] = "before";

	(void)state;
	table_len = 0;
	add(1, 27, "Maker\0Model 5\0SN-1\0", 20);
	table[4] = 1;
	table[5] = 2;
	table[7] = 3;
	assert_int_equal(text(SMBIOS_SERIAL, found, sizeof(found)), 0);
	assert_string_equal(found, "SN-1");
	assert_int_equal(text(SMBIOS_MODEL, found, sizeof(found)), 0);
	assert_string_equal(found, "Model 5");
	assert_int_equal(text(SMBIOS_MODEL, found, 4), 0);
	assert_string_equal(found, "Mod");
	assert_int_equal(text(SMBIOS_MODEL, found, 1), 0);
	assert_string_equal(found, "");
	table[7] = 0; /* says none */
	assert_int_equal(
		text(SMBIOS_SERIAL, found, sizeof(found)), -ERR_NOT_FOUND);
	table[7] = 4; /* there are three */
	assert_int_equal(
		text(SMBIOS_SERIAL, found, sizeof(found)), -ERR_NOT_FOUND);
	table[7] = 255;
	assert_int_equal(
		text(SMBIOS_SERIAL, found, sizeof(found)), -ERR_NOT_FOUND);
	table_len -= 2; /* the last one without its end */
	table[7] = 3;
	assert_int_equal(
		text(SMBIOS_SERIAL, found, sizeof(found)), -ERR_TRUNCATED);
	table_len = 27;
	assert_int_equal(
		text(SMBIOS_SERIAL, found, sizeof(found)), -ERR_TRUNCATED);
	table_len = 0;
	add(1, 7, "x\0", 3); /* too short to have a serial number */
	assert_int_equal(
		text(SMBIOS_SERIAL, found, sizeof(found)), -ERR_NOT_FOUND);
	table_len = 0;
	add(127, 4, "\0", 2);
	assert_int_equal(
		text(SMBIOS_SERIAL, found, sizeof(found)), -ERR_NOT_FOUND);
	assert_string_equal(found, "");
}

static void cut_and_flipped(void **state)
{
	uint8_t id[SMBIOS_ID_BYTES];
	size_t whole = table_len;
	size_t i;

	(void)state;
	for (table_len = 1; table_len < 34 + 27; table_len++) {
		if (table_len != 34)
			assert_int_equal(check(id), -ERR_TRUNCATED);
		else
			assert_int_equal(check(id), -ERR_NOT_FOUND);
	}
	table_len = whole;
	for (i = 0; i < whole * 8; i++) {
		table[i / 8] ^= (uint8_t)(1u << i % 8);
		(void)check(id);
		table[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	for (i = 0; i < 4; i++) {
		table[1] = (uint8_t)i;
		assert_int_equal(check(id), -ERR_CORRUPT);
	}
}

/* --- From the configuration table -------------------------------------------
 */

static EFI_CONFIGURATION_TABLE tables[1];
static EFI_SYSTEM_TABLE system_table;
static const struct firmware fw = {.system = &system_table};
static _Alignas(8) uint8_t entry[64];

static void put_sum(size_t len, size_t at)
{
	uint8_t sum = 0;

	entry[at] = 0;
	for (size_t i = 0; i < len; i++)
		sum = (uint8_t)(sum + entry[i]);
	entry[at] = (uint8_t)-sum;
}

static void use(const EFI_GUID *guid)
{
	tables[0].VendorGuid = *guid;
	tables[0].VendorTable = entry;
	system_table.ConfigurationTable = tables;
	system_table.NumberOfTableEntries = 1;
}

static void put_entry3(void)
{
	static const EFI_GUID guid = {0xf2fd1544, 0x9794, 0x4a2c,
		{0x99, 0x2e, 0xe5, 0xbb, 0xcf, 0x20, 0xe3, 0x94}};

	memset(entry, 0, sizeof(entry));
	memcpy(entry, "_SM3_", 5);
	entry[6] = 24;
	le32_put(entry + 12, (uint32_t)table_len);
	le64_put(entry + 16, (uintptr_t)table);
	put_sum(24, 5);
	use(&guid);
}

static void entry_points(void **state)
{
	uint8_t id[SMBIOS_ID_BYTES];
	char text[8];

	(void)state;
	put_entry3();
	assert_int_equal(smbios_id_get(&fw, id), 0);
	assert_memory_equal(id, uuid, sizeof(id));
	table[34 + 5] = 0;
	assert_int_equal(smbios_text_get(&fw, SMBIOS_MODEL, text, sizeof(text)),
		-ERR_NOT_FOUND);
	entry[5]++; /* the sum */
	assert_int_equal(smbios_id_get(&fw, id), -ERR_NOT_FOUND);
	put_entry3();
	entry[6] = 23;
	put_sum(23, 5);
	assert_int_equal(smbios_id_get(&fw, id), -ERR_NOT_FOUND);
	put_entry3();
	entry[6] = 255;
	assert_int_equal(smbios_id_get(&fw, id), -ERR_NOT_FOUND);
	put_entry3();
	le64_put(entry + 16, 0);
	put_sum(24, 5);
	assert_int_equal(smbios_id_get(&fw, id), -ERR_NOT_FOUND);
	system_table.NumberOfTableEntries = 0;
	assert_int_equal(smbios_id_get(&fw, id), -ERR_NOT_FOUND);
}

/* Its table lies where 32 bits reach. */
static void the_old_entry_point(void **state)
{
	static const EFI_GUID guid = {0xeb9d2d31, 0x2d88, 0x11d3,
		{0x9a, 0x16, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d}};
	void *low = mmap((void *)0x20000000, 4096, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint8_t id[SMBIOS_ID_BYTES];

	(void)state;
	assert_true((uintptr_t)low <= UINT32_MAX - 4096);
	memcpy(low, table, table_len);
	memset(entry, 0, sizeof(entry));
	memcpy(entry, "_SM_", 4);
	entry[5] = 31;
	le16_put(entry + 22, (uint16_t)table_len);
	le32_put(entry + 24, (uint32_t)(uintptr_t)low);
	put_sum(31, 4);
	use(&guid);
	assert_int_equal(smbios_id_get(&fw, id), 0);
	assert_memory_equal(id, uuid, sizeof(id));
	entry[5] = 30;
	put_sum(30, 4);
	assert_int_equal(smbios_id_get(&fw, id), -ERR_NOT_FOUND);
	assert_int_equal(munmap(low, 4096), 0);
}

#define TEST(f) cmocka_unit_test_setup(f, make)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_uuid),
		TEST(none_is_set),
		TEST(the_label),
		TEST(cut_and_flipped),
		TEST(entry_points),
		TEST(the_old_entry_point),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
