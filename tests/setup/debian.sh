#!/usr/bin/env bash
# Installs the Debian packages that the tests need where it is root, otherwise says which are missing.
set -euo pipefail

missing=()
need() { # COMMAND PACKAGE: the package is missing where the command is
  command -v "$1" >/dev/null || missing+=("$2")
}

need cc build-essential
need java default-jre-headless
need xmlsec1 xmlsec1
need git git
# Ubuntu has Chromium as a snap only, under its older name.
command -v chromium-browser >/dev/null || need chromium chromium
# Debian's python3 comes without what makes virtual environments.
python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3 python3-venv)
if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && command -v python3 >/dev/null; then
  echo "The tests need Python 3.11 or newer (Debian 12, Ubuntu 24.04); this is $(python3 --version)" >&2
  exit 1
fi
# Signs the package lists that aws-cli.sh reads; Ubuntu comes without.
[[ -e /usr/share/keyrings/debian-archive-keyring.gpg ]] || missing+=(debian-archive-keyring)

if ((${#missing[@]} == 0)); then
  exit 0
fi
if ! command -v apt-get >/dev/null; then
  echo "The tests run on Debian and Ubuntu. This system lacks what these Debian packages have: ${missing[*]}" >&2
  exit 1
fi
if ((EUID != 0)); then
  echo "The tests need some packages. Please run: sudo apt-get install ${missing[*]}" >&2
  exit 1
fi
echo "==> installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get -q update
apt-get -q install --yes --no-install-recommends "${missing[@]}"
