# SPDX-License-Identifier: GPL-2.0-or-later
"""Files with BitLocker keys, as people have them: what Windows saves, a table
with everybody's keys, a sealed pack of one, a startup key.
"""

import dataclasses
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "cli"))
from recovery_keys import (  # noqa: E402
    PIN, RecoveryKey, make_keys, table, windows_text)
from locked import LockedVolume  # noqa: E402
from toolbox import run_tool  # noqa: E402

TEXT, TABLE, PACK, STARTUP = "txt", "csv", "pack", "bek"
RIGHT, WRONG, OTHER = "right", "wrong", "other"
OTHER_PCS = 300  # in a table


@dataclasses.dataclass
class KeyFile:
    """[[key_file]]"""

    kind: str
    protector: int = 1  # whose: its place in Lock.protectors, from 0
    key: str = RIGHT  # "wrong": other digits; "other": of another volume
    name: str | None = None  # None: as it usually is

    def __post_init__(self):
        if (self.kind not in (TEXT, TABLE, PACK, STARTUP) or
                self.key not in (RIGHT, WRONG, OTHER)):
            raise ValueError(f"key_file: {self.kind}, {self.key}")


def typed_answer(word: str, volume: LockedVolume | None) -> str:
    """What is typed for one of Scenario.typed."""
    if word == "pin":
        return PIN
    if word == "other key":
        return make_keys(1, 1907)[0].password.replace("-", "")
    if word.startswith("key "):
        return volume.password(int(word[4:])).replace("-", "")
    return word


def _key(spec: KeyFile, volume: LockedVolume) -> RecoveryKey:
    stranger, = make_keys(1, 1907)
    if spec.key == OTHER:
        return stranger
    return RecoveryKey(
        volume.keys.key_ids[spec.protector],
        volume.password(spec.protector) if spec.key == RIGHT
        else stranger.password)


def _pack(content: bytes, command: str, directory: str) -> bytes:
    """Sealed with the Linux command."""
    paths = [os.path.join(directory, name)
             for name in ("keys.csv", "site.keys", "pin")]
    for path, data in ((paths[0], content), (paths[2], PIN.encode() + b"\n")):
        with open(path, "wb") as file:
            file.write(data)
    run_tool(command, "keys", "pack", paths[0], "--force", "--output",
             paths[1], "--pin-file", paths[2])
    with open(paths[1], "rb") as file:
        sealed = file.read()
    for path in paths:
        os.remove(path)
    return sealed


def make_key_file(spec: KeyFile, volume: LockedVolume, command: str,
                  directory: str) -> tuple[str, bytes]:
    """Name and content; @command: build/host/loopbreaker"""
    key = _key(spec, volume)
    if spec.kind == STARTUP:
        with open(volume.bek_files[spec.protector], "rb") as file:
            return spec.name or f"{key.key_id}.BEK", file.read()
    if spec.kind == TEXT:
        return (spec.name or f"BitLocker Recovery Key {key.key_id}.TXT",
                windows_text(key))
    others = make_keys(OTHER_PCS, 41)
    content = table([*others[:OTHER_PCS // 2], key,
                     *others[OTHER_PCS // 2:]]).encode()
    if spec.kind == TABLE:
        return spec.name or "keys.csv", content
    return spec.name or "site.keys", _pack(content, command, directory)
