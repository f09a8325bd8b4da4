/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What does a function leave in the vector registers?  Firmware's calling
 * convention keeps some of them for the caller, and none may hold a key: the
 * next interrupt would save it in memory.
 */
#ifndef TESTS_ENGINES_REGISTERS_H
#define TESTS_ENGINES_REGISTERS_H

#include <stdint.h>

#define REGISTER_BYTES 16
#define MAX_REGISTERS  32

/**
 * registers_around - fill all of them, call, and look
 * @registers: what they hold before; then what they hold after
 */
void registers_around(void (*function)(void),
	uint8_t registers[MAX_REGISTERS][REGISTER_BYTES]);

extern const unsigned int registers_count;

/** registers_kept_bytes - how many of number @i's lowest bytes must be kept */
unsigned int registers_kept_bytes(unsigned int i);

#endif
