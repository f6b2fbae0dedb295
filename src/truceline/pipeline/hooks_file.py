"""Who is told of deadlines, where and in whose eyes: the file of hooks beside a deployment's keys.

It stands beside the signed folder and not in it, as the accounts do: whom somebody's server is
told by is nobody's evidence. docs/how-to/be-told-of-deadlines.md shows one.
"""

from __future__ import annotations

import ipaddress
import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from truceline.agreement.entry import Entry, shown
from truceline.agreement.every import read_all
from truceline.agreement.mandate_entry import read_duration, read_key_name, read_words_of
from truceline.evidence.keys import SigningKey, VerifierKey, read_key
from truceline.evidence.strict import FormatError, encode_base64

FORMAT = 1
# A signature of Standard Webhooks names no signer: its receiver knows the key.
KEY_NAME = "hook"
DUE, LATE = "due", "late"
STATES = (DUE, LATE)
KEYS = ("name", "url", "key", "as", "what", "kinds", "ahead")
# What the kinds of a `Due` are: of a commission the notices that have a limit, and of a board.
KINDS_OF_MISSION = (
    "deadline_running", "deadline_passed", "party_silent", "default_to_certify",
    "motion_to_close", "remedy_to_follow_up",
)  # fmt: skip
KINDS_OF_BOARD = ("clock", "receipt", "meeting", "measure")


class HookError(Exception):
    """The file of hooks, its journal or a key cannot be used; names the file, place and value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """One receiver.

    Attributes:
        name: Its name in the file.
        url: Where it is told: https, or plain http on this machine itself.
        key: What its messages are signed with, and no other receiver's.
        actor: Name of the key in whose eyes it is told; "" for the public.
        what: Which states it is told: "due", "late" or both.
        kinds: Which kinds of `Due`; empty for all.
        ahead_s: How long before its instant a thing is told as due, in seconds.
    """

    name: str
    url: str
    key: SigningKey
    actor: str
    what: tuple[str, ...]
    kinds: tuple[str, ...]
    ahead_s: int

    @property
    def host(self) -> str:
        """The host alone: what stands behind it in an address may be a receiver's secret."""
        return urlsplit(self.url).netloc

    @property
    def public(self) -> str:
        """The public half of its key, as Standard Webhooks writes it."""
        return f"whpk_{encode_base64(self.key.verifier.public)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class HooksFile:
    """A file of hooks, read.

    Attributes:
        path: The file.
        sha256: Hash of its bytes: a receiver that is gone stays switched off while this is so.
        pages: Address of the deployment's pages, without a slash at its end; "" if not given.
        hooks: The receivers, in the file's order.
    """

    path: Path
    sha256: str
    pages: str
    hooks: tuple[Hook, ...]


def hooks_path(folder: Path) -> Path:
    """Give the place of a deployment's hooks: beside its folder, under its name."""
    whole = folder.resolve()
    return whole.with_name(f"{whole.name}.hooks.toml")


def read_hooks(folder: Path, known: Collection[VerifierKey], kinds: Collection[str]) -> HooksFile:
    """Read the hooks of a deployment.

    Args:
        folder: Its folder.
        known: Keys that have a part in its log; none of them may sign what is no part of it.
        kinds: Kinds of `Due` that the deployment has.

    Raises:
        HookError: The file is not there, or has a problem; the message is the first one.
    """
    path = hooks_path(folder)
    problems: list[str] = []
    try:
        document = path.read_bytes()
        values = tomllib.loads(document.decode())
    except OSError as error:
        raise HookError(f"{path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise HookError(f"{path}: not TOML: {error}") from error
    top = Entry(str(path), values, problems)
    top.allow(("format", "pages", "hook"))
    version = top.required("format")
    if "format" in values and (version != FORMAT or isinstance(version, bool)):
        top.refuse("format", f"{shown(version)} is not known; this version reads {FORMAT}")
    pages = _url(top, "pages") if "pages" in values else ""
    if not values.get("hook"):
        top.refuse("[[hook]]", "missing; without one nobody is told")
    inside = folder.resolve()
    hooks = read_all(top, "hook", lambda entry: _hook(entry, inside, kinds), key="name")
    _insist_on_keys_of_their_own(top, hooks, known)
    if problems:
        raise HookError(problems[0])
    return HooksFile(
        path=path,
        sha256=sha256(document).hexdigest(),
        pages=(pages or "").rstrip("/"),
        hooks=hooks,
    )


def _hook(entry: Entry, folder: Path, kinds: Collection[str]) -> Hook | None:
    entry.allow(KEYS)
    name, url = entry.name("name"), _url(entry, "url")
    actor, key = read_key_name(entry, "as"), _key(entry, folder)
    what = read_words_of(entry, "what", STATES, "state") if "what" in entry.values else STATES
    wanted = read_words_of(entry, "kinds", kinds, "kind") if "kinds" in entry.values else ()
    needs_ahead = what is not None and DUE in what
    ahead_s = read_duration(entry, "ahead") if needs_ahead or "ahead" in entry.values else 0
    if name is None or url is None or actor is None or key is None:
        return None
    if what is None or wanted is None or ahead_s is None:
        return None
    return Hook(name=name, url=url, key=key, actor=actor, what=what, kinds=wanted, ahead_s=ahead_s)


def _url(entry: Entry, key: str) -> str | None:
    """Read an address: https, or plain http to this machine itself, and no password in it."""
    text = entry.text(key)
    if text is None:
        return None
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or not text.isascii() or not text.isprintable() or " " in text:
        entry.refuse(key, f"{shown(text)} is no address; write https://host/path")
        return None
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(host)):
        entry.refuse(key, f"{shown(text)} is not https; plain http is for this machine alone")
        return None
    if "@" in parts.netloc or parts.fragment:
        entry.refuse(key, f"{shown(text)} holds a password or a fragment, which are not sent")
        return None
    return text


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _key(entry: Entry, folder: Path) -> SigningKey | None:
    text = entry.text("key")
    if text is None:
        return None
    file = (folder.parent / text).resolve()
    if file.is_relative_to(folder):
        entry.refuse("key", f"{shown(text)} lies in the signed folder, which is handed on")
        return None
    try:
        return SigningKey(name=KEY_NAME, seed=read_key(file))
    except OSError as error:
        entry.refuse("key", f"{file}: {error.strerror}; make one with truceline key new")
    except FormatError as error:
        entry.refuse("key", str(error))
    return None


def _insist_on_keys_of_their_own(
    top: Entry, hooks: tuple[Hook, ...], known: Collection[VerifierKey]
) -> None:
    """Refuse a key of the log, and one for two receivers: one could show it to the other."""
    said = {one.public: f"{one.name} has a part in the log" for one in known}
    for hook in hooks:
        public = hook.key.verifier.public
        if public in said:
            top.refuse(
                f"[[hook]] ({hook.name})",
                f"key: {said[public]}; a hook's key is its own: truceline key new",
            )
        said[public] = f"it is that of {hook.name}"
