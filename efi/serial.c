/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * EFI_SERIAL_IO, written to directly.
 */
#include <string.h>

#include "efi/serial.h"

/* At most this much is lost, and waited for, on a port nobody listens to. */
#define PIECE_BYTES 64

static const EFI_GUID serial_io_guid = EFI_SERIAL_IO_PROTOCOL_GUID;

/* A terminal driver on the port shows there what goes to the console. */
static bool port_is_mirrored(const struct firmware *fw, EFI_HANDLE handle)
{
	EFI_OPEN_PROTOCOL_INFORMATION_ENTRY *entries = NULL;
	UINTN count = 0;
	bool is_mirrored = false;

	if (fw->boot->OpenProtocolInformation(handle,
		    (EFI_GUID *)&serial_io_guid, &entries,
		    &count) != EFI_SUCCESS ||
		!entries)
		return false;
	for (UINTN i = 0; i < count; i++) {
		if (entries[i].Attributes & EFI_OPEN_PROTOCOL_BY_DRIVER)
			is_mirrored = true;
	}
	(void)fw->boot->FreePool(entries); /* nothing to do about it */
	return is_mirrored;
}

void serial_open(struct serial *s, const struct firmware *fw)
{
	struct firmware_handles list;

	s->count = 0;
	/* Without memory there are no ports, and no other harm. */
	(void)firmware_handles_get(fw, &serial_io_guid, &list);
	for (size_t i = 0; i < list.count; i++) {
		struct serial_port *port;
		void *io;

		if (s->count == SERIAL_MAX_PORTS)
			break;
		port = &s->ports[s->count];
		if (firmware_protocol(
			    fw, list.handles[i], &serial_io_guid, &io) < 0)
			continue;
		port->io = io;
		port->is_mirrored = port_is_mirrored(fw, list.handles[i]);
		port->is_dead = false;
		s->count++;
	}
	firmware_handles_free(fw, &list);
}

static void port_write(struct serial_port *port, const char *text, size_t len)
{
	while (len > 0) {
		UINTN piece = len < PIECE_BYTES ? len : PIECE_BYTES;
		UINTN sent = piece;

		if (port->io->Write(port->io, &sent, (void *)text) !=
				EFI_SUCCESS ||
			sent != piece) {
			port->is_dead = true;
			return;
		}
		text += piece;
		len -= piece;
	}
}

void serial_write(struct serial *s, enum serial_stream stream, const char *text,
	size_t len)
{
	for (size_t i = 0; i < s->count; i++) {
		struct serial_port *port = &s->ports[i];

		if (port->is_dead ||
			(stream == SERIAL_TEXT && port->is_mirrored))
			continue;
		port_write(port, text, len);
	}
}
