/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the parts of the PC behave with each quirk, while Loopbreaker runs. */
#include <stdlib.h>
#include <string.h>

#include "tests/support/fake_pc.h"
#include "tests/support/ntfs_peek.h"

#define BAD_READ	 5  /* within the run */
#define SHORT_BYTES	 64 /* holds BootNext and BootOrder, not the record */
#define FEW_BYTES	 4000
#define SLOW_CALL_MS	 6000
#define FOREVER_MS	 (24 * 3600 * 1000)
#define MFT_BYTES	 (64u << 10)
#define WATCHDOG_SECONDS 300
#define TICKS_PER_SECOND (1000 * (uint64_t)FAKEFW_TICKS_PER_MS)

static void arm_store(struct fake_pc *pc)
{
	const bool *q = pc->quirks;
	struct fakefw *f = &pc->firmware;

	if (q[QUIRK_STORE_WITHOUT_ROOM])
		f->set_room = SHORT_BYTES;
	if (q[QUIRK_STORE_ERRS])
		f->set_status = EFI_DEVICE_ERROR;
	if (q[QUIRK_STORE_FULL]) {
		f->set_stores_nothing = true;
		f->set_status = EFI_OUT_OF_RESOURCES;
	}
	if (q[QUIRK_STORE_LIES]) {
		f->set_stores_nothing = true;
		f->set_status = EFI_SUCCESS;
	}
	if (q[QUIRK_STORE_NEARLY_FULL])
		f->store_left = FEW_BYTES;
	if (q[QUIRK_QUERY_FAILS])
		f->query_status = EFI_UNSUPPORTED;
	f->serves_no_system = q[QUIRK_STORE_VANISHES];
	f->attributes_unset = q[QUIRK_ATTRIBUTES_UNSET];
}

static void arm_image(struct fake_pc *pc)
{
	const bool *q = pc->quirks;

	if (q[QUIRK_NO_IMAGE_PATHS]) {
		pc->image.DeviceHandle = NULL;
		pc->image.FilePath = NULL;
	}
	if (q[QUIRK_GARBAGE_LOAD_OPTIONS]) {
		/* Whoever looks at them is stopped. */
		pc->image.LoadOptions = (void *)(uintptr_t)3;
		pc->image.LoadOptionsSize = 0xfffffff3;
	}
	if (q[QUIRK_LOAD_DENIED])
		pc->firmware.load_status = EFI_ACCESS_DENIED;
}

static void arm_undelivered(struct fake_pc *pc)
{
	struct fakefw_disk *d = &pc->disks[0];
	const uint8_t *volume = pc->bytes + pc->windows_at;

	d->silent_from = pc->windows_at +
			 peek_record_place(volume, pc->windows_bytes, 0);
	d->silent_to = d->silent_from + MFT_BYTES;
	d->silent_reads = 1;
	if (pc->quirks[QUIRK_READS_UNDELIVERED])
		d->silent_reads = UINT32_MAX;
}

static void arm_disks(struct fake_pc *pc)
{
	const bool *q = pc->quirks;
	struct fakefw_disk *d = &pc->disks[0];

	for (size_t i = 0; i < FAKE_PC_DISKS; i++) {
		pc->disks[i].large_reads_kill = q[QUIRK_LARGE_READS_KILL];
		if (q[QUIRK_IO_ALIGN])
			pc->disks[i].media.IoAlign = 4096;
	}
	if (q[QUIRK_SLOW_DISK])
		d->call_ms = SLOW_CALL_MS;
	if (q[QUIRK_DISK_HANGS])
		d->hangs_at = BAD_READ;
	if (q[QUIRK_READ_RESETS])
		d->resets_at = BAD_READ;
	d->medium_changes = q[QUIRK_MEDIUM_CHANGED];
	d->swallows_writes = q[QUIRK_WRITES_SWALLOWED];
	d->media.ReadOnly = q[QUIRK_DISK_READ_ONLY];
	d->write_resets = q[QUIRK_WRITE_RESETS];
	if (q[QUIRK_READ_UNDELIVERED_ONCE] || q[QUIRK_READS_UNDELIVERED])
		arm_undelivered(pc);
	if (q[QUIRK_VOLUME_CHANGED]) {
		pc->volumes[1].changes_left = 1;
		pc->volumes[3].changes_left = 1;
	}
	pc->firmware.has_no_pages = q[QUIRK_NO_MEMORY];
}

static void connect(struct fakefw *f, struct fakefw_handle *controller)
{
	struct fake_pc *pc = f->pc;

	if (controller->pci_io == &pc->pci_network)
		abort(); /* Quirk Q36: it would take seconds */
	if (pc->quirks[QUIRK_CONNECT_HANGS])
		fakefw_pass_time(f, FOREVER_MS);
	if (controller != pc->controller)
		return;
	for (size_t i = 0; i < f->handle_count; i++)
		f->handles[i].is_hidden = false;
}

/* Quirk Q35: what has no part in starting the boot option is not there. */
static void arm_fast_boot(struct fake_pc *pc)
{
	const bool *q = pc->quirks;
	struct fakefw *f = &pc->firmware;
	bool has_two = q[QUIRK_FAST_BOOT_TWO_DISKS];

	f->on_connect = connect;
	f->connect_status = EFI_DEVICE_ERROR; /* Q37: and it works */
	if (!q[QUIRK_FAST_BOOT] && !has_two && !q[QUIRK_CONNECT_HANGS])
		return;
	for (size_t i = 0; i < f->handle_count; i++) {
		struct fakefw_handle *h = &f->handles[i];

		h->is_hidden = h->block_io == &pc->disks[0].io ||
			       h->block_io == &pc->disks[4].io ||
			       (has_two && h->block_io == &pc->disks[1].io);
	}
}

static void arm_console(struct fake_pc *pc)
{
	const bool *q = pc->quirks;
	struct fakefw *f = &pc->firmware;

	if (q[QUIRK_NO_CONSOLE]) {
		memset(&f->screen, 0, sizeof(f->screen));
		f->handle_count--; /* the serial port was added last */
	}
	if (q[QUIRK_DEAD_CONSOLE]) {
		f->screen.is_dead = true;
		pc->port.is_dead = true;
	}
	if (q[QUIRK_INSANE_CONSOLE])
		f->screen.out.Mode = NULL;
}

static EFI_STATUS EFIAPI dead_key(
	SIMPLE_INPUT_INTERFACE *this, EFI_INPUT_KEY *key)
{
	(void)this;
	(void)key;
	fakefw_pass_time(fakefw_present, FOREVER_MS);
	abort();
}

static SIMPLE_INPUT_INTERFACE dead_keyboard = {.ReadKeyStroke = dead_key};

static void arm_time(struct fake_pc *pc)
{
	const bool *q = pc->quirks;
	struct fakefw *f = &pc->firmware;

	f->stall_does_nothing = q[QUIRK_STALL_DOES_NOTHING];
	f->watchdog_is_stubborn = q[QUIRK_WATCHDOG_STUBBORN];
	f->reset_returns = q[QUIRK_RESET_RETURNS];
	if (q[QUIRK_NO_CLOCK])
		f->time.Month = 13;
	/* The boot manager sets it before it starts an option. */
	f->watchdog_due = WATCHDOG_SECONDS * TICKS_PER_SECOND;
}

void fake_quirks_arm(struct fake_pc *pc)
{
	const bool *q = pc->quirks;

	arm_store(pc);
	arm_image(pc);
	arm_disks(pc);
	arm_fast_boot(pc);
	arm_console(pc);
	arm_time(pc);
	if (q[QUIRK_NO_KEYBOARD])
		pc->firmware.keyboard = NULL;
	if (q[QUIRK_DEAD_KEYBOARD])
		pc->firmware.keyboard = &dead_keyboard;
}
