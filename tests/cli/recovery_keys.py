# SPDX-License-Identifier: GPL-2.0-or-later
"""Recovery keys for tests: made by chance, worth nothing."""

import dataclasses
import random
import uuid

PIN = "271828182845"


@dataclasses.dataclass(frozen=True)
class RecoveryKey:
    """One protector's identifier and its recovery password."""

    key_id: str
    password: str

    def start(self) -> str:
        """What Windows shows of the identifier."""
        return self.key_id[:8].upper()


def make_keys(count: int, seed: int = 1) -> list[RecoveryKey]:
    """So many, the same for the same @seed."""
    chance = random.Random(seed)
    return [RecoveryKey(
        str(uuid.UUID(int=chance.getrandbits(128), version=4)),
        "-".join(f"{chance.randrange(65536) * 11:06}" for _ in range(8)))
            for _ in range(count)]


def windows_text(key: RecoveryKey) -> bytes:
    """The file that Windows saves."""
    return ("\ufeffBitLocker Drive Encryption recovery key \r\n\r\n"
            "Identifier:\r\n\r\n\t" + key.key_id.upper() + "\r\n\r\n"
            "Recovery Key:\r\n\r\n\t" + key.password + "\r\n").encode(
                "utf-16-le")


def table(keys: list[RecoveryKey]) -> str:
    """CrowdStrike's CSV."""
    return "KeyID,RecoveryKey\n" + "".join(
        f"{key.key_id},{key.password}\n" for key in keys)
