#!/bin/sh
# No writable file-scope variable in any object of the library: everything hangs off a struct.
set -eu
found=$(objdump -t "$1" | awk '/^[^ ]+\.o:/ { file = $1 } / O / && $4 ~ /^\.(data|bss)$/ && $NF !~ /^(__odr_asan|\.L)/ { print file, $NF }')
[ -z "$found" ] || { echo "$found"; echo "^ writable file-scope variables"; exit 1; }
echo "globals: ok"
