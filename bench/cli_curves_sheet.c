#include <assert.h>
#include <math.h>

#include "bench/cli_curves.h"

enum { POINTS_DEFAULT = 161, STYLES = 8 };

size_t curve_add_empty(struct curve_sheet *sheet, const char *label, unsigned style, size_t points)
{
    assert(sheet->count < SHEET_CURVES && points <= SHEET_POINTS && style < STYLES);
    static const enum plot_xy_line lines[STYLES] = {
        PLOT_XY_SOLID,  PLOT_XY_DASHED,       PLOT_XY_DASH_DOT, PLOT_XY_LONG,
        PLOT_XY_DOTTED, PLOT_XY_DASH_DOT_DOT, PLOT_XY_SHORT,    PLOT_XY_SOLID};
    size_t i = sheet->count++;
    sheet->curves[i] = (struct plot_xy_series){.label = label,
                                               .x = sheet->x[i],
                                               .y = sheet->y[i],
                                               .count = points,
                                               .color = style,
                                               .line = lines[style]};
    return i;
}

static double grid_at(const struct curve_line *line, double t)
{
    if (line->grid == CURVE_GRID_LOG)
        return line->lo * pow(line->hi / line->lo, t);
    if (line->grid == CURVE_GRID_LINEAR)
        return line->lo + (line->hi - line->lo) * t;
    double u = 2 * t - 1, arm = u < 0 ? 1 - line->lo : line->hi - 1;
    return 1 + arm * u * fabs(u);
}

void curve_add_line(struct curve_sheet *sheet, const struct curve_line *line,
                    double (*value)(const void *ctx, double x), const void *ctx)
{
    size_t points = line->points ? line->points : POINTS_DEFAULT;
    size_t k = curve_add_empty(sheet, line->label, line->style, points);
    for (size_t i = 0; i < points; i++) {
        sheet->x[k][i] = grid_at(line, (double)i / (double)(points - 1));
        sheet->y[k][i] = value(ctx, sheet->x[k][i]);
    }
}

void curve_add_points(struct curve_sheet *sheet, const char *label, unsigned style,
                      const double (*points)[2], size_t count)
{
    static const enum plot_xy_marker markers[] = {PLOT_XY_CIRCLE, PLOT_XY_SQUARE, PLOT_XY_TRIANGLE,
                                                  PLOT_XY_DIAMOND};
    size_t k = curve_add_empty(sheet, label, style, count);
    sheet->curves[k].line = PLOT_XY_NONE;
    sheet->curves[k].marker = markers[style % 4];
    for (size_t i = 0; i < count; i++) {
        sheet->x[k][i] = points[i][0];
        sheet->y[k][i] = points[i][1];
    }
}

struct cell_gas curve_exhaust(double lambda)
{
    static const struct gas_fuel ch185 = {.y = 1.85, .z = 0, .Kw = GAS_KW_FROZEN};
    struct cell_gas gas = {.p_kPa = GAS_ATM_KPA};
    enum rc rc = gas_exhaust(&ch185, lambda, &gas.mix, NULL);
    assert(rc == RC_OK);
    (void)rc;
    return gas;
}

struct cell_gas curve_oxygen(double xO2)
{
    struct cell_gas gas = {.p_kPa = GAS_ATM_KPA};
    gas.mix.x[GAS_O2] = xO2;
    gas.mix.x[GAS_N2] = 1 - xO2;
    return gas;
}
