/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signatures: the specifications of QEMU, VMware, Microsoft and VirtualBox. */
#include "linux/image_format.h"

#include <string.h>

struct signature {
	const char *name;
	uint64_t offset;
	const char *bytes;
	size_t len;
};

static const struct signature signatures[] = {
	{"qcow2", 0, "QFI\xFB", 4},
	{"VMDK", 0, "KDMV", 4},
	{"VMDK", 0, "# Disk DescriptorFile", 21},
	{"VHDX", 0, "vhdxfile", 8},
	/* A VHD of fixed size has this at its end only: a plain copy. */
	{"VHD", 0, "conectix", 8},
	{"VDI", 64, "\x7F\x10\xDA\xBE", 4},
	{"EWF (E01)", 0, "EVF\x09\x0D\x0A\xFF", 7},
};

#define SIGNATURE_MAX_BYTES 32

const char *image_format_name(struct disk *d)
{
	unsigned char bytes[SIGNATURE_MAX_BYTES];
	size_t i;

	for (i = 0; i < sizeof(signatures) / sizeof(signatures[0]); i++) {
		const struct signature *s = &signatures[i];

		if (disk_read(d, s->offset, bytes, s->len) == 0 &&
			!memcmp(bytes, s->bytes, s->len))
			return s->name;
	}
	return NULL;
}
