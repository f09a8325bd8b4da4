/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which names of one volume a vendor rule means.  Names compare as the volume
 * compares them: its $UpCase table says which letters are one, beyond those of
 * ASCII, which quarantine/rule.h knows by itself.
 */
#ifndef QUARANTINE_CONTENT_H
#define QUARANTINE_CONTENT_H

#include "quarantine/rule.h"
#include "storage/volume.h"

/* A rule with its patterns in the volume's capital letters. */
struct content {
	struct volume *v;
	struct rule rule;
	/* The patterns that had to be. */
	char *folded[RULE_MAX_PATTERNS + RULE_MAX_NEVER];
	size_t folded_count;
};

/**
 * content_open - prepare @rule for names of @v; both must outlive @c
 *
 * Returns 0; -ERR_CORRUPT for a pattern that is not UTF-8; -ERR_NO_MEMORY.
 * content_close() is valid either way.
 */
int content_open(struct content *c, struct volume *v, const struct rule *rule);

/**
 * content_concerns - is @name (UTF-8) content of the rule, or such content on
 * hold?
 *
 * Returns 1, 0 or -ERR_NO_MEMORY.
 */
int content_concerns(const struct content *c, const char *name);

/**
 * content_bars - does the rule never hold @name, whatever it matches?
 *
 * For what lies in a generation folder.  Returns 1, 0 or -ERR_NO_MEMORY.
 */
int content_bars(const struct content *c, const char *name);

/** content_close - accepts a zeroed or half-made one */
void content_close(struct content *c);

#endif
