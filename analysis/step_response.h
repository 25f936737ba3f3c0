/* Response of a signal to a step at t = 0: times from the step to 10 %, 28.3 %, 63.2 % and 90 %
 * of the change.
 *
 *   initial   mean of the samples before t = 0 (of the first sample if there is none)
 *   final     mean of the last tenth of the time after the step, at least 3 samples
 *   crossing  the first pair of samples around the level whose following two samples stay beyond
 *             it, interpolated on a straight line between the two
 *
 * t63 is the time to 1 - 1/e, the time constant of a first-order element; t28 is that to 1 -
 * 1/e^(1/3), a third of it. */
#ifndef ANALYSIS_STEP_RESPONSE_H
#define ANALYSIS_STEP_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/rc.h"

struct step_response {
    double initial, final; /* in the unit of x */
    double t10_s, t28_s, t63_s, t90_s;
    double noise;     /* the larger standard deviation of the two levels */
    double t63_u95_s; /* from the sampling interval and the noise at the crossing */
    bool rising;
};

/* `t_s` ascends. RC_RANGE: fewer than 8 samples, a value that is not finite, no step (the change is
 * under 10 x the noise), or a level that is not crossed. */
MUST_CHECK enum rc step_response_find(const double *t_s, const double *x, size_t n,
                                      struct step_response *out);

#endif
