/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/keys/key_chars.h"

#include <string.h>

#include "recovery/keys/key.h"
#include "storage/crypto/secret.h"
#include "storage/err.h"

#define SAMPLE_BYTES 512
#define PEEK_END     0x100
#define NO_WIDTH     0xAD /* a character that is left out, as a soft hyphen */

/* --- Bytes ---------------------------------------------------------------- */

/* The byte @ahead of the next; PEEK_END behind the end; a negative code. */
static int peek(struct key_chars *c, unsigned int ahead)
{
	uint64_t off = c->at.off + ahead;
	size_t len = sizeof(c->buffer);
	int err;

	if (off >= c->source->size)
		return PEEK_END;
	if (off < c->buffer_off || off - c->buffer_off >= c->buffer_len) {
		if (len > c->source->size - c->at.off)
			len = (size_t)(c->source->size - c->at.off);
		c->buffer_len = 0;
		err = key_source_read(c->source, c->at.off, c->buffer, len);
		if (err < 0)
			return err;
		c->buffer_off = c->at.off;
		c->buffer_len = len;
	}
	return c->buffer[off - c->buffer_off];
}

/* --- Which encoding? ------------------------------------------------------ */

/* ASCII in UTF-16 has a zero in every other byte, before or behind. */
static enum key_encoding guess_encoding(const uint8_t *sample, size_t len)
{
	size_t zeroes[2] = {0, 0};
	size_t i;

	for (i = 0; i < len; i++)
		zeroes[i % 2] += sample[i] == 0;
	if (zeroes[1] > len / 8 && zeroes[1] > zeroes[0])
		return KEY_ENCODING_UTF16_LE;
	if (zeroes[0] > len / 8)
		return KEY_ENCODING_UTF16_BE;
	return KEY_ENCODING_8_BIT;
}

static void find_encoding(struct key_chars *c, const uint8_t *b, size_t len)
{
	if (len >= 2 && b[0] == 0xFF && b[1] == 0xFE) {
		c->encoding = KEY_ENCODING_UTF16_LE;
		c->at.off = 2;
	} else if (len >= 2 && b[0] == 0xFE && b[1] == 0xFF) {
		c->encoding = KEY_ENCODING_UTF16_BE;
		c->at.off = 2;
	} else if (len >= 3 && b[0] == 0xEF && b[1] == 0xBB && b[2] == 0xBF) {
		c->encoding = KEY_ENCODING_8_BIT;
		c->at.off = 3;
	} else {
		c->encoding = guess_encoding(b, len);
	}
}

int key_chars_open(struct key_chars *c, const struct key_source *source)
{
	uint8_t sample[SAMPLE_BYTES];
	size_t len = sizeof(sample);
	int err;

	memset(c, 0, sizeof(*c));
	c->source = source;
	c->at.line = 1;
	if (source->size > KEY_SOURCE_MAX_BYTES)
		return -ERR_TOO_LARGE;
	if (len > source->size)
		len = (size_t)source->size;
	err = key_source_read(source, 0, sample, len);
	if (!err)
		find_encoding(c, sample, len);
	secret_wipe(sample, sizeof(sample));
	return err;
}

void key_chars_close(struct key_chars *c)
{
	secret_wipe(c, sizeof(*c));
}

/* --- Characters ----------------------------------------------------------- */

/* Of Windows-1252, only what may stand in or beside a key. */
static int from_windows_1252(int byte)
{
	if (byte == 0x96 || byte == 0x97)
		return '-';
	if (byte == 0xA0)
		return ' ';
	return byte == NO_WIDTH ? NO_WIDTH : KEY_CHARS_OTHER;
}

/* The ASCII character that stands for @u, NO_WIDTH or KEY_CHARS_OTHER. */
static int from_unicode(uint32_t u)
{
	if (u < 0x80)
		return u ? (int)u : ' ';
	if (u == 0x85 || u == 0x2028 || u == 0x2029)
		return '\n';
	if (u == 0xA0 || (u >= 0x2000 && u <= 0x200A) || u == 0x202F ||
		u == 0x3000)
		return ' ';
	if ((u >= 0x2010 && u <= 0x2015) || u == 0x2212 || u == 0xFE63)
		return '-';
	if (u == NO_WIDTH || (u >= 0x200B && u <= 0x200F) ||
		(u >= 0x202A && u <= 0x202E) || u == 0x2060 || u == 0xFEFF)
		return NO_WIDTH;
	if (u >= 0xFF01 && u <= 0xFF5E) /* as wide as Chinese characters */
		return (int)(u - 0xFF01 + '!');
	return KEY_CHARS_OTHER;
}

/* One character of two bytes or, at an odd end, none. */
static int next_utf16(struct key_chars *c)
{
	int first = peek(c, 0);
	int second = first < 0 ? first : peek(c, 1); /* no less an end */

	if (second < 0)
		return second;
	if (second == PEEK_END)
		return KEY_CHARS_END;
	c->at.off += 2;
	if (c->encoding == KEY_ENCODING_UTF16_LE)
		return from_unicode((uint32_t)second << 8 | (uint32_t)first);
	return from_unicode((uint32_t)first << 8 | (uint32_t)second);
}

/* How many bytes behind @first belong to it; 0 if it begins nothing. */
static unsigned int utf8_tail(int first)
{
	if (first >= 0xC2 && first <= 0xDF)
		return 1;
	if (first >= 0xE0 && first <= 0xEF)
		return 2;
	return first >= 0xF0 && first <= 0xF4 ? 3 : 0;
}

static int next_8_bit(struct key_chars *c)
{
	int first = peek(c, 0);
	unsigned int tail;
	unsigned int i;
	uint32_t u;
	int b;

	if (first < 0)
		return first;
	if (first == PEEK_END)
		return KEY_CHARS_END;
	tail = utf8_tail(first);
	u = (uint32_t)first & (0x7Fu >> (tail ? tail + 1 : 0));
	for (i = 1; i <= tail; i++) {
		b = peek(c, i);
		if (b < 0)
			return b;
		if ((b & 0xC0) != 0x80) /* nor has PEEK_END that */
			break;
		u = u << 6 | ((uint32_t)b & 0x3F);
	}
	if (i <= tail || (first >= 0x80 && !tail)) {
		c->at.off++;
		return from_windows_1252(first);
	}
	c->at.off += 1 + tail;
	return from_unicode(u);
}

static int next_in_file(struct key_chars *c)
{
	return c->encoding == KEY_ENCODING_8_BIT ? next_8_bit(c)
						 : next_utf16(c);
}

int key_chars_next(struct key_chars *c)
{
	bool after_cr;
	int next;

	for (;;) {
		next = next_in_file(c);
		if (next < 0 || next == KEY_CHARS_END)
			return next;
		after_cr = c->at.after_cr;
		c->at.after_cr = next == '\r';
		if (next == NO_WIDTH || (next == '\n' && after_cr))
			continue;
		if (next != '\r' && next != '\n')
			return next;
		c->at.line++;
		return '\n';
	}
}

uint32_t key_chars_line(const struct key_chars *c)
{
	return c->at.line;
}
