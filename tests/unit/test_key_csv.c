/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables of recovery passwords, in the shapes that are about. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/keys/key_csv.h"
#include "recovery/keys/key_file.h"
#include "recovery/keys/key_ring.h"
#include "storage/err.h"
#include "tests/support/failalloc.h"
#include "tests/support/key_cases.h"

#define BAD_KEY "111111-222222-333333-444444-555555-666666-777777-888888"

/* Tables by their content, whatever they are called. */
static const struct key_case cases[] = {
	{"CrowdStrike's", "KeyID,RecoveryKey\n%I1,%K1\n%I2,%K2\n",
		"1=1@2 2=2@3 ", NULL},
	{"its exporter",
		"Hostname,KeyID,RecoveryKey,Directory\n"
		"PC1,%I1,%K1,AD\nPC2,%I2,%K2,AD\n",
		"1=1@2 2=2@3 ", NULL},
	{"the-it-chronicles", "Id,Key\n%I1,%K1\n", "1=1@2 ", NULL},
	{"any order and case", "RECOVERY_KEY;keyid\n%K1;{%i1}\n", "1=1@2 ",
		NULL},
	{"blanks in headings", "Key ID\tRecovery Key\n%I1\t%K1\n", "1=1@2 ",
		NULL},
	{"quoted", "\"KeyID\",\"RecoveryKey\"\n\"{%I1}\",\"%K1\"\n", "1=1@2 ",
		NULL},
	{"bars and blanks", "KeyID | RecoveryKey\n %I1 | %K1 \n", "1=1@2 ",
		NULL},
	{"no headings", "PC1,%I1,%K1\nPC2,%I2,%K2\n", "1=1@1 2=2@2 ", NULL},
	{"headings in another language",
		"Kennung;Wiederherstellungskennwort\n%I1;%K1\n", "1=1@2 !k0@1 ",
		"x.csv"},
	{"Entra",
		"id,createdDateTime,deviceId,volumeType,key\n"
		"%i1,2024-07-19T04:09:00Z,%i5,1,%K1\n",
		"1=1@2 ", NULL},
	{"AD",
		"\"Name\",\"DistinguishedName\",\"msFVE-RecoveryPassword\","
		"\"msFVE-VolumeGuid\",\"ObjectGUID\"\n"
		"\"2024-07-19T04:09:00-00:00{%I1}\",\"CN=2024-07-19T04:09:00"
		"-00:00{%I1},CN=PC1,OU=x,DC=y\",\"%K1\",\"%I4\",\"%I5\"\n",
		"1=1@2 ", NULL},
	{"AD, bare names",
		"msFVE-RecoveryPassword;dn\n"
		"%K1;CN=2024-07-19T04:09:00-00:00{%I1},CN=PC1,DC=y\n",
		"1=1@2 ", NULL},
	{"PowerShell's first line",
		"#TYPE Selected.System.Object\n\"KeyID\",\"RecoveryKey\"\n"
		"\"%I1\",\"%K1\"\n",
		"1=1@3 ", NULL},
	{"Excel's first line", "sep=;\nKeyID;RecoveryKey\n%I1;%K1\n", "1=1@3 ",
		NULL},
	{"blank rows", "KeyID,RecoveryKey\n\n%I1,%K1\n,,\n  \n%I2,%K2\n",
		"1=1@3 2=2@6 ", NULL},
	{"two tables", "KeyID,Key\n%I1,%K1\nDeviceId,Id,Key\n%I5,%I2,%K2\n",
		"1=1@2 2=2@4 ", NULL},
	{"eight digits", "PC,KeyID,Key\nPC1,%8,%K1\n", "1~1@2 ", NULL},
	{"without hyphens",
		"KeyID,Key\n%I1,000011000022000033000044000055000066000077"
		"000078\n",
		"!r8@2 ", NULL},
	{"bad rows are passed over",
		"KeyID,RecoveryKey\n%I1," BAD_KEY "\n%I2,%K2\n%I3,\n"
		"%I4,000011-000022-000033-000044-000055-000066-000077\n"
		"rubbish\n%I5,1.23457E+47\n%I6,%K6\n",
		"2=2@3 6=6@8 !r7@2 !k0@4 !g7@5 !k0@6 !k0@7 ", NULL},
	{"no identifier", "Hostname,RecoveryKey\nPC1,%K1\n", "1?@2 ", NULL},
	{"only that of the device", "DeviceId,RecoveryKey\n%I5,%K1\n", "1?@2 ",
		NULL},
	{"two identifiers, no headings", "PC1,%I5,%I1,%K1\n", "1=5@1 1=1@1 ",
		NULL},
	{"lists in one field", "KeyID,RecoveryKey\n\"%I1 %I2\",\"%K1 %K2\"\n",
		"1=1@2 2=2@2 ", NULL},
	{"lists that do not fit", "KeyID,RecoveryKey\n%I1,%K1 %K2\n", "!p2@2 ",
		NULL},
	{"the same twice", "KeyID,Key,Name,Copy\n%I1,%K1,{%I1},%K1\n", "1=1@2 ",
		NULL},
	{"ends of lines in quotes",
		"Description,KeyID,Key\n\"one\ntwo\",%I1,%K1\n,%I2,%K2\n",
		"1=1@2 2=2@4 ", NULL},
	{"quotes in quotes",
		"Description,KeyID,Key\n\"a \"\"b\"\", c\",%I1,%K1\n", "1=1@2 ",
		NULL},
	{"a mark that nobody closes",
		"Description,KeyID,Key\n\"one,%I1,%K1\n\"two\",%I2,%K2\n"
		"three,%I3,%K3\n",
		"1=1@2 2=2@3 3=3@4 ", NULL},
	{"the same in the last row", "KeyID,Key\n%I1,%K1\n%I2,\"%K2\n",
		"1=1@2 2=2@3 ", NULL},
	{"marks within", "KeyID,Key,Size\n%I1,%K1,24\" screen\n", "1=1@2 ",
		NULL},
	{"behind a closing mark", "KeyID,Key\n\"%I1\"x,%K1\n", "1=1@2 ", NULL},
	{"a mark open at the end", "KeyID,Key\n%I1,\"%K1", "1=1@2 ", NULL},
	{"both forms of identifiers", "PC1,%I1,%8,%K1\n", "1=1@1 ", NULL},
	{"in a note, too", "Note,KeyID,Key\n%I1,%I1,%K1\n", "1=1@2 ", NULL},
	{"a remark with a key", "PC#1,%I1,%K1\n#PC2,%I2,%K2\n", "1=1@1 2=2@2 ",
		NULL},
	{"a remark with a bad key", "%I1,%K1\n#" BAD_KEY "\n", "1=1@1 !r7@2 ",
		NULL},
	{"tabs in fields", "\"a\tb\",%I1,%K1\nc,\t%I2,\t%K2\nd,e\n",
		"1=1@1 2=2@2 !k0@3 ", NULL},
	{"a heading with an umlaut", "KeyID;Key;Schl\xFCsselZ\n%I1;%K1;\n",
		"1=1@2 ", NULL},
	{"two bad keys", "%I1," BAD_KEY "," BAD_KEY "\n%I2,%K2\n",
		"2=2@2 !r7@1 ", NULL},
	{"lists with a bad key",
		"KeyID,Key\n\"%I1 %I2\",\"%K1 %K2 " BAD_KEY "\"\n",
		"!r7@2 !p2@2 ", NULL},
	{"no end of the last line", "KeyID,Key\n%I1,%K1", "1=1@2 ", NULL},
};

static const struct key_case named[] = {
	{"nothing", "", "", "x.CSV"},
	{"headings alone", "KeyID,RecoveryKey\n", "", "x.csv"},
	{"one column", "%K1\n%K2\n", "1?@1 2?@2 ", "x.tsv"},
	{"no table", "A text.\n", "!k0@1 ", "x.csv"},
};

static void all_shapes(void **state)
{
	(void)state;
	key_case_run(cases, sizeof(cases) / sizeof(cases[0]), key_csv_parse);
	key_case_run(cases, sizeof(cases) / sizeof(cases[0]), key_file_parse);
	key_case_run(named, sizeof(named) / sizeof(named[0]), key_file_parse);
}

static void read_sample(const char *text, size_t len, struct key_sample *ret)
{
	memset(ret, 0, sizeof(*ret));
	assert_int_equal(
		key_case_read(key_csv_parse, "keys", text, len, ret), 0);
}

/* As many columns, identifiers and keys in a row as somebody likes. */
static void wide_rows(void **state)
{
	static char text[64 * 1024];
	static struct key_sample s;
	char *end = text;
	unsigned int i;

	(void)state;
	for (i = 0; i < 200; i++)
		end += sprintf(end, "column,");
	end += sprintf(end, "KeyID,Key\n");
	for (i = 0; i < 200; i++)
		end += sprintf(end, ",");
	end += key_sample_write("%I1,%K1\n", end, 1024);
	read_sample(text, (size_t)(end - text), &s);
	assert_int_equal(s.count, 1);
	assert_int_equal(s.fault_count, 0);

	for (end = text, i = 0; i < 40; i++) {
		char key[KEY_SAMPLE_TEXT_BYTES];
		char guid[GUID_TEXT_BYTES];
		uint8_t id[GUID_BYTES];

		key_sample_id(i, id);
		end += sprintf(end, "%s,%s,", guid_text(id, guid),
			key_sample_text(i, key));
	}
	read_sample(text, (size_t)(end - text), &s);
	assert_int_equal(s.count, 0);
	assert_int_equal(s.faults[0].kind, KEY_FAULT_PAIRS);
	assert_int_equal(s.faults[0].number, 40);
}

/* Marks in every line, and more of them than rows are read again for. */
static void many_marks(void **state)
{
	static char text[4u << 20];
	static struct key_sample s;
	char *end = text;
	unsigned int i;

	(void)state;
	for (i = 0; i < KEY_CSV_MAX_AGAIN + 500; i++)
		end += sprintf(end, "\"one\n\"two\" three,\n\n");
	end += key_sample_write("%I1,%K1\n\"%I2\",\"%K2\"\n", end, 1024);
	read_sample(text, (size_t)(end - text), &s);
	assert_int_equal(s.count, 2);

	/* One that opens a field as long as the file is. */
	memset(text, '\n', sizeof(text) / 4);
	text[0] = '"';
	end = text + sizeof(text) / 4;
	end += key_sample_write("%I1,%K1\n", end, 1024);
	read_sample(text, (size_t)(end - text), &s);
	assert_int_equal(s.count, 1);
	assert_int_equal(s.fault_count, 0);
}

/* A site of 20,000 PCs, of which two volumes are here. */
static void a_whole_site(void **state)
{
	const size_t cap = 20000 * 128;
	char *text = malloc(cap);
	struct key_ring *ring = malloc(sizeof(*ring));
	struct key_sink sink = key_ring_sink(ring);
	char key[KEY_SAMPLE_TEXT_BYTES];
	uint8_t bytes[KEY_RECOVERY_BYTES];
	char guid[GUID_TEXT_BYTES];
	uint8_t id[GUID_BYTES];
	struct key_memory m;
	const struct key *k;
	size_t len = 0;
	unsigned int i;

	(void)state;
	len += (size_t)sprintf(text, "Hostname,KeyID,RecoveryKey\n");
	for (i = 0; i < 20000; i++) {
		key_sample_id(i, id);
		len += (size_t)sprintf(text + len, "PC%05u,{%s},%s\n", i,
			guid_text(id, guid), key_sample_text(i, key));
	}
	key_ring_open(ring);
	for (i = 7; i < 20000; i += 12345) {
		key_sample_id(i, id);
		assert_int_equal(key_ring_want(ring, id), 0);
	}
	key_memory_open(&m, "site.csv", text, len);
	assert_int_equal(key_file_parse(&m.source, &sink), 0);
	assert_int_equal(ring->count, 2);
	assert_int_equal(ring->faults, 0);
	for (i = 7; i < 20000; i += 12345) {
		key_sample_id(i, id);
		key_sample_bytes(i, bytes);
		k = key_ring_next(ring, id, NULL);
		assert_non_null(k);
		assert_memory_equal(k->bytes, bytes, sizeof(bytes));
		assert_int_equal(k->row, i + 2);
		assert_string_equal(k->file, "site.csv");
		assert_null(key_ring_next(ring, id, k));
	}
	key_ring_close(ring);
	free(ring);
	free(text);
}

static int fail_to_read(void *ctx, uint64_t off, void *buf, size_t len)
{
	unsigned int *left = ctx;

	(void)off;
	if (!*left)
		return -ERR_IO;
	--*left;
	/* The fifth one begins with a mark: the sample, four, and as many. */
	memset(buf, ',', len);
	if (*left == 0)
		memset(buf, '"', 1);
	return 0;
}

static void failures(void **state)
{
	struct key_sample s = {.end_after = 1};
	const struct key_sink sink = key_sample_sink(&s);
	unsigned int left;
	struct key_source source = {
		.read = fail_to_read, .ctx = &left, .size = 20000, .name = ""};
	enum key_format format;
	unsigned int i;

	(void)state;
	for (i = 0; i < 8; i++) {
		left = i;
		assert_int_equal(key_csv_parse(&source, &sink), -ERR_IO);
		left = i;
		assert_int_equal(key_csv_looks_like(&source), -ERR_IO);
		left = i;
		assert_int_equal(key_file_recognise(&source, &format), -ERR_IO);
	}
	source.size = KEY_SOURCE_MAX_BYTES + 1ull;
	assert_int_equal(key_csv_parse(&source, &sink), -ERR_TOO_LARGE);
	key_case_run_stopped("%I1,%K1\n%I2,%K2\n", key_csv_parse);
	key_case_run_stopped("%I1,%I2,%K1\n", key_csv_parse);
	key_case_run_stopped("%I1,%I2,%K1,%K2\n", key_csv_parse);
	failalloc_arm(1, false);
	assert_int_equal(key_csv_parse(&source, &sink), -ERR_NO_MEMORY);
	assert_true(failalloc_disarm());
}

static void other_files(void **state)
{
	static const uint8_t pack[200] = "LBKEYPK1";
	struct key_sample s = {.count = 0};
	const struct key_sink sink = key_sample_sink(&s);
	enum key_format format;
	struct key_memory m;

	(void)state;
	key_memory_open(&m, "x.csv", pack, sizeof(pack));
	assert_int_equal(key_file_recognise(&m.source, &format), 0);
	assert_int_equal(format, KEY_FORMAT_PACK);
	assert_int_equal(key_file_parse(&m.source, &sink), -ERR_UNSUPPORTED);
	key_memory_open(&m, "x.Bek", pack + 1, 1);
	assert_int_equal(key_file_recognise(&m.source, &format), 0);
	assert_int_equal(format, KEY_FORMAT_STARTUP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_shapes),
		cmocka_unit_test(wide_rows),
		cmocka_unit_test(many_marks),
		cmocka_unit_test(a_whole_site),
		cmocka_unit_test(failures),
		cmocka_unit_test(other_files),
	};

	return cmocka_run_group_tests_name("key_csv", tests, NULL, NULL);
}
