/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "efi/graphics.h"

#include <string.h>

/* Less is no screen, more is no resolution. */
#define MIN_PIXELS 320u
#define MAX_PIXELS 32768u

static bool output_use(struct graphics *g, EFI_GRAPHICS_OUTPUT_PROTOCOL *output)
{
	const EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *info;

	if (!output->Mode || !output->Mode->Info || !output->Blt)
		return false;
	info = output->Mode->Info;
	if (info->HorizontalResolution < MIN_PIXELS ||
		info->HorizontalResolution > MAX_PIXELS ||
		info->VerticalResolution < MIN_PIXELS ||
		info->VerticalResolution > MAX_PIXELS)
		return false;
	g->output = output;
	g->width = info->HorizontalResolution;
	g->height = info->VerticalResolution;
	return true;
}

/* Some firmware has none on the handle of its console, but elsewhere. */
static bool output_find(struct graphics *g, const struct firmware *fw)
{
	struct firmware_handles list;
	bool is_found = false;
	void *output;

	if (firmware_handles_get(fw, &firmware_graphics_guid, &list) < 0)
		return false;
	for (size_t i = 0; i < list.count && !is_found; i++)
		is_found = firmware_protocol(fw, list.handles[i],
				   &firmware_graphics_guid, &output) == 0 &&
			   output_use(g, output);
	firmware_handles_free(fw, &list);
	return is_found;
}

bool graphics_open(struct graphics *g, const struct firmware *fw)
{
	void *output;

	memset(g, 0, sizeof(*g));
	if (firmware_protocol(fw, fw->system->ConsoleOutHandle,
		    &firmware_graphics_guid, &output) == 0 &&
		output_use(g, output))
		return true;
	return output_find(g, fw);
}

bool graphics_fill(const struct graphics *g, const struct graphics_area *area,
	bool is_white)
{
	UINT8 level = is_white ? 0xFF : 0;
	EFI_GRAPHICS_OUTPUT_BLT_PIXEL pixel = {level, level, level, 0};

	return g->output->Blt(g->output, &pixel, EfiBltVideoFill, 0, 0, area->x,
		       area->y, area->width, area->height, 0) == EFI_SUCCESS;
}
