#include "analysis/ripple.h"

#include <math.h>

#include "analysis/basic.h"

static const double WINDOW_S = 1, LEAST_S = 2, LEAST_HZ = 8;

double ripple_pp(const double *t_s, const double *x, size_t n)
{
    double level = basic_mean(x, n);
    if (n < 2 || !isfinite(level))
        return (double)NAN;
    double span_s = t_s[n - 1] - t_s[0];
    if (!(span_s >= LEAST_S * (1 - 1e-3)) || !((double)(n - 1) >= LEAST_HZ * span_s))
        return (double)NAN;
    /* Sums of differences from the mean: no digits are lost when the signal is large. */
    double window = 0, power = 0;
    size_t first = 0, behind = 0, used = 0;
    for (size_t i = 0; i < n; i++) {
        while (behind < n && t_s[behind] - t_s[i] <= WINDOW_S / 2)
            window += x[behind++] - level;
        while (t_s[i] - t_s[first] > WINDOW_S / 2)
            window -= x[first++] - level;
        if (t_s[i] - t_s[0] < WINDOW_S / 2 || t_s[n - 1] - t_s[i] < WINDOW_S / 2)
            continue;
        double fast = x[i] - level - window / (double)(behind - first);
        power += fast * fast;
        used++;
    }
    return used ? 2 * sqrt(2 * power / (double)used) : (double)NAN;
}
