/* Transfer of a sine from a drive to a response, by least squares (a digital lock-in).
 *
 * Both records are fitted with offset + drift t + A cos wt + B sin wt; the transfer is the complex
 * ratio. An offset, a linear drift and a record that is no whole number of periods do no harm.
 * drive in mA and response in mV give ohm: the real part at constant cavity gas is R_c.
 *
 * No sequence asks for it: on the bench the lock-in amplifier does this in hardware, and a
 * digitizer (lab_barrier_transient) records the response alone, without the drive that a transfer
 * needs. It is what the crosstalk of the twin is measured by in tests/test_element_a.c, beside its
 * closed form. */
#ifndef ANALYSIS_LOCKIN_H
#define ANALYSIS_LOCKIN_H

#include <stddef.h>

#include "core/rc.h"

struct lockin_record {
    const double *drive, *response;
    size_t n;
    double rate_Hz, f_Hz;
};

struct lockin {
    double re, im; /* response per drive; im > 0: the response leads */
    double se;     /* standard error of re and of im, from what the fit leaves over */
    double drive_rms;
    double noise; /* standard deviation left in the response */
};

/* RC_RANGE: fewer than 16 samples or 2 periods, f not below 0.45 of the rate, a value that is not
 * finite, or a drive without that frequency (amplitude under 5 x its own standard error). */
MUST_CHECK enum rc lockin_find(const struct lockin_record *record, struct lockin *out);

#endif
