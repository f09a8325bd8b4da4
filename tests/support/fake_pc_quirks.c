/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What each quirk does to the variables: as delivered, and at each boot. */
#include <stdlib.h>
#include <string.h>

#include "efi/vars.h"
#include "storage/bytes.h"
#include "tests/support/fake_pc.h"
#include "tests/support/prng.h"

#define SELF_TEST 660

static const char *const names[QUIRK_COUNT] = {
	[QUIRK_STORE_FULL] = "store-full",
	[QUIRK_STORE_NEARLY_FULL] = "store-nearly-full",
	[QUIRK_STORE_WITHOUT_ROOM] = "store-without-room",
	[QUIRK_STORE_LIES] = "store-lies",
	[QUIRK_STORE_ERRS] = "store-errs",
	[QUIRK_STORE_VANISHES] = "store-vanishes",
	[QUIRK_STORE_FORGETS_SILENTLY] = "store-forgets-silently",
	[QUIRK_QUERY_FAILS] = "query-fails",
	[QUIRK_ATTRIBUTES_UNSET] = "attributes-unset",
	[QUIRK_NEXT_DROPPED] = "next-dropped",
	[QUIRK_ORDER_RESTORED] = "order-restored",
	[QUIRK_BOOT_ORDER_LOCK] = "boot-order-lock",
	[QUIRK_WINDOWS_FIRST] = "windows-first",
	[QUIRK_OPTION_OVERWRITTEN] = "option-overwritten",
	[QUIRK_OWN_OPTION_OVERWRITTEN] = "own-option-overwritten",
	[QUIRK_OPTIONS_RENUMBERED] = "options-renumbered",
	[QUIRK_OPTION_DELETED] = "option-deleted",
	[QUIRK_OPTION_ALWAYS_DELETED] = "option-always-deleted",
	[QUIRK_DUPLICATE_OPTIONS] = "duplicate-options",
	[QUIRK_HOSTILE_OPTIONS] = "hostile-options",
	[QUIRK_NO_BOOT_CURRENT] = "no-boot-current",
	[QUIRK_NO_IMAGE_PATHS] = "no-image-paths",
	[QUIRK_GARBAGE_LOAD_OPTIONS] = "garbage-load-options",
	[QUIRK_LOAD_DENIED] = "load-denied",
	[QUIRK_WINDOWS_RETURNS] = "windows-returns",
	[QUIRK_IO_ALIGN] = "io-align",
	[QUIRK_LARGE_READS_KILL] = "large-reads-kill",
	[QUIRK_VOLUME_CHANGED] = "volume-changed",
	[QUIRK_MEDIUM_CHANGED] = "medium-changed",
	[QUIRK_READ_UNDELIVERED_ONCE] = "read-undelivered-once",
	[QUIRK_READS_UNDELIVERED] = "reads-undelivered",
	[QUIRK_WRITES_SWALLOWED] = "writes-swallowed",
	[QUIRK_DISK_READ_ONLY] = "disk-read-only",
	[QUIRK_READ_RESETS] = "read-resets",
	[QUIRK_WRITE_RESETS] = "write-resets",
	[QUIRK_EMPTY_READER] = "empty-reader",
	[QUIRK_FAST_BOOT] = "fast-boot",
	[QUIRK_FAST_BOOT_TWO_DISKS] = "fast-boot-two-disks",
	[QUIRK_CONNECT_HANGS] = "connect-hangs",
	[QUIRK_NO_MEMORY] = "no-memory",
	[QUIRK_SLOW_DISK] = "slow-disk",
	[QUIRK_DISK_HANGS] = "disk-hangs",
	[QUIRK_WATCHDOG_STUBBORN] = "watchdog-stubborn",
	[QUIRK_NO_CLOCK] = "no-clock",
	[QUIRK_STALL_DOES_NOTHING] = "stall-does-nothing",
	[QUIRK_SLOW_SELF_TEST] = "slow-self-test",
	[QUIRK_RESET_RETURNS] = "reset-returns",
	[QUIRK_NO_CONSOLE] = "no-console",
	[QUIRK_DEAD_CONSOLE] = "dead-console",
	[QUIRK_INSANE_CONSOLE] = "insane-console",
	[QUIRK_NO_KEYBOARD] = "no-keyboard",
	[QUIRK_DEAD_KEYBOARD] = "dead-keyboard",
};

const char *fake_quirk_name(enum fake_quirk quirk)
{
	return names[quirk];
}

static const uint8_t elsewhere[16] = {0x77, 0x77, 0x77, 0x77};

/* --- As delivered --------------------------------------------------------- */

/* Numbers of which a few are listed wherever Windows' option is. */
static void order_add(struct fake_pc *pc, const uint16_t *more, size_t count)
{
	uint16_t order[FAKE_PC_OPTIONS];
	size_t old = fake_pc_order(pc, order, FAKE_PC_OPTIONS);

	memmove(order + 1 + count, order + 1, (old - 1) * sizeof(*order));
	memcpy(order + 1, more, count * sizeof(*order));
	fake_pc_put_order(pc, order, old + count);
}

/* Two that lead nowhere, before two that lead to Windows. */
static void deliver_duplicates(struct fake_pc *pc)
{
	static const uint16_t more[] = {3, 4};

	fake_pc_put_option(
		pc, 3, "Windows Boot Manager", elsewhere, FAKE_WINDOWS_PATH);
	fake_pc_put_option(pc, 4, "Windows Boot Manager", pc->esp_guid, "");
	fake_pc_put_option(
		pc, 5, "Windows Boot Manager", pc->esp_guid, FAKE_WINDOWS_PATH);
	order_add(pc, more, 2);
}

static void deliver_hostile(struct fake_pc *pc)
{
	static const uint16_t more[] = {6, 7, 8};
	struct prng random = {.state = 8};
	uint8_t bytes[300];

	prng_fill(&random, bytes, sizeof(bytes));
	fakefw_put(&pc->firmware, u"Boot0006", &fake_pc_global, VARS_NV_BS_RT,
		bytes, sizeof(bytes));
	fakefw_put(&pc->firmware, u"Boot0007", &fake_pc_global, VARS_NV_BS_RT,
		bytes, 5);
	order_add(pc, more, 3); /* there is no Boot0008 */
}

/* Not in BootOrder, so its number has been given to something else. */
static void deliver_overwritten(struct fake_pc *pc)
{
	static const uint16_t order[] = {FAKE_OWN_OPTION};

	fake_pc_put_order(pc, order, 1);
	fake_pc_put_option(pc, FAKE_WINDOWS_OPTION, "UEFI: USB stick",
		elsewhere, "\\EFI\\BOOT\\BOOTX64.EFI");
}

void fake_quirks_deliver(struct fake_pc *pc)
{
	const bool *q = pc->quirks;
	const struct fakefw_variable *order;

	if (q[QUIRK_DUPLICATE_OPTIONS])
		deliver_duplicates(pc);
	if (q[QUIRK_HOSTILE_OPTIONS])
		deliver_hostile(pc);
	if (q[QUIRK_OPTION_DELETED] || q[QUIRK_VOLUME_CHANGED]) {
		fake_pc_remove_option(pc, FAKE_WINDOWS_OPTION);
		fake_pc_remove_option(pc, 5);
	}
	if (q[QUIRK_OPTION_OVERWRITTEN]) {
		deliver_overwritten(pc);
		fake_pc_remove_option(pc, 5);
	}
	order = fakefw_variable(&pc->firmware, u"BootOrder", &fake_pc_global);
	pc->order_len = order->len;
	memcpy(pc->order, order->bytes, order->len);
}

/* --- At each boot --------------------------------------------------------- */

static void windows_first(struct fake_pc *pc)
{
	uint16_t order[FAKE_PC_OPTIONS];
	size_t count = fake_pc_order(pc, order, FAKE_PC_OPTIONS);
	struct fake_path path;

	for (size_t i = 1; i < count; i++) {
		uint16_t number = order[i];

		if (!fake_pc_read_option(pc, number, &path) ||
			strcmp(path.path, FAKE_WINDOWS_PATH) != 0 ||
			memcmp(path.guid, pc->esp_guid, 16) != 0)
			continue;
		memmove(order + 1, order, i * sizeof(*order));
		order[0] = number;
		break;
	}
	fake_pc_put_order(pc, order, count);
}

static void forget_windows(struct fake_pc *pc)
{
	struct fake_path path;

	for (uint16_t n = 0; n < FAKE_PC_OPTIONS; n++) {
		if (fake_pc_read_option(pc, n, &path) &&
			!strcmp(path.path, FAKE_WINDOWS_PATH))
			fake_pc_remove_option(pc, n);
	}
}

/* The first two change places, in BootOrder as well, but not in BootNext. */
static void renumber(struct fake_pc *pc)
{
	struct fakefw_variable *a =
		fakefw_variable(&pc->firmware, u"Boot0000", &fake_pc_global);
	struct fakefw_variable *b =
		fakefw_variable(&pc->firmware, u"Boot0001", &fake_pc_global);
	uint16_t order[FAKE_PC_OPTIONS];
	size_t count = fake_pc_order(pc, order, FAKE_PC_OPTIONS);

	if (a)
		a->name[7] = '1';
	if (b)
		b->name[7] = '0';
	for (size_t i = 0; i < count; i++) {
		if (order[i] < 2)
			order[i] = 1 - order[i];
	}
	fake_pc_put_order(pc, order, count);
}

void fake_quirks_power_on(struct fake_pc *pc)
{
	const bool *q = pc->quirks;
	struct fakefw *f = &pc->firmware;

	if (q[QUIRK_ORDER_RESTORED] || q[QUIRK_BOOT_ORDER_LOCK])
		fakefw_put(f, u"BootOrder", &fake_pc_global, VARS_NV_BS_RT,
			pc->order, pc->order_len);
	if (q[QUIRK_NEXT_DROPPED] || q[QUIRK_BOOT_ORDER_LOCK])
		fakefw_remove(f, u"BootNext", &fake_pc_global);
	if (q[QUIRK_OPTIONS_RENUMBERED])
		renumber(pc);
	if (q[QUIRK_OWN_OPTION_OVERWRITTEN] && pc->log.boots)
		fake_pc_put_option(pc,
			q[QUIRK_OPTIONS_RENUMBERED] && pc->log.boots % 2
				? FAKE_WINDOWS_OPTION
				: FAKE_OWN_OPTION,
			"UEFI: USB stick", elsewhere,
			"\\EFI\\BOOT\\BOOTX64.EFI");
	if (q[QUIRK_OPTION_ALWAYS_DELETED])
		forget_windows(pc);
	if (q[QUIRK_WINDOWS_FIRST])
		windows_first(pc);
	if (q[QUIRK_SLOW_SELF_TEST])
		pc->wall += SELF_TEST;
}

/* What boot services wrote was never in the flash. */
void fake_quirks_forget(struct fake_pc *pc)
{
	if (!pc->quirks[QUIRK_STORE_VANISHES] &&
		!pc->quirks[QUIRK_STORE_FORGETS_SILENTLY])
		return;
	memcpy(pc->firmware.variables, pc->kept, sizeof(pc->kept));
	pc->firmware.variable_count = pc->kept_count;
}
