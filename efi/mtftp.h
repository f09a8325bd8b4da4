/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * EFI_MTFTP4_PROTOCOL and EFI_MTFTP6_PROTOCOL, which gnu-efi does not have
 * (UEFI specification 2.10, sections 30.3 and 30.4): what of them is needed to
 * read a file.  The two differ in how they are configured, and in nothing else.
 */
#ifndef EFI_MTFTP_H
#define EFI_MTFTP_H

#include <efi.h>

#include "efi/net_link.h"

#define MTFTP4_BINDING_GUID                                                    \
	{                                                                      \
		0x2fe800be, 0x8f01, 0x4aa6,                                    \
		{                                                              \
			0x94, 0x6b, 0xd7, 0x13, 0x88, 0xe1, 0x83, 0x3f         \
		}                                                              \
	}
#define MTFTP4_GUID                                                            \
	{                                                                      \
		0x78247c57, 0x63db, 0x4708,                                    \
		{                                                              \
			0x99, 0xc2, 0xa8, 0xb4, 0xa9, 0xa6, 0x1f, 0x6b         \
		}                                                              \
	}
#define MTFTP6_BINDING_GUID                                                    \
	{                                                                      \
		0xd9760ff3, 0x3cca, 0x4267,                                    \
		{                                                              \
			0x80, 0xf9, 0x75, 0x27, 0xfa, 0xfa, 0x42, 0x23         \
		}                                                              \
	}
#define MTFTP6_GUID                                                            \
	{                                                                      \
		0xbf0a78ba, 0xec29, 0x49cf,                                    \
		{                                                              \
			0xa1, 0xc9, 0x7a, 0xe5, 0x4e, 0xab, 0x6a, 0x51         \
		}                                                              \
	}

/* Packets (RFC 1350): two bytes of opcode, two of the block or the error. */
#define MTFTP_DATA_HEADER    4
#define MTFTP_OPCODE_DATA    3
#define MTFTP_OPCODE_ERROR   5
#define MTFTP_FILE_NOT_FOUND 1

struct mtftp4_config {
	BOOLEAN use_default_setting;
	UINT8 station_ip[4];
	UINT8 subnet_mask[4];
	UINT16 local_port; /* 0: any */
	UINT8 gateway_ip[4];
	UINT8 server_ip[4];
	UINT16 initial_server_port; /* 0: 69 */
	UINT16 try_count;
	UINT16 timeout_seconds;
};

struct mtftp6_config {
	UINT8 station_ip[16];
	UINT16 local_port;
	UINT8 server_ip[16];
	UINT16 initial_server_port;
	UINT16 try_count;
	UINT16 timeout_seconds;
};

struct mtftp;
struct mtftp_token;

typedef EFI_STATUS(EFIAPI *mtftp_packet_check)(struct mtftp *this,
	struct mtftp_token *token, UINT16 packet_len, const UINT8 *packet);

struct mtftp_option {
	const UINT8 *name;
	const UINT8 *value;
};

struct mtftp_token {
	EFI_STATUS status;
	EFI_EVENT event; /* NULL would wait, however long that takes */
	void *override_data;
	const UINT8 *name;
	const UINT8 *mode; /* NULL: "octet" */
	UINT32 option_count;
	const struct mtftp_option *options;
	UINT64 buffer_size; /* afterwards: what was received */
	void *buffer;
	void *context;
	mtftp_packet_check check;
	void *timeout_callback;
	void *packet_needed;
};

struct mtftp {
	void *get_mode_data;
	EFI_STATUS(EFIAPI *configure)(struct mtftp *this, void *config);
	void *get_info;
	void *parse_options;
	EFI_STATUS(EFIAPI *read_file)
	(struct mtftp *this, struct mtftp_token *token);
	void *write_file; /* quirk Q61: never */
	void *read_directory;
	net_poll poll;
};

#endif
