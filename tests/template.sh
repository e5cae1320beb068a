#!/usr/bin/env bash
# Validates template.yaml with SAM and with cfn-lint.
set -euo pipefail
cd "$(dirname "$0")/.."
export SAM_CLI_TELEMETRY=0
.vestibule/test/checks/bin/sam validate --lint --region us-east-1 --template template.yaml
.vestibule/test/checks/bin/cfn-lint template.yaml
