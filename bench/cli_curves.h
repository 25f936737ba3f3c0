/* The curves of the physics models for `lambdabench twin curves`: what belongs to one picture, and
 * the pictures by topic. Every line is computed by the library when the picture is made; the only
 * tables are points that somebody published. */
#ifndef BENCH_CLI_CURVES_H
#define BENCH_CLI_CURVES_H

#include "bench/options.h"
#include "gas/lambda.h"
#include "reports/plot_xy.h"
#include "twin/pump_cell.h"

enum { SHEET_CURVES = 10, SHEET_POINTS = 321 };

struct curve_sheet {
    struct plot_xy plot;
    struct plot_xy_series curves[SHEET_CURVES];
    size_t count;
    double x[SHEET_CURVES][SHEET_POINTS], y[SHEET_CURVES][SHEET_POINTS];
};

enum curve_grid { CURVE_GRID_LINEAR, CURVE_GRID_LOG, CURVE_GRID_NEAR_ONE /* dense towards 1 */ };

struct curve_line {
    const char *label;
    unsigned style; /* 0..7: colour and dash */
    double lo, hi;
    enum curve_grid grid;
    size_t points; /* 0: 161; for CURVE_GRID_NEAR_ONE an even number, so that 1 itself is missed */
};

/* A line of value(ctx, x); NAN leaves a gap. */
void curve_add_line(struct curve_sheet *sheet, const struct curve_line *line,
                    double (*value)(const void *ctx, double x), const void *ctx);
/* Published points: rows of x, y. */
void curve_add_points(struct curve_sheet *sheet, const char *label, unsigned style,
                      const double (*points)[2], size_t count);
/* A line whose points the caller fills in: sheet->x[i], sheet->y[i]; returns i. */
size_t curve_add_empty(struct curve_sheet *sheet, const char *label, unsigned style, size_t points);

/* Exhaust of CH1.85 and dry O2 in N2 at 1 atm; lambda within 0.345..100, xO2 within 0..1. */
struct cell_gas curve_exhaust(double lambda);
struct cell_gas curve_oxygen(double xO2);
#define CURVE_AIR ((struct cell_gas){gas_mix_air, GAS_ATM_KPA})

struct curve_row {
    const char *name; /* of the file, without .svg */
    const char *what;
    void (*draw)(struct curve_sheet *sheet);
};

struct curve_group {
    const struct curve_row *rows;
    size_t count;
};
extern const struct curve_group curves_gas, curves_lsu, curves_element_a, curves_element_b,
    curves_element_c;

/* `lambdabench twin curves`: exit code. */
int cli_curves(struct args *args);

#endif
