#!/usr/bin/env bash
# reproducible.sh [MAVEN OPTION]...: builds what is committed twice, in two directories, time zones,
# locales and umasks, and compares every jar, the KAR, the archive of the distribution and the Debian
# package byte by byte. Takes as long as two builds without tests.
set -eu -o pipefail
top=$(git -C "$(dirname "$(readlink -f "$0")")" rev-parse --show-toplevel)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

build() { # NAME TIME-ZONE UMASK LOCALE
  mkdir -p "$work/$1"
  git -C "$top" archive HEAD | tar x -C "$work/$1"
  (
    umask "$3"
    cd "$work/$1"
    TZ=$2 LC_ALL=$4 mvn -B -ntp -q "${options[@]}" -pl karaf-distribution -am package \
      -Dmaven.test.skip=true -Dspotless.check.skip </dev/null
    find bundles/*/target features/target karaf-distribution/target -maxdepth 1 -type f \
      \( -name '*.jar' -o -name '*.kar' -o -name '*.tar.gz' -o -name '*.deb' \) -print0 |
      sort -z | xargs -0 sha256sum >"$work/$1.sums"
  )
}

options=("$@")
build one UTC 022 C.UTF-8
build other/deeper Pacific/Auckland 077 C
diff "$work/one.sums" "$work/other/deeper.sums" || {
  echo "reproducible: the builds differ"
  exit 1
}
echo "reproducible: $(wc -l <"$work/one.sums") files of two builds are equal byte by byte"
