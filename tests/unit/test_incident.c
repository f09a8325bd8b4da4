/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Incident orders on a fake machine, and the files they mean on a volume. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <mbedtls/sha256.h>

#include "recovery/incident.h"
#include "recovery/policy_text.h"
#include "storage/err.h"
#include "storage/filetime.h"
#include "tests/support/failalloc.h"
#include "tests/support/fake_machine.h"
#include "tests/support/mounted.h"
#include "tests/support/signer.h"
#include "tests/support/tree.h"

#define FOLDER "Windows/System32/drivers/CrowdStrike"

/* 2024-07-19 04:09 and 2024-06-01, FILETIME. */
#define TIMES(name)                                                            \
	"times /" FOLDER "/" name ".sys 133658357400000000 "                   \
	"133658357400000000 133658357400000000 9\n"
#define OLD(name)                                                              \
	"times /" FOLDER "/" name ".sys 133616736000000000 "                   \
	"133616736000000000 133616736000000000 9\n"

static struct signer owner;
static struct fake_machine machine;
static struct record record;
static struct policy policy;
static struct incident incident;
static struct tree tree;
static uint8_t signature[SIGNATURE_BYTES + 8];
static struct mounted m;

static struct rule rule = {.vendor = "CrowdStrike Falcon",
	.folder = FOLDER,
	.patterns = {"*.sys"},
	.pattern_count = 1};

static struct delivery_list list;

/* Of the PCs: 1 + per mille, so that 0 stands for all of them. */
static uint32_t share;

static void put_order(const char *names, size_t names_len,
	const uint8_t *hashes, size_t hashes_len, const char *expires)
{
	tree_begin(&tree);
	tree_text(&tree, "compatible", INCIDENT_ORDER_COMPATIBLE);
	tree_number(&tree, "serial", 7);
	tree_text(&tree, "about", "a test");
	tree_text(&tree, "issued", "2024-07-19T06:00:00Z");
	tree_text(&tree, "expires", expires);
	tree_text(&tree, "delivered-from", "2024-07-01T00:00:00Z");
	tree_text(&tree, "delivered-until", "2030-07-19T05:27:00Z");
	if (names)
		tree_bytes(&tree, "names", names, names_len);
	if (hashes)
		tree_bytes(&tree, "sha256", hashes, hashes_len);
	tree_number(
		&tree, "share-per-mille", share ? share - 1 : INCIDENT_ALL_PCS);
	tree_finish(&tree);
	machine.files[FILE_INCIDENT_ORDER] =
		(struct fake_file){.bytes = tree.blob, .len = tree.len};
	machine.files[FILE_INCIDENT_ORDER_SIGNATURE] =
		(struct fake_file){.bytes = signature,
			.len = signer_sign(&owner, tree.blob, tree.len, "",
				signature, SIGNATURE_BYTES)};
}

static void put_usual_order(void)
{
	put_order("a.sys", 6, NULL, 0, "2024-07-22T06:00:00Z");
}

static int open_signer(void **state)
{
	(void)state;
	signer_open(&owner, 3072);
	return 0;
}

static int close_signer(void **state)
{
	(void)state;
	signer_close(&owner);
	return 0;
}

static int start(void **state)
{
	(void)state;
	fake_machine_init(&machine);
	memset(&record, 0, sizeof(record));
	memset(&policy, 0, sizeof(policy));
	share = 0;
	machine.platform.keys = owner.section;
	machine.platform.keys_len = sizeof(owner.section);
	machine.clock = filetime_parse("2024-07-19T08:00:00Z");
	return 0;
}

static int stop(void **state)
{
	(void)state;
	incident_close(&incident);
	delivery_list_free(&list);
	mounted_close(&m);
	memset(&m, 0, sizeof(m));
	return 0;
}

static void assert_verdict(enum incident_verdict wanted, uint64_t heartbeat)
{
	incident_close(&incident);
	incident_open(
		&incident, &machine.platform, &policy, &record, heartbeat);
	assert_string_equal(incident_verdict_name(incident.verdict),
		incident_verdict_name(wanted));
}

/* --- Handing it in ----------------------------------------------------------
 */

static void what_is_handed_in(void **state)
{
	(void)state;
	assert_verdict(INCIDENT_NONE, 0);
	put_usual_order();
	assert_verdict(INCIDENT_ACCEPTED, 0);
	assert_int_equal(incident.order.serial, 7);
	machine.files[FILE_INCIDENT_ORDER_SIGNATURE].bytes = NULL;
	assert_verdict(INCIDENT_FORGED, 0);
	machine.files[FILE_INCIDENT_ORDER_SIGNATURE].bytes = signature;
	machine.files[FILE_INCIDENT_ORDER_SIGNATURE].len += 8;
	assert_verdict(INCIDENT_FORGED, 0);
	machine.files[FILE_INCIDENT_ORDER_SIGNATURE].err = -ERR_IO;
	assert_verdict(INCIDENT_UNREADABLE, 0);
	put_usual_order();
	machine.files[FILE_INCIDENT_ORDER].err = -ERR_IO;
	assert_verdict(INCIDENT_UNREADABLE, 0);
	machine.files[FILE_INCIDENT_ORDER] = (struct fake_file){
		.bytes = &machine, .len = INCIDENT_ORDER_MAX_BYTES + 1};
	assert_verdict(INCIDENT_UNREADABLE, 0);
	machine.files[FILE_INCIDENT_ORDER].len = 0;
	assert_verdict(INCIDENT_FORGED, 0);
	put_usual_order();
	machine.platform.keys_len = 0;
	assert_verdict(INCIDENT_NO_KEY, 0);
	machine.platform.keys_len = 5;
	assert_verdict(INCIDENT_NO_KEY, 0);
	machine.files[FILE_INCIDENT_ORDER].len = 0;
	assert_verdict(INCIDENT_NO_KEY, 0);
}

static void clocks(void **state)
{
	uint64_t after = filetime_parse("2024-07-22T06:00:01Z");

	(void)state;
	put_usual_order();
	machine.clock = 0;
	assert_verdict(INCIDENT_NO_CLOCK, 0);
	assert_verdict(
		INCIDENT_ACCEPTED, filetime_parse("2024-07-19T04:20:00Z"));
	/* The PC's clock has stopped: Windows' heartbeat knows better. */
	machine.clock = filetime_parse("2000-01-01T00:00:00Z");
	assert_verdict(INCIDENT_ACCEPTED, 0);
	assert_verdict(INCIDENT_EXPIRED, after);
	record.hold_time = after;
	assert_verdict(INCIDENT_EXPIRED, 0);
	record.hold_time = 0;
	machine.clock = filetime_parse("2031-01-01T00:00:00Z");
	assert_verdict(INCIDENT_EXPIRED, 0);
}

static void record_and_site(void **state)
{
	(void)state;
	put_usual_order();
	record.incident_serial = 7;
	assert_verdict(INCIDENT_REPLAYED, 0);
	record.incident_serial = 8;
	assert_verdict(INCIDENT_STALE, 0);
	record.incident_serial = 6;
	policy.site = "emea";
	assert_verdict(INCIDENT_ACCEPTED, 0);
}

/* A PC that does not say what it is called is in no share. */
static void the_lot_of_this_pc(void **state)
{
	uint32_t drawn;

	(void)state;
	drawn = incident_order_draw(machine.id, sizeof(machine.id), 7);
	assert_in_range(drawn, 1, INCIDENT_ALL_PCS - 2);
	share = 1 + drawn + 1;
	put_usual_order();
	assert_verdict(INCIDENT_OTHER_SHARE, 0);
	machine.has_id = true;
	assert_verdict(INCIDENT_ACCEPTED, 0);
	share = 1 + drawn;
	put_usual_order();
	assert_verdict(INCIDENT_OTHER_SHARE, 0);
}

/* There is an order, but nobody could look at it: it is not "none". */
static void no_memory_for_the_order(void **state)
{
	(void)state;
	put_usual_order();
	failalloc_arm(1, false);
	incident_open(&incident, &machine.platform, &policy, &record, 0);
	assert_true(failalloc_disarm());
	assert_int_equal(incident.verdict, INCIDENT_UNREADABLE);
	assert_verdict(INCIDENT_ACCEPTED, 0);
}

/* --- Files ------------------------------------------------------------------
 */

/* a.sys is small, b.sys takes several pieces, c.sys is empty. */
static void make_volume(void)
{
	const struct image_plan plan = {
		.manifest = "dir /" FOLDER "\n"
			    "file /" FOLDER "/a.sys text BAD\n"
			    "file /" FOLDER "/b.sys repeat 0123456789 200000\n"
			    "file /" FOLDER "/c.sys\n"
			    "file /" FOLDER "/d.sys text old\n" TIMES("a")
				    TIMES("b") TIMES("c") OLD("d")};

	mounted_open(&m, &plan);
	assert_int_equal(
		delivery_list_read(&m.volume, &rule, 1, &list, NULL), 0);
	assert_int_equal(list.delivery_count, 4);
	/* Oldest first, then by name. */
	assert_string_equal(list.deliveries[0].name, "d.sys");
	assert_string_equal(list.deliveries[3].name, "c.sys");
}

static void assert_named(bool d, bool a, bool b, bool c)
{
	assert_verdict(INCIDENT_ACCEPTED, 0);
	incident_name_files(&incident, &m.volume, &list);
	assert_int_equal(incident.verdict, INCIDENT_ACCEPTED);
	assert_non_null(incident.is_named);
	assert_int_equal(incident.is_named[0], d);
	assert_int_equal(incident.is_named[1], a);
	assert_int_equal(incident.is_named[2], b);
	assert_int_equal(incident.is_named[3], c);
	assert_true(overlay_is_empty(&m.overlay));
}

static void put_hash(const void *bytes, size_t len, uint8_t *ret)
{
	assert_int_equal(mbedtls_sha256_ret(bytes, len, ret, 0), 0);
}

static void files_by_name(void **state)
{
	static const char names[] = "B.SYS\0c.sys\0d.sys";

	(void)state;
	make_volume();
	put_usual_order();
	assert_named(false, true, false, false);
	/* The old one is out of the order's time. */
	put_order(names, sizeof(names), NULL, 0, "2024-07-22T06:00:00Z");
	assert_named(false, false, true, true);
}

static void files_by_content(void **state)
{
	static char big[200000];
	uint8_t hashes[3 * INCIDENT_HASH_BYTES];

	(void)state;
	make_volume();
	for (size_t i = 0; i < sizeof(big); i++)
		big[i] = "0123456789"[i % 10];
	put_hash(big, sizeof(big), hashes);
	put_hash("", 0, hashes + 32);
	put_hash("old", 3, hashes + 64);
	put_order(NULL, 0, hashes, 32, "2024-07-22T06:00:00Z");
	assert_named(false, false, true, false);
	put_order(NULL, 0, hashes, 96, "2024-07-22T06:00:00Z");
	assert_named(false, false, true, true);
	/* Both a name and a content. */
	put_order("c.sys", 6, hashes, 96, "2024-07-22T06:00:00Z");
	assert_named(false, false, false, true);
	put_hash("good", 4, hashes);
	put_order(NULL, 0, hashes, 32, "2024-07-22T06:00:00Z");
	assert_named(false, false, false, false);
}

/* A folder has no content of its own that an order could mean. */
static void generations_by_name_only(void **state)
{
	struct rule generation = rule;
	uint8_t hash[INCIDENT_HASH_BYTES];

	(void)state;
	make_volume();
	put_hash("BAD", 3, hash);
	put_order(NULL, 0, hash, sizeof(hash), "2024-07-22T06:00:00Z");
	assert_named(false, true, false, false);
	generation.unit = RULE_UNIT_GENERATION;
	list.deliveries[1].rule = &generation;
	assert_named(false, false, false, false);
	put_usual_order();
	assert_named(false, true, false, false);
}

static void only_orders_that_are_followed(void **state)
{
	(void)state;
	make_volume();
	incident_name_files(&incident, &m.volume, &list);
	assert_null(incident.is_named);
	put_usual_order();
	record.incident_serial = 7;
	assert_verdict(INCIDENT_REPLAYED, 0);
	incident_name_files(&incident, &m.volume, &list);
	assert_true(incident.is_named[1]);
	record.incident_serial = 8;
	assert_verdict(INCIDENT_STALE, 0);
	incident_name_files(&incident, &m.volume, &list);
	assert_null(incident.is_named);
}

/* Not all could be read: then none is named. */
static void files_that_cannot_be_read(void **state)
{
	const uint8_t hash[INCIDENT_HASH_BYTES] = {1};
	uint64_t nth;

	(void)state;
	make_volume();
	put_order(NULL, 0, hash, 32, "2024-07-22T06:00:00Z");
	for (nth = 1;; nth++) {
		assert_verdict(INCIDENT_ACCEPTED, 0);
		failalloc_arm(nth, false);
		incident_name_files(&incident, &m.volume, &list);
		if (!failalloc_disarm())
			break;
		if (incident.verdict == INCIDENT_ACCEPTED)
			continue;
		assert_int_equal(incident.verdict, INCIDENT_NO_HASHES);
		assert_null(incident.is_named);
	}
	assert_true(nth > 5);
	/* Not there any more. */
	strcpy(list.deliveries[1].name, "gone.sys");
	assert_verdict(INCIDENT_ACCEPTED, 0);
	incident_name_files(&incident, &m.volume, &list);
	assert_int_equal(incident.verdict, INCIDENT_NO_HASHES);
}

/* A rule that no policy can have: its path is not cut to size. */
static void a_path_that_is_too_long(void **state)
{
	static char folder[POLICY_FOLDER_CHARS + DELIVERY_NAME_BYTES + 1];
	const uint8_t hash[INCIDENT_HASH_BYTES] = {1};
	struct rule far = rule;
	size_t i;

	(void)state;
	make_volume();
	memset(folder, 'x', sizeof(folder) - 1);
	far.folder = folder;
	for (i = 0; i < list.delivery_count; i++)
		list.deliveries[i].rule = &far;
	put_order(NULL, 0, hash, 32, "2024-07-22T06:00:00Z");
	assert_verdict(INCIDENT_ACCEPTED, 0);
	incident_name_files(&incident, &m.volume, &list);
	assert_int_equal(incident.verdict, INCIDENT_NO_HASHES);
	assert_null(incident.is_named);
}

#define BIG_BYTES (8u << 20)
#define BIG_FILES (INCIDENT_ORDER_MAX_READ_BYTES / BIG_BYTES)

/* As many bytes as may be read of all files together, and one file more. */
static void more_than_may_be_read(void **state)
{
	static struct delivery all[BIG_FILES + 1];
	const struct image_plan plan = {
		.manifest =
			"dir /" FOLDER "\n"
			"file /" FOLDER "/a.sys repeat A 8388608\n" TIMES("a")};
	const uint8_t hash[INCIDENT_HASH_BYTES] = {1};
	struct delivery_list many = {
		.deliveries = all, .delivery_count = BIG_FILES};
	size_t i;

	(void)state;
	mounted_open(&m, &plan);
	assert_int_equal(
		delivery_list_read(&m.volume, &rule, 1, &list, NULL), 0);
	assert_int_equal(list.delivery_count, 1);
	assert_int_equal(list.deliveries[0].size_bytes, BIG_BYTES);
	for (i = 0; i < BIG_FILES + 1; i++)
		all[i] = list.deliveries[0];
	put_order(NULL, 0, hash, 32, "2024-07-22T06:00:00Z");
	assert_verdict(INCIDENT_ACCEPTED, 0);
	incident_name_files(&incident, &m.volume, &many);
	assert_int_equal(incident.verdict, INCIDENT_ACCEPTED);
	many.delivery_count++;
	assert_verdict(INCIDENT_ACCEPTED, 0);
	incident_name_files(&incident, &m.volume, &many);
	assert_int_equal(incident.verdict, INCIDENT_NO_HASHES);
	assert_null(incident.is_named);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_handed_in),
		TEST(clocks),
		TEST(record_and_site),
		TEST(the_lot_of_this_pc),
		TEST(no_memory_for_the_order),
		TEST(files_by_name),
		TEST(files_by_content),
		TEST(generations_by_name_only),
		TEST(only_orders_that_are_followed),
		TEST(files_that_cannot_be_read),
		TEST(a_path_that_is_too_long),
		TEST(more_than_may_be_read),
	};

	return cmocka_run_group_tests(tests, open_signer, close_signer);
}
