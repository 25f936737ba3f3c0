/* The manifold on the twin in virtual time. Every 10 ms of every test the commanded composition of
 * each stream and the twin's true gas at the element must obey the gas rules. */
#include "tests/support/cmocka.h"

#include <math.h>

#include "bench/manifold_private.h"
#include "core/rng.h"
#include "gas/mixture.h"
#include "tests/support/rig_fixture.h"

enum { N2, O2, RICH, LEAN1, FIXED_SEED = 4711, RANDOM_MIXES = 60 };

struct rigged {
    struct rig_fixture rig;
    struct timer watch;
    unsigned watched;
    double most_slpm;  /* commanded on one stream at any moment */
    double nearest_o2; /* most O2 equivalent that met a fuel index over 0.25 at the element */
};

/* --- invariant ------------------------------------------------------------------------------- */

static void check_rules(const struct gas_mix *mix, const struct gas_rule_limits *limits,
                        const char *where)
{
    struct gas_rule_verdict verdict;
    char text[200];
    struct obuf why = {text, 0, sizeof text - 1};
    if (gas_rule_check(mix, limits, &verdict) == RC_OK)
        return;
    gas_rule_verdict_put(&why, &verdict);
    text[why.len] = '\0';
    fail_msg("%s: %s", where, text);
}

static void check_stream(struct rigged *r, char stream)
{
    struct rig_fixture *f = &r->rig;
    struct gas_mix bottles[RIG_FIXTURE_GASES], mix;
    double flows[RIG_FIXTURE_GASES], total = 0.0;
    size_t count = 0;
    for (unsigned i = 0; i < RIG_FIXTURE_GASES; i++) {
        unsigned channel = rig_fixture_channel(f, f->gases[i].channel);
        const struct gate_gas *gas = gate_gas_at(f->gate, channel);
        double least = f->station->view.channels[channel].min_si * 60000.0;
        double flow = gas->commanded_slpm;
        if (gas->stream != stream || flow == 0.0)
            continue;
        if (!(flow >= least * (1 - 1e-9)))
            fail_msg("%s is commanded to %g L/min, under its turn-down", f->gases[i].name, flow);
        if (!gas->inert && gate_state(f->gate) != GATE_ARMED)
            fail_msg("%s flows before the purge", f->gases[i].name);
        bottles[count] = f->gases[i].mix;
        flows[count++] = flow;
        total += flow;
    }
    r->most_slpm = total > r->most_slpm ? total : r->most_slpm;
    if (count == 0)
        return;
    assert_int_equal(gas_mix_from_flows(bottles, flows, count, &mix, NULL), RC_OK);
    check_rules(&mix, gate_limits(f->gate), stream == 'a' ? "commanded on a" : "commanded on b");
}

static void on_watch(void *ctx)
{
    struct rigged *r = ctx;
    struct rig_fixture *f = &r->rig;
    struct instant now = loop_now(f->loop);
    struct twin_truth truth;
    check_stream(r, 'a');
    check_stream(r, 'b');
    twin_truth(f->twin, 1, now, &truth);
    struct gas_rule_limits limits = *gate_limits(f->gate);
    check_rules(&truth.gas, &limits, "at the element");
    double o2 = gas_o2_equivalent_oxidisers(&truth.gas);
    if (gas_fuel_index(&truth.gas, f->station->view.hottest_degC) > 0.25 && o2 > r->nearest_o2)
        r->nearest_o2 = o2;
    r->watched++;
    assert_int_equal(loop_arm(f->loop, &r->watch, instant_add(now, duration_ms(10))), RC_OK);
}

/* --- helpers --------------------------------------------------------------------------------- */

static struct mix_order order_of(struct rigged *r, char stream, int gas, double share, double over)
{
    struct mix_order order = {.stream = stream, .total_Lmin = 2.0, .over = duration_s(over)};
    if (gas != N2 && share > 0.0) {
        order.gas[0] = &r->rig.gases[gas];
        order.share[0] = share;
        order.count = 1;
    }
    if (share < 1.0) {
        order.gas[order.count] = &r->rig.gases[N2];
        order.share[order.count++] = 1.0 - share;
    }
    return order;
}

static const struct mix_order *inert_order(struct rigged *r, struct mix_order *order)
{
    *order = order_of(r, 'a', N2, 0.0, 0.0);
    return order;
}

static void start(struct rigged *r, struct mix_order order)
{
    manifold_mix(r->rig.manifold, &order, rig_fixture_answer, &r->rig);
}

/* Seconds until the answer to what was just started. */
static double wait_answer(struct rigged *r, unsigned before)
{
    struct rig_fixture *f = &r->rig;
    struct instant began = loop_now(f->loop);
    for (unsigned i = 0; i < 12000 && f->answers == before; i++)
        rig_fixture_run(f, 10);
    assert_int_equal(f->answers, before + 1);
    return duration_in_s(instant_since(loop_now(f->loop), began));
}

static double mix(struct rigged *r, char stream, int gas, double share, double over)
{
    unsigned before = r->rig.answers;
    start(r, order_of(r, stream, gas, share, over));
    return wait_answer(r, before);
}

static double commanded(const struct rigged *r, int gas)
{
    const struct rig_fixture *f = &r->rig;
    return gate_gas_at(f->gate, rig_fixture_channel(f, f->gases[gas].channel))->commanded_slpm;
}

static void assert_flows(const struct rigged *r, double n2, double o2, double rich, double lean1)
{
    double want[] = {n2, o2, rich, lean1};
    for (int i = 0; i < RIG_FIXTURE_GASES; i++)
        if (!(fabs(commanded(r, i) - want[i]) < 1e-9))
            fail_msg("%s: %g L/min instead of %g", r->rig.gases[i].name, commanded(r, i), want[i]);
}

/* --- tests ----------------------------------------------------------------------------------- */

static void the_first_oxygen_waits_for_the_purge(void **state)
{
    struct rigged *r = *state;
    double took = mix(r, 'a', O2, 0.1, 1.0);
    assert_int_equal(r->rig.answer, RC_OK);
    assert_true(took >= 31.0 && took < 36.0);
    assert_flows(r, 1.8, 0.2, 0, 0);
    assert_int_equal(r->rig.notes, 1);
    assert_int_equal(strncmp(r->rig.note, "purge", 5), 0);
}

static void rich_and_lean_are_parted_by_an_interlude(void **state)
{
    struct rigged *r = *state;
    struct gas_mix lean, rich;
    unsigned volumes;
    mix(r, 'a', O2, 0.1, 0.0);
    assert_int_equal(gate_composition(r->rig.gate, 'a', &lean), RC_OK);
    rig_fixture_run(&r->rig, 10000);
    double took = mix(r, 'a', RICH, 0.5, 0.0);
    assert_int_equal(r->rig.answer, RC_OK);
    assert_int_equal(gate_composition(r->rig.gate, 'a', &rich), RC_OK);
    assert_int_equal(gas_rule_interlude(&lean, &rich, gate_limits(r->rig.gate), &volumes), RC_OK);
    double least = volumes * 0.06 / 2.0 * 60.0;
    assert_true(volumes >= 3);
    assert_true(took >= least && took < least + 1.0);
    print_message("figure: manifold: interlude lean -> rich %.2f s (%u volumes)\n", took, volumes);
    rig_fixture_run(&r->rig, 10000);
    took = mix(r, 'a', O2, 0.1, 0.0);
    assert_int_equal(r->rig.answer, RC_OK);
    assert_true(took >= 5.4);
    assert_flows(r, 1.8, 0.2, 0, 0);
    assert_int_equal(r->rig.notes, 3);
}

static void a_glimpse_of_inert_gas_is_no_interlude(void **state)
{
    struct rigged *r = *state;
    mix(r, 'a', RICH, 0.5, 0.0);
    rig_fixture_run(&r->rig, 10000);
    assert_true(mix(r, 'a', N2, 0.0, 0.0) < 1.0);
    assert_true(mix(r, 'a', O2, 0.15, 0.0) >= 5.4); /* the rich gas is still in the pipe */
    rig_fixture_run(&r->rig, 10000);
    mix(r, 'a', N2, 0.0, 0.0);
    rig_fixture_run(&r->rig, 6000);
    assert_true(mix(r, 'a', RICH, 0.5, 0.0) < 1.0); /* by now three volumes have flowed */
}

static void a_ramp_takes_its_time_and_obeys_the_turn_down(void **state)
{
    struct rigged *r = *state;
    mix(r, 'a', O2, 0.02, 0.0);
    rig_fixture_run(&r->rig, 10000);
    double up = mix(r, 'a', O2, 0.2, 5.0); /* each 10 ms is checked against the turn-down */
    assert_true(up >= 4.8 && up < 5.5);
    double down = mix(r, 'a', N2, 0.0, 5.0);
    assert_true(down >= 4.8 && down < 5.5);
    assert_flows(r, 2, 0, 0, 0);
}

/* check_rules looks at the truth at the elements all the time, air from the vent included. */
static void fuel_is_flushed_before_the_flow_ends(void **state)
{
    struct rigged *r = *state;
    struct mix_order off = {.stream = 'a', .off = true, .both = true};
    mix(r, 'a', RICH, 0.5, 0.0);
    rig_fixture_run(&r->rig, 20000);
    unsigned before = r->rig.answers, notes = r->rig.notes;
    start(r, off);
    wait_answer(r, before);
    assert_int_equal(r->rig.answer, RC_OK);
    assert_int_equal(r->rig.notes, notes + 1);
    assert_flows(r, 0, 0, 0, 0);
    rig_fixture_run(&r->rig, 60000);
}

static void the_line_is_dried_before_the_flow_ends(void **state)
{
    struct rigged *r = *state;
    struct rig_fixture *f = &r->rig;
    struct mix_order off = {.stream = 'a', .off = true, .both = true};
    f->gases[LEAN1].mix = (struct gas_mix){.x = {[GAS_H2O] = 1}};
    gate_gas_at(f->gate, rig_fixture_channel(f, "gas.lean1"))->inert = false;
    f->station->view.coldest_degC = 120;
    mix(r, 'a', LEAN1, 0.12, 0.0);
    assert_int_equal(f->answer, RC_OK);
    assert_flows(r, 1.76, 0, 0, 0.24);
    rig_fixture_run(f, 20000);
    unsigned before = f->answers, notes = f->notes;
    start(r, off);
    rig_fixture_run(f, 1000);
    assert_flows(r, 2, 0, 0, 0); /* ten volumes of 60 mL at 2 L/min */
    double took = wait_answer(r, before) + 1;
    assert_true(took >= 18 && took < 19);
    assert_int_equal(f->notes, notes + 1);
    assert_flows(r, 0, 0, 0, 0);
    mix(r, 'a', N2, 0.0, 0.0); /* dry gas is not dried */
    rig_fixture_run(f, 20000);
    before = f->answers;
    start(r, off);
    assert_true(wait_answer(r, before) < 1);
}

static void after_off_air_comes_back_and_the_purge_is_made_again(void **state)
{
    struct rigged *r = *state;
    struct mix_order off = {.stream = 'a', .off = true, .total_Lmin = 2.0};
    mix(r, 'a', RICH, 0.5, 0.0);
    mix(r, 'a', N2, 0.0, 0.0);
    rig_fixture_run(&r->rig, 20000);
    unsigned before = r->rig.answers, notes = r->rig.notes;
    start(r, off);
    wait_answer(r, before);
    assert_true(mix(r, 'a', RICH, 0.5, 0.0) >= 5.4); /* at once: an interlude */
    assert_int_equal(strncmp(r->rig.note, "interlude", 9), 0);
    mix(r, 'a', N2, 0.0, 0.0);
    rig_fixture_run(&r->rig, 20000);
    before = r->rig.answers;
    start(r, off);
    wait_answer(r, before);
    rig_fixture_run(&r->rig, 3000);
    assert_int_equal(gate_state(r->rig.gate), GATE_PURGE);
    double took = mix(r, 'a', RICH, 0.5, 0.0);
    assert_int_equal(r->rig.answer, RC_OK);
    assert_int_equal(r->rig.notes, notes + 2);
    assert_int_equal(strncmp(r->rig.note, "purge", 5), 0);
    assert_true(took >= 30.0);
}

/* 0.4 L/min is less than a quarter of the nominal flow: the gate lapses under the interlude, and
 * the order is not sent into its refusal. */
static void an_interlude_that_is_too_slow_for_the_gate_does_not_trip(void **state)
{
    struct rigged *r = *state;
    struct mix_order order = order_of(r, 'a', RICH, 0.5, 0.0);
    mix(r, 'a', O2, 0.1, 0.0);
    rig_fixture_run(&r->rig, 10000);
    order.total_Lmin = 0.4;
    start(r, order);
    rig_fixture_run(&r->rig, 60000);
    assert_int_equal(r->rig.trips, 0);
    assert_int_equal(gate_state(r->rig.gate), GATE_PURGE);
    assert_int_equal(r->rig.manifold->phase, MANIFOLD_ARMING);
    manifold_cancel(r->rig.manifold);
    assert_int_equal(r->rig.answer, RC_REFUSED);
}

static void stream_b_is_prepared_and_selected(void **state)
{
    struct rigged *r = *state;
    unsigned before;
    mix(r, 'a', O2, 0.1, 0.0);
    mix(r, 'b', LEAN1, 1.0, 0.0);
    assert_int_equal(r->rig.answer, RC_OK);
    assert_flows(r, 1.8, 0.2, 0, 2.0);
    before = r->rig.answers;
    manifold_select(r->rig.manifold, 'b', rig_fixture_answer, &r->rig);
    wait_answer(r, before);
    assert_int_equal(r->rig.answer, RC_OK);
    rig_fixture_run(&r->rig, 15000);
    struct twin_truth truth;
    twin_truth(r->rig.twin, 1, loop_now(r->rig.loop), &truth);
    assert_true(fabs(truth.gas.x[GAS_O2] - 0.01) < 1e-3);
}

static void streams_that_may_not_meet_are_not_selected(void **state)
{
    struct rigged *r = *state;
    mix(r, 'a', RICH, 0.5, 0.0);
    rig_fixture_run(&r->rig, 10000);
    /* Stream b still holds air: nothing has flowed there. */
    unsigned before = r->rig.answers;
    manifold_select(r->rig.manifold, 'b', rig_fixture_answer, &r->rig);
    wait_answer(r, before);
    assert_int_equal(r->rig.answer, RC_REFUSED);
    assert_non_null(strstr(r->rig.error, "may not meet"));
    struct mix_order off = {.stream = 'a', .off = true, .total_Lmin = 2.0};
    before = r->rig.answers;
    start(r, off);
    wait_answer(r, before);
    assert_flows(r, 0, 0, 0, 0);
}

/* Gas below a quarter of its limit with what was in the pipe before it, air, would be refused: the
 * switch waits until three volumes have flowed. */
static void a_switch_waits_until_the_pipe_holds_the_newest_gas_alone(void **state)
{
    struct rigged *r = *state;
    mix(r, 'a', RICH, 0.5, 0.0);
    rig_fixture_run(&r->rig, 10000);
    mix(r, 'b', LEAN1, 1.0, 0.0);
    unsigned before = r->rig.answers;
    manifold_select(r->rig.manifold, 'b', rig_fixture_answer, &r->rig);
    assert_int_equal(r->rig.manifold->phase, MANIFOLD_FILLING);
    double took = wait_answer(r, before);
    assert_int_equal(r->rig.answer, RC_OK);
    if (!(took >= 5.0 && took <= 5.6)) /* 3 x 60 mL at 2 L/min: 5.4 s */
        fail_msg("it took %g s", took);
    assert_int_equal(strncmp(r->rig.note, "the pipes fill before the switch on stream b", 44), 0);
    assert_int_equal(r->rig.trips, 0);
}

static void a_wait_for_the_pipe_can_be_given_up(void **state)
{
    struct rigged *r = *state;
    mix(r, 'a', RICH, 0.5, 0.0);
    rig_fixture_run(&r->rig, 10000);
    mix(r, 'b', LEAN1, 1.0, 0.0);
    unsigned before = r->rig.answers;
    manifold_select(r->rig.manifold, 'b', rig_fixture_answer, &r->rig);
    rig_fixture_run(&r->rig, 1000);
    manifold_cancel(r->rig.manifold);
    assert_int_equal(r->rig.answers, before + 1);
    assert_int_equal(r->rig.answer, RC_REFUSED);
    rig_fixture_run(&r->rig, 10000);
    assert_int_equal(r->rig.answers, before + 1);
    assert_int_equal(r->rig.manifold->selected, 'a');
}

static void an_order_that_breaks_a_rule_is_refused_without_a_trip(void **state)
{
    struct rigged *r = *state;
    struct mix_order order = order_of(r, 'a', O2, 0.1, 0.0);
    mix(r, 'a', N2, 0.0, 0.0);
    mix(r, 'a', O2, 0.1, 0.0);
    order.gas[order.count] = &r->rig.gases[RICH];
    order.share[order.count++] = 0.5;
    order.share[1] = 0.4;
    unsigned before = r->rig.answers;
    start(r, order);
    wait_answer(r, before);
    assert_int_equal(r->rig.answer, RC_REFUSED);
    assert_int_equal(r->rig.trips, 0);
    assert_flows(r, 1.8, 0.2, 0, 0);
}

static void one_mix_at_a_time(void **state)
{
    struct rigged *r = *state;
    struct mix_order order;
    start(r, order_of(r, 'a', O2, 0.1, 0.0));
    manifold_mix(r->rig.manifold, inert_order(r, &order), rig_fixture_answer, &r->rig);
    assert_int_equal(r->rig.answers, 1);
    assert_int_equal(r->rig.answer, RC_REFUSED);
    wait_answer(r, 1);
    assert_int_equal(r->rig.answer, RC_OK);
}

/* --- cancel ---------------------------------------------------------------------------------- */

static void cancel_in(struct rigged *r, enum manifold_phase phase)
{
    unsigned before = r->rig.answers;
    struct mix_order order;
    for (unsigned i = 0; i < 10000 && r->rig.manifold->phase != phase; i++)
        rig_fixture_run(&r->rig, 1);
    assert_int_equal(r->rig.manifold->phase, phase);
    manifold_cancel(r->rig.manifold);
    assert_int_equal(r->rig.answers, before + 1);
    assert_int_equal(r->rig.answer, RC_REFUSED);
    manifold_mix(r->rig.manifold, inert_order(r, &order), rig_fixture_answer, &r->rig);
    wait_answer(r, before + 1);
    assert_int_equal(r->rig.answer, RC_OK);
    assert_flows(r, 2, 0, 0, commanded(r, LEAN1));
    rig_fixture_run(&r->rig, 3000);
    assert_int_equal(r->rig.answers, before + 2);
}

static void a_mix_can_be_given_up_in_every_phase(void **state)
{
    struct rigged *r = *state;
    manifold_cancel(r->rig.manifold); /* idle: nobody is told */
    assert_int_equal(r->rig.answers, 0);
    start(r, order_of(r, 'a', O2, 0.1, 0.0));
    cancel_in(r, MANIFOLD_ARMING);
    start(r, order_of(r, 'a', O2, 0.2, 3.0));
    for (unsigned i = 0; i < 60 && gate_state(r->rig.gate) != GATE_ARMED; i++)
        rig_fixture_run(&r->rig, 1000);
    cancel_in(r, MANIFOLD_RAMP);
    mix(r, 'a', O2, 0.2, 0.0);
    rig_fixture_run(&r->rig, 10000);
    start(r, order_of(r, 'a', RICH, 0.5, 0.0));
    cancel_in(r, MANIFOLD_INTERLUDE);
    mix(r, 'b', LEAN1, 1.0, 0.0);
    manifold_select(r->rig.manifold, 'b', rig_fixture_answer, &r->rig);
    cancel_in(r, MANIFOLD_SWITCH);
}

static void after_a_ramp_was_given_up_its_gas_is_reckoned_with(void **state)
{
    struct rigged *r = *state;
    mix(r, 'a', N2, 0.0, 0.0);
    mix(r, 'a', O2, 0.02, 0.0);
    mix(r, 'a', N2, 0.0, 0.0);
    rig_fixture_run(&r->rig, 20000);
    unsigned before = r->rig.answers;
    start(r, order_of(r, 'a', RICH, 0.5, 5.0));
    rig_fixture_run(&r->rig, 4500);
    manifold_cancel(r->rig.manifold);
    assert_int_equal(r->rig.answers, before + 1);
    assert_true(mix(r, 'a', O2, 0.15, 0.0) >= 5.0);
    assert_int_equal(r->rig.answer, RC_OK);
}

static void an_interlude_that_was_given_up_is_made_again(void **state)
{
    struct rigged *r = *state;
    mix(r, 'a', RICH, 0.5, 0.0);
    rig_fixture_run(&r->rig, 10000);
    start(r, order_of(r, 'a', O2, 0.15, 0.0));
    rig_fixture_run(&r->rig, 500);
    assert_int_equal(r->rig.manifold->phase, MANIFOLD_INTERLUDE);
    manifold_cancel(r->rig.manifold);
    assert_true(mix(r, 'a', O2, 0.15, 0.0) >= 5.0);
    assert_int_equal(r->rig.answer, RC_OK);
}

/* --- property -------------------------------------------------------------------------------- */

static void random_step(struct rigged *r, struct rng *rng, unsigned *cancelled)
{
    static const struct {
        int gas;
        double most;
    } kinds[] = {{N2, 0.0}, {O2, 0.2}, {RICH, 0.9}};
    size_t k = rng_below(rng, COUNT(kinds));
    double share = kinds[k].most * (0.15 + 0.85 * rng_uniform(rng));
    unsigned before = r->rig.answers;
    start(r, order_of(r, 'a', kinds[k].gas, share, (double)rng_below(rng, 4)));
    if (rng_below(rng, 3) == 0) {
        rig_fixture_run(&r->rig, (int64_t)rng_below(rng, 8000));
        manifold_cancel(r->rig.manifold);
        assert_int_equal(r->rig.answers, before + 1);
        ++*cancelled;
    } else {
        wait_answer(r, before);
    }
    rig_fixture_run(&r->rig, rng_below(rng, 2) ? (int64_t)rng_below(rng, 10000) : 0);
    assert_int_equal(r->rig.answers, before + 1);
}

static void random_mixes_and_cancels_never_make_a_forbidden_gas(void **state)
{
    struct rigged *r = *state;
    struct rng rng;
    unsigned cancelled = 0;
    rng_seed(&rng, FIXED_SEED);
    for (unsigned i = 0; i < RANDOM_MIXES; i++)
        random_step(r, &rng, &cancelled);
    assert_int_equal(r->rig.trips, 0);
    print_message("figure: manifold: seed %d: %d random mixes, %u given up, %u moments of 10 ms "
                  "checked, most O2 beside fuel %.2f %%, most commanded %.2f L/min, 0 trips\n",
                  FIXED_SEED, RANDOM_MIXES, cancelled, r->watched, 100 * r->nearest_o2,
                  r->most_slpm);
    assert_true(r->most_slpm <= 10.0);
}

static int setup(void **state)
{
    static struct rigged r;
    r = (struct rigged){.watched = 0};
    rig_fixture_open(&r.rig);
    gate_open(r.rig.gate);
    assert_int_equal(manifold_start(r.rig.manifold), RC_OK);
    r.watch = timer_of(on_watch, &r);
    on_watch(&r);
    *state = &r;
    return 0;
}

static int teardown(void **state)
{
    struct rigged *r = *state;
    loop_disarm(r->rig.loop, &r->watch);
    rig_fixture_close(&r->rig);
    return 0;
}

int main(void)
{
#define ON_RIG(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        ON_RIG(the_first_oxygen_waits_for_the_purge),
        ON_RIG(rich_and_lean_are_parted_by_an_interlude),
        ON_RIG(a_glimpse_of_inert_gas_is_no_interlude),
        ON_RIG(a_ramp_takes_its_time_and_obeys_the_turn_down),
        ON_RIG(fuel_is_flushed_before_the_flow_ends),
        ON_RIG(the_line_is_dried_before_the_flow_ends),
        ON_RIG(after_off_air_comes_back_and_the_purge_is_made_again),
        ON_RIG(an_interlude_that_is_too_slow_for_the_gate_does_not_trip),
        ON_RIG(stream_b_is_prepared_and_selected),
        ON_RIG(streams_that_may_not_meet_are_not_selected),
        ON_RIG(a_switch_waits_until_the_pipe_holds_the_newest_gas_alone),
        ON_RIG(a_wait_for_the_pipe_can_be_given_up),
        ON_RIG(an_order_that_breaks_a_rule_is_refused_without_a_trip),
        ON_RIG(one_mix_at_a_time),
        ON_RIG(a_mix_can_be_given_up_in_every_phase),
        ON_RIG(after_a_ramp_was_given_up_its_gas_is_reckoned_with),
        ON_RIG(an_interlude_that_was_given_up_is_made_again),
        ON_RIG(random_mixes_and_cancels_never_make_a_forbidden_gas),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
