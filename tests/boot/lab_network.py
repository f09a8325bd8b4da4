# SPDX-License-Identifier: GPL-2.0-or-later
"""A PC's connection to the network of network_lab.py: how it starts from there,
and what it sent and asked for since the last time that somebody looked.
"""

import dataclasses
import shutil
import uuid

import lab_tls
from network_boot import (
    IP4_ANY, IP6_ANY, MAC, SLOT, URI_ANY, network_option)
from network_lab import LAN, MARK, TAP, Lab
from packet_count import RECEIVED, SENT, count


@dataclasses.dataclass(frozen=True)
class Way:
    """How the firmware fetches a program."""

    protocols: tuple[bytes, ...]  # of its boot options, one after the other
    is_proxy: bool = False  # another DHCP server hands out addresses
    has_ipxe: bool = False  # the card brings it, and it runs in place of PXE
    withheld: str = ""  # lines of dnsmasq's settings that a site leaves out
    is_tls: bool = False  # and its firmware knows the server's certificate


# EDK2 before May 2025 gives up HTTP boot over IPv6 if the card has no address of
# its own link yet, and that takes a second from the first use of IPv6 on.
# What is tried before it is PXE, as in the order that EDK2 makes, at a site that
# serves nothing by PXE over IPv6.
WAYS = {
    "pxe4": Way((IP4_ANY,)),
    "pxe6": Way((IP6_ANY,)),
    "http4": Way((IP4_ANY + URI_ANY,)),
    "https4": Way((IP4_ANY + URI_ANY,), is_tls=True),
    "http6": Way((IP6_ANY, IP6_ANY + URI_ANY), withheld="tag:pxe6"),
    "proxy": Way((IP4_ANY,), is_proxy=True),
    "ipxe": Way((b"",), has_ipxe=True),
}


@dataclasses.dataclass
class Connection:
    """Of one PC; the same members as network_boot.Network."""

    lab: Lab
    way: Way
    socket: str = TAP  # of the switch
    mac: bytes = MAC
    serial: str = "LAB-0001"
    files: list[str] = dataclasses.field(default_factory=list)

    def __post_init__(self):
        self.is_connected = False
        self._reports = self._served = 0

    def put_programs(self, paths: list[str]) -> None:
        """They are made with the server's settings."""

    def put(self, files: list[str]) -> None:
        """Put files on the server."""
        self.files += files

    def connect(self) -> None:
        """The servers run, the wire is there; again does nothing."""
        if not self.lab.space:
            self.lab.start()
        if not self.is_connected:
            for path in self.files:
                shutil.copy(path, self.lab.root)
            self.lab.space.tap(self.socket, LAN)
        self.is_connected = True

    def arguments(self) -> list[str]:
        """For the emulator."""
        rom = "" if self.way.has_ipxe else ",romfile="
        trusted = lab_tls.trusting(
            self.lab.path("tls")) if self.way.is_tls else []
        return [*trusted, "-smbios",
                f"type=1,serial={self.serial},uuid={self.uuid}",
                "-netdev", f"tap,id=network,ifname={self.socket},script=no,"
                "downscript=no,vnet_hdr=off", "-device", "virtio-net-pci,netdev=network,"
                f"addr={SLOT:#x},mac={self.mac.hex(':')},ioeventfd=off{rom}",
                "-object", "filter-dump,id=packets,netdev=network,"
                f"file={self.packets}"]

    @property
    def packets(self) -> str:
        """File of what went over the PC's wire since power-on."""
        return self.lab.path(f"packets-{self.socket}")

    def enter(self, arguments: list[str]) -> list[str]:
        """The emulator's command line, where that network is."""
        self.connect()
        return self.lab.space.enter(*arguments)

    @property
    def uuid(self) -> uuid.UUID:
        """Of the machine."""
        return uuid.uuid5(uuid.NAMESPACE_OID, self.mac.hex())

    def options(self) -> list[bytes]:
        """Boot#### of the card, in order."""
        return [network_option(self.mac, protocol)
                for protocol in self.way.protocols]

    def sent(self) -> list[str]:
        """What rsyslog has written since the last time."""
        self.lab.settle()
        lines = self.lab.reports()
        new, self._reports = lines[self._reports:], len(lines)
        return [line for line in new if MARK not in line]

    def asked(self) -> list[str]:
        """What the servers were asked for since the last time."""
        served = self.lab.served()
        new, self._served = served[self._served:], len(served)
        return new

    def cost(self) -> str:
        """What the start has cost the network, from power-on, in words."""
        found = count(self.packets, self.mac)
        return "bytes " + "; ".join(
            f"{direction}: " + ", ".join(
                f"{size} {kind}" for (way, kind), size in sorted(found.items())
                if way == direction) for direction in (SENT, RECEIVED))

    def close(self) -> None:
        """Everything is gone."""
        self.lab.stop()
