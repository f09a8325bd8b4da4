/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The serial ports of the fake firmware. */
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
