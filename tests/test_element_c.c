#include "tests/support/cmocka.h"

#include <math.h>

#include "analysis/fit.h"
#include "core/csv.h"
#include "core/num.h"
#include "core/rng.h"
#include "gas/equilibrium.h"
#include "gas/lambda.h"
#include "twin/defect_table.h"
#include "twin/impedance.h"

static const struct gas_fuel ch185 = {.y = 1.85, .z = 0, .Kw = GAS_KW_FROZEN};
static const double T800_K = 1073.15;

static struct cell_gas mixed(double O2, double CO, double H2, double C3H6)
{
    struct cell_gas gas = {.p_kPa = GAS_ATM_KPA};
    gas.mix.x[GAS_O2] = O2;
    gas.mix.x[GAS_CO] = CO;
    gas.mix.x[GAS_H2] = H2;
    gas.mix.x[GAS_C3H6] = C3H6;
    assert_int_equal(gas_mix_fill_n2(&gas.mix, NULL), RC_OK);
    return gas;
}

static struct cell_gas with_co2(struct cell_gas gas, double CO2, double H2O)
{
    gas.mix.x[GAS_CO2] = CO2;
    gas.mix.x[GAS_H2O] = H2O;
    gas.mix.x[GAS_N2] -= CO2 + H2O;
    return gas;
}

static struct cell_gas air(void)
{
    return (struct cell_gas){gas_mix_air, GAS_ATM_KPA};
}

static struct cell_gas exhaust(double lambda)
{
    struct cell_gas gas = {.p_kPa = GAS_ATM_KPA};
    assert_int_equal(gas_exhaust(&ch185, lambda, &gas.mix, NULL), RC_OK);
    return gas;
}

/* Behind a catalyst bed. */
static struct cell_gas equilibrated(struct cell_gas gas, double T_K)
{
    struct gas_constants k;
    struct gas_equilibrium eq;
    struct gas_surface surface = {.p_kPa = gas.p_kPa};
    assert_int_equal(gas_constants_exact(T_K, &k), RC_OK);
    assert_int_equal(gas_equilibrium_solve(&gas.mix, &k, &surface, &eq, NULL), RC_OK);
    gas.mix = eq.x;
    return gas;
}

static struct element_c good(enum buffer_system buffer)
{
    struct element_c c;
    element_c_nominal(ELEMENT_C_P14, buffer, &c);
    return c;
}

static struct element_c broken(int id, double severity, int sign)
{
    struct element_c c = good(BUFFER_NI);
    struct defect_target target = {.c = &c, .sign = sign};
    assert_int_equal(defect_table_apply(id, &target, severity), RC_OK);
    return c;
}

static double signal_mV(const struct element_c *c, struct cell_gas gas, double T_K)
{
    double u_mV;
    assert_int_equal(element_c_signal_mV(c, &gas, T_K, &u_mV), RC_OK);
    return u_mV;
}

static double number(const struct csv_table *table, size_t row, const char *name)
{
    double value;
    int column = csv_column(table, name);
    assert_true(column >= 0);
    assert_int_equal(num_parse(csv_cell(table, row, (size_t)column)->text, &value), RC_OK);
    return value;
}

static void the_signal_meets_its_table_for_five_buffers(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum buffer_system buffer;
    } want[] = {{"ni", BUFFER_NI},
                {"co", BUFFER_CO},
                {"cu", BUFFER_CU},
                {"pd", BUFFER_PD},
                {"fe", BUFFER_FE}};
    struct source *source;
    struct csv_table *t;
    double worst[5] = {0};
    size_t points = 0;
    assert_int_equal(source_load("tests/data/elements/element_c_emf.csv", NULL, &source), RC_OK);
    assert_int_equal(csv_parse_table(source, NULL, &t), RC_OK);
    for (size_t row = 0; row < t->rows; row++) {
        double lambda = number(t, row, "lambda"), T_K = number(t, row, "T_C") + GAS_ZERO_DEGC_K;
        if (fabs(lambda - 1) < 1e-6)
            continue; /* a step of 4 V per 0.01: no truth */
        points++;
        struct cell_gas gas = equilibrated(exhaust(lambda), T_K);
        for (size_t i = 0; i < 5; i++) {
            struct element_c c = good(want[i].buffer);
            c.cell.active_ohm = 0;
            double off = fabs(signal_mV(&c, gas, T_K) - number(t, row, want[i].name));
            worst[i] = off > worst[i] ? off : worst[i];
        }
    }
    for (size_t i = 0; i < 5; i++) {
        print_message("figure: element C, U against %s: %zu points within %.3f mV\n", want[i].name,
                      points, worst[i]);
        assert_true(worst[i] < (i == 4 ? 0.25 : 0.05));
    }
    csv_free_table(t);
    source_free(source);
}

/* Claims of lambda below 0.9, 0.6 and 0.4: the signal there, its direction and its steepness. */
static void below_lambda_one_the_signal_rises_all_the_way_with_its_slope(void **state)
{
    (void)state;
    static const struct {
        double lambda, u_mV, slope_mV; /* at 800 degC against Ni/NiO, per 0.01 */
    } want[] = {{0.90, 159.2, -5.453}, {0.60, 259.0, -2.948}, {0.40, 346.7, -8.728}};
    struct element_c c = good(BUFFER_NI);
    double before = INFINITY;
    for (double lambda = 0.355; lambda < 0.995; lambda += 0.005) {
        double u_mV = signal_mV(&c, equilibrated(exhaust(lambda), T800_K), T800_K);
        assert_true(u_mV < before);
        before = u_mV;
    }
    for (size_t i = 0; i < COUNT(want); i++) {
        double u_mV[3];
        for (int k = 0; k < 3; k++)
            u_mV[k] = signal_mV(&c, equilibrated(exhaust(want[i].lambda + 0.002 * (k - 1)), T800_K),
                                T800_K);
        double slope_mV = (u_mV[2] - u_mV[0]) / 0.4;
        print_message("figure: lambda %.2f, 800 degC, Ni/NiO: %.1f mV, %.2f mV per 0.01\n",
                      want[i].lambda, u_mV[1], slope_mV);
        assert_true(fabs(u_mV[1] - want[i].u_mV) < 0.1);
        assert_true(fabs(slope_mV / want[i].slope_mV - 1) < 0.02);
    }
}

static void slope_and_intercept_identify_the_buffer(void **state)
{
    (void)state;
    static const enum buffer_system systems[] = {BUFFER_NI,   BUFFER_CO, BUFFER_CU,
                                                 BUFFER_CU2O, BUFFER_PD, BUFFER_FE};
    for (size_t s = 0; s < COUNT(systems); s++) {
        struct element_c c = good(systems[s]);
        const struct cell_gas gases[4] = {air(), mixed(0.01, 0, 0, 0),
                                          with_co2(mixed(0, 0, 0.03, 0), 0, 0.03),
                                          with_co2(mixed(0, 0.09, 0, 0), 0.01, 0)};
        double x[4], u_mV[4], ln_ref;
        struct fit_line line;
        for (size_t i = 0; i < 4; i++) {
            double ln_gas;
            assert_int_equal(element_c_gas_ln_pO2(&gases[i], T800_K, 1, &ln_gas), RC_OK);
            x[i] = -nernst_slope_mV(T800_K) * ln_gas;
            u_mV[i] = signal_mV(&c, gases[i], T800_K);
        }
        assert_int_equal(fit_line_find(x, u_mV, 4, &line), RC_OK);
        assert_int_equal(buffer_ln_pO2(systems[s], T800_K, &ln_ref), RC_OK);
        double found = line.offset / nernst_slope_mV(T800_K) / M_LN10;
        assert_true(fabs(line.slope - 1) < 1e-6 && fabs(found - ln_ref / M_LN10) < 1e-3);
    }
}

static void a_good_electrode_reads_equilibrium_in_gas_that_is_not(void **state)
{
    (void)state;
    static const double lambdas[] = {0.9, 0.6, 0.4}, limit[] = {0.994, 0.997, 0.992};
    for (size_t i = 0; i < COUNT(lambdas); i++) {
        /* the oxygen of the exhaust not burnt yet: 0.6 % O2 with the fuel it would have burnt */
        struct cell_gas eq = equilibrated(exhaust(lambdas[i]), T800_K), neq = eq;
        neq.mix.x[GAS_O2] += 0.006;
        neq.mix.x[GAS_CO] += 0.009;
        neq.mix.x[GAS_CO2] -= 0.009;
        neq.mix.x[GAS_H2] += 0.003;
        neq.mix.x[GAS_H2O] -= 0.003;
        neq.mix.x[GAS_N2] -= 0.006;
        double A[3], activity[3] = {1, 0.3, 0.05};
        for (size_t k = 0; k < 3; k++) {
            struct element_c c = good(BUFFER_NI);
            c.activity = activity[k];
            double at_air = signal_mV(&c, air(), T800_K);
            A[k] = (signal_mV(&c, neq, T800_K) - at_air) / (signal_mV(&c, eq, T800_K) - at_air);
        }
        print_message("figure: activity index A at lambda %.1f: new %.4f, aged %.4f, poisoned %.4f "
                      "(limit %.3f)\n",
                      lambdas[i], A[0], A[1], A[2], limit[i]);
        assert_true(A[0] >= limit[i] && A[0] < 1.002);
        if (lambdas[i] > 0.5) {
            assert_true(A[1] < A[0] && A[2] < limit[i]);
        } else {
            /* so much fuel that unburnt oxygen hardly counts: inside the limit, it escapes here */
            assert_true(fabs(A[2] - 1) > 10 * fabs(A[0] - 1) && A[2] > limit[i]);
        }
    }
}

static void conversion_conserves_the_atoms(void **state)
{
    (void)state;
    const uint64_t seed = 3;
    struct rng rng;
    double worst = 0;
    rng_seed(&rng, seed);
    print_message("seed %llu\n", (unsigned long long)seed);
    for (int n = 0; n < 300; n++) {
        struct gas_mix gas = {.x = {0}}, out;
        static const enum gas_species in[] = {GAS_O2,  GAS_CO,   GAS_H2,   GAS_CO2,
                                              GAS_H2O, GAS_C3H6, GAS_C3H8, GAS_CH4};
        for (size_t i = 0; i < COUNT(in); i++)
            gas.x[in[i]] = 0.05 * rng_uniform(&rng) * (double)rng_below(&rng, 2);
        assert_int_equal(gas_mix_fill_n2(&gas, NULL), RC_OK);
        struct gas_atoms a, b;
        double T_K = 850 + 400 * rng_uniform(&rng), activity = 2 * rng_uniform(&rng);
        assert_int_equal(nernst_convert(&gas, T_K, activity, &out), RC_OK);
        gas_mix_atoms(&gas, &a);
        gas_mix_atoms(&out, &b);
        double off = fabs(a.C - b.C) + fabs(a.H - b.H) + fabs(a.O - b.O);
        worst = off > worst ? off : worst;
        for (size_t i = 0; i < GAS_SPECIES_COUNT; i++)
            assert_true(out.x[i] > -1e-12);
    }
    print_message("figure: conversion, 300 gases: atoms conserved within %.1e\n", worst);
    assert_true(worst < 1e-14);
}

static void pin_holes_leak_as_their_diameter_says(void **state)
{
    (void)state;
    static const double um[] = {0.1, 0.3, 1, 3, 10}, uA[] = {0.009, 0.19, 4.1, 50, 640};
    double worst = 0;
    for (size_t i = 0; i < COUNT(um); i++) {
        double off = fabs(element_c_hole_uA(um[i], 20) / uA[i] - 1);
        struct gas_barrier hole;
        struct pump_env env;
        struct cell_gas gas = air();
        element_c_hole(um[i], 20, &hole);
        assert_int_equal(pump_env_prepare(&hole, &gas, 1023.15, &env), RC_OK);
        double by_barrier = 1000 * pump_barrier_current_mA(&hole, &env, -35);
        assert_true(fabs(by_barrier / element_c_hole_uA(um[i], 20) - 1) < 1e-6);
        worst = off > worst ? off : worst;
    }
    print_message("figure: pin-holes 0.1..10 um: leak within %.1f %% of the table\n", 100 * worst);
    assert_true(worst < 0.03);
}

/* Hours until the reference leaves its plateau, at most `most_h`. */
static double hours_pinned(const struct element_c *c, struct cell_gas gas, double current_uA,
                           double most_h)
{
    struct element_c_state element;
    struct element_c_point point = {.pinned = true};
    const struct element_c_drive drive = {.T_K = T800_K, .dt_s = 36, .current_uA = current_uA};
    assert_int_equal(element_c_start(c, &gas, T800_K, &element), RC_OK);
    while (point.pinned && element.hours < most_h)
        assert_int_equal(element_c_step(c, &gas, &drive, &element, &point), RC_OK);
    return element.hours;
}

static void the_reserve_lasts_as_long_as_its_charge(void **state)
{
    (void)state;
    struct element_c c = good(BUFFER_NI);
    c.permeation_uA = 0;
    double out_h = hours_pinned(&c, exhaust(0.9), -1, 100);
    double in_h = hours_pinned(&c, exhaust(0.9), 1, 100);
    struct element_c metered = c;
    metered.meter_ohm = 10e6;
    double days = hours_pinned(&metered, equilibrated(exhaust(0.48), T800_K), 0, 2000) / 24;
    print_message(
        "figure: 1 uA empties the oxide in %.1f h, the metal in %.1f h; a 10 Mohm meter in "
        "%.0f days\n",
        out_h, in_h, days);
    assert_true(fabs(out_h - 23.9) < 0.3 && fabs(in_h - 40.7) < 0.5 && days > 28 && days < 38);
}

static void a_leak_is_invisible_until_one_phase_is_used_up(void **state)
{
    (void)state;
    struct element_c c = broken(24, 0.5, 1); /* 1 um */
    struct element_c_state element;
    struct element_c_point point;
    struct cell_gas gas = air();
    const struct element_c_drive drive = {.T_K = T800_K, .dt_s = 60};
    assert_int_equal(element_c_start(&c, &gas, T800_K, &element), RC_OK);
    assert_int_equal(element_c_step(&c, &gas, &drive, &element, &point), RC_OK);
    double first_mV = point.u_mV, last_mV = point.u_mV, leak_uA = point.leak_uA;
    while (point.pinned) {
        last_mV = point.u_mV;
        assert_int_equal(element_c_step(&c, &gas, &drive, &element, &point), RC_OK);
    }
    double knee_h = element.hours;
    for (int i = 0; i < 5; i++)
        assert_int_equal(element_c_step(&c, &gas, &drive, &element, &point), RC_OK);
    print_message(
        "figure: 1 um pin-hole, %.1f uA: U moves %.3f mV in %.1f h, then %.0f mV in 5 min\n",
        leak_uA, last_mV - first_mV, knee_h, point.u_mV - last_mV);
    assert_true(fabs(last_mV - first_mV) < 0.01 && fabs(point.u_mV) < 5);
    /* rich gas brings the metal back: over-oxidised, then reduced to the plateau again */
    gas = exhaust(0.6);
    for (int i = 0; i < 600 && !point.pinned; i++)
        assert_int_equal(element_c_step(&c, &gas, &drive, &element, &point), RC_OK);
    assert_true(point.pinned && fabs(point.u_mV - signal_mV(&c, exhaust(0.6), T800_K)) < 0.5);
}

static void charge_is_conserved_between_the_phases(void **state)
{
    (void)state;
    const uint64_t seed = 17;
    struct element_c c = broken(24, 0.7, 1);
    struct element_c_state element;
    struct element_c_point point;
    struct rng rng;
    rng_seed(&rng, seed);
    print_message("seed %llu\n", (unsigned long long)seed);
    struct cell_gas gases[3] = {air(), exhaust(0.7), mixed(0.01, 0, 0, 0)};
    double total_C = c.oxide_C + c.metal_C;
    assert_int_equal(element_c_start(&c, &gases[0], T800_K, &element), RC_OK);
    for (int i = 0; i < 2000; i++) {
        const struct element_c_drive drive = {.T_K = 1000 + 150 * rng_uniform(&rng),
                                              .dt_s = 3000 * rng_uniform(&rng),
                                              .current_uA = 20 * (rng_uniform(&rng) - 0.5)};
        struct cell_gas *gas = &gases[rng_below(&rng, 3)];
        assert_int_equal(element_c_step(&c, gas, &drive, &element, &point), RC_OK);
        assert_true(element.oxide_C >= 0 && element.metal_C >= 0);
        assert_true(fabs(element.oxide_C + element.metal_C - total_C) < 1e-12);
        assert_true(isfinite(point.u_mV) && isfinite(point.net_uA));
    }
}

static void impossible_conditions_are_refused_and_leave_the_state(void **state)
{
    (void)state;
    struct element_c c = good(BUFFER_NI);
    struct element_c_state element, before;
    struct element_c_point point;
    struct cell_gas gas = air(), bad = air();
    assert_int_equal(element_c_start(&c, &gas, T800_K, &element), RC_OK);
    before = element;
    bad.mix.x[GAS_O2] = NAN;
    const struct element_c_drive drive = {.T_K = T800_K, .dt_s = 1}, cold = {.T_K = 500, .dt_s = 1};
    assert_int_equal(element_c_step(&c, &bad, &drive, &element, &point), RC_RANGE);
    assert_int_equal(element_c_step(&c, &gas, &cold, &element, &point), RC_RANGE);
    assert_memory_equal(&before, &element, sizeof before);
}

/* ---- defects */

static void an_exhausted_reference_follows_the_gas(void **state)
{
    (void)state;
    struct element_c_point lean, rich;
    struct element_c_state element;
    struct cell_gas first = air(), second = exhaust(0.9);
    const struct element_c_drive drive = {.T_K = T800_K, .dt_s = 3600};
    struct element_c c = broken(25, 1, 1), sound = good(BUFFER_NI);
    c.hole_um = 1;
    assert_int_equal(element_c_start(&c, &first, T800_K, &element), RC_OK);
    assert_int_equal(element_c_step(&c, &first, &drive, &element, &lean), RC_OK);
    assert_true(!lean.pinned && fabs(lean.u_mV) < 20);
    struct element_c empty = broken(25, 1, -1); /* no oxide: the reference is over-reduced */
    assert_int_equal(element_c_start(&empty, &second, T800_K, &element), RC_OK);
    const struct element_c_drive pull = {.T_K = T800_K, .dt_s = 3600, .current_uA = -0.05};
    assert_int_equal(element_c_step(&empty, &second, &pull, &element, &rich), RC_OK);
    assert_true(!rich.pinned && rich.u_mV < signal_mV(&sound, second, T800_K) - 100);
    print_message("figure: D25 over-oxidised in air %.1f mV (buffer -704), over-reduced %.0f mV\n",
                  lean.u_mV, rich.u_mV);
}

static void a_poisoned_electrode_reads_low_and_slow(void **state)
{
    (void)state;
    struct element_c sound = good(BUFFER_NI), part = broken(26, 1, 1), fired = broken(35, 1, 1);
    struct cell_gas gas = with_co2(mixed(0.006, 0.01 + 0.03, 0.003 + 0.01, 0.001), 0.10, 0.10);
    double lost_mV = signal_mV(&sound, gas, T800_K) - signal_mV(&part, gas, T800_K);
    double fired_mV = signal_mV(&sound, gas, T800_K) - signal_mV(&fired, gas, T800_K);
    print_message("figure: D26 reads %.0f mV low in non-equilibrium rich gas, D35 %.2f mV\n",
                  lost_mV, fired_mV);
    assert_true(lost_mV > 20 && fired_mV > 0.2 && fired_mV < lost_mV);
    assert_true(fired.wiring.ct_factor > 2.9);
    struct element_c_state quick, slow;
    struct element_c_point at_quick, at_slow;
    struct cell_gas from = exhaust(0.95), to = exhaust(0.8);
    const struct element_c_drive drive = {.T_K = T800_K, .dt_s = 0.05};
    assert_int_equal(element_c_start(&sound, &from, T800_K, &quick), RC_OK);
    assert_int_equal(element_c_start(&part, &from, T800_K, &slow), RC_OK);
    double from_mV = signal_mV(&part, from, T800_K), to_mV = signal_mV(&part, to, T800_K);
    assert_int_equal(element_c_step(&sound, &to, &drive, &quick, &at_quick), RC_OK);
    assert_int_equal(element_c_step(&part, &to, &drive, &slow, &at_slow), RC_OK);
    assert_true((at_slow.u_mV - from_mV) / (to_mV - from_mV) < 0.6);
    assert_true((at_quick.u_mV - signal_mV(&sound, from, T800_K)) /
                    (signal_mV(&sound, to, T800_K) - signal_mV(&sound, from, T800_K)) >
                0.75);
}

static void electrolyte_and_glass_defects_show_in_slope_conductance_and_memory(void **state)
{
    (void)state;
    struct element_c dirty = broken(28, 1, 1), sound = good(BUFFER_NI);
    struct element_c glass0 = broken(29, 0, 1), glass1 = broken(29, 1, 1);
    print_message(
        "figure: slope: good %.5f, D28 %.3f, D29 %.4f..%.3f; cover at 700 degC %.1e..%.1e S "
        "(limit 1e-7)\n",
        element_c_slope(&sound, T800_K), element_c_slope(&dirty, T800_K),
        element_c_slope(&glass0, T800_K), element_c_slope(&glass1, T800_K),
        element_c_cover_S(&glass0, 973.15), element_c_cover_S(&glass1, 973.15));
    assert_true(element_c_slope(&sound, T800_K) > 0.9999);
    assert_true(fabs(element_c_slope(&dirty, T800_K) - 0.90) < 1e-3);
    assert_true(fabs(dirty.cell.ea_eV - sound.cell.ea_eV - 0.1) < 1e-9);
    assert_true(element_c_slope(&glass1, T800_K) < 0.98 &&
                element_c_slope(&glass0, T800_K) > 0.999);
    assert_true(element_c_cover_S(&glass0, 973.15) > 1e-7 &&
                element_c_cover_S(&sound, 973.15) < 1e-7);
    double ea_eV = NERNST_K_EV *
                   log(element_c_cover_S(&glass1, 1073.15) / element_c_cover_S(&glass1, 873.15)) /
                   (1 / 873.15 - 1 / 1073.15);
    assert_true(fabs(ea_eV - 0.75) < 1e-3);
    struct element_c_state element;
    struct element_c_point after;
    struct cell_gas gas = mixed(0.01, 0, 0, 0);
    const struct element_c_drive biased = {.T_K = T800_K, .dt_s = 60, .bias_V = 1},
                                 rest = {.T_K = T800_K, .dt_s = 1};
    assert_int_equal(element_c_start(&glass1, &gas, T800_K, &element), RC_OK);
    assert_int_equal(element_c_step(&glass1, &gas, &biased, &element, &after), RC_OK);
    assert_int_equal(element_c_step(&glass1, &gas, &rest, &element, &after), RC_OK);
    double memory_mV = element.bias_mV;
    element.hours = 100;
    print_message("figure: D29 bias memory %.0f mV (limit 3), drift in 100 h %.0f mV\n", memory_mV,
                  glass1.drift_mV_100h);
    assert_true(memory_mV > 3);
    element.bias_mV = 0;
    double without_mV = signal_mV(&glass1, gas, T800_K);
    assert_int_equal(element_c_step(&glass1, &gas, &rest, &element, &after), RC_OK);
    assert_true(fabs(after.u_mV - without_mV - 50) < 1);
}

static void a_wrong_buffer_lies_on_another_line(void **state)
{
    (void)state;
    struct element_c wrong = broken(34, 0, 1), single = broken(34, 1, -1), sound = good(BUFFER_NI);
    double off_mV = signal_mV(&wrong, air(), T800_K) - signal_mV(&sound, air(), T800_K);
    double off_log = off_mV / nernst_slope_mV(T800_K) / M_LN10;
    print_message("figure: D34 reference off by %.0f mV, %.2f in log pO2 (limit 0.15)\n", off_mV,
                  off_log);
    assert_true(fabs(off_log) > 1 && single.oxide_C <= 0);
}

static void soot_makes_up_and_down_differ_and_burns_in_lean_gas(void **state)
{
    (void)state;
    struct element_c c = broken(36, 1, 1);
    struct element_c_state element;
    struct element_c_point up, down, clean;
    /* 0.3 % of oxygen left to burn, burnt it is lambda 0.9 */
    struct cell_gas test = {
        .mix = {.x = {[GAS_CO] = 0.018, [GAS_O2] = 0.003, [GAS_CO2] = 0.0638, [GAS_N2] = 0.9152}},
        .p_kPa = GAS_ATM_KPA};
    struct cell_gas soot = exhaust(0.352), lean = air();
    const struct element_c_drive hold = {.T_K = T800_K, .dt_s = 600};
    assert_int_equal(element_c_start(&c, &test, T800_K, &element), RC_OK);
    assert_int_equal(element_c_step(&c, &test, &hold, &element, &down), RC_OK);
    for (int i = 0; i < 3; i++)
        assert_int_equal(element_c_step(&c, &soot, &hold, &element, &up), RC_OK);
    assert_true(element.soot > 0.9);
    assert_int_equal(element_c_step(&c, &test, &hold, &element, &up), RC_OK);
    assert_int_equal(element_c_step(&c, &lean, &hold, &element, &clean), RC_OK);
    assert_int_equal(element_c_step(&c, &test, &hold, &element, &clean), RC_OK);
    print_message("figure: D36 hysteresis %.1f mV, after lean gas %.3f mV\n", down.u_mV - up.u_mV,
                  down.u_mV - clean.u_mV);
    assert_true(down.u_mV - up.u_mV > 1 && fabs(down.u_mV - clean.u_mV) < 0.01);
    struct element_c_env env;
    assert_int_equal(element_c_prepare(&c, &test, T800_K, 1, &env), RC_OK);
    assert_true(fabs(env.activity - 0.9) < 1e-12); /* k less by a tenth */
}

static void package_defects_show_in_impedance_and_offset(void **state)
{
    (void)state;
    struct element_c sound = good(BUFFER_NI), loose = broken(27, 1, 1), bad = broken(37, 1, 1);
    struct impedance z, with;
    impedance_of_cell(&sound.cell, &sound.wiring, T800_K, &z);
    impedance_of_cell(&loose.cell, &loose.wiring, T800_K, &with);
    assert_true(fabs(impedance_hf_ohm(&with) / impedance_hf_ohm(&z) - 5) < 1e-9);
    assert_true(fabs(with.dl_uF / z.dl_uF - 0.2) < 1e-9 && loose.wiring.noise_mV > 4);
    impedance_of_cell(&bad.cell, &bad.wiring, T800_K, &with);
    assert_true(fabs(impedance_hf_ohm(&with) - impedance_hf_ohm(&z) - 200) < 1e-9);
    struct element_c side = broken(18, 1, 1);
    assert_true(fabs(signal_mV(&side, air(), T800_K) - signal_mV(&sound, air(), T800_K) - 18.4) <
                0.1);
    struct element_c thin;
    element_c_nominal(ELEMENT_C_P15, BUFFER_NI, &thin);
    assert_true(nernst_path_ohm(&thin.cell, T800_K) < 0.5 * nernst_path_ohm(&sound.cell, T800_K));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_signal_meets_its_table_for_five_buffers),
        cmocka_unit_test(below_lambda_one_the_signal_rises_all_the_way_with_its_slope),
        cmocka_unit_test(slope_and_intercept_identify_the_buffer),
        cmocka_unit_test(a_good_electrode_reads_equilibrium_in_gas_that_is_not),
        cmocka_unit_test(conversion_conserves_the_atoms),
        cmocka_unit_test(pin_holes_leak_as_their_diameter_says),
        cmocka_unit_test(the_reserve_lasts_as_long_as_its_charge),
        cmocka_unit_test(a_leak_is_invisible_until_one_phase_is_used_up),
        cmocka_unit_test(charge_is_conserved_between_the_phases),
        cmocka_unit_test(impossible_conditions_are_refused_and_leave_the_state),
        cmocka_unit_test(an_exhausted_reference_follows_the_gas),
        cmocka_unit_test(a_poisoned_electrode_reads_low_and_slow),
        cmocka_unit_test(electrolyte_and_glass_defects_show_in_slope_conductance_and_memory),
        cmocka_unit_test(a_wrong_buffer_lies_on_another_line),
        cmocka_unit_test(soot_makes_up_and_down_differ_and_burns_in_lean_gas),
        cmocka_unit_test(package_defects_show_in_impedance_and_offset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
