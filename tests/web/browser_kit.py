"""A real Chromium for the tests of pages: apps on loopback, readers, and all that went wrong."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, ConsoleMessage, Request, expect, sync_playwright

from truceline.web.app import STATIC
from truceline.web.serve import listen

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESK, PHONE = (1280, 800), (390, 844)
GOODBYE_S = 10
# A busy machine is no fault of the page.
expect.set_options(timeout=60_000)
NEEDS_CHROMIUM = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not CHROMIUM.exists(), reason=f"no {CHROMIUM}: run `apt-get install chromium`"
    ),
]
NEEDS_MAP = [
    *NEEDS_CHROMIUM,
    pytest.mark.skipif(
        not (STATIC / "vendor" / "maplibre-gl.mjs").exists(),
        reason="MapLibre is not vendored: run `npm ci && npm run vendor`",
    ),
]


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield opened
        opened.close()


@contextmanager
def served(app_at: Callable[[str], FastAPI], name: str = "localhost") -> Iterator[str]:
    """Serve an app from this machine, in a thread; gives its origin, which the app is told too.

    Browsers keep the sessions of `name` apart from those of another name, though not by its port.
    """
    listening = listen("127.0.0.1", 0)
    origin = f"http://{name}:{listening.getsockname()[1]}"
    server = uvicorn.Server(uvicorn.Config(app_at(origin), log_level="error", ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        yield origin
    finally:
        server.should_exit = True
        thread.join(timeout=GOODBYE_S)
        listening.close()


class Reader:
    """Somebody with a browser of his own; every error and every foreign request is noted."""

    def __init__(self, browser: Browser, *origins: str) -> None:
        self.wrong: list[str] = []
        self.context = browser.new_context(
            viewport={"width": DESK[0], "height": DESK[1]},
            locale="en-GB",
            timezone_id="Europe/Kyiv",
            permissions=["clipboard-read", "clipboard-write"],
            reduced_motion="reduce",
        )
        self.page = self.context.new_page()
        self._own: tuple[str, ...] = ("data:",)
        self.deal_with(*origins)
        self.page.on("pageerror", lambda error: self.wrong.append(f"page: {error}"))
        self.page.on("console", self._hear)
        self.page.on("request", self._follow)
        self.page.on("requestfailed", self._fail)

    def deal_with(self, *origins: str) -> None:
        """Take requests to these origins for no foreign ones."""
        self._own += tuple(f"{scheme}{one}/" for one in origins for scheme in ("", "blob:"))

    def log_in(self, who: str) -> None:
        """Log in on the page that is open, by the development login."""
        self.page.locator("#log-in-as").select_option(who)
        self.page.get_by_role("button", name="Log in without a passkey").click()
        expect(self.page.locator("#who")).to_contain_text(f"Logged in as {who}")

    def resize(self, size: tuple[int, int] = DESK) -> None:
        self.page.set_viewport_size({"width": size[0], "height": size[1]})

    def leave(self) -> None:
        self.context.close()
        assert self.wrong == []

    def _hear(self, said: ConsoleMessage) -> None:
        # What a rule refuses is answered with 403, and the browser writes that down.
        if said.type == "error" and "403 (Forbidden)" not in said.text:
            self.wrong.append(f"console: {said.text}")

    def _follow(self, asked: Request) -> None:
        if not asked.url.startswith(self._own):
            self.wrong.append(f"to {asked.url}")

    def _fail(self, asked: Request) -> None:
        # A page that is left gives up what it had asked for.
        if asked.failure != "net::ERR_ABORTED":
            self.wrong.append(f"failed: {asked.url}")
