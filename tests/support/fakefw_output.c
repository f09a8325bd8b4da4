/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The screen and the serial ports of the fake firmware. */
#include <stdlib.h>
#include <string.h>

#include "tests/support/fakefw.h"

static EFI_STATUS EFIAPI port_write(
	EFI_SERIAL_IO_PROTOCOL *this, UINTN *len, void *bytes)
{
	struct fakefw_port *p = (struct fakefw_port *)this;

	p->writes++;
	if (p->is_dead) {
		*len = 0;
		return EFI_TIMEOUT;
	}
	if (*len > FAKEFW_TEXT_BYTES - 1 - p->len)
		abort();
	memcpy(p->text + p->len, bytes, *len);
	p->len += *len;
	return EFI_SUCCESS;
}

void fakefw_add_port(struct fakefw *f, struct fakefw_port *port)
{
	if (f->handle_count == FAKEFW_MAX_HANDLES)
		abort();
	port->io.Write = port_write;
	f->handles[f->handle_count++].port = port;
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
	((struct fakefw_screen *)this)->clears++;
	return EFI_SUCCESS;
}

void fakefw_start_screen(struct fakefw_screen *s)
{
	s->mode.MaxMode = 1;
	s->mode.Attribute = 0x1f;
	s->out.OutputString = output_string;
	s->out.SetAttribute = set_attribute;
	s->out.ClearScreen = clear_screen;
	s->out.Mode = &s->mode;
}
