#!/bin/sh
# Install the Debian packages that the build and the tests need and that are missing; nothing else.
# Quiet and instant when all is there. As root or by sudo; else it prints the command to run.
set -eu
packages="gcc make pkg-config libserialport-dev libcsv-dev libsqlite3-dev libsodium-dev zlib1g-dev
 libgsl-dev libcairo2-dev libcmocka-dev python3 sqlite3"
[ $# -eq 0 ] || packages="$packages $*"
missing=
for package in $packages; do
    case $package in
    gcc | make) command -v "$package" >/dev/null 2>&1 && continue ;;
    python3 | sqlite3) command -v "$package" >/dev/null 2>&1 && continue ;;
    esac
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
install="apt-get install -y --no-install-recommends$missing"
echo "installing:$missing"
if [ "$(id -u)" = 0 ]; then
    sudo=
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    sudo=sudo
else
    echo "these Debian packages are missing; as root, run:" >&2
    echo "    apt-get update && $install" >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086
$sudo apt-get update -qq
# shellcheck disable=SC2086
$sudo $install >/dev/null
