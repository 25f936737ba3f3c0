#!/bin/sh
# Fail on an #include that points up or sideways in the layer diagram of docs/architecture.md, and on a
# library header outside the one file or folder that owns it.
set -eu
includes=$(grep -rn --include='*.[ch]' '^#include' core gas analysis instruments twin sequences db reports bench)

# One rule a line: folder or file pattern, then what it may include besides itself. First match wins.
awk_rules='
function rule(from, to) { n++; rules[n] = from; allow[n] = " " to " " }
function owner(header, files) { m++; headers[m] = header; owners[m] = files }
BEGIN {
    rule("core/",                     "")
    rule("gas/",                      "core/")
    rule("analysis/",                 "core/")
    pure = "core/bytes.h core/num.h core/rc.h core/units.h"
    rule("instruments/proto/",        pure)
    rule("instruments/transport/",    "core/ instruments/driver.h")
    rule("instruments/capability/",   pure)
    rule("instruments/[^/]+/",        pure " instruments/proto/ instruments/capability/ instruments/driver.h instruments/sim.h")
    rule("instruments/registry.c",    "core/ instruments/")
    rule("instruments/",              "core/ gas/ instruments/transport/ instruments/proto/ instruments/capability/")
    rule("twin/",                     "core/ gas/ instruments/driver.h instruments/sim.h instruments/capability/")
    rule("sequences/",                "core/ gas/ analysis/")
    rule("db/",                       "core/")
    rule("reports/",                  "core/ analysis/ db/")
    rule("bench/guard/",              "core/")
    rule("bench/",                    "core/ gas/ analysis/ instruments/ twin/ sequences/ db/ reports/")
    plain = "^(assert|ctype|float|inttypes|limits|math|stdbool|stddef|stdint|string|strings)[.]h$"
    owner("libserialport", "instruments/transport/serial.c")
    owner("libusb",        "instruments/transport/usb.c")
    owner("csv.h",         "core/csv.c")
    owner("sodium",        "core/hash.c")
    owner("zlib",          "core/hash.c")
    owner("sqlite3",       "db/")
    owner("libpq",         "db/fleet")
    owner("gsl/",          "analysis/")
    owner("cairo",         "reports/plot")
    owner("microhttpd",    "bench/page/")
    owner("jansson",       "core/json.c")
}
{
    split($0, part, ":"); file = part[1]
    line = $0; sub(/^[^:]*:[^:]*:/, "", line)
    if (match(line, /"[^"]+"/)) {
        to = substr(line, RSTART + 1, RLENGTH - 2)
        for (i = 1; i <= n && file !~ ("^" rules[i]); i++) ;
        dir = file; sub(/[^\/]*$/, "", dir)
        own = rules[i]; if (own ~ /\[/) own = dir
        good = index(to, own) == 1 || (own !~ /\/$/ && index(to, dir) == 1)
        if (file ~ /^instruments\/[^\/]+$/ && to ~ /^instruments\/[^\/]+$/) good = 1
        count = split(allow[i], may, " ")
        for (k = 1; k <= count; k++) if (index(to, may[k]) == 1) good = 1
        if (!good) { print file ": may not include \"" to "\""; bad = 1 }
    } else if (match(line, /<[^>]+>/)) {
        to = substr(line, RSTART + 1, RLENGTH - 2)
        if (file ~ /^instruments\/[^\/]+\// && file !~ /^instruments\/transport\// && to !~ plain) { print file ": a driver is pure: may not include <" to ">"; bad = 1 }
        for (k = 1; k <= m; k++)
            if (index(to, headers[k]) == 1 && index(file, owners[k]) != 1) { print file ": may not include <" to ">: its owner is " owners[k]; bad = 1 }
    }
}
END { exit bad }'
echo "$includes" | awk "$awk_rules" && echo "layers: ok"
