/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * EFI_TCP4_PROTOCOL and EFI_TCP6_PROTOCOL (UEFI specification 2.10, sections
 * 28.1 and 28.2): what of them is needed to connect.  gnu-efi's are of two
 * families of types for what is the same.
 */
#ifndef EFI_TCP_PROTOCOL_H
#define EFI_TCP_PROTOCOL_H

#include <efi.h>

#include "efi/net_link.h"

#define TCP4_BINDING_GUID                                                      \
	{                                                                      \
		0x00720665, 0x67eb, 0x4a99,                                    \
		{                                                              \
			0xba, 0xf7, 0xd3, 0xc3, 0x3a, 0x1c, 0x7c, 0xc9         \
		}                                                              \
	}
#define TCP4_GUID                                                              \
	{                                                                      \
		0x65530bc7, 0xa359, 0x410f,                                    \
		{                                                              \
			0xb0, 0x10, 0x5a, 0xad, 0xc7, 0xec, 0x2b, 0x62         \
		}                                                              \
	}
#define TCP6_BINDING_GUID                                                      \
	{                                                                      \
		0xec20eb79, 0x6c1a, 0x4664,                                    \
		{                                                              \
			0x9a, 0x0d, 0xd2, 0xe4, 0xcc, 0x16, 0xd6, 0x64         \
		}                                                              \
	}
#define TCP6_GUID                                                              \
	{                                                                      \
		0x46e44855, 0xbd60, 0x4ab7,                                    \
		{                                                              \
			0xab, 0x0d, 0xa6, 0x79, 0xb9, 0x44, 0x7d, 0x77         \
		}                                                              \
	}

struct tcp4_config {
	UINT8 type_of_service;
	UINT8 time_to_live;
	struct {
		BOOLEAN use_default_address;
		UINT8 station_ip[4];
		UINT8 subnet_mask[4];
		UINT16 station_port; /* 0: any */
		UINT8 remote_ip[4];
		UINT16 remote_port;
		BOOLEAN is_active;
	} access_point;
	void *options;
};

struct tcp6_config {
	UINT8 traffic_class;
	UINT8 hop_limit;
	struct {
		UINT8 station_ip[16]; /* all zeros: the driver's choice */
		UINT16 station_port;
		UINT8 remote_ip[16];
		UINT16 remote_port;
		BOOLEAN is_active;
	} access_point;
	void *options;
};

struct tcp_token {
	EFI_EVENT event;
	EFI_STATUS status;
};

/* NULL breaks off whatever there is. */
typedef EFI_STATUS(EFIAPI *tcp_configure)(void *this, void *config);
typedef EFI_STATUS(EFIAPI *tcp_connect)(void *this, struct tcp_token *token);

struct tcp4_protocol {
	void *get_mode_data;
	tcp_configure configure;
	EFI_STATUS(EFIAPI *routes)
	(void *this, BOOLEAN is_removal, const UINT8 *subnet, const UINT8 *mask,
		const UINT8 *gateway);
	tcp_connect connect;
	void *accept;
	void *transmit;
	void *receive;
	void *close;
	void *cancel;
	net_poll poll;
};

struct tcp6_protocol {
	void *get_mode_data;
	tcp_configure configure;
	tcp_connect connect;
	void *accept;
	void *transmit;
	void *receive;
	void *close;
	void *cancel;
	net_poll poll;
};

#endif
