#!/usr/bin/env bash
# usage: python.sh NAME
# Makes the virtual environment .vestibule/test/NAME with what NAME.txt beside this file asks for.
set -euo pipefail
name=$1
place=.vestibule/test/$name
requirements=$(dirname "$0")/$name.txt

echo "==> Python packages of $name (about a minute)"
rm -rf "$place"
python3 -m venv "$place"
"$place/bin/pip" --quiet --disable-pip-version-check install --requirement "$requirements"
