/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parts of "loopbreaker order" share.
 *
 *   verb_order.c   the command line; sign
 *   order_make.c   make
 *   order_check.c  check
 */
#ifndef LINUX_ORDER_TOOL_H
#define LINUX_ORDER_TOOL_H

#include <stdbool.h>
#include <stddef.h>

#include "recovery/incident_order.h"

/* A list of what was given more than once. */
struct order_words {
	const char *words[INCIDENT_ORDER_MAX_NAMES];
	size_t count;
};

struct order_options {
	const char *file; /* what is read, or written */
	const char *key;
	const char *keys;
	const char *serial;
	const char *about;
	const char *from;
	const char *until;
	const char *expires;
	const char *share;
	const char *site;	  /* check: of this PC's policy */
	const char *machine_id;	  /* check: 32 hexadecimal digits */
	const char *last_serial;  /* check */
	bool is_any_pc;		  /* check: whoever is addressed */
	struct order_words names; /* --name */
	struct order_words files; /* --file: their content is meant */
	struct order_words hashes;
	struct order_words sites;
};

/** order_tool_make - loopbreaker order make; returns an exit status */
int order_tool_make(const struct order_options *o);

/** order_tool_check - loopbreaker order check; returns an exit status */
int order_tool_check(const struct order_options *o);

/** order_tool_number - a number in decimal digits; -1 after saying that not */
long long order_tool_number(const char *what, const char *text);

#endif
