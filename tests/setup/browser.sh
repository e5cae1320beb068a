#!/usr/bin/env bash
# Installs what tests/browser needs of npm, with the node of the clients' environment.
set -euo pipefail
echo "==> npm packages of tests/browser"
PATH=$PWD/.vestibule/test/clients/bin:$PATH
npm --prefix tests/browser ci --silent --no-audit --no-fund
