/* The output gate on the twin's rig: what it lets through, and that nothing else reaches a wire. */
#include "tests/support/cmocka.h"

#include <math.h>

#include "core/rng.h"
#include "gas/mixture.h"
#include "tests/support/rig_fixture.h"

enum { COMMANDS = 100000, FIXED_SEED = 20260107 };

static enum rc permit(const struct rig_fixture *f, const char *channel, double si)
{
    char text[160];
    struct obuf why = {text, 0, sizeof text};
    enum rc rc = gate_permit(f->gate, rig_fixture_channel(f, channel), 0, si, &why);
    assert_int_equal(rc == RC_OK, why.len == 0); /* a refusal says why, a permission nothing */
    return rc;
}

static double slpm(double value)
{
    return value / 60000.0;
}

static void set_now(struct rig_fixture *f, const char *channel, double si)
{
    unsigned before = f->answers;
    gate_set(f->gate, &(struct gate_order){rig_fixture_channel(f, channel), 0, si},
             rig_fixture_answer, f);
    for (unsigned i = 0; i < 50 && f->answers == before; i++)
        rig_fixture_run(f, 20);
    assert_int_equal(f->answers, before + 1);
}

/* --- states ---------------------------------------------------------------------------------- */

static void a_closed_gate_permits_only_rest(void **state)
{
    struct rig_fixture *f = *state;
    static const struct {
        const char *channel;
        double si;
    } active[] = {{"gas.n2", 1.0 / 60000}, {"gas.o2", 0.1 / 60000}, {"gas.rich", 0.1 / 60000},
                  {"psu.ubatt", 5.0},      {"load.i", 1.0},         {"load.input", 1.0},
                  {"gas.select", 1.0},     {"dut.heater", 1.0},     {"psu.aux", 1e-9}};
    assert_int_equal(gate_state(f->gate), GATE_CLOSED);
    for (size_t i = 0; i < COUNT(active); i++) {
        if (permit(f, active[i].channel, active[i].si) != RC_REFUSED)
            fail_msg("a closed gate lets %s through", active[i].channel);
        assert_int_equal(permit(f, active[i].channel, 0.0), RC_OK);
    }
}

static void oxygen_and_fuel_wait_for_the_purge(void **state)
{
    struct rig_fixture *f = *state;
    gate_open(f->gate);
    assert_int_equal(permit(f, "gas.n2", slpm(2)), RC_OK);
    assert_int_equal(permit(f, "gas.o2", slpm(0.1)), RC_REFUSED);
    assert_int_equal(permit(f, "gas.rich", slpm(0.1)), RC_REFUSED);
    assert_int_equal(permit(f, "gas.lean1", slpm(0.1)), RC_REFUSED);
    assert_int_equal(permit(f, "gas.o2", 0.0), RC_OK);
    gate_gas_at(f->gate, rig_fixture_channel(f, "gas.n2"))->commanded_slpm = 2.0;
    rig_fixture_arm(f);
    assert_int_equal(permit(f, "gas.o2", slpm(0.1)), RC_OK);
}

static void what_is_no_number_or_out_of_range_is_refused(void **state)
{
    struct rig_fixture *f = *state;
    static const double bad[] = {NAN, INFINITY, -INFINITY, -1e-9, -1.0, 1e30};
    rig_fixture_arm(f);
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_int_equal(permit(f, "gas.n2", bad[i]), RC_RANGE);
        assert_int_equal(permit(f, "psu.ubatt", bad[i]), RC_RANGE);
        assert_int_equal(permit(f, "dut.heater", bad[i]), RC_RANGE);
    }
    assert_int_equal(permit(f, "gas.n2", slpm(10.001)), RC_RANGE);
    assert_int_equal(permit(f, "gas.n2", slpm(0.01)), RC_RANGE); /* below the turn-down */
    assert_int_equal(permit(f, "psu.ubatt", 16.001), RC_RANGE);
}

static void the_inert_gas_is_not_closed_under_fuel(void **state)
{
    struct rig_fixture *f = *state;
    rig_fixture_arm(f);
    gate_gas_at(f->gate, rig_fixture_channel(f, "gas.n2"))->commanded_slpm = 2.0;
    gate_gas_at(f->gate, rig_fixture_channel(f, "gas.rich"))->commanded_slpm = 0.2;
    gate_gas_at(f->gate, rig_fixture_channel(f, "gas.o2"))->commanded_slpm = 0.1;
    assert_int_equal(permit(f, "gas.n2", 0.0), RC_REFUSED);
    assert_int_equal(permit(f, "gas.rich", 0.0), RC_OK); /* fuel and oxygen may always be closed */
    assert_int_equal(permit(f, "gas.o2", 0.0), RC_OK);
}

static void never_trips(void *ctx, const char *why)
{
    (void)ctx;
    fail_msg("tripped: %s", why);
}

static enum rc permit_at(struct gate *gate, unsigned channel, double flow_slpm)
{
    char text[160];
    struct obuf why = {text, 0, sizeof text};
    enum rc rc = gate_permit(gate, channel, 0, slpm(flow_slpm), &why);
    assert_int_equal(rc == RC_OK, why.len == 0);
    return rc;
}

/* 35 s of nitrogen from `begin_s` with `water_slpm` of vapour in it. */
static void purge_with(const struct rig_fixture *f, struct gate *gate, int begin_s,
                       double water_slpm)
{
    for (int i = 0; i < 350; i++) {
        struct instant t = {INT64_C(1000000) * begin_s + INT64_C(100000) * i};
        static const char *const dry[] = {"gas.o2", "gas.rich"};
        for (size_t k = 0; k < COUNT(dry); k++)
            gate_observe(gate, rig_fixture_channel(f, dry[k]), 0.0, t);
        gate_observe(gate, rig_fixture_channel(f, "gas.lean1"), water_slpm, t);
        gate_observe(gate, rig_fixture_channel(f, "gas.n2"), 2.0, t);
    }
}

static void water_waits_for_a_dry_purge_and_for_a_warm_wall(void **state)
{
    struct rig_fixture *f = *state;
    struct gas_supply gases[] = {f->gases[0], {"water", "gas.lean1", {.x = {[GAS_H2O] = 1}}}};
    const struct gate_config config = {
        .rig = f->rig, .log = &f->log, .gases = gases, .gas_count = 2, .trip = never_trips};
    unsigned n2 = rig_fixture_channel(f, "gas.n2"), water = rig_fixture_channel(f, "gas.lean1");
    struct gate *gate;
    assert_int_equal(gate_new(&config, &gate), RC_OK);
    gate_open(gate);
    gate_gas_at(gate, n2)->commanded_slpm = 2.0; /* nothing strays */
    gate_gas_at(gate, water)->commanded_slpm = 0.24;
    purge_with(f, gate, 100, 0.24);
    assert_int_equal(gate_state(gate), GATE_PURGE);
    assert_int_equal(permit_at(gate, water, 0.24), RC_REFUSED);
    gate_gas_at(gate, water)->commanded_slpm = 0.0;
    purge_with(f, gate, 200, 0.0);
    assert_int_equal(gate_state(gate), GATE_ARMED);

    assert_true(isnan(f->station->view.coldest_degC));
    assert_int_equal(permit_at(gate, water, 0.24), RC_REFUSED); /* no wall is named */
    f->station->view.coldest_degC = 59;                         /* 10.7 %: dew point 50.0 degC */
    assert_int_equal(permit_at(gate, water, 0.24), RC_REFUSED);
    f->station->view.coldest_degC = 62;
    assert_int_equal(permit_at(gate, water, 0.24), RC_OK);
    gate_gas_at(gate, water)->commanded_slpm = 0.24;
    assert_int_equal(permit_at(gate, n2, 0.5), RC_REFUSED); /* 32 % without its carrier */
    assert_int_equal(permit_at(gate, n2, 0.0), RC_REFUSED);
    assert_int_equal(permit_at(gate, n2, 3.0), RC_OK);
    f->station->view.coldest_degC = 20; /* however cold: less water is always better */
    assert_int_equal(permit_at(gate, water, 0.1), RC_OK);
    assert_int_equal(permit_at(gate, water, 0.0), RC_OK);
    assert_int_equal(permit_at(gate, n2, 3.0), RC_OK);
    gate_free(gate);
}

static void a_refusal_trips_once_answers_at_once_and_sends_nothing(void **state)
{
    struct rig_fixture *f = *state;
    rig_fixture_hush(f);
    gate_set(f->gate, &(struct gate_order){rig_fixture_channel(f, "psu.ubatt"), 0, 13.5},
             rig_fixture_answer, f);
    assert_int_equal(f->answers, 1);
    assert_int_equal(f->trips, 1);
    assert_int_equal(f->answer, RC_REFUSED);
    assert_non_null(strstr(f->trip, "psu.ubatt"));
    assert_non_null(strstr(f->trip, "closed"));
    assert_string_equal(f->trip, f->error);
    rig_fixture_run(f, 500);
    assert_int_equal(f->sent_bytes, 0);
    assert_int_equal(f->answers, 1);
}

static void a_permitted_value_is_set_and_read_back(void **state)
{
    struct rig_fixture *f = *state;
    gate_open(f->gate);
    set_now(f, "gas.n2", slpm(2));
    assert_int_equal(f->answer, RC_OK);
    set_now(f, "psu.ubatt", 13.5);
    assert_int_equal(f->answer, RC_OK);
    rig_fixture_run(f, 3000);
    assert_true(fabs(rig_latest(f->rig, rig_fixture_channel(f, "gas.n2"), 0).si * 60000 - 2) <
                0.05);
    gate_make_safe(f->gate, rig_fixture_answer, f);
    rig_fixture_run(f, 5000);
    assert_int_equal(f->answers, 3);
    assert_int_equal(f->answer, RC_OK);
    assert_int_equal(gate_state(f->gate), GATE_CLOSED);
    assert_true(rig_latest(f->rig, rig_fixture_channel(f, "gas.n2"), 0).si * 60000 < 0.02);
    assert_int_equal(f->trips, 0);
}

/* Read back 3e-7 L/min beside what was wanted, in a channel that is narrower than that. */
static void a_flow_that_was_not_taken_is_reckoned_with(void **state)
{
    struct rig_fixture *f = *state;
    unsigned o2 = rig_fixture_channel(f, "gas.o2"), n2 = rig_fixture_channel(f, "gas.n2");
    struct gate_gas *oxygen = gate_gas_at(f->gate, o2), *inert = gate_gas_at(f->gate, n2);
    gate_open(f->gate);
    set_now(f, "gas.n2", slpm(2));
    rig_fixture_arm(f);
    set_now(f, "gas.o2", slpm(0.3));
    assert_int_equal(f->answer, RC_OK);
    double wanted[] = {0.2000003, 1.5000003};
    unsigned channels[] = {o2, n2};
    for (size_t i = 0; i < COUNT(channels); i++) {
        struct channel *public = &f->station->channels[channels[i]].public;
        public->min_si = slpm(wanted[i] - 1e-7);
        public->max_si = slpm(wanted[i] + 1e-7);
        set_now(f, public->name, slpm(wanted[i]));
        assert_int_equal(f->answer, RC_RANGE);
    }
    assert_true(fabs(oxygen->commanded_slpm - 0.3) < 1e-9);      /* it may still flow */
    assert_true(fabs(inert->commanded_slpm - wanted[1]) < 1e-9); /* it may be less already */
    set_now(f, "gas.o2", 0.0);
    assert_true(f->answer == RC_OK && oxygen->commanded_slpm == 0.0);
}

static void two_channels_of_one_flow_controller_are_refused(void **state)
{
    struct rig_fixture *f = *state;
    struct gate_config config = {f->rig, &f->log, f->gases, RIG_FIXTURE_GASES, NULL, f};
    struct gate *gate = NULL;
    unsigned lean = rig_fixture_channel(f, "gas.lean1"), rich = rig_fixture_channel(f, "gas.rich");
    struct station_binding *binding = f->station->channels[lean].binding, was = *binding;
    *binding = *f->station->channels[rich].binding;
    assert_int_equal(gate_new(&config, &gate), RC_CONFIG);
    *binding = was;
    f->station->channels[lean].public.per_site = true;
    assert_int_equal(gate_new(&config, &gate), RC_CONFIG);
    f->station->channels[lean].public.per_site = false;
}

/* The check load's switch plays the pump. */
static void fuel_and_suction_keep_apart(void **state)
{
    struct rig_fixture *f = *state;
    struct gate_config config = {f->rig, &f->log, f->gases, RIG_FIXTURE_GASES, NULL, f};
    struct station_channel *load = &f->station->channels[rig_fixture_channel(f, "load.input")];
    memcpy(load->name, "gas.suction", sizeof "gas.suction");
    f->station->view.suction = load->name;
    manifold_free(f->manifold); /* it holds gases of the gate that goes */
    f->manifold = NULL;
    gate_free(f->gate);
    assert_int_equal(gate_new(&config, &f->gate), RC_OK);
    rig_fixture_arm(f);
    set_now(f, "gas.n2", slpm(4));
    set_now(f, "gas.suction", 1.0);
    assert_int_equal(f->answer, RC_OK);
    assert_int_equal(permit(f, "gas.o2", slpm(0.8)), RC_OK);
    assert_int_equal(permit(f, "gas.rich", slpm(0.2)), RC_OK); /* fuel index below 0.25 */
    assert_int_equal(permit(f, "gas.rich", slpm(2)), RC_REFUSED);
    set_now(f, "gas.suction", 0.0);
    assert_int_equal(permit(f, "gas.rich", slpm(2)), RC_OK);
    set_now(f, "gas.rich", slpm(2));
    assert_int_equal(permit(f, "gas.suction", 1.0), RC_REFUSED);
    assert_int_equal(permit(f, "gas.suction", 0.0), RC_OK);
    assert_int_equal(permit(f, "gas.rich", slpm(1)), RC_OK);
}

static void no_envelope_stands_before_rest(void **state)
{
    struct rig_fixture *f = *state;
    f->station->envelope[f->station->envelope_count++] =
        (struct envelope_limit){.channel = "psu.aux", .lo_si = 1.0, .hi_si = 5.0};
    gate_open(f->gate);
    assert_int_equal(permit(f, "psu.aux", 0.5), RC_RANGE);
    assert_int_equal(permit(f, "psu.aux", 5.5), RC_RANGE);
    assert_int_equal(permit(f, "psu.aux", 2.0), RC_OK);
    assert_int_equal(permit(f, "psu.aux", 0.0), RC_OK);
}

/* --- purge ----------------------------------------------------------------------------------- */

struct purge {
    struct rig_fixture *f;
    struct instant t;
};

static struct purge purge_begin(struct rig_fixture *f)
{
    gate_open(f->gate);
    return (struct purge){f, loop_now(f->loop)};
}

static void see(struct purge *p, const char *channel, double flow)
{
    gate_observe(p->f->gate, rig_fixture_channel(p->f, channel), flow, p->t);
}

/* Observations every 100 ms for `ms`; returns after how many ms it was armed, or -1. */
static int64_t flow_for(struct purge *p, double n2, double leak, int64_t ms)
{
    for (int64_t at = 0; at < ms; at += 100) {
        see(p, "gas.o2", 0.0);
        see(p, "gas.rich", leak);
        see(p, "gas.lean1", 0.0);
        see(p, "gas.n2", n2);
        if (gate_state(p->f->gate) == GATE_ARMED)
            return at;
        p->t = instant_add(p->t, duration_ms(100));
    }
    return -1;
}

/* The same in an armed gate; how long it stayed so. */
static int64_t armed_for(struct purge *p, double n2, int64_t ms)
{
    for (int64_t at = 0; at < ms; at += 100) {
        see(p, "gas.n2", n2);
        if (gate_state(p->f->gate) != GATE_ARMED)
            return at;
        p->t = instant_add(p->t, duration_ms(100));
    }
    return ms;
}

static void a_fast_purge_still_takes_30_s(void **state)
{
    struct purge p = purge_begin(*state);
    assert_int_equal(flow_for(&p, 5.0, 0.0, 60000), 30000);
}

/* 5 x 60 mL at 0.56 L/min less 2 % and 0.5 % of 10 L/min: 0.3 L / 0.4988 L/min = 36.09 s. */
static void a_slow_purge_takes_five_volumes_of_proven_flow(void **state)
{
    struct purge p = purge_begin(*state);
    double volume_L;
    assert_true(flow_for(&p, 0.56, 0.0, 36000) < 0); /* under a quarter of 2 L/min: 0.4988 */
    p.f = *state;
    struct purge q = {*state, p.t};
    int64_t armed = flow_for(&q, 0.57, 0.0, 60000);
    double proven = 0.98 * 0.57 - 0.05;
    int64_t want = (int64_t)ceil(0.3 / proven * 600.0) * 100;
    assert_in_range(armed, want - 100, want); /* the reading before the first began it */
    assert_int_equal(gate_purge_left(p.f->gate, &volume_L).us, 0);
    assert_true(volume_L == 0.0);
}

static void an_interrupted_purge_begins_again(void **state)
{
    static const struct {
        const char *what;
        double n2, leak;
        int64_t ms;
    } breaks[] = {{"the flow dips", 0.4, 0.0, 100},
                  {"the flow is unknown", NAN, 0.0, 100},
                  {"fuel leaks", 2.0, 0.06, 100},
                  {"the fuel flow is unknown", 2.0, NAN, 100}};
    struct rig_fixture *f = *state;
    for (size_t i = 0; i < COUNT(breaks); i++) {
        struct purge p = purge_begin(f);
        assert_true(flow_for(&p, 2.0, 0.0, 29000) < 0);
        assert_true(flow_for(&p, breaks[i].n2, breaks[i].leak, breaks[i].ms) < 0);
        int64_t again = flow_for(&p, 2.0, 0.0, 60000);
        if (again < 29900)
            fail_msg("%s: armed %d ms later", breaks[i].what, (int)again);
        assert_in_range(again, 29900, 30100);
        gate_close(f->gate);
    }
}

static void a_silence_of_a_second_breaks_the_purge(void **state)
{
    struct purge p = purge_begin(*state);
    assert_true(flow_for(&p, 2.0, 0.0, 20000) < 0);
    p.t = instant_add(p.t, duration_ms(800));
    assert_true(flow_for(&p, 2.0, 0.0, 5000) < 0); /* 0.9 s is bridged */
    p.t = instant_add(p.t, duration_ms(1000));
    assert_in_range(flow_for(&p, 2.0, 0.0, 60000), 30000, 30100);
}

static void a_short_leak_between_two_inert_readings_counts(void **state)
{
    struct purge p = purge_begin(*state);
    assert_true(flow_for(&p, 2.0, 0.0, 25000) < 0);
    see(&p, "gas.rich", 0.2);
    see(&p, "gas.rich", 0.0);
    assert_in_range(flow_for(&p, 2.0, 0.0, 60000), 29900, 30100);
}

static void closing_the_gate_forgets_the_purge(void **state)
{
    struct rig_fixture *f = *state;
    struct purge p = purge_begin(f);
    assert_true(flow_for(&p, 2.0, 0.0, 29000) < 0);
    gate_close(f->gate);
    gate_open(f->gate);
    assert_in_range(flow_for(&p, 2.0, 0.0, 60000), 30000, 30100);
}

/* --- lapse ----------------------------------------------------------------------------------- */

static void ten_minutes_of_inert_gas_alone_end_it(void **state)
{
    struct rig_fixture *f = *state;
    struct purge p = purge_begin(f);
    struct gate_gas *n2 = gate_gas_at(f->gate, rig_fixture_channel(f, "gas.n2"));
    struct gate_gas *o2 = gate_gas_at(f->gate, rig_fixture_channel(f, "gas.o2"));
    n2->commanded_slpm = 2.0;
    assert_int_equal(flow_for(&p, 2.0, 0.0, 60000), 30000);
    assert_int_equal(armed_for(&p, 2.0, 599000), 599000);
    o2->commanded_slpm = 0.1; /* used: the time begins anew */
    see(&p, "gas.o2", 0.1);
    o2->commanded_slpm = 0.0;
    assert_in_range(armed_for(&p, 2.0, 700000), 599900, 600200);
    assert_int_equal(gate_state(f->gate), GATE_PURGE);
    assert_int_equal(permit(f, "gas.o2", slpm(0.1)), RC_REFUSED);
    assert_in_range(flow_for(&p, 2.0, 0.0, 60000), 29900, 30100);
    assert_int_equal(f->trips, 0);
}

static void a_second_without_inert_gas_ends_it(void **state)
{
    struct rig_fixture *f = *state;
    struct gate_gas *o2 = gate_gas_at(f->gate, rig_fixture_channel(f, "gas.o2"));
    const double gone[] = {0.0, 0.4, NAN};
    for (size_t i = 0; i < COUNT(gone); i++) {
        struct purge p = purge_begin(f);
        assert_true(flow_for(&p, 2.0, 0.0, 60000) >= 29900);
        assert_int_equal(armed_for(&p, gone[i], 900), 900); /* 0.9 s is bridged */
        assert_int_equal(armed_for(&p, 2.0, 1000), 1000);
        o2->commanded_slpm = 0.1; /* in use it lasts, whatever the inert gas does */
        assert_int_equal(armed_for(&p, gone[i], 5000), 5000);
        o2->commanded_slpm = 0.0;
        assert_in_range(armed_for(&p, gone[i], 5000), 900, 1200);
        gate_close(f->gate);
    }
}

/* --- property: random commands against a slow model ------------------------------------------ */

static double odd_value(struct rng *rng, const struct channel *channel)
{
    static const double odd[] = {NAN, INFINITY, -INFINITY, -0.0, -1.0, 1e300, 5e-324};
    double span = channel->max_si - channel->min_si;
    switch (rng_below(rng, 8)) {
    case 0:
        return odd[rng_below(rng, COUNT(odd))];
    case 1:
        return 0.0;
    case 2:
        return channel->max_si;
    case 3:
        return channel->min_si + span * (3.0 * rng_uniform(rng) - 1.0);
    default:
        return channel->min_si + span * rng_uniform(rng) * rng_uniform(rng);
    }
}

/* True compositions of what would be commanded, without any worst case. */
static bool model_allows(const struct rig_fixture *f, unsigned channel, double si)
{
    struct gas_mix bottles[RIG_FIXTURE_GASES], mix;
    double flows[RIG_FIXTURE_GASES], total = 0.0;
    struct gas_rule_limits limits;
    struct gas_rule_verdict verdict;
    for (unsigned i = 0; i < RIG_FIXTURE_GASES; i++) {
        unsigned c = rig_fixture_channel(f, f->gases[i].channel);
        bottles[i] = f->gases[i].mix;
        flows[i] = c == channel ? si * 60000.0 : gate_gas_at(f->gate, c)->commanded_slpm;
        total += flows[i];
    }
    gas_rule_limits_default(f->station->view.hottest_degC, &limits);
    if (!(total > 0.0))
        return true;
    return gas_mix_from_flows(bottles, flows, RIG_FIXTURE_GASES, &mix, NULL) == RC_OK &&
           gas_rule_check(&mix, &limits, &verdict) == RC_OK;
}

static bool model_in_range(const struct channel *channel, double si)
{
    bool may_close = channel->type != CHANNEL_QUANTITY || strncmp(channel->name, "gas.", 4) == 0;
    return (si == 0.0 && may_close) || (si >= channel->min_si && si <= channel->max_si);
}

struct tally {
    unsigned permitted, refused, sent, reactive;
};

static void check_permitted(struct rig_fixture *f, unsigned channel, double si)
{
    const struct channel *public = &f->station->view.channels[channel];
    struct gate_gas *gas = gate_gas_at(f->gate, channel);
    if (!model_in_range(public, si))
        fail_msg("%s: %g passed", public->name, si);
    if (gate_state(f->gate) == GATE_CLOSED && si != 0.0)
        fail_msg("%s: %g passed a closed gate", public->name, si);
    if (gas && !gas->inert && si > 0.0 && gate_state(f->gate) != GATE_ARMED)
        fail_msg("%s: %g passed before the purge", public->name, si);
    /* Closing oxygen or fuel is never refused, whatever remains. */
    if (gas && (gas->inert || si > 0.0) && !model_allows(f, channel, si))
        fail_msg("%s: %g makes a forbidden gas", public->name, si);
}

/* One random command; a permitted one of the flows is kept, so that the next meets it. */
static void try_command(struct rig_fixture *f, struct rng *rng, struct tally *tally)
{
    unsigned channel;
    do
        channel = (unsigned)rng_below(rng, f->station->channel_count);
    while (!f->station->view.channels[channel].output);
    if (rng_below(rng, 4))
        channel = rig_fixture_channel(f, f->gases[rng_below(rng, RIG_FIXTURE_GASES)].channel);
    double si = odd_value(rng, &f->station->view.channels[channel]);
    struct gate_gas *gas = gate_gas_at(f->gate, channel);
    char text[160];
    struct obuf why = {text, 0, sizeof text};
    unsigned site = f->station->view.channels[channel].per_site ? 1 : 0;
    if (gate_permit(f->gate, channel, site, si, &why) == RC_OK) {
        check_permitted(f, channel, si);
        tally->permitted++;
        if (gas) {
            tally->reactive += !gas->inert && si > 0.0;
            gas->commanded_slpm = si * 60000.0;
        }
        return;
    }
    unsigned trips = f->trips, answers = f->answers;
    gate_set(f->gate, &(struct gate_order){channel, site, si}, rig_fixture_answer, f);
    assert_int_equal(f->trips, trips + 1);
    assert_int_equal(f->answers, answers + 1);
    assert_int_not_equal(f->answer, RC_OK);
    tally->refused++;
}

static void random_commands_pass_only_if_the_model_allows_them(void **state)
{
    struct rig_fixture *f = *state;
    struct tally tally = {0};
    struct rng rng;
    rng_seed(&rng, FIXED_SEED);
    rig_fixture_hush(f);
    for (unsigned i = 0; i < COMMANDS; i++) {
        if (i == COMMANDS / 10)
            gate_open(f->gate);
        if (i == COMMANDS / 5)
            rig_fixture_arm(f);
        try_command(f, &rng, &tally);
        if (i % 10000 == 0)
            rig_fixture_run(f, 100);
    }
    rig_fixture_run(f, 500);
    assert_int_equal(f->sent_bytes, 0); /* whatever was refused, no byte went out */
    assert_true(tally.permitted > COMMANDS / 20 && tally.refused > COMMANDS / 20);
    assert_true(tally.reactive > COMMANDS / 100);
    print_message("figure: gate: seed %d: %d random commands, %u permitted (%u of oxygen or fuel), "
                  "%u refused, 0 bytes sent by refused ones, 0 disagreements\n",
                  FIXED_SEED, COMMANDS, tally.permitted, tally.reactive, tally.refused);
}

static int setup(void **state)
{
    static struct rig_fixture f;
    rig_fixture_open(&f);
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
        ON_RIG(a_closed_gate_permits_only_rest),
        ON_RIG(oxygen_and_fuel_wait_for_the_purge),
        ON_RIG(what_is_no_number_or_out_of_range_is_refused),
        ON_RIG(the_inert_gas_is_not_closed_under_fuel),
        ON_RIG(water_waits_for_a_dry_purge_and_for_a_warm_wall),
        ON_RIG(a_refusal_trips_once_answers_at_once_and_sends_nothing),
        ON_RIG(a_permitted_value_is_set_and_read_back),
        ON_RIG(a_flow_that_was_not_taken_is_reckoned_with),
        ON_RIG(no_envelope_stands_before_rest),
        ON_RIG(two_channels_of_one_flow_controller_are_refused),
        ON_RIG(fuel_and_suction_keep_apart),
        ON_RIG(a_fast_purge_still_takes_30_s),
        ON_RIG(a_slow_purge_takes_five_volumes_of_proven_flow),
        ON_RIG(an_interrupted_purge_begins_again),
        ON_RIG(a_silence_of_a_second_breaks_the_purge),
        ON_RIG(a_short_leak_between_two_inert_readings_counts),
        ON_RIG(closing_the_gate_forgets_the_purge),
        ON_RIG(ten_minutes_of_inert_gas_alone_end_it),
        ON_RIG(a_second_without_inert_gas_ends_it),
        ON_RIG(random_commands_pass_only_if_the_model_allows_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
