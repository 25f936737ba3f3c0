/* The regulation of a whole station on the twin, through the gate. */
#include "tests/support/cmocka.h"

#include <math.h>
#include <stdlib.h>

#include "bench/heater.h"

static void assert_in(const char *what, double is, double lo, double hi)
{
    if (!(is >= lo && is <= hi))
        fail_msg("%s is %g, not %g..%g", what, is, lo, hi);
}

struct bench {
    struct clock clock;
    struct log log;
    struct loop *loop;
    struct station *station;
    struct twin *twin;
    struct rig *rig;
    struct gate *gate;
    struct heaters *heaters;
    struct timer until;
    bool ready;
    unsigned lost, lost_site, stuck, trips, answers;
    enum rc answer;
    char why[256];
};

static void on_ready(void *ctx)
{
    ((struct bench *)ctx)->ready = true;
}

static void on_value(void *ctx, unsigned channel, unsigned site, double si, struct instant t)
{
    (void)ctx, (void)channel, (void)site, (void)si, (void)t;
}

static void on_lost_device(void *ctx, unsigned instrument, enum rc rc, const char *why)
{
    (void)ctx, (void)rc;
    fail_msg("instrument %u is lost: %s", instrument, why);
}

static void on_trip(void *ctx, const char *why)
{
    struct bench *b = ctx;
    b->trips++;
    snprintf(b->why, sizeof b->why, "%s", why);
}

static void on_lost(void *ctx, unsigned site, const char *why)
{
    struct bench *b = ctx;
    b->lost++;
    b->lost_site = site;
    snprintf(b->why, sizeof b->why, "%s", why);
}

static void on_stuck(void *ctx, const char *why)
{
    struct bench *b = ctx;
    b->stuck++;
    snprintf(b->why, sizeof b->why, "%s", why);
}

static void on_answer(void *ctx, enum rc rc, const char *error)
{
    struct bench *b = ctx;
    (void)error;
    b->answers++;
    b->answer = rc;
}

static void on_until(void *ctx)
{
    loop_stop(((struct bench *)ctx)->loop);
}

static void pass(struct bench *b, double s)
{
    assert_int_equal(loop_arm(b->loop, &b->until, instant_add(loop_now(b->loop), duration_s(s))),
                     RC_OK);
    assert_int_equal(loop_run(b->loop), RC_OK);
}

static unsigned channel_of(const struct bench *b, const char *name)
{
    int channel = channel_find(&b->station->view, span_text(name));
    assert_true(channel >= 0);
    return (unsigned)channel;
}

static void set_all(struct bench *b, const char *name, double si)
{
    for (unsigned site = 1; site <= b->station->sites; site++)
        gate_set(b->gate, &(struct gate_order){channel_of(b, name), site, si}, on_answer, b);
}

static void open_station(struct bench *b)
{
    struct diag diag;
    diag_init(&diag);
    if (station_load("bench/stations/twin_barrier.station", &diag, &b->station) != RC_OK) {
        diag_print(&diag, stderr, false);
        fail_msg("the station does not load");
    }
    diag_fini(&diag);
    struct twin_config config = b->station->twin.config;
    config.sites = b->station->sites;
    config.spread = config.noise = false;
    assert_int_equal(twin_new(&config, &b->twin), RC_OK);
}

static int setup(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    assert_non_null(b);
    b->log = (struct log){.to = NULL, .level = LOG_ERROR, .clock = &b->clock};
    clock_init_virtual(&b->clock, INT64_C(1767225600000000));
    b->loop = loop_new(&b->clock);
    assert_non_null(b->loop);
    b->until = timer_of(on_until, b);
    open_station(b);
    struct rig_config rig = {.station = b->station,
                             .loop = b->loop,
                             .log = &b->log,
                             .mode = RIG_TWIN,
                             .twin = b->twin,
                             .seed = 7,
                             .events = {on_ready, on_value, on_lost_device, b}};
    assert_int_equal(rig_open(&rig, &b->rig), RC_OK);
    struct gate_config gate = {.rig = b->rig, .log = &b->log, .trip = on_trip, .ctx = b};
    assert_int_equal(gate_new(&gate, &b->gate), RC_OK);
    struct heaters_config heaters = {b->rig, b->gate, &b->log, on_lost, on_stuck, b};
    assert_int_equal(heaters_new(&heaters, &b->heaters), RC_OK);
    assert_non_null(b->heaters);
    assert_int_equal(rig_start(b->rig), RC_OK);
    for (unsigned i = 0; i < 100 && !b->ready; i++)
        pass(b, 0.1);
    assert_true(b->ready);
    gate_open(b->gate);
    assert_int_equal(heaters_start(b->heaters), RC_OK);
    *state = b;
    return 0;
}

static int teardown(void **state)
{
    struct bench *b = *state;
    heaters_free(b->heaters);
    gate_free(b->gate);
    rig_close(b->rig);
    twin_free(b->twin);
    station_free(b->station);
    loop_free(b->loop);
    free(b);
    return 0;
}

static struct twin_truth truth(struct bench *b, unsigned site)
{
    struct twin_truth t;
    twin_truth(b->twin, site, loop_now(b->loop), &t);
    return t;
}

static void light(struct bench *b)
{
    set_all(b, "dut.acf", 1000);
    set_all(b, "dut.acv", 0.3);
    pass(b, 1);
    set_all(b, "dut.heater", 1);
}

static void four_elements_come_to_their_temperature(void **state)
{
    struct bench *b = *state;
    double most_degC = 0;
    light(b);
    for (unsigned k = 0; k < 450; k++) {
        pass(b, 0.1);
        most_degC = fmax(most_degC, truth(b, 1).element_degC);
        assert_in("heater, V", truth(b, 1).heater_V, 0, 13);
    }
    for (unsigned site = 1; site <= 4; site++) {
        if (heaters_state(b->heaters, site) != HEATER_REGULATING)
            fail_msg("%s", b->why);
        assert_in("element, degC", truth(b, site).element_degC, 765, 795);
        assert_true(rig_latest(b->rig, channel_of(b, "dut.heater_state"), site).si == 3.0);
    }
    assert_int_equal(b->lost + b->trips + b->stuck, 0);
    print_message("figure: heater: the twin's site 1 went up to %.0f degC and stands at %.0f\n",
                  most_degC, truth(b, 1).element_degC);
    b->answers = 0;
    set_all(b, "dut.heater", 0);
    pass(b, 1.5);
    assert_int_equal(b->answers, 4);
    assert_int_equal(b->answer, RC_OK);
    for (unsigned site = 1; site <= 4; site++)
        assert_in("heater, V", truth(b, site).heater_V, 0, 1e-3);
}

static void without_a_reading_the_heater_goes_off_and_its_site_ends(void **state)
{
    struct bench *b = *state;
    gate_set(b->gate, &(struct gate_order){channel_of(b, "dut.heater"), 2, 1}, on_answer,
             b); /* no sine: no reading */
    pass(b, 3);
    assert_int_equal(b->lost, 1);
    assert_int_equal(b->lost_site, 2);
    assert_non_null(strstr(b->why, "no valid reading of the regulated resistance"));
    assert_int_equal(heaters_state(b->heaters, 2), HEATER_FAULT);
    assert_in("heater, V", truth(b, 2).heater_V, 0, 1e-3);
    b->answers = 0;
    gate_set(b->gate, &(struct gate_order){channel_of(b, "dut.heater"), 2, 1}, on_answer, b);
    assert_int_equal(b->answer, RC_REFUSED); /* off first */
    gate_set(b->gate, &(struct gate_order){channel_of(b, "dut.heater"), 2, 0}, on_answer, b);
    pass(b, 0.5);
    assert_int_equal(b->answers, 2);
    assert_int_equal(b->answer, RC_OK);
    assert_int_equal(heaters_state(b->heaters, 2), HEATER_OFF);
}

static void switching_the_leads_without_a_hold_puts_it_off(void **state)
{
    struct bench *b = *state;
    light(b);
    pass(b, 35);
    gate_set(b->gate, &(struct gate_order){channel_of(b, "dut.heater_hold"), 1, 1}, on_answer, b);
    gate_set(b->gate, &(struct gate_order){channel_of(b, "dut.acpath"), 1, 1}, on_answer, b);
    pass(b, 10);
    assert_int_equal(b->lost, 0);
    assert_in("held, degC", truth(b, 1).element_degC, 755, 805);
    assert_in("transfer resistance, ohm", rig_latest(b->rig, channel_of(b, "dut.rc"), 1).si, -1, 1);
    gate_set(b->gate, &(struct gate_order){channel_of(b, "dut.acpath"), 1, 0}, on_answer, b);
    pass(b, 2);
    gate_set(b->gate, &(struct gate_order){channel_of(b, "dut.heater_hold"), 1, 0}, on_answer, b);
    pass(b, 5);
    assert_int_equal(b->lost, 0);
    gate_set(b->gate, &(struct gate_order){channel_of(b, "dut.acpath"), 1, 1}, on_answer, b);
    pass(b, 3);
    assert_int_equal(b->lost, 1);
    assert_int_equal(heaters_state(b->heaters, 1), HEATER_FAULT);
}

static void nothing_above_the_types_limits_passes_the_gate(void **state)
{
    static const struct {
        const char *channel;
        double si;
        enum rc rc;
    } sets[] = {{"dut.uh", 13.0, RC_OK},          {"dut.uh", 13.01, RC_RANGE},
                {"dut.up", 2.0, RC_OK},           {"dut.up", -2.01, RC_RANGE},
                {"dut.ips", 10e-3, RC_OK},        {"dut.ips", 10.1e-3, RC_RANGE},
                {"dut.up", (double)NAN, RC_RANGE}};
    struct bench *b = *state;
    for (size_t i = 0; i < COUNT(sets); i++) {
        char text[160];
        struct obuf why = {text, 0, sizeof text};
        assert_int_equal(gate_permit(b->gate, channel_of(b, sets[i].channel), 1, sets[i].si, &why),
                         sets[i].rc);
    }
}

static void shutting_puts_every_supply_channel_at_zero(void **state)
{
    struct bench *b = *state;
    light(b);
    pass(b, 12);
    heaters_shut(b->heaters);
    pass(b, 1.5);
    for (unsigned site = 1; site <= 4; site++) {
        assert_int_equal(heaters_state(b->heaters, site), HEATER_OFF);
        assert_in("heater, V", truth(b, site).heater_V, 0, 1e-3);
    }
    light(b);
    pass(b, 12);
    heaters_stop(b->heaters);
    gate_make_safe(b->gate, on_answer, b);
    pass(b, 3);
    assert_int_equal(b->answer, RC_OK);
    assert_in("all heaters, W", twin_heater_power_W(b->twin, loop_now(b->loop)), 0, 1e-3);
    gate_set(b->gate, &(struct gate_order){channel_of(b, "dut.heater"), 1, 0}, on_answer, b);
    assert_int_equal(b->answer, RC_REFUSED);
    assert_int_equal(b->stuck, 0);
}

int main(void)
{
#define ON_TWIN(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        ON_TWIN(four_elements_come_to_their_temperature),
        ON_TWIN(without_a_reading_the_heater_goes_off_and_its_site_ends),
        ON_TWIN(switching_the_leads_without_a_hold_puts_it_off),
        ON_TWIN(nothing_above_the_types_limits_passes_the_gate),
        ON_TWIN(shutting_puts_every_supply_channel_at_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
