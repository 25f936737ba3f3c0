/* From file names to a checked sequence on a station, with every mistake reported on the way. */
#ifndef BENCH_LOADER_H
#define BENCH_LOADER_H

#include "bench/station.h"
#include "sequences/checker.h"
#include "sequences/parser.h"

struct loaded {
    struct diag diag;
    struct station *station;
    struct source *source;
    struct program *program;
    struct checked *checked; /* NULL: there are errors */
};

/* `station_path` NULL: searched for. Always loader_fini afterwards. RC_CONFIG: see the diag, which
 * is not printed yet. */
MUST_CHECK enum rc loader_load(struct loaded *loaded, const char *sequence_path,
                               const char *station_path);
void loader_fini(struct loaded *loaded);
/* Colours on a terminal unless NO_COLOR is set. */
bool loader_wants_color(FILE *to);

#endif
