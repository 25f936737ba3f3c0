#include "tests/support/cmocka.h"

#include <math.h>

#include "analysis/vi_sweep.h"
#include "core/csv.h"
#include "core/num.h"
#include "core/rng.h"
#include "gas/lambda.h"
#include "twin/defect_table.h"
#include "twin/impedance.h"

static const struct gas_fuel ch185 = {.y = 1.85, .z = 0, .Kw = GAS_KW_FROZEN};

static struct cell_gas exhaust(double lambda)
{
    struct cell_gas gas = {.p_kPa = GAS_ATM_KPA};
    assert_int_equal(gas_exhaust(&ch185, lambda, &gas.mix, NULL), RC_OK);
    return gas;
}

static struct cell_gas in_n2(double O2)
{
    struct cell_gas gas = {.p_kPa = GAS_ATM_KPA};
    gas.mix.x[GAS_O2] = O2;
    gas.mix.x[GAS_N2] = 1 - O2;
    return gas;
}

static struct element_b good(enum element_b_form form)
{
    struct element_b b;
    element_b_nominal(form, &b);
    return b;
}

static struct element_b broken(enum element_b_form form, int id, double severity)
{
    struct element_b b = good(form);
    struct defect_target target = {.b = &b, .sign = 1};
    assert_int_equal(defect_table_apply(id, &target, severity), RC_OK);
    return b;
}

static struct element_b_env prepare(const struct element_b *b, struct cell_gas gas)
{
    struct element_b_env env;
    assert_int_equal(element_b_prepare(b, &gas, &gas, ELEMENT_B_T_K, &env), RC_OK);
    return env;
}

static double current(const struct element_b *b, struct cell_gas gas, double u_mV)
{
    struct element_b_env env = prepare(b, gas);
    struct element_b_point point;
    assert_int_equal(element_b_at_voltage(b, &env, u_mV, &point), RC_OK);
    return point.i_mA;
}

static double voltage(const struct element_b *b, struct cell_gas gas, double i_mA)
{
    struct element_b_env env = prepare(b, gas);
    struct element_b_point point;
    element_b_at_current(b, &env, i_mA, &point);
    return point.u_mV;
}

static double ratio(const struct element_b *b, struct cell_gas gas)
{
    struct element_b_env env = prepare(b, gas);
    double r;
    assert_int_equal(element_b_ratio(b, &env, &r), RC_OK);
    return r;
}

static double number(const struct csv_table *table, size_t row, const char *name)
{
    double value;
    int column = csv_column(table, name);
    assert_true(column >= 0);
    assert_int_equal(num_parse(csv_cell(table, row, (size_t)column)->text, &value), RC_OK);
    return value;
}

static void raise_to(double *worst, double deviation)
{
    assert_true(isfinite(deviation));
    if (fabs(deviation) > *worst)
        *worst = fabs(deviation);
}

static void the_curves_of_thirteen_gases_are_met(void **state)
{
    (void)state;
    struct source *source;
    struct csv_table *t;
    struct element_b b = good(ELEMENT_B_SINGLE);
    double worst_mA = 0, worst_log = 0;
    int flat = 0;
    assert_int_equal(source_load("tests/data/elements/element_b_vi.csv", NULL, &source), RC_OK);
    assert_int_equal(csv_parse_table(source, NULL, &t), RC_OK);
    assert_int_equal(t->rows, 13 * 15);
    for (size_t row = 0; row < t->rows; row++) {
        struct cell_gas gas = {gas_mix_air, GAS_ATM_KPA};
        if (!span_is(csv_cell(t, row, 0)->text, "air"))
            gas = exhaust(number(t, row, "lambda"));
        struct element_b_env env = prepare(&b, gas);
        struct element_b_point point;
        assert_int_equal(
            element_b_at_voltage(&b, &env, 1000 * number(t, row, "U12_minus_U13_V"), &point),
            RC_OK);
        double log13 = number(t, row, "log10_pO2_el13_fine");
        double log12 = number(t, row, "log10_pO2_el12_coarse");
        double added_V = nernst_slope_mV(ELEMENT_B_T_K) / 1000 * M_LN10 * (log12 - log13) +
                         0.06 * number(t, row, "I_mA");
        raise_to(&worst_mA, point.i_mA - number(t, row, "I_mA"));
        raise_to(&worst_log, point.ln12_bar / M_LN10 - log12);
        /* on a flat plateau the table's own numbers do not add up to its voltage: its program
         * searched the current, which does not define the oxygen pressure there */
        if (fabs(added_V - number(t, row, "U12_minus_U13_V")) < 1e-3)
            raise_to(&worst_log, point.ln13_bar / M_LN10 - log13);
        else
            flat++;
    }
    print_message("figure: element B V-I, 13 gases, 195 points: largest %.4f uA, log pO2 %.1e "
                  "(%d of 390 not defined in the table)\n",
                  1000 * worst_mA, worst_log, flat);
    assert_true(worst_mA < 5e-5 && worst_log < 2e-3 && flat == 14);
    csv_free_table(t);
    source_free(source);
}

static void lean_plateaus_give_oxygen_and_the_ratio_of_the_layers(void **state)
{
    (void)state;
    struct element_b b = good(ELEMENT_B_SINGLE);
    assert_true(fabs(current(&b, in_n2(0.01), 450) - 0.079) < 1e-3);
    assert_true(fabs(current(&b, in_n2(0.05), 450) - 0.405) < 1e-3);
    assert_true(fabs(current(&b, in_n2(0.2095), 450) - 1.855) < 2e-3);
    assert_true(fabs(current(&b, in_n2(0.01), -450) + 0.793) < 1e-3);
    assert_true(fabs(current(&b, exhaust(0.9), -450) + 0.297) < 1e-3);
    assert_true(fabs(current(&b, exhaust(0.8), -450) + 0.675) < 1e-3);
    double r1 = ratio(&b, in_n2(0.01)), r3 = ratio(&b, in_n2(0.03));
    print_message("figure: ratio r %.2f in 1 %%, %.2f in 3 %% O2 (layers 10)\n", r1, r3);
    assert_true(fabs(r1 - 10) < 0.05 && fabs(r3 - 10) < 0.05);
}

static void the_ambiguity_trap_is_there_and_the_nernst_mode_escapes_it(void **state)
{
    (void)state;
    struct element_b b = good(ELEMENT_B_SINGLE);
    double rich_mA = current(&b, exhaust(0.9), 450);
    print_message("figure: lambda 0.9 at the lean polarity: %+.2f mA, lambda 0.8 %+.2f mA\n",
                  rich_mA, current(&b, exhaust(0.8), 450));
    assert_true(fabs(rich_mA - 1.0) < 0.03);
    assert_true(fabs(current(&b, exhaust(0.8), 450) - 0.90) < 0.01);
    struct element_b close_ = broken(ELEMENT_B_SINGLE, 15, 1);
    close_.coarse.kO2_mA = 1.2 * 8;
    print_message("figure: at r = 1.2 the rich current at the lean polarity is %+.3f mA\n",
                  current(&close_, exhaust(0.9), 450));
    assert_true(fabs(current(&close_, exhaust(0.9), 450) - 0.357) < 0.02);
    /* Nernst check with 50 uA: two gases of the same current, told apart by the pumped voltage
     * just inside the window; far from lambda 1 both read about 0, the sign of the plateau at -450
     * mV against r decides */
    double lean = current(&b, exhaust(2.2), -450) / current(&b, exhaust(2.2), 450);
    double rich = current(&b, exhaust(0.9), -450) / current(&b, exhaust(0.9), 450);
    assert_true(fabs(lean) > 5 && fabs(rich) < 1);
}

/* lambda where |U| passes 400 mV between lo and hi. */
static double edge(const struct element_b *b, double i_mA, double lo, double hi)
{
    bool inside_hi = fabs(voltage(b, exhaust(hi), i_mA)) > 400;
    assert_true(inside_hi != (fabs(voltage(b, exhaust(lo), i_mA)) > 400));
    for (int i = 0; i < 30; i++) {
        double middle = (lo + hi) / 2;
        if ((fabs(voltage(b, exhaust(middle), i_mA)) > 400) == inside_hi)
            hi = middle;
        else
            lo = middle;
    }
    return (lo + hi) / 2;
}

static void the_nernst_mode_jumps_where_the_currents_say(void **state)
{
    (void)state;
    struct element_b b = good(ELEMENT_B_SINGLE);
    static const struct {
        double mA, rich_lo, rich_hi, lean_lo, lean_hi;
    } want[] = {{-0.050, 0.980, 0.990, 1.001, 1.005}, {-0.200, 0.90, 0.95, 1.01, 1.05}};
    for (size_t i = 0; i < COUNT(want); i++) {
        double rich = edge(&b, want[i].mA, 0.7, 0.9995), lean = edge(&b, want[i].mA, 0.9995, 1.3);
        double plateau = voltage(&b, exhaust(0.997), want[i].mA);
        print_message(
            "figure: Nernst mode %.0f uA: rich edge %.4f, lean edge %.4f, %.0f mV between\n",
            1000 * want[i].mA, rich, lean, plateau);
        assert_true(rich > want[i].rich_lo && rich < want[i].rich_hi);
        assert_true(lean > want[i].lean_lo && lean < want[i].lean_hi);
        assert_true(fabs(plateau) > 550 && fabs(plateau) < 850);
    }
    assert_true(fabs(voltage(&b, exhaust(1.2), -0.05)) < 30);
    assert_true(fabs(voltage(&b, exhaust(0.8), -0.05)) < 60);
    /* either electrode may be the reference */
    assert_true(voltage(&b, exhaust(0.998), -0.05) < -400);
    /* zero current in one gas: nothing */
    assert_true(fabs(voltage(&b, in_n2(0.01), 0)) < 1e-3);
}

static void the_forms_have_the_same_cell_and_their_own_paths(void **state)
{
    (void)state;
    for (unsigned form = 0; form < ELEMENT_B_FORMS; form++) {
        struct element_b b = good((enum element_b_form)form);
        struct gas_barrier fine;
        assert_true(fabs(element_b_cell_ohm(&b, ELEMENT_B_T_K) - 60) < 1e-9);
        assert_int_equal(element_b_barrier(&b, true, &fine), RC_OK);
        print_message("figure: element B form %u: fine %.3f mA, kappa %.3f bar\n", form,
                      fine.kO2_mA, fine.kappa_bar);
        assert_true(fabs(fine.kO2_mA - 8) < 1e-9 && fine.kappa_bar > 0.3 && fine.kappa_bar < 0.6);
    }
    struct element_b b = good(ELEMENT_B_SINGLE);
    struct nernst_path path = element_b_path(&b);
    assert_true(fabs(nernst_path_ohm(&path, ELEMENT_B_T_K) - 60) < 1e-9);
}

/* t63 of the current at +450 mV for a step from 2 % to 5 % O2. */
static double t63_s(const struct element_b *b, double u_mV)
{
    struct element_b_state gas;
    struct cell_gas from = in_n2(0.02), to = in_n2(0.05);
    double first = current(b, from, u_mV), last = current(b, to, u_mV);
    element_b_start(&from.mix, &gas);
    for (int i = 1; i < 4000; i++) {
        struct element_b_env env;
        struct element_b_point point;
        element_b_step(b, &to.mix, (struct element_b_drive){1e-3, 1}, &gas);
        struct cell_gas at12 = {gas.at12, GAS_ATM_KPA}, at13 = {gas.at13, GAS_ATM_KPA};
        assert_int_equal(element_b_prepare(b, &at12, &at13, ELEMENT_B_T_K, &env), RC_OK);
        assert_int_equal(element_b_at_voltage(b, &env, u_mV, &point), RC_OK);
        if ((point.i_mA - first) / (last - first) > 0.632)
            return i * 1e-3;
    }
    fail();
    return 0;
}

static void the_fine_side_is_slower_and_the_clearance_adds_to_it(void **state)
{
    (void)state;
    struct element_b b = good(ELEMENT_B_SINGLE), c = good(ELEMENT_B_ORIFICE);
    double fine = t63_s(&b, 450), coarse = t63_s(&b, -450), behind = t63_s(&c, 450);
    print_message("figure: t63 fine %.0f ms, coarse %.0f ms, fine behind the clearance %.0f ms\n",
                  1000 * fine, 1000 * coarse, 1000 * behind);
    assert_true(fine > 3 * coarse && behind > 1.4 * fine);
}

static void impossible_questions_are_refused(void **state)
{
    (void)state;
    struct element_b b = good(ELEMENT_B_SINGLE);
    struct element_b_env env = prepare(&b, in_n2(0.01));
    struct element_b_point point = {.i_mA = 9};
    assert_int_equal(element_b_at_voltage(&b, &env, NAN, &point), RC_RANGE);
    assert_true(num_within(point.i_mA, 9, 9));
    element_b_at_current(&b, &env, 5, &point); /* no water to take it from */
    assert_true(point.railed && fabs(point.u_mV) < 2501);
    struct cell_gas bad = in_n2(1.5);
    assert_int_equal(element_b_prepare(&b, &bad, &bad, ELEMENT_B_T_K, &env), RC_RANGE);
}

static void the_solution_is_consistent_for_random_parts_and_gases(void **state)
{
    (void)state;
    const uint64_t seed = 21;
    struct rng rng;
    rng_seed(&rng, seed);
    print_message("seed %llu\n", (unsigned long long)seed);
    for (uint64_t i = 0; i < 60; i++) {
        struct element_b b = good((enum element_b_form)(i % ELEMENT_B_FORMS));
        struct element_b_point at_u, at_i;
        element_b_draw(&b, seed, i);
        struct element_b_env env = prepare(&b, exhaust(0.75 + rng_uniform(&rng)));
        double u_mV = -700 + 1400 * rng_uniform(&rng), before = -INFINITY;
        assert_int_equal(element_b_at_voltage(&b, &env, u_mV, &at_u), RC_OK);
        assert_true(!at_u.railed);
        element_b_at_current(&b, &env, at_u.i_mA * 0.98, &at_i);
        assert_true(at_u.i_mA > 0 ? at_i.u_mV < at_u.u_mV : at_i.u_mV > at_u.u_mV);
        for (double u = -900; u <= 900; u += 60) {
            assert_int_equal(element_b_at_voltage(&b, &env, u, &at_u), RC_OK);
            assert_true(at_u.i_mA >= before - 1e-9);
            before = at_u.i_mA;
        }
    }
}

/* ---- defects */

static struct vi_sweep sweep_in_air(const struct element_b *b)
{
    enum { N = 171 };
    double u_V[N], i_mA[N];
    struct element_b_env env = prepare(b, in_n2(0.2095));
    const struct vi_sweep_window window = {0.4, 0.7, -0.05, 0.05};
    struct vi_sweep sweep;
    for (int i = 0; i < N; i++) {
        struct element_b_point point;
        u_V[i] = -0.1 + 0.005 * i;
        assert_int_equal(element_b_at_voltage(b, &env, 1000 * u_V[i], &point), RC_OK);
        i_mA[i] = point.i_mA;
    }
    assert_int_equal(vi_sweep_find(u_V, i_mA, N, &window, &sweep), RC_OK);
    return sweep;
}

static void layer_defects_show_in_currents_ratio_and_times(void **state)
{
    (void)state;
    struct element_b b = good(ELEMENT_B_SINGLE);
    double air_mA = current(&b, in_n2(0.2095), 450);
    struct element_b crack = broken(ELEMENT_B_SINGLE, 11, 1),
                     clog = broken(ELEMENT_B_SINGLE, 12, 1);
    assert_true(current(&crack, in_n2(0.2095), 450) > 1.4 * air_mA);
    assert_true(t63_s(&crack, 450) < 0.8 * t63_s(&b, 450));
    assert_true(current(&clog, in_n2(0.2095), 450) < 0.7 * air_mA);
    assert_true(t63_s(&clog, 450) > 5 * t63_s(&b, 450));
    struct element_b swapped = broken(ELEMENT_B_LAYERED, 14, 1);
    struct element_b close0 = broken(ELEMENT_B_SINGLE, 15, 0);
    struct element_b close1 = broken(ELEMENT_B_SINGLE, 15, 1);
    struct element_b behind = broken(ELEMENT_B_ORIFICE, 15, 0);
    double r[] = {ratio(&swapped, in_n2(0.01)), ratio(&close0, in_n2(0.01)),
                  ratio(&close1, in_n2(0.01))};
    print_message("figure: D14 r %.2f; D15 r %.2f..%.2f (limit 5)\n", r[0], r[1], r[2]);
    assert_true(r[0] < 1 && r[1] < 4.05 && r[1] > 3.9 && r[2] < 1.55);
    assert_true(fabs(ratio(&behind, in_n2(0.01)) - 4) <
                0.05); /* the orifice belongs to the fine side */
}

/* R_ct and its part of the slope at no current grow as I0 falls. Nothing tilts the plateau: behind
 * a diffusion layer the electrode has all the voltage it needs. */
static void a_slow_electrode_shows_where_the_current_begins_and_not_on_the_plateau(void **state)
{
    (void)state;
    struct element_b b = good(ELEMENT_B_SINGLE), dead = broken(ELEMENT_B_SINGLE, 13, 1),
                     tired = broken(ELEMENT_B_SINGLE, 13, 0);
    struct vi_sweep at[] = {sweep_in_air(&b), sweep_in_air(&tired), sweep_in_air(&dead)};
    struct impedance z;
    struct nernst_path path = element_b_path(&dead);
    impedance_of_cell(&path, &dead.wiring, NERNST_T0_K, &z);
    print_message(
        "figure: D13 dU/dI at no current %.0f, %.0f..%.0f ohm; plateau %.3f..%.3f %%/100 mV; "
        "R_ct %.0f ohm\n",
        at[0].initial_ohm, at[1].initial_ohm, at[2].initial_ohm, at[1].slope_pct_100mV,
        at[2].slope_pct_100mV, z.ct_ohm);
    assert_true(fabs(dead.el13.i0_mA - 0.3) < 1e-12 && fabs(tired.el13.i0_mA - 1.5) < 1e-12);
    assert_true(fabs(z.ct_ohm - 600) < 1e-9 && fabs(tired.wiring.ct_factor - 2) < 1e-12);
    assert_true(at[1].initial_ohm > at[0].initial_ohm + 20);
    assert_true(at[2].initial_ohm > at[0].initial_ohm + 100);
    assert_true(at[2].slope_pct_100mV < 2);
}

/* kappa from the plateau at two pressures: I ~ p/(p + kappa) */
static double kappa_found(const struct element_b *b)
{
    struct cell_gas low = in_n2(0.05), high = in_n2(0.05);
    low.p_kPa = 80;
    high.p_kPa = 200;
    double q = current(b, high, 450) / current(b, low, 450) * 0.8 / 2.0;
    return (2.0 * q - 0.8) / (1 - q);
}

static void a_missing_sublayer_shows_in_the_pressure_law(void **state)
{
    (void)state;
    struct element_b b = good(ELEMENT_B_LAYERED), defect = broken(ELEMENT_B_LAYERED, 23, 1);
    struct gas_barrier truth;
    assert_int_equal(element_b_barrier(&b, true, &truth), RC_OK);
    double at740 = truth.kappa_bar * pow(ELEMENT_B_T_K / NERNST_T0_K, 1.25);
    print_message("figure: D23 kappa(740 degC) %.3f -> %.3f bar, true %.3f; I_lim x%.2f\n",
                  kappa_found(&b), kappa_found(&defect), at740,
                  current(&defect, in_n2(0.05), 450) / current(&b, in_n2(0.05), 450));
    assert_true(fabs(kappa_found(&b) - at740) < 0.01);
    assert_true(kappa_found(&defect) > kappa_found(&b) + 0.12);
    assert_true(current(&defect, in_n2(0.05), 450) > 1.25 * current(&b, in_n2(0.05), 450));
}

static void geometry_defects_show_in_their_consequence(void **state)
{
    (void)state;
    struct element_b b = good(ELEMENT_B_DOUBLE);
    double rise[2];
    for (int i = 0; i < 2; i++) {
        struct element_b web = broken(ELEMENT_B_DOUBLE, 19, i);
        rise[i] = element_b_cell_ohm(&web, ELEMENT_B_T_K) / element_b_cell_ohm(&b, ELEMENT_B_T_K);
    }
    print_message("figure: D19 R_cell x%.2f..%.2f\n", rise[0], rise[1]);
    assert_true(fabs(rise[0] - 1.2) < 1e-6 && fabs(rise[1] - 1.6) < 1e-6);
    struct element_b open_ = good(ELEMENT_B_ORIFICE), shut = broken(ELEMENT_B_ORIFICE, 21, 1);
    struct element_b low = broken(ELEMENT_B_ORIFICE, 22, 1);
    double i_open = current(&open_, in_n2(0.05), 450), i_shut = current(&shut, in_n2(0.05), 450);
    print_message("figure: D21 I+ x%.2f, t63 %.0f -> %.0f ms\n", i_shut / i_open,
                  1000 * t63_s(&open_, 450), 1000 * t63_s(&shut, 450));
    assert_true(i_shut < 0.3 * i_open && t63_s(&shut, 450) > 2 * t63_s(&open_, 450));
    assert_true(current(&low, in_n2(0.05), 450) < 0.8 * i_open);
    assert_true(t63_s(&low, 450) > 1.5 * t63_s(&open_, 450));
    assert_true(fabs(current(&low, in_n2(0.05), -450) / current(&open_, in_n2(0.05), -450) - 1) <
                0.01); /* the other electrode does not see it */
}

static void package_defects_show_in_impedance_and_offset(void **state)
{
    (void)state;
    struct element_b b = good(ELEMENT_B_SINGLE), part;
    struct impedance z, bad;
    struct nernst_path path = element_b_path(&b);
    impedance_of_cell(&path, &b.wiring, ELEMENT_B_T_K, &z);
    part = broken(ELEMENT_B_SINGLE, 16, 0);
    path = element_b_path(&part);
    impedance_of_cell(&path, &part.wiring, ELEMENT_B_T_K, &bad);
    assert_true(fabs(impedance_hf_ohm(&bad) / impedance_hf_ohm(&z) - 1.5) < 1e-9);
    assert_true(fabs(element_b_cell_ohm(&part, ELEMENT_B_T_K) - 90) < 1e-9);
    part = broken(ELEMENT_B_SINGLE, 17, 1);
    path = element_b_path(&part);
    impedance_of_cell(&path, &part.wiring, ELEMENT_B_T_K, &bad);
    assert_true(impedance_hf_ohm(&bad) > 2.9 * impedance_hf_ohm(&z));
    assert_true(bad.dl_uF < 0.6 * z.dl_uF && part.wiring.telegraph > 0.05);
    part = broken(ELEMENT_B_SINGLE, 18, 1);
    print_message("figure: D18 zero-current offset %.1f mV for 40 K (limit 3)\n",
                  voltage(&part, in_n2(0.01), 0));
    assert_true(fabs(voltage(&part, in_n2(0.01), 0) - 18.4) < 0.1);
    part = broken(ELEMENT_B_SINGLE, 37, 1);
    /* in series, whatever the temperature: 200 ohm more between current and voltage */
    assert_true(fabs(voltage(&part, in_n2(0.05), 0.1) - voltage(&b, in_n2(0.05), 0.1) - 20) < 1e-6);
    part = broken(ELEMENT_B_SINGLE, 20, 1);
    assert_true(nernst_coupling_mV_V(&part.wiring, ELEMENT_B_T_K, 60) >
                50 * nernst_coupling_mV_V(&b.wiring, ELEMENT_B_T_K, 60));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_curves_of_thirteen_gases_are_met),
        cmocka_unit_test(lean_plateaus_give_oxygen_and_the_ratio_of_the_layers),
        cmocka_unit_test(the_ambiguity_trap_is_there_and_the_nernst_mode_escapes_it),
        cmocka_unit_test(the_nernst_mode_jumps_where_the_currents_say),
        cmocka_unit_test(the_forms_have_the_same_cell_and_their_own_paths),
        cmocka_unit_test(the_fine_side_is_slower_and_the_clearance_adds_to_it),
        cmocka_unit_test(impossible_questions_are_refused),
        cmocka_unit_test(the_solution_is_consistent_for_random_parts_and_gases),
        cmocka_unit_test(layer_defects_show_in_currents_ratio_and_times),
        cmocka_unit_test(a_slow_electrode_shows_where_the_current_begins_and_not_on_the_plateau),
        cmocka_unit_test(a_missing_sublayer_shows_in_the_pressure_law),
        cmocka_unit_test(geometry_defects_show_in_their_consequence),
        cmocka_unit_test(package_defects_show_in_impedance_and_offset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
