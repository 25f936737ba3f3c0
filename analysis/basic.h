/* Mean, standard deviation, median, range of plain arrays. All results are NaN for too few values
 * or when any value is not finite: a bad sample never disappears in an average. */
#ifndef ANALYSIS_BASIC_H
#define ANALYSIS_BASIC_H

#include <stddef.h>

double basic_mean(const double *x, size_t n);
double basic_sd(const double *x, size_t n); /* of a sample (n - 1); n >= 2, two passes */
/* Scatter of one value without what drifts or steps: from the median of the first differences
 * (1.4826 / sqrt 2 of it; von Neumann 1941, made robust as by Rousseeuw & Croux 1993). As basic_sd
 * for noise alone. n >= 3; `scratch` holds n - 1. */
double basic_noise(const double *x, size_t n, double *scratch);
double basic_rms(const double *x, size_t n);
/* `x` is reordered. */
double basic_median(double *x, size_t n);
void basic_extremes(const double *x, size_t n, double *lo, double *hi);
/* Trapezoids over t (ascending); n >= 2. */
double basic_integral(const double *t, const double *x, size_t n);

#endif
