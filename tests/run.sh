#!/usr/bin/env bash
# Builds everything and runs every test. `make test` calls it when all that the tests need is there.
set -euo pipefail
cd "$(dirname "$0")/.."

bounded() { # MINUTES COMMAND…: the command, ended with all that it started when its time is over or ours is
  local minutes=$1 status=0
  shift
  echo
  echo "==> $* (at most $minutes minutes)"
  SECONDS=0
  timeout --kill-after=20s "${minutes}m" "$@" &
  wait $! || status=$?
  if ((status == 124)); then
    echo "==> not finished in $minutes minutes: $*" >&2
  fi
  echo "==> took $SECONDS s"
  return "$status"
}
stop() {
  for job in $(jobs -rp); do
    kill "$job" 2>/dev/null || true
  done
  wait
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

export VESTIBULE_MOTO=$PWD/.vestibule/test/clients/bin/moto_server

bounded 30 cargo build --workspace --locked
if cargo nextest --version >/dev/null 2>&1; then
  bounded 30 tests/with-dynamodb-local.sh cargo nextest run --workspace --locked
else
  bounded 30 tests/with-dynamodb-local.sh cargo test --workspace --locked --lib --bins --tests
fi
bounded 10 cargo test --workspace --locked --doc
bounded 5 tests/template.sh
bounded 30 .vestibule/test/clients/bin/python -m pytest tests
