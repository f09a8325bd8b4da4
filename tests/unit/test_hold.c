/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hold and undo on real NTFS volumes.  What they changed is judged by the
 * small chkdsk of tests/support/ntfs_peek.h, which shares no code with them:
 * a hold changes names and nothing else; an undo brings back every byte of
 * every $FILE_NAME attribute and of every index key.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "quarantine/delivery.h"
#include "quarantine/hold.h"
#include "storage/bytes.h"
#include "storage/err.h"
#include "storage/ntfs_inode.h"
#include "tests/support/failalloc.h"
#include "tests/support/mounted.h"
#include "tests/support/ntfs_peek.h"

#define HOLD_ID	      0x2a
#define SUFFIX	      ".held-0000002a"
#define CHANNEL	      "C-00000291-00000000-00000032.sys"
#define RECORD_BYTES  1024
#define HEX_HEAD      128 /* of a $FILE_NAME: all before length and name */
#define TYPE_STANDARD 0x10

#define MANIFEST                                                               \
	"clock 133657200000000000\n"                                           \
	"dir /D\n"                                                             \
	"file /D/" CHANNEL " repeat BAD. 41000\n"                              \
	"dosname /D/" CHANNEL " C-0000~1.SYS\n"                                \
	"times /D/" CHANNEL " 133650000000000001 133651000000000002 "          \
	"133652000000000003 133653000000000004\n"                              \
	"file /D/posix-name.sys text posix\n"                                  \
	"file /D/csagent.sys repeat E 5000\n"                                  \
	"dosname /D/csagent.sys csagent.sys\n"                                 \
	"file /D/README text read\n"                                           \
	"dosname /D/README README\n"                                           \
	"file /D/hidden-and-system.sys repeat H 5000\n"                        \
	"flags /D/hidden-and-system.sys hidden system readonly\n"              \
	"file /D/streams.sys text main\n"                                      \
	"stream /D/streams.sys one text first\n"                               \
	"stream /D/streams.sys two repeat 22 9000\n"                           \
	"file \"/D/\xc3\x9cml\xc3\xa4ut-\xe2\x82\xac-\xf0\x9f\x98\x80.sys\" "  \
	"text umlaut\n"                                                        \
	"file /D/empty.sys\n"                                                  \
	"file \"/D/name without extension\" text x\n"                          \
	"dosname \"/D/name without extension\" NAMEWI~1\n"                     \
	"dir /D/folder.sys\n"                                                  \
	"file /D/neighbour.sys text n\n"                                       \
	"dosname /D/neighbour.sys NEIGHB~1.SYS\n"

static struct mounted m;

static int setup(void **state)
{
	struct image_plan plan = {.manifest = MANIFEST};

	(void)state;
	mounted_open(&m, &plan);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	mounted_close(&m);
	return 0;
}

/* --- What changed
 * ----------------------------------------------------------------- */

/* An index that has to grow takes clusters; whether they are booked is checked
 * by expect_sound(). */
static char *describe(void)
{
	char *all = peek_describe(m.bytes, m.size);
	char *rest = peek_without(all, "record 6 attribute 0x80 ");

	free(all);
	return rest;
}

static void expect_sound(void)
{
	char *complaints = peek_check(m.bytes, m.size);

	if (complaints[0])
		fail_msg("%s", complaints);
	free(complaints);
}

static const char *next_line(const char *line)
{
	return line + strcspn(line, "\n") + 1;
}

/* The hexadecimal value at the end of a line: the last word. */
static const char *value_of(const char *line)
{
	const char *end = line + strcspn(line, "\n");

	while (end > line && end[-1] != ' ')
		end--;
	return end;
}

/*
 * How many lines of @difference begin with @sign and have everything of a name
 * but the name in common with @line.
 */
static unsigned int count_twins(
	const char *difference, char sign, const char *line)
{
	size_t head = (size_t)(value_of(line) - line) - 1;
	unsigned int count = 0;

	for (const char *p = difference; *p; p = next_line(p))
		if (*p == sign && !memcmp(p + 1, line + 1, head) &&
			!memcmp(value_of(p), value_of(line), HEX_HEAD))
			count++;
	return count;
}

static bool is_name_of(const char *line, uint64_t record)
{
	char attribute[64], entry[64];

	snprintf(attribute, sizeof(attribute), "record %d attribute 0x30 ",
		(int)record);
	snprintf(entry, sizeof(entry), "%010x key ", (unsigned int)record);
	if (!strncmp(line + 1, attribute, strlen(attribute)))
		return true;
	line = strstr(line, " entry ");
	return line && !strncmp(line + 7 + 6, entry, strlen(entry));
}

/*
 * Only names of @record changed, and of those only the names: parent, times,
 * sizes and flags are those of before.  @more: names may come or go.
 */
static void expect_only_names(
	const char *before, const char *after, uint64_t record, bool more)
{
	char *difference = peek_difference(before, after);
	unsigned int names = 0;
	char head[64];

	snprintf(head, sizeof(head), "record %d sequence ", (int)record);
	for (const char *p = difference; *p; p = next_line(p)) {
		bool has_line =
			(bool)memchr(p, '\n', strlen(p)); /* whole lines */

		assert_true(has_line);
		if (more && !strncmp(p + 1, head, strlen(head)))
			continue;
		if (!is_name_of(p, record))
			fail_msg("%.300s", p);
		if (!more && count_twins(difference, '+', p) !=
				     count_twins(difference, '-', p))
			fail_msg("%.300s", p);
		names++;
	}
	assert_true(names >= 4);
	free(difference);
}

/* --- Hold and undo
 * ------------------------------------------------------------------ */

static uint64_t record_of(const char *path)
{
	ntfs_inode *ni;
	uint64_t number;

	assert_int_equal(ntfs_inode_open_path(&m.volume, path, &ni), 0);
	number = ni->mft_no;
	assert_int_equal(ntfs_inode_shut(&m.volume, ni, 0), 0);
	return number;
}

static void hold(const char *folder, const char *name)
{
	char held[DELIVERY_NAME_BYTES];
	int err = hold_apply(&m.volume, folder, name, HOLD_ID);

	if (err < 0)
		fail_msg("hold %s: %s", name, err_text(err));
	mounted_keep(&m);
	assert_int_equal(hold_name(name, HOLD_ID, held, sizeof(held)), 0);
	assert_int_equal(hold_verify(&m.volume, folder, held, name), 0);
	assert_int_equal(
		hold_verify(&m.volume, folder, name, held), -ERR_NOT_STORED);
}

static void undo(const char *folder, const char *name)
{
	char held[DELIVERY_NAME_BYTES];
	int err;

	assert_int_equal(hold_name(name, HOLD_ID, held, sizeof(held)), 0);
	err = hold_undo(&m.volume, folder, held);
	if (err < 0)
		fail_msg("undo %s: %s", name, err_text(err));
	mounted_keep(&m);
	assert_int_equal(hold_verify(&m.volume, folder, name, held), 0);
}

static void there_and_back(const char *folder, const char *name)
{
	char *before = describe();
	char *during, *after;
	char path[1024];
	uint64_t record;
	bool is_both;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	record = record_of(path);
	hold(folder, name);
	during = describe();
	expect_sound();
	/* A name that is its own short name becomes two. */
	is_both = !strcmp(name, "csagent.sys") || !strcmp(name, "README");
	expect_only_names(before, during, record, is_both);
	assert_int_equal(volume_exists(&m.volume, path), 0);
	undo(folder, name);
	after = describe();
	expect_sound();
	if (strcmp(before, after)) {
		free(during);
		during = peek_difference(before, after);
		fail_msg("%s", during);
	}
	free(before);
	free(during);
	free(after);
}

static const char *const names[] = {CHANNEL, "posix-name.sys", "csagent.sys",
	"README", "hidden-and-system.sys", "streams.sys",
	"\xc3\x9cml\xc3\xa4ut-\xe2\x82\xac-\xf0\x9f\x98\x80.sys", "empty.sys",
	"name without extension"};

#define NAMES (sizeof(names) / sizeof(names[0]))

static void every_kind_of_name(void **state)
{
	(void)state;
	expect_sound();
	for (size_t i = 0; i < NAMES; i++)
		there_and_back("D", names[i]);
}

/* All of them on hold at once, undone in another order. */
static void all_at_once(void **state)
{
	char *before = describe();
	char *after;

	(void)state;
	for (size_t i = 0; i < NAMES; i++)
		hold("D", names[i]);
	expect_sound();
	for (size_t i = 0; i < NAMES; i++)
		undo("D", names[(i + 5) % NAMES]);
	after = describe();
	assert_string_equal(before, after);
	free(before);
	free(after);
}

static void short_names_get_another_extension(void **state)
{
	(void)state;
	hold("D", CHANNEL);
	assert_int_equal(volume_exists(&m.volume, "D/C-0000~1.SYS"), 0);
	assert_int_equal(volume_exists(&m.volume, "D/C-0000~1.HLD"), 1);
	hold("D", "csagent.sys");
	assert_int_equal(volume_exists(&m.volume, "D/CSAGENT.SYS"), 0);
	assert_int_equal(volume_exists(&m.volume, "D/CSAGENT.HLD"), 1);
	assert_int_equal(volume_exists(&m.volume, "D/NEIGHB~1.SYS"), 1);
}

/* The name is spelled as the vendor spells it, however it was asked for. */
static void spelling_is_the_vendors(void **state)
{
	char *before = describe();
	char *after;
	char hex[512];

	(void)state;
	assert_int_equal(hold_apply(&m.volume, "d",
				 "c-00000291-00000000-00000032.SYS", HOLD_ID),
		0);
	mounted_keep(&m);
	after = describe();
	assert_non_null(
		strstr(after, peek_name_hex(CHANNEL SUFFIX, hex, sizeof(hex))));
	free(after);
	assert_int_equal(hold_undo(&m.volume, "D",
				 "C-00000291-00000000-00000032.sys"
				 ".held-0000002a"),
		0);
	mounted_keep(&m);
	after = describe();
	assert_string_equal(before, after);
	free(before);
	free(after);
}

static void long_names(void **state)
{
	static char manifest[8192];
	char name[600], path[700];
	struct image_plan plan = {.manifest = manifest};

	(void)state;
	memset(name, 'n', 241);
	name[241] = '\0';
	snprintf(manifest, sizeof(manifest),
		"dir /D\nfile /D/%s text x\nfile /D/%sm text y\n", name, name);
	/* 121 characters beyond the basic plane are 242 units. */
	strcat(manifest, "file /D/");
	for (int i = 0; i < 121; i++)
		strcat(manifest, "\xf0\x9f\x98\x80");
	strcat(manifest, " text z\n");
	mounted_open(&m, &plan);
	there_and_back("D", name);
	strcat(name, "m");
	assert_int_equal(
		hold_apply(&m.volume, "D", name, HOLD_ID), -ERR_TOO_LARGE);
	name[0] = '\0';
	for (int i = 0; i < 121; i++)
		strcat(name, "\xf0\x9f\x98\x80");
	assert_int_equal(
		hold_apply(&m.volume, "D", name, HOLD_ID), -ERR_TOO_LARGE);
	snprintf(path, sizeof(path), "D/%s", name);
	assert_int_equal(volume_exists(&m.volume, path), 1);
	mounted_close(&m);
}

/* --- Refusing
 * ------------------------------------------------------------------------ */

/* Nothing must have changed, not even in memory. */
static void refuse(const char *folder, const char *name, int expected)
{
	int err = hold_apply(&m.volume, folder, name, HOLD_ID);

	if (err != expected)
		fail_msg("%s/%s: %d", folder, name, err);
	assert_int_equal(volume_close(&m.volume), 0);
	assert_true(overlay_is_empty(&m.overlay));
	assert_int_equal(volume_open(&m.volume, &m.overlay.disk), 0);
}

static void refuses_what_is_no_delivered_file(void **state)
{
	(void)state;
	refuse("D", "none.sys", -ERR_NOT_FOUND);
	refuse("None", CHANNEL, -ERR_NOT_FOUND);
	refuse("D/" CHANNEL, "x.sys", -ERR_NOT_FOUND);
	refuse("D", "folder.sys", -ERR_UNSUPPORTED);
	refuse("", "D", -ERR_UNSUPPORTED);
	refuse("", "$MFT", -ERR_UNSUPPORTED);
	refuse("", "$Volume", -ERR_UNSUPPORTED);
	refuse("", ".", -ERR_UNSUPPORTED);
	refuse("D", CHANNEL SUFFIX, -ERR_UNSUPPORTED);
	refuse("D", "", -ERR_NOT_FOUND);
	assert_int_equal(hold_undo(&m.volume, "D", CHANNEL), -ERR_UNSUPPORTED);
	assert_int_equal(
		hold_undo(&m.volume, "D", CHANNEL SUFFIX), -ERR_NOT_FOUND);
	assert_int_equal(hold_undo(&m.volume, "D", SUFFIX), -ERR_UNSUPPORTED);
}

/* A second name in @folder for D/neighbour.sys. */
static void link_neighbour(const char *folder, const char *name)
{
	ntfs_inode *dir, *ni;
	ntfschar *units = NULL;
	int len = ntfs_mbstoucs(name, &units);

	assert_true(len > 0);
	assert_int_equal(
		ntfs_inode_open_path(&m.volume, "D/posix-name.sys", &ni), 0);
	assert_int_equal(ntfs_inode_open_path(&m.volume, folder, &dir), 0);
	assert_int_equal(ntfs_link(ni, dir, units, (u8)len), 0);
	free(units);
	assert_int_equal(ntfs_inode_shut(&m.volume, ni, 0), 0);
	assert_int_equal(ntfs_inode_shut(&m.volume, dir, 0), 0);
	mounted_keep(&m);
}

static void refuses_hard_links(void **state)
{
	(void)state;
	link_neighbour("D", "second.sys");
	refuse("D", "posix-name.sys", -ERR_UNSUPPORTED);
	refuse("D", "second.sys", -ERR_UNSUPPORTED);
}

static void refuses_links_from_elsewhere(void **state)
{
	(void)state;
	link_neighbour("", "posix-name.sys");
	refuse("D", "posix-name.sys", -ERR_UNSUPPORTED);
	refuse("", "posix-name.sys", -ERR_UNSUPPORTED);
}

static void refuses_reparse_points(void **state)
{
	uint64_t number = record_of("D/posix-name.sys");
	uint64_t place =
		peek_attribute_place(m.bytes, m.size, number, TYPE_STANDARD);

	(void)state;
	mounted_unmount(&m);
	m.bytes[place + 24 + 0x21] |= 0x04;
	mounted_mount(&m);
	refuse("D", "posix-name.sys", -ERR_UNSUPPORTED);
}

static void refuses_where_the_target_exists(void **state)
{
	struct image_plan plan = {
		.manifest = MANIFEST "file /D/" CHANNEL SUFFIX " text old\n"};

	(void)state;
	mounted_open(&m, &plan);
	assert_int_equal(
		hold_apply(&m.volume, "D", CHANNEL, HOLD_ID), -ERR_EXISTS);
	/* And the other way round: a new file of that name came. */
	assert_int_equal(
		hold_undo(&m.volume, "D", CHANNEL SUFFIX), -ERR_EXISTS);
	mounted_close(&m);
}

/* --- Short names that others have
 * ------------------------------------------------------ */

/* An earlier hold still has the short name that this one would get. */
static void held_short_name_is_taken(void **state)
{
	struct image_plan plan = {.manifest = MANIFEST
				  "file /D/older.sys.held-00000001 text o\n"
				  "dosname /D/older.sys.held-00000001 "
				  "C-0000~1.HLD\n"};
	char *before, *after;

	(void)state;
	mounted_open(&m, &plan);
	before = describe();
	hold("D", CHANNEL);
	expect_sound();
	assert_int_equal(volume_exists(&m.volume, "D/C-0000~1.SYS"), 0);
	assert_int_equal(volume_exists(&m.volume, "D/C-0000~1.HL1"), 1);
	assert_int_equal(
		record_of("D/C-0000~1.HL1"), record_of("D/" CHANNEL SUFFIX));
	undo("D", CHANNEL);
	after = describe();
	assert_string_equal(before, after);
	free(before);
	free(after);
	mounted_close(&m);
}

/* Windows has given the freed short name to the next delivery. */
static void original_short_name_is_taken(void **state)
{
	struct image_plan plan = {
		.manifest = "dir /D\n"
			    "file /D/" CHANNEL SUFFIX " text bad\n"
			    "dosname /D/" CHANNEL SUFFIX " C-0000~1.HLD\n"
			    "file /D/C-00000291-00000000-00000033.sys text n\n"
			    "dosname /D/C-00000291-00000000-00000033.sys "
			    "C-0000~1.SYS\n"};

	(void)state;
	mounted_open(&m, &plan);
	undo("D", CHANNEL);
	expect_sound();
	assert_int_equal(volume_exists(&m.volume, "D/" CHANNEL), 1);
	assert_int_equal(volume_exists(&m.volume, "D/C-0000~1.HLD"), 1);
	assert_int_equal(record_of("D/C-0000~1.SYS"),
		record_of("D/C-00000291-00000000-00000033.sys"));
	/* It can be held again. */
	hold("D", CHANNEL);
	expect_sound();
	undo("D", CHANNEL);
	mounted_close(&m);
}

/* --- Cut short
 * ------------------------------------------------------------------------- */

/* The volume as @index has it, but the MFT record @number as @record has it. */
static void mix(const unsigned char *index, const unsigned char *record,
	uint64_t number)
{
	uint64_t place = peek_record_place(index, m.size, number);

	mounted_unmount(&m);
	memcpy(m.bytes, index, m.size);
	memcpy(m.bytes + place, record + place, RECORD_BYTES);
	mounted_mount(&m);
}

static unsigned char *snapshot(void)
{
	unsigned char *copy = malloc(m.size);

	assert_non_null(copy);
	return memcpy(copy, m.bytes, m.size);
}

static void expect_description(const char *expected, const char *name)
{
	char *now = describe();
	char *difference = peek_difference(expected, now);

	if (difference[0])
		fail_msg("%s\n%s", name, difference);
	free(difference);
	free(now);
	expect_sound();
}

/*
 * What only one half of says a time: an index entry that had to be made anew
 * from the record.
 */
static void converge(const char *name, bool is_undo)
{
	char path[DELIVERY_NAME_BYTES];
	unsigned char *from, *to;
	char *target;
	uint64_t number;

	snprintf(path, sizeof(path), "D/%s", name);
	number = record_of(path);
	if (is_undo)
		hold("D", name);
	from = snapshot();
	if (is_undo)
		undo("D", name);
	else
		hold("D", name);
	to = snapshot();
	target = describe();
	/* The record was written, the index was not. */
	mix(from, to, number);
	if (is_undo)
		undo("D", name);
	else
		hold("D", name);
	expect_description(target, name);
	if (!is_undo) {
		/* The index was written, the record was not. */
		mix(to, from, number);
		hold("D", name);
		expect_description(target, name);
		undo("D", name);
	}
	free(from);
	free(to);
	free(target);
}

static void hold_converges(void **state)
{
	(void)state;
	for (size_t i = 0; i < NAMES; i++)
		converge(names[i], false);
}

static void undo_converges(void **state)
{
	(void)state;
	for (size_t i = 0; i < NAMES; i++)
		converge(names[i], true);
}

/* A hold that was cut short is undone, in both directions. */
static void half_a_hold_is_undone(void **state)
{
	(void)state;
	for (size_t i = 0; i < NAMES; i++) {
		char path[DELIVERY_NAME_BYTES];
		char *before = describe();
		unsigned char *from, *to;
		uint64_t number;

		snprintf(path, sizeof(path), "D/%s", names[i]);
		number = record_of(path);
		from = snapshot();
		hold("D", names[i]);
		to = snapshot();
		mix(to, from, number);
		undo("D", names[i]);
		expect_description(before, names[i]);
		free(before);
		free(from);
		free(to);
	}
}

/* Done twice is done once. */
static void hold_twice_changes_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < NAMES; i++) {
		char *once;

		hold("D", names[i]);
		once = describe();
		hold("D", names[i]);
		expect_description(once, names[i]);
		free(once);
	}
}

/* --- Failures
 * ---------------------------------------------------------------------------
 */

static void failing_allocations(void **state)
{
	bool was_hit = true;

	(void)state;
	for (uint64_t n = 1; was_hit; n++) {
		int err;

		failalloc_arm(n, false);
		err = hold_apply(&m.volume, "D", CHANNEL, HOLD_ID);
		was_hit = failalloc_disarm();
		if (was_hit && err == 0) {
			/* Then all of it has to be there. */
			mounted_remount(&m);
			assert_int_equal(hold_verify(&m.volume, "D",
						 CHANNEL SUFFIX, CHANNEL),
				0);
		}
		assert_true(was_hit || err == 0);
		(void)volume_close(&m.volume);
		overlay_close(&m.overlay);
		mounted_mount(&m);
	}
	assert_true(failalloc_count() > 20);
}

/* --- Large folders
 * ------------------------------------------------------------------------ */

/* Names at every place of a B-tree, also where index blocks begin and end. */
static void every_place_in_a_large_folder(void **state)
{
	struct image_plan plan = {.manifest = "dir /D\nfiller /D 600\n"};
	char *before, *after;
	char name[64];

	(void)state;
	mounted_open(&m, &plan);
	before = describe();
	for (int i = 0; i < 600; i += 3) {
		snprintf(name, sizeof(name), "filler-%06d.dat", i);
		hold("D", name);
	}
	expect_sound();
	for (int i = 597; i >= 0; i -= 3) {
		snprintf(name, sizeof(name), "filler-%06d.dat", i);
		undo("D", name);
	}
	expect_sound();
	after = describe();
	assert_string_equal(before, after);
	free(before);
	free(after);
	mounted_close(&m);
}

/* --- Real volumes
 * ---------------------------------------------------------------------------
 */

/* All four times differ between $STANDARD_INFORMATION, $FILE_NAME and index. */
static void real_volume_with_differing_times(void **state)
{
	struct delivery_list list;
	struct rule rule = {.vendor = "any",
		.folder = "test",
		.patterns = {"*"},
		.pattern_count = 1};

	(void)state;
	if (!mounted_fixture(&m, "win10-si-vs-fn-mbr-1g.raw", 65536))
		return;
	mounted_mount(&m);
	assert_int_equal(delivery_list_read(&m.volume, &rule, 1, &list), 0);
	assert_true(list.delivery_count > 0);
	for (size_t i = 0; i < list.delivery_count; i++)
		there_and_back("test", list.deliveries[i].name);
	delivery_list_free(&list);
	mounted_close(&m);
}

static void real_volume_with_streams(void **state)
{
	(void)state;
	if (!mounted_fixture(&m, "win10-clean-ads-40m.dd", 0))
		return;
	mounted_mount(&m);
	there_and_back("", "Nine.txt");
	mounted_close(&m);
}

static void real_volume_with_short_names(void **state)
{
	struct delivery_list list;
	struct rule rule = {.vendor = "any",
		.folder = "",
		.patterns = {"*.txt"},
		.pattern_count = 1};

	(void)state;
	if (!mounted_fixture(&m, "win10-index-2k-mbr-30m.raw", 65536))
		return;
	mounted_mount(&m);
	assert_int_equal(delivery_list_read(&m.volume, &rule, 1, &list), 0);
	assert_true(list.delivery_count > 10);
	for (size_t i = 0; i < list.delivery_count; i++)
		there_and_back("", list.deliveries[i].name);
	delivery_list_free(&list);
	mounted_close(&m);
}

#define ON(test)  cmocka_unit_test_setup_teardown(test, setup, teardown)
#define OFF(test) cmocka_unit_test_teardown(test, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON(every_kind_of_name),
		ON(all_at_once),
		ON(short_names_get_another_extension),
		ON(spelling_is_the_vendors),
		OFF(long_names),
		ON(refuses_what_is_no_delivered_file),
		ON(refuses_hard_links),
		ON(refuses_links_from_elsewhere),
		ON(refuses_reparse_points),
		OFF(refuses_where_the_target_exists),
		OFF(held_short_name_is_taken),
		OFF(original_short_name_is_taken),
		ON(hold_converges),
		ON(undo_converges),
		ON(half_a_hold_is_undone),
		ON(hold_twice_changes_nothing),
		ON(failing_allocations),
		OFF(every_place_in_a_large_folder),
		OFF(real_volume_with_differing_times),
		OFF(real_volume_with_streams),
		OFF(real_volume_with_short_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
