/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * make-bitlocker PLAIN OUT [OPTION...]: an encrypted volume of a plain one, for
 * the tests and the rig.  Its keys are not random but made of --seed: nothing
 * but a test may live in it.
 *
 *   --method 0x8000..0x8005   --sector 512|4096   --to-go   --seed N
 *   --recovery 48DIGITS   --password TEXT   --bek FILE   --clear-key   --tpm
 *			     protectors, in this order, any number of each
 *   --eow   --state N   --next-state N   --encrypted BYTES
 *   --damage N		     a wrong checksum in copy N (0 to 2)
 *   --break-seal	     right checksums, but not what the key vouches for
 *
 *   --place BYTES	     of a copy, up to three times; there must be zeros,
 *			     8 KiB more behind the first (bitlocker_maker.h)
 *   --keys FILE	     for those who look for them where they must not be:
 *			     "protector GUID" for each, "vmk HEX",
 *			     "fvek METHOD HEX"
 *
 * Writes where the metadata are: "copies A B C header D BYTES".
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/bitlocker/format.h"
#include "tests/support/bitlocker_maker.h"
#include "tests/support/bitlocker_maker_cipher.h"

struct task {
	const char *plain;
	const char *out;
	const char *bek[BITLOCKER_MAKER_SECRETS]; /* of each secret, or NULL */
	unsigned int damaged;			  /* a bit for each copy */
	size_t place_count;
	bool breaks_seal;
	const char *keys;
	struct bitlocker_plan plan;
};

static void give_up(const char *what, const char *why)
{
	fprintf(stderr, "make-bitlocker: %s: %s\n", what, why);
	exit(1);
}

static uint64_t number(const char *text)
{
	char *end;
	uint64_t value = strtoull(text, &end, 0);

	if (!*text || *end)
		give_up(text, "not a number");
	return value;
}

static void add_secret(
	struct task *t, uint16_t type, const char *text, const char *bek)
{
	size_t i = t->plan.secret_count;

	if (i == BITLOCKER_MAKER_SECRETS)
		give_up(text ? text : "a key", "one protector too many");
	t->plan.secrets[i].type = type;
	t->plan.secrets[i].text = text;
	t->bek[i] = bek;
	t->plan.secret_count++;
}

enum option_word {
	OPTION_METHOD = 256,
	OPTION_SECTOR,
	OPTION_TO_GO,
	OPTION_SEED,
	OPTION_RECOVERY,
	OPTION_PASSWORD,
	OPTION_BEK,
	OPTION_CLEAR_KEY,
	OPTION_TPM,
	OPTION_EOW,
	OPTION_STATE,
	OPTION_NEXT_STATE,
	OPTION_ENCRYPTED,
	OPTION_DAMAGE,
	OPTION_BREAK_SEAL,
	OPTION_PLACE,
	OPTION_KEYS
};

static const struct option longs[] = {
	{"method", required_argument, NULL, OPTION_METHOD},
	{"sector", required_argument, NULL, OPTION_SECTOR},
	{"to-go", no_argument, NULL, OPTION_TO_GO},
	{"seed", required_argument, NULL, OPTION_SEED},
	{"recovery", required_argument, NULL, OPTION_RECOVERY},
	{"password", required_argument, NULL, OPTION_PASSWORD},
	{"bek", required_argument, NULL, OPTION_BEK},
	{"clear-key", no_argument, NULL, OPTION_CLEAR_KEY},
	{"tpm", no_argument, NULL, OPTION_TPM},
	{"eow", no_argument, NULL, OPTION_EOW},
	{"state", required_argument, NULL, OPTION_STATE},
	{"next-state", required_argument, NULL, OPTION_NEXT_STATE},
	{"encrypted", required_argument, NULL, OPTION_ENCRYPTED},
	{"damage", required_argument, NULL, OPTION_DAMAGE},
	{"break-seal", no_argument, NULL, OPTION_BREAK_SEAL},
	{"place", required_argument, NULL, OPTION_PLACE},
	{"keys", required_argument, NULL, OPTION_KEYS},
	{NULL, 0, NULL, 0},
};

/* What protects the volume; false if it is another option. */
static bool take_secret(struct task *t, int c)
{
	switch (c) {
	case OPTION_RECOVERY:
		add_secret(t, BITLOCKER_RECOVERY_PASSWORD, optarg, NULL);
		return true;
	case OPTION_PASSWORD:
		add_secret(t, BITLOCKER_PASSWORD, optarg, NULL);
		return true;
	case OPTION_BEK:
		add_secret(t, BITLOCKER_STARTUP_KEY, NULL, optarg);
		return true;
	case OPTION_CLEAR_KEY:
		add_secret(t, BITLOCKER_CLEAR_KEY, NULL, NULL);
		return true;
	case OPTION_TPM:
		add_secret(t, BITLOCKER_TPM, NULL, NULL);
		return true;
	default:
		return false;
	}
}

static void add_place(struct task *t, const char *text)
{
	if (t->place_count == BITLOCKER_COPIES)
		give_up(text, "one place too many");
	t->plan.places[t->place_count++] = number(text);
}

static void take_option(struct task *t, int c)
{
	switch (c) {
	case OPTION_METHOD:
		t->plan.method = (uint16_t)number(optarg);
		break;
	case OPTION_SECTOR:
		t->plan.sector_bytes = (uint32_t)number(optarg);
		break;
	case OPTION_TO_GO:
		t->plan.is_to_go = true;
		break;
	case OPTION_SEED:
		t->plan.seed = (uint32_t)number(optarg);
		break;
	case OPTION_EOW:
		t->plan.is_eow = true;
		break;
	case OPTION_STATE:
		t->plan.state = (uint16_t)number(optarg);
		break;
	case OPTION_NEXT_STATE:
		t->plan.next_state = (uint16_t)number(optarg);
		break;
	case OPTION_ENCRYPTED:
		t->plan.encrypted_bytes = number(optarg);
		break;
	case OPTION_DAMAGE:
		t->damaged |= 1u << number(optarg) % BITLOCKER_COPIES;
		break;
	case OPTION_PLACE:
		add_place(t, optarg);
		break;
	case OPTION_KEYS:
		t->keys = optarg;
		break;
	case OPTION_BREAK_SEAL:
		t->breaks_seal = true;
		break;
	default:
		give_up("usage", "see the head of make_bitlocker.c");
	}
}

static void parse(struct task *t, int argc, char **argv)
{
	int c;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1)
		if (!take_secret(t, c))
			take_option(t, c);
	if (argc - optind != 2)
		give_up("usage", "make-bitlocker PLAIN OUT [OPTION...]");
	t->plain = argv[optind];
	t->out = argv[optind + 1];
	if (t->plan.method &&
		(t->plan.method < 0x8000 || t->plan.method > 0x8005))
		give_up("--method", "0x8000 to 0x8005");
}

static uint8_t *map_copy(const struct task *t, size_t *ret_size)
{
	int in = open(t->plain, O_RDONLY);
	int out = open(t->out, O_RDWR | O_CREAT | O_TRUNC, 0644);
	struct stat st;
	uint8_t *bytes;
	size_t at = 0;

	if (in < 0 || fstat(in, &st) < 0)
		give_up(t->plain, strerror(errno));
	if (out < 0 || ftruncate(out, st.st_size) < 0)
		give_up(t->out, strerror(errno));
	*ret_size = (size_t)st.st_size;
	bytes = mmap(
		NULL, *ret_size, PROT_READ | PROT_WRITE, MAP_SHARED, out, 0);
	if (bytes == MAP_FAILED)
		give_up(t->out, strerror(errno));
	while (at < *ret_size) {
		ssize_t n = pread(in, bytes + at, *ret_size - at, (off_t)at);

		if (n <= 0)
			give_up(t->plain, "cannot be read");
		at += (size_t)n;
	}
	(void)close(in);
	(void)close(out);
	return bytes;
}

static void spoil(const struct task *t, uint8_t *volume,
	const struct bitlocker_made *made)
{
	size_t i;

	for (i = 0; i < BITLOCKER_COPIES; i++) {
		uint8_t *block = volume + made->copies[i];

		if (t->breaks_seal) {
			block[FVE_BLOCK_SET + FVE_SET_CREATED] ^= 1;
			bitlocker_maker_checksum(block);
		}
		if (t->damaged >> i & 1)
			block[FVE_BLOCK_SET + FVE_SET_CREATED + 1] ^= 1;
	}
}

static void write_beks(const struct task *t)
{
	uint8_t bytes[BITLOCKER_MAKER_BEK];
	size_t i;

	for (i = 0; i < t->plan.secret_count; i++) {
		size_t len = bitlocker_maker_bek(&t->plan, i, bytes);
		FILE *f;

		if (!t->bek[i])
			continue;
		f = fopen(t->bek[i], "wb");
		if (!f || fwrite(bytes, 1, len, f) != len || fclose(f))
			give_up(t->bek[i], strerror(errno));
	}
}

static void write_hex(FILE *f, const uint8_t *bytes, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		fprintf(f, "%02x", bytes[i]);
	fputc('\n', f);
}

static void write_keys(const struct task *t, const struct bitlocker_made *made)
{
	uint16_t method = t->plan.method ? t->plan.method : BITLOCKER_XTS_128;
	char text[GUID_TEXT_BYTES];
	uint8_t guid[GUID_BYTES];
	FILE *f;
	size_t i;

	if (!t->keys)
		return;
	f = fopen(t->keys, "w");
	if (!f)
		give_up(t->keys, strerror(errno));
	for (i = 0; i < t->plan.secret_count; i++) {
		bitlocker_maker_guid(&t->plan, i, guid);
		fprintf(f, "protector %s\n", guid_text(guid, text));
	}
	fputs("vmk ", f);
	write_hex(f, made->vmk, sizeof(made->vmk));
	fprintf(f, "fvek %#x ", (unsigned int)method);
	write_hex(f, made->fvek, maker_key_bytes(method));
	if (fclose(f))
		give_up(t->keys, strerror(errno));
}

int main(int argc, char **argv)
{
	static struct task t;
	struct bitlocker_made made;
	const char *wrong;
	uint8_t *volume;
	size_t size;

	parse(&t, argc, argv);
	volume = map_copy(&t, &size);
	wrong = bitlocker_make(&t.plan, volume, size, &made);
	if (wrong)
		give_up(t.plain, wrong);
	spoil(&t, volume, &made);
	if (msync(volume, size, MS_SYNC) < 0 || munmap(volume, size) < 0)
		give_up(t.out, strerror(errno));
	write_beks(&t);
	write_keys(&t, &made);
	printf("copies %llu %llu %llu header %llu %llu\n",
		(unsigned long long)made.copies[0],
		(unsigned long long)made.copies[1],
		(unsigned long long)made.copies[2],
		(unsigned long long)made.header.start,
		(unsigned long long)made.header.len);
	return 0;
}
