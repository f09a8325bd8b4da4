# SPDX-License-Identifier: GPL-2.0-or-later
"""What came of the scenarios, in words."""

import dataclasses
import resource

from firmware import FIRMWARES
from qemu import Boot

LAST_LINES = 15


@dataclasses.dataclass
class Result:
    """What came of one scenario."""

    name: str
    complaints: list[str]
    boots: list[Boot]
    seconds: float
    processor_seconds: float  # of everything that was started for it
    directory: str
    firmware: str  # its name
    remarks: list[str] = dataclasses.field(default_factory=list)


def print_result(result: Result) -> None:
    """One line, and what one needs to know if it failed."""
    mark = "FAIL" if result.complaints else "ok"
    print(f"{mark:4}  {result.name} on {result.firmware}: "
          f"{len(result.boots)} boots "
          f"({result.seconds:.0f} s, {result.processor_seconds:.1f} s of a "
          "processor)", flush=True)
    for remark in result.remarks:
        print(f"      {remark}")
    if not result.complaints:
        return
    for complaint in result.complaints:
        print(f"      {complaint}")
    print(f"      logs and images: {result.directory}")
    if result.boots:
        print("      last lines:")
        for line in result.boots[-1].lines()[-LAST_LINES:]:
            print(f"        {line[:160]}")


def processor_seconds() -> float:
    """What this process and those that it has waited for have used so far."""
    return sum(usage.ru_utime + usage.ru_stime for usage in map(
        resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


def print_times(results: list[Result]) -> None:
    """Every run, the most expensive first."""
    print("processor s   s  boots")
    for result in sorted(results, key=lambda r: -r.processor_seconds):
        print(f"{result.processor_seconds:11.1f} {result.seconds:3.0f} "
              f"{len(result.boots):6}  {result.name} on "
              f"{result.firmware}")


def print_sums(results: list[Result]) -> None:
    """What was run on which firmware; tests/check.py shows such lines."""
    for firmware in FIRMWARES:
        here = [result for result in results if result.firmware == firmware]
        if here:
            failed = sum(bool(result.complaints) for result in here)
            print(f"counted: {firmware}: {len(here)} runs, "
                  f"{failed} failed, "
                  f"{sum(len(result.boots) for result in here)} boots, "
                  f"{sum(r.processor_seconds for r in here):.0f} s of a "
                  "processor")
