# SPDX-License-Identifier: GPL-2.0-or-later
"""What a volume has to be when the committed transactions of its journal are
redone: from what the maker of the records said, not from any replay.
"""

import struct

from journal_actions import Transaction
from journal_pages import protect
from ntfs_image import NtfsVolume

LSN_OFFSET = 8
USA_OFFSET = 4
PROTECTED = (b"FILE", b"INDX")


def apply(path: str, transactions: list[Transaction], offset: int = 0) -> None:
    """Write into the image what its committed transactions lead to."""
    with open(path, "r+b") as file:
        volume = NtfsVolume(file, offset)
        for transaction in transactions:
            for action in transaction.actions:
                if action.result and transaction.is_committed:
                    _write(file, volume, offset, action)


def _write(file, volume: NtfsVolume, offset: int, action) -> None:
    content = action.result.content
    if content[:4] in PROTECTED:
        content = (content[:LSN_OFFSET] + struct.pack("<Q", action.lsn)
                   + content[LSN_OFFSET + 8:])
        content = protect(content, struct.unpack_from("<H", content,
                                                      USA_OFFSET)[0])
    place = (action.result.clusters[0] * volume.cluster_size
             + action.result.skip)
    file.seek(offset + place)
    file.write(content)
