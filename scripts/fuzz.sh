#!/usr/bin/env bash
# Feeds the shop with inputs that a machine makes up at random, each target for so many seconds, and prints how many it
# tried and what it found (tests/tests/fuzz). It needs no other build than that of the tests.
#
#   scripts/fuzz.sh [SECONDS [TARGET...]]
#
# If an input finds a fault, its bytes are shown. Put them into tests/tests/fuzz/__fuzz__/TARGET/crashes: every later run
# of the tests tries them again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

seconds=${1:-60}
targets=("${@:2}")
export CARGO_INCREMENTAL=0
export BOLERO_RANDOM_ITERATIONS=1000000000 BOLERO_RANDOM_TEST_TIME_MS=$((seconds * 1000))

cargo test --workspace --test fuzz --no-run
executable=$(cargo test --workspace --test fuzz --no-run --message-format json 2>/dev/null | python3 -c '
import json, sys
built = [message for message in map(json.loads, sys.stdin) if message.get("executable")]
print([message["executable"] for message in built if message["target"]["name"] == "fuzz"][-1])')
if [[ ${#targets[@]} -eq 0 ]]; then
  mapfile -t targets < <("$executable" --list | sed -n 's/: test$//p')
fi

failed=()
for target in "${targets[@]}"; do
  echo "--- $target, $seconds s"
  if ! (cd tests && "$executable" --exact "$target" --test-threads 1 --nocapture) >target/fuzz.log 2>&1; then
    failed+=("$target")
    cat target/fuzz.log
  fi
  grep -aoE 'run time: .*|[a-z_]+: [0-9]+ executions' target/fuzz.log || true
done
echo "${#targets[@]} targets, ${#failed[@]} with faults ${failed[*]}"
[[ ${#failed[@]} -eq 0 ]]
