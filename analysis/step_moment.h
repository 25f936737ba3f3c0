/* Response of a signal to a step at t = 0 as a distribution of times: dead time, mean and variance.
 * These add up along a chain of independent linear parts, which times of crossings do not: so the
 * bench's own lag is taken out of them by subtraction.
 *
 *   y          (x - initial) / (final - initial), levels as in step_response
 *   mean       M1 = integral of (1 - y) dt: the mean residence time. First order with dead time:
 *              dead + tau
 *   variance   2 integral of t (1 - y) dt - M1^2: the second central moment. First order: tau^2
 *   dead       t63 - 1.5 (t63 - t28): the dead time of the first-order response that crosses 28.3 %
 *              and 63.2 % when this one does (C. L. Smith, Digital Computer Process Control, 1972)
 *
 * The integrals end at three times the time after which the response stays within 5 % of its final
 * value, where a first order is within 0.02 %: noise far behind the step would only add up, the
 * more the higher the moment (O. Levenspiel, Chemical Reaction Engineering, on tails). */
#ifndef ANALYSIS_STEP_MOMENT_H
#define ANALYSIS_STEP_MOMENT_H

#include <stddef.h>

#include "core/rc.h"

struct step_moment {
    double mean_s, mean_u95_s;
    double variance_s2; /* below 0 is no error: noise, or a response that overshoots */
    double dead_s, dead_u95_s;
};

/* `t_s` ascends. RC_RANGE: no step or no number (as step_response_find), fewer than two samples
 * before t = 0, or not settled: still more than 5 % away when a third of the time is over, or
 * drifting by more than 1 % of the step over the last tenth. */
MUST_CHECK enum rc step_moment_find(const double *t_s, const double *x, size_t n,
                                    struct step_moment *out);

/* What is left of `total` without the `bench` in front of it: the mean and the variance of the
 * bench off, and its mean off the dead time; uncertainties added in squares. An ideal delay has
 * variance_s2 0, and dead_s is then exact; for a bench that also smears, dead_s is a lower bound.
 * RC_RANGE: not finite, or a mean below zero by more than its uncertainty: a bench slower than all
 * of it together. */
MUST_CHECK enum rc step_moment_deembed(const struct step_moment *total,
                                       const struct step_moment *bench, struct step_moment *out);

#endif
