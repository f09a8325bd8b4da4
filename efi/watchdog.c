/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Arming and petting the watchdog.
 */
#include "efi/acpi.h"
#include "efi/cpu.h"
#include "efi/last_resort.h"
#include "efi/watchdog.h"

/*
 * Longer than any single device call should take, short enough that nobody
 * reaches for the power button first.  Firmware arms it with five minutes,
 * which is our time as long as we do not set our own (quirk Q46).
 */
#define HANG_MILLISECONDS 45000
#define TIMEOUT_SECONDS	  60
#define HAND_OVER_SECONDS 300

/* A search without end reads without end, too. */
#define MAX_RUN_MILLISECONDS (10 * 60 * 1000)

/* Quirk Q46 asks for at least every 10 s; asking the firmware costs time. */
#define PET_MILLISECONDS 2000

/* How often the own timer looks, in units of 100 ns. */
#define TIMER_PERIOD 10000000u

/* Codes up to 0xffff belong to the firmware. */
#define WATCHDOG_CODE 0x4c425245u

static void watchdog_set(struct watchdog *w, UINTN seconds)
{
	/* Where there is none, there is nothing to be done about it. */
	(void)w->fw->boot->SetWatchdogTimer(seconds, WATCHDOG_CODE, 0, NULL);
	w->petted_ms = clock_milliseconds(w->clock);
	w->hang_ms = HANG_MILLISECONDS;
}

static void EFIAPI timer_look(EFI_EVENT event, void *context)
{
	static const struct last_words words = {.kind = FAILURE_HANG};
	const struct watchdog *w = context;

	(void)event;
	if (clock_milliseconds(w->clock) - w->petted_ms >= w->hang_ms)
		last_resort_take(&words);
}

/*
 * At TPL_CALLBACK, the highest at which variables may be written.  A firmware
 * driver that hangs at a higher one is left to the firmware's watchdog.
 */
static EFI_EVENT timer_start(struct watchdog *w)
{
	EFI_BOOT_SERVICES *boot = w->fw->boot;
	EFI_EVENT timer = NULL;

	if (boot->CreateEvent(EVT_TIMER | EVT_NOTIFY_SIGNAL, TPL_CALLBACK,
		    timer_look, w, &timer) != EFI_SUCCESS)
		return NULL;
	if (boot->SetTimer(timer, TimerPeriodic, TIMER_PERIOD) == EFI_SUCCESS)
		return timer;
	(void)boot->CloseEvent(timer); /* it never runs */
	return NULL;
}

/* Before our code may go away, nothing may call it any more. */
static void timer_stop(struct watchdog *w)
{
	if (!w->timer)
		return;
	(void)w->fw->boot->SetTimer(w->timer, TimerCancel, 0);
	(void)w->fw->boot->CloseEvent(w->timer);
	last_resort_set_timer(NULL);
	w->timer = NULL;
}

void watchdog_arm(struct watchdog *w, const struct firmware *fw,
	const struct clock *clock)
{
	w->fw = fw;
	w->clock = clock;
	watchdog_set(w, TIMEOUT_SECONDS);
	w->armed_ms = w->petted_ms;
	w->timer = timer_start(w);
	last_resort_set_timer(w->timer);
}

void watchdog_pet(struct watchdog *w)
{
	uint64_t now = clock_milliseconds(w->clock);

	if (now - w->armed_ms < MAX_RUN_MILLISECONDS &&
		(now - w->petted_ms >= PET_MILLISECONDS ||
			w->hang_ms != HANG_MILLISECONDS))
		watchdog_set(w, TIMEOUT_SECONDS);
}

void watchdog_expect(struct watchdog *w, unsigned int seconds)
{
	watchdog_set(w, TIMEOUT_SECONDS + seconds);
	w->hang_ms += seconds * 1000;
}

void watchdog_excuse(struct watchdog *w, uint64_t milliseconds)
{
	w->armed_ms += milliseconds;
}

void watchdog_hand_over(struct watchdog *w)
{
	bool is_hyper_v =
		cpu_is_hyper_v() || acpi_is_hypervisor(w->fw, "MsHyperV");

	timer_stop(w);
	/* Quirk Q47: on Hyper-V it goes on ticking inside Windows. */
	watchdog_set(w, is_hyper_v ? 0 : HAND_OVER_SECONDS);
}

void watchdog_stop(struct watchdog *w)
{
	timer_stop(w);
	watchdog_set(w, 0);
}
