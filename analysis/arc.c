#include "analysis/arc.h"

#include <math.h>

enum { POINTS_LEAST = 6, TAU_STEPS = 24, N_STEPS = 10, ZOOMS = 9, COLUMNS = 5 };
static const double N_LEAST = 0.5, N_MOST = 1, SPAN_LEAST = 10, CLOSER = 0.35;
static const double CLEAR = 4, NOTHING_ohm = 1e-6, STEP = 1e-4;

/* Squares and products of the columns of both parts, and with the spectrum: 1, arc, jw; for the
 * errors the slopes over ln tau and n too. */
struct normal {
    double a[COLUMNS][COLUMNS], b[COLUMNS];
};

struct range {
    double lo_Hz, hi_Hz;
};

struct trial {
    double ln_tau, n, x[COLUMNS], left;
};

static void add_row(struct normal *m, const double row[COLUMNS], double y)
{
    for (int i = 0; i < COLUMNS; i++) {
        for (int k = 0; k < COLUMNS; k++)
            m->a[i][k] += row[i] * row[k];
        m->b[i] += row[i] * y;
    }
}

/* 1/(1 + (j u)^n) */
static void element(double u, double n, double *re, double *im)
{
    double size = pow(u, n), c = 1 + size * cos(M_PI / 2 * n), s = size * sin(M_PI / 2 * n);
    *re = c / (c * c + s * s);
    *im = -s / (c * c + s * s);
}

/* Cholesky; a column that is not there (no such part) has zeroes and stays 0. */
static void factor(struct normal *m)
{
    for (int i = 0; i < COLUMNS; i++) {
        for (int k = 0; k <= i; k++) {
            double sum = m->a[i][k];
            for (int j = 0; j < k; j++)
                sum -= m->a[i][j] * m->a[k][j];
            if (i == k)
                m->a[i][i] = sum > 0 ? sqrt(sum) : 0;
            else
                m->a[i][k] = m->a[k][k] > 0 ? sum / m->a[k][k] : 0;
        }
    }
}

static void solve(const struct normal *m, const double b[COLUMNS], double x[COLUMNS])
{
    for (int i = 0; i < COLUMNS; i++) {
        x[i] = b[i];
        for (int j = 0; j < i; j++)
            x[i] -= m->a[i][j] * x[j];
        x[i] = m->a[i][i] > 0 ? x[i] / m->a[i][i] : 0;
    }
    for (int i = COLUMNS - 1; i >= 0; i--) {
        for (int j = i + 1; j < COLUMNS; j++)
            x[i] -= m->a[j][i] * x[j];
        x[i] = m->a[i][i] > 0 ? x[i] / m->a[i][i] : 0;
    }
}

/* What is left is summed afresh: the difference of large squares would lose it. */
static void attempt(const struct arc_spectrum *s, double top_Hz, struct trial *t)
{
    struct normal m = {.b = {0}};
    double re, im;
    for (size_t i = 0; i < s->n; i++) {
        element(2 * M_PI * s->f_Hz[i] * exp(t->ln_tau), t->n, &re, &im);
        if (s->re_ohm)
            add_row(&m, (double[COLUMNS]){1, re}, s->re_ohm[i]);
        if (s->im_ohm)
            add_row(&m, (double[COLUMNS]){0, im, s->f_Hz[i] / top_Hz}, s->im_ohm[i]);
    }
    factor(&m);
    solve(&m, m.b, t->x);
    t->left = 0;
    for (size_t i = 0; i < s->n; i++) {
        element(2 * M_PI * s->f_Hz[i] * exp(t->ln_tau), t->n, &re, &im);
        double off_re = s->re_ohm ? s->re_ohm[i] - t->x[0] - t->x[1] * re : 0;
        double off_im = s->im_ohm ? s->im_ohm[i] - t->x[1] * im - t->x[2] * s->f_Hz[i] / top_Hz : 0;
        t->left += off_re * off_re + off_im * off_im;
    }
}

static double held(double x, double lo, double hi)
{
    return x > lo ? (x < hi ? x : hi) : lo;
}

/* The best of a grid of half widths `dtau` and `dn` around *best. */
static void search(const struct arc_spectrum *s, struct range r, double dtau, double dn,
                   struct trial *best)
{
    struct trial centre = *best;
    for (int i = 0; i <= TAU_STEPS; i++) {
        for (int k = 0; k <= N_STEPS; k++) {
            struct trial t = {
                .ln_tau = held(centre.ln_tau + dtau * (2.0 * i / TAU_STEPS - 1),
                               -log(2 * M_PI * r.hi_Hz), -log(2 * M_PI * r.lo_Hz)),
                .n = held(centre.n + dn * (2.0 * k / N_STEPS - 1), N_LEAST, N_MOST),
            };
            attempt(s, r.hi_Hz, &t);
            if (t.x[1] > 0 && (t.left < best->left || !isfinite(best->left)))
                *best = t;
        }
    }
}

/* Slopes of the element over ln tau and n. */
static void slopes(double u, double n, double re[2], double im[2])
{
    double up[2], down[2];
    element(u * exp(STEP), n, &up[0], &up[1]);
    element(u * exp(-STEP), n, &down[0], &down[1]);
    re[0] = (up[0] - down[0]) / (2 * STEP);
    im[0] = (up[1] - down[1]) / (2 * STEP);
    element(u, n + STEP, &up[0], &up[1]);
    element(u, n - STEP, &down[0], &down[1]);
    re[1] = (up[0] - down[0]) / (2 * STEP);
    im[1] = (up[1] - down[1]) / (2 * STEP);
}

/* Standard errors of the five, for a scatter of `sd_ohm`. */
static void errors_of(const struct arc_spectrum *s, double top_Hz, const struct trial *t,
                      double sd_ohm, double se[COLUMNS])
{
    struct normal m = {.b = {0}};
    double re, im, dre[2], dim[2], x[COLUMNS];
    for (size_t i = 0; i < s->n; i++) {
        double u = 2 * M_PI * s->f_Hz[i] * exp(t->ln_tau), ct = t->x[1];
        element(u, t->n, &re, &im);
        slopes(u, t->n, dre, dim);
        if (s->re_ohm)
            add_row(&m, (double[COLUMNS]){1, re, 0, ct * dre[0], ct * dre[1]}, 0);
        if (s->im_ohm)
            add_row(&m, (double[COLUMNS]){0, im, s->f_Hz[i] / top_Hz, ct * dim[0], ct * dim[1]}, 0);
    }
    factor(&m);
    for (int i = 0; i < COLUMNS; i++) {
        double unit[COLUMNS] = {0};
        unit[i] = 1;
        solve(&m, unit, x);
        se[i] = sd_ohm * sqrt(x[i]);
    }
}

static enum rc look(const struct arc_spectrum *s, struct range *out)
{
    if (s->n < POINTS_LEAST || (!s->re_ohm && !s->im_ohm))
        return RC_RANGE;
    *out = (struct range){(double)INFINITY, 0};
    for (size_t i = 0; i < s->n; i++) {
        double f = s->f_Hz[i];
        if (!(f > 0) || !isfinite(f) || (s->re_ohm && !isfinite(s->re_ohm[i])) ||
            (s->im_ohm && !isfinite(s->im_ohm[i])))
            return RC_RANGE;
        out->lo_Hz = f < out->lo_Hz ? f : out->lo_Hz;
        out->hi_Hz = f > out->hi_Hz ? f : out->hi_Hz;
    }
    return out->hi_Hz >= SPAN_LEAST * out->lo_Hz ? RC_OK : RC_RANGE;
}

static void tell(const struct arc_spectrum *s, double top_Hz, const struct trial *best,
                 struct arc *out)
{
    double se[COLUMNS], values = (double)((s->re_ohm ? s->n : 0) + (s->im_ohm ? s->n : 0));
    double fitted = s->re_ohm && s->im_ohm ? COLUMNS : COLUMNS - 1;
    errors_of(s, top_Hz, best, sqrt(best->left / (values - fitted)), se);
    *out = (struct arc){
        .hf_ohm = s->re_ohm ? best->x[0] : (double)NAN,
        .inductance_uH = s->im_ohm ? 1e6 * best->x[2] / (2 * M_PI * top_Hz) : (double)NAN,
        .ct_ohm = best->x[1],
        .tau_s = exp(best->ln_tau),
        .n = best->n,
        .hf_se_ohm = s->re_ohm ? se[0] : (double)NAN,
        .ct_se_ohm = se[1],
        .tau_se_s = se[3] * exp(best->ln_tau),
        .residual_ohm = sqrt(best->left / values),
    };
}

enum rc arc_fit(const struct arc_spectrum *spectrum, struct arc *out)
{
    struct range r;
    struct arc arc;
    enum rc rc = look(spectrum, &r);
    if (rc != RC_OK)
        return rc;
    double whole = log(r.hi_Hz / r.lo_Hz), dtau = whole / 2, dn = (N_MOST - N_LEAST) / 2;
    struct trial best = {.ln_tau = -log(2 * M_PI * sqrt(r.lo_Hz * r.hi_Hz)),
                         .n = (N_LEAST + N_MOST) / 2,
                         .left = (double)NAN};
    for (int zoom = 0; zoom < ZOOMS; zoom++, dtau *= CLOSER, dn *= CLOSER)
        search(spectrum, r, dtau, dn, &best);
    double top = -log(2 * M_PI) - best.ln_tau, edge = 1e-3 * whole;
    tell(spectrum, r.hi_Hz, &best, &arc);
    if (!(arc.ct_ohm > CLEAR * arc.residual_ohm + NOTHING_ohm) ||
        !(top > log(r.lo_Hz) + edge && top < log(r.hi_Hz) - edge))
        return RC_RANGE;
    *out = arc;
    return RC_OK;
}
