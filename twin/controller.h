/* The lambda controller of a site: heater by duty of its supply, status, what it measures.
 *
 *   off -> preheat 2 V, 5 s -> ramp 8.5 V + 0.4 V/s, at most 12 V -> closed loop (PI on R_N)
 *   closed loop from 30 K below the target on; its pump runs only then
 *   faults, heater off until it is disabled: did not heat (60 s), over- or underheat (100 K for 0.5
 * s)
 *
 * Status codes, 50 ms heater period, limits and duty = (V/V_supply)^2 follow the rusEFI wideband
 * firmware; start of the ramp as in Bosch Y 258 E00 015e. Noise: Ip 1 uA, U_N 0.2 mV, R_N 0.3 %
 * before a 5 Hz filter (assumptions). */
#ifndef TWIN_CONTROLLER_H
#define TWIN_CONTROLLER_H

#include "twin/element_lsu.h"

enum controller_status {
    CONTROLLER_PREHEAT,
    CONTROLLER_WARMUP,
    CONTROLLER_CLOSED_LOOP,
    CONTROLLER_DID_NOT_HEAT,
    CONTROLLER_OVERHEAT,
    CONTROLLER_UNDERHEAT,
};

struct controller {
    const struct lsu_kind *kind;
    uint64_t ip_key, un_key, ri_key;        /* noise */
    double noise;                           /* 1, or 0 without */
    double closed_ohm, over_ohm, under_ohm; /* thresholds of R_N */
    bool enabled;
    double supply_V; /* as announced */
    enum controller_status status;
    unsigned steps, astray; /* in this state; outside the fault band */
    double integral_V, heater_V, duty, ri_ohm;
};

void controller_init(struct controller *controller, const struct lsu_kind *kind, uint64_t seed,
                     unsigned site);
/* Disabling clears a fault. Below 7 V the heater stays off. */
void controller_enable(struct controller *controller, bool on);
void controller_announce(struct controller *controller, double supply_V);
/* One step of the grid: `ri_ohm` is the true resistance. */
void controller_step(struct controller *controller, double ri_ohm, uint64_t tick);
bool controller_regulates(const struct controller *controller);

/* What it reports. */
double controller_ip_mA(const struct controller *controller, double ip_mA, uint64_t tick);
double controller_un_mV(const struct controller *controller, double un_mV, uint64_t tick);
/* From its built-in characteristic (the published one); 0 unless the loop holds U_N. */
double controller_lambda(const struct controller *controller, double ip_mA, double un_mV);

#endif
