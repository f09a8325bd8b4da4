# SPDX-License-Identifier: GPL-2.0-or-later
"""Running other programs so that what they make depends on nothing but what
they are given: not on the user, the time, the time zone or the language.
"""

import os
import subprocess


class Refused(Exception):
    """What was asked for is not made; sentences for the person who asked."""


class ToolError(Exception):
    """A program that is not there, or did not do it; one sentence."""


def environment(moment: int | None = None) -> dict[str, str]:
    """For other programs; @moment: what they write down as the time"""
    found = {name: value for name, value in os.environ.items()
             if name not in ("MTOOLSRC", "MTOOLS_LOWER_CASE", "POSIXLY_CORRECT",
                             "SOURCE_DATE_EPOCH")}
    found.update(LC_ALL="C.UTF-8", TZ="UTC", MTOOLS_SKIP_CHECK="1",
                 PATH=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if moment is not None:
        found["SOURCE_DATE_EPOCH"] = str(moment)
    return found


def try_tool(*command: str, moment: int | None = None
             ) -> subprocess.CompletedProcess:
    """Run a program to its end, whatever that is; raises ToolError if it is
    not there.
    """
    try:
        return subprocess.run(
            command, env=environment(moment), stdin=subprocess.DEVNULL,
            capture_output=True, text=True, errors="replace", check=False)
    except FileNotFoundError as error:
        raise ToolError(f"{command[0]} is not there; scripts/setup installs "
                        "what is needed, make builds the rest.") from error


def run_tool(*command: str, moment: int | None = None) -> str:
    """What a program prints that has to succeed; raises ToolError."""
    done = try_tool(*command, moment=moment)
    if done.returncode:
        words = (done.stderr or done.stdout).strip().splitlines()
        raise ToolError(f"{command[0]} ended with {done.returncode}: "
                        f"{words[-1] if words else 'it said nothing'}")
    return done.stdout
