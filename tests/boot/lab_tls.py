# SPDX-License-Identifier: GPL-2.0-or-later
"""HTTP boot over TLS in the network of network_lab.py: the server's certificate, and
what a site changes in the settings that "make images" writes.

The certificate signs itself, so a PC trusts it as it would an authority's.  EDK2
does not look at the times in it.
"""

import os
import re

from secure_boot import make_certificate

PORT = 443
NAME = "server"  # of the files
# What OVMF and AAVMF take for the list of authorities in the firmware's set-up.
FIRMWARE_FILE = "etc/edk2/https/cacerts"


def make(directory: str, address: str) -> None:
    """A key and a certificate for a server that URLs name by its address; raises
    ToolError.
    """
    os.makedirs(directory, mode=0o700)
    make_certificate(os.path.join(directory, NAME), "Test server",
                     "-addext", f"subjectAltName=IP:{address}")


def trusting(directory: str) -> list[str]:
    """For the emulator: a PC whose owner has entered the certificate."""
    path = os.path.join(directory, NAME + ".esl")
    return ["-fw_cfg", f"name={FIRMWARE_FILE},file={path}"]


def of_nginx(settings: str, directory: str, address: str) -> str:
    """With the lines for TLS, and without plain HTTP to @address: what comes from
    there has come over TLS.
    """
    path = os.path.join(directory, NAME)
    settings = re.sub(r"^(\s*)#(listen .* ssl;|ssl_certificate\w* .*;)$",
                      r"\1\2", settings, flags=re.M)
    for old, new in ((f"\tlisten {address}:80;\n", ""),
                     ("/etc/ssl/loopbreaker.pem", path + ".pem"),
                     ("/etc/ssl/private/loopbreaker.key", path + ".key")):
        settings = settings.replace(old, new)
    return settings


def of_dnsmasq(line: str) -> str:
    """HTTP boot over IPv4 is sent to https."""
    return re.sub(r"^(dhcp-boot=tag:http-.*,)http:", r"\1https:", line)
