# SPDX-License-Identifier: GPL-2.0-or-later
"""How much went over a wire, by direction and protocol, from a file of packets
(pcap, Ethernet) as QEMU's filter-dump writes it.
"""

import collections
import struct

FILE_HEADER_BYTES = 24
PACKET = struct.Struct("<IIII")
ETHERNET_BYTES = 14
IP4, IP6, ARP = b"\x08\x00", b"\x86\xdd", b"\x08\x06"
IP4_BYTES, IP6_BYTES = 20, 40
TCP, UDP, ICMP6 = 6, 17, 58
PORTS = {67: "DHCP", 68: "DHCP", 546: "DHCP", 547: "DHCP", 4011: "DHCP",
         514: "syslog", 80: "HTTP", 443: "HTTPS"}
SENT, RECEIVED = "sent", "received"


def protocol_of(frame: bytes) -> str:
    """In words; what is UDP and nothing else here is TFTP."""
    kind, packet = frame[12:14], frame[ETHERNET_BYTES:]
    if kind == ARP:
        return "ARP"
    if kind not in (IP4, IP6) or len(packet) < IP4_BYTES:
        return "other"
    number = packet[9] if kind == IP4 else packet[6]
    start = (packet[0] & 15) * 4 if kind == IP4 else IP6_BYTES
    if number not in (TCP, UDP) or len(packet) < start + 4:
        return "ICMP" if number == ICMP6 else "other"
    for port in struct.unpack_from(">HH", packet, start):
        if port in PORTS:
            return PORTS[port]
    return "TFTP" if number == UDP else "other"


def count(path: str, mac: bytes) -> collections.Counter:
    """Bytes of Ethernet frames, without their check sums, by (direction,
    protocol) as the PC with @mac sees it.
    """
    found = collections.Counter()
    with open(path, "rb") as file:
        raw = file.read()
    offset = FILE_HEADER_BYTES
    while len(raw) - offset >= PACKET.size:
        _, _, stored, length = PACKET.unpack_from(raw, offset)
        offset += PACKET.size
        frame = raw[offset:offset + stored]
        direction = SENT if frame[6:12] == mac else RECEIVED
        found[direction, protocol_of(frame)] += length
        offset += stored
    return found
