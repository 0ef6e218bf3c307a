#!/usr/bin/env bash
# Measures cold start, size and memory of the functions' binaries on this machine, beside the leanest possible function:
# builds all of them under one release profile, the one in Cargo.toml, and runs `shop-bench cold`.
#
#   scripts/bench-cold.sh [options of `shop-bench cold`, such as --rounds 100 --json]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

packages=()
for folder in functions/*/; do packages+=(--package "$(basename "$folder")"); done
# Builds by package, as `sam build` does: a build of the whole workspace would give the functions the features that the
# local host requires of shared crates.
cargo build --locked --release "${packages[@]}"
cargo build --locked --release --package shop-bench
# Uses the workspace's manifest as a configuration, for its profile. Builds one by one, because a common build would
# give the leanest yardstick the features of the other.
for yardstick in tools/yardsticks/sdk-*/; do
  cargo build --locked --release --config Cargo.toml --manifest-path "${yardstick}Cargo.toml"
done
exec target/release/shop-bench cold "$@"
