# SPDX-License-Identifier: GPL-2.0-or-later
"""Does a report keep to docs/report.md?"""

import dataclasses
import os
import re

from suite import TOP

DOCUMENT = os.path.join(TOP, "docs/report.md")
ROW = re.compile(r"^\| (?:`(?P<event>[\w-]+)`)? ?\| (?P<rare>\*)?`(?P<member>\w+)`"
                 r"\*? \| (?P<type>\w+) \|")
LINE_BYTES = 2047
TIME = re.compile(r"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ|unknown)$")


@dataclasses.dataclass(frozen=True)
class Member:
    """One member of an event."""

    type: str
    is_rare: bool

    def fits(self, value) -> bool:
        """Is @value of the documented type?"""
        if self.type == "texts":
            return isinstance(value, list) and all(
                isinstance(item, str) for item in value)
        if self.type == "objects":
            return isinstance(value, list) and all(
                isinstance(item, dict) for item in value)
        if self.type == "time":
            return isinstance(value, str) and bool(TIME.match(value))
        return type(value) is {"text": str, "number": int,
                               "truth": bool}[self.type]


def read_document() -> dict[str, dict[str, Member]]:
    """The documented events with their members."""
    events: dict[str, dict[str, Member]] = {}
    members: dict[str, Member] = {}
    with open(DOCUMENT, encoding="utf-8") as file:
        for line in file:
            row = ROW.match(line)
            if not row:
                continue
            if row["event"]:
                members = events.setdefault(row["event"], {})
            members[row["member"]] = Member(row["type"], bool(row["rare"]))
    return events


def complaints(events: list[dict]) -> list[str]:
    """What in a report is not as documented."""
    document = read_document()
    found = []
    for event in events:
        members = document.get(event.get("event", ""))
        if members is None:
            found.append(f"{event} is not documented")
            continue
        for name, value in event.items():
            if name in ("event", "truncated"):
                continue
            if event["event"] == "source" and name not in members:
                continue  # its members are those of its kind
            if name not in members:
                found.append(f"{event['event']}.{name} is not documented")
            elif not members[name].fits(value):
                found.append(f"{event['event']}.{name} is {value!r}")
        if not event.get("truncated"):
            found += [f"{event['event']} has no {name}"
                      for name, member in members.items()
                      if not member.is_rare and name not in event]
    return found
