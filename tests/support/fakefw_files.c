/* SPDX-License-Identifier: GPL-2.0-or-later */
/* File systems of the fake firmware. */
#include "tests/support/fakefw_files.h"

#include <stddef.h>
#include <stdlib.h>

static struct fakefw_volume *volume_of_root(EFI_FILE_PROTOCOL *root)
{
	return (struct fakefw_volume *)(void *)((char *)root -
						offsetof(struct fakefw_volume,
							root));
}

static bool is_path(const CHAR16 *name, const char *path)
{
	while (*path && *name == (CHAR16)*path) {
		name++;
		path++;
	}
	return *name == (CHAR16)*path;
}

static EFI_STATUS EFIAPI root_close(EFI_FILE_PROTOCOL *this)
{
	volume_of_root(this)->open_files--;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI file_close(EFI_FILE_PROTOCOL *this)
{
	struct fakefw_volume *v =
		(struct fakefw_volume *)(void *)((char *)this -
						 offsetof(struct fakefw_volume,
							 file));

	v->open_files--;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI root_open(EFI_FILE_PROTOCOL *this,
	EFI_FILE_PROTOCOL **ret, CHAR16 *name, UINT64 mode, UINT64 attributes)
{
	struct fakefw_volume *v = volume_of_root(this);

	(void)attributes;
	if (mode != EFI_FILE_MODE_READ)
		abort(); /* Quirk Q30 */
	if (v->changes_left) {
		v->changes_left--;
		return EFI_MEDIA_CHANGED;
	}
	for (size_t i = 0; v->paths[i]; i++) {
		if (!is_path(name, v->paths[i]))
			continue;
		v->open_files++;
		*ret = &v->file;
		return EFI_SUCCESS;
	}
	return EFI_NOT_FOUND;
}

static EFI_STATUS EFIAPI open_volume(
	EFI_FILE_IO_INTERFACE *this, EFI_FILE_PROTOCOL **ret)
{
	struct fakefw_volume *v = (struct fakefw_volume *)this;

	if (v->may_not_be_opened)
		abort();
	v->open_files++;
	*ret = &v->root;
	return EFI_SUCCESS;
}

void fakefw_volume_init(struct fakefw_volume *v, const char *const *paths)
{
	*v = (struct fakefw_volume){
		.io = {.OpenVolume = open_volume},
		.root = {.Open = root_open, .Close = root_close},
		.file = {.Close = file_close},
		.paths = paths,
	};
}
