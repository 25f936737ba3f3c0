/* Preferred values of resistors, IEC 60063: the series E3, E6, E12, E24 (two digits, a table of the
 * standard: it is not the rounded geometric series everywhere), E48, E96 and E192 (three digits,
 * 10^(i/n) rounded; E192 has 9.20 where that would give 9.19). A series repeats in each decade. */
#ifndef ANALYSIS_E_SERIES_H
#define ANALYSIS_E_SERIES_H

/* The value of E`series` that is nearest by ratio; of two at the same distance the larger.
 * NaN: value not finite or not above 0, or no such series (3, 6, 12, 24, 48, 96, 192). */
double e_series_nearest(double value, double series);

#endif
