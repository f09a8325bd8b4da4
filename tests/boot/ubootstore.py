# SPDX-License-Identifier: GPL-2.0-or-later
"""The file in which U-Boot keeps its UEFI variables, \\ubootefi.var on the EFI
system partition: a header, then one entry behind the other.

Format: include/efi_variable.h of U-Boot (struct efi_var_file).
"""

import os
import struct
import tempfile
import uuid
import zlib

from bootvars import (
    GLOBAL_GUID, NV_BS_RT, BootVariables, StoreError, Variable)
from diskimage import ESP_BYTES, ESP_START
from sparse import copy_image
from toolbox import ToolError, run_tool

FILE_NAME = "ubootefi.var"
MAGIC = 0x0161566966456255
HEADER = struct.Struct("<QQII")  # reserved, magic, length, CRC-32
ENTRY = struct.Struct("<IIQ16s")  # data bytes, attributes, time, GUID
ALIGN = 8


def _parse(raw: bytes) -> list[Variable]:
    if len(raw) < HEADER.size:
        raise StoreError("The file of variables ends within its header.")
    _, magic, length, checksum = HEADER.unpack_from(raw)
    if magic != MAGIC or length != len(raw):
        raise StoreError("This is not a file of U-Boot's variables.")
    if zlib.crc32(raw[HEADER.size:length]) != checksum:
        raise StoreError("The checksum of U-Boot's variables is wrong.")
    found = []
    offset = HEADER.size
    while length - offset > ENTRY.size:
        size, attributes, _, guid = ENTRY.unpack_from(raw, offset)
        name = end = offset + ENTRY.size
        while raw[end:end + 2] not in (b"\0\0", b""):
            end += 2
        data = end + 2
        if size > length or data > length - size:
            raise StoreError("A variable of U-Boot ends outside the file.")
        found.append(Variable(raw[name:end].decode("utf-16-le"),
                              uuid.UUID(bytes_le=guid), attributes,
                              raw[data:data + size]))
        offset = data + size + -(data + size) % ALIGN
    return found


def _encode(variables: list[Variable]) -> bytes:
    body = b""
    for variable in variables:
        body += ENTRY.pack(len(variable.data), variable.attributes, 0,
                           variable.guid.bytes_le)
        body += (variable.name + "\0").encode("utf-16-le") + variable.data
        body += bytes(-len(body) % ALIGN)
    return HEADER.pack(0, MAGIC, HEADER.size + len(body),
                       zlib.crc32(body)) + body


def _esp_files(disk: str, directory: str) -> dict[str, bytes]:
    """The content of every file of the system partition, by path."""
    os.mkdir(directory)
    run_tool("mcopy", "-s", "-n", "-i", f"{disk}@@{ESP_START}", "::/",
             directory)
    found = {}
    for folder, _, names in os.walk(directory):
        for name in names:
            path = os.path.join(folder, name)
            with open(path, "rb") as file:
                found[os.path.relpath(path, directory)] = file.read()
    return found


def hide_variables(before: str, after: str, result: str,
                   may_be_torn: bool = False) -> list[str]:
    """Make @result: the disk @after with the system partition of @before.

    @may_be_torn: the power failed while U-Boot was writing there
    Returns complaints if another file of that partition was changed.
    """
    copy_image(after, result)
    with open(before, "rb") as source, open(result, "r+b") as target:
        source.seek(ESP_START)
        target.seek(ESP_START)
        target.write(source.read(ESP_BYTES))
    with tempfile.TemporaryDirectory() as directory:
        old = _esp_files(before, os.path.join(directory, "before"))
        try:
            new = _esp_files(after, os.path.join(directory, "after"))
        except ToolError:
            if not may_be_torn:
                raise
            return []  # its allocation table is half written
    return [f"{path} on the system partition was changed"
            for path in sorted(old.keys() | new.keys())
            if os.path.basename(path) != FILE_NAME and
            old.get(path) != new.get(path)]


class UbootStore(BootVariables):
    """The variables in a disk image's EFI system partition."""

    def __init__(self, disk: str):
        self._esp = f"{disk}@@{ESP_START}"
        self._variables: dict[tuple[str, uuid.UUID], Variable] = {}
        with tempfile.TemporaryDirectory() as directory:
            path = os.path.join(directory, FILE_NAME)
            try:
                run_tool("mcopy", "-i", self._esp, "::/" + FILE_NAME, path)
            except ToolError:
                return  # U-Boot has not made it yet
            with open(path, "rb") as file:
                for variable in _parse(file.read()):
                    self._variables[variable.name, variable.guid] = variable

    def variables(self) -> list[Variable]:
        """Every variable that survives a reset."""
        return list(self._variables.values())

    def set(self, name: str, data: bytes, guid: uuid.UUID = GLOBAL_GUID,
            attributes: int = NV_BS_RT) -> None:
        """Create or replace a variable."""
        self._variables[name, guid] = Variable(name, guid, attributes, data)

    def delete(self, name: str, guid: uuid.UUID = GLOBAL_GUID) -> bool:
        """Delete a variable; was there one?"""
        return self._variables.pop((name, guid), None) is not None

    def save(self) -> None:
        """Write the file."""
        with tempfile.TemporaryDirectory() as directory:
            path = os.path.join(directory, FILE_NAME)
            with open(path, "wb") as file:
                file.write(_encode(self.variables()))
            run_tool("mcopy", "-o", "-i", self._esp, path, "::/" + FILE_NAME)
