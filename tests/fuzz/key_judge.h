/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What must be true of the keys and faults in any bytes.
 */
#ifndef TESTS_FUZZ_KEY_JUDGE_H
#define TESTS_FUZZ_KEY_JUDGE_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "recovery/keys/key.h"
#include "recovery/keys/key_source.h"
#include "storage/err.h"

struct key_judge {
	const char *name;
	size_t size;
	size_t keys;
	size_t faults;
};

static inline bool key_judge_is_zero(const uint8_t *b, size_t len)
{
	for (; len > 0; b++, len--)
		if (*b)
			return false;
	return true;
}

static inline int key_judge_key(void *ctx, const struct key *k)
{
	struct key_judge *j = ctx;
	size_t known = k->id_kind == KEY_ID_WHOLE   ? GUID_BYTES
		       : k->id_kind == KEY_ID_START ? KEY_ID_START_BYTES
						    : 0;

	if (k->kind != KEY_RECOVERY_PASSWORD || k->len != KEY_RECOVERY_BYTES ||
		k->file != j->name || k->row < 1 || k->row > j->size + 1 ||
		!key_judge_is_zero(k->id + known, GUID_BYTES - known))
		abort();
	j->keys++;
	return 0;
}

static inline void key_judge_fault(void *ctx, const struct key_fault *f)
{
	char text[KEY_FAULT_TEXT_BYTES];
	struct key_judge *j = ctx;

	if (f->row < 1 || f->row > j->size + 1 ||
		strlen(key_fault_text(f, text)) >= sizeof(text) - 1)
		abort();
	j->faults++;
}

/** key_judge_parse - parse twice; aborts if anything is not as it must be */
static inline void key_judge_parse(
	int (*parse)(const struct key_source *s, const struct key_sink *sink),
	const char *name, const uint8_t *data, size_t size)
{
	struct key_judge first = {.name = name, .size = size};
	struct key_judge again = first;
	struct key_sink sink = {
		.key = key_judge_key, .fault = key_judge_fault, .ctx = &first};
	struct key_memory m;
	int err;

	key_memory_open(&m, name, data, size);
	err = parse(&m.source, &sink);
	if (err && err != -ERR_UNSUPPORTED && err != -ERR_NO_MEMORY)
		abort();
	sink.ctx = &again;
	/* 48 digits a key, each handed in under 16 identifiers at most. */
	if (parse(&m.source, &sink) != err || again.keys != first.keys ||
		again.faults != first.faults || first.keys / 16 > size / 48)
		abort();
}

#endif
