/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/hive_visit.h"

#include <string.h>

#include "recovery/hive_value.h"

#define MAX_DEPTH   24
#define PIECE_BYTES 5000 /* not a divisor of anything */
#define ODD	    13

static void note(struct hive_census *c, int err)
{
	if (err >= 0)
		return;
	c->damaged++;
	if (!c->err)
		c->err = err;
}

static void read_data(
	struct hive_census *c, struct hive *h, const struct hive_value *v)
{
	uint8_t bytes[PIECE_BYTES];
	uint32_t off;
	int err = 0;

	/* A size is only a claim: data end where there are none. */
	for (off = 0; err == 0 && off < v->size; off += PIECE_BYTES) {
		uint32_t len = v->size - off;

		if (len > PIECE_BYTES)
			len = PIECE_BYTES;
		err = hive_value_read(h, v, off, bytes, len);
		if (err == 0)
			c->data_bytes += len;
	}
	note(c, err);
}

static void visit_values(
	struct hive_census *c, struct hive *h, const struct hive_key *k)
{
	char text[3 * ODD];
	struct hive_value v;
	uint64_t number;
	uint32_t i, word;

	for (i = 0; i < k->value_count; i++) {
		int err = hive_value_at(h, k, i, &v);

		note(c, err);
		if (err < 0)
			continue;
		c->values++;
		read_data(c, h, &v);
		(void)hive_get_u32(h, k, v.name, &word);
		(void)hive_get_u64(h, k, v.name, &number);
		(void)hive_get_text(h, k, v.name, text, sizeof(text));
		/* Whatever they are called, they do not grow for ever. */
		if (i > ODD * ODD)
			break;
	}
}

struct hive_census hive_visit(struct hive *h, uint32_t max_keys)
{
	struct hive_census c = {.err = 0};
	struct hive_walk walks[MAX_DEPTH];
	struct hive_key key;
	uint32_t depth = 1;

	visit_values(&c, h, &h->root);
	hive_walk_begin(&walks[0], h, &h->root);
	while (depth && c.keys < max_keys) {
		int err = hive_walk_next(&walks[depth - 1], &key);

		note(&c, err);
		if (err <= 0) {
			depth--;
			continue;
		}
		c.keys++;
		visit_values(&c, h, &key);
		if (depth < MAX_DEPTH)
			hive_walk_begin(&walks[depth++], h, &key);
	}
	return c;
}
