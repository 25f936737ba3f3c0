/* Activation energy from resistance over temperature.
 *
 *   R = exp(a + b/T)              straight line of ln R over 1/T
 *   R = Rs + exp(a + b/T)         with the resistance of leads, which is not activated
 *   Ea = b k                      k = 8.617333262e-5 eV/K
 *
 * The second form is fitted with relative weights (1/R^2): a search over b, Rs and the amplitude
 * linear at each b. An Rs below 0 is held at 0. */
#ifndef ANALYSIS_ARRHENIUS_H
#define ANALYSIS_ARRHENIUS_H

#include <stddef.h>

#include "core/rc.h"

struct arrhenius {
    double rs_ohm, a, b_K;
    double ea_eV, ea_se_eV; /* standard error: NAN for the second form */
    double b_se_K, r2;      /* of the straight line; NAN for the second form */
    double worst_rel;       /* largest relative deviation of a point from the curve */
};

/* RC_RANGE: fewer than 3 points, R or T not positive, all T equal. */
MUST_CHECK enum rc arrhenius_fit(const double *T_K, const double *r_ohm, size_t n,
                                 struct arrhenius *out);
/* RC_RANGE: fewer than 4 points, else as above, or R does not fall with T. */
MUST_CHECK enum rc arrhenius_fit_offset(const double *T_K, const double *r_ohm, size_t n,
                                        struct arrhenius *out);
double arrhenius_ohm(const struct arrhenius *fit, double T_K);

#endif
