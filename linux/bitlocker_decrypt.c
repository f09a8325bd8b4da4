/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The plain text of a volume as a file. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "linux/bitlocker_tool.h"
#include "linux/command.h"
#include "linux/sparse_file.h"
#include "storage/bitlocker/layer.h"
#include "storage/crypto/secret.h"
#include "storage/err.h"

#define PIECE_BYTES (1u << 20)

/* --- Stopping, and how far it is ------------------------------------------ */

/* Plain text must not stay behind because somebody pressed Ctrl-C. */
static volatile sig_atomic_t is_stopped;

static void stop(int number)
{
	(void)number;
	is_stopped = 1;
}

static void catch_signals(void)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
	struct sigaction catching = {.sa_handler = stop};
	size_t i;

	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		(void)sigaction(signals[i], &catching, NULL);
}

static void show(const char *what, unsigned int percent)
{
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r%s: %3u %%%s", what, percent,
			percent == 100 ? "\n" : "");
}

static bool go_on(void *ctx, unsigned int percent)
{
	(void)ctx;
	show("Trying the key", percent);
	return !is_stopped;
}

static int say_stopped(void)
{
	fputs("loopbreaker: stopped; nothing is left of it.\n", stderr);
	return EXIT_REFUSED;
}

/* --- Which volume --------------------------------------------------------- */

static int say_several(const struct bitlocker_image *image)
{
	size_t i;

	fputs("loopbreaker: there are several BitLocker volumes; say which "
	      "one (--partition):",
		stderr);
	for (i = 0; i < image->count; i++)
		fprintf(stderr, " %u", image->volumes[i].partition);
	fputs(".\n", stderr);
	return EXIT_REFUSED;
}

static int choose(const struct bitlocker_options *o,
	struct bitlocker_image *image, struct bitlocker_volume **ret)
{
	char *end = NULL;
	unsigned long number;
	size_t i;

	*ret = image->volumes;
	if (!o->partition)
		return image->count == 1 ? 0 : say_several(image);
	number = strtoul(o->partition, &end, 10);
	for (i = 0; i < image->count; i++)
		if (*o->partition && !*end &&
			image->volumes[i].partition == number) {
			*ret = &image->volumes[i];
			return 0;
		}
	fprintf(stderr, "loopbreaker: partition %s is no BitLocker volume.\n",
		o->partition);
	return EXIT_REFUSED;
}

/* --- Unlocking ------------------------------------------------------------ */

static void say_tried(
	const struct bitlocker_metadata *m, const struct bitlocker_unlocked *u)
{
	char guid[GUID_TEXT_BYTES];
	size_t i;

	fprintf(stderr, "loopbreaker: it is not unlocked: %s",
		bitlocker_outcome_text(u->outcome));
	for (i = 0; i < u->tried_count; i++)
		fprintf(stderr, "%s%s", i ? ", " : " (tried: key ID ",
			guid_text(m->protectors[u->tried[i]].guid, guid));
	fputs(u->tried_count ? ").\n" : ".\n", stderr);
}

/* @only: the GUID of the one protector that is meant; NULL: any. */
static int unlock(const struct bitlocker_metadata *m,
	const struct bitlocker_key *key, const uint8_t *only,
	struct bitlocker_fvek *ret)
{
	const struct stretch_progress progress = {go_on, NULL};
	struct bitlocker_unlocked u;
	int err = bitlocker_unlock(m, key, only, &progress, &u, ret);

	if (err < 0)
		return command_say_err("unlocking", err);
	if (u.outcome == BITLOCKER_OPENED)
		return 0;
	if (u.outcome == BITLOCKER_STOPPED)
		return say_stopped();
	say_tried(m, &u);
	return EXIT_REFUSED;
}

/* A volume that needs no key is not asked for one. */
static int get_fvek(const struct bitlocker_options *o,
	const struct bitlocker_metadata *m, struct bitlocker_fvek *ret)
{
	const uint8_t *only = NULL;
	struct bitlocker_key key;
	int status =
		o->key_id[0] ? bitlocker_key_id_find(m, o->key_id, &only) : 0;

	if (status)
		return status;
	memset(&key, 0, sizeof(key));
	if (bitlocker_is_suspended(m) && !bitlocker_key_count(o))
		bitlocker_key_clear(&key);
	else
		status = bitlocker_key_get(o, &key);
	if (!status)
		status = unlock(m, &key, only, ret);
	bitlocker_key_wipe(&key);
	return status;
}

/* --- Writing -------------------------------------------------------------- */

static int copy(struct disk *from, struct sparse_file *to, uint8_t *room)
{
	uint64_t off;
	size_t len;

	for (off = 0; off < from->size_bytes; off += len) {
		int err;

		len = from->size_bytes - off < PIECE_BYTES
			      ? (size_t)(from->size_bytes - off)
			      : PIECE_BYTES;
		if (is_stopped)
			return say_stopped();
		show("Decrypting",
			(unsigned int)(off / (from->size_bytes / 100 + 1)));
		err = disk_read(from, off, room, len);
		if (err < 0)
			return command_say_err("the volume", err);
		if (sparse_file_add(to, room, len) < 0)
			return EXIT_IO;
	}
	show("Decrypting", 100);
	return 0;
}

static int write_plain(const struct bitlocker_options *o, struct disk *plain)
{
	uint8_t *room = malloc(PIECE_BYTES);
	struct sparse_file out = {.fd = -1};
	int status = EXIT_IO;

	if (!room)
		return command_say_err(o->output, -ERR_NO_MEMORY);
	if (sparse_file_open(&out, o->output, o->may_replace) == 0)
		status = copy(plain, &out, room);
	if (!status && sparse_file_finish(&out) < 0)
		status = EXIT_IO;
	sparse_file_close(&out);
	secret_wipe(room, PIECE_BYTES);
	free(room);
	return status;
}

static int decrypt_volume(
	const struct bitlocker_options *o, struct bitlocker_volume *v)
{
	const struct bitlocker_metadata *m = &v->metadata;
	struct bitlocker_layer layer;
	struct bitlocker_fvek fvek;
	int status;
	int err;

	if (m->no_read != BITLOCKER_ACCEPTED) {
		fprintf(stderr, "loopbreaker: it is not decrypted: %s.\n",
			bitlocker_refusal_text(m->no_read));
		return EXIT_REFUSED;
	}
	status = get_fvek(o, m, &fvek);
	if (status)
		return status;
	err = bitlocker_layer_open(&layer, &v->slice.disk, m, &fvek);
	bitlocker_fvek_wipe(&fvek);
	status = err < 0 ? command_say_err("the volume", err)
			 : write_plain(o, &layer.disk);
	if (!status)
		printf("Decrypted: %s, %llu bytes\n", o->output,
			(unsigned long long)layer.disk.size_bytes);
	bitlocker_layer_close(&layer);
	return status;
}

/* --force replaces files, but not the only one that has the volume. */
static int check_output(
	const struct bitlocker_options *o, const struct bitlocker_image *image)
{
	struct stat in;
	struct stat out;

	if (fstat(image->file.fd, &in) < 0 || stat(o->output, &out) < 0 ||
		in.st_dev != out.st_dev || in.st_ino != out.st_ino)
		return 0;
	return command_usage(&verb_bitlocker,
		"what is read cannot be written, too: ", o->output);
}

int bitlocker_decrypt(const struct bitlocker_options *o)
{
	struct bitlocker_volume *volume;
	struct bitlocker_image image;
	int status;

	catch_signals();
	status = bitlocker_image_open(o->image, &image);
	if (!status)
		status = check_output(o, &image);
	if (!status)
		status = choose(o, &image, &volume);
	if (!status)
		status = decrypt_volume(o, volume);
	bitlocker_image_close(&image);
	return status;
}
