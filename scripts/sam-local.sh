#!/usr/bin/env bash
# Runs the output of `sam build` in containers: each payload of events/ with `sam local invoke`, and the suite for any
# shop through `sam local start-api`. The script starts its own Docker engine under target/docker, and its own network;
# both end with the script in every case. It needs root on Linux, and Debian's docker.io, busybox-static and iproute2,
# which it installs if apt can. If that is impossible, it says so, and each binary answers the same payloads only under
# the Lambda runtime interface emulator.
#
#   scripts/tools.sh sam && sam build --parameter-overrides Architecture=x86_64 && scripts/sam-local.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

built=$PWD/.aws-sam/build
sam=$PWD/target/tools/venv/bin/sam
place=$PWD/target/docker
# From the addresses that are reserved for tests of networks.
bridge=shop-sam address=198.18.77.1
base=public.ecr.aws/lambda/provided:al2023-$(uname -m | sed 's/aarch64/arm64/')
# An image with this machine's own libraries, for the one program in a container that sam did not build.
own=shop-sam/own:latest

if [[ ! -x $sam || ! -f $built/template.yaml ]]; then
  echo "there is nothing to run: scripts/tools.sh sam, then sam build --parameter-overrides Architecture=x86_64" >&2
  exit 1
fi

# Here and below, the features of the whole workspace, so that cargo reuses the earlier build for the tests.
skip() {
  echo "skipped: $1; so without containers, under the emulator"
  SHOP_RIE=$(scripts/rie.sh) SHOP_BUILT=$built cargo test --workspace --test runtime -- --nocapture
  exit
}

if [[ $(uname -s) != Linux ]]; then skip "containers as on Lambda need Linux"; fi
if ((EUID != 0)); then skip "an own Docker engine needs root"; fi
has() { command -v dockerd && command -v docker && command -v ip && command -v busybox; } >/dev/null
if ! has; then
  packages=(docker.io busybox-static iproute2)
  echo "installing ${packages[*]}"
  install() {
    apt-get update --quiet &&
      DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet --no-install-recommends "${packages[@]}"
  }
  if ! install >/dev/null || ! has; then
    skip "dockerd, docker, ip or busybox is missing, and apt does not install it"
  fi
fi
mkdir -p "$place"
exec 9>"$place/lock"
if ! flock --nonblock 9; then
  echo "$place: another run is using it" >&2
  exit 1
fi
export DOCKER_HOST=unix://$place/socket
engine=
end() {
  status=$?
  trap - EXIT
  if [[ -n $engine ]]; then
    docker ps --quiet --all | xargs --no-run-if-empty docker rm --force >/dev/null || true
    kill "$engine" 2>/dev/null || true
    wait "$engine" || true
  fi
  ip link delete "$bridge" 2>/dev/null || true
  exit "$status"
}
trap end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# This machine's firewall gets no new rules: containers reach this machine, and nothing else.
ip link delete "$bridge" 2>/dev/null || true
ip link add "$bridge" type bridge && ip address add "$address/24" dev "$bridge" && ip link set "$bridge" up
# If this script is killed, the engine gets a signal to end.
setpriv --pdeathsig TERM dockerd --host "$DOCKER_HOST" --data-root "$place/data" --exec-root "$place/run" \
  --pidfile "$place/pid" --bridge "$bridge" --iptables=false --ip6tables=false --ip-masq=false --ip-forward=false \
  --shutdown-timeout 5 >"$place/log" 2>&1 9>&- &
engine=$!
until docker version >/dev/null 2>&1; do
  if ! kill -0 "$engine" 2>/dev/null; then
    tail -n 3 "$place/log"
    engine=
    skip "the Docker engine does not start here"
  fi
  sleep 0.1
done

# Removes the images that sam made of these in an earlier run, too.
docker images --format '{{.Repository}}:{{.Tag}}' | { grep --extended-regexp '^shop-sam/|:.*rapid-' || true; } |
  xargs --no-run-if-empty docker image rm --force >/dev/null

# A root file system with this machine's C library, and with a shell for the steps in which sam adds its emulator.
root=$(mktemp --directory "$place/root.XXXXXX")
mkdir -p "$root"/{bin,etc/pki/tls/certs,opt,tmp,var/task,var/runtime,var/rapid}
cp "$(command -v busybox)" "$root/bin/busybox"
for program in sh mv chmod; do ln -s busybox "$root/bin/$program"; done
for binary in "$built"/*/bootstrap; do
  if ! libraries=$(ldd "$binary" | grep --only-matching '/[^ ]*'); then
    echo "$binary: not for this machine; sam build --parameter-overrides Architecture=${base##*-} builds for it" >&2
    exit 1
  fi
  for library in $libraries; do
    mkdir -p "$root${library%/*}"
    cp --dereference "$library" "$root$library"
  done
done
# zig links this library in; this machine's own linker does not.
cp --dereference "$(cc -print-file-name=libgcc_s.so.1)" "$root$(grep --only-matching '/.*/libc\.so\.6' <<<"$libraries" | sed 's/libc.so.6//')"
if [[ -f /etc/ssl/certs/ca-certificates.crt ]]; then
  cp --dereference /etc/ssl/certs/ca-certificates.crt "$root/etc/pki/tls/certs/ca-bundle.crt"
fi
tar --create --directory "$root" . | docker import --change 'WORKDIR /var/task' - "$own" >/dev/null
rm -rf "$root"

if [[ $(docker image inspect --format '{{len .RepoDigests}}' "$base" 2>/dev/null || true) == [1-9] ]]; then
  echo "$base: was pulled before"
elif timeout 300 docker pull --quiet "$base" 2>/dev/null; then
  echo "$base: pulled"
else
  docker tag "$own" "$base"
  echo "$base: cannot be pulled; in its place this machine's C library"
fi
docker image prune --force >/dev/null

SHOP_SAM=$sam SHOP_BUILT=$built SHOP_IMAGE=$own SHOP_BRIDGE=$address \
  cargo test --workspace --test sam -- --nocapture --test-threads 1 9>&-
