# SPDX-License-Identifier: GPL-2.0-or-later
"""Were the TPM's registers the same each time Windows started?"""

import re

from qemu import Boot

PCR_LINE = re.compile(r"^STANDIN: PCR (\d+) ([0-9a-f]{64})$")
SEALED_TO = {0, 2, 4, 7}  # what the stand-in tells
NEVER_EXTENDED = "0" * 64


def pcrs_of(boot: Boot) -> dict[int, str]:
    """What Windows found in one boot; empty if it did not start."""
    found = [PCR_LINE.match(line) for line in boot.lines()]
    return {int(match[1]): match[2] for match in found if match}


def compare_starts(boots: list[Boot], differ: dict[str, list[int]]) -> \
        list[str]:
    """Compare each start of Windows with the first.

    @differ: by the number of the boot, from "1", the registers that have to
        differ; all others have to be equal
    Returns complaints.
    """
    starts = {number: pcrs_of(boot) for number, boot in enumerate(boots, 1)}
    starts = {number: pcrs for number, pcrs in starts.items() if pcrs}
    if len(starts) < 2:
        return [f"Windows told its PCRs {len(starts)} times: nothing to "
                "compare"]
    first = starts[min(starts)]
    complaints = []
    for number, pcrs in starts.items():
        if set(pcrs) != SEALED_TO or NEVER_EXTENDED in pcrs.values():
            complaints.append(f"boot {number}: the PCRs were {pcrs}")
            continue
        found = sorted(i for i in pcrs if pcrs[i] != first.get(i))
        wanted = sorted(differ.get(str(number), []))
        if found != wanted:
            complaints.append(f"boot {number}: PCRs {found} differ from those "
                              f"of boot {min(starts)}, not {wanted}")
    return complaints + [f"boot {number}: Windows told no PCRs"
                         for number in differ if int(number) not in starts]
