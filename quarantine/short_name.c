/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "quarantine/short_name.h"

#include <stdbool.h>
#include <string.h>

#include "storage/bytes.h"
#include "storage/err.h"

#define BASE_MAX      8
#define EXTENSION_MAX 3

/* "HL" and one of these: the variants in their order. */
static const char held_extension[] = "HL";
static const char held_variants[SHORT_NAME_VARIANTS] = "D123456789";

static uint16_t unit_at(const uint16_t *name, unsigned int i)
{
	return le16_get(name + i);
}

/* Position of the last '.', or @len. */
static uint8_t find_dot(const uint16_t *name, uint8_t len)
{
	uint8_t i;

	for (i = len; i > 0; i--)
		if (unit_at(name, i - 1u) == '.')
			return (uint8_t)(i - 1);
	return len;
}

static void append(struct short_name *n, uint16_t unit)
{
	le16_put(&n->units[n->len], unit);
	n->len++;
}

static uint16_t upper(uint16_t unit)
{
	return unit >= 'a' && unit <= 'z' ? (uint16_t)(unit - 'a' + 'A') : unit;
}

/* The base of an 8.3 name; false if it has none. */
static bool take_base(const uint16_t *name, uint8_t len, struct short_name *ret)
{
	uint8_t dot = find_dot(name, len);
	uint8_t i;

	if (len > SHORT_NAME_MAX || !dot || dot > BASE_MAX)
		return false;
	if (dot < len && len - dot - 1 > EXTENSION_MAX)
		return false;
	ret->len = 0;
	for (i = 0; i < dot; i++)
		append(ret, unit_at(name, i));
	return true;
}

/*
 * The extension Windows gives a short name: the first three characters after
 * the long name's last dot, in upper case, blanks left out.
 */
static void append_extension_of(
	struct short_name *n, const uint16_t *long_name, uint8_t long_len)
{
	unsigned int i = find_dot(long_name, long_len) + 1u;
	unsigned int taken = 0;
	uint16_t unit;

	for (; i < long_len && taken < EXTENSION_MAX; i++) {
		unit = unit_at(long_name, i);
		if (unit == ' ')
			continue;
		if (!taken++)
			append(n, '.');
		append(n, upper(unit));
	}
}

/* Does it end in one of the extensions of held files? */
static bool has_held_extension(const uint16_t *units, uint8_t dot)
{
	uint16_t last = unit_at(units, dot + 3u);

	return unit_at(units, dot + 1u) == (uint8_t)held_extension[0] &&
	       unit_at(units, dot + 2u) == (uint8_t)held_extension[1] &&
	       last < 0x80 &&
	       memchr(held_variants, (int)last, sizeof(held_variants));
}

int short_name_original(const uint16_t *long_name, uint8_t long_len,
	const uint16_t *held_units, uint8_t held_len, struct short_name *ret)
{
	struct short_name n;

	memset(&n, 0, sizeof(n));
	if (!take_base(held_units, held_len, &n) ||
		held_len != n.len + 1u + EXTENSION_MAX ||
		!has_held_extension(held_units, n.len))
		return -ERR_UNSUPPORTED;
	append_extension_of(&n, long_name, long_len);
	*ret = n;
	return 0;
}

static bool same_name(const struct short_name *a, const uint16_t *units,
	uint8_t len, bool ignoring_case)
{
	uint16_t x, y;
	unsigned int i;

	if (a->len != len)
		return false;
	for (i = 0; i < len; i++) {
		x = unit_at(a->units, i);
		y = unit_at(units, i);
		if (ignoring_case ? upper(x) != upper(y) : x != y)
			return false;
	}
	return true;
}

int short_name_held(const uint16_t *long_name, uint8_t long_len,
	const uint16_t *short_units, uint8_t short_len, unsigned int variant,
	struct short_name *ret)
{
	bool is_both = short_len == long_len &&
		       !memcmp(short_units, long_name, 2u * short_len);
	struct short_name held, back;
	unsigned int i;

	memset(&held, 0, sizeof(held));
	if (variant >= SHORT_NAME_VARIANTS ||
		!take_base(short_units, short_len, &held))
		return -ERR_UNSUPPORTED;
	for (i = 0; is_both && i < held.len; i++)
		le16_put(&held.units[i], upper(unit_at(held.units, i)));
	/* What short_name_original() will make of it. */
	back = held;
	append_extension_of(&back, long_name, long_len);
	if (!same_name(&back, short_units, short_len, is_both))
		return -ERR_UNSUPPORTED;
	append(&held, '.');
	append(&held, (uint8_t)held_extension[0]);
	append(&held, (uint8_t)held_extension[1]);
	append(&held, (uint8_t)held_variants[variant]);
	*ret = held;
	return 0;
}
