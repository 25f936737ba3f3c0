/* The pump cell of element A at one instant, for direct_a.c and direct_a_edge.c. */
#ifndef TWIN_DIRECT_A_PRIVATE_H
#define TWIN_DIRECT_A_PRIVATE_H

#include "twin/direct.h"

struct electric {
    const struct direct_a *a;
    struct gas_barrier_at at;
    struct direct_source source; /* at the electrodes: leads and trim resistor taken out */
    double nernst_mV, ln_outer, ohm, outer_mV, outer_mA, inner_mV, inner_mA;
    double store_mC_s, excess; /* of the cavity, per step; 0: steady */
};

void electric_prepare(const struct direct_a *a, const struct direct_wires *wires,
                      const struct direct_at *at, bool outer, struct electric *out);
double electric_volt_mV(const struct electric *e, double z, double ip_mA);
/* What the source drives at this oxygen pressure of the cavity; never falls with it. */
double electric_driven_mA(const struct electric *e, double z, bool *compliance);
/* The oxygen pressure of the cavity that the source and the barrier agree on. */
double electric_solve_z(const struct electric *e, double guess);
/* Oxygen less what is missing of it, in the cavity at this oxygen pressure; and the reverse. */
double electric_excess(const struct electric *e, double z);
double electric_z_of(const struct electric *e, double excess, double guess);
/* mC of a mole fraction of 1 in the cavity. */
double electric_store_mC(const struct electric *e, double T_K);
/* What the meter finds, mV, for an oxygen pressure of the cavity and a current at the electrodes.
 */
double electric_u_mV(const struct electric *e, const struct direct_wires *wires,
                     const struct direct_at *at, double z, double ip_mA);
/* What the gas in the cavity and in its barrier adds to the electrodes in the cavity. */
void direct_a_gas_impedance(const struct direct_a *a, const struct direct_wires *wires,
                            const struct direct_at *at, struct impedance *z);

#endif
