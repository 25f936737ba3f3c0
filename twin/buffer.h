/* Metal/metal-oxide buffers: the oxygen pressure that two solid phases fix between them.
 *
 *   ln pO2 [bar] = dG(T)/RT      dG per mole of O2, of metal + O2 -> oxide
 *
 * Nell & O'Neill 1996 (Pd), O'Neill & Pownceby 1993 (Ni; Co and Cu with coefficients not confirmed
 * in the paper), EMF study 699-1060 K (Pd, second set), NASA-9 polynomials of the condensed phases
 * (NASA/TP-2002-211556) for Cu2O/CuO and Fe/Fe0.947O. */
#ifndef TWIN_BUFFER_H
#define TWIN_BUFFER_H

#include <stdbool.h>

#include "core/rc.h"

enum buffer_system {
    BUFFER_PD,
    BUFFER_PD_EMF, /* the second data set of Pd/PdO */
    BUFFER_NI,
    BUFFER_CO,
    BUFFER_CU,   /* Cu/Cu2O */
    BUFFER_CU2O, /* Cu2O/CuO */
    BUFFER_FE,   /* Fe/Fe0.947O */
    BUFFER_COUNT
};

struct buffer_info {
    const char *name, *source;
    double lo_K, hi_K;   /* validity stated by the source */
    double accuracy_log; /* in log10 pO2; of the source (Pd), assumed for the others */
    bool confirmed;      /* coefficients checked against the primary source */
    double metal_cm3_mol, oxide_cm3_mol;
    double metal_F_mol, oxide_F_mol; /* faradays to turn one mole into the other phase */
};

const struct buffer_info *buffer_info(enum buffer_system system);

/* T within 700..1400 K (also where the source stops earlier: buffer_info tells). */
MUST_CHECK enum rc buffer_dG_J_mol(enum buffer_system system, double T_K, double *out);
MUST_CHECK enum rc buffer_ln_pO2(enum buffer_system system, double T_K, double *out);

/* Charge of the phases in `mm3` of a mixture with `metal_share` of the volume as metal:
 * coulombs until the oxide is reduced, and until the metal is oxidised. */
void buffer_reserve_C(enum buffer_system system, double mm3, double metal_share, double *oxide_C,
                      double *metal_C);

#endif
