/* Lean or rich by element B alone: random gases, random parts, noise of the instruments. */
#include "tests/support/cmocka.h"

#include <math.h>

#include "analysis/cell_mode.h"
#include "core/rng.h"
#include "gas/lambda.h"
#include "twin/element_b.h"

enum { GASES = 1000 };

struct gas_case {
    struct cell_gas gas;
    bool lean;
};

/* Engine gas from 0.37 to 6 (not within 0.002 of 1), or oxygen in nitrogen from 0.1 to 21 %. */
static struct gas_case random_gas(struct rng *rng)
{
    static const struct gas_fuel ch185 = {.y = 1.85, .z = 0, .Kw = GAS_KW_FROZEN};
    struct gas_case out = {.gas = {.p_kPa = GAS_ATM_KPA}};
    if (rng_uniform(rng) < 0.2) {
        double x = 0.001 * pow(209.5, rng_uniform(rng));
        out.gas.mix.x[GAS_O2] = x;
        out.gas.mix.x[GAS_N2] = 1 - x;
        out.lean = true;
        return out;
    }
    double lambda;
    do
        lambda = rng_uniform(rng) < 0.3 ? 0.95 + 0.1 * rng_uniform(rng)
                                        : 0.37 * pow(6 / 0.37, rng_uniform(rng));
    while (fabs(lambda - 1) < 0.002);
    assert_int_equal(gas_exhaust(&ch185, lambda, &out.gas.mix, NULL), RC_OK);
    out.lean = lambda > 1;
    return out;
}

struct bench {
    struct element_b b;
    struct element_b_env env;
    struct rng *rng;
};

static double current_mA(struct bench *t, double u_mV)
{
    struct element_b_point point;
    assert_int_equal(element_b_at_voltage(&t->b, &t->env, u_mV, &point), RC_OK);
    return point.i_mA + 0.001 / sqrt(20) * rng_gauss(t->rng); /* mean of 20 readings */
}

static double voltage_mV(struct bench *t, double i_mA)
{
    struct element_b_point point;
    element_b_at_current(&t->b, &t->env, i_mA, &point);
    return point.u_mV + 0.2 / sqrt(20) * rng_gauss(t->rng);
}

static struct cell_mode_reading read_cell(struct bench *t)
{
    struct cell_mode_reading r = {.T_K = ELEMENT_B_T_K};
    r.lean_mA = current_mA(t, 450);
    r.rich_mA = current_mA(t, -450);
    r.even_mV = voltage_mV(t, r.lean_mA / 2) + voltage_mV(t, -r.lean_mA / 2);
    return r;
}

static void a_thousand_random_gases_are_told_lean_from_rich(void **state)
{
    (void)state;
    const uint64_t seed = 20;
    struct rng rng;
    rng_seed(&rng, seed);
    unsigned wrong = 0, lean = 0, by_current = 0;
    for (unsigned i = 0; i < GASES; i++) {
        struct bench t = {.rng = &rng};
        struct gas_case gas = random_gas(&rng);
        element_b_nominal(ELEMENT_B_SINGLE, &t.b);
        element_b_draw(&t.b, seed, i);
        assert_int_equal(element_b_prepare(&t.b, &gas.gas, &gas.gas, ELEMENT_B_T_K, &t.env), RC_OK);
        struct cell_mode_reading r = read_cell(&t);
        enum cell_mode mode;
        assert_int_equal(cell_mode_find(&r, &mode), RC_OK);
        wrong += (mode == CELL_MODE_LEAN) != gas.lean;
        lean += gas.lean;
        by_current += (-r.rich_mA >= 3 * r.lean_mA) != gas.lean;
    }
    print_message(
        "figure: cell mode: seed %llu, %u gases, %u of them lean: %u told wrongly; by the "
        "two currents alone %u\n",
        (unsigned long long)seed, (unsigned)GASES, lean, wrong, by_current);
    assert_int_equal(wrong, 0);
    assert_true(by_current > 0); /* else the Nernst reading would not be needed */
    assert_in_range(lean, GASES / 4, 3 * GASES / 4);
}

static void readings_that_say_nothing_are_refused(void **state)
{
    (void)state;
    const struct cell_mode_reading good = {0.4, -4, 7, ELEMENT_B_T_K};
    enum cell_mode mode = CELL_MODE_RICH;
    assert_int_equal(cell_mode_find(&good, &mode), RC_OK);
    assert_int_equal(mode, CELL_MODE_LEAN);
    for (unsigned i = 0; i < 6; i++) {
        struct cell_mode_reading bad = good;
        double *const fields[] = {&bad.lean_mA, &bad.rich_mA, &bad.even_mV, &bad.T_K};
        *fields[i % 4] = i < 4 ? (double)NAN : i == 4 ? 0.0005 : 5.0;
        mode = CELL_MODE_RICH;
        assert_int_equal(cell_mode_find(&bad, &mode), RC_RANGE);
        assert_int_equal(mode, CELL_MODE_RICH);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_thousand_random_gases_are_told_lean_from_rich),
        cmocka_unit_test(readings_that_say_nothing_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
