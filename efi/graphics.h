/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rectangles on EFI_GRAPHICS_OUTPUT_PROTOCOL, where the firmware has one.
 */
#ifndef EFI_GRAPHICS_H
#define EFI_GRAPHICS_H

#include "efi/firmware.h"

struct graphics {
	EFI_GRAPHICS_OUTPUT_PROTOCOL *output;
	uint32_t width; /* pixels */
	uint32_t height;
};

struct graphics_area {
	uint32_t x;
	uint32_t y;
	uint32_t width;
	uint32_t height;
};

/**
 * graphics_open - the screen that shows the text, if its mode makes sense
 *
 * The mode is not changed.  Nothing has to be closed.
 */
bool graphics_open(struct graphics *g, const struct firmware *fw);

/** graphics_fill - make @area white or black; false if it was not done */
bool graphics_fill(const struct graphics *g, const struct graphics_area *area,
	bool is_white);

#endif
