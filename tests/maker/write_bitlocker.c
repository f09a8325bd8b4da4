/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * write-bitlocker VOLUME PLAIN SEED: writes into a volume with a clear key,
 * through the layer that Loopbreaker writes through, and the same bytes into
 * the plain file: a thousand ranges of any alignment, and its whole start.
 * Whoever then reads the volume must find what is in the plain file.
 */
#include <stdio.h>
#include <stdlib.h>

#include "linux/file_disk.h"
#include "storage/bitlocker/layer.h"
#include "tests/support/prng.h"

#define WRITES	  1000
#define MAX_BYTES 20000

static void give_up(const char *what, int err)
{
	fprintf(stderr, "write-bitlocker: %s: %d\n", what, err);
	exit(1);
}

static void open_layer(struct bitlocker_layer *ret, struct disk *volume)
{
	struct bitlocker_metadata m;
	struct bitlocker_unlocked u;
	struct bitlocker_fvek fvek;
	struct bitlocker_key key;
	int err = bitlocker_metadata_read(volume, &m);

	if (err < 0)
		give_up("metadata", err);
	bitlocker_key_clear(&key);
	err = bitlocker_unlock(&m, &key, NULL, NULL, &u, &fvek);
	if (err < 0 || u.outcome != BITLOCKER_OPENED)
		give_up(bitlocker_outcome_text(u.outcome), err);
	err = bitlocker_layer_open(ret, volume, &m, &fvek);
	if (err < 0 || !ret->disk.may_write)
		give_up(bitlocker_refusal_text(m.no_write), err);
	bitlocker_fvek_wipe(&fvek);
	bitlocker_metadata_close(&m);
}

static void write_both(struct bitlocker_layer *l, struct disk *plain,
	uint64_t off, const void *bytes, size_t len)
{
	int err = disk_write(&l->disk, off, bytes, len);

	if (err == 0)
		err = disk_write(plain, off, bytes, len);
	if (err < 0)
		give_up("writing", err);
}

int main(int argc, char **argv)
{
	static unsigned char bytes[MAX_BYTES];
	struct file_disk volume = {.fd = -1};
	struct file_disk plain = {.fd = -1};
	struct bitlocker_layer l;
	struct prng random;
	int err;
	int i;

	if (argc != 4)
		give_up("usage: write-bitlocker VOLUME PLAIN SEED", argc);
	random.state = strtoull(argv[3], NULL, 10);
	err = file_disk_open(&volume, argv[1], true);
	if (err == 0)
		err = file_disk_open(&plain, argv[2], true);
	if (err < 0)
		give_up("opening", err);
	open_layer(&l, &volume.disk);
	for (i = 0; i < WRITES; i++) {
		size_t len = 1 + (size_t)prng_below(&random, sizeof(bytes));
		uint64_t off = prng_below(&random, l.disk.size_bytes - len);

		prng_fill(&random, bytes, len);
		if (bitlocker_layer_may_write(&l, off, len))
			write_both(&l, &plain.disk, off, bytes, len);
	}
	prng_fill(&random, bytes, (size_t)l.header.len);
	/* A reader wants to see a boot sector of NTFS there. */
	err = disk_read(&plain.disk, 0, bytes, 512);
	if (err < 0)
		give_up("reading", err);
	write_both(&l, &plain.disk, 0, bytes, (size_t)l.header.len);
	bitlocker_layer_close(&l);
	if (disk_flush(&volume.disk) < 0 || file_disk_close(&volume) < 0 ||
		disk_flush(&plain.disk) < 0 || file_disk_close(&plain) < 0)
		give_up("closing", 0);
	return 0;
}
