/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the PC consists of when it is switched on: handles and devices. */
#include <stdlib.h>
#include <string.h>

#include "storage/bytes.h"
#include "tests/support/fake_pc.h"

#define BLOCK	       512u
#define GPT_ENTRIES_AT 1024u
#define GPT_ENTRY      128u

enum place { ON_FIRST_PORT, ON_SECOND_PORT, ON_USB, ON_NETWORK };

/* PciRoot(0)/Pci(n,0), and with a disk NVMe(1). */
static size_t put_place(uint8_t *at, enum place place, bool with_disk)
{
	static const uint8_t root[] = {
		2, 1, 12, 0, 0xd0, 0x41, 0x03, 0x0a, 0, 0, 0, 0};
	uint8_t pci[] = {1, 1, 6, 0, 0, (uint8_t)(0x1c + place)};
	uint8_t nvme[16] = {3, 0x17, 16, 0, 1};
	size_t len = sizeof(root);

	memcpy(at, root, sizeof(root));
	memcpy(at + len, pci, sizeof(pci));
	len += sizeof(pci);
	if (with_disk) {
		memcpy(at + len, nvme, sizeof(nvme));
		len += sizeof(nvme);
	}
	return len;
}

static struct fakefw_handle *add_handle(struct fake_pc *pc, enum place place,
	bool with_disk, const uint8_t *guid)
{
	uint8_t *path = pc->paths[pc->firmware.handle_count];
	struct fakefw_handle *h = fakefw_add_handle(&pc->firmware);
	size_t len = put_place(path, place, with_disk);

	if (guid)
		len += fake_path_partition(path + len, guid);
	(void)fake_path_end(path + len);
	h->device_path = path;
	return h;
}

/* A partition: block device and file system. */
static struct fakefw_handle *add_partition(struct fake_pc *pc, unsigned int i,
	uint8_t *disk, unsigned int number, enum place place)
{
	const uint8_t *entry = disk + GPT_ENTRIES_AT + (number - 1) * GPT_ENTRY;
	uint64_t first = le64_get(entry + 32);
	uint64_t blocks = le64_get(entry + 40) + 1 - first;
	struct fakefw_handle *h;

	fakefw_disk_init(&pc->disks[i], disk + first * BLOCK, blocks * BLOCK);
	pc->disks[i].media.LogicalPartition = TRUE;
	h = add_handle(pc, place, true, entry + 16);
	h->block_io = &pc->disks[i].io;
	h->file_system = &pc->volumes[i].io;
	return h;
}

static struct fakefw_handle *add_disk(struct fake_pc *pc, unsigned int i,
	uint8_t *bytes, uint64_t size, enum place place)
{
	struct fakefw_handle *h = add_handle(pc, place, true, NULL);

	fakefw_disk_init(&pc->disks[i], bytes, size);
	h->block_io = &pc->disks[i].io;
	return h;
}

/* Class code and revision, all that is asked for. */
static EFI_STATUS pci_class(void *buffer, UINT32 offset, uint32_t value)
{
	if (offset != 8)
		abort();
	memcpy(buffer, &value, sizeof(value));
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI pci_storage(EFI_PCI_IO *this,
	EFI_PCI_IO_PROTOCOL_WIDTH width, UINT32 offset, UINTN count,
	void *buffer)
{
	(void)this;
	if (width != EfiPciIoWidthUint32 || count != 1)
		abort();
	return pci_class(buffer, offset, 0x01080201); /* NVMe */
}

static EFI_STATUS EFIAPI pci_network(EFI_PCI_IO *this,
	EFI_PCI_IO_PROTOCOL_WIDTH width, UINT32 offset, UINTN count,
	void *buffer)
{
	(void)this;
	if (width != EfiPciIoWidthUint32 || count != 1)
		abort();
	return pci_class(buffer, offset, 0x02000001); /* Ethernet */
}

static struct fakefw_handle *add_controller(
	struct fake_pc *pc, enum place place, EFI_PCI_IO *pci)
{
	struct fakefw_handle *h = add_handle(pc, place, false, NULL);

	h->pci_io = pci;
	return h;
}

static void add_image(struct fake_pc *pc, EFI_HANDLE device)
{
	size_t len = fake_path_file(pc->image_path, FAKE_OWN_PATH);

	(void)fake_path_end(pc->image_path + len);
	pc->image = (EFI_LOADED_IMAGE){
		.DeviceHandle = device,
		.FilePath = (EFI_DEVICE_PATH *)(void *)pc->image_path,
	};
	pc->firmware.handles[0].loaded_image = &pc->image;
}

/* The PC has two disks, and what it starts from is on the small one. */
static void connect_two_disks(struct fake_pc *pc)
{
	struct fakefw_handle *esp;

	fakefw_volume_init(&pc->volumes[3], NULL);
	(void)add_disk(pc, 2, pc->small, FAKE_SMALL_BYTES, ON_FIRST_PORT);
	esp = add_partition(pc, 3, pc->small, FAKE_SMALL_ESP, ON_FIRST_PORT);
	add_image(pc, esp);
}

/* A card reader without a card: each look at it takes half a minute. */
static void add_reader(struct fake_pc *pc)
{
	(void)add_disk(pc, 5, pc->small, FAKE_SMALL_BYTES, ON_USB);
	pc->disks[5].media.RemovableMedia = TRUE;
	pc->disks[5].media.MediaPresent = FALSE;
	pc->disks[5].media.LastBlock = 0;
	pc->disks[5].may_not_be_touched = true;
}

static const char *const boot_files[] = {
	FAKE_WINDOWS_PATH, FAKE_OWN_PATH, NULL};
static const char *const no_files[] = {NULL};

static EFI_STATUS EFIAPI no_key_yet(
	SIMPLE_INPUT_INTERFACE *this, EFI_INPUT_KEY *key)
{
	(void)this;
	(void)key;
	return EFI_NOT_READY;
}

static SIMPLE_INPUT_INTERFACE keyboard = {.ReadKeyStroke = no_key_yet};

void fake_pc_connect_parts(struct fake_pc *pc)
{
	bool has_two = pc->quirks[QUIRK_FAST_BOOT_TWO_DISKS];
	enum place place = has_two ? ON_SECOND_PORT : ON_FIRST_PORT;
	struct fakefw *f = &pc->firmware;
	struct fakefw_handle *esp;

	memset(f->handles, 0, sizeof(f->handles));
	f->handle_count = 1;
	f->pc = pc;
	pc->pci_storage.Pci.Read = pci_storage;
	pc->pci_network.Pci.Read = pci_network;
	(void)add_controller(pc, ON_NETWORK, &pc->pci_network);
	pc->controller = add_controller(pc, place, &pc->pci_storage);
	(void)add_disk(pc, 0, pc->bytes, pc->size, place);
	esp = add_partition(pc, 1, pc->bytes, 1, place);
	fakefw_volume_init(&pc->volumes[1], has_two ? no_files : boot_files);
	if (has_two) {
		connect_two_disks(pc);
		fakefw_volume_init(&pc->volumes[3], boot_files);
	} else {
		add_image(pc, esp);
	}
	/* An NTFS driver of the firmware: Q33. */
	(void)add_partition(pc, 4, pc->bytes, 2, place);
	fakefw_volume_init(&pc->volumes[4], no_files);
	pc->volumes[4].may_not_be_opened = true;

	if (pc->quirks[QUIRK_EMPTY_READER])
		add_reader(pc);

	memset(&f->screen, 0, sizeof(f->screen));
	fakefw_start_screen(&f->screen);
	memset(&pc->port, 0, sizeof(pc->port));
	fakefw_add_port(f, &pc->port);
	f->keyboard = &keyboard;
	f->store_left = 131072;
	memset(f->timer, 0, sizeof(f->timer));
	f->timers = 0;
	f->ticks = 0;
	f->watchdog_due = 0;
	f->is_in_timer = false;
	f->pages = 0;
	f->pool = 0;
}
