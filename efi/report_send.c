/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "efi/report_send.h"

#include <stdio.h>
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
	net_address_text(&n->tftp.local, s->address);
	s->time = filetime_from_unix(clock_seconds(&f->clock));
}

static bool line_send(struct front *f, const char *json)
{
	char message[SYSLOG_MAX_BYTES];
	struct syslog_line line;
	size_t len;

	syslog_begin(&line, json);
	while ((len = syslog_next(&line, &f->sender, message)) > 0) {
		watchdog_pet(&f->watchdog);
		if (network_send(&f->network, message, len) < 0)
			return false;
	}
	return true;
}

void report_send(struct front *f)
{
	const char *json;

	if (!f->network.pxe)
		return;
	if (!f->sender.sequence)
		sender_fill(f, &f->sender);
	while ((json = console_report_next(&f->console, &f->sent)) != NULL)
		if (!line_send(f, json))
			return;
}
