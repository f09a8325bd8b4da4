#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Takes a picture of Loopbreaker's screen at the end of a repair.

usage: screenshot.py OUTPUT.png

Boots a PC in the state of July 2024 with a graphics card.  The emulator stops
at the reset, so the picture shows all that was on the screen.
"""

import os
import sys
import tempfile

from bench import CRASHED
from pc import Builds, Pc
from qemu import RESET
from outcome import who_ran
from run import TOP
from scenario import Scenario

PNG_MAGIC = b"\x89PNG"


def is_picture(path: str) -> bool:
    """Is there a PNG file of that name?"""
    if not os.path.exists(path):
        return False
    with open(path, "rb") as file:
        return file.read(len(PNG_MAGIC)) == PNG_MAGIC


def main() -> int:
    """Boot once and keep the picture."""
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    output = sys.argv[1]
    build = os.environ.get("LOOPBREAKER_BUILD", os.path.join(TOP, "build"))
    if os.path.exists(output):
        os.unlink(output)  # an old picture must not pass for the new one
    values = dict(CRASHED, note={"boot_id": 41}, page_file={"minutes_ago": 3},
                  journal={"version": "2.0",
                           "committed": ["Windows/explorer.exe=2"]})
    with tempfile.TemporaryDirectory() as directory:
        try:
            builds = Builds(build, directory)
        except FileNotFoundError as error:
            print(f"screenshot.py: {error.filename} has not been built; run "
                  "make first", file=sys.stderr)
            return 2
        pc = Pc(Scenario("screenshot", "", [], **values), directory, builds)
        boot = pc.power_on(None, screenshot=output)
    if boot.end != RESET or who_ran(boot) != "loopbreaker: hold":
        print(f"screenshot.py: the boot ended by {boot.end}: {who_ran(boot)}",
              file=sys.stderr)
        return 1
    if not is_picture(output):
        print(f"screenshot.py: {output} could not be written",
              file=sys.stderr)
        return 1
    print(f"{output}: {os.path.getsize(output)} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
