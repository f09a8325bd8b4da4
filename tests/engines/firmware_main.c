/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * judge.h as a UEFI application, compiled and linked as Loopbreaker is: with
 * firmware's stack, its calling convention and its settings of the processor;
 * and what is left on that stack.
 * Says "done" and switches the PC off (tests/cli/test_engines_firmware.py).
 */
#include <stdarg.h>
#include <stdio.h>

#include "efi/firmware.h"
#include "efi/main.h"
#include "efi/stack_wipe.h"
#include "tests/engines/judge.h"

#define TEXT_BYTES   256
#define MARKED_BYTES 40960
#define MARK	     0xC5

int __wrap_printf(const char *format, ...);

/* What printf() writes to, which has no parameter for it. */
static EFI_SYSTEM_TABLE *system_table;

static void text_put(const char *text)
{
	CHAR16 character[] = {0, 0};

	for (; *text; text++) {
		if (*text == '\n') {
			character[0] = '\r';
			(void)system_table->ConOut->OutputString(
				system_table->ConOut, character);
		}
		character[0] = (CHAR16)*text;
		(void)system_table->ConOut->OutputString(
			system_table->ConOut, character);
	}
}

/* Instead of the printf() of efi/libc, which says nothing. */
int __wrap_printf(const char *format, ...)
{
	char text[TEXT_BYTES];
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	text_put(text);
	return len;
}

/* As a function with secrets would that wipes nothing; where it began. */
static __attribute__((noinline)) uintptr_t stack_mark(void)
{
	volatile uint8_t secret[MARKED_BYTES];
	size_t i;

	for (i = 0; i < MARKED_BYTES; i++)
		secret[i] = MARK;
	return (uintptr_t)secret;
}

static unsigned int marks_left(uintptr_t start)
{
	const volatile uint8_t *secret = (const volatile uint8_t *)start;
	unsigned int found = 0;
	size_t i;

	for (i = 0; i < MARKED_BYTES; i++)
		found += secret[i] == MARK;
	return found;
}

static int stack_wipe_judge(void)
{
	uintptr_t start = stack_mark();
	unsigned int before = marks_left(start);
	bool is_good;

	stack_wipe();
	is_good = before > MARKED_BYTES / 2 && !marks_left(start);
	printf("%sok - the stack is wiped\n", is_good ? "" : "not ");
	return !is_good;
}

EFI_STATUS loopbreaker_main(const struct firmware *fw, uint64_t start)
{
	(void)start;
	system_table = fw->system;
	printf("done, %d failed\n", engines_judge() + stack_wipe_judge());
	fw->runtime->ResetSystem(EfiResetShutdown, EFI_SUCCESS, 0, NULL);
	return EFI_ABORTED;
}
