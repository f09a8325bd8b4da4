/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes Loopbreaker fail in the emulator: linked with --wrap for the functions
 * below, so that the product itself contains no way to be told to crash.
 *
 * The variable LoopbreakerTestFault names the fault; "once " before the name
 * means that it happens only once, "in-commit " (after that) that it happens
 * when the disk is about to be written, and otherwise before anything is read.
 * "measure-stack" is no fault: stack_depth.h.
 */
#include <string.h>

#include "efi/front.h"
#include "efi/vars.h"
#include "recovery/run.h"
#include "storage/commit.h"
#include "tests/boot/faulty/stack_depth.h"

#define NAME_BYTES 32
#define ONCE	   "once "
#define IN_COMMIT  "in-commit "

/* The linker's names. */
void __real_recovery_run(const struct platform *p, const struct order *order,
	const struct policy *policy, struct outcome *ret);
void __wrap_recovery_run(const struct platform *p, const struct order *order,
	const struct policy *policy, struct outcome *ret);
int __real_commit_overlay(struct overlay *o, struct disk *target,
	void (*pet)(void *ctx), void *ctx, struct commit_counts *ret_counts);
int __wrap_commit_overlay(struct overlay *o, struct disk *target,
	void (*pet)(void *ctx), void *ctx, struct commit_counts *ret_counts);

static const EFI_GUID test_guid = {0x6b1f63f5, 0x2e83, 0x4e0b,
	{0xa3, 0x4c, 0x52, 0x0d, 0xf0, 0x4e, 0x11, 0x90}};
static const struct vars_name vars_fault = {
	u"LoopbreakerTestFault", &test_guid, VARS_NV_BS};

/* What is to happen in the commit, if anything. */
static char fault_in_commit[NAME_BYTES];

static void fault_invalid_opcode(void)
{
	__builtin_trap();
}

/* A pointer that no address space has. */
static void fault_wild_jump(void)
{
	void (*volatile nowhere)(void) =
		(void (*)(void))(uintptr_t)0x7ffffffffff0;

	nowhere();
}

static const struct firmware *fault_fw;

/* The PC starts again and nobody has seen why. */
static void fault_reset(void)
{
#ifdef __x86_64__
	/* Without a table of handlers every exception is a triple fault. */
	static const struct __attribute__((packed)) {
		uint16_t limit;
		uint64_t base;
	} nothing;

	__asm__ volatile("lidt %0" : : "m"(nothing));
	fault_invalid_opcode();
#else
	fault_fw->runtime->ResetSystem(EfiResetCold, EFI_SUCCESS, 0, NULL);
#endif
}

/* An exception inside the firmware, on our behalf. */
static void fault_in_firmware(void)
{
	volatile uintptr_t nowhere = 0xdeadbeefdeadbee0;
	char here[64];

	memset(here, 'x', sizeof(here));
	fault_fw->boot->CopyMem((void *)nowhere, here, sizeof(here));
}

/* Not inlined: what lies behind the buffer must be its own return address. */
static __attribute__((noinline)) void fault_broken_stack(void)
{
	volatile char buffer[16];
	volatile char *p = buffer;

	for (int i = 0; i < 64; i++)
		p[i] = 'x';
}

/* No exception can be taken without a stack: the processor resets. */
static volatile uintptr_t depth_wanted = UINTPTR_MAX;
static uintptr_t fault_no_stack(uintptr_t depth)
{
	volatile char page[4096];

	page[0] = (char)depth;
	if (depth == depth_wanted)
		return depth;
	return fault_no_stack(depth + 1) + (uintptr_t)page[0];
}

static void fault_hang(void)
{
	for (volatile int i = 0;; i++)
		;
}

static void fault_take(const char *name)
{
	if (!strcmp(name, "invalid-opcode"))
		fault_invalid_opcode();
	if (!strcmp(name, "wild-jump"))
		fault_wild_jump();
	if (!strcmp(name, "in-firmware"))
		fault_in_firmware();
	if (!strcmp(name, "broken-stack"))
		fault_broken_stack();
	if (!strcmp(name, "no-stack"))
		(void)fault_no_stack(0);
	if (!strcmp(name, "reset"))
		fault_reset();
	if (!strcmp(name, "hang"))
		fault_hang();
}

/* Takes @word from the beginning of @name.  Was it there? */
static bool word_take(char name[NAME_BYTES], const char *word)
{
	size_t len = strlen(word);

	if (strncmp(name, word, len) != 0)
		return false;
	memmove(name, name + len, NAME_BYTES - len);
	return true;
}

/* The name of the fault, "" if there is none. */
static void fault_read(const struct firmware *fw, char name[NAME_BYTES])
{
	size_t len;

	memset(name, 0, NAME_BYTES);
	if (vars_get(fw, &vars_fault, name, NAME_BYTES - 1, &len) < 0)
		name[0] = 0;
	if (word_take(name, ONCE))
		(void)vars_remove(fw, &vars_fault);
}

/* The worst moment: Windows is not next any more. */
int __wrap_commit_overlay(struct overlay *o, struct disk *target,
	void (*pet)(void *ctx), void *ctx, struct commit_counts *ret_counts)
{
	fault_take(fault_in_commit);
	return __real_commit_overlay(o, target, pet, ctx, ret_counts);
}

void __wrap_recovery_run(const struct platform *p, const struct order *order,
	const struct policy *policy, struct outcome *ret)
{
	struct front *f = p->ctx;
	char name[NAME_BYTES];

	fault_fw = f->fw;
	fault_read(f->fw, name);
	if (word_take(name, IN_COMMIT))
		memcpy(fault_in_commit, name, NAME_BYTES);
	else if (!strcmp(name, "measure-stack"))
		stack_depth_paint(f);
	else
		fault_take(name);
	__real_recovery_run(p, order, policy, ret);
}
