/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A made hive and its logs with bytes changed: replayed, read to its end, asked
 * for what Loopbreaker wants to know of a SYSTEM and a SOFTWARE.
 *
 * The input: one byte of options, then edits, each of a file (two bits), a
 * place (14 bits, in units of four bytes), a length and that many bytes.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "recovery/driver_service.h"
#include "recovery/hive_health.h"
#include "recovery/windows_path.h"
#include "storage/bytes.h"
#include "tests/support/hive_maker.h"
#include "tests/support/hive_visit.h"

#define KINDS	  4 /* of hives, in the options */
#define FIX_BASES 4 /* make the checksums right again */
#define FIX_LOGS  8 /* ... and the hashes of log entries */

#define EDIT_UNIT  4
#define HEAD_BYTES 3
#define KEYS_MAX   300
/* Each key, value and piece of data takes a few reads; so does each list. */
#define READS_MAX 3000000

#define DESCRIPTION                                                            \
	"{'Select': {'Current': 1}, 'S/a': {'Start': 1, 'm': ['x', 'y']},"     \
	" 'S/b': {'': 'text', 'q': {'qword': 5}}, 'S/\\u20ac': {'b': "         \
	"b'12345'}}"
#define CHANGE_1 "{'S/c': {'Start': 3, 'e': {'expand': '%x%'}}}"
#define CHANGE_2 "{'S/d': {}, 'S/e': {}, 'T/U/V': {'n': 7}}"

static const char *const kinds[KINDS][HIVE_WORDS_MAX] = {
	{"--leaf", "2", "--first", "1", DESCRIPTION, CHANGE_1, CHANGE_2},
	{"--lists", "lf", DESCRIPTION},
	{"--lists", "li", "--leaf", "1", DESCRIPTION, CHANGE_1},
	{"--minor", "3", "--old-log", DESCRIPTION, CHANGE_1, CHANGE_2},
};

/* Global because libFuzzer calls with the input alone. */
static struct made_hive seeds[KINDS];

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	for (size_t i = 0; i < KINDS; i++)
		hive_make(&seeds[i], kinds[i]);
	return 0;
}

static void fix(struct emudisk *e, uint8_t options)
{
	if (e->disk.size_bytes < HIVE_HEAD_BYTES)
		return;
	if (options & FIX_BASES)
		le32_put(e->bytes + 0x1FC, hive_base_checksum(e->bytes));
	if (options & FIX_LOGS)
		hive_fix_log(e);
}

/* --- One input ------------------------------------------------------------ */

static void edit_all(
	struct emudisk *const *files, const uint8_t *data, size_t size)
{
	while (size > HEAD_BYTES) {
		uint16_t place = le16_get(data);
		struct emudisk *e = files[(place >> 14) % 3];
		uint64_t at = (uint64_t)(place & 0x3FFF) * EDIT_UNIT;
		size_t len = data[2];

		data += HEAD_BYTES;
		size -= HEAD_BYTES;
		if (len > size)
			len = size;
		if (e->disk.size_bytes) {
			at %= e->disk.size_bytes;
			if (len > e->disk.size_bytes - at)
				len = (size_t)(e->disk.size_bytes - at);
			memcpy(e->bytes + at, data, len);
		}
		data += len;
		size -= len;
	}
}

/* Where Windows says its files are. */
static void use_paths(const char *list)
{
	char path[64];

	for (; *list; list += strlen(list) + 1)
		if (windows_path_on_volume(list, 'C', path, sizeof(path)) ==
				0 &&
			(!*path || strchr(path, '\\')))
			abort();
}

static void use_facts(struct hive *h)
{
	static struct system_facts facts;
	static struct driver_service service;
	static struct windows_version version;
	struct hive_key set;

	(void)windows_version_read(h, &version);
	if (system_facts_read(h, &facts, &set) < 0)
		return;
	(void)system_facts_is_setup(&facts);
	use_paths(facts.paging_files);
	use_paths(facts.dump_file);
	if (driver_service_find(h, &set, "c.sys", &service) == 0)
		use_paths(service.image_path);
}

static void use(struct made_hive *m)
{
	struct hive_health health = {.count = 0};
	struct hive_replay r;
	struct hive h;
	int err;

	if (hive_open(&h, &m->primary.disk) == 0)
		(void)hive_visit(&h, KEYS_MAX);
	err = hive_replay_open(
		&r, &m->primary.disk, &m->logs[0].disk, &m->logs[1].disk);
	if (err == 0)
		err = hive_open(&h, &r.disk);
	hive_health_note_open(&health, "", &m->primary.disk, &r, err);
	if (err == 0) {
		(void)hive_visit(&h, KEYS_MAX);
		use_facts(&h);
		hive_health_check_bins(&health, "", &r.disk);
	}
	hive_replay_close(&r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct made_hive *seed;
	struct made_hive m;
	struct emudisk *const files[] = {&m.primary, &m.logs[0], &m.logs[1]};

	if (!size)
		return 0;
	seed = &seeds[data[0] % KINDS];
	if (emudisk_clone(&m.primary, &seed->primary) < 0 ||
		emudisk_clone(&m.logs[0], &seed->logs[0]) < 0 ||
		emudisk_clone(&m.logs[1], &seed->logs[1]) < 0)
		abort();
	edit_all(files, data + 1, size - 1);
	for (size_t i = 0; i < 3; i++)
		fix(files[i], data[0]);
	use(&m);
	if (m.primary.counts.reads > READS_MAX || m.primary.counts.writes ||
		m.logs[0].counts.writes || m.logs[1].counts.writes)
		abort();
	hive_free(&m);
	return 0;
}
