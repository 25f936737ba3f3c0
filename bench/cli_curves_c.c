/* Curves of element C: the signal, leaks, and the end of the reserve. */
#include <math.h>

#include "bench/cli_curves.h"
#include "gas/equilibrium.h"
#include "twin/element_c.h"

static const double T_K = 1073.15; /* 800 degC */

/* ---- U over lambda */

/* Behind a catalyst bed: what a good electrode makes of the gas anyway. */
static bool equilibrate(struct cell_gas *gas)
{
    struct gas_constants k;
    struct gas_equilibrium eq;
    struct gas_surface surface = {.p_kPa = gas->p_kPa};
    if (gas_constants_exact(T_K, &k) != RC_OK ||
        gas_equilibrium_solve(&gas->mix, &k, &surface, &eq, NULL) != RC_OK)
        return false;
    gas->mix = eq.x;
    return true;
}

static double signal_mV(const void *ctx, double lambda)
{
    struct cell_gas gas = curve_exhaust(lambda);
    double u_mV;
    if (!equilibrate(&gas) || element_c_signal_mV(ctx, &gas, T_K, &u_mV) != RC_OK)
        return (double)NAN;
    return u_mV;
}

static void draw_signal(struct curve_sheet *sheet)
{
    static const struct {
        const char *label;
        enum buffer_system buffer;
    } cases[] = {{"Pd/PdO", BUFFER_PD},
                 {"Cu/Cu2O", BUFFER_CU},
                 {"Ni/NiO", BUFFER_NI},
                 {"Co/CoO", BUFFER_CO},
                 {"Fe/Fe0.947O", BUFFER_FE}};
    sheet->plot.title = "Element C: signal over lambda";
    sheet->plot.note = "equilibrium exhaust of CH1.85, 800 degC; reference minus working electrode";
    sheet->plot.x = (struct plot_xy_axis){.label = "lambda", .lo = 0.35, .hi = 1.6};
    sheet->plot.y = (struct plot_xy_axis){.label = "U", .unit = "mV", .lo = -1000, .hi = 1200};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct element_c c;
        struct curve_line line = {cases[i].label, (unsigned)i, 0.35, 1.6, CURVE_GRID_NEAR_ONE, 320};
        element_c_nominal(ELEMENT_C_P14, cases[i].buffer, &c);
        curve_add_line(sheet, &line, signal_mV, &c);
    }
}

/* ---- pin-holes */

static double hole_uA(const void *ctx, double hole_um)
{
    const double *cover_um = ctx;
    return element_c_hole_uA(hole_um, *cover_um);
}

static void draw_hole(struct curve_sheet *sheet)
{
    static const struct {
        const char *label;
        double cover_um;
    } cases[] = {{"cover 10 um", 10}, {"cover 20 um", 20}, {"cover 50 um", 50}};
    sheet->plot.title = "Element C: leak of a pin-hole";
    sheet->plot.note = "air outside, an empty reference inside, 750 degC";
    sheet->plot.x =
        (struct plot_xy_axis){.label = "diameter", .unit = "um", .lo = 0.05, .hi = 20, .log = true};
    sheet->plot.y =
        (struct plot_xy_axis){.label = "leak", .unit = "uA", .lo = 0.001, .hi = 10000, .log = true};
    for (size_t i = 0; i < COUNT(cases); i++)
        curve_add_line(
            sheet, &(struct curve_line){cases[i].label, (unsigned)i, 0.05, 20, CURVE_GRID_LOG, 0},
            hole_uA, &cases[i].cover_um);
}

/* ---- the knee */

static void add_history(struct curve_sheet *sheet, const char *label, unsigned style,
                        const struct element_c *c, const struct cell_gas *gas)
{
    enum { POINTS = 321 };
    const double first_h = 0.1, last_h = 1000;
    size_t k = curve_add_empty(sheet, label, style, POINTS);
    struct element_c_state state;
    struct element_c_point point = {.u_mV = (double)NAN};
    enum rc rc = element_c_start(c, gas, T_K, &state);
    for (size_t i = 0; i < POINTS; i++) {
        sheet->x[k][i] = first_h * pow(last_h / first_h, (double)i / (POINTS - 1));
        struct element_c_drive drive = {.T_K = T_K, .dt_s = (sheet->x[k][i] - state.hours) * 3600};
        if (rc == RC_OK)
            rc = element_c_step(c, gas, &drive, &state, &point);
        sheet->y[k][i] = rc == RC_OK ? point.u_mV : (double)NAN;
    }
}

static void draw_knee(struct curve_sheet *sheet)
{
    const struct {
        const char *label;
        double hole_um;
        struct cell_gas gas;
    } cases[] = {{"air, pin-hole 3 um", 3, CURVE_AIR},
                 {"air, pin-hole 1 um", 1, CURVE_AIR},
                 {"air, pin-hole 0.3 um", 0.3, CURVE_AIR},
                 {"air, sound", 0, CURVE_AIR},
                 {"lambda 0.8, pin-hole 1 um", 1, curve_exhaust(0.8)}};
    sheet->plot.title = "Element C: a leak is silent until one phase is used up";
    sheet->plot.note = "Ni/NiO, 0.086 C of oxide and 0.146 C of metal, 800 degC";
    sheet->plot.x =
        (struct plot_xy_axis){.label = "time hot", .unit = "h", .lo = 0.1, .hi = 1000, .log = true};
    sheet->plot.y = (struct plot_xy_axis){.label = "U", .unit = "mV", .lo = -800, .hi = 400};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct element_c c;
        element_c_nominal(ELEMENT_C_P14, BUFFER_NI, &c);
        c.hole_um = cases[i].hole_um;
        add_history(sheet, cases[i].label, (unsigned)i, &c, &cases[i].gas);
    }
}

static const struct curve_row rows[] = {
    {"c_signal", "element C: U over lambda for five buffers at 800 degC", draw_signal},
    {"c_pin_hole", "element C: leak over the diameter of a pin-hole", draw_hole},
    {"c_knee", "element C: U over time with leaks, and the knee", draw_knee},
};
const struct curve_group curves_element_c = {rows, COUNT(rows)};
