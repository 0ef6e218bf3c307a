#!/usr/bin/env bash
# Measures cold start, size and memory of the functions' binaries beside the least that a function can be, on this
# machine: builds what is compared under one release profile, the Cargo.toml's, and runs `shop-bench cold`.
#
#   scripts/bench-cold.sh [options of `shop-bench cold`, such as --rounds 100 --json]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

packages=()
for folder in functions/*/; do packages+=(--package "$(basename "$folder")"); done
# By package, as `sam build` does it: a build of the whole workspace would give the functions the features that the local
# host asks of the crates they share.
cargo build --locked --release "${packages[@]}"
cargo build --locked --release --package shop-bench
# The workspace's own manifest is read as a configuration: what counts of it is the profile. One by one, since together
# the leanest would get the other's features.
for yardstick in tools/yardsticks/sdk-*/; do
  cargo build --locked --release --config Cargo.toml --manifest-path "${yardstick}Cargo.toml"
done
exec target/release/shop-bench cold "$@"
