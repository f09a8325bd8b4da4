/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The stack protector's guard value and its alarm.
 */
#include "efi/cpu.h"
#include "efi/last_resort.h"
#include "efi/stack_guard.h"

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
	uint64_t seed = bits_mix(cpu_ticks());
	uint64_t random = 0;
	void *interface = NULL;
	struct rng_protocol *rng;

	/* Quirk Q56: it may be missing or always say the same. */
	if (fw->boot->LocateProtocol((EFI_GUID *)&rng_guid, NULL, &interface) ==
			EFI_SUCCESS &&
		interface) {
		rng = interface;
		if (rng->get_rng(rng, NULL, sizeof(random), (void *)&random) ==
			EFI_SUCCESS)
			seed ^= random;
	}
	/* The low byte is 0, so that no string can contain the guard. */
	__stack_chk_guard = seed & ~(uintptr_t)0xff;
}

_Noreturn NO_STACK_PROTECTOR void __stack_chk_fail(void)
{
	static struct last_words words = {.kind = FAILURE_STACK};

	words.address = (uint64_t)(uintptr_t)__builtin_return_address(0);
	last_resort_take(&words);
}
