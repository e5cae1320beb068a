"""The running `vestibule` program, as every test of a whole flow starts and ends it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
INSTALLED = ROOT / ".vestibule" / "test"
EXECUTABLE = ROOT / "target" / "debug" / "vestibule"
MOTO = INSTALLED / "clients" / "bin" / "moto_server"

START_SECONDS = 90
STOP_SECONDS = 30


class Program:
    """One running program, its data, and what its commands say."""

    def __init__(self, executable: Path, data: Path, log: IO[bytes]) -> None:
        self.executable = executable
        self.data = data
        self.port = free_port()
        self.environment = os.environ | {"VESTIBULE_MOTO": str(MOTO)}
        self.process = subprocess.Popen(
            [executable, "--port", str(self.port), "--data", data],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )

    @property
    def url(self) -> str:
        """Where it answers. By name, because passkeys need one."""
        return f"http://localhost:{self.port}"

    def command(self, *arguments: str) -> str:
        """What `vestibule ARGUMENTS` prints about this program's data."""
        finished = subprocess.run(
            [self.executable, *arguments, "--data", self.data],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert finished.returncode == 0, f"vestibule {' '.join(arguments)}: {finished.stderr}"
        return finished.stdout

    def info(self) -> dict[str, Any]:
        """What a script needs to know of it: addresses, ARNs, accounts."""
        return json.loads(self.command("info"))

    def wait_until_ready(self) -> None:
        """Returns when the portal answers; fails when the program ends first, or takes too long."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            assert self.process.poll() is None, f"vestibule ended with {self.process.returncode}"
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.url}/start/", timeout=5):
                return
            time.sleep(0.1)
        raise AssertionError(f"no answer from {self.url} within {START_SECONDS} s")

    def stop(self) -> None:
        """Ends it as Ctrl-C does, and fails if it, or anything it started, does not end."""
        started = descendants(self.process.pid)
        self.process.send_signal(signal.SIGINT)
        try:
            status = self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"vestibule is still running {STOP_SECONDS} s after Ctrl-C") from None
        finally:
            left = [process for process in started if process in running()]
            for process, _ in left:
                os.kill(process, signal.SIGKILL)
        assert status in (0, 130, -signal.SIGINT), f"vestibule ended with {status}"
        assert not left, "vestibule left processes running"


@contextlib.contextmanager
def running_program(executable: Path, data: Path) -> Iterator[Program]:
    """A program that is ready, and is stopped whatever happens; its output is in `DATA/../vestibule.log`."""
    log_path = data.parent / "vestibule.log"
    with log_path.open("ab") as log:
        program = Program(executable, data, log)
        try:
            program.wait_until_ready()
            yield program
        except BaseException:
            print(log_path.read_text(errors="replace"))
            raise
        finally:
            program.stop()


def free_port() -> int:
    """A port on which nothing listens now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def running() -> dict[tuple[int, str], int]:
    """The parent of each running process; a process is its id and when it started, as ids come back."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            # The name in parentheses may hold spaces; what follows it is: state, parent, …, start time.
            fields = path.read_text().rpartition(")")[2].split()
            if fields[0] != "Z":
                parents[int(path.parent.name), fields[19]] = int(fields[1])
    return parents


def descendants(ancestor: int) -> list[tuple[int, str]]:
    """Every process that `ancestor` started, directly or not."""
    parents = running()
    found = []
    family = {ancestor}
    while new := [process for process, parent in parents.items() if parent in family and process[0] not in family]:
        found += new
        family.update(process for process, _ in new)
    return found
