/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A writer of flattened device trees for tests, sharing no code with libfdt:
 * it writes what it is told, however wrong.
 */
#ifndef TESTS_SUPPORT_TREE_H
#define TESTS_SUPPORT_TREE_H

#include <stddef.h>
#include <stdint.h>

#define TREE_BYTES 65536

struct tree {
	uint8_t body[TREE_BYTES]; /* the structure block */
	size_t body_len;
	char names[4096]; /* the strings block */
	size_t names_len;
	_Alignas(8) uint8_t blob[2 * TREE_BYTES];
	size_t len;	  /* of the blob, after tree_finish() */
	const char *omit; /* no property of this name is written; or NULL */
};

void tree_begin(struct tree *t); /* with the root node open */
void tree_node(struct tree *t, const char *name);
void tree_end(struct tree *t);
void tree_bytes(
	struct tree *t, const char *name, const void *bytes, size_t len);
void tree_text(struct tree *t, const char *name, const char *text);
void tree_number(struct tree *t, const char *name, uint32_t value);
void tree_finish(struct tree *t); /* closes the root node */

#endif
