#include "sequences/grade.h"

#include <math.h>

#include "core/num.h"

/* clang-format off */
static const char *const verdict_names[] = {
    [VERDICT_NO_LIMIT] = "no-limit", [VERDICT_PASS] = "pass", [VERDICT_MARGINAL] = "marginal",
    [VERDICT_INCONCLUSIVE] = "inconclusive", [VERDICT_FAIL] = "fail", [VERDICT_ABORTED] = "aborted",
    [VERDICT_ERROR] = "error",
};
static const char *const quality_names[] = {
    [QUALITY_GOOD] = "good", [QUALITY_MISSING] = "missing", [QUALITY_FEW] = "few",
    [QUALITY_STALE] = "stale", [QUALITY_STUCK] = "stuck", [QUALITY_INVALID] = "invalid",
    [QUALITY_NO_RESULT] = "no-result",
};
/* clang-format on */

const char *verdict_text(enum verdict verdict)
{
    return (size_t)verdict < COUNT(verdict_names) ? verdict_names[verdict] : "error";
}

const char *quality_text(enum quality quality)
{
    return (size_t)quality < COUNT(quality_names) ? quality_names[quality] : "invalid";
}

enum verdict verdict_worst(enum verdict a, enum verdict b)
{
    return a > b ? a : b;
}

/* NaN where the guard needs something that is not known. */
static double guard_width(const struct measured *m, const struct limit *limit)
{
    switch (limit->guard) {
    case GUARD_NONE:
        return 0;
    case GUARD_U95:
        return limit->guard_value * m->u95;
    case GUARD_ABSOLUTE:
        return limit->guard_value;
    case GUARD_WIDTH:
        return limit->guard_value * (limit->usl - limit->lsl);
    }
    return (double)NAN;
}

static double nearer_limit(double value, const struct limit *limit)
{
    double below = value - limit->lsl, above = limit->usl - value;
    double margin = below < above ? below : above;
    return isfinite(margin) ? margin : (double)NAN;
}

/* The bench can tell: a finite value, a guard that is known, and an uncertainty no larger than half
 * the width of the tolerance (test uncertainty ratio >= 1). */
static bool can_tell(const struct measured *m, const struct limit *limit, double guard)
{
    if (m->quality != QUALITY_GOOD || !isfinite(m->value) || !(guard >= 0) || !isfinite(guard))
        return false;
    if (!(limit->lsl <= limit->usl) || !(limit->marginal >= 0))
        return false;
    double half = (limit->usl - limit->lsl) / 2;
    return isinf(half) || (m->u95 >= 0 && m->u95 <= half);
}

struct grade grade_value(const struct measured *m, const struct limit *limit)
{
    struct grade g = {VERDICT_NO_LIMIT, -(double)INFINITY, (double)INFINITY, (double)NAN};
    if (!limit) {
        if (m->quality != QUALITY_GOOD || !isfinite(m->value))
            g.verdict = VERDICT_INCONCLUSIVE;
        return g;
    }
    double guard = guard_width(m, limit);
    g.al = limit->lsl + guard;
    g.au = limit->usl - guard;
    g.verdict = VERDICT_INCONCLUSIVE;
    if (isfinite(m->value))
        g.margin = nearer_limit(m->value, limit);
    if (!can_tell(m, limit, guard))
        return g;
    if (!num_within(m->value, limit->lsl, limit->usl))
        g.verdict = VERDICT_FAIL;
    else if (num_within(m->value, g.al + limit->marginal, g.au - limit->marginal))
        g.verdict = VERDICT_PASS;
    else
        g.verdict = VERDICT_MARGINAL;
    return g;
}
