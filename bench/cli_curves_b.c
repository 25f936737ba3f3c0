/* Curves of element B: voltage and current, Nernst mode. */
#include <math.h>

#include "bench/cli_curves.h"
#include "twin/element_b.h"

struct vi_case {
    struct element_b b;
    struct element_b_env env;
};

static double current_mA(const void *ctx, double volt)
{
    const struct vi_case *c = ctx;
    struct element_b_point point;
    if (element_b_at_voltage(&c->b, &c->env, 1000 * volt, &point) != RC_OK)
        return (double)NAN;
    return point.i_mA;
}

static void add_gases(struct curve_sheet *sheet)
{
    const struct {
        const char *label;
        struct cell_gas gas;
    } cases[] = {{"air", CURVE_AIR},
                 {"5 % O2", curve_oxygen(0.05)},
                 {"1 % O2", curve_oxygen(0.01)},
                 {"lambda 0.9", curve_exhaust(0.9)},
                 {"lambda 0.8", curve_exhaust(0.8)}};
    sheet->plot.note =
        "single sheet, kO2 8 mA fine and 80 mA coarse, 60 ohm, 740 degC, 101.325 kPa";
    sheet->plot.x = (struct plot_xy_axis){
        .label = "U, electrode 12 minus 13", .unit = "V", .lo = -1.2, .hi = 1.2};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct vi_case c;
        struct curve_line line = {cases[i].label, (unsigned)i, -1.2, 1.2, 0, 241};
        element_b_nominal(ELEMENT_B_SINGLE, &c.b);
        if (element_b_prepare(&c.b, &cases[i].gas, &cases[i].gas, ELEMENT_B_T_K, &c.env) == RC_OK)
            curve_add_line(sheet, &line, current_mA, &c);
    }
}

static void draw_vi(struct curve_sheet *sheet)
{
    sheet->plot.title = "Element B: current over voltage";
    sheet->plot.y = (struct plot_xy_axis){.label = "I", .unit = "mA", .lo = -20, .hi = 5};
    add_gases(sheet);
}

static void draw_vi_detail(struct curve_sheet *sheet)
{
    sheet->plot.title = "Element B: current over voltage, the small currents";
    sheet->plot.y = (struct plot_xy_axis){.label = "I", .unit = "mA", .lo = -1.5, .hi = 2.5};
    add_gases(sheet);
}

struct nernst_case {
    struct element_b b;
    double i_mA;
};

static double voltage_mV(const void *ctx, double lambda)
{
    const struct nernst_case *c = ctx;
    struct cell_gas gas = curve_exhaust(lambda);
    struct element_b_env env;
    struct element_b_point point;
    if (element_b_prepare(&c->b, &gas, &gas, ELEMENT_B_T_K, &env) != RC_OK)
        return (double)NAN;
    element_b_at_current(&c->b, &env, c->i_mA, &point);
    return point.railed ? (double)NAN : fabs(point.u_mV);
}

static void draw_nernst(struct curve_sheet *sheet)
{
    static const struct {
        const char *label;
        double i_mA;
    } cases[] = {{"I0 = -50 uA", -0.05}, {"I0 = -100 uA", -0.1}, {"I0 = -200 uA", -0.2}};
    sheet->plot.title = "Element B: Nernst mode";
    sheet->plot.note = "a constant current makes electrode 13 an oxygen-pumped reference; 740 degC";
    sheet->plot.x = (struct plot_xy_axis){.label = "lambda", .lo = 0.88, .hi = 1.06};
    sheet->plot.y = (struct plot_xy_axis){.label = "|U|", .unit = "mV", .lo = 0, .hi = 1000};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct nernst_case c = {.i_mA = cases[i].i_mA};
        struct curve_line line = {cases[i].label, (unsigned)i, 0.88, 1.06, CURVE_GRID_LINEAR, 316};
        element_b_nominal(ELEMENT_B_SINGLE, &c.b);
        curve_add_line(sheet, &line, voltage_mV, &c);
    }
}

static const struct curve_row rows[] = {
    {"b_vi", "element B: current over voltage in five gases", draw_vi},
    {"b_vi_detail", "element B: the same, the small currents", draw_vi_detail},
    {"b_nernst", "element B: |U| over lambda at 50, 100 and 200 uA", draw_nernst},
};
const struct curve_group curves_element_b = {rows, COUNT(rows)};
