/* The options that make a twin, shared by run and twin serve: seed, defect, nominal. */
#ifndef BENCH_TWIN_OPTIONS_H
#define BENCH_TWIN_OPTIONS_H

#include "bench/options.h"
#include "bench/station.h"

/* False: a message was printed. `*seed` is the default and becomes what was given. */
bool twin_from_options(const struct args *args, const struct station *station, long long *seed,
                       struct twin **out);

#endif
