/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "efi/report_send.h"

#include <stdlib.h>
#include <string.h>

#include "storage/filetime.h"

/* Messages that go together: as many as the network takes at once. */
struct batch {
	char *bytes;
	size_t used;
	size_t max;
};

static bool batch_send(struct front *f, struct batch *b)
{
	size_t len = b->used;

	b->used = 0;
	watchdog_pet(&f->watchdog);
	return !len || !network_send(&f->network, b->bytes, len);
}

/* One alone ends as it is; several are divided by line feeds. */
static bool batch_add(
	struct front *f, struct batch *b, const char *message, size_t len)
{
	size_t feed = b->used ? 1 : 0;

	if (len + feed > b->max - b->used) {
		if (!batch_send(f, b))
			return false;
		feed = 0;
	}
	if (feed)
		b->bytes[b->used++] = '\n';
	memcpy(b->bytes + b->used, message, len);
	b->used += len;
	return b->max > SYSLOG_MAX_BYTES || batch_send(f, b);
}

static bool line_send(struct front *f, struct batch *b, const char *json)
{
	char message[SYSLOG_MAX_BYTES];
	struct syslog_line line;
	size_t len;

	syslog_begin(&line, json);
	while ((len = syslog_next(&line, &f->sender, message)) > 0)
		if (!batch_add(f, b, message, len))
			return false;
	return true;
}

void report_send(struct front *f)
{
	struct batch b = {.max = network_send_max(&f->network)};
	const char *json;
	bool is_well = true;

	if (!network_may_send(&f->network))
		return;
	b.bytes = malloc(b.max);
	if (!b.bytes)
		return; /* what was reported is on the serial ports */
	if (!f->sender.sequence) {
		net_address_text(&f->network.link.local, f->sender.address);
		f->sender.time = filetime_from_unix(clock_seconds(&f->clock));
	}
	while (is_well &&
		(json = console_report_next(&f->console, &f->sent)) != NULL)
		is_well = line_send(f, &b, json);
	if (is_well)
		(void)batch_send(f, &b); /* efi/network.h knows and stops */
	network_drain(&f->network);
	free(b.bytes);
}
