"""What `make setup-tests` promises to the other tests: the clients are there and are the ones we mean."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
INSTALLED = ROOT / ".vestibule" / "test"


def output(*command: object) -> str:
    finished = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


@pytest.mark.parametrize(
    ("name", "at_least"),
    [
        pytest.param("oldest", (2, 22, 0), id="with_pkce"),
        pytest.param("newest", (2, 35, 13), id="with_opaque_start_urls"),
    ],
)
def test_the_aws_cli_is_a_version_2_of_its_own(name: str, at_least: tuple[int, ...]) -> None:
    printed = output(INSTALLED / f"aws-cli-{name}" / "bin" / "aws", "--version")
    version = re.match(r"aws-cli/(\d+)\.(\d+)\.(\d+) ", printed)
    assert version, printed
    assert tuple(map(int, version.groups())) >= at_least


def test_aws_sso_util_starts() -> None:
    assert "login" in output(INSTALLED / "clients" / "bin" / "aws-sso-util", "--help")


def test_a_script_drives_chromium() -> None:
    page = output(
        INSTALLED / "clients" / "bin" / "node", "tests/browser/title.mjs", "data:text/html,<title>Hello</title>"
    )
    assert page.strip() == "Hello"


def test_dynamodb_local_listens_on_the_loopback_address_only() -> None:
    script = 'echo "$DYNAMODB_ENDPOINT"; cat /proc/net/tcp /proc/net/tcp6'
    endpoint, *sockets = output("tests/with-dynamodb-local.sh", "bash", "-c", script).splitlines()
    port = f"{int(endpoint.rsplit(':', 1)[1]):04X}"
    listening_state = "0A"
    listeners = [
        local
        for _, local, _, state, *_ in map(str.split, sockets)
        if state == listening_state and local.endswith(f":{port}")
    ]
    assert listeners == [f"0100007F:{port}"]


def test_nothing_is_left_of_dynamodb_local() -> None:
    endpoint = output("tests/with-dynamodb-local.sh", "bash", "-c", 'echo "$DYNAMODB_ENDPOINT"').strip()
    port = endpoint.rsplit(":", 1)[1]
    command_lines = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()]
    assert not [line for line in command_lines if b"DynamoDBLocal.jar" in line and port.encode() in line]
