#include "analysis/step_response.h"

#include <math.h>

#include "analysis/basic.h"

enum { SAMPLES_MIN = 8, LEVEL_MIN = 3, STAY = 2 };
static const double noise_ratio = 10;

struct crossing {
    double t_s, slope, interval_s;
};

/* One level on the way from `from` to `to`, both scaled so that the signal rises. */
static enum rc find_crossing(const double *t, const double *x, size_t n, const double level_sign[2],
                             struct crossing *out)
{
    double level = level_sign[0], sign = level_sign[1];
    for (size_t i = 0; i < n; i++) {
        if (!(t[i] >= 0) || !(sign * (x[i] - level) >= 0))
            continue;
        bool stays = true;
        for (size_t k = i + 1; k < n && k <= i + STAY; k++)
            stays = stays && sign * (x[k] - level) >= 0;
        if (!stays)
            continue;
        if (i == 0 || sign * (x[i - 1] - level) >= 0) {
            *out = (struct crossing){t[i] > 0 ? t[i] : 0, (double)NAN, 0};
            return i == 0 ? RC_RANGE : RC_OK;
        }
        double dt = t[i] - t[i - 1], dx = x[i] - x[i - 1];
        double at = t[i - 1] + dt * (level - x[i - 1]) / dx;
        *out = (struct crossing){at > 0 ? at : 0, dx / dt, dt};
        return RC_OK;
    }
    return RC_RANGE;
}

/* How many samples stand before the step, and where the final tenth begins. */
static void find_levels(const double *t, size_t n, size_t *before, size_t *tail)
{
    size_t i = 0;
    while (i < n && t[i] < 0)
        i++;
    *before = i;
    double from = t[n - 1] * 0.9;
    size_t k = n;
    while (k > i && t[k - 1] >= from)
        k--;
    if (n - k < LEVEL_MIN)
        k = n - LEVEL_MIN;
    *tail = k;
}

static double larger(double a, double b)
{
    return a > b ? a : b;
}

static enum rc find_times(const double *t, const double *x, size_t n, struct step_response *r)
{
    double change = r->final - r->initial, sign = change > 0 ? 1 : -1;
    const double share[4] = {0.1, 1 - exp(-1.0 / 3), 1 - exp(-1.0), 0.9};
    struct crossing at[4];
    for (int i = 0; i < 4; i++) {
        double level_sign[2] = {r->initial + share[i] * change, sign};
        enum rc rc = find_crossing(t, x, n, level_sign, &at[i]);
        if (rc)
            return rc;
    }
    r->t10_s = at[0].t_s;
    r->t28_s = at[1].t_s;
    r->t63_s = at[2].t_s;
    r->t90_s = at[3].t_s;
    /* Where inside an interval the true signal crossed is known only as far as it is straight:
     * uniform over the interval; the noise moves the crossing by noise / slope. */
    double grid = at[2].interval_s / sqrt(12.0);
    double jitter = at[2].slope != 0 ? r->noise / fabs(at[2].slope) : 0;
    r->t63_u95_s = 2 * sqrt(grid * grid + jitter * jitter);
    return RC_OK;
}

enum rc step_response_find(const double *t_s, const double *x, size_t n, struct step_response *out)
{
    if (n < SAMPLES_MIN || !isfinite(basic_mean(x, n)) || !isfinite(basic_mean(t_s, n)) ||
        !(t_s[n - 1] > 0))
        return RC_RANGE;
    size_t before, tail;
    find_levels(t_s, n, &before, &tail);
    struct step_response r = {0};
    r.initial = before ? basic_mean(x, before) : x[0];
    r.final = basic_mean(x + tail, n - tail);
    r.rising = r.final > r.initial;
    double sd_before = before >= 2 ? basic_sd(x, before) : 0;
    r.noise = larger(sd_before, basic_sd(x + tail, n - tail));
    double change = fabs(r.final - r.initial);
    if (!(change > noise_ratio * r.noise) || !(change > 0))
        return RC_RANGE;
    enum rc rc = find_times(t_s, x, n, &r);
    if (rc == RC_OK)
        *out = r;
    return rc;
}
