/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/keys/key_csv.h"

#include <stdlib.h>
#include <string.h>

#include "recovery/keys/key_heading.h"
#include "recovery/keys/key_scan.h"
#include "recovery/keys/key_table.h"
#include "storage/ascii.h"
#include "storage/crypto/secret.h"
#include "storage/err.h"

#define LOOK_ROWS 8
#define LOOKED	  2 /* enough rows, and no key */

/* --- One row -------------------------------------------------------------- */

struct csv_id {
	uint8_t bytes[GUID_BYTES];
	enum key_id_kind kind;
	enum key_column column;
};

struct csv_row {
	uint32_t line;
	struct csv_id ids[KEY_CSV_MAX_PER_ROW];
	size_t id_count;
	uint8_t keys[KEY_CSV_MAX_PER_ROW][KEY_RECOVERY_BYTES];
	unsigned int key_count; /* counts on above the most */
	struct key_fault fault; /* the first */
	bool has_fault;
	bool has_content;
	/* "#TYPE ...", with which PowerShell begins, or "sep=;" for Excel. */
	bool is_remark;
	unsigned int headings;
	bool has_key_heading;
	uint8_t columns[KEY_CSV_MAX_COLUMNS]; /* if these are headings */
};

struct csv {
	const struct key_sink *sink; /* none when only looking */
	const char *file;
	struct key_table table;
	struct key_scan scan;
	struct csv_row row;
	uint8_t columns[KEY_CSV_MAX_COLUMNS]; /* enum column, as headed */
	size_t column;			      /* that is read */
	char word[KEY_HEADING_BYTES];	      /* of it, as of a heading */
	size_t word_len;		      /* counts on above the most */
};

static void keep_id(struct csv *c, const struct key_token *t)
{
	enum key_id_kind kind =
		t->kind == KEY_TOKEN_ID ? KEY_ID_WHOLE : KEY_ID_START;
	struct csv_row *r = &c->row;
	struct csv_id *id;
	size_t i;

	for (i = 0; i < r->id_count; i++)
		if (r->ids[i].kind == kind &&
			!memcmp(r->ids[i].bytes, t->bytes, GUID_BYTES))
			break;
	if (i == KEY_CSV_MAX_PER_ROW)
		return;
	id = &r->ids[i];
	memcpy(id->bytes, t->bytes, GUID_BYTES);
	id->kind = kind;
	/* In a column of its own and in another, it is that of its own. */
	if (i == r->id_count || id->column != KEY_COLUMN_ID)
		id->column = c->column < KEY_CSV_MAX_COLUMNS
				     ? c->columns[c->column]
				     : KEY_COLUMN_OTHER;
	r->id_count += i == r->id_count;
}

static void keep_key(struct csv_row *r, const struct key_token *t)
{
	size_t i;

	for (i = 0; i < r->key_count && i < KEY_CSV_MAX_PER_ROW; i++)
		if (!memcmp(r->keys[i], t->bytes, KEY_RECOVERY_BYTES))
			return;
	if (i < KEY_CSV_MAX_PER_ROW)
		memcpy(r->keys[i], t->bytes, KEY_RECOVERY_BYTES);
	r->key_count++;
}

static void on_token(void *ctx, const struct key_token *t)
{
	struct csv *c = ctx;

	switch (t->kind) {
	case KEY_TOKEN_ID:
	case KEY_TOKEN_ID_START:
		keep_id(c, t);
		break;
	case KEY_TOKEN_PASSWORD:
		keep_key(&c->row, t);
		break;
	case KEY_TOKEN_FAULT:
		if (!c->row.has_fault)
			c->row.fault = t->fault;
		c->row.has_fault = true;
		break;
	}
}

/* --- What the table hands in ---------------------------------------------- */

static void on_row(void *ctx, uint32_t line)
{
	struct csv *c = ctx;

	secret_wipe(&c->row, sizeof(c->row));
	c->row.line = line;
}

static void on_field(void *ctx, size_t column)
{
	struct csv *c = ctx;

	c->column = column;
	c->word_len = 0;
	key_scan_begin(&c->scan, on_token, c);
}

static void on_char(void *ctx, int character, uint32_t line)
{
	struct csv *c = ctx;
	char small = ascii_lower((char)(character & 0x7F));

	key_scan_feed(&c->scan, character, line);
	if (character == '#' && !c->row.has_content)
		c->row.is_remark = true;
	if (character != ' ' && character != '\t' && character != '\n')
		c->row.has_content = true;
	if (character == KEY_CHARS_OTHER)
		c->word_len = KEY_HEADING_BYTES; /* nothing that we know */
	if (!((small >= 'a' && small <= 'z') || (small >= '0' && small <= '9')))
		return;
	if (c->word_len < KEY_HEADING_BYTES)
		c->word[c->word_len++] = small;
}

static void on_field_end(void *ctx, size_t column)
{
	struct csv *c = ctx;
	enum key_column kind = KEY_COLUMN_OTHER;

	key_scan_end(&c->scan);
	if (c->word_len < KEY_HEADING_BYTES) {
		c->word[c->word_len] = '\0';
		kind = key_heading_column(c->word);
		if (!column && !strcmp(c->word, "sep"))
			c->row.is_remark = true;
	}
	secret_wipe(c->word, sizeof(c->word));
	if (kind == KEY_COLUMN_OTHER)
		return;
	if (column < KEY_CSV_MAX_COLUMNS)
		c->row.columns[column] = (uint8_t)kind;
	c->row.headings++;
	c->row.has_key_heading |= kind == KEY_COLUMN_KEY;
}

static const struct key_table_events events = {
	.row = on_row,
	.field = on_field,
	.c = on_char,
	.field_end = on_field_end,
};

/* --- What a row means ----------------------------------------------------- */

static bool has_tokens(const struct csv_row *r)
{
	return r->key_count || r->id_count || r->has_fault;
}

static int emit(struct csv *c, const uint8_t *bytes, const struct csv_id *id)
{
	struct key k = {.kind = KEY_RECOVERY_PASSWORD, .id_kind = KEY_ID_NONE};
	int err;

	if (id) {
		k.id_kind = id->kind;
		memcpy(k.id, id->bytes, GUID_BYTES);
	}
	memcpy(k.bytes, bytes, KEY_RECOVERY_BYTES);
	k.len = KEY_RECOVERY_BYTES;
	k.file = c->file;
	k.row = c->row.line;
	err = c->sink->key(c->sink->ctx, &k);
	secret_wipe(&k, sizeof(k));
	return err;
}

static void report(struct csv *c, enum key_fault_kind kind, unsigned int number)
{
	const struct key_fault f = {
		.kind = kind, .row = c->row.line, .number = number};

	c->sink->fault(c->sink->ctx, &f);
}

/* Leaves only the identifiers that count: those of the best sort there is. */
static void choose_ids(struct csv_row *r)
{
	static const struct {
		enum key_column column;
		enum key_id_kind kind;
	} sorts[] = {{KEY_COLUMN_ID, KEY_ID_WHOLE},
		{KEY_COLUMN_ID, KEY_ID_START}, {KEY_COLUMN_OTHER, KEY_ID_WHOLE},
		{KEY_COLUMN_OTHER, KEY_ID_START}};
	size_t kept = 0;
	size_t sort;
	size_t i;

	for (sort = 0; sort < sizeof(sorts) / sizeof(sorts[0]) && !kept; sort++)
		for (i = 0; i < r->id_count; i++)
			if (r->ids[i].column == sorts[sort].column &&
				r->ids[i].kind == sorts[sort].kind)
				r->ids[kept++] = r->ids[i];
	r->id_count = kept;
}

static int use_row(struct csv *c)
{
	struct csv_row *r = &c->row;
	size_t i;
	int err = 0;

	choose_ids(r);
	if (r->has_fault)
		report(c, r->fault.kind, r->fault.number);
	else if (!r->key_count)
		report(c, KEY_FAULT_NO_KEY, 0);
	if (r->key_count == 1 && !r->id_count)
		return emit(c, r->keys[0], NULL);
	if (r->key_count == 1) {
		for (i = 0; i < r->id_count && !err; i++)
			err = emit(c, r->keys[0], &r->ids[i]);
		return err;
	}
	/* Several of both, one by one: what PowerShell makes of lists. */
	if (r->key_count == r->id_count && !r->has_fault) {
		for (i = 0; i < r->id_count && !err; i++)
			err = emit(c, r->keys[i], &r->ids[i]);
		return err;
	}
	if (r->key_count)
		report(c, KEY_FAULT_PAIRS, r->key_count);
	return 0;
}

static int take_row(struct csv *c)
{
	struct csv_row *r = &c->row;

	if (!r->has_content || (r->is_remark && !has_tokens(r)))
		return 0;
	if (!has_tokens(r) && r->headings) {
		memcpy(c->columns, r->columns, sizeof(c->columns));
		return 0;
	}
	return use_row(c);
}

/* --- The file ------------------------------------------------------------- */

/* @judge: 0 to go on; anything else ends it and is returned. */
static int read_rows(const struct key_source *source,
	const struct key_sink *sink, int (*judge)(struct csv *c))
{
	struct csv *c = calloc(1, sizeof(*c));
	int status;

	if (!c)
		return -ERR_NO_MEMORY;
	c->sink = sink;
	c->file = source->name;
	status = key_table_open(&c->table, source, &events, c);
	if (!status)
		status = key_table_row(&c->table);
	while (status == 1) {
		status = judge(c);
		if (status)
			break;
		status = key_table_row(&c->table);
	}
	key_table_close(&c->table);
	secret_wipe(c, sizeof(*c));
	free(c);
	return status;
}

int key_csv_parse(const struct key_source *source, const struct key_sink *sink)
{
	return read_rows(source, sink, take_row);
}

/* Headings, one of which is that of keys, or a key beside an identifier. */
static int look_at_row(struct csv *c)
{
	const struct csv_row *r = &c->row;

	if (!c->column) /* one field is no table */
		return r->line < LOOK_ROWS ? 0 : LOOKED;
	if (!has_tokens(r) && r->has_key_heading && r->headings > 1)
		return 1;
	if (r->key_count && r->id_count)
		return 1;
	return r->line < LOOK_ROWS ? 0 : LOOKED;
}

int key_csv_looks_like(const struct key_source *source)
{
	struct key_source start = *source;
	int status;

	if (start.size > KEY_SOURCE_MAX_BYTES)
		return -ERR_TOO_LARGE;
	if (start.size > KEY_SOURCE_LOOK_BYTES)
		start.size = KEY_SOURCE_LOOK_BYTES;
	status = read_rows(&start, NULL, look_at_row);
	return status == LOOKED ? 0 : status;
}
