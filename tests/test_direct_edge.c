/* A step of the pump current as a digitizer sees it: the closed form against an integration in
 * steps of a microsecond, and what it leaves alone. */
#include "tests/test_direct_rig.h"

enum { LEAN3, RICH9, GASES };

struct bench {
    struct direct_rig rig;
    struct plant digitizer;
};

static void hot(struct bench *bench, int defect, double severity)
{
    const struct gas_mix gases[GASES] = {rig_lean(0.03), rig_exhaust(0.9)};
    struct direct_rig *rig = &bench->rig;
    rig_configure(rig, TWIN_ELEMENT_A, 780, gases, GASES);
    if (defect) {
        rig->config.defects[0] = (struct twin_defect){1, defect, severity};
        rig->config.defect_count = 1;
    }
    rig_open(rig);
    bench->digitizer = twin_plant_digitizer(rig->twin, 1);
    rig_heat(rig);
}

static double fast_mV(struct bench *bench, double edge_us, double delay_us)
{
    const struct instant at = {(int64_t)(edge_us + delay_us)};
    return 1000 * bench->digitizer.read(bench->digitizer.ctx, PLANT_FAST_V, 0, at);
}

/* The edge, us; the source is at `from` for five seconds before. */
static double step(struct bench *bench, double from_mA, double to_mA)
{
    (void)rig_at_mA(&bench->rig, from_mA, 5);
    rig_put(&bench->rig, bench->digitizer, PLANT_EDGE_ARM, 0, 1);
    rig_wait(&bench->rig, 0.1004);
    assert_true(isnan(rig_get(&bench->rig, bench->digitizer, PLANT_EDGE_us, 0)));
    rig_put(&bench->rig, bench->rig.source, PLANT_SOURCE_A, 0, to_mA / 1000);
    double edge_us = rig_get(&bench->rig, bench->digitizer, PLANT_EDGE_us, 0);
    assert_true(edge_us == (double)rig_now(&bench->rig).us);
    return edge_us;
}

/* ---- the same physics, step by step ---- */

struct path {
    const struct element_a *part;
    struct pump_env env;
    double ip_mA, faradaic_mA, z, excess, store_mC, layer_s;
};

static double excess_of(const struct path *p, double z)
{
    struct pump_cavity cavity;
    pump_cavity_init(&p->part->pump, &p->env, z, &cavity);
    return cavity.excess;
}

static void settle_z(struct path *p)
{
    double lo = -60, hi = log(0.9);
    for (int i = 0; i < 60; i++) {
        double z = (lo + hi) / 2;
        if (excess_of(p, z) < p->excess)
            lo = z;
        else
            hi = z;
    }
    p->z = lo;
}

static void begin(struct path *p, struct bench *bench, double from_mA)
{
    struct twin_truth truth = rig_truth(&bench->rig);
    struct cell_gas gas = {truth.gas, 101.325};
    double T_K = truth.element_degC + 273.15;
    *p = (struct path){.part = &bench->rig.twin->sites[0].direct.cell.a.part};
    p->ip_mA = p->faradaic_mA = from_mA;
    assert_int_equal(pump_env_prepare(&p->part->pump.barrier, &gas, T_K, &p->env), RC_OK);
    assert_int_equal(pump_barrier_ln_pO2(&p->part->pump.barrier, &p->env, from_mA, &p->z), RC_OK);
    p->excess = excess_of(p, p->z);
    p->store_mC = p->part->pump.cavity_mC * NERNST_T0_K / T_K;
    p->layer_s = 60 * 20e-6 * exp(1.3 / NERNST_K_EV * (1 / T_K - 1 / NERNST_T0_K));
}

/* To `until_s`, in steps of 1 us; the voltage has the current of the source and its rise. */
static void run(struct path *p, double *t_s, double until_s, double to_mA)
{
    const double dt_s = 1e-6;
    while (*t_s < until_s - dt_s / 2) {
        double brought_mA = pump_barrier_current_mA(&p->part->pump.barrier, &p->env, p->z);
        p->excess += dt_s * (brought_mA - p->faradaic_mA) / p->store_mC;
        p->faradaic_mA += dt_s * (p->ip_mA - p->faradaic_mA) / p->layer_s;
        p->ip_mA += dt_s * (to_mA - p->ip_mA) / 14.5e-6;
        settle_z(p);
        *t_s += dt_s;
    }
}

static double compare(int defect, double severity, double from_mA, double to_mA)
{
    static const double delays_s[] = {50e-6, 100e-6, 500e-6, 2e-3, 5e-3, 20e-3, 50e-3};
    struct bench bench;
    struct path path;
    double worst_mV = 0, t_s = 0;
    hot(&bench, defect, severity);
    double edge_us = step(&bench, from_mA, to_mA);
    double before_mV = fast_mV(&bench, edge_us, -50);
    begin(&path, &bench, from_mA);
    double z0 = path.z, slope_mV = nernst_slope_mV(path.env.T_K);
    double rc = element_a_rc_ohm(path.part, element_a_heat_at(path.env.T_K), 1);
    rig_wait(&bench.rig, 1);
    for (size_t i = 0; i < COUNT(delays_s); i++) {
        run(&path, &t_s, delays_s[i], to_mA);
        double goal_mV = slope_mV * (z0 - path.z) + rc * (path.ip_mA - from_mA);
        double got_mV = fast_mV(&bench, edge_us, 1e6 * delays_s[i]) - before_mV;
        print_message("figure: %+.2f -> %+.2f mA: %.2f ms after it %+.4f mV (%+.4f)\n", from_mA,
                      to_mA, 1e3 * delays_s[i], got_mV, goal_mV);
        if (fabs(got_mV - goal_mV) > worst_mV)
            worst_mV = fabs(got_mV - goal_mV);
        if (delays_s[i] < 600e-6)
            assert_true(fabs(got_mV - goal_mV) < 1e-3 + 0.005 * fabs(goal_mV));
    }
    rig_close(&bench.rig);
    return worst_mV;
}

static void the_closed_form_is_what_small_steps_come_to(void **state)
{
    (void)state;
    assert_true(compare(0, 0, 0, -0.5) < 0.1); /* moves 20 mV in all */
    assert_true(compare(0, 0, -0.5, 0) < 0.1);
    assert_true(compare(1, 0.5, 0, -0.5) < 0.1);
    assert_true(compare(2, 0, 0, 0.2) < 0.1);
}

static void it_ends_where_the_grid_ends(void **state)
{
    (void)state;
    struct bench bench;
    hot(&bench, 1, 0);
    double edge_us = step(&bench, 0, -0.5);
    rig_wait(&bench.rig, 3);
    double end_mV = fast_mV(&bench, edge_us, 2e6), grid_mV = rig_u_mV(&bench.rig);
    print_message("figure: 2 s after the step %.4f mV, on the grid %.4f mV\n", end_mV, grid_mV);
    assert_true(fabs(end_mV - grid_mV) < 0.01);
    rig_close(&bench.rig);
}

static double r_at_100us_ohm(int defect, double severity)
{
    struct bench bench;
    hot(&bench, defect, severity);
    double edge_us = step(&bench, 0, -0.5);
    double r = (fast_mV(&bench, edge_us, 100) - fast_mV(&bench, edge_us, -100)) / -0.5;
    rig_close(&bench.rig);
    return r;
}

static void the_first_100_us_show_the_barrier_and_not_the_cavity(void **state)
{
    (void)state;
    double good = r_at_100us_ohm(0, 0), hole = r_at_100us_ohm(2, 0), none = r_at_100us_ohm(1, 0);
    print_message("figure: dU_N/dIp at 100 us: good %.3f, 50 kohm %.3f, 3 kohm %.2f ohm\n", good,
                  hole, none);
    assert_true(fabs(good - 0.020) < 0.04 && fabs(hole - 0.403) < 0.05 && fabs(none - 6.2) < 0.3);
}

static void an_armed_digitizer_moves_nothing_else(void **state)
{
    (void)state;
    double u_mV[2];
    for (int armed = 0; armed < 2; armed++) {
        struct bench bench;
        hot(&bench, 2, 0.5);
        (void)rig_at_mA(&bench.rig, 0, 5);
        if (armed)
            rig_put(&bench.rig, bench.digitizer, PLANT_EDGE_ARM, 0, 1);
        rig_put(&bench.rig, bench.rig.source, PLANT_SOURCE_A, 0, -0.5e-3);
        rig_wait(&bench.rig, 0.03);
        if (armed)
            (void)fast_mV(&bench, (double)rig_now(&bench.rig).us, -20e3);
        u_mV[armed] = rig_u_mV(&bench.rig);
        rig_close(&bench.rig);
    }
    assert_true(u_mV[0] >= u_mV[1] && u_mV[0] <= u_mV[1]);
}

static void only_a_step_of_current_is_an_edge_and_only_the_first(void **state)
{
    (void)state;
    struct bench bench;
    hot(&bench, 0, 0);
    double edge_us = step(&bench, 0, -0.5);
    rig_wait(&bench.rig, 0.5);
    rig_put(&bench.rig, bench.rig.source, PLANT_SOURCE_A, 0, 0);
    assert_true(rig_get(&bench.rig, bench.digitizer, PLANT_EDGE_us, 0) == edge_us);
    rig_put(&bench.rig, bench.digitizer, PLANT_EDGE_ARM, 0, 1);
    rig_put(&bench.rig, bench.rig.source, PLANT_SOURCE_A, 0, 0.05e-3); /* 4 mV */
    rig_put(&bench.rig, bench.rig.source, PLANT_SOURCE_LIMIT_V, 0, 1);
    rig_put(&bench.rig, bench.rig.source, PLANT_SOURCE_OFF, 0, 1);
    assert_true(isnan(rig_get(&bench.rig, bench.digitizer, PLANT_EDGE_us, 0)));
    rig_close(&bench.rig);
}

/* 4 kHz at the Nernst cell is 65 mV to either side; at the pump cell a good barrier keeps it out.
 */
static void the_sine_of_the_lock_in_is_seen(void **state)
{
    (void)state;
    struct bench bench;
    hot(&bench, 0, 0);
    rig_put(&bench.rig, bench.rig.lock_in, PLANT_SINE_V, 0, 0.2);
    rig_put(&bench.rig, bench.rig.lock_in, PLANT_SINE_Hz, 0, 4000);
    for (unsigned path = 0; path < 2; path++) {
        double least_mV = 1e9, most_mV = -1e9;
        rig_put(&bench.rig, bench.rig.scanner, PLANT_RELAY, 1, path);
        double edge_us = step(&bench, 0, -0.5);
        for (double t_us = -500; t_us < 0; t_us += 5) {
            double u_mV = fast_mV(&bench, edge_us, t_us);
            least_mV = u_mV < least_mV ? u_mV : least_mV;
            most_mV = u_mV > most_mV ? u_mV : most_mV;
        }
        print_message("figure: sine of 0.2 V, path %u: %.4f mV from peak to peak\n", path,
                      most_mV - least_mV);
        assert_true(path ? most_mV - least_mV < 0.02 : fabs(most_mV - least_mV - 130) < 5);
    }
    rig_close(&bench.rig);
}

static void other_elements_have_no_such_digitizer(void **state)
{
    (void)state;
    struct direct_rig rig;
    const struct gas_mix gas = rig_lean(0.2095);
    rig_configure(&rig, TWIN_ELEMENT_C, 800, &gas, 1);
    rig_open(&rig);
    struct plant plant = twin_plant_digitizer(rig.twin, 1);
    assert_true(isnan(rig_get(&rig, plant, PLANT_FAST_V, 0)));
    rig_put(&rig, plant, PLANT_EDGE_ARM, 0, 1);
    assert_true(isnan(rig_get(&rig, plant, PLANT_EDGE_us, 0)));
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_closed_form_is_what_small_steps_come_to),
        cmocka_unit_test(it_ends_where_the_grid_ends),
        cmocka_unit_test(the_first_100_us_show_the_barrier_and_not_the_cavity),
        cmocka_unit_test(an_armed_digitizer_moves_nothing_else),
        cmocka_unit_test(only_a_step_of_current_is_an_edge_and_only_the_first),
        cmocka_unit_test(the_sine_of_the_lock_in_is_seen),
        cmocka_unit_test(other_elements_have_no_such_digitizer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
