/* Equilibrium gas at a catalytic electrode, and its voltage against a reference.
 *
 * From the atoms C, H, O and the inert rest: a bracketed root of ln pO2 (core/root.h) with K1, K2
 * (gas/thermo.h); species O2 N2 Ar CO CO2 H2 H2O and, on request, CH4. NO, NO2 and NH3 count as N2
 * and their O and H. By default methane is frozen out of the products, as on Pt/YSZ; graphite never
 * forms, but its activity is reported.
 *
 *   EMF = RT/4F ln(pO2_ref / pO2)      positive in rich gas: the reference is the positive
 * electrode
 *
 * Within |lambda - 1| < 0.001 the value is correct arithmetic but not a truth about gases. */
#ifndef GAS_EQUILIBRIUM_H
#define GAS_EQUILIBRIUM_H

#include "gas/thermo.h"

struct gas_surface {
    double p_kPa; /* 1..1000 */
    bool methane; /* let CH4 form (default: no) */
};

struct gas_equilibrium {
    double ln_pO2_bar;
    struct gas_mix x;
    double carbon_activity; /* against graphite */
    bool soot;              /* carbon_activity > 1: soot is stable, the gas is metastable */
};

/* `k` from gas_constants_exact or _fit. RC_RANGE: bad mixture or pressure, or pO2 is not defined by
 * this gas: fewer than 1e-9 oxygen atoms per molecule above what CO needs (dry N2, CO/N2, H2/N2).
 */
MUST_CHECK enum rc gas_equilibrium_solve(const struct gas_mix *gas, const struct gas_constants *k,
                                         const struct gas_surface *surface,
                                         struct gas_equilibrium *out, struct gas_fault *fault);

/* Nernst voltage of ln pO2 [bar] against ln pO2_ref [bar]. */
double gas_nernst_mV(double T_K, double ln_pO2_bar, double ln_pO2_ref_bar);
/* ln pO2 [bar] of air (20.95 %) at p; and the inverse of gas_nernst_mV against it. */
double gas_air_ln_pO2(double p_kPa);
double gas_ln_pO2_at_mV(double T_K, double emf_mV, double ln_pO2_ref_bar);

/* All at once with exact constants: EMF [mV] against air at the same pressure. */
MUST_CHECK enum rc gas_emf_vs_air(const struct gas_mix *gas, double T_K, double p_kPa,
                                  double *emf_mV, struct gas_fault *fault);

#endif
