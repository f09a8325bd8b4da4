# SPDX-License-Identifier: GPL-2.0-or-later
"""Each redo operation on an MFT record, on a file made for it."""

import struct

from file_record import FileRecord, u16, u32, with_u16, with_u32
from journal_actions import (
    ADD_ROOT_ENTRY, COMPENSATION, CREATE_ATTRIBUTE, CREATE_FILE,
    DELETE_ATTRIBUTE, DELETE_FILE, DELETE_ROOT_ENTRY, NEW_SIZES, NOOP,
    SET_ROOT_VCN, TRIM_RECORD, UPDATE_MAPPING, UPDATE_RESIDENT_VALUE,
    UPDATE_ROOT_NAME, WRITE_END_OF_FILE, Action)
from journal_maker import SEQUENCE_OFFSET, Maker
from ntfs_image import (
    ATTRIBUTE_DATA, ATTRIBUTE_FILE_NAME, ATTRIBUTE_INDEX_ROOT)

RECORD_FLAGS, RECORD_NUMBER = 0x16, 0x2C
VALUE_OFFSET, ATTRIBUTE_HEAD = 20, 24
ALLOCATED_SIZE = 0x28  # in that of a non-resident one
ENTRY_LENGTH, ENTRY_TIMES, ENTRY_DUPLICATED = 8, 0x18, 0x38
ROOT_HEADER = 16  # in the value of an index root
DELETED_HEAD = 24  # what Windows keeps of a record that it frees


def stream(name: str, value: bytes, number: int) -> bytes:
    """A resident $DATA attribute with a name."""
    text = name.encode("utf-16-le")
    start = ATTRIBUTE_HEAD + len(text) + -len(text) % 8
    length = start + len(value) + -len(value) % 8
    return struct.pack(
        "<IIBBHHHIHBB", ATTRIBUTE_DATA, length, 0, len(name), ATTRIBUTE_HEAD,
        0, number, len(value), start, 0, 0) + text.ljust(
            start - ATTRIBUTE_HEAD, b"\0") + value.ljust(length - start, b"\0")


class FileOperations:
    """Each method makes the log records of one case."""

    def __init__(self, maker: Maker):
        self.maker = maker

    def _file(self, name: str) -> tuple[int, FileRecord]:
        number = self.maker.volume.lookup("Files/" + name)
        return number, self.maker.record(number)

    # --- Whole records --------------------------------------------------------

    def create_file(self) -> Action:
        """A file in a record that is free."""
        volume, maker = self.maker.volume, self.maker
        used = {n for n, _ in volume.records_in_use()}
        number = next(n for n in range(64, volume.mft.size
                                       // volume.record_size)
                      if n not in used)
        _, record = self._file("resident-1")
        record.head = with_u32(record.head, RECORD_NUMBER, number)
        after = record.encode()
        return maker.on_record(number, after, CREATE_FILE, NOOP,
                               after[:u32(after, 0x18)])

    def delete_file(self, undo: int = CREATE_FILE) -> Action:
        """A record is free; its head comes along, as it was."""
        number, record = self._file("deleted-" + str(undo))
        before = record.encode()
        record.head = with_u16(record.head, RECORD_FLAGS, 0)
        if undo == CREATE_FILE:
            record.head = with_u16(record.head, SEQUENCE_OFFSET,
                                   u16(record.head, SEQUENCE_OFFSET) + 1)
        return self.maker.on_record(
            number, record.encode(), DELETE_FILE, undo, b"",
            before[:DELETED_HEAD] if undo == CREATE_FILE else b"")

    def delete_file_undone(self) -> Action:
        """... of a transaction that Windows took back."""
        return self.delete_file(COMPENSATION)

    def trim(self) -> Action:
        """The unused end of a record is zeroed."""
        number, record = self._file("trimmed")
        after = record.encode()
        used = u32(after, 0x18)
        return self.maker.on_record(number, after, TRIM_RECORD, NOOP,
                                    at=(used, 0),
                                    redo_length=len(after) - used)

    def _end(self, name: str, change) -> Action:
        number, record = self._file(name)
        last = len(record.attributes) - 1
        first = change(record, last)
        at = record.offset(first)
        before = self.maker.record(number)
        tail = b"".join(record.attributes[first:]) + record.end
        old = b"".join(before.attributes[first:]) + before.end
        return self.maker.on_record(
            number, record.encode(), WRITE_END_OF_FILE, WRITE_END_OF_FILE,
            tail, old, (at, 0))

    def write_end_longer(self) -> Action:
        """The end of a record is written with an attribute more."""
        def change(record, last):
            record.attributes.append(stream("z", b"longer", 0))
            return last + 1
        return self._end("end-1", change)

    def write_end_shorter(self) -> Action:
        """... with an attribute less."""
        def change(record, last):
            record.attributes.pop()
            return last
        return self._end("end-2", change)

    def write_end_same(self) -> Action:
        """... with another last attribute of the same length."""
        def change(record, last):
            record.set_value(last, bytes(reversed(record.value(last))))
            return last
        return self._end("end-3", change)

    # --- Attributes -----------------------------------------------------------

    def create_attribute(self, undo: int = DELETE_ATTRIBUTE) -> Action:
        """A stream more."""
        number, record = self._file("resident-2" if undo == DELETE_ATTRIBUTE
                                    else "resident-3")
        place = len(record.attributes)
        new = stream("made", b"a stream", u16(record.head, 0x28))
        at = record.offset(place)
        record.insert(place, new)
        return self.maker.on_record(number, record.encode(), CREATE_ATTRIBUTE,
                                    undo, new, at=(at, 0))

    def create_attribute_undone(self) -> Action:
        """... by taking back that it was deleted."""
        return self.create_attribute(COMPENSATION)

    def create_name(self) -> Action:
        """A name more: a link is counted."""
        number, record = self._file("resident-4")
        place = record.find(ATTRIBUTE_FILE_NAME) + 1
        new = record.attributes[place - 1]
        new = with_u16(new, 14, u16(record.head, 0x28))
        new = new[:ATTRIBUTE_HEAD + 66] + b"l" + new[ATTRIBUTE_HEAD + 67:]
        at = record.offset(place)
        record.insert(place, new)
        return self.maker.on_record(number, record.encode(), CREATE_ATTRIBUTE,
                                    DELETE_ATTRIBUTE, new, at=(at, 0))

    def _delete(self, name: str, kind: int, label: str | None, undo: int,
                kept: int | None = None) -> Action:
        number, record = self._file(name)
        place = record.find(kind, label)
        old, at = record.attributes[place], record.offset(place)
        record.remove(place)
        return self.maker.on_record(
            number, record.encode(), DELETE_ATTRIBUTE, undo, b"", old[:kept],
            (at, 0), undo_length=len(old))

    def delete_attribute(self) -> Action:
        """A stream less."""
        return self._delete("streams-1", ATTRIBUTE_DATA, "s",
                            CREATE_ATTRIBUTE)

    def delete_attribute_head(self) -> Action:
        """... of which the journal has the head alone."""
        return self._delete("streams-2", ATTRIBUTE_DATA, "s",
                            CREATE_ATTRIBUTE, ATTRIBUTE_HEAD + 8)

    def delete_attribute_undone(self) -> Action:
        """... by taking back that it was made."""
        return self._delete("streams-3", ATTRIBUTE_DATA, "s", COMPENSATION)

    def delete_name(self) -> Action:
        """A name less: a link less is counted."""
        return self._delete("named", ATTRIBUTE_FILE_NAME, None,
                            CREATE_ATTRIBUTE)

    # --- Values ---------------------------------------------------------------

    def _value(self, name: str, start: int, new: bytes,
               undo: int = UPDATE_RESIDENT_VALUE) -> Action:
        """From @start on the value is @new, to its end if that moves."""
        number, record = self._file(name)
        place = record.find(ATTRIBUTE_DATA, "")
        value = record.value(place)
        old = value[start:]
        if undo == COMPENSATION or name.startswith("same"):
            old = old[:len(new)]
        at = u16(record.attributes[place], VALUE_OFFSET) + start
        offset = record.offset(place)
        record.set_value(place, value[:start] + new
                         + value[start + len(old):])
        return self.maker.on_record(
            number, record.encode(), UPDATE_RESIDENT_VALUE, undo, new,
            old if undo != COMPENSATION else b"", (offset, at),
            undo_length=len(old))

    def update_value(self) -> Action:
        """A part of a value becomes something else."""
        return self._value("same-1", 5, b"OTHER")

    def update_value_undone(self) -> Action:
        """... by taking back what it had become."""
        return self._value("same-2", 3, b"UNDONE")

    def lengthen_value(self) -> Action:
        """A value becomes longer."""
        return self._value("value-1", 0, b"longer than it was".ljust(40))

    def lengthen_empty_value(self) -> Action:
        """... that was empty, to an odd length."""
        return self._value("empty", 0, b"something")

    def lengthen_value_oddly(self) -> Action:
        """... from its middle on, from and to odd lengths."""
        return self._value("value-2", 5, b"odd length, longer, surely")

    def lengthen_named_value(self) -> Action:
        """... where the name of the stream moves it off its place."""
        number, record = self._file("streams-1")
        place = record.find(ATTRIBUTE_DATA, "s")
        old, new = record.value(place), record.value(place) + b"1234567"
        at = u16(record.attributes[place], VALUE_OFFSET)
        offset = record.offset(place)
        record.set_value(place, new)
        return self.maker.on_record(
            number, record.encode(), UPDATE_RESIDENT_VALUE,
            UPDATE_RESIDENT_VALUE, new, old, (offset, at))

    def shorten_value(self) -> Action:
        """A value becomes shorter, by a multiple of eight."""
        return self._value("value-3", 0, b"eight byt")

    def shorten_value_oddly(self) -> Action:
        """... by something else."""
        return self._value("value-4", 0, b"short")

    def shorten_value_to_nothing(self) -> Action:
        """... to no length at all."""
        return self._value("value-5", 0, b"")

    def _mapping(self, name: str, mapping: bytes, last_vcn: int) -> Action:
        number, record = self._file(name)
        place = record.find(ATTRIBUTE_DATA, "")
        before = record.attributes[place]
        start = u16(before, 32)
        at = record.offset(place)
        record.set_mapping(place, mapping, last_vcn)
        return self.maker.on_record(
            number, record.encode(), UPDATE_MAPPING, UPDATE_MAPPING,
            record.attributes[place][start:], before[start:], (at, start))

    def _runs(self, name: str) -> list:
        number, _ = self._file(name)
        return self.maker.volume.attribute(number, ATTRIBUTE_DATA).runs

    def lengthen_mapping(self) -> list[Action]:
        """A file gets more and more clusters, in three runs.

        Windows tells their size first, and ntfsrecover relies on that.
        """
        number, record = self._file("mapped-1")
        place = record.find(ATTRIBUTE_DATA, "")
        data = record.attributes[place]
        old = struct.unpack_from("<3Q", data, ALLOCATED_SIZE)
        allocated = old[0] + 3 * self.maker.volume.cluster_size
        record.attributes[place] = (
            data[:ALLOCATED_SIZE] + struct.pack("<Q", allocated)
            + data[ALLOCATED_SIZE + 8:])
        sizes = self.maker.on_record(
            number, record.encode(), NEW_SIZES, NEW_SIZES,
            struct.pack("<3Q", allocated, old[2], old[1]),
            struct.pack("<3Q", old[0], old[2], old[1]),
            (record.offset(place), 0))
        (start, count), = self._runs("mapped-1")
        runs = struct.pack("<BHH", 0x22, count, start)
        runs += struct.pack("<BHH", 0x22, 1, 300)
        runs += struct.pack("<BHH", 0x22, 2, 300) + b"\0"
        return [sizes, self._mapping("mapped-1", runs, count + 2)]

    def shorten_mapping(self) -> Action:
        """A file loses clusters."""
        (start, _), = self._runs("mapped-2")
        return self._mapping("mapped-2",
                             struct.pack("<BHH", 0x22, 1, start) + b"\0", 0)

    def _sizes(self, name: str, undo: int) -> Action:
        number, record = self._file(name)
        place = record.find(ATTRIBUTE_DATA, "")
        data = record.attributes[place]
        allocated, size, valid = struct.unpack_from("<3Q", data,
                                                    ALLOCATED_SIZE)
        new = struct.pack("<3Q", allocated, size - 100, valid - 1000)
        at = record.offset(place)
        record.attributes[place] = (data[:ALLOCATED_SIZE] + new
                                    + data[ALLOCATED_SIZE + len(new):])
        # In the journal the valid size comes before the size of the data.
        return self.maker.on_record(
            number, record.encode(), NEW_SIZES, undo,
            struct.pack("<3Q", allocated, valid - 1000, size - 100),
            struct.pack("<3Q", allocated, valid, size), (at, 0))

    def new_sizes(self) -> Action:
        """The sizes of a file, no two of them the same."""
        return self._sizes("sized-1", NEW_SIZES)

    def new_sizes_undone(self) -> Action:
        """... by taking back others."""
        return self._sizes("sized-2", COMPENSATION)

    # --- Index roots ----------------------------------------------------------

    def _root(self, folder: str, change, redo: int, undo: int) -> Action:
        """@change: of the first entry, to new bytes in its place, what the
        journal says it was and is, and where in it."""
        number = self.maker.volume.lookup(folder)
        record = self.maker.record(number)
        place = record.find(ATTRIBUTE_INDEX_ROOT, "$I30")
        start = ROOT_HEADER + u32(record.value(place), ROOT_HEADER)
        entries = record.value(place)[start:]
        at = u16(record.attributes[place], VALUE_OFFSET) + start
        first = entries[:u16(entries, ENTRY_LENGTH)]
        new, redo_data, undo_data, rest = change(first)
        offset = record.offset(place)
        record.set_root_entries(place, new + entries[len(first):])
        return self.maker.on_record(number, record.encode(), redo, undo,
                                    redo_data, undo_data, (offset, at),
                                    **rest)

    def add_root_entry(self) -> Action:
        """An entry more."""
        return self._root(
            "Small-1", lambda e: (renamed(e) + e, renamed(e), b"", {}),
            ADD_ROOT_ENTRY, DELETE_ROOT_ENTRY)

    def delete_root_entry(self) -> Action:
        """An entry less."""
        return self._root("Small-2", lambda e: (b"", b"", e, {}),
                          DELETE_ROOT_ENTRY, ADD_ROOT_ENTRY)

    def delete_root_entry_undone(self) -> Action:
        """... by taking back that it was added."""
        return self._root(
            "Small-3", lambda e: (b"", b"", b"", {"undo_length": len(e)}),
            DELETE_ROOT_ENTRY, COMPENSATION)

    def set_root_vcn(self) -> Action:
        """Another block below an entry."""
        return self._root(
            "Broad-3", lambda e: (e[:-8] + struct.pack("<Q", 1),
                                  struct.pack("<Q", 1), e[-8:], {}),
            SET_ROOT_VCN, SET_ROOT_VCN)

    def update_root_name(self, undo: int = UPDATE_ROOT_NAME) -> Action:
        """Times and sizes in an entry."""
        return self._root(
            "Small-4" if undo == UPDATE_ROOT_NAME else "Small-5",
            lambda e: named(e, undo), UPDATE_ROOT_NAME, undo)

    def update_root_name_undone(self) -> Action:
        """... by taking back others."""
        return self.update_root_name(COMPENSATION)


def renamed(entry: bytes) -> bytes:
    """An entry of a name that comes before all others."""
    return entry[:0x52] + b"!" + entry[0x53:]


def named(entry: bytes, undo: int) -> tuple[bytes, bytes, bytes, dict]:
    """Other times and sizes in an entry; for _root()."""
    new = bytes(range(1, ENTRY_DUPLICATED + 1))
    end = ENTRY_TIMES + ENTRY_DUPLICATED
    return (entry[:ENTRY_TIMES] + new + entry[end:], new,
            entry[ENTRY_TIMES:end] if undo != COMPENSATION else b"",
            {"undo_length": ENTRY_DUPLICATED})
