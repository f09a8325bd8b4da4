/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which strings a policy may contain: printable ASCII of bounded length, and
 * paths and patterns that can only mean what they seem to mean.
 */
#ifndef RECOVERY_POLICY_TEXT_H
#define RECOVERY_POLICY_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#define POLICY_TEXT_CHARS   255 /* remarks and sources */
#define POLICY_NAME_CHARS   64	/* vendor names, patterns, path parts */
#define POLICY_FOLDER_CHARS 255

/** policy_text_is_plain - printable ASCII of 1 to @max characters */
bool policy_text_is_plain(const char *s, size_t max);

/**
 * policy_text_is_folder - a path from the root of a volume
 *
 * Parts divided by single '/', none at begin or end, none of them "." or ".."
 * or ending in a dot or blank, no character that Windows does not allow.
 */
bool policy_text_is_folder(const char *s);

/**
 * policy_text_is_pattern - a pattern for the name of a file
 *
 * At least one character must be none of "*?.": a rule that takes every
 * file of a folder would also take the engine.
 */
bool policy_text_is_pattern(const char *s);

#endif
