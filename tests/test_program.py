"""The program's own words: what it says when it cannot do what it is asked to."""

import os
import socket
import subprocess
from pathlib import Path

import pytest

from program import EXECUTABLE, ROOT, Program


def refusal(*arguments: object, **environment: str) -> str:
    """What the program says when it does not start, or does not do what it is told."""
    # Where tests/run.sh names a moto, the program would need no Python.
    inherited = {name: value for name, value in os.environ.items() if name != "VESTIBULE_MOTO"}
    finished = subprocess.run(
        [EXECUTABLE, *map(str, arguments)],
        env=inherited | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert finished.returncode == 1, finished
    assert "panicked" not in finished.stderr
    return finished.stderr


def test_a_port_that_is_taken_is_named_with_another(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        said = refusal("--port", port, "--data", tmp_path / "data")
    assert f"port {port} cannot be used" in said
    assert f"--port {port + 1}" in said


def test_data_that_another_program_uses_is_left_alone(program: Program) -> None:
    assert "already running" in refusal("--port", 0, "--data", program.data)


def test_without_python_it_says_how_to_get_it(tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    nowhere.mkdir()
    said = refusal("--port", 0, "--data", tmp_path / "data", PATH=str(nowhere))
    assert "Python 3.11" in said
    assert "apt install python3" in said


def test_a_command_before_the_first_start_says_what_is_missing(tmp_path: Path) -> None:
    for command in (["info"], ["admin-key"], ["invite", "alex"]):
        assert "cargo run" in refusal(*command, "--data", tmp_path / "data")


def test_nobody_of_that_name_can_be_invited(program: Program) -> None:
    assert "There is no user of this name" in refusal("invite", "nobody-of-this-name", "--data", program.data)


@pytest.mark.parametrize("function", ["portal", "saml"])
def test_sample_events_are_answered_while_it_runs(program: Program, function: str) -> None:
    sample = {"portal": "sign-in-form", "saml": "metadata"}[function]
    answer = program.command("event", function, str(ROOT / "events" / function / f"{sample}.json"))
    assert '"statusCode": 200' in answer
