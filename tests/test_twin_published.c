/* The nominal part against what is published about the LSU 4.9. */
#include "tests/support/cmocka.h"

#include <math.h>

#include "core/num.h"
#include "gas/flammability.h"
#include "gas/lambda.h"
#include "twin/controller.h"
#include "twin/heater.h"

static const double HOT_K = 1053.15;

static double ip_in(const struct gas_mix *mix, const struct lsu_kind *kind)
{
    struct gas_view view = {.mix = *mix, .pressure_kPa = 101.325, .convection = 1, .serial = 1};
    struct lsu_part part = {.barrier = 1, .raw = 1, .kappa = 1, .tau_s = 0.012, .rn = 1};
    struct lsu lsu;
    double T_K = kind->heater.target_degC + 273.15;
    lsu_init(&lsu, kind, &part, &view, T_K);
    return lsu_limit_mA(&lsu, &view, T_K);
}

static struct gas_mix o2_in_n2(double xO2)
{
    return (struct gas_mix){.x = {[GAS_O2] = xO2, [GAS_N2] = 1 - xO2}};
}

static struct gas_mix exhaust(double lambda)
{
    struct gas_fuel fuel = {.y = 1.85, .z = 0, .Kw = GAS_KW_FROZEN};
    struct gas_mix mix;
    assert_int_equal(gas_exhaust(&fuel, lambda, &mix, NULL), RC_OK);
    return mix;
}

static void the_current_in_exhaust_follows_the_published_characteristic(void **state)
{
    /* Bosch Motorsport data sheet of the LSU 4.9: lambda, mA */
    static const double table[][2] = {
        {0.65, -2.0},   {0.7, -1.602},  {0.75, -1.243}, {0.8, -0.927},  {0.822, -0.8},
        {0.85, -0.652}, {0.9, -0.405},  {0.95, -0.183}, {0.97, -0.106}, {0.99, -0.04},
        {1.003, 0.0},   {1.01, 0.015},  {1.05, 0.097},  {1.1, 0.193},   {1.132, 0.25},
        {1.179, 0.329}, {1.429, 0.671}, {1.701, 0.938}, {1.99, 1.15},   {2.434, 1.385},
        {3.413, 1.7},   {5.391, 2.0},   {7.506, 2.15},  {10.119, 2.25},
    };
    double sum = 0, worst = 0;
    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        struct gas_mix mix = exhaust(table[i][0]);
        double ip_mA = ip_in(&mix, &lsu_kind_49), off_mA = ip_mA - table[i][1];
        print_message("lambda %6.3f  published %7.3f  twin %7.4f mA  off %6.1f uA\n", table[i][0],
                      table[i][1], ip_mA, off_mA * 1000);
        sum += off_mA * off_mA;
        worst = fabs(off_mA) > worst ? fabs(off_mA) : worst;
    }
    double rms_mA = sqrt(sum / (double)COUNT(table));
    print_message("rms %.1f uA, worst %.1f uA\n", rms_mA * 1000, worst * 1000);
    assert_true(rms_mA < 0.005);
    assert_true(worst < 0.010);
}

static void the_current_in_oxygen_is_the_published_one(void **state)
{
    /* xO2, mA, tolerance: table of the Bylund firmware, air 2.54 */
    static const double table[][3] = {{0.2095, 2.54, 0.02},    {0.1544, 1.811, 0.010},
                                      {0.1023, 1.1709, 0.008}, {0.0806, 0.9108, 0.006},
                                      {0.0354, 0.3906, 0.005}, {0.0119, 0.1305, 0.004}};
    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        struct gas_mix mix = o2_in_n2(table[i][0]);
        double ip_mA = ip_in(&mix, &lsu_kind_49);
        print_message("O2 %5.2f %%  published %.4f  twin %.4f mA\n", table[i][0] * 100, table[i][1],
                      ip_mA);
        assert_true(num_within(ip_mA - table[i][1], -table[i][2], table[i][2]));
    }
    struct gas_mix lean8 = o2_in_n2(0.0829), lean3 = o2_in_n2(0.03), zero = gas_mix_n2;
    assert_true(num_within(ip_in(&lean8, &lsu_kind_49), 0.930, 0.942));
    assert_true(num_within(ip_in(&lean3, &lsu_kind_49), 0.326, 0.333));
    assert_true(num_within(ip_in(&zero, &lsu_kind_49), -0.001, 0.001));
}

static void the_older_element_follows_its_own_table(void **state)
{
    static const double table[][2] = {{0.7, -1.85}, {0.8, -1.08}, {0.85, -0.76}, {0.9, -0.47},
                                      {1.18, 0.34}, {1.43, 0.68}, {1.7, 0.95},   {2.42, 1.4}};
    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        struct gas_mix mix = exhaust(table[i][0]);
        double ip_mA = ip_in(&mix, &lsu_kind_42);
        print_message("LSU 4.2 lambda %.2f  published %.3f  twin %.4f mA\n", table[i][0],
                      table[i][1], ip_mA);
        assert_true(fabs(ip_mA - table[i][1]) < 0.006); /* the table is rounded to 10 uA */
    }
    /* Its data sheet: lambda 0.80 +-0.01 and 1.70 +-0.05, by the slopes of the table. */
    struct gas_mix rich = exhaust(0.8), lean = exhaust(1.7);
    assert_true(fabs(ip_in(&rich, &lsu_kind_42) + 1.08) < 0.070);
    assert_true(fabs(ip_in(&lean, &lsu_kind_42) - 0.95) < 0.041);
    assert_true(fabs(ip_in(&gas_mix_air, &lsu_kind_42) - 2.58) < 0.005); /* 2.55 is quoted */
}

/* The rig for the LSU 4.2 has dry gases: lambda by atoms and the current are those of the table. */
static void the_dry_gases_of_its_rig_stand_for_exhaust(void **state)
{
    static const struct {
        double lambda, ip_mA, rich, co2;
    } rows[] = {{0.9, -0.47, 0.440, 0.102}, {0.85, -0.76, 0.702, 0.054}, {0.8, -1.08, 1, 0}};
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        double r = rows[i].rich, lambda;
        struct gas_mix mix = {
            .x = {
                [GAS_CO] = 0.0675 * r, [GAS_H2] = 0.0252 * r, [GAS_CO2] = 0.152 * r + rows[i].co2}};
        assert_int_equal(gas_mix_fill_n2(&mix, NULL), RC_OK);
        assert_int_equal(gas_lambda_formal(&mix, &lambda), RC_OK);
        double ip_mA = ip_in(&mix, &lsu_kind_42);
        print_message("LSU 4.2 dry gas: lambda_f %.4f, %.4f mA\n", lambda, ip_mA);
        assert_true(fabs(lambda - rows[i].lambda) < 0.002);
        assert_true(fabs(ip_mA - rows[i].ip_mA) < 0.006);
    }
}

static void the_bench_gas_of_the_rich_point_gives_its_current_without_water(void **state)
{
    struct gas_mix example = {.x = {[GAS_CO] = 0.067, [GAS_H2] = 0.025, [GAS_CO2] = 0.091}};
    struct gas_mix proposed = {.x = {[GAS_CO] = 0.0675, [GAS_H2] = 0.0252, [GAS_CO2] = 0.152}};
    double lambda_example, lambda_proposed;
    (void)state;
    assert_int_equal(gas_mix_fill_n2(&example, NULL), RC_OK);
    assert_int_equal(gas_mix_fill_n2(&proposed, NULL), RC_OK);
    assert_int_equal(gas_lambda_formal(&example, &lambda_example), RC_OK);
    assert_int_equal(gas_lambda_formal(&proposed, &lambda_proposed), RC_OK);
    double ip_example_mA = ip_in(&example, &lsu_kind_49);
    double ip_proposed_mA = ip_in(&proposed, &lsu_kind_49);
    print_message("6.7 CO 2.5 H2 9.1 CO2: %.4f mA, lambda_f %.4f, fuel index %.3f\n", ip_example_mA,
                  lambda_example, gas_fuel_index(&example, 25));
    print_message("6.75 CO 2.52 H2 15.2 CO2: %.4f mA, lambda_f %.4f, fuel index %.3f\n",
                  ip_proposed_mA, lambda_proposed, gas_fuel_index(&proposed, 25));
    assert_true(num_within(ip_example_mA, -0.925, -0.915));
    assert_true(num_within(ip_proposed_mA, -0.930, -0.924));
    assert_true(num_within(lambda_proposed, 0.795, 0.805));

    example.x[GAS_H2O] = 0.12; /* a humidifier instead of that much nitrogen */
    example.x[GAS_N2] -= 0.12;
    assert_true(fabs(ip_in(&example, &lsu_kind_49) - ip_example_mA) < 0.001);
}

static void pressure_acts_as_the_bosch_correction_says(void **state)
{
    static const double bar[] = {0.8, 1.01325, 1.5, 2.5};
    struct lsu_part part = {.barrier = 1, .raw = 1, .kappa = 1, .tau_s = 0.012, .rn = 1};
    (void)state;
    for (size_t i = 0; i < COUNT(bar); i++) {
        struct gas_view view = {
            .mix = gas_mix_air, .pressure_kPa = bar[i] * 100, .convection = 1, .serial = 1};
        struct lsu lsu;
        lsu_init(&lsu, &lsu_kind_49, &part, &view, HOT_K);
        double p0 = 1.01325, k = 0.47;
        double wanted = 2.5437 * bar[i] * (k + p0) / ((k + bar[i]) * p0);
        assert_true(fabs(lsu.limit_mA - wanted) < 0.002);
    }
    struct gas_view view = {
        .mix = gas_mix_air, .pressure_kPa = 101.325, .convection = 1, .serial = 1};
    struct lsu lsu;
    lsu_init(&lsu, &lsu_kind_49, &part, &view, HOT_K);
    double per_K = lsu_limit_mA(&lsu, &view, HOT_K + 10) / lsu_limit_mA(&lsu, &view, HOT_K) - 1;
    assert_true(num_within(per_K / 10, 0.00030, 0.00040)); /* Bosch: 3 to 4 % per 100 K */
}

static void the_internal_resistance_follows_the_published_table(void **state)
{
    /* rusEFI firmware; its last point, 4500 ohm at 500 degC, is an extrapolation of its own */
    static const double table[][2] = {{80, 1030},  {100, 972},  {150, 888}, {200, 840},
                                      {250, 806},  {300, 780},  {350, 761}, {400, 744},
                                      {450, 729},  {550, 703},  {650, 686}, {800, 665},
                                      {1000, 642}, {1200, 628}, {2500, 567}};
    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        double ohm = lsu_ri_ohm(&lsu_kind_49, table[i][1] + 273.15);
        print_message("%4.0f degC  published %4.0f  twin %.1f ohm\n", table[i][1], table[i][0],
                      ohm);
        assert_true(fabs(ohm / table[i][0] - 1) < 0.03);
        assert_true(fabs(lsu_ri_degC(&lsu_kind_49, ohm) - table[i][1]) < 0.001);
    }
    assert_true(fabs(lsu_ri_ohm(&lsu_kind_49, HOT_K) - 300) < 9);
    assert_true(fabs(lsu_ri_ohm(&lsu_kind_42, 1023.15) - 80) < 2.4);
}

static void the_heater_takes_7_5_W_at_7_5_V_and_measures_3_2_ohm_cold(void **state)
{
    struct heater_part part = {.r20_ohm = 3.2, .heat = 1, .loss = 1};
    struct heater heater;
    (void)state;
    heater_init(&heater, &lsu_kind_49.heater, &part, 20);
    assert_true(fabs(heater_ohm(&heater, 0) - 3.2) < 0.001);
    for (int i = 0; i < 60000; i++)
        heater_step(&heater, 7.5 * 7.5, heater_ohm(&heater, 0), 1);
    print_message("steady at 7.5 V: %.3f W, %.1f degC, housing %.1f degC\n", heater.mean_W,
                  heater.T_K - 273.15, heater.housing_K - 273.15);
    assert_true(num_within(heater.mean_W, 7.4, 7.6));
    assert_true(num_within(heater.T_K - 273.15, 770, 790));
}

static void light_off_follows_the_published_profile_within_10_s(void **state)
{
    /* s, degC: 2 V for 5 s, then 8.5 V + 0.4 V/s; independent integration of the lumped model */
    static const double table[][2] = {{1, 29.4},   {3, 46.8},    {5, 62.6},  {6, 209.3},
                                      {7, 336.6},  {8, 450.3},   {9, 552.7}, {10, 644.6},
                                      {11, 726.7}, {11.5, 764.2}};
    struct heater_part part = {.r20_ohm = 3.2, .heat = 1, .loss = 1};
    struct heater heater;
    size_t next = 0;
    double hot_s = 0;
    (void)state;
    heater_init(&heater, &lsu_kind_49.heater, &part, 20);
    for (int i = 0; i < 2000 && hot_s <= 0; i++) {
        double t_s = i * TWIN_STEP_S + TWIN_STEP_S / 2;
        double volt = t_s < 5 ? 2 : 8.5 + 0.4 * (t_s - 5);
        volt = volt < 12 ? volt : 12;
        heater_step(&heater, volt * volt, heater_ohm(&heater, 0), 1);
        double now_s = (i + 1) * TWIN_STEP_S, degC = heater.T_K - 273.15;
        if (next < COUNT(table) && now_s >= table[next][0] - 1e-9) {
            assert_true(fabs(degC - table[next][1]) < 2);
            next++;
        }
        if (degC >= 780)
            hot_s = now_s;
    }
    print_message("780 degC after %.2f s, %.2f s after the ramp began\n", hot_s, hot_s - 5);
    assert_int_equal(next, COUNT(table));
    assert_true(num_within(hot_s - 5, 5, 10));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_current_in_exhaust_follows_the_published_characteristic),
        cmocka_unit_test(the_current_in_oxygen_is_the_published_one),
        cmocka_unit_test(the_older_element_follows_its_own_table),
        cmocka_unit_test(the_dry_gases_of_its_rig_stand_for_exhaust),
        cmocka_unit_test(the_bench_gas_of_the_rich_point_gives_its_current_without_water),
        cmocka_unit_test(pressure_acts_as_the_bosch_correction_says),
        cmocka_unit_test(the_internal_resistance_follows_the_published_table),
        cmocka_unit_test(the_heater_takes_7_5_W_at_7_5_V_and_measures_3_2_ohm_cold),
        cmocka_unit_test(light_off_follows_the_published_profile_within_10_s),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
