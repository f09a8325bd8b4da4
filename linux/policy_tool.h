/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parts of "loopbreaker policy" share.
 *
 *   verb_policy.c     the command line; compile and check
 *   policy_open.c     reading, merging, finding faults
 *   policy_sign.c     sign, with the rig's receipt
 *   policy_explain.c  explain
 *   policy_share.c    share
 */
#ifndef LINUX_POLICY_TOOL_H
#define LINUX_POLICY_TOOL_H

#include <stdbool.h>
#include <stddef.h>

#include "recovery/policy.h"

struct policy_options {
	const char *file;
	const char *output;	     /* --output, or NULL; so are the others */
	const char *keys;	     /* --keys */
	const char *base;	     /* --base: the policy of an overlay */
	const char *merged;	     /* --merged: where both go */
	const char *key;	     /* --key */
	const char *receipt;	     /* --receipt */
	const char *without_receipt; /* --without-receipt: why */
	const char *uuid;	     /* --uuid: of one PC */
	const char *mac;	     /* --mac: of its network card */
};

/* A policy as a tree; of an overlay, what becomes of its base. */
struct policy_tool_file {
	void *bytes; /* of the file itself */
	size_t len;
	void *merged; /* NULL unless it is an overlay */
	size_t merged_len;
	bool is_source;	      /* @bytes were compiled just now */
	struct policy policy; /* its strings are in the tree above */
};

/**
 * policy_tool_open - read, compile if it is source, merge, and look for faults
 * @o: file and base
 *
 * What is found is said, "FILE:LINE: error: /node: property: ...".  Returns 0
 * if nothing of it is an error, else an exit status.  policy_tool_close() is
 * valid either way.
 */
int policy_tool_open(
	const struct policy_options *o, struct policy_tool_file *ret);

void policy_tool_close(struct policy_tool_file *f);

/** policy_tool_sign - loopbreaker policy sign; returns an exit status */
int policy_tool_sign(
	const struct policy_options *o, const struct policy_tool_file *f);

/** policy_tool_share - loopbreaker policy share; returns an exit status */
int policy_tool_share(const struct policy_options *o);

/** policy_tool_explain - loopbreaker policy explain */
void policy_tool_explain(const struct policy *p);

#endif
