#!/usr/bin/env bash
# start-time.sh [N]: starts the built distribution N times (5) as the launcher does, on the cable in memory,
# and prints how long each took from the call of bin/karaf until the status page answered through both
# stacks: the first time with nothing in its cache, then warm. Wants an idle machine.
set -eu -o pipefail
top=$(git -C "$(dirname "$(readlink -f "$0")")" rev-parse --show-toplevel)
times=${1:-5}
work=$(mktemp -d)
appliance=
stop() { [[ -z $appliance ]] || { kill -TERM "$appliance" && wait "$appliance"; appliance=; } 2>/dev/null || true; }
trap 'stop; rm -rf "$work"' EXIT

tar xzf "$top"/karaf-distribution/target/karaf-distribution-*.tar.gz --strip-components=1 -C "$work"
set_key() { sed -i "s/^#* *$2 *=.*/$2 = $3/" "$work/etc/$1.cfg"; }
port=$((21000 + RANDOM % 9000))
set_key org.apache.karaf.shell sshPort "$port"
set_key org.apache.karaf.management rmiRegistryPort "$((port + 1))"
set_key org.apache.karaf.management rmiServerPort "$((port + 2))"
set_key io.karavel.services forwarderPort "$((port + 3))"

for ((i = 1; i <= times; i++)); do
  begin=$(date +%s%N)
  "$work/bin/karaf" daemon </dev/null >"$work/output" 2>&1 &
  appliance=$!
  until curl -fsS -m 1 "http://127.0.0.1:$((port + 3))/status" >/dev/null 2>&1; do
    kill -0 "$appliance" || { cat "$work/output" >&2; exit 1; }
    (($(date +%s%N) - begin < 120 * 10 ** 9)) || { echo "start-time: it does not serve" >&2; exit 1; }
    sleep 0.05
  done
  millis=$((($(date +%s%N) - begin) / 10 ** 6))
  printf 'start-time: %s %d.%03d s\n' "$( ((i == 1)) && echo cold || echo warm)" $((millis / 1000)) $((millis % 1000))
  stop
done
