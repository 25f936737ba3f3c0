/* The reference chamber of element A with a gas on its ambient side: against values by hand. */
#include "tests/support/cmocka.h"

#include <math.h>

#include "twin/reference_chamber.h"

static const struct nernst_reference pumped = {.k_uA = 50, .volume_uC = 440};
static const double T_K = 1053.15, STEP_s = 0.01;

static struct gas_mix nitrogen(void)
{
    return (struct gas_mix){.x = {[GAS_N2] = 1}};
}

static struct gas_mix buffer(void)
{
    return (struct gas_mix){.x = {[GAS_CO] = 0.05, [GAS_CO2] = 0.05, [GAS_N2] = 0.9}};
}

static void pass(const struct nernst_reference *ref, const struct gas_mix *mix, double pump_uA,
                 double seconds, struct reference_chamber *chamber)
{
    struct reference_ambient ambient = {mix, T_K, GAS_ATM_KPA};
    for (double t = 0; t < seconds - STEP_s / 2; t += STEP_s)
        assert_int_equal(reference_chamber_step(ref, &ambient, pump_uA, STEP_s, chamber), RC_OK);
}

static double share(const struct reference_chamber *chamber)
{
    return exp(chamber->ln_pO2_bar) / (GAS_ATM_KPA / 100);
}

static struct reference_chamber fresh(const struct nernst_reference *ref)
{
    struct reference_chamber chamber;
    reference_chamber_start(ref, GAS_ATM_KPA, &chamber);
    return chamber;
}

static void in_air_it_is_the_oxygen_balance_of_the_reference(void **state)
{
    struct reference_chamber chamber = fresh(&pumped);
    double x = NERNST_AIR_X, worst = 0;
    (void)state;
    for (int i = 0; i < 120; i++) { /* 60 s with 20 uA, then 60 s without */
        double pump_uA = i < 60 ? 20 : 0;
        pass(&pumped, &gas_mix_air, pump_uA, 1, &chamber);
        for (int n = 0; n < 100; n++)
            x = nernst_reference_step(&pumped, x, pump_uA, STEP_s);
        worst = fabs(share(&chamber) - x) > worst ? fabs(share(&chamber) - x) : worst;
        if (i == 59) /* 1 - 0.7905 exp(-20/50) */
            assert_true(fabs(share(&chamber) - 0.470112) < 1e-5);
    }
    print_message("figure: share of oxygen in air, worst difference %.1e\n", worst);
    assert_true(worst < 2e-4 && fabs(share(&chamber) - 0.2095) < 1e-4);
}

static void nitrogen_leaves_what_the_current_brings(void **state)
{
    struct reference_chamber chamber = fresh(&pumped);
    struct gas_mix mix = nitrogen();
    (void)state;
    pass(&pumped, &mix, 20, 100, &chamber);
    assert_true(fabs(share(&chamber) - 0.329680) < 1e-5); /* 1 - exp(-20/50) */
    /* without it the share falls by 1/e in Q/k = 8.8 s, once it is small */
    pass(&pumped, &mix, 0, 30, &chamber);
    double before = share(&chamber);
    pass(&pumped, &mix, 0, 8.8, &chamber);
    print_message("figure: share %.5f, 8.8 s later %.4f of it\n", before, share(&chamber) / before);
    assert_true(before < 0.02 && fabs(share(&chamber) / before - 0.3679) < 0.004);
}

static void a_buffer_of_co_and_co2_sets_the_published_voltage(void **state)
{
    struct reference_chamber chamber = fresh(&pumped);
    struct gas_mix mix = buffer();
    (void)state;
    pass(&pumped, &mix, 0, 300, &chamber);
    double against_air_mV =
        nernst_slope_mV(T_K) * (log(0.2095 * GAS_ATM_KPA / 100) - chamber.ln_pO2_bar);
    print_message("figure: CO:CO2 1:1 against air %.2f mV (954.4)\n", against_air_mV);
    assert_true(fabs(against_air_mV - 954.4) < 0.3);
    assert_true(fabs(chamber.carbon - 0.1) < 1e-4 && fabs(chamber.excess + 0.025) < 1e-4);
}

static void a_current_burns_the_fuel_of_the_ambient_side(void **state)
{
    struct reference_chamber chamber = fresh(&pumped);
    struct gas_mix mix = buffer();
    (void)state;
    pass(&pumped, &mix, 20, 200, &chamber);
    /* of 20 uA the CO takes 50 * 0.6248 * 0.05 = 1.562 uA: 1 - exp(-18.438/50) */
    print_message("figure: 20 uA in CO and CO2: %.5f\n", share(&chamber));
    assert_true(fabs(share(&chamber) - 0.308402) < 2e-4);
    pass(&pumped, &mix, 0, 200, &chamber);
    assert_true(share(&chamber) < 1e-15);
    pass(&pumped, &gas_mix_air, 0, 120, &chamber);
    assert_true(fabs(share(&chamber) - 0.2095) < 1e-3); /* air puts all of it right again */
}

static void what_a_chamber_gains_is_what_was_brought(void **state)
{
    struct reference_chamber chamber = fresh(&pumped);
    struct gas_mix mix = nitrogen();
    (void)state;
    pass(&pumped, &mix, 0, 200, &chamber); /* empty */
    double before = chamber.excess;
    pass(&pumped, &mix, 440, 0.2, &chamber); /* 88 uC, of which little leaves in that time */
    print_message("figure: 88 uC are a share of %.4f\n", chamber.excess - before);
    assert_true(fabs(chamber.excess - before - 0.2) < 0.004 && chamber.excess - before < 0.2);
}

static void carbon_comes_with_the_conductance_of_its_gas(void **state)
{
    struct reference_chamber chamber = fresh(&pumped);
    struct gas_mix mix = {.x = {[GAS_CO2] = 0.05, [GAS_O2] = 0.2, [GAS_N2] = 0.75}};
    (void)state;
    /* 2 kCO dC/Q = 2 * 50 uA * 0.62477 * 0.8/440 uC = 1/8.803 s */
    pass(&pumped, &mix, 0, 8.8, &chamber);
    print_message("figure: CO2 after 8.8 s %.5f\n", chamber.carbon);
    assert_true(fabs(chamber.carbon - 0.05 * 0.6320) < 2e-4);
    assert_true(chamber.hydrogen == 0);
}

static void a_leak_burns_oxygen_and_ends_with_it(void **state)
{
    struct nernst_reference leaky = {.k_uA = 50, .volume_uC = 440, .leak_uA = 5};
    struct gas_mix mix = nitrogen();
    struct reference_chamber chamber = fresh(&leaky);
    (void)state;
    /* 1 - 0.7905 exp(5/50) */
    assert_true(fabs(share(&chamber) - 0.126363) < 1e-5);
    pass(&leaky, &gas_mix_air, 0, 60, &chamber);
    assert_true(fabs(share(&chamber) - 0.126363) < 1e-5);
    pass(&leaky, &mix, 20, 100, &chamber);
    assert_true(fabs(share(&chamber) - 0.259182) < 1e-5); /* 1 - exp(-15/50) */
    leaky.leak_uA = 50;
    pass(&leaky, &gas_mix_air, 0, 100, &chamber);
    print_message("figure: 50 uA in air: %.1e\n", share(&chamber));
    assert_true(share(&chamber) < 1e-6 && share(&chamber) > 1e-8);
    pass(&leaky, &gas_mix_air, 40, 100, &chamber); /* -50 + 40 + 11.75 uA is a gain again */
    assert_true(fabs(share(&chamber) - 0.034484) < 1e-4);
}

static void gases_out_of_range_change_nothing(void **state)
{
    struct reference_chamber chamber = fresh(&pumped), before = chamber;
    struct reference_ambient cold = {&gas_mix_air, 300, GAS_ATM_KPA};
    struct reference_ambient thin = {&gas_mix_air, T_K, (double)NAN};
    (void)state;
    assert_int_equal(reference_chamber_step(&pumped, &cold, 20, STEP_s, &chamber), RC_RANGE);
    assert_int_equal(reference_chamber_step(&pumped, &thin, 20, STEP_s, &chamber), RC_RANGE);
    assert_memory_equal(&chamber, &before, sizeof before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_air_it_is_the_oxygen_balance_of_the_reference),
        cmocka_unit_test(nitrogen_leaves_what_the_current_brings),
        cmocka_unit_test(a_buffer_of_co_and_co2_sets_the_published_voltage),
        cmocka_unit_test(a_current_burns_the_fuel_of_the_ambient_side),
        cmocka_unit_test(what_a_chamber_gains_is_what_was_brought),
        cmocka_unit_test(carbon_comes_with_the_conductance_of_its_gas),
        cmocka_unit_test(a_leak_burns_oxygen_and_ends_with_it),
        cmocka_unit_test(gases_out_of_range_change_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
