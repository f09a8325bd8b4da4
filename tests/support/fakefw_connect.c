/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Controllers of the fake firmware, some of them not connected yet. */
#include <stdlib.h>

#include "tests/support/fakefw.h"

static EFI_STATUS EFIAPI connect_controller(EFI_HANDLE controller,
	EFI_HANDLE *drivers, EFI_DEVICE_PATH *remaining, BOOLEAN recursive)
{
	struct fakefw *f = fakefw_present;

	(void)drivers;
	(void)remaining;
	f->connect_calls++;
	/* Without it only the controller's own driver would start. */
	if (!recursive || !controller)
		abort();
	if (f->on_connect)
		f->on_connect(f, controller);
	return f->connect_status;
}

void fakefw_fill_connect(EFI_BOOT_SERVICES *boot)
{
	boot->ConnectController = connect_controller;
}
