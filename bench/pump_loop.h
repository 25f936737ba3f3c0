/* Pump cells that the bench regulates itself: for each site the control law of bench/pump_control
 * on the loop's clock, every 100 ms. It reads the newest values of the rig and drives the site's
 * source-meter, as a voltage source, through the gate like everybody else; one set on its way for
 * each site at a time, off waits for none.
 *
 * While a site's loop is on, its source-meter takes no order of anybody else: a set of its voltage,
 * current, limits or "on" is refused, one sentence says why, and nothing trips. "Off" is never
 * refused: it ends the loop. A loop that has to go off (no reading, heater not at its set point,
 * source that does not answer) is a fault of the bench's knowledge, never of the part: its site is
 * ended by `lost` with a message. */
#ifndef BENCH_PUMP_LOOP_H
#define BENCH_PUMP_LOOP_H

#include "bench/heater.h"
#include "bench/pump_control.h"

struct pumps;

struct pumps_config {
    struct rig *rig;
    struct gate *gate;
    struct log *log;
    const struct heaters *heaters;
    void (*lost)(void *ctx, unsigned site, const char *why);
    /* A source did not confirm that it is off: the bench is not safe by what this program knows. */
    void (*stuck)(void *ctx, const char *why);
    void *ctx;
};

/* *out is NULL where the station regulates no pump cells; all calls below take that. Answers for
 * the gate's channels of instrument `pump` from now on. */
MUST_CHECK enum rc pumps_new(const struct pumps_config *config, struct pumps **out);
void pumps_free(struct pumps *pumps);
MUST_CHECK enum rc pumps_start(struct pumps *pumps);

/* Every loop that is on goes off, and its source with it. */
void pumps_shut(struct pumps *pumps);
/* The same for one site, whose part is done. */
void pumps_shut_site(struct pumps *pumps, unsigned site);
/* Every loop off for good, and silent: what is on its way is not waited for. The caller puts the
 * outputs at rest next (gate_make_safe). */
void pumps_stop(struct pumps *pumps);

enum pump_state pumps_state(const struct pumps *pumps, unsigned site);

#endif
