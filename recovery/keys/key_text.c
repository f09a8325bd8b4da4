/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/keys/key_text.h"

#include <stdlib.h>
#include <string.h>

#include "recovery/keys/key_chars.h"
#include "recovery/keys/key_scan.h"
#include "storage/crypto/secret.h"
#include "storage/err.h"

struct text {
	const struct key_sink *sink;
	const char *file;
	int err; /* of the sink, the first */
	/* Whole identifiers since the last password, the latest at the end. */
	uint8_t ids[KEY_TEXT_MAX_IDS][GUID_BYTES];
	size_t id_count;
	struct key_token start; /* the best of eight digits since then */
	bool has_start;
	struct key_token waiting; /* a password without any so far */
	bool is_waiting;
	uint8_t name_id[GUID_BYTES]; /* in the name of the file */
	bool has_name_id;
	struct key_chars chars;
	struct key_scan scan;
};

/* --- Pairs ---------------------------------------------------------------- */

static void emit(struct text *t, const struct key_token *password,
	enum key_id_kind id_kind, const uint8_t *id)
{
	struct key k = {.kind = KEY_RECOVERY_PASSWORD, .id_kind = id_kind};

	if (t->err < 0)
		return;
	if (id_kind == KEY_ID_WHOLE)
		memcpy(k.id, id, GUID_BYTES);
	else if (id_kind == KEY_ID_START)
		memcpy(k.id, id, KEY_ID_START_BYTES);
	memcpy(k.bytes, password->bytes, KEY_RECOVERY_BYTES);
	k.len = KEY_RECOVERY_BYTES;
	k.file = t->file;
	k.row = password->line;
	t->err = t->sink->key(t->sink->ctx, &k);
	secret_wipe(&k, sizeof(k));
}

static void end_waiting(
	struct text *t, enum key_id_kind id_kind, const uint8_t *id)
{
	if (t->is_waiting)
		emit(t, &t->waiting, id_kind, id);
	t->is_waiting = false;
}

static void forget_ids(struct text *t)
{
	t->id_count = 0;
	t->has_start = false;
}

static void on_password(struct text *t, const struct key_token *password)
{
	size_t i;

	end_waiting(t, KEY_ID_NONE, NULL);
	for (i = 0; i < t->id_count; i++)
		emit(t, password, KEY_ID_WHOLE, t->ids[i]);
	if (!t->id_count && t->has_start)
		emit(t, password, KEY_ID_START, t->start.bytes);
	if (!t->id_count && !t->has_start) {
		t->waiting = *password;
		t->is_waiting = true;
	}
	forget_ids(t);
}

static void on_id(struct text *t, const struct key_token *id)
{
	size_t i;

	if (t->is_waiting) {
		end_waiting(t, KEY_ID_WHOLE, id->bytes);
		return;
	}
	for (i = 0; i < t->id_count; i++)
		if (!memcmp(t->ids[i], id->bytes, GUID_BYTES))
			return;
	if (t->id_count == KEY_TEXT_MAX_IDS) {
		memmove(t->ids[0], t->ids[1],
			sizeof(t->ids) - sizeof(t->ids[0]));
		t->id_count--;
	}
	memcpy(t->ids[t->id_count++], id->bytes, GUID_BYTES);
}

/* Eight digits without a letter may be a date. */
static void on_start(struct text *t, const struct key_token *start)
{
	if (t->is_waiting && start->has_letter) {
		end_waiting(t, KEY_ID_START, start->bytes);
	} else if (!t->has_start || start->has_letter || !t->start.has_letter) {
		t->start = *start;
		t->has_start = true;
	}
}

static void on_token(void *ctx, const struct key_token *found)
{
	struct text *t = ctx;

	switch (found->kind) {
	case KEY_TOKEN_ID:
		on_id(t, found);
		break;
	case KEY_TOKEN_ID_START:
		on_start(t, found);
		break;
	case KEY_TOKEN_PASSWORD:
		on_password(t, found);
		break;
	case KEY_TOKEN_FAULT:
		end_waiting(t, KEY_ID_NONE, NULL);
		forget_ids(t); /* they were those of the bad one */
		t->sink->fault(t->sink->ctx, &found->fault);
		break;
	}
}

/* --- The file ------------------------------------------------------------- */

static void on_name_token(void *ctx, const struct key_token *found)
{
	struct text *t = ctx;

	if (found->kind != KEY_TOKEN_ID)
		return;
	memcpy(t->name_id, found->bytes, GUID_BYTES);
	t->has_name_id = true;
}

static void look_at_name(struct text *t)
{
	const char *c;

	key_scan_begin(&t->scan, on_name_token, t);
	for (c = t->file; *c; c++)
		key_scan_feed(&t->scan,
			(unsigned char)*c < 0x80 ? *c : KEY_CHARS_OTHER, 0);
	key_scan_end(&t->scan);
}

static int read_text(struct text *t)
{
	uint32_t line;
	int c;

	key_scan_begin(&t->scan, on_token, t);
	for (;;) {
		line = key_chars_line(&t->chars);
		c = key_chars_next(&t->chars);
		if (c < 0 || c == KEY_CHARS_END || t->err < 0)
			break;
		key_scan_feed(&t->scan, c, line);
	}
	key_scan_end(&t->scan);
	if (c < 0)
		return c;
	end_waiting(t, t->has_name_id ? KEY_ID_WHOLE : KEY_ID_NONE, t->name_id);
	return t->err;
}

int key_text_parse(const struct key_source *source, const struct key_sink *sink)
{
	struct text *t = calloc(1, sizeof(*t));
	int err;

	if (!t)
		return -ERR_NO_MEMORY;
	t->sink = sink;
	t->file = source->name;
	look_at_name(t);
	err = key_chars_open(&t->chars, source);
	if (!err)
		err = read_text(t);
	secret_wipe(t, sizeof(*t));
	free(t);
	return err;
}
