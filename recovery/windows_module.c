/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One string each: an array of pointers would need a relocation for each. */
#include "recovery/windows_module.h"

#include <string.h>

static const char kernel[] = "ntoskrnl.exe\0"
			     "ntkrnlmp.exe\0"
			     "ntkrla57.exe\0"
			     "hal.dll\0";

/* Without ".sys". */
static const char parts[] =
	/* what others' calls pass through */
	"fltmgr\0ndis\0netio\0fwpkclnt\0tcpip\0afd\0tdx\0wdf01000\0wdfldr\0"
	"verifierext\0ksecdd\0ksecpkg\0cng\0clfs\0tm\0mup\0rdbss\0mrxsmb\0"
	"mrxsmb20\0http\0msrpc\0watchdog\0portcls\0ks\0winquic\0pacer\0nsiproxy"
	"\0"
	/* file systems and what is below them */
	"ntfs\0refs\0refsv1\0fastfat\0exfat\0cdfs\0udfs\0npfs\0msfs\0wof\0"
	"fileinfo\0filecrypt\0bindflt\0wcifs\0cldflt\0luafv\0volsnap\0volmgr\0"
	"volmgrx\0volume\0mountmgr\0partmgr\0disk\0classpnp\0storport\0"
	"stornvme\0storahci\0ataport\0scsiport\0spaceport\0fvevol\0rdyboost\0"
	"iorate\0ehstorclass\0crashdmp\0dumpfve\0dump_storport\0"
	/* buses and devices */
	"acpi\0acpiex\0pci\0pdc\0intelppm\0amdppm\0processr\0msisadrv\0"
	"vdrvroot\0swenum\0compositebus\0hidclass\0hidparse\0hidusb\0kbdclass\0"
	"kbdhid\0mouclass\0mouhid\0i8042prt\0usbhub\0usbhub3\0usbport\0usbxhci"
	"\0"
	"usbehci\0usbccgp\0usbd\0usbstor\0uaspstor\0ucx01000\0bthport\0bthusb\0"
	"monitor\0serenum\0serial\0spbcx\0gpioclx\0msgpioclx\0tpm\0"
	/* graphics */
	"win32k\0win32kbase\0win32kfull\0cdd\0dxgkrnl\0dxgmms1\0dxgmms2\0"
	"basicdisplay\0basicrender\0"
	/* virtual machines */
	"vmbus\0vmbkmcl\0winhv\0winhvr\0hvsocket\0vmswitch\0storvsc\0netvsc\0"
	"vid\0";

/* Is the name one of a list's?  @suffix: what the list leaves out. */
static bool is_in(const char *list, const char *name, const char *suffix)
{
	size_t len = strlen(name);
	size_t tail = strlen(suffix);

	if (len <= tail || strcmp(name + len - tail, suffix) != 0)
		return false;
	len -= tail;
	for (; *list; list += strlen(list) + 1)
		if (strlen(list) == len && !memcmp(list, name, len))
			return true;
	return false;
}

bool windows_module_is_kernel(const char *name)
{
	return is_in(kernel, name, "");
}

bool windows_module_is_part(const char *name)
{
	return windows_module_is_kernel(name) || is_in(parts, name, ".sys");
}
