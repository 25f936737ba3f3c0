/* The physical twin of a bench: gas lines, supplies, load, valve, and on each site an element with
 * its heater and its lambda controller. Simulators reach it through plants; a C program can drive
 * it too.
 *
 * Everything follows from one seed. Time only runs forward: reading or writing at `now` first
 * brings all of it up to `now`, on a grid of 10 ms that starts at 0. A write acts from the last
 * grid point on, measurement noise belongs to its grid point, and the number and order of reads
 * change nothing. Standard litre: 0 degC, 101.325 kPa. Models, parameters and how well each is
 * known: docs/physics.md. */
#ifndef TWIN_TWIN_H
#define TWIN_TWIN_H

#include "core/clock.h"
#include "gas/species.h"
#include "instruments/sim.h"

enum { TWIN_SITES_MAX = 64, TWIN_FLOWS_MAX = 16, TWIN_DEFECTS_MAX = 64, TWIN_SUPPLIES_MAX = 8 };

enum twin_element_kind { TWIN_ELEMENT_LSU49, TWIN_ELEMENT_LSU42 };

/* One flow controller and the cylinder behind it. */
struct twin_flow {
    struct gas_mix cylinder;
    double full_scale_slpm;
    unsigned stream; /* 0: stream a, 1: stream b (to the vent until the valve selects it) */
};

struct twin_defect {
    unsigned site;   /* from 1, as operators count */
    int id;          /* 11 is D11 */
    double severity; /* 0..1 */
};

struct twin_config {
    unsigned sites;
    uint64_t seed;
    enum twin_element_kind element;
    struct twin_flow flows[TWIN_FLOWS_MAX];
    unsigned flow_count;
    double manifold_mL; /* dead volume from the controllers to the valve */
    double cell_mL;     /* from the valve to an element */
    double ambient_degC, ambient_kPa;
    bool spread; /* part-to-part spread; false: all parts nominal */
    bool noise;  /* measurement noise */
    struct twin_defect defects[TWIN_DEFECTS_MAX];
    unsigned defect_count;
};

struct twin;

void twin_config_default(struct twin_config *config); /* one site, spread and noise on, seed 1 */

/* Parse "3=D12:0.4" into *out. RC_CONFIG: not of that form, unknown defect, severity outside 0..1.
 */
MUST_CHECK enum rc twin_parse_defect(struct span text, unsigned sites, struct twin_defect *out);
/* "barrier clogged" for 12; NULL if the twin cannot inject it. */
const char *twin_defect_text(int id);

/* RC_RANGE: the configuration is out of its ranges; RC_NOSPACE: out of memory. */
MUST_CHECK enum rc twin_new(const struct twin_config *config, struct twin **out);
void twin_free(struct twin *twin);

/* Plants for the simulators; valid as long as the twin. Indices are checked by assertion.
 * Flow controller i of the configuration. */
struct plant twin_plant_flow(struct twin *twin, unsigned flow);
/* Supply s: `site_of[c]` is the site (from 1) that its channel c feeds, 0: none (aux rail). */
struct plant twin_plant_supply(struct twin *twin, unsigned supply, const unsigned site_of[4]);
/* A load on channel `channel` of supply `supply`. */
struct plant twin_plant_load(struct twin *twin, unsigned supply, unsigned channel);
/* The lambda controller of a site (from 1). PLANT_HEATER_ENABLE channel 0: off/on (off clears its
 * faults), channel 1: the supply voltage it is told. A site on no supply channel is fed with that.
 */
struct plant twin_plant_controller(struct twin *twin, unsigned site);
/* Digital I/O: output pin `valve_pin` switches the three-way valve (1: stream b); the input pins in
 * `ok_inputs` (bit mask) read 1, as proven interlocks do. */
struct plant twin_plant_io(struct twin *twin, unsigned valve_pin, unsigned ok_inputs);

/* The part that sits in a site: "LSU49-00412233", from the seed. Writes a NUL. */
void twin_serial(const struct twin *twin, unsigned site, char out[32]);

/* Truth, for tests and invariants. */
struct twin_truth {
    struct gas_mix gas; /* at the element */
    /* heater_V, heater_A: effective values, their product is the power */
    double element_degC, housing_degC, ip_mA, un_mV, ri_ohm, heater_V, heater_A, lambda_f;
    double trimmed_kO2_mA; /* of this part */
};
void twin_truth(struct twin *twin, unsigned site, struct instant now, struct twin_truth *out);
/* Sum of true flows of all fuel and oxygen carriers, slpm; heater power of all sites, W. */
double twin_reactive_flow_slpm(struct twin *twin, struct instant now);
double twin_heater_power_W(struct twin *twin, struct instant now);

#endif
