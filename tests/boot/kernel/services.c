/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Firmware services by way of Linux.  efivarfs: a file is the attributes and
 * the data; most are immutable until asked otherwise (kernel documentation,
 * filesystems/efivarfs.rst). */
#include "tests/boot/kernel/services.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/reboot.h>
#include <time.h>
#include <unistd.h>

#include "storage/bytes.h"

#define VARIABLES      "/sys/firmware/efi/efivars"
#define SYSRQ	       "/proc/sysrq-trigger"
#define PATH_BYTES     256
#define VARIABLE_BYTES 1024
#define LINE_BYTES     512

static void path_of(
	const CHAR16 *name, const EFI_GUID *g, char path[PATH_BYTES])
{
	char text[PATH_BYTES / 2];
	size_t len = 0;

	while (name[len] && len < sizeof(text) - 1) {
		text[len] = (char)name[len];
		len++;
	}
	text[len] = '\0';
	(void)snprintf(path, PATH_BYTES,
		VARIABLES
		"/%s-%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x",
		text, g->Data1, g->Data2, g->Data3, g->Data4[0], g->Data4[1],
		g->Data4[2], g->Data4[3], g->Data4[4], g->Data4[5], g->Data4[6],
		g->Data4[7]);
}

static EFI_STATUS EFIAPI get_variable(CHAR16 *name, EFI_GUID *guid,
	UINT32 *attributes, UINTN *len, VOID *data)
{
	uint8_t raw[VARIABLE_BYTES];
	char path[PATH_BYTES];
	ssize_t got;
	int fd;

	path_of(name, guid, path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return EFI_NOT_FOUND;
	got = read(fd, raw, sizeof(raw));
	(void)close(fd); /* only read */
	if (got < 4 || got == sizeof(raw))
		return EFI_DEVICE_ERROR;
	if ((UINTN)got - 4 > *len)
		return EFI_BUFFER_TOO_SMALL;
	if (attributes)
		*attributes = le32_get(raw);
	*len = (UINTN)got - 4;
	memcpy(data, raw + 4, *len);
	return EFI_SUCCESS;
}

static int make_mutable(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int flags = 0;
	int err;

	if (fd < 0)
		return 0; /* a new one */
	err = ioctl(fd, FS_IOC_GETFLAGS, &flags);
	flags &= ~FS_IMMUTABLE_FL;
	if (!err)
		err = ioctl(fd, FS_IOC_SETFLAGS, &flags);
	(void)close(fd);
	return err;
}

static EFI_STATUS EFIAPI set_variable(
	CHAR16 *name, EFI_GUID *guid, UINT32 attributes, UINTN len, VOID *data)
{
	uint8_t raw[VARIABLE_BYTES];
	char path[PATH_BYTES];
	ssize_t put;
	int fd;

	if (len > sizeof(raw) - 4)
		return EFI_OUT_OF_RESOURCES;
	le32_put(raw, attributes);
	memcpy(raw + 4, data, len);
	path_of(name, guid, path);
	if (make_mutable(path) < 0)
		return EFI_WRITE_PROTECTED;
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return EFI_DEVICE_ERROR;
	put = write(fd, raw, len + 4);
	if (close(fd) < 0)
		put = -1;
	return put == (ssize_t)len + 4 ? EFI_SUCCESS : EFI_DEVICE_ERROR;
}

/* The kernel has read the PC's clock, which shows local time. */
static EFI_STATUS EFIAPI get_time(EFI_TIME *t, EFI_TIME_CAPABILITIES *can)
{
	time_t now = time(NULL);
	struct tm tm;

	(void)can;
	if (!gmtime_r(&now, &tm))
		return EFI_DEVICE_ERROR;
	memset(t, 0, sizeof(*t));
	t->Year = (UINT16)(tm.tm_year + 1900);
	t->Month = (UINT8)(tm.tm_mon + 1);
	t->Day = (UINT8)tm.tm_mday;
	t->Hour = (UINT8)tm.tm_hour;
	t->Minute = (UINT8)tm.tm_min;
	t->Second = (UINT8)tm.tm_sec;
	return EFI_SUCCESS;
}

static void panic(void)
{
	int fd = open(SYSRQ, O_WRONLY | O_CLOEXEC);

	if (fd >= 0 && write(fd, "c", 1) == 1)
		return; /* never reached */
	(void)puts("STANDIN: ERROR the kernel does not panic");
}

static EFI_STATUS EFIAPI reset_system(
	EFI_RESET_TYPE type, EFI_STATUS status, UINTN len, CHAR16 *data)
{
	(void)status;
	(void)len;
	(void)data;
	if (type == EfiResetWarm)
		panic();
	else
		(void)reboot(
			type == EfiResetShutdown ? RB_POWER_OFF : RB_AUTOBOOT);
	return EFI_DEVICE_ERROR;
}

static EFI_STATUS EFIAPI output_string(
	SIMPLE_TEXT_OUTPUT_INTERFACE *self, CHAR16 *text)
{
	char line[LINE_BYTES];
	size_t len = 0;

	(void)self;
	while (text[len] && len < sizeof(line) - 1) {
		line[len] = (char)text[len];
		len++;
	}
	line[len] = '\0';
	return fputs(line, stdout) < 0 || fflush(stdout) ? EFI_DEVICE_ERROR
							 : EFI_SUCCESS;
}

/* A kernel keeps no such watch. */
static EFI_STATUS EFIAPI set_watchdog(
	UINTN seconds, UINT64 code, UINTN len, CHAR16 *data)
{
	(void)code;
	(void)len;
	(void)data;
	return seconds ? EFI_UNSUPPORTED : EFI_SUCCESS;
}

void services_init(struct firmware *ret)
{
	static SIMPLE_TEXT_OUTPUT_INTERFACE console = {
		.OutputString = output_string};
	static EFI_RUNTIME_SERVICES runtime = {
		.GetVariable = get_variable,
		.SetVariable = set_variable,
		.GetTime = get_time,
		.ResetSystem = reset_system,
	};
	static EFI_BOOT_SERVICES boot = {.SetWatchdogTimer = set_watchdog};
	static EFI_SYSTEM_TABLE system = {
		.ConOut = &console,
		.RuntimeServices = &runtime,
		.BootServices = &boot,
	};

	ret->image = NULL;
	ret->system = &system;
	ret->boot = &boot;
	ret->runtime = &runtime;
}
