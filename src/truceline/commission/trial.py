"""A room to try an act in: it reads the commission's own, and keeps to itself what it changes.

A trial costs what the act touches, one case as a rule, and not what the room holds.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from copy import deepcopy
from dataclasses import fields, replace
from typing import Any

from truceline.commission.room import Room

# What no act changes.
SHARED = frozenset({"mandate", "facts", "mirrors", "states", "starts", "ends"})


class Overlay(MutableMapping[Any, Any]):
    """A dictionary over another one, which stays as it is.

    What is looked up is copied first, so that whoever has it may change it; a dictionary inside
    gets an overlay of its own.
    """

    def __init__(self, base: dict[Any, Any], copies: dict[int, Any]) -> None:
        """Begin like `base`; `copies` is the memo of `copy.deepcopy`, one for the whole room."""
        self._base = base
        self._copies = copies
        self._own: dict[Any, Any] = {}
        self._gone: set[Any] = set()

    def __getitem__(self, key: Any) -> Any:  # noqa: ANN401 - as the dictionary below
        if key not in self._own:
            if key in self._gone:
                raise KeyError(key)
            self._own[key] = _copied(self._base[key], self._copies)
        return self._own[key]

    def __setitem__(self, key: Any, value: Any) -> None:  # noqa: ANN401 - as above
        self._own[key] = value
        self._gone.discard(key)

    def __delitem__(self, key: Any) -> None:  # noqa: ANN401 - as above
        if key not in self:
            raise KeyError(key)
        self._own.pop(key, None)
        self._gone.add(key)

    def __contains__(self, key: object) -> bool:
        return key in self._own or (key in self._base and key not in self._gone)

    def __iter__(self) -> Iterator[Any]:
        yield from (key for key in self._base if key in self)
        yield from (key for key in self._own if key not in self._base)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def trial_of(room: Room) -> Room:
    """Give a room like this one, in which acts can be taken without any trace in it."""
    mandate = room.mandate
    # Records never change: the mandate's are the same ones in every room.
    copies = {id(one): one for one in (*mandate.deadlines, *mandate.rules, *mandate.bodies)}
    kept = {
        one.name: _copied(getattr(room, one.name), copies)
        for one in fields(Room)
        if one.name not in SHARED
    }
    return replace(room, **kept)


def _copied(value: Any, copies: dict[int, Any]) -> Any:  # noqa: ANN401 - as in the room
    return Overlay(value, copies) if isinstance(value, dict) else deepcopy(value, copies)
