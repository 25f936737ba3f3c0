#include "sequences/measure_func.h"

#include <math.h>
#include <string.h>

#include "analysis/basic.h"
#include "analysis/fit.h"
#include "analysis/ripple.h"
#include "analysis/step_response.h"

/* clang-format off */
static const struct func_info infos[FUNC_KINDS] = {
    [FUNC_MEAN]      = {"mean",      FUNC_UNIT_SAME,         FUNC_U95_WHOLE,    false, false},
    [FUNC_MEDIAN]    = {"median",    FUNC_UNIT_SAME,         FUNC_U95_WHOLE,    false, false},
    [FUNC_MIN]       = {"min",       FUNC_UNIT_SAME,         FUNC_U95_WHOLE,    false, false},
    [FUNC_MAX]       = {"max",       FUNC_UNIT_SAME,         FUNC_U95_WHOLE,    false, false},
    [FUNC_PP]        = {"pp",        FUNC_UNIT_DIFFERENCE,   FUNC_U95_GAIN,     false, false},
    [FUNC_SD]        = {"sd",        FUNC_UNIT_DIFFERENCE,   FUNC_U95_GAIN,     false, false},
    [FUNC_LAST]      = {"last",      FUNC_UNIT_SAME,         FUNC_U95_WHOLE,    false, false},
    [FUNC_SLOPE]     = {"slope",     FUNC_UNIT_PER_SECOND,   FUNC_U95_GAIN,     false, false},
    [FUNC_RMS]       = {"rms",       FUNC_UNIT_DIFFERENCE,   FUNC_U95_WHOLE,    false, false},
    [FUNC_COUNT]     = {"count",     FUNC_UNIT_ONE,          FUNC_U95_NONE,     false, false},
    [FUNC_T63]       = {"t63",       FUNC_UNIT_SECONDS,      FUNC_U95_NONE,     true,  false},
    [FUNC_T90]       = {"t90",       FUNC_UNIT_SECONDS,      FUNC_U95_NONE,     true,  false},
    [FUNC_RISE]      = {"rise",      FUNC_UNIT_SECONDS,      FUNC_U95_NONE,     true,  false},
    [FUNC_FALL]      = {"fall",      FUNC_UNIT_SECONDS,      FUNC_U95_NONE,     true,  false},
    [FUNC_INTEGRAL]  = {"integral",  FUNC_UNIT_TIMES_SECOND, FUNC_U95_INTEGRAL, false, false},
    [FUNC_FIT_SLOPE] = {"fit_slope", FUNC_UNIT_PER_X,        FUNC_U95_GAIN,     false, true},
    [FUNC_FIT_R2]    = {"fit_r2",    FUNC_UNIT_ONE,          FUNC_U95_NONE,     false, true},
    [FUNC_FIT_OFFSET] = {"fit_offset", FUNC_UNIT_SAME,       FUNC_U95_WHOLE,    false, true},
    [FUNC_FIT_RESIDUAL] = {"fit_residual", FUNC_UNIT_DIFFERENCE, FUNC_U95_GAIN, false, true},
    [FUNC_RIPPLE]    = {"ripple",    FUNC_UNIT_DIFFERENCE,   FUNC_U95_GAIN,     false, false},
    [FUNC_ELAPSED]   = {"elapsed",   FUNC_UNIT_SECONDS,      FUNC_U95_NONE,     false, false},
};
/* clang-format on */

int measure_func_find(const char *name)
{
    for (int i = 0; i < FUNC_KINDS; i++) {
        if (strcmp(infos[i].name, name) == 0)
            return i;
    }
    return -1;
}

const struct func_info *measure_func_info(enum measure_func func)
{
    return &infos[func];
}

static void run_fit(enum measure_func func, const struct func_window *w, struct func_result *r)
{
    struct fit_line line;
    const double *x = w->x && func != FUNC_SLOPE ? w->x : w->t_s;
    if (fit_line_find(x, w->v, w->n, &line) != RC_OK)
        return;
    if (func == FUNC_FIT_R2 || func == FUNC_FIT_RESIDUAL) {
        r->value = func == FUNC_FIT_R2 ? line.r2 : line.worst;
        r->random_u95 = (double)NAN;
    } else {
        r->value = func == FUNC_FIT_OFFSET ? line.offset : line.slope;
        r->random_u95 = 2 * (func == FUNC_FIT_OFFSET ? line.offset_se : line.slope_se);
    }
}

static void run_response(enum measure_func func, const struct func_window *w, struct func_result *r)
{
    struct step_response step;
    if (step_response_find(w->t_s, w->v, w->n, &step) != RC_OK)
        return;
    if ((func == FUNC_RISE && !step.rising) || (func == FUNC_FALL && step.rising))
        return;
    if (func == FUNC_T63)
        r->value = step.t63_s;
    else if (func == FUNC_T90)
        r->value = step.t90_s;
    else
        r->value = step.t90_s - step.t10_s;
    r->random_u95 = step.t63_u95_s;
}

/* Of the last or the outermost of some values: what a single one scatters. That the signal moved
 * meanwhile is no uncertainty of it. */
static double single_u95(const struct func_window *w, double sd)
{
    double noise = w->n > 2 ? basic_noise(w->v, w->n, w->scratch) : sd;
    return 2 * (noise < sd ? noise : sd);
}

static void run_level(enum measure_func func, const struct func_window *w, struct func_result *r)
{
    double lo, hi, root_n = sqrt((double)w->n);
    double sd = w->n > 1 ? r->sd : 0; /* one value by design: its scatter is in the channel's U95 */
    r->random_u95 = single_u95(w, sd);
    switch (func) {
    case FUNC_MEAN:
        r->value = basic_mean(w->v, w->n);
        r->random_u95 = 2 * sd / root_n;
        break;
    case FUNC_MEDIAN: /* sqrt(pi / 2): efficiency of the median of normal values */
        memcpy(w->scratch, w->v, w->n * sizeof *w->v);
        r->value = basic_median(w->scratch, w->n);
        r->random_u95 = 2 * 1.2533 * sd / root_n;
        break;
    case FUNC_RMS:
        r->value = basic_rms(w->v, w->n);
        r->random_u95 = 2 * sd / root_n;
        break;
    case FUNC_SD:
        r->value = r->sd;
        r->random_u95 = w->n > 1 ? 2 * sd / sqrt(2.0 * (double)(w->n - 1)) : (double)NAN;
        break;
    case FUNC_LAST:
        r->value = isfinite(basic_mean(w->v, w->n)) ? w->v[w->n - 1] : (double)NAN;
        break;
    default:
        basic_extremes(w->v, w->n, &lo, &hi);
        r->value = func == FUNC_MIN ? lo : func == FUNC_MAX ? hi : hi - lo;
        break;
    }
}

struct func_result measure_func_run(enum measure_func func, const struct func_window *w)
{
    struct func_result r = {(double)NAN, (double)NAN, (double)NAN};
    if (w->n == 0)
        return r;
    r.sd = basic_sd(w->v, w->n);
    if (infos[func].response) {
        run_response(func, w, &r);
    } else if (func == FUNC_SLOPE || infos[func].two) {
        run_fit(func, w, &r);
    } else if (func == FUNC_INTEGRAL) {
        r.value = basic_integral(w->t_s, w->v, w->n);
        r.random_u95 =
            w->n > 1 ? 2 * r.sd / sqrt((double)w->n) * (w->t_s[w->n - 1] - w->t_s[0]) : (double)NAN;
    } else if (func == FUNC_RIPPLE) {
        r.value = ripple_pp(w->t_s, w->v, w->n);
        r.random_u95 = 2 * r.value / sqrt(2 * (double)w->n);
    } else if (func == FUNC_COUNT) {
        r.value = (double)w->n;
        r.random_u95 = 0;
    } else if (func != FUNC_ELAPSED) {
        run_level(func, w, &r);
    }
    if (!isfinite(r.value))
        r.value = (double)NAN;
    return r;
}
