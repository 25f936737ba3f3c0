/* Curves of thermochemistry: the EMF of equilibrium gas, the buffers. */
#include <math.h>

#include "bench/cli_curves.h"
#include "gas/equilibrium.h"
#include "twin/buffer.h"

static const double ZERO_K = GAS_ZERO_DEGC_K;

/* ---- EMF over lambda */

struct emf_case {
    struct gas_constants k;
    struct gas_surface surface;
};

static double emf_mV(const void *ctx, double lambda)
{
    const struct emf_case *c = ctx;
    struct cell_gas gas = curve_exhaust(lambda);
    struct gas_equilibrium eq;
    if (gas_equilibrium_solve(&gas.mix, &c->k, &c->surface, &eq, NULL) != RC_OK)
        return (double)NAN;
    return gas_nernst_mV(c->k.T_K, eq.ln_pO2_bar, gas_air_ln_pO2(gas.p_kPa));
}

static void add_emf(struct curve_sheet *sheet, double lo, double hi)
{
    static const struct {
        const char *label;
        double degC;
        bool methane;
    } cases[] = {{"600 degC", 600, false},   {"700 degC", 700, false},
                 {"800 degC", 800, false},   {"900 degC", 900, false},
                 {"1000 degC", 1000, false}, {"600 degC, methane forms", 600, true}};
    sheet->plot.x = (struct plot_xy_axis){.label = "lambda", .lo = lo, .hi = hi};
    sheet->plot.y = (struct plot_xy_axis){.label = "EMF", .unit = "mV", .lo = 0, .hi = 1200};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct emf_case c = {.surface = {GAS_ATM_KPA, cases[i].methane}};
        struct curve_line line = {cases[i].label, (unsigned)i, lo, hi, CURVE_GRID_NEAR_ONE, 320};
        if (gas_constants_exact(cases[i].degC + ZERO_K, &c.k) == RC_OK)
            curve_add_line(sheet, &line, emf_mV, &c);
    }
}

static void draw_emf(struct curve_sheet *sheet)
{
    sheet->plot.title = "Equilibrium EMF against air";
    sheet->plot.note = "exhaust of CH1.85 in dry air, 101.325 kPa; methane frozen out but for one";
    add_emf(sheet, 0.35, 1.65);
}

static void draw_emf_step(struct curve_sheet *sheet)
{
    sheet->plot.title = "Equilibrium EMF against air, the step";
    sheet->plot.note =
        "as before; within 0.001 of lambda 1 correct arithmetic, no truth about gases";
    add_emf(sheet, 0.98, 1.02);
}

/* ---- metal/metal-oxide buffers */

static double buffer_log(const void *ctx, double degC)
{
    const enum buffer_system *system = ctx;
    const struct buffer_info *info = buffer_info(*system);
    double T_K = degC + ZERO_K, ln_pO2;
    bool valid = T_K >= info->lo_K - 0.01 && T_K <= info->hi_K + 0.01;
    if (!valid || buffer_ln_pO2(*system, T_K, &ln_pO2) != RC_OK)
        return (double)NAN;
    return ln_pO2 / M_LN10;
}

static double air_log(const void *ctx, double degC)
{
    (void)ctx;
    (void)degC;
    return gas_air_ln_pO2(GAS_ATM_KPA) / M_LN10;
}

static void draw_buffers(struct curve_sheet *sheet)
{
    static const enum buffer_system systems[] = {BUFFER_PD, BUFFER_PD_EMF, BUFFER_CU2O, BUFFER_CU,
                                                 BUFFER_NI, BUFFER_CO,     BUFFER_FE};
    static const char *const labels[] = {
        "Pd/PdO", "Pd/PdO, EMF study", "Cu2O/CuO", "Cu/Cu2O", "Ni/NiO", "Co/CoO", "Fe/Fe0.947O"};
    sheet->plot.title = "Oxygen pressure of the buffers";
    sheet->plot.note = "drawn only where the source of each line holds";
    sheet->plot.x =
        (struct plot_xy_axis){.label = "temperature", .unit = "degC", .lo = 450, .hi = 1050};
    sheet->plot.y = (struct plot_xy_axis){.label = "log10 pO2", .unit = "bar", .lo = -30, .hi = 2};
    for (size_t i = 0; i < COUNT(systems); i++)
        curve_add_line(sheet, &(struct curve_line){labels[i], (unsigned)i, 427, 1050, 0, 312},
                       buffer_log, &systems[i]);
    curve_add_line(sheet, &(struct curve_line){"air, 1 atm", 7, 450, 1050, 0, 2}, air_log, NULL);
}

static const struct curve_row rows[] = {
    {"emf_lambda", "equilibrium EMF over lambda at 600..1000 degC", draw_emf},
    {"emf_step", "the same around lambda 1", draw_emf_step},
    {"buffer_po2", "oxygen pressure of the metal/metal-oxide buffers over temperature",
     draw_buffers},
};
const struct curve_group curves_gas = {rows, COUNT(rows)};
