#include "tests/support/cmocka.h"

#include <math.h>

#include "core/csv.h"
#include "core/num.h"
#include "core/rng.h"
#include "gas/equilibrium.h"
#include "gas/lambda.h"
#include "twin/pump_cell.h"

static const struct gas_fuel ch185 = {.y = 1.85, .z = 0, .Kw = GAS_KW_FROZEN};
static const double T780_K = 1053.15;

static struct csv_table *load(const char *path, struct source **source)
{
    struct csv_table *table;
    assert_int_equal(source_load(path, NULL, source), RC_OK);
    assert_int_equal(csv_parse_table(*source, NULL, &table), RC_OK);
    return table;
}

static double number(const struct csv_table *table, size_t row, const char *name)
{
    double value;
    int column = csv_column(table, name);
    assert_true(column >= 0);
    assert_int_equal(num_parse(csv_cell(table, row, (size_t)column)->text, &value), RC_OK);
    return value;
}

static void raise_to(double *worst, double deviation)
{
    assert_true(isfinite(deviation));
    if (fabs(deviation) > *worst)
        *worst = fabs(deviation);
}

static struct cell_gas exhaust(double lambda, double p_kPa)
{
    struct cell_gas gas = {.p_kPa = p_kPa};
    assert_int_equal(gas_exhaust(&ch185, lambda, &gas.mix, NULL), RC_OK);
    return gas;
}

static struct cell_gas in_n2(double O2, double CO, double H2, double p_kPa)
{
    struct cell_gas gas = {.p_kPa = p_kPa};
    gas.mix.x[GAS_O2] = O2;
    gas.mix.x[GAS_CO] = CO;
    gas.mix.x[GAS_H2] = H2;
    gas.mix.x[GAS_N2] = 1 - O2 - CO - H2;
    return gas;
}

static struct cell_gas named_gas(struct span name, double p_kPa)
{
    if (span_is(name, "air"))
        return (struct cell_gas){gas_mix_air, p_kPa};
    if (span_is(name, "O2_5"))
        return in_n2(0.05, 0, 0, p_kPa);
    if (span_is(name, "O2_1") || span_is(name, "O2_1pct"))
        return in_n2(0.01, 0, 0, p_kPa);
    if (span_is(name, "CO2pct"))
        return in_n2(0, 0.02, 0, p_kPa);
    if (span_is(name, "H2_2pct"))
        return in_n2(0, 0, 0.02, p_kPa);
    if (span_is(name, "O2_1_CO_2"))
        return in_n2(0.01, 0.02, 0, p_kPa);
    double lambda;
    assert_int_equal(num_parse(span_skip(name, 3), &lambda), RC_OK);
    return exhaust(lambda, p_kPa);
}

static struct pump_env prepare(const struct gas_barrier *barrier, struct cell_gas gas, double T_K)
{
    struct pump_env env;
    assert_int_equal(pump_env_prepare(barrier, &gas, T_K, &env), RC_OK);
    return env;
}

static void the_open_loop_curves_are_met_within_a_microampere(void **state)
{
    (void)state;
    struct source *source;
    struct csv_table *t = load("tests/data/elements/pump_cell_vi.csv", &source);
    double worst_mA = 0, worst_log = 0;
    assert_true(t->rows == 135);
    for (size_t row = 0; row < t->rows; row++) {
        struct cell_gas gas = named_gas(csv_cell(t, row, 0)->text, GAS_ATM_KPA);
        struct pump_env env = prepare(&pump_cell_plain.barrier, gas, T780_K);
        struct pump_point point;
        assert_int_equal(
            pump_cell_at_voltage(&pump_cell_plain, &env, 1000 * number(t, row, "Up_V"), &point),
            RC_OK);
        raise_to(&worst_mA, point.ip_mA - number(t, row, "Ip_mA"));
        raise_to(&worst_log, point.ln_pO2_bar / M_LN10 - number(t, row, "log10_pO2_cavity"));
    }
    print_message("figure: pump cell V-I, 3 gases, 135 points: largest %.4f uA, log pO2 %.1e\n",
                  1000 * worst_mA, worst_log);
    assert_true(worst_mA < 1e-3 && worst_log < 2e-3);
    csv_free_table(t);
    source_free(source);
}

static void the_closed_loop_is_met_over_temperature_pressure_and_gas(void **state)
{
    (void)state;
    struct source *source;
    struct csv_table *t = load("tests/data/elements/dual_cell_loop.csv", &source);
    double worst_mA = 0, worst_V = 0, worst_log = 0;
    size_t undefined = 0;
    assert_int_equal(t->rows, 108);
    for (size_t row = 0; row < t->rows; row++) {
        double T_K = number(t, row, "T_C") + GAS_ZERO_DEGC_K;
        struct cell_gas gas = named_gas(csv_cell(t, row, 2)->text, 100 * number(t, row, "p_bar"));
        struct pump_env env = prepare(&pump_cell_plain.barrier, gas, T_K);
        struct pump_point point;
        double ln_cavity = gas_ln_pO2_at_mV(T_K, 450, gas_air_ln_pO2(GAS_ATM_KPA));
        pump_cell_at_cavity(&pump_cell_plain, &env, ln_cavity, &point);
        raise_to(&worst_mA, point.ip_mA - number(t, row, "Ip_mA"));
        raise_to(&worst_log, ln_cavity / M_LN10 - number(t, row, "log10_pO2_cavity_bar"));
        if (isnan(env.ln_outer_bar))
            undefined++;
        else
            raise_to(&worst_V, point.up_mV / 1000 - number(t, row, "Up_V"));
    }
    print_message("figure: closed loop, 108 rows: Ip %.4f uA, Up %.3f mV (%zu rows have none), log "
                  "pO2 %.1e\n",
                  1000 * worst_mA, 1000 * worst_V, undefined, worst_log);
    assert_true(worst_mA < 1e-3 && worst_V < 1e-3 && worst_log < 1e-5);
    assert_int_equal(undefined, 24); /* CO and H2 in dry N2 */
    csv_free_table(t);
    source_free(source);
}

static void voltage_current_and_cavity_agree_with_each_other(void **state)
{
    (void)state;
    const uint64_t seed = 11;
    struct rng rng;
    rng_seed(&rng, seed);
    print_message("seed %llu\n", (unsigned long long)seed);
    struct pump_cell cell = pump_cell_plain;
    cell.outer.i0_mA = cell.inner.i0_mA = 3;
    cell.outer.ea_eV = cell.inner.ea_eV = 1.3;
    for (int n = 0; n < 100; n++) {
        double lambda = 0.7 + rng_uniform(&rng);
        struct pump_env env =
            prepare(&cell.barrier, exhaust(lambda, 80 + 100 * rng_uniform(&rng)), T780_K);
        struct pump_point point;
        double ln_pO2, up_mV = -600 + 1200 * rng_uniform(&rng);
        assert_int_equal(pump_cell_at_voltage(&cell, &env, up_mV, &point), RC_OK);
        assert_true(fabs(point.up_mV - up_mV) < 1e-6);
        assert_int_equal(pump_barrier_ln_pO2(&cell.barrier, &env, point.ip_mA, &ln_pO2), RC_OK);
        double back_mA = pump_barrier_current_mA(&cell.barrier, &env, ln_pO2);
        assert_true(fabs(back_mA - point.ip_mA) < 1e-9);
    }
}

static void what_no_oxygen_pressure_can_carry_is_refused(void **state)
{
    (void)state;
    struct pump_env air =
        prepare(&pump_cell_plain.barrier, (struct cell_gas){gas_mix_air, GAS_ATM_KPA}, T780_K);
    struct pump_env dry = prepare(&pump_cell_plain.barrier, in_n2(0, 0.02, 0, 101.325), T780_K);
    struct pump_point point = {.ip_mA = 77};
    double ln_pO2 = 55;
    assert_int_equal(pump_barrier_ln_pO2(&pump_cell_plain.barrier, &air, 3, &ln_pO2), RC_RANGE);
    assert_int_equal(pump_barrier_ln_pO2(&pump_cell_plain.barrier, &air, NAN, &ln_pO2), RC_RANGE);
    assert_int_equal(pump_cell_at_voltage(&pump_cell_plain, &dry, 100, &point), RC_RANGE);
    assert_int_equal(pump_cell_at_voltage(&pump_cell_plain, &air, NAN, &point), RC_RANGE);
    assert_true(num_within(ln_pO2, 55, 55) && num_within(point.ip_mA, 77, 77));
    struct pump_env env;
    struct cell_gas bad = {gas_mix_air, NAN};
    assert_int_equal(pump_env_prepare(&pump_cell_plain.barrier, &bad, T780_K, &env), RC_RANGE);
}

static void polarisation_shifts_the_curve_but_not_the_plateau(void **state)
{
    (void)state;
    struct pump_cell cell = pump_cell_plain;
    cell.inner = (struct pump_electrode){3, 1.3, 2};
    struct pump_env env =
        prepare(&cell.barrier, (struct cell_gas){gas_mix_air, GAS_ATM_KPA}, T780_K);
    struct pump_point plain, slow;
    assert_int_equal(pump_cell_at_voltage(&pump_cell_plain, &env, 150, &plain), RC_OK);
    assert_int_equal(pump_cell_at_voltage(&cell, &env, 150, &slow), RC_OK);
    assert_true(slow.ip_mA < plain.ip_mA - 0.1);
    assert_int_equal(pump_cell_at_voltage(&pump_cell_plain, &env, 900, &plain), RC_OK);
    assert_int_equal(pump_cell_at_voltage(&cell, &env, 900, &slow), RC_OK);
    assert_true(fabs(slow.ip_mA - plain.ip_mA) < 1e-6);
    /* eta = (RT/alpha_n F) asinh(I/2 I0), I0 falls when it is colder */
    double eta_mV = pump_electrode_eta_mV(&cell.inner, T780_K, 6);
    assert_true(fabs(eta_mV - 4 * nernst_slope_mV(T780_K) / 2 * asinh(1)) < 1e-9);
    assert_true(pump_electrode_eta_mV(&cell.inner, T780_K - 80, 6) > 1.3 * eta_mV);
}

static void the_cavity_keeps_its_oxygen_balance(void **state)
{
    (void)state;
    struct pump_cell cell = pump_cell_plain;
    struct pump_env env = prepare(&cell.barrier, exhaust(1.2, GAS_ATM_KPA), T780_K);
    struct pump_cavity cavity;
    double ln_pO2, start, brought_mC = 0, dt_s = 1e-4;
    assert_int_equal(pump_barrier_ln_pO2(&cell.barrier, &env, 0, &ln_pO2), RC_OK);
    pump_cavity_init(&cell, &env, ln_pO2, &cavity);
    start = cavity.excess;
    /* more is pumped than the barrier brings: the cavity turns rich (titration) */
    for (int i = 0; i < 5000; i++) {
        pump_cavity_step(&cell, &env, &cavity, 0.6, dt_s);
        brought_mC +=
            dt_s * (pump_barrier_current_mA(&cell.barrier, &env, cavity.ln_pO2_bar) - 0.6);
    }
    double stored_mC = cell.cavity_mC * (cavity.excess - start);
    print_message("figure: cavity, 0.5 s: charge in - out %.6f mC, stored %.6f mC\n", brought_mC,
                  stored_mC);
    assert_true(fabs(brought_mC - stored_mC) < 1e-7);
    assert_int_equal(pump_barrier_ln_pO2(&cell.barrier, &env, 0.6, &ln_pO2), RC_OK);
    assert_true(cavity.excess < 0 && fabs(cavity.ln_pO2_bar - ln_pO2) < 0.01);
    /* one long step lands at the same steady state: stable for any dt */
    pump_cavity_step(&cell, &env, &cavity, 0.2, 1e3);
    assert_int_equal(pump_barrier_ln_pO2(&cell.barrier, &env, 0.2, &ln_pO2), RC_OK);
    assert_true(fabs(cavity.ln_pO2_bar - ln_pO2) < 1e-3);
}

static void layers_in_series_add_and_keep_their_pressure_dependence(void **state)
{
    (void)state;
    const struct pump_layer layers[3] = {{16, 0.8}, {32, 0.2}, {50, 0.01}};
    const struct gas_barrier *base = &pump_cell_plain.barrier;
    struct gas_barrier stack;
    assert_int_equal(pump_barrier_stack(layers, 3, base, &stack), RC_OK);
    assert_true(fabs(1 / stack.kO2_mA - (1 / 16.0 + 1 / 32.0 + 1 / 50.0)) < 1e-12);
    double worst = 0;
    for (double p_kPa = 50; p_kPa < 300; p_kPa += 25)
        for (double T_K = 950; T_K < 1150; T_K += 50) {
            double ohm = 0;
            for (size_t i = 0; i < 3; i++) {
                struct gas_barrier one = *base;
                one.kappa_bar = layers[i].kappa_bar;
                ohm += 1 / (layers[i].kO2_mA * gas_barrier_factor(&one, T_K, p_kPa));
            }
            raise_to(&worst, stack.kO2_mA * gas_barrier_factor(&stack, T_K, p_kPa) * ohm - 1);
        }
    print_message("figure: three layers in series: kappa %.3f bar, law exact within %.1e\n",
                  stack.kappa_bar, worst);
    assert_true(worst < 1e-12);
    assert_int_equal(pump_barrier_stack(layers, 0, base, &stack), RC_RANGE);
    const struct pump_layer closed = {0, 0.4};
    assert_int_equal(pump_barrier_stack(&closed, 1, base, &stack), RC_RANGE);
}

static void set_point_and_reference_hardly_move_the_regulated_current(void **state)
{
    (void)state;
    struct pump_env air =
        prepare(&pump_cell_plain.barrier, (struct cell_gas){gas_mix_air, GAS_ATM_KPA}, T780_K);
    double at_mA[2], worst_uA = 0;
    for (double mV = 250; mV < 800; mV += 100) {
        for (int k = 0; k < 2; k++)
            at_mA[k] = pump_barrier_current_mA(
                &pump_cell_plain.barrier, &air,
                gas_ln_pO2_at_mV(T780_K, mV + 100 * k, gas_air_ln_pO2(GAS_ATM_KPA)));
        raise_to(&worst_uA, 1000 * (at_mA[1] - at_mA[0]));
    }
    print_message("figure: Ip in air over the set-point 250..850 mV: %.3f uA per 100 mV\n",
                  worst_uA);
    assert_true(worst_uA < 0.2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_open_loop_curves_are_met_within_a_microampere),
        cmocka_unit_test(the_closed_loop_is_met_over_temperature_pressure_and_gas),
        cmocka_unit_test(voltage_current_and_cavity_agree_with_each_other),
        cmocka_unit_test(what_no_oxygen_pressure_can_carry_is_refused),
        cmocka_unit_test(polarisation_shifts_the_curve_but_not_the_plateau),
        cmocka_unit_test(the_cavity_keeps_its_oxygen_balance),
        cmocka_unit_test(layers_in_series_add_and_keep_their_pressure_dependence),
        cmocka_unit_test(set_point_and_reference_hardly_move_the_regulated_current),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
