#!/usr/bin/env python3
"""Writes the models beside this file from the botocore that is installed, without their prose.

    python3 -m venv /tmp/botocore && /tmp/botocore/bin/pip install botocore==1.44.5
    /tmp/botocore/bin/python functions/admin/models/refresh.py

One operation or shape a line, in botocore's order, so that a newer model reads as a diff.
"""

import json
import pathlib

import botocore
import botocore.loaders

SERVICES = {"sso-admin": "sso-admin.json", "identitystore": "identitystore.json"}
# Prose, and what only a client that builds requests needs.
DROPPED = {"documentation", "deprecatedMessage", "examples"}


def without_prose(value, inside_members=False):
    """A member may itself be called `documentation`, so names of members are never dropped."""
    if isinstance(value, dict):
        return {
            key: without_prose(child, inside_members=key == "members" and not inside_members)
            for key, child in value.items()
            if inside_members or key not in DROPPED
        }
    if isinstance(value, list):
        return [without_prose(child) for child in value]
    return value


def compact(value):
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"))


def lines(named):
    entries = (f"{compact(name)}:{compact(without_prose(value))}" for name, value in named.items())
    return "{\n" + ",\n".join(entries) + "\n}"


def main():
    loader = botocore.loaders.Loader()
    for service, file_name in SERVICES.items():
        model = loader.load_service_model(service, "service-2")
        text = (
            f'{{"metadata":{compact(model["metadata"])},\n'
            f'"operations":{lines(model["operations"])},\n'
            f'"shapes":{lines(model["shapes"])}}}\n'
        )
        path = pathlib.Path(__file__).with_name(file_name)
        path.write_text(text, encoding="utf-8")
        print(
            f"botocore {botocore.__version__} {service}: {len(model['operations'])} operations, "
            f"{len(model['shapes'])} shapes, {len(text)} bytes"
        )


if __name__ == "__main__":
    main()
