/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Understanding \standin.txt. */
#include "tests/boot/standin/script.h"

#include <stdlib.h>
#include <string.h>

#include "storage/err.h"

#define MAX_WORDS 5

/* Cut @line into words, in place. */
static size_t split(char *line, char **words)
{
	size_t count = 0;

	for (;;) {
		while (*line == ' ' || *line == '\t' || *line == '\r')
			*line++ = '\0';
		if (!*line || *line == '#' || count == MAX_WORDS)
			return count;
		words[count++] = line;
		while (*line && !strchr(" \t\r", *line))
			line++;
	}
}

static int add_delivery(struct script *s, const char *name, const char *content)
{
	struct script_delivery *d = &s->deliveries[s->delivery_count];

	if (s->delivery_count == SCRIPT_MAX_DELIVERIES ||
		strlen(name) >= sizeof(d->name) ||
		strlen(content) >= sizeof(d->content))
		return -ERR_CORRUPT;
	memcpy(d->name, name, strlen(name) + 1);
	memcpy(d->content, content, strlen(content) + 1);
	s->delivery_count++;
	return 0;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int take_key(
	struct bitlocker_fvek *key, const char *method, const char *hex)
{
	size_t len = strlen(hex);

	if (len % 2 || len / 2 > sizeof(key->bytes))
		return -ERR_CORRUPT;
	for (size_t i = 0; i < len / 2; i++) {
		int high = hex_digit(hex[2 * i]);
		int low = hex_digit(hex[2 * i + 1]);

		if (high < 0 || low < 0)
			return -ERR_CORRUPT;
		key->bytes[i] = (uint8_t)(high << 4 | low);
	}
	key->method = (uint16_t)strtoul(method, NULL, 16);
	key->len = (uint8_t)(len / 2);
	key->is_sealed = true; /* its owner is not in doubt */
	return 0;
}

static int run_session_command(struct script *s, char **words, size_t count)
{
	const struct {
		const char *name;
		bool *flag;
	} flags[] = {
		{"crash", &s->crash},
		{"elsewhere", &s->elsewhere},
		{"unplug-early", &s->unplug_early},
		{"unplug-late", &s->unplug_late},
		{"norearm", &s->norearm},
		{"healthy-no-shutdown", &s->no_shutdown},
		{"restart", &s->restart},
		{"keep-writable", &s->keep_writable},
	};

	if (count == 3 && !strcmp(words[0], "deliver"))
		return add_delivery(s, words[1], words[2]);
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		if (count == 1 && !strcmp(words[0], flags[i].name)) {
			*flags[i].flag = true;
			return 0;
		}
	}
	return -ERR_CORRUPT;
}

static int run_line(struct script *s, char *line, uint32_t session)
{
	struct script ignored = {0};
	char *words[MAX_WORDS];
	size_t count = split(line, words);

	if (!count)
		return 0;
	if (count == 1 && !strcmp(words[0], "no-volume")) {
		s->no_volume = true;
		return 0;
	}
	if (count == 2 && !strcmp(words[0], "utc-offset-minutes")) {
		s->utc_offset_minutes = (int)strtol(words[1], NULL, 10);
		return 0;
	}
	if (count == 2 && !strcmp(words[0], "windows-partition")) {
		s->windows_partition = (uint32_t)strtoul(words[1], NULL, 10);
		return 0;
	}
	if (count == 3 && !strcmp(words[0], "volume-key"))
		return take_key(&s->volume_key, words[1], words[2]);
	if (count < 3 || strcmp(words[0], "session") != 0)
		return -ERR_CORRUPT;
	/* The commands of the other sessions are checked all the same. */
	if (strtoul(words[1], NULL, 10) != session)
		s = &ignored;
	return run_session_command(s, words + 2, count - 2);
}

int script_parse(char *text, uint32_t session, struct script *ret)
{
	char *line = text;
	char *end;
	int err = 0;

	memset(ret, 0, sizeof(*ret));
	while (!err && *line) {
		end = strchr(line, '\n');
		if (end)
			*end = '\0';
		err = run_line(ret, line, session);
		line = end ? end + 1 : line + strlen(line);
	}
	return err;
}
