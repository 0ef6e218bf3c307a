#!/usr/bin/env bash
# Tests the HTTP API against its own document, as each role, on a shop of its own on this machine: every answer must be
# one that the document describes, and none may be a fault. The same seed makes the same requests.
#
#   scripts/tools.sh schemathesis && cargo build --workspace --bin shop && scripts/schemathesis.sh target/debug/shop
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

shop=${1:?usage: scripts/schemathesis.sh SHOP}
schemathesis=target/tools/schemathesis/bin/schemathesis
seed=1
requests_per_route=20
checks=not_a_server_error,status_code_conformance,content_type_conformance
checks+=,response_headers_conformance,response_schema_conformance
checks+=,positive_data_acceptance,negative_data_rejection,no_valid_request_is_called_invalid
# What no schema can say, with the reasons.
settings=scripts/schemathesis.toml
export SCHEMATHESIS_HOOKS=scripts.schemathesis_hooks PYTHONPATH=. PYTHONDONTWRITEBYTECODE=1

scratch=$(mktemp -d)
trap 'kill "${host:-}" 2>/dev/null || true; wait; rm -rf "$scratch"' EXIT
"$shop" serve --memory --listen 127.0.0.1:0 --json >"$scratch/serving" &
host=$!
until [[ -s $scratch/serving ]]; do
  kill -0 "$host"
  sleep 0.1
done
SHOP_API=$(python3 -c 'import json, sys; print(json.load(sys.stdin)["url"])' <"$scratch/serving")
export SHOP_API
"$shop" seed --orders 5 --seed "$seed"

# Without a token the script tries every operation, and those that need a token must refuse as the document says. With a
# token it tries the operations that the token is for.
try() {
  echo "--- as $1"
  shift
  "$schemathesis" --no-color --config-file "$settings" run "$SHOP_API/openapi.json" "$@" --checks "$checks" \
    --max-examples "$requests_per_route" --seed "$seed" --generation-database none --continue-on-failure || failed=1
}
failed=0
try anyone
for role in customer:alice staff operator; do
  token=$("$shop" token --as "$role")
  try "$role" --header "Authorization: Bearer $token" --include-by "/security/0/token/0 == shop/${role%%:*}"
done
kill -0 "$host"
exit "$failed"
