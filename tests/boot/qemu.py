# SPDX-License-Identifier: GPL-2.0-or-later
"""One boot of the test PC: a QEMU process from power-on to reset or power-off.

QEMU exits at each reset (-no-reboot), so that whatever is to happen between
two boots can be done to the disk and the variable store by the caller.  Never
uses bootindex: OVMF deletes boot options then.
"""

import dataclasses
import datetime
import json
import os
import re
import selectors
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable

from diskfaults import DiskFault

from firmware import OVMF, Firmware
from keyboard import Stepper, Typist
from lab_network import Connection
from network_boot import Network
from own_time import OwnTime
from tpm import Tpm

# Of QEMU's own time.
BOOT_TIMEOUT_SECONDS = 120
PROBE_TIMEOUT_SECONDS = 12
# How often it is looked at, where it has to wait for a processor.
LEAST_PATIENCE_SECONDS = 1
READ_BYTES = 65536

POWER_OFF = "power-off"
RESET = "reset"
STOPPED = "stopped"  # by us, because of what the console said
TIMEOUT = "timeout"
BROKEN = "broken"  # QEMU itself failed

HOLD = "hold"  # names a question to QEMU
PICTURE = "picture"  # another one
KEY_MILLISECONDS = 20  # that a key stays down
COUNTS = "counts"  # and one more

# EDK2's words when it has chosen a boot option.
LOADING = b"BdsDxe: loading Boot"

# Loopbreaker asks its user, and counts the seconds: earlier keys do not count.
QUESTION = re.compile(r"F10 or Y: yes|Esc: go on without")

# Cursor movements separate lines; other terminal sequences mean nothing.
MOVE_SEQUENCE = re.compile(r"\x1b\[[0-9;]*[HJ]")
OTHER_SEQUENCE = re.compile(r"\x1b(\[[0-9;=?]*[A-Za-z]|[()][A-Z0-9])")

DEVICES = {
    "ahci": ["ide-hd,drive={node},bus=ide.{index}"],
    "nvme": ["nvme,drive={node},serial=disk{index}"],
    "virtio": ["virtio-blk-pci,drive={node}"],
    "usb": ["qemu-xhci,id=usb{index}",
            "usb-bot,id=bot{index},bus=usb{index}.0",
            "scsi-hd,bus=bot{index}.0,drive={node},removable={removable}"],
    "sata-cd": ["ide-cd,drive={node},bus=ide.{index}"],
    "usb-cd": ["qemu-xhci,id=usb{index}",
               "usb-bot,id=bot{index},bus=usb{index}.0",
               "scsi-cd,bus=bot{index}.0,drive={node}"],
}
# The others' drivers in EDK2 drop flushes (quirk Q65).
FLUSHING_DEVICES = ("nvme", "virtio")
CD_DEVICES = ("sata-cd", "usb-cd")


@dataclasses.dataclass
class Disk:
    """One disk of the machine."""

    path: str
    device: str = "ahci"
    sector_bytes: int = 512
    write_log: str | None = None  # file for QEMU's blklogwrites
    is_removable: bool = False  # USB: a stick, not a disk
    fault: DiskFault | None = None


@dataclasses.dataclass
class Machine:
    """The test PC between two boots."""

    disks: list[Disk]
    variables: str
    accelerator: str = "tcg"
    firmware: Firmware = OVMF
    screenshot: str | None = None  # with a screen: PNG taken at the end
    tpm: str | None = None  # with a TPM: directory for its state
    flash_log: str | None = None  # of the variables: file for blklogwrites
    keys: str | None = None  # typed when Loopbreaker asks, on the serial line
    typed: list[str] | None = None  # on a keyboard: an answer to each question
    # On a keyboard: what is waited for, an expression, and the keys then.
    steps: list[tuple[str, str]] | None = None
    processor: str | None = None  # QEMU's name; None: the firmware's usual one
    memory_mib: int | None = None  # None: the firmware's usual one
    memory: str | None = None  # file for what is in it at the reset
    has_counts: bool = False  # what was read of the disks is asked for
    network: Network | Connection | None = None  # that it may start from

    @property
    def is_looked_at(self) -> bool:
        """Something is asked of the emulator when the PC has been reset."""
        return bool(self.screenshot or self.memory or self.has_counts)


@dataclasses.dataclass
class Boot:
    """What happened in one boot."""

    end: str
    console: str  # as it came over the serial port
    seconds: float
    error: str = ""
    # Of those, from when the firmware began to load what it starts.
    started_seconds: float | None = None
    read_bytes: list[int] = dataclasses.field(default_factory=list)  # by disk

    def lines(self) -> list[str]:
        """The console as plain lines."""
        return plain_lines(self.console)

    def events(self) -> list[dict]:
        """The JSON lines that Loopbreaker reported."""
        found = []
        for line in self.lines():
            start = line.find('{"event"')
            if start >= 0:
                try:
                    found.append(json.loads(line[start:]))
                except json.JSONDecodeError:
                    found.append({"event": "unreadable", "line": line})
        return found


def plain_lines(console: str) -> list[str]:
    """Terminal output without its control sequences, empty lines dropped."""
    text = MOVE_SEQUENCE.sub("\n", console)
    text = OTHER_SEQUENCE.sub("", text).replace("\r", "\n")
    return [line.rstrip() for line in text.split("\n") if line.strip()]


def _logged(name: str, node: str, log: str, sector_bytes: int) -> list[str]:
    """A block device @name that logs each write to the node below it."""
    with open(log, "wb"):
        pass
    return ["-blockdev", json.dumps({
        "driver": "file", "node-name": f"log-of-{node}", "filename": log}),
            "-blockdev", json.dumps({
                "driver": "blklogwrites", "node-name": name, "file": node,
                "log": f"log-of-{node}", "log-sector-size": sector_bytes})]


def _board_arguments(machine: Machine) -> list[str]:
    """The machine with its flash, which always has sectors of 512 bytes."""
    if not machine.flash_log:
        return machine.firmware.arguments(machine.accelerator,
                                          machine.variables)
    return [*machine.firmware.arguments(machine.accelerator, None),
            "-machine", "pflash1=flash", "-blockdev", json.dumps({
                "driver": "file", "node-name": "variables",
                "filename": machine.variables}),
            *_logged("flash", "variables", machine.flash_log, 512)]


def _disk_arguments(disk: Disk, index: int) -> list[str]:
    node = f"file{index}"
    arguments = ["-blockdev", json.dumps(
        disk.fault.node(node, disk.path) if disk.fault else {
            "driver": "file", "node-name": node, "filename": disk.path,
            "read-only": disk.device in CD_DEVICES})]
    if disk.write_log:
        arguments += _logged(f"logged{index}", node, disk.write_log,
                             disk.sector_bytes)
        node = f"logged{index}"
    devices = [device.format(
        node=node, index=index, removable="on" if disk.is_removable else "off")
               for device in DEVICES[disk.device]]
    if disk.sector_bytes != 512:
        devices[-1] += (f",logical_block_size={disk.sector_bytes}"
                        f",physical_block_size={disk.sector_bytes}")
    if disk.fault and disk.fault.holds:
        devices[-1] += ",werror=stop"  # where it is supported: not NVMe
    for device in devices:
        arguments += ["-device", device]
    return arguments


def arguments_of(machine: Machine, clock: datetime.datetime | None,
                 control: int) -> list[str]:
    """The command line; @control: file descriptor of the control channel."""
    arguments = _board_arguments(machine) + [
        "-nodefaults", "-display", "none", "-no-reboot",
        *(machine.network.arguments() if machine.network
          else ["-net", "none"]),
        "-chardev", "stdio,id=console,signal=off", "-serial",
        "chardev:console", "-chardev", f"socket,id=control,fd={control}",
        "-mon", "chardev=control,mode=control"]
    if clock:
        arguments += ["-rtc", f"base={clock:%Y-%m-%dT%H:%M:%S}"]
    if machine.screenshot:
        arguments += ["-device", "VGA"]
    if machine.is_looked_at:
        arguments += ["-no-shutdown"]
    if machine.processor:
        arguments += ["-cpu", machine.processor]
    if machine.memory_mib:
        arguments += ["-m", str(machine.memory_mib)]
    if machine.typed or machine.steps:
        arguments += machine.firmware.keyboard
    for index, disk in enumerate(machine.disks):
        arguments += _disk_arguments(disk, index)
    return arguments


class _Run:
    """A running QEMU: reads its console and its control channel."""

    def __init__(self, machine: Machine, clock: datetime.datetime | None,
                 on_hold: Callable[[], None] | None):
        self.machine = machine
        self.on_hold = on_hold
        ours, theirs = socket.socketpair()
        self.control = ours
        self.console = b""
        self.messages = b""
        self.loading: float | None = None  # since when
        self.read_bytes: list[int] = []
        self.end: str | None = None
        self.words = tempfile.TemporaryFile()
        self.tpm = Tpm(
            machine.tpm, machine.firmware.tpm) if machine.tpm else None
        arguments = arguments_of(machine, clock, theirs.fileno())
        inherited = [theirs.fileno()]
        if self.tpm:
            arguments += self.tpm.arguments()
            inherited.append(self.tpm.socket.fileno())
        if machine.network:
            arguments = machine.network.enter(arguments)
        with theirs:
            self.process = subprocess.Popen(
                arguments, stdout=subprocess.PIPE, stderr=self.words,
                stdin=subprocess.PIPE if machine.keys else subprocess.DEVNULL,
                pass_fds=inherited)
        self.keys = machine.keys
        self.typist = Typist(machine.typed or [], self._press)
        self.stepper = Stepper(machine.steps or [], self._press)
        self._send("qmp_capabilities")

    def _send(self, command: str, name: str = "", **arguments) -> None:
        message = {"execute": command, "arguments": arguments, "id": name}
        self.control.sendall(json.dumps(message).encode() + b"\n")

    def _take_picture(self) -> None:
        self._send("screendump", PICTURE, format="png",
                   filename=os.path.abspath(self.machine.screenshot))

    def _press(self, keys: list[str]) -> None:
        for key in keys:
            self._send("send-key", keys=[{"type": "qcode", "data": key}],
                       **{"hold-time": KEY_MILLISECONDS})

    def _stay(self) -> None:
        """The machine stands still at its reset, to be looked at."""
        if self.machine.screenshot:
            self._take_picture()
        if self.machine.memory:
            self._send("dump-guest-memory", paging=False,
                       protocol="file:" + os.path.abspath(self.machine.memory))
        if self.machine.has_counts:
            self._send("query-blockstats", COUNTS)
        self._send("quit")

    def _note_hold(self, message: dict) -> None:
        """A write is held back.  The answer to a question asked then comes
        when all that was to be done before has been done.
        """
        if message.get("event") == "STOP":
            self._send("query-status", HOLD)
        elif message.get("id") == HOLD:
            self.on_hold()
            self._send("cont")

    def _note_counts(self, devices: list[dict]) -> None:
        """In the order of the disks; the flash is none of them."""
        self.read_bytes = [device["stats"]["rd_bytes"] for device in devices
                           if device.get("qdev") and "flash" not in
                           device["qdev"]]

    def _note_event(self, message: dict) -> None:
        if message.get("id") == COUNTS:
            self._note_counts(message["return"])
        if self.end:
            return  # what follows is our own doing
        if message.get("event") == "SHUTDOWN":
            reason = message["data"]["reason"]
            self.end = {"guest-reset": RESET,
                        "guest-shutdown": POWER_OFF}.get(reason, BROKEN)
            if self.machine.is_looked_at:
                self._stay()
        elif self.on_hold:
            self._note_hold(message)
        elif message.get("event") == "STOP":
            self.end = BROKEN  # the accelerator gave up

    def _read_control(self) -> bool:
        try:
            data = self.control.recv(READ_BYTES)
        except ConnectionResetError:
            data = b""
        self.messages += data
        *complete, self.messages = self.messages.split(b"\n")
        for line in complete:
            self._note_event(json.loads(line))
        return bool(data)

    def watch(self, stop_at: re.Pattern | None, timeout: float) -> None:
        """Follow the boot to its end."""
        time_had = OwnTime(self.process.pid)
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            selector.register(self.control, selectors.EVENT_READ)
            while selector.get_map():
                left = timeout - time_had.seconds()
                if left <= 0 and self.process.poll() is None:
                    self.end = TIMEOUT
                    return
                ready = selector.select(max(left, LEAST_PATIENCE_SECONDS))
                for key, _ in ready:
                    if key.fileobj is self.control:
                        is_open = self._read_control()
                    else:
                        data = os.read(key.fd, READ_BYTES)
                        self.console += data
                        is_open = bool(data)
                        if self.loading is None and LOADING in self.console:
                            self.loading = time.monotonic()
                    if not is_open:
                        selector.unregister(key.fileobj)
                if self.keys and QUESTION.search(self.text()):
                    self._type()
                self.typist.look(self.text())
                self.stepper.look(self.text())
                if stop_at and stop_at.search(self.text()):
                    self.end = STOPPED
                    if self.machine.screenshot:
                        self._take_picture()
                        while f'"{PICTURE}"'.encode() not in self.messages:
                            self.messages += self.control.recv(READ_BYTES)
                if self.end in (STOPPED, BROKEN):
                    return

    def _type(self) -> None:
        self.process.stdin.write(self.keys.encode("ascii"))
        self.process.stdin.close()
        self.keys = None

    def text(self) -> str:
        """The console so far."""
        return self.console.decode("utf-8", "replace")

    def close(self) -> str:
        """End the process; returns what QEMU itself complained about."""
        if self.process.poll() is None and self.end in (TIMEOUT, STOPPED,
                                                        BROKEN, None):
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.control.close()
        self.words.seek(0)
        complaint = self.words.read().decode("utf-8", "replace").strip()
        self.words.close()
        if self.tpm:
            complaint += self.tpm.close()
        return complaint


def boot(machine: Machine, clock: datetime.datetime | None = None,
         stop_at: re.Pattern | None = None,
         timeout: float = BOOT_TIMEOUT_SECONDS,
         on_hold: Callable[[], None] | None = None) -> Boot:
    """Switch the machine on and follow it to its reset or power-off.

    @clock: what the PC's clock shows
    @stop_at: end the boot when the console shows this
    @on_hold: called while the machine stands still, because of a disk's fault
    """
    started = time.monotonic()
    run = _Run(machine, clock, on_hold)
    try:
        run.watch(stop_at, timeout)
    finally:
        complaint = run.close()
    ended = time.monotonic()
    return Boot(run.end or BROKEN, run.text(), ended - started, complaint,
                ended - run.loading if run.loading else None, run.read_bytes)


def choose_accelerator(wanted: str, firmware: Firmware = OVMF) -> str:
    """"tcg", "kvm", or for "auto" whichever really boots the firmware."""
    if wanted != "auto":
        return wanted
    if not firmware.can_use("kvm") or not os.access("/dev/kvm",
                                                    os.R_OK | os.W_OK):
        return "tcg"
    with tempfile.TemporaryDirectory() as directory:
        variables = os.path.join(directory, "vars.fd")
        firmware.make_variables(variables)
        machine = Machine([], variables, "kvm", firmware)
        result = boot(machine, stop_at=re.compile("BdsDxe|UEFI"),
                      timeout=PROBE_TIMEOUT_SECONDS)
    return "kvm" if result.end == STOPPED else "tcg"
