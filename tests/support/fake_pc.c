/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The PC as delivered: its disks and its variables. */
#include "tests/support/fake_pc.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "efi/vars.h"
#include "tests/support/disk_layout.h"
#include "tests/support/july.h"
#include "tests/support/ntfs_peek.h"

#define MIB	       (1u << 20)
#define BLOCK	       512u
#define GPT_ENTRIES_AT 1024u
#define GPT_ENTRY      128u
#define GUID_BYTES     16
#define DAY_100NS      864000000000ull
#define EPOCH_100NS    116444736000000000ull

const EFI_GUID fake_pc_global = EFI_GLOBAL_VARIABLE;

static const struct july july = {.has_table = true};

/* What is the same each time: the disks as delivered. */
static struct {
	struct emudisk disk;
	struct emudisk small;
	uint64_t windows_at;
	uint64_t windows_bytes;
	uint64_t status_at;
} delivered;

static void small_disk(struct emudisk *e)
{
	const struct layout_gpt_part parts[FAKE_SMALL_ESP] = {
		[FAKE_SMALL_ESP - 1] = {layout_type_esp, MIB / BLOCK,
			2 * MIB / BLOCK - 1},
	};

	if (emudisk_open(e, FAKE_SMALL_BYTES, BLOCK) < 0)
		abort();
	layout_gpt(e, parts, FAKE_SMALL_ESP, LAYOUT_BOTH);
	layout_gpt_guid(e, 0xee);
	layout_fat16(e, MIB, MIB, "SYSTEM");
}

static void deliver(void)
{
	const unsigned char *volume;

	if (delivered.disk.bytes)
		return;
	july_disk(&delivered.disk, &july);
	small_disk(&delivered.small);
	volume = july_volume(&delivered.disk, &july, &delivered.windows_bytes);
	delivered.windows_at = (uint64_t)(volume - delivered.disk.bytes);
	delivered.status_at = peek_data_place(volume, delivered.windows_bytes,
		peek_record_of(
			volume, delivered.windows_bytes, "bootstat.dat"));
	if (!delivered.status_at)
		abort();
	delivered.status_at += delivered.windows_at;
}

const uint8_t *fake_pc_before(void)
{
	deliver();
	return delivered.disk.bytes;
}

const uint8_t *fake_pc_small_before(void)
{
	deliver();
	return delivered.small.bytes;
}

static void *shared_memory(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		abort();
	return p;
}

static void copy_guid(const uint8_t *disk, unsigned int number, uint8_t *ret)
{
	memcpy(ret, disk + GPT_ENTRIES_AT + (number - 1) * GPT_ENTRY + 16,
		GUID_BYTES);
}

/* --- Variables ------------------------------------------------------------ */

static void put_bytes(struct fake_pc *pc, const struct vars_name *v,
	UINT32 attributes, const struct fake_bytes *b)
{
	fakefw_put(&pc->firmware, v->name, v->vendor, attributes, b->bytes,
		b->len);
}

/* What the crashes left, as Windows writes it. */
static void put_windows_variables(struct fake_pc *pc)
{
	static struct fake_machine m;

	fake_machine_init(&m);
	fake_bugcheck_put(&m, JULY_STOP_CODE, JULY_PARAMETER);
	fake_note_put(&m, JULY_NOTED_BOOT, JULY_HEARTBEAT - DAY_100NS, 0, 0);
	put_bytes(pc, &vars_bugcheck_code, VARS_NV_BS_RT,
		&m.variables[VARIABLE_BUGCHECK_CODE]);
	put_bytes(pc, &vars_bugcheck_parameter1, VARS_NV_BS_RT,
		&m.variables[VARIABLE_BUGCHECK_PARAMETER1]);
	put_bytes(pc, &vars_bugcheck_progress, VARS_NV_BS_RT,
		&m.variables[VARIABLE_BUGCHECK_PROGRESS]);
	put_bytes(pc, &vars_note, VARS_NV_BS_RT,
		&m.variables[VARIABLE_HEALTH_NOTE]);
}

static void put_options(struct fake_pc *pc)
{
	static const uint16_t order[] = {
		FAKE_OWN_OPTION, FAKE_WINDOWS_OPTION, FAKE_OTHER_OPTION};
	static const uint8_t other[GUID_BYTES] = {0x99, 0x99};

	fake_pc_put_option(pc, FAKE_WINDOWS_OPTION, "Windows Boot Manager",
		pc->esp_guid, FAKE_WINDOWS_PATH);
	fake_pc_put_option(pc, FAKE_OWN_OPTION, "Loopbreaker", pc->esp_guid,
		FAKE_OWN_PATH);
	fake_pc_put_option(pc, FAKE_OTHER_OPTION, "UEFI: card reader", other,
		"\\EFI\\BOOT\\BOOTX64.EFI");
	fake_pc_put_order(pc, order, 3);
}

static struct fake_pc *fake_pc_memory(void)
{
	static struct fake_pc *pc;
	static uint8_t *bytes;
	static uint8_t *small;

	if (!pc) {
		pc = shared_memory(sizeof(*pc));
		bytes = shared_memory(delivered.disk.disk.size_bytes);
		small = shared_memory(FAKE_SMALL_BYTES);
	}
	memset(pc, 0, sizeof(*pc));
	pc->bytes = bytes;
	pc->small = small;
	return pc;
}

struct fake_pc *fake_pc_make(const enum fake_quirk *quirks, size_t count)
{
	struct fake_pc *pc;

	deliver();
	pc = fake_pc_memory();
	for (size_t i = 0; i < count; i++)
		pc->quirks[quirks[i]] = true;
	pc->size = delivered.disk.disk.size_bytes;
	memcpy(pc->bytes, delivered.disk.bytes, pc->size);
	memcpy(pc->small, delivered.small.bytes, FAKE_SMALL_BYTES);
	pc->windows_at = delivered.windows_at;
	pc->windows_bytes = delivered.windows_bytes;
	pc->status_at = delivered.status_at;
	/* Ten minutes after the last sign of life. */
	pc->wall = (JULY_HEARTBEAT - EPOCH_100NS) / 10000000 + 600;
	if (pc->quirks[QUIRK_FAST_BOOT_TWO_DISKS])
		copy_guid(pc->small, FAKE_SMALL_ESP, pc->esp_guid);
	else
		copy_guid(pc->bytes, 1, pc->esp_guid);
	put_windows_variables(pc);
	put_options(pc);
	fake_quirks_deliver(pc);
	return pc;
}

bool fake_pc_heard(const struct fake_pc *pc, const char *text)
{
	return strstr(pc->log.text, text) != NULL;
}
