#include "analysis/e_series.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/num.h"

static const double e24[] = {1.0, 1.1, 1.2, 1.3, 1.5, 1.6, 1.8, 2.0, 2.2, 2.4, 2.7, 3.0,
                             3.3, 3.6, 3.9, 4.3, 4.7, 5.1, 5.6, 6.2, 6.8, 7.5, 8.2, 9.1};
enum { E24 = 24, E192 = 192, E192_ODD = 185 }; /* 10^(185/192) = 9.194 */

static bool is_series(double series)
{
    static const double known[] = {3, 6, 12, 24, 48, 96, 192};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (series == known[i])
            return true;
    return false;
}

/* The i-th value of the decade that begins with 1; i = n begins the next one. */
static double member(int i, int n)
{
    if (i >= n)
        return 10 * member(i - n, n);
    if (n <= E24)
        return e24[(size_t)i * (size_t)(E24 / n)];
    if (n == E192 && i == E192_ODD)
        return 9.20;
    return round(100 * pow(10, (double)i / n)) / 100;
}

double e_series_nearest(double value, double series)
{
    if (!num_within(value, 1e-12, 1e12) || !is_series(series))
        return (double)NAN;
    int n = (int)series;
    double decade = pow(10, floor(log10(value))), best = (double)NAN, least = INFINITY;
    for (int i = 0; i <= n; i++) {
        double candidate = decade * member(i, n), off = fabs(log(candidate / value));
        if (off <= least) {
            least = off;
            best = candidate;
        }
    }
    return best;
}
