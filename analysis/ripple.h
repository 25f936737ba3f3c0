/* The fast part of a signal that also drifts: what is left when the mean of the second around each
 * sample is taken off. That lets pass what is faster than about 1 Hz, up to half the sampling rate.
 *
 * The result is the peak-to-peak value of a sine of the same power, 2 sqrt(2) times the rms. Unlike
 * the range of the samples it does not grow with their number: white noise of 1 uA rms is 2.8 uA
 * in a second as in a minute. */
#ifndef ANALYSIS_RIPPLE_H
#define ANALYSIS_RIPPLE_H

#include <stddef.h>

/* `t_s` ascends. In the unit of x. The first and last half second are only used for the means. NaN
 * when a value is not finite, for less than 2 s or for fewer than 8 samples a second on average. */
double ripple_pp(const double *t_s, const double *x, size_t n);

#endif
