/* Alicat MC-series mass flow controllers and PC-series pressure controllers, firmware 9v and later:
 * ASCII lines that end in CR, 19200 8N1.
 *
 *   A\r               A +014.62 +021.89 +000.00 +000.00 +078.95     N2 LCK\r    poll unit A
 *                     | psia    degC    volume  mass    set     gas  status words
 *   H\r               H +014.62 +014.70 LCK\r            pressure controller H: psia, set point
 *   AVE\r             A   10v20.0-R24 Jan  9 2025,15:04:07\r                    firmware
 *   A??M*\r           A  M04 Model Number MC-20SLPM-D\r ... ten lines           who are you
 *   AFPF 5\r          A +20.000 7 SLPM\r                 full scale of mass flow
 *   HFPF 2\r          H +45.00 10 PSIA\r                 full scale of pressure
 *   ALSS\r  ALV\r     A S\r   A 37\r                     set-point source, loop: 37 flow,
 *                                                       34 pressure
 *   ALS 1.5000\r      A +1.500 +1.500 7 SLPM\r           requested, current set point
 *   any               ?\r                                refused (carries no unit letter)
 *
 * Source: Alicat Scientific, "Serial primer" (DOC-ALIREFERENCE-SERIAL). Quirks: NOTES.md.
 *
 * Setup: `address` is the unit letter. Flow: `reference_ratio` must be given (0.5..2): a flow
 * without reference conditions is refused with RC_CONFIG; `full_scale` is in slpm. Pressure:
 * `full_scale` is in kPa absolute. A frame does not name its unit of flow or pressure, so each unit
 * is a driver of its own, and identification proves it.
 *
 * A pressure controller is used as a back-pressure valve behind the gas path: at a set point of 0,
 * its state of rest, the valve is fully open. */
#ifndef INSTRUMENTS_ALICAT_MC_H
#define INSTRUMENTS_ALICAT_MC_H

#include "instruments/driver.h"
#include "instruments/sim.h"

extern const struct driver alicat_mc_driver;      /* "alicat": flow in SLPM */
extern const struct driver alicat_mc_sccm_driver; /* "alicat_sccm": flow in SCCM */
extern const struct driver alicat_pc_driver;      /* "alicat_pc": absolute pressure in PSIA */

extern const struct sim_driver alicat_mc_sim;      /* firmware 10v20 */
extern const struct sim_driver alicat_mc_sccm_sim; /* the same, SCCM */
extern const struct sim_driver alicat_pc_sim;      /* the same, pressure */
extern const struct sim_driver alicat_mc_8v_sim;   /* 8v28: no set-point query */
extern const struct sim_driver alicat_mc_5v_sim;   /* 5v12: "AL..." locks the panel */

/* The row of constants behind driver.model. */
struct alicat_unit {
    const char *name;   /* as the device writes it */
    int64_t code;       /* its number for it */
    double slpm;        /* flow: one of it, in standard litres per minute of the device; else 0 */
    double kPa;         /* pressure: one of it; else 0 */
    unsigned decimals;  /* of a set point */
    int64_t loop;       /* number of the statistic that its valve regulates */
    unsigned setpoint;  /* the one signal of the capability that can be set */
    double most;        /* set point where the station names no full scale */
    const char *scaled; /* command that tells the full scale */
};

#endif
