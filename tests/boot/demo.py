#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Shows a crash-looping PC repair itself in the emulator.

Runs the scenario july-2024 and tells what happens.  Everything shown comes
from the emulated PC's console and from independent readers of its disk.
"""

import argparse
import os
import sys
import tempfile
import time

from pc import Builds
from qemu import Boot, choose_accelerator
from run import HERE, TOP
from scenario import read_scenario
from scenario_run import Run
from windows_image import VENDOR_FOLDER
from witness import Witness

SCENARIO = os.path.join(HERE, "scenarios", "july-2024.toml")
RULE = "-" * 72
STORIES = {
    "loopbreaker: hold":
        "BootNext was used up and no healthy Windows has set it again, so the\n"
        "firmware starts the first of its boot options: Loopbreaker.",
    "windows: healthy":
        "Windows starts, finds the bad file no more, sets BootNext again for\n"
        "its next start, and shuts down.",
}
FIRST_CRASH = ("Windows runs.  A content file arrives from the vendor, and a\n"
               "moment later Windows crashes.")
NEXT_CRASH = "Windows starts, its driver reads the same file, and it crashes."

BOLD, RED, GREEN, YELLOW, DIM, PLAIN = (
    ("\033[1m", "\033[31m", "\033[32m", "\033[33m", "\033[2m", "\033[0m")
    if sys.stdout.isatty() and "NO_COLOR" not in os.environ else [""] * 6)


def say(text: str, colour: str = "") -> None:
    """Print one or more lines, at once."""
    print(f"{colour}{text}{PLAIN if colour else ''}", flush=True)


def colour_of(line: str) -> str:
    """By what the line is about."""
    if "BUGCHECK" in line:
        return RED
    if line.startswith("* ") or "HEALTHY" in line:
        return GREEN
    if line.startswith("! "):
        return YELLOW
    return ""


class Narrator:
    """Tells each boot after it happened."""

    def __init__(self):
        self.number = 0
        self.crashes = 0
        self.announce()

    def announce(self) -> None:
        """Before a boot."""
        self.number += 1
        say(f"\n{RULE}\nPower-on {self.number}", BOLD)

    def tell(self, boot: Boot, ran: str) -> None:
        """After a boot."""
        if ran == "windows: bugcheck":
            self.crashes += 1
            story = FIRST_CRASH if self.crashes == 1 else NEXT_CRASH
        else:
            story = STORIES.get(ran, f"Unexpected: {ran}.")
        say(story + "\n")
        for line in boot.lines():
            if line.startswith("{") or line.startswith("BdsDxe"):
                continue  # the report for machines; the firmware's own words
            say("    " + line, colour_of(line))
        say(f"    ({boot.end} after {boot.seconds:.0f} s)", DIM)
        if boot.end == "reset":
            self.announce()


def tell_result(run: Run) -> None:
    """What The Sleuth Kit finds on the disk."""
    say(f"\n{RULE}\nThe vendor's folder, as The Sleuth Kit reads it", BOLD)
    folder = VENDOR_FOLDER.lstrip("/") + "/"
    start = Witness(run.original).files()
    for path, inode in sorted(Witness(run.pc.disk).files().items()):
        if path.startswith(folder + "C-00000291"):
            age = "was there before" if path in start else "arrived"
            is_held = ".held-" in path
            say(f"    {path.removeprefix(folder):50} record {inode}, "
                f"{'on hold' if is_held else age}", GREEN if is_held else "")


def main() -> int:
    """Run the scenario and tell it."""
    parser = argparse.ArgumentParser(description="show a repair")
    parser.add_argument("--build", default=os.environ.get(
        "LOOPBREAKER_BUILD", os.path.join(TOP, "build")))
    parser.add_argument("--accel", default="auto",
                        choices=("auto", "tcg", "kvm"))
    arguments = parser.parse_args()
    started = time.monotonic()
    say("A PC with Loopbreaker installed, emulated by QEMU with OVMF firmware.\n"
        "Its disk has a real NTFS volume; Windows is played by a stand-in that\n"
        "really crashes while the bad file is in place.")
    with tempfile.TemporaryDirectory() as directory:
        try:
            builds = Builds(arguments.build, directory)
        except FileNotFoundError as error:
            say(f"demo.py: {error.filename} has not been built; run make first")
            return 2
        run = Run(read_scenario(SCENARIO), directory, builds,
                  choose_accelerator(arguments.accel), Narrator().tell)
        run.run()
        if not run.complaints:
            tell_result(run)
    say(f"\n{RULE}")
    for complaint in run.complaints:
        say(f"This is not right: {complaint}", RED)
    if not run.complaints:
        say("Two crashes, one repair, a healthy Windows: "
            f"{time.monotonic() - started:.0f} seconds.  Nothing was deleted.",
            BOLD)
    return 1 if run.complaints else 0


if __name__ == "__main__":
    sys.exit(main())
