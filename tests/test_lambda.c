#include "tests/support/cmocka.h"

#include <math.h>

#include "core/csv.h"
#include "core/num.h"
#include "core/rng.h"
#include "gas/lambda.h"

static double number(const struct csv_table *table, size_t row, const char *name)
{
    double value = NAN;
    int column = csv_column(table, name);
    assert_true(column >= 0);
    assert_int_equal(num_parse(csv_cell(table, row, (size_t)column)->text, &value), RC_OK);
    return value;
}

static void brettschneider_gives_the_true_lambda_back(void **state)
{
    (void)state;
    struct source *source;
    struct csv_table *t;
    double worst = 0;
    assert_int_equal(source_load("tests/data/gas/brettschneider.csv", NULL, &source), RC_OK);
    assert_int_equal(csv_parse_table(source, NULL, &t), RC_OK);
    assert_int_equal(t->rows, 7);
    for (size_t row = 0; row < t->rows; row++) {
        struct gas_brettschneider r = {.CO2 = number(t, row, "CO2_dry_pct"),
                                       .CO = number(t, row, "CO_dry_pct"),
                                       .O2 = number(t, row, "O2_dry_pct"),
                                       .H_C = 1.85,
                                       .K1 = 6};
        double lambda = NAN;
        assert_int_equal(gas_lambda_brettschneider(&r, &lambda, NULL), RC_OK);
        double d = fabs(lambda - number(t, row, "lambda_true"));
        worst = d > worst ? d : worst;
    }
    print_message("Brettschneider: largest deviation %.1e\n", worst);
    assert_true(worst < 1e-7);
    csv_free_table(t);
    source_free(source);
}

static void the_closed_form_exhaust_gives_the_published_dry_composition(void **state)
{
    (void)state;
    struct source *source;
    struct csv_table *t;
    const struct gas_fuel fuel = {.y = 1.85, .Kw = GAS_KW_FROZEN};
    assert_int_equal(source_load("tests/data/gas/brettschneider.csv", NULL, &source), RC_OK);
    assert_int_equal(csv_parse_table(source, NULL, &t), RC_OK);
    for (size_t row = 0; row < t->rows; row++) {
        struct gas_mix x;
        assert_int_equal(gas_exhaust(&fuel, number(t, row, "lambda_true"), &x, NULL), RC_OK);
        double dry = 100 / (1 - x.x[GAS_H2O]);
        assert_true(fabs(x.x[GAS_CO2] * dry - number(t, row, "CO2_dry_pct")) < 1e-6);
        assert_true(fabs(x.x[GAS_CO] * dry - number(t, row, "CO_dry_pct")) < 1e-6);
        assert_true(fabs(x.x[GAS_H2] * dry - number(t, row, "H2_dry_pct")) < 1e-6);
        assert_true(fabs(x.x[GAS_O2] * dry - number(t, row, "O2_dry_pct")) < 1e-6);
        assert_true(fabs(x.x[GAS_N2] * dry - number(t, row, "N2_dry_pct")) < 1e-6);
        assert_true(fabs(x.x[GAS_H2O] * 100 - number(t, row, "H2O_wet_pct")) < 1e-6);
    }
    csv_free_table(t);
    source_free(source);
}

/* Any fuel, any lambda: atoms balance, the formal lambda is the mixture lambda, the frozen constant
 * holds. */
static void random_exhaust_balances_its_atoms(void **state)
{
    (void)state;
    const uint64_t seed = 4711;
    struct rng rng;
    rng_seed(&rng, seed);
    print_message("seed %llu\n", (unsigned long long)seed);
    for (int n = 0; n < 20000; n++) {
        struct gas_fuel fuel = {.y = 4 * rng_uniform(&rng),
                                .z = rng_below(&rng, 2) ? 0.9 * rng_uniform(&rng) : 0,
                                .Kw = 0.6 + 9 * rng_uniform(&rng)};
        double least = gas_lambda_min(&fuel), lambda = least + 3 * pow(rng_uniform(&rng), 3);
        struct gas_mix x;
        struct gas_atoms a;
        assert_int_equal(gas_exhaust(&fuel, lambda, &x, NULL), RC_OK);
        assert_int_equal(gas_mix_check(&x, NULL), RC_OK);
        gas_mix_atoms(&x, &a);
        assert_true(fabs(gas_mix_sum(&x) - 1) < 1e-12);
        assert_true(fabs(a.H / a.C - fuel.y) < 1e-9);
        double o2 = lambda * (1 + fuel.y / 4 - fuel.z / 2);
        assert_true(fabs(a.O / a.C - (2 * o2 + fuel.z)) < 1e-9);
        assert_true(fabs(a.N / a.C - 2 * o2 * 0.7905 / 0.2095) < 1e-9);
        double kw = x.x[GAS_CO] * x.x[GAS_H2O] - fuel.Kw * x.x[GAS_CO2] * x.x[GAS_H2];
        assert_true(fabs(kw) < 1e-10);
        double lambda_f = NAN;
        assert_int_equal(gas_lambda_formal_of_fuel(&x, fuel.z, &lambda_f), RC_OK);
        assert_true(fabs(lambda_f - lambda) < 1e-9);
    }
}

static void formal_lambda_and_oxygen_equivalent_obey_their_identity(void **state)
{
    (void)state;
    const uint64_t seed = 815;
    struct rng rng;
    rng_seed(&rng, seed);
    print_message("seed %llu\n", (unsigned long long)seed);
    for (int n = 0; n < 20000; n++) {
        struct gas_mix x = {.x = {0}};
        struct gas_atoms a;
        double lambda = NAN;
        for (int i = 0; i < 6; i++)
            x.x[rng_below(&rng, GAS_SPECIES_COUNT)] = rng_uniform(&rng) / 6;
        gas_mix_atoms(&x, &a);
        double needed = 2 * a.C + a.H / 2;
        if (gas_lambda_formal(&x, &lambda) != RC_OK) {
            assert_true(needed < 1e-12);
            continue;
        }
        assert_true(fabs((lambda - 1) * needed - 2 * gas_oxygen_equivalent(&x)) < 1e-12);
    }
}

static void lambda_without_fuel_atoms_is_refused(void **state)
{
    (void)state;
    double lambda = 42;
    struct gas_mix nan = gas_mix_air;
    nan.x[GAS_CO] = NAN;
    assert_int_equal(gas_lambda_formal(&gas_mix_air, &lambda), RC_RANGE);
    assert_int_equal(gas_lambda_formal(&nan, &lambda), RC_RANGE);
    const struct gas_mix co2 = {.x = {[GAS_CO2] = 0.1, [GAS_N2] = 0.9}};
    assert_int_equal(gas_lambda_formal_of_fuel(&co2, 2, &lambda), RC_RANGE); /* CO2 as fuel */
    assert_int_equal(gas_lambda_formal_of_fuel(&co2, NAN, &lambda), RC_RANGE);
    assert_int_equal(gas_lambda_formal_of_fuel(&co2, -0.1, &lambda), RC_RANGE);
    assert_true(lambda == 42);
}

static void the_least_lambda_is_the_one_without_carbon_surplus(void **state)
{
    (void)state;
    struct gas_fuel fuel = {.y = 1.85, .Kw = GAS_KW_FROZEN};
    struct gas_mix x;
    struct gas_fault fault;
    double least = gas_lambda_min(&fuel);
    assert_true(fabs(least - 0.3419) < 5e-5);
    assert_int_equal(gas_exhaust(&fuel, least, &x, NULL), RC_OK);
    assert_true(x.x[GAS_CO2] < 1e-12);
    assert_int_equal(gas_exhaust(&fuel, 0.34, &x, &fault), RC_RANGE);
    assert_string_equal(fault.what, "lambda");
    assert_true(fabs(fault.lo - least) < 1e-15 && fault.value == 0.34);
    assert_int_equal(gas_exhaust(&fuel, NAN, &x, &fault), RC_RANGE);
    fuel.y = NAN;
    assert_int_equal(gas_exhaust(&fuel, 1, &x, &fault), RC_RANGE);
    fuel = (struct gas_fuel){.y = 1.85, .z = 2, .Kw = GAS_KW_FROZEN};
    assert_int_equal(gas_exhaust(&fuel, 1, &x, &fault), RC_OK);
    fuel = (struct gas_fuel){.y = 0, .z = 2, .Kw = GAS_KW_FROZEN}; /* CO2 as fuel */
    assert_int_equal(gas_exhaust(&fuel, 1, &x, &fault), RC_RANGE);
}

static void hydrogen_burns_to_water(void **state)
{
    (void)state;
    struct gas_fuel fuel = {.y = (double)INFINITY, .Kw = GAS_KW_FROZEN};
    struct gas_fault fault;
    assert_true(gas_lambda_min(&fuel) == 0);
    for (double lambda = 0.05; lambda < 4; lambda += 0.05) {
        struct gas_mix x;
        struct gas_atoms a;
        double formal = NAN;
        assert_int_equal(gas_exhaust(&fuel, lambda, &x, NULL), RC_OK);
        gas_mix_atoms(&x, &a);
        assert_true(fabs(gas_mix_sum(&x) - 1) < 1e-12);
        assert_true(fabs(a.N / a.O - 0.7905 / 0.2095) < 1e-12 && a.C == 0);
        assert_int_equal(gas_lambda_formal(&x, &formal), RC_OK);
        assert_true(fabs(formal - lambda) < 1e-12);
        assert_true(x.x[GAS_H2] < 1e-15 || x.x[GAS_O2] < 1e-15);
    }
    struct gas_mix x;
    fuel.z = 0.5;
    assert_int_equal(gas_exhaust(&fuel, 1, &x, &fault), RC_RANGE);
    fuel = (struct gas_fuel){.y = -(double)INFINITY, .Kw = GAS_KW_FROZEN};
    assert_int_equal(gas_exhaust(&fuel, 1, &x, &fault), RC_RANGE);
}

static void impossible_analyser_readings_are_refused(void **state)
{
    (void)state;
    const struct gas_brettschneider good = {
        .CO2 = 15, .CO = 0.1, .O2 = 0.5, .H_C = 1.7261, .O_C = 0.0176, .K1 = 6};
    struct gas_brettschneider bad = good;
    struct gas_fault fault;
    double lambda = 42;
    bad.CO2 = 0;
    assert_int_equal(gas_lambda_brettschneider(&bad, &lambda, &fault), RC_RANGE);
    assert_string_equal(fault.what, "co2");
    bad = good;
    bad.O2 = -0.1;
    assert_int_equal(gas_lambda_brettschneider(&bad, &lambda, &fault), RC_RANGE);
    bad = good;
    bad.HC = NAN;
    assert_int_equal(gas_lambda_brettschneider(&bad, &lambda, &fault), RC_RANGE);
    assert_true(lambda == 42);
    assert_int_equal(gas_lambda_brettschneider(&good, &lambda, &fault), RC_OK);
    assert_true(lambda > 1.01 && lambda < 1.03);
}

static void species_are_found_by_name_and_a_near_miss_is_suggested(void **state)
{
    (void)state;
    enum gas_species s = GAS_N2;
    assert_int_equal(gas_species_find(SPAN("CO"), &s), RC_OK);
    assert_int_equal(s, GAS_CO);
    assert_int_equal(gas_species_find(SPAN("c3H8"), &s), RC_OK);
    assert_int_equal(s, GAS_C3H8);
    assert_int_equal(gas_species_find(SPAN("co3"), &s), RC_CONFIG);
    assert_int_equal(gas_species_find(SPAN(""), &s), RC_CONFIG);
    assert_int_equal(s, GAS_C3H8);
    assert_string_equal(gas_species_suggest(SPAN("c3h88")), "c3h8");
    assert_string_equal(gas_species_suggest(SPAN("02")), "o2");
    assert_null(gas_species_suggest(SPAN("propane gas")));
    assert_null(gas_species_suggest(SPAN("")));
    for (unsigned i = 0; i < GAS_SPECIES_COUNT; i++) {
        const struct gas_species_info *info = gas_species_info((enum gas_species)i);
        assert_int_equal(gas_species_find(span_text(info->formula), &s), RC_OK);
        assert_int_equal(s, i);
        double mass = 12.0107 * info->C + 1.00794 * info->H + 15.9994 * info->O +
                      14.0067 * info->N + 39.948 * info->Ar;
        assert_true(fabs(mass - info->molar_mass_g_mol) < 1e-4);
    }
}

static void a_faulty_mixture_is_named(void **state)
{
    (void)state;
    struct gas_fault fault;
    struct gas_mix mix = {.x = {[GAS_O2] = 0.6, [GAS_CO2] = 0.5}};
    assert_int_equal(gas_mix_check(&mix, &fault), RC_RANGE);
    assert_string_equal(fault.what, "sum");
    assert_int_equal(gas_mix_fill_n2(&mix, &fault), RC_RANGE);
    assert_true(mix.x[GAS_N2] == 0);
    mix.x[GAS_CO2] = NAN;
    assert_int_equal(gas_mix_check(&mix, NULL), RC_RANGE);
    mix.x[GAS_CO2] = 0.4;
    mix.x[GAS_N2] = 0.9; /* is replaced */
    assert_int_equal(gas_mix_fill_n2(&mix, &fault), RC_OK);
    assert_true(fabs(mix.x[GAS_N2]) < 1e-15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(brettschneider_gives_the_true_lambda_back),
        cmocka_unit_test(the_closed_form_exhaust_gives_the_published_dry_composition),
        cmocka_unit_test(random_exhaust_balances_its_atoms),
        cmocka_unit_test(formal_lambda_and_oxygen_equivalent_obey_their_identity),
        cmocka_unit_test(lambda_without_fuel_atoms_is_refused),
        cmocka_unit_test(the_least_lambda_is_the_one_without_carbon_surplus),
        cmocka_unit_test(hydrogen_burns_to_water),
        cmocka_unit_test(impossible_analyser_readings_are_refused),
        cmocka_unit_test(species_are_found_by_name_and_a_near_miss_is_suggested),
        cmocka_unit_test(a_faulty_mixture_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
