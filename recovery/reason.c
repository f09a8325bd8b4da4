/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Verdicts and reasons in words: for people, and as stable names. */
#include "recovery/decide.h"

#include <stdio.h>

/*
 * The text takes a and b in this order.  Each sentence tells a tired
 * technician what was seen, of what, and what follows from it.
 */
struct wording {
	const char *name;
	const char *text;
};

static const struct wording wordings[REASON_COUNT] = {
	[REASON_NO_CRASH] = {"no-crash",
		"The last session of Windows shows no sign of a crash."},
	[REASON_POWER_BUTTON] = {"power-button",
		"The last session was ended with the power button: it does not "
		"count as a crash."},
	[REASON_LAUNCHES] = {"launches",
		"Windows' boot log ends with %llu starts in quick succession, "
		"none known to have succeeded; a person who restarts a PC "
		"leaves the same."},
	[REASON_DIVERTED] = {"diverted",
		"The last start went to Automatic Repair instead of Windows: "
		"it says nothing about the content."},
	[REASON_FAILED_STARTS] = {"failed-starts",
		"Windows' boot status says that the last start failed "
		"(attempts: %llu)."},
	[REASON_STOP_CODE_UNKNOWN_AGE] = {"stop-code-of-unknown-age",
		"The firmware holds stop code 0x%08llX, but nothing tells of "
		"which session."},
	[REASON_WEAK] = {"weak-evidence",
		"No two sources agree that Windows crashes: only a person may "
		"decide to hold content."},
	[REASON_NO_STOP_CODE] = {"no-stop-code",
		"Windows did not start properly, but left no stop code: that "
		"is what a pulled plug looks like, so nothing is held."},
	[REASON_STOP_CODE_NOT_NEW] = {"stop-code-not-new",
		"Windows did not start properly, but its stop code is that of "
		"an older crash, noted in a good session: nothing is held."},
	[REASON_STOP_CODE_UNDATED] = {"stop-code-undated",
		"Stop code 0x%08llX came after the last health note, but "
		"sessions ended well since: it may be months old, so nothing "
		"is held."},
	[REASON_NO_NOTE] = {"no-note",
		"There is no health note to compare the stop code with, so "
		"crashes cannot be told from pulled plugs: nothing is held."},
	[REASON_BOOT_IDS_BEHIND] = {"boot-ids-behind",
		"Loopbreaker knows of session %llu, Windows counts only to "
		"%llu: they belong to different installations, so nothing is "
		"held."},
	[REASON_NEW_STOP_CODE] = {"new-stop-code",
		"Windows crashed with stop code 0x%08llX since its last good "
		"session."},
	[REASON_DUMP] = {"dump",
		"A crash dump of this crash is on the disk (stop code "
		"0x%08llX)."},
	[REASON_DUMP_VENDOR] = {"dump-names-vendor",
		"The driver it names is of a vendor in the policy: only that "
		"vendor's content may be held."},
	[REASON_DUMP_STRANGER] = {"dump-names-stranger",
		"The driver it names is of no vendor in the policy."},
	[REASON_NOT_CONTENT] = {"not-content",
		"No known content is to blame, so nothing is held; have the "
		"driver that the dump names updated or removed."},
	[REASON_SERVICING] = {"servicing",
		"%s: its restarts do not count as crashes, and nothing is "
		"held."},
	[REASON_STREAK] = {"streak",
		"Its last %llu sessions ended without a shutdown; %llu are "
		"enough to act."},
	[REASON_HARDWARE_STOP] = {"hardware-stop",
		"Stop code 0x%08llX points at the hardware: nothing is held; "
		"have the PC checked."},
	[REASON_STORAGE_STOP] = {"storage-stop",
		"Stop code 0x%08llX points at the disk or its file system: "
		"nothing is held; have the disk checked."},
	[REASON_OPERATOR_STOP] = {"operator-stop",
		"Stop code 0x%08llX was asked for by a person: it is not a "
		"crash, and nothing is held."},
	[REASON_WINDOWS_NONE] = {"windows-none",
		"No Windows was found on any disk: nothing is changed."},
	[REASON_WINDOWS_SEVERAL] = {"windows-several",
		"More than one Windows was found and nothing decides between "
		"them: nothing is changed."},
	[REASON_WINDOWS_ENCRYPTED] = {"windows-encrypted",
		"Windows is on a BitLocker volume that cannot be opened: "
		"nothing is changed."},
	[REASON_WINDOWS_DYNAMIC] = {"windows-dynamic",
		"Windows is on a dynamic disk or in a storage pool, of which "
		"this may be only a part: nothing is changed."},
	[REASON_WINDOWS_NOT_ALONE] = {"windows-not-alone",
		"A Windows was found, but a volume that cannot be opened "
		"(BitLocker, dynamic disk or storage pool) may hold another "
		"one: nothing is changed."},
	[REASON_WINDOWS_ELSEWHERE] = {"windows-elsewhere",
		"By its boot configuration this PC starts another Windows than "
		"the one that was found: nothing is changed."},
	[REASON_WINDOWS_AMBIGUOUS] = {"windows-ambiguous",
		"Two disks carry the same identity: nothing is changed until "
		"one of them is removed."},
	[REASON_WINDOWS_TWO_FORMATS] = {"windows-two-formats",
		"A disk or volume has two formats at once, as after formatting "
		"anew: nothing is changed."},
	[REASON_WINDOWS_UNREADABLE] = {"windows-unreadable",
		"A disk or an NTFS volume could not be read (failing, damaged "
		"or cut short): nothing is changed."},
	[REASON_FILE_NONE] = {"file-none",
		"No NTFS volume has the named file or its folder: nothing is "
		"changed."},
	[REASON_FILE_SEVERAL] = {"file-several",
		"More than one NTFS volume has the named file or its folder: "
		"nothing is changed; name the partition instead of the whole "
		"disk."},
	[REASON_HIBERNATED] = {"hibernated",
		"Windows is hibernated or was shut down with Fast Startup: its "
		"volume must not be changed; restart Windows instead of "
		"shutting it down."},
	[REASON_JOURNAL_UNREADABLE] = {"journal-unreadable",
		"The journal of the Windows volume cannot be read: it must not "
		"be changed before Windows has repaired it."},
	[REASON_STATUS_UNREADABLE] = {"status-unreadable",
		"Windows' boot status (bootstat.dat) is missing, damaged or of "
		"an unknown form, so crashes cannot be counted: nothing is "
		"held."},
	[REASON_SOURCE_FAILED] = {"source-failed",
		"%s could not be read, so nothing is held."},
	[REASON_NO_HEARTBEAT] = {"no-heartbeat",
		"Windows' boot status (bootstat.dat) does not tell when "
		"Windows last ran, so no delivery can be dated: nothing is "
		"held."},
	[REASON_NOTHING_DELIVERED] = {"nothing-delivered",
		"Windows keeps crashing, but known vendors delivered "
		"%llu files within %llu hours before: there is nothing to "
		"hold."},
	[REASON_SEVERAL_VENDORS] = {"several-vendors",
		"The %llu files delivered within %llu hours before the crash "
		"come from several vendors, and none is to blame more than the "
		"others: nothing is held."},
	[REASON_SET_TOO_LARGE] = {"set-too-large",
		"%llu files were delivered before the crash and the policy "
		"allows %llu: too many for one delivery, so nothing is held."},
	[REASON_SET] = {"set",
		"Content files delivered before the crash: %llu (window: "
		"%llu hours)."},
	[REASON_FOREIGN_HOLD] = {"foreign-hold",
		"Files are on hold that this PC's record does not know (%llu): "
		"nothing more is held before they are undone."},
	[REASON_HOLD_WAITING] = {"hold-waiting",
		"Content is on hold and on trial; sessions of Windows since: "
		"%llu."},
	[REASON_HOLD_UNFINISHED] = {"hold-unfinished",
		"The last hold was cut short; it is finished now (files still "
		"to hold: %llu)."},
	[REASON_HOLD_GONE] = {"hold-gone",
		"Of hold %llu nothing is on the disk: it was broken off or "
		"taken back, so it says nothing about the content."},
	[REASON_HOLD_HELPED] = {"hold-helped",
		"Windows had a good session after the hold: the hold helped, "
		"and its files stay on hold."},
	[REASON_HOLD_FAILED] = {"hold-failed",
		"Windows still crashes with the content on hold; sessions "
		"since: %llu."},
	[REASON_NEXT_RUNG] = {"next-rung",
		"What is on hold was not enough: rung %llu takes in %llu "
		"files more."},
	[REASON_EXHAUSTED] = {"exhausted",
		"Holding content did not help, so it is or was restored: "
		"nothing more is held before a good session or a new "
		"delivery."},
	[REASON_RECOVERED] = {"recovered",
		"Windows had a good session again: Loopbreaker is ready for "
		"the next crash."},
	[REASON_ORDERED] = {"ordered", "An operator ordered this change."},
	[REASON_INCIDENT] = {"incident-order",
		"A signed incident order names files that are on this PC: %llu "
		"(order %llu)."},
	[REASON_INCIDENT_REFUSED] = {"incident-order-refused", "%s"},
	[REASON_INCIDENT_NO_FILE] = {"incident-order-no-file",
		"None of the files that incident order %llu names is on this "
		"PC."},
	[REASON_INCIDENT_NO_CRASH] = {"incident-order-no-crash",
		"Files that incident order %llu names are on this PC, but "
		"Windows shows no sign of a crash: nothing is held."},
	[REASON_MODE_DETECT_ONLY] = {"detect-only",
		"The policy allows only to report here: nothing is changed."},
	[REASON_MODE_ORDER_ONLY] = {"signed-order-only",
		"The policy allows holds only by a signed incident order: "
		"nothing is changed."},
	[REASON_MODE_ASK] = {"ask",
		"The policy wants a person to agree before anything is "
		"changed."},
};

static const char *source_name(uint64_t source)
{
	switch (source) {
	case EVIDENCE_BUGCHECK:
		return "The stop code in the firmware variables";
	case EVIDENCE_NOTE:
		return "The health note of the last good session";
	case EVIDENCE_RECORD:
		return "Loopbreaker's own record";
	case EVIDENCE_DELIVERIES:
		return "The list of delivered content";
	case EVIDENCE_DUMP:
		return "The file that may hold a crash dump";
	case EVIDENCE_SERVICING:
		return "What would tell that Windows is being serviced";
	default:
		return "A source of evidence";
	}
}

static const char *servicing_text(uint64_t servicing)
{
	switch (servicing) {
	case SERVICING_SETUP:
		return "Windows is being set up or upgraded";
	case SERVICING_ONE_TIME:
		return "The boot configuration names a one-time start";
	case SERVICING_PENDING:
		return "Windows has updates that a restart completes";
	default:
		return "Windows is being serviced";
	}
}

static const char *incident_text(uint64_t verdict)
{
	if (verdict >= INCIDENT_VERDICT_COUNT)
		return "The reason has no words.";
	return incident_verdict_text((enum incident_verdict)verdict);
}

const char *verdict_text(enum verdict v)
{
	switch (v) {
	case VERDICT_BOOT:
		return "boot";
	case VERDICT_RETRY:
		return "retry";
	case VERDICT_HOLD:
		return "hold";
	case VERDICT_RESTORE_AND_HOLD:
		return "restore-and-hold";
	case VERDICT_REFUSE:
		return "refuse";
	}
	return "unknown";
}

const char *consent_text(enum consent consent)
{
	switch (consent) {
	case CONSENT_GIVEN:
		return "given";
	case CONSENT_NEEDED:
		return "needed";
	case CONSENT_DENIED:
		return "denied";
	}
	return "unknown";
}

const char *reason_name(enum reason_id id)
{
	if ((unsigned int)id >= REASON_COUNT)
		return "unknown";
	return wordings[id].name;
}

void reason_text(const struct reason *r, char *buf, size_t cap)
{
	if ((unsigned int)r->id >= REASON_COUNT)
		snprintf(buf, cap, "The reason has no words.");
	else if (r->id == REASON_SOURCE_FAILED)
		snprintf(buf, cap, wordings[r->id].text, source_name(r->a));
	else if (r->id == REASON_SERVICING)
		snprintf(buf, cap, wordings[r->id].text, servicing_text(r->a));
	else if (r->id == REASON_INCIDENT_REFUSED)
		snprintf(buf, cap, wordings[r->id].text, incident_text(r->a));
	else
		snprintf(buf, cap, wordings[r->id].text,
			(unsigned long long)r->a, (unsigned long long)r->b);
}
