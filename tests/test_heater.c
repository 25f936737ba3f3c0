/* The heater's control law on a thermal model, by table. The bench around it:
 * tests/test_heater_station.c. */
#include "tests/support/cmocka.h"

#include <math.h>
#include <stdlib.h>

#include "bench/heater_control.h"
#include "core/bytes.h"

/* --- a thermal model of its own ------------------------------------------------------------------
 */

struct part {
    double r20_ohm, heat_J_K, loss_W; /* loss at 780 degC */
    double T_K;
};

static double heater_ohm_of(const struct part *p)
{
    return p->r20_ohm * (1 + 1.77e-3 * (p->T_K - 293.15));
}

static double cell_ohm_of(const struct part *p)
{
    return 29.06 + exp(-3.0512 + 9109.0 / p->T_K);
}

static void warm(struct part *p, double V, double dt_s)
{
    double hot4 = pow(1053.15, 4), cold4 = pow(293.15, 4), T4 = pow(p->T_K, 4);
    double loss_W =
        p->loss_W * (0.6 * (T4 - cold4) / (hot4 - cold4) + 0.4 * (p->T_K - 293.15) / 760);
    p->T_K += dt_s * (V * V / heater_ohm_of(p) - loss_W) / p->heat_J_K;
}

static struct heater_plan plan_of(bool falls)
{
    struct heater_plan plan = {.preheat_V = 2,
                               .preheat_s = 5,
                               .ramp_V = 8.5,
                               .ramp_V_s = 0.4,
                               .limit_V = 12,
                               .boost_V = 13,
                               .boost_s = 30,
                               .steady_V = 7.5,
                               .steady_W = 7.5,
                               .warm_J = 150,
                               .energy_factor = 1.5,
                               .heated_s = 25,
                               .target_ohm = 300,
                               .band_lo_ohm = 150,
                               .band_hi_ohm = 600,
                               .band_s = 1,
                               .heater_lo_ohm = 1.5,
                               .heater_hi_ohm = 8.8,
                               .gain_V = 5,
                               .integral_s = 5,
                               .hold_s = 30,
                               .falls = falls};
    if (!falls) {
        plan.target_ohm = 7.5;
        plan.band_lo_ohm = 6;
        plan.band_hi_ohm = 8.4;
        plan.gain_V = 50;
    }
    return plan;
}

enum disturbance {
    NOTHING,
    HEATER_OPEN,  /* from `from_s` on */
    HEATER_SHORT, /* a third of its resistance */
    VALUE_STALE,  /* its time stands still */
    VALUE_NAN,
    VALUE_FROZEN, /* new readings, all as at `from_s` */
    VALUE_COLD,   /* the cell's leads are open */
    VALUE_HOT,    /* a short between them */
    SUPPLY_SILENT,
    HELD,
};

struct run {
    struct part part;
    struct heater_control control;
    bool falls;
    enum disturbance what;
    double from_s;
    /* how it went */
    double most_K, most_V, most_rise_V, off_s, J;
    double frozen_ohm, acting_V;
    struct instant value_t, supply_t;
};

static struct instant at_s(double s)
{
    return (struct instant){(int64_t)llround(s * 1e6)};
}

static struct heater_input read_model(struct run *r, double t_s, double supplied_V)
{
    bool on = t_s >= r->from_s;
    double ohm = heater_ohm_of(&r->part);
    double value = r->falls ? cell_ohm_of(&r->part) : ohm;
    if (!(on && r->what == VALUE_STALE))
        r->value_t = at_s(t_s);
    if (!(on && r->what == SUPPLY_SILENT))
        r->supply_t = at_s(t_s);
    if (!on)
        r->frozen_ohm = value;
    if (on)
        value = r->what == VALUE_NAN      ? (double)NAN
                : r->what == VALUE_FROZEN ? r->frozen_ohm
                : r->what == VALUE_COLD   ? 1e7
                : r->what == VALUE_HOT    ? 3.0
                                          : value;
    double heater = on && r->what == HEATER_OPEN    ? (double)INFINITY
                    : on && r->what == HEATER_SHORT ? ohm / 3
                                                    : ohm;
    return (struct heater_input){.now = at_s(t_s),
                                 .value_ohm = value,
                                 .value_t = r->value_t,
                                 .heater_ohm = heater,
                                 .power_W = supplied_V * supplied_V / heater,
                                 .supply_t = r->supply_t};
}

/* The supply follows every 0.8 s and the reading is 0.3 s old, as on the bench. */
static void run_for(struct run *r, double seconds)
{
    struct heater_input late[4];
    heater_control_start(&r->control, at_s(0));
    r->acting_V = r->control.demand_V;
    r->off_s = (double)NAN;
    double before_V = r->control.demand_V;
    for (unsigned k = 1; k <= (unsigned)(seconds * 10); k++) {
        double t_s = 0.1 * k;
        double heated_V = r->what == HEATER_OPEN && t_s >= r->from_s ? 0 : r->acting_V;
        for (unsigned i = 0; i < 10; i++)
            warm(&r->part, heated_V, 0.01);
        late[k % 4] = read_model(r, t_s, r->acting_V);
        struct heater_input in = late[(k + 1) % 4];
        if (k < 4)
            in = late[k % 4];
        in.now = at_s(t_s);
        if (r->what == HELD && k == (unsigned)(r->from_s * 10))
            heater_control_hold(&r->control, true, in.now);
        enum heater_state state = r->control.state;
        double V = heater_control_tick(&r->control, &in);
        if (state != HEATER_PREHEAT && V - before_V > r->most_rise_V)
            r->most_rise_V = V - before_V;
        before_V = V;
        if (k % 8 == 0 || V == 0.0)
            r->acting_V = V;
        r->most_K = r->part.T_K > r->most_K ? r->part.T_K : r->most_K;
        r->most_V = V > r->most_V ? V : r->most_V;
        if (isnan(r->off_s) && r->control.state == HEATER_FAULT)
            r->off_s = t_s;
    }
}

static struct run run_of(bool falls, enum disturbance what, double from_s)
{
    struct run r = {
        .part = {3.2, 0.13, 7.5, 293.15}, .falls = falls, .what = what, .from_s = from_s};
    struct heater_plan plan = plan_of(falls);
    heater_control_init(&r.control, &plan);
    return r;
}

static void assert_in(const char *what, double is, double lo, double hi)
{
    if (!(is >= lo && is <= hi))
        fail_msg("%s is %g, not %g..%g", what, is, lo, hi);
}

static void every_part_comes_to_its_target_without_overshoot(void **state)
{
    static const struct {
        bool falls;
        double r20, heat, loss;
    } parts[] = {{true, 1, 1, 1},    {true, 1.1, 1, 1},     {true, 0.9, 1, 1},
                 {true, 1, 1.25, 1}, {true, 1, 0.8, 1},     {true, 1, 1, 1.2},
                 {true, 1, 1, 0.8},  {true, 1.1, 1.2, 1.2}, {true, 0.9, 0.8, 0.8},
                 {false, 1, 1, 1},   {false, 1, 1.25, 1.2}, {false, 1, 0.8, 0.8}};
    double most_over_K = 0, most_slow = 0;
    (void)state;
    for (size_t i = 0; i < COUNT(parts); i++) {
        struct run r = run_of(parts[i].falls, NOTHING, 0);
        r.part.r20_ohm *= parts[i].r20;
        r.part.heat_J_K *= parts[i].heat;
        r.part.loss_W *= parts[i].loss;
        run_for(&r, 45);
        double value = r.falls ? cell_ohm_of(&r.part) : heater_ohm_of(&r.part);
        assert_int_equal(r.control.state, HEATER_REGULATING);
        assert_true(r.control.settled);
        assert_in("value over target", value / r.control.target_ohm, 0.98, 1.02);
        assert_in("overshoot, K", r.most_K - r.part.T_K, 0, 45);
        assert_in("greatest rise of a tick, V", r.most_rise_V, 0, 0.0401);
        assert_in("greatest voltage", r.most_V, 8.5, 12.9);
        most_over_K = fmax(most_over_K, r.most_K - r.part.T_K);
        most_slow = fmax(most_slow, fabs(value / r.control.target_ohm - 1));
    }
    print_message("figure: heater: %zu parts, overshoot at most %.0f K, %.1f %% off after 45 s\n",
                  COUNT(parts), most_over_K, 100 * most_slow);
}

/* clang-format off */
static const struct {
    bool falls;
    enum disturbance what;
    double from_s;
    enum heater_fault fault;
    double by_s; /* off by then, counted from the disturbance */
} faults[] = {
    {true,  HEATER_OPEN,    0,  HEATER_FAULT_OHM,     6.8},
    {true,  HEATER_OPEN,   20,  HEATER_FAULT_OHM,     2.2},
    {true,  HEATER_SHORT,  20,  HEATER_FAULT_ENERGY, 60},
    {true,  VALUE_STALE,    2,  HEATER_FAULT_STALE,   1.5},
    {true,  VALUE_STALE,    7,  HEATER_FAULT_STALE,   1.5},
    {true,  VALUE_STALE,   20,  HEATER_FAULT_STALE,   1.5},
    {true,  VALUE_NAN,      0,  HEATER_FAULT_STALE,   1.5},
    {true,  VALUE_NAN,      8,  HEATER_FAULT_STALE,   1.5},
    {true,  VALUE_NAN,     20,  HEATER_FAULT_STALE,   1.5},
    {true,  VALUE_HOT,     20,  HEATER_FAULT_HOT,     1.6},
    {true,  VALUE_COLD,    25,  HEATER_FAULT_COLD,    1.6},
    {true,  SUPPLY_SILENT, 20,  HEATER_FAULT_SUPPLY,  1.5},
    {true,  SUPPLY_SILENT,  1,  HEATER_FAULT_SUPPLY,  1.5},
    {true,  HELD,          20,  HEATER_FAULT_HOLD,   30.3},
    {false, VALUE_HOT,     20,  HEATER_FAULT_COLD,    1.6}, /* 3 ohm: a cold heater */
    {false, VALUE_NAN,     20,  HEATER_FAULT_STALE,   1.5},
    {false, HEATER_OPEN,   20,  HEATER_FAULT_OHM,     2.2},
};
/* clang-format on */

static void whatever_goes_wrong_puts_the_heater_off_in_time(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(faults); i++) {
        struct run r = run_of(faults[i].falls, faults[i].what, faults[i].from_s);
        run_for(&r, 90);
        if (r.control.fault != faults[i].fault)
            fail_msg("row %zu: %s, not %s", i, heater_fault_text(r.control.fault),
                     heater_fault_text(faults[i].fault));
        assert_int_equal(r.control.state, HEATER_FAULT);
        assert_true(r.acting_V == 0.0);
        assert_in("off after, s", r.off_s - faults[i].from_s, 0, faults[i].by_s);
    }
}

/* Leads open from the beginning, or the reading stuck at its cold value: it must not glow. */
static void an_element_that_is_not_seen_to_heat_is_not_burnt(void **state)
{
    static const struct {
        enum disturbance what;
        double from_s;
    } blind[] = {{VALUE_COLD, 0}, {VALUE_FROZEN, 0.1}, {VALUE_FROZEN, 6}, {VALUE_COLD, 8}};
    (void)state;
    for (size_t i = 0; i < COUNT(blind); i++) {
        struct run r = run_of(true, blind[i].what, blind[i].from_s);
        run_for(&r, 60);
        assert_int_equal(r.control.state, HEATER_FAULT);
        assert_in("hottest, degC", r.most_K - 273.15, 20, 1150);
        assert_in("off after, s", r.off_s, 0, 30.2);
        print_message("figure: heater: blind %zu off after %.1f s (%s), at most %.0f degC\n", i,
                      r.off_s, heater_fault_text(r.control.fault), r.most_K - 273.15);
    }
}

/* Never seen to heat and switched on again and again: what it may use is not given anew. */
static void off_and_on_again_gives_no_second_budget(void **state)
{
    struct run r = run_of(true, VALUE_COLD, 0);
    (void)state;
    run_for(&r, 60);
    double used_J = r.control.energy_J, boosted_s = r.control.boosted_s;
    double off_s = duration_in_s(instant_since(r.control.last, at_s(0)));
    assert_true(used_J > 100);
    heater_control_stop(&r.control);
    heater_control_start(&r.control, at_s(off_s + 59));
    assert_true(r.control.energy_J == used_J && r.control.boosted_s == boosted_s);
    heater_control_stop(&r.control);
    heater_control_start(&r.control, at_s(off_s + 59 + 61));
    assert_true(r.control.energy_J == 0.0 && r.control.boosted_s == 0.0);
}

static void a_new_target_moves_no_voltage_at_once(void **state)
{
    (void)state;
    struct run r = run_of(true, NOTHING, 0);
    run_for(&r, 40);
    double V = r.control.demand_V, ohm = cell_ohm_of(&r.part);
    assert_false(heater_control_aim(&r.control, 700, ohm));
    assert_false(heater_control_aim(&r.control, (double)NAN, ohm));
    assert_true(heater_control_aim(&r.control, 350, ohm));
    struct heater_input in = read_model(&r, 40.1, V);
    assert_in("step, V", heater_control_tick(&r.control, &in) - V, -0.1, 0.1);
    for (unsigned k = 0; k < 400; k++) {
        for (unsigned i = 0; i < 10; i++)
            warm(&r.part, r.control.demand_V, 0.01);
        in = read_model(&r, 40.2 + 0.1 * k, r.control.demand_V);
        heater_control_tick(&r.control, &in);
    }
    assert_in("value", cell_ohm_of(&r.part), 345, 355);
}

/* Far too cold for 20 s, as in a gust of cold gas, then at the target again. */
static void a_cold_spell_winds_nothing_up_and_raises_the_voltage_slowly(void **state)
{
    (void)state;
    struct run r = run_of(true, NOTHING, 0);
    run_for(&r, 40);
    double before_V = r.control.demand_V, most_V = 0;
    for (unsigned k = 1; k <= 200; k++) {
        struct instant now = at_s(40 + 0.1 * k);
        struct heater_input in = {now, 590, 7.5, 7.5, now, now};
        double V = heater_control_tick(&r.control, &in);
        assert_in("rise of a tick, V", V - before_V, 0, 0.0401);
        before_V = V;
        most_V = fmax(most_V, V);
    }
    assert_in("voltage in the cold, V", most_V, 12, 12.9);
    struct instant now = at_s(60.1);
    struct heater_input in = {now, 300, 7.5, 7.5, now, now};
    assert_in("voltage behind it, V", heater_control_tick(&r.control, &in), 7, 10);
}

/* Held in the preheat or on the ramp, then let go: the ceramic sees no step. */
static void a_hold_on_the_way_up_is_followed_by_no_step(void **state)
{
    static const double holds_s[] = {1, 7};
    (void)state;
    for (size_t i = 0; i < COUNT(holds_s); i++) {
        struct run r = run_of(true, NOTHING, 0);
        heater_control_start(&r.control, at_s(0));
        double before_V = 2;
        for (unsigned k = 1; k <= 200; k++) {
            double t_s = 0.1 * k;
            for (unsigned n = 0; n < 10; n++)
                warm(&r.part, r.control.demand_V, 0.01);
            struct heater_input in = read_model(&r, t_s, r.control.demand_V);
            if (k == (unsigned)(10 * holds_s[i]) || k == 170)
                heater_control_hold(&r.control, k != 170, in.now);
            double V = heater_control_tick(&r.control, &in);
            double most_V = before_V < 8.5 ? 8.5 + 0.041 : before_V + 0.041;
            assert_in("voltage, V", V, 0, most_V);
            before_V = V;
        }
    }
}

/* A sequence that holds for 0.8 s of each second, for a minute: no way round what a hold is for. */
static void holds_in_a_row_hide_nothing(void **state)
{
    static const struct {
        double ohm, within_s;
    } cases[] = {{NAN, 31}, {3, 8}};
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct run r = run_of(true, NOTHING, 0);
        double off_s = NAN;
        run_for(&r, 40);
        for (unsigned k = 1; k <= 600; k++) {
            struct instant now = at_s(40 + 0.1 * k);
            struct heater_input in = {now, cases[i].ohm, 7.5, 7.5, now, now};
            heater_control_hold(&r.control, k % 10 < 8, now);
            heater_control_tick(&r.control, &in);
            if (isnan(off_s) && r.control.state == HEATER_FAULT)
                off_s = 0.1 * k;
        }
        assert_in("time until it is off, s", off_s, 0, cases[i].within_s);
    }
    struct run r = run_of(true, NOTHING, 0); /* and with good readings between, all is well */
    run_for(&r, 40);
    for (unsigned k = 1; k <= 600; k++) {
        struct instant now = at_s(40 + 0.1 * k);
        struct heater_input in = {now, 300, 7.5, 7.5, now, now};
        heater_control_hold(&r.control, k % 10 < 8, now);
        heater_control_tick(&r.control, &in);
    }
    assert_int_equal(r.control.state, HEATER_REGULATING);
}

/* Leads shorted or pulled: exactly nothing is no resistance of a cell. */
static void nothing_at_all_is_not_regulated_on(void **state)
{
    (void)state;
    struct run r = run_of(true, NOTHING, 0);
    run_for(&r, 40);
    for (unsigned k = 1; k <= 15; k++) {
        struct instant now = at_s(40 + 0.1 * k);
        struct heater_input in = {now, 0, 7.5, 7.5, now, now};
        heater_control_tick(&r.control, &in);
    }
    assert_int_equal(r.control.state, HEATER_FAULT);
}

static void a_heater_that_went_off_by_a_fault_stays_off(void **state)
{
    (void)state;
    struct run r = run_of(true, VALUE_NAN, 20);
    run_for(&r, 30);
    struct heater_input in = read_model(&r, 10, 0); /* all is well again */
    in.now = at_s(31);
    in.value_t = in.supply_t = in.now;
    assert_true(heater_control_tick(&r.control, &in) == 0.0);
    assert_int_equal(r.control.state, HEATER_FAULT);
    heater_control_stop(&r.control);
    assert_int_equal(r.control.state, HEATER_OFF);
    assert_true(heater_control_tick(&r.control, &in) == 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_part_comes_to_its_target_without_overshoot),
        cmocka_unit_test(whatever_goes_wrong_puts_the_heater_off_in_time),
        cmocka_unit_test(an_element_that_is_not_seen_to_heat_is_not_burnt),
        cmocka_unit_test(off_and_on_again_gives_no_second_budget),
        cmocka_unit_test(a_new_target_moves_no_voltage_at_once),
        cmocka_unit_test(a_cold_spell_winds_nothing_up_and_raises_the_voltage_slowly),
        cmocka_unit_test(holds_in_a_row_hide_nothing),
        cmocka_unit_test(a_hold_on_the_way_up_is_followed_by_no_step),
        cmocka_unit_test(nothing_at_all_is_not_regulated_on),
        cmocka_unit_test(a_heater_that_went_off_by_a_fault_stays_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
