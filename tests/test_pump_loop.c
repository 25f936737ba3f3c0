/* The pump loops of a whole station on the twin, through the gate. */
#include "tests/support/cmocka.h"

#include <math.h>
#include <stdlib.h>

#include "bench/pump_loop.h"

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
    struct pumps *pumps;
    struct timer until;
    bool ready;
    unsigned lost, lost_site, cold, stuck, trips, answers;
    enum rc answer;
    char why[256], error[256];
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

static void on_heater_lost(void *ctx, unsigned site, const char *why)
{
    (void)site, (void)why;
    ((struct bench *)ctx)->cold++;
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
    b->answers++;
    b->answer = rc;
    snprintf(b->error, sizeof b->error, "%s", error ? error : "");
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

static void set_one(struct bench *b, const char *name, unsigned site, double si)
{
    gate_set(b->gate, &(struct gate_order){channel_of(b, name), site, si}, on_answer, b);
}

static void set_all(struct bench *b, const char *name, double si)
{
    for (unsigned site = 1; site <= b->station->sites; site++)
        set_one(b, name, site, si);
}

static double latest(const struct bench *b, const char *name, unsigned site)
{
    return rig_latest(b->rig, channel_of(b, name), site).si;
}

static struct twin_truth truth(struct bench *b, unsigned site)
{
    struct twin_truth t;
    twin_truth(b->twin, site, loop_now(b->loop), &t);
    return t;
}

static void open_station(struct bench *b)
{
    struct diag diag;
    diag_init(&diag);
    if (station_load("bench/stations/twin_barrier_lab.station", &diag, &b->station) != RC_OK) {
        diag_print(&diag, stderr, false);
        fail_msg("the station does not load");
    }
    diag_fini(&diag);
    struct twin_config config = b->station->twin.config;
    config.sites = b->station->sites;
    config.spread = config.noise = false;
    config.defects[0] = (struct twin_defect){.site = 4, .id = 39, .severity = 0};
    config.defect_count = 1;
    assert_int_equal(twin_new(&config, &b->twin), RC_OK);
}

static void open_bench(struct bench *b)
{
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
    struct heaters_config heaters = {b->rig, b->gate, &b->log, on_heater_lost, on_stuck, b};
    assert_int_equal(heaters_new(&heaters, &b->heaters), RC_OK);
    struct pumps_config pumps = {b->rig, b->gate, &b->log, b->heaters, on_lost, on_stuck, b};
    assert_int_equal(pumps_new(&pumps, &b->pumps), RC_OK);
    assert_non_null(b->pumps);
    assert_int_equal(rig_start(b->rig), RC_OK);
    for (unsigned i = 0; i < 100 && !b->ready; i++)
        pass(b, 0.1);
    assert_true(b->ready);
    gate_open(b->gate);
    assert_int_equal(heaters_start(b->heaters), RC_OK);
    assert_int_equal(pumps_start(b->pumps), RC_OK);
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
    open_bench(b);
    *state = b;
    return 0;
}

static int teardown(void **state)
{
    struct bench *b = *state;
    pumps_free(b->pumps);
    heaters_free(b->heaters);
    gate_free(b->gate);
    rig_close(b->rig);
    twin_free(b->twin);
    station_free(b->station);
    loop_free(b->loop);
    free(b);
    return 0;
}

static void heat(struct bench *b)
{
    set_all(b, "dut.acf", 1000);
    set_all(b, "dut.acv", 0.3);
    pass(b, 1);
    set_all(b, "dut.heater", 1);
    pass(b, 40);
    assert_int_equal(b->cold, 0);
    assert_true(heaters_at_target(b->heaters, 1));
}

/* All loops on, in air; site 4 has its leads turned round. */
static void regulate(struct bench *b)
{
    heat(b);
    b->answers = 0;
    set_all(b, "dut.pump", 1);
    pass(b, 1);
    assert_int_equal(b->answers, 4);
    assert_int_equal(b->answer, RC_OK);
    pass(b, 15);
    assert_int_equal(b->lost + b->trips + b->stuck, 0);
}

static void assert_off(struct bench *b, unsigned site)
{
    assert_int_equal(pumps_state(b->pumps, site), PUMP_OFF);
    assert_true(latest(b, "dut.smu", site) == 0.0);
    assert_in("current, mA", truth(b, site).ip_mA, -1e-9, 1e-9);
}

static void
three_cells_are_held_at_their_set_point_and_one_that_is_turned_round_at_its_limit(void **state)
{
    struct bench *b = *state;
    regulate(b);
    for (unsigned site = 1; site <= 3; site++) {
        assert_int_equal(pumps_state(b->pumps, site), PUMP_REGULATING);
        assert_true(latest(b, "dut.pump_state", site) == 2.0);
        assert_in("Un, mV", truth(b, site).un_mV, 449, 451);
        assert_in("Ip in air, mA", truth(b, site).ip_mA, 2.5, 2.6);
    }
    assert_int_equal(pumps_state(b->pumps, 4), PUMP_LIMITED);
    for (unsigned k = 0; k < 200; k++) {
        pass(b, 0.1);
        assert_in("Up, V", latest(b, "dut.upm", 4), -1.01, 1.31);
        assert_in("Ip, mA", truth(b, 4).ip_mA, -9, 9);
    }
    set_one(b, "dut.pump_target", 1, 0.7);
    assert_int_equal(b->answer, RC_OK);
    pass(b, 10);
    assert_in("Un, mV", truth(b, 1).un_mV, 699, 701);
    set_one(b, "dut.pump_target", 1, 0.81);
    assert_int_equal(b->answer, RC_RANGE);
    print_message("figure: pump loop: the twin's sites stand at %.2f, %.2f and %.2f mV\n",
                  truth(b, 1).un_mV, truth(b, 2).un_mV, truth(b, 3).un_mV);
}

static void off_is_confirmed_and_the_source_is_open(void **state)
{
    struct bench *b = *state;
    regulate(b);
    b->answers = 0;
    set_all(b, "dut.pump", 0);
    pass(b, 0.6);
    assert_int_equal(b->answers, 4);
    assert_int_equal(b->answer, RC_OK);
    for (unsigned site = 1; site <= 4; site++)
        assert_off(b, site);
    set_one(b, "dut.up", 1, 0.1); /* it is anybody's again */
    pass(b, 0.5);
    assert_int_equal(b->answer, RC_OK);
    set_one(b, "dut.pump", 1, 1);
    pass(b, 15);
    assert_int_equal(pumps_state(b->pumps, 1), PUMP_REGULATING);
}

static void a_cold_element_gets_no_pump_voltage(void **state)
{
    struct bench *b = *state;
    set_one(b, "dut.pump", 1, 1);
    assert_int_equal(b->answer, RC_REFUSED);
    assert_non_null(strstr(b->error, "heater that has reached its set point"));
    assert_int_equal(pumps_state(b->pumps, 1), PUMP_OFF);
    set_all(b, "dut.acf", 1000);
    set_all(b, "dut.acv", 0.3);
    pass(b, 1);
    set_all(b, "dut.heater", 1);
    pass(b, 6);
    set_one(b, "dut.pump", 1, 1); /* on its way up */
    assert_int_equal(b->answer, RC_REFUSED);
    assert_int_equal(b->lost + b->trips, 0);
}

static void nobody_else_drives_the_source_meanwhile(void **state)
{
    static const struct {
        const char *channel;
        double si;
    } by_hand[] = {
        {"dut.up", 0.5}, {"dut.ips", 1e-3}, {"dut.smu", 1}, {"dut.ilim", 5e-3}, {"dut.ulim", 1}};
    struct bench *b = *state;
    regulate(b);
    for (size_t i = 0; i < COUNT(by_hand); i++) {
        b->answers = 0;
        set_one(b, by_hand[i].channel, 2, by_hand[i].si);
        assert_int_equal(b->answers, 1);
        assert_int_equal(b->answer, RC_REFUSED);
        assert_non_null(strstr(b->error, "switch the loop off first"));
    }
    pass(b, 5);
    assert_int_equal(b->trips + b->lost, 0);
    assert_int_equal(pumps_state(b->pumps, 2), PUMP_REGULATING);
    assert_in("Un, mV", truth(b, 2).un_mV, 449, 451);
}

static void off_by_hand_is_never_refused_and_ends_the_loop(void **state)
{
    struct bench *b = *state;
    regulate(b);
    set_one(b, "dut.smu", 2, 0);
    pass(b, 1);
    assert_int_equal(b->answer, RC_OK);
    assert_off(b, 2);
    assert_int_equal(b->lost + b->trips, 0);
    assert_int_equal(pumps_state(b->pumps, 1), PUMP_REGULATING);
}

/* Nobody asks the instrument any more, so its newest reading grows old. */
static void silence(struct bench *b, const char *instrument)
{
    int i = station_instrument_find(b->station, span_text(instrument));
    assert_true(i >= 0);
    device_poll_every(rig_device(b->rig, (unsigned)i), duration_s(3600));
}

/* The heaters' regulation sees the relays of the scanner, though nobody asks it. */
static void pass_with_relays(struct bench *b, double s)
{
    for (unsigned site = 1; site <= b->station->sites; site++)
        rig_push(b->rig, channel_of(b, "dut.acpath"), site, 0, loop_now(b->loop));
    pass(b, s);
}

static void without_the_nernst_voltage_the_loops_go_off_and_their_sites_end(void **state)
{
    struct bench *b = *state;
    regulate(b);
    silence(b, "daq1");
    for (unsigned k = 0; k < 16; k++)
        pass_with_relays(b, 0.1);
    assert_int_equal(b->lost, 4);
    assert_non_null(strstr(b->why, "no valid reading of the Nernst voltage for 1 s"));
    for (unsigned site = 1; site <= 4; site++)
        assert_off(b, site);
    assert_int_equal(b->stuck, 0);
}

static void without_the_current_of_one_site_its_loop_goes_off(void **state)
{
    struct bench *b = *state;
    regulate(b);
    silence(b, "smu3");
    pass(b, 1.6);
    assert_int_equal(b->lost, 1);
    assert_int_equal(b->lost_site, 3);
    assert_non_null(strstr(b->why, "no valid reading of the pump current for 1 s"));
    assert_off(b, 3);
    assert_int_equal(pumps_state(b->pumps, 1), PUMP_REGULATING);
}

static void a_value_that_is_not_vouched_for_is_no_reading(void **state)
{
    struct bench *b = *state;
    regulate(b);
    silence(b, "daq1");
    for (unsigned k = 0; k < 20; k++) {
        for (unsigned site = 2; site <= 4; site++)
            rig_push(b->rig, channel_of(b, "dut.un"), site, 0.45, loop_now(b->loop));
        rig_push(b->rig, channel_of(b, "dut.un"), 1, (double)NAN, loop_now(b->loop));
        pass_with_relays(b, 0.1);
    }
    assert_int_equal(b->lost, 1);
    assert_int_equal(b->lost_site, 1);
    assert_off(b, 1);
}

static void a_heater_that_goes_off_takes_the_loop_with_it(void **state)
{
    struct bench *b = *state;
    regulate(b);
    set_one(b, "dut.heater", 1, 0);
    pass(b, 1);
    assert_int_equal(b->lost, 1);
    assert_int_equal(b->lost_site, 1);
    assert_non_null(strstr(b->why, "the heater is not at its set point"));
    assert_off(b, 1);
}

static void shutting_and_stopping_open_every_source(void **state)
{
    struct bench *b = *state;
    regulate(b);
    pumps_shut_site(b->pumps, 1);
    pass(b, 1);
    assert_off(b, 1);
    assert_int_equal(pumps_state(b->pumps, 2), PUMP_REGULATING);
    pumps_shut(b->pumps);
    pass(b, 1);
    for (unsigned site = 1; site <= 4; site++)
        assert_off(b, site);
    set_all(b, "dut.pump", 1);
    pass(b, 10);
    pumps_stop(b->pumps);
    heaters_stop(b->heaters);
    gate_make_safe(b->gate, on_answer, b);
    pass(b, 3);
    assert_int_equal(b->answer, RC_OK);
    for (unsigned site = 1; site <= 4; site++)
        assert_in("current, mA", truth(b, site).ip_mA, -1e-9, 1e-9);
    set_one(b, "dut.pump", 1, 0);
    assert_int_equal(b->answer, RC_REFUSED);
    assert_int_equal(b->stuck + b->lost + b->trips, 0);
}

/* Every order of on and off, close together: it ends as it was asked last. */
static void the_last_word_counts(void **state)
{
    struct bench *b = *state;
    heat(b);
    for (unsigned k = 0; k < 40; k++) {
        bool on = k % 3 != 2;
        set_one(b, k % 4 == 3 && !on ? "dut.smu" : "dut.pump", 1, on);
        pass(b, 0.013 * k);
        if (!on) {
            pass(b, 0.6);
            assert_off(b, 1);
        }
    }
    assert_int_equal(b->stuck + b->lost + b->trips, 0);
}

int main(void)
{
#define ON_TWIN(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        ON_TWIN(three_cells_are_held_at_their_set_point_and_one_that_is_turned_round_at_its_limit),
        ON_TWIN(off_is_confirmed_and_the_source_is_open),
        ON_TWIN(a_cold_element_gets_no_pump_voltage),
        ON_TWIN(nobody_else_drives_the_source_meanwhile),
        ON_TWIN(off_by_hand_is_never_refused_and_ends_the_loop),
        ON_TWIN(without_the_nernst_voltage_the_loops_go_off_and_their_sites_end),
        ON_TWIN(without_the_current_of_one_site_its_loop_goes_off),
        ON_TWIN(a_value_that_is_not_vouched_for_is_no_reading),
        ON_TWIN(a_heater_that_goes_off_takes_the_loop_with_it),
        ON_TWIN(shutting_and_stopping_open_every_source),
        ON_TWIN(the_last_word_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
