/* Bronkhorst EL-FLOW class mass flow controllers: ProPar, enhanced binary, 38400 8N1, addressed.
 *
 *   10 02 | SEQ NODE LEN | DATA | 10 03        each 10 inside twice; SEQ and NODE come back
 *
 *   read    04 21 40 21 40                     -> 02 21 40 <float>              fmeasure (33/0)
 *   poll    04 a1 c0 21 40 c3 21 43 ...        -> 02 a1 c0 <float> c3 <float> ...  one chained
 * read: fmeasure, fsetpoint, temperature, pressure, control mode, capacity unit, fluid set     01
 * 21 43 <float>                   -> 00 status position            fsetpoint (33/3) safe    01 01
 * 21 00 00                     -> 00 status position            set point 0 %
 *
 * Source: Bronkhorst manual 9.17.027 "RS232 interface with FLOW-BUS protocol" and the vendor's own
 * client bronkhorst-propar. Quirks: NOTES.md.
 *
 * Setup: `node` 1..128 (0: the instrument on this port, 0x80); `reference_ratio` must be given
 * (0.5..2), or a flow is refused with RC_CONFIG. Each capacity unit is a driver of its own; every
 * poll proves unit, fluid and control mode again, because a fluid set changes them. */
#ifndef INSTRUMENTS_BRONKHORST_PROPAR_BRONKHORST_PROPAR_H
#define INSTRUMENTS_BRONKHORST_PROPAR_BRONKHORST_PROPAR_H

#include "instruments/driver.h"
#include "instruments/sim.h"

extern const struct driver bronkhorst_propar_driver;     /* "bronkhorst": ln/min (0 degC) */
extern const struct driver bronkhorst_propar_mln_driver; /* "bronkhorst_mln": mln/min */
extern const struct driver bronkhorst_propar_ls_driver;  /* "bronkhorst_ls": ls/min (20 degC) */
extern const struct driver bronkhorst_propar_mls_driver; /* "bronkhorst_mls": mls/min */
/* "bronkhorst_water": the liquid controller (LIQUI-FLOW, mini CORI-FLOW) in front of an evaporator
 * (CEM), water in g/h. Its flow is that of the vapour at 0 degC, so `reference_ratio` is of 0 degC;
 * `expect_gas` is the liquid that it is set to ("H2O"). */
extern const struct driver bronkhorst_propar_water_driver;

extern const struct sim_driver bronkhorst_propar_sim;
extern const struct sim_driver bronkhorst_propar_mln_sim;
extern const struct sim_driver bronkhorst_propar_ls_sim;
extern const struct sim_driver bronkhorst_propar_mls_sim;
extern const struct sim_driver bronkhorst_propar_water_sim;

/* The row of constants behind driver.model. */
struct propar_unit {
    const char *name; /* capacity unit as the device writes it */
    double slpm;      /* one of it, in standard litres per minute of the device */
};

enum { BRONKHORST_THIS_PORT = 0x80 };

#endif
