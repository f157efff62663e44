"""The password of the pages: kept as scrypt's answer, in a file for its owner only."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from pathlib import Path

from monitor.adapters.home.files import read_file, write_file
from monitor.errors import ConfigError

PASSWORD_FILE = "web-password"
SHORTEST = 8  # characters
LONGEST = 1024  # characters: no cut at 72 bytes, and no megabytes to work through
COST = 2**15  # 32 MB and about a tenth of a second for one try
_MEMORY_BYTES = 64 * 2**20
_BLOCK, _LANES = 8, 1
_SALT_BYTES = 16


@dataclass(frozen=True, slots=True)
class Password:
    """What is kept of a password; `mark` changes whenever it is set anew."""

    cost: int
    salt: bytes
    answer: bytes

    @property
    def mark(self) -> bytes:
        return hashlib.sha256(self.salt + self.answer).digest()[:16]

    def matches(self, tried: str) -> bool:
        """Tell whether this is it, in the same time whatever was tried."""
        answer = _answer(tried[:LONGEST], self.salt, self.cost)
        return hmac.compare_digest(answer, self.answer) and len(tried) <= LONGEST


def make_password(text: str, *, cost: int = COST) -> Password:
    """Return what is to be kept; raises ConfigError for one that is too short or too long.

    `cost` is how dear a try is; what is not the usual one is for tests.
    """
    if not SHORTEST <= len(text) <= LONGEST:
        problem = f"a password has {SHORTEST} to {LONGEST} characters; nothing was changed"
        raise ConfigError("the password of the pages", problem)
    salt = secrets.token_bytes(_SALT_BYTES)
    return Password(cost, salt, _answer(text, salt, cost))


def save_password(state: Path, password: Password | None) -> None:
    """Keep a password, readable by its owner only; None: no password is asked for any more."""
    path = state / PASSWORD_FILE
    if password is None:
        path.unlink(missing_ok=True)
        return
    line = f"scrypt {password.cost} {password.salt.hex()} {password.answer.hex()}\n"
    write_file(path, line.encode("ascii"))
    path.chmod(0o600)


def read_password(state: Path) -> Password | None:
    """Return the password that is set, None when none is.

    Raises ConfigError when the file cannot be read: who cannot ask lets nobody in.
    """
    path = state / PASSWORD_FILE
    if not path.exists():
        return None
    parts = read_file(path).split()
    try:
        scheme, cost, salt, answer = parts
        if scheme != b"scrypt" or not 2**10 <= int(cost) <= 2**16:
            raise ValueError
        return Password(int(cost), bytes.fromhex(salt.decode()), bytes.fromhex(answer.decode()))
    except ValueError as error:
        problem = "this is no password file of ours; nobody is let in. Set one: monitor passwd"
        raise ConfigError(str(path), problem) from error


def _answer(text: str, salt: bytes, cost: int) -> bytes:
    return hashlib.scrypt(
        text.encode("utf-8", "surrogatepass"),
        salt=salt,
        n=cost,
        r=_BLOCK,
        p=_LANES,
        maxmem=_MEMORY_BYTES + 128 * _BLOCK * cost,
    )
