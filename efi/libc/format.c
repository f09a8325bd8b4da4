/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Knows printf()'s conversions. */
#include "efi/libc/format.h"

#include <stdbool.h>
#include <stdint.h>

#include "efi/libc/include/string.h"

enum length {
	LENGTH_CHAR,
	LENGTH_SHORT,
	LENGTH_INT,
	LENGTH_LONG /* and everything else that has 64 bits */
};

struct conversion {
	bool is_left;
	bool is_zero_padded;
	bool is_alternate;
	char plus; /* what stands before a positive number, or NUL */
	size_t width;
	size_t precision;
	bool has_precision;
	enum length length;
	char letter;
};

struct state {
	struct format_target *target;
	size_t len;
	/* A va_list may be an array: passed on inside a structure. */
	va_list args;
};

/* One converted value: prefix, then zeros, then the body. */
struct value {
	char prefix[2];
	size_t prefix_len;
	size_t zeros;
	const char *body;
	size_t body_len;
};

/* A 64-bit number in octal has 22 digits. */
#define DIGITS_MAX 22

static void put(struct state *s, const char *text, size_t len)
{
	if (len)
		s->target->put(s->target, text, len);
	s->len += len;
}

static void put_repeated(struct state *s, const char *sixteen, size_t count)
{
	size_t len;

	for (; count; count -= len) {
		len = count < 16 ? count : 16;
		put(s, sixteen, len);
	}
}

static void put_value(
	struct state *s, const struct conversion *c, const struct value *v)
{
	size_t len = v->prefix_len + v->zeros + v->body_len;
	size_t padding = c->width > len ? c->width - len : 0;

	if (!c->is_left)
		put_repeated(s, "                ", padding);
	put(s, v->prefix, v->prefix_len);
	put_repeated(s, "0000000000000000", v->zeros);
	put(s, v->body, v->body_len);
	if (c->is_left)
		put_repeated(s, "                ", padding);
}

static const char *parse_flags(const char *f, struct conversion *c)
{
	for (;; f++) {
		switch (*f) {
		case '-':
			c->is_left = true;
			break;
		case '0':
			c->is_zero_padded = true;
			break;
		case '#':
			c->is_alternate = true;
			break;
		case '+':
			c->plus = '+';
			break;
		case ' ':
			if (!c->plus)
				c->plus = ' ';
			break;
		default:
			return f;
		}
	}
}

/* Digits or '*'; *@ret_negative for a negative '*'. */
static const char *parse_count(
	const char *f, struct state *s, size_t *ret_count, bool *ret_negative)
{
	int64_t count = 0;

	if (*f == '*') {
		count = va_arg(s->args, int);
		f++;
	} else {
		for (; *f >= '0' && *f <= '9'; f++)
			if (count < FORMAT_MAX_FIELD)
				count = count * 10 + *f - '0';
	}
	*ret_negative = count < 0;
	if (count < 0)
		count = -count;
	*ret_count =
		count < FORMAT_MAX_FIELD ? (size_t)count : FORMAT_MAX_FIELD;
	return f;
}

static const char *parse_length(const char *f, struct conversion *c)
{
	switch (*f) {
	case 'h':
		if (f[1] == 'h') {
			c->length = LENGTH_CHAR;
			return f + 2;
		}
		c->length = LENGTH_SHORT;
		return f + 1;
	case 'l':
		c->length = LENGTH_LONG;
		return f[1] == 'l' ? f + 2 : f + 1;
	case 'z':
	case 'j':
	case 't':
		c->length = LENGTH_LONG;
		return f + 1;
	default:
		return f;
	}
}

/* @f stands behind the '%'; returns what stands behind the letter. */
static const char *parse_conversion(
	const char *f, struct state *s, struct conversion *c)
{
	bool is_negative;

	*c = (struct conversion){.length = LENGTH_INT};
	f = parse_flags(f, c);
	f = parse_count(f, s, &c->width, &is_negative);
	c->is_left |= is_negative;
	if (*f == '.') {
		f = parse_count(f + 1, s, &c->precision, &is_negative);
		c->has_precision = !is_negative;
	}
	f = parse_length(f, c);
	c->letter = *f;
	return *f ? f + 1 : f;
}

static uint64_t next_unsigned(struct state *s, enum length length)
{
	switch (length) {
	case LENGTH_CHAR:
		return (unsigned char)va_arg(s->args, unsigned int);
	case LENGTH_SHORT:
		return (unsigned short)va_arg(s->args, unsigned int);
	case LENGTH_INT:
		return va_arg(s->args, unsigned int);
	default:
		return va_arg(s->args, unsigned long);
	}
}

static int64_t next_signed(struct state *s, enum length length)
{
	switch (length) {
	case LENGTH_CHAR:
		return (signed char)va_arg(s->args, int);
	case LENGTH_SHORT:
		return (short)va_arg(s->args, int);
	case LENGTH_INT:
		return va_arg(s->args, int);
	default:
		return va_arg(s->args, long);
	}
}

/* Writes @n's digits to the end of @digits; no digit at all for 0. */
static const char *make_digits(
	uint64_t n, unsigned int base, bool is_upper, char digits[DIGITS_MAX])
{
	const char *set = is_upper ? "0123456789ABCDEF" : "0123456789abcdef";
	char *d = digits + DIGITS_MAX;

	for (; n; n /= base)
		*--d = set[n % base];
	return d;
}

/* How many zeros go between prefix and digits. */
static size_t count_zeros(const struct conversion *c, const struct value *v)
{
	size_t wanted = c->has_precision ? c->precision : 1;

	/* "%#o": the first digit is a zero. */
	if (c->letter == 'o' && c->is_alternate && wanted <= v->body_len)
		wanted = v->body_len + 1;
	if (c->is_zero_padded && !c->has_precision && !c->is_left &&
		c->width > v->prefix_len && c->width - v->prefix_len > wanted)
		wanted = c->width - v->prefix_len;
	return wanted > v->body_len ? wanted - v->body_len : 0;
}

static void put_number(struct state *s, const struct conversion *c, uint64_t n,
	bool is_negative)
{
	char digits[DIGITS_MAX];
	bool is_hex = c->letter == 'x' || c->letter == 'X' || c->letter == 'p';
	unsigned int base = is_hex ? 16 : c->letter == 'o' ? 8 : 10;
	struct value v = {.prefix_len = 0};

	v.body = make_digits(n, base, c->letter == 'X', digits);
	v.body_len = (size_t)(digits + DIGITS_MAX - v.body);
	if (c->letter == 'd' || c->letter == 'i') {
		v.prefix[0] = is_negative ? '-' : c->plus;
		v.prefix_len = v.prefix[0] != '\0';
	} else if (c->letter == 'p' || (is_hex && c->is_alternate && n)) {
		v.prefix[0] = '0';
		v.prefix[1] = c->letter == 'X' ? 'X' : 'x';
		v.prefix_len = 2;
	}
	v.zeros = count_zeros(c, &v);
	put_value(s, c, &v);
}

static void put_string(
	struct state *s, const struct conversion *c, const char *text)
{
	struct value v = {.body = text ? text : "(null)"};

	v.body_len = c->has_precision ? strnlen(v.body, c->precision)
				      : strlen(v.body);
	put_value(s, c, &v);
}

static void put_character(
	struct state *s, const struct conversion *c, char character)
{
	struct value v = {.body = &character, .body_len = 1};

	put_value(s, c, &v);
}

/* False for a letter nobody knows. */
static bool put_conversion(struct state *s, const struct conversion *c)
{
	int64_t n;

	switch (c->letter) {
	case 'd':
	case 'i':
		n = next_signed(s, c->length);
		put_number(s, c, n < 0 ? -(uint64_t)n : (uint64_t)n, n < 0);
		return true;
	case 'u':
	case 'o':
	case 'x':
	case 'X':
		put_number(s, c, next_unsigned(s, c->length), false);
		return true;
	case 'p':
		put_number(s, c, (uintptr_t)va_arg(s->args, void *), false);
		return true;
	case 's':
		put_string(s, c, va_arg(s->args, const char *));
		return true;
	case 'c':
		put_character(s, c, (char)va_arg(s->args, int));
		return true;
	case '%':
		put(s, "%", 1);
		return true;
	default:
		return false;
	}
}

size_t format_text(
	struct format_target *target, const char *format, va_list args)
{
	struct state s = {.target = target};
	struct conversion c;
	const char *next;
	size_t len;

	va_copy(s.args, args);
	while (*format) {
		len = 0;
		while (format[len] && format[len] != '%')
			len++;
		put(&s, format, len);
		format += len;
		if (!*format)
			break;
		next = parse_conversion(format + 1, &s, &c);
		if (!put_conversion(&s, &c)) {
			put(&s, format, strlen(format));
			break;
		}
		format = next;
	}
	va_end(s.args);
	return s.len;
}
