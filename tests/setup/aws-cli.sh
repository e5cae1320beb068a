#!/usr/bin/env bash
# usage: aws-cli.sh NAME SUITE VERSION
# Makes .vestibule/test/aws-cli-NAME/bin/aws, the AWS CLI v2 out of a Debian suite's package.
#
# No language's registry has the AWS CLI v2; Debian does, and its package is plain Python. The suite `sid` moves on:
# when VERSION is gone from it, the one that took its place is used.
set -euo pipefail
name=$1 suite=$2 version=$3
place=.vestibule/test/aws-cli-$name
constraints=$(dirname "$0")/aws-cli-$name.txt

echo "==> AWS CLI $version"
work=$(mktemp --directory)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/package"
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian $suite main" >"$work/sources.list"

# The system's own package lists stay as they are.
cat >"$work/apt.conf" <<CONFIGURATION
Dir::Etc::sourcelist "$work/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::State::lists "$work/lists";
Dir::Cache "$work/cache";
Acquire::Languages "none";
Acquire::Retries "3";
APT::Sandbox::User "root";
CONFIGURATION
export APT_CONFIG=$work/apt.conf
apt-get -qq update
if ! (cd "$work" && apt-get -qq download "awscli=$version"); then
  echo "==> Debian $suite has no AWS CLI $version any more: taking the one it has"
  (cd "$work" && apt-get -qq download awscli)
fi
dpkg-deb --extract "$work"/awscli_*.deb "$work/package"

rm -rf "$place"
python3 -m venv "$place"
# Without the YAML library's C part: it only makes it faster, and has no wheel for every Python.
unpacked=$work/package/usr/lib/python3/dist-packages
sed -n 's/^Requires-Dist: //p' "$unpacked"/awscli-*.dist-info/METADATA | grep -v 'yaml.clib' >"$work/requirements.txt"
install=("$place/bin/pip" --quiet --disable-pip-version-check install --requirement "$work/requirements.txt")
"${install[@]}" --constraint "$constraints" || "${install[@]}"
packages=$("$place/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
cp -r "$unpacked"/awscli* "$packages"
"$place/bin/python" -m compileall -q "$packages/awscli" >/dev/null || true

cat >"$place/bin/aws" <<'COMMAND'
#!/bin/sh
exec "$(dirname "$0")/python" -m awscli "$@"
COMMAND
chmod +x "$place/bin/aws"
"$place/bin/aws" --version
