/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "efi/devpath.h"
#include "storage/bytes.h"
#include "tests/support/fakefw_network.h"

static const EFI_GUID binding_guid = MTFTP4_BINDING_GUID;
static const EFI_GUID mtftp_guid = MTFTP4_GUID;
static const EFI_GUID binding6_guid = MTFTP6_BINDING_GUID;
static const EFI_GUID mtftp6_guid = MTFTP6_GUID;
static const EFI_GUID pxe_guid = EFI_PXE_BASE_CODE_PROTOCOL_GUID;

static _Alignas(8) uint8_t card_path[64];
static _Alignas(8) uint8_t boot_path[96];

static struct fakefw_server *server_of(struct mtftp *mtftp)
{
	return (struct fakefw_server *)(void *)((uint8_t *)mtftp -
						offsetof(struct fakefw_server,
							mtftp));
}

/* --- MTFTP ------------------------------------------------------------------
 */

static EFI_STATUS EFIAPI create_child(
	EFI_SERVICE_BINDING *this, EFI_HANDLE *ret)
{
	struct fakefw_server *s = (void *)this;

	if (s->create_status)
		return s->create_status;
	if (!s->child)
		s->child = fakefw_add_handle(fakefw_present);
	s->child->more[0] = (struct fakefw_more){
		s->is_ip6 ? &mtftp6_guid : &mtftp_guid, &s->mtftp};
	s->children++;
	*ret = s->child;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI destroy_child(
	EFI_SERVICE_BINDING *this, EFI_HANDLE child)
{
	struct fakefw_server *s = (void *)this;

	if (child != s->child || s->configured)
		abort();
	s->child->more[0].guid = NULL;
	s->children--;
	return EFI_SUCCESS;
}

static void end(struct fakefw_server *s, EFI_STATUS status)
{
	struct mtftp_token *token = s->token;
	struct fakefw_timer *event = token->event;

	s->token = NULL;
	token->status = status;
	event->notify(event, event->context);
	if (s->ends_twice)
		event->notify(event, event->context);
}

static EFI_STATUS EFIAPI configure(struct mtftp *this, void *config)
{
	struct fakefw_server *s = server_of(this);

	if (!config) {
		if (s->token)
			end(s, EFI_ABORTED);
		s->configured = 0;
		return EFI_SUCCESS;
	}
	if (s->configure_status)
		return s->configure_status;
	s->configured++;
	if (s->is_ip6) {
		memcpy(&s->config6, config, sizeof(s->config6));
		s->config.try_count = s->config6.try_count;
		s->config.timeout_seconds = s->config6.timeout_seconds;
	} else {
		memcpy(&s->config, config, sizeof(s->config));
	}
	return EFI_SUCCESS;
}

static const struct fakefw_served *find(
	const struct fakefw_server *s, const char *name)
{
	for (const struct fakefw_served *f = s->files; f && f->name; f++)
		if (!strcmp(f->name, name))
			return f;
	return NULL;
}

static EFI_STATUS EFIAPI read_file(
	struct mtftp *this, struct mtftp_token *token)
{
	struct fakefw_server *s = server_of(this);

	if (!s->configured || s->token || !token->event)
		abort();
	s->requests++;
	(void)strncpy(s->name, (const char *)token->name, sizeof(s->name) - 1);
	memset(s->block_size, 0, sizeof(s->block_size));
	for (UINT32 i = 0; i < token->option_count; i++)
		if (!strcmp((const char *)token->options[i].name, "blksize"))
			(void)strncpy(s->block_size,
				(const char *)token->options[i].value,
				sizeof(s->block_size) - 1);
	if (s->read_status)
		return s->read_status;
	s->token = token;
	s->file = find(s, s->name);
	s->blocks = 0;
	s->next = fakefw_present->ticks;
	s->silent_until = s->next + (uint64_t)s->config.try_count *
					    s->config.timeout_seconds * 1000 *
					    FAKEFW_TICKS_PER_MS;
	return EFI_SUCCESS;
}

static EFI_STATUS show(
	struct fakefw_server *s, const uint8_t *packet, size_t len)
{
	return s->token->check(&s->mtftp, s->token, (UINT16)len, packet);
}

static void error_send(struct fakefw_server *s)
{
	UINT16 error = s->error ? s->error : MTFTP_FILE_NOT_FOUND;
	uint8_t packet[] = {
		0, 5, (uint8_t)(error >> 8), (uint8_t)error, 'n', 0};

	if (!s->has_no_packet)
		(void)show(s, packet, sizeof(packet));
	end(s, EFI_TFTP_ERROR);
}

static void block_send(struct fakefw_server *s)
{
	uint8_t packet[4 + FAKEFW_BLOCK_BYTES] = {0, 3};
	struct mtftp_token *token = s->token;
	size_t at = s->blocks * FAKEFW_BLOCK_BYTES;
	size_t left = s->never_ends ? SIZE_MAX : s->file->len - at;
	size_t len = left < FAKEFW_BLOCK_BYTES ? left : FAKEFW_BLOCK_BYTES;

	s->blocks++;
	if (!s->never_ends)
		memcpy(packet + 4, (const uint8_t *)s->file->bytes + at, len);
	if (show(s, packet, 4 + len) != EFI_SUCCESS) {
		end(s, EFI_ABORTED);
		return;
	}
	/* As EDK2: what does not fit is dropped, until the end. */
	if (len <= token->buffer_size && at <= token->buffer_size - len)
		memcpy((uint8_t *)token->buffer + at, packet + 4, len);
	if (len == FAKEFW_BLOCK_BYTES)
		return;
	token->buffer_size = s->claimed ? s->claimed : at + len;
	end(s, s->end_status);
}

static EFI_STATUS EFIAPI poll(void *this)
{
	struct fakefw_server *s = server_of(this);

	fakefw_pass_time(fakefw_present, 1);
	if (!s->token)
		return EFI_NOT_STARTED;
	if (s->is_silent || (s->dies_after && s->blocks == s->dies_after)) {
		if (fakefw_present->ticks >= s->silent_until)
			end(s, EFI_TIMEOUT);
		return EFI_NOT_READY;
	}
	if (fakefw_present->ticks < s->next)
		return EFI_NOT_READY;
	s->next = fakefw_present->ticks + s->drip_ms * FAKEFW_TICKS_PER_MS;
	if (!s->file || s->error)
		error_send(s);
	else
		block_send(s);
	return EFI_SUCCESS;
}

/* --- PXE's base code --------------------------------------------------------
 */

static EFI_STATUS EFIAPI udp_write(EFI_PXE_BASE_CODE_PROTOCOL *this,
	UINT16 flags, EFI_IP_ADDRESS *to, EFI_PXE_BASE_CODE_UDP_PORT *port,
	EFI_IP_ADDRESS *gateway, EFI_IP_ADDRESS *from,
	EFI_PXE_BASE_CODE_UDP_PORT *from_port, UINTN *header_size, void *header,
	UINTN *size, void *bytes)
{
	struct fakefw_server *s =
		(void *)((uint8_t *)this - offsetof(struct fakefw_server, pxe));

	(void)gateway;
	(void)from;
	(void)from_port;
	if (header_size || header ||
		flags != EFI_PXE_BASE_CODE_UDP_OPFLAGS_ANY_SRC_PORT)
		abort();
	fakefw_pass_time(fakefw_present, s->udp_ms);
	if (s->on_datagram && !s->datagrams)
		s->on_datagram();
	if (s->udp_status)
		return s->udp_status;
	if (s->datagrams == FAKEFW_MAX_DATAGRAMS)
		abort();
	s->datagram[s->datagrams++] = strndup(bytes, *size);
	memcpy(s->datagram_to, to, sizeof(s->datagram_to));
	s->datagram_port = *port;
	return EFI_SUCCESS;
}

/* --- The card ---------------------------------------------------------------
 */

static size_t put_card(uint8_t *path)
{
	uint8_t *at = devpath_put_header(path, 1, 1, 6);

	at = devpath_put_header(path + 6, DEVPATH_MESSAGING, DEVPATH_MAC, 37);
	memset(at, 0, 33);
	memcpy(at, "\x52\x54\0\x12\x34\x56", 6);
	at[32] = 1;
	devpath_put_end(path + 43);
	return 43;
}

static void put_answer(EFI_PXE_BASE_CODE_PACKET *packet)
{
	static const uint8_t options[] = {
		99, 130, 83, 99, 3, 4, 10, 0, 2, 1, 255};

	memset(packet, 0, sizeof(*packet));
	memcpy(packet->Raw + 20, (uint8_t[]){10, 0, 2, 2}, 4);
	memcpy(packet->Raw + 108, "pxe/loopbreaker.efi", 19);
	memcpy(packet->Raw + 236, options, sizeof(options));
}

struct fakefw_handle *fakefw_network_add(
	struct fakefw *f, struct fakefw_server *s)
{
	struct fakefw_handle *card = fakefw_add_handle(f);
	struct fakefw_handle *boot = fakefw_add_handle(f);
	size_t len;

	s->binding = (EFI_SERVICE_BINDING){create_child, destroy_child};
	s->mtftp = (struct mtftp){
		.configure = configure, .read_file = read_file, .poll = poll};
	s->pxe.UdpWrite = udp_write;
	s->pxe.Mode = &s->mode;
	s->mode.Started = TRUE;
	s->mode.DhcpAckReceived = TRUE;
	memcpy(s->mode.StationIp.v4.Addr, (uint8_t[]){10, 0, 2, 15}, 4);
	memcpy(s->mode.SubnetMask.v4.Addr, (uint8_t[]){255, 255, 255, 0}, 4);
	put_answer(&s->mode.DhcpAck);
	(void)put_card(card_path);
	card->device_path = card_path;
	card->more[0] = (struct fakefw_more){&binding_guid, &s->binding};
	len = put_card(boot_path);
	memset(devpath_put_header(
		       boot_path + len, DEVPATH_MESSAGING, DEVPATH_IP4, 27),
		0, 23);
	devpath_put_end(boot_path + len + 27);
	boot->device_path = boot_path;
	s->card = card;
	boot->more[0] = (struct fakefw_more){&pxe_guid, &s->pxe};
	return boot;
}

void fakefw_network_use_ip6(struct fakefw_server *s)
{
	static const char url[] = "tftp://[2001:db8::2]/pxe/loopbreaker.efi";
	uint8_t *packet = s->mode.DhcpAck.Raw;

	s->is_ip6 = true;
	s->card->more[0].guid = &binding6_guid;
	s->mode.UsingIpv6 = TRUE;
	memset(&s->mode.StationIp, 0xFE, sizeof(s->mode.StationIp));
	memset(packet, 0, sizeof(s->mode.DhcpAck));
	packet[0] = 7;
	packet[5] = 59;
	packet[7] = sizeof(url) - 1;
	memcpy(packet + 8, url, sizeof(url) - 1);
}

void fakefw_network_end(struct fakefw_server *s)
{
	for (size_t i = 0; i < s->datagrams; i++)
		free(s->datagram[i]);
	s->datagrams = 0;
}
