/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What reaches the screen and the serial ports, and in how many calls. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "efi/console.h"
#include "tests/support/failalloc.h"
#include "tests/support/fakefw.h"

static struct fakefw machine;
static struct firmware fw;
static struct console console;
static struct fakefw_port port;
static struct fakefw_port terminal;

static int start(void **state)
{
	(void)state;
	fakefw_start(&machine, &fw);
	memset(&port, 0, sizeof(port));
	memset(&terminal, 0, sizeof(terminal));
	terminal.is_mirrored = true;
	return 0;
}

static void open_with_ports(void)
{
	fakefw_add_port(&machine, &port);
	fakefw_add_port(&machine, &terminal);
	console_open(&console, &fw);
}

static void everything_is_printed_at_once(void **state)
{
	(void)state;
	open_with_ports();
	assert_int_equal(machine.screen.clears, 1);
	for (unsigned int i = 0; i < 10; i++)
		console_say(&console, SAY_INFO, "Nothing special.");
	console_report(&console, "{\"event\":\"x\"}");
	assert_int_equal(machine.screen.outputs, 0);
	assert_int_equal(port.writes, 0);
	console_flush_report(&console);
	assert_int_equal(machine.screen.outputs, 1);
	assert_memory_equal(machine.screen.text, "  Nothing special.\r\n", 20);
	console_close(&console);
}

static void text_goes_to_unmirrored_ports_only(void **state)
{
	(void)state;
	open_with_ports();
	console_say(&console, SAY_RESULT, "Done.");
	console_report(&console, "{\"event\":\"x\"}");
	console_report(&console, "{\"event\":\"y\"}");
	console_close(&console);
	assert_string_equal(port.text,
		"* Done.\r\n\r\n{\"event\":\"x\"}\r\n{\"event\":\"y\"}\r\n");
	assert_string_equal(terminal.text,
		"\r\n{\"event\":\"x\"}\r\n{\"event\":\"y\"}\r\n");
	assert_string_equal(machine.screen.text, "* Done.\r\n");
	assert_int_equal(machine.screen.attribute, 0x1f); /* as found */
}

static void long_sentences_are_wrapped(void **state)
{
	char sentence[400];
	const char *line;

	(void)state;
	for (size_t i = 0; i < sizeof(sentence) - 1; i++)
		sentence[i] = i % 9 == 8 ? ' ' : 'x';
	sentence[sizeof(sentence) - 1] = '\0';
	memset(sentence + 200, 'y', 100); /* longer than a line */
	console_open(&console, &fw);
	console_say(&console, SAY_WARNING, sentence);
	console_say(&console, SAY_INFO, "");
	console_close(&console);
	line = machine.screen.text;
	assert_memory_equal(line, "! xxxxxxxx xxxxxxxx", 19);
	for (const char *end; (end = strstr(line, "\r\n")); line = end + 2)
		assert_in_range((size_t)(end - line), 2, SCREEN_COLUMNS - 1);
	assert_int_equal(*line, '\0');
}

/* A file name must not steer a terminal. */
static void control_characters_are_shown_as_such(void **state)
{
	(void)state;
	open_with_ports();
	console_say(&console, SAY_ERROR, "a\x1b[2Jb\r\nc\xc3\xa9\x7f");
	console_close(&console);
	assert_string_equal(machine.screen.text, "! a?[2Jb??c???\r\n");
	assert_string_equal(port.text, "! a?[2Jb??c???\r\n");
}

static void dead_port_costs_one_timeout(void **state)
{
	(void)state;
	port.is_dead = true;
	open_with_ports();
	for (unsigned int i = 0; i < 100; i++)
		console_report(&console, "{\"event\":\"x\"}");
	console_close(&console);
	assert_int_equal(port.writes, 1);
	assert_int_equal(terminal.len, 2 + 100 * 15);
}

/* Q53 */
static void missing_screen_is_survived(void **state)
{
	(void)state;
	fw.system->ConOut = NULL;
	open_with_ports();
	console_say(&console, SAY_INFO, "Nobody sees this.");
	console_close(&console);
	assert_string_equal(port.text, "  Nobody sees this.\r\n");
}

static void dead_screen_is_given_up(void **state)
{
	(void)state;
	machine.screen.is_dead = true;
	console_open(&console, &fw);
	for (unsigned int i = 0; i < 5; i++) {
		console_say(&console, SAY_INFO, "Nobody sees this.");
		console_flush_text(&console);
	}
	console_close(&console);
	assert_int_equal(machine.screen.outputs, 1);
}

/* Q52 */
static void insane_mode_means_no_colours(void **state)
{
	static const SIMPLE_TEXT_OUTPUT_MODE insane[] = {
		{.MaxMode = 0, .Mode = 0},
		{.MaxMode = 3, .Mode = 3},
		{.MaxMode = 3, .Mode = -1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(insane) / sizeof(insane[0]); i++) {
		fakefw_start(&machine, &fw);
		machine.screen.mode = insane[i];
		machine.screen.attribute = 0x77;
		console_open(&console, &fw);
		console_say(&console, SAY_WARNING, "Still readable.");
		console_close(&console);
		assert_int_equal(machine.screen.attribute, 0x77);
		assert_string_equal(
			machine.screen.text, "! Still readable.\r\n");
	}
	fakefw_start(&machine, &fw);
	machine.screen.out.Mode = NULL;
	console_open(&console, &fw);
	console_close(&console);
}

/* More than fits: nothing is lost, and text comes before the report. */
static void full_buffers_are_flushed(void **state)
{
	char sentence[32];
	char expected[FAKEFW_TEXT_BYTES];
	size_t len = 0;

	(void)state;
	open_with_ports();
	for (unsigned int i = 0; i < 1000; i++) {
		(void)snprintf(sentence, sizeof(sentence), "Line %u.", i);
		console_say(&console, i % 2 ? SAY_INFO : SAY_RESULT, sentence);
		len += (size_t)snprintf(expected + len, sizeof(expected) - len,
			"%c %s\r\n", i % 2 ? ' ' : '*', sentence);
	}
	console_close(&console);
	assert_string_equal(machine.screen.text, expected);
	assert_string_equal(port.text, expected);
}

static void without_memory_it_prints_at_once(void **state)
{
	(void)state;
	fakefw_add_port(&machine, &port);
	/* The first allocation is the list of ports. */
	failalloc_arm(2, true);
	console_open(&console, &fw);
	console_say(&console, SAY_INFO, "Now.");
	assert_string_equal(machine.screen.text, "  Now.\r\n");
	console_report(&console, "{}");
	assert_string_equal(port.text, "  Now.\r\n\r\n{}\r\n");
	console_close(&console);
	assert_true(failalloc_disarm());
	assert_string_equal(machine.screen.text, "  Now.\r\n");
}

#define TEST(f) cmocka_unit_test_setup(f, start)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(everything_is_printed_at_once),
		TEST(text_goes_to_unmirrored_ports_only),
		TEST(long_sentences_are_wrapped),
		TEST(control_characters_are_shown_as_such),
		TEST(dead_port_costs_one_timeout),
		TEST(missing_screen_is_survived),
		TEST(dead_screen_is_given_up),
		TEST(insane_mode_means_no_colours),
		TEST(full_buffers_are_flushed),
		TEST(without_memory_it_prints_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
