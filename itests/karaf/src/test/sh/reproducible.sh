#!/usr/bin/env bash
# reproducible.sh [MAVEN OPTION]...: builds what is committed twice, in two directories, time zones,
# locales and umasks, and compares every jar, the features, the KAR, the bill of materials, the archive of
# the distribution and the Debian package byte by byte. Takes as long as two builds without tests. With
# KEEP=DIRECTORY both stay there.
set -eu -o pipefail
top=$(git -C "$(dirname "$(readlink -f "$0")")" rev-parse --show-toplevel)
commit=$(git -C "$top" rev-parse HEAD)
work=${KEEP:-}
if [[ -z $work ]]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
fi

build() { # NAME TIME-ZONE UMASK LOCALE
  mkdir -p "$work/$1"
  (
    umask "$3"
    git -C "$top" archive "$commit" | tar x --no-same-permissions -C "$work/$1"
    cd "$work/$1"
    TZ=$2 LC_ALL=$4 mvn -B -ntp -q "${options[@]}" -pl karaf-distribution -am package \
      -Dmaven.test.skip=true -Dspotless.check.skip </dev/null
    find bundles/*/target features/target{,/feature} karaf-distribution/target{,/assembly} -maxdepth 1 -type f \
      \( -name '*.jar' -o -name '*.kar' -o -name '*.tar.gz' -o -name '*.deb' -o -name 'feature.xml' \
      -o -name '*.cdx.json' \) -print0 |
      sort -z | xargs -0 sha256sum >"$work/$1.sums"
  )
}

options=("$@")
build one UTC 022 C.UTF-8
build other/deeper Pacific/Auckland 077 C
diff "$work/one.sums" "$work/other/deeper.sums" >"$work/difference" || {
  sed -n 's/^> [0-9a-f]* /reproducible: differs: /p' "$work/difference"
  exit 1
}
echo "reproducible: $(wc -l <"$work/one.sums") files of two builds are equal byte by byte"
