/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/key_cases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "storage/err.h"

#define NUMBERS 10

static size_t describe_key(const struct key *k, char *buf)
{
	uint8_t bytes[KEY_RECOVERY_BYTES];
	uint8_t id[GUID_BYTES];
	unsigned int key;
	unsigned int n;

	for (key = 0; key < NUMBERS; key++) {
		key_sample_bytes(key, bytes);
		if (k->len == sizeof(bytes) &&
			!memcmp(k->bytes, bytes, sizeof(bytes)))
			break;
	}
	if (k->id_kind == KEY_ID_NONE)
		return (size_t)sprintf(buf, "%u?@%u ", key, k->row);
	for (n = 0; n < NUMBERS; n++) {
		key_sample_id(n, id);
		if (k->id_kind == KEY_ID_START)
			memset(id + KEY_ID_START_BYTES, 0,
				GUID_BYTES - KEY_ID_START_BYTES);
		if (!memcmp(k->id, id, GUID_BYTES))
			break;
	}
	return (size_t)sprintf(buf, "%u%c%u@%u ", key,
		k->id_kind == KEY_ID_START ? '~' : '=', n, k->row);
}

const char *key_case_describe(const struct key_sample *s, char *buf)
{
	static const char letters[] = {[KEY_FAULT_GROUPS] = 'g',
		[KEY_FAULT_DIGITS] = 'd',
		[KEY_FAULT_GROUP] = 'r',
		[KEY_FAULT_NO_KEY] = 'k',
		[KEY_FAULT_PAIRS] = 'p'};
	size_t used = 0;
	size_t i;

	buf[0] = '\0';
	for (i = 0; i < s->count && i < KEY_SAMPLE_MAX; i++)
		used += describe_key(&s->keys[i], buf + used);
	for (i = 0; i < s->fault_count && i < KEY_SAMPLE_MAX; i++)
		used += (size_t)sprintf(buf + used, "!%c%u@%u ",
			letters[s->faults[i].kind], s->faults[i].number,
			s->faults[i].row);
	return buf;
}

enum form { FORM_PLAIN, FORM_BOM, FORM_LE, FORM_LE_BOM, FORM_BE, FORM_BE_BOM };

#define FORMS 6

/* @text, which is ASCII, in another encoding; in @ret twice its room. */
static size_t encode(enum form form, const char *text, size_t len, char *ret)
{
	size_t used = 0;
	size_t i;

	if (form == FORM_BOM) {
		memcpy(ret, "\xEF\xBB\xBF", 3);
		used = 3;
	}
	if (form == FORM_LE_BOM || form == FORM_BE_BOM) {
		memcpy(ret, form == FORM_LE_BOM ? "\xFF\xFE" : "\xFE\xFF", 2);
		used = 2;
	}
	for (i = 0; i < len; i++) {
		if (form >= FORM_BE)
			ret[used++] = '\0';
		ret[used++] = text[i];
		if (form == FORM_LE || form == FORM_LE_BOM)
			ret[used++] = '\0';
	}
	return used;
}

/* The same with the ends of lines of Windows. */
static size_t with_crs(const char *text, size_t len, char *ret)
{
	size_t used = 0;
	size_t i;

	for (i = 0; i < len; i++) {
		if (text[i] == '\n')
			ret[used++] = '\r';
		ret[used++] = text[i];
	}
	return used;
}

static void run_form(const struct key_case *c, key_case_parse *parse,
	enum form form, const char *text, size_t len)
{
	static char encoded[4 * KEY_CASE_BYTES + 4];
	static char found[KEY_CASE_BYTES];
	struct key_sample s = {.count = 0};
	size_t encoded_len = encode(form, text, len, encoded);
	int err = key_case_read(
		parse, c->file ? c->file : "keys", encoded, encoded_len, &s);

	if (err || strcmp(key_case_describe(&s, found), c->expected) != 0)
		fail_msg("%s, form %d: %d, \"%s\" instead of \"%s\"", c->about,
			form, err, found, c->expected);
}

void key_case_run(
	const struct key_case *cases, size_t count, key_case_parse *parse)
{
	static char text[KEY_CASE_BYTES];
	static char windows[2 * KEY_CASE_BYTES];
	enum form form;
	size_t len;
	size_t i;

	for (i = 0; i < count; i++) {
		len = key_sample_write(cases[i].pattern, text, sizeof(text));
		for (form = 0; form < FORMS; form++)
			run_form(&cases[i], parse, form, text, len);
		len = with_crs(text, len, windows);
		for (form = 0; form < FORMS; form++)
			run_form(&cases[i], parse, form, windows, len);
	}
}

void key_case_run_stopped(const char *pattern, key_case_parse *parse)
{
	struct key_sample s = {.end_after = 1};
	char text[1024];
	size_t len = key_sample_write(pattern, text, sizeof(text));

	assert_int_equal(
		key_case_read(parse, "keys", text, len, &s), -ERR_NO_SPACE);
	assert_int_equal(s.count, 1);
}
