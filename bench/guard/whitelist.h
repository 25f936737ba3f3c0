/* What lambdaguard is willing to write: rest, and nothing else. */
#ifndef BENCH_GUARD_WHITELIST_H
#define BENCH_GUARD_WHITELIST_H

#include <stdbool.h>
#include <stddef.h>

/* True if the frame is one of the known forms that put an output at rest. */
bool whitelist_permits(const char *frame, size_t len);

#endif
