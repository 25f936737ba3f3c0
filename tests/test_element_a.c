#include "tests/support/cmocka.h"

#include <math.h>

#include "analysis/arrhenius.h"
#include "analysis/lockin.h"
#include "core/csv.h"
#include "core/num.h"
#include "core/rng.h"
#include "gas/lambda.h"
#include "twin/defect_table.h"

static const struct gas_fuel ch185 = {.y = 1.85, .z = 0, .Kw = GAS_KW_FROZEN};
static const double T780_K = 1053.15;

static struct cell_gas air(void)
{
    return (struct cell_gas){gas_mix_air, GAS_ATM_KPA};
}

static struct cell_gas in_n2(double O2)
{
    struct cell_gas gas = {.p_kPa = GAS_ATM_KPA};
    gas.mix.x[GAS_O2] = O2;
    gas.mix.x[GAS_N2] = 1 - O2;
    return gas;
}

static struct cell_gas exhaust(double lambda)
{
    struct cell_gas gas = {.p_kPa = GAS_ATM_KPA};
    assert_int_equal(gas_exhaust(&ch185, lambda, &gas.mix, NULL), RC_OK);
    return gas;
}

static struct element_a good(enum element_a_variant variant)
{
    struct element_a a;
    element_a_nominal(variant, &a);
    return a;
}

static struct element_a broken(int id, double severity, int sign)
{
    struct element_a a = good(id == 9 ? ELEMENT_A_V9 : ELEMENT_A_P1);
    struct defect_target target = {.a = &a, .sign = sign};
    assert_int_equal(defect_table_apply(id, &target, severity), RC_OK);
    return a;
}

static struct element_a_point regulated(const struct element_a *a, struct cell_gas gas)
{
    struct element_a_env env;
    struct element_a_point point;
    assert_int_equal(element_a_prepare(a, &gas, element_a_heat_at(T780_K), &env), RC_OK);
    element_a_regulated(a, &env, 450, &point);
    return point;
}

static double rc_at(const struct element_a *a, double degC)
{
    return element_a_rc_ohm(a, element_a_heat_at(degC + GAS_ZERO_DEGC_K), 1);
}

static void the_crosstalk_resistance_follows_its_table(void **state)
{
    (void)state;
    static const double ror[] = {300, 1e3, 2e3, 5e3, 10e3, 50e3, 1e6};
    static const double ohm[] = {37.5, 17.3, 9.8, 4.2, 2.2, 0.45, 0.022};
    static const double mV[] = {95, 44, 25, 10.8, 5.5, 1.1, 0.06}; /* at 2.54 mA */
    double worst = 0;
    for (size_t i = 0; i < COUNT(ror); i++) {
        double rc = element_a_crosstalk_ohm(75, 300, ror[i]);
        worst = fabs(rc / ohm[i] - 1) > worst ? fabs(rc / ohm[i] - 1) : worst;
        assert_true(fabs(rc / ohm[i] - 1) < 0.025 && fabs(2.54 * rc / mV[i] - 1) < 0.08);
    }
    print_message("figure: R_c for R_OR 300 ohm..1 Mohm: within %.1f %% of the (rounded) table\n",
                  100 * worst);
}

static void ionic_metallic_and_lead_coupling_differ_in_temperature(void **state)
{
    (void)state;
    struct element_a ionic = broken(1, 0.369070246, 1); /* R_OR 2 kohm */
    struct element_a metal = good(ELEMENT_A_P1), lead = broken(10, 1, 1);
    metal.com_ohm = 1;
    assert_true(fabs(ionic.or1.active_ohm - 2000) < 1);
    print_message("figure: R_c of 2 kohm at 700/780/860 degC: %.1f %.1f %.1f ohm (16.4 9.0 5.7)\n",
                  rc_at(&ionic, 700), rc_at(&ionic, 780), rc_at(&ionic, 860));
    assert_true(fabs(rc_at(&ionic, 700) - 16.4) < 0.2 && fabs(rc_at(&ionic, 780) - 9.0) < 0.2 &&
                fabs(rc_at(&ionic, 860) - 5.7) < 0.2);
    double T_K[4], ri[4], rl[4], rm[4];
    struct arrhenius fi, fl, fm;
    for (size_t i = 0; i < 4; i++) {
        T_K[i] = 973.15 + 50 * (double)i;
        struct element_a_heat heat = element_a_heat_at(T_K[i]);
        ri[i] = element_a_rc_ohm(&ionic, heat, 1);
        rl[i] = element_a_rc_ohm(&lead, heat, 1);
        rm[i] = element_a_com_ohm(&metal, heat);
    }
    assert_int_equal(arrhenius_fit(T_K, ri, 4, &fi), RC_OK);
    assert_int_equal(arrhenius_fit(T_K, rl, 4, &fl), RC_OK);
    assert_int_equal(arrhenius_fit(T_K, rm, 4, &fm), RC_OK);
    /* only the lead's own zone heated */
    struct element_a_heat warm = element_a_heat_at(T780_K), warmer = warm;
    warmer.lead_K += 60;
    double by_lead = element_a_rc_ohm(&lead, warmer, 1) / element_a_rc_ohm(&lead, warm, 1);
    double by_ionic = element_a_rc_ohm(&ionic, warmer, 1) / element_a_rc_ohm(&ionic, warm, 1);
    print_message("figure: apparent Ea of R_c 700..850 degC: ionic %.2f, lead %.2f, metallic %.2f "
                  "eV; lead zone +60 K: x%.2f by lead, x%.2f ionic\n",
                  fi.ea_eV, fl.ea_eV, fm.ea_eV, by_lead, by_ionic);
    assert_true(fl.ea_eV < 0.95 * fi.ea_eV && fm.ea_eV < 0);
    assert_true(by_lead > 1.5 && fabs(by_ionic - 1) < 1e-12);
}

static void the_regulated_current_hides_crosstalk(void **state)
{
    (void)state;
    struct element_a sound = good(ELEMENT_A_P1), none = broken(1, 1, 1);
    double off_uA = 1000 * (regulated(&none, air()).ip_mA - regulated(&sound, air()).ip_mA);
    double rich_uA =
        1000 * (regulated(&none, exhaust(0.8)).ip_mA - regulated(&sound, exhaust(0.8)).ip_mA);
    print_message("figure: missing barrier, R_c %.1f ohm: Ip changes %.3f uA in air, %.3f uA at "
                  "lambda 0.8\n",
                  rc_at(&none, 780), off_uA, rich_uA);
    assert_true(fabs(off_uA) < 0.1 && fabs(rich_uA) < 1);
    struct element_a_point at = regulated(&none, air());
    assert_true(fabs(regulated(&sound, air()).ip_mA - 2.5437) < 1e-3);
    /* what hides: the cavity takes up the drop over R_N and R_c */
    double emf_mV =
        nernst_slope_mV(T780_K) * (log(at.x_ref * GAS_ATM_KPA / 100) - at.ln_cavity_bar);
    double drop_mV = 0.02 * nernst_path_ohm(&none.rn, T780_K) + rc_at(&none, 780) * at.ip_mA;
    assert_true(fabs(emf_mV + drop_mV - 450) < 1e-6 && fabs(at.un_mV - 450) < 1e-6);
    assert_true(drop_mV > 40);
}

/* 0.3 mA rms at 1 kHz on the pump current, 20 uV noise; what the lock-in finds is R_c. */
static double measured_rc(const struct element_a *a, double bias_mA)
{
    enum { N = 8000 };
    static double drive[N], response[N];
    struct element_a_state element;
    struct element_a_point point;
    struct rng rng;
    struct lockin result;
    struct cell_gas gas = air();
    rng_seed(&rng, 5);
    assert_int_equal(element_a_start(a, &gas, element_a_heat_at(T780_K), &element), RC_OK);
    for (int i = -2000; i < N; i++) {
        double t_s = i * 12.5e-6, ip_mA = bias_mA + 0.42426 * sin(2 * M_PI * 1000 * t_s);
        assert_int_equal(
            element_a_step(a, &gas, (struct element_a_drive){ip_mA, 20, 12.5e-6}, &element, &point),
            RC_OK);
        if (i >= 0) {
            drive[i] = ip_mA;
            response[i] = point.un_mV + 0.02 * rng_gauss(&rng);
        }
    }
    const struct lockin_record record = {drive, response, N, 80000, 1000};
    assert_int_equal(lockin_find(&record, &result), RC_OK);
    return result.re;
}

static void an_alternating_current_shows_the_crosstalk(void **state)
{
    (void)state;
    struct element_a sound = good(ELEMENT_A_P1), none = broken(1, 1, 1), hole = broken(2, 1, 1);
    double at[] = {measured_rc(&sound, 0), measured_rc(&hole, 0), measured_rc(&none, 0)};
    double true_ohm[] = {rc_at(&sound, 780), rc_at(&hole, 780), rc_at(&none, 780)};
    print_message("figure: lock-in 1 kHz in air, seed 5: R_c %.3f %.3f %.3f ohm, true %.3f %.3f "
                  "%.3f\n",
                  at[0], at[1], at[2], true_ohm[0], true_ohm[1], true_ohm[2]);
    for (size_t i = 0; i < COUNT(at); i++)
        assert_true(fabs(at[i] - true_ohm[i]) < 0.01 + 0.01 * true_ohm[i]);
    assert_true(at[0] < 0.40 && at[1] > 0.40 && at[2] > 6 && at[2] < 17);
}

static void a_current_step_feeds_through_before_the_cavity_reacts(void **state)
{
    (void)state;
    struct element_a a = broken(1, 0.5, 1);
    struct element_a_state element;
    struct element_a_point before, at50us, at50ms;
    struct cell_gas gas = in_n2(0.03);
    assert_int_equal(element_a_start(&a, &gas, element_a_heat_at(T780_K), &element), RC_OK);
    const struct element_a_drive rest = {-0.1, 20, 1e-3}, kick = {0.2, 20, 5e-6};
    for (int i = 0; i < 1000; i++)
        assert_int_equal(element_a_step(&a, &gas, rest, &element, &before), RC_OK);
    assert_int_equal(element_a_step(&a, &gas, kick, &element, &at50us), RC_OK);
    double rc = (at50us.un_mV - before.un_mV) / 0.3;
    for (int i = 0; i < 10000; i++)
        assert_int_equal(element_a_step(&a, &gas, kick, &element, &at50ms), RC_OK);
    print_message("figure: step 0.3 mA: %.2f ohm after 5 us, R_c %.2f ohm; U_N moves %.1f mV more "
                  "in 50 ms\n",
                  rc, rc_at(&a, 780), at50ms.un_mV - at50us.un_mV);
    assert_true(fabs(rc - rc_at(&a, 780)) < 0.5);
    assert_true(at50ms.un_mV - at50us.un_mV > 5);
}

static void the_pumped_reference_follows_its_oxygen_balance(void **state)
{
    (void)state;
    struct nernst_reference ref = {.k_uA = 50, .volume_uC = 440};
    double x20 = nernst_reference_x(&ref, 20), x0 = nernst_reference_x(&ref, 0);
    double up_mV = nernst_slope_mV(T780_K) * log(x20 / x0);
    double slope = nernst_reference_slope_ohm(&ref, T780_K, x20, 300);
    double x_a = nernst_reference_x(&ref, 20.01),
           numeric = 300 + nernst_slope_mV(T780_K) * log(x_a / x20) / 0.01 * 1000;
    print_message("figure: reference at 20 uA: x %.3f, +%.1f mV, dU/dI %.0f ohm\n", x20, up_mV,
                  slope);
    assert_true(fabs(x20 - 0.47) < 0.002 && fabs(up_mV - 18.3) < 0.3 && fabs(x0 - 0.2095) < 1e-12);
    assert_true(fabs(slope / numeric - 1) < 1e-3);
    double x = x0, t63_s = 0;
    while (x < x0 + 0.632 * (x20 - x0)) {
        x = nernst_reference_step(&ref, x, 20, 0.01);
        t63_s += 0.01;
    }
    print_message("figure: reference t63 %.1f s\n", t63_s);
    assert_true(t63_s > 3 && t63_s < 9);
}

static void rn_meets_the_published_table(void **state)
{
    (void)state;
    struct source *source;
    struct csv_table *t;
    double worst = 0, ohm[16], T_K[16];
    struct arrhenius fit;
    assert_int_equal(source_load("tests/data/elements/lsu49_rn.csv", NULL, &source), RC_OK);
    assert_int_equal(csv_parse_table(source, NULL, &t), RC_OK);
    size_t n = 0;
    for (size_t row = 0; row < t->rows; row++) {
        assert_int_equal(num_parse(csv_cell(t, row, 0)->text, &ohm[n]), RC_OK);
        assert_int_equal(num_parse(csv_cell(t, row, 1)->text, &T_K[n]), RC_OK);
        T_K[n] += GAS_ZERO_DEGC_K;
        double rel = fabs(nernst_path_ohm(&nernst_path_lsu49, T_K[n]) / ohm[n] - 1);
        worst = ohm[n] <= 2500 && rel > worst ? rel : worst;
        n += ohm[n] <= 2500;
    }
    assert_int_equal(arrhenius_fit_offset(T_K, ohm, n, &fit), RC_OK);
    print_message(
        "figure: R_N of LSU 4.9, %zu published points: within %.1f %%; fitted Ea %.3f eV, "
        "Rs %.1f ohm\n",
        n, 100 * worst, fit.ea_eV, fit.rs_ohm);
    assert_true(n >= 12 && worst < 0.027);
    assert_true(fabs(fit.ea_eV - 0.785) < 0.02);
    csv_free_table(t);
    source_free(source);
}

/* ---- defects: the signature of each */

static void barrier_defects_show_in_rc(void **state)
{
    (void)state;
    static const struct {
        int id;
        double at0, at1;
    } want[] = {{1, 6.0, 17.4}, {2, 0.39, 2.0}, {4, 1.0, 4.6}};
    for (size_t i = 0; i < COUNT(want); i++) {
        struct element_a slight = broken(want[i].id, 0, 1), gross = broken(want[i].id, 1, 1);
        print_message("figure: D%02d R_c %.2f..%.2f ohm (limit 0.40)\n", want[i].id,
                      rc_at(&slight, 780), rc_at(&gross, 780));
        assert_true(fabs(rc_at(&slight, 780) / want[i].at0 - 1) < 0.1);
        assert_true(fabs(rc_at(&gross, 780) / want[i].at1 - 1) < 0.1);
        /* the current of the loop stays: the defect cannot be found there */
        assert_true(fabs(regulated(&gross, air()).ip_mA - 2.5437) < 1e-3);
    }
    assert_true(rc_at(&(struct element_a){.rn = {0, 1, 1}}, 780) < 1e-12); /* no path: no R_c */
    struct element_a one = broken(9, 1, 1);
    double rc1 = element_a_rc_ohm(&one, element_a_heat_at(T780_K), 1);
    double rc2 = element_a_rc_ohm(&one, element_a_heat_at(T780_K), 2);
    print_message("figure: D09 R_c1 %.3f, R_c2 %.3f ohm\n", rc1, rc2);
    assert_true(rc2 > 10 * rc1);
}

static void cut_out_defects_show_in_the_cell_resistances(void **state)
{
    (void)state;
    struct element_a pump0 = broken(5, 0, 1), pump1 = broken(5, 1, 1), nernst = broken(6, 0, 1);
    double good_ohm = 0, hot_K, hotter_K;
    struct element_a sound = good(ELEMENT_A_P1);
    good_ohm = nernst_path_ohm(&sound.pump.rp, T780_K);
    assert_true(fabs(nernst_path_ohm(&pump0.pump.rp, T780_K) / good_ohm - 1.2) < 1e-9);
    assert_true(fabs(nernst_path_ohm(&pump1.pump.rp, T780_K) / good_ohm - 2.0) < 1e-9);
    assert_int_equal(element_a_regulated_T_K(&sound, 299, &hot_K), RC_OK);
    assert_int_equal(element_a_regulated_T_K(&nernst, 299, &hotter_K), RC_OK);
    print_message("figure: D06 R_N x1.2: regulated %.0f K hotter\n", hotter_K - hot_K);
    assert_true(fabs(hotter_K - hot_K - 26) < 4);
}

static void reference_defects_show_in_un_only(void **state)
{
    (void)state;
    struct element_a sound = good(ELEMENT_A_P1), blocked = broken(7, 0, 1);
    struct element_a half = good(ELEMENT_A_P1), leak = broken(8, 0.5, 1);
    double rn_mV = 0.02 * nernst_path_ohm(&sound.rn, T780_K), step_mV[3];
    half.reference.k_uA /= 2;
    const struct element_a *parts[3] = {&sound, &half, &blocked};
    for (size_t i = 0; i < 3; i++)
        step_mV[i] = rn_mV + nernst_slope_mV(T780_K) *
                                 log(nernst_reference_x(&parts[i]->reference, 20) / 0.2095);
    print_message("figure: D07 dU_N for 0 -> 20 uA: good %.1f, k/2 %.1f (escapes), k/5 %.1f mV "
                  "(limit 12..34)\n",
                  step_mV[0], step_mV[1], step_mV[2]);
    assert_true(fabs(step_mV[0] - 24) < 1 && fabs(step_mV[1] - 31.5) < 0.5 &&
                fabs(step_mV[2] - 39) < 0.5);
    /* a leak empties the reference once I_ref is off */
    double x_off = nernst_reference_x(&leak.reference, 0);
    assert_true(nernst_slope_mV(T780_K) * log(x_off / 0.2095) < -2);
    assert_true(fabs(regulated(&leak, air()).ip_mA - regulated(&sound, air()).ip_mA) < 1e-4);
}

static void barrier_of_diffusion_and_trim_show_in_the_current(void **state)
{
    (void)state;
    struct element_a crack = broken(11, 1, 1), clog = broken(12, 1, 1), trim = broken(38, 1, 1);
    struct element_a sound = good(ELEMENT_A_P1);
    double ip = regulated(&sound, air()).ip_mA;
    assert_true(fabs(regulated(&crack, air()).ip_mA / ip - 1.6) < 0.01);
    assert_true(fabs(regulated(&clog, air()).ip_mA / ip - 0.6) < 0.01);
    assert_true(crack.tau_s < sound.tau_s && clog.tau_s > 5 * sound.tau_s);
    assert_true(crack.pump.barrier.kappa_bar < 0.3);
    assert_true(fabs(element_a_trim(0) - 1) < 1e-12);
    print_message("figure: D38 trim resistor +50 %%: finished current x%.2f, bare as before\n",
                  element_a_trim(trim.trim_error));
    assert_true(element_a_trim(trim.trim_error) > 1.1);
    assert_true(fabs(regulated(&trim, air()).ip_mA - ip) < 1e-9);
    struct element_a reversed = broken(39, 0, 1), swapped = broken(39, 1, 1);
    assert_true(regulated(&reversed, air()).railed && regulated(&swapped, air()).ip_mA < -8);
}

static void package_defects_show_in_resistance_coupling_and_heater(void **state)
{
    (void)state;
    struct element_a sound = good(ELEMENT_A_P1);
    double ohm = nernst_measured_ohm(&sound.wiring, &sound.rn, T780_K, 0);
    struct element_a part = broken(16, 0, 1);
    assert_true(fabs(nernst_measured_ohm(&part.wiring, &part.rn, T780_K, 0) / ohm - 1.5) < 1e-9);
    part = broken(17, 1, 1);
    double low = nernst_measured_ohm(&part.wiring, &part.rn, T780_K, 0.2);
    double high = nernst_measured_ohm(&part.wiring, &part.rn, T780_K, 0.8);
    assert_true(low > 2.9 * ohm && high > 1.1 * low && part.wiring.c_factor < 0.6);
    part = broken(18, 1, -1);
    assert_true(fabs(part.wiring.side_dT_K + 40) < 1e-9);
    part = broken(20, 1, 1);
    double cold = nernst_coupling_mV_V(&part.wiring, 973.15, 300);
    double hot = nernst_coupling_mV_V(&part.wiring, 1123.15, 300);
    double fine = nernst_coupling_mV_V(&sound.wiring, 1053.15, 300);
    print_message("figure: D20 heater coupling %.1f mV/V (good %.3f), x%.1f from 700 to 850 degC\n",
                  nernst_coupling_mV_V(&part.wiring, T780_K, 300), fine, hot / cold);
    assert_true(fine < 1 && hot / cold > 4 && nernst_coupling_mV_V(&part.wiring, T780_K, 300) > 5);
    assert_true(broken(30, 0, 1).wiring.heater.open_share > 0.999);
    assert_true(fabs(broken(31, 1, 1).wiring.heater.r20_ohm - 2.24) < 1e-9);
    assert_true(fabs(broken(32, 1, 1).wiring.heater.r20_ohm - 4.16) < 1e-9);
    double share = broken(33, 0.5, 1).wiring.heater.open_share;
    assert_true(share > 0.2 && share < 0.3);
    part = broken(37, 1, 1);
    double cold_more = nernst_measured_ohm(&part.wiring, &part.rn, 973.15, 0) -
                       nernst_measured_ohm(&sound.wiring, &sound.rn, 973.15, 0);
    double hot_more = nernst_measured_ohm(&part.wiring, &part.rn, 1123.15, 0) -
                      nernst_measured_ohm(&sound.wiring, &sound.rn, 1123.15, 0);
    assert_true(fabs(cold_more - 200) < 1e-9 && fabs(hot_more - 200) < 1e-9); /* not activated */
    part = broken(13, 1, 1);
    assert_true(part.pump.inner.i0_mA < sound.pump.inner.i0_mA / 9 && part.wiring.ct_factor > 9);
}

static void the_library_is_complete_and_refuses_what_does_not_fit(void **state)
{
    (void)state;
    size_t count;
    const struct defect_table_row *rows = defect_table_rows(&count);
    struct element_a a = good(ELEMENT_A_P1), before = a;
    struct defect_target target = {.a = &a, .sign = 1};
    assert_int_equal(count, 39);
    for (int id = 1; id <= 39; id++)
        assert_true((defect_table_find(id) != NULL) == (id != 3));
    for (size_t i = 0; i < count; i++)
        assert_true(rows[i].elements != 0 && rows[i].tests[0] == 'T');
    assert_int_equal(defect_table_apply(3, &target, 0), RC_RANGE);
    assert_int_equal(defect_table_apply(1, &target, NAN), RC_RANGE);
    assert_int_equal(defect_table_apply(1, &target, 1.1), RC_RANGE);
    assert_int_equal(defect_table_apply(14, &target, 1), RC_REFUSED);
    assert_int_equal(defect_table_apply(9, &target, 1), RC_REFUSED); /* no second electrode */
    assert_memory_equal(&a, &before, sizeof a);
}

static void a_drawn_part_depends_on_its_seed_and_stays_good(void **state)
{
    (void)state;
    enum { N = 2000 };
    double sum = 0, squares = 0, worst = 0;
    struct element_a first = good(ELEMENT_A_P1), again = first;
    element_a_draw(&first, 4, 7);
    element_a_draw(&again, 4, 7);
    assert_memory_equal(&first, &again, sizeof first);
    for (uint64_t i = 0; i < N; i++) {
        struct element_a a = good(ELEMENT_A_P1);
        element_a_draw(&a, 1, i);
        double k = a.pump.barrier.kO2_mA / 10.82 - 1, rc = rc_at(&a, 780);
        sum += k;
        squares += k * k;
        worst = rc > worst ? rc : worst;
    }
    print_message("figure: 2000 good parts, seed 1: barrier mean %+.3f %%, sd %.2f %%; largest R_c "
                  "%.3f ohm\n",
                  100 * sum / N, 100 * sqrt(squares / N), worst);
    assert_true(fabs(sum / N) < 0.0015 && fabs(sqrt(squares / N) / 0.0125 - 1) < 0.08);
    assert_true(worst < 0.40);
}

static void a_variant_has_the_consequence_of_its_layers(void **state)
{
    (void)state;
    struct element_a p1 = good(ELEMENT_A_P1), p2 = good(ELEMENT_A_P2), v8 = good(ELEMENT_A_V8);
    struct element_a v9 = good(ELEMENT_A_V9), v11 = good(ELEMENT_A_V11), p0 = good(ELEMENT_A_P0);
    const struct element_a *all[] = {&p1, &p2, &v8, &v11, &p0};
    for (size_t i = 0; i < COUNT(all); i++)
        for (size_t k = 0; k < i; k++)
            assert_true(fabs(rc_at(all[i], 780) / rc_at(all[k], 780) - 1) > 0.05);
    assert_true(rc_at(&p0, 780) > 6 && rc_at(&p0, 780) < 17);
    double rn_ohm = nernst_path_ohm(&p1.rn, T780_K);
    for (size_t i = 0; i < COUNT(all); i++) { /* stated: no barrier makes R_p or R_N larger */
        assert_true(nernst_path_ohm(&all[i]->pump.rp, T780_K) <= 75 + 1e-9);
        assert_true(fabs(nernst_path_ohm(&all[i]->rn, T780_K) - rn_ohm) < 1e-9);
    }
    struct element_a_heat heat = element_a_heat_at(T780_K), warm_lead = heat;
    warm_lead.lead_K += 60;
    assert_true(element_a_rc_ohm(&p2, warm_lead, 1) > 1.1 * element_a_rc_ohm(&p2, heat, 1));
    assert_true(fabs(element_a_rc_ohm(&v11, warm_lead, 1) - rc_at(&v11, 780)) < 1e-12);
    assert_true(element_a_rc_ohm(&v9, heat, 2) > 0.01 && v9.rn2.active_ohm > 0);
    assert_true(element_a_rc_ohm(&p1, heat, 2) <= 0);
    print_message("figure: R_c at 780 degC of p1 p2 v8 v11 p0: %.4f %.4f %.4f %.4f %.1f ohm\n",
                  rc_at(&p1, 780), rc_at(&p2, 780), rc_at(&v8, 780), rc_at(&v11, 780),
                  rc_at(&p0, 780));
}

static void good_parts_of_each_variant_hold_the_limit_but_without_a_barrier(void **state)
{
    (void)state;
    enum { N = 2000 };
    for (int v = ELEMENT_A_P1; v < ELEMENT_A_VARIANTS; v++) {
        unsigned over = 0, within = 0;
        for (uint64_t i = 0; i < N; i++) {
            struct element_a a = good((enum element_a_variant)v);
            element_a_draw(&a, 3, i);
            over += rc_at(&a, 780) > 0.35; /* the limit of 0.40 ohm less its guard */
            within += a.or1.active_ohm > 1e3 && a.or1.active_ohm < 3e3;
        }
        if (v == ELEMENT_A_P0)
            assert_true(over == N && within > 0.99 * N);
        else
            assert_true(over < 0.005 * N && within == 0);
    }
}

static void an_element_without_a_barrier_cannot_have_a_defect_of_it(void **state)
{
    (void)state;
    struct element_a p0 = good(ELEMENT_A_P0);
    struct defect_target target = {.a = &p0, .sign = 1};
    for (int id = 1; id <= 6; id++)
        assert_true(id == 3 || defect_table_apply(id, &target, 0) == RC_REFUSED);
    assert_int_equal(defect_table_apply(10, &target, 0), RC_OK);
}

static void the_shared_lead_is_drawn_by_itself(void **state)
{
    (void)state;
    enum { N = 2000 };
    struct element_a_heat hot = element_a_heat_at(T780_K), cold = {293.15, 293.15};
    unsigned below = 0;
    double tcr = 0, together = 0;
    for (uint64_t i = 0; i < N; i++) {
        struct element_a a = good(ELEMENT_A_P1), other = good(ELEMENT_A_P1);
        element_a_draw(&a, 1, i);
        double ohm = element_a_com_ohm(&a, hot);
        assert_true(ohm > 0.1 - 1e-9 && ohm < 3 + 1e-9 && element_a_com_ohm(&a, cold) < ohm);
        below += ohm < 0.5477; /* the middle of 0.1 and 3 in octaves */
        tcr += a.com_tcr_1_K / N;
        together += (a.com_tcr_1_K / 3e-4 - 10) * (a.pump.barrier.kO2_mA / 10.82 - 1) / 0.0125 / N;
        /* the first number of the stream of all others is still the barrier's */
        struct rng rng;
        rng_seed_named(&rng, 1, "element a", i);
        pump_barrier_scale(&other.pump.barrier, 1 + 0.0125 * rng_gauss(&rng));
        assert_true(fabs(other.pump.barrier.kO2_mA - a.pump.barrier.kO2_mA) < 1e-12);
    }
    print_message("figure: shared lead of 2000 parts: %u below 0.55 ohm, 1/K %.2e\n", below, tcr);
    assert_true(below > 0.46 * N && below < 0.54 * N && fabs(tcr / 3e-3 - 1) < 0.01);
    assert_true(fabs(together) < 0.1); /* a correlation */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_variant_has_the_consequence_of_its_layers),
        cmocka_unit_test(good_parts_of_each_variant_hold_the_limit_but_without_a_barrier),
        cmocka_unit_test(an_element_without_a_barrier_cannot_have_a_defect_of_it),
        cmocka_unit_test(the_shared_lead_is_drawn_by_itself),
        cmocka_unit_test(the_crosstalk_resistance_follows_its_table),
        cmocka_unit_test(ionic_metallic_and_lead_coupling_differ_in_temperature),
        cmocka_unit_test(the_regulated_current_hides_crosstalk),
        cmocka_unit_test(an_alternating_current_shows_the_crosstalk),
        cmocka_unit_test(a_current_step_feeds_through_before_the_cavity_reacts),
        cmocka_unit_test(the_pumped_reference_follows_its_oxygen_balance),
        cmocka_unit_test(rn_meets_the_published_table),
        cmocka_unit_test(barrier_defects_show_in_rc),
        cmocka_unit_test(cut_out_defects_show_in_the_cell_resistances),
        cmocka_unit_test(reference_defects_show_in_un_only),
        cmocka_unit_test(barrier_of_diffusion_and_trim_show_in_the_current),
        cmocka_unit_test(package_defects_show_in_resistance_coupling_and_heater),
        cmocka_unit_test(the_library_is_complete_and_refuses_what_does_not_fit),
        cmocka_unit_test(a_drawn_part_depends_on_its_seed_and_stays_good),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
