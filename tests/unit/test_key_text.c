/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Recovery passwords in free text: what Windows saves, and what people do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/keys/key_file.h"
#include "recovery/keys/key_text.h"
#include "storage/err.h"
#include "tests/support/failalloc.h"
#include "tests/support/key_cases.h"

#define WINDOWS_10                                                             \
	"BitLocker Drive Encryption recovery key \n\n"                         \
	"To verify that this is the correct recovery key, compare the start "  \
	"of the following identifier with the identifier value displayed on "  \
	"your PC.\n\nIdentifier:\n\n\t%I1\n\n"                                 \
	"If the above identifier matches the one displayed by your PC, then "  \
	"use the following key to unlock your drive.\n\nRecovery Key:\n\n"     \
	"\t%K1\n\nIf the above identifier doesn't match the one displayed by " \
	"your PC, then this isn't the right key to unlock your drive.\n"

static const struct key_case cases[] = {
	{"Windows 10", WINDOWS_10, "1=1@13 ", NULL},
	{"Windows 7",
		"Recovery key identification: %8-45\n"
		"Full recovery key identification: %I1\n\n"
		"BitLocker Recovery Key:\n%K1\n",
		"1=1@5 ", NULL},
	{"two of them", WINDOWS_10 "\n%I2\n%K2", "1=1@13 2=2@18 ", NULL},
	{"manage-bde",
		"Volume C: [OS]\nAll Key Protectors\n\n    TPM:\n"
		"      ID: {%I3}\n      PCR Validation Profile:\n"
		"        7, 11\n\n    Numerical Password:\n      ID: {%I1}\n"
		"      Password:\n        %K1\n",
		"1=3@12 1=1@12 ", NULL},
	{"PowerShell",
		"KeyProtectorId      : {%I1}\nKeyProtectorType    : "
		"RecoveryPassword\nRecoveryPassword    : %K1\n\n"
		"KeyProtectorId      : {%I2}\nKeyProtectorType    : Tpm\n",
		"1=1@3 ", NULL},
	{"in braces, small", "{%i1} {%K1}", "1=1@1 ", NULL},
	{"the key first", "%K1 %I1\n%K2 %I2\n", "1=1@1 2=2@2 ", NULL},
	{"eight digits", "PC 7: %8, %K1\n", "1~1@1 ", NULL},
	{"eight digits and a date", "%8 20240719\n%K1\n", "1~1@2 ", NULL},
	{"eight digits behind", "%K1 (%8)\n", "1~1@1 ", NULL},
	{"none", "write down: %K1", "1?@1 ", NULL},
	{"none, in the name", "%K1", "1?@1 ", "site keys.txt"},
	{"a directory's name",
		"CN=2012-09-07T14:29:53-08:00{%I1},CN=PC01,OU=x\n%K1\n",
		"1=1@2 ", NULL},
	{"numbers around", "004711 %K1 123123 20240719", "1?@1 ", NULL},
	{"one behind the other", "%I1 %I2 %K1 %K2", "1=1@1 1=2@1 2?@1 ", NULL},
	{"a bad one takes its identifier along",
		"%I1 111111-222222-333333-444444-555555-666666-777777-888888\n"
		"%K2\n",
		"2?@2 !r7@1 ", NULL},
	{"a wrong digit",
		"000011-000022-000033-000044-000054-000066-000077-000088",
		"!r5@1 ", NULL},
	{"too few groups", "000011-000022-000033-000044-000055-000066-000077 x",
		"!g7@1 ", NULL},
	{"too many groups", "%K1-000011", "!g9@1 ", NULL},
	{"a group too short",
		"000011-00022-000033-000044-000055-000066-000077-000088",
		"!g6@1 ", NULL},
	{"49 digits", "0000110000220000330000440000550000660000770000880",
		"!d49@1 ", NULL},
	{"60 digits",
		"000011000022000033000044000055000066000077000088000099000011",
		"", NULL},
	{"a long word",
		"%I1 aaaaaaaaaabbbbbbbbbbccccccccccddddddddddaaaaaaaaaabbbbbbbb"
		"bbcccccccccc %K1",
		"1=1@1 ", NULL},
	{"letters of elsewhere", "ABCDEF1\xE4 %K1 x", "1?@1 ", NULL},
	{"a hyphen in front", "-%8 %K1", "1~1@1 ", NULL},
	{"groups far away",
		"000011          000022-000033-000044-000055-000066-000077-"
		"000088",
		"!g7@1 ", NULL},
	{"seven with blanks, then hyphens",
		"000011 000022 000033 000044 000055 000066 000077 "
		"000088-000099",
		"!g7@1 ", NULL},
	{"the identifier twice", "%I1 %i1 %K1", "1=1@1 ", NULL},
	{"more identifiers than are kept", "%I1 %I2 %I3 %I4 %I5 %K1",
		"1=2@1 1=3@1 1=4@1 1=5@1 ", NULL},
	{"two dates", "20240719\n20240720\n%K1", "1~10@3 ", NULL},
	{"a date, then eight digits", "20240719\n%8 %K1", "1~1@2 ", NULL},
	{"a date behind", "%K1\n20240719 %I1", "1=1@1 ", NULL},
	{"a date behind eight digits", "%8\n20240719\n%K1", "1~1@3 ", NULL},
	{"lines like rows",
		"a, b\na, b\na, b\na, b\na, b\na, b\na, b\na, b\na, b\n%I1\n"
		"%K1",
		"1=1@11 ", NULL},
	{"nothing", "", "", NULL},
	{"no key", "%I1 is the identifier, and there is no key.", "", NULL},
	{"six digits here and there", "123456 and 234567 and 345678", "", NULL},
};

static void all_shapes(void **state)
{
	(void)state;
	key_case_run(cases, sizeof(cases) / sizeof(cases[0]), key_text_parse);
	/* None of these is taken for a table. */
	key_case_run(cases, sizeof(cases) / sizeof(cases[0]), key_file_parse);
}

/* Key 1 with other things in place of its hyphens. */
static size_t with_gaps(const char *gap, char *ret)
{
	char text[KEY_SAMPLE_TEXT_BYTES];
	size_t used = 0;
	const char *c;

	(void)key_sample_text(1, text);
	for (c = text; *c; c++) {
		if (*c != '-')
			ret[used++] = *c;
		else
			used += (size_t)sprintf(ret + used, "%s", gap);
	}
	return used;
}

static const char *read_all(const char *name, const char *bytes, size_t len)
{
	static char found[KEY_CASE_BYTES];
	struct key_sample s = {.count = 0};

	assert_int_equal(
		key_case_read(key_text_parse, name, bytes, len, &s), 0);
	return key_case_describe(&s, found);
}

static void gaps(void **state)
{
	static const char *const good[] = {"", " ", "  ", "\t", " - ", "-\n",
		"-\r\n", " -\n  ", "\xE2\x80\x91", "\xE2\x80\x93", "\x96",
		"\xC2\xA0", "\xA0", "-\xE2\x80\x8B", "\xE2\x88\x92"};
	static const char *const bad[] = {"\n", "--", ",", ".", "_", "x", "/"};
	char text[512];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_string_equal(
			read_all("keys", text, with_gaps(good[i], text)),
			"1?@1 ");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_null(strstr(
			read_all("keys", text, with_gaps(bad[i], text)), "1?"));
}

/* Two passwords with blanks only: 16 groups. */
static void one_behind_the_other(void **state)
{
	char text[512];
	size_t len = with_gaps(" ", text);

	(void)state;
	text[len++] = ' ';
	len += with_gaps(" ", text + len);
	assert_string_equal(read_all("keys", text, len), "1?@1 1?@1 ");
}

static void wide_digits(void **state)
{
	char text[KEY_SAMPLE_TEXT_BYTES];
	char wide[256];
	size_t used = 0;
	const char *c;

	(void)state;
	for (c = key_sample_text(1, text); *c; c++)
		used += (size_t)sprintf(wide + used, "\xEF\xBC%c",
			*c == '-' ? 0x8D : 0x90 + *c - '0');
	assert_string_equal(read_all("keys", wide, used), "1?@1 ");
}

static void identifier_in_the_name(void **state)
{
	char name[128];
	char text[256];
	size_t len = key_sample_write("BitLocker %K1\n", text, sizeof(text));

	(void)state;
	(void)key_sample_write(
		"BitLocker Recovery Key %I2.TXT", name, sizeof(name));
	assert_string_equal(read_all(name, text, len), "1=2@1 ");
	len = key_sample_write("%I1 %K1\n", text, sizeof(text));
	assert_string_equal(read_all(name, text, len), "1=1@1 ");
	/* Not of a name like that. */
	len = key_sample_write("%K1\n", text, sizeof(text));
	assert_string_equal(
		read_all("Schl\xC3\xBCssel ABCDEF12.txt", text, len), "1?@1 ");
}

static void every_other_language(void **state)
{
	char text[1024];
	size_t len = key_sample_write("\xEF\xBB\xBF"
				      "\xE8\xAD\x98\xE5\x88\xA5\xE5\xAD\x90:"
				      "\n\n\t%I1\n\n\xD0\x9A\xD0\xBB\xD1\x8E"
				      "\xD1\x87:\n\n\t%K1\n",
		text, sizeof(text));

	(void)state;
	assert_string_equal(read_all("keys", text, len), "1=1@7 ");
	/* Windows-1252: Schl\xFCssel, and letters that touch are no key. */
	len = key_sample_write(
		"Schl\xFCssel %I1: %K1\n\xFC%K2", text, sizeof(text));
	assert_string_equal(read_all("keys", text, len), "1=1@1 !g7@2 ");
}

static void cut_anywhere(void **state)
{
	static char text[4096];
	size_t len = key_sample_write(WINDOWS_10, text, sizeof(text));
	size_t cut;

	(void)state;
	for (cut = 0; cut <= len; cut++) {
		const char *found = read_all("keys", text, cut);

		/* The key, or a hint that it is not whole, but no other. */
		assert_true(!*found || !strcmp(found, "1=1@13 ") ||
			    (!strncmp(found, "!g", 2) && found[2] < '8'));
	}
}

/* Keys at the ends of the buffer that a file is read through. */
static void at_every_offset(void **state)
{
	static char text[3 * 4096];
	char key[KEY_SAMPLE_TEXT_BYTES];
	size_t before;

	(void)state;
	(void)key_sample_text(1, key);
	for (before = 4096 - 60; before < 4096 + 5; before++) {
		memset(text, ' ', before);
		memcpy(text + before, key, 55);
		assert_string_equal(
			read_all("keys", text, before + 55), "1?@1 ");
	}
}

static int fail_to_read(void *ctx, uint64_t off, void *buf, size_t len)
{
	unsigned int *left = ctx;

	(void)off;
	memset(buf, '\n', len);
	return (*left)-- ? 0 : -ERR_IO;
}

static void failures(void **state)
{
	struct key_sample s = {.end_after = 1};
	const struct key_sink sink = key_sample_sink(&s);
	unsigned int left;
	const struct key_source source = {
		.read = fail_to_read, .ctx = &left, .size = 20000, .name = ""};
	struct key_source large = source;

	(void)state;
	for (left = 0; left < 4; left++) {
		unsigned int reads = left;

		assert_int_equal(key_text_parse(&source, &sink), -ERR_IO);
		left = reads;
	}
	large.size = KEY_SOURCE_MAX_BYTES + 1;
	assert_int_equal(key_text_parse(&large, &sink), -ERR_TOO_LARGE);
	key_case_run_stopped("%I1 %K1 %I2 %K2", key_text_parse);
	key_case_run_stopped("%I1 %I2 %K1", key_text_parse);
	failalloc_arm(1, false);
	assert_int_equal(key_text_parse(&source, &sink), -ERR_NO_MEMORY);
	assert_true(failalloc_disarm());
}

static void words_for_faults(void **state)
{
	struct key_fault f = {.number = 3};
	char text[KEY_FAULT_TEXT_BYTES];

	(void)state;
	for (f.kind = KEY_FAULT_GROUPS; f.kind <= KEY_FAULT_PAIRS; f.kind++) {
		assert_non_null(strstr(key_fault_text(&f, text), "key"));
		assert_true(strlen(text) < sizeof(text) - 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_shapes),
		cmocka_unit_test(gaps),
		cmocka_unit_test(one_behind_the_other),
		cmocka_unit_test(wide_digits),
		cmocka_unit_test(identifier_in_the_name),
		cmocka_unit_test(every_other_language),
		cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(at_every_offset),
		cmocka_unit_test(failures),
		cmocka_unit_test(words_for_faults),
	};

	return cmocka_run_group_tests_name("key_text", tests, NULL, NULL);
}
