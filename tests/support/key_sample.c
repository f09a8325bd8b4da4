/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/key_sample.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storage/bytes.h"
#include "storage/err.h"

static int keep_key(void *ctx, const struct key *k)
{
	struct key_sample *s = ctx;

	if (s->count < KEY_SAMPLE_MAX)
		s->keys[s->count] = *k;
	s->count++;
	return s->end_after && s->count >= s->end_after ? -ERR_NO_SPACE : 0;
}

static void keep_fault(void *ctx, const struct key_fault *f)
{
	struct key_sample *s = ctx;

	if (s->fault_count < KEY_SAMPLE_MAX)
		s->faults[s->fault_count] = *f;
	s->fault_count++;
}

struct key_sink key_sample_sink(struct key_sample *s)
{
	return (struct key_sink){
		.key = keep_key, .fault = keep_fault, .ctx = s};
}

static uint32_t scramble(uint32_t n)
{
	n = (n ^ n >> 16) * 0x45d9f3bu;
	n = (n ^ n >> 16) * 0x45d9f3bu;
	return n ^ n >> 16;
}

void key_sample_bytes(unsigned int n, uint8_t ret[KEY_RECOVERY_BYTES])
{
	uint32_t i;

	for (i = 0; i < KEY_RECOVERY_BYTES / 4; i++)
		le32_put(ret + 4 * i, scramble(n * 4 + i + 1));
}

const char *key_sample_text(unsigned int n, char buf[KEY_SAMPLE_TEXT_BYTES])
{
	uint8_t bytes[KEY_RECOVERY_BYTES];

	key_sample_bytes(n, bytes);
	return recovery_password_text(bytes, buf);
}

void key_sample_id(unsigned int n, uint8_t ret[GUID_BYTES])
{
	uint32_t i;

	for (i = 0; i < GUID_BYTES / 4; i++)
		le32_put(ret + 4 * i, scramble(n * 4 + i + 0x10000001u));
	ret[3] |= 0xA0; /* a letter among the first eight digits */
}

static void write_id(char kind, unsigned int n, char *buf)
{
	uint8_t id[GUID_BYTES];

	key_sample_id(n, id);
	(void)guid_text(id, buf);
	for (; *buf && kind == 'I'; buf++)
		*buf = (char)toupper((unsigned char)*buf);
}

size_t key_sample_write(const char *pattern, char *ret, size_t cap)
{
	char word[KEY_SAMPLE_TEXT_BYTES];
	size_t used = 0;
	size_t len;

	for (; *pattern; pattern++) {
		word[0] = *pattern;
		word[1] = '\0';
		if (pattern[0] == '%' && pattern[1] == 'K') {
			(void)key_sample_text(
				(unsigned int)(pattern[2] - '0'), word);
			pattern += 2;
		} else if (pattern[0] == '%' && toupper(pattern[1]) == 'I') {
			write_id(pattern[1], (unsigned int)(pattern[2] - '0'),
				word);
			pattern += 2;
		} else if (pattern[0] == '%' && pattern[1] == '8') {
			write_id('I', 1, word);
			word[8] = '\0';
			pattern += 1;
		}
		len = strlen(word);
		if (len >= cap - used)
			abort();
		memcpy(ret + used, word, len + 1);
		used += len;
	}
	return used;
}
