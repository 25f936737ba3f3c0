/* What the bench means by "flow controller", "load", "supply" ...: for each a struct of readings
 * and a table that names its signals. The names are those of the station's channel table; units are
 * of docs/quantities.md. No make, no protocol, no port is known here. */
#ifndef INSTRUMENTS_CAPABILITY_CAPABILITY_H
#define INSTRUMENTS_CAPABILITY_CAPABILITY_H

#include <stdbool.h>
#include <stddef.h>

enum { SIGNAL_WRITE_ONLY = -1 };

struct signal {
    const char *name; /* as in the channel table: "flow", "u", "ip" */
    const char *unit; /* of core/units; "" for a number, "onoff" for 0 and 1 */
    int at;           /* offsetof a double in the reading (of channel 0), or SIGNAL_WRITE_ONLY */
    bool writable;
    double safe; /* writable: the value that puts the output at rest */
};

struct capability {
    const char *name;
    const struct signal *signals;
    size_t signal_count;
    size_t reading_size;   /* of the whole reading, all channels */
    size_t channel_stride; /* bytes from one channel's doubles to the next; 0: one channel */
};

/* -1: no signal of that name. */
int capability_signal(const struct capability *capability, const char *name, size_t len);

#endif
