# SPDX-License-Identifier: GPL-2.0-or-later
"""What has to come of a scenario beside the boots and the disk: what was said,
and what the variables are in the end.  Complaints, none if all is well.
"""

import re

from bootvars import BootVariables
from diskimage import NTFS_START
from page_file import dump_boot_id
from pc import (
    LOOPBREAKER_GUID, MEMORY_OVERWRITE, MEMORY_OVERWRITE_GUID, NOTE,
    NOTE_HAS_CODE)
from qemu import Boot
from scenario import Expect


def check_log(boots: list[Boot], expect: Expect,
              has_reports: bool) -> list[str]:
    """Did Loopbreaker say what it should, and nothing that it should not?

    @has_reports: the firmware let it send any
    """
    text = "\n".join(line for boot in boots for line in boot.lines()
                     if not line.startswith("STANDIN: "))
    return [f"nobody said \"{pattern}\""
            for pattern in (expect.log if has_reports else ())
            if not re.search(pattern, text)] + [
                f"somebody said \"{pattern}\"" for pattern in expect.not_log
                if re.search(pattern, text)]


def check_network(sent: list[str], asked: list[str],
                  expect: Expect) -> list[str]:
    """What came to the log server, and what the other one was asked for."""
    text = "\n".join(sent)
    complaints = [f"nobody sent \"{pattern}\"" for pattern in expect.sent
                  if not re.search(pattern, text)]
    complaints += [f"nobody asked for \"{pattern}\"" for pattern in expect.served
                   if not any(re.fullmatch(pattern, one) for one in asked)]
    if expect.asked is not None and asked != expect.asked:
        complaints.append(f"these files were asked for: {asked}")
    return complaints


def check_time(boots: list[Boot], expect: Expect) -> list[str]:
    """Did no run of Loopbreaker take too long, by its own clock?"""
    if expect.within is None:
        return []
    took = [event["milliseconds"] / 1000 for boot in boots
            for event in boot.events() if event.get("event") == "end"]
    return ([] if took and max(took) <= expect.within else
            [f"the runs took {took} s"])


def check_dump(disk: str, boot_id: int) -> list[str]:
    """Of which session is the dump in the page file?"""
    found = dump_boot_id(disk, NTFS_START)
    return ([] if found == boot_id else
            [f"the page file's dump is of session {found}"])


def check_variables(store: BootVariables, expect: Expect) -> list[str]:
    """The boot options, and Loopbreaker's own variables."""
    complaints = []
    if expect.boot_next and _boot_next(store) != expect.boot_next:
        complaints.append(f"BootNext is {_boot_next(store)}")
    if expect.first_in_order:
        first = store.boot_options()[store.boot_order()[0]]
        if not re.search({"windows": "bootmgfw"}.get(
                expect.first_in_order, expect.first_in_order), first.path):
            complaints.append(f"BootOrder begins with {first}")
    for name, wanted in (("Record", expect.record),
                         ("Failure", expect.failure)):
        variable = store.find("Loopbreaker" + name, LOOPBREAKER_GUID)
        found = "present" if variable else "absent"
        if wanted and found != wanted:
            complaints.append(f"Loopbreaker{name} is {found}")
    return complaints + _check_note(
        store.get("LoopbreakerNote", LOOPBREAKER_GUID), expect)


def memory_is_overwritten(store: BootVariables) -> bool:
    """Is the firmware asked to, at the next start?"""
    value = store.get(MEMORY_OVERWRITE, MEMORY_OVERWRITE_GUID)
    return bool(value and value[0] & 1)


def _boot_next(store: BootVariables) -> str:
    """In the words of Expect."""
    number = store.boot_next()
    if number is None:
        return "absent"
    option = store.boot_options().get(number)
    if option and option.path.lower().endswith("bootmgfw.efi"):
        return "windows"
    return f"Boot{number:04X}"


def _check_note(raw: bytes | None, expect: Expect) -> list[str]:
    """The health note."""
    if expect.note_boot_id is None:
        return []
    if raw is None:
        return ["there is no health note"]
    _, boot_id, _, flags, code, _, _ = NOTE.unpack(raw)
    found = (boot_id, code if flags & NOTE_HAS_CODE else None)
    if found != (expect.note_boot_id, expect.note_code):
        return [f"the health note says {found}"]
    return []
