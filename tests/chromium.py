"""Chromium, as people use it: each script of `tests/browser` is one person's walk through the pages."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import signal
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit, urlunsplit

from program import INSTALLED, ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from organization import Person

NODE = INSTALLED / "clients" / "bin" / "node"
WALKS = ROOT / "tests" / "browser"
PATIENCE_SECONDS = 120


@dataclass(frozen=True)
class Chromium:
    """A browser in which Vestibule at `origin` is visited."""

    origin: str

    def walk(self, name: str, person: Person, **given: Any) -> Any:  # noqa: ANN401
        """Goes the walk `tests/browser/NAME.mjs`: what the person found."""
        # In a session of its own, so that Chromium ends with it.
        process = subprocess.Popen(
            [NODE, WALKS / f"{name}.mjs"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        with process:
            try:
                found, said = process.communicate(self._given(person, given), timeout=PATIENCE_SECONDS)
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
        assert process.returncode == 0, said
        return json.loads(found)

    def _given(self, person: Person, given: dict[str, Any]) -> str:
        known = {"userName": person.user_name, "password": person.password}
        return json.dumps(given | {"origin": self.origin, "person": known})

    def decide(self, address: str, person: Person, *, allow: bool = True) -> list[dict[str, str]]:
        """Opens what a program asks to open and decides; a user code is typed. Every page on the way."""
        parts = urlsplit(address)
        (user_code,) = parse_qs(parts.query).get("user_code", [""])
        if user_code:
            address = urlunsplit(parts._replace(query=""))
        return self.walk("consent", person, address=address, userCode=user_code, allow=allow)

    def default_browser(self, folder: Path, person: Person, *, allow: bool = True) -> DefaultBrowser:
        """The browser that programs open by themselves, in which the person lets them in, or does not."""
        given = folder / "given.json"
        given.write_text(self._given(person, {"userCode": "", "allow": allow}))
        browser = DefaultBrowser(folder / "browser", folder / "seen.json", folder / "said")
        files = f"<{shlex.quote(str(given))} >{shlex.quote(str(browser.seen))} 2>{shlex.quote(str(browser.said))}"
        walk = f'{shlex.quote(str(NODE))} {shlex.quote(str(WALKS / "consent.mjs"))} "$1"'
        browser.command.write_text(f"#!/bin/sh\nexec {walk} {files}\n")
        browser.command.chmod(0o700)
        return browser


@dataclass(frozen=True)
class DefaultBrowser:
    """A command that opens an address, and what came of it."""

    command: Path
    seen: Path
    said: Path

    @property
    def environment(self) -> str:
        """The value of BROWSER. In the background: a program waits for a browser that waits for the program."""
        return f"{self.command} %s &"

    def pages(self) -> list[dict[str, str]]:
        """Every page that it showed, once it is done."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not (self.seen.exists() and self.seen.read_text().endswith("\n")):
            said = self.said.read_text() if self.said.exists() else "it was never opened"
            assert time.monotonic() < deadline and "Error" not in said, said
            time.sleep(0.05)
        return json.loads(self.seen.read_text())
