# SPDX-License-Identifier: GPL-2.0-or-later
"""A PKCS#11 token in software (SoftHSM) with a key in it, in a folder of its own."""

import os

from key_room import must

PIN = "482913"
SECURITY_OFFICER = "77120934"
TOKEN, LABEL = "site", "db"


def make_token(folder: str, key: str) -> None:
    """Make a token with the key in the file @key; programs that are started from
    now on find it.
    """
    tokens = os.path.join(folder, "tokens")
    os.makedirs(tokens, mode=0o700)
    settings = os.path.join(folder, "softhsm2.conf")
    with open(settings, "w", encoding="utf-8") as file:
        file.write(f"directories.tokendir = {tokens}\n")
    os.environ["SOFTHSM2_CONF"] = settings
    must("softhsm2-util", "--init-token", "--free", "--label", TOKEN,
         "--so-pin", SECURITY_OFFICER, "--pin", PIN)
    must("softhsm2-util", "--import", key, "--token", TOKEN, "--label", LABEL,
         "--id", "01", "--pin", PIN)


def forget_token() -> None:
    """Programs find it no more."""
    os.environ.pop("SOFTHSM2_CONF", None)


def key_name(pin: str = ";pin-value=" + PIN, token: str = TOKEN,
             label: str = LABEL) -> str:
    """What names the key; @pin: an attribute, or nothing"""
    return f"pkcs11:token={token};object={label}{pin}"
