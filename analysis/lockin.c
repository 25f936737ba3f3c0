#include "analysis/lockin.h"

#include <math.h>
#include <stdbool.h>

#include "core/num.h"

enum { TERMS = 4 };

struct fitted {
    double c[TERMS]; /* offset, drift, cos, sin */
    double se, left;
};

static void basis(const struct lockin_record *r, size_t i, double f[TERMS])
{
    double t = ((double)i - 0.5 * (double)(r->n - 1)) / r->rate_Hz;
    f[0] = 1;
    f[1] = t * r->rate_Hz / (double)r->n;
    f[2] = cos(2 * M_PI * r->f_Hz * t);
    f[3] = sin(2 * M_PI * r->f_Hz * t);
}

/* Gauss with row exchange on the normal equations; false if singular. */
static bool solve(double m[TERMS][TERMS + 1])
{
    for (int k = 0; k < TERMS; k++) {
        int best = k;
        for (int i = k + 1; i < TERMS; i++)
            if (fabs(m[i][k]) > fabs(m[best][k]))
                best = i;
        if (!(fabs(m[best][k]) > 1e-9))
            return false;
        for (int j = 0; j <= TERMS; j++) {
            double swap = m[k][j];
            m[k][j] = m[best][j];
            m[best][j] = swap;
        }
        for (int i = 0; i < TERMS; i++) {
            double share = i == k ? 0 : m[i][k] / m[k][k];
            for (int j = k; j <= TERMS; j++)
                m[i][j] -= share * m[k][j];
        }
    }
    return true;
}

static bool fit(const struct lockin_record *r, const double *y, struct fitted *out)
{
    double m[TERMS][TERMS + 1] = {{0}}, f[TERMS], squares = 0;
    for (size_t n = 0; n < r->n; n++) {
        basis(r, n, f);
        for (int i = 0; i < TERMS; i++) {
            for (int j = 0; j < TERMS; j++)
                m[i][j] += f[i] * f[j];
            m[i][TERMS] += f[i] * y[n];
        }
    }
    if (!solve(m))
        return false;
    for (int i = 0; i < TERMS; i++)
        out->c[i] = m[i][TERMS] / m[i][i];
    for (size_t n = 0; n < r->n; n++) {
        basis(r, n, f);
        double left = y[n];
        for (int i = 0; i < TERMS; i++)
            left -= out->c[i] * f[i];
        squares += left * left;
    }
    out->left = sqrt(squares / (double)(r->n - TERMS));
    out->se = out->left * sqrt(2 / (double)r->n);
    return isfinite(squares);
}

enum rc lockin_find(const struct lockin_record *r, struct lockin *out)
{
    struct fitted in, back;
    if (r->n < 16 || !num_within(r->f_Hz, 2 * r->rate_Hz / (double)r->n, 0.45 * r->rate_Hz))
        return RC_RANGE;
    if (!fit(r, r->drive, &in) || !fit(r, r->response, &back))
        return RC_RANGE;
    double square = in.c[2] * in.c[2] + in.c[3] * in.c[3];
    if (!(square > 25 * in.se * in.se) || !(square > 0))
        return RC_RANGE;
    /* A cos wt + B sin wt is the phasor A - jB */
    struct lockin result = {.drive_rms = sqrt(square / 2), .noise = back.left};
    result.re = (back.c[2] * in.c[2] + back.c[3] * in.c[3]) / square;
    result.im = (back.c[2] * in.c[3] - back.c[3] * in.c[2]) / square;
    result.se = back.se / sqrt(square);
    *out = result;
    return RC_OK;
}
