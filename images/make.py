#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes the images: a stick, an ISO, a folder for servers.

Everything but the applications and what is named on the command line comes from
this tree.  The same input gives the same bytes; the time that files carry is
SOURCE_DATE_EPOCH, or that of the last commit.  A signature for Secure Boot has
the time at which it was made in it, unless SOURCE_DATE_EPOCH is set.

Exit status: 0 good, 1 refused (the reason is said), 2 usage or a tool failed.
docs/images.md says what to do with what comes of it.
"""

import argparse
import os
import re
import sys
import tempfile

import applications
from contents import stick_files
from iso import make_iso
from moment import moment_of_sources
from output import new_folder, sizes, write_sums
from pxe import EXAMPLE, Network, make_folder, pxe_files
from shim import read_shim
from site_files import Judge, SiteFiles, add_keys
from tools import Refused, ToolError
from usb import make_usb

TOP = applications.TOP
USB, ISO, PXE = "loopbreaker-usb.img", "loopbreaker.iso", "pxe"
KINDS = {"usb": USB, "iso": ISO, "pxe": PXE}
UNSIGNED = (
    "These images are not signed for Secure Boot: PCs on which it is switched "
    "on refuse them. Sign them with a key that these PCs know (KEY=db.key "
    "CERT=db.crt), or switch Secure Boot off where they are used.")
NO_KEY = (
    "No policy key was put in (POLICY_KEY=site.pub): these images follow the "
    "built-in policy and no incident order.")
EXAMPLE_SERVER = (
    f"The settings in pxe/ are for the example {EXAMPLE}; name your server "
    "(SERVER=10.1.2.3/24).")


def _parse(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="images/make.py", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", default=os.path.join(TOP, "build/images"),
                        metavar="FOLDER", help="replaced as a whole; "
                        "default: build/images")
    parser.add_argument("--build", default=os.path.join(TOP, "build"),
                        metavar="FOLDER", help="with the applications")
    parser.add_argument("--only", action="append", choices=KINDS,
                        help="make this one; again for more")
    site = parser.add_argument_group("what belongs to a site")
    site.add_argument("--policy", metavar="FILE",
                      help="signed: FILE.sig lies beside it")
    site.add_argument("--order", metavar="FILE",
                      help="an incident order, signed likewise")
    site.add_argument("--policy-key", metavar="FILE", action="append",
                      default=[], help="public key that both are checked with, "
                      "put into the applications; up to four")
    site.add_argument("--keys", metavar="FILE", help="a sealed key pack")
    site.add_argument("--plain-keys", action="store_true",
                      help="take unsealed keys as well; not for the network")
    site.add_argument("--key", metavar="FILE",
                      help="private key for Secure Boot; or one in a token, as "
                      "scripts/sign has it")
    site.add_argument("--cert", metavar="FILE", help="its certificate")
    site.add_argument("--shim", metavar="FOLDER", help="with shimx64.efi and "
                      "mmx64.efi (aa64): shim starts the applications, where "
                      "the key is enrolled as MOK")
    net = parser.add_argument_group("the server that pxe/ is for")
    net.add_argument("--server", metavar="ADDRESS/PREFIX", default=EXAMPLE)
    net.add_argument("--server6", metavar="ADDRESS")
    net.add_argument("--range", metavar="FIRST,LAST", dest="range4",
                     help="dnsmasq hands out these addresses; without: "
                     "another DHCP server does")
    net.add_argument("--range6", metavar="FIRST,LAST")
    net.add_argument("--interface", metavar="NAME")
    net.add_argument("--root", metavar="FOLDER", default=Network.root,
                     help="where the server keeps the files")
    net.add_argument("--logs", metavar="FOLDER", default=Network.logs)
    arguments = parser.parse_args(words)
    if bool(arguments.key) != bool(arguments.cert):
        parser.error("KEY= and CERT= (--key and --cert) belong together")
    if arguments.shim and not arguments.key:
        parser.error("SHIM= (--shim) starts what is signed: give KEY= and "
                     "CERT= (--key and --cert) as well")
    if len(arguments.policy_key) > 4:
        parser.error("POLICY_KEY= (--policy-key) takes at most four keys")
    return arguments


def _wanted(arguments: argparse.Namespace) -> list[str]:
    return arguments.only or list(KINDS)


def _version() -> str:
    with open(os.path.join(TOP, "Makefile"), encoding="utf-8") as file:
        return re.search(r"^VERSION := (\S+)$", file.read(), re.M)[1]


def _site(arguments: argparse.Namespace, application: str) -> SiteFiles:
    """Judge what was given; raises Refused or ToolError."""
    site = SiteFiles()
    judge = Judge(os.path.join(arguments.build, "host", "loopbreaker"),
                  application, bool(arguments.policy_key))
    if arguments.policy:
        site.signed.update(judge.policy(arguments.policy))
    if arguments.order:
        site.signed.update(judge.order(arguments.order))
    if arguments.keys:
        add_keys(site, arguments.keys, arguments.plain_keys,
                 "pxe" in _wanted(arguments))
    return site


def _network(arguments: argparse.Namespace) -> Network:
    return Network(arguments.server, arguments.server6, arguments.range4,
                   arguments.range6, arguments.interface, arguments.root,
                   arguments.logs)


def _make(arguments: argparse.Namespace, folder: str, parts: str) -> list[str]:
    """Fill @folder; @parts: for what is not to stay.  Returns remarks."""
    moment = moment_of_sources()
    is_fixed = bool(os.environ.get("SOURCE_DATE_EPOCH", "").strip())
    programs = applications.prepare(
        arguments.build, parts, arguments.policy_key, arguments.key,
        arguments.cert, moment if is_fixed else None)
    site = _site(arguments, programs["x64"])
    shim = (read_shim(arguments.shim, arguments.cert) if arguments.shim
            else None)
    files = stick_files(programs, site, _version(), bool(arguments.key), shim)
    wanted = _wanted(arguments)
    served = pxe_files(programs, site, _network(arguments), shim)
    if "usb" in wanted:
        make_usb(os.path.join(folder, USB), files, moment)
    if "iso" in wanted:
        make_iso(os.path.join(folder, ISO), files, moment)
    if "pxe" in wanted:
        make_folder(os.path.join(folder, PXE), served, moment)
    write_sums(folder)
    if site.has_plain_keys:
        os.chmod(folder, 0o700)
    remarks = site.remarks + (shim.remarks if shim else [])
    if not arguments.key:
        remarks.append(UNSIGNED)
    if not arguments.policy_key:
        remarks.append(NO_KEY)
    if "pxe" in wanted and arguments.server == EXAMPLE:
        remarks.append(EXAMPLE_SERVER)
    return remarks


def show(folder: str) -> None:
    """What was made, as "make size" has it."""
    for name in KINDS.values():
        path = os.path.join(folder, name)
        if os.path.exists(path):
            total, used = sizes(path)
            print(f"{total:9} {path}" + (
                f", of which {used} are not in pages of zeroes"
                if used < total // 2 else ""))


def main(words: list[str]) -> int:
    """Make what the command line asks for."""
    arguments = _parse(words)
    try:
        with new_folder(arguments.output) as folder, \
                tempfile.TemporaryDirectory() as parts:
            remarks = _make(arguments, folder, parts)
    except Refused as reason:
        print(f"images: {reason}", file=sys.stderr)
        return 1
    except (ToolError, OSError) as error:
        print(f"images: {error}", file=sys.stderr)
        return 2
    show(arguments.output)
    for remark in remarks:
        print(f"images: {remark}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
