# SPDX-License-Identifier: GPL-2.0-or-later
"""Starting the test PC from the network: its card, the TFTP server inside the
emulator, and what went over the wire.

Nothing leaves the emulator: its network is restricted to DHCP and TFTP, and what
else is sent is only seen in the file of packets.
"""

import dataclasses
import os
import re
import shutil
import struct

from bootvars import END_NODE, LOAD_OPTION_ACTIVE

MAC = bytes.fromhex("525400123456")
# What the firmware tells of the PC.
UUID = "9d4a7cb0-4a5c-11ef-9f5a-0800200c9a66"
LABEL = "type=1,manufacturer=Rig,product=Model 5,serial=SN-0815"
SLOT = 0x10
FOLDER = "pxe"
PROGRAM = "loopbreaker.efi"

SYSLOG_PORT = 514
TFTP_PORT = 69
TFTP_READ = b"\0\1"

# Device path nodes (UEFI specification 2.10, section 10.3).
ACPI = struct.Struct("<BBHII")
PCI = struct.Struct("<BBHBB")
MAC_NODE = struct.Struct("<BBH32sB")
IP4_NODE = struct.Struct("<BBH23s")
IP6_NODE = struct.Struct("<BBH16s16sHHHBB16s")
IP6_PREFIX = 64
URI_ANY = struct.pack("<BBH", 3, 24, 4)  # any: DHCP says which
PCI_ROOT = 0x0A0341D0
ETHERNET = 1

# Of a capture file.
FILE_HEADER_BYTES = 24
PACKET = struct.Struct("<IIII")
ETHERNET_BYTES = 14
UDP = 17
UDP_BYTES = 8


@dataclasses.dataclass
class Network:
    """A network with a server of its own."""

    directory: str  # for the server's files and the packets

    def put_programs(self, paths: list[str]) -> None:
        """Put programs on the server; the first one is what the PC starts."""
        folder = os.path.join(self.directory, FOLDER)
        os.makedirs(folder, exist_ok=True)
        shutil.copyfile(paths[0], os.path.join(folder, PROGRAM))
        self.put(paths[1:])

    def put(self, files: list[str]) -> None:
        """Put files beside them."""
        for path in files:
            shutil.copy(path, os.path.join(self.directory, FOLDER))

    @property
    def packets(self) -> str:
        """What went over the wire since power-on."""
        return os.path.join(self.directory, "packets")

    def arguments(self) -> list[str]:
        """For the emulator."""
        return ["-netdev", "user,id=network,restrict=on,"
                f"tftp={self.directory},bootfile={FOLDER}/{PROGRAM}",
                "-device", "virtio-net-pci,netdev=network,romfile=,"
                f"addr={SLOT:#x},mac={MAC.hex(':')}",
                "-object", "filter-dump,id=packets,netdev=network,"
                f"file={self.packets}",
                "-uuid", UUID, "-smbios", LABEL]

    def options(self) -> list[bytes]:
        """Boot#### of the card."""
        return [network_option()]

    def enter(self, arguments: list[str]) -> list[str]:
        """The emulator's command line, where that network is."""
        return arguments

    def close(self) -> None:
        """Nothing was started."""

    def sent(self) -> list[str]:
        """The messages to a log server."""
        return [payload.decode("utf-8", "replace") for payload in
                _datagrams(self.packets, SYSLOG_PORT)]

    def asked(self) -> list[str]:
        """The files that were asked for by TFTP."""
        return [re.split(b"\0", payload[2:])[0].decode("ascii", "replace")
                for payload in _datagrams(self.packets, TFTP_PORT)
                if payload.startswith(TFTP_READ)]

    def cost(self) -> str:
        """What the start has cost the network, from power-on, in words."""
        frames = list(_frames(self.packets))
        reports = list(_datagrams(self.packets, SYSLOG_PORT))
        return (f"{sum(map(len, frames))} bytes in {len(frames)} frames, of "
                f"them {len(reports)} messages with "
                f"{sum(map(len, reports))} bytes")


def _frames(path: str):
    """All that went over the wire."""
    with open(path, "rb") as file:
        raw = file.read()
    offset = FILE_HEADER_BYTES
    while len(raw) - offset >= PACKET.size:
        length = PACKET.unpack_from(raw, offset)[2]
        offset += PACKET.size
        yield raw[offset:offset + length]
        offset += length


def _datagrams(path: str, port: int):
    """What was sent to a port, by IPv4."""
    for frame in _frames(path):
        packet = frame[ETHERNET_BYTES:]
        if frame[12:14] == b"\x08\0" and packet[9] == UDP:
            header = (packet[0] & 15) * 4
            to, size = struct.unpack_from(">HH", packet, header + 2)
            if to == port:
                yield packet[header + UDP_BYTES:header + size]


IP4_ANY = IP4_NODE.pack(3, 12, IP4_NODE.size, bytes(23))
IP6_ANY = IP6_NODE.pack(3, 13, IP6_NODE.size, bytes(16), bytes(16), 0, 0, 0, 0,
                        IP6_PREFIX, bytes(16))


def network_option(mac: bytes = MAC, protocol: bytes = IP4_ANY) -> bytes:
    """Boot#### of the card, as EDK2 itself makes them.

    @protocol: the nodes behind the card: IP4_ANY or IP6_ANY, then for HTTP
    URI_ANY; none where the card brings a program of its own
    """
    path = (ACPI.pack(2, 1, ACPI.size, PCI_ROOT, 0) +
            PCI.pack(1, 1, PCI.size, 0, SLOT) +
            MAC_NODE.pack(3, 11, MAC_NODE.size, mac, ETHERNET) + protocol +
            END_NODE)
    return (struct.pack("<IH", LOAD_OPTION_ACTIVE, len(path)) +
            "Network\0".encode("utf-16-le") + path)
