/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The screen of the fake firmware: what was written, and what is to be seen. */
#include <stdlib.h>
#include <string.h>

#include "tests/support/fakefw.h"

static void rows_clear(struct fakefw_screen *s, size_t row, size_t count)
{
	for (size_t i = row; i < row + count; i++) {
		memset(s->rows[i], ' ', FAKEFW_COLUMNS);
		s->rows[i][FAKEFW_COLUMNS] = 0;
		memset(s->colours[i], 0, sizeof(s->colours[i]));
	}
}

static void line_feed(struct fakefw_screen *s)
{
	if (++s->row < FAKEFW_ROWS)
		return;
	s->row = FAKEFW_ROWS - 1;
	memmove(s->rows[0], s->rows[1], sizeof(s->rows) - sizeof(s->rows[0]));
	rows_clear(s, s->row, 1);
	s->scrolls++;
}

static void character_show(struct fakefw_screen *s, char c)
{
	if (c == '\r') {
		s->column = 0;
		return;
	}
	if (c == '\n') {
		line_feed(s);
		return;
	}
	s->rows[s->row][s->column] = c;
	s->colours[s->row][s->column] = s->attribute;
	if (++s->column < FAKEFW_COLUMNS)
		return;
	s->column = 0;
	line_feed(s);
}

static EFI_STATUS EFIAPI output_string(
	SIMPLE_TEXT_OUTPUT_INTERFACE *this, CHAR16 *text)
{
	struct fakefw_screen *s = (struct fakefw_screen *)this;

	s->outputs++;
	if (s->is_dead)
		return EFI_DEVICE_ERROR;
	for (; *text; text++) {
		if (s->len == FAKEFW_TEXT_BYTES - 1)
			abort();
		s->text[s->len++] = (char)*text;
		character_show(s, (char)*text);
	}
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI set_attribute(
	SIMPLE_TEXT_OUTPUT_INTERFACE *this, UINTN attribute)
{
	((struct fakefw_screen *)this)->attribute = attribute;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI clear_screen(SIMPLE_TEXT_OUTPUT_INTERFACE *this)
{
	struct fakefw_screen *s = (struct fakefw_screen *)this;

	s->clears++;
	rows_clear(s, 0, FAKEFW_ROWS);
	s->row = 0;
	s->column = 0;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI set_cursor_position(
	SIMPLE_TEXT_OUTPUT_INTERFACE *this, UINTN column, UINTN row)
{
	struct fakefw_screen *s = (struct fakefw_screen *)this;

	if (s->has_no_cursor || column >= FAKEFW_COLUMNS || row >= FAKEFW_ROWS)
		return EFI_UNSUPPORTED;
	s->column = column;
	s->row = row;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI enable_cursor(
	SIMPLE_TEXT_OUTPUT_INTERFACE *this, BOOLEAN is_visible)
{
	(void)this;
	(void)is_visible;
	return EFI_UNSUPPORTED;
}

void fakefw_start_screen(struct fakefw_screen *s)
{
	s->mode.MaxMode = 1;
	s->mode.Attribute = 0x1f;
	s->out.OutputString = output_string;
	s->out.SetAttribute = set_attribute;
	s->out.ClearScreen = clear_screen;
	s->out.SetCursorPosition = set_cursor_position;
	s->out.EnableCursor = enable_cursor;
	s->out.Mode = &s->mode;
	rows_clear(s, 0, FAKEFW_ROWS);
}

const char *fakefw_row(struct fakefw *f, size_t row)
{
	static char text[FAKEFW_COLUMNS + 1];
	size_t len = FAKEFW_COLUMNS;

	memcpy(text, f->screen.rows[row], sizeof(text));
	while (len && text[len - 1] == ' ')
		text[--len] = 0;
	return text;
}

size_t fakefw_find_row(const struct fakefw *f, const char *part)
{
	size_t row;

	for (row = 0; row < FAKEFW_ROWS; row++)
		if (strstr(f->screen.rows[row], part))
			break;
	return row;
}

/* --- Graphics ------------------------------------------------------------- */

static EFI_STATUS EFIAPI blt(EFI_GRAPHICS_OUTPUT_PROTOCOL *this,
	EFI_GRAPHICS_OUTPUT_BLT_PIXEL *pixel,
	EFI_GRAPHICS_OUTPUT_BLT_OPERATION operation, UINTN from_x, UINTN from_y,
	UINTN x, UINTN y, UINTN width, UINTN height, UINTN delta)
{
	struct fakefw_graphics *g = (struct fakefw_graphics *)this;
	size_t columns = g->info.HorizontalResolution;

	(void)from_x;
	(void)from_y;
	(void)delta;
	if (operation != EfiBltVideoFill || !width || !height || x > columns ||
		width > columns - x || y > g->info.VerticalResolution ||
		height > g->info.VerticalResolution - y)
		abort();
	g->fills++;
	if (g->fills_left && !--g->fills_left)
		return EFI_DEVICE_ERROR;
	for (size_t row = y; row < y + height; row++)
		memset(g->pixels + row * columns + x, pixel->Green, width);
	return EFI_SUCCESS;
}

void fakefw_graphics_init(struct fakefw_graphics *g, uint8_t *pixels,
	uint32_t width, uint32_t height)
{
	memset(g, 0, sizeof(*g));
	memset(pixels, 0, (size_t)width * height);
	g->pixels = pixels;
	g->output.Blt = blt;
	g->output.Mode = &g->mode;
	g->mode.Info = &g->info;
	g->info.HorizontalResolution = width;
	g->info.VerticalResolution = height;
}
