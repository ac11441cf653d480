# shellcheck shell=bash
# view.sh: sourced by scripts that install the Debian package for real, as "view.sh DEB [UNSHARE OPTION]...":
# a copy-on-write view of this machine's own file system in $root, in namespaces that end with the
# script. Needs root.
deb=$(readlink -f "$1")
if [[ -z ${INSIDE:-} ]]; then
  export INSIDE=1
  # to a first process of its own, signals that it does not expect are nothing
  exec timeout --signal=KILL 420 unshare --mount --net --pid --mount-proc --fork --kill-child "${@:2}" "$0" "$deb"
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
ip link set lo up
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
