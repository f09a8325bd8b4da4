# SPDX-License-Identifier: GPL-2.0-or-later
"""The folder for servers: what they serve, and their settings as texts with the
addresses of one server filled in.
"""

import dataclasses
import ipaddress
import os
import re

from applications import file_name
from shim import Shim
from site_files import SiteFiles, read
from tools import Refused

TEMPLATES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "pxe")
# RFC 5737 and RFC 3849: nobody has these.
EXAMPLE = "192.0.2.1/24"
SERVED = "files"
SCRIPT = "loopbreaker.ipxe"  # served, too
CONDITION = re.compile(r"@if (\w+)@")
PLACE = re.compile(r"@([A-Z0-9]+)@")
# What stands in three kinds of settings as it is, and what that is in words.
PATH = (re.compile(r"/[A-Za-z0-9._/-]+"),
        "a path from / on, of A-Z a-z 0-9 . _ - /, with no spaces")
INTERFACE = (re.compile(r"[A-Za-z0-9_.:-]{1,15}"),
             "a name of 1 to 15 characters out of A-Z a-z 0-9 . _ - :")


@dataclasses.dataclass
class Network:
    """The server that the settings are for, in words of the command line."""

    server: str = EXAMPLE  # with the length of its network's prefix
    server6: str | None = None
    range4: str | None = None  # "FIRST,LAST": dnsmasq hands out addresses
    range6: str | None = None
    interface: str | None = None
    root: str = "/srv/loopbreaker"
    logs: str = "/var/log/loopbreaker"


def _address(text: str, version: int, what: str):
    """Raises Refused."""
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        found = None
    if found is None or found.version != version:
        raise Refused(f"{what} is {text}: that is no IPv{version} address.")
    return found


def _server(network: Network) -> ipaddress.IPv4Interface:
    try:
        found = ipaddress.IPv4Interface(network.server)
    except ValueError:
        found = None
    if found is None or "/" not in network.server:
        raise Refused(f"SERVER is {network.server}: give its IPv4 address with "
                      f"the length of its prefix, like {EXAMPLE}.")
    net = found.network
    if net.prefixlen < 31:  # RFC 3021: else both are addresses like others
        for address, kind in ((net.network_address, "the network's own"),
                              (net.broadcast_address, "its broadcast")):
            if found.ip == address:
                raise Refused(
                    f"SERVER is {network.server}: that is {kind} address, "
                    "which no server can have. Give the server's, with the "
                    f"length of its prefix, like {EXAMPLE}.")
    return found


def _range(text: str, version: int, what: str, inside=None) -> str:
    """"FIRST,LAST"; @inside: the network it has to be in, if it is known"""
    parts = [_address(part.strip(), version, what)
             for part in text.split(",")]
    if len(parts) != 2 or parts[0] > parts[1]:
        raise Refused(f"{what} is {text}: give the first and the last address "
                      "with a comma between them.")
    for part in parts:
        if inside is not None and part not in inside:
            raise Refused(f"{what} has {part}, which is not in {inside}.")
    return ",".join(map(str, parts))


def _fitting(form: tuple[re.Pattern, str], text: str, what: str) -> str:
    expression, words = form
    if not expression.fullmatch(text):
        raise Refused(f"{what} is {text!r}: give {words}.")
    return text


def _values(network: Network) -> dict[str, str]:
    """What stands between two @ in the templates; raises Refused."""
    server = _server(network)
    found = {"SERVER": str(server.ip),
             "NETWORK": str(server.network.network_address),
             "MASK": str(server.netmask), "SERVER6": "", "RANGE": "",
             "RANGE6": "", "INTERFACE": network.interface or "eth0",
             "ROOT": _fitting(PATH, network.root, "ROOT"),
             "LOGS": _fitting(PATH, network.logs, "LOGS")}
    _fitting(INTERFACE, found["INTERFACE"], "INTERFACE")
    if network.server6:
        found["SERVER6"] = str(_address(network.server6, 6, "SERVER6"))
    if network.range4:
        found["RANGE"] = _range(network.range4, 4, "RANGE", server.network)
    if network.range6:
        if not network.server6:
            raise Refused("RANGE6 needs SERVER6, the server's IPv6 address.")
        found["RANGE6"] = _range(network.range6, 6, "RANGE6")
    return found


def fill_in(text: str, values: dict[str, str], holds: set[str]) -> str:
    """A template with values; lines for what does not hold are left out."""
    lines = []
    for line in text.splitlines():
        condition = CONDITION.match(line)
        if condition:
            if condition[1] not in holds:
                continue
            line = line[condition.end():]
        lines.append(PLACE.sub(lambda place: values[place[1]], line).rstrip())
    return "\n".join(lines) + "\n"


def _conditions(network: Network, site: SiteFiles) -> set[str]:
    answers = {"interface": network.interface, "range": network.range4,
               "proxy": not network.range4, "ipv6": network.server6,
               "range6": network.range6,
               "policy": "policy.dtb" in site.signed,
               "order": "incident-order.dtb" in site.signed}
    answers.update(nopolicy=not answers["policy"],
                   noorder=not answers["order"])
    return {name for name, answer in answers.items() if answer}


def _shim_files(applications: dict[str, str],
                shim: Shim) -> dict[str, bytes]:
    """What is served beside the applications for shim to start them."""
    files = {}
    for arch, parts in shim.files.items():
        files.update(parts)
        files[shim.second(arch)] = read(applications[arch], "the application")
    return {f"{SERVED}/{name}": content for name, content in files.items()}


def pxe_files(applications: dict[str, str], site: SiteFiles, network: Network,
              shim: Shim | None = None) -> dict[str, bytes]:
    """All files of the folder by their paths; raises Refused.

    Plain keys are not among them: everybody can read what is served.
    """
    files = {f"{SERVED}/{file_name(arch)}": read(path, "the application")
             for arch, path in applications.items()}
    for name, content in {**site.signed, **(
            {} if site.has_plain_keys else site.keys)}.items():
        files[f"{SERVED}/{name}"] = content
    values, holds = _values(network), _conditions(network, site)
    for arch in applications:  # what firmware asks for
        values[arch.upper()] = (shim.name(arch) if shim and arch in shim.files
                                else file_name(arch))
    if shim:
        files.update(_shim_files(applications, shim))
    for name in sorted(os.listdir(TEMPLATES)):
        target = name.removesuffix(".in")
        if target == SCRIPT:
            target = f"{SERVED}/{target}"
        with open(os.path.join(TEMPLATES, name), encoding="ascii") as file:
            files[target] = fill_in(file.read(), values, holds).encode("ascii")
    return files


def make_folder(path: str, files: dict[str, bytes], moment: int) -> None:
    """Write them."""
    for name, content in files.items():
        target = os.path.join(path, name)
        os.makedirs(os.path.dirname(target), mode=0o755, exist_ok=True)
        with open(target, "wb") as file:
            file.write(content)
        os.chmod(target, 0o644)
        os.utime(target, (moment, moment))
