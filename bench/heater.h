/* Heaters that the bench regulates itself: for each site the control law of bench/heater_control on
 * the loop's clock, every 100 ms. It reads the newest values of the rig and drives the supply
 * through the gate like everybody else, one set on its way for each site at a time.
 *
 * A heater that has to go off (no reading, too hot, not heated in time, too much energy) is a fault
 * of the bench's knowledge, never of the part: its site is ended by `lost` with a message, the
 * state channel says 4, and the heater stays off until it is switched off and on again. */
#ifndef BENCH_HEATER_H
#define BENCH_HEATER_H

#include "bench/heater_control.h"
#include "bench/safety/gate.h"

struct heaters;

struct heaters_config {
    struct rig *rig;
    struct gate *gate;
    struct log *log;
    void (*lost)(void *ctx, unsigned site, const char *why);
    /* An output did not confirm 0 V: the bench is not safe by what this program knows. */
    void (*stuck)(void *ctx, const char *why);
    void *ctx;
};

/* *out is NULL where the station regulates no heaters; all calls below take that. Answers for the
 * gate's channels of instrument `heater` from now on. */
MUST_CHECK enum rc heaters_new(const struct heaters_config *config, struct heaters **out);
void heaters_free(struct heaters *heaters);
MUST_CHECK enum rc heaters_start(struct heaters *heaters);

/* Every regulator off, then 0 V to every supply channel. A heater may be switched on again. */
void heaters_shut(struct heaters *heaters);
/* The same for one site, whose part is done. */
void heaters_shut_site(struct heaters *heaters, unsigned site);
/* Every regulator off for good, and silent: what is on its way is not waited for. The caller puts
 * the outputs at rest next (gate_make_safe). */
void heaters_stop(struct heaters *heaters);

/* It regulates and has reached its target: the element is at its temperature. */
bool heaters_at_target(const struct heaters *heaters, unsigned site);
enum heater_state heaters_state(const struct heaters *heaters, unsigned site);

#endif
