/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "efi/net_link.h"

#include <string.h>

#include "storage/err.h"

static int find_card(const struct net_link *l, const struct net_service *s,
	EFI_HANDLE *ret_card)
{
	EFI_DEVICE_PATH *at = l->path;

	if (l->fw->boot->LocateDevicePath(
		    (EFI_GUID *)&s->binding, &at, ret_card) != EFI_SUCCESS)
		return -ERR_UNSUPPORTED;
	return 0;
}

bool net_service_is_there(const struct net_link *l, const struct net_service *s)
{
	EFI_HANDLE card;

	return !find_card(l, s, &card);
}

int net_child_open(const struct net_link *l, const struct net_service *s,
	struct net_child *ret)
{
	EFI_HANDLE card;
	void *interface;
	int err = find_card(l, s, &card);

	memset(ret, 0, sizeof(*ret));
	if (err < 0)
		return err;
	if (firmware_protocol(l->fw, card, &s->binding, &interface) < 0)
		return -ERR_IO;
	ret->binding = interface;
	if (ret->binding->CreateChild(ret->binding, &ret->handle) !=
		EFI_SUCCESS)
		return -ERR_IO;
	if (firmware_protocol(
		    l->fw, ret->handle, &s->protocol, &ret->interface) < 0) {
		net_child_close(ret);
		return -ERR_IO;
	}
	return 0;
}

void net_child_close(struct net_child *c)
{
	(void)c->binding->DestroyChild(c->binding, c->handle);
}

static void EFIAPI note_end(EFI_EVENT event, void *context)
{
	struct net_event *e = context;

	(void)event;
	e->is_done = true;
}

int net_event_open(const struct net_link *l, struct net_event *e)
{
	e->is_done = false;
	return l->fw->boot->CreateEvent(EVT_NOTIFY_SIGNAL, TPL_CALLBACK,
		       note_end, e, &e->event) == EFI_SUCCESS
		       ? 0
		       : -ERR_IO;
}

void net_event_close(const struct net_link *l, struct net_event *e)
{
	(void)l->fw->boot->CloseEvent(e->event);
}

bool net_event_wait(const struct net_link *l, const struct net_event *e,
	net_poll poll, void *this, uint64_t until_ms)
{
	while (!e->is_done && clock_milliseconds(l->clock) < until_ms) {
		(void)poll(this); /* it also works by itself */
		watchdog_pet(l->watchdog);
	}
	return e->is_done;
}
