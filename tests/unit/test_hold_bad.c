/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Volumes on which a folder and its files contradict each other, by damage or
 * by malice: no hold and no undo believes them, and what a short name may not
 * become is refused.
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
#include "quarantine/file_names.h"
#include "quarantine/hold.h"
#include "storage/bytes.h"
#include "storage/err.h"
#include "storage/ntfs_inode.h"
#include "tests/support/hold_rig.h"
#include "tests/support/ntfs_patch.h"
#include "tests/support/ntfs_peek.h"

#define POSIX	   "posix-name.sys"
#define AGENT	   "csagent.sys"
#define SHORT	   "C-0000~1.SYS"
#define HELD	   RIG_CHANNEL RIG_SUFFIX
#define HELD_SHORT "C-0000~1.HLD"
#define NEIGHBOUR  "neighbour.sys"

#define RECORD_SEQUENCE 16

/* --- Spoiling ------------------------------------------------------------- */

static unsigned char *entry(const char *name)
{
	uint64_t directory =
		peek_record_of(rig_volume.bytes, rig_volume.size, "D");

	return patch_find_entry(
		rig_volume.bytes, rig_volume.size, directory, name);
}

/* @name in the record of the file @of */
static unsigned char *name_of(const char *of, const char *name)
{
	uint64_t number = peek_record_of(rig_volume.bytes, rig_volume.size, of);

	return patch_find_name(rig_volume.bytes, rig_volume.size, number, name);
}

/* The entry @name is now one of neighbour.sys. */
static void give_away(const char *name)
{
	memcpy(entry(name) - PATCH_ENTRY_BYTES,
		entry(NEIGHBOUR) - PATCH_ENTRY_BYTES, 8);
}

static void key_of(const char *name, uint16_t bytes)
{
	le16_put(entry(name) - PATCH_ENTRY_BYTES + PATCH_ENTRY_KEY_LENGTH,
		bytes);
}

static void other_generation(void)
{
	uint64_t number =
		peek_record_of(rig_volume.bytes, rig_volume.size, POSIX);

	rig_volume.bytes[peek_record_place(
				 rig_volume.bytes, rig_volume.size, number) +
			 RECORD_SEQUENCE]++;
}

static void renamed_in_its_record(void)
{
	patch_rename(name_of(POSIX, POSIX), "other-name.sys");
}

static void only_a_short_name(void)
{
	name_of(POSIX, POSIX)[PATCH_NAMESPACE] = PATCH_DOS;
}

static void in_no_namespace(void)
{
	name_of(POSIX, POSIX)[PATCH_NAMESPACE] = 4;
}

static void held_and_renamed_in_its_record(void)
{
	unsigned char *name = name_of(HELD, HELD);

	le16_put(name + PATCH_NAME, 'X');
}

static void short_entry_is_anothers(void)
{
	give_away(SHORT);
}

static void held_short_entry_is_anothers(void)
{
	give_away(HELD_SHORT);
}

static void agents_short_entry_is_anothers(void)
{
	give_away("CSAGENT.HLD");
}

static void key_without_a_name(void)
{
	key_of(SHORT, 20);
}

static void key_of_half_a_name(void)
{
	key_of(SHORT, PATCH_NAME + 4);
}

static void held_key_without_a_name(void)
{
	key_of(HELD_SHORT, 20);
}

/* The name's attribute swallows all that are behind it. */
static void name_of_too_many_bytes(void)
{
	unsigned char *value = name_of("data.sys", "data.sys");
	unsigned char *head = value - PATCH_ATTRIBUTE_BYTES;
	uint32_t len = le32_get(head + PATCH_ATTRIBUTE_LENGTH);

	while (le32_get(head + len) != PATCH_ATTRIBUTES_END)
		len += le32_get(head + len + PATCH_ATTRIBUTE_LENGTH);
	le32_put(head + PATCH_ATTRIBUTE_LENGTH, len);
	le32_put(head + PATCH_ATTRIBUTE_VALUE_LENGTH, 600);
}

static void spoil(void (*how)(void))
{
	mounted_unmount(&rig_volume);
	how();
	mounted_mount(&rig_volume);
}

/* --- Contradictions ------------------------------------------------------- */

static void contradictions_are_not_believed(void **state)
{
	static const struct {
		void (*how)(void);
		const char *name;
		bool is_held; /* before it is spoiled */
		int hold;     /* what comes of a hold, and of an undo */
		int undo;
	} all[] = {
		{other_generation, POSIX, false, -ERR_CORRUPT, -ERR_NOT_FOUND},
		{renamed_in_its_record, POSIX, false, -ERR_CORRUPT,
			-ERR_NOT_FOUND},
		{only_a_short_name, POSIX, false, -ERR_CORRUPT, -ERR_NOT_FOUND},
		{in_no_namespace, POSIX, false, -ERR_CORRUPT, -ERR_NOT_FOUND},
		{name_of_too_many_bytes, "data.sys", false, -ERR_CORRUPT,
			-ERR_NOT_FOUND},
		{short_entry_is_anothers, RIG_CHANNEL, false, -ERR_CORRUPT,
			-ERR_NOT_FOUND},
		{key_without_a_name, RIG_CHANNEL, false, -ERR_CORRUPT,
			-ERR_NOT_FOUND},
		{key_of_half_a_name, RIG_CHANNEL, false, -ERR_CORRUPT,
			-ERR_NOT_FOUND},
		{held_and_renamed_in_its_record, RIG_CHANNEL, true,
			-ERR_CORRUPT, -ERR_CORRUPT},
		{held_short_entry_is_anothers, RIG_CHANNEL, true, -ERR_EXISTS,
			-ERR_CORRUPT},
		{held_key_without_a_name, RIG_CHANNEL, true, -ERR_CORRUPT,
			-ERR_CORRUPT},
		{agents_short_entry_is_anothers, AGENT, true, -ERR_EXISTS,
			-ERR_CORRUPT},
	};
	char held[DELIVERY_NAME_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		int err;

		rig_open(RIG_MANIFEST "file /D/data.sys repeat x 560\n");
		if (all[i].is_held)
			rig_hold("D", all[i].name);
		spoil(all[i].how);
		assert_int_equal(
			hold_name(all[i].name, RIG_HOLD_ID, held, sizeof(held)),
			0);
		err = hold_undo(&rig_volume.volume, "D", held);
		if (err != all[i].undo)
			fail_msg("case %d: undo: %d", (int)i, err);
		mounted_unmount(&rig_volume);
		mounted_mount(&rig_volume);
		err = hold_apply(&rig_volume.volume, HOLD_FILE, "D",
			all[i].name, RIG_HOLD_ID);
		if (err != all[i].hold)
			fail_msg("case %d: hold: %d", (int)i, err);
	}
}

/* What libntfs-3g says is looked at once more, name by name. */
static void what_was_not_stored_is_seen(void **state)
{
	struct volume *v = &rig_volume.volume;
	char name[DELIVERY_NAME_BYTES + 20];

	(void)state;
	assert_int_equal(hold_verify(v, "D", AGENT, "none.sys"), 0);
	assert_int_equal(hold_verify(v, "D", AGENT, POSIX), -ERR_NOT_STORED);
	memset(name, 'n', 300);
	name[300] = '\0';
	assert_int_equal(hold_verify(v, "D", name, POSIX), -ERR_NOT_STORED);
	memset(name, 'n', DELIVERY_NAME_BYTES);
	strcpy(name + DELIVERY_NAME_BYTES, RIG_SUFFIX);
	assert_int_equal(hold_undo(v, "D", name), -ERR_UNSUPPORTED);
	spoil(renamed_in_its_record);
	assert_int_equal(
		hold_verify(v, "D", POSIX, "none.sys"), -ERR_NOT_STORED);
}

/* --- The names of a file, one by one -------------------------------------- */

struct open_file {
	ntfs_inode *dir;
	ntfs_inode *ni;
	struct file_names names;
};

static void open_file(struct open_file *f, const char *path)
{
	struct volume *v = &rig_volume.volume;

	assert_int_equal(ntfs_inode_open_path(v, "D", &f->dir), 0);
	assert_int_equal(ntfs_inode_open_path(v, path, &f->ni), 0);
	assert_int_equal(file_names_read(v, f->ni, f->dir, &f->names), 0);
}

static void close_file(struct open_file *f)
{
	struct volume *v = &rig_volume.volume;

	assert_int_equal(ntfs_inode_shut(v, f->ni, 0), 0);
	assert_int_equal(ntfs_inode_shut(v, f->dir, 0), 0);
}

static union file_name called(const struct open_file *f, const char *text)
{
	union file_name n = f->names.long_name;
	ntfschar units[NTFS_MAX_NAME_LEN];

	for (size_t i = 0; text[i]; i++)
		le16_put(&units[i], (unsigned char)text[i]);
	file_name_set(&n, units, (u8)strlen(text), FILE_NAME_POSIX);
	return n;
}

/* A name that the file does not have cannot become another. */
static void only_its_own_names_are_replaced(void **state)
{
	struct volume *v = &rig_volume.volume;
	union file_name from, to;
	struct open_file f;

	(void)state;
	open_file(&f, "D/" POSIX);
	from = called(&f, "x.sys");
	to = called(&f, "y.sys");
	assert_int_equal(
		file_name_replace(v, f.dir, f.ni, &from, &to), -ERR_CORRUPT);
	close_file(&f);
}

/* Half of it done, or all of it: the other half follows, and no more. */
static void removing_and_adding_converge(void **state)
{
	struct volume *v = &rig_volume.volume;
	struct open_file f;

	(void)state;
	open_file(&f, "D/" RIG_CHANNEL);
	for (int i = 0; i < 2; i++)
		assert_int_equal(
			file_name_remove(v, f.dir, f.ni, &f.names.short_name),
			0);
	assert_int_equal(le16_get(&f.ni->mrec->link_count), 1);
	close_file(&f);
	mounted_keep(&rig_volume);
	rig_expect_sound();
	assert_int_equal(volume_exists(v, "D/" SHORT), 0);
	open_file(&f, "D/" RIG_CHANNEL);
	assert_false(f.names.has_short);
	f.names.short_name = called(&f, SHORT);
	f.names.short_name.attr.file_name_type = FILE_NAME_DOS;
	for (int i = 0; i < 2; i++)
		assert_int_equal(
			file_name_add(v, f.dir, f.ni, &f.names.short_name), 0);
	assert_int_equal(le16_get(&f.ni->mrec->link_count), 2);
	close_file(&f);
	mounted_keep(&rig_volume);
	rig_expect_sound();
	assert_int_equal(
		rig_record_of("D/" SHORT), rig_record_of("D/" RIG_CHANNEL));
}

/* The first entry of a folder, without a name, or with one too long. */
static void impossible_keys(void **state)
{
	char name[101], manifest[600];
	struct volume *v = &rig_volume.volume;
	unsigned char *head;
	union file_name n, key;
	struct open_file f;
	uint16_t len;

	(void)state;
	memset(name, 'n', 99);
	name[99] = name[100] = '\0';
	strcpy(manifest, "dir /D\n");
	for (int i = 1; i <= 4; i++)
		snprintf(manifest + strlen(manifest),
			sizeof(manifest) - strlen(manifest),
			"file /D/%s%d text x\n", name, i);
	rig_open(manifest);
	name[99] = '1';
	mounted_unmount(&rig_volume);
	head = entry(name) - PATCH_ENTRY_BYTES;
	len = le16_get(head + PATCH_ENTRY_LENGTH);
	le16_put(head + PATCH_ENTRY_LENGTH, (uint16_t)(3 * len));
	le16_put(head + PATCH_ENTRY_KEY_LENGTH, 600);
	mounted_mount(&rig_volume);
	assert_int_equal(ntfs_inode_open_path(v, "D", &f.dir), 0);
	memset(&f.names, 0, sizeof(f.names));
	n = called(&f, name);
	assert_int_equal(file_name_find(v, f.dir, le64_get(head), &n, &key),
		-ERR_CORRUPT);
	assert_int_equal(ntfs_inode_shut(v, f.dir, 0), 0);
	mounted_unmount(&rig_volume);
	head[PATCH_ENTRY_BYTES + PATCH_NAME_LENGTH] = 0;
	le16_put(head + PATCH_ENTRY_KEY_LENGTH, PATCH_NAME);
	mounted_mount(&rig_volume);
	assert_int_equal(ntfs_inode_open_path(v, "D", &f.dir), 0);
	n = called(&f, "");
	assert_int_equal(file_name_find(v, f.dir, le64_get(head), &n, &key),
		-ERR_CORRUPT);
	assert_int_equal(ntfs_inode_shut(v, f.dir, 0), 0);
}

#define TEST(test)                                                             \
	cmocka_unit_test_setup_teardown(test, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(contradictions_are_not_believed),
		TEST(what_was_not_stored_is_seen),
		TEST(only_its_own_names_are_replaced),
		TEST(removing_and_adding_converge),
		TEST(impossible_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
