# SPDX-License-Identifier: GPL-2.0-or-later
"""Network namespaces for tests, and what runs in them.

A namespace lives as long as a process in it: one that ends when we do, however
that happens, and takes bridges, wires and addresses with it.  Programs inside are
told to end with us as well.
"""

import os
import subprocess
import time

from toolbox import ToolError, run_tool

TUN = "/dev/net/tun"
READY_SECONDS = 20  # a loaded machine; all that is waited for takes one
LOOK_SECONDS = 0.02
LISTENING = {"udp": "07", "tcp": "0A"}  # states in /proc/net, in hexadecimal


class Namespace:
    """A network of its own, with nothing but "lo" in it.

    Raises ToolError where there may be none.
    """

    def __init__(self):
        # What goes in comes out again: the namespace is there.
        self._holder = subprocess.Popen(
            ["unshare", "--net", "--", "cat"], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.pid = self._holder.pid  # of a process in it
        try:
            self._holder.stdin.write(b"\n")
            self._holder.stdin.flush()
        except BrokenPipeError:
            pass  # it says why
        if self._holder.stdout.read(1) != b"\n":
            words = self._holder.stderr.read().decode("utf-8", "replace")
            self.close()
            raise ToolError(f"no network namespace: {words.strip()}")
        self.run("ip", "link", "set", "lo", "up")

    def __getstate__(self) -> dict:
        """For another process of ours, which can enter it and not close it."""
        return {"pid": self.pid}

    def enter(self, *words: str) -> list[str]:
        """A command line that runs @words there, as the same process."""
        return ["nsenter", f"--net=/proc/{self.pid}/ns/net", "--", *words]

    def run(self, *words: str) -> str:
        """Run a tool there to its end; raises ToolError."""
        return run_tool(*self.enter(*words))

    def close(self) -> None:
        """It is no more, once nobody else is in it."""
        self._holder.stdin.close()
        self._holder.wait()
        self._holder.stdout.close()
        self._holder.stderr.close()

    def bridge(self, name: str, addresses: list[str]) -> None:
        """A switch that this machine is connected to."""
        self.run("ip", "link", "add", name, "type", "bridge",
                 "mcast_snooping", "0")
        # Ours are the addresses that we give.
        self.run("ip", "link", "set", name, "addrgenmode", "none")
        for address in addresses:
            self.run("ip", "address", "add", address, "dev", name,
                     *(["nodad"] if ":" in address else []))
        self.run("ip", "link", "set", name, "up")

    def tap(self, name: str, bridge: str) -> None:
        """A socket of the switch for an emulator."""
        self.run("ip", "tuntap", "add", name, "mode", "tap")
        self.run("ip", "link", "set", name, "master", bridge, "up")

    def wire(self, bridge: str, other: "Namespace", name: str,
             addresses: list[str]) -> None:
        """Connect another namespace, where the wire's end is called @name."""
        self.run("ip", "link", "add", f"to-{name}", "type", "veth", "peer",
                 "name", name, "netns", str(other.pid))
        self.run("ip", "link", "set", f"to-{name}", "master", bridge, "up")
        for address in addresses:
            other.run("ip", "address", "add", address, "dev", name,
                      *(["nodad"] if ":" in address else []))
        other.run("ip", "link", "set", name, "up")

    def counters(self, name: str) -> tuple[int, int]:
        """Bytes that have come in and gone out of an interface."""
        found = {}
        lines = self.run("ip", "-s", "link", "show", name).splitlines()
        for head, numbers in zip(lines, lines[1:]):
            for word in ("RX:", "TX:"):
                if head.split()[:1] == [word]:
                    found[word] = int(numbers.split()[0])
        return found["RX:"], found["TX:"]


class Server:
    """A program that serves in a namespace."""

    def __init__(self, space: Namespace, log: str, *words: str):
        """@log: file for what it says"""
        self.name, self.log = words[0], log
        with open(log, "ab") as file:
            self._process = subprocess.Popen(
                space.enter("setpriv", "--pdeathsig", "TERM", *words),
                stdin=subprocess.DEVNULL, stdout=file,
                stderr=subprocess.STDOUT,
                env=dict(os.environ, LC_ALL="C.UTF-8",
                         PATH=os.environ["PATH"] + ":/usr/sbin:/sbin"))

    def __getstate__(self) -> dict:
        """For another process of ours, which can read what it says."""
        return {"name": self.name, "log": self.log}

    def said(self) -> str:
        """So far."""
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read()

    def wait_for(self, condition, what: str) -> None:
        """Until @condition() holds; raises ToolError if it never does."""
        end = time.monotonic() + READY_SECONDS
        while not condition():
            if self._process.poll() is not None or time.monotonic() > end:
                raise ToolError(f"{self.name}: {what}: {self.said()[-800:]}")
            time.sleep(LOOK_SECONDS)

    def wait_for_port(self, kind: str, port: int, count: int = 1) -> None:
        """Until somebody in the namespace listens, on @count addresses."""
        self.wait_for(lambda: self._listening(kind, port) >= count,
                      f"does not listen to {kind} {port}")

    def _listening(self, kind: str, port: int) -> int:
        found = 0
        for suffix in ("", "6"):
            with open(f"/proc/{self._process.pid}/net/{kind}{suffix}",
                      encoding="ascii") as file:
                for line in file.readlines()[1:]:
                    words = line.split()
                    found += (words[3] == LISTENING[kind] and
                              int(words[1].rpartition(":")[2], 16) == port)
        return found

    def stop(self, is_sudden: bool = False) -> None:
        """End it, and wait for that; @is_sudden: it cannot put things away."""
        if self._process.poll() is None:
            (self._process.kill if is_sudden else self._process.terminate)()
        self._process.wait()


def why_not() -> str | None:
    """Why there can be no network of our own here, or None."""
    if os.geteuid():
        return "a network of its own takes root"
    if not os.path.exists(TUN):
        return f"there is no {TUN}"
    try:
        space = Namespace()
    except (ToolError, FileNotFoundError) as error:
        return str(error)
    try:
        space.bridge("lan0", [])
        space.tap("tap0", "lan0")
    except ToolError as error:
        return str(error)
    finally:
        space.close()
    return None
