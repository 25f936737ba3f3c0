/* The inside of a twin, shared by its assembly (twin.c) and its plants (plant.c).
 *
 * Everything steps together on a grid of 10 ms that starts at instant 0. Reading or writing first
 * brings all of it to the last grid point not after `now`; a write acts from there on. So neither
 * the number nor the order of reads moves anything. */
#ifndef TWIN_ASSEMBLY_H
#define TWIN_ASSEMBLY_H

#include "twin/controller.h"
#include "twin/insulation.h"
#include "twin/leads.h"
#include "twin/population.h"
#include "twin/site_direct.h"
#include "twin/supply.h"
#include "twin/twin.h"

enum { TWIN_STEP_us = 10000, TWIN_PINS = 128, TWIN_IO_MAX = 4 };

/* What a controller has measured at a step; two kinds of frame tell of it. */
struct controller_sample {
    uint64_t tick; /* step + 1; 0: none */
    double ip_mA, un_mV, lambda;
};

struct twin_site {
    struct part part;
    struct lsu lsu;
    struct heater heater;
    struct controller controller;
    struct controller_sample sample;
    struct site_direct direct;   /* of elements A, B, C; lsu and controller are then unused */
    unsigned leads;              /* faults of its leads that a box has inserted, bits */
    uint64_t jump_key;           /* noise: state of a loose contact */
    struct supply_channel *rail; /* NULL: fed with what its controller was told; A, B, C: unfed */
};

/* Context of one plant. */
struct twin_port {
    struct twin *twin;
    unsigned index, channel;
};

/* Sensor of a pressure controller: reading = gain * truth + zero. */
struct twin_gauge {
    struct twin *twin;
    uint64_t key;
    double gain, zero_kPa;
    struct gasline_valve *valve;
    const double *kPa;
};

struct twin_io {
    struct twin *twin;
    unsigned valve_pin, ok_inputs;
    uint8_t pins[TWIN_PINS];
};

struct twin {
    struct twin_config config;
    uint64_t tick; /* steps done */
    struct gasline line;
    struct supply supplies[TWIN_SUPPLIES_MAX];
    struct twin_site sites[TWIN_SITES_MAX];
    struct insulation_rig insulation;
    uint64_t flow_keys[TWIN_FLOWS_MAX], room_key, supply_key; /* noise */
    struct twin_gauge gauges[2];                              /* at the elements, at the vent */
    struct twin_port flow_ports[TWIN_FLOWS_MAX], supply_ports[TWIN_SUPPLIES_MAX];
    struct twin_port load_ports[TWIN_SUPPLIES_MAX][SUPPLY_CHANNELS];
    struct twin_port controller_ports[TWIN_SITES_MAX];
    struct twin_io ios[TWIN_IO_MAX];
    unsigned io_count;
};

void twin_run_steps(struct twin *twin, uint64_t until_tick);

static inline void twin_advance(struct twin *twin, struct instant now)
{
    uint64_t goal = now.us > 0 && now.us < INT64_MAX ? (uint64_t)now.us / TWIN_STEP_us : 0;
    if (goal > twin->tick)
        twin_run_steps(twin, goal);
}

/* Reads NaN, takes nothing. */
struct plant plant_dead(struct twin *twin);
/* RC_OK, RC_RANGE or RC_REFUSED, see twin_new. */
MUST_CHECK enum rc twin_config_check(const struct twin_config *config);
/* The source's wires were `before`: an edge for an armed digitizer? */
void site_edge_note(struct twin *twin, struct twin_site *site, const struct direct_wires *before,
                    struct instant now);
/* What an LSU's heater leaves on its Nernst voltage. */
double twin_coupling_mV(const struct twin_site *site);
/* Voltage that feeds a site's heater switch. */
double twin_rail_V(const struct twin_site *site);

#endif
