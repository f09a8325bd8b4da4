/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Registering for CPU exceptions, and what is noted of one. */
#include "efi/exception.h"
#include "efi/exception_cpu.h"
#include "efi/last_resort.h"

typedef void(EFIAPI *exception_handler)(INTN type, void *context);

/* gnu-efi does not know this protocol. */
struct cpu_arch_protocol {
	void *flush_data_cache;
	void *enable_interrupt;
	void *disable_interrupt;
	void *get_interrupt_state;
	void *init;
	EFI_STATUS(EFIAPI *register_interrupt_handler)
	(struct cpu_arch_protocol *this, INTN type, exception_handler handler);
};

static const EFI_GUID cpu_arch_guid = {0x26baccb1, 0x6f42, 0x11d4,
	{0xbc, 0xe7, 0x00, 0x80, 0xc7, 0x3c, 0x88, 0x81}};

/* Bit n: exception_cpu_types[n] is ours.  Handlers carry no context. */
static uint32_t caught;

static struct cpu_arch_protocol *cpu_arch_find(const struct firmware *fw)
{
	void *interface = NULL;

	if (fw->boot->LocateProtocol((EFI_GUID *)&cpu_arch_guid, NULL,
		    &interface) != EFI_SUCCESS)
		return NULL;
	return interface;
}

static void EFIAPI exception_take(INTN type, void *context)
{
	struct last_words words = {
		.kind = FAILURE_EXCEPTION,
		.exception = (uint32_t)type,
		.address = exception_cpu_address(context),
	};

	last_resort_take(&words);
}

/*
 * One at a time: whatever the firmware or a debugger has taken for itself
 * stays theirs, and must not be given back by us later.
 */
unsigned int exception_catch(const struct firmware *fw)
{
	struct cpu_arch_protocol *cpu = cpu_arch_find(fw);
	unsigned int count = 0;

	caught = 0;
	if (!cpu)
		return 0;
	for (size_t i = 0; i < exception_cpu_count; i++) {
		if (cpu->register_interrupt_handler(cpu, exception_cpu_types[i],
			    exception_take) != EFI_SUCCESS)
			continue;
		caught |= (uint32_t)1 << i;
		count++;
	}
	return count;
}

void exception_release(const struct firmware *fw)
{
	struct cpu_arch_protocol *cpu = cpu_arch_find(fw);

	for (size_t i = 0; cpu && i < exception_cpu_count; i++)
		if (caught & (uint32_t)1 << i)
			(void)cpu->register_interrupt_handler(
				cpu, exception_cpu_types[i], NULL);
	caught = 0;
}
