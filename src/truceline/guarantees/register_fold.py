"""The register after the acts of the log: a pure fold, and every refused act with its rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from truceline.guarantees import commitments, pledges, procedure_acts
from truceline.guarantees.draft import Draft, RuleRefusesError, closed, draft_of
from truceline.guarantees.register_acts import ACTS
from truceline.records.act import Act, RefusedAct
from truceline.records.act_spec import complaint
from truceline.records.register import Register, RegisterState, Signer

NAMESPACES = ("commitment.", "procedure.", "pledge.")

HANDLERS: Mapping[str, Callable[[Draft, Act], None]] = {
    **commitments.HANDLERS,
    **procedure_acts.HANDLERS,
    **pledges.HANDLERS,
}


def fold_register(register: Register, acts: Iterable[Act], now_us: int) -> RegisterState:
    """Give the register at an instant: each act in the log's order, and those refused.

    Args:
        register: As its file has it.
        acts: Of the log, in its order; those of other rooms are passed over.
        now_us: The instant; acts that count from later on are passed over.
    """
    draft, refused = draft_of(register), list[RefusedAct]()
    for act in acts:
        if act.at_us > now_us or not act.name.startswith(NAMESPACES):
            continue
        try:
            _apply(draft, act)
        except RuleRefusesError as rule:
            refused.append(
                RefusedAct(
                    act=act.id,
                    index=act.index,
                    actor=act.actor,
                    name=act.name,
                    rule=rule.rule,
                    article="",
                    why=rule.why,
                )
            )
    return replace(closed(draft, now_us), refused=tuple(refused))


def with_signers(
    register: Register, signers: Mapping[str, str], verifiers: Iterable[str] = ()
) -> Register:
    """Give the register with keys added: whose they are, and which of them verify."""
    known = {one.actor: one.state for one in register.signers} | dict(signers)
    return replace(
        register,
        signers=tuple(Signer(actor=actor, state=known[actor]) for actor in sorted(known)),
        verifiers=tuple(sorted({*register.verifiers, *verifiers})),
    )


def _apply(draft: Draft, act: Act) -> None:
    spec = ACTS.get(act.name)
    if act.disputed:
        raise RuleRefusesError("disputed", f"the key {act.actor} is said to have been stolen")
    if spec is None:
        raise RuleRefusesError("unknown_act", f"no act {act.name}")
    if wrong := complaint(spec, act.detail):
        raise RuleRefusesError("field", wrong)
    if not spec.about and act.about:
        raise RuleRefusesError("unknown_subject", f"{act.name} is about nothing, not {act.about!r}")
    HANDLERS[act.name](draft, act)
