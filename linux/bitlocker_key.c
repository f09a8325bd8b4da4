/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The key for a volume: from a file, a descriptor, or somebody's fingers. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "linux/bitlocker_tool.h"
#include "linux/command.h"
#include "linux/secret_input.h"
#include "storage/crypto/secret.h"
#include "storage/err.h"

/* So many digits that somebody means a recovery password. */
#define RECOVERY_MIN_DIGITS 30

size_t bitlocker_key_count(const struct bitlocker_options *o)
{
	const char *const words[] = {o->recovery_password_file,
		o->password_file, o->startup_key, o->key_fd};
	size_t count = 0;
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		count += words[i] != NULL;
	return count;
}

/* --- What was typed ------------------------------------------------------ */

static int take_recovery(
	const char *text, size_t len, struct bitlocker_key *ret)
{
	uint8_t bytes[RECOVERY_PASSWORD_BYTES];
	unsigned int group;
	enum recovery_group wrong =
		recovery_password_parse(text, len, bytes, &group);
	int err;

	if (wrong != RECOVERY_GROUP_GOOD) {
		fprintf(stderr,
			"loopbreaker: this is no recovery password; group %u: "
			"%s.\n",
			group, recovery_group_text(wrong));
		return EXIT_BAD_INPUT;
	}
	err = bitlocker_key_recovery(bytes, ret);
	secret_wipe(bytes, sizeof(bytes));
	return err < 0 ? command_say_err("the recovery password", err) : 0;
}

static int take_password(
	const char *text, size_t len, struct bitlocker_key *ret)
{
	int err = strlen(text) == len ? bitlocker_key_password(text, ret)
				      : -ERR_CORRUPT;

	if (err == 0)
		return 0;
	fprintf(stderr, "loopbreaker: this is no password of BitLocker: %s.\n",
		err == -ERR_TOO_LARGE ? "it is too long"
				      : "it is empty, or not UTF-8");
	return EXIT_BAD_INPUT;
}

static int take_either(const char *text, size_t len, struct bitlocker_key *ret)
{
	size_t digits = 0;
	size_t i;

	for (i = 0; i < len; i++) {
		if (text[i] >= '0' && text[i] <= '9')
			digits++;
		else if (!strchr("-.:,_ \t", text[i]))
			return take_password(text, len, ret);
	}
	return digits < RECOVERY_MIN_DIGITS ? take_password(text, len, ret)
					    : take_recovery(text, len, ret);
}

static int take_line(
	const struct bitlocker_options *o, struct bitlocker_key *ret)
{
	const struct secret_input input = {
		.what = o->recovery_password_file ? "recovery password"
			: o->password_file	  ? "password"
					   : "recovery password or password",
		.file_option = "--recovery-password-file, --password-file, "
			       "--startup-key",
		.fd_option = "--key-fd",
		.file = o->recovery_password_file ? o->recovery_password_file
						  : o->password_file,
		.fd = o->key_fd,
	};
	char text[SECRET_INPUT_BYTES];
	size_t len = 0;
	int status = secret_input_read(&input, text, &len);

	if (status)
		return status;
	if (o->recovery_password_file)
		status = take_recovery(text, len, ret);
	else if (o->password_file)
		status = take_password(text, len, ret);
	else
		status = take_either(text, len, ret);
	secret_wipe(text, sizeof(text));
	return status;
}

/* --- Startup key files ---------------------------------------------------- */

/* As many bytes as fit; no library keeps a copy.  -errno. */
static int read_some(const char *path, uint8_t *to, size_t cap, size_t *ret_len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t n = 0;

	if (fd < 0)
		return -errno;
	while (len < cap) {
		n = read(fd, to + len, cap - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	n = n < 0 ? -errno : 0;
	(void)close(fd);
	*ret_len = len;
	return (int)n;
}

static int take_startup_key(const char *path, struct bitlocker_key *ret)
{
	static uint8_t bytes[BITLOCKER_MAX_BEK_BYTES + 1];
	size_t len = 0;
	int err = read_some(path, bytes, sizeof(bytes), &len);
	int status = 0;

	if (err < 0) {
		fprintf(stderr, "loopbreaker: cannot read %s: %s.\n", path,
			command_read_text(-err));
		return EXIT_IO;
	}
	err = bitlocker_key_startup(bytes, len, ret);
	if (err == -ERR_TOO_LARGE) {
		status = command_say_limit(path,
			"it is larger than %u bytes, which no startup key "
			"(.BEK) is",
			BITLOCKER_MAX_BEK_BYTES);
	} else if (err < 0) {
		fprintf(stderr,
			"loopbreaker: %s is no startup key (.BEK): %s.\n", path,
			err_text(err));
		status = EXIT_BAD_INPUT;
	}
	secret_wipe(bytes, sizeof(bytes));
	return status;
}

int bitlocker_key_get(
	const struct bitlocker_options *o, struct bitlocker_key *ret)
{
	return o->startup_key ? take_startup_key(o->startup_key, ret)
			      : take_line(o, ret);
}
