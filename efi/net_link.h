/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The card that the program was started through, and its drivers' services.
 * Each use of one is a child of its own with an event to wait for, which can be
 * given up at any moment (UEFI specification 2.10, section 11.6).
 */
#ifndef EFI_NET_LINK_H
#define EFI_NET_LINK_H

#include "efi/watchdog.h"
#include "recovery/network/address.h"

struct net_link {
	const struct firmware *fw;
	struct watchdog *watchdog;
	const struct clock *clock;
	void *path; /* device path of what was started; through the card */
	struct net_address local;  /* ours; all zeros: the driver's own */
	struct net_address mask;   /* IPv4 */
	struct net_address router; /* IPv4; all zeros: none */
};

/* Which service, and what its children have. */
struct net_service {
	EFI_GUID binding;
	EFI_GUID protocol;
};

struct net_child {
	EFI_SERVICE_BINDING *binding;
	EFI_HANDLE handle;
	void *interface; /* of the service's protocol */
};

/* Set by the firmware at any moment. */
struct net_event {
	EFI_EVENT event;
	volatile bool is_done;
};

/* Poll() of all these protocols. */
typedef EFI_STATUS(EFIAPI *net_poll)(void *this);

/** net_service_is_there - has the card a driver for it? */
bool net_service_is_there(
	const struct net_link *l, const struct net_service *s);

/**
 * net_child_open - a child of the service
 *
 * Returns 0; -ERR_UNSUPPORTED without a driver; -ERR_IO.
 */
int net_child_open(const struct net_link *l, const struct net_service *s,
	struct net_child *ret);

/** net_child_close - it must be idle: unconfigured, no token under way */
void net_child_close(struct net_child *c);

/** net_event_open - returns 0 or -ERR_IO; @e stays where it is */
int net_event_open(const struct net_link *l, struct net_event *e);

void net_event_close(const struct net_link *l, struct net_event *e);

/**
 * net_event_wait - until it is done, or clock_milliseconds() is @until_ms
 *
 * Returns whether it is done.
 */
bool net_event_wait(const struct net_link *l, const struct net_event *e,
	net_poll poll, void *this, uint64_t until_ms);

#endif
