/* Shares of counted parts: the exact binomial confidence interval, and where along a ladder of
 * severities a share is reached.
 *
 * Interval: Clopper and Pearson, Biometrika 26 (1934) 404: it covers the true share at least as
 * often as it says. Crossing: straight lines between the rungs of the ladder, after the shares were
 * made rising by pooling neighbours that fall (Ayer et al., Ann. Math. Statist. 26 (1955) 641). */
#ifndef ANALYSIS_PROPORTION_H
#define ANALYSIS_PROPORTION_H

#include <stddef.h>

#include "core/rc.h"

enum { PROPORTION_RUNGS_MAX = 64 };

struct proportion {
    double share, lo, hi; /* 0..1 */
};

/* `hits` of `total`; confidence like 0.95. RC_RANGE: no total, more hits than that, or a confidence
 * that is not between 0 and 1. */
MUST_CHECK enum rc proportion_find(unsigned hits, unsigned total, double confidence,
                                   struct proportion *out);

struct proportion_rung {
    double x;
    unsigned hits, total;
};

/* Where the share is reached, and the interval of that place: where the upper bounds of the shares
 * reach it, and where the lower ones do. -INFINITY: at or below the first rung already; INFINITY:
 * nowhere on the ladder. */
struct proportion_crossing {
    double at, lo, hi;
};

/* RC_RANGE: no rung or too many, x not rising, or a rung that proportion_find refuses. */
MUST_CHECK enum rc proportion_cross(const struct proportion_rung *rungs, size_t count, double share,
                                    double confidence, struct proportion_crossing *out);

#endif
