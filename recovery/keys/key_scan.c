/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/keys/key_scan.h"

#include <string.h>

#include "recovery/keys/key_chars.h"
#include "storage/crypto/secret.h"

#define GUID_PARTS 5
/* Fewer groups than this in a row are numbers of something else. */
#define GROUPS_OF_A_KEY 4
#define GAP_MAX		8
/* A run of as many digits is a recovery password with some too few or many. */
#define DIGITS_MIN 40
#define DIGITS_MAX 56

static const size_t guid_part_digits[GUID_PARTS] = {8, 4, 4, 4, 12};

/* --- Characters ----------------------------------------------------------- */

static bool is_digit(int c)
{
	return c >= '0' && c <= '9';
}

static int hex_value(int c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Letters of other languages, too: they make a run that is nothing. */
static bool is_of_run(int c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || c == KEY_CHARS_OTHER;
}

static bool run_is_digits(const struct key_scan *s)
{
	size_t i;

	if (s->run_len > sizeof(s->run))
		return false;
	for (i = 0; i < s->run_len; i++)
		if (!is_digit(s->run[i]))
			return false;
	return true;
}

static bool run_is_hex(const struct key_scan *s, size_t digits)
{
	size_t i;

	if (s->run_len != digits)
		return false;
	for (i = 0; i < digits; i++)
		if (hex_value(s->run[i]) < 0)
			return false;
	return true;
}

/* --- Identifiers ---------------------------------------------------------- */

/* Digits as people read them to bytes as on disk. */
static void decode_guid(const char *digits, size_t bytes, uint8_t *ret)
{
	static const uint8_t place[GUID_BYTES] = {
		3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
	size_t i;

	for (i = 0; i < bytes; i++)
		ret[place[i]] =
			(uint8_t)((unsigned int)hex_value(digits[2 * i]) << 4 |
				  (unsigned int)hex_value(digits[2 * i + 1]));
}

static void emit_id(struct key_scan *s, enum key_token_kind kind)
{
	size_t digits = kind == KEY_TOKEN_ID ? KEY_SCAN_GUID_DIGITS : 8;
	struct key_token t = {.kind = kind, .line = s->guid_line};
	size_t i;

	decode_guid(s->guid, digits / 2, t.bytes);
	for (i = 0; i < digits; i++)
		t.has_letter |= !is_digit(s->guid[i]);
	s->found(s->ctx, &t);
}

/* It is not continued: its first part may still be worth something. */
static void leave_guid(struct key_scan *s, bool is_joined)
{
	bool is_start = s->guid_parts > 1 || (s->guid_parts == 1 && !is_joined);

	if (is_start && s->guid_is_apart)
		emit_id(s, KEY_TOKEN_ID_START);
	s->guid_parts = 0;
}

static size_t guid_digits_so_far(const struct key_scan *s)
{
	size_t sum = 0;
	size_t i;

	for (i = 0; i < s->guid_parts; i++)
		sum += guid_part_digits[i];
	return sum;
}

static void step_guid(struct key_scan *s, bool is_joined)
{
	size_t part = s->guid_parts;

	if (part && !(is_joined && run_is_hex(s, guid_part_digits[part]))) {
		leave_guid(s, is_joined);
		part = 0;
	}
	if (!part) {
		if (!run_is_hex(s, guid_part_digits[0]))
			return;
		s->guid_is_apart = !is_joined;
		s->guid_line = s->run_line;
	}
	memcpy(s->guid + guid_digits_so_far(s), s->run, s->run_len);
	if (++s->guid_parts < GUID_PARTS)
		return;
	emit_id(s, KEY_TOKEN_ID);
	s->guid_parts = 0;
}

/* --- Recovery passwords --------------------------------------------------- */

static void emit_fault(
	struct key_scan *s, enum key_fault_kind kind, unsigned int number)
{
	struct key_token t = {.kind = KEY_TOKEN_FAULT, .line = s->groups_line};

	t.fault.kind = kind;
	t.fault.row = s->groups_line;
	t.fault.number = number;
	s->found(s->ctx, &t);
}

static void emit_password(struct key_scan *s, const char *digits)
{
	struct key_token t = {
		.kind = KEY_TOKEN_PASSWORD, .line = s->groups_line};
	unsigned int group = 0;

	if (recovery_password_parse(digits, KEY_SCAN_DIGITS, t.bytes, &group) ==
		RECOVERY_GROUP_GOOD)
		s->found(s->ctx, &t);
	else
		emit_fault(s, KEY_FAULT_GROUP, group);
	secret_wipe(&t, sizeof(t));
}

static void leave_groups(struct key_scan *s)
{
	if (s->groups == KEY_SCAN_GROUPS)
		emit_password(s, s->digits);
	else if (s->groups >= GROUPS_OF_A_KEY)
		emit_fault(s, KEY_FAULT_GROUPS, s->groups);
	s->groups = 0;
}

static void add_group(struct key_scan *s, const char *six)
{
	if (s->groups < KEY_SCAN_GROUPS)
		memcpy(s->digits + (size_t)s->groups * KEY_SCAN_GROUP_DIGITS,
			six, KEY_SCAN_GROUP_DIGITS);
	s->groups++;
}

/* Can what is before this run be between two groups? */
static bool gap_joins(const struct key_scan_gap *g)
{
	return !g->has_other && g->len <= GAP_MAX && g->hyphens <= 1 &&
	       (g->hyphens || !g->has_newline);
}

/*
 * Either all gaps of a password have hyphens or none: a number before or behind
 * it with only a space between is not a part of it.
 */
static void step_group(struct key_scan *s)
{
	bool has_hyphen = s->gap.hyphens == 1;
	bool joins = s->groups && gap_joins(&s->gap);
	char last[KEY_SCAN_GROUP_DIGITS];

	if (joins && s->groups > 1 && has_hyphen != s->groups_have_hyphens) {
		joins = has_hyphen;
		if (joins) { /* the group before belongs to this one */
			s->groups--;
			memcpy(last,
				s->digits + (size_t)s->groups *
						    KEY_SCAN_GROUP_DIGITS,
				sizeof(last));
			leave_groups(s);
			s->groups_line = s->run_line;
			add_group(s, last);
		}
	} else if (joins && s->groups == KEY_SCAN_GROUPS && !has_hyphen) {
		joins = false; /* one password behind the other */
	}
	if (!joins) {
		leave_groups(s);
		s->groups_line = s->run_line;
	}
	s->groups_have_hyphens = has_hyphen;
	add_group(s, s->run);
	secret_wipe(last, sizeof(last));
}

static void step_digits(struct key_scan *s)
{
	bool is_digits = run_is_digits(s);

	if (is_digits && s->run_len == KEY_SCAN_GROUP_DIGITS) {
		step_group(s);
		return;
	}
	leave_groups(s);
	s->groups_line = s->run_line;
	if (is_digits && s->run_len == KEY_SCAN_DIGITS)
		emit_password(s, s->run);
	else if (is_digits && s->run_len >= DIGITS_MIN &&
		 s->run_len <= DIGITS_MAX)
		emit_fault(s, KEY_FAULT_DIGITS, (unsigned int)s->run_len);
}

/* --- Runs and gaps -------------------------------------------------------- */

static void begin_gap(struct key_scan *s, bool is_begin)
{
	memset(&s->gap, 0, sizeof(s->gap));
	s->gap.has_other = is_begin;
}

static void end_run(struct key_scan *s)
{
	const struct key_scan_gap *g = &s->gap;
	bool is_joined = g->len == 1 && g->hyphens == 1 && !g->has_other;

	if (!s->run_len)
		return;
	step_digits(s);
	step_guid(s, is_joined);
	s->run_len = 0;
	begin_gap(s, false);
}

void key_scan_begin(struct key_scan *s,
	void (*found)(void *ctx, const struct key_token *t), void *ctx)
{
	memset(s, 0, sizeof(*s));
	s->found = found;
	s->ctx = ctx;
	begin_gap(s, true);
}

void key_scan_feed(struct key_scan *s, int c, uint32_t line)
{
	if (is_of_run(c)) {
		if (!s->run_len)
			s->run_line = line;
		if (s->run_len < sizeof(s->run))
			s->run[s->run_len] = (char)c;
		if (s->run_len <= sizeof(s->run))
			s->run_len++;
		return;
	}
	end_run(s);
	s->gap.len++;
	if (c == '-')
		s->gap.hyphens++;
	else if (c == '\n')
		s->gap.has_newline = true;
	else if (c != ' ' && c != '\t')
		s->gap.has_other = true;
}

void key_scan_end(struct key_scan *s)
{
	end_run(s);
	leave_groups(s);
	leave_guid(s, false);
	secret_wipe(s, sizeof(*s));
}
