"""The hotline and the incident room: calls for all to see, windows of silence, corridors' hours.

Everything here is logged, and none of it is judged: a return-fire order is shown with whether the
mechanism was tried before, and a window that nobody reported on is not "held".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from truceline.commission.room import (
    Refused,
    Room,
    insist_on_findings,
    insist_on_parties,
    text,
    texts,
)
from truceline.records.act import Act
from truceline.records.canonical import Json
from truceline.records.chamber import Call, ReturnFireNotice, Uptime, Window
from truceline.records.finding import Outcome
from truceline.records.mandate import Role
from truceline.records.units import SECOND_US


def call(room: Room, act: Act) -> None:
    """Log a call."""
    caller, called = text(act, "from_state"), text(act, "to")
    for state in filter(None, (caller, called)):
        if state not in room.states:
            raise Refused("unknown_state", f"{state!r} is no state of the agreement")
    if caller and caller not in room.bench.states_of(act.actor, Role.PARTY):
        raise Refused("not_yours", f"{act.actor} does not call for {caller}")
    if not called:
        raise Refused("unknown_state", "nobody is called")
    case = text(act, "case")
    if case and case not in room.cases:
        raise Refused("unknown_subject", f"there is no case {case[:80]!r}")
    room.calls[act.id] = Call(
        id=act.id,
        from_state=caller,
        to=called,
        text=text(act, "text"),
        case=case,
        by=act.actor,
        at_us=act.at_us,
    )


def acknowledge(room: Room, act: Act) -> None:
    """Let the called state acknowledge a call, once."""
    one = room.calls.get(act.about)
    if one is None:
        raise Refused("unknown_subject", f"there is no call {act.about[:80]!r}")
    if one.acknowledged_us is not None:
        raise Refused("acknowledged_already", f"{one.acknowledged_by} acknowledged it")
    room.calls[act.about] = replace(one, acknowledged_us=act.at_us, acknowledged_by=act.actor)


def return_fire_order(room: Room, act: Act) -> None:
    """Log that a party's command ordered return fire.

    Source: the measures of 27 July 2020 of the Trilateral Contact Group: return fire only by
    order of the top command, after the mechanism was tried, and with the coordinator notified.
    """
    party = text(act, "party")
    insist_on_parties(room, (party,))
    cited = text(act, "call")
    tried = room.calls.get(cited) if cited else None
    if cited and tried is None:
        raise Refused("unknown_subject", f"there is no call {cited[:80]!r}")
    is_own = tried is not None and tried.from_state == party != tried.to
    room.return_fire.append(
        ReturnFireNotice(
            id=act.id,
            party=party,
            ordered_by=text(act, "ordered_by"),
            call=cited,
            tried_first=is_own,
            acknowledged_first=is_own and tried is not None and tried.acknowledged_us is not None,
            text=text(act, "text"),
            at_us=act.at_us,
        )
    )


def open_window(room: Room, act: Act) -> None:
    """Open a silence window, or a corridor's hours."""
    agreed_by = texts(act, "agreed_by")
    insist_on_parties(room, agreed_by)
    from_us, until_us = _instant(act.detail["from_us"]), _instant(act.detail["until_us"])
    if until_us <= from_us:
        raise Refused("window_order", f"it ends at {until_us} us, and begins at {from_us} us")
    room.windows[act.id] = Window(
        id=act.id,
        kind=text(act, "kind"),
        place=text(act, "place"),
        from_us=from_us,
        until_us=until_us,
        agreed_by=agreed_by,
        purpose=text(act, "purpose"),
    )


def _instant(value: Json) -> int:
    return value if isinstance(value, int) else 0


def close_window(room: Room, act: Act) -> None:
    """Say how a window was; that it was broken needs a finding of a breach in it."""
    window = room.windows.get(act.about)
    if window is None:
        raise Refused("unknown_subject", f"there is no window {act.about[:80]!r}")
    if window.result:
        raise Refused("window_closed", f"the window is closed: {window.result}")
    findings, result = texts(act, "findings"), text(act, "result")
    insist_on_findings(room, findings)
    inside = [
        fact
        for fact in (room.facts[one] for one in findings)
        if fact.outcome is Outcome.BREACHED
        and fact.began_us < window.until_us
        and fact.ended_us >= window.from_us
    ]
    if (result == "broken") != bool(inside) and result in {"broken", "held"}:
        why = f"{result}, and {len(inside)} of {len(findings)} findings are breaches in its time"
        raise Refused("monitoring", why)
    if result == "held" and act.at_us < window.until_us:
        left_s = (window.until_us - act.at_us) // SECOND_US
        raise Refused("monitoring", f"held, and {left_s} s of it are still to come")
    broken_us = act.detail.get("broken_us")
    earliest_us = min((max(fact.began_us, window.from_us) for fact in inside), default=None)
    room.windows[act.about] = replace(
        window,
        result=result,
        broken_us=_instant(broken_us) if broken_us is not None else earliest_us,
        findings=findings,
    )


def uptime(windows: Iterable[Window], place: str, now_us: int) -> Uptime:
    """Sum up how a corridor's planned hours went, as far as they have passed.

    A window counts as held up to where it was broken, and as broken from there to its end.
    """
    held_us = broken_us = unknown_us = 0
    for one in windows:
        if one.kind != "corridor" or one.place != place or one.from_us >= now_us:
            continue
        until_us = min(one.until_us, now_us)
        lasted_us = until_us - one.from_us
        if one.result == "held":
            held_us += lasted_us
        elif one.result == "cancelled":
            broken_us += lasted_us
        elif one.result == "broken" and one.broken_us is not None:
            split_us = min(max(one.broken_us, one.from_us), until_us)
            held_us += split_us - one.from_us
            broken_us += until_us - split_us
        else:
            unknown_us += lasted_us
    return Uptime(
        place=place,
        planned_s=(held_us + broken_us + unknown_us) // SECOND_US,
        held_s=held_us // SECOND_US,
        broken_s=broken_us // SECOND_US,
        unknown_s=unknown_us // SECOND_US,
    )
