/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/network/syslog.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "storage/filetime.h"
#include "storage/utf8.h"

#define PRIORITY 134 /* local0 (16) * 8 + informational (6) */
#define NONE	 "-"

#define BYTE_ORDER_MARK "\xEF\xBB\xBF"

#define MSGID_CHARS 32

/*
 * What a header may still grow by: the number of a message, which has 10 digits
 * at most, the part, and what stands before the text.
 */
#define GROWTH_BYTES                                                           \
	(9 + sizeof(" part=\"99\" parts=\"99\"") + sizeof("] ") +              \
		sizeof(BYTE_ORDER_MARK))

struct text {
	char *bytes;
	size_t len;
};

/* --- The header ----------------------------------------------------------- */

static void add(struct text *t, const char *text)
{
	size_t len = strlen(text);

	memcpy(t->bytes + t->len, text, len);
	t->len += len;
}

static void add_number(struct text *t, uint64_t value)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
	add(t, text);
}

static void add_time(struct text *t, uint64_t time)
{
	char text[FILETIME_TEXT_BYTES];

	(void)filetime_text(time, text);
	add(t, text[0] <= '9' ? text : NONE); /* or a word */
}

/* Only printable ASCII; what would end the value has a backslash before it. */
static void add_parameter(struct text *t, const char *name, const char *value)
{
	if (!value[0])
		return;
	add(t, " ");
	add(t, name);
	add(t, "=\"");
	for (; *value; value++) {
		char c = *value >= ' ' && *value <= '~' ? *value : '?';

		if (strchr("\"\\]", c))
			t->bytes[t->len++] = '\\';
		t->bytes[t->len++] = c;
	}
	add(t, "\"");
}

/* {"event":"NAME",...: no more of JSON is understood here. */
static void add_event(struct text *t, const char *json)
{
	static const char start[] = "{\"event\":\"";
	size_t len = 0;

	if (!strncmp(json, start, sizeof(start) - 1)) {
		json += sizeof(start) - 1;
		while (len < MSGID_CHARS && json[len] > ' ' &&
			json[len] <= '~' && json[len] != '"')
			len++;
	}
	if (!len)
		add(t, NONE);
	memcpy(t->bytes + t->len, json, len);
	t->len += len;
}

static void add_header(
	struct text *t, const struct syslog_sender *s, const char *event)
{
	add(t, "<");
	add_number(t, PRIORITY);
	add(t, ">1 ");
	add_time(t, s->time);
	add(t, " ");
	add(t, s->address[0] ? s->address : NONE);
	add(t, " loopbreaker ");
	if (s->time)
		add_number(t, s->time / FILETIME_TICKS_PER_SECOND);
	else
		add(t, NONE);
	add(t, " ");
	add_event(t, event);
	add(t, " [meta sequenceId=\"");
	add_number(t, s->sequence);
	add(t, "\"][machine@32473");
	add_parameter(t, "serial", s->serial);
	add_parameter(t, "uuid", s->uuid);
	add_parameter(t, "model", s->model);
	add_parameter(t, "mac", s->mac);
}

/* --- Parts ---------------------------------------------------------------- */

/* As much of @text as goes into @room, and not half a character. */
static size_t part_len(const char *text, size_t room)
{
	size_t len = 0;

	while (text[len]) {
		size_t more = utf8_length(text + len);

		if (!more) /* no UTF-8: a byte is a byte */
			more = 1;
		if (more > room - len)
			break;
		len += more;
	}
	return len;
}

static bool is_ascii(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] > 0x7f)
			return false;
	return true;
}

static void parts_count(struct syslog_line *l, size_t header_len)
{
	size_t at = 0;

	l->room = SYSLOG_MAX_BYTES - header_len - GROWTH_BYTES;
	do {
		at += part_len(l->json + at, l->room);
		l->parts++;
	} while (l->json[at]);
}

void syslog_begin(struct syslog_line *l, const char *json)
{
	memset(l, 0, sizeof(*l));
	l->json = json;
}

size_t syslog_next(struct syslog_line *l, struct syslog_sender *sender,
	char ret[SYSLOG_MAX_BYTES])
{
	struct text t = {.bytes = ret};
	size_t len;

	if (l->part && l->part == l->parts)
		return 0;
	sender->sequence++;
	add_header(&t, sender, l->json);
	if (!l->room)
		parts_count(l, t.len);
	l->part++;
	if (l->parts > 1) {
		add(&t, " part=\"");
		add_number(&t, l->part);
		add(&t, "\" parts=\"");
		add_number(&t, l->parts);
		add(&t, "\"");
	}
	add(&t, "] ");
	len = part_len(l->json + l->at, l->room);
	if (!is_ascii(l->json + l->at, len))
		add(&t, BYTE_ORDER_MARK);
	memcpy(t.bytes + t.len, l->json + l->at, len);
	l->at += len;
	return t.len + len;
}
