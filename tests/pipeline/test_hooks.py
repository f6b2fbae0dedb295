"""Who is told of deadlines, once, with a signature that the public key alone checks."""

from __future__ import annotations

import base64
import json
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, cast

import pytest
from acts_world import AGREEMENT, LOG, act, make_mission, person
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey
from typer.testing import CliRunner, Result

from truceline.cli.main import app
from truceline.evidence.keys import SigningKey, write_key
from truceline.pipeline import hooks as told
from truceline.pipeline.board_folder import new_board
from truceline.pipeline.hooks import Deployment, Line, Message, would_send
from truceline.pipeline.hooks_file import KINDS_OF_MISSION, Hook, HookError, HooksFile, read_hooks
from truceline.pipeline.hooks_journal import Journal, open_journal, read_journal
from truceline.pipeline.hooks_post import NoAnswerError, post, signed_headers
from truceline.records.asker import Asker, NotAllowedError
from truceline.records.chamber import Notice
from truceline.records.units import DAY_US, HOUR_US, MINUTE_US, SECOND_US, moment_of

sys.path.insert(0, str(Path(__file__).parents[1] / "web"))
import fake_board
from fake_commission import AA, ANALYST, BB, CHAIR, GUARANTOR, REVIEWER, FakeCommission

SEED = b"h" * 32
WEEK_S = 7 * 86_400


# --------------------------------------------------------------------------------- a receiver
@dataclass
class Receiver:
    """A server on this machine that keeps what it was posted, and answers by its script.

    Attributes:
        script: Statuses in order; the last one stays.
        location: Where redirects lead.
        got: Each request: path, headers, body.
    """

    script: list[int] = field(default_factory=lambda: [204])
    location: str = "/elsewhere"
    got: list[tuple[str, Mapping[str, str], bytes]] = field(default_factory=list)
    url: str = ""

    def told(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, _, body in self.got]

    @contextmanager
    def listening(self, certificate: Path | None = None) -> Iterator[Receiver]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {key.lower(): value for key, value in self.headers.items()}
                receiver.got.append((self.path, headers, body))
                script = receiver.script
                status = script.pop(0) if len(script) > 1 else script[0]
                self.send_response(status)
                if 300 <= status < 400:
                    self.send_header("Location", receiver.location)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Keep the test's output clean."""

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            if certificate is not None:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(certificate)
                server.socket = context.wrap_socket(server.socket, server_side=True)
            thread = Thread(target=server.serve_forever, args=(0.01,))
            thread.start()
            self.url = f"http://127.0.0.1:{server.server_address[1]}/in"
            try:
                yield self
            finally:
                server.shutdown()
                thread.join()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver().listening() as listening:
        yield listening


def check(public: str, headers: Mapping[str, str], body: bytes) -> None:
    """Check a message as its receiver does, with the public key and nothing else."""
    key = VerifyKey(base64.b64decode(public.removeprefix("whpk_")))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    version, _, signature = headers["webhook-signature"].partition(",")
    assert version == "v1a"
    key.verify(signed, base64.b64decode(signature))


# ---------------------------------------------------------------------------------- a mission
# What anybody waits for: AA's reply, twelve hours from its notice.
REPLY_US = 12 * HOUR_US


def write_hooks(mission: Path, text: str) -> None:
    mission.with_name("m.hooks.toml").write_text(text, encoding="utf-8")
    key = mission.with_name("cell.hook.key")
    if not key.exists():
        write_key(key, SEED)


def hook_table(url: str, *, name: str = "cell", actor: str = "rita", more: str = "") -> str:
    return (
        f'[[hook]]\nname = "{name}"\nurl = "{url}"\nkey = "cell.hook.key"\n'
        f'as = "{actor}"\nahead = "P1D"\n{more}\n'
    )


@pytest.fixture
def mission(tmp_path: Path, receiver: Receiver) -> Path:
    """A mission with a case of which AA was told now, and one hook in the eyes of its reviewer."""
    made = make_mission(tmp_path)
    detail: dict[str, Any] = {
        "title": "Shells at the bridge",
        "body": "commission",
        "findings": [],
        "claim": "They fired.",
        "concerns": ["AA", "BB"],
    }
    case = act(made, "rita", "case.open", detail=detail)
    # The triage that is due within half an hour is done.
    act(made, "rita", "case.assign", case, {"to": "rita", "stage": "under_review"})
    act(made, "rita", "case.notify", case, {"party": "AA", "text": "A case."})
    write_hooks(made, f"format = 1\n{hook_table(receiver.url)}")
    return made


def after(us: int) -> Callable[[], int]:
    """Give a clock that runs ahead of this machine's."""
    return lambda: time.time_ns() // 1000 + us


def run(mission: Path, ahead_us: int = 0) -> list[Line]:
    return list(told.send(mission, after(ahead_us)))


def outcomes(lines: list[Line]) -> list[str]:
    return [one.outcome for one in lines]


# ------------------------------------------------------------------------------- the signature
def test_a_signature_is_that_of_the_standards_own_library() -> None:
    # Standard Webhooks, libraries/go/webhook_asymmetric_test.go, TestAsymmetricWebhookSign.
    seed = base64.b64decode("VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk=")
    headers = signed_headers(
        SigningKey(name="hook", seed=seed),
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1_614_265_330,
        b'{"test": 2432232314}',
    )
    assert headers["webhook-id"] == "msg_p5jXN8AQM9LWM0D4loKWxJek"
    assert headers["webhook-timestamp"] == "1614265330"
    assert headers["webhook-signature"] == (
        "v1a,tQ9V2XOqn7jL/DQenEFpqIugdBVtiMmER5mhSkXBNwM0mkATuDe6KYYUuxqtaiHeYGb7KaaBRdM5WqyeFiL8Ag=="
    )


def test_the_receiver_checks_it_with_the_public_key_alone(
    mission: Path, receiver: Receiver
) -> None:
    assert outcomes(run(mission)) == ["sent"]
    ((path, headers, body),) = receiver.got
    (hook,) = told.open_deployment(mission).file.hooks
    assert path == "/in"
    assert headers["content-type"] == "application/json"
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 60
    assert "." not in headers["webhook-id"]
    check(hook.public, headers, body)
    with pytest.raises(BadSignatureError):
        check(hook.public, headers, body.replace(b"AA", b"BB"))
    other = {**headers, "webhook-timestamp": str(int(headers["webhook-timestamp"]) + 1)}
    with pytest.raises(BadSignatureError):
        check(hook.public, other, body)


# ------------------------------------------------------------------------------ what is told
def test_what_is_due_and_then_what_is_late_is_told_each_once(
    mission: Path, receiver: Receiver
) -> None:
    assert outcomes(run(mission)) == ["sent"]
    assert run(mission) == []
    assert outcomes(run(mission, 13 * HOUR_US)) == ["sent"]
    assert run(mission, 14 * HOUR_US) == []
    due, late = receiver.told()
    assert due["type"] == "deadline.due"
    assert late["type"] == "deadline.late"
    assert (due["data"]["what"], late["data"]["what"]) == ("deadline_running", "party_silent")
    assert due["data"]["due_us"] == late["data"]["due_us"]
    about = due["data"]["about"]
    assert late["data"] == {
        "deployment": LOG.name,
        "id": f"party_silent:{about}:party_reply:AA",
        "about": about,
        "what": "party_silent",
        "name": "party_reply",
        "of": ["AA"],
        "due_us": due["data"]["due_us"],
        "article": "4",
        "page": "",
    }
    # A day ahead of its instant, and at it.
    first, second = (moment(one["timestamp"]) for one in (due, late))
    assert (second - first).days == 1
    assert second == moment_of(late["data"]["due_us"]).replace(microsecond=0)


def moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def test_what_is_further_off_than_a_hook_wants_is_not_told_yet(
    mission: Path, receiver: Receiver
) -> None:
    write_hooks(mission, f"format = 1\n{hook_table(receiver.url).replace('P1D', 'PT2H')}")
    assert run(mission) == []
    assert outcomes(run(mission, REPLY_US - HOUR_US)) == ["sent"]


@pytest.mark.parametrize(
    ("more", "told_of"),
    [
        ('what = ["due"]', ["deadline_running"]),
        ('what = ["late"]', ["party_silent"]),
        ('kinds = ["party_silent"]', ["party_silent"]),
        ('kinds = ["deadline_passed", "motion_to_close"]', []),
    ],
)
def test_a_hook_is_told_only_what_it_asks_for(
    mission: Path, receiver: Receiver, more: str, told_of: list[str]
) -> None:
    write_hooks(mission, f"format = 1\n{hook_table(receiver.url, more=more)}")
    run(mission)
    run(mission, 13 * HOUR_US)
    assert [one["data"]["what"] for one in receiver.told()] == told_of


def test_a_page_is_named_where_the_file_names_the_pages(mission: Path, receiver: Receiver) -> None:
    pages = 'format = 1\npages = "https://truce.example/"\n'
    write_hooks(mission, pages + hook_table(receiver.url))
    run(mission)
    (one,) = receiver.told()
    assert one["data"]["page"] == f"https://truce.example/case?id={one['data']['about'][:10]}"


def test_what_is_met_is_told_no_more(mission: Path, receiver: Receiver) -> None:
    receiver.script = [500]
    assert outcomes(run(mission)) == ["failed"]
    case = receiver.told()[0]["data"]["about"]
    detail: dict[str, Any] = {"party": "AA", "stance": "accepts", "text": "We did."}
    act(mission, "anna", "case.position", case, detail)
    receiver.script = [204]
    assert run(mission) == []
    assert run(mission, 13 * HOUR_US) == []


# ------------------------------------------------------------------------------- and what fails
def test_it_is_tried_again_under_the_same_id_until_it_is_taken(
    mission: Path, receiver: Receiver
) -> None:
    receiver.script = [500, 404, 200]
    (first,) = run(mission)
    assert (first.outcome, first.why) == ("failed", "answered 500")
    assert outcomes(run(mission, MINUTE_US)) == ["failed"]
    assert outcomes(run(mission, 2 * MINUTE_US)) == ["sent"]
    assert run(mission, 3 * MINUTE_US) == []
    assert len({headers["webhook-id"] for _, headers, _ in receiver.got}) == 1
    assert len({body for _, _, body in receiver.got}) == 1
    times = [int(headers["webhook-timestamp"]) for _, headers, _ in receiver.got]
    assert times == sorted(set(times))
    lines = told.journal_path(mission).read_text().splitlines()
    tried = [json.loads(line) for line in lines]
    assert [(one["attempt"], one["status"]) for one in tried] == [(1, 500), (2, 404), (3, 200)]
    assert {one["id"] for one in tried} == {receiver.got[0][1]["webhook-id"]}


def test_who_is_gone_is_told_nothing_until_the_file_changes(
    mission: Path, receiver: Receiver
) -> None:
    receiver.script = [410]
    (gone,) = run(mission)
    assert gone.outcome == "failed"
    assert gone.why == "answered 410: it is told nothing more until m.hooks.toml changes"
    (off,) = run(mission, 13 * HOUR_US)
    assert off.outcome == "off"
    assert "off until m.hooks.toml changes" in off.why
    assert len(receiver.got) == 1
    receiver.script = [204]
    write_hooks(mission, f"format = 1\n# It is back.\n{hook_table(receiver.url)}")
    assert outcomes(run(mission, MINUTE_US)) == ["sent"]


def test_no_redirect_is_followed(mission: Path, receiver: Receiver) -> None:
    with Receiver().listening() as elsewhere:
        receiver.script, receiver.location = [307], elsewhere.url
        (one,) = run(mission)
        assert one.why == "answered 307, and no redirect is followed"
        assert elsewhere.got == []
    assert len(receiver.got) == 1


def test_no_proxy_of_the_environment_learns_of_it(
    mission: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Receiver().listening() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        assert outcomes(run(mission)) == ["sent"]
        assert proxy.got == []
    assert len(receiver.got) == 1


def test_who_does_not_answer_is_asked_once_a_run(mission: Path) -> None:
    with Receiver().listening() as closed:
        url = closed.url
    write_hooks(mission, f"format = 1\n{hook_table(url)}")
    (message,) = messages_of(mission)
    act(mission, "rita", "case.notify", message.due.about, {"party": "BB", "text": "A case."})
    first, second = run(mission)
    assert (first.outcome, first.why) == ("failed", "no answer: ConnectError")
    assert (second.outcome, second.why) == ("waits", "no answer: ConnectError")
    (line,) = told.journal_path(mission).read_text().splitlines()
    assert json.loads(line)["status"] == 0


def messages_of(mission: Path) -> tuple[Message, ...]:
    deployment = told.open_deployment(mission)
    return told.messages(deployment, deployment.file.hooks[0], time.time_ns() // 1000)


def test_an_answer_that_drips_ends_too() -> None:
    class Drip(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            for _ in range(100):
                self.wfile.write(b"H")
                time.sleep(0.02)

        def log_message(self, *_: object) -> None:
            """Keep the test's output clean."""

    class Server(ThreadingHTTPServer):
        daemon_threads = False

        def handle_error(self, *_: object) -> None:
            """Say nothing when the client has hung up."""

    with Server(("127.0.0.1", 0), Drip) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        began = time.monotonic()
        with pytest.raises(NoAnswerError, match=r"no answer within 0\.2 s"):
            post(f"http://127.0.0.1:{server.server_address[1]}/", {}, b"", timeout_s=0.2)
        assert time.monotonic() - began < 1.5
        server.shutdown()
        thread.join()


def test_a_certificate_that_nobody_vouches_for_ends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = tmp_path / "certificate.pem"
    certificate.write_bytes(self_signed("localhost"))
    with Receiver().listening(certificate) as receiver:
        url = receiver.url.replace("http://127.0.0.1", "https://localhost")
        with pytest.raises(NoAnswerError, match="no answer: ConnectError"):
            post(url, {}, b"{}")
        assert receiver.got == []
        trusting = ssl.create_default_context(cafile=certificate)
        monkeypatch.setattr("truceline.pipeline.hooks_post._trust", lambda: trusting)
        assert post(url, {}, b"{}") == 204


def self_signed(host: str) -> bytes:
    """Make a key and a certificate that no authority signed, as one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return secret + certificate.public_bytes(serialization.Encoding.PEM)


# ------------------------------------------------------------------------- many, large, moved
@dataclass
class Notices:
    """What `hooks` asks of a commission's pages, with notices made up."""

    rows: list[Notice]

    def notices(self, _: Asker) -> list[Notice]:
        return self.rows


NOW_US = 1_775_988_000 * SECOND_US


def notice(case: str, due_us: int | None, **more: str) -> Notice:
    return Notice(
        kind=more.get("kind", "deadline_running"), case=case, subject="AA",
        rule=more.get("rule", "r"), due_us=due_us, article="4",
    )  # fmt: skip


def hook(actor: str = "", **more: Any) -> Hook:  # noqa: ANN401 - fields of any type
    made = Hook(
        name="cell", url="http://127.0.0.1:1/in", key=SigningKey(name="hook", seed=SEED),
        actor=actor, what=("due", "late"), kinds=(), ahead_s=WEEK_S,
    )  # fmt: skip
    return replace(made, **more)


def deployment_of(pages: object, *hooks: Hook) -> Deployment:
    file = HooksFile(path=Path("m.hooks.toml"), sha256="ab" * 32, pages="", hooks=hooks)
    return Deployment(name="example.org/m", pages=cast("told.Pages", pages), file=file)


def test_a_deadline_that_moves_is_told_anew() -> None:
    def ids(due_us: int) -> list[str]:
        found = told.messages(deployment_of(Notices([notice("c", due_us)])), hook(), NOW_US)
        return [one.id for one in found]

    assert ids(NOW_US + HOUR_US) == ids(NOW_US + HOUR_US)
    assert ids(NOW_US + HOUR_US) != ids(NOW_US + 2 * HOUR_US)


def test_an_id_is_good_for_one_hook_of_one_deployment() -> None:
    pages = Notices([notice("c", NOW_US)])
    one = deployment_of(pages)
    ids = {
        told.messages(deployment, receiver, NOW_US)[0].id
        for deployment in (one, replace(one, name="example.org/other"))
        for receiver in (hook(), hook(name="press"))
    }
    assert len(ids) == 4


def test_the_instant_itself_is_late_as_on_the_page() -> None:
    rows = [notice("a", NOW_US), notice("b", NOW_US + 1), notice("c", None)]
    found = told.messages(deployment_of(Notices(rows)), hook(), NOW_US)
    assert [(one.due.about, one.type) for one in found] == [
        ("a", "deadline.late"),
        ("b", "deadline.due"),
    ]


def test_a_receiver_is_not_flooded(tmp_path: Path, receiver: Receiver) -> None:
    rows = [notice(f"c{number}", NOW_US + number) for number in range(told.PER_RUN + 3)]
    deployment = deployment_of(Notices(rows), hook(url=receiver.url))
    with open_journal(tmp_path / "journal") as journal:
        lines = list(told.tell(deployment, journal, lambda: NOW_US))
        assert outcomes(lines) == ["sent"] * told.PER_RUN + ["waits"] * 3
        assert outcomes(list(told.tell(deployment, journal, lambda: NOW_US))) == ["sent"] * 3
    assert len(receiver.got) == len(rows)


def test_what_is_too_large_is_not_sent_and_keeps_nothing_else_back(
    tmp_path: Path, receiver: Receiver
) -> None:
    rows = [notice("large", NOW_US, rule="r" * 20_000), notice("small", NOW_US)]
    deployment = deployment_of(Notices(rows), hook(url=receiver.url))
    with open_journal(tmp_path / "journal") as journal:
        large, small = told.tell(deployment, journal, lambda: NOW_US)
    assert large.outcome == "failed"
    assert "are more than 16384" in large.why
    assert small.outcome == "sent"
    assert all(len(body) < 16_384 for _, _, body in receiver.got)


def test_who_is_busy_is_left_alone_and_who_errs_on_one_message_gets_the_others(
    tmp_path: Path, receiver: Receiver
) -> None:
    rows = [notice("a", NOW_US), notice("b", NOW_US)]
    deployment = deployment_of(Notices(rows), hook(url=receiver.url))
    receiver.script = [429, 400, 200]
    with open_journal(tmp_path / "journal") as journal:
        lines = list(told.tell(deployment, journal, lambda: NOW_US))
        assert [(one.outcome, one.why) for one in lines] == [
            ("failed", "answered 429"),
            ("waits", "answered 429"),
        ]
        lines = list(told.tell(deployment, journal, lambda: NOW_US))
        assert outcomes(lines) == ["failed", "sent"]


# -------------------------------------------------------------------------------- whose eyes
@pytest.fixture(scope="module")
def fake() -> FakeCommission:
    return FakeCommission()


def bodies(deployment: Deployment, actor: str, now_us: int) -> list[dict[str, Any]]:
    found = told.messages(deployment, hook(actor), now_us)
    return [json.loads(one.body) for one in found]


@pytest.mark.parametrize("actor", [REVIEWER, ANALYST, CHAIR, AA, BB, GUARANTOR, "key/aa"])
def test_a_hook_is_told_what_the_page_of_deadlines_shows_and_nothing_else(
    fake: FakeCommission, actor: str
) -> None:
    now_us = fake.world.now_us
    shown = fake.pages.deadlines(Asker(actor=actor))["notices"]
    expected = [
        (one["kind"], one["case"] or one["subject"], one["due_us"])
        for one in shown
        if one["due_us"] is not None and one["due_us"] <= now_us + WEEK_S * SECOND_US
    ]
    got = [one["data"] for one in bodies(deployment_of(fake.pages), actor, now_us)]
    assert sorted((one["what"], one["about"], one["due_us"]) for one in got) == sorted(expected)
    assert got


# Cases that a party was not told of, by the party.
HIDDEN = {AA: ("fresh", "told one", "claimed"), BB: ("fresh",), GUARANTOR: ("fresh", "claimed")}


@pytest.mark.parametrize("actor", HIDDEN)
def test_no_one_learns_of_a_case_that_he_was_not_told_of(fake: FakeCommission, actor: str) -> None:
    every = {one["data"]["about"] for one in all_of(fake, REVIEWER)}
    told_of = json.dumps(all_of(fake, actor))
    assert any(fake.case(name) in every for name in HIDDEN[actor])
    assert not [name for name in HIDDEN[actor] if fake.case(name) in told_of]


def all_of(fake: FakeCommission, actor: str) -> list[dict[str, Any]]:
    return bodies(deployment_of(fake.pages), actor, fake.world.now_us)


@pytest.mark.parametrize("actor", [AA, BB, GUARANTOR, REVIEWER])
def test_nothing_sealed_or_withheld_is_in_any_message(fake: FakeCommission, actor: str) -> None:
    said = json.dumps(all_of(fake, actor))
    for secret in ("c2" * 32, "A waveform", "blast", "ee" * 32, "They fired at our bridge"):
        assert secret not in said


@pytest.mark.parametrize("actor", [AA, BB, GUARANTOR])
def test_what_a_commission_has_to_do_among_itself_stays_there(
    fake: FakeCommission, actor: str
) -> None:
    inner = {"default_to_certify", "motion_to_close", "motion_to_escalate", "votes_to_open"}
    assert {one["data"]["what"] for one in all_of(fake, REVIEWER)} & inner
    assert not {one["data"]["what"] for one in all_of(fake, actor)} & inner


def test_the_public_is_told_no_deadlines_of_a_mission(fake: FakeCommission) -> None:
    with pytest.raises(NotAllowedError):
        told.messages(deployment_of(fake.pages), hook(), fake.world.now_us)


def test_the_public_is_told_nothing_of_a_board(tmp_path: Path, receiver: Receiver) -> None:
    pages = fake_board.open_board(tmp_path / "board")
    public = hook(url=receiver.url)
    with pytest.raises(NotAllowedError):
        told.messages(deployment_of(pages), public, fake_board.NOW_US)
    journal = Journal(tmp_path / "journal", [])
    (line,) = told.tell(deployment_of(pages, public), journal, lambda: fake_board.NOW_US)
    assert line.outcome == "not_told"
    assert "no policy allows" in line.why
    assert receiver.got == []
    assert not journal.path.exists()


def test_a_party_learns_from_no_message_of_a_board_who_was_invited(tmp_path: Path) -> None:
    deployment = deployment_of(fake_board.open_board(tmp_path / "board"))
    party, guarantor = (
        [one["data"] for one in bodies(deployment, who, fake_board.NOW_US)]
        for who in ("key-UA", "key-GB")
    )
    assert {one["what"] for one in guarantor} >= {"clock", "meeting"}
    assert {one["what"] for one in party} == {"clock"}
    assert any("US" in one["of"] for one in guarantor)
    assert all(set(one["of"]) <= {"commission"} for one in party)


def test_both_parties_are_told_the_same_of_a_board(tmp_path: Path) -> None:
    deployment = deployment_of(fake_board.open_board(tmp_path / "board"))
    one, other = (bodies(deployment, who, fake_board.NOW_US) for who in ("key-UA", "key-RU"))
    assert one == other


def test_who_has_no_part_here_is_refused_before_anything_is_sent(
    mission: Path, receiver: Receiver
) -> None:
    write_hooks(mission, f"format = 1\n{hook_table(receiver.url, actor='rit')}")
    with pytest.raises(HookError, match=r"\(cell\): as: 'rit' has no role and no seat in example"):
        run(mission)
    assert receiver.got == []


# ------------------------------------------------------------------------------------ the file
GOOD = hook_table("https://cell.example/in")


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("format = ", r"m\.hooks\.toml: not TOML: "),
        (GOOD, r"m\.hooks\.toml: format: missing"),
        (f"format = 2\n{GOOD}", "format: 2 is not known; this version reads 1"),
        ("format = 1\n", r"\[\[hook\]\]: missing; without one nobody is told"),
        ("format = 1\n[hook]\nname = 1", r"hook: write \[\[hook\]\], with two brackets"),
        (f"format = 1\nsecret = 1\n{GOOD}", "secret: no such key; "),
        (f"format = 1\npages = 'pages'\n{GOOD}", "pages: 'pages' is no address"),
        (f"format = 1\n{GOOD}when = 1", r"\[\[hook\]\] 1 \(cell\): when: no such key"),
        (f"format = 1\n{GOOD}".replace("https", "http"), "'http://cell.example/in' is not https"),
        (f"format = 1\n{GOOD}".replace("https", "ftp"), "'ftp://cell.example/in' is not https"),
        (f"format = 1\n{GOOD}".replace("cell.example", "a:b@c.example"), "holds a password"),
        (f"format = 1\n{GOOD}".replace("cell.example", "c.example:x"), "is no address"),
        (f"format = 1\n{GOOD}".replace("/in", "/i n"), "is no address; write https://host/path"),
        (f"format = 1\n{GOOD}".replace("P1D", "P1M"), "ahead: 'P1M' counts months or years"),
        (f"format = 1\n{GOOD}".replace("P1D", "1 day"), "ahead: '1 day' is no length of time"),
        (f"format = 1\n{GOOD}".replace('ahead = "P1D"', ""), "ahead: missing"),
        (f"format = 1\n{GOOD}what = ['soon']", "what: 'soon' is no state; known are due, late"),
        (f"format = 1\n{GOOD}what = ['due', 'due']", "what: 'due' stands twice"),
        (f"format = 1\n{GOOD}kinds = ['clock']", "kinds: 'clock' is no kind; known are deadline_"),
        (f"format = 1\n{GOOD}".replace("rita", "rita?"), "as: 'rita\\?' is no name of a key"),
        (f"format = 1\n{GOOD}".replace('"cell"', '"Cell"'), "name: 'Cell' is no id"),
        (f"format = 1\n{GOOD}{GOOD}", r"name: 'cell' already names \[\[hook\]\] 1"),
        (
            f"format = 1\n{GOOD}{GOOD.replace('cell', 'press', 1)}",
            r"\[\[hook\]\] \(press\): key: it is that of cell; a hook's key is its own",
        ),
        (f"format = 1\n{GOOD}".replace("cell.hook", "none"), "none.key: No such file"),
        (f"format = 1\n{GOOD}".replace("cell.hook", "m/x"), "lies in the signed folder"),
        (f"format = 1\n{GOOD}".replace("cell.hook", "m"), "example.org/m has a part in the log"),
        (f"format = 1\n{GOOD}".replace("cell.hook", "anna"), "anna has a part in the log"),
    ],
)
def test_a_file_is_read_strictly_and_names_what_is_wrong(
    mission: Path, receiver: Receiver, text: str, wrong: str
) -> None:
    write_hooks(mission, text)
    with pytest.raises(HookError, match=wrong) as caught:
        run(mission)
    assert str(mission.with_name("m.hooks.toml")) in str(caught.value)
    assert receiver.got == []


def test_a_key_that_others_may_read_is_refused(mission: Path) -> None:
    mission.with_name("cell.hook.key").chmod(0o644)
    with pytest.raises(HookError, match="may be read by others than its owner"):
        run(mission)


def test_without_a_file_nobody_is_told(mission: Path) -> None:
    mission.with_name("m.hooks.toml").unlink()
    with pytest.raises(HookError, match=r"m\.hooks\.toml: No such file"):
        run(mission)


def test_plain_http_is_for_this_machine_and_nothing_given_is_everything(mission: Path) -> None:
    for host in ("localhost", "127.0.0.1:8000", "[::1]:8000"):
        write_hooks(mission, f"format = 1\n{hook_table(f'http://{host}/in', actor='anna')}")
        (one,) = read_hooks(mission, [], KINDS_OF_MISSION).hooks
        assert one.host == host
    assert (one.what, one.kinds, one.ahead_s) == (("due", "late"), (), 86_400)


def test_keys_of_the_log_are_those_that_are_refused(mission: Path) -> None:
    write_hooks(mission, f"format = 1\n{GOOD}".replace("cell.hook", "anna"))
    assert read_hooks(mission, [], KINDS_OF_MISSION).hooks
    with pytest.raises(HookError, match="anna has a part in the log"):
        read_hooks(mission, [person("anna").verifier], KINDS_OF_MISSION)


# --------------------------------------------------------------------------------- the journal
def test_a_line_that_was_cut_off_counts_for_nothing(mission: Path, receiver: Receiver) -> None:
    assert outcomes(run(mission)) == ["sent"]
    journal = told.journal_path(mission)
    whole = journal.read_bytes()
    journal.write_bytes(whole[:-20])
    assert outcomes(run(mission)) == ["sent"]
    assert [headers["webhook-id"] for _, headers, _ in receiver.got] == [
        receiver.got[0][1]["webhook-id"]
    ] * 2
    assert len(journal.read_bytes().splitlines()) == 1
    assert run(mission) == []


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        (b"sent\n", "line 1: not JSON"),
        (b"[]\n", "line 1: b'\\[\\]' is no attempt: id, hook, at_us, attempt, status, file"),
        (b'{"id": "msg"}\n', "is no attempt"),
    ],
)
def test_a_journal_that_is_none_stops_the_run(mission: Path, line: bytes, wrong: str) -> None:
    told.journal_path(mission).write_bytes(line)
    with pytest.raises(HookError, match=wrong):
        run(mission)
    assert told.journal_path(mission).read_bytes() == line


def test_two_runs_at_once_do_not_tell_twice(mission: Path) -> None:
    with (
        open_journal(told.journal_path(mission)),
        pytest.raises(HookError, match="another process is sending now"),
    ):
        run(mission)


def test_the_journal_is_for_its_owner_alone(mission: Path) -> None:
    run(mission)
    assert told.journal_path(mission).stat().st_mode & 0o777 == 0o600
    assert told.journal_path(mission).parent == mission.parent


# -------------------------------------------------------------------------------- the commands
def command(*words: str) -> Result:
    return CliRunner().invoke(app, ["cell", *words], catch_exceptions=False)


def test_a_dry_run_sends_nothing_and_writes_nothing(mission: Path, receiver: Receiver) -> None:
    before = sorted(mission.parent.iterdir())
    result = command("send", "--dry-run", "--mission", str(mission))
    assert result.exit_code == 0
    row = result.stdout.removesuffix("\n").split("\t")
    assert row[:2] == ["would send", "cell"]
    assert row[3:5] == ["deadline.due", "deadline_running"]
    assert receiver.got == []
    assert sorted(mission.parent.iterdir()) == before
    assert outcomes(list(would_send(mission))) == ["would_send"]


def test_the_command_says_what_was_sent_to_whom_and_what_failed(
    mission: Path, receiver: Receiver
) -> None:
    receiver.script = [500, 204]
    result = command("send", "--mission", str(mission))
    assert result.exit_code == 1
    row = result.stdout.removesuffix("\n").split("\t")
    host = receiver.url.removeprefix("http://").removesuffix("/in")
    assert row[:5] == ["failed", "cell", host, "deadline.due", "deadline_running"]
    assert row[-1] == "answered 500"
    result = command("send", "--mission", str(mission))
    assert (result.exit_code, result.stdout.split("\t")[0]) == (0, "sent")
    # A secret may stand in the path: it is never printed.
    assert "/in" not in result.stdout
    result = command("send", "--mission", str(mission))
    assert (result.exit_code, result.stdout) == (0, "nothing to tell\n")


def test_the_hooks_are_listed_with_their_public_keys(mission: Path) -> None:
    result = command("hooks", "--mission", str(mission))
    public = base64.b64encode(SigningKey(name="hook", seed=SEED).verifier.public).decode()
    assert f"key\twhpk_{public}\n" in result.stdout
    assert "as\trita\n" in result.stdout
    assert SEED.hex() not in result.stdout


def test_a_board_has_hooks_of_its_own(tmp_path: Path, receiver: Receiver) -> None:
    agreement = tmp_path / "small.toml"
    agreement.write_text(AGREEMENT, encoding="utf-8")
    board = tmp_path / "m"
    new_board(board, "Guarantors", [agreement])
    public = hook_table(receiver.url, actor="").replace('as = ""\n', "")
    write_hooks(board, f"format = 1\n{public}kinds = ['clock']\n")
    result = command("send", "--mission", str(board))
    assert result.exit_code == 0
    assert result.stdout.startswith("not told\tcell\t")
    assert receiver.got == []
    write_hooks(board, f"format = 1\n{hook_table(receiver.url, actor='gina')}")
    assert command("send", "--mission", str(board)).stdout == "nothing to tell\n"


def test_the_page_of_the_cell_needs_no_rules_of_access() -> None:
    code = (
        "import sys; from truceline.cli.main import app_of; app_of(['cell']);"
        "print('cedarpy' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert said.stdout == "False\n"


def test_nothing_in_the_log_changes(mission: Path) -> None:
    def content() -> dict[str, bytes]:
        return {str(file): file.read_bytes() for file in mission.rglob("*") if file.is_file()}

    before = content()
    run(mission)
    run(mission, 2 * DAY_US)
    assert content() == before


def test_an_empty_journal_has_told_nothing(tmp_path: Path) -> None:
    journal = read_journal(tmp_path / "none")
    assert not journal.is_told("msg")
    assert journal.tried("msg") == 0
    assert journal.gone_us("cell", "ab") is None
