/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "efi/report_send.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "efi/smbios.h"
#include "storage/filetime.h"

static void mac_text(const uint8_t *mac, char *ret, size_t cap)
{
	(void)snprintf(ret, cap, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0],
		mac[1], mac[2], mac[3], mac[4], mac[5]);
}

/* What nobody knows stays empty. */
static void sender_fill(struct front *f, struct syslog_sender *s)
{
	const struct network *n = &f->network;
	uint8_t id[SMBIOS_ID_BYTES];

	(void)smbios_text_get(
		f->fw, SMBIOS_SERIAL, s->serial, sizeof(s->serial));
	(void)smbios_text_get(f->fw, SMBIOS_MODEL, s->model, sizeof(s->model));
	if (!smbios_id_get(f->fw, id))
		(void)guid_text(id, s->uuid);
	if (n->path.has_mac)
		mac_text(n->path.mac, s->mac, sizeof(s->mac));
	net_address_text(&n->link.local, s->address);
	s->time = filetime_from_unix(clock_seconds(&f->clock));
}

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
	if (!f->sender.sequence)
		sender_fill(f, &f->sender);
	while (is_well &&
		(json = console_report_next(&f->console, &f->sent)) != NULL)
		is_well = line_send(f, &b, json);
	if (is_well)
		(void)batch_send(f, &b); /* efi/network.h knows and stops */
	free(b.bytes);
}
