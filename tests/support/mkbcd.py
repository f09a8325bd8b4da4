#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes boot configurations (\\EFI\\Microsoft\\Boot\\BCD).

A configuration is described as a Python dictionary:

    {'default': 'a', 'order': ['a', 'b'], 'one_time': ['re'],
     'loaders': {'a': {'gpt': (DISK, PARTITION), 'recovery': 're'},
                 'b': {'mbr': (SIGNATURE, OFFSET), 'recovery_enabled': 0},
                 're': {'file': (DISK, PARTITION)}}}

Loaders have short names here; "{...}" is taken as an id.  Of a loader:

    gpt, mbr, file     its device: a partition, or a RAM disk out of a file of
                       one
    raw                its device, as hexadecimal digits
    recovery           the loader that is started when it fails
    recovery_enabled, policy   as they are
    type               of the object: a number

What is left out is not in the store.  "path" is the boot manager's own.

usage: mkbcd.py OUT DESCRIPTION [CHANGE]

A CHANGE is a description of what is added or replaced afterwards; it reaches
only OUT.LOG1 (and OUT is dirty).
"""

import argparse
import ast
import os
import struct
import sys
import uuid

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import mkhive  # noqa: E402

BOOT_MANAGER = "{9dea862c-5cdd-4e70-acc1-f32b344d4795}"
FIRMWARE_MANAGER = "{a5a30fa2-3d06-4e9f-b5f4-a01df9d1fcba}"
MANAGER_PATH = "\\EFI\\Microsoft\\Boot\\bootmgfw.efi"
LOADER_TYPE = 0x10200003
IDS = uuid.UUID("7d1f6a00-4c2e-11ef-9a3b-525400a1b2c3")
HEADER = struct.Struct("<16s4I")  # options, type, flags, size, nothing


def loader_id(name: str) -> str:
    """The id that stands for a short name."""
    if name.startswith("{"):
        return name
    return "{" + str(uuid.uuid5(IDS, name)) + "}"


def _partition(place: bytes, style: int, disk: bytes) -> bytes:
    body = place.ljust(16, b"\0") + struct.pack("<II", 0, style) + \
        disk.ljust(16, b"\0") + bytes(16)
    return HEADER.pack(bytes(16), 6, 0, 16 + len(body), 0) + body


def gpt_device(disk: str, partition: str) -> bytes:
    """A partition of a GPT disk."""
    return _partition(uuid.UUID(partition).bytes_le, 0,
                      uuid.UUID(disk).bytes_le)


def mbr_device(signature: int, offset: int) -> bytes:
    """A partition of an MBR disk."""
    return _partition(struct.pack("<Q", offset), 1,
                      struct.pack("<I", signature))


def file_device(disk: str, partition: str) -> bytes:
    """A RAM disk out of a file of a partition, as Windows RE's."""
    inner = gpt_device(disk, partition)[16:]
    path = "\\Recovery\\WindowsRE\\Winre.wim\0".encode("utf-16-le")
    body = struct.pack("<I20xIII", 3, 1, 16 + len(inner) + len(path), 5)
    body += inner + path
    return HEADER.pack(bytes(16), 0, 1, 16 + len(body), 0) + body


def _device(loader: dict) -> bytes | None:
    for key, make in (("gpt", gpt_device), ("mbr", mbr_device),
                      ("file", file_device)):
        if key in loader:
            return make(*loader[key])
    return bytes.fromhex(loader["raw"]) if "raw" in loader else None


def _elements(loader: dict) -> dict:
    found = {"12000002": "\\Windows\\system32\\winload.efi",
             "12000004": "Windows", "22000002": "\\Windows"}
    device = _device(loader)
    if device is not None:
        found["11000001"] = found["21000001"] = device
    if "recovery" in loader:
        found["14000008"] = [loader_id(loader["recovery"])]
    if "recovery_enabled" in loader:
        found["16000009"] = bytes([loader["recovery_enabled"]])
    if "policy" in loader:
        found["250000e0"] = struct.pack("<Q", loader["policy"])
    return found


def _object(store: dict, name: str, kind: int, elements: dict) -> None:
    store[f"Objects/{name}/Description"] = {"Type": kind}
    for number, value in elements.items():
        store[f"Objects/{name}/Elements/{number}"] = {"Element": value}


def describe(config: dict) -> dict:
    """What mkhive.py makes a store of."""
    store: dict = {"Description": {"KeyName": "BCD00000000", "System": 1,
                                   "TreatAsSystem": 1}}
    manager: dict = {"12000002": config.get("path", MANAGER_PATH),
                     "12000004": "Windows Boot Manager",
                     "25000004": struct.pack("<Q", 30)}
    if "default" in config:
        manager["23000003"] = loader_id(config["default"])
    for key, number in (("order", "24000001"), ("one_time", "24000002")):
        if key in config:
            manager[number] = [loader_id(name) for name in config[key]]
    _object(store, BOOT_MANAGER, 0x10100002, manager)
    _object(store, FIRMWARE_MANAGER, 0x10100001,
            {"24000001": [BOOT_MANAGER]})
    for name, loader in config.get("loaders", {}).items():
        _object(store, loader_id(name), loader.get("type", LOADER_TYPE),
                _elements(loader))
    return store


def store(config: dict) -> bytes:
    """A clean store."""
    return mkhive.hive(describe(config))


def main() -> None:
    """For shells and C programs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out")
    parser.add_argument("descriptions", nargs="+", type=ast.literal_eval)
    words = parser.parse_args()
    config, *changes = words.descriptions
    files = [store(config)]
    if changes:
        files = list(mkhive.dirty_hive(
            describe(config),
            [describe(dict(config, **change)) for change in changes]))
    for content, suffix in zip(files, ("", ".LOG1", ".LOG2")):
        with open(words.out + suffix, "wb") as file:
            file.write(content)


if __name__ == "__main__":
    main()
