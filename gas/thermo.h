/* Thermochemistry of the ideal gas species and graphite: NASA-9 polynomials, equilibrium constants.
 *
 *   Cp/R = a1 T^-2 + a2 T^-1 + a3 + a4 T + a5 T^2 + a6 T^3 + a7 T^4      (NASA/TP-2002-211556)
 *   ln K = sum(g/RT) of the reactants - sum(g/RT) of the products         standard pressure 1 bar
 *
 * Temperatures in K, everything else without unit. Nothing is extrapolated: outside the range of
 * the data the answer is RC_RANGE and *out is untouched. */
#ifndef GAS_THERMO_H
#define GAS_THERMO_H

#include "gas/species.h"

/* R, F: CODATA 2018 */
#define GAS_R_J_MOLK 8.314462618
#define GAS_FARADAY_C_MOL 96485.33212
#define GAS_ZERO_DEGC_K 273.15
#define GAS_ATM_KPA 101.325

enum { GAS_THERMO_GRAPHITE = GAS_SPECIES_COUNT };

struct gas_thermo {
    double cp_R, h_RT, s_R, g_RT;
};

/* `what` is an enum gas_species or GAS_THERMO_GRAPHITE; T within 200..6000 K (hydrocarbons, NO2
 * from 300 K; graphite 300..2000 K). */
MUST_CHECK enum rc gas_thermo_at(unsigned what, double T_K, struct gas_thermo *out);

enum gas_reaction {
    GAS_REACTION_CO,         /* CO + 1/2 O2 = CO2            (K1) */
    GAS_REACTION_H2,         /* H2 + 1/2 O2 = H2O            (K2) */
    GAS_REACTION_WATER_GAS,  /* CO + H2O = CO2 + H2 */
    GAS_REACTION_METHANE,    /* CO + 3 H2 = CH4 + H2O        (K3) */
    GAS_REACTION_BOUDOUARD,  /* 2 CO = CO2 + C(gr)           (KB) */
    GAS_REACTION_NO,         /* N2 + O2 = 2 NO */
    GAS_REACTION_CH4_BURNT,  /* CH4 + 2 O2 = CO2 + 2 H2O */
    GAS_REACTION_C3H8_BURNT, /* C3H8 + 5 O2 = 3 CO2 + 4 H2O */
    GAS_REACTION_COUNT
};

/* Exact, 300..2000 K. */
MUST_CHECK enum rc gas_lnk_exact(enum gas_reaction reaction, double T_K, double *out);

/* A + B/T + C ln T + D T, 700..1400 K; within 2e-4 of the exact value for K1, K2 and the water gas
 * reaction, 2e-3 for the others. */
MUST_CHECK enum rc gas_lnk_fit(enum gas_reaction reaction, double T_K, double *out);

/* What the electrode surface needs at one temperature, so that it is computed once per temperature.
 */
struct gas_constants {
    double T_K;
    double lnK1, lnK2; /* CO and H2 burnt */
    double K3, KB;     /* methane, Boudouard; bar */
    double ratio_HC;   /* exp(lnK1 - lnK2): (H2/H2O) / (CO/CO2) */
};

/* 600..2000 K */
MUST_CHECK enum rc gas_constants_exact(double T_K, struct gas_constants *out);
/* 700..1400 K, the fast one (about five times) */
MUST_CHECK enum rc gas_constants_fit(double T_K, struct gas_constants *out);

#endif
