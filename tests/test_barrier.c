#include "tests/support/cmocka.h"

#include <math.h>

#include "core/rng.h"
#include "gas/barrier.h"
#include "gas/lambda.h"

static const struct gas_fuel ch185 = {.y = 1.85, .z = 0, .Kw = GAS_KW_FROZEN};

static void raise_to(double *worst, double deviation)
{
    assert_true(isfinite(deviation));
    if (fabs(deviation) > *worst)
        *worst = fabs(deviation);
}

static void the_barrier_current_follows_pressure_and_temperature(void **state)
{
    (void)state;
    static const double kPa[] = {80, 101.325, 150, 250}, mA[] = {2.346, 2.544, 2.835, 3.134};
    struct gas_barrier_at at;
    double ip, hot;
    for (size_t i = 0; i < COUNT(kPa); i++) {
        assert_int_equal(gas_barrier_prepare(&gas_barrier_lsu49, 1053.15, kPa[i], &at), RC_OK);
        assert_int_equal(gas_barrier_ip_mA(&gas_barrier_lsu49, &gas_mix_air, &at, 450, &ip), RC_OK);
        assert_true(fabs(ip - mA[i]) < 6e-4);
    }
    assert_int_equal(gas_barrier_prepare(&gas_barrier_lsu49, 1053.15, 101.325, &at), RC_OK);
    assert_int_equal(gas_barrier_ip_mA(&gas_barrier_lsu49, &gas_mix_air, &at, 450, &ip), RC_OK);
    assert_int_equal(gas_barrier_prepare(&gas_barrier_lsu49, 1063.15, 101.325, &at), RC_OK);
    assert_int_equal(gas_barrier_ip_mA(&gas_barrier_lsu49, &gas_mix_air, &at, 450, &hot), RC_OK);
    double slope = log(hot / ip) / log(1063.15 / 1053.15);
    assert_true(fabs(slope - 0.36) < 0.01);
    assert_int_equal(gas_barrier_prepare(&gas_barrier_lsu49, NAN, 101.325, &at), RC_RANGE);
    assert_int_equal(gas_barrier_prepare(&gas_barrier_lsu49, 1053, NAN, &at), RC_RANGE);
}

/* Published LSU 4.9 characteristic (Bosch data sheet), exhaust; the last figure is air. */
/* clang-format off */
static const struct { double lambda, mA; } lsu49_published[] = {
    {0.65, -2.000}, {0.70, -1.602}, {0.75, -1.243}, {0.80, -0.927}, {0.822, -0.800}, {0.85, -0.652},
    {0.90, -0.405}, {0.95, -0.183}, {0.97, -0.106}, {0.99, -0.040}, {1.003, 0.000}, {1.01, 0.015},
    {1.05, 0.097}, {1.10, 0.193}, {1.132, 0.250}, {1.179, 0.329}, {1.429, 0.671}, {1.701, 0.938},
    {1.99, 1.150}, {2.434, 1.385}, {3.413, 1.700}, {5.391, 2.000}, {7.506, 2.150}, {10.119, 2.250},
};
/* clang-format on */

static void the_lsu49_characteristic_is_met_within_ten_microampere(void **state)
{
    (void)state;
    struct gas_barrier_at at;
    double worst = 0, squares = 0;
    assert_int_equal(gas_barrier_prepare(&gas_barrier_lsu49, 1053.15, 101.325, &at), RC_OK);
    for (size_t i = 0; i < COUNT(lsu49_published); i++) {
        struct gas_mix gas;
        double ip;
        assert_int_equal(gas_exhaust(&ch185, lsu49_published[i].lambda, &gas, NULL), RC_OK);
        assert_int_equal(gas_barrier_ip_mA(&gas_barrier_lsu49, &gas, &at, 450, &ip), RC_OK);
        raise_to(&worst, ip - lsu49_published[i].mA);
        squares += (ip - lsu49_published[i].mA) * (ip - lsu49_published[i].mA);
    }
    double rms = sqrt(squares / (double)COUNT(lsu49_published));
    print_message("LSU 4.9: largest %.1f uA, rms %.1f uA\n", 1000 * worst, 1000 * rms);
    assert_true(worst < 0.010 && rms < 0.005);
}

static void the_plateau_is_flat_and_ends_in_electrolysis(void **state)
{
    (void)state;
    struct gas_barrier_at at;
    assert_int_equal(gas_barrier_prepare(&gas_barrier_lsu49, 1053.15, 101.325, &at), RC_OK);
    struct gas_mix rich;
    double at450, at500, at700;
    assert_int_equal(gas_exhaust(&ch185, 0.9, &rich, NULL), RC_OK);
    assert_int_equal(gas_barrier_ip_mA(&gas_barrier_lsu49, &rich, &at, 450, &at450), RC_OK);
    assert_int_equal(gas_barrier_ip_mA(&gas_barrier_lsu49, &rich, &at, 500, &at500), RC_OK);
    assert_int_equal(gas_barrier_ip_mA(&gas_barrier_lsu49, &rich, &at, 700, &at700), RC_OK);
    assert_true(fabs(at500 + 0.4077) < 1e-3 && fabs(at700 + 0.3919) < 1e-3);
    /* far beyond, CO2 and H2O are electrolysed */
    assert_int_equal(gas_barrier_ip_mA(&gas_barrier_lsu49, &rich, &at, 1800, &at700), RC_OK);
    assert_true(fabs(at700 - 1.375) < 0.01);
}

static void the_current_never_rises_with_the_electrode_oxygen(void **state)
{
    (void)state;
    const uint64_t seed = 77;
    struct rng rng;
    rng_seed(&rng, seed);
    print_message("seed %llu\n", (unsigned long long)seed);
    for (int n = 0; n < 200; n++) {
        struct gas_mix gas = {.x = {0}};
        struct gas_barrier_at at;
        struct gas_barrier_point point;
        for (int i = 0; i < 5; i++)
            gas.x[rng_below(&rng, GAS_SPECIES_COUNT)] = 0.19 * rng_uniform(&rng);
        double T = 750 + 600 * rng_uniform(&rng), before = INFINITY;
        assert_int_equal(gas_barrier_prepare(&gas_barrier_lsu42, T, 101.325, &at), RC_OK);
        for (double z = -120; z < 0; z += 2) {
            gas_barrier_point_at(&gas_barrier_lsu42, &at, z, &point);
            double ip = gas_barrier_current_mA(&gas_barrier_lsu42, &point, &gas);
            assert_true(isfinite(ip) && ip <= before + 1e-12);
            before = ip;
        }
    }
}

/* uA for 1 % in N2; the hydrocarbons and NO from ratios of diffusivities (Fuller) */
static void each_species_has_its_cross_sensitivity(void **state)
{
    (void)state;
    static const struct {
        enum gas_species s;
        double uA;
    } want[] = {{GAS_CO, -67.6},    {GAS_H2, -186.8}, {GAS_CH4, -223},  {GAS_C2H4, -242.2},
                {GAS_C3H6, -283.4}, {GAS_C3H8, -325}, {GAS_NH3, -89.0}, {GAS_NO, 52},
                {GAS_NO2, 106.1},   {GAS_O2, 108.7},  {GAS_AR, 0}};
    struct gas_barrier_at at;
    assert_int_equal(gas_barrier_prepare(&gas_barrier_lsu49, 1053.15, 101.325, &at), RC_OK);
    for (size_t i = 0; i < COUNT(want); i++) {
        struct gas_mix gas = {.x = {[GAS_N2] = 0.99}};
        double ip;
        gas.x[want[i].s] += 0.01;
        assert_int_equal(gas_barrier_ip_mA(&gas_barrier_lsu49, &gas, &at, 450, &ip), RC_OK);
        assert_true(fabs(1000 * ip - want[i].uA) < 0.2);
    }
}

static void one_constant_makes_a_barrier(void **state)
{
    (void)state;
    struct gas_barrier b;
    assert_int_equal(gas_barrier_from_kO2(10.82, &b), RC_OK);
    assert_true(fabs(b.kCO_mA - 6.76) < 1e-12 && fabs(b.kH2_mA - 18.68) < 1e-12);
    assert_int_equal(gas_barrier_from_kO2(NAN, &b), RC_RANGE);
    assert_int_equal(gas_barrier_from_kO2(0, &b), RC_RANGE);
    struct gas_barrier_at at;
    double ip;
    assert_int_equal(gas_barrier_prepare(&gas_barrier_lsu_adv, 1053.15, 101.325, &at), RC_OK);
    assert_int_equal(gas_barrier_ip_mA(&gas_barrier_lsu_adv, &gas_mix_air, &at, 450, &ip), RC_OK);
    assert_true(fabs(ip - 1.39) < 0.01);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_barrier_current_follows_pressure_and_temperature),
        cmocka_unit_test(the_lsu49_characteristic_is_met_within_ten_microampere),
        cmocka_unit_test(the_plateau_is_flat_and_ends_in_electrolysis),
        cmocka_unit_test(the_current_never_rises_with_the_electrode_oxygen),
        cmocka_unit_test(each_species_has_its_cross_sensitivity),
        cmocka_unit_test(one_constant_makes_a_barrier),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
