/* Inside the Bronkhorst simulator: its state and parameters. bronkhorst_propar_sim.c obeys
 * commands, bronkhorst_propar_sim_wire.c takes messages from the wire, binary and text. */
#ifndef INSTRUMENTS_BRONKHORST_PROPAR_BRONKHORST_PROPAR_SIM_H
#define INSTRUMENTS_BRONKHORST_PROPAR_BRONKHORST_PROPAR_SIM_H

#include "instruments/bronkhorst_propar/bronkhorst_propar.h"
#include "instruments/proto/propar.h"

enum { BRONKHORST_WIRE_MAX = 300, BRONKHORST_TEXT_MAX = 32 };

struct bronkhorst_sim {
    struct sim_setup setup;
    const struct propar_unit *unit;
    uint8_t node;
    uint8_t wire[BRONKHORST_WIRE_MAX]; /* what has come of a message */
    size_t len;
    bool ascii;
    uint8_t mode, claimed;     /* claimed: a process number, 0 none */
    double setpoint, capacity; /* in the capacity unit */
    char serial[BRONKHORST_TEXT_MAX], fluid[BRONKHORST_TEXT_MAX], tag[BRONKHORST_TEXT_MAX];
};

/* Standard litres per minute at the station's reference that one of the capacity unit is. */
double bronkhorst_station_slpm(const struct bronkhorst_sim *sim);

/* DATA of a message in, DATA of the answer out; empty: no answer. */
void bronkhorst_run_data(struct bronkhorst_sim *sim, struct span data, struct instant now,
                         struct obuf *answer);

#endif
