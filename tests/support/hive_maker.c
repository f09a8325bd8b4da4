/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/hive_maker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "storage/bytes.h"
#include "tests/support/fixture.h"
#include "tests/support/make_image.h"

#define NAME_BYTES 512

/* Unpacks $0, a file or one of an archive, into $1; nothing if it is absent. */
static const char unpack[] =
	"case $0 in\n"
	"*:*) tar -xJOf \"${0%%:*}\" \"${0#*:}\" > \"$1\" 2> /dev/null ;;\n"
	"*) [ ! -e \"$0.xz\" ] || xz -dc \"$0.xz\" > \"$1\" ;;\n"
	"esac; touch \"$1\"";

/* The file goes; its bytes stay for as long as the disk is open. */
static void take(struct emudisk *e, const char *path)
{
	if (emudisk_load(e, path, 512) < 0 || unlink(path) != 0) {
		fprintf(stderr, "hive_maker: cannot load %s\n", path);
		exit(EXIT_FAILURE);
	}
}

/* Always the same one: nothing is left in it when the next file comes. */
static const char *place(void)
{
	static const char *path;

	if (!path)
		path = make_image_path("hive");
	return path;
}

static void make_with(
	const char *script, struct made_hive *m, const char *const *words)
{
	const char *out = place();
	char *argv[HIVE_WORDS_MAX + 3] = {(char *)"python3", (char *)script};
	char path[NAME_BYTES];
	size_t count = 2;
	size_t i;

	/* Options come first; what is not one begins with a brace. */
	for (i = 0; words[i] && words[i][0] != '{'; i++)
		argv[count++] = (char *)words[i];
	argv[count++] = (char *)out;
	for (; words[i]; i++)
		argv[count++] = (char *)words[i];
	argv[count] = NULL;
	make_image_run(argv);
	memset(m, 0, sizeof(*m));
	take(&m->primary, out);
	for (i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s.LOG%zu", out, i + 1);
		/* A clean hive has none. */
		if (access(path, F_OK) == 0)
			take(&m->logs[i], path);
	}
}

void hive_make(struct made_hive *m, const char *const *words)
{
	make_with("tests/support/mkhive.py", m, words);
}

void hive_make_bcd(struct made_hive *m, const char *const *words)
{
	make_with("tests/support/mkbcd.py", m, words);
}

bool hive_fixture_file(struct emudisk *e, const char *name)
{
	const char *folder = getenv("LOOPBREAKER_FIXTURES");
	char packed[NAME_BYTES];
	const char *path = place();
	char *argv[] = {(char *)"sh", (char *)"-c", (char *)unpack, packed,
		(char *)path, NULL};

	if (!fixture_folder_exists())
		return false;
	snprintf(packed, sizeof(packed), "%s/hives/%s",
		folder ? folder : "../shared/fixtures", name);
	make_image_run(argv);
	take(e, path);
	return true;
}

bool hive_fixture(struct made_hive *m, const char *name)
{
	char log[NAME_BYTES];
	size_t i;

	memset(m, 0, sizeof(*m));
	if (!hive_fixture_file(&m->primary, name))
		return false;
	for (i = 0; i < 2; i++) {
		snprintf(log, sizeof(log), "%s.LOG%zu", name, i + 1);
		if (!hive_fixture_file(&m->logs[i], log))
			return false;
	}
	return true;
}

static uint32_t turn(uint32_t value, unsigned int bits)
{
	return value << bits | value >> (32 - bits);
}

/* Marvin32, of a multiple of four bytes. */
static uint64_t hash_of(const uint8_t *bytes, size_t len)
{
	uint32_t low = 0x7A4E55C5, high = 0x82EF4D88;

	for (size_t i = 0; i <= len + 4; i += 4) {
		low += i < len ? le32_get(bytes + i) : i == len ? 0x80 : 0;
		high ^= low;
		low = turn(low, 20) + high;
		high = turn(high, 9) ^ low;
		low = turn(low, 27) + high;
		high = turn(high, 19);
	}
	return (uint64_t)high << 32 | low;
}

void hive_fix_log(struct emudisk *e)
{
	uint64_t at = 512;

	while (at + 512 <= e->disk.size_bytes &&
		!memcmp(e->bytes + at, "HvLE", 4)) {
		uint32_t size = le32_get(e->bytes + at + 4);

		/* The hash of the fields does not depend on the size. */
		if (size >= 512 && size % 4 == 0 &&
			size <= e->disk.size_bytes - at)
			le64_put(e->bytes + at + 0x18,
				hash_of(e->bytes + at + 40, size - 40));
		le64_put(e->bytes + at + 0x20, hash_of(e->bytes + at, 0x20));
		if (size < 512 || size % 512 || size > e->disk.size_bytes - at)
			break;
		at += size;
	}
}

void hive_free(struct made_hive *m)
{
	emudisk_close(&m->primary);
	emudisk_close(&m->logs[0]);
	emudisk_close(&m->logs[1]);
}
