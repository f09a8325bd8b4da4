/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The time stamp counter and CPUID. */
#include <cpuid.h>
#include <string.h>

#include "efi/cpu.h"

#define LEAF_TSC_RATIO	   0x15
#define LEAF_FREQUENCY	   0x16
#define LEAF_HYPERVISOR	   0x40000000u
#define HYPERVISOR_PRESENT 0x80000000u /* in ecx of leaf 1 */

#define MIN_TICKS_PER_MS 100000u    /* 100 MHz */
#define MAX_TICKS_PER_MS 100000000u /* 100 GHz */

uint64_t cpu_ticks(void)
{
	return __builtin_ia32_rdtsc();
}

static uint64_t rate_ask(void)
{
	unsigned int eax;
	unsigned int ebx;
	unsigned int ecx;
	unsigned int edx;

	if (__get_cpuid(LEAF_TSC_RATIO, &eax, &ebx, &ecx, &edx) && eax && ebx &&
		ecx)
		return (uint64_t)ecx * ebx / eax / 1000;
	if (__get_cpuid(LEAF_FREQUENCY, &eax, &ebx, &ecx, &edx))
		return (uint64_t)(eax & 0xffff) * 1000;
	return 0;
}

uint64_t cpu_ticks_per_ms(void)
{
	uint64_t rate = rate_ask();

	return rate >= MIN_TICKS_PER_MS && rate <= MAX_TICKS_PER_MS ? rate : 0;
}

bool cpu_is_hyper_v(void)
{
	unsigned int eax;
	unsigned int words[3];

	/* Without the bit the leaf holds whatever the highest one does. */
	if (!__get_cpuid(1, &eax, &words[0], &words[1], &words[2]) ||
		!(words[1] & HYPERVISOR_PRESENT))
		return false;
	__cpuid(LEAF_HYPERVISOR, eax, words[0], words[1], words[2]);
	return !memcmp(words, "Microsoft Hv", sizeof(words));
}
