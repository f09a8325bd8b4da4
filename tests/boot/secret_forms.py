# SPDX-License-Identifier: GPL-2.0-or-later
"""Everything that a recovery password, a startup key or the PIN of a key pack
becomes on its way to the volume, as bytes to be looked for in a PC's memory.
"""

import hashlib
import hmac
import uuid

from key_files import PACK, KeyFile
from locked import RECOVERY, STARTUP, LockedVolume

STRETCH_ROUNDS = 0x100000
SEEN_BYTES = 16  # of a key: a part of it is as bad as the whole
PACK_LABEL = b"loopbreaker key pack 1 "
PACK_SUBKEYS = ("check", "place", "record", "list")
STARTUP_KEY_BYTES = 32  # at the end of a .BEK file


def _box() -> bytes:
    """The S-box of AES, from its definition."""
    box, p, q = bytearray(256), 1, 1
    box[0] = 0x63
    while True:
        p ^= (p << 1 ^ (0x1b if p & 0x80 else 0)) & 0xff
        q ^= q << 1
        q ^= q << 2
        q ^= q << 4
        q &= 0xff
        if q & 0x80:
            q ^= 0x09
        turned = q
        for shift in range(1, 5):
            turned ^= (q << shift | q >> (8 - shift)) & 0xff
        box[p] = turned ^ 0x63
        if p == 1:
            return bytes(box)


def round_keys(key: bytes) -> dict[str, bytes]:
    """Of those that AES makes of a key and that are no part of it: the first
    two, and the last, with which decryption begins.
    """
    box, words = _box(), [key[i:i + 4] for i in range(0, len(key), 4)]
    size, factor = len(words), 1
    while len(words) < 4 * (size + 7):
        word = words[-1]
        if len(words) % size == 0:
            word = bytes(box[b] for b in word[1:] + word[:1])
            word = bytes([word[0] ^ factor]) + word[1:]
            factor = factor << 1 ^ (0x11b if factor & 0x80 else 0)
        elif size > 6 and len(words) % size == 4:
            word = bytes(box[b] for b in word)
        words.append(bytes(a ^ b for a, b in zip(words[-size], word)))
    return {name: b"".join(words[at:at + 4])
            for name, at in (("the first round key", size),
                             ("the second round key", size + 4),
                             ("the last round key", len(words) - 4))}


def stretched(start: bytes, salt: bytes) -> bytes:
    """The key that a recovery password becomes, in a second or so."""
    last = bytes(32)
    tail = start + salt
    sha256 = hashlib.sha256
    for count in range(STRETCH_ROUNDS):
        last = sha256(last + tail + count.to_bytes(8, "little")).digest()
    return last


def _texts(name: str, text: str) -> dict[str, bytes]:
    return {f"{name}, ASCII": text.encode(),
            f"{name}, UTF-16": text.encode("utf-16-le")}


def _with_rounds(name: str, key: bytes) -> dict[str, bytes]:
    return {name: key[:SEEN_BYTES],
            **{f"{what} of {name}": form
               for what, form in round_keys(key).items()}}


def forms_of(volume: LockedVolume, number: int, salt: bytes,
             pin: str | None) -> dict[str, bytes]:
    """By their names: what may be left of recovery password @number.

    @salt: of that protector; @pin: of a pack
    """
    groups = volume.password(number).split("-")
    raw = b"".join((int(group) // 11).to_bytes(2, "little")
                   for group in groups)
    start = hashlib.sha256(raw).digest()
    middle = stretched(start, salt)
    fvek = volume.keys.fvek
    found = {
        # Half of it: what is drawn by the group, or torn, is found as well.
        **_texts("the digits, with dashes", "-".join(groups[2:5])),
        **_texts("the digits, without", "".join(groups[2:5])),
        "the password's bytes": raw,
        "the start of stretching": start,
        **_with_rounds("the stretched key", middle),
        **_with_rounds("the volume's master key", volume.keys.vmk),
        **_with_rounds("the volume's key", fvek[:len(fvek) // 2]),
        **_with_rounds("the volume's tweak key", fvek[len(fvek) // 2:]),
    }
    if pin:
        found.update(_texts("the PIN", pin))
    return found


def startup_forms(bek: bytes) -> dict[str, bytes]:
    """What is secret in a .BEK file."""
    return _with_rounds("the startup key", bek[-STARTUP_KEY_BYTES:])


def pack_forms(pack: bytes, pin: str, key_id: str) -> dict[str, bytes]:
    """What the PIN of a pack becomes, as far as to the key of one record."""
    derived = hashlib.pbkdf2_hmac("sha256", pin.encode(), pack[32:64],
                                  int.from_bytes(pack[12:16], "little"))
    subkeys = {word: hmac.digest(derived, PACK_LABEL + word.encode(), "sha256")
               for word in PACK_SUBKEYS}
    if hmac.digest(subkeys["check"], pack[:64], "sha256") != pack[64:96]:
        raise ValueError("that is not the PIN of the pack")
    record = hmac.digest(subkeys["record"],
                         uuid.UUID(key_id).bytes_le + b"\0", "sha256")
    return {"what was derived of the PIN": derived[:SEEN_BYTES],
            **{f"the pack's key \"{word}\"": key[:SEEN_BYTES]
               for word, key in subkeys.items()},
            **_with_rounds("the key of the record", record)}


def all_forms(volume: LockedVolume, disk: str,
              files: list[tuple[KeyFile, bytes]],
              pin: str | None) -> dict[str, bytes]:
    """Of all keys of a PC; stretching takes a second each.

    @disk: with the volume; @files: those with keys; @pin: if one is typed
    """
    forms: dict[str, bytes] = {}
    for number, kind in enumerate(volume.lock.protectors):
        if kind == RECOVERY:
            forms.update(forms_of(volume, number, volume.salt(disk, number),
                                  pin))
        elif kind == STARTUP:
            with open(volume.bek_files[number], "rb") as file:
                forms.update(startup_forms(file.read()))
    for spec, content in files:
        if spec.kind == PACK and pin:
            forms.update(pack_forms(content, pin,
                                    volume.keys.key_ids[spec.protector]))
    return forms
