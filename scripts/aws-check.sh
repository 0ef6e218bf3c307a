#!/usr/bin/env bash
# What only AWS would say at a deployment, said here:
#
#   scripts/aws-check.sh            both of these
#   scripts/aws-check.sh template   template.yaml, as written and as SAM translates it, against the limits of AWS
#   scripts/aws-check.sh dynamodb   the requests of the adapters, on Amazon's own DynamoDB Local
#
# The first needs what `scripts/tools.sh sam` installs. The second needs Java 17 and npm, and is skipped without them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export PATH="$PWD/target/tools/venv/bin:$PATH"
# sam requires a region and credentials even when it calls no service.
export AWS_DEFAULT_REGION=eu-central-1 AWS_ACCESS_KEY_ID=none AWS_SECRET_ACCESS_KEY=none SAM_CLI_TELEMETRY=0

template() {
  cfn-lint template.yaml
  local environment
  for environment in default prod; do sam validate --lint --config-env "$environment"; done
  PYTHONPATH=scripts PYTHONDONTWRITEBYTECODE=1 python -m aws_check
}

dynamodb() {
  local program
  for program in java npm; do
    if ! command -v "$program" >/dev/null; then
      echo "skipped: it needs $program, and there is none"
      return
    fi
  done
  DYNAMODB_LOCAL=$(scripts/dynamodb-local.sh)
  # The features of the whole workspace again, so that cargo reuses the earlier build for the test.
  DYNAMODB_LOCAL=$DYNAMODB_LOCAL cargo test --workspace --test contract
}

case "${1:-all}" in
  template) template ;;
  dynamodb) dynamodb ;;
  all)
    template
    dynamodb
    ;;
  *)
    echo "usage: scripts/aws-check.sh [template|dynamodb]" >&2
    exit 2
    ;;
esac
