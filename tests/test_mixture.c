#include "tests/support/cmocka.h"

#include <math.h>

#include "core/rng.h"
#include "gas/equilibrium.h"
#include "gas/flammability.h"
#include "gas/lambda.h"
#include "gas/mixture.h"

static const struct gas_mix bottles[] = {
    {.x = {[GAS_CO] = 0.3, [GAS_N2] = 0.7}},
    {.x = {[GAS_H2] = 0.3, [GAS_N2] = 0.7}},
    {.x = {[GAS_CO2] = 1}},
    {.x = {[GAS_N2] = 1}},
    {.x = {[GAS_H2O] = 1}},
    {.x = {[GAS_O2] = 0.2095, [GAS_N2] = 0.7905}},
};
static const struct gas_recipe recipe = {bottles, COUNT(bottles), 3, 10, 0};

static bool is_near(double got, double want, double slack)
{
    return fabs(got - want) <= slack;
}

static void flows_give_the_composition(void **state)
{
    (void)state;
    static const double q[] = {0.3, 0.1, 1.4, 6.96, 8.76 * 0.12 / 0.88, 0};
    struct gas_mix x;
    assert_int_equal(gas_mix_from_flows(bottles, q, COUNT(q), &x, NULL), RC_OK);
    assert_true(is_near(x.x[GAS_CO], 0.00904, 5e-6) && is_near(x.x[GAS_H2], 0.00301, 5e-6));
    assert_true(is_near(x.x[GAS_CO2], 0.14064, 5e-6) && is_near(x.x[GAS_N2], 0.72731, 1e-5));
    assert_true(is_near(x.x[GAS_H2O], 0.12, 1e-12));
}

static void flows_and_composition_are_inverse(void **state)
{
    (void)state;
    const uint64_t seed = 31;
    struct rng rng;
    rng_seed(&rng, seed);
    print_message("seed %llu\n", (unsigned long long)seed);
    for (int n = 0; n < 20000; n++) {
        double q[COUNT(bottles)], total = 0, got[COUNT(bottles)];
        struct gas_mix x;
        for (size_t b = 0; b < COUNT(bottles); b++) {
            q[b] = rng_below(&rng, 3) ? rng_uniform(&rng) : 0;
            total += q[b];
        }
        if (!(total > 0.01))
            continue;
        struct gas_recipe r = recipe;
        r.total_slpm = total;
        assert_int_equal(gas_mix_from_flows(bottles, q, COUNT(q), &x, NULL), RC_OK);
        assert_int_equal(gas_flows_for_mix(&r, &x, got, NULL), RC_OK);
        for (size_t b = 0; b < COUNT(bottles); b++)
            assert_true(is_near(got[b], q[b], 1e-9 * total));
    }
}

static void a_mixture_that_cannot_be_made_is_named(void **state)
{
    (void)state;
    double q[COUNT(bottles)] = {42};
    struct gas_fault fault;
    struct gas_mix co = {.x = {[GAS_CO] = 0.31, [GAS_N2] = 0.69}};
    assert_int_equal(gas_flows_for_mix(&recipe, &co, q, &fault), RC_RANGE);
    assert_string_equal(fault.what,
                        "flow (slpm)"); /* more than the whole flow of the 30 % bottle */
    assert_true(fault.value > 10 && fault.hi == 10);
    struct gas_mix full = {.x = {[GAS_CO2] = 0.9, [GAS_CO] = 0.1}};
    assert_int_equal(gas_flows_for_mix(&recipe, &full, q, &fault), RC_RANGE);
    assert_string_equal(fault.what, "carrier flow (slpm)");
    struct gas_mix no = {.x = {[GAS_NO] = 0.001, [GAS_N2] = 0.999}};
    assert_int_equal(gas_flows_for_mix(&recipe, &no, q, &fault), RC_RANGE);
    assert_string_equal(fault.what, "no");
    /* one bottle with two species fixes their ratio */
    static const struct gas_mix pair[] = {
        {.x = {[GAS_CO] = 0.06, [GAS_H2] = 0.02, [GAS_N2] = 0.92}}, {.x = {[GAS_N2] = 1}}};
    const struct gas_recipe two = {pair, 2, 1, 5, 0};
    struct gas_mix good = {.x = {[GAS_CO] = 0.03, [GAS_H2] = 0.01, [GAS_N2] = 0.96}};
    assert_int_equal(gas_flows_for_mix(&two, &good, q, &fault), RC_OK);
    assert_true(is_near(q[0], 2.5, 1e-9) && is_near(q[1], 2.5, 1e-9));
    good.x[GAS_H2] = 0.012;
    good.x[GAS_N2] = 0.958;
    q[0] = 42;
    assert_int_equal(gas_flows_for_mix(&two, &good, q, &fault), RC_RANGE);
    assert_string_equal(fault.what, "h2");
    assert_true(is_near(fault.lo, 0.01, 1e-9) && q[0] == 42);
    /* the same gas twice cannot be told apart */
    const struct gas_mix twice[] = {bottles[2], bottles[2], bottles[3]};
    const struct gas_recipe same = {twice, 3, 2, 5, 0};
    assert_int_equal(gas_flows_for_mix(&same, &gas_mix_n2, q, &fault), RC_RANGE);
    assert_string_equal(fault.what, "independent bottles");
}

/* 5 % O2 in Ar, and N2: the argon follows the oxygen. */
static void named_nitrogen_and_argon_are_reached_or_refused(void **state)
{
    (void)state;
    static const struct gas_mix in_argon[] = {
        {.x = {[GAS_O2] = 0.05, [GAS_AR] = 0.95}}, {.x = {[GAS_N2] = 1}}, {.x = {[GAS_AR] = 1}}};
    const unsigned n2 = 1U << GAS_N2, ar = 1U << GAS_AR;
    struct gas_recipe r = {in_argon, 2, 1, 5, 0};
    struct gas_mix wanted = {.x = {[GAS_O2] = 0.03, [GAS_AR] = 0.5, [GAS_N2] = 0.47}};
    struct gas_fault fault;
    double q[3] = {42};
    assert_int_equal(gas_flows_for_mix(&r, &wanted, q, &fault), RC_OK); /* not named */
    r.named = ar;
    q[0] = 42;
    assert_int_equal(gas_flows_for_mix(&r, &wanted, q, &fault), RC_RANGE);
    assert_string_equal(fault.what, "ar");
    assert_true(is_near(fault.lo, 0.57, 1e-9) && fault.value == 0.5 && q[0] == 42);
    r.named = n2;
    assert_int_equal(gas_flows_for_mix(&r, &wanted, q, &fault), RC_RANGE);
    assert_string_equal(fault.what, "n2");
    wanted.x[GAS_AR] = 0.57;
    wanted.x[GAS_N2] = 0.40;
    r.named = n2 | ar;
    assert_int_equal(gas_flows_for_mix(&r, &wanted, q, &fault), RC_OK);
    assert_true(is_near(q[0], 3, 1e-9) && is_near(q[1], 2, 1e-9));
    /* argon as the carrier: then the bottle of nitrogen doses it */
    r = (struct gas_recipe){in_argon, 3, 2, 5, n2 | ar};
    wanted = (struct gas_mix){.x = {[GAS_O2] = 0.01, [GAS_AR] = 0.79, [GAS_N2] = 0.2}};
    assert_int_equal(gas_flows_for_mix(&r, &wanted, q, &fault), RC_OK);
    assert_true(is_near(q[0], 1, 1e-9) && is_near(q[1], 1, 1e-9) && is_near(q[2], 3, 1e-9));
}

/* CO2 in both: the pure bottle must dose it, whichever stands first. */
static void a_bottle_with_a_choice_leaves_the_pure_one_its_gas(void **state)
{
    (void)state;
    static const struct gas_mix rich[] = {
        {.x = {[GAS_CO] = 0.06, [GAS_CO2] = 0.1, [GAS_N2] = 0.84}},
        {.x = {[GAS_CO2] = 1}},
        {.x = {[GAS_N2] = 1}}};
    const struct gas_recipe r = {rich, 3, 2, 10, 0};
    const struct gas_mix wanted = {.x = {[GAS_CO] = 0.03, [GAS_CO2] = 0.15}};
    double q[3];
    assert_int_equal(gas_flows_for_mix(&r, &wanted, q, NULL), RC_OK);
    assert_true(is_near(q[0], 5, 1e-9) && is_near(q[1], 1, 1e-9) && is_near(q[2], 4, 1e-9));
}

/* Rich gas, air and water: lambda and the share of water fix the three flows. */
static void lambda_and_named_shares_fix_the_flows(void **state)
{
    (void)state;
    static const struct gas_mix wet[] = {
        {.x = {[GAS_CO] = 0.067, [GAS_H2] = 0.025, [GAS_CO2] = 0.091, [GAS_N2] = 0.817}},
        {.x = {[GAS_O2] = 0.2095, [GAS_N2] = 0.7905}},
        {.x = {[GAS_H2O] = 1}}};
    const struct gas_mix water = {.x = {[GAS_H2O] = 0.12}};
    struct gas_recipe r = {wet, 3, 0, 5, 1U << GAS_H2O};
    struct gas_fault fault;
    double q[3] = {0}, lambda;
    struct gas_mix made;
    assert_int_equal(gas_flows_for_lambda(&r, &water, 0.92, q, &fault), RC_OK);
    assert_int_equal(gas_mix_from_flows(wet, q, 3, &made, NULL), RC_OK);
    assert_int_equal(gas_lambda_formal(&made, &lambda), RC_OK);
    assert_true(is_near(lambda, 0.92, 1e-12) && is_near(made.x[GAS_H2O], 0.12, 1e-12));
    assert_true(is_near(q[0] + q[1] + q[2], 5, 1e-12));
    q[0] = 42;
    assert_int_equal(gas_flows_for_lambda(&r, &water, 0.5, q, &fault), RC_RANGE);
    assert_string_equal(fault.what, "flow (slpm)"); /* less air than none */
    assert_int_equal(gas_flows_for_lambda(&r, &water, NAN, q, &fault), RC_RANGE);
    r.named = 0;
    assert_int_equal(gas_flows_for_lambda(&r, &water, 0.92, q, &fault), RC_RANGE);
    assert_string_equal(fault.what, "independent bottles");
    assert_true(q[0] == 42);
}

static void bad_numbers_are_refused(void **state)
{
    (void)state;
    double q[COUNT(bottles)] = {0.1, NAN, 0, 0, 0, 0}, out = 42;
    struct gas_mix x = {.x = {42}}, nan = gas_mix_n2;
    struct gas_fault fault;
    nan.x[GAS_CO] = NAN;
    assert_int_equal(gas_mix_from_flows(bottles, q, COUNT(q), &x, &fault), RC_RANGE);
    q[1] = -1;
    assert_int_equal(gas_mix_from_flows(bottles, q, COUNT(q), &x, &fault), RC_RANGE);
    q[0] = q[1] = 0;
    assert_int_equal(gas_mix_from_flows(bottles, q, COUNT(q), &x, &fault), RC_RANGE);
    assert_int_equal(gas_mix_from_flows(bottles, q, 0, &x, &fault), RC_RANGE);
    assert_int_equal(gas_mix_from_flows(bottles, q, 17, &x, &fault), RC_RANGE);
    assert_int_equal(gas_flows_for_mix(&recipe, &nan, q, &fault), RC_RANGE);
    struct gas_recipe r = recipe;
    r.total_slpm = NAN;
    assert_int_equal(gas_flows_for_mix(&r, &gas_mix_n2, q, &fault), RC_RANGE);
    r = recipe;
    r.carrier = 6;
    assert_int_equal(gas_flows_for_mix(&r, &gas_mix_n2, q, &fault), RC_RANGE);
    assert_int_equal(gas_mix_for_o2(NAN, &x, &fault), RC_RANGE);
    assert_int_equal(gas_mix_for_o2(1.1, &x, &fault), RC_RANGE);
    assert_int_equal(gas_saturator_x(NAN, 101.325, &out), RC_RANGE);
    assert_int_equal(gas_water_pressure_kPa(101, &out), RC_RANGE);
    assert_int_equal(gas_reference_factor(NAN, &out), RC_RANGE);
    assert_true(x.x[0] == 42 && out == 42);
}

static void the_carrier_makes_up_the_balance(void **state)
{
    (void)state;
    static const double q[] = {1, 2.5};
    double carrier = 42;
    struct gas_fault fault;
    assert_int_equal(gas_carrier_flow(10, q, 2, &carrier, NULL), RC_OK);
    assert_true(is_near(carrier, 6.5, 1e-12));
    assert_int_equal(gas_carrier_flow(3, q, 2, &carrier, &fault), RC_RANGE);
    assert_true(fault.value == 3.5 && fault.hi == 3 && is_near(carrier, 6.5, 1e-12));
    assert_int_equal(gas_carrier_flow(NAN, q, 2, &carrier, &fault), RC_RANGE);
}

static void a_wanted_lambda_is_met_from_both_sides(void **state)
{
    (void)state;
    const struct gas_mix base = {.x = {[GAS_CO2] = 0.14, [GAS_H2O] = 0.12}};
    const struct gas_mix fuel = {.x = {[GAS_CO] = 0.75, [GAS_H2] = 0.25}};
    for (double lambda = 0.85; lambda < 1.6; lambda += 0.01) {
        struct gas_mix x;
        double got = NAN;
        assert_int_equal(gas_mix_for_lambda(&base, &fuel, lambda, &x, NULL), RC_OK);
        assert_int_equal(gas_lambda_formal(&x, &got), RC_OK);
        assert_true(is_near(got, lambda, 1e-12) && is_near(gas_mix_sum(&x), 1, 1e-12));
        assert_true(x.x[GAS_CO2] == 0.14 && x.x[GAS_H2O] == 0.12);
        assert_true((x.x[GAS_O2] > 0) == (lambda > 1 + 1e-12) || is_near(lambda, 1, 1e-9));
    }
    struct gas_mix x;
    struct gas_fault fault;
    assert_int_equal(gas_mix_for_lambda(&base, &fuel, 10, &x, &fault), RC_RANGE); /* O2 > 100 % */
    assert_int_equal(gas_mix_for_lambda(&base, &fuel, NAN, &x, &fault), RC_RANGE);
    assert_int_equal(gas_mix_for_lambda(&base, &gas_mix_n2, 0.9, &x, &fault), RC_RANGE);
    assert_string_equal(fault.what, "fuel");
    assert_int_equal(gas_mix_for_lambda(&gas_mix_n2, &fuel, 1.1, &x, &fault), RC_RANGE);
    struct gas_mix wrong = base;
    wrong.x[GAS_CO] = 0.01;
    assert_int_equal(gas_mix_for_lambda(&wrong, &fuel, 0.9, &x, &fault), RC_RANGE);
    assert_string_equal(fault.what, "co");
}

/* Buffers for the rich exhaust of CH1.85 at 800 degC. */
static void buffers_stand_for_rich_exhaust(void **state)
{
    (void)state;
    static const struct {
        double lambda, h2_h2o, co_co2;
    } want[] = {{0.36, 36.8, 34.0}, {0.40, 10.8, 9.9}, {0.60, 1.61, 1.49}, {0.90, 0.187, 0.172}};
    const struct gas_fuel fuel = {.y = 1.85, .Kw = GAS_KW_FROZEN};
    const struct gas_surface at = {.p_kPa = GAS_ATM_KPA};
    const double T = 1073.15;
    struct gas_constants k;
    assert_int_equal(gas_constants_exact(T, &k), RC_OK);
    for (size_t i = 0; i < COUNT(want); i++) {
        struct gas_mix exhaust, buffer;
        struct gas_equilibrium eq, same;
        double h, c, active = NAN;
        assert_int_equal(gas_exhaust(&fuel, want[i].lambda, &exhaust, NULL), RC_OK);
        assert_int_equal(gas_equilibrium_solve(&exhaust, &k, &at, &eq, NULL), RC_OK);
        assert_int_equal(
            gas_buffer_ratio(&(struct gas_buffer){GAS_BUFFER_H2_H2O, T, eq.ln_pO2_bar}, &h), RC_OK);
        assert_int_equal(
            gas_buffer_ratio(&(struct gas_buffer){GAS_BUFFER_CO_CO2, T, eq.ln_pO2_bar}, &c), RC_OK);
        assert_true(is_near(h / want[i].h2_h2o, 1, 0.005) && is_near(c / want[i].co_co2, 1, 0.006));
        for (int kind = 0; kind < 2; kind++) {
            struct gas_buffer b = {kind ? GAS_BUFFER_CO_CO2 : GAS_BUFFER_H2_H2O, T, eq.ln_pO2_bar};
            double cap = kind ? 0.09 : 0.035;
            assert_int_equal(gas_buffer_active_for_cap(&b, cap, &active), RC_OK);
            active = active < 0.3 ? active : 0.3;
            assert_int_equal(gas_mix_for_pO2(&b, active, &buffer, NULL), RC_OK);
            assert_true(buffer.x[kind ? GAS_CO : GAS_H2] <= cap + 1e-12);
            assert_int_equal(gas_equilibrium_solve(&buffer, &k, &at, &same, NULL), RC_OK);
            assert_true(is_near(same.ln_pO2_bar, eq.ln_pO2_bar, 1e-6));
            struct gas_rule_limits l;
            struct gas_rule_verdict v;
            gas_rule_limits_default(25, &l);
            assert_int_equal(gas_rule_check(&buffer, &l, &v), RC_OK);
        }
    }
    struct gas_buffer held = {GAS_BUFFER_H2_H2O, T, -10};
    struct gas_mix x;
    struct gas_fault fault;
    assert_int_equal(gas_mix_for_pO2(&held, 0.05, &x, &fault), RC_RANGE);
    assert_string_equal(fault.what, "buffer ratio");
    held.ln_pO2_bar = NAN;
    assert_int_equal(gas_mix_for_pO2(&held, 0.05, &x, &fault), RC_RANGE);
    held.ln_pO2_bar = -40;
    assert_int_equal(gas_mix_for_pO2(&held, NAN, &x, &fault), RC_RANGE);
}

static void the_smallest_range_that_covers_the_flow_is_chosen(void **state)
{
    (void)state;
    static const struct gas_mfc mfcs[] = {{10, 0.02}, {0.5, 0.02}, {2, 0.05}};
    struct gas_fault fault;
    size_t chosen = 99;
    static const struct {
        double flow;
        size_t want;
    } cases[] = {{0, 1}, {0.01, 1}, {0.475, 1}, {0.476, 2}, {1.9, 2}, {1.91, 0}, {9.5, 0}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(gas_mfc_choose(mfcs, 3, cases[i].flow, &chosen, NULL), RC_OK);
        assert_int_equal(chosen, cases[i].want);
    }
    assert_int_equal(gas_mfc_choose(mfcs, 3, 9.51, &chosen, &fault), RC_RANGE);
    assert_true(is_near(fault.hi, 9.5, 1e-12) && is_near(fault.lo, 0.01, 1e-12));
    assert_int_equal(gas_mfc_choose(mfcs, 3, 0.009, &chosen, &fault), RC_RANGE);
    assert_int_equal(gas_mfc_choose(mfcs, 3, NAN, &chosen, &fault), RC_RANGE);
    assert_int_equal(gas_mfc_choose(mfcs, 3, -0.1, &chosen, &fault), RC_RANGE);
    assert_int_equal(gas_mfc_choose(mfcs, 0, 1, &chosen, &fault), RC_RANGE);
    assert_int_equal(chosen, 0);
    /* the flows' uncertainties of the worked example */
    assert_true(is_near(gas_mfc_u_slpm(0.3, 0.5), 0.0009018, 1e-7));
    assert_true(is_near(gas_mfc_u_slpm(6.96, 10), 0.01979, 1e-5));
}

static void water_is_dosed_by_dew_point_or_by_liquid(void **state)
{
    (void)state;
    double x, t, q, kPa;
    assert_int_equal(gas_dew_point_degC(0.12, GAS_ATM_KPA, &t), RC_OK);
    assert_true(is_near(t, 49.7, 0.05));
    assert_int_equal(gas_saturator_x(t, GAS_ATM_KPA, &x), RC_OK);
    assert_true(is_near(x, 0.12, 1e-12));
    assert_int_equal(gas_water_pressure_kPa(0, &kPa), RC_OK);
    assert_true(is_near(kPa, 0.6112, 1e-12));
    assert_int_equal(gas_water_pressure_kPa(20, &kPa), RC_OK);
    assert_true(is_near(kPa, 2.339, 0.007));
    assert_int_equal(gas_saturator_x(90, 60, &x), RC_RANGE); /* boils */
    assert_int_equal(gas_water_flow_slpm(8.76, 0.12, &q), RC_OK);
    assert_true(is_near(q, 1.19455, 1e-5));
    assert_true(is_near(gas_cem_g_min(q), 0.96, 1e-3));
    assert_true(is_near(gas_cem_vapour_slpm(gas_cem_g_min(q)), q, 1e-12));
    assert_int_equal(gas_water_flow_slpm(8.76, 1, &q), RC_RANGE);
}

static void a_wall_must_be_ten_kelvin_above_the_dew_point(void **state)
{
    (void)state;
    /* 5 % more than 12 % of water at 1 atm: dew point 50.68 degC */
    /* clang-format off */
    static const struct { double x, kPa, wall_degC; enum rc rc; } rows[] = {
        { 0.12,  101.325, 60.8,         RC_OK },
        { 0.12,  101.325, 60.6,         RC_REFUSED },
        { 0.12,  202.65,  60.8,         RC_REFUSED }, /* 66.7 degC there */
        { 0.12,  202.65,  76.9,         RC_OK },
        { 0.12,  101.325, (double)NAN,  RC_REFUSED },
        { 0.005, 101.325, (double)NAN,  RC_OK },
        { 0.0051, 101.325, (double)NAN, RC_REFUSED },
        { 0,     101.325, -40,          RC_OK },
        { 1,     110,     111,          RC_REFUSED }, /* 101.6 degC */
        { 1,     110,     112,          RC_OK },
        { 1,     300,     300,          RC_REFUSED }, /* beyond the formula */
        { (double)NAN, 101.325, 120,    RC_RANGE },
        { 1.1,   101.325, 120,          RC_RANGE },
        { 0.12,  (double)NAN, 120,      RC_RANGE },
        { 0.12,  5,       120,          RC_RANGE },
    };
    /* clang-format on */
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct gas_mix mix = {.x = {[GAS_H2O] = rows[i].x}};
        if (gas_dew_check(&mix, rows[i].kPa, rows[i].wall_degC, NULL) != rows[i].rc)
            fail_msg("row %zu", i);
    }
    struct gas_mix wet = {.x = {[GAS_H2O] = 0.12}};
    double dew;
    assert_int_equal(gas_dew_check(&wet, GAS_ATM_KPA, 120, &dew), RC_OK);
    assert_true(is_near(dew, 50.68, 0.02));
}

static void gas_conversion_follows_the_published_vector(void **state)
{
    (void)state;
    struct gas_mix argon = {.x = {[GAS_AR] = 0.75, [GAS_N2] = 0.25}};
    struct gas_fault fault;
    double f = NAN;
    assert_int_equal(gas_conversion_factor_mix(&argon, &f, NULL), RC_OK);
    assert_true(is_near(f, 1.302, 5e-4));
    assert_int_equal(gas_conversion_factor_mix(&gas_mix_n2, &f, NULL), RC_OK);
    assert_true(is_near(f, 1, 2e-4));
    assert_int_equal(gas_conversion_factor(GAS_CO2, &f), RC_OK);
    assert_true(is_near(f, 0.70, 1e-12));
    assert_int_equal(gas_conversion_factor(GAS_H2O, &f), RC_CONFIG);
    for (unsigned s = 0; s < GAS_SPECIES_COUNT; s++) {
        struct gas_mix pure = {.x = {0}};
        double table;
        pure.x[s] = 1;
        assert_int_equal(gas_conversion_factor_mix(&pure, &f, NULL), RC_OK);
        if (gas_conversion_factor((enum gas_species)s, &table) == RC_OK)
            assert_true(is_near(f / table, 1, 0.07)); /* formula and table agree roughly */
    }
    argon.x[GAS_AR] = NAN;
    assert_int_equal(gas_conversion_factor_mix(&argon, &f, &fault), RC_RANGE);
    assert_int_equal(gas_reference_factor(20, &f), RC_OK);
    assert_true(is_near(f, 273.15 / 293.15, 1e-12));
}

static void a_set_point_is_told_in_the_litres_of_its_controller(void **state)
{
    (void)state;
    const struct gas_mix co2 = {.x = {[GAS_CO2] = 1}}, water = {.x = {[GAS_H2O] = 1}};
    const struct gas_mix argon = {.x = {[GAS_AR] = 0.75, [GAS_N2] = 0.25}};
    struct gas_mfc_calibration c = {gas_mix_n2, 0};
    double f = 42;
    assert_int_equal(gas_mfc_factor(&c, &co2, &f), RC_OK);
    assert_true(is_near(f, 0.70, 1e-12));
    c.reference_degC = 20;
    assert_int_equal(gas_mfc_factor(&c, &co2, &f), RC_OK);
    assert_true(is_near(f, 0.70 * 273.15 / 293.15, 1e-12));
    assert_int_equal(gas_mfc_factor(&c, &argon, &f), RC_OK);
    assert_true(is_near(f, 1.302 * 273.15 / 293.15, 1e-3));
    c = (struct gas_mfc_calibration){co2, 0};
    assert_int_equal(gas_mfc_factor(&c, &gas_mix_n2, &f), RC_OK);
    assert_true(is_near(f, 1 / 0.70, 1e-12));
    assert_int_equal(gas_mfc_factor(&c, &co2, &f), RC_OK);
    assert_true(is_near(f, 1, 1e-12));
    assert_int_equal(gas_mfc_factor(&c, &water, &f), RC_CONFIG);
    c = (struct gas_mfc_calibration){water, 0};
    assert_int_equal(gas_mfc_factor(&c, &water, &f), RC_OK); /* its own gas needs none */
    c.reference_degC = NAN;
    f = 42;
    assert_int_equal(gas_mfc_factor(&c, &water, &f), RC_RANGE);
    assert_true(f == 42);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flows_give_the_composition),
        cmocka_unit_test(flows_and_composition_are_inverse),
        cmocka_unit_test(a_mixture_that_cannot_be_made_is_named),
        cmocka_unit_test(named_nitrogen_and_argon_are_reached_or_refused),
        cmocka_unit_test(a_bottle_with_a_choice_leaves_the_pure_one_its_gas),
        cmocka_unit_test(lambda_and_named_shares_fix_the_flows),
        cmocka_unit_test(bad_numbers_are_refused),
        cmocka_unit_test(the_carrier_makes_up_the_balance),
        cmocka_unit_test(a_wanted_lambda_is_met_from_both_sides),
        cmocka_unit_test(buffers_stand_for_rich_exhaust),
        cmocka_unit_test(the_smallest_range_that_covers_the_flow_is_chosen),
        cmocka_unit_test(water_is_dosed_by_dew_point_or_by_liquid),
        cmocka_unit_test(a_wall_must_be_ten_kelvin_above_the_dew_point),
        cmocka_unit_test(a_set_point_is_told_in_the_litres_of_its_controller),
        cmocka_unit_test(gas_conversion_follows_the_published_vector),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
