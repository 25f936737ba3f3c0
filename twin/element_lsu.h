/* A wide-band dual-cell element of the LSU class, as its controller sees it.
 *
 *   I   = the barrier function of gas/barrier.h with pO2e from U_N = 450 mV
 *   U_N = (RT/4F) ln(p_ref/pO2e) + R_N I_ref + R_c I,   R_N = Rs + exp(a + b/T)
 *
 * The controller holds U_N at 450 mV with I; the limiting current follows the gas with the lag
 * of the barrier, and what the loop has not pumped yet stays in the cavity and moves U_N. Positive:
 * oxygen is pumped out of the cavity (lean gas). The current through the pump cell, of which
 * the controller sees a share, stays within the published -9..+6 mA.
 *
 * R_c = R_p R_Na/(R_Na + R_OR) is there where the barrier layer between the cells is missing
 * (R_OR; R_Na the activated part of R_N, R_p 75 ohm at T0, 15 ohm of it flat). The controller sees
 * it in U_N: the EMF it holds is 450 mV - R_N I_ref - R_c I, and a loop of proportional gain K is
 * slower by 1 + K R_c, K 50 mA/V as published for the rusEFI wideband firmware.
 *
 * Sources: R_N fitted to the table in the rusEFI wideband firmware; heater from the Bosch
 * Motorsport data sheets. The lag of the barrier, the cavity (0.1 mm3) and the pumped reference (47
 * % O2 at 20 uA) are assumptions. LSU 4.2: the CO and H2 conductances are scaled to its published
 * rich points. */
#ifndef TWIN_ELEMENT_LSU_H
#define TWIN_ELEMENT_LSU_H

#include "gas/barrier.h"
#include "twin/gasline.h"
#include "twin/heater.h"

/* The design: constants of a type of sensor. */
struct lsu_kind {
    const char *name;
    const struct gas_barrier *barrier;
    double rich; /* factor on its CO and H2 conductances */
    double reference_x, reference_uA;
    double rs_ohm, ri_a, ri_b_K; /* R_N(T) */
    double target_ohm, heater_V; /* operating point and nominal heater voltage */
    struct heater_kind heater;
    double raw_air_mA, finished_air_mA; /* bare element, sensor with its trim resistor */
};
extern const struct lsu_kind lsu_kind_49, lsu_kind_42;

/* The part: what differs from piece to piece. */
struct lsu_part {
    double barrier; /* factor on all three conductances, trim resistor included */
    double raw;     /* the same of the bare element */
    double share;   /* of the current through the pump cell that the controller sees; 0: all */
    double kappa;   /* factor on the barrier's kappa */
    double tau_s;   /* of the barrier */
    double rn;      /* factor on R_N */
    /* of defects, 0 in a good part */
    double or_ohm;      /* R_OR at 780 degC; 0: the barrier layer is sound */
    double lead_ohm;    /* in series with R_N */
    double side_K;      /* pump cell hotter than Nernst cell */
    double rich_loss;   /* share of CO and H2 that leaves unburnt */
    double loop_slower; /* the loop's time constant, in addition to 1 */
    bool reversed;      /* pump leads: the loop runs into its stop */
};

struct lsu {
    const struct lsu_kind *kind;
    struct lsu_part part;
    double lag_keep, loop_keep; /* per step */
    struct gas_barrier barrier; /* of this part */
    double cell_per_mA;         /* current through the pump cell per mA at the controller */
    double ri_ohm, rc_ohm;      /* R_c follows T as far as the slopes below are computed anew */
    /* at this temperature and pressure, and the slopes from there */
    double T_K, pressure_kPa, nernst_mV, ri_base_ohm, ri_slope, f_slope, u_set, ln_reference;
    struct gas_barrier_at at;
    struct gas_barrier_point point;
    /* in this gas as well */
    unsigned gas_serial;
    double limit_base_mA;
    double limit_mA; /* steady limiting current at the set-point */
    double total_C, total_H, u_zero, y_set, lean_mA, rich_mA, lean_keep, rich_keep;
    /* state */
    double lag_mA, ip_mA;
    double hold_mA; /* the current whose R_c I the loop has already taken out of U_N */
    double y;       /* oxygen left in the cavity, mole fraction; negative: missing */
    bool regulated, quiet;
};

void lsu_init(struct lsu *lsu, const struct lsu_kind *kind, const struct lsu_part *part,
              const struct gas_view *gas, double T_K);
void lsu_step(struct lsu *lsu, const struct gas_view *gas, double T_K, bool regulated);
/* The steady current at the set-point in this gas at this temperature. */
double lsu_limit_mA(struct lsu *lsu, const struct gas_view *gas, double T_K);
/* At the controller's input: held, drifting with the gas, or pulled to 450 mV by a cold cell. */
double lsu_un_mV(const struct lsu *lsu);
double lsu_ri_ohm(const struct lsu_kind *kind, double T_K); /* nominal part */
double lsu_ri_degC(const struct lsu_kind *kind,
                   double ri_ohm); /* the inverse; ri > Rs (else 2000) */

#endif
