#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Device calls, bytes, time, memory and size of one run, beside the budgets.

Boots Loopbreaker on a PC in a crash loop: with a valid journal, with the
journal that a crash leaves, and on a PC without a crash.  Exits with 1 if a
budget is exceeded.  Times are those of an emulated processor and depend on
what else this machine does, so a time that is too long is measured again.
"""

import argparse
import dataclasses
import os
import sys
import tempfile

from pc import Builds, Pc
from qemu import RESET, choose_accelerator
from run import TOP
from scenario import Scenario

KIB = 1024
SIZE_BUDGET = 400 * KIB
TIME_TRIES = 3

CRASHED = {
    "status": {"boot_id": 43, "clean_boot_id": 41, "good": 0, "shutdown": 0,
               "checkpoint": 0, "attempts": 1},
    "stop_code": {"code": 0x50},
    "content": [{"name": "C-00000291-00000000-00000032.sys", "text": "BAD"}],
}
CASES = {
    "valid journal": dict(CRASHED, journal={"version": "1.1", "closed": True}),
    "dirty 2.0 journal": dict(CRASHED, journal={
        "version": "2.0", "committed": ["Windows/explorer.exe=2"]}),
    "no crash": {"journal": {"version": "1.1", "closed": True}},
}
VERDICTS = {"valid journal": "hold", "dirty 2.0 journal": "hold",
            "no crash": "boot"}


@dataclasses.dataclass(frozen=True)
class Row:
    """One line of the table."""

    label: str
    event: str
    key: str
    budget: int | None = None
    judged: tuple[str, ...] = ("valid journal",)


EVERYWHERE = tuple(CASES)
TIME = Row("milliseconds, entry to reset", "end", "milliseconds", 250,
           EVERYWHERE)
ROWS = (
    Row("reads up to the verdict", "result", "observe_reads", 20),
    Row("bytes read up to it", "result", "observe_read_bytes"),
    Row("writes", "result", "apply_writes", 12),
    Row("bytes written", "result", "apply_written_bytes"),
    Row("flushes", "result", "apply_flushes"),
    Row("reads to verify", "result", "apply_reads", 20),
    Row("bytes read to verify", "result", "apply_read_bytes"),
    TIME,
    Row("bytes of memory at the most", "end", "memory_peak", 16 * KIB * KIB,
        EVERYWHERE),
)


class BenchError(Exception):
    """A run that measured nothing; one sentence."""


def measure(name: str, builds: Builds, accelerator: str) -> dict:
    """One run of Loopbreaker; what it reported, by (event, key)."""
    values = dict(CASES[name])
    values["note"] = {"boot_id": 41}
    with tempfile.TemporaryDirectory() as directory:
        pc = Pc(Scenario(name, "", [], **values), directory, builds,
                accelerator)
        boot = pc.power_on(None)
    found = {}
    for event in boot.events():
        for key, value in event.items():
            found[event["event"], key] = value
    verdict = found.get(("verdict", "verdict"))
    if boot.end != RESET or verdict != VERDICTS[name]:
        raise BenchError(f"{name}: the run ended by {boot.end} with the "
                         f"verdict {verdict}; run make check.")
    return found


def measure_patiently(name: str, builds: Builds, accelerator: str) -> dict:
    """As measure(), again if the machine was busy; the fastest run counts."""
    best = None
    for _ in range(TIME_TRIES):
        found = measure(name, builds, accelerator)
        if best is None or (found[TIME.event, TIME.key] <
                            best[TIME.event, TIME.key]):
            best = found
        if best[TIME.event, TIME.key] <= TIME.budget:
            break
    return best


def print_table(measured: dict[str, dict]) -> int:
    """The table; returns how many budgets were exceeded."""
    exceeded = 0
    print(f"{'':30}" + "".join(f"{name:>19}" for name in measured) +
          f"{'budget':>12}")
    for row in ROWS:
        cells = ""
        for name, found in measured.items():
            value = found[row.event, row.key]
            is_over = (row.budget is not None and name in row.judged and
                       value > row.budget)
            exceeded += is_over
            cells += f"{str(value) + (' !' if is_over else ''):>19}"
        budget = "" if row.budget is None else str(row.budget)
        print(f"{row.label:30}{cells}{budget:>12}")
    return exceeded


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="measure one run")
    parser.add_argument("--build", default=os.environ.get(
        "LOOPBREAKER_BUILD", os.path.join(TOP, "build")))
    parser.add_argument("--accel", default="tcg",
                        choices=("auto", "tcg", "kvm"))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        try:
            builds = Builds(arguments.build, directory)
            accelerator = choose_accelerator(arguments.accel)
            measured = {name: measure_patiently(name, builds, accelerator)
                        for name in CASES}
        except FileNotFoundError as error:
            print(f"bench.py: {error.filename} has not been built; run make "
                  "first", file=sys.stderr)
            return 2
        except BenchError as error:
            print(f"bench.py: {error}", file=sys.stderr)
            return 1
        size = os.path.getsize(builds.loopbreaker)
    exceeded = print_table(measured)
    is_large = size > SIZE_BUDGET
    print(f"{'bytes of loopbreaker.efi':30}{size:>19}"
          f"{' !' if is_large else '':38}{SIZE_BUDGET:>12}")
    print("emulator: " + accelerator + "; budgets hold for the valid journal, "
          "those of time and memory always")
    if exceeded or is_large:
        print("A budget is exceeded where there is a !.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
