# SPDX-License-Identifier: GPL-2.0-or-later
"""What came of the scenarios, in words."""

import dataclasses

from firmware import FIRMWARES, Firmware
from qemu import Boot

LAST_LINES = 15


@dataclasses.dataclass
class Result:
    """What came of one scenario."""

    name: str
    complaints: list[str]
    boots: list[Boot]
    seconds: float
    directory: str
    firmware: Firmware


def print_result(result: Result) -> None:
    """One line, and what one needs to know if it failed."""
    mark = "FAIL" if result.complaints else "ok"
    print(f"{mark:4}  {result.name} on {result.firmware.name}: "
          f"{len(result.boots)} boots "
          f"({result.seconds:.0f} s)", flush=True)
    if not result.complaints:
        return
    for complaint in result.complaints:
        print(f"      {complaint}")
    print(f"      logs and images: {result.directory}")
    if result.boots:
        print("      last lines:")
        for line in result.boots[-1].lines()[-LAST_LINES:]:
            print(f"        {line[:160]}")


def print_sums(results: list[Result]) -> None:
    """What was run on which firmware."""
    for firmware in FIRMWARES.values():
        here = [result for result in results if result.firmware is firmware]
        if here:
            print(f"{firmware.name}: {len(here)} scenarios, "
                  f"{sum(len(result.boots) for result in here)} boots")
