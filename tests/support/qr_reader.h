/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a camera would see: QR codes read by zbarimg, which shares nothing with
 * the library that makes them.
 */
#ifndef TESTS_SUPPORT_QR_READER_H
#define TESTS_SUPPORT_QR_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * qr_reader_read - the one QR code in a picture
 * @grey: @width * @height bytes
 * @text: gets what it says, with a closing NUL
 *
 * False if there is none.
 */
bool qr_reader_read(const uint8_t *grey, size_t width, size_t height,
	char *text, size_t cap);

#endif
