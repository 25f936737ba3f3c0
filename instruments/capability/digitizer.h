/* Digitizer: a voltage recorded around one edge at its trigger input. A record is a block of
 * samples; what is told of it is the mean before the edge and the means of windows behind it, each
 * as wide as a fifth of its delay to either side. */
#ifndef INSTRUMENTS_CAPABILITY_DIGITIZER_H
#define INSTRUMENTS_CAPABILITY_DIGITIZER_H

#include "instruments/capability/capability.h"

enum { DIGITIZER_WINDOWS = 5 }; /* 50, 100, 500 us, 5, 50 ms behind the edge */

enum {
    DIGITIZER_SIGNAL_ARM,
    DIGITIZER_SIGNAL_INTERVAL,
    DIGITIZER_SIGNAL_READY,
    DIGITIZER_SIGNAL_U_BEFORE,
    DIGITIZER_SIGNAL_SCATTER,
    DIGITIZER_SIGNAL_WINDOW, /* the first of them */
    DIGITIZER_SIGNALS = DIGITIZER_SIGNAL_WINDOW + DIGITIZER_WINDOWS
};

struct digitizer_reading {
    double ready;                  /* 0 or 1: the record is whole; else all below is NaN */
    double u_before_V, scatter_V;  /* mean and standard deviation of the samples before the edge */
    double u_V[DIGITIZER_WINDOWS]; /* NaN: the samples stand too far apart, or do not reach there */
};

/* Of each window, us after the edge. */
extern const double digitizer_delay_us[DIGITIZER_WINDOWS];

/* "arm" (write only: 1 waits for the next edge and forgets the last record; 0 at rest), "interval"
 * (write only, us between samples; 20 at rest), "ready", "u_before", "scatter", "u_50us",
 * "u_100us", "u_500us", "u_5ms", "u_50ms" */
extern const struct capability capability_digitizer;

#endif
