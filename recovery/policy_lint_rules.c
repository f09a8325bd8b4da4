/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the rules mean: Windows' own files, each other's, nothing. */
#include <libfdt.h>
#include <string.h>

#include "recovery/policy_lint_parts.h"
#include "recovery/policy_text.h"
#include "storage/ascii.h"

/* --- Two patterns -------------------------------------------------------- */

#define STATES (POLICY_NAME_CHARS + 1)

/*
 * meets[i][k]: do the ends of both patterns, from i and k on, have a name in
 * common?  Filled from the ends, so without recursion.
 */
bool policy_patterns_meet(const char *a, const char *b)
{
	static const size_t max = STATES;
	bool meets[STATES + 1][STATES + 1] = {{false}};
	size_t a_len = strlen(a);
	size_t b_len = strlen(b);
	size_t i, k;

	if (a_len >= max || b_len >= max)
		return true; /* cannot be: err on the side of a finding */
	for (i = a_len + 1; i-- > 0;)
		for (k = b_len + 1; k-- > 0;) {
			bool m = i == a_len && k == b_len;

			if (i < a_len && a[i] == '*')
				m = meets[i + 1][k] ||
				    (k < b_len && meets[i][k + 1]);
			if (k < b_len && b[k] == '*')
				m = m || meets[i][k + 1] ||
				    (i < a_len && meets[i + 1][k]);
			if (i < a_len && k < b_len && a[i] != '*' &&
				b[k] != '*' &&
				(a[i] == '?' || b[k] == '?' ||
					ascii_lower(a[i]) == ascii_lower(b[k])))
				m = meets[i + 1][k + 1];
			meets[i][k] = m;
		}
	return meets[0][0];
}

/* --- Windows' own files -------------------------------------------------- */

/* Without one of these Windows does not start, or nobody can log on. */
static const struct {
	const char *folder;
	const char *names; /* divided by blanks */
} windows[] = {
	{"Windows/System32/drivers",
		"acpi.sys acpiex.sys afd.sys cdrom.sys cldflt.sys "
		"CLASSPNP.SYS clfs.sys cng.sys crashdmp.sys disk.sys "
		"dumpfve.sys dxgkrnl.sys EhStorClass.sys fileinfo.sys "
		"fltMgr.sys fvevol.sys hidclass.sys http.sys i8042prt.sys "
		"intelppm.sys kbdclass.sys kbdhid.sys ksecdd.sys ksecpkg.sys "
		"mountmgr.sys mouclass.sys msrpc.sys mup.sys ndis.sys "
		"netio.sys nsiproxy.sys ntfs.sys partmgr.sys pci.sys "
		"pcw.sys pdc.sys rdbss.sys spaceport.sys storahci.sys "
		"stornvme.sys storport.sys tcpip.sys tdx.sys tpm.sys "
		"usbhub3.sys usbxhci.sys volmgr.sys volmgrx.sys volsnap.sys "
		"volume.sys wdf01000.sys WdFilter.sys WdBoot.sys wfplwfs.sys "
		"WppRecorder.sys"},
	{"Windows/System32",
		"advapi32.dll apisetschema.dll bootvid.dll ci.dll clfs.sys "
		"cmd.exe combase.dll crypt32.dll csrss.exe csrsrv.dll "
		"explorer.exe gdi32.dll hal.dll kdcom.dll kernel32.dll "
		"kernelbase.dll lsasrv.dll lsass.exe mcupdate_GenuineIntel.dll "
		"msvcrt.dll ntdll.dll ntoskrnl.exe ole32.dll PSHED.dll "
		"rpcrt4.dll samsrv.dll services.exe shell32.dll smss.exe "
		"svchost.exe user32.dll userinit.exe win32k.sys "
		"win32kbase.sys win32kfull.sys wininit.exe winload.efi "
		"winload.exe winlogon.exe winresume.efi"},
	{"Windows/System32/config",
		"BBI BCD-Template COMPONENTS DEFAULT DRIVERS ELAM SAM "
		"SECURITY SOFTWARE SYSTEM"},
	{"Windows/Boot/EFI", "bootmgfw.efi bootmgr.efi memtest.efi"},
	{"Windows", "bootstat.dat explorer.exe regedit.exe"},
	{"EFI/Microsoft/Boot", "bootmgfw.efi bootmgr.efi BCD"},
	{"Boot", "BCD BOOTSTAT.DAT"},
};

#define NAME_BYTES 40

/* The next of @names; false behind the last. */
static bool next_name(const char **names, char *ret)
{
	const char *end = strchr(*names, ' ');
	size_t len = end ? (size_t)(end - *names) : strlen(*names);

	if (!len || len >= NAME_BYTES)
		return false;
	memcpy(ret, *names, len);
	ret[len] = '\0';
	*names += len + ((*names)[len] == ' ');
	return true;
}

static void lint_windows(struct linting *l, int node, const struct rule *r)
{
	char name[NAME_BYTES];
	size_t i;

	for (i = 0; i < sizeof(windows) / sizeof(windows[0]); i++) {
		const char *names = windows[i].names;
		bool is_found = false;

		if (!ascii_same_text(r->folder, windows[i].folder))
			continue;
		while (!is_found && next_name(&names, name))
			is_found = rule_matches(r, name);
		if (is_found)
			policy_lint_find(l, true, node, "content",
				"means %s, a file of Windows itself", name);
		else
			policy_lint_find(l, false, node, "folder",
				"is one of Windows' own: make sure that "
				"nothing of Windows can match");
	}
}

/* --- Rules against each other -------------------------------------------- */

static bool rules_meet(const struct rule *a, const struct rule *b,
	const char **ret_a, const char **ret_b)
{
	size_t i, k;

	if (!ascii_same_text(a->folder, b->folder))
		return false;
	for (i = 0; i < a->pattern_count; i++)
		for (k = 0; k < b->pattern_count; k++) {
			if (!policy_patterns_meet(
				    a->patterns[i], b->patterns[k]))
				continue;
			*ret_a = a->patterns[i];
			*ret_b = b->patterns[k];
			return true;
		}
	return false;
}

/* Twice in the list of deliveries, or two vendors to blame for one file. */
static void lint_overlap(struct linting *l, int node, const struct rule *r,
	const struct rule *before)
{
	const char *one, *other;

	if (rules_meet(r, before, &one, &other))
		policy_lint_find(l, true, node, "content",
			"overlaps with another rule of this folder (%.60s): "
			"\"%.40s\" and \"%.40s\" can mean the same file",
			before->vendor, one, other);
}

static bool any_covers(
	const char *const *list, size_t count, const char *pattern)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (rule_pattern_covers(list[i], pattern))
			return true;
	return false;
}

static void lint_effect(struct linting *l, int node, const struct rule *r)
{
	size_t i;

	for (i = 0; i < r->pattern_count; i++)
		if (any_covers(r->never, r->never_count, r->patterns[i]) ||
			any_covers(r->drivers, r->driver_count, r->patterns[i]))
			policy_lint_find(l, false, node, "content",
				"\"%.60s\" has no effect: \"never\" or "
				"\"drivers\" take all of it back",
				r->patterns[i]);
	if (!r->driver_count)
		policy_lint_find(l, false, node, "drivers",
			"is missing: a crash dump that names one is taken for "
			"somebody else's crash, and nothing is held");
}

void policy_lint_rules(struct linting *l, const struct policy *p)
{
	int vendors = fdt_subnode_offset(l->fdt, 0, "vendors");
	size_t i = 0;
	size_t k;
	int node;

	fdt_for_each_subnode (node, l->fdt, vendors) {
		if (i == p->rule_count)
			return;
		lint_windows(l, node, &p->rules[i]);
		lint_effect(l, node, &p->rules[i]);
		for (k = 0; k < i; k++)
			lint_overlap(l, node, &p->rules[i], &p->rules[k]);
		i++;
	}
}
