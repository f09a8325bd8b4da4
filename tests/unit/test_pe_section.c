/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finding a section in images that are cut, flipped and wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/pe_section.h"
#include "storage/bytes.h"
#include "storage/err.h"
#include "tests/support/exact.h"

#define PE_AT	   0x40
#define OPTIONAL   0xF0
#define TABLE_AT   (PE_AT + 24 + OPTIONAL)
#define FILE_BYTES 0x600

static uint8_t pe[FILE_BYTES];

static uint8_t *section(size_t i)
{
	return pe + TABLE_AT + 40 * i;
}

/* Two sections: .text and .lbkey, each 0x100 bytes in the file. */
static int make(void **state)
{
	(void)state;
	memset(pe, 0, sizeof(pe));
	memcpy(pe, "MZ", 2);
	le32_put(pe + 0x3C, PE_AT);
	memcpy(pe + PE_AT, "PE\0\0", 4);
	le16_put(pe + PE_AT + 6, 2);
	le16_put(pe + PE_AT + 20, OPTIONAL);
	le16_put(pe + PE_AT + 24, 0x20B);
	for (size_t i = 0; i < 2; i++) {
		memcpy(section(i), i ? ".lbkey" : ".text", i ? 6 : 5);
		le32_put(section(i) + 8, 0x90);
		le32_put(section(i) + 12, (uint32_t)(0x300 + 0x100 * i));
		le32_put(section(i) + 16, 0x100);
		le32_put(section(i) + 20, (uint32_t)(0x400 + 0x100 * i));
	}
	return 0;
}

static int find(bool is_loaded, const void **ret_bytes, size_t *ret_len)
{
	return pe_section_check(
		pe, sizeof(pe), is_loaded, PE_KEY_SECTION, ret_bytes, ret_len);
}

static void in_a_file_and_in_memory(void **state)
{
	const void *bytes;
	size_t len;

	(void)state;
	assert_int_equal(find(false, &bytes, &len), 0);
	assert_ptr_equal(bytes, pe + 0x500);
	assert_int_equal(len, 0x90);
	assert_int_equal(find(true, &bytes, &len), 0);
	assert_ptr_equal(bytes, pe + 0x400);
	/* A name may take all eight bytes. */
	memcpy(section(0), ".longest", 8);
	assert_int_equal(pe_section_check(pe, sizeof(pe), false, ".longest",
				 &bytes, &len),
		0);
	assert_ptr_equal(bytes, pe + 0x400);
	assert_int_equal(find(false, &bytes, &len), 0);
	/* What is beyond the file's bytes is padding. */
	le32_put(section(1) + 8, 0x1000);
	assert_int_equal(find(false, &bytes, &len), 0);
	assert_int_equal(len, 0x100);
}

static void what_is_wrong(void **state)
{
	const void *bytes = NULL;
	size_t len = 5;

	(void)state;
	memcpy(section(0), ".lbkey", 6);
	assert_int_equal(find(false, &bytes, &len), -ERR_AMBIGUOUS);
	memcpy(section(0), ".lbkeys", 7);
	memcpy(section(1), ".LBKEY", 6);
	assert_int_equal(find(false, &bytes, &len), -ERR_NOT_FOUND);
	assert_int_equal(pe_section_check(pe, sizeof(pe), false, "123456789",
				 &bytes, &len),
		-ERR_NOT_FOUND);
	(void)make(NULL);
	le32_put(section(1) + 20, FILE_BYTES - 0x8F);
	assert_int_equal(find(false, &bytes, &len), -ERR_TRUNCATED);
	le32_put(section(1) + 20, UINT32_MAX);
	assert_int_equal(find(false, &bytes, &len), -ERR_TRUNCATED);
	(void)make(NULL);
	le16_put(pe + PE_AT + 6, PE_MAX_SECTIONS + 1);
	assert_int_equal(find(false, &bytes, &len), -ERR_TOO_LARGE);
	le16_put(pe + PE_AT + 6, PE_MAX_SECTIONS);
	assert_int_equal(find(false, &bytes, &len), -ERR_TRUNCATED);
	(void)make(NULL);
	le16_put(pe + PE_AT + 24, 0x10B);
	assert_int_equal(find(false, &bytes, &len), -ERR_CORRUPT);
	(void)make(NULL);
	le32_put(pe + 0x3C, UINT32_MAX);
	assert_int_equal(find(false, &bytes, &len), -ERR_TRUNCATED);
	(void)make(NULL);
	pe[0] = 'N';
	assert_int_equal(find(false, &bytes, &len), -ERR_CORRUPT);
	assert_null(bytes);
	assert_int_equal(len, 5);
}

static void cut_and_flipped(void **state)
{
	const void *bytes;
	size_t i, len;

	(void)state;
	for (i = 0; i < sizeof(pe); i++) {
		uint8_t *cut = exact_copy(pe, i);
		int err = pe_section_check(
			cut, i, false, PE_KEY_SECTION, &bytes, &len);

		assert_int_equal(err, i < 0x590 ? -ERR_TRUNCATED : 0);
		free(cut);
	}
	for (i = 0; i < 0x200 * 8; i++) {
		uint8_t *flipped = exact_copy(pe, sizeof(pe));
		const uint8_t *at;

		flipped[i / 8] ^= (uint8_t)(1u << i % 8);
		if (pe_section_check(flipped, sizeof(pe), false, PE_KEY_SECTION,
			    &bytes, &len) == 0) {
			at = bytes;
			assert_true(at >= flipped && len <= sizeof(pe) &&
				    at + len <= flipped + sizeof(pe));
		}
		free(flipped);
	}
}

#define TEST(f) cmocka_unit_test_setup(f, make)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(in_a_file_and_in_memory),
		TEST(what_is_wrong),
		TEST(cut_and_flipped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
