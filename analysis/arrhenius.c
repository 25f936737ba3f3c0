#include "analysis/arrhenius.h"

#include <gsl/gsl_fit.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdbool.h>

static const double K_EV = 8.617333262e-5;
static const double B_LEAST_K = 1000, B_MOST_K = 30000; /* 0.09..2.6 eV */
static const double GOLDEN = 0.6180339887498949;
enum { POINTS_MAX = 1024, SEARCHES = 60 };

double arrhenius_ohm(const struct arrhenius *fit, double T_K)
{
    return fit->rs_ohm + exp(fit->a + fit->b_K / T_K);
}

static bool good_points(const double *T_K, const double *r_ohm, size_t n)
{
    double lo = INFINITY, hi = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        if (!(T_K[i] > 0 && T_K[i] < 1e4) || !(r_ohm[i] > 0 && r_ohm[i] < 1e15))
            return false;
        lo = T_K[i] < lo ? T_K[i] : lo;
        hi = T_K[i] > hi ? T_K[i] : hi;
    }
    return hi - lo > 0.01;
}

static double worst_rel(const struct arrhenius *fit, const double *T_K, const double *r_ohm,
                        size_t n)
{
    double worst = 0;
    for (size_t i = 0; i < n; i++) {
        double rel = fabs(arrhenius_ohm(fit, T_K[i]) / r_ohm[i] - 1);
        worst = rel > worst ? rel : worst;
    }
    return worst;
}

enum rc arrhenius_fit(const double *T_K, const double *r_ohm, size_t n, struct arrhenius *out)
{
    double x[POINTS_MAX], y[POINTS_MAX], c00, c01, c11, squares;
    struct arrhenius fit = {.rs_ohm = 0};
    if (n < 3 || n > POINTS_MAX || !good_points(T_K, r_ohm, n))
        return RC_RANGE;
    for (size_t i = 0; i < n; i++) {
        x[i] = 1 / T_K[i];
        y[i] = log(r_ohm[i]);
    }
    (void)gsl_fit_linear(x, 1, y, 1, n, &fit.a, &fit.b_K, &c00, &c01, &c11, &squares);
    fit.ea_eV = fit.b_K * K_EV;
    fit.b_se_K = sqrt(c11);
    fit.ea_se_eV = fit.b_se_K * K_EV;
    double total = gsl_stats_tss(y, 1, n);
    fit.r2 = total > 0 ? 1 - squares / total : 1;
    fit.worst_rel = worst_rel(&fit, T_K, r_ohm, n);
    *out = fit;
    return RC_OK;
}

struct problem {
    const double *T_K, *r_ohm;
    size_t n;
    double middle_1_K;
    double weight[POINTS_MAX];
};

/* Best Rs and amplitude at this b; returns what is left over. */
static double try_b(const struct problem *p, double b_K, struct arrhenius *fit)
{
    double x[POINTS_MAX], c00, c01, c11, left, amplitude;
    for (size_t i = 0; i < p->n; i++)
        x[i] = exp(b_K * (1 / p->T_K[i] - p->middle_1_K));
    (void)gsl_fit_wlinear(x, 1, p->weight, 1, p->r_ohm, 1, p->n, &fit->rs_ohm, &amplitude, &c00,
                          &c01, &c11, &left);
    if (!(fit->rs_ohm >= 0)) {
        fit->rs_ohm = 0;
        (void)gsl_fit_wmul(x, 1, p->weight, 1, p->r_ohm, 1, p->n, &amplitude, &c11, &left);
    }
    fit->b_K = b_K;
    fit->a = log(amplitude) - b_K * p->middle_1_K;
    return left;
}

enum rc arrhenius_fit_offset(const double *T_K, const double *r_ohm, size_t n,
                             struct arrhenius *out)
{
    struct arrhenius fit = {.ea_se_eV = (double)NAN, .b_se_K = (double)NAN, .r2 = (double)NAN};
    struct problem p = {.T_K = T_K, .r_ohm = r_ohm, .n = n};
    if (n < 4 || n > POINTS_MAX || !good_points(T_K, r_ohm, n))
        return RC_RANGE;
    for (size_t i = 0; i < n; i++) {
        p.weight[i] = 1 / (r_ohm[i] * r_ohm[i]);
        p.middle_1_K += 1 / T_K[i] / (double)n;
    }
    double lo = B_LEAST_K, hi = B_MOST_K;
    for (int k = 0; k < SEARCHES; k++) { /* golden section */
        double step = GOLDEN * (hi - lo);
        if (try_b(&p, hi - step, &fit) < try_b(&p, lo + step, &fit))
            hi = lo + step;
        else
            lo = hi - step;
    }
    (void)try_b(&p, (lo + hi) / 2, &fit);
    if (!isfinite(fit.a) || !(fit.b_K > 1.01 * B_LEAST_K && fit.b_K < 0.99 * B_MOST_K))
        return RC_RANGE;
    fit.ea_eV = fit.b_K * K_EV;
    fit.worst_rel = worst_rel(&fit, T_K, r_ohm, n);
    *out = fit;
    return RC_OK;
}
