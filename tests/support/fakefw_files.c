/* SPDX-License-Identifier: GPL-2.0-or-later */
/* File systems of the fake firmware. */
#include "tests/support/fakefw_files.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

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

static struct fakefw_volume *volume_of_file(EFI_FILE_PROTOCOL *file)
{
	return (struct fakefw_volume *)(void *)((char *)file -
						offsetof(struct fakefw_volume,
							file));
}

static EFI_STATUS EFIAPI file_close(EFI_FILE_PROTOCOL *this)
{
	volume_of_file(this)->open_files--;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI file_read(
	EFI_FILE_PROTOCOL *this, UINTN *size, VOID *buffer)
{
	struct fakefw_volume *v = volume_of_file(this);
	size_t left = v->present ? v->present->len - v->at : 0;

	if (v->read_status)
		return v->read_status;
	if (v->never_ends) {
		memset(buffer, 0x5A, *size);
		return EFI_SUCCESS;
	}
	if (left < *size)
		*size = left;
	if (v->piece && v->piece < *size)
		*size = v->piece;
	if (*size)
		memcpy(buffer, (const char *)v->present->bytes + v->at, *size);
	v->at += *size;
	return EFI_SUCCESS;
}

/* The content of @path becomes what is read next. */
static void content_find(struct fakefw_volume *v, const CHAR16 *name)
{
	const struct fakefw_content *c = v->contents;

	v->present = NULL;
	v->at = 0;
	for (; c && c->path; c++)
		if (is_path(name, c->path))
			v->present = c;
}

static bool is_listed(const struct fakefw_volume *v, const CHAR16 *name)
{
	for (size_t i = 0; v->paths && v->paths[i]; i++)
		if (is_path(name, v->paths[i]))
			return true;
	return false;
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
	v->opens++;
	if (v->open_status)
		return v->open_status;
	content_find(v, name);
	if (!v->present && !is_listed(v, name))
		return EFI_NOT_FOUND;
	v->open_files++;
	*ret = &v->file;
	return EFI_SUCCESS;
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
		.file = {.Close = file_close, .Read = file_read},
		.paths = paths,
	};
}
