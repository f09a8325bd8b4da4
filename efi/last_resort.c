/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is left to do when nothing on the stack can be believed any more.
 */
#include <stdio.h>
#include <string.h>

#include "efi/exception.h"
#include "efi/exception_cpu.h"
#include "efi/last_resort.h"
#include "efi/reset.h"
#include "efi/serial.h"
#include "efi/vars.h"
#include "storage/bytes.h"

#define WATCHDOG_CODE 0x4c425246u

#define SENTENCE_BYTES 160

/*
 * Static: whoever comes here has no parameters to bring (a broken stack, a
 * timer, an exception), and what lies on the stack may be what is broken.
 */
static struct {
	struct firmware fw;
	uint64_t image_start;
	uint64_t image_bytes;
	struct failure before;
	bool has_next;
	uint16_t next;
	EFI_EVENT timer; /* calls our code; or NULL */
	bool is_forgetful;

	unsigned int depth; /* calls so far: it may itself fail */
	struct failure now;
	uint8_t note[FAILURE_BYTES];
	struct report_line line;
	char sentence[SENTENCE_BYTES];
} last_resort;

void last_resort_init(const struct firmware *fw)
{
	const EFI_LOADED_IMAGE *image = firmware_loaded_image(fw);

	memset(&last_resort, 0, sizeof(last_resort));
	last_resort.fw = *fw;
	if (!image)
		return;
	last_resort.image_start = (uint64_t)(uintptr_t)image->ImageBase;
	last_resort.image_bytes = image->ImageSize;
}

void last_resort_set_failure(const struct failure *f)
{
	last_resort.before = *f;
}

void last_resort_set_next(uint16_t number)
{
	last_resort.has_next = true;
	last_resort.next = number;
}

void last_resort_set_timer(EFI_EVENT timer)
{
	last_resort.timer = timer;
}

void last_resort_set_forgetful(void)
{
	last_resort.is_forgetful = true;
}

/* Where the image lies differs from start to start. */
static void address_note(struct failure *f, uint64_t address)
{
	f->is_inside =
		address >= last_resort.image_start &&
		address - last_resort.image_start < last_resort.image_bytes;
	f->address = f->is_inside ? address - last_resort.image_start : address;
}

static bool failure_store(const struct last_words *words)
{
	struct failure *f = &last_resort.now;

	f->kind = words->kind;
	f->program = failure_program(LOOPBREAKER_VERSION);
	f->exception = words->exception;
	address_note(f, words->address);
	failure_follow(&last_resort.before, f);
	failure_encode(f, last_resort.note);
	return vars_set(&last_resort.fw, &vars_failure, last_resort.note,
		       sizeof(last_resort.note)) == 0;
}

static bool next_store(void)
{
	uint8_t next[2];

	if (!last_resort.has_next)
		return false;
	le16_put(next, last_resort.next);
	return vars_set(&last_resort.fw, &vars_boot_next, next, sizeof(next)) ==
	       0;
}

static void text_send(struct serial *s, const char *text)
{
	serial_write(s, SERIAL_REPORT, text, strlen(text));
}

static void last_words_say(void)
{
	const struct failure *f = &last_resort.now;
	struct serial serial;

	report_begin(&last_resort.line, "failure");
	failure_report(&last_resort.line, "kind", f);
	(void)snprintf(last_resort.sentence, sizeof(last_resort.sentence),
		"Loopbreaker %s and resets the PC. Please report this.\r\n",
		failure_text(f->kind));
	serial_open(&serial, &last_resort.fw);
	text_send(&serial, "\r\n");
	text_send(&serial, report_end(&last_resort.line));
	text_send(&serial, "\r\n");
	text_send(&serial, last_resort.sentence);
}

/*
 * Back to the firmware, which starts its next boot option.  Nothing may call
 * our code after that.  May come back, or not work at all after what has
 * happened; then there is still the reset.
 */
static void leave(void)
{
	const struct firmware *fw = &last_resort.fw;

	exception_release(fw);
	if (last_resort.timer)
		(void)fw->boot->CloseEvent(last_resort.timer);
	fw->boot->RestoreTPL(TPL_APPLICATION);
	(void)fw->boot->Exit(fw->image, EFI_ABORTED, 0, NULL);
}

_Noreturn void last_resort_take(const struct last_words *words)
{
	const struct firmware *fw = &last_resort.fw;

	bool is_noted;
	bool is_next;

	last_resort.depth++;
	if (last_resort.depth == 1) {
		is_noted = failure_store(words);
		is_next = next_store();
		last_words_say();
		/* A reset would only lead here again. */
		if (last_resort.is_forgetful || (!is_noted && !is_next))
			leave();
	}
	if (last_resort.depth <= 2)
		reset_machine(fw);
	exception_cpu_reset();
	/* No reset: let the firmware go on, and its watchdog if that fails. */
	leave();
	(void)fw->boot->SetWatchdogTimer(1, WATCHDOG_CODE, 0, NULL);
	for (;;)
		;
}
