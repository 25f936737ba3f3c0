#include "analysis/fit.h"

#include <math.h>

#include "analysis/basic.h"

enum rc fit_line_find(const double *x, const double *y, size_t n, struct fit_line *out)
{
    double mx = basic_mean(x, n), my = basic_mean(y, n);
    double sxx = 0, sxy = 0, syy = 0;
    for (size_t i = 0; i < n; i++) {
        sxx += (x[i] - mx) * (x[i] - mx);
        sxy += (x[i] - mx) * (y[i] - my);
        syy += (y[i] - my) * (y[i] - my);
    }
    if (n < 2 || !(sxx > 0) || !isfinite(sxx) || !isfinite(sxy) || !isfinite(syy))
        return RC_RANGE;
    struct fit_line line = {.slope = sxy / sxx, .slope_se = (double)NAN, .offset_se = (double)NAN};
    line.offset = my - line.slope * mx;
    double rest = syy - line.slope * sxy;
    rest = rest > 0 ? rest : 0;
    line.r2 = syy > 0 ? 1 - rest / syy : 1;
    if (n > 2) {
        line.slope_se = sqrt(rest / (double)(n - 2) / sxx);
        line.offset_se = line.slope_se * sqrt(sxx / (double)n + mx * mx);
    }
    for (size_t i = 0; i < n; i++) {
        double off = fabs(y[i] - my - line.slope * (x[i] - mx));
        line.worst = off > line.worst ? off : line.worst;
    }
    *out = line;
    return RC_OK;
}
