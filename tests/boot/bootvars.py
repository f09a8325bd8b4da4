# SPDX-License-Identifier: GPL-2.0-or-later
"""UEFI variables, in particular those of the boot manager, wherever a firmware
keeps them (nvstore.py, ubootstore.py).
"""

import dataclasses
import struct
import uuid

GLOBAL_GUID = uuid.UUID("8be4df61-93ca-11d2-aa0d-00e098032b8c")

NON_VOLATILE = 1
BOOT_SERVICE = 2
RUNTIME = 4
NV_BS = NON_VOLATILE | BOOT_SERVICE
NV_BS_RT = NV_BS | RUNTIME

LOAD_OPTION_ACTIVE = 1
HD_NODE = struct.Struct("<BBHIQQ16sBB")
HD_NODE_GPT_FORMAT = 2
HD_NODE_GUID_SIGNATURE = 2
END_NODE = b"\x7f\xff\x04\x00"


class StoreError(Exception):
    """The file is not a variable store that can be trusted; one sentence."""


@dataclasses.dataclass(frozen=True)
class Variable:
    """One variable, or with @offset one record of a store, dead or alive."""

    name: str
    guid: uuid.UUID
    attributes: int
    data: bytes
    state: int = 0
    offset: int = 0
    length: int = 0


def _device_path_nodes(raw: bytes):
    offset = 0
    while len(raw) - offset >= 4:
        kind, subtype, length = struct.unpack_from("<BBH", raw, offset)
        if length < 4 or length > len(raw) - offset:
            raise StoreError("A device path node has an impossible length.")
        yield kind, subtype, raw[offset + 4:offset + length]
        if kind == 0x7F:
            return
        offset += length


@dataclasses.dataclass(frozen=True)
class LoadOption:
    """EFI_LOAD_OPTION with a short-form HD() / file path device path."""

    description: str
    partition: uuid.UUID | None
    path: str
    attributes: int = LOAD_OPTION_ACTIVE
    optional_data: bytes = b""

    @staticmethod
    def parse(raw: bytes) -> "LoadOption":
        """Read a Boot#### variable."""
        if len(raw) < 6:
            raise StoreError("A boot option is shorter than its header.")
        attributes, list_length = struct.unpack_from("<IH", raw)
        text_end = 6
        while raw[text_end:text_end + 2] not in (b"\0\0", b""):
            text_end += 2
        description = raw[6:text_end].decode("utf-16-le", "replace")
        paths = raw[text_end + 2:]
        if list_length > len(paths):
            raise StoreError(f"Boot option \"{description}\" is cut short.")
        partition, path = None, ""
        for kind, subtype, body in _device_path_nodes(paths[:list_length]):
            if (kind, subtype) == (4, 1) and len(body) >= 38:
                partition = uuid.UUID(bytes_le=bytes(body[20:36]))
            if (kind, subtype) == (4, 4):
                path += body.decode("utf-16-le", "replace").rstrip("\0")
        return LoadOption(description, partition, path, attributes,
                          bytes(paths[list_length:]))

    def encode(self, part_number: int, first_block: int, blocks: int) -> bytes:
        """The variable's bytes; the partition's place is part of them."""
        if self.partition is None:
            raise StoreError("A boot option needs a partition.")
        name = (self.path + "\0").encode("utf-16-le")
        disk = HD_NODE.pack(4, 1, HD_NODE.size, part_number, first_block,
                            blocks, self.partition.bytes_le,
                            HD_NODE_GPT_FORMAT, HD_NODE_GUID_SIGNATURE)
        file = struct.pack("<BBH", 4, 4, 4 + len(name)) + name
        nodes = disk + file + END_NODE
        return (struct.pack("<IH", self.attributes, len(nodes)) +
                (self.description + "\0").encode("utf-16-le") + nodes +
                self.optional_data)


class BootVariables:
    """What all stores have in common."""

    def variables(self) -> list[Variable]:
        """Every variable as the firmware would see it."""
        raise NotImplementedError

    def set(self, name: str, data: bytes, guid: uuid.UUID = GLOBAL_GUID,
            attributes: int = NV_BS_RT) -> None:
        """Create or replace a variable."""
        raise NotImplementedError

    def delete(self, name: str, guid: uuid.UUID = GLOBAL_GUID) -> bool:
        """Delete a variable; was there one?"""
        raise NotImplementedError

    def save(self) -> None:
        """Write everything back."""
        raise NotImplementedError

    def find(self, name: str, guid: uuid.UUID = GLOBAL_GUID) -> Variable | None:
        """The variable, or None."""
        for variable in self.variables():
            if variable.name == name and variable.guid == guid:
                return variable
        return None

    def get(self, name: str, guid: uuid.UUID = GLOBAL_GUID) -> bytes | None:
        """The variable's data, or None."""
        variable = self.find(name, guid)
        return None if variable is None else variable.data

    def set_boot_option(self, number: int, option: bytes) -> None:
        """Create or replace Boot####."""
        self.set(f"Boot{number:04X}", option)

    def boot_options(self) -> dict[int, LoadOption]:
        """Every Boot#### that can be parsed, by number."""
        options = {}
        for variable in self.variables():
            digits = variable.name[4:]
            if (variable.guid == GLOBAL_GUID and len(digits) == 4 and
                    variable.name.startswith("Boot") and
                    all(c in "0123456789ABCDEF" for c in digits)):
                options[int(digits, 16)] = LoadOption.parse(variable.data)
        return options

    def boot_order(self) -> list[int]:
        """BootOrder, empty if there is none."""
        data = self.get("BootOrder") or b""
        return list(struct.unpack(f"<{len(data) // 2}H", data[:len(data) & ~1]))

    def set_boot_order(self, numbers: list[int]) -> None:
        """Set BootOrder."""
        self.set("BootOrder", struct.pack(f"<{len(numbers)}H", *numbers))

    def boot_next(self) -> int | None:
        """BootNext, or None."""
        data = self.get("BootNext")
        return struct.unpack("<H", data)[0] if data and len(data) == 2 else None

    def set_boot_next(self, number: int | None) -> None:
        """Set BootNext, or delete it with None."""
        if number is None:
            self.delete("BootNext")
        else:
            self.set("BootNext", struct.pack("<H", number))
