/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Short names of held files, and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "quarantine/short_name.h"
#include "storage/bytes.h"
#include "storage/err.h"
#include "tests/support/prng.h"

#define MAX_UNITS 255

struct name {
	uint16_t units[MAX_UNITS];
	uint8_t len;
};

static struct name wide(const char *text)
{
	struct name n = {.len = (uint8_t)strlen(text)};

	for (uint8_t i = 0; i < n.len; i++)
		le16_put(&n.units[i], (unsigned char)text[i]);
	return n;
}

static int held(const char *long_name, const char *short_name,
	unsigned int variant, struct short_name *ret)
{
	struct name l = wide(long_name), s = wide(short_name);

	return short_name_held(l.units, l.len, s.units, s.len, variant, ret);
}

static int original(
	const char *long_name, const char *held_name, struct short_name *ret)
{
	struct name l = wide(long_name), h = wide(held_name);

	return short_name_original(l.units, l.len, h.units, h.len, ret);
}

static void expect(const struct short_name *n, const char *text)
{
	struct name w = wide(text);

	assert_int_equal(n->len, w.len);
	assert_memory_equal(n->units, w.units, 2u * w.len);
}

static void there_and_back(void **state)
{
	static const struct {
		const char *long_name;
		const char *short_name;
		const char *held[2]; /* variants 0 and 7 */
		const char *back;
	} names[] = {
		{"C-00000291-00000000-00000032.sys", "C-0000~1.SYS",
			{"C-0000~1.HLD", "C-0000~1.HL7"}, "C-0000~1.SYS"},
		{"no extension at all", "NOEXTE~1",
			{"NOEXTE~1.HLD", "NOEXTE~1.HL7"}, "NOEXTE~1"},
		{"settings.config", "SETTIN~1.CON",
			{"SETTIN~1.HLD", "SETTIN~1.HL7"}, "SETTIN~1.CON"},
		{"two.dots.x", "TWODOT~1.X", {"TWODOT~1.HLD", "TWODOT~1.HL7"},
			"TWODOT~1.X"},
		{"blank in.s y s", "BLANKI~1.SYS",
			{"BLANKI~1.HLD", "BLANKI~1.HL7"}, "BLANKI~1.SYS"},
		/* One name for both: letters become what short names have. */
		{"csagent.sys", "csagent.sys", {"CSAGENT.HLD", "CSAGENT.HL7"},
			"CSAGENT.SYS"},
		{"README", "README", {"README.HLD", "README.HL7"}, "README"},
		{"a.b", "a.b", {"A.HLD", "A.HL7"}, "A.B"},
	};
	struct short_name n;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		for (unsigned int k = 0; k < 2; k++) {
			assert_int_equal(
				held(names[i].long_name, names[i].short_name,
					k * 7, &n),
				0);
			expect(&n, names[i].held[k]);
			assert_int_equal(original(names[i].long_name,
						 names[i].held[k], &n),
				0);
			expect(&n, names[i].back);
		}
	}
}

static void refuses_what_could_not_be_undone(void **state)
{
	static const char *const names[][2] = {
		{"C-00000291-00000000-00000032.sys", "C-0000~1.DAT"},
		{"C-00000291-00000000-00000032.sys", "C-0000~1"},
		{"C-00000291-00000000-00000032.sys", "C-0000~1.sys"},
		{".profile", "PROFIL~1"},
		{"long.sys", "TOOLONGBASE.SYS"},
		{"long.sys", "NINECHARS.SYS"},
		{"long.syst", "LONG.SYST"},
		{"long.sys", ".SYS"},
		{"long.sys", ""},
	};
	struct short_name n;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		memset(&n, 0x5a, sizeof(n));
		if (held(names[i][0], names[i][1], 0, &n) != -ERR_UNSUPPORTED)
			fail_msg("%s %s", names[i][0], names[i][1]);
		assert_int_equal(n.len, 0x5a);
	}
	assert_int_equal(held("a.sys", "A.SYS", SHORT_NAME_VARIANTS, &n),
		-ERR_UNSUPPORTED);
}

static void knows_only_its_own(void **state)
{
	static const char *const names[] = {"C-0000~1.SYS", "C-0000~1.HL",
		"C-0000~1.HLE", "C-0000~1.HL0", "C-0000~1.hld", "HLD", ".HLD",
		"C-0000~1.HLDX", "C-00000~1.HLD", "", "C-0000~1",
		"C-0000~1.HXD"};
	struct name wider = wide("C-0000~1.HLD");
	struct short_name n;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (original("a.sys", names[i], &n) != -ERR_UNSUPPORTED)
			fail_msg("%s", names[i]);
	/* A character whose low byte is that of D. */
	le16_put(&wider.units[wider.len - 1], 'D' + 0x100);
	assert_int_equal(
		short_name_original(wider.units, 1, wider.units, wider.len, &n),
		-ERR_UNSUPPORTED);
}

/* Whatever is accepted comes back as it was. */
static void random_names(void **state)
{
	static const char letters[] = "ABC~1. sysSYS\xc4";
	struct prng random = {.state = 1};
	unsigned int accepted = 0;

	(void)state;
	for (int i = 0; i < 200000; i++) {
		struct name l = {.len = (uint8_t)prng_below(&random, 20)};
		struct name s = {.len = (uint8_t)prng_below(&random, 14)};
		struct short_name h, back;

		for (uint8_t k = 0; k < l.len; k++)
			le16_put(&l.units[k],
				(unsigned char)letters[prng_below(
					&random, sizeof(letters) - 1)]);
		for (uint8_t k = 0; k < s.len; k++)
			le16_put(&s.units[k],
				(unsigned char)letters[prng_below(
					&random, sizeof(letters) - 1)]);
		if (short_name_held(l.units, l.len, s.units, s.len,
			    (unsigned int)i % SHORT_NAME_VARIANTS, &h) < 0)
			continue;
		accepted++;
		assert_in_range(h.len, 5, SHORT_NAME_MAX);
		assert_int_equal(short_name_original(
					 l.units, l.len, h.units, h.len, &back),
			0);
		assert_int_equal(back.len, s.len);
		if (s.len != l.len || memcmp(s.units, l.units, 2u * s.len))
			assert_memory_equal(back.units, s.units, 2u * s.len);
	}
	assert_true(accepted > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(refuses_what_could_not_be_undone),
		cmocka_unit_test(knows_only_its_own),
		cmocka_unit_test(random_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
