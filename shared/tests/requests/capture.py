#!/usr/bin/env python3
"""Writes the requests beside this file as botocore puts them on the wire, signed with a key from AWS's documentation.

    python3 -m venv /tmp/botocore && /tmp/botocore/bin/pip install botocore==1.44.5
    /tmp/botocore/bin/python shared/tests/requests/capture.py
"""

import http.server
import pathlib
import threading

import botocore
import botocore.config
import botocore.session

ACCESS_KEY_ID = "AKIAIOSFODNN7EXAMPLE"
SECRET_ACCESS_KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
REGION = "eu-central-1"
INSTANCE = "arn:aws:sso:::instance/ssoins-7223a1b2c3d4e5f6"
STORE = "d-9067642ac7"

CALLER_IDENTITY = (
    b'<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'
    b"<GetCallerIdentityResult/></GetCallerIdentityResponse>"
)

CALLS = {
    "sso-admin-list-instances": ("sso-admin", "list_instances", {}),
    "sso-admin-create-permission-set": (
        "sso-admin",
        "create_permission_set",
        {
            "InstanceArn": INSTANCE,
            "Name": "ReadOnly",
            "Description": "Lire, c'est tout: é",
            "SessionDuration": "PT4H",
            "Tags": [{"Key": "team", "Value": "platform"}],
        },
    ),
    "identitystore-create-user": (
        "identitystore",
        "create_user",
        {
            "IdentityStoreId": STORE,
            "UserName": "zoë.müller",
            "DisplayName": "Zoë Müller 🦊",
            "Name": {"GivenName": "Zoë", "FamilyName": "Müller"},
            "Emails": [{"Value": "zoe@example.com", "Type": "work", "Primary": True}],
        },
    ),
    "sts-get-caller-identity": ("sts", "get_caller_identity", {}),
}


class Recorder(http.server.BaseHTTPRequestHandler):
    recorded = b""

    def do_POST(self):
        head = self.requestline + "\r\n" + "".join(f"{k}: {v}\r\n" for k, v in self.headers.items())
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        Recorder.recorded = head.encode("latin-1") + b"\r\n" + body
        answer = b"{}" if "X-Amz-Target" in self.headers else CALLER_IDENTITY
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *arguments):
        pass


def main():
    server = http.server.HTTPServer(("127.0.0.1", 0), Recorder)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    session = botocore.session.Session()
    session.set_credentials(ACCESS_KEY_ID, SECRET_ACCESS_KEY)
    for name, (service, operation, parameters) in CALLS.items():
        client = session.create_client(
            service,
            region_name=REGION,
            endpoint_url=f"http://127.0.0.1:{server.server_port}",
            config=botocore.config.Config(user_agent=f"Botocore/{botocore.__version__}"),
        )
        getattr(client, operation)(**parameters)
        path = pathlib.Path(__file__).with_name(f"{name}.http")
        path.write_bytes(Recorder.recorded)
        print(f"{path.name}: {len(Recorder.recorded)} bytes")
    server.shutdown()


if __name__ == "__main__":
    main()
