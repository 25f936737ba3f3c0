/* Curves of the LSU class and of a pump cell in general, with the points that were published. */
#include <math.h>

#include "bench/cli_curves.h"
#include "twin/element_lsu.h"
#include "twin/heater.h"

static const double ZERO_K = GAS_ZERO_DEGC_K, HOT_K = NERNST_T0_K, SET_mV = 450;

/* ---- published points */

/* clang-format off */
/* Bosch Motorsport data sheet of the LSU 4.9: lambda, mA */
static const double lsu49_ip[][2] = {
    {0.65, -2.0},   {0.7, -1.602},  {0.75, -1.243}, {0.8, -0.927},  {0.822, -0.8},  {0.85, -0.652},
    {0.9, -0.405},  {0.95, -0.183}, {0.97, -0.106}, {0.99, -0.04},  {1.003, 0.0},   {1.01, 0.015},
    {1.05, 0.097},  {1.1, 0.193},   {1.132, 0.25},  {1.179, 0.329}, {1.429, 0.671}, {1.701, 0.938},
    {1.99, 1.15},   {2.434, 1.385}, {3.413, 1.7},   {5.391, 2.0},   {7.506, 2.15},  {10.119, 2.25},
};
/* LSU 4.2, converter tables and tests of the rusEFI firmware: lambda, mA */
static const double lsu42_ip[][2] = {
    {0.7, -1.85}, {0.8, -1.08}, {0.85, -0.76}, {0.9, -0.47},
    {1.18, 0.34}, {1.43, 0.68}, {1.7, 0.95},   {2.42, 1.4},
};
/* LSU 4.9, table of the Bylund Lambda Shield firmware: % O2, mA */
static const double lsu49_o2[][2] = {
    {20.95, 2.54},  {15.44, 1.811}, {10.23, 1.1709},
    {8.06, 0.9108}, {3.54, 0.3906}, {1.19, 0.1305},
};
/* R_N at 1..4 kHz, rusEFI wideband firmware: degC, ohm. The last point of the LSU 4.9, 4500 ohm at
 * 500 degC, is that project's own extrapolation and left out. */
static const double lsu49_rn[][2] = {
    {1030, 80}, {972, 100}, {888, 150}, {840, 200}, {806, 250}, {780, 300},  {761, 350},  {744, 400},
    {729, 450}, {703, 550}, {686, 650}, {665, 800}, {642, 1000}, {628, 1200}, {567, 2500},
};
static const double lsu42_rn[][2] = {
    {1199, 35}, {961, 40},  {857, 50},  {806, 60},  {775, 70},  {750, 80},   {730, 90},   {715, 100},
    {692, 120}, {666, 150}, {635, 200}, {613, 250}, {598, 300}, {574, 400},  {564, 450},  {556, 500},
    {543, 600}, {535, 700}, {528, 800}, {521, 900}, {514, 1000}, {503, 1100},
};
static const double adv_rn[][2] = {
    {1198, 53}, {982, 96},  {914, 130}, {875, 162}, {855, 184},  {838, 206},  {816, 239},  {794, 278},
    {785, 300}, {771, 330}, {751, 390}, {732, 462}, {711, 573},  {691, 730},  {671, 950},  {653, 1200},
    {635, 1500}, {614, 1900}, {588, 2500}, {562, 3500}, {537, 5000}, {528, 6000},
};
/* clang-format on */

/* ---- Ip over lambda, O2, pressure */

/* The element of the bench, steady at its set point. */
static double kind_ip_mA(const struct lsu_kind *kind, const struct gas_mix *mix)
{
    const struct lsu_part part = {.barrier = 1, .raw = 1, .kappa = 1, .tau_s = 0.012, .rn = 1};
    struct gas_view view = {.mix = *mix, .pressure_kPa = GAS_ATM_KPA, .convection = 1, .serial = 1};
    double T_K = kind->heater.target_degC + ZERO_K;
    struct lsu lsu;
    lsu_init(&lsu, kind, &part, &view, T_K);
    return lsu_limit_mA(&lsu, &view, T_K);
}

static double ip_in_exhaust_mA(const void *ctx, double lambda)
{
    struct cell_gas gas = curve_exhaust(lambda);
    return kind_ip_mA(ctx, &gas.mix);
}

static void draw_ip_lambda(struct curve_sheet *sheet)
{
    sheet->plot.title = "Pump current over lambda";
    sheet->plot.note = "exhaust of CH1.85, 780 and 750 degC, 101.325 kPa, U_N 450 mV; below lambda "
                       "0.65 extrapolated";
    sheet->plot.x = (struct plot_xy_axis){.label = "lambda", .lo = 0.5, .hi = 12, .log = true};
    sheet->plot.y = (struct plot_xy_axis){.label = "Ip", .unit = "mA", .lo = -4, .hi = 3};
    curve_add_line(sheet, &(struct curve_line){"LSU 4.9, model", 0, 0.5, 12, CURVE_GRID_LOG, 240},
                   ip_in_exhaust_mA, &lsu_kind_49);
    curve_add_points(sheet, "LSU 4.9, published", 0, lsu49_ip, COUNT(lsu49_ip));
    curve_add_line(sheet, &(struct curve_line){"LSU 4.2, model", 1, 0.5, 12, CURVE_GRID_LOG, 240},
                   ip_in_exhaust_mA, &lsu_kind_42);
    curve_add_points(sheet, "LSU 4.2, published", 1, lsu42_ip, COUNT(lsu42_ip));
}

static void add_residual(struct curve_sheet *sheet, const char *label, unsigned style,
                         const struct lsu_kind *kind)
{
    const double(*points)[2] = kind == &lsu_kind_49 ? lsu49_ip : lsu42_ip;
    size_t count = kind == &lsu_kind_49 ? COUNT(lsu49_ip) : COUNT(lsu42_ip);
    curve_add_points(sheet, label, style, points, count);
    double *uA = sheet->y[sheet->count - 1];
    for (size_t i = 0; i < count; i++)
        uA[i] = 1000 * (ip_in_exhaust_mA(kind, points[i][0]) - uA[i]);
}

static void draw_ip_residual(struct curve_sheet *sheet)
{
    sheet->plot.title = "What the fit of the pump current leaves";
    sheet->plot.note =
        "model minus published point; these are rounded to 1 uA (4.9) and 10 uA (4.2)";
    sheet->plot.x = (struct plot_xy_axis){.label = "lambda", .lo = 0.6, .hi = 12, .log = true};
    sheet->plot.y =
        (struct plot_xy_axis){.label = "Ip, model - published", .unit = "uA", .lo = -20, .hi = 20};
    add_residual(sheet, "LSU 4.9", 0, &lsu_kind_49);
    add_residual(sheet, "LSU 4.2", 1, &lsu_kind_42);
}

static double barrier_ip_mA(const struct gas_barrier *barrier, const struct cell_gas *gas,
                            double T_K)
{
    struct gas_barrier_at at;
    double ip_mA;
    if (gas_barrier_prepare(barrier, T_K, gas->p_kPa, &at) != RC_OK ||
        gas_barrier_ip_mA(barrier, &gas->mix, &at, SET_mV, &ip_mA) != RC_OK)
        return (double)NAN;
    return ip_mA;
}

static double ip_in_oxygen_mA(const void *ctx, double percent)
{
    struct cell_gas gas = curve_oxygen(percent / 100);
    const struct gas_barrier *barrier = ctx;
    return barrier_ip_mA(barrier, &gas, barrier->T0_K);
}

static double straight_mA(const void *ctx, double percent)
{
    const struct gas_barrier *barrier = ctx;
    return barrier->kO2_mA * percent / 100;
}

static void draw_ip_oxygen(struct curve_sheet *sheet)
{
    sheet->plot.title = "Pump current over oxygen";
    sheet->plot.note = "O2 in N2, 780 degC (LSU 4.2: 750 degC), 101.325 kPa, U_N held at 450 mV";
    sheet->plot.x = (struct plot_xy_axis){.label = "O2", .unit = "%", .lo = 0, .hi = 25};
    sheet->plot.y = (struct plot_xy_axis){.label = "Ip", .unit = "mA", .lo = 0, .hi = 3.5};
    curve_add_line(sheet, &(struct curve_line){"LSU 4.9, model", 0, 0, 25, 0, 51}, ip_in_oxygen_mA,
                   &gas_barrier_lsu49);
    curve_add_points(sheet, "LSU 4.9, published", 0, lsu49_o2, COUNT(lsu49_o2));
    curve_add_line(sheet, &(struct curve_line){"LSU 4.2, model", 1, 0, 25, 0, 51}, ip_in_oxygen_mA,
                   &gas_barrier_lsu42);
    curve_add_line(sheet, &(struct curve_line){"LSU ADV, model", 2, 0, 25, 0, 51}, ip_in_oxygen_mA,
                   &gas_barrier_lsu_adv);
    curve_add_line(sheet, &(struct curve_line){"4.9 without Stefan flow", 4, 0, 25, 0, 51},
                   straight_mA, &gas_barrier_lsu49);
}

static double ip_at_pressure_mA(const void *ctx, double bar)
{
    const double *degC = ctx;
    struct cell_gas gas = {gas_mix_air, 100 * bar};
    return barrier_ip_mA(&gas_barrier_lsu49, &gas, *degC + ZERO_K);
}

static void draw_ip_pressure(struct curve_sheet *sheet)
{
    static const struct {
        const char *label;
        double degC;
    } cases[] = {{"930 degC", 930}, {"860 degC", 860}, {"780 degC", 780}, {"700 degC", 700}};
    sheet->plot.title = "Pump current over pressure";
    sheet->plot.note = "air, LSU 4.9 barrier, kappa 0.47 bar at 780 degC";
    sheet->plot.x = (struct plot_xy_axis){.label = "pressure", .unit = "bar", .lo = 0, .hi = 3};
    sheet->plot.y = (struct plot_xy_axis){.label = "Ip", .unit = "mA", .lo = 0, .hi = 3.5};
    for (size_t i = 0; i < COUNT(cases); i++)
        curve_add_line(sheet, &(struct curve_line){cases[i].label, (unsigned)i, 0.05, 3, 0, 0},
                       ip_at_pressure_mA, &cases[i].degC);
}

/* ---- pump cell, open loop */

struct pump_case {
    const struct pump_cell *cell;
    struct pump_env env;
};

static double pump_mA(const void *ctx, double volt)
{
    const struct pump_case *c = ctx;
    struct pump_point point;
    if (pump_cell_at_voltage(c->cell, &c->env, 1000 * volt, &point) != RC_OK)
        return (double)NAN;
    return point.ip_mA;
}

static void draw_pump_vi(struct curve_sheet *sheet)
{
    struct pump_cell slow = pump_cell_plain;
    slow.outer = slow.inner = (struct pump_electrode){3, 1.3, 2};
    const struct {
        const char *label;
        const struct pump_cell *cell;
        struct cell_gas gas;
    } cases[] = {{"air", &pump_cell_plain, CURVE_AIR},
                 {"air, electrodes I0 = 3 mA", &slow, CURVE_AIR},
                 {"1 % O2", &pump_cell_plain, curve_oxygen(0.01)},
                 {"lambda 0.9", &pump_cell_plain, curve_exhaust(0.9)}};
    sheet->plot.title = "Pump cell, open loop";
    sheet->plot.note = "780 degC, 101.325 kPa, R_p 75 ohm; without polarisation but for one";
    sheet->plot.x = (struct plot_xy_axis){.label = "Up", .unit = "V", .lo = -0.7, .hi = 1.5};
    sheet->plot.y = (struct plot_xy_axis){.label = "Ip", .unit = "mA", .lo = -3, .hi = 4};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct pump_case c = {.cell = cases[i].cell};
        struct curve_line line = {cases[i].label, (unsigned)i, -0.7, 1.5, 0, 221};
        if (pump_env_prepare(&c.cell->barrier, &cases[i].gas, HOT_K, &c.env) == RC_OK)
            curve_add_line(sheet, &line, pump_mA, &c);
    }
}

/* ---- R_N over temperature */

static double kind_rn_ohm(const void *ctx, double degC)
{
    return lsu_ri_ohm(ctx, degC + ZERO_K);
}

static double path_ohm(const void *ctx, double degC)
{
    return nernst_path_ohm(ctx, degC + ZERO_K);
}

static void draw_rn(struct curve_sheet *sheet)
{
    /* fit to the points of the ADV; the twin has no part of this kind */
    struct nernst_path adv = {35.40, exp(-4.1078 + 10268 / HOT_K), 10268 * NERNST_K_EV};
    sheet->plot.title = "Resistance of the Nernst cell";
    sheet->plot.note = "1..4 kHz; fit Rs + exp(a + b/T) to the published points";
    sheet->plot.x =
        (struct plot_xy_axis){.label = "temperature", .unit = "degC", .lo = 500, .hi = 1200};
    sheet->plot.y =
        (struct plot_xy_axis){.label = "R_N", .unit = "ohm", .lo = 30, .hi = 7000, .log = true};
    curve_add_line(sheet, &(struct curve_line){"LSU 4.9, fit", 0, 500, 1200, 0, 0}, kind_rn_ohm,
                   &lsu_kind_49);
    curve_add_points(sheet, "LSU 4.9, published", 0, lsu49_rn, COUNT(lsu49_rn));
    curve_add_line(sheet, &(struct curve_line){"LSU 4.2, fit", 1, 500, 1200, 0, 0}, kind_rn_ohm,
                   &lsu_kind_42);
    curve_add_points(sheet, "LSU 4.2, published", 1, lsu42_rn, COUNT(lsu42_rn));
    curve_add_line(sheet, &(struct curve_line){"LSU ADV, fit", 2, 500, 1200, 0, 0}, path_ohm, &adv);
    curve_add_points(sheet, "LSU ADV, published", 2, adv_rn, COUNT(adv_rn));
}

/* ---- heater */

static double profile_V(double t_s)
{
    double volt = t_s < 5 ? 2 : 8.5 + 0.4 * (t_s - 5);
    return volt < 12 ? volt : 12;
}

static void add_light_off(struct curve_sheet *sheet, const char *label, unsigned style,
                          const struct heater_part *part, double ambient_degC)
{
    enum { POINTS = 301, STEPS = 6 }; /* 18 s */
    size_t k = curve_add_empty(sheet, label, style, POINTS);
    struct heater heater;
    heater_init(&heater, &lsu_kind_49.heater, part, ambient_degC);
    for (size_t i = 0; i < POINTS; i++) {
        bool regulated = heater.T_K > lsu_kind_49.heater.target_degC + ZERO_K + 6;
        sheet->x[k][i] = (double)(i * STEPS) * TWIN_STEP_S;
        sheet->y[k][i] = regulated ? (double)NAN : heater.T_K - ZERO_K;
        for (size_t n = 0; n < STEPS && !regulated; n++) {
            double volt = profile_V(((double)(i * STEPS + n) + 0.5) * TWIN_STEP_S);
            heater_step(&heater, volt * volt, heater_ohm(&heater, 0), 1);
        }
    }
}

static void draw_light_off(struct curve_sheet *sheet)
{
    static const struct heater_part good = {.r20_ohm = 3.2, .heat = 1, .loss = 1};
    static const struct heater_part low = {.r20_ohm = 3.2 * 0.7, .heat = 1, .loss = 1};
    static const struct heater_part high = {.r20_ohm = 3.2 * 1.3, .heat = 1, .loss = 1};
    static const double limit[][2] = {{15, 780}};
    sheet->plot.title = "Light-off of the LSU 4.9";
    sheet->plot.note = "2 V for 5 s, then 8.5 V + 0.4 V/s to 12 V at most; drawn up to 780 degC";
    sheet->plot.x = (struct plot_xy_axis){.label = "time", .unit = "s", .lo = 0, .hi = 18};
    sheet->plot.y =
        (struct plot_xy_axis){.label = "element", .unit = "degC", .lo = -100, .hi = 900};
    add_light_off(sheet, "3.2 ohm, from 20 degC", 0, &good, 20);
    add_light_off(sheet, "3.2 ohm, from -40 degC", 1, &good, -40);
    add_light_off(sheet, "R x 0.7", 2, &low, 20);
    add_light_off(sheet, "R x 1.3", 3, &high, 20);
    curve_add_points(sheet, "published: 10 s at most", 7, limit, COUNT(limit));
}

static const struct curve_row rows[] = {
    {"ip_lambda", "pump current of LSU 4.9 and 4.2 over lambda, published points", draw_ip_lambda},
    {"ip_residual", "model minus published pump current", draw_ip_residual},
    {"ip_oxygen", "pump current over O2 in N2, published points", draw_ip_oxygen},
    {"ip_pressure", "pump current in air over pressure at 700..930 degC", draw_ip_pressure},
    {"pump_vi", "voltage and current of a pump cell in air, 1 % O2 and lambda 0.9", draw_pump_vi},
    {"rn_temperature", "R_N of LSU 4.9, 4.2 and ADV over temperature, published points", draw_rn},
    {"heater_light_off", "temperature of the element over time while it heats up", draw_light_off},
};
const struct curve_group curves_lsu = {rows, COUNT(rows)};
