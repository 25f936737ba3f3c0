#!/bin/sh
# Kill the controller at random moments of real-time runs over PTYs; prints the reaction times.
#   tools/kill9.sh KILLS [SEED]
set -eu
cd "$(dirname "$0")/.."
exec python3 tools/kill9.py "${1:-200}" "${2:-$(date +%s)}"
