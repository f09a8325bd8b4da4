/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The stand-in's voice. */
#include "tests/boot/standin/say.h"

#include <stdarg.h>
#include <stdio.h>

#define LINE_CHARS 256

void say(const struct firmware *fw, const char *format, ...)
{
	char text[LINE_CHARS];
	CHAR16 line[LINE_CHARS + sizeof("STANDIN: \r\n")];
	const char *parts[] = {"STANDIN: ", text, "\r\n"};
	size_t length = 0;
	va_list args;

	if (!fw->system->ConOut)
		return;
	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args); /* may be cut off */
	va_end(args);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		for (const char *c = parts[i]; *c; c++)
			line[length++] = (CHAR16)(unsigned char)*c;
	}
	line[length] = 0;
	/* Nobody to tell if the console does not work. */
	(void)fw->system->ConOut->OutputString(fw->system->ConOut, line);
}
