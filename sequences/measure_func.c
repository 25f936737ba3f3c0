#include "sequences/measure_func.h"

#include <math.h>
#include <string.h>

#include "analysis/arc.h"
#include "analysis/arrhenius.h"
#include "analysis/basic.h"
#include "analysis/fit.h"
#include "analysis/ripple.h"
#include "analysis/step_moment.h"
#include "analysis/step_response.h"
#include "analysis/vi_sweep.h"

/* clang-format off */
static const struct func_info infos[FUNC_KINDS] = {
    [FUNC_MEAN]      = {"mean",      FUNC_UNIT_SAME,         FUNC_U95_WHOLE,    FUNC_FORM_WINDOW},
    [FUNC_MEDIAN]    = {"median",    FUNC_UNIT_SAME,         FUNC_U95_WHOLE,    FUNC_FORM_WINDOW},
    [FUNC_MIN]       = {"min",       FUNC_UNIT_SAME,         FUNC_U95_WHOLE,    FUNC_FORM_WINDOW},
    [FUNC_MAX]       = {"max",       FUNC_UNIT_SAME,         FUNC_U95_WHOLE,    FUNC_FORM_WINDOW},
    [FUNC_PP]        = {"pp",        FUNC_UNIT_DIFFERENCE,   FUNC_U95_GAIN,     FUNC_FORM_WINDOW},
    [FUNC_SD]        = {"sd",        FUNC_UNIT_DIFFERENCE,   FUNC_U95_GAIN,     FUNC_FORM_WINDOW},
    [FUNC_LAST]      = {"last",      FUNC_UNIT_SAME,         FUNC_U95_WHOLE,    FUNC_FORM_WINDOW},
    [FUNC_SLOPE]     = {"slope",     FUNC_UNIT_PER_SECOND,   FUNC_U95_GAIN,     FUNC_FORM_WINDOW},
    [FUNC_RMS]       = {"rms",       FUNC_UNIT_DIFFERENCE,   FUNC_U95_WHOLE,    FUNC_FORM_WINDOW},
    [FUNC_COUNT]     = {"count",     FUNC_UNIT_ONE,          FUNC_U95_NONE,     FUNC_FORM_WINDOW},
    [FUNC_T63]       = {"t63",       FUNC_UNIT_SECONDS,      FUNC_U95_NONE,     FUNC_FORM_RESPONSE},
    [FUNC_T90]       = {"t90",       FUNC_UNIT_SECONDS,      FUNC_U95_NONE,     FUNC_FORM_RESPONSE},
    [FUNC_RISE]      = {"rise",      FUNC_UNIT_SECONDS,      FUNC_U95_NONE,     FUNC_FORM_RESPONSE},
    [FUNC_FALL]      = {"fall",      FUNC_UNIT_SECONDS,      FUNC_U95_NONE,     FUNC_FORM_RESPONSE},
    [FUNC_INTEGRAL]  = {"integral",  FUNC_UNIT_TIMES_SECOND, FUNC_U95_INTEGRAL, FUNC_FORM_WINDOW},
    [FUNC_FIT_SLOPE] = {"fit_slope", FUNC_UNIT_PER_X,        FUNC_U95_GAIN,     FUNC_FORM_FIT},
    [FUNC_FIT_R2]    = {"fit_r2",    FUNC_UNIT_ONE,          FUNC_U95_NONE,     FUNC_FORM_FIT},
    [FUNC_FIT_OFFSET] = {"fit_offset", FUNC_UNIT_SAME,       FUNC_U95_WHOLE,    FUNC_FORM_FIT},
    [FUNC_FIT_RESIDUAL] = {"fit_residual", FUNC_UNIT_DIFFERENCE, FUNC_U95_GAIN, FUNC_FORM_FIT},
    [FUNC_RIPPLE]    = {"ripple",    FUNC_UNIT_DIFFERENCE,   FUNC_U95_GAIN,     FUNC_FORM_WINDOW},
    [FUNC_ELAPSED]   = {"elapsed",   FUNC_UNIT_SECONDS,      FUNC_U95_NONE,     FUNC_FORM_WINDOW},
    [FUNC_DEAD_TIME] = {"dead_time", FUNC_UNIT_SECONDS,      FUNC_U95_NONE,     FUNC_FORM_MOMENT},
    [FUNC_MEAN_TIME] = {"mean_time", FUNC_UNIT_SECONDS,      FUNC_U95_NONE,     FUNC_FORM_MOMENT},
    [FUNC_SPREAD_TIME] = {"spread_time", FUNC_UNIT_SECONDS,  FUNC_U95_NONE,     FUNC_FORM_MOMENT},
    [FUNC_FIT_ACTIVATION] = {"fit_activation", FUNC_UNIT_OF_X, FUNC_U95_NONE,   FUNC_FORM_FIT},
    [FUNC_FIT_ACTIVATION_R2] = {"fit_activation_r2", FUNC_UNIT_ONE, FUNC_U95_NONE, FUNC_FORM_FIT},
    [FUNC_FIT_LEADS] = {"fit_leads", FUNC_UNIT_SAME,         FUNC_U95_WHOLE,    FUNC_FORM_FIT},
    [FUNC_VI_LIMIT]  = {"vi_limit",  FUNC_UNIT_SAME,         FUNC_U95_WHOLE,    FUNC_FORM_SWEEP},
    [FUNC_VI_SLOPE]  = {"vi_slope",  FUNC_UNIT_ONE,          FUNC_U95_NONE,     FUNC_FORM_SWEEP},
    [FUNC_VI_INITIAL] = {"vi_initial", FUNC_UNIT_OHM,        FUNC_U95_NONE,     FUNC_FORM_SWEEP},
    [FUNC_VI_ONSET]  = {"vi_onset",  FUNC_UNIT_VOLT,         FUNC_U95_NONE,     FUNC_FORM_SWEEP},
    [FUNC_FIT_ARC_HF] = {"fit_arc_hf",  FUNC_UNIT_SAME,      FUNC_U95_GAIN,     FUNC_FORM_FIT},
    [FUNC_FIT_ARC_END_RE] = {"fit_arc_end_re", FUNC_UNIT_SAME, FUNC_U95_GAIN,   FUNC_FORM_FIT},
    [FUNC_FIT_ARC_END_IM] = {"fit_arc_end_im", FUNC_UNIT_SAME, FUNC_U95_GAIN,   FUNC_FORM_FIT},
    [FUNC_FIT_ARC_CT] = {"fit_arc_ct",  FUNC_UNIT_SAME,      FUNC_U95_GAIN,     FUNC_FORM_FIT},
    [FUNC_FIT_ARC_TAU] = {"fit_arc_tau", FUNC_UNIT_SECONDS,  FUNC_U95_NONE,     FUNC_FORM_FIT},
    [FUNC_FIT_ARC_GAS] = {"fit_arc_gas", FUNC_UNIT_SAME,     FUNC_U95_GAIN,     FUNC_FORM_FIT},
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

const char *func_unit_name(enum func_unit unit)
{
    return unit == FUNC_UNIT_SECONDS ? "s"
           : unit == FUNC_UNIT_VOLT  ? "V"
           : unit == FUNC_UNIT_OHM   ? "ohm"
           : unit == FUNC_UNIT_ONE   ? ""
                                     : NULL;
}

static bool is_arc(enum measure_func func)
{
    return func >= FUNC_FIT_ARC_HF && func <= FUNC_FIT_ARC_GAS;
}

static void run_arc(enum measure_func func, const struct func_window *w, struct func_result *r)
{
    bool real = func == FUNC_FIT_ARC_HF || func == FUNC_FIT_ARC_END_RE;
    struct arc_spectrum s = {w->x, real ? w->v : NULL, real ? NULL : w->v, w->n};
    struct arc arc;
    if (!w->x || arc_fit(&s, &arc) != RC_OK)
        return;
    const double of[][2] = {
        [FUNC_FIT_ARC_HF - FUNC_FIT_ARC_HF] = {arc.hf_ohm, arc.hf_se_ohm},
        [FUNC_FIT_ARC_END_RE - FUNC_FIT_ARC_HF] = {arc.ct_ohm + arc.gas_ohm, arc.end_se_ohm},
        [FUNC_FIT_ARC_END_IM - FUNC_FIT_ARC_HF] = {arc.ct_ohm + arc.gas_ohm, arc.end_se_ohm},
        [FUNC_FIT_ARC_CT - FUNC_FIT_ARC_HF] = {arc.ct_ohm, arc.ct_se_ohm},
        [FUNC_FIT_ARC_TAU - FUNC_FIT_ARC_HF] = {arc.tau_s, arc.tau_se_s},
        [FUNC_FIT_ARC_GAS - FUNC_FIT_ARC_HF] = {arc.gas_ohm, arc.gas_se_ohm},
    };
    r->value = of[func - FUNC_FIT_ARC_HF][0];
    r->random_u95 = 2 * of[func - FUNC_FIT_ARC_HF][1];
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

/* The bench's share is stated, by a parameter or a measurement; its uncertainty is added by the
 * engine. A spread is a standard deviation: what adds up is its square. */
static void run_moment(enum measure_func func, const struct func_window *w, struct func_result *r)
{
    struct step_moment total, own;
    const struct step_moment bench = {.mean_s = func == FUNC_SPREAD_TIME ? 0 : w->extra[0],
                                      .variance_s2 = w->extra[0] * w->extra[0]};
    if (step_moment_find(w->t_s, w->v, w->n, &total) != RC_OK ||
        step_moment_deembed(&total, &bench, &own) != RC_OK)
        return;
    r->random_u95 = own.mean_u95_s;
    if (func == FUNC_MEAN_TIME) {
        r->value = own.mean_s;
    } else if (func == FUNC_DEAD_TIME) {
        r->value = own.dead_s;
        r->random_u95 = own.dead_u95_s;
    } else if (own.variance_s2 >= 0) {
        r->value = sqrt(own.variance_s2);
    }
}

static void run_arrhenius(enum measure_func func, const struct func_window *w,
                          struct func_result *r)
{
    struct arrhenius fit;
    if (!w->x)
        return;
    enum rc rc = func == FUNC_FIT_LEADS ? arrhenius_fit_offset(w->x, w->v, w->n, &fit)
                                        : arrhenius_fit(w->x, w->v, w->n, &fit);
    if (rc)
        return;
    r->value = func == FUNC_FIT_LEADS           ? fit.rs_ohm
               : func == FUNC_FIT_ACTIVATION_R2 ? fit.r2
                                                : fit.b_K;
    r->random_u95 = func == FUNC_FIT_ACTIVATION ? 2 * fit.b_se_K : (double)NAN;
}

/* Around the start, as T11 has it. */
static const double initial_V = 0.05;

static void run_sweep(enum measure_func func, const struct func_window *w, struct func_result *r)
{
    struct vi_sweep sweep;
    const struct vi_sweep_window window = {w->extra[0], w->extra[1], -initial_V, initial_V};
    const struct vi_sweep_readings readings = {w->x, w->v, w->n, w->scratch};
    if (!w->x || vi_sweep_find_any(&readings, &window, &sweep) != RC_OK)
        return;
    switch (func) {
    case FUNC_VI_LIMIT:
        r->value = sweep.limit_mA / 1000;
        r->random_u95 = 2 * sweep.noise_mA / 1000 / sqrt((double)w->n);
        break;
    case FUNC_VI_SLOPE:
        r->value = sweep.slope_pct_100mV / 100;
        r->random_u95 = 2 * sweep.slope_se_pct_100mV / 100;
        break;
    case FUNC_VI_INITIAL:
        r->value = sweep.initial_ohm;
        r->random_u95 = 2 * sweep.initial_se_ohm;
        break;
    default:
        r->value = sweep.onset_V;
        r->random_u95 = 2 * sweep.onset_se_V;
        break;
    }
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
    if (is_arc(func)) {
        run_arc(func, w, &r);
    } else if (infos[func].form == FUNC_FORM_SWEEP) {
        run_sweep(func, w, &r);
    } else if (infos[func].form == FUNC_FORM_MOMENT) {
        run_moment(func, w, &r);
    } else if (infos[func].form == FUNC_FORM_RESPONSE) {
        run_response(func, w, &r);
    } else if (func >= FUNC_FIT_ACTIVATION && func <= FUNC_FIT_LEADS) {
        run_arrhenius(func, w, &r);
    } else if (func == FUNC_SLOPE || infos[func].form == FUNC_FORM_FIT) {
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
