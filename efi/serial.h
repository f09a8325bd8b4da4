/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The serial ports, for whoever watches a PC without a screen.
 */
#ifndef EFI_SERIAL_H
#define EFI_SERIAL_H

#include "efi/firmware.h"

#define SERIAL_MAX_PORTS 4

struct serial_port {
	EFI_SERIAL_IO_PROTOCOL *io;
	/* The firmware's console shows on it already. */
	bool is_mirrored;
	bool is_dead; /* failed once: nobody is listening */
};

struct serial {
	struct serial_port ports[SERIAL_MAX_PORTS];
	size_t count;
};

enum serial_stream {
	SERIAL_TEXT,  /* what the screen shows: not to mirrored ports */
	SERIAL_REPORT /* the report: to every port */
};

/** serial_open - find the ports; a PC without any is no error */
void serial_open(struct serial *s, const struct firmware *fw);

/**
 * serial_write - send @len bytes of @text
 *
 * A port that fails or times out gets nothing more: one timeout is enough.
 */
void serial_write(struct serial *s, enum serial_stream stream, const char *text,
	size_t len);

#endif
