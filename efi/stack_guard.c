/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The stack protector's guard value, and the end of a program whose stack is
 * broken: say so on the serial ports, start Windows next, reset.
 */
#include <string.h>

#include "efi/clock.h"
#include "efi/reset.h"
#include "efi/serial.h"
#include "efi/stack_guard.h"
#include "efi/vars.h"
#include "storage/bytes.h"

/* The compiler refers to these two by name. */
extern uintptr_t __stack_chk_guard;
_Noreturn void __stack_chk_fail(void);

#define NO_STACK_PROTECTOR __attribute__((no_stack_protector))

/* gnu-efi does not know this protocol. */
struct rng_protocol {
	void *get_info;
	EFI_STATUS(EFIAPI *get_rng)
	(struct rng_protocol *this, EFI_GUID *algorithm, UINTN len, void *buf);
};

static const EFI_GUID rng_guid = {0x3152bca5, 0xeade, 0x433d,
	{0x86, 0x2e, 0xc0, 0x1c, 0xdc, 0x29, 0x1f, 0x44}};

/*
 * Global, because __stack_chk_fail() has no parameters and nothing on the
 * stack can be believed any more.
 */
static struct {
	struct firmware fw; /* a copy: what was given lies on the stack */
	bool has_next;
	uint16_t next;
} last_resort;

uintptr_t __stack_chk_guard = 0x595e9fbd94fda700;

/* Spreads the few bits that differ between two starts over all of them. */
static uint64_t bits_mix(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

NO_STACK_PROTECTOR void stack_guard_seed(const struct firmware *fw)
{
	uint64_t seed = bits_mix(clock_ticks());
	uint64_t random = 0;
	void *interface = NULL;
	struct rng_protocol *rng;

	last_resort.fw = *fw;
	/* Quirk Q56: it may be missing or always say the same. */
	if (fw->boot->LocateProtocol((EFI_GUID *)&rng_guid, NULL, &interface) ==
			EFI_SUCCESS &&
		interface) {
		rng = interface;
		if (rng->get_rng(rng, NULL, sizeof(random), &random) ==
			EFI_SUCCESS)
			seed ^= random;
	}
	/* The low byte is 0, so that no string can contain the guard. */
	__stack_chk_guard = seed & ~(uintptr_t)0xff;
}

void stack_guard_set_next(uint16_t number)
{
	last_resort.has_next = true;
	last_resort.next = number;
}

static void last_resort_say(const struct firmware *fw)
{
	static const char text[] =
		"\r\n{\"event\":\"broken-stack\"}\r\n"
		"Loopbreaker has damaged its own stack and resets the PC. "
		"Please report this.\r\n";
	struct serial serial;

	serial_open(&serial, fw);
	serial_write(&serial, SERIAL_REPORT, text, sizeof(text) - 1);
}

_Noreturn NO_STACK_PROTECTOR void __stack_chk_fail(void)
{
	const struct firmware *fw = &last_resort.fw;
	uint8_t next[2];

	last_resort_say(fw);
	if (last_resort.has_next) {
		le16_put(next, last_resort.next);
		(void)vars_set(fw, &vars_boot_next, next, sizeof(next));
	}
	reset_machine(fw);
	/* No reset: let the firmware go on, and its watchdog if that fails. */
	(void)fw->boot->Exit(fw->image, EFI_ABORTED, 0, NULL);
	(void)fw->boot->SetWatchdogTimer(1, 0x4c425246u, 0, NULL);
	for (;;)
		;
}
