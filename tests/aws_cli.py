"""The AWS CLI in a home directory of its own, configured as the README says."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import select
import shutil
import subprocess
import threading
import time
from typing import IO, TYPE_CHECKING, Any

from program import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from organization import Employee, Organization, Person
    from visitor import Page, Visitor

PATIENCE_SECONDS = 60


def readme_block(containing: str) -> str:
    """The fenced block of the README that contains these words."""
    blocks = re.findall(r"^```\w*\n(.*?)^```$", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    (block,) = (block for block in blocks if containing in block)
    return block


class AwsCli:
    """An installed AWS CLI."""

    def __init__(self, command: Path, home: Path, organization: Organization) -> None:
        self.command = command
        self.home = home
        self.organization = organization
        self.environment = {
            "HOME": str(home),
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "NO_PROXY": "localhost,127.0.0.1",
            "PYTHONUNBUFFERED": "1",
            "AWS_PAGER": "",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def configure(self, employee: Employee) -> None:
        """Writes the README's profile `dev`."""
        self._write(
            readme_block("[profile dev]"),
            {"sso_account_id": employee.account, "sso_role_name": employee.role},
        )

    def configure_administrator(self) -> None:
        """Writes the README's profile `vestibule-admin`."""
        key = {
            "aws_access_key_id": self.organization.access_key_id,
            "aws_secret_access_key": self.organization.secret_access_key,
        }
        self._write(readme_block("[profile vestibule-admin]"), key)

    def _write(self, configuration: str, values: dict[str, str]) -> None:
        """Adds a block of the README to the configuration, with the values that are this program's own."""
        values = {"sso_start_url": self.organization.start_url, "sso_region": self.organization.region} | values
        for name, value in values.items():
            configuration = re.sub(rf"^{name} = .*$", f"{name} = {value}", configuration, flags=re.MULTILINE)
        configuration = configuration.replace("http://localhost:8080", self.organization.url)
        configuration = configuration.replace("http://127.0.0.1:5000", self.organization.aws_endpoint)
        path = self.home / ".aws" / "config"
        path.parent.mkdir(exist_ok=True)
        with path.open("a") as file:
            file.write(configuration + "\n")

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Starts one command."""
        return subprocess.Popen(
            [self.command, *arguments],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def attempt(self, *arguments: str) -> tuple[int, str]:
        """Runs one command: its status and all that it printed."""
        with self.start(*arguments) as process:
            try:
                printed, _ = process.communicate(timeout=PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
        return process.returncode, printed

    def run(self, *arguments: str) -> str:
        """Runs one command that succeeds."""
        status, printed = self.attempt(*arguments)
        assert status == 0, f"aws {' '.join(arguments)}: {printed}"
        return printed

    def run_beside_others(self, *arguments: str) -> str:
        """Runs one command that succeeds while others share its files. The CLI rewrites these in place: a process that
        reads one at that moment ends with the file's name. That is between the CLIs, so it is tried again."""
        for _ in range(3):
            status, printed = self.attempt(*arguments)
            if status == 0 or not re.search(r"'[0-9a-f]{40}'\s*$", printed):
                break
        assert status == 0, f"aws {' '.join(arguments)}: {printed}"
        return printed

    def json(self, *arguments: str) -> Any:  # noqa: ANN401
        """What one command answers."""
        return json.loads(self.run(*arguments, "--output", "json"))

    def fail(self, *arguments: str) -> str:
        """Runs one command that fails: what it says."""
        status, printed = self.attempt(*arguments)
        assert status != 0, printed
        return printed

    def identity(self) -> dict[str, str]:
        """Who the profile `dev` is in AWS."""
        return self.json("sts", "get-caller-identity", "--profile", "dev")

    def login(self, visitor: Visitor, person: Person, *arguments: str) -> tuple[str, list[Page]]:
        """`aws sso login`: all that it printed, and the pages through which the person went."""
        process = self.start("sso", "login", "--profile", "dev", "--no-browser", *arguments)
        overdue = threading.Timer(PATIENCE_SECONDS, process.kill)
        overdue.start()
        with process:
            try:
                printed, address = self._until_address(process)
                pages = visitor.decide(address, person)
                printed += process.stdout.read()
                status = process.wait()
            finally:
                overdue.cancel()
                process.kill()
        assert status == 0, printed
        return printed, pages

    @staticmethod
    def _until_address(process: subprocess.Popen[str]) -> tuple[str, str]:
        """Reads until the CLI has printed the address that names what it asks for."""
        printed = ""
        for line in process.stdout:
            printed += line
            address = re.search(r"http\S+(/authorize\?|[?&]user_code=)\S+", line)
            if address:
                return printed, address.group()
        raise AssertionError(f"no address to open: {printed}")

    def configure_sso(self, visitor: Visitor, person: Person, profile: str) -> None:
        """`aws configure sso`, which asks its questions on a terminal."""
        answers = {
            "session name": "vestibule",
            "start URL": self.organization.start_url,
            "SSO region": self.organization.region,
            "registration scopes": "",
            r"http\S+/authorize\?\S+(?=\s)": None,
            "client Region": self.organization.region,
            "output format": "json",
            "[Pp]rofile name": profile,
        }
        terminal, other_end = pty.openpty()
        command = [self.command, "configure", "sso", "--no-browser"]
        ends = {"stdin": other_end, "stdout": other_end, "stderr": other_end}
        process = subprocess.Popen(command, env=self.environment | {"TERM": "xterm"}, start_new_session=True, **ends)
        os.close(other_end)
        with process, os.fdopen(terminal, "r+b", buffering=0) as conversation:
            try:
                for question, answer in answers.items():
                    found = _until_printed(conversation, question)
                    if answer is None:
                        visitor.decide(found, person)
                    else:
                        conversation.write(f"{answer}\r".encode())
                _until_printed(conversation, f"--profile {profile}")
                assert process.wait(PATIENCE_SECONDS) == 0
            finally:
                process.kill()

    def token_file(self) -> Path:
        """The file in which the CLI keeps its tokens."""
        files = (self.home / ".aws" / "sso" / "cache").glob("*.json")
        (path,) = (path for path in files if "accessToken" in path.read_text())
        return path

    def tokens(self) -> dict[str, str]:
        """The tokens that the CLI keeps."""
        return json.loads(self.token_file().read_text())

    def age(self) -> None:
        """Makes the CLI believe that its access token has expired, and forget the credentials of roles."""
        path = self.token_file()
        path.write_text(json.dumps(json.loads(path.read_text()) | {"expiresAt": "2020-01-01T00:00:00Z"}))
        self.forget_credentials()

    def forget_credentials(self) -> None:
        """Makes the CLI fetch the credentials of its roles anew."""
        shutil.rmtree(self.home / ".aws" / "cli", ignore_errors=True)


def _until_printed(terminal: IO[bytes], expected: str) -> str:
    """Reads a terminal until a program has printed something that matches: what matches."""
    printed = ""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if select.select([terminal], [], [], 1)[0]:
            # Reading fails when the program has ended.
            with contextlib.suppress(OSError):
                printed += terminal.read(4096).decode(errors="replace")
        # Without what moves the cursor and sets colours.
        if found := re.search(expected, re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", printed)):
            return found.group()
    raise AssertionError(f"no {expected!r} in {printed!r}")
