#!/usr/bin/env bash
# supervised.sh DEB: boots systemd in a copy-on-write view of this machine's file system, where nothing but
# the package's unit runs; lets the package's own scripts start it, kills it, and sees it started again;
# stops it and purges the package. Ends with status 77 where systemd does not boot. Needs root.
set -eu -o pipefail
# shellcheck source=view.sh
source "$(dirname "$(readlink -f "$0")")/view.sh" "$1" --cgroup --ipc --uts

mount -t tmpfs tmpfs "$root/sys/fs/cgroup"
if [[ -e /sys/fs/cgroup/cgroup.controllers ]]; then
  mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
else
  for controller in devices systemd; do
    mkdir "$root/sys/fs/cgroup/$controller"
    mount -t cgroup -o "$([[ $controller == systemd ]] && echo none,name=systemd || echo devices)" cgroup "$root/sys/fs/cgroup/$controller"
  done
fi
# without what a whole machine would start before it
mkdir -p "$root/etc/systemd/system/karavel.service.d"
printf '[Unit]\nDefaultDependencies=no\n' | tee "$root/etc/systemd/system/karavel.service.d/alone.conf" >"$root/etc/systemd/system/alone.target"

login() {
  ssh -n -T -F none -i "$root/tmp/key" -p 8101 -o IdentitiesOnly=yes -o BatchMode=yes -o StrictHostKeyChecking=no \
    -o UserKnownHostsFile=/dev/null admin@127.0.0.1 'echo in' 2>/dev/null | grep -q '^in'
}
shown() { inside systemctl show --property="$1" --value karavel; }
another_one() { [[ $(shown MainPID) != "$former" && $(shown MainPID) != 0 && $(shown ActiveState) == active ]]; }

drive() {
  local former end=$((SECONDS + 30))
  until inside systemctl list-units >/dev/null 2>&1; do
    ((SECONDS < end)) || { echo "package: systemd does not boot here"; return 77; }
    sleep 0.2
  done
  ssh-keygen -q -t rsa -b 2048 -N '' -f "$root/tmp/key" || fail "no key"
  inside env KARAVEL_ADMIN_KEY=/tmp/key.pub dpkg --force-depends -i /tmp/karavel.deb >"$root/tmp/installed" 2>&1 || fail "$(cat "$root/tmp/installed")"
  ! grep -q password "$root/tmp/installed" || fail "a password besides the key"
  [[ $(inside systemctl is-enabled karavel) == enabled ]] || fail "it is not enabled"
  eventually 120 "the appliance answers a ping" ping -c 1 -W 1 10.77.0.2
  former=$(shown MainPID)
  grep -q "^Uid:[[:space:]]*$(inside id -u karavel)[[:space:]]" "/proc/$former/status" || fail "it runs as another user"
  grep -q '^CapEff:[[:space:]]*0000000000001000$' "/proc/$former/status" || fail "it has other capabilities"
  say "the installation started it under $(inside systemctl --version | head -n 1), as karavel with CAP_NET_ADMIN alone"

  eventually 60 "the key lets in" login
  kill -KILL "$former"
  eventually 60 "it was started again" another_one
  eventually 120 "it answers a ping again" ping -c 1 -W 1 10.77.0.2
  [[ $(shown NRestarts) == 1 ]] || fail "started again $(shown NRestarts) times"
  say "killed, and started again by systemd"

  inside systemctl stop karavel
  [[ $(shown ActiveState) == inactive && $(shown Result) == success ]] || fail "stopped: $(shown ActiveState), $(shown Result)"
  ! ip link show karavel0 >/dev/null 2>&1 || fail "its TAP stayed"
  inside systemctl start karavel
  [[ $(shown ActiveState) == active ]] || fail "it did not start again"
  say "stopped and started"
  inside dpkg -P karavel >"$root/tmp/purged" 2>&1 || fail "$(cat "$root/tmp/purged")"
  ! inside systemctl cat karavel >/dev/null 2>&1 || fail "systemd still knows it"
  ! pgrep -f -- '-Dkaraf.base=/var/lib/karavel' >/dev/null || fail "it still runs"
  say "purged while it ran"
}

(
  status=0
  (set -eu; drive) || status=$?
  inside systemctl exit "$status" || true
  sleep 5
  echo "package: systemd did not end" >&2
) &
exec chroot "$root" env -i container=karavel PATH=/usr/sbin:/usr/bin:/sbin:/bin \
  /lib/systemd/systemd --system --unit=alone.target --log-target=null --show-status=no
