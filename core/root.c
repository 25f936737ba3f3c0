#include "core/root.h"

#include <math.h>
#include <stdbool.h>

static const double NEAR = 0.5, TOLERANCE = 1e-9;
enum { CALLS_MAX = 120 };

struct end {
    double x, f;
};

/* Where the next call goes, as a share of the way from a to b. */
static double next_share(struct end a, struct end b, struct end c)
{
    double xi = (a.x - b.x) / (c.x - b.x), phi = (a.f - b.f) / (c.f - b.f);
    if (!(phi * phi < xi && (1 - phi) * (1 - phi) < 1 - xi))
        return 0.5;
    return a.f / (b.f - a.f) * c.f / (b.f - c.f) +
           (c.x - a.x) / (b.x - a.x) * a.f / (c.f - a.f) * b.f / (c.f - b.f);
}

static double refine(double (*f)(const void *ctx, double x), const void *ctx, struct end a,
                     struct end b, double tolerance)
{
    double share = 0.5;
    for (int i = 0; i < CALLS_MAX; i++) {
        struct end c = a, mid = {a.x + share * (b.x - a.x), 0};
        mid.f = f(ctx, mid.x);
        if ((mid.f > 0) != (a.f > 0)) {
            c = b;
            b = a;
        }
        a = mid;
        double least = tolerance / fabs(b.x - a.x);
        if (!(least < 0.5) || a.f == 0)
            break;
        share = next_share(a, b, c);
        share = share > least ? (share < 1 - least ? share : 1 - least) : least;
    }
    return fabs(a.f) < fabs(b.f) ? a.x : b.x;
}

static double between(double (*f)(const void *ctx, double x), const void *ctx, struct end a,
                      struct end b, double tolerance)
{
    if ((a.f > 0) == (b.f > 0) || a.f == 0 || b.f == 0)
        return fabs(a.f) <= fabs(b.f) ? a.x : b.x;
    return refine(f, ctx, a, b, tolerance);
}

double root_find(double (*f)(const void *ctx, double x), const void *ctx, double lo, double hi,
                 double tolerance)
{
    return between(f, ctx, (struct end){lo, f(ctx, lo)}, (struct end){hi, f(ctx, hi)}, tolerance);
}

double root_find_near(double (*f)(const void *ctx, double x), const void *ctx, double guess,
                      double lo, double hi)
{
    struct end a = {guess - NEAR > lo ? guess - NEAR : lo, 0};
    struct end b = {guess + NEAR < hi ? guess + NEAR : hi, 0};
    if (!(a.x < b.x))
        return root_find(f, ctx, lo, hi, TOLERANCE);
    a.f = f(ctx, a.x);
    b.f = f(ctx, b.x);
    if ((a.f > 0) != (b.f > 0))
        return between(f, ctx, a, b, TOLERANCE);
    bool up = (fabs(b.f) < fabs(a.f)); /* the zero lies beyond b */
    struct end far = {up ? hi : lo, 0};
    far.f = f(ctx, far.x);
    return up ? between(f, ctx, b, far, TOLERANCE) : between(f, ctx, far, a, TOLERANCE);
}
