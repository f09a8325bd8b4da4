/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is left to do when nothing on the stack can be believed any more.
 */
#include <string.h>

#include "efi/last_resort.h"
#include "efi/reset.h"
#include "efi/serial.h"
#include "efi/vars.h"
#include "storage/bytes.h"

#define WATCHDOG_CODE 0x4c425246u

/*
 * Static: whoever comes here has no parameters to bring (a broken stack, a
 * timer), and what lies on the stack may be what is broken.
 */
static struct {
	struct firmware fw;
	bool has_next;
	uint16_t next;
} last_resort;

void last_resort_init(const struct firmware *fw)
{
	last_resort.fw = *fw;
}

void last_resort_set_next(uint16_t number)
{
	last_resort.has_next = true;
	last_resort.next = number;
}

static void text_send(struct serial *s, const char *text)
{
	serial_write(s, SERIAL_REPORT, text, strlen(text));
}

static void last_words(const char *event, const char *sentence)
{
	struct serial serial;

	serial_open(&serial, &last_resort.fw);
	text_send(&serial, "\r\n{\"event\":\"");
	text_send(&serial, event);
	text_send(&serial, "\"}\r\n");
	text_send(&serial, sentence);
	text_send(&serial, "\r\n");
}

_Noreturn void last_resort_take(const char *event, const char *sentence)
{
	const struct firmware *fw = &last_resort.fw;
	uint8_t next[2];

	last_words(event, sentence);
	if (last_resort.has_next) {
		le16_put(next, last_resort.next);
		/* What else could be tried if it fails? */
		(void)vars_set(fw, &vars_boot_next, next, sizeof(next));
	}
	reset_machine(fw);
	/* No reset: let the firmware go on, and its watchdog if that fails. */
	(void)fw->boot->Exit(fw->image, EFI_ABORTED, 0, NULL);
	(void)fw->boot->SetWatchdogTimer(1, WATCHDOG_CODE, 0, NULL);
	for (;;)
		;
}
