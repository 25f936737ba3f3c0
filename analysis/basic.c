#include "analysis/basic.h"

#include <math.h>
#include <stdbool.h>

double basic_mean(const double *x, size_t n)
{
    if (n == 0)
        return (double)NAN;
    /* Around the first value, so that a small spread on a large level keeps its digits and equal
     * values give exactly that value. */
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[i] - x[0];
    double mean = x[0] + sum / (double)n;
    return isfinite(mean) ? mean : (double)NAN;
}

double basic_sd(const double *x, size_t n)
{
    if (n < 2)
        return (double)NAN;
    double mean = basic_mean(x, n), sum = 0, rest = 0;
    for (size_t i = 0; i < n; i++) {
        double d = x[i] - mean;
        sum += d * d;
        rest += d;
    }
    double variance = (sum - rest * rest / (double)n) / (double)(n - 1);
    if (!isfinite(variance))
        return (double)NAN;
    return variance > 0 ? sqrt(variance) : 0;
}

double basic_noise(const double *x, size_t n, double *scratch)
{
    if (n < 3)
        return (double)NAN;
    for (size_t i = 1; i < n; i++)
        scratch[i - 1] = fabs(x[i] - x[i - 1]);
    return 1.4826 * M_SQRT1_2 * basic_median(scratch, n - 1);
}

double basic_rms(const double *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[i] * x[i];
    double rms = n ? sqrt(sum / (double)n) : (double)NAN;
    return isfinite(rms) ? rms : (double)NAN;
}

static bool all_finite(const double *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[i] * 0.0;
    return sum == 0;
}

static void swap(double *a, double *b)
{
    double keep = *a;
    *a = *b;
    *b = keep;
}

/* Hoare's selection: afterwards x[k] is the k-th smallest and nothing before it is larger. */
static double select_kth(double *x, size_t n, size_t k)
{
    size_t lo = 0, hi = n - 1;
    while (lo < hi) {
        size_t middle = lo + (hi - lo) / 2;
        if (x[middle] < x[lo])
            swap(&x[middle], &x[lo]);
        if (x[hi] < x[lo])
            swap(&x[hi], &x[lo]);
        if (x[hi] < x[middle])
            swap(&x[hi], &x[middle]);
        double pivot = x[middle];
        size_t i = lo, j = hi;
        for (;;) {
            while (x[i] < pivot)
                i++;
            while (x[j] > pivot)
                j--;
            if (i >= j)
                break;
            swap(&x[i++], &x[j--]);
        }
        if (k <= j)
            hi = j;
        else
            lo = j + 1;
    }
    return x[k];
}

double basic_median(double *x, size_t n)
{
    if (n == 0 || !all_finite(x, n))
        return (double)NAN;
    double upper = select_kth(x, n, n / 2);
    if (n % 2)
        return upper;
    double lower = x[0];
    for (size_t i = 1; i < n / 2; i++)
        lower = x[i] > lower ? x[i] : lower;
    return lower + (upper - lower) / 2;
}

void basic_extremes(const double *x, size_t n, double *lo, double *hi)
{
    *lo = *hi = (double)NAN;
    if (n == 0 || !all_finite(x, n))
        return;
    *lo = *hi = x[0];
    for (size_t i = 1; i < n; i++) {
        *lo = x[i] < *lo ? x[i] : *lo;
        *hi = x[i] > *hi ? x[i] : *hi;
    }
}

double basic_integral(const double *t, const double *x, size_t n)
{
    double sum = 0;
    for (size_t i = 1; i < n; i++)
        sum += (t[i] - t[i - 1]) * (x[i] + x[i - 1]) / 2;
    return n >= 2 && isfinite(sum) ? sum : (double)NAN;
}
