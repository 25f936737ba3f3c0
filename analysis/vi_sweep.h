/* Voltage-current sweep of a pump cell: limiting current, how flat its plateau is, cell resistance
 * from the initial slope, where the plateau begins and where it ends.
 *
 *   limit     the plateau's straight line at the middle of its window
 *   slope     of that line, in % of the limit per 100 mV
 *   initial   dU/dI around the start of the sweep (electrolyte plus concentration)
 *   onset     where the initial line meets the plateau's line; NAN if that is the steeper one (an
 *             electrode so slow that there is no plateau: the slope tells)
 *   rise      first voltage beyond the window from which the current exceeds the plateau's line by
 *             5 % of the limit (electrolysis), held for three samples; NAN: none */
#ifndef ANALYSIS_VI_SWEEP_H
#define ANALYSIS_VI_SWEEP_H

#include <stddef.h>

#include "core/rc.h"

struct vi_sweep_window {
    double plateau_lo_V, plateau_hi_V; /* T11: 0.4 and 0.7 V; negative in rich gas */
    double initial_lo_V, initial_hi_V; /* -0.05 and 0.05 V */
};

struct vi_sweep {
    double limit_mA, slope_pct_100mV, slope_se_pct_100mV, noise_mA;
    double initial_ohm, initial_se_ohm, onset_V, onset_se_V, rise_V;
};

/* One branch of the sweep, U ascending. RC_RANGE: not ascending, fewer than 4 points in a window, a
 * value that is not finite, no limiting current (within 3 x the noise of zero) or an initial slope
 * that is not positive. */
MUST_CHECK enum rc vi_sweep_find(const double *u_V, const double *i_mA, size_t n,
                                 const struct vi_sweep_window *window, struct vi_sweep *out);

/* The same of readings in any order, as one branch down or both branches of a triangle: they are
 * put in order of U first, and those of one U averaged. */
struct vi_sweep_readings {
    const double *u_V, *i_A;
    size_t n;
    double *scratch; /* 2 n */
};
MUST_CHECK enum rc vi_sweep_find_any(const struct vi_sweep_readings *readings,
                                     const struct vi_sweep_window *window, struct vi_sweep *out);

#endif
