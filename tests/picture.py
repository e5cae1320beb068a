"""Takes the README's picture, `docs/portal.png`, of a program that it starts with the sample data."""

from __future__ import annotations

import tempfile
from pathlib import Path

from chromium import Chromium
from organization import Organization, Person
from program import ROOT, running_program
from visitor import Visitor


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        running_program(ROOT / "target" / "debug" / "vestibule", Path(folder) / "data") as program,
    ):
        organization = Organization(program)
        person = Person("", "alex")
        Visitor(program.url).choose_password(organization.invitation(person.user_name), person)
        file = ROOT / "docs" / "portal.png"
        Chromium(program.url).walk("portal-picture", person, account="dev", file=str(file))
        print(f"{file.relative_to(ROOT)}: {file.stat().st_size // 1024} kB")


if __name__ == "__main__":
    main()
