#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Takes a picture of Loopbreaker's screen at the end of a repair.

usage: screenshot.py OUTPUT.png

Boots a PC in the state of July 2024 with a graphics card.  The emulator stops
at the reset, so the picture shows all that was on the screen.
"""

import sys
import tempfile

import picture
from bench import CRASHED
from pc import Builds, Pc
from qemu import RESET
from outcome import who_ran
from scenario import Scenario


def take(build: str, output: str) -> None:
    """Boot once and keep the picture."""
    values = dict(CRASHED, note={"boot_id": 41}, page_file={"minutes_ago": 3},
                  journal={"version": "2.0",
                           "committed": ["Windows/explorer.exe=2"]})
    with tempfile.TemporaryDirectory() as directory:
        try:
            builds = Builds(build, directory)
        except FileNotFoundError as error:
            raise picture.NotBuilt(f"{error.filename} has not been built; run "
                                   "make first") from error
        pc = Pc(Scenario("screenshot", "", [], **values), directory, builds)
        boot = pc.power_on(None, screenshot=output)
    if boot.end != RESET or who_ran(boot) != "loopbreaker: hold":
        raise picture.NotTaken(
            f"the boot ended by {boot.end}: {who_ran(boot)}")


if __name__ == "__main__":
    sys.exit(picture.main(__doc__, take))
