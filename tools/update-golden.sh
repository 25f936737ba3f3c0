#!/bin/sh
# Write the golden files anew from what the program makes now. Read the difference before you commit it, and say
# in the commit why it changed.
set -eu
cd "$(dirname "$0")/.."
UPDATE_GOLDEN=1 build/plain/tests/test_report >/dev/null
git diff --stat -- tests/data
