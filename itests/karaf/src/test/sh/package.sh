#!/usr/bin/env bash
# package.sh DEB: installs the Debian package into a copy-on-write view of this machine's own file
# system, starts it by its unit's command line as the unit's user with the unit's one capability,
# reaches it through its TAP, bridged and routed to a veth in place of a port, stops it, purges it, and
# looks for what is left. Everything happens in namespaces that end with the script. Needs root.
set -eu -o pipefail
deb=$(readlink -f "$1")
if [[ -z ${INSIDE:-} ]]; then
  export INSIDE=1
  exec unshare --mount --net --pid --mount-proc --fork --kill-child "$0" "$deb"
fi

# private, as the names of network namespaces are files there
mount -t tmpfs tmpfs /run
view=/run/view
mkdir "$view"
mkdir "$view"/{upper,work,root}
mount -t overlay overlay -o "lowerdir=/,upperdir=$view/upper,workdir=$view/work" "$view/root"
root=$view/root
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t sysfs sysfs "$root/sys"
# as udev makes it on Debian: whoever may make a TAP is decided by the capability
mknod -m 666 "$view/tun" c 10 200
mount --bind "$view/tun" "$root/dev/net/tun"
mount -t tmpfs tmpfs "$root/run"
mount -t tmpfs tmpfs "$root/tmp"
cp "$deb" "$root/tmp/karavel.deb"
inside() { chroot "$root" "$@"; }
say() { echo "package: $*"; }
fail() { echo "package: FAILED: $*" >&2; tail -n 20 "$root/var/log/karavel/karaf.log" >&2 2>/dev/null || true; exit 1; }
eventually() { # SECONDS WHAT COMMAND...
  local end=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < end)) || fail "waited in vain until $what"
    sleep 0.3
  done
}

ip link set lo up
inside dpkg --force-depends -i /tmp/karavel.deb | tee "$root/tmp/installed"
password=$(sed -n 's/^karavel: the password of the user admin is //p' "$root/tmp/installed")
[[ ${#password} -ge 20 ]] || fail "no password was shown"
! grep -rqF "$password" "$root/etc/karavel" || fail "the password is stored as it is"
say "installed: $(inside dpkg-query -W karavel)"
unit=$root/lib/systemd/system/karavel.service
value() { sed -n "s/^$1=//p" "$unit"; }
if command -v systemd-analyze >/dev/null; then
  inside systemd-analyze verify /lib/systemd/system/karavel.service 2>&1 | grep karavel.service && fail "the unit is wrong"
  say "systemd-analyze finds nothing wrong with the unit"
fi

[[ $(value AmbientCapabilities) == CAP_NET_ADMIN && $(value CapabilityBoundingSet) == CAP_NET_ADMIN ]] || fail "the unit gives other capabilities"
mapfile -t environment < <(value Environment)
start() {
  # shellcheck disable=SC2046
  inside setpriv --reuid="$(value User)" --regid="$(value Group)" --clear-groups --no-new-privs \
    --inh-caps=-all,+net_admin --ambient-caps=-all,+net_admin --bounding-set=-all,+net_admin \
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin "${environment[@]}" $(value ExecStart) >"$root/tmp/out" 2>&1 &
  service=$!
}
begin=$SECONDS
start
eventually 300 "the appliance answers a ping through the TAP" ping -c 1 -W 1 10.77.0.2
say "started in $((SECONDS - begin)) s, pinged through karavel0"
java=$(pgrep -f -- '-Dkaraf.base=/var/lib/karavel' | tail -n 1)
grep -q "^Uid:[[:space:]]*$(inside id -u karavel)[[:space:]]" "/proc/$java/status" || fail "it runs as another user"
grep -q '^CapEff:[[:space:]]*0000000000001000$' "/proc/$java/status" || fail "it has other capabilities: $(grep CapEff "/proc/$java/status")"
grep -q '^NoNewPrivs:[[:space:]]*1$' "/proc/$java/status" || fail "it may gain privileges"
say "runs as karavel with CAP_NET_ADMIN alone"
eventually 60 "the status page" curl -fsS http://10.77.0.2/status
! ss -Hltn 2>/dev/null | awk '{ print $4 }' | grep -vE '^(127\.|\[::1\]|\[::ffff:127)' || fail "something listens on more than loopback"
say "listens on loopback only"

# a port's stand-in: karavel-port is the card, peer is the next machine on the cable
ip netns add port-peer
ip link add karavel-port type veth peer name peer netns port-peer
ip -n port-peer link set peer up
ip -n port-peer addr add 10.77.0.9/24 dev peer
ip addr flush dev karavel0
ip link add br0 type bridge
ip link set karavel-port master br0 up
ip link set karavel0 master br0
ip link set br0 up
eventually 60 "the next machine reaches the bridged appliance" ip netns exec port-peer ping -c 1 -W 1 10.77.0.2
ip netns exec port-peer curl -fsS -m 20 http://10.77.0.2/status >/dev/null || fail "no page over the bridge"
say "bridged to the port: reached"
ip link del br0
ip addr add 10.77.0.1/24 dev karavel0
ip addr add 192.0.2.1/24 dev karavel-port
ip link set karavel-port up
ip -n port-peer addr flush dev peer
ip -n port-peer addr add 192.0.2.9/24 dev peer
ip -n port-peer route add 10.77.0.0/24 via 192.0.2.1
echo 1 >/proc/sys/net/ipv4/ip_forward
sed -i 's/^#gateway/gateway/' "$root/etc/karavel/io.karavel.ip.interface-main0.cfg"
eventually 60 "the next machine reaches the routed appliance" ip netns exec port-peer ping -c 1 -W 1 10.77.0.2
ip netns exec port-peer curl -fsS -m 20 http://10.77.0.2/status >/dev/null || fail "no page over the route"
say "routed to the port: reached"

kill -TERM "$java"
status=0
wait "$service" || status=$?
[[ $status == 0 || $status == 143 ]] || fail "it ended with status $status"
[[ ! -e /sys/class/net/karavel0 ]] || fail "its TAP stayed"
say "stopped, status $status"
inside dpkg -P karavel >/dev/null 2>&1
for path in /usr/share/karavel /etc/karavel /var/lib/karavel /var/log/karavel /lib/systemd/system/karavel.service /usr/share/doc/karavel; do
  [[ ! -e $root$path ]] || fail "$path stayed"
done
left=$(find "$view/upper" -iname '*karavel*')
[[ -z $left ]] || fail "left behind: $left"
! inside getent passwd karavel >/dev/null || fail "the user stayed"
! inside dpkg -s karavel >/dev/null 2>&1 || fail "dpkg still knows it"
say "purged without a trace"
