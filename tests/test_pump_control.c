/* The pump loop's law on a pump cell of its own, by table. The bench around it:
 * tests/test_pump_loop.c. */
#include "tests/support/cmocka.h"

#include <math.h>

#include "bench/pump_control.h"
#include "core/bytes.h"

static void assert_in(const char *what, double is, double lo, double hi)
{
    if (!(is >= lo && is <= hi))
        fail_msg("%s is %g, not %g..%g", what, is, lo, hi);
}

/* --- a pump cell in lean gas ---------------------------------------------------------------------
 *
 * Ip = k ln((1 - x_cavity)/(1 - x)), U_N = RT/4F ln(0.21/x_cavity) + 24 mV (reference current), and
 * Up = RT/4F ln(x/x_cavity) + ohm Ip. The cavity follows within a reading. */

struct cell {
    double k_mA, x, ohm;
    bool reversed;
};

static const double slope_mV = 22.69;

static double current_mA(const struct cell *cell, double ln_cavity)
{
    return cell->k_mA * (log1p(-exp(ln_cavity)) - log1p(-cell->x));
}

static void stand_at(const struct cell *cell, double up_mV, double *un_mV, double *ip_mA)
{
    double lo = -90, hi = log(0.99), at_mV = cell->reversed ? -up_mV : up_mV;
    for (int i = 0; i < 80; i++) {
        double z = (lo + hi) / 2;
        double mV = slope_mV * (log(cell->x) - z) + cell->ohm * current_mA(cell, z);
        if (mV > at_mV)
            lo = z;
        else
            hi = z;
    }
    *un_mV = slope_mV * (log(0.21) - lo) + 24;
    *ip_mA = (cell->reversed ? -1 : 1) * current_mA(cell, lo);
}

static const struct pump_plan plan = {.out_V = 1.3,
                                      .out_mA = 6,
                                      .in_V = 1.0,
                                      .in_mA = 9,
                                      .target_mV = 450,
                                      .lo_mV = 200,
                                      .hi_mV = 800,
                                      .gain = 1,
                                      .integral_s = 0.8,
                                      .slew_V_s = 1};

enum trouble { NOTHING, UN_NAN, UN_STALE, IP_NAN, IP_STALE, HEATER_COLD };

struct run {
    struct pump_control control;
    struct cell cell;
    enum trouble what;
    double from_s;
    /* how it stands, and how it went */
    double t_s, acting_V, since_s, un_mV, ip_mA, un_t_s, ip_t_s;
    double most_V, most_step_V, most_un_mV, off_s, regulating_s;
};

static struct instant at_s(double s)
{
    return (struct instant){(int64_t)llround(s * 1e6)};
}

static struct run run_of(struct cell cell, enum trouble what, double from_s)
{
    struct run r = {
        .cell = cell, .what = what, .from_s = from_s, .off_s = NAN, .regulating_s = NAN};
    pump_control_init(&r.control, &plan);
    pump_control_start(&r.control, at_s(0));
    return r;
}

static void read_cell(struct run *r, bool un_due)
{
    bool on = r->t_s >= r->from_s;
    double un_mV, ip_mA;
    stand_at(&r->cell, 1e3 * r->acting_V, &un_mV, &ip_mA);
    if (un_due && !(on && r->what == UN_STALE)) {
        r->un_mV = on && r->what == UN_NAN ? (double)NAN : un_mV;
        r->un_t_s = r->t_s;
    }
    if (!(on && r->what == IP_STALE)) {
        r->ip_mA = on && r->what == IP_NAN ? (double)NAN : ip_mA;
        r->ip_t_s = r->t_s;
    }
}

/* U_N comes every 0.2 s, the current every 0.1 s; a voltage stands 0.1 s after it was asked for. */
static void pass(struct run *r, double seconds)
{
    for (unsigned k = 0; k < (unsigned)llround(10 * seconds); k++) {
        double before_V = r->acting_V;
        r->t_s += 0.1;
        read_cell(r, llround(10 * r->t_s) % 2 == 0);
        if (fabs(r->control.demand_V - r->acting_V) > 50e-6) {
            r->acting_V = r->control.demand_V;
            r->since_s = r->t_s;
        }
        struct pump_input in = {.now = at_s(r->t_s),
                                .un_mV = r->un_mV,
                                .ip_mA = r->ip_mA,
                                .un_t = at_s(r->un_t_s),
                                .ip_t = at_s(r->ip_t_s),
                                .since = at_s(r->since_s),
                                .hot = !(r->what == HEATER_COLD && r->t_s >= r->from_s)};
        double V = pump_control_tick(&r->control, &in);
        r->most_V = fmax(r->most_V, fabs(V));
        r->most_un_mV = fmax(r->most_un_mV, r->un_mV);
        r->most_step_V = fmax(r->most_step_V, fabs(r->acting_V - before_V));
        if (isnan(r->off_s) && r->control.state == PUMP_OFF)
            r->off_s = r->t_s;
        if (isnan(r->regulating_s) && r->control.state == PUMP_REGULATING)
            r->regulating_s = r->t_s;
    }
}

static const struct cell in_air = {10.8, 0.2095, 90, false};

static void every_gas_and_cell_comes_to_the_set_point_without_swinging(void **state)
{
    static const double shares[] = {1e-6, 0.005, 0.0829, 0.2095}, ohms[] = {60, 90, 200};
    static const double targets[] = {200, 450, 800};
    double slowest_s = 0, most_mV = 0;
    (void)state;
    for (size_t i = 0; i < COUNT(shares) * COUNT(ohms) * COUNT(targets); i++) {
        struct run r =
            run_of((struct cell){10.8, shares[i % 4], ohms[i / 4 % 3], false}, NOTHING, 0);
        assert_true(pump_control_aim(&r.control, targets[i / 12]));
        pass(&r, 0.2);
        double from_mV = fmax(r.un_mV, targets[i / 12]);
        r.most_un_mV = 0;
        pass(&r, 25);
        assert_int_equal(r.control.state, PUMP_REGULATING);
        assert_in("Un less its target, mV", r.un_mV - targets[i / 12], -1, 1);
        assert_in("overshoot, mV", r.most_un_mV - from_mV, -800, 1);
        assert_in("greatest step, V", r.most_step_V, 0, 0.51);
        slowest_s = fmax(slowest_s, r.regulating_s);
        most_mV = fmax(most_mV, r.most_un_mV - from_mV);
    }
    assert_in("slowest, s", slowest_s, 1, 12);
    print_message("figure: pump loop: 36 cells regulate after %.1f s at the latest, %.1f mV over\n",
                  slowest_s, most_mV);
}

/* Why the cell is driven by a voltage: from 200 to 800 mV it is one current, but every voltage. */
static void between_the_least_and_the_greatest_set_point_lies_one_microampere(void **state)
{
    double un_mV[2], ip_mA[2], up_mV[2] = {100, 100};
    (void)state;
    for (size_t i = 0; i < 2; i++)
        for (double target_mV = i ? 800 : 200;; up_mV[i] += 0.01) {
            stand_at(&in_air, up_mV[i], &un_mV[i], &ip_mA[i]);
            if (un_mV[i] >= target_mV)
                break;
        }
    assert_in("difference of the currents, uA", 1e3 * (ip_mA[1] - ip_mA[0]), 0.5, 1.5);
    assert_in("difference of the voltages, mV", up_mV[1] - up_mV[0], 599, 601);
}

static void near_the_set_point_the_voltage_rests(void **state)
{
    struct run r = run_of(in_air, NOTHING, 0);
    (void)state;
    pass(&r, 15);
    double V = r.control.demand_V;
    pass(&r, 10);
    assert_true(r.control.demand_V == V);
}

static void another_gas_and_another_target_are_followed(void **state)
{
    struct run r = run_of(in_air, NOTHING, 0);
    (void)state;
    pass(&r, 15);
    r.cell.x = 1e-6;
    pass(&r, 15);
    assert_int_equal(r.control.state, PUMP_REGULATING);
    assert_true(pump_control_aim(&r.control, 700));
    pass(&r, 1);
    assert_int_equal(r.control.state, PUMP_SETTLING);
    pass(&r, 14);
    assert_int_equal(r.control.state, PUMP_REGULATING);
    assert_in("Un, mV", r.un_mV, 699, 701);
    assert_false(pump_control_aim(&r.control, 199));
    assert_false(pump_control_aim(&r.control, 801));
    assert_false(pump_control_aim(&r.control, (double)NAN));
    pass(&r, 5);
    assert_in("Un, mV", r.un_mV, 699, 701);
}

static void nothing_goes_beyond_the_types_bounds(void **state)
{
    static const struct cell cells[] = {{10.8, 0.2095, 90, true},    /* turned round */
                                        {10.8, 0.2095, 2000, false}, /* 1.3 V are not enough */
                                        {60, 0.2095, 90, false}};    /* 14 mA of its own */
    (void)state;
    for (size_t i = 0; i < COUNT(cells); i++) {
        struct run r = run_of(cells[i], NOTHING, 0);
        pass(&r, 60);
        assert_int_equal(r.control.state, PUMP_LIMITED);
        assert_in("greatest voltage, V", r.most_V, 0.3, 1.3);
        assert_in("current, mA", fabs(r.ip_mA), 0, i == 0 ? 9.0 : 7.5);
    }
}

/* clang-format off */
static const struct { enum trouble what; double from_s; enum pump_fault fault; double by_s; } faults[] = {
    {UN_NAN,       0, PUMP_FAULT_UN,     1.2}, {UN_NAN,      20, PUMP_FAULT_UN,     1.4},
    {UN_STALE,     0, PUMP_FAULT_UN,     1.2}, {UN_STALE,    20, PUMP_FAULT_UN,     1.4},
    {IP_NAN,       0, PUMP_FAULT_IP,     1.2}, {IP_NAN,      20, PUMP_FAULT_IP,     1.2},
    {IP_STALE,     0, PUMP_FAULT_IP,     1.2}, {IP_STALE,    20, PUMP_FAULT_IP,     1.2},
    {HEATER_COLD,  0, PUMP_FAULT_HEATER, 0.11}, {HEATER_COLD, 20, PUMP_FAULT_HEATER, 0.11},
};
/* clang-format on */

static void whatever_is_not_known_puts_the_loop_off_in_time(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(faults); i++) {
        struct run r = run_of(in_air, faults[i].what, faults[i].from_s);
        pass(&r, 30);
        if (r.control.fault != faults[i].fault)
            fail_msg("row %zu: %s", i, pump_fault_text(r.control.fault));
        assert_int_equal(r.control.state, PUMP_OFF);
        assert_true(r.control.demand_V == 0.0);
        assert_in("off after, s", r.off_s - faults[i].from_s, 0, faults[i].by_s);
        r.what = NOTHING; /* all is well again */
        pass(&r, 5);
        assert_int_equal(r.control.state, PUMP_OFF);
    }
}

/* One reading of U_N that never changes its time moves the voltage once. */
static void a_reading_counts_once_and_only_for_the_voltage_that_stands(void **state)
{
    struct pump_control c;
    (void)state;
    pump_control_init(&c, &plan);
    pump_control_start(&c, at_s(0));
    struct pump_input in = {.un_mV = 0, .ip_mA = 0, .since = at_s(0), .hot = true};
    in.now = in.un_t = in.ip_t = at_s(0.2);
    double V = pump_control_tick(&c, &in);
    assert_in("first step, V", V, 0.05, 0.2);
    in.now = in.ip_t = at_s(0.3);
    assert_true(pump_control_tick(&c, &in) == V);
    in.since = INSTANT_NEVER; /* the voltage is on its way */
    in.now = in.un_t = in.ip_t = at_s(0.4);
    assert_true(pump_control_tick(&c, &in) == V);
    in.since = at_s(0.58); /* taken before it had settled */
    in.now = in.un_t = in.ip_t = at_s(0.6);
    assert_true(pump_control_tick(&c, &in) == V);
    in.now = in.un_t = in.ip_t = at_s(0.8);
    assert_in("second step, V", pump_control_tick(&c, &in) - V, 0.05, 0.3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_gas_and_cell_comes_to_the_set_point_without_swinging),
        cmocka_unit_test(between_the_least_and_the_greatest_set_point_lies_one_microampere),
        cmocka_unit_test(near_the_set_point_the_voltage_rests),
        cmocka_unit_test(another_gas_and_another_target_are_followed),
        cmocka_unit_test(nothing_goes_beyond_the_types_bounds),
        cmocka_unit_test(whatever_is_not_known_puts_the_loop_off_in_time),
        cmocka_unit_test(a_reading_counts_once_and_only_for_the_voltage_that_stands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
