#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A server that means no good: TFTP or HTTP, well-behaved until somebody wants one
of its victims.

usage: hostile_server.py tftp|http FOLDER ADDRESS VICTIM WAY [COMMAND...]

VICTIM is a regular expression for names of files.  The ways are the methods
below; "leave" runs COMMAND, and nobody answers any more.  Says what it was asked
for, a line each, after "ready".
"""

import http.server
import os
import re
import socket
import socketserver
import struct
import subprocess
import sys
import time

BLOCK = 512
READ, DATA, ACK, ERROR, OPTIONS_ACK = 1, 3, 4, 5, 6
NOT_FOUND, FORBIDDEN = 1, 2
PATIENCE_SECONDS = 2
TRIES = 3
HUGE = 64 << 20
DRIP_SECONDS = 1
REDIRECTS = 302


def say(text: str) -> None:
    """To whoever reads the log."""
    print(text, flush=True)


class Plan:
    """Whom to treat badly, and how."""

    def __init__(self, folder: str, victim: str, way: str,
                 command: list[str]):
        self.folder, self.way, self.command = folder, way, command
        self.victim = re.compile(victim)
        self.is_gone = False

    def is_victim(self, name: str) -> bool:
        """Is this file one?"""
        return self.victim.fullmatch(name) is not None

    def content(self, name: str) -> bytes | None:
        """Of a file that is there."""
        path = os.path.normpath(os.path.join(self.folder, name))
        if not path.startswith(self.folder + "/") or not os.path.isfile(path):
            return None
        with open(path, "rb") as file:
            return file.read()

    def leave(self) -> None:
        """Nobody answers any more."""
        self.is_gone = True
        if self.command:
            subprocess.run(self.command, check=True)


# --- TFTP ---------------------------------------------------------------------


class Transfer:
    """One file on its way to one client (RFC 1350, 2347 to 2349)."""

    def __init__(self, address: str, peer: tuple, request: bytes, plan: Plan):
        words = request[2:].split(b"\0")
        self.name = words[0].decode("ascii", "replace")
        self.options = {name.lower(): value for name, value in zip(
            words[2::2], words[3::2])}
        self.plan, self.peer = plan, peer
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        self.socket.bind((address, 0))
        self.socket.settimeout(PATIENCE_SECONDS)
        self.size = BLOCK

    def send(self, packet: bytes) -> None:
        """To the client."""
        self.socket.sendto(packet, self.peer)

    def fail(self, code: int) -> None:
        """An ERROR packet."""
        self.send(struct.pack(">HH", ERROR, code) + b"no\0")

    def agreed(self, packet: bytes, number: int) -> bool:
        """Send it until it is acknowledged; False: the client has had enough."""
        for _ in range(TRIES):
            self.send(packet)
            try:
                while True:
                    answer = self.socket.recv(1500)
                    kind, got = struct.unpack_from(">HH", answer)
                    if kind == ERROR:
                        return False
                    if (kind, got) == (ACK, number & 0xFFFF):
                        return True
            except TimeoutError:
                continue
        return False

    def begin(self, length: int) -> bool:
        """Agree to what was asked for."""
        answer = b""
        if b"blksize" in self.options:
            self.size = min(int(self.options[b"blksize"]), 1428)
            answer += b"blksize\0%d\0" % self.size
        if b"tsize" in self.options:
            answer += b"tsize\0%d\0" % length
        return not answer or self.agreed(
            struct.pack(">H", OPTIONS_ACK) + answer, 0)

    def block(self, number: int, content: bytes) -> bool:
        """One of them."""
        return self.agreed(struct.pack(">HH", DATA, number & 0xFFFF) + content,
                           number)

    def whole(self, content: bytes, announced: int | None = None) -> None:
        """As it should be; @announced: another length is said."""
        if not self.begin(len(content) if announced is None else announced):
            return
        for number, at in enumerate(range(0, len(content) + 1, self.size), 1):
            if not self.block(number, content[at:at + self.size]):
                return

    # The ways.

    def refuse(self, _: bytes) -> None:
        """No, and not because it is absent."""
        self.fail(FORBIDDEN)

    def silence(self, _: bytes) -> None:
        """No answer."""

    def huge(self, _: bytes) -> None:
        """More than anybody has room for, without a pause."""
        self.whole(bytes(HUGE))

    def drip(self, _: bytes) -> None:
        """Always in time for the client's patience, and without end."""
        number = 1
        while self.block(number, bytes(self.size)):
            time.sleep(DRIP_SECONDS)
            number += 1

    def short(self, content: bytes) -> None:
        """It ends too early, in good order."""
        self.whole(content[:len(content) // 2])

    def long(self, content: bytes) -> None:
        """There is more behind it."""
        self.whole(content + b"and more" * 64)

    def lie(self, content: bytes) -> None:
        """The announced length is another."""
        self.whole(content, 10)

    def garbage(self, _: bytes) -> None:
        """Packets of no kind."""
        for packet in (b"", b"\0", b"\0\3", b"\0\3\0", b"\0\5", b"\0\6\xff",
                       b"\0\6blksize\0", b"\xff" * 1400, b"\0\3\xff\xff" +
                       bytes(1400)):
            self.send(packet)

    def stall(self, content: bytes) -> None:
        """The server dies in the middle."""
        self.block(1, content[:self.size])
        self.plan.leave()

    def leave(self, _: bytes) -> None:
        """... or before it says anything."""
        self.plan.leave()

    def run(self) -> None:
        """Give the file, or what is planned."""
        content = self.plan.content(self.name)
        say(f"asked tftp {self.name}")
        if self.plan.is_victim(self.name):
            getattr(self, self.plan.way)(content or b"")
        elif content is None:
            self.fail(NOT_FOUND)
        else:
            self.whole(content)
        self.socket.close()


def serve_tftp(address: str, plan: Plan) -> None:
    """One client after the other: there is one."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as listener:
        listener.bind((address, 69))
        say("ready")
        while True:
            request, peer = listener.recvfrom(1500)
            if request[:2] == struct.pack(">H", READ) and not plan.is_gone:
                Transfer(address, peer, request, plan).run()


# --- HTTP ---------------------------------------------------------------------


class Handler(http.server.BaseHTTPRequestHandler):
    """GET, HEAD and POST, one connection after the other."""

    protocol_version = "HTTP/1.1"
    plan: Plan  # of the server

    def handle(self) -> None:
        """Until the client has had enough, however it says so."""
        try:
            super().handle()
        except (BrokenPipeError, ConnectionResetError):
            pass

    def log_message(self, format, *args):  # pylint: disable=redefined-builtin
        """It is said in run()."""

    def head(self, status: int, length: int | None, **headers: str) -> None:
        """Status and headers."""
        self.send_response(status)
        if length is not None:
            self.send_header("Content-Length", str(length))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def give(self, content: bytes, announced: int | None = None) -> None:
        """A file; @announced: another length is said."""
        self.head(200, len(content) if announced is None else announced)
        if self.command == "GET":
            self.wfile.write(content)

    # The ways.

    def refuse(self, _: bytes) -> None:
        """403."""
        self.head(403, 0)

    def absent(self, _: bytes) -> None:
        """404, with a page for people."""
        page = b"<html>not here</html>" * 50
        self.head(404, len(page))
        self.wfile.write(page)

    def redirect(self, _: bytes) -> None:
        """To itself, without end."""
        self.head(REDIRECTS, 0, Location=self.path)

    def silence(self, _: bytes) -> None:
        """The connection is taken, and that is all."""
        while self.connection.recv(1500):
            pass

    def huge(self, _: bytes) -> None:
        """More than anybody has room for, and it is said."""
        self.give(bytes(HUGE))

    def endless(self, _: bytes) -> None:
        """The same without a length: chunks (RFC 9112, 7.1)."""
        self.head(200, None, **{"Transfer-Encoding": "chunked"})
        while True:
            self.wfile.write(b"1000\r\n" + bytes(0x1000) + b"\r\n")

    def drip(self, content: bytes) -> None:
        """A byte now and then."""
        self.head(200, len(content))
        for byte in content:
            self.wfile.write(bytes([byte]))
            time.sleep(DRIP_SECONDS)

    def drip_head(self, _: bytes) -> None:
        """The same before the body: headers without end."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            self.wfile.write(b"X-Again: and again\r\n")
            time.sleep(DRIP_SECONDS)

    def short(self, content: bytes) -> None:
        """Less than was announced, and the connection ends."""
        self.give(content[:len(content) // 2], len(content))
        self.close_connection = True

    def long(self, content: bytes) -> None:
        """More than was announced."""
        self.give(content + b"and more" * 64, len(content))

    def lie(self, content: bytes) -> None:
        """The length is no number."""
        self.head(200, None, **{"Content-Length": "-1"})
        self.wfile.write(content)

    def garbage(self, _: bytes) -> None:
        """No HTTP."""
        self.wfile.write(b"\0\xff HTTP\r\n\r\n" + bytes(2000))

    def stall(self, content: bytes) -> None:
        """The server dies in the middle."""
        self.give(content[:len(content) // 2], len(content))
        self.wfile.flush()
        self.plan.leave()
        self.silence(content)

    def leave(self, content: bytes) -> None:
        """... or before it says anything."""
        self.plan.leave()
        self.silence(content)

    def do_GET(self) -> None:  # pylint: disable=invalid-name
        """Give the file, or what is planned."""
        name = self.path.lstrip("/")
        say(f"asked http {name}")
        content = self.plan.content(name)
        if self.plan.is_victim(name):
            getattr(self, self.plan.way)(content or b"")
            self.close_connection = True
        elif content is None:
            self.head(404, 0)
        else:
            self.give(content)

    do_HEAD = do_GET

    def do_POST(self) -> None:  # pylint: disable=invalid-name
        """Reports; the victim is their name, too."""
        length = int(self.headers.get("Content-Length", "0"))
        self.rfile.read(length)
        self.do_GET()


class HttpServer(socketserver.ThreadingTCPServer):
    """With connections beside each other, as firmware keeps old ones."""

    allow_reuse_address = True
    daemon_threads = True


def serve_http(address: str, plan: Plan) -> None:
    """Until we are ended."""
    if ":" in address:
        HttpServer.address_family = socket.AF_INET6
    Handler.plan = plan
    with HttpServer((address, 80), Handler) as server:
        say("ready")
        server.serve_forever()


# What each server can do to a victim; the tests take their tables from here.
TFTP_WAYS = ("refuse", "silence", "huge", "drip", "short", "long", "lie",
             "garbage", "stall", "leave")
HTTP_WAYS = ("refuse", "absent", "redirect", "silence", "huge", "endless",
             "drip", "drip_head", "short", "long", "lie", "garbage", "stall",
             "leave")


def main(words: list[str]) -> int:
    """The command line; see the top of the file."""
    if len(words) < 5:
        print(__doc__, file=sys.stderr)
        return 2
    kind, folder, address, victim, way, *command = words
    ways, serve = {"tftp": (TFTP_WAYS, serve_tftp),
                   "http": (HTTP_WAYS, serve_http)}[kind]
    if way not in ways:
        print(f"hostile_server: {kind} knows no {way}", file=sys.stderr)
        return 2
    serve(address, Plan(os.path.abspath(folder), victim, way, command))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
