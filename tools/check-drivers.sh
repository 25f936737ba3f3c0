#!/bin/sh
# A driver is pure: it encodes and decodes, and does nothing else. The compiled driver knows best what it calls,
# so the check reads objects: what each object below instruments/<driver>/, proto/ and capability/ takes from
# elsewhere is on the list here, or is a symbol of core/num, core/bytes, core/units, core/rc, proto/, capability/,
# or of its own folder. Simulators stand under the same rule.
#   tools/check-drivers.sh BUILD [OBJECTS]      OBJECTS: a second tree with objects to check against BUILD
set -eu
build=$1
tree=${2:-$1}
# Text and memory, and what the compiler itself puts in.
allowed='memchr memcmp memcpy memmove memset strcasecmp strchr strcmp strcspn strlen strncasecmp strncmp
strnlen strrchr strspn strstr vsnprintf __stack_chk_fail _GLOBAL_OFFSET_TABLE_ __assert_fail'
# Numbers.
allowed="$allowed acos asin atan atan2 cbrt ceil copysign cos cosh exp exp10 exp2 expm1 fabs floor fmod frexp hypot ldexp llrint
llround log log10 log1p log2 lrint lround modf nearbyint pow rint round scalbn sin
sincos sinh sqrt tan tanh trunc"
defined() { nm -g --defined-only "$@" 2>/dev/null | awk 'NF == 3 { print $3 }'; }
shared=$(defined "$build"/core/num.o "$build"/core/bytes.o "$build"/core/units.o "$build"/core/rc.o \
    "$build"/instruments/proto/*.o "$build"/instruments/capability/*.o)
[ -n "$shared" ] || { echo "check-drivers: no objects in $build: build first"; exit 1; }
status=0
for folder in "$tree"/instruments/*/; do
    case $folder in */transport/) continue ;; esac
    ls "$folder"*.o >/dev/null 2>&1 || continue
    own=$(defined "$folder"*.o)
    for object in "$folder"*.o; do
        strange=$(nm -u "$object" | awk '{ print $NF }' |
            grep -vxF -e "$(printf '%s\n' $allowed $shared $own)" || true)
        [ -z "$strange" ] || { status=1; echo "${object#"$tree"/}: a driver is pure, it may not use:" $strange; }
    done
done
[ $status = 0 ] && echo "drivers: ok"
exit $status
