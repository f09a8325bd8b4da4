/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Quirk Q28: a file is opened by its whole name, no directory is read.  Q30,
 * Q32: nothing is opened for writing.  Q31: after "media changed" the volume is
 * opened again, once.
 */
#include <string.h>

#include "efi/bootopt.h"
#include "efi/file.h"
#include "efi/partition.h"
#include "efi/site_files.h"
#include "recovery/pe_section.h"
#include "storage/err.h"

#define MESSAGING_USB  0x05
#define MEDIA_CD       0x02
#define MEDIA_RAM_DISK 0x09

#define INSTALLED_FOLDER u"\\EFI\\Loopbreaker\\"

#define NAME_CHARS 32 /* of the following */

static const CHAR16 *const names[FILE_COUNT] = {
	[FILE_POLICY] = u"policy.dtb",
	[FILE_POLICY_SIGNATURE] = u"policy.dtb.sig",
	[FILE_PREVIOUS] = u"policy-previous.dtb",
	[FILE_PREVIOUS_SIGNATURE] = u"policy-previous.dtb.sig",
	[FILE_OVERLAY] = u"policy-site.dtbo",
	[FILE_OVERLAY_SIGNATURE] = u"policy-site.dtbo.sig",
	[FILE_INCIDENT_ORDER] = u"incident-order.dtb",
	[FILE_INCIDENT_ORDER_SIGNATURE] = u"incident-order.dtb.sig",
	[FILE_INSTALLED] = u"policy.dtb",
	[FILE_INSTALLED_SIGNATURE] = u"policy.dtb.sig",
};

/* --- Where we were started from ------------------------------------------ */

static size_t units_copy(CHAR16 *to, const CHAR16 *from)
{
	size_t i;

	for (i = 0; from[i]; i++)
		to[i] = from[i];
	to[i] = 0;
	return i;
}

/* The folder of the file that the image's path names. */
static void find_folder(struct site_files *s, const EFI_LOADED_IMAGE *image)
{
	size_t len;
	size_t end = 0;

	(void)units_copy(s->folder, INSTALLED_FOLDER);
	if (!image->FilePath || bootopt_path_check(image->FilePath,
					DEVPATH_MAX_BYTES, s->folder, &len) < 0)
		return;
	for (size_t i = 0; i < len; i++)
		if (s->folder[i] == '\\')
			end = i + 1;
	s->folder[end] = 0;
	/* iPXE's file system has no folders, and names are without a slash. */
	if (!end)
		(void)units_copy(
			s->folder, len && s->origin == POLICY_ORIGIN_NETWORK
					   ? u"\\"
					   : INSTALLED_FOLDER);
}

/* A disk in memory is what HTTP boot makes of an image; it has partitions. */
static bool is_of_network(const struct devpath_node *node)
{
	if (node->type == DEVPATH_MEDIA)
		return node->subtype == MEDIA_RAM_DISK;
	return node->type == DEVPATH_MESSAGING &&
	       (node->subtype == DEVPATH_MAC || node->subtype == DEVPATH_IP4 ||
		       node->subtype == DEVPATH_IP6 ||
		       node->subtype == DEVPATH_URI);
}

static bool leads_to_network(const void *path)
{
	struct devpath_walk walk;
	struct devpath_node node;

	devpath_begin(&walk, path, DEVPATH_MAX_BYTES);
	while (devpath_next(&walk, &node) > 0)
		if (is_of_network(&node))
			return true;
	return false;
}

static enum policy_origin origin_of_path(const void *path)
{
	enum policy_origin origin = POLICY_ORIGIN_NETWORK;
	struct devpath_walk walk;
	struct devpath_node node;
	bool is_removable = false;

	if (leads_to_network(path))
		return POLICY_ORIGIN_NETWORK;
	devpath_begin(&walk, path, DEVPATH_MAX_BYTES);
	while (devpath_next(&walk, &node) > 0) {
		if ((node.type == DEVPATH_MESSAGING &&
			    node.subtype == MESSAGING_USB) ||
			(node.type == DEVPATH_MEDIA &&
				node.subtype == MEDIA_CD))
			is_removable = true;
		if (node.type == DEVPATH_MEDIA &&
			node.subtype == DEVPATH_HARD_DRIVE)
			origin = POLICY_ORIGIN_INSTALLED;
	}
	return is_removable ? POLICY_ORIGIN_REMOVABLE : origin;
}

static enum policy_origin find_origin(
	const struct firmware *fw, EFI_HANDLE device)
{
	EFI_BLOCK_IO *io;
	void *interface;
	void *path;

	if (firmware_protocol(fw, device, &firmware_device_path_guid, &path) <
		0)
		return POLICY_ORIGIN_NETWORK;
	if (firmware_protocol(fw, device, &firmware_block_io_guid, &interface) <
		0)
		return POLICY_ORIGIN_NETWORK;
	io = interface;
	if (!leads_to_network(path) && io->Media && io->Media->RemovableMedia)
		return POLICY_ORIGIN_REMOVABLE;
	return origin_of_path(path);
}

void site_files_open(struct site_files *s, const struct firmware *fw)
{
	const EFI_LOADED_IMAGE *image = firmware_loaded_image(fw);

	memset(s, 0, sizeof(*s));
	s->fw = fw;
	s->origin = POLICY_ORIGIN_NETWORK;
	if (!image || !image->DeviceHandle)
		return;
	s->volume = image->DeviceHandle;
	s->origin = find_origin(fw, image->DeviceHandle);
	find_folder(s, image);
}

/* --- Files --------------------------------------------------------------- */

/* Of the PC's own disk, and not of a stick that says it is one. */
static bool is_own_disk(const void *ctx, const void *device_path)
{
	(void)ctx;
	return origin_of_path(device_path) == POLICY_ORIGIN_INSTALLED;
}

/*
 * The policy of the Loopbreaker that the PC's own disk has; its signature from
 * where the policy is.
 */
static int get_installed(const struct site_files *s, const CHAR16 *path,
	void *buf, size_t cap, size_t *ret_len)
{
	struct partition_file found;
	int err;

	if (s->origin == POLICY_ORIGIN_INSTALLED)
		return -ERR_NOT_FOUND;
	err = partition_find_file(s->fw, INSTALLED_FOLDER u"policy.dtb",
		is_own_disk, NULL, &found);
	if (err < 0)
		return err;
	return file_read(s->fw, found.handle, path, buf, cap, ret_len);
}

bool site_files_is_on_server(const struct site_files *s)
{
	void *system;

	return s->network && network_has_files(s->network) &&
	       firmware_protocol(s->fw, s->volume, &firmware_file_system_guid,
		       &system) < 0;
}

static int get_from_server(const struct site_files *s, const CHAR16 *name,
	void *buf, size_t cap, size_t *ret_len)
{
	char ascii[NAME_CHARS];
	size_t len = 0;

	for (; name[len]; len++)
		ascii[len] = (char)name[len];
	ascii[len] = '\0';
	return network_get(s->network, ascii, buf, cap, ret_len);
}

int site_files_get(const struct site_files *s, enum platform_file which,
	void *buf, size_t cap, size_t *ret_len)
{
	CHAR16 path[BOOTOPT_PATH_UNITS + NAME_CHARS];
	bool is_installed =
		which == FILE_INSTALLED || which == FILE_INSTALLED_SIGNATURE;
	size_t len;

	len = units_copy(path, is_installed ? INSTALLED_FOLDER : s->folder);
	(void)units_copy(path + len, names[which]);
	if (is_installed)
		return get_installed(s, path, buf, cap, ret_len);
	if (site_files_is_on_server(s))
		return get_from_server(s, names[which], buf, cap, ret_len);
	if (!s->volume)
		return -ERR_NOT_FOUND;
	return file_read(s->fw, s->volume, path, buf, cap, ret_len);
}

/* --- Keys ---------------------------------------------------------------- */

void site_files_keys(
	const struct firmware *fw, const void **ret_bytes, size_t *ret_len)
{
	const EFI_LOADED_IMAGE *image = firmware_loaded_image(fw);

	*ret_bytes = NULL;
	*ret_len = 0;
	if (image && image->ImageBase)
		(void)pe_section_check(image->ImageBase, image->ImageSize, true,
			PE_KEY_SECTION, ret_bytes,
			ret_len); /* no section: no keys */
}
