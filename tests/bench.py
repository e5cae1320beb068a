"""Measures a release build on this machine: `make bench`.

Start of the program on empty data and on its own data, then the answers of the open pages, one after the other on one
connection: median and slowest of a hundred.
"""

import http.client
import statistics
import sys
import tempfile
import time
from pathlib import Path

from program import Program, running_program

REQUESTS = 100
PAGES = ("/start/sign-in", "/saml/metadata")


def start(executable: Path, data: Path, what: str) -> None:
    """Times one start until the portal answers."""
    begun = time.monotonic()
    with running_program(executable, data):
        print(f"{what:<40} {time.monotonic() - begun:8.2f} s")


def answers(program: Program, path: str) -> None:
    """Times the answers to GET requests of one path."""
    connection = http.client.HTTPConnection("localhost", program.port, timeout=10)
    milliseconds = []
    for _ in range(REQUESTS):
        begun = time.perf_counter()
        connection.request("GET", path)
        response = connection.getresponse()
        response.read()
        milliseconds.append((time.perf_counter() - begun) * 1000)
        if response.status != 200:
            sys.exit(f"GET {path} answers {response.status}")
    connection.close()
    print(f"{'GET ' + path:<40} {statistics.median(milliseconds):8.2f} ms, slowest {max(milliseconds):.2f} ms")


def main() -> None:
    executable = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as directory:
        data = Path(directory) / "data"
        start(executable, data, "start on empty data")
        start(executable, data, "start on its own data")
        with running_program(executable, data) as program:
            for path in PAGES:
                answers(program, path)


if __name__ == "__main__":
    main()
