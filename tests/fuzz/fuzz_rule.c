/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Patterns and held names: two strings out of any bytes. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "quarantine/delivery.h"
#include "quarantine/hold.h"
#include "quarantine/rule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Exactly as long as the string, so that reading on is seen. */
static char *text_of(const uint8_t *data, size_t size)
{
	size_t len = strnlen((const char *)data, size);
	char *text = malloc(len + 1);

	if (!text)
		abort();
	memcpy(text, data, len);
	text[len] = '\0';
	return text;
}

static void check_held_name(const char *name)
{
	char held[DELIVERY_NAME_BYTES];
	uint32_t id = 0;

	if (hold_name(name, 0x1234ABCD, held, sizeof(held)) < 0)
		return;
	/* An empty name cannot be told from a file called ".held-...". */
	if (hold_parse_name(held, &id) != strlen(name))
		abort();
	if (*name && id != 0x1234ABCD)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t split = size / 2;
	char *pattern = text_of(data, split);
	char *name = text_of(data + split, size - split);
	struct rule r = {.patterns = {pattern}, .pattern_count = 1};
	bool matches = rule_matches(&r, name);

	if (matches && hold_parse_name(name, NULL))
		abort();
	/* The same pattern as "never" takes everything away. */
	r.never[0] = pattern;
	r.never_count = 1;
	if (rule_matches(&r, name))
		abort();
	check_held_name(name);
	free(pattern);
	free(name);
	return 0;
}
