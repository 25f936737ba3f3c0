#include "tests/support/cmocka.h"

#include <math.h>

#include "core/num.h"
#include "gas/equilibrium.h"
#include "twin/element_lsu.h"
#include "twin/noise.h"

static const double HOT_K = 1053.15;
static const struct lsu_part nominal = {
    .barrier = 1, .raw = 1, .kappa = 1, .tau_s = 0.012, .rn = 1};

static struct gas_view view_of(struct gas_mix mix, unsigned serial)
{
    struct gas_view view = {.pressure_kPa = 101.325, .convection = 1, .serial = serial};
    assert_int_equal(gas_mix_fill_n2(&mix, NULL), RC_OK);
    view.mix = mix;
    return view;
}

static const struct gas_mix lean = {.x = {[GAS_O2] = 0.05}};
static const struct gas_mix rich = {.x = {[GAS_CO] = 0.0675, [GAS_H2] = 0.0252, [GAS_CO2] = 0.152}};

static void run(struct lsu *lsu, const struct gas_view *gas, unsigned steps, bool regulated)
{
    for (unsigned i = 0; i < steps; i++)
        lsu_step(lsu, gas, HOT_K, regulated);
}

static void in_steady_state_the_loop_pumps_the_limiting_current_at_450_mV(void **state)
{
    const struct gas_mix *mixes[] = {&lean, &rich, &gas_mix_air, &gas_mix_n2};
    (void)state;
    for (size_t i = 0; i < COUNT(mixes); i++) {
        struct gas_view gas = view_of(*mixes[i], 1);
        struct lsu lsu;
        lsu_init(&lsu, &lsu_kind_49, &nominal, &gas, HOT_K);
        run(&lsu, &gas, 200, true);
        assert_true(lsu.quiet);
        assert_true(fabs(lsu.ip_mA - lsu.limit_mA) < 1e-9);
        assert_true(lsu_un_mV(&lsu) == 450);
    }
}

static void the_barrier_scales_the_current_in_every_gas_alike(void **state)
{
    struct lsu_part clogged = nominal;
    struct lsu a, b;
    (void)state;
    clogged.barrier = 0.7;
    for (unsigned i = 0; i < 2; i++) {
        struct gas_view gas = view_of(i ? rich : lean, 1);
        lsu_init(&a, &lsu_kind_49, &nominal, &gas, HOT_K);
        lsu_init(&b, &lsu_kind_49, &clogged, &gas, HOT_K);
        assert_true(fabs(b.limit_mA / a.limit_mA - 0.7) < 1e-9);
    }
}

/* Steps until 63 % of the way from the rich to the lean current. */
static unsigned response_steps(double tau_s)
{
    struct gas_view before = view_of(rich, 1), after = view_of(lean, 2);
    struct lsu_part part = nominal;
    struct lsu lsu;
    part.tau_s = tau_s;
    lsu_init(&lsu, &lsu_kind_49, &part, &before, HOT_K);
    run(&lsu, &before, 200, true);
    double from_mA = lsu.ip_mA, to_mA = lsu_limit_mA(&lsu, &after, HOT_K);
    unsigned steps = 0;
    while (lsu.ip_mA < from_mA + 0.632 * (to_mA - from_mA) && steps < 1000) {
        run(&lsu, &after, 1, true);
        steps++;
    }
    return steps;
}

static void a_slow_barrier_shows_in_the_response_time(void **state)
{
    (void)state;
    unsigned good = response_steps(0.012), clogged = response_steps(0.1);
    print_message("63 %% after %u and %u steps of 10 ms\n", good, clogged);
    assert_true(good >= 1 && good <= 4);
    assert_true(clogged >= 9 && clogged <= 13);
}

static void the_nernst_voltage_swings_to_the_new_gas_and_comes_back(void **state)
{
    struct gas_view first = view_of(rich, 1), second = view_of(lean, 2);
    struct lsu lsu;
    double lowest = 450, highest = 450;
    (void)state;
    lsu_init(&lsu, &lsu_kind_49, &nominal, &first, HOT_K);
    run(&lsu, &first, 200, true);
    for (int i = 0; i < 100; i++) {
        run(&lsu, &second, 1, true);
        lowest = lsu_un_mV(&lsu) < lowest ? lsu_un_mV(&lsu) : lowest;
    }
    assert_true(fabs(lsu_un_mV(&lsu) - 450) < 0.01);
    first.serial = 3;
    for (int i = 0; i < 100; i++) {
        run(&lsu, &first, 1, true);
        highest = lsu_un_mV(&lsu) > highest ? lsu_un_mV(&lsu) : highest;
    }
    print_message("rich to lean: down to %.0f mV; lean to rich: up to %.0f mV\n", lowest, highest);
    assert_true(num_within(lowest, 60, 420));
    assert_true(num_within(highest, 480, 1000));
    assert_true(fabs(lsu_un_mV(&lsu) - 450) < 0.01);
}

static void without_the_loop_the_cell_shows_the_emf_of_the_gas(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct gas_view gas = view_of(i ? rich : lean, 1);
        struct lsu lsu;
        lsu_init(&lsu, &lsu_kind_42, &nominal, &gas,
                 HOT_K); /* air reference, no reference current */
        run(&lsu, &gas, 500, false);
        double un_mV = lsu_un_mV(&lsu), emf_mV = 0;
        assert_int_equal(gas_emf_vs_air(&gas.mix, HOT_K, 101.325, &emf_mV, NULL), RC_OK);
        print_message("open loop %.1f mV, EMF of the gas %.1f mV\n", un_mV, emf_mV);
        assert_true(fabs(un_mV - emf_mV) < 8); /* the cavity is linear, the barrier is not quite */
    }
}

static void nothing_is_pumped_while_the_loop_is_off(void **state)
{
    struct gas_view gas = view_of(lean, 1);
    struct lsu lsu;
    (void)state;
    lsu_init(&lsu, &lsu_kind_49, &nominal, &gas, HOT_K);
    run(&lsu, &gas, 100, true);
    assert_true(lsu.ip_mA > 0.5);
    run(&lsu, &gas, 1, false);
    assert_true(lsu.ip_mA == 0);
}

static void the_current_stops_at_the_clamp_of_the_controller(void **state)
{
    struct gas_view gas = view_of((struct gas_mix){.x = {[GAS_O2] = 1}}, 1);
    struct lsu lsu;
    (void)state;
    lsu_init(&lsu, &lsu_kind_49, &nominal, &gas, HOT_K);
    run(&lsu, &gas, 300, true);
    assert_true(fabs(lsu.ip_mA - 6) < 1e-6);
    assert_true(lsu_un_mV(&lsu) < 100); /* and U_N can no longer be held */
    /* exhaust of lambda 0.40 needs -5.2 mA, pure hydrogen more than it allows */
    gas = view_of(
        (struct gas_mix){
            .x = {[GAS_CO] = 0.228, [GAS_H2] = 0.190, [GAS_CO2] = 0.024, [GAS_H2O] = 0.069}},
        2);
    run(&lsu, &gas, 300, true);
    print_message("figure: exhaust of lambda 0.40 takes %.2f mA\n", lsu.ip_mA);
    assert_true(num_within(lsu.ip_mA, -5.4, -4.9) && fabs(lsu_un_mV(&lsu) - 450) < 0.01);
    gas = view_of((struct gas_mix){.x = {[GAS_H2] = 0.99, [GAS_H2O] = 0.01}}, 3);
    run(&lsu, &gas, 300, true);
    assert_true(fabs(lsu.ip_mA + 9) < 1e-6 && lsu_un_mV(&lsu) > 600);
}

static const struct lsu_part without_barrier = {
    .barrier = 1, .raw = 1, .kappa = 1, .tau_s = 0.012, .rn = 1, .or_ohm = 1e3};

/* The EMF that the loop holds, mV. */
static double held_emf_mV(const struct lsu *lsu)
{
    return lsu->nernst_mV * (lsu->ln_reference + 2 * log(lsu->u_set));
}

static void a_missing_barrier_moves_the_emf_and_not_the_current(void **state)
{
    const struct gas_mix *mixes[] = {&gas_mix_air, &rich};
    const double most_uA[] = {0.1, 1};
    (void)state;
    for (size_t i = 0; i < COUNT(mixes); i++) {
        struct gas_view gas = view_of(*mixes[i], 1);
        struct lsu sound, crossed;
        lsu_init(&sound, &lsu_kind_49, &nominal, &gas, HOT_K);
        lsu_init(&crossed, &lsu_kind_49, &without_barrier, &gas, HOT_K);
        run(&sound, &gas, 200, true);
        run(&crossed, &gas, 200, true);
        double moved_mV = held_emf_mV(&crossed) - held_emf_mV(&sound);
        print_message(
            "figure: R_c %.1f ohm moves the EMF by %.1f mV and Ip of %.3f mA by %.3f uA\n",
            crossed.rc_ohm, moved_mV, crossed.ip_mA, 1000 * (crossed.ip_mA - sound.ip_mA));
        assert_true(num_within(crossed.rc_ohm, 15.5, 16.5) && sound.rc_ohm == 0);
        assert_true(fabs(moved_mV + crossed.rc_ohm * crossed.ip_mA) < 0.01);
        assert_true(1000 * fabs(crossed.ip_mA - sound.ip_mA) < most_uA[i]);
        assert_true(lsu_un_mV(&crossed) == 450 && crossed.quiet);
    }
}

static void a_missing_barrier_makes_the_loop_slower_and_shows_in_un_at_once(void **state)
{
    struct gas_view before = view_of(gas_mix_n2, 1), after = view_of(gas_mix_air, 2);
    struct lsu_part parts[] = {nominal, without_barrier};
    double left[2], un_mV[2];
    (void)state;
    for (size_t i = 0; i < COUNT(parts); i++) {
        struct lsu lsu;
        parts[i].tau_s = 1e-4; /* all of the step is there at once */
        lsu_init(&lsu, &lsu_kind_49, &parts[i], &before, HOT_K);
        run(&lsu, &before, 200, true);
        run(&lsu, &after, 1, true);
        left[i] = 1 - lsu.ip_mA / lsu.limit_mA;
        run(&lsu, &after, 4, true);
        un_mV[i] = lsu_un_mV(&lsu) - 450;
        run(&lsu, &after, 200, true);
        assert_true(lsu_un_mV(&lsu) == 450);
    }
    print_message(
        "figure: after 10 ms %.1f and %.1f %% are left, after 50 ms U_N is off by %.2f and "
        "%.2f mV\n",
        100 * left[0], 100 * left[1], un_mV[0], un_mV[1]);
    assert_true(fabs(left[0] - exp(-10.0 / 8)) < 1e-3);
    assert_true(fabs(left[1] - exp(-10.0 / (8 * (1 + 0.05 * 15.94)))) < 1e-3);
    assert_true(fabs(un_mV[1] - un_mV[0]) > 1);
}

static void a_cold_cell_is_finite_in_everything_it_shows(void **state)
{
    struct gas_view gas = view_of(gas_mix_n2, 1);
    struct lsu lsu;
    (void)state;
    for (double T_K = 233; T_K < 1400; T_K += 7) {
        lsu_init(&lsu, &lsu_kind_49, &nominal, &gas, T_K);
        lsu_step(&lsu, &gas, T_K, false);
        assert_true(num_within(lsu_un_mV(&lsu), 0, 1300));
        assert_true(lsu.ri_ohm > 29);
        lsu_step(&lsu, &gas, T_K, true);
        assert_true(num_within(lsu_un_mV(&lsu), 0, 1300));
        assert_true(num_within(lsu.ip_mA, -9, 6));
    }
}

static void small_moves_of_temperature_are_followed_without_a_jump(void **state)
{
    struct gas_view gas = view_of(lean, 1);
    struct lsu a, b;
    (void)state;
    lsu_init(&a, &lsu_kind_49, &nominal, &gas, HOT_K);
    run(&a, &gas, 100, true);
    for (double T_K = HOT_K; T_K < HOT_K + 2; T_K += 0.003) {
        lsu_step(&a, &gas, T_K, true);
        lsu_init(&b, &lsu_kind_49, &nominal, &gas, T_K);
        assert_true(fabs(a.limit_mA - b.limit_mA) < 2e-7);
        assert_true(fabs(a.ri_ohm - b.ri_ohm) < 0.01);
    }
}

static void the_noise_is_normal_and_belongs_to_its_tick(void **state)
{
    uint64_t key = noise_key(5, "ip", 1);
    double sum = 0, squares = 0, fourth = 0;
    unsigned beyond3 = 0, n = 400000;
    (void)state;
    for (unsigned i = 0; i < n; i++) {
        double x = noise_gauss(key, i);
        sum += x;
        squares += x * x;
        fourth += x * x * x * x;
        beyond3 += fabs(x) > 3;
    }
    assert_true(fabs(sum / n) < 0.008);
    assert_true(fabs(squares / n - 1) < 0.01);
    assert_true(fabs(fourth / n - 3) < 0.07);
    assert_true(num_within(beyond3, 900, 1260)); /* 0.27 % */
    assert_true(noise_gauss(key, 77) == noise_gauss(key, 77));
    assert_true(noise_gauss(key, 77) != noise_gauss(key, 78));
    assert_true(noise_gauss(key, 77) != noise_gauss(noise_key(5, "ip", 2), 77));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_steady_state_the_loop_pumps_the_limiting_current_at_450_mV),
        cmocka_unit_test(the_barrier_scales_the_current_in_every_gas_alike),
        cmocka_unit_test(a_slow_barrier_shows_in_the_response_time),
        cmocka_unit_test(the_nernst_voltage_swings_to_the_new_gas_and_comes_back),
        cmocka_unit_test(without_the_loop_the_cell_shows_the_emf_of_the_gas),
        cmocka_unit_test(nothing_is_pumped_while_the_loop_is_off),
        cmocka_unit_test(the_current_stops_at_the_clamp_of_the_controller),
        cmocka_unit_test(a_missing_barrier_moves_the_emf_and_not_the_current),
        cmocka_unit_test(a_missing_barrier_makes_the_loop_slower_and_shows_in_un_at_once),
        cmocka_unit_test(a_cold_cell_is_finite_in_everything_it_shows),
        cmocka_unit_test(small_moves_of_temperature_are_followed_without_a_jump),
        cmocka_unit_test(the_noise_is_normal_and_belongs_to_its_tick),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
