/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The 48 digits: eight groups of six, each of which carries 16 bits and a check
 * of its own, so that a wrong group can be pointed out while somebody types.
 *
 * Format: the BDE specification of libbde; each group is 11 times a number
 * below 65536.
 */
#ifndef STORAGE_BITLOCKER_RECOVERY_PASSWORD_H
#define STORAGE_BITLOCKER_RECOVERY_PASSWORD_H

#include <stddef.h>
#include <stdint.h>

#define RECOVERY_PASSWORD_GROUPS       8
#define RECOVERY_PASSWORD_GROUP_DIGITS 6
#define RECOVERY_PASSWORD_BYTES	       16
#define RECOVERY_PASSWORD_TEXT_BYTES   56 /* with dashes and the closing NUL */

enum recovery_group {
	RECOVERY_GROUP_GOOD,
	RECOVERY_GROUP_SHORT,	 /* fewer than six digits: go on typing */
	RECOVERY_GROUP_LONG,	 /* more than six digits, or a ninth group */
	RECOVERY_GROUP_NO_DIGIT, /* something else than a digit */
	RECOVERY_GROUP_MISTYPED, /* no multiple of 11 */
	RECOVERY_GROUP_TOO_LARGE /* 720896 or more: never printed */
};

/**
 * recovery_group_check - one group, also an unfinished one
 * @text: @len characters, no NUL needed
 * @ret_value: the 16 bits, only with GOOD
 */
enum recovery_group recovery_group_check(
	const char *text, size_t len, uint16_t *ret_value);

/** recovery_group_text - what is wrong: "it has fewer than six digits" */
const char *recovery_group_text(enum recovery_group g);

/**
 * recovery_password_parse - all eight groups
 * @text:  @len characters, no NUL needed.  Groups may be divided by one or
 *	   more dashes, dots, colons, commas, underscores, blanks or tabs, or
 *	   not at all; white space around all of it does not count.
 * @ret:   the key itself: wipe it after use
 * @ret_group: where it is not GOOD the first wrong group, from 1; 9 if
 *	   something follows behind the eighth
 *
 * Returns GOOD with @ret written, or what is wrong.
 */
enum recovery_group recovery_password_parse(const char *text, size_t len,
	uint8_t ret[RECOVERY_PASSWORD_BYTES], unsigned int *ret_group);

/**
 * recovery_password_text - the digits of a key: "123456-..."
 *
 * Secret, like @bytes: wipe @buf.  Returns @buf.
 */
const char *recovery_password_text(const uint8_t bytes[RECOVERY_PASSWORD_BYTES],
	char buf[RECOVERY_PASSWORD_TEXT_BYTES]);

#endif
