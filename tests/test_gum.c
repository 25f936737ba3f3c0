#include "tests/support/cmocka.h"

#include <math.h>

#include "gas/gum.h"

/* CO 30 % in N2, H2 30 % in N2, CO2, N2, and water to 12 %: a rich gas made with five controllers.
 */
static const struct gas_mix bottles[] = {
    {.x = {[GAS_CO] = 0.3, [GAS_N2] = 0.7}},
    {.x = {[GAS_H2] = 0.3, [GAS_N2] = 0.7}},
    {.x = {[GAS_CO2] = 1}},
    {.x = {[GAS_N2] = 1}},
    {.x = {[GAS_H2O] = 1}},
};
static const double flows[] = {0.300, 0.100, 1.400, 6.960, 8.76 * 0.12 / 0.88};

static const struct gas_gum_model model = {.bottles = bottles,
                                           .flows_slpm = flows,
                                           .count = 5,
                                           .T_K = 1053.15,
                                           .p_kPa = GAS_ATM_KPA,
                                           .cell_mV = 450,
                                           .barrier = &gas_barrier_lsu49};

static const struct gas_gum_input inputs[] = {
    {GAS_GUM_FLOW, 0, GAS_O2, GAS_N2, 0.0009018},  {GAS_GUM_FLOW, 1, GAS_O2, GAS_N2, 0.0006218},
    {GAS_GUM_FLOW, 2, GAS_O2, GAS_N2, 0.003973},   {GAS_GUM_FLOW, 3, GAS_O2, GAS_N2, 0.01979},
    {GAS_GUM_FRACTION, 0, GAS_CO, GAS_N2, 0.0015}, {GAS_GUM_FRACTION, 1, GAS_H2, GAS_N2, 0.0015},
    {GAS_GUM_FLOW, 4, GAS_O2, GAS_N2, 0.01195},
};

static bool near_rel(double got, double want, double rel)
{
    return fabs(got - want) <= rel * fabs(want) + 1e-9;
}

static void the_worked_example_is_reproduced(void **state)
{
    (void)state;
    /* sensitivities of lambda_f, EMF [mV] and Ip [mA] to each input, from another program */
    static const double want[][3] = {
        {-0.0672785, 113.813, -0.191933}, {-0.0693149, 113.051, -0.55114},
        {0.013576, -16.3486, 0.0117994},  {0, 0, 0.0117893},
        {-0.0672785, 113.813, -0.203722}, {-0.023105, 37.6837, -0.187643},
        {0.00678802, -18.8865, 0.0118217}};
    struct gas_gum_result r;
    assert_int_equal(gas_gum_combine(&model, inputs, COUNT(inputs), &r, NULL), RC_OK);
    print_message("lambda %.5f u %.3e; EMF %.2f u %.4f mV; Ip %.4f u %.2e mA\n", r.value.lambda_f,
                  r.u.lambda_f, r.value.emf_mV, r.u.emf_mV, r.value.ip_mA, r.u.ip_mA);
    assert_true(fabs(r.value.lambda_f - 0.97146) < 1e-5);
    assert_true(fabs(r.value.emf_mV - 811.72) < 0.01);
    assert_true(fabs(r.value.ip_mA + 0.1174) < 1e-4);
    for (size_t i = 0; i < COUNT(want); i++) {
        assert_true(near_rel(r.sensitivity[i].lambda_f, want[i][0], 1e-4));
        assert_true(fabs(r.sensitivity[i].emf_mV - want[i][1]) < 0.01);
        assert_true(near_rel(r.sensitivity[i].ip_mA, want[i][2], 2e-4));
    }
    assert_true(near_rel(r.u.lambda_f, 1.625e-4, 1e-3));
    assert_true(near_rel(r.u.emf_mV, 0.3208, 1e-3));
    assert_true(near_rel(r.u.ip_mA, 6.298e-4, 1e-3));
}

/* dx_i/dq_b = (c_ib - x_i)/Q and dx_i/dc_ib = q_b/Q */
static void sensitivities_of_the_composition_are_the_closed_form(void **state)
{
    (void)state;
    struct gas_gum_result r;
    double total = 0;
    for (size_t b = 0; b < COUNT(flows); b++)
        total += flows[b];
    assert_int_equal(gas_gum_combine(&model, inputs, COUNT(inputs), &r, NULL), RC_OK);
    for (unsigned s = 0; s < GAS_SPECIES_COUNT; s++) {
        double dq = (bottles[0].x[s] - r.value.x.x[s]) / total;
        assert_true(fabs(r.sensitivity[0].x.x[s] - dq) < 1e-8);
    }
    assert_true(fabs(r.sensitivity[4].x.x[GAS_CO] - flows[0] / total) < 1e-8);
    assert_true(fabs(r.sensitivity[4].x.x[GAS_N2] + flows[0] / total) < 1e-8);
}

static double room[GAS_GUM_ROOM * 20000];

static void monte_carlo_agrees_within_three_percent(void **state)
{
    (void)state;
    const uint64_t seed = 20240601;
    struct gas_gum_result r;
    struct gas_gum_spread mc;
    struct rng rng;
    rng_seed(&rng, seed);
    struct gas_gum_draws draws = {&rng, 20000, room};
    assert_int_equal(gas_gum_combine(&model, inputs, COUNT(inputs), &r, NULL), RC_OK);
    assert_int_equal(gas_gum_monte_carlo(&model, inputs, COUNT(inputs), &draws, &mc), RC_OK);
    print_message("seed %llu: MC/GUM lambda %.4f EMF %.4f Ip %.4f\n", (unsigned long long)seed,
                  mc.u.lambda_f / r.u.lambda_f, mc.u.emf_mV / r.u.emf_mV, mc.u.ip_mA / r.u.ip_mA);
    assert_true(near_rel(mc.u.lambda_f, r.u.lambda_f, 0.03));
    assert_true(near_rel(mc.u.emf_mV, r.u.emf_mV, 0.03));
    assert_true(near_rel(mc.u.ip_mA, r.u.ip_mA, 0.03));
    assert_true(near_rel(mc.u.x.x[GAS_CO], r.u.x.x[GAS_CO], 0.03));
    assert_true(near_rel(mc.u.x.x[GAS_H2O], r.u.x.x[GAS_H2O], 0.03));
    assert_true(gas_gum_is_validated(r.value.lambda_f, r.u.lambda_f, &mc.lambda_f));
    assert_true(gas_gum_is_validated(r.value.emf_mV, r.u.emf_mV, &mc.emf_mV));
    assert_true(gas_gum_is_validated(r.value.ip_mA, r.u.ip_mA, &mc.ip_mA));
    assert_true(fabs(mc.emf_mV.low - (r.value.emf_mV - 1.96 * r.u.emf_mV)) < 0.03);
    assert_true(fabs(mc.emf_mV.high - (r.value.emf_mV + 1.96 * r.u.emf_mV)) < 0.03);
}

static void an_interval_is_validated_by_the_first_digit_of_u(void **state)
{
    (void)state;
    static const struct {
        double value, u, low, high;
        bool want;
    } cases[] = {
        {100, 3.2, 100 - 6.272, 100 + 6.272, true},
        {100, 3.2, 100 - 6.77, 100 + 5.78, true},
        {100, 3.2, 100 - 6.78, 100 + 6.272, false}, /* 0.508 below */
        {100, 3.2, 100 - 6.272, 100 + 5.76, false},
        {165, 50, 127, 728, false},
        {5, 0, 5, 5, true},
        {5, 0, 5, 5.1, false},
        {(double)NAN, 1, 3, 7, false},
        {5, (double)NAN, 3, 7, false},
        {5, 1, (double)NAN, 7, false},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct gas_gum_interval drawn = {cases[i].low, cases[i].high};
        if (gas_gum_is_validated(cases[i].value, cases[i].u, &drawn) != cases[i].want)
            fail_msg("case %zu", i);
    }
}

/* One bottle of CO and H2: its flow cancels in CO/H2; a certificate moves one of them alone. */
static void species_of_one_bottle_share_only_its_flow(void **state)
{
    (void)state;
    static const struct gas_mix pair[] = {
        {.x = {[GAS_CO] = 0.06, [GAS_H2] = 0.02, [GAS_N2] = 0.92}},
        {.x = {[GAS_CO2] = 0.2, [GAS_N2] = 0.8}}};
    static const double q[] = {1, 9};
    const struct gas_gum_input flow = {GAS_GUM_FLOW, 0, GAS_O2, GAS_N2, 0.01};
    const struct gas_gum_input apart[] = {{GAS_GUM_FRACTION, 0, GAS_CO, GAS_N2, 0.0006},
                                          {GAS_GUM_FRACTION, 0, GAS_H2, GAS_N2, 0.0002}};
    struct gas_gum_model m = model;
    struct gas_gum_result a, both;
    m.bottles = pair;
    m.flows_slpm = q;
    m.count = 2;
    assert_int_equal(gas_gum_combine(&m, &flow, 1, &a, NULL), RC_OK);
    double *x = a.sensitivity[0].x.x;
    assert_true(fabs(x[GAS_CO] / x[GAS_H2] - 3) < 1e-6);
    assert_int_equal(gas_gum_combine(&m, apart, 2, &both, NULL), RC_OK);
    x = both.sensitivity[0].x.x;
    assert_true(fabs(x[GAS_CO] - 0.1) < 1e-9 && fabs(x[GAS_N2] + 0.1) < 1e-9);
    assert_true(fabs(x[GAS_H2]) < 1e-12 && fabs(x[GAS_CO2]) < 1e-12);
    x = both.u.x.x;
    assert_true(fabs(x[GAS_N2] - hypot(x[GAS_CO], x[GAS_H2])) < 1e-9);
}

static void temperature_and_pressure_are_inputs_too(void **state)
{
    (void)state;
    const struct gas_gum_input in[] = {{GAS_GUM_TEMPERATURE, 0, GAS_O2, GAS_N2, 2},
                                       {GAS_GUM_PRESSURE, 0, GAS_O2, GAS_N2, 0.5}};
    static const double q[] = {1};
    struct gas_gum_model m = model;
    struct gas_gum_result r;
    m.bottles = &gas_mix_air;
    m.flows_slpm = q;
    m.count = 1;
    assert_int_equal(gas_gum_combine(&m, in, 2, &r, NULL), RC_OK);
    assert_true(isnan(r.value.lambda_f));
    assert_true(near_rel(r.sensitivity[0].ip_mA / r.value.ip_mA, 0.00034, 0.02));
    assert_true(near_rel(r.sensitivity[1].ip_mA / r.value.ip_mA * 101.325, 0.317, 0.02));
    assert_true(fabs(r.sensitivity[1].emf_mV) < 1e-6);
}

static void bad_inputs_are_refused_and_nothing_is_written(void **state)
{
    (void)state;
    struct gas_gum_result r = {.value = {.emf_mV = 42}};
    struct gas_fault fault;
    struct gas_gum_input in = inputs[0];
    in.u = NAN;
    assert_int_equal(gas_gum_combine(&model, &in, 1, &r, &fault), RC_RANGE);
    in = inputs[0];
    in.bottle = 5;
    assert_int_equal(gas_gum_combine(&model, &in, 1, &r, &fault), RC_RANGE);
    in = inputs[4];
    in.species = in.balance;
    assert_int_equal(gas_gum_combine(&model, &in, 1, &r, &fault), RC_RANGE);
    assert_int_equal(gas_gum_combine(&model, inputs, GAS_GUM_INPUTS_MAX + 1, &r, &fault), RC_RANGE);
    struct gas_gum_model m = model;
    m.T_K = NAN;
    assert_int_equal(gas_gum_combine(&m, inputs, 1, &r, &fault), RC_RANGE);
    assert_true(r.value.emf_mV == 42);
    struct rng rng;
    struct gas_gum_draws draws = {&rng, 1, room};
    struct gas_gum_spread u;
    rng_seed(&rng, 1);
    assert_int_equal(gas_gum_monte_carlo(&model, inputs, 1, &draws, &u), RC_RANGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_worked_example_is_reproduced),
        cmocka_unit_test(sensitivities_of_the_composition_are_the_closed_form),
        cmocka_unit_test(monte_carlo_agrees_within_three_percent),
        cmocka_unit_test(an_interval_is_validated_by_the_first_digit_of_u),
        cmocka_unit_test(species_of_one_bottle_share_only_its_flow),
        cmocka_unit_test(temperature_and_pressure_are_inputs_too),
        cmocka_unit_test(bad_inputs_are_refused_and_nothing_is_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
