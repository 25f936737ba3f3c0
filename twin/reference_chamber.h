/* The reference chamber of element A behind its channel, with any gas on the ambient side.
 *
 * What the channel brings follows the law of the diffusion barrier (gas/barrier.h), with k_ref for
 * kO2 and the ratios of the species as there, without the barrier's dependence on pressure and
 * temperature. Three inventories are stepped, each per mole of gas in the chamber: C = CO + CO2,
 * H = H2 + H2O, and y = O2 - (CO + H2)/2; within them the gas is in equilibrium.
 *
 *   Q dy/dt = k_ref ln[(1 - xO2)/(1 - xO2,amb)] - kCO (xCO,amb - xCO) - kH2 (xH2,amb - xH2)
 *             + I_ref - j_leak xO2/(xO2 + 1e-6)
 *   Q dC/dt = 2 kCO [(xCO,amb - xCO) + dC (xCO2,amb - xCO2)]        H alike
 *
 * In ambient air this is the oxygen balance of nernst_cell.h. A leak burns the oxygen that is
 * there; where there is none it stops, so that the gas of the chamber never becomes the exhaust's.
 * Hydrocarbons on the ambient side count as inert. The ratios of the species and k_ref are
 * assumptions. */
#ifndef TWIN_REFERENCE_CHAMBER_H
#define TWIN_REFERENCE_CHAMBER_H

#include "twin/nernst_cell.h"

struct reference_ambient {
    const struct gas_mix *mix;
    double T_K, p_kPa; /* temperature of the cells, pressure of the chamber */
};

struct reference_chamber {
    double ln_pO2_bar;
    double excess, carbon, hydrogen; /* y, C, H */
};

/* Steady in room air, without reference current. */
void reference_chamber_start(const struct nernst_reference *ref, double p_kPa,
                             struct reference_chamber *out);
/* Implicit in y. RC_RANGE: T outside 700..1400 K, p outside 1..1000 kPa; nothing is changed. */
MUST_CHECK enum rc reference_chamber_step(const struct nernst_reference *ref,
                                          const struct reference_ambient *ambient, double pump_uA,
                                          double dt_s, struct reference_chamber *chamber);

#endif
