"""A small log with people who may act in it: each has a key that the root let in."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from contextlib import closing
from hashlib import sha256
from pathlib import Path

from truceline.evidence.approval import approvals_body, approve
from truceline.evidence.key_change import CHANGE_TYPE, Revoke, add_key
from truceline.evidence.keys import SigningKey, write_key
from truceline.evidence.ledger import Ledger
from truceline.evidence.root import ROOT_TYPE, Root
from truceline.pipeline.acts import sign_act
from truceline.pipeline.door import Door
from truceline.pipeline.saying import Speaker
from truceline.records.canonical import Json

LOG = SigningKey(name="example.org/m", seed=bytes(range(32)))
HOLDER = SigningKey(name="root/1", seed=b"r" * 32)


# A commission of three: two parties and a chair; its reviewer has no seat.
AGREEMENT = """
format = 1
id = "small"
title = "A small commission (invented)"
status = "in_force"
sources = ["invented"]

[[party]]
code = "AA"
name = "Aland"

[[party]]
code = "BB"
name = "Beland"

[[start]]
id = "s"
not_before = 2026-01-01T00:00:00Z
not_after = 2026-01-01T00:00:00Z
said_by = "both"
source = "invented"

[[clause]]
id = "c"
kind = "dispute_settlement"
article = "1"
words = "The commission decides."

[[body]]
id = "commission"
name = "Commission"
level = "special_commission"
article = "2"
words = "Three seats."
seat = [
    { id = "chair", chairs = true, holder = "chair", alternates = ["deputy"] },
    { id = "aa", state = "AA", group = "parties", holder = "anna" },
    { id = "bb", state = "BB", group = "parties", holder = "boris" },
]

[[rule]]
id = "all"
body = "commission"
questions = ["any"]
kind = "majority"
quorum = 2
on_tie = "fails"
article = "3"
words = "It decides by a majority."

[[deadline]]
id = "party_reply"
runs_from = "case.notify"
ends_with = ["case.position"]
lasts = "PT12H"
article = "4"
words = "A party replies within twelve hours."

[[role]]
actor = "rita"
role = "reviewer"

[[role]]
actor = "anna"
role = "party"
state = "AA"

[[role]]
actor = "boris"
role = "party"
state = "BB"

[[role]]
actor = "gina"
role = "guarantor"
state = "AST"
"""
PEOPLE = ("chair", "anna", "boris", "rita", "gina")


def make_mission(folder: Path, people: Iterable[str] = PEOPLE, agreement: str = AGREEMENT) -> Path:
    """Make a log with an agreement, whose people may act."""
    content = agreement.encode()
    digest = sha256(content).hexdigest()
    lines = f'[[agreement]]\nname = "small.toml"\nsha256 = "{digest}"\n'
    mission = make_log(folder, people, lines=lines)
    with Ledger.open(mission, LOG.seed) as ledger:
        ledger.store_original(content)
        body: dict[str, Json] = {
            "sha256": digest,
            "size": len(content),
            "name": "small.toml",
            "feed": "agreement",
            "received_us": None,
        }
        ledger.append("original", body)
        ledger.commit(time.time_ns() // 1000)
    return mission


def person(name: str) -> SigningKey:
    return SigningKey(name=name, seed=name.encode().ljust(32, b".")[:32])


def make_log(
    folder: Path, people: Iterable[str], kinds: tuple[str, ...] = ("act",), lines: str = ""
) -> Path:
    """Make a log in `folder`/m that lets people act, with their keys beside it."""
    mission = folder / "m"
    write_key(folder / "m.key", LOG.seed)
    root = Root(log=LOG.name, version=1, threshold=1, keys=(HOLDER.verifier,))
    signed = approvals_body([approve(ROOT_TYPE, root.text, HOLDER)])
    with Ledger.create(mission, LOG.seed, LOG.name) as ledger:
        ledger.store_mission_file(f'verifier_key = "{LOG.verifier}"\n{lines}'.encode())
        ledger.append("root", {"document": root.text, "signatures": signed})
        for name in people:
            change = add_key(log=LOG.name, root=1, kinds=kinds, signer=person(name)).text
            ledger.append("key", approved(change))
            write_key(folder / f"{name}.key", person(name).seed)
            (folder / f"{name}.key.pub").write_text(f"{person(name).verifier}\n", encoding="utf-8")
        ledger.commit(time.time_ns() // 1000)
    return mission


def approved(change: str) -> dict[str, Json]:
    return {
        "change": change,
        "approvals": approvals_body([approve(CHANGE_TYPE, change, HOLDER)]),
    }


def revoke(mission: Path, name: str, since: int) -> None:
    """Say that somebody's key was not his alone from an entry on."""
    change = Revoke(
        log=LOG.name, root=1, key=person(name).verifier, compromised_since_index=since
    ).text
    with Ledger.open(mission, LOG.seed) as ledger:
        ledger.append("key", approved(change))
        ledger.commit(time.time_ns() // 1000)


def act(
    mission: Path,
    who: str,
    name: str,
    about: str = "",
    detail: Mapping[str, Json] | None = None,
    now_us: int | None = None,
) -> str:
    """Sign an act and hand it in here; gives its id."""
    speaker = Speaker(key=mission.with_name(f"{who}.key"), signer=person(who), log=LOG.verifier)
    now_us = time.time_ns() // 1000 if now_us is None else now_us
    with closing(Door(mission)) as door:
        return sign_act(door, speaker, name, about, detail or {}, now_us=now_us).statement
