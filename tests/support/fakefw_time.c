/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Time of the fake firmware: it passes only where something takes time, and
 * then timers are called and the watchdog bites.  Also the processor's counter
 * (efi/cpu.h).
 */
#include <stdlib.h>

#include "efi/cpu.h"
#include "tests/support/fakefw.h"

#define TICKS_PER_SECOND (1000 * (uint64_t)FAKEFW_TICKS_PER_MS)

/* What a call takes in itself, so that two looks at the clock differ. */
#define CALL_TICKS 100u

uint64_t cpu_ticks(void)
{
	fakefw_present->ticks += CALL_TICKS;
	return fakefw_present->ticks;
}

/* Such a processor does not say: the rate has to be measured. */
uint64_t cpu_ticks_per_ms(void)
{
	return 0;
}

bool cpu_is_hyper_v(void)
{
	return fakefw_present->is_hyper_v;
}

static void watchdog_look(struct fakefw *f)
{
	if (!f->watchdog_due || f->ticks < f->watchdog_due || !f->end_boot)
		return;
	f->watchdog_due = 0;
	f->end_boot(f, "the firmware's watchdog bites");
	abort(); /* it must not come back */
}

/* One at a time, as at one priority level. */
static void timers_call(struct fakefw *f)
{
	if (f->is_in_timer)
		return;
	f->is_in_timer = true;
	for (size_t i = 0; i < FAKEFW_MAX_TIMERS; i++) {
		struct fakefw_timer *t = &f->timer[i];

		if (!t->exists || !t->period || f->ticks < t->next)
			continue;
		t->next = f->ticks + t->period;
		t->notify(t, t->context);
	}
	f->is_in_timer = false;
}

void fakefw_pass_time(struct fakefw *f, uint64_t milliseconds)
{
	uint64_t end = f->ticks + milliseconds * FAKEFW_TICKS_PER_MS;

	/* In steps, so that whoever comes first comes first. */
	while (f->ticks < end) {
		uint64_t left = end - f->ticks;

		f->ticks += left < TICKS_PER_SECOND ? left : TICKS_PER_SECOND;
		timers_call(f);
		watchdog_look(f);
	}
}

static EFI_STATUS EFIAPI stall(UINTN microseconds)
{
	struct fakefw *f = fakefw_present;

	f->stalled_seconds += (unsigned int)(microseconds / 1000000);
	if (f->stall_does_nothing)
		return EFI_SUCCESS;
	f->ticks += microseconds % 1000 * (FAKEFW_TICKS_PER_MS / 1000);
	fakefw_pass_time(f, microseconds / 1000);
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI set_watchdog_timer(
	UINTN seconds, UINT64 code, UINTN size, CHAR16 *data)
{
	struct fakefw *f = fakefw_present;

	(void)code;
	(void)size;
	(void)data;
	f->watchdog_seconds = seconds;
	if (f->watchdog_is_stubborn)
		return EFI_UNSUPPORTED;
	f->watchdog_due = seconds ? f->ticks + seconds * TICKS_PER_SECOND : 0;
	return EFI_SUCCESS;
}

static void EFIAPI restore_tpl(EFI_TPL tpl)
{
	if (tpl != TPL_APPLICATION)
		abort();
}

static EFI_STATUS EFIAPI create_event(UINT32 type, EFI_TPL tpl,
	EFI_EVENT_NOTIFY notify, void *context, EFI_EVENT *ret)
{
	struct fakefw *f = fakefw_present;

	(void)type;
	if (tpl > TPL_CALLBACK)
		return EFI_INVALID_PARAMETER;
	for (size_t i = 0; i < FAKEFW_MAX_TIMERS; i++) {
		struct fakefw_timer *t = &f->timer[i];

		if (t->exists)
			continue;
		*t = (struct fakefw_timer){
			.exists = true, .notify = notify, .context = context};
		f->timers++;
		*ret = t;
		return EFI_SUCCESS;
	}
	return EFI_OUT_OF_RESOURCES;
}

static EFI_STATUS EFIAPI set_timer(
	EFI_EVENT event, EFI_TIMER_DELAY type, UINT64 time)
{
	struct fakefw_timer *t = event;

	/* In units of 100 ns. */
	t->period = type == TimerPeriodic ? time * (FAKEFW_TICKS_PER_MS / 10000)
					  : 0;
	t->next = fakefw_present->ticks + t->period;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI close_event(EFI_EVENT event)
{
	((struct fakefw_timer *)event)->exists = false;
	fakefw_present->timers--;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI get_time(EFI_TIME *time, EFI_TIME_CAPABILITIES *more)
{
	(void)more;
	*time = fakefw_present->time;
	return EFI_SUCCESS;
}

/* Only keyboards have events that anybody looks at. */
static EFI_STATUS EFIAPI check_event(EFI_EVENT event)
{
	const struct fakefw_keys *keys = event;

	return keys->next < keys->count && keys->keys[keys->next].at_ms <=
						   fakefw_present->ticks /
							   FAKEFW_TICKS_PER_MS
		       ? EFI_SUCCESS
		       : EFI_NOT_READY;
}

static EFI_STATUS EFIAPI read_key(
	SIMPLE_INPUT_INTERFACE *this, EFI_INPUT_KEY *ret)
{
	struct fakefw_keys *keys = this->WaitForKey;

	/* Q48: where no key waits, this never comes back. */
	if (check_event(keys) != EFI_SUCCESS)
		abort();
	*ret = keys->keys[keys->next++].key;
	return keys->status;
}

void fakefw_add_keyboard(struct fakefw *f, struct fakefw_keys *keys)
{
	keys->input.ReadKeyStroke = read_key;
	keys->input.WaitForKey = keys;
	f->keyboard = &keys->input;
}

void fakefw_fill_time(EFI_BOOT_SERVICES *boot, EFI_RUNTIME_SERVICES *runtime)
{
	boot->Stall = stall;
	boot->SetWatchdogTimer = set_watchdog_timer;
	boot->RestoreTPL = restore_tpl;
	boot->CheckEvent = check_event;
	boot->CreateEvent = create_event;
	boot->SetTimer = set_timer;
	boot->CloseEvent = close_event;
	runtime->GetTime = get_time;
}
