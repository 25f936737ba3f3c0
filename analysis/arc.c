#include "analysis/arc.h"

#include <complex.h>
#include <math.h>
#include <stdbool.h>

/* The columns: R_hf, R_ct, L, R_gas, ln tau, n, ln tau_gas, n_gas. */
enum { HF, CT, IND, GAS, TAU, SHAPE, GAS_TAU, GAS_SHAPE, COLUMNS };
enum { POINTS_LEAST = 8, STARTS = 6, ROUNDS = 60 };
static const double N_LEAST = 0.5, N_MOST = 1, N_START = 0.85, SPAN_LEAST = 10;
static const double CLEAR = 4, NOTHING_ohm = 1e-6, F_LEAST = 6, SHOWS = 0.01;
static const double INSIDE = 10;          /* what is faster is the flank of another arc */
static const double APART = 3, BELOW = 3; /* tau_gas at least, ln; below the spectrum at most */
static const double DAMP_FIRST = 1e-3, DAMP_MOST = 1e9, DONE = 1e-10;

struct normal {
    double a[COLUMNS][COLUMNS], b[COLUMNS];
};

struct range {
    double lo_Hz, hi_Hz;
};

struct trial {
    double p[COLUMNS], left;
    bool gas;
};

/* 1/(1 + (j w tau)^n) and its slopes over ln tau and n. */
struct element {
    double complex z, over_tau, over_n;
};

static struct element element_at(double w, double ln_tau, double n)
{
    double complex ln_u = log(w) + ln_tau + M_PI_2 * (double complex)I;
    double complex power = cexp(n * ln_u), z = 1 / (1 + power);
    return (struct element){z, -n * power * z * z, -ln_u * power * z * z};
}

static double part_of(double complex z, int part)
{
    return part == 0 ? creal(z) : cimag(z);
}

static double value_at(const struct trial *t, double f_Hz, double top_Hz, int part)
{
    double w = 2 * M_PI * f_Hz;
    double complex z = t->p[CT] * element_at(w, t->p[TAU], t->p[SHAPE]).z;
    if (t->gas)
        z += t->p[GAS] * element_at(w, t->p[GAS_TAU], t->p[GAS_SHAPE]).z;
    return part_of(z, part) + (part == 0 ? t->p[HF] : t->p[IND] * f_Hz / top_Hz);
}

/* The slopes of one value over all columns. */
static void slopes_at(const struct trial *t, double f_Hz, double top_Hz, int part,
                      double row[COLUMNS])
{
    double w = 2 * M_PI * f_Hz;
    struct element e = element_at(w, t->p[TAU], t->p[SHAPE]);
    for (int i = 0; i < COLUMNS; i++)
        row[i] = 0;
    row[HF] = part == 0;
    row[IND] = part == 1 ? f_Hz / top_Hz : 0;
    row[CT] = part_of(e.z, part);
    row[TAU] = t->p[CT] * part_of(e.over_tau, part);
    row[SHAPE] = t->p[CT] * part_of(e.over_n, part);
    if (!t->gas)
        return;
    e = element_at(w, t->p[GAS_TAU], t->p[GAS_SHAPE]);
    row[GAS] = part_of(e.z, part);
    row[GAS_TAU] = t->p[GAS] * part_of(e.over_tau, part);
    row[GAS_SHAPE] = t->p[GAS] * part_of(e.over_n, part);
}

static void add_row(struct normal *m, const double row[COLUMNS], double off)
{
    for (int i = 0; i < COLUMNS; i++) {
        for (int k = 0; k < COLUMNS; k++)
            m->a[i][k] += row[i] * row[k];
        m->b[i] += row[i] * off;
    }
}

static void build(const struct arc_spectrum *s, double top_Hz, const struct trial *t,
                  struct normal *m)
{
    const double *const parts[] = {s->re_ohm, s->im_ohm};
    *m = (struct normal){.b = {0}};
    for (size_t i = 0; i < s->n; i++) {
        for (int part = 0; part < 2; part++) {
            double row[COLUMNS];
            if (!parts[part])
                continue;
            slopes_at(t, s->f_Hz[i], top_Hz, part, row);
            add_row(m, row, parts[part][i] - value_at(t, s->f_Hz[i], top_Hz, part));
        }
    }
}

static double left_of(const struct arc_spectrum *s, double top_Hz, const struct trial *t)
{
    double left = 0;
    for (size_t i = 0; i < s->n; i++) {
        double re = s->re_ohm ? s->re_ohm[i] - value_at(t, s->f_Hz[i], top_Hz, 0) : 0;
        double im = s->im_ohm ? s->im_ohm[i] - value_at(t, s->f_Hz[i], top_Hz, 1) : 0;
        left += re * re + im * im;
    }
    return left;
}

/* Cholesky; a column that is not there (no such part) has zeroes and stays 0. */
static void factor(struct normal *m)
{
    for (int i = 0; i < COLUMNS; i++) {
        double whole = m->a[i][i];
        for (int k = 0; k <= i; k++) {
            double sum = m->a[i][k];
            for (int j = 0; j < k; j++)
                sum -= m->a[i][j] * m->a[k][j];
            if (i == k)
                m->a[i][i] = sum > 1e-14 * whole ? sqrt(sum) : 0;
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

static double held(double x, double lo, double hi)
{
    return x > lo ? (x < hi ? x : hi) : lo;
}

static void hold(struct trial *t, struct range r)
{
    double fast = -log(2 * M_PI * r.hi_Hz / INSIDE), slow = -log(2 * M_PI * r.lo_Hz);
    t->p[TAU] = held(t->p[TAU], fast, slow);
    t->p[SHAPE] = held(t->p[SHAPE], N_LEAST, N_MOST);
    t->p[GAS_TAU] = held(t->p[GAS_TAU], t->p[TAU] + log(APART), slow + log(BELOW));
    t->p[GAS_SHAPE] = held(t->p[GAS_SHAPE], N_LEAST, N_MOST);
    t->p[GAS] = t->gas && t->p[GAS] > 0 ? t->p[GAS] : 0;
}

static void improve(const struct arc_spectrum *s, struct range r, struct trial *best)
{
    struct normal m, damped;
    double step[COLUMNS], damp = DAMP_FIRST;
    build(s, r.hi_Hz, best, &m);
    for (int round = 0; round < ROUNDS && damp < DAMP_MOST; round++) {
        struct trial t = *best;
        damped = m;
        for (int i = 0; i < COLUMNS; i++)
            damped.a[i][i] *= 1 + damp;
        factor(&damped);
        solve(&damped, m.b, step);
        for (int i = 0; i < COLUMNS; i++)
            t.p[i] += step[i];
        hold(&t, r);
        t.left = left_of(s, r.hi_Hz, &t);
        if (!(t.left < best->left)) {
            damp *= 8;
            continue;
        }
        bool done = best->left - t.left < DONE * best->left;
        *best = t;
        if (done)
            return;
        damp /= 4;
        build(s, r.hi_Hz, best, &m);
    }
}

/* The linear ones at these time constants. */
static void start_at(const struct arc_spectrum *s, struct range r, struct trial *t)
{
    struct normal m;
    double step[COLUMNS];
    hold(t, r);
    t->p[HF] = t->p[CT] = t->p[IND] = t->p[GAS] = 0;
    build(s, r.hi_Hz, t, &m); /* the slopes over the others are 0 then */
    factor(&m);
    solve(&m, m.b, step);
    for (int i = HF; i <= GAS; i++)
        t->p[i] = step[i];
    hold(t, r);
    t->left = left_of(s, r.hi_Hz, t);
}

static void search(const struct arc_spectrum *s, struct range r, bool gas, struct trial *best)
{
    double fast = -log(2 * M_PI * r.hi_Hz), whole = log(r.hi_Hz / r.lo_Hz);
    *best = (struct trial){.left = (double)INFINITY};
    for (int i = 0; i < STARTS; i++) {
        for (int k = i + 1; k <= (gas ? STARTS : i + 1); k++) {
            struct trial t = {.gas = gas};
            t.p[TAU] = fast + whole * (i + 0.5) / STARTS;
            t.p[GAS_TAU] = fast + whole * (k + 0.5) / STARTS;
            t.p[SHAPE] = t.p[GAS_SHAPE] = N_START;
            start_at(s, r, &t);
            if (!(t.p[CT] > 0))
                continue;
            improve(s, r, &t);
            if (t.p[CT] > 0 && t.left < best->left)
                *best = t;
        }
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

/* How many values there are beside what is fitted. */
static double freedom(const struct arc_spectrum *s, bool gas)
{
    double values = (double)((s->re_ohm ? s->n : 0) + (s->im_ohm ? s->n : 0));
    return values - (s->re_ohm != NULL) - (s->im_ohm != NULL) - 3 - (gas ? 3 : 0);
}

static void tell(const struct arc_spectrum *s, struct range r, const struct trial *t,
                 struct arc *out)
{
    struct normal m;
    double se[COLUMNS + 1], x[COLUMNS], sd_ohm = sqrt(t->left / freedom(s, t->gas));
    build(s, r.hi_Hz, t, &m);
    factor(&m);
    for (int i = 0; i <= COLUMNS; i++) {
        double of[COLUMNS] = {0};
        of[i < COLUMNS ? i : CT] = 1;
        if (i == COLUMNS)
            of[GAS] = 1;
        solve(&m, of, x);
        double variance = i < COLUMNS ? x[i] : x[CT] + x[GAS];
        se[i] = sd_ohm * sqrt(variance > 0 ? variance : 0);
    }
    *out = (struct arc){
        .hf_ohm = s->re_ohm ? t->p[HF] : (double)NAN,
        .inductance_uH = s->im_ohm ? 1e6 * t->p[IND] / (2 * M_PI * r.hi_Hz) : (double)NAN,
        .ct_ohm = t->p[CT],
        .tau_s = exp(t->p[TAU]),
        .n = t->p[SHAPE],
        .gas_ohm = t->p[GAS],
        .gas_tau_s = t->gas ? exp(t->p[GAS_TAU]) : 0,
        .hf_se_ohm = s->re_ohm ? se[HF] : (double)NAN,
        .ct_se_ohm = se[CT],
        .gas_se_ohm = se[GAS],
        .end_se_ohm = se[COLUMNS],
        .tau_se_s = se[TAU] * exp(t->p[TAU]),
        .residual_ohm = sqrt(t->left / (freedom(s, t->gas) > 0 ? freedom(s, t->gas) : 1)),
    };
}

enum rc arc_fit(const struct arc_spectrum *spectrum, struct arc *out)
{
    struct range r;
    struct trial one, two;
    struct arc arc;
    enum rc rc = look(spectrum, &r);
    if (rc != RC_OK)
        return rc;
    search(spectrum, r, false, &one);
    search(spectrum, r, true, &two);
    double free = freedom(spectrum, true), off = sqrt(one.left / freedom(spectrum, false));
    bool flank = exp(-two.p[TAU]) > 0.9 * 2 * M_PI * r.hi_Hz / INSIDE; /* of a faster arc */
    if (free > 0 && !flank && off > SHOWS * one.p[CT] &&
        one.left - two.left > F_LEAST * 3 * two.left / free)
        one = two;
    if (!isfinite(one.left))
        return RC_RANGE;
    tell(spectrum, r, &one, &arc);
    double top_Hz = 1 / (2 * M_PI * arc.tau_s);
    if (!(arc.ct_ohm > CLEAR * arc.residual_ohm + NOTHING_ohm) || !(top_Hz > 1.01 * r.lo_Hz) ||
        !(top_Hz < 0.99 * r.hi_Hz / INSIDE))
        return RC_RANGE;
    *out = arc;
    return RC_OK;
}
