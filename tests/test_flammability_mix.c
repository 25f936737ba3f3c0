#include "tests/support/cmocka.h"

#include <math.h>

#include "core/rng.h"
#include "gas/flammability.h"

static struct gas_rule_limits at_25(void)
{
    struct gas_rule_limits limits;
    gas_rule_limits_default(25, &limits);
    return limits;
}

static struct gas_mix h2_o2(double h2, double o2)
{
    return (struct gas_mix){.x = {[GAS_H2] = h2, [GAS_O2] = o2, [GAS_N2] = 1 - h2 - o2}};
}

static void the_vent_needs_its_declared_extraction(void **state)
{
    (void)state;
    struct gas_rule_limits l = at_25();
    struct gas_mix rich = {.x = {[GAS_CO] = 0.0669, [GAS_H2] = 0.0254, [GAS_N2] = 0.9077}};
    struct gas_vent vent = {.fi_after = 42};
    assert_int_equal(gas_vent_check(&rich, 10, 833, &l, &vent), RC_OK);
    assert_true(vent.fi_after < 0.02 && fabs(vent.needed_extraction_slpm - 39.95) < 0.1);
    assert_true(vent.to_air.forbidden && vent.flammable == (vent.flammable_hi > 0));
    assert_int_equal(gas_vent_check(&rich, 10, 39.9, &l, &vent), RC_REFUSED);
    assert_true(vent.fi_after > 0.25);
    assert_int_equal(gas_vent_check(&rich, 10, 40.1, &l, &vent), RC_OK);
    assert_int_equal(gas_vent_check(&rich, 10, 0, &l, &vent), RC_REFUSED);
    assert_int_equal(gas_vent_check(&gas_mix_n2, 10, 0, &l, &vent), RC_OK);
    assert_true(!vent.flammable && vent.needed_extraction_slpm == 0);
    vent.fi_after = 42;
    assert_int_equal(gas_vent_check(&rich, NAN, 833, &l, &vent), RC_RANGE);
    assert_int_equal(gas_vent_check(&rich, 10, -1, &l, &vent), RC_RANGE);
    assert_true(vent.fi_after == 42);
    /* a fuel that burns when diluted: 12 % H2 in N2 */
    struct gas_mix h2 = h2_o2(0.12, 0);
    assert_int_equal(gas_vent_check(&h2, 1, 1000, &l, &vent), RC_OK);
    assert_true(vent.flammable && fabs(vent.flammable_hi - 2.0 / 3) < 1e-6);
    assert_true(fabs(vent.flammable_lo - 0.046 / 0.2095) < 1e-6);
    struct gas_mix at = {.x = {[GAS_H2] = 0.12 * 0.6, [GAS_O2] = 0.2095 * 0.4}};
    assert_true(gas_is_flammable(&at, 25));
}

static void le_chatelier_weighs_by_share(void **state)
{
    (void)state;
    struct gas_mix h2 = {.x = {[GAS_H2] = 0.3}}, both = {.x = {[GAS_H2] = 0.2, [GAS_CO] = 0.2}};
    assert_true(fabs(gas_lfl_of_mix(&h2, 25) - 0.04) < 1e-12);
    assert_true(fabs(gas_lfl_of_mix(&both, 25) - 1 / (0.5 / 0.04 + 0.5 / 0.109)) < 1e-12);
    assert_true(fabs(gas_loc_of_mix(&both) - 1 / (0.5 / 0.046 + 0.5 / 0.051)) < 1e-12);
    assert_true(gas_lfl_of_mix(&gas_mix_air, 25) <= 0);
    assert_false(gas_is_flammable(&gas_mix_air, 25));
    both.x[GAS_CO] = NAN;
    assert_false(gas_is_flammable(&both, 25));
}

static const struct gas_mix line_gases[] = {
    {.x = {[GAS_CO] = 0.1, [GAS_H2] = 0.04, [GAS_N2] = 0.86}},
    {.x = {[GAS_O2] = 0.2095, [GAS_N2] = 0.7905}},
    {.x = {[GAS_N2] = 1}}};

static void the_worst_case_bounds_every_possible_composition(void **state)
{
    (void)state;
    const uint64_t seed = 5005;
    struct rng rng;
    rng_seed(&rng, seed);
    print_message("seed %llu\n", (unsigned long long)seed);
    for (int n = 0; n < 20000; n++) {
        struct gas_stream s[3];
        double q[3], total = 0;
        struct gas_mix worst, real = {.x = {0}};
        for (int b = 0; b < 3; b++) {
            double scale = 1 + 9 * rng_uniform(&rng);
            s[b] = (struct gas_stream){line_gases[b], scale * rng_uniform(&rng), scale, true};
            double u =
                0.02 * s[b].flow_slpm > 0.005 * scale ? 0.02 * s[b].flow_slpm : 0.005 * scale;
            q[b] = s[b].flow_slpm + u * (rng_below(&rng, 2) ? 1 : -1) * (1 - 1e-9);
            q[b] = q[b] > 0 ? q[b] : 0;
            total += q[b];
        }
        assert_int_equal(gas_worst_case(s, 3, &worst, NULL), RC_OK);
        for (unsigned i = 0; i < GAS_SPECIES_COUNT; i++)
            for (int b = 0; b < 3; b++)
                real.x[i] += line_gases[b].x[i] * q[b] / total;
        assert_true(real.x[GAS_CO] <= worst.x[GAS_CO] && real.x[GAS_H2] <= worst.x[GAS_H2]);
        assert_true(real.x[GAS_O2] <= worst.x[GAS_O2] && real.x[GAS_N2] >= worst.x[GAS_N2]);
    }
}

static void the_worst_case_of_simple_stations_is_as_expected(void **state)
{
    (void)state;
    struct gas_stream s[] = {
        {line_gases[0], 0, 2, true}, {line_gases[1], 5, 10, true}, {line_gases[2], 0, 10, false}};
    struct gas_mix worst, before;
    struct gas_fault fault;
    assert_int_equal(gas_worst_case(s, 3, &worst, &fault), RC_OK);
    /* 0.5 % of 2 slpm may leak through an open controller at zero */
    assert_true(fabs(worst.x[GAS_CO] - 0.1 * 0.01 / (0.01 + 4.9)) < 1e-9);
    assert_true(fabs(worst.x[GAS_O2] - 0.2095) < 1e-12); /* no other flow: it cannot exceed air */
    s[0].open = false;
    s[0].flow_slpm = NAN; /* isolated: its reading does not matter */
    assert_int_equal(gas_worst_case(s, 3, &worst, &fault), RC_OK);
    assert_true(worst.x[GAS_CO] <= 0);
    before = worst;
    s[1].flow_slpm = NAN;
    assert_int_equal(gas_worst_case(s, 3, &worst, &fault), RC_RANGE);
    s[1].flow_slpm = -1;
    assert_int_equal(gas_worst_case(s, 3, &worst, &fault), RC_RANGE);
    s[1].flow_slpm = 5;
    s[1].full_scale_slpm = 0;
    assert_int_equal(gas_worst_case(s, 3, &worst, &fault), RC_RANGE);
    s[1].full_scale_slpm = 10;
    s[1].open = false;
    assert_int_equal(gas_worst_case(s, 3, &worst, &fault), RC_RANGE);
    assert_memory_equal(&before, &worst, sizeof(worst));
}

static void a_verdict_reads_like_a_sentence(void **state)
{
    (void)state;
    struct gas_rule_limits l = at_25();
    struct gas_rule_verdict v;
    struct gas_mix mix = h2_o2(0.02, 0.021);
    char text[200];
    struct obuf out = {text, 0, sizeof(text) - 1};
    assert_int_equal(gas_rule_check(&mix, &l, &v), RC_REFUSED);
    gas_rule_verdict_put(&out, &v);
    text[out.len] = 0;
    assert_string_equal(text, "O2 equivalent is too high for this much fuel: 2.1 % is above 1.8 % "
                              "(fuel index 0.5, O2 equivalent 2.1 %)");
    for (size_t cap = 0; cap < 100; cap++) {
        out = (struct obuf){text, 0, cap};
        gas_rule_verdict_put(&out, &v);
        assert_true(out.len <= cap);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_vent_needs_its_declared_extraction),
        cmocka_unit_test(le_chatelier_weighs_by_share),
        cmocka_unit_test(the_worst_case_bounds_every_possible_composition),
        cmocka_unit_test(the_worst_case_of_simple_stations_is_as_expected),
        cmocka_unit_test(a_verdict_reads_like_a_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
