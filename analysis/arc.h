/* The electrode's arc in an impedance spectrum: a resistance at high frequency, one Cole-Cole
 * element for the electrode and, where the spectrum shows it, a slower one for the gas behind it.
 *
 *   Z = R_hf + j w L + R_ct/(1 + (j w tau)^n) + R_gas/(1 + (j w tau_gas)^n_gas)    C = tau/R_ct
 *
 * K. S. Cole and R. H. Cole, J. Chem. Phys. 9 (1941) 341. L takes what begins beyond the spectrum:
 * the inductance of the leads (L > 0), the flank of a faster arc (L < 0). Least squares by
 * Levenberg and Marquardt (SIAM J. Appl. Math. 11 (1963) 431) from a coarse grid of starts, without
 * and with the slower element; it stays if what is left without it is more than 1 % of R_ct and
 * falls by more than chance would have it (F = 6).
 *
 * One part of the spectrum alone tells R_ct, tau and n too. That both tell the same is what Kramers
 * and Kronig demand of a cell that is linear, does not drift and is not disturbed. */
#ifndef ANALYSIS_ARC_H
#define ANALYSIS_ARC_H

#include <stddef.h>

#include "core/rc.h"

/* Z = re + j im. One of `re_ohm`, `im_ohm` may be NULL. */
struct arc_spectrum {
    const double *f_Hz, *re_ohm, *im_ohm;
    size_t n;
};

struct arc {
    double hf_ohm;        /* NAN without re_ohm */
    double inductance_uH; /* NAN without im_ohm */
    double ct_ohm, tau_s, n;
    double gas_ohm, gas_tau_s;                         /* 0: the spectrum shows no slower element */
    double hf_se_ohm, ct_se_ohm, tau_se_s, gas_se_ohm; /* standard errors, from what is left */
    double end_se_ohm;   /* of ct_ohm + gas_ohm, whose errors lean against each other */
    double residual_ohm; /* root of the mean square that is left */
};

/* RC_RANGE: fewer than 8 points, a frequency that is not positive, a value that is not finite, all
 * frequencies within a factor of 10, no arc (R_ct below four times what is left), or its top
 * (1/(2 pi tau)) below the frequencies or in their uppermost tenth. */
MUST_CHECK enum rc arc_fit(const struct arc_spectrum *spectrum, struct arc *out);

#endif
