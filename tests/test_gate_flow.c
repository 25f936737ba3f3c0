/* Measured flow against set flow, on the twin in virtual time: a valve that sticks, a bottle that
 * is empty, how long they stay unseen, and that oxygen and fuel are closed at once. */
#include "tests/support/cmocka.h"

#include <math.h>

#include "tests/support/rig_fixture.h"

enum { N2, O2, RICH, LEAN1 };

static double commanded(const struct rig_fixture *f, int gas)
{
    return gate_gas_at(f->gate, rig_fixture_channel(f, f->gases[gas].channel))->commanded_slpm;
}

/* N2 and a share of another gas at 2 L/min on stream a; returns when it flows. */
static void mix(struct rig_fixture *f, int gas, double share, double over_s)
{
    struct mix_order order = {.stream = 'a', .total_Lmin = 2.0, .over = duration_s(over_s)};
    unsigned before = f->answers;
    if (gas != N2) {
        order.gas[order.count] = &f->gases[gas];
        order.share[order.count++] = share;
    }
    order.gas[order.count] = &f->gases[N2];
    order.share[order.count++] = gas == N2 ? 1.0 : 1.0 - share;
    manifold_mix(f->manifold, &order, rig_fixture_answer, f);
    for (unsigned i = 0; i < 6000 && f->answers == before; i++)
        rig_fixture_run(f, 10);
    assert_int_equal(f->answer, RC_OK);
}

/* After how many ms there was a trip; -1: none within `ms`. */
static int64_t trip_within(struct rig_fixture *f, int64_t ms)
{
    for (int64_t at = 0; at <= ms; at += 10) {
        if (f->trips)
            return at;
        rig_fixture_run(f, 10);
    }
    return -1;
}

static void a_fuel_valve_that_leaks_is_seen_in_a_third_of_a_second(void **state)
{
    struct rig_fixture *f = *state;
    mix(f, N2, 0, 0);
    rig_fixture_run(f, 5000);
    twin_break_flow(f->twin, RICH, 0.045, 10); /* 0.9 % of its full scale */
    assert_int_equal(trip_within(f, 20000), -1);
    twin_break_flow(f->twin, RICH, 0.08, 10);
    assert_in_range(trip_within(f, 5000), 300, 1200); /* the valve itself creeps up with 0.3 s */
    assert_non_null(strstr(f->trip, "gas.rich"));
    assert_non_null(strstr(f->trip, "at a set point of 0 L/min"));
}

static void a_fuel_valve_that_does_not_close_is_seen_when_it_should_have(void **state)
{
    struct rig_fixture *f = *state;
    mix(f, RICH, 0.5, 0);
    rig_fixture_run(f, 5000);
    twin_break_flow(f->twin, RICH, 0.5, 10);
    assert_int_equal(trip_within(f, 10000), -1); /* it delivers what is wanted */
    mix(f, N2, 0, 0);
    assert_in_range(trip_within(f, 10000), 2700, 3200); /* settled after 2.5 s, then 0.3 s */
}

static void an_empty_bottle_is_seen_and_fuel_closes_at_once(void **state)
{
    struct rig_fixture *f = *state;
    mix(f, RICH, 0.5, 0);
    rig_fixture_run(f, 10000);
    twin_break_flow(f->twin, N2, 0, 0.2);
    assert_in_range(trip_within(f, 5000), 1000, 1500);
    assert_non_null(strstr(f->trip, "gas.n2"));
    assert_true(commanded(f, RICH) == 0.0 && commanded(f, O2) == 0.0);
    assert_true(commanded(f, N2) > 0.9);
    rig_fixture_run(f, 3000);
    assert_true(twin_reactive_flow_slpm(f->twin, loop_now(f->loop)) < 0.01);
    rig_fixture_run(f, 60000);
    assert_int_equal(f->trips, 1); /* once, however long it lasts */
}

static void a_purge_that_does_not_flow_is_not_waited_for(void **state)
{
    struct rig_fixture *f = *state;
    struct mix_order order = {.stream = 'a', .total_Lmin = 0.5, .count = 1, .share = {1.0}};
    order.gas[0] = &f->gases[O2];
    twin_break_flow(f->twin, N2, 0, 0.1);
    manifold_mix(f->manifold, &order, rig_fixture_answer, f);
    assert_in_range(trip_within(f, 10000), 3500, 4200);
    assert_int_equal(gate_state(f->gate), GATE_PURGE);
}

static void a_controller_that_stalls_on_a_ramp_is_seen_before_its_end(void **state)
{
    struct rig_fixture *f = *state;
    struct mix_order order = {.stream = 'a', .total_Lmin = 10.0, .over = duration_s(60)};
    order.gas[order.count] = &f->gases[N2];
    order.share[order.count++] = 1.0;
    mix(f, N2, 0, 0);
    twin_break_flow(f->twin, N2, 0, 2.0);
    manifold_mix(f->manifold, &order, rig_fixture_answer, f);
    assert_in_range(trip_within(f, 60000), 1000, 12000);
}

static void sound_controllers_never_trip(void **state)
{
    struct rig_fixture *f = *state;
    static const struct {
        int gas;
        double share, over_s;
        int64_t ms;
    } steps[] = {{N2, 0, 0, 1000},  {O2, 0.1, 0, 7000},    {O2, 0.2, 20, 500},
                 {N2, 0, 5, 300},   {RICH, 0.6, 0, 12000}, {RICH, 0.1, 9, 400},
                 {N2, 0, 0, 20000}, {O2, 0.02, 0, 5000}};
    for (size_t i = 0; i < COUNT(steps); i++) {
        mix(f, steps[i].gas, steps[i].share, steps[i].over_s);
        rig_fixture_run(f, steps[i].ms);
    }
    assert_int_equal(f->trips, 0);
}

static void a_flow_that_is_not_known_is_a_deviation(void **state)
{
    struct rig_fixture *f = *state;
    mix(f, N2, 0, 0);
    rig_fixture_hush(f);
    struct instant t = loop_now(f->loop);
    for (unsigned i = 0; i < 10; i++)
        gate_observe(f->gate, rig_fixture_channel(f, "gas.n2"), NAN,
                     instant_add(t, duration_ms(100 * i)));
    assert_int_equal(f->trips, 0);
    gate_observe(f->gate, rig_fixture_channel(f, "gas.n2"), NAN, instant_add(t, duration_ms(1100)));
    assert_int_equal(f->trips, 1);
    assert_non_null(strstr(f->trip, "not known"));
}

static void rest_is_proven_by_the_flow_and_not_by_the_set_point(void **state)
{
    struct rig_fixture *f = *state;
    const char *channel = "";
    mix(f, RICH, 0.5, 0);
    rig_fixture_run(f, 5000);
    assert_false(gate_flows_rest(f->gate, &channel));
    assert_string_equal(channel, "gas.rich");
    twin_break_flow(f->twin, RICH, 0.2, 10);
    gate_make_safe(f->gate, rig_fixture_answer, f);
    rig_fixture_run(f, 5000);
    assert_int_equal(f->answer, RC_OK); /* every set point is zero */
    assert_false(gate_flows_rest(f->gate, &channel));
    twin_break_flow(f->twin, RICH, 0, 10);
    rig_fixture_run(f, 3000);
    assert_true(gate_flows_rest(f->gate, &channel));
    assert_int_equal(f->trips, 0); /* a closed gate has nothing to trip */
}

static int setup(void **state)
{
    static struct rig_fixture f;
    rig_fixture_open(&f);
    gate_open(f.gate);
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    rig_fixture_close(*state);
    return 0;
}

int main(void)
{
#define ON_RIG(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        ON_RIG(a_fuel_valve_that_leaks_is_seen_in_a_third_of_a_second),
        ON_RIG(a_fuel_valve_that_does_not_close_is_seen_when_it_should_have),
        ON_RIG(an_empty_bottle_is_seen_and_fuel_closes_at_once),
        ON_RIG(a_purge_that_does_not_flow_is_not_waited_for),
        ON_RIG(a_controller_that_stalls_on_a_ramp_is_seen_before_its_end),
        ON_RIG(sound_controllers_never_trip),
        ON_RIG(a_flow_that_is_not_known_is_a_deviation),
        ON_RIG(rest_is_proven_by_the_flow_and_not_by_the_set_point),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
