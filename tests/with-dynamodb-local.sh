#!/usr/bin/env bash
# usage: with-dynamodb-local.sh COMMAND [ARGUMENT…]
# Runs a command with DYNAMODB_ENDPOINT naming a DynamoDB Local of its own (in memory), and stops that afterwards.
set -euo pipefail
place=$(cd "$(dirname "$0")/.." && pwd)/.vestibule/test/dynamodb-local
log=$(mktemp)
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')

LD_PRELOAD=$place/loopback.so java -Xmx512m -Djava.net.preferIPv4Stack=true -Djava.library.path="$place/DynamoDBLocal_lib" \
  -jar "$place/DynamoDBLocal.jar" -port "$port" -sharedDb -inMemory >"$log" 2>&1 &
database=$!
stop() {
  for job in $(jobs -rp); do
    kill "$job" 2>/dev/null || true
  done
  wait
  rm -f "$log"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

for ((tenths = 0; ; tenths++)); do
  if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
    break
  fi
  if ((tenths >= 300)) || ! kill -0 "$database" 2>/dev/null; then
    echo "DynamoDB Local does not start:" >&2
    cat "$log" >&2
    exit 1
  fi
  sleep 0.1
done

export DYNAMODB_ENDPOINT=http://127.0.0.1:$port
# In the background, so that a signal reaches the traps above while the command runs.
"$@" &
wait $!
