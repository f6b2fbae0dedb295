"""Log in by passkey: an invitation registers one, and whoever holds it is the actor it was for.

The clock and the dice are passed in. A refusal is a `LoginRefusedError` with the rule that refused.

Source: W3C, Web Authentication, Level 3, sections 7.1 and 7.2, checked by py_webauthn.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections import Counter
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from truceline.web.account_book import AccountBook, AccountStore, Invitation, Passkey
from truceline.web.ceremonies import (
    CHALLENGE_SIZE,
    CHALLENGE_US,
    NO_ANSWER,
    SECOND_US,
    Answer,
    Ceremonies,
    Dice,
    LoginRefusedError,
)

INVITATION_US = 3 * 24 * 3600 * SECOND_US


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What a passkey is bound to.

    Attributes:
        rp_id: The host name that it is registered for, for example "localhost".
        origin: Scheme, host and port under which the console is open in the browser.
        name: What the browser shows beside the question.
    """

    rp_id: str
    origin: str
    name: str = "Truceline"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How somebody can come in.

    Attributes:
        actor: Name of his key.
        passkeys: How many are registered.
        invitations: How many are neither used nor over.
    """

    actor: str
    passkeys: int
    invitations: int


class Accounts:
    """The accounts of one deployment."""

    def __init__(self, store: AccountStore, site: Site, dice: Dice) -> None:
        """Take a store, the site that passkeys are bound to, and where chance comes from."""
        self.store = store
        self.site = site
        self.dice = dice
        self._open = Ceremonies(dice)

    # ---------------------------------------------------------------------------- invitations
    def invite(self, actor: str, now_us: int, lasts_us: int = INVITATION_US) -> str:
        """Give a code by which an actor registers one passkey. It is shown once, and kept hashed.

        Raises:
            ValueError: The actor has no name.
        """
        if not actor:
            raise ValueError("an invitation is for somebody: the actor has no name")
        code = urlsafe_b64encode(self.dice(CHALLENGE_SIZE)).decode().rstrip("=")
        invitation = Invitation(sha256=_hashed(code), actor=actor, until_us=now_us + lasts_us)

        def add(book: AccountBook) -> AccountBook:
            good = tuple(one for one in book.invitations if one.until_us > now_us)
            return replace(book, invitations=(*good, invitation))

        self.store.change(add)
        return code

    def dismiss(self, actor: str, now_us: int) -> None:
        """Take an actor's passkeys and invitations away, and end his sessions."""

        def without(book: AccountBook) -> AccountBook:
            return replace(
                book,
                passkeys={key: one for key, one in book.passkeys.items() if one.actor != actor},
                invitations=tuple(one for one in book.invitations if one.actor != actor),
                ended_us={**book.ended_us, actor: now_us},
            )

        self.store.change(without)

    def standings(self, now_us: int) -> tuple[Standing, ...]:
        """Tell of every actor how many passkeys and good invitations he has, by name."""
        book = self.store.read()
        passkeys = Counter(one.actor for one in book.passkeys.values())
        invitations = Counter(one.actor for one in book.invitations if one.until_us > now_us)
        return tuple(
            Standing(actor=actor, passkeys=passkeys[actor], invitations=invitations[actor])
            for actor in sorted(passkeys.keys() | invitations.keys())
        )

    # --------------------------------------------------------------------------- registration
    def begin_registration(self, code: str, now_us: int) -> dict[str, Any]:
        """Give what the browser passes to `navigator.credentials.create()`.

        Raises:
            LoginRefusedError: unknown_invitation.
        """
        book = self.store.read()
        invitation = _invitation(book, _hashed(code), now_us)
        # A device whose passkey is locked may make a new one.
        known = [
            one
            for one in book.passkeys.values()
            if one.actor == invitation.actor and not one.locked
        ]
        options = generate_registration_options(
            rp_id=self.site.rp_id,
            rp_name=self.site.name,
            user_name=invitation.actor,
            # No secret and no name: the same actor is the same user on each of his devices.
            user_id=sha256(f"truceline {invitation.actor}".encode()).digest(),
            challenge=self._open.begin("registration", invitation.sha256, now_us),
            timeout=CHALLENGE_US // 1000,
            exclude_credentials=[
                PublicKeyCredentialDescriptor(id=base64url_to_bytes(one.id)) for one in known
            ],
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
        )
        return _plain(options_to_json(options))

    def end_registration(self, answer: Answer, now_us: int) -> str:
        """Keep the passkey that answered, and give its actor. The invitation is used up.

        Raises:
            LoginRefusedError: unknown_challenge, expired_challenge, other_ceremony, foreign_origin,
                not_verified, unknown_invitation, passkey_taken.
        """
        challenge, invited = self._open.end("registration", answer, self.site.origin, now_us)
        try:
            verified = verify_registration_response(
                credential=dict(answer),
                expected_challenge=challenge,
                expected_rp_id=self.site.rp_id,
                expected_origin=self.site.origin,
                require_user_verification=True,
            )
        except NO_ANSWER as error:
            raise LoginRefusedError("not_verified", str(error)) from error
        new = Passkey(
            id=bytes_to_base64url(verified.credential_id),
            actor=_invitation(self.store.read(), invited, now_us).actor,
            public_key=bytes_to_base64url(verified.credential_public_key),
            sign_count=verified.sign_count,
            registered_us=now_us,
        )

        def add(book: AccountBook) -> AccountBook:
            used = _invitation(book, invited, now_us)
            if new.id in book.passkeys:
                raise LoginRefusedError("passkey_taken", f"{new.id} is registered already")
            left = tuple(one for one in book.invitations if one != used)
            return replace(book, invitations=left, passkeys={**book.passkeys, new.id: new})

        self.store.change(add)
        return new.actor

    # ---------------------------------------------------------------------------------- login
    def begin_login(self, now_us: int) -> dict[str, Any]:
        """Give what the browser passes to `navigator.credentials.get()`; it names nobody."""
        options = generate_authentication_options(
            rp_id=self.site.rp_id,
            challenge=self._open.begin("login", "", now_us),
            timeout=CHALLENGE_US // 1000,
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return _plain(options_to_json(options))

    def end_login(self, answer: Answer, now_us: int) -> str:
        """Give the actor whose passkey answered.

        A count that does not go up, once the signature holds, locks the passkey: there may be a
        copy of it, and nobody can tell which of the two is in the right hands.

        Raises:
            LoginRefusedError: unknown_challenge, expired_challenge, other_ceremony, foreign_origin,
                unknown_passkey, not_verified, locked_passkey, cloned_passkey.
        """
        challenge, _ = self._open.end("login", answer, self.site.origin, now_us)
        passkey = self.store.read().passkeys.get(str(answer.get("id", "")))
        if passkey is None:
            raise LoginRefusedError("unknown_passkey", "no such passkey is registered")
        try:
            verified = verify_authentication_response(
                credential=dict(answer),
                expected_challenge=challenge,
                expected_rp_id=self.site.rp_id,
                expected_origin=self.site.origin,
                credential_public_key=base64url_to_bytes(passkey.public_key),
                # Counts are compared below: only an answer whose signature holds may lock.
                credential_current_sign_count=0,
                require_user_verification=True,
            )
        except NO_ANSWER as error:
            raise LoginRefusedError("not_verified", str(error)) from error
        self._count(passkey.id, verified.new_sign_count)
        return passkey.actor

    def _count(self, passkey_id: str, told: int) -> None:
        refused: list[LoginRefusedError] = []

        def count(book: AccountBook) -> AccountBook:
            passkey = book.passkeys[passkey_id]
            kept = passkey.sign_count
            backwards = (told or kept) and told <= kept
            if passkey.locked:
                refused.append(LoginRefusedError("locked_passkey", f"{passkey_id} is locked"))
                return book
            if backwards:
                why = f"it told {told}, after {kept}"
                refused.append(LoginRefusedError("cloned_passkey", why))
                passkey = replace(passkey, locked=True)
            else:
                passkey = replace(passkey, sign_count=told)
            return replace(book, passkeys={**book.passkeys, passkey_id: passkey})

        self.store.change(count)
        if refused:
            raise refused[0]


def _invitation(book: AccountBook, code_sha256: str, now_us: int) -> Invitation:
    for one in book.invitations:
        if one.sha256 == code_sha256 and now_us < one.until_us:
            return one
    raise LoginRefusedError("unknown_invitation", "not given out, used, or run out")


def _hashed(code: str) -> str:
    return sha256(code.encode()).hexdigest()


def _plain(options: str) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(options)
    return plain
