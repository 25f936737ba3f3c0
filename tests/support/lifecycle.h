/* The net that every driver passes: its simulator over memory, the real link, the virtual clock.
 * Open, identify, poll, set, safe, silence to the microsecond, garbage, late, double, half and
 * dribbled answers, unplug, re-plug, close; then the same on a wire with random faults, 20 seeds.
 */
#ifndef TESTS_SUPPORT_LIFECYCLE_H
#define TESTS_SUPPORT_LIFECYCLE_H

#include "core/log.h"
#include "instruments/link.h"
#include "instruments/registry.h"
#include "instruments/simhost.h"
#include "instruments/transport/fault.h"

enum { LIFECYCLE_SIGNALS = PLANT_SIGNALS, LIFECYCLE_CHANNELS = 16 };

/* One device with its simulator on a port of its own; a CAN adapter beside it where it needs one.
 */
struct lifecycle {
    struct clock clock;
    struct loop *loop;
    struct log log;
    struct simhost *host;
    struct link *link;
    struct device *device, *adapter;
    const struct registry_entry *entry;
    double plant[LIFECYCLE_SIGNALS][LIFECYCLE_CHANNELS];
    struct timer limit;
    const struct fault_rates *rates; /* NULL: a good wire */
    struct transport *wrapper;       /* of the port now open; NULL: a good wire */
    uint64_t seed;
    /* what happened */
    unsigned ups, downs, readings, sets_sent, sets_done;
    enum rc down_rc, set_rc;
    char why[600];
    double readback;
    struct instant down_at, read_at, sent_at, heard_at;
    size_t sent_len;
};

void lifecycle_open(struct lifecycle *life, const struct registry_entry *entry, uint64_t seed,
                    const struct fault_rates *rates);
void lifecycle_close(struct lifecycle *life);
void lifecycle_run(struct lifecycle *life, struct duration duration);
/* Until the counter differs from what it is now, or the time is over: false. */
bool lifecycle_until(struct lifecycle *life, const unsigned *counter, struct duration at_most);

/* All of it. */
void driver_lifecycle(const struct registry_entry *entry);

#endif
