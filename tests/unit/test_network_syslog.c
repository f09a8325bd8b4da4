/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of the report as syslog messages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "recovery/network/syslog.h"
#include "recovery/report.h"
#include "storage/filetime.h"

static struct syslog_sender sender;
static struct syslog_line line;

static int make(void **state)
{
	(void)state;
	sender = (struct syslog_sender){
		.address = "192.0.2.7",
		.serial = "SN-0815",
		.model = "Model 5",
		.uuid = "9d4a7cb0-ab9d-4d71-961f-50f1d9c9252f",
		.mac = "52:54:00:12:34:56",
		.time = filetime_parse("2024-07-19T05:02:11Z"),
	};
	return 0;
}

/*
 * Written to a block of exactly its size; then a string, to be freed.  NULL
 * after the last.
 */
static char *next(size_t *ret_len)
{
	char *exact = malloc(SYSLOG_MAX_BYTES);
	size_t len = syslog_next(&line, &sender, exact);
	char *text;

	assert_true(len <= SYSLOG_MAX_BYTES);
	text = len ? strndup(exact, len) : NULL;
	free(exact);
	if (ret_len)
		*ret_len = len;
	return text;
}

static void assert_message(const char *json, const char *wanted)
{
	char *message;

	syslog_begin(&line, json);
	message = next(NULL);
	assert_string_equal(message, wanted);
	free(message);
	assert_null(next(NULL));
	assert_null(next(NULL));
}

static void a_whole_message(void **state)
{
	(void)state;
	assert_message("{\"event\":\"verdict\",\"verdict\":\"hold\"}",
		"<134>1 2024-07-19T05:02:11Z 192.0.2.7 loopbreaker "
		"13365838931 verdict [meta sequenceId=\"1\"]"
		"[machine@32473 serial=\"SN-0815\" "
		"uuid=\"9d4a7cb0-ab9d-4d71-961f-50f1d9c9252f\" "
		"model=\"Model 5\" mac=\"52:54:00:12:34:56\"] "
		"{\"event\":\"verdict\",\"verdict\":\"hold\"}");
	assert_int_equal(sender.sequence, 1);
}

static void who_knows_nothing(void **state)
{
	(void)state;
	memset(&sender, 0, sizeof(sender));
	assert_message("{}",
		"<134>1 - - loopbreaker - - [meta sequenceId=\"1\"]"
		"[machine@32473] {}");
	sender.time = UINT64_MAX; /* out of range */
	assert_message("{\"event\":\"\"}",
		"<134>1 - - loopbreaker 1844674407370 - "
		"[meta sequenceId=\"2\"][machine@32473] {\"event\":\"\"}");
	sender.time = 0;
	sender.sequence = UINT32_MAX - 1;
	assert_message("{\"event\":\"a b\"}",
		"<134>1 - - loopbreaker - a "
		"[meta sequenceId=\"4294967295\"][machine@32473] "
		"{\"event\":\"a b\"}");
	sender.sequence = 0;
	assert_message("{\"event\":\"a\x7F\"}",
		"<134>1 - - loopbreaker - a "
		"[meta sequenceId=\"1\"][machine@32473] "
		"{\"event\":\"a\x7F\"}");
}

/* RFC 5424, 6.3.3: what would end a value; and nothing that steers a log. */
static void hostile_fields(void **state)
{
	(void)state;
	memset(&sender, 0, sizeof(sender));
	strcpy(sender.serial, "a\"b\\c]d\n\xC3\x7F");
	assert_message("{}",
		"<134>1 - - loopbreaker - - [meta sequenceId=\"1\"]"
		"[machine@32473 serial=\"a\\\"b\\\\c\\]d???\"] {}");
}

static void long_event(void **state)
{
	(void)state;
	memset(&sender, 0, sizeof(sender));
	assert_message("{\"event\":\"abcdefghijabcdefghijabcdefghijabcdefghij",
		"<134>1 - - loopbreaker - abcdefghijabcdefghijabcdefghijab "
		"[meta sequenceId=\"1\"][machine@32473] "
		"{\"event\":\"abcdefghijabcdefghijabcdefghijabcdefghij");
}

static void byte_order_mark(void **state)
{
	(void)state;
	memset(&sender, 0, sizeof(sender));
	assert_message("{\"name\":\"\xC3\xA4\"}",
		"<134>1 - - loopbreaker - - [meta sequenceId=\"1\"]"
		"[machine@32473] \xEF\xBB\xBF{\"name\":\"\xC3\xA4\"}");
	assert_message("\xFF", /* no UTF-8, and sent all the same */
		"<134>1 - - loopbreaker - - [meta sequenceId=\"2\"]"
		"[machine@32473] \xEF\xBB\xBF\xFF");
}

/* The longest header there is. */
static void fill(void)
{
	memset(sender.serial, ']', SYSLOG_FIELD_BYTES - 1);
	memset(sender.model, '"', SYSLOG_FIELD_BYTES - 1);
	memset(sender.address, 'f', sizeof(sender.address) - 1);
	sender.sequence = UINT32_MAX - 10;
}

/* The text behind "] ", without a byte order mark. */
static const char *text_of(char *message, size_t len, size_t *ret_len)
{
	const char *at = strstr(message, "mac=\"52:54:00:12:34:56\"");

	assert_non_null(at);
	at = strstr(at, "] ") + 2;
	if (!strncmp(at, "\xEF\xBB\xBF", 3))
		at += 3;
	*ret_len = len - (size_t)(at - message);
	return at;
}

static unsigned int send_all(const char *json)
{
	char whole[REPORT_LINE_BYTES];
	char mark[64];
	size_t used = 0;
	size_t len;
	unsigned int part = 0;
	char *message;

	syslog_begin(&line, json);
	while ((message = next(&len)) != NULL) {
		size_t text_len;
		const char *text = text_of(message, len, &text_len);

		part++;
		assert_true(line.parts > 0);
		(void)snprintf(mark, sizeof(mark),
			" part=\"%u\" parts=\"%u\"] ", part, line.parts);
		assert_int_equal(strstr(message, mark) != NULL, line.parts > 1);
		assert_true((text[0] & 0xC0) != 0x80);
		assert_true(used + text_len < sizeof(whole));
		memcpy(whole + used, text, text_len);
		used += text_len;
		free(message);
	}
	assert_int_equal(part, line.parts);
	whole[used] = '\0';
	assert_string_equal(whole, json);
	return part;
}

static void in_parts(void **state)
{
	char json[REPORT_LINE_BYTES];
	size_t len;

	for (len = 0; len < sizeof(json); len++) {
		(void)make(state);
		if (len & 1)
			fill();
		memset(json, 'x', len);
		json[len] = '\0';
		assert_int_equal(send_all(json) > 1, len > line.room);
		assert_true(line.parts <= 4);
	}
}

/* Characters of two, three and four bytes, at every place. */
static void never_half_a_character(void **state)
{
	static const char *const chars[] = {
		"\xC3\xA4", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"};
	char json[REPORT_LINE_BYTES];

	for (size_t i = 0; i < 3; i++) {
		for (size_t shift = 0; shift < 4; shift++) {
			size_t size = strlen(chars[i]);
			size_t len = shift;

			(void)make(state);
			fill();
			memset(json, 'x', shift);
			while (len + size < sizeof(json)) {
				memcpy(json + len, chars[i], size);
				len += size;
			}
			json[len] = '\0';
			assert_true(send_all(json) > 1);
		}
	}
}

#define TEST(f) cmocka_unit_test_setup(f, make)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_whole_message),
		TEST(who_knows_nothing),
		TEST(hostile_fields),
		TEST(long_event),
		TEST(byte_order_mark),
		TEST(in_parts),
		TEST(never_half_a_character),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
