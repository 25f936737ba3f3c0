/* Curves of element A: the transfer resistance. */
#include "bench/cli_curves.h"
#include "twin/element_a.h"

static const double ZERO_K = GAS_ZERO_DEGC_K;

struct transfer {
    struct element_a a;
    double T_K, lead_K; /* 0: as the variable says, as the element's temperature says */
};

static double over_barrier_ohm(const void *ctx, double ror_kohm)
{
    struct transfer t = *(const struct transfer *)ctx;
    t.a.or1.active_ohm = 1000 * ror_kohm;
    return element_a_rc_ohm(&t.a, element_a_heat_at(t.T_K), 1);
}

static void draw_rc_barrier(struct curve_sheet *sheet)
{
    static const struct {
        const char *label;
        double degC;
    } cases[] = {{"700 degC", 700}, {"780 degC", 780}, {"860 degC", 860}};
    sheet->plot.title = "Element A: transfer resistance over the barrier layer";
    sheet->plot.note = "R_N 270 ohm activated, R_p 75 ohm, all at 780 degC";
    sheet->plot.x = (struct plot_xy_axis){
        .label = "R_OR at 780 degC", .unit = "kohm", .lo = 0.1, .hi = 1000, .log = true};
    sheet->plot.y = (struct plot_xy_axis){
        .label = "R_c = dU_N/dIp", .unit = "ohm", .lo = 0.01, .hi = 100, .log = true};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct transfer t = {.T_K = cases[i].degC + ZERO_K};
        struct curve_line line = {cases[i].label, (unsigned)i, 0.1, 1000, CURVE_GRID_LOG, 0};
        element_a_nominal(ELEMENT_A_P1, &t.a);
        curve_add_line(sheet, &line, over_barrier_ohm, &t);
    }
}

static double over_temperature_ohm(const void *ctx, double degC)
{
    const struct transfer *t = ctx;
    struct element_a_heat heat = element_a_heat_at(degC + ZERO_K);
    if (t->lead_K > 0)
        heat.lead_K = t->lead_K;
    return element_a_rc_ohm(&t->a, heat, 1) + element_a_com_ohm(&t->a, heat);
}

static void draw_rc_temperature(struct curve_sheet *sheet)
{
    static const struct {
        const char *label;
        double ror_ohm, com_ohm, lead_path_ohm, lead_degC;
    } cases[] = {{"barrier missing, 2 kohm", 2e3, 0, 0, 0},
                 {"pin-holes, 30 kohm", 30e3, 0, 0, 0},
                 {"sound, 1 Mohm", 1e6, 0, 0, 0},
                 {"shared lead, 2 ohm", 1e6, 2, 0, 0},
                 {"path at the lead", 1e6, 0, 5e3, 0},
                 {"the same, lead at 480 degC", 1e6, 0, 5e3, 480}};
    sheet->plot.title = "Element A: where a transfer resistance comes from";
    sheet->plot.note =
        "R_OR at 780 degC; shared lead at 20 degC; path at the lead 5 kohm at 500 degC";
    sheet->plot.x = (struct plot_xy_axis){
        .label = "temperature of the cells", .unit = "degC", .lo = 650, .hi = 900};
    sheet->plot.y =
        (struct plot_xy_axis){.label = "R_c", .unit = "ohm", .lo = 0.01, .hi = 100, .log = true};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct transfer t = {.lead_K = cases[i].lead_degC > 0 ? cases[i].lead_degC + ZERO_K : 0};
        struct curve_line line = {cases[i].label, (unsigned)i, 650, 900, 0, 101};
        element_a_nominal(ELEMENT_A_P1, &t.a);
        t.a.or1.active_ohm = cases[i].ror_ohm;
        t.a.com_ohm = cases[i].com_ohm;
        if (cases[i].lead_path_ohm > 0) {
            t.a.or_lead = (struct nernst_path){0, 1, t.a.or1.ea_eV};
            t.a.or_lead.active_ohm =
                cases[i].lead_path_ohm / nernst_path_active_ohm(&t.a.or_lead, 500 + ZERO_K);
        }
        curve_add_line(sheet, &line, over_temperature_ohm, &t);
    }
}

static const struct curve_row rows[] = {
    {"a_rc_barrier", "element A: transfer resistance over R_OR", draw_rc_barrier},
    {"a_rc_temperature", "element A: transfer resistance over temperature, by its origin",
     draw_rc_temperature},
};
const struct curve_group curves_element_a = {rows, COUNT(rows)};
