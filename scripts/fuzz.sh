#!/usr/bin/env bash
# Feeds the shop with inputs that a machine makes up, each target for so many seconds, and prints how many it tried and
# what it found (tests/tests/fuzz). An input that finds a fault goes to the folder of its target in
# tests/tests/fuzz/__fuzz__: every later run of the tests tries it again.
#
#   scripts/fuzz.sh [SECONDS] [TARGET...]           at random, with the tests that are built anyway
#   scripts/fuzz.sh --guided [SECONDS] [TARGET...]  guided by the code that an input reaches (libFuzzer); it builds the
#                                                   shop once more, into target/guided, and keeps what reaches new code
#                                                   in target/guided/corpus
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

guided=
if [[ ${1:-} == --guided ]]; then
  guided=yes
  shift
fi
seconds=${1:-60}
targets=("${@:2}")
root=$PWD
folder=$root/tests/tests/fuzz/__fuzz__
export CARGO_INCREMENTAL=0

# Only the tests reach libFuzzer's symbols; the shop's own binaries are linked as well, and lack them.
coverage=(--cfg fuzzing --cfg fuzzing_libfuzzer -Cpasses=sancov-module -Clink-arg=-Wl,--warn-unresolved-symbols)
for pass in level=4 inline-8bit-counters pc-table trace-compares; do
  coverage+=("-Cllvm-args=-sanitizer-coverage-$pass")
done

build() {
  if [[ $guided ]]; then
    # With a target of its own, build scripts and macros are built without it.
    RUSTFLAGS="${coverage[*]}" CARGO_TARGET_DIR=target/guided CARGO_PROFILE_DEV_DEBUG=false \
      cargo test --package tests --test fuzz --target "$(rustc -vV | sed -n 's/^host: //p')" "$@"
  else
    cargo test --workspace --test fuzz "$@"
  fi
}
build --no-run
executable=$(build --no-run --message-format json |
  python3 -c 'import json, sys
found = [m["executable"] for m in map(json.loads, sys.stdin) if m.get("target", {}).get("name") == "fuzz" and m.get("executable")]
print(found[-1])')
if [[ ${#targets[@]} -eq 0 ]]; then
  mapfile -t targets < <("$executable" --list | sed -n 's/: test$//p')
fi

# Tries a target at random.
at_random() {
  BOLERO_RANDOM_ITERATIONS=1000000000 BOLERO_RANDOM_TEST_TIME_MS=$((seconds * 1000)) \
    "$executable" --exact "$1" --test-threads 1 --nocapture
}

# Tries a target guided by coverage, from what is kept of it here and in the repository.
by_coverage() {
  local kept=$root/target/guided/corpus/$1 here=$folder/$1
  mkdir -p "$kept" "$here/corpus" "$here/crashes"
  BOLERO_LIBFUZZER_ARGS="$kept $here/corpus -artifact_prefix=$here/crashes/ -max_total_time=$seconds -max_len=512 \
    -timeout=60 -print_final_stats=1" "$executable" --exact "$1" --test-threads 1 --nocapture
}

failed=()
for target in "${targets[@]}"; do
  echo "--- $target, $seconds s"
  if [[ $guided ]]; then try=by_coverage; else try=at_random; fi
  if ! (cd tests && "$try" "$target") >target/fuzz.log 2>&1; then
    failed+=("$target")
    cat target/fuzz.log
  fi
  grep -aE 'executions$|iterations/s|stat::(number_of_executed_units|new_units_added)' target/fuzz.log || true
done
echo "${#targets[@]} targets, ${#failed[@]} with faults ${failed[*]}"
[[ ${#failed[@]} -eq 0 ]]
