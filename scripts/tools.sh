#!/usr/bin/env bash
# Installs what the checks and the deployment need beyond Rust, a C compiler and Python 3: into target/tools, once.
#
#   scripts/tools.sh               everything
#   scripts/tools.sh sam           sam, cfn-lint, cargo-lambda and zig (scripts/requirements.txt)
#   scripts/tools.sh checkov       checkov (scripts/checkov.txt), in an environment of its own
#   scripts/tools.sh actionlint    actionlint (scripts/actionlint.txt), in an environment of its own
#   scripts/tools.sh deny          cargo-deny
#   scripts/tools.sh schemathesis  schemathesis (scripts/schemathesis.txt), in an environment of its own
#
# What comes from PyPI is compared with the hashes in the .lock files. After a change of scripts/NAME.txt:
#   uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
#     scripts/NAME.txt -o scripts/NAME.lock
#
# Then: export PATH="$PWD/target/tools/venv/bin:$PWD/target/tools/bin:$PATH"
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

deny_version=0.20.2
tools=target/tools

install_python() {
  local venv=$tools/$1 requirements=scripts/$2 locked=scripts/${2%.txt}.lock
  # One package without dependencies has its hashes in the list itself.
  if [[ ! -f $locked ]]; then locked=$requirements; fi
  # The copy beside the environment is written last, so an interrupted installation is repeated.
  if cmp -s "$locked" "$venv/installed.txt" && "$venv/bin/python" -c ''; then
    echo "$venv: has $(grep -v '^#' "$requirements" | xargs)"
    return
  fi
  echo "$venv: installing $(grep -v '^#' "$requirements" | xargs)"
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check --no-input --no-deps --require-hashes -r "$locked"
  cp "$locked" "$venv/installed.txt"
}

install_deny() {
  if [[ "$("$tools/bin/cargo-deny" --version 2>/dev/null || true)" == "cargo-deny $deny_version" ]]; then
    echo "$tools/bin: has cargo-deny $deny_version"
    return
  fi
  echo "$tools/bin: building cargo-deny $deny_version"
  # The tool runs for a second, so optimising it would cost more time than it saves.
  CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_OPT_LEVEL=0 \
    cargo install --quiet --locked --force --root "$tools" "cargo-deny@$deny_version"
}

mkdir -p "$tools"
case "${1:-all}" in
  sam) install_python venv requirements.txt ;;
  checkov) install_python checkov checkov.txt ;;
  actionlint) install_python actionlint actionlint.txt ;;
  deny) install_deny ;;
  schemathesis) install_python schemathesis schemathesis.txt ;;
  all)
    install_python venv requirements.txt
    install_python checkov checkov.txt
    install_python schemathesis schemathesis.txt
    install_python actionlint actionlint.txt
    install_deny
    ;;
  *)
    echo "usage: scripts/tools.sh [sam|checkov|actionlint|deny|schemathesis|all]" >&2
    exit 2
    ;;
esac
