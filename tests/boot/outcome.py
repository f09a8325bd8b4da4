# SPDX-License-Identifier: GPL-2.0-or-later
"""Who ran in a boot, and how it ended, from what came over the console."""

import re

from firmware import OVMF, Firmware
from qemu import Boot
from shim import ENROLMENT, REFUSAL

STANDIN_WORDS = (("WINRE", "winre"), ("ERROR", "error"),
                 ("BUGCHECK", "bugcheck"), ("UNPLUGGED", "unplugged"),
                 ("HEALTHY", "healthy"))
# What the screen says of a verdict, for want of a report.
SHOWN = (("restore-and-hold", "* Restored: "), ("hold", "* On hold: "))
NOTHING_SHOWN = "nothing done"


def verdict_of(boot: Boot, firmware: Firmware) -> str:
    """The verdict as it was reported, or as far as the screen shows it."""
    events = boot.events()
    if not firmware.has_reports:
        for verdict, mark in SHOWN:
            if any(line.startswith(mark) for line in boot.lines()):
                return verdict
        return NOTHING_SHOWN
    verdicts = [e.get("verdict", "") for e in events
                if e.get("event") == "verdict"]
    results = [e for e in events if e.get("event") == "result"]
    if any("error" in e for e in results):
        verdicts.append("failed")
    elif (verdicts[-1:] in (["hold"], ["restore-and-hold"]) and
          [e.get("verdict") for e in results[-1:]] == ["refuse"]):
        verdicts.append("refused")
    return " ".join(verdicts) or "no verdict"


def as_shown(wanted: str, firmware: Firmware) -> str:
    """What who_ran() says where one of Scenario.boots is right."""
    if firmware.has_reports:
        return wanted
    return re.sub(r"loopbreaker: (boot|retry|refuse|no verdict|hold failed|"
                  r"hold refused)\b",
                  "loopbreaker: " + NOTHING_SHOWN, wanted)


def who_ran(boot: Boot, firmware: Firmware = OVMF) -> str:
    """"loopbreaker: VERDICT", "windows: END", or both after a chain load; before
    them "shim: refusal" or "shim: enrolment", where it did not let us start.

    "failed" follows the verdict if it could not be carried out, "refused" if
    the policy or a person did not want it.
    """
    parts = []
    shown = "\n".join(boot.lines())
    if ENROLMENT.search(shown):
        parts.append("shim: enrolment")
    elif REFUSAL.search(shown):
        parts.append("shim: refusal")
    if boot.events() or any(line.startswith("Loopbreaker ")
                            for line in boot.lines()):
        parts.append("loopbreaker: " + verdict_of(boot, firmware))
    said = [line for line in boot.lines() if line.startswith("STANDIN: ")]
    if said:
        ends = [end for word, end in STANDIN_WORDS
                if any(line.startswith("STANDIN: " + word) for line in said)]
        parts.append("windows: " + (ends[0] if ends else "no end"))
    return ", ".join(parts) or "nobody"
