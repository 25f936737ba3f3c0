/* The functions of `measure`: pure, over arrays of one window. Values are SI. */
#ifndef SEQUENCES_MEASURE_FUNC_H
#define SEQUENCES_MEASURE_FUNC_H

#include <stddef.h>

enum { FUNC_EXTRA = 2, FUNC_ARGS = 4 };

enum measure_func {
    FUNC_MEAN,
    FUNC_MEDIAN,
    FUNC_MIN,
    FUNC_MAX,
    FUNC_PP,
    FUNC_SD,
    FUNC_LAST,
    FUNC_SLOPE,
    FUNC_RMS,
    FUNC_COUNT,
    FUNC_T63,
    FUNC_T90,
    FUNC_RISE,
    FUNC_FALL,
    FUNC_INTEGRAL,
    FUNC_FIT_SLOPE,
    FUNC_FIT_R2,
    FUNC_FIT_OFFSET,
    FUNC_FIT_RESIDUAL,
    FUNC_RIPPLE,
    FUNC_ELAPSED,
    FUNC_DEAD_TIME,
    FUNC_MEAN_TIME,
    FUNC_SPREAD_TIME,
    FUNC_FIT_ACTIVATION,
    FUNC_FIT_ACTIVATION_R2,
    FUNC_FIT_LEADS,
    FUNC_VI_LIMIT,
    FUNC_VI_SLOPE,
    FUNC_VI_INITIAL,
    FUNC_VI_ONSET,
    FUNC_FIT_ARC_HF, /* of the real part of an impedance over frequency */
    FUNC_FIT_ARC_END_RE,
    FUNC_FIT_ARC_END_IM, /* of the imaginary part */
    FUNC_FIT_ARC_CT,
    FUNC_FIT_ARC_TAU,
    FUNC_FIT_ARC_GAS,
    FUNC_KINDS
};

/* What the function does to the unit of its argument. */
enum func_unit {
    FUNC_UNIT_SAME,       /* mean: as the argument, with its offset (degC) */
    FUNC_UNIT_DIFFERENCE, /* pp, sd: without the offset */
    FUNC_UNIT_PER_SECOND,
    FUNC_UNIT_SECONDS,
    FUNC_UNIT_TIMES_SECOND,
    FUNC_UNIT_PER_X, /* fit_slope(y, x) */
    FUNC_UNIT_OF_X,  /* fit_activation(r, t): a temperature as t is one */
    FUNC_UNIT_ONE,
    FUNC_UNIT_VOLT,
    FUNC_UNIT_OHM,
};

/* What it is a function of. */
enum func_form {
    FUNC_FORM_WINDOW,   /* f(value): of a window or a capture */
    FUNC_FORM_RESPONSE, /* f(capture): needs a step at t = 0 */
    FUNC_FORM_MOMENT,   /* f(capture [, the bench's own]): the same, additive */
    FUNC_FORM_FIT,      /* f(y, x): of pairs */
    FUNC_FORM_SWEEP,    /* f(current, voltage, from, to): two channels of one capture */
};

/* How the calibration uncertainty of the argument enters the result. */
enum func_u95 {
    FUNC_U95_WHOLE,    /* in full: offsets and gains */
    FUNC_U95_GAIN,     /* only what is proportional: an offset cancels */
    FUNC_U95_INTEGRAL, /* in full, times the duration */
    FUNC_U95_NONE,     /* a time or a count */
};

/* The name of a unit that does not depend on the argument; NULL: it does. */
const char *func_unit_name(enum func_unit unit);

struct func_info {
    const char *name;
    enum func_unit unit;
    enum func_u95 u95;
    enum func_form form;
};

struct func_window {
    const double *t_s; /* ascending; of a capture: from the trigger, negative before it */
    const double *v;
    const double *x; /* second argument or NULL (then t_s is used); of a sweep: the voltage */
    size_t n;
    double *scratch;          /* n values, for the median; 2 n for a sweep */
    double extra[FUNC_EXTRA]; /* the lag of the bench, 0: none; the two bounds of a sweep */
};

/* value NaN: no result. `random_u95`: two standard uncertainties from the scatter of the window,
 * NaN where a single value tells nothing about it. */
struct func_result {
    double value, sd, random_u95;
};

/* -1: no such function. */
int measure_func_find(const char *name);
const struct func_info *measure_func_info(enum measure_func func);
struct func_result measure_func_run(enum measure_func func, const struct func_window *window);

#endif
