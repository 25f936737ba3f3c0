#include "analysis/proportion.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

#include "core/num.h"

/* Where the beta distribution reaches `p`. Halving needs no derivative and cannot fail to converge,
 * unlike the library's own inverse, which would end the program. */
static double beta_quantile(double p, double a, double b)
{
    double lo = 0.0, hi = 1.0;
    for (int i = 0; i < 60; i++) {
        double x = 0.5 * (lo + hi), reached = gsl_cdf_beta_P(x, a, b);
        if (isnan(reached))
            return (double)NAN;
        if (reached < p)
            lo = x;
        else
            hi = x;
    }
    return 0.5 * (lo + hi);
}

enum rc proportion_find(unsigned hits, unsigned total, double confidence, struct proportion *out)
{
    if (total == 0 || hits > total || !(confidence > 0.0 && confidence < 1.0))
        return RC_RANGE;
    double tail = 0.5 * (1.0 - confidence), k = hits, n = total;
    struct proportion found = {
        .share = k / n,
        .lo = hits == 0 ? 0.0 : beta_quantile(tail, k, n - k + 1.0),
        .hi = hits == total ? 1.0 : beta_quantile(1.0 - tail, k + 1.0, n - k),
    };
    if (!(found.lo <= found.share && found.share <= found.hi))
        return RC_RANGE;
    *out = found;
    return RC_OK;
}

/* --- crossing ----------------------------------------------------------------------------------
 */

struct curves {
    double x[PROPORTION_RUNGS_MAX], y[PROPORTION_RUNGS_MAX];
    double lo[PROPORTION_RUNGS_MAX], hi[PROPORTION_RUNGS_MAX];
    size_t count;
};

/* Pools of neighbours, each with its mean; a pool that falls behind its left one joins it. */
static void make_rising(const struct proportion_rung *rungs, struct curves *c)
{
    double hits[PROPORTION_RUNGS_MAX], total[PROPORTION_RUNGS_MAX];
    size_t end[PROPORTION_RUNGS_MAX], pools = 0;
    for (size_t i = 0; i < c->count; i++) {
        hits[pools] = rungs[i].hits;
        total[pools] = rungs[i].total;
        end[pools++] = i + 1;
        while (pools > 1 &&
               hits[pools - 1] * total[pools - 2] < hits[pools - 2] * total[pools - 1]) {
            hits[pools - 2] += hits[pools - 1];
            total[pools - 2] += total[pools - 1];
            end[pools - 2] = end[pools - 1];
            pools--;
        }
    }
    for (size_t pool = 0, i = 0; pool < pools; pool++)
        for (; i < end[pool]; i++)
            c->y[i] = hits[pool] / total[pool];
}

/* A share that rises is at least the lower bound of every rung before, at most the upper one of
 * every rung behind. */
static void tighten(struct curves *c)
{
    for (size_t i = 1; i < c->count; i++)
        c->lo[i] = c->lo[i] >= c->lo[i - 1] ? c->lo[i] : c->lo[i - 1];
    for (size_t i = c->count - 1; i > 0; i--)
        c->hi[i - 1] = c->hi[i - 1] <= c->hi[i] ? c->hi[i - 1] : c->hi[i];
}

static double crossing(const double *x, const double *y, size_t count, double share)
{
    if (y[0] >= share)
        return -(double)INFINITY;
    for (size_t i = 1; i < count; i++)
        if (y[i] >= share)
            return x[i - 1] + (x[i] - x[i - 1]) * (share - y[i - 1]) / (y[i] - y[i - 1]);
    return (double)INFINITY;
}

enum rc proportion_cross(const struct proportion_rung *rungs, size_t count, double share,
                         double confidence, struct proportion_crossing *out)
{
    struct curves c = {.count = count};
    if (count == 0 || count > PROPORTION_RUNGS_MAX || !(share > 0.0 && share < 1.0))
        return RC_RANGE;
    for (size_t i = 0; i < count; i++) {
        struct proportion p;
        enum rc rc = proportion_find(rungs[i].hits, rungs[i].total, confidence, &p);
        if (rc != RC_OK)
            return rc;
        if (!isfinite(rungs[i].x) || (i > 0 && !(rungs[i].x > rungs[i - 1].x)))
            return RC_RANGE;
        c.x[i] = rungs[i].x;
        c.lo[i] = p.lo;
        c.hi[i] = p.hi;
    }
    make_rising(rungs, &c);
    tighten(&c);
    struct proportion_crossing found = {.at = crossing(c.x, c.y, count, share),
                                        .lo = crossing(c.x, c.hi, count, share),
                                        .hi = crossing(c.x, c.lo, count, share)};
    found.lo = found.lo <= found.at ? found.lo : found.at;
    found.hi = found.hi >= found.at ? found.hi : found.at;
    *out = found;
    return RC_OK;
}
