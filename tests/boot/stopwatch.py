# SPDX-License-Identifier: GPL-2.0-or-later
"""How long a guest takes, by the clock of this machine.

The same watch for every guest: it starts when a certain text has come over
the serial port and stops when the emulator says (a QMP event) that the guest
has switched the PC off or reset it.
"""

import collections.abc
import dataclasses
import json
import os
import selectors
import socket
import subprocess
import tempfile
import time

READ_BYTES = 65536
TIMEOUT_SECONDS = 180
CONSOLE_SHOWN = 500


class WatchError(Exception):
    """The guest did not start or did not finish; one sentence."""


@dataclasses.dataclass(frozen=True)
class Timed:
    """A guest that came to its end."""

    seconds: float
    reason: str  # of the end, in QEMU's words: "guest-reset", "guest-shutdown"
    console: str


@dataclasses.dataclass
class _Guest:
    """What has come from the guest so far."""

    console: bytes = b""
    messages: bytes = b""
    started: float | None = None
    ended: float | None = None
    reason: str = ""

    def read_console(self, data: bytes, start: bytes) -> None:
        """More text from the serial port."""
        self.console += data
        if self.started is None and start in self.console:
            self.started = time.monotonic()

    def read_control(self, data: bytes) -> None:
        """More messages from the emulator."""
        self.messages += data
        *complete, self.messages = self.messages.split(b"\n")
        for line in complete:
            message = json.loads(line)
            if message.get("event") == "SHUTDOWN" and self.ended is None:
                self.ended = time.monotonic()
                self.reason = message["data"]["reason"]


def _follow(process: subprocess.Popen, control: socket.socket,
            start: bytes) -> _Guest:
    guest = _Guest()
    deadline = time.monotonic() + TIMEOUT_SECONDS
    with selectors.DefaultSelector() as selector:
        # An event is stamped before the console that came with it.
        selector.register(control, selectors.EVENT_READ)
        selector.register(process.stdout, selectors.EVENT_READ)
        while selector.get_map():
            ready = selector.select(deadline - time.monotonic())
            if not ready and time.monotonic() >= deadline:
                break
            for key, _ in ready:
                data = os.read(key.fd, READ_BYTES)
                if not data:
                    selector.unregister(key.fileobj)
                elif key.fileobj is control:
                    guest.read_control(data)
                else:
                    guest.read_console(data, start)
    return guest


def time_guest(arguments_for: collections.abc.Callable[[int], list[str]],
               start: bytes) -> Timed:
    """Run a guest to its end; the time counts from when it says @start.

    @arguments_for: makes the emulator's command line, which must end at a
        reset; its argument is the descriptor of the QMP channel; the serial
        port must be the standard output

    Raises WatchError.
    """
    ours, theirs = socket.socketpair()
    with ours, tempfile.TemporaryFile() as words:
        with theirs:
            process = subprocess.Popen(
                arguments_for(theirs.fileno()), stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=words,
                pass_fds=(theirs.fileno(),))
        try:
            ours.sendall(b'{"execute": "qmp_capabilities"}\n')
            guest = _follow(process, ours, start)
        finally:
            process.kill()
            process.wait()
            process.stdout.close()
        words.seek(0)
        complaint = words.read().decode("utf-8", "replace")
    console = guest.console.decode("utf-8", "replace")
    if guest.started is None or guest.ended is None:
        raise WatchError("A guest did not start or did not finish; the end "
                         f"of its console: {console[-CONSOLE_SHOWN:]}"
                         f"{complaint}")
    return Timed(guest.ended - guest.started, guest.reason, console)
