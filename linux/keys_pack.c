/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "linux/command.h"
#include "linux/keys_tool.h"
#include "linux/private_file.h"
#include "storage/crypto/secret.h"
#include "storage/err.h"

static int make_salt(uint8_t ret[KEY_PACK_SALT_BYTES])
{
	ssize_t n;

	do
		n = getrandom(ret, KEY_PACK_SALT_BYTES, 0);
	while (n < 0 && errno == EINTR);
	if (n == KEY_PACK_SALT_BYTES)
		return 0;
	fputs("loopbreaker: the system gives no random numbers.\n", stderr);
	return EXIT_IO;
}

static int seal(const struct keys_collected *c, const char *pin, size_t pin_len,
	uint8_t *ret)
{
	uint8_t derived[KEY_PACK_KEY_BYTES];
	uint8_t salt[KEY_PACK_SALT_BYTES];
	int status = make_salt(salt);
	int err;

	if (status)
		return status;
	err = key_pack_derive(pin, pin_len, salt, KEY_PACK_ROUNDS, derived);
	if (!err)
		err = key_pack_make(c->entries, c->count, salt, KEY_PACK_ROUNDS,
			derived, ret);
	secret_wipe(derived, sizeof(derived));
	return err < 0 ? command_say_err("key pack", err) : 0;
}

static int good_pin(const struct keys_options *o, char *pin, size_t *ret_len)
{
	const char *fault;
	int status = keys_tool_pin(o, true, pin, ret_len);

	if (status)
		return status;
	fault = key_pack_pin_fault(pin, *ret_len);
	if (!fault)
		return 0;
	fprintf(stderr, "loopbreaker: the PIN %s.\n", fault);
	return EXIT_REFUSED;
}

static int write_pack(
	const struct keys_options *o, const struct keys_collected *c)
{
	char pin[SECRET_INPUT_BYTES] = "";
	size_t len = (size_t)KEY_PACK_BYTES(c->count);
	uint8_t *pack = malloc(len);
	size_t pin_len;
	int status;

	if (!pack)
		return command_say_err(o->output, -ERR_NO_MEMORY);
	status = good_pin(o, pin, &pin_len);
	if (!status)
		status = seal(c, pin, pin_len, pack);
	secret_wipe(pin, sizeof(pin));
	if (!status)
		status = private_file_write(o->output, pack, len, o->force);
	free(pack); /* sealed, or no pack yet: then wiped by what made it */
	return status;
}

int keys_pack(const struct keys_options *o)
{
	struct keys_collected c;
	int status = private_file_may_be(o->output, o->force);

	if (status)
		return status;
	status = keys_collect(&c, o->files, o->file_count);
	if (!status && !c.count) {
		fputs("loopbreaker: there is no key to pack.\n", stderr);
		status = EXIT_BAD_INPUT;
	} else if (!status && c.count > KEY_PACK_MAX_RECORDS) {
		status = command_say_limit(o->output,
			"%zu keys are more than a pack takes (%d); make "
			"several",
			c.count, KEY_PACK_MAX_RECORDS);
	}
	if (!status)
		status = write_pack(o, &c);
	if (!status)
		printf("Packed: %s, %zu key%s, %zu row%s skipped\n", o->output,
			c.count, command_plural(c.count), c.skipped,
			command_plural(c.skipped));
	keys_collect_free(&c);
	return status;
}
