#include "analysis/step_moment.h"

#include <math.h>

#include "analysis/basic.h"
#include "analysis/step_response.h"

static const double NEAR = 0.05, SPAN = 3, DRIFT_MOST = 0.01;

/* The response as what is left to go: 1 before, 0 at the end. */
struct course {
    const double *t, *x;
    size_t n;
    double final, change;
};

static double left(const struct course *c, size_t i)
{
    return (c->final - c->x[i]) / c->change;
}

/* Behind it, all samples are within NEAR of the final value. */
static double time_near(const struct course *c)
{
    for (size_t i = c->n; i-- > 0;)
        if (!(fabs(left(c, i)) <= NEAR))
            return c->t[i];
    return 0;
}

/* Does the last tenth of the time still move, by more than it scatters? */
static bool drifts(const struct course *c, double noise)
{
    size_t first = c->n;
    while (first > 0 && c->t[first - 1] >= 0.9 * c->t[c->n - 1])
        first--;
    size_t half = (c->n - first) / 2;
    if (half < 2)
        return true;
    double a = basic_mean(c->x + first, half), b = basic_mean(c->x + c->n - half, half);
    double scatter = 3 * noise * sqrt(2 / (double)half);
    return !(fabs(b - a) <= DRIFT_MOST / 2 * fabs(c->change) + scatter);
}

/* From t = 0 (on a straight line between its neighbours) to `end_s`, by trapezoids. */
static void integrate(const struct course *c, double end_s, double *zeroth, double *first)
{
    *zeroth = *first = 0;
    for (size_t i = 1; i < c->n && c->t[i - 1] < end_s; i++) {
        double t0 = c->t[i - 1], t1 = c->t[i], y0 = left(c, i - 1), y1 = left(c, i);
        if (!(t1 > 0))
            continue;
        if (t0 < 0)
            t0 = 0; /* nothing has come through before the step itself */
        double dt = t1 - t0;
        *zeroth += dt * (y0 + y1) / 2;
        *first += dt * (t0 * (2 * y0 + y1) + t1 * (y0 + 2 * y1)) / 6;
    }
}

/* One sample is uniform over its interval; the noise of each sample, and that of the two levels,
 * which enter over the whole length. */
static double mean_u95(const struct course *c, const struct step_response *step, double end_s)
{
    double interval = (c->t[c->n - 1] - c->t[0]) / (double)(c->n - 1),
           relative = step->noise / fabs(c->change);
    double samples = interval * relative * sqrt(end_s / interval);
    double level = relative * end_s / sqrt(0.1 * (double)c->n);
    return 2 * sqrt(interval * interval / 12 + samples * samples + level * level);
}

enum rc step_moment_find(const double *t_s, const double *x, size_t n, struct step_moment *out)
{
    struct step_response step;
    enum rc rc = step_response_find(t_s, x, n, &step);
    if (rc)
        return rc;
    struct course c = {t_s, x, n, step.final, step.final - step.initial};
    double near_s = time_near(&c), end_s = SPAN * near_s, zeroth, first;
    if (!(t_s[1] < 0) || !(end_s <= t_s[n - 1]) || drifts(&c, step.noise))
        return RC_RANGE;
    integrate(&c, end_s, &zeroth, &first);
    *out = (struct step_moment){
        .mean_s = zeroth,
        .mean_u95_s = mean_u95(&c, &step, end_s),
        .variance_s2 = 2 * first - zeroth * zeroth,
        .dead_s = step.t63_s - 1.5 * (step.t63_s - step.t28_s),
        /* 1.5 t28 - 0.5 t63, each known as t63 is */
        .dead_u95_s = sqrt(1.5 * 1.5 + 0.5 * 0.5) * step.t63_u95_s,
    };
    return RC_OK;
}

enum rc step_moment_deembed(const struct step_moment *total, const struct step_moment *bench,
                            struct step_moment *out)
{
    struct step_moment own = {
        .mean_s = total->mean_s - bench->mean_s,
        .mean_u95_s = hypot(total->mean_u95_s, bench->mean_u95_s),
        .variance_s2 = total->variance_s2 - bench->variance_s2,
        .dead_s = total->dead_s - bench->mean_s,
        .dead_u95_s = hypot(total->dead_u95_s, bench->mean_u95_s),
    };
    if (!(own.mean_s >= -own.mean_u95_s) || !isfinite(own.mean_s) || !isfinite(own.variance_s2) ||
        !isfinite(own.dead_s))
        return RC_RANGE;
    *out = own;
    return RC_OK;
}
