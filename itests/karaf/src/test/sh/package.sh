#!/usr/bin/env bash
# package.sh DEB: installs the Debian package into a copy-on-write view of this machine's own file
# system, starts it by its unit's command line as the unit's user with the unit's one capability,
# reaches it through its TAP, bridged and routed to a veth in place of a port, stops it, purges it, and
# looks for what is left. Everything happens in namespaces that end with the script. Needs root.
set -eu -o pipefail
# shellcheck source=view.sh
source "$(dirname "$(readlink -f "$0")")/view.sh" "$1"

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

printf '#!/bin/sh\necho "%s"\n' "$password" >/run/askpass
chmod 700 /run/askpass
login() { # COMMAND: as admin, with the password that the installation showed
  SSH_ASKPASS=/run/askpass SSH_ASKPASS_REQUIRE=force ssh -n -T -F none -p 8101 -o PubkeyAuthentication=no \
    -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR admin@127.0.0.1 "$1"
}
gets_in() { [[ $(login 'echo in' 2>/dev/null) == in* ]]; }
# what is pinged may still be starting
eventually 60 "somebody gets in with the password" gets_in
password=wrong
printf '#!/bin/sh\necho "%s"\n' "$password" >/run/askpass
! gets_in || fail "any password will do"
say "the password lets in, another does not"

# a cable from the port eth1 to the next machine; the command lines are those of the page itself
page=$root/usr/share/doc/karavel/appliance.md
lines_of() { sed -n "/^\*\*$1\*\*/,/^\(\*\*\|## \)/s/^    //p" "$page"; }
follow() { # PART HOW-MANY-LINES
  [[ $(lines_of "$1" | wc -l) == "$2" ]] || fail "the page says something else under $1: $(lines_of "$1")"
  bash -euc "$(lines_of "$1")" >/dev/null || fail "what the page says under $1"
}
configure() { sed -i "s|^#*\($2\) *=.*|\1 = $3|" "$root/etc/karavel/$1.cfg"; }
interface=io.karavel.ip.interface-main0 tap=io.karavel.nic.tap-karavel0
ip netns add next
ip link add eth1 type veth peer name peer netns next
ip -n next link set lo up
ip -n next link set peer up
next() { ip netns exec next "$@"; }

ip -n next addr add 192.0.2.9/24 dev peer
configure $tap hostAddress ''
configure $interface addresses 192.0.2.2/24
configure $interface gateway 192.0.2.9
follow Bridged 5
eventually 60 "the next machine reaches the bridged appliance" next ping -c 1 -W 1 192.0.2.2
next curl -fsS -m 20 http://192.0.2.2/status >/dev/null || fail "no page over the bridge"
! next ip neigh show 192.0.2.2 | grep -qi "$(ip -br link show eth1 | awk '{ print $3 }')" || fail "it is not a host of its own"
say "bridged to the port by the lines of the page: reached, with a MAC address of its own"

ip link del br0
ip link set eth1 up
ip addr add 192.0.2.1/24 dev eth1
configure $tap hostAddress 10.77.0.1/24
configure $interface addresses 10.77.0.2/24
configure $interface gateway 10.77.0.1
eventually 60 "the address of the TAP is back" bash -c "ip -4 addr show dev karavel0 | grep 10.77.0.1"
follow Routed 1
next ip route add 10.77.0.0/24 via 192.0.2.1
eventually 60 "the next machine reaches the routed appliance" next ping -c 1 -W 1 10.77.0.2
next curl -fsS -m 20 http://10.77.0.2/status >/dev/null || fail "no page over the route"
say "routed to the port by the line of the page: reached"

kill -TERM "$java"
status=0
wait "$service" || status=$?
[[ $status == 0 || $status == 143 ]] || fail "it ended with status $status"
! ip link show karavel0 >/dev/null 2>&1 || fail "its TAP stayed"
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
