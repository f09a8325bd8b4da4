# SPDX-License-Identifier: GPL-2.0-or-later
"""A network with real servers, for one test: dnsmasq, nginx and rsyslog with the
settings that "make images" writes for them, and nothing changed in these.

It is a namespace with a bridge; emulators are connected by taps.  A second one is
the rest of the house: its router, which advertises itself by IPv6, and where ours
is a proxy the DHCP server that was there before.
"""

import dataclasses
import os
import re
import shutil
import sys

import lab_tls
from netspace import Namespace, Server
from product_image import MAKE, Wishes
from toolbox import run_tool

LAN = "lan0"
ADDRESS, ADDRESS6 = "10.1.2.3", "2001:db8::3"
ROUTER, ROUTER6 = "10.1.2.1", "2001:db8::1"
# Those of a bad server.
OTHER, OTHER6 = "10.1.2.4", "2001:db8::4"
PREFIX, PREFIX6 = 24, 64
RANGE, RANGE6 = "10.1.2.100,10.1.2.200", "2001:db8::100,2001:db8::1ff"
SYSLOG, DHCP, DHCP6, TFTP, HTTP = 514, 67, 547, 69, 80

# dnsmasq says "sent FILE to ADDRESS" when it had the last acknowledgement.
TFTP_SENT = re.compile(r"dnsmasq-tftp\[\d+\]: sent (\S+) to (\S+)")
TFTP_ABSENT = re.compile(r"dnsmasq-tftp\[\d+\]: file (\S+) not found for (\S+)")
# The format "combined".
HTTP_LINE = re.compile(r'(\S+) - \S+ \[[^]]*\] "(\S+) (\S+) [^"]*" (\d+) (\d+)')
HOSTILE_LINE = re.compile(r"^asked (.*)$", re.M)
MARK = "lab-mark"
# $0 is the server, $1 the message.
SEND_UDP = 'printf "%s" "$1" >"/dev/udp/$0/514"'
SEND_HTTP = (
    'exec 3<>"/dev/tcp/$0/80"; printf "POST /report HTTP/1.1\\r\\nHost: x\\r\\n'
    'Connection: close\\r\\nContent-Length: %d\\r\\n\\r\\n%s" "${#1}" "$1" >&3; '
    'grep -q "204 No Content" <&3')
TAP = "tap0"  # of the first PC

HOSTILE = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                       "hostile_server.py")


def to_others(line: str) -> str:
    """A line of dnsmasq's settings, with the programs from the bad server."""
    line = re.sub(r"^(dhcp-boot=tag:pxe-.*\.efi)$", rf"\1,,{OTHER}", line)
    for ours, others in ((f"//{ADDRESS}/", f"//{OTHER}/"),
                         (f"//[{ADDRESS6}]/", f"//[{OTHER6}]/")):
        line = re.sub(re.escape(ours) + r"(?=.*\.efi$)", others, line)
    return line


def _root_of_nginx(directory: str, settings: str) -> str:
    """What /etc/nginx/nginx.conf is to conf.d, for a folder of our own."""
    parts = os.path.join(directory, "parts")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    return "\n".join([
        "daemon off;", "user root;", "worker_processes 1;",
        f"pid {directory}/nginx.pid;", "events {}", "http {",
        *(f"{kind}_temp_path {parts};" for kind in kinds),
        f"include {settings};", "}", ""])


@dataclasses.dataclass
class Hostile:
    """A bad server in place of ours (hostile_server.py)."""

    kind: str  # "tftp" or "http"
    way: str
    victim: str = r"policy\.dtb"  # names of files: an expression
    has_log: bool = True  # when it leaves, the log server stays


@dataclasses.dataclass
class Lab:
    """The servers, from start() to stop(); always call that."""

    directory: str  # for settings, what is served, logs
    build: str  # a folder like build/
    wishes: Wishes = dataclasses.field(default_factory=Wishes)
    is_proxy: bool = False  # another DHCP server hands out addresses
    withheld: str = ""  # lines of dnsmasq's settings with this are left out
    hostile: Hostile | None = None
    is_tls: bool = False  # HTTP boot over IPv4 is over TLS

    def __post_init__(self):
        self.space: Namespace | None = None
        self.house: Namespace | None = None
        self.servers: dict[str, Server] = {}
        self.marks = 0

    def path(self, *names: str) -> str:
        """Of a file of the lab."""
        return os.path.join(os.path.abspath(self.directory), *names)

    @property
    def root(self) -> str:
        """What is served."""
        return self.path("srv")

    def settings(self, name: str) -> str:
        """A file of the settings, as it was made."""
        return self.path("images", "pxe", name)

    def make_settings(self) -> None:
        """As "make images SERVER=... ROOT=..." does; raises ToolError."""
        words = []
        for option in ("policy", "policy_key", "keys", "shim"):
            value = getattr(self.wishes, option)
            if value:
                words += ["--" + option.replace("_", "-"), value]
        if not self.is_proxy:
            words += ["--range", RANGE]
        if self.wishes.signer:
            words += ["--key", self.wishes.signer[0], "--cert",
                      self.wishes.signer[1]]
        run_tool(sys.executable, MAKE, "--build", self.build, "--output",
                 self.path("images"), "--only", "pxe", "--server",
                 f"{ADDRESS}/{PREFIX}", "--server6", ADDRESS6, "--range6",
                 RANGE6, "--interface", LAN, "--root", self.root, "--logs",
                 self.path("logs"), *words)
        shutil.copytree(self.settings("files"), self.root)

    def start(self) -> None:
        """Everything is there, and listens; raises ToolError."""
        try:
            self._start()
        except BaseException:
            self.stop()
            raise

    def _start(self) -> None:
        os.makedirs(self.path("parts"), exist_ok=True)
        self.make_settings()
        if self.is_tls:
            lab_tls.make(self.path("tls"), ADDRESS)
        self.space = Namespace()
        self.space.bridge(LAN, [f"{ADDRESS}/{PREFIX}", f"{ADDRESS6}/{PREFIX6}",
                                "fe80::3/64"])
        self._start_house()
        self.start_nginx()
        self.start_rsyslog()
        self.start_dnsmasq()
        if self.hostile:
            self._start_hostile(self.hostile)

    def _start_hostile(self, hostile: Hostile) -> None:
        """One for each kind of address, in the rest of the house."""
        away = ["nsenter", f"--net=/proc/{self.space.pid}/ns/net", "--", "ip",
                "link", "set", TAP, "down"]
        for address in (OTHER, OTHER6):
            server = self._serve(
                self.house, f"hostile-{address}", sys.executable, HOSTILE,
                hostile.kind, self.root, address, hostile.victim, hostile.way,
                *([] if hostile.has_log else away))
            server.wait_for(lambda: "ready" in server.said(), "not ready")

    def stop(self) -> None:
        """Nothing is left, whatever was there."""
        for server in reversed(list(self.servers.values())):
            server.stop()
        self.servers.clear()
        for space in (self.space, self.house):
            if space:
                space.close()
        self.space = self.house = None

    def _dnsmasq_settings(self) -> str:
        """As they were made, unless the test is about another site."""
        if not (self.withheld or self.hostile or self.is_tls):
            return self.settings("dnsmasq.conf")
        with open(self.settings("dnsmasq.conf"), encoding="ascii") as file:
            lines = [line for line in file.read().splitlines()
                     if not self.withheld or self.withheld not in line]
        if self.hostile:
            lines = [to_others(line) for line in lines]
        if self.is_tls:
            lines = [lab_tls.of_dnsmasq(line) for line in lines]
        path = self.path("dnsmasq.conf")
        with open(path, "w", encoding="ascii") as file:
            file.write("\n".join(lines) + "\n")
        return path

    def start_dnsmasq(self) -> None:
        """DHCP, and TFTP."""
        settings = self._dnsmasq_settings()
        server = self._serve(self.space, "dnsmasq", "dnsmasq", *self._quiet(
            "dnsmasq"), f"--conf-file={settings}")
        server.wait_for_port("udp", DHCP)
        server.wait_for_port("udp", DHCP6)

    def _installed(self, name: str) -> str:
        """A file of the settings as it is used here.

        All that is not as on a server is where nginx keeps its logs: there it is
        Debian's folder; and, over TLS, its certificate.
        """
        with open(self.settings(name), encoding="ascii") as file:
            text = file.read().replace("/var/log/nginx", self.path())
        if self.is_tls:
            text = lab_tls.of_nginx(text, self.path("tls"), ADDRESS)
        return self._write("site-" + name, text)

    def _write(self, name: str, text: str) -> str:
        """Make a file; returns its path."""
        with open(self.path(name), "w", encoding="ascii") as file:
            file.write(text)
        return self.path(name)

    def start_nginx(self) -> None:
        """The same files by HTTP, and reports."""
        settings = self._write("nginx.conf", _root_of_nginx(
            self.path(), self._installed("nginx.conf")))
        server = self._serve(self.space, "nginx", "nginx", "-e", self.path(
            "nginx-errors.log"), "-c", settings)
        server.wait_for_port("tcp", HTTP, 1 if self.is_tls else 2)
        if self.is_tls:
            server.wait_for_port("tcp", lab_tls.PORT)

    def start_rsyslog(self) -> None:
        """The log server."""
        settings = self._write(
            "rsyslog.conf", f'global(workDirectory="{self.path("parts")}")\n'
            f'include(file="{self._installed("rsyslog.conf")}")\n')
        self._serve(self.space, "rsyslogd", "rsyslogd", "-n", "-f", settings,
                    "-i", self.path("rsyslogd.pid")).wait_for_port(
                        "udp", SYSLOG, 2)

    def _quiet(self, name: str) -> list[str]:
        """What keeps dnsmasq off the files of this machine."""
        # Another group would make it forget that it has to end with us.
        return ["--keep-in-foreground", "--user=root", "--group=root",
                "--log-facility=-",
                "--pid-file=" + self.path(name + ".pid"),
                "--dhcp-leasefile=" + self.path(name + ".leases")]

    def _serve(self, space: Namespace, name: str, *words: str) -> Server:
        self.servers[name] = Server(space, self.path(name + ".log"), *words)
        return self.servers[name]

    def _start_house(self) -> None:
        """The router, and the DHCP server where ours is none."""
        self.house = Namespace()
        self.space.wire(LAN, self.house, "house", [
            f"{ROUTER}/{PREFIX}", f"{OTHER}/{PREFIX}", f"{ROUTER6}/{PREFIX6}",
            f"{OTHER6}/{PREFIX6}", "fe80::1/64"])
        words = ["--port=0", "--interface=house", "--bind-dynamic",
                 "--enable-ra", "--dhcp-range=2001:db8::,ra-only",
                 "--log-dhcp"]
        if self.is_proxy:
            words += [f"--dhcp-range={RANGE},255.255.255.0,1h",
                      f"--dhcp-option=option:router,{ROUTER}"]
        server = self._serve(self.house, "house", "dnsmasq",
                             *self._quiet("house"), "--conf-file=/dev/null",
                             *words)
        if self.is_proxy:
            server.wait_for_port("udp", DHCP)
        else:
            server.wait_for(lambda: "started" in server.said(), "not ready")

    # --- What they saw --------------------------------------------------------

    def reports(self) -> list[str]:
        """All lines that rsyslog has written."""
        found = []
        folder = self.path("logs")
        for name in sorted(os.listdir(folder) if os.path.isdir(folder) else []):
            with open(os.path.join(folder, name), encoding="utf-8",
                      errors="replace") as file:
                found += file.read().splitlines()
        return found

    def settle(self) -> None:
        """Wait until rsyslog has written what was sent before: a message of
        our own comes behind it, on each way that there is.
        """
        for address, command in ((ADDRESS, SEND_UDP), (ADDRESS6, SEND_UDP),
                                 (ADDRESS6, SEND_HTTP)):
            self.marks += 1
            mark = f"{MARK}-{os.getpid()}-{self.marks}"
            self.space.run("bash", "-c", command, address,
                           f"<134>1 - {mark} - - - - mark")
            self.servers["rsyslogd"].wait_for(
                lambda: any(f" {mark} " in line for line in self.reports()),
                f"has not written what came to {address}")

    def served(self) -> list[str]:
        """What was asked for: "tftp NAME", "http NAME" (over TLS "https NAME"),
        and behind it "absent" or the status where it was not given; in order for
        each of the two.
        """
        found = []
        for line in self.servers["dnsmasq"].said().splitlines():
            for pattern, word in ((TFTP_SENT, ""), (TFTP_ABSENT, " absent")):
                match = pattern.search(line)
                if match:
                    found.append("tftp " + os.path.relpath(
                        match[1], self.root) + word)
        path, scheme = self.path("loopbreaker.log"), "http"
        if self.is_tls:
            scheme = "https"
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                for _, verb, name, status, _ in HTTP_LINE.findall(file.read()):
                    found.append(f"{scheme} {name.lstrip('/')}" + (
                        "" if (verb, status) == ("GET", "200")
                        else f" {verb} {status}"))
        for name, server in self.servers.items():
            if name.startswith("hostile-"):
                found += HOSTILE_LINE.findall(server.said())
        return found
