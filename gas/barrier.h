/* The universal diffusion barrier: the current of one electrode behind one porous barrier, in any
 * gas.
 *
 *   I = f(T,p) { kO2 ln[(1 - xO2,e)/(1 - xO2,b)] - kCO (xCO,b - xCO,e) - kH2 (xH2,b - xH2,e)
 *                - sum kHC xHC,b + kNO xNO,b }    [mA], positive: oxygen pumped out (lean)
 *   xCO,e = (xCO,b + dC xCO2,b)/(1 + dC/rC)   rC = (CO/CO2 at the electrode), dC = D_CO2/D_CO
 *   xH2,e = (xH2,b + dH xH2O,b)/(1 + dH/rH)   rH = (H2/H2O at the electrode), dH = D_H2O/D_H2
 *   f(T,p) = [T^0.75 p/(p + kappa(T))] / [the same at T0, p0]   kappa(T) = kappa (T/T0)^1.25
 *
 * Index e: at the electrode, in equilibrium at pO2,e; b: the gas outside, of any composition. The
 * C and H fluxes are conserved, which eliminates CO2 and H2O. I falls with pO2,e and contains the
 * lean and rich limiting currents and the electrolysis of CO2 and H2O.
 *
 * LSU 4.9: kO2, kCO, kH2 fitted to the 24 points of the published characteristic (residual 4 uA
 * rms, lambda 0.65..10); hydrocarbons and NO from ratios of diffusivities (Fuller), +-15 %. Below
 * lambda 0.65 the result is an extrapolation, +-5..10 %. kappa 0.47 bar as in the Bosch technical
 * customer documentation of the LSU 4.x. All in mA per unit mole fraction. */
#ifndef GAS_BARRIER_H
#define GAS_BARRIER_H

#include "gas/thermo.h"

struct gas_barrier {
    double kO2_mA, kCO_mA, kH2_mA, kCH4_mA, kC2H4_mA, kC3H6_mA, kC3H8_mA, kNH3_mA, kNO_mA;
    double dC, dH;
    double kappa_bar; /* at T0: molecular and Knudsen resistances are equal at this pressure */
    double T0_K, p0_kPa;
};

/* Each at the temperature at which its sensor is regulated: 780 degC, the LSU 4.2 750 degC. */
extern const struct gas_barrier gas_barrier_lsu49, gas_barrier_lsu42, gas_barrier_lsu_adv;

/* The LSU 4.9 ratios scaled to another kO2 (same pores, other geometry). RC_RANGE outside
 * 0.01..1000 mA. */
MUST_CHECK enum rc gas_barrier_from_kO2(double kO2_mA, struct gas_barrier *out);

/* f(T,p); 1 at T0, p0. */
double gas_barrier_factor(const struct gas_barrier *barrier, double T_K, double p_kPa);

/* Once per temperature and pressure. RC_RANGE outside 700..1400 K, 1..1000 kPa. */
struct gas_barrier_at {
    double f, p_bar, T_K, rC_scale, rH_scale;
};
MUST_CHECK enum rc gas_barrier_prepare(const struct gas_barrier *barrier, double T_K, double p_kPa,
                                       struct gas_barrier_at *out);

/* Once per electrode oxygen pressure: one exponential. */
struct gas_barrier_point {
    double f;
    double ln_1_xO2; /* ln(1 - xO2,e) */
    double rC, rH;   /* CO/CO2 and H2/H2O at the electrode */
    double wC, wH;   /* 1/(1 + dC/rC), 1/(1 + dH/rH) */
};
/* ln pO2,e in bar; above 0.999 p it is held there. NaN stays NaN. */
void gas_barrier_point_at(const struct gas_barrier *barrier, const struct gas_barrier_at *at,
                          double ln_pO2e_bar, struct gas_barrier_point *out);

/* The hot path: one logarithm, no exponential. */
double gas_barrier_current_mA(const struct gas_barrier *barrier,
                              const struct gas_barrier_point *point, const struct gas_mix *bulk);

/* All at once: current at electrode voltage `cell_mV` against an air reference at p (0.45 V is the
 * regulated set point). Checks the mixture. */
MUST_CHECK enum rc gas_barrier_ip_mA(const struct gas_barrier *barrier, const struct gas_mix *bulk,
                                     const struct gas_barrier_at *at, double cell_mV,
                                     double *ip_mA);

#endif
