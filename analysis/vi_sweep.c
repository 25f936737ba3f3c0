#include "analysis/vi_sweep.h"

#include <gsl/gsl_fit.h>
#include <gsl/gsl_sort_double.h>
#include <math.h>
#include <stdbool.h>

#include "core/num.h"

enum { WINDOW_LEAST = 4, RISE_HELD = 3 };
static const double RISE_SHARE = 0.05;

struct line {
    double offset, slope, slope_se, sd;
};

/* The line through the points with lo <= u <= hi, which are neighbours. */
static enum rc fit_window(const double *u, const double *i_mA, size_t n, const double range[2],
                          struct line *out)
{
    size_t first = 0, m = 0;
    double c00, c01, c11, squares;
    while (first < n && !(u[first] >= range[0]))
        first++;
    while (first + m < n && u[first + m] <= range[1])
        m++;
    if (m < WINDOW_LEAST)
        return RC_RANGE;
    (void)gsl_fit_linear(u + first, 1, i_mA + first, 1, m, &out->offset, &out->slope, &c00, &c01,
                         &c11, &squares);
    out->slope_se = sqrt(c11);
    out->sd = sqrt(squares / (double)(m - 2));
    return isfinite(out->slope) && isfinite(out->sd) ? RC_OK : RC_RANGE;
}

static double excess_mA(const struct line *plateau, double u_V, double current_mA, double sign)
{
    return sign * (current_mA - plateau->offset - plateau->slope * u_V);
}

/* Away from zero beyond the window: the first of RISE_HELD samples in excess. */
static double find_rise(const double *u, const double *i_mA, size_t n,
                        const struct vi_sweep_window *window, const struct line *plateau)
{
    double middle = (window->plateau_lo_V + window->plateau_hi_V) / 2;
    double sign = middle > 0 ? 1 : -1;
    double edge = sign > 0 ? window->plateau_hi_V : -window->plateau_lo_V;
    double least_mA = RISE_SHARE * fabs(plateau->offset + plateau->slope * middle);
    size_t held = 0;
    for (size_t k = 0; k < n; k++) {
        size_t i = sign > 0 ? k : n - 1 - k;
        bool over = sign * u[i] > edge && excess_mA(plateau, u[i], i_mA[i], sign) > least_mA;
        held = over ? held + 1 : 0;
        if (held == RISE_HELD)
            return sign > 0 ? u[i - (RISE_HELD - 1)] : u[i + (RISE_HELD - 1)];
    }
    return (double)NAN;
}

enum rc vi_sweep_find(const double *u_V, const double *i_mA, size_t n,
                      const struct vi_sweep_window *window, struct vi_sweep *out)
{
    const double plateau_V[2] = {window->plateau_lo_V, window->plateau_hi_V};
    const double initial_V[2] = {window->initial_lo_V, window->initial_hi_V};
    struct line plateau, initial;
    for (size_t i = 0; i < n; i++)
        if (!isfinite(i_mA[i]) || !isfinite(u_V[i]) || (i && !(u_V[i] > u_V[i - 1])))
            return RC_RANGE;
    if (fit_window(u_V, i_mA, n, plateau_V, &plateau) != RC_OK ||
        fit_window(u_V, i_mA, n, initial_V, &initial) != RC_OK)
        return RC_RANGE;
    double limit_mA = plateau.offset + plateau.slope * (plateau_V[0] + plateau_V[1]) / 2;
    if (!(fabs(limit_mA) > 3 * plateau.sd) || !(initial.slope > 0))
        return RC_RANGE;
    double onset_V = (double)NAN, steeper = initial.slope - plateau.slope;
    if (steeper > 0)
        onset_V = (plateau.offset - initial.offset) / steeper;
    double onset_se_V =
        hypot(plateau.sd, onset_V * hypot(initial.slope_se, plateau.slope_se)) / steeper;
    *out = (struct vi_sweep){
        .limit_mA = limit_mA,
        .slope_pct_100mV = 10 * plateau.slope / fabs(limit_mA),
        .slope_se_pct_100mV = 10 * plateau.slope_se / fabs(limit_mA),
        .noise_mA = plateau.sd,
        .initial_ohm = 1000 / initial.slope,
        .initial_se_ohm = 1000 / initial.slope * initial.slope_se / initial.slope,
        .onset_V = onset_V,
        .onset_se_V = onset_se_V,
        .rise_V = find_rise(u_V, i_mA, n, window, &plateau),
    };
    return RC_OK;
}

enum rc vi_sweep_find_any(const struct vi_sweep_readings *readings,
                          const struct vi_sweep_window *window, struct vi_sweep *out)
{
    size_t n = readings->n, kept = 0;
    double *u = readings->scratch, *current_mA = readings->scratch + n;
    for (size_t i = 0; i < n; i++) {
        u[i] = readings->u_V[i];
        current_mA[i] = 1000 * readings->i_A[i];
        if (!isfinite(u[i]) || !isfinite(current_mA[i]))
            return RC_RANGE;
    }
    gsl_sort2(u, 1, current_mA, 1, n);
    for (size_t i = 0; i < n;) {
        size_t same = 0;
        double at = u[i], sum = 0;
        for (; i < n && u[i] <= at; i++, same++)
            sum += current_mA[i];
        u[kept] = at;
        current_mA[kept++] = sum / (double)same;
    }
    return vi_sweep_find(u, current_mA, kept, window, out);
}
