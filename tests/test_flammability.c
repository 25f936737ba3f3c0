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

static enum gas_rule rule_of(struct gas_mix mix, const struct gas_rule_limits *limits)
{
    struct gas_rule_verdict v;
    enum rc rc = gas_rule_check(&mix, limits, &v);
    assert_int_equal(rc == RC_OK, v.rule == GAS_RULE_OK);
    assert_int_equal(rc == RC_RANGE, v.rule == GAS_RULE_INPUT);
    return v.rule;
}

static struct gas_mix h2_o2(double h2, double o2)
{
    return (struct gas_mix){.x = {[GAS_H2] = h2, [GAS_O2] = o2, [GAS_N2] = 1 - h2 - o2}};
}

static void the_limits_of_rules_one_to_three_are_exact(void **state)
{
    (void)state;
    struct gas_rule_limits l = at_25();
    assert_int_equal(rule_of(h2_o2(0.01, 0.215), &l), GAS_RULE_OK); /* FI 0.25 */
    assert_int_equal(rule_of(h2_o2(0.010001, 0.215), &l), GAS_RULE_RICH_O2);
    assert_int_equal(rule_of(h2_o2(0.01, 0.215001), &l), GAS_RULE_LEAN_O2);
    assert_int_equal(rule_of(h2_o2(0.02, 0.018), &l), GAS_RULE_OK);
    assert_int_equal(rule_of(h2_o2(0.02, 0.018001), &l), GAS_RULE_RICH_O2);
    struct gas_mix no = h2_o2(0.02, 0.016);
    no.x[GAS_NO] = 0.004; /* counts half */
    assert_int_equal(rule_of(no, &l), GAS_RULE_OK);
    no.x[GAS_NO] = 0.004002;
    assert_int_equal(rule_of(no, &l), GAS_RULE_RICH_O2);
    no.x[GAS_NO] = 0;
    no.x[GAS_NO2] = 0.002001;
    assert_int_equal(rule_of(no, &l), GAS_RULE_RICH_O2);
    assert_int_equal(rule_of(h2_o2(0, 0.5), &l), GAS_RULE_LEAN_O2); /* line counts as open */
    l.fuel_line_open = false;
    assert_int_equal(rule_of(h2_o2(0, 0.5), &l), GAS_RULE_OK);
    assert_int_equal(rule_of(h2_o2(0.000001, 0.5), &l), GAS_RULE_LEAN_O2);
}

static void the_caps_are_exact(void **state)
{
    (void)state;
    struct gas_rule_limits l = at_25();
    const struct {
        enum gas_species s;
        double cap;
    } caps[] = {{GAS_CO, 0.10}, {GAS_H2, 0.04}, {GAS_C3H8, 0.01}, {GAS_NO, 0.005}};
    for (size_t i = 0; i < COUNT(caps); i++) {
        struct gas_mix mix = {.x = {0}};
        mix.x[caps[i].s] = caps[i].cap;
        assert_int_equal(rule_of(mix, &l), GAS_RULE_OK);
        mix.x[caps[i].s] += 0.000001;
        assert_int_equal(rule_of(mix, &l), GAS_RULE_CAP_SPECIES);
        struct gas_rule_verdict v;
        assert_int_equal(gas_rule_check(&mix, &l, &v), RC_REFUSED);
        assert_int_equal(v.species, caps[i].s);
    }
    struct gas_mix mix = {.x = {[GAS_CH4] = 0.088}};
    assert_int_equal(rule_of(mix, &l), GAS_RULE_OK); /* FI 2 */
    mix.x[GAS_CH4] = 0.088001;
    assert_int_equal(rule_of(mix, &l), GAS_RULE_CAP_FI);
}

static void heat_lowers_the_limit_but_never_below_six_tenths(void **state)
{
    (void)state;
    struct gas_rule_limits hot;
    gas_rule_limits_default(275, &hot); /* factor 0.8 */
    assert_int_equal(rule_of(h2_o2(0.008, 0.2), &hot), GAS_RULE_OK);
    assert_int_equal(rule_of(h2_o2(0.008001, 0.2), &hot), GAS_RULE_RICH_O2);
    gas_rule_limits_default(800, &hot);
    assert_int_equal(rule_of(h2_o2(0.006, 0.2), &hot), GAS_RULE_OK);
    assert_int_equal(rule_of(h2_o2(0.006001, 0.2), &hot), GAS_RULE_RICH_O2);
    gas_rule_limits_default(-20, &hot); /* cold gains nothing */
    assert_int_equal(rule_of(h2_o2(0.010001, 0.2), &hot), GAS_RULE_RICH_O2);
    gas_rule_limits_default(NAN, &hot);
    assert_int_equal(rule_of(h2_o2(0.006001, 0.2), &hot), GAS_RULE_RICH_O2);
    assert_true(fabs(gas_fuel_index(&(struct gas_mix){.x = {[GAS_H2] = 0.008}}, 275) - 0.25) <
                1e-12);
    assert_true(isnan(gas_fuel_index(&(struct gas_mix){.x = {[GAS_H2] = 0.008}}, NAN)));
}

static void what_is_no_number_is_never_permitted(void **state)
{
    (void)state;
    struct gas_rule_limits l = at_25();
    static const double bad[] = {NAN, INFINITY, -INFINITY, -1e-6, 1.001};
    struct gas_rule_line line;
    for (unsigned s = 0; s < GAS_SPECIES_COUNT; s++) {
        for (size_t i = 0; i < COUNT(bad); i++) {
            struct gas_mix mix = gas_mix_n2;
            mix.x[s] = bad[i];
            assert_int_equal(rule_of(mix, &l), GAS_RULE_INPUT);
            assert_int_equal(gas_rule_line_check(&gas_mix_n2, &mix, &l, &line), RC_RANGE);
            assert_true(line.forbidden && line.share_lo_ppm == 0 && line.share_hi_ppm == 1000000);
        }
    }
    l.hot_mdegC = 2000000;
    assert_int_equal(rule_of(gas_mix_n2, &l), GAS_RULE_INPUT);
    l = at_25();
    l.lfl_ppm[GAS_H2] = 0; /* a zeroed table */
    assert_int_equal(rule_of(h2_o2(0.001, 0.1), &l), GAS_RULE_RICH_O2);
}

static void a_station_may_only_tighten(void **state)
{
    (void)state;
    struct gas_fault fault;
    struct gas_rule_limits l = at_25();
    assert_int_equal(gas_rule_limits_check(&l, &fault), RC_OK);
    l.cap_ppm[GAS_CO] = 50000;
    l.lfl_ppm[GAS_H2] = 39000;
    l.fi_lean = 200000;
    assert_int_equal(gas_rule_limits_check(&l, &fault), RC_OK);
    l.cap_ppm[GAS_CO] = 100001;
    assert_int_equal(gas_rule_limits_check(&l, &fault), RC_CONFIG);
    assert_string_equal(fault.what, "co");
    l = at_25();
    l.lfl_ppm[GAS_CH4] = 50000;
    assert_int_equal(gas_rule_limits_check(&l, &fault), RC_CONFIG);
    l.lfl_ppm[GAS_CH4] = 0;
    assert_int_equal(gas_rule_limits_check(&l, &fault), RC_CONFIG);
    l = at_25();
    l.o2_rich_ppm = 27000;
    assert_int_equal(gas_rule_limits_check(&l, &fault), RC_CONFIG);
    l.o2_analyser_trip = true;
    assert_int_equal(gas_rule_limits_check(&l, &fault), RC_OK);
    l.fi_lean = 600000;
    assert_int_equal(gas_rule_limits_check(&l, &fault), RC_CONFIG);
    l.lfl_analyser_trip = true;
    assert_int_equal(gas_rule_limits_check(&l, &fault), RC_OK);
    l.fi_lean = -1;
    assert_int_equal(gas_rule_limits_check(&l, &fault), RC_CONFIG);
    l = at_25();
    l.o2_lean_ppm = 215001;
    assert_int_equal(gas_rule_limits_check(&l, &fault), RC_CONFIG);
    l = at_25();
    l.fi_cap = 2000001;
    assert_int_equal(gas_rule_limits_check(&l, &fault), RC_CONFIG);
    l = at_25();
    l.hot_mdegC = -60000;
    assert_int_equal(gas_rule_limits_check(&l, &fault), RC_CONFIG);
}

/* Independent and slow: long double, LFL in vol-% written down again. */
static long double slow_fi(const int64_t *ppm, double degC)
{
    static const struct {
        enum gas_species s;
        long double pct;
    } lfl[] = {{GAS_H2, 4.0L},   {GAS_CO, 10.9L},  {GAS_CH4, 4.4L}, {GAS_C3H8, 1.7L},
               {GAS_C3H6, 1.8L}, {GAS_C2H4, 2.3L}, {GAS_NH3, 15.0L}};
    long double factor = 1.0L - 0.0008L * ((long double)degC - 25.0L), sum = 0;
    factor = factor < 0.6L ? 0.6L : factor > 1.0L ? 1.0L : factor;
    for (size_t i = 0; i < COUNT(lfl); i++)
        sum += (long double)ppm[lfl[i].s] / 1e4L / (lfl[i].pct * factor);
    return sum;
}

static long double slow_o2eq(const int64_t *ppm)
{
    return (long double)ppm[GAS_O2] + (long double)ppm[GAS_NO] / 2 + (long double)ppm[GAS_NO2];
}

/* Compositions in whole ppm, often close to a limit. */
static void random_ppm(struct rng *rng, int64_t *ppm)
{
    static const int64_t most[GAS_SPECIES_COUNT] = {
        [GAS_O2] = 40000,  [GAS_CO] = 40000,  [GAS_H2] = 15000,  [GAS_CH4] = 15000,
        [GAS_C2H4] = 8000, [GAS_C3H6] = 6000, [GAS_C3H8] = 6000, [GAS_NO] = 5500,
        [GAS_NO2] = 300,   [GAS_NH3] = 20000};
    static const int64_t o2[] = {0, 18000, 18001, 17999, 215000, 215001, 209500, 27000};
    for (unsigned s = 0; s < GAS_SPECIES_COUNT; s++) {
        bool use = rng_below(rng, 3) == 0;
        ppm[s] = use ? (int64_t)rng_below(rng, (uint64_t)most[s] + 1) : 0;
    }
    if (rng_below(rng, 3) == 0)
        ppm[GAS_O2] = o2[rng_below(rng, COUNT(o2))];
    if (rng_below(rng, 8) == 0)
        ppm[GAS_CO] = (int64_t)rng_below(rng, 120000);
    if (rng_below(rng, 8) == 0)
        ppm[GAS_H2] = (int64_t)rng_below(rng, 50000);
}

/* Set H2 so that the fuel index is 0.25 within a few ppm of H2. */
static void stand_near_a_quarter(struct rng *rng, int64_t *ppm, double degC)
{
    int64_t one[GAS_SPECIES_COUNT] = {[GAS_H2] = 1};
    ppm[GAS_H2] = 0;
    long double rest = 0.25L - slow_fi(ppm, degC);
    if (rest > 0)
        ppm[GAS_H2] = (int64_t)(rest / slow_fi(one, degC)) + (int64_t)rng_below(rng, 3);
}

static struct gas_mix from_ppm(const int64_t *ppm)
{
    struct gas_mix mix = {.x = {0}};
    for (unsigned s = 0; s < GAS_SPECIES_COUNT; s++)
        mix.x[s] = (double)ppm[s] / 1e6;
    return mix;
}

static bool slow_permits(const int64_t *ppm, long double fi)
{
    bool fuel = fi > 0;
    if (fuel && ppm[GAS_O2] > 215000)
        return false;
    /* 1e-15: 0.25 exactly is made of decimals that no binary number is */
    if (fi > 0.25L + 1e-15L && slow_o2eq(ppm) > 18000)
        return false;
    return fi <= 2 + 1e-15L && ppm[GAS_CO] <= 100000 && ppm[GAS_H2] <= 40000 &&
           ppm[GAS_C3H8] <= 10000 && ppm[GAS_NO] <= 5000;
}

static void the_rule_agrees_with_a_slow_independent_one(void **state)
{
    (void)state;
    const uint64_t seed = 1974;
    struct rng rng;
    unsigned permitted = 0, refused = 0, skipped = 0;
    rng_seed(&rng, seed);
    for (int n = 0; n < 300000; n++) {
        int64_t ppm[GAS_SPECIES_COUNT];
        double degC = (double)rng_below(&rng, 700);
        struct gas_rule_limits l;
        random_ppm(&rng, ppm);
        gas_rule_limits_default(degC, &l);
        l.fuel_line_open = false;
        if (n % 4 == 0)
            stand_near_a_quarter(&rng, ppm, degC);
        long double fi = slow_fi(ppm, degC);
        /* seven terms, each rounded up by less than one millionth */
        long double to_lean = fi - 0.25L, to_cap = fi - 2.0L;
        bool rounding =
            (to_lean > -7e-6L && to_lean < 1e-15L) || (to_cap > -7e-6L && to_cap < 1e-15L);
        bool want = slow_permits(ppm, fi);
        bool got = rule_of(from_ppm(ppm), &l) == GAS_RULE_OK;
        if (rounding && want && !got) {
            skipped++;
            continue;
        }
        if (want != got)
            print_message("seed %llu case %d\n", (unsigned long long)seed, n);
        assert_int_equal(want, got);
        (*(got ? &permitted : &refused))++;
    }
    print_message("seed %llu: %u permitted, %u refused, %u in the rounding\n",
                  (unsigned long long)seed, permitted, refused, skipped);
    assert_true(permitted > 50000 && refused > 50000 && skipped < 60000);
}

enum { SAMPLES = 128 };

/* Is the line forbidden at this share? Slow: from the mixed composition. */
static bool slow_forbids(const long double *from, const long double *to, long double k)
{
    long double fi = from[0] + k * (to[0] - from[0]), eq = from[1] + k * (to[1] - from[1]);
    long double o2 = from[2] + k * (to[2] - from[2]);
    return (fi > 0.25L && eq > 18000) || (fi > 0 && o2 > 215000);
}

/* One line against sampling; true if sampling finds it forbidden. */
static bool line_agrees(const int64_t *a, const int64_t *b, double degC)
{
    struct gas_rule_limits l;
    struct gas_rule_line line;
    gas_rule_limits_default(degC, &l);
    l.fuel_line_open = false;
    struct gas_mix from = from_ppm(a), to = from_ppm(b);
    enum rc rc = gas_rule_line_check(&from, &to, &l, &line);
    assert_int_equal(rc, line.forbidden ? RC_REFUSED : RC_OK);
    long double ends[2][3] = {{slow_fi(a, degC), slow_o2eq(a), (long double)a[GAS_O2]},
                              {slow_fi(b, degC), slow_o2eq(b), (long double)b[GAS_O2]}};
    bool any = false;
    for (int i = 0; i <= SAMPLES; i++) {
        long double k = (long double)i / SAMPLES;
        if (!slow_forbids(ends[0], ends[1], k))
            continue;
        any = true;
        assert_true(line.forbidden);
        assert_true((long double)line.share_lo_ppm <= k * 1e6L);
        assert_true((long double)line.share_hi_ppm >= k * 1e6L);
    }
    int64_t width = line.share_hi_ppm - line.share_lo_ppm;
    if (line.forbidden && !any) /* between two samples, or at an end by rounding */
        assert_true(width <= 1000000 / SAMPLES + 400 || fabsl(ends[0][0] - 0.25L) < 1e-4L ||
                    fabsl(ends[1][0] - 0.25L) < 1e-4L);
    /* inside the interval, if only one region is forbidden, every share is */
    bool r3 = a[GAS_O2] > 215000 || b[GAS_O2] > 215000;
    long double middle = (long double)(line.share_lo_ppm + line.share_hi_ppm) / 2e6L;
    if (line.forbidden && !r3 && width > 1000)
        assert_true(slow_forbids(ends[0], ends[1], middle));
    return any;
}

static void the_mixing_line_agrees_with_slow_sampling(void **state)
{
    (void)state;
    const uint64_t seed = 20211;
    struct rng rng;
    unsigned forbidden = 0;
    rng_seed(&rng, seed);
    print_message("seed %llu\n", (unsigned long long)seed);
    for (int n = 0; n < 100000; n++) {
        int64_t a[GAS_SPECIES_COUNT], b[GAS_SPECIES_COUNT];
        random_ppm(&rng, a);
        random_ppm(&rng, b);
        forbidden += line_agrees(a, b, (double)rng_below(&rng, 600));
    }
    print_message("%u of 100000 lines forbidden\n", forbidden);
    assert_true(forbidden > 10000 && forbidden < 90000);
}

/* Rich and lean exhaust are harmless each; between them is fire. */
static void the_line_from_rich_to_lean_is_found_and_nitrogen_cures_it(void **state)
{
    (void)state;
    struct gas_rule_limits l = at_25();
    struct gas_mix rich = {.x = {[GAS_CO] = 0.0669,
                                 [GAS_H2] = 0.0254,
                                 [GAS_CO2] = 0.0908,
                                 [GAS_H2O] = 0.1205,
                                 [GAS_N2] = 0.6964}};
    struct gas_mix lean = {.x = {[GAS_O2] = 0.0829, [GAS_N2] = 0.9171}};
    struct gas_rule_line line;
    unsigned volumes = 99;
    assert_int_equal(rule_of(rich, &l), GAS_RULE_OK);
    assert_int_equal(rule_of(lean, &l), GAS_RULE_OK);
    assert_int_equal(gas_rule_line_check(&rich, &lean, &l, &line), RC_REFUSED);
    print_message("forbidden from %lld to %lld ppm of the lean gas\n", (long long)line.share_lo_ppm,
                  (long long)line.share_hi_ppm);
    assert_int_equal(line.rule, GAS_RULE_RICH_O2);
    assert_int_equal(line.share_lo_ppm, 217129); /* 1.8/8.29 */
    double fi = gas_fuel_index(&rich, 25);
    assert_true(fabs((double)line.share_hi_ppm - 1e6 * (1 - 0.25 / fi)) < 10);
    assert_int_equal(gas_rule_interlude(&rich, &lean, &l, &volumes), RC_OK);
    assert_int_equal(volumes, 3);
    assert_int_equal(gas_rule_interlude(&lean, &rich, &l, &volumes), RC_OK);
    assert_int_equal(volumes, 3);
    assert_int_equal(gas_rule_interlude(&lean, &gas_mix_n2, &l, &volumes), RC_OK);
    assert_int_equal(volumes, 0);
    struct gas_mix bad = h2_o2(0.03, 0.1);
    volumes = 99;
    assert_int_equal(gas_rule_interlude(&lean, &bad, &l, &volumes), RC_REFUSED);
    assert_int_equal(volumes, 99);
    bad.x[GAS_CO] = NAN;
    assert_int_equal(gas_rule_interlude(&lean, &bad, &l, &volumes), RC_RANGE);
}

/* After oxygen, three volumes leave 5 %: too much for a rich gas, four do. */
static void the_interlude_grows_with_what_is_left(void **state)
{
    (void)state;
    struct gas_rule_limits l = at_25();
    struct gas_mix oxygen = {.x = {[GAS_O2] = 1}}, rich = h2_o2(0.02, 0);
    unsigned volumes = 99;
    l.fuel_line_open = false;
    assert_int_equal(gas_rule_interlude(&oxygen, &rich, &l, &volumes), RC_OK);
    assert_int_equal(volumes, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_limits_of_rules_one_to_three_are_exact),
        cmocka_unit_test(the_caps_are_exact),
        cmocka_unit_test(heat_lowers_the_limit_but_never_below_six_tenths),
        cmocka_unit_test(what_is_no_number_is_never_permitted),
        cmocka_unit_test(a_station_may_only_tighten),
        cmocka_unit_test(the_rule_agrees_with_a_slow_independent_one),
        cmocka_unit_test(the_mixing_line_agrees_with_slow_sampling),
        cmocka_unit_test(the_line_from_rich_to_lean_is_found_and_nitrogen_cures_it),
        cmocka_unit_test(the_interlude_grows_with_what_is_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
