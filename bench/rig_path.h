/* Where the port of an instrument is, and which device that name means. */
#ifndef BENCH_RIG_PATH_H
#define BENCH_RIG_PATH_H

#include <sys/types.h>

#include "bench/rig.h"

enum { RIG_PATH_MAX = 512 };

/* The name that serial_open takes. Not for RIG_TWIN. */
void rig_path_of(const struct rig_config *config, unsigned instrument, char path[RIG_PATH_MAX]);

struct rig_file {
    bool known; /* false: there is none, or it cannot be told */
    dev_t device;
};
/* The terminal behind the name, whatever links lead to it. */
struct rig_file rig_file_of(const struct rig_config *config, unsigned instrument);
bool rig_file_same(const struct rig_file *a, const struct rig_file *b);

#endif
