/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs and resets of the fake firmware. */
#include <stdlib.h>

#include "tests/support/fakefw.h"

static EFI_STATUS EFIAPI load_image(BOOLEAN policy, EFI_HANDLE parent,
	EFI_DEVICE_PATH *path, void *source, UINTN size, EFI_HANDLE *ret)
{
	struct fakefw *f = fakefw_present;

	(void)policy;
	(void)parent;
	(void)path;
	(void)source;
	(void)size;
	f->load_calls++;
	/* After a security violation the image is loaded all the same. */
	if (!f->load_status || f->load_status == EFI_SECURITY_VIOLATION)
		*ret = f;
	return f->load_status;
}

static EFI_STATUS EFIAPI start_image(
	EFI_HANDLE image, UINTN *size, CHAR16 **data)
{
	struct fakefw *f = fakefw_present;

	(void)image;
	(void)size;
	(void)data;
	f->start_calls++;
	f->watchdog_at_start = f->watchdog_seconds;
	f->timers_at_start = f->timers;
	return f->on_start ? f->on_start(f) : f->start_status;
}

static EFI_STATUS EFIAPI unload_image(EFI_HANDLE image)
{
	(void)image;
	fakefw_present->unload_calls++;
	return EFI_SUCCESS;
}

/* Only those come here who cannot return: with a firmware that lets them go. */
static EFI_STATUS EFIAPI leave(
	EFI_HANDLE image, EFI_STATUS status, UINTN size, CHAR16 *data)
{
	(void)image;
	(void)status;
	(void)size;
	(void)data;
	fakefw_present->exits++;
	if (fakefw_present->on_exit)
		fakefw_present->on_exit(fakefw_present);
	return EFI_INVALID_PARAMETER;
}

static int next_now(struct fakefw *f)
{
	static const EFI_GUID global = EFI_GLOBAL_VARIABLE;
	struct fakefw_variable *v = fakefw_variable(f, u"BootNext", &global);

	return v ? v->bytes[0] | v->bytes[1] << 8 : -1;
}

static EFI_STATUS EFIAPI reset_system(
	EFI_RESET_TYPE type, EFI_STATUS status, UINTN size, CHAR16 *data)
{
	struct fakefw *f = fakefw_present;

	(void)type;
	(void)status;
	(void)size;
	(void)data;
	f->reset_calls++;
	if (f->reset_calls == 1)
		f->next_at_reset = next_now(f);
	if (f->on_reset)
		longjmp(*f->on_reset, 1);
	if (f->end_boot && !f->reset_returns)
		f->end_boot(f, "reset");
	return EFI_UNSUPPORTED;
}

/*
 * What last_resort_take() does where the firmware does not reset: on a host it
 * would end the test.  The linker's name for it (--wrap).
 */
void __wrap_exception_cpu_reset(void);
void __wrap_exception_cpu_reset(void)
{
	struct fakefw *f = fakefw_present;

	f->cpu_resets++;
	if (f->end_boot)
		f->end_boot(f, "reset by the processor");
}

void fakefw_fill_images(EFI_BOOT_SERVICES *boot, EFI_RUNTIME_SERVICES *runtime)
{
	boot->LoadImage = load_image;
	boot->StartImage = start_image;
	boot->UnloadImage = unload_image;
	boot->Exit = leave;
	runtime->ResetSystem = reset_system;
}
