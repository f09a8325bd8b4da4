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
#include "storage/err.h"
#include "storage/ntfs_inode.h"
#include "tests/support/hold_rig.h"
#include "tests/support/ntfs_peek.h"

#define HEX_HEAD 128 /* of a $FILE_NAME: all before length and name */

/* --- What changed --------------------------------------------------------- */

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

/* --- Hold and undo -------------------------------------------------------- */

static void there_and_back(const char *folder, const char *name)
{
	char *before = rig_describe();
	char *during, *after;
	char path[1024];
	uint64_t record;
	bool is_both;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	record = rig_record_of(path);
	rig_hold(folder, name);
	during = rig_describe();
	rig_expect_sound();
	/* A name that is its own short name becomes two. */
	is_both = !strcmp(name, "csagent.sys") || !strcmp(name, "README");
	expect_only_names(before, during, record, is_both);
	assert_int_equal(volume_exists(&rig_volume.volume, path), 0);
	rig_undo(folder, name);
	after = rig_describe();
	rig_expect_sound();
	if (strcmp(before, after)) {
		free(during);
		during = peek_difference(before, after);
		fail_msg("%s", during);
	}
	free(before);
	free(during);
	free(after);
}

static void every_kind_of_name(void **state)
{
	(void)state;
	rig_expect_sound();
	for (size_t i = 0; i < RIG_NAMES; i++)
		there_and_back("D", rig_names[i]);
}

/* All of them on hold at once, undone in another order. */
static void all_at_once(void **state)
{
	char *before = rig_describe();
	char *after;

	(void)state;
	for (size_t i = 0; i < RIG_NAMES; i++)
		rig_hold("D", rig_names[i]);
	rig_expect_sound();
	for (size_t i = 0; i < RIG_NAMES; i++)
		rig_undo("D", rig_names[(i + 5) % RIG_NAMES]);
	after = rig_describe();
	assert_string_equal(before, after);
	free(before);
	free(after);
}

static void short_names_get_another_extension(void **state)
{
	(void)state;
	rig_hold("D", RIG_CHANNEL);
	assert_int_equal(
		volume_exists(&rig_volume.volume, "D/C-0000~1.SYS"), 0);
	assert_int_equal(
		volume_exists(&rig_volume.volume, "D/C-0000~1.HLD"), 1);
	rig_hold("D", "csagent.sys");
	assert_int_equal(volume_exists(&rig_volume.volume, "D/CSAGENT.SYS"), 0);
	assert_int_equal(volume_exists(&rig_volume.volume, "D/CSAGENT.HLD"), 1);
	assert_int_equal(
		volume_exists(&rig_volume.volume, "D/NEIGHB~1.SYS"), 1);
}

/* The name is spelled as the vendor spells it, however it was asked for. */
static void spelling_is_the_vendors(void **state)
{
	char *before = rig_describe();
	char *after;
	char hex[512];

	(void)state;
	assert_int_equal(
		hold_apply(&rig_volume.volume, HOLD_FILE, "d",
			"c-00000291-00000000-00000032.SYS", RIG_HOLD_ID),
		0);
	mounted_keep(&rig_volume);
	after = rig_describe();
	assert_non_null(strstr(after,
		peek_name_hex(RIG_CHANNEL RIG_SUFFIX, hex, sizeof(hex))));
	free(after);
	assert_int_equal(hold_undo(&rig_volume.volume, "D",
				 "C-00000291-00000000-00000032.sys"
				 ".held-0000002a"),
		0);
	mounted_keep(&rig_volume);
	after = rig_describe();
	assert_string_equal(before, after);
	free(before);
	free(after);
}

static void long_names(void **state)
{
	static char manifest[8192];
	char name[600], path[700];

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
	rig_open(manifest);
	there_and_back("D", name);
	strcat(name, "m");
	assert_int_equal(hold_apply(&rig_volume.volume, HOLD_FILE, "D", name,
				 RIG_HOLD_ID),
		-ERR_TOO_LARGE);
	name[0] = '\0';
	for (int i = 0; i < 121; i++)
		strcat(name, "\xf0\x9f\x98\x80");
	assert_int_equal(hold_apply(&rig_volume.volume, HOLD_FILE, "D", name,
				 RIG_HOLD_ID),
		-ERR_TOO_LARGE);
	snprintf(path, sizeof(path), "D/%s", name);
	assert_int_equal(volume_exists(&rig_volume.volume, path), 1);
}

/* --- Large folders -------------------------------------------------------- */

/* Names at every place of a B-tree, also where index blocks begin and end. */
static void every_place_in_a_large_folder(void **state)
{
	char *before, *after;
	char name[64];

	(void)state;
	rig_open("dir /D\nfiller /D 600\n");
	before = rig_describe();
	for (int i = 0; i < 600; i += 3) {
		snprintf(name, sizeof(name), "filler-%06d.dat", i);
		rig_hold("D", name);
	}
	rig_expect_sound();
	for (int i = 597; i >= 0; i -= 3) {
		snprintf(name, sizeof(name), "filler-%06d.dat", i);
		rig_undo("D", name);
	}
	rig_expect_sound();
	after = rig_describe();
	assert_string_equal(before, after);
	free(before);
	free(after);
}

/* --- Real volumes --------------------------------------------------------- */

static void there_and_back_all(const char *folder, const char *pattern)
{
	struct delivery_list list;
	struct rule rule = {.vendor = "any",
		.folder = folder,
		.patterns = {pattern},
		.pattern_count = 1};

	mounted_mount(&rig_volume);
	assert_int_equal(
		delivery_list_read(&rig_volume.volume, &rule, 1, &list, NULL),
		0);
	assert_true(list.delivery_count > 0);
	for (size_t i = 0; i < list.delivery_count; i++)
		there_and_back(folder, list.deliveries[i].name);
	delivery_list_free(&list);
}

/* All four times differ between $STANDARD_INFORMATION, $FILE_NAME and index. */
static void real_volume_with_differing_times(void **state)
{
	(void)state;
	if (mounted_fixture(&rig_volume, "win10-si-vs-fn-mbr-1g.raw", 65536))
		there_and_back_all("test", "*");
}

static void real_volume_with_streams(void **state)
{
	(void)state;
	if (mounted_fixture(&rig_volume, "win10-clean-ads-40m.dd", 0))
		there_and_back_all("", "Nine.txt");
}

static void real_volume_with_short_names(void **state)
{
	(void)state;
	if (mounted_fixture(&rig_volume, "win10-index-2k-mbr-30m.raw", 65536))
		there_and_back_all("", "*.txt");
}

#define ON(test)  cmocka_unit_test_setup_teardown(test, rig_setup, rig_teardown)
#define OFF(test) cmocka_unit_test_teardown(test, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON(every_kind_of_name),
		ON(all_at_once),
		ON(short_names_get_another_extension),
		ON(spelling_is_the_vendors),
		OFF(long_names),
		OFF(every_place_in_a_large_folder),
		OFF(real_volume_with_differing_times),
		OFF(real_volume_with_streams),
		OFF(real_volume_with_short_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
