#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Offline reader and editor of EDK2's variable store (vars.fd).

The file starts with a firmware volume header, followed by a variable store in
EDK2's authenticated format: a chain of records, each with a state byte in
which flash can only clear bits.  A variable is changed by appending a record
and marking the old one deleted, so a used store holds many dead records.

usage: nvstore.py FILE list [TEXT]
       nvstore.py FILE get NAME
       nvstore.py FILE set NAME HEXDATA [GUID [ATTRIBUTES]]
       nvstore.py FILE delete NAME [GUID]
       nvstore.py FILE options
"""

import struct
import sys
import uuid

from bootvars import (
    GLOBAL_GUID, NV_BS_RT, BootVariables, StoreError, Variable)

AUTHENTICATED_STORE_GUID = uuid.UUID("aaf32c78-947b-439a-a180-2e144ec37792")

# Firmware volume header (PI specification, volume 3).
VOLUME_LENGTH_OFFSET = 32
VOLUME_SIGNATURE_OFFSET = 40
VOLUME_SIGNATURE = b"_FVH"
VOLUME_HEADER_LENGTH_OFFSET = 48
VOLUME_HEADER_MIN = 72
MAX_VOLUME_BYTES = 1 << 20  # flash behind that is the file's, not the store's

# What create_store() makes: as ArmVirtQemu has it, three blocks of flash for
# the variables, the firmware's notes while it reclaims space, and the spare.
VOLUME_HEADER = struct.Struct("<16x16sQ4sIHHHBBIIQ")
VOLUME_GUID = uuid.UUID("fff12b8d-7696-4c8b-a985-2747075b4f50")
VOLUME_ATTRIBUTES = 0xE36
VOLUME_REVISION = 2
FLASH_BLOCK = 0x40000
FLASH_BLOCKS = 3
FLASH_UNIT = 128  # what the driver programs at once

# Variable store header, directly behind it.
STORE_HEADER = struct.Struct("<16sIBBHI")
STORE_FORMATTED = 0x5A
STORE_HEALTHY = 0xFE

# One record: start id, state, reserved, attributes, monotonic count, time,
# key index, name size, data size, vendor GUID; then name, data, padding to 4.
RECORD_HEADER = struct.Struct("<HBBIQ16sIII16s")
RECORD_START = 0x55AA
HALF_RECORD_START = 0xFFAA  # power was cut behind the first byte
RECORD_ALIGN = 4
ERASED = 0xFF

STATE_ADDED = 0x3F
STATE_IN_DELETE = 0x3E  # superseded; counts only while no added record exists
DELETED_BIT = 0x02  # cleared in a deleted record's state


def _check_volume(raw: bytes) -> int:
    """Return the offset of the variable store header."""
    if len(raw) < VOLUME_HEADER_MIN:
        raise StoreError(f"{len(raw)} bytes are too short for a variable store.")
    signature = raw[VOLUME_SIGNATURE_OFFSET:VOLUME_SIGNATURE_OFFSET + 4]
    if signature != VOLUME_SIGNATURE:
        raise StoreError("This is not a firmware volume: no _FVH signature.")
    (volume_length,) = struct.unpack_from("<Q", raw, VOLUME_LENGTH_OFFSET)
    (header_length,) = struct.unpack_from(
        "<H", raw, VOLUME_HEADER_LENGTH_OFFSET)
    if volume_length > len(raw):
        raise StoreError("The firmware volume is longer than the file.")
    if (header_length < VOLUME_HEADER_MIN or header_length % 2 or
            header_length > len(raw) - STORE_HEADER.size):
        raise StoreError("The firmware volume's header length is impossible.")
    words = struct.unpack_from(f"<{header_length // 2}H", raw)
    if sum(words) & 0xFFFF:
        raise StoreError("The firmware volume's header checksum is wrong.")
    return header_length


def create_store(path: str) -> None:
    """Put an empty store at the start of an existing file."""
    def header(checksum: int) -> bytes:
        return VOLUME_HEADER.pack(
            VOLUME_GUID.bytes_le, FLASH_BLOCKS * FLASH_BLOCK,
            VOLUME_SIGNATURE, VOLUME_ATTRIBUTES, VOLUME_HEADER.size, checksum,
            0, 0, VOLUME_REVISION, FLASH_BLOCKS, FLASH_BLOCK, 0)
    words = struct.unpack(f"<{VOLUME_HEADER.size // 2}H", header(0))
    store = STORE_HEADER.pack(
        AUTHENTICATED_STORE_GUID.bytes_le, FLASH_BLOCK - VOLUME_HEADER.size,
        STORE_FORMATTED, STORE_HEALTHY, 0, 0)
    raw = header(-sum(words) & 0xFFFF) + store
    with open(path, "r+b") as file:
        file.write(raw.ljust(FLASH_BLOCKS * FLASH_BLOCK, bytes([ERASED])))


class VariableStore(BootVariables):
    """The variables of one vars.fd; save() writes them back."""

    def __init__(self, path):
        self.path = path
        with open(path, "rb") as file:
            self._raw = bytearray(file.read(MAX_VOLUME_BYTES))
        header = _check_volume(self._raw)
        guid, size, formatted, state, _, _ = STORE_HEADER.unpack_from(
            self._raw, header)
        if uuid.UUID(bytes_le=guid) != AUTHENTICATED_STORE_GUID:
            raise StoreError("There is no authenticated variable store here.")
        if formatted != STORE_FORMATTED or state != STORE_HEALTHY:
            raise StoreError("The variable store was never formatted.")
        if size < STORE_HEADER.size or size > len(self._raw) - header:
            raise StoreError("The variable store is longer than its volume.")
        self._start = header + STORE_HEADER.size
        self._end = header + size
        self._records: list[Variable] = []
        self._free = self._start
        self._scan()

    def _scan(self) -> None:
        self._records = []
        offset = self._start
        while offset + RECORD_HEADER.size <= self._end:
            if self._is_stray(offset):
                self._erase(offset)
            record = self._record_at(offset)
            if record is None:
                break
            self._records.append(record)
            offset += record.length
        self._free = offset

    def _is_stray(self, offset: int) -> bool:
        """Did the firmware's flash driver leave rubbish here (quirk Q70)?

        It fills the rest of a unit of flash behind the last record; the
        firmware takes that for the end of the store, as here.
        """
        (start,) = struct.unpack_from("<H", self._raw, offset)
        end = offset + -offset % FLASH_UNIT
        return (start not in (RECORD_START, 0xFFFF) and
                not bytes(self._raw[end:self._end]).strip(bytes([ERASED])))

    def _erase(self, offset: int) -> None:
        self._raw[offset:self._end] = bytes([ERASED]) * (self._end - offset)

    def _record_at(self, offset: int) -> Variable | None:
        (start, state, _, attributes, _, _, _, name_size, data_size,
         guid) = RECORD_HEADER.unpack_from(self._raw, offset)
        if start in (0xFFFF, HALF_RECORD_START):
            return None
        if start != RECORD_START:
            raise StoreError(f"Record at {offset:#x} has no start mark.")
        room = self._end - offset - RECORD_HEADER.size
        if state == ERASED or 0xFFFFFFFF in (name_size, data_size):
            name_size = data_size = 0  # power was cut while writing the header
        if name_size > room or data_size > room - name_size:
            raise StoreError(f"Record at {offset:#x} ends outside the store.")
        if name_size % 2:
            raise StoreError(f"Record at {offset:#x} has half a character.")
        body = offset + RECORD_HEADER.size
        name = self._raw[body:body + name_size].decode("utf-16-le", "replace")
        data = bytes(self._raw[body + name_size:body + name_size + data_size])
        length = RECORD_HEADER.size + name_size + data_size
        length += -length % RECORD_ALIGN
        return Variable(name.rstrip("\0"), uuid.UUID(bytes_le=guid),
                        attributes, data, state, offset, length)

    def records(self) -> list[Variable]:
        """Every record, dead ones too, in store order."""
        return list(self._records)

    def variables(self) -> list[Variable]:
        """Every variable as the firmware would see it, in store order."""
        added = {(v.name, v.guid) for v in self._records
                 if v.state == STATE_ADDED}
        return [v for v in self._records
                if v.state == STATE_ADDED or
                (v.state == STATE_IN_DELETE and (v.name, v.guid) not in added)]

    def delete(self, name: str, guid: uuid.UUID = GLOBAL_GUID) -> bool:
        """Mark every record of the variable deleted; was there one?"""
        was_there = self.find(name, guid) is not None
        for record in self._records:
            if record.name == name and record.guid == guid:
                self._raw[record.offset + 2] &= ~DELETED_BIT & 0xFF
        self._scan()
        return was_there

    def set(self, name: str, data: bytes, guid: uuid.UUID = GLOBAL_GUID,
            attributes: int = NV_BS_RT) -> None:
        """Create or replace a variable."""
        encoded = (name + "\0").encode("utf-16-le")
        record = RECORD_HEADER.pack(
            RECORD_START, STATE_ADDED, 0, attributes, 0, bytes(16), 0,
            len(encoded), len(data), guid.bytes_le) + encoded + data
        record += bytes([ERASED]) * (-len(record) % RECORD_ALIGN)
        self.delete(name, guid)
        if len(record) > self._end - self._free:
            self._reclaim()
        if len(record) > self._end - self._free:
            raise StoreError(f"There is no room for the variable {name}.")
        self._raw[self._free:self._free + len(record)] = record
        self._scan()

    def _reclaim(self) -> None:
        """Drop the dead records, as the firmware does when space is short."""
        live = b"".join(
            bytes(self._raw[v.offset:v.offset + 2]) + bytes([STATE_ADDED]) +
            bytes(self._raw[v.offset + 3:v.offset + v.length])
            for v in self.variables())
        room = self._end - self._start
        self._raw[self._start:self._end] = live.ljust(room, bytes([ERASED]))
        self._scan()

    def save(self) -> None:
        """Write the file back in place."""
        with open(self.path, "r+b") as file:
            file.write(self._raw)

def _print_list(store: VariableStore, text: str) -> None:
    for variable in store.variables():
        if text in variable.name:
            print(f"{variable.name} {variable.guid} "
                  f"{variable.attributes:#x} {variable.data.hex()}")


def _print_options(store: VariableStore) -> None:
    order = store.boot_order()
    print("BootNext ", store.boot_next())
    print("BootOrder", " ".join(f"{n:04X}" for n in order))
    for number, option in sorted(store.boot_options().items()):
        print(f"Boot{number:04X}   \"{option.description}\" "
              f"{option.partition} {option.path}")


def main(arguments: list[str]) -> int:
    """The command line; see the top of the file."""
    if len(arguments) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    path, verb, *rest = arguments
    try:
        store = VariableStore(path)
        if verb == "list":
            _print_list(store, rest[0] if rest else "")
        elif verb == "options":
            _print_options(store)
        elif verb == "get" and rest:
            found = [v for v in store.variables() if v.name == rest[0]]
            for variable in found:
                print(variable.data.hex())
            return 0 if found else 1
        elif verb == "set" and len(rest) >= 2:
            guid = uuid.UUID(rest[2]) if len(rest) > 2 else GLOBAL_GUID
            attributes = int(rest[3], 0) if len(rest) > 3 else NV_BS_RT
            store.set(rest[0], bytes.fromhex(rest[1]), guid, attributes)
            store.save()
        elif verb == "delete" and rest:
            guid = uuid.UUID(rest[1]) if len(rest) > 1 else GLOBAL_GUID
            was_there = store.delete(rest[0], guid)
            store.save()
            return 0 if was_there else 1
        else:
            print(__doc__, file=sys.stderr)
            return 2
    except (StoreError, OSError, ValueError) as error:
        print(f"nvstore: {path}: {error}", file=sys.stderr)
        return 4
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
