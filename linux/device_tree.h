/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Device-tree source, through the dtc program.
 */
#ifndef LINUX_DEVICE_TREE_H
#define LINUX_DEVICE_TREE_H

#include <stdbool.h>
#include <stddef.h>

/** device_tree_is_blob - are these bytes a tree rather than its source? */
bool device_tree_is_blob(const void *bytes, size_t len);

/**
 * device_tree_compile - the tree that the file @source describes
 * @ret_bytes: aligned for any purpose; free() it
 *
 * Returns 0 or an exit status; dtc has said what is wrong, with the line.
 */
int device_tree_compile(const char *source, void **ret_bytes, size_t *ret_len);

/** device_tree_compile_text - the same of a source in memory */
int device_tree_compile_text(
	const char *text, void **ret_bytes, size_t *ret_len);

/* The source once more, with the line of each node and property. */
struct device_tree_lines {
	char *text;
};

/**
 * device_tree_lines_read - where everything is in @source
 *
 * Without them (dtc too old, or not there) nothing is found, and that is all.
 */
void device_tree_lines_read(const char *source, struct device_tree_lines *ret);

/**
 * device_tree_line - the line of a property, or of a node
 * @path:     "/vendors/x"
 * @property: or NULL
 *
 * 0 if it is not known.
 */
unsigned long device_tree_line(const struct device_tree_lines *l,
	const char *path, const char *property);

void device_tree_lines_free(struct device_tree_lines *l);

#endif
