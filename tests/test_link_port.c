#include "tests/support/cmocka.h"

#include <math.h>

#include "instruments/capability/lambda_controller.h"
#include "instruments/registry.h"
#include "instruments/transport/fault.h"
#include "tests/support/fake_bus.h"

/* ---- the port goes away ---- */

static void a_hang_up_takes_all_down_at_once(void **state)
{
    (void)state;
    struct fake_bus bus;
    fake_bus_open_up(&bus, 4);
    fake_bus_run(&bus, duration_ms(100));
    assert_int_equal(fake_bus_set(&bus.unit[0], 1), RC_OK);
    assert_int_equal(fake_bus_set(&bus.unit[1], 1), RC_OK);
    struct instant now = loop_now(bus.loop);
    simhost_set_fault(bus.host, SIM_FAULT_VANISH, now);
    bus.port_gone = true;
    fake_bus_run(&bus, duration_ms(1));
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(bus.unit[i].downs, 1);
        assert_int_equal(bus.unit[i].down_rc, RC_IO);
        assert_int_equal(bus.unit[i].down_at.us, now.us);
        assert_non_null(strstr(bus.unit[i].why, "hung up"));
        assert_int_equal(fake_bus_set(&bus.unit[i], 1), RC_IO);
        assert_int_equal(fake_bus_safe(&bus.unit[i]), RC_IO);
    }
    assert_int_equal(bus.unit[0].sets_done, 1);
    assert_int_equal(bus.unit[0].set_rc, RC_IO);
    assert_int_equal(bus.unit[1].sets_done, 1);
    assert_int_equal(bus.unit[1].set_rc, RC_IO);
    fake_bus_run(&bus, duration_s(10));
    static const int64_t tried_ms[] = {500, 1500, 3500, 5500, 7500, 9500};
    assert_int_equal(bus.opens, COUNT(tried_ms));
    for (size_t i = 0; i < COUNT(tried_ms); i++)
        assert_int_equal(bus.opened_at[i].us, now.us + tried_ms[i] * 1000);
    fake_bus_close(&bus);
}

static void a_port_that_comes_back_starts_at_rest_and_repeats_nothing(void **state)
{
    (void)state;
    struct fake_bus bus;
    fake_bus_open_up(&bus, 2);
    assert_int_equal(fake_bus_set(&bus.unit[0], 42), RC_OK);
    fake_bus_run(&bus, duration_ms(100));
    assert_float_equal(bus.unit[0].x, 42, 0);
    link_pause_polls(bus.link, true);
    assert_int_equal(fake_bus_set(&bus.unit[0], 43), RC_OK);
    fake_bus_run(&bus, duration_ms(100));
    assert_float_equal(bus.held_at['S'], 42, 0); /* as it was before */
    assert_true(isnan(bus.held_at['I']));
    simhost_set_fault(bus.host, SIM_FAULT_VANISH, loop_now(bus.loop));
    fake_bus_run(&bus, duration_ms(100));
    simhost_set_fault(bus.host, SIM_FAULT_NONE, loop_now(bus.loop));
    fake_bus_forget_sent(&bus);
    fake_bus_run(&bus, duration_s(5));
    fake_bus_all_up(&bus);
    assert_int_equal(bus.unit[0].ups, 2);
    assert_float_equal(bus.unit[0].x, 0, 0);
    assert_int_equal(bus.unit[0].sets, 2);
    assert_null(strstr(bus.sent, "S"));
    assert_true(isnan(bus.held_at['0'])); /* of the second bring-up */
    link_pause_polls(bus.link, false);
    fake_bus_run(&bus, duration_s(1));
    assert_float_equal(bus.held_at['P'], 0, 0);
    fake_bus_close(&bus);
}

static void a_port_that_vanishes_in_mid_frame_leaves_nothing_behind(void **state)
{
    (void)state;
    for (int64_t us = 0; us < 12000; us += 250) {
        struct fake_bus bus;
        fake_bus_open_up(&bus, 2);
        unsigned before = bus.unit[0].readings;
        while (bus.unit[0].readings == before)
            fake_bus_run(&bus, duration_us(50));
        struct instant at = instant_add(loop_now(bus.loop), duration_us(us));
        simhost_set_fault(bus.host, SIM_FAULT_VANISH, at);
        fake_bus_run(&bus, duration_ms(100));
        simhost_set_fault(bus.host, SIM_FAULT_NONE, at);
        fake_bus_run(&bus, duration_s(3));
        fake_bus_all_up(&bus);
        assert_int_equal(bus.unit[0].wrong + bus.unit[1].wrong, 0);
        fake_bus_close(&bus);
    }
}

/* ---- the answers of a bad simulator ---- */

static void run_with(struct fake_bus *bus, enum sim_fault fault)
{
    fake_bus_open_up(bus, 8);
    simhost_set_fault(bus->host, fault, loop_now(bus->loop));
    fake_bus_run(bus, duration_s(30));
    for (size_t i = 0; i < bus->units; i++)
        assert_int_equal(bus->unit[i].wrong, 0);
}

static void recover(struct fake_bus *bus)
{
    simhost_set_fault(bus->host, SIM_FAULT_NONE, loop_now(bus->loop));
    fake_bus_run(bus, duration_s(6));
    fake_bus_all_up(bus);
    fake_bus_close(bus);
}

static void double_answers_are_counted_and_dropped(void **state)
{
    (void)state;
    struct fake_bus bus;
    run_with(&bus, SIM_FAULT_TWICE);
    assert_true(link_statistics(bus.link).stray_frames > 1000);
    assert_true(bus.unit[0].readings > 200);
    assert_int_equal(bus.unit[0].downs, 0);
    recover(&bus);
}

static void half_answers_are_protocol_errors(void **state)
{
    (void)state;
    struct fake_bus bus;
    run_with(&bus, SIM_FAULT_HALF);
    assert_int_equal(bus.unit[7].down_rc, RC_PROTOCOL);
    recover(&bus);
}

static void dribbled_answers_are_good_answers(void **state)
{
    (void)state;
    struct fake_bus bus;
    run_with(&bus, SIM_FAULT_DRIBBLE);
    assert_int_equal(bus.unit[7].downs, 0);
    assert_true(bus.unit[7].readings > 100);
    recover(&bus);
}

static void noise_is_a_protocol_error(void **state)
{
    (void)state;
    struct fake_bus bus;
    run_with(&bus, SIM_FAULT_GARBAGE);
    assert_int_equal(bus.unit[7].down_rc, RC_PROTOCOL);
    assert_true(link_statistics(bus.link).garbage_bytes > 0);
    recover(&bus);
}

static void late_answers_are_drained(void **state)
{
    (void)state;
    struct fake_bus bus;
    run_with(&bus, SIM_FAULT_LATE);
    assert_true(bus.unit[7].downs > 0);
    recover(&bus);
}

/* ---- pieces ---- */

static unsigned readings_with(const struct fault_rates *rates, uint64_t seed)
{
    struct fake_bus bus;
    fake_bus_open_on(&bus, 8, seed, rates);
    fake_bus_start(&bus);
    fake_bus_run(&bus, duration_s(10));
    fake_bus_all_up(&bus);
    unsigned readings = 0;
    for (size_t i = 0; i < 8; i++) {
        readings += bus.unit[i].readings;
        assert_int_equal(bus.unit[i].wrong, 0);
    }
    assert_int_equal(link_statistics(bus.link).timeouts, 0);
    fake_bus_close(&bus);
    return readings;
}

static void pieces_of_any_length_make_the_same_readings(void **state)
{
    (void)state;
    static const struct fault_rates whole = {0}, pieces = {.split = 1};
    unsigned expected = readings_with(&whole, 1);
    for (uint64_t seed = 1; seed <= 10; seed++)
        assert_int_equal(readings_with(&pieces, seed), expected);
}

static void writes_that_lie_cost_readings_but_never_make_wrong_ones(void **state)
{
    (void)state;
    static const struct fault_rates lies = {.write_lie = 0.03, .write_refuse = 0.03, .lose = 0.03};
    for (uint64_t seed = 1; seed <= 10; seed++) {
        struct fake_bus bus;
        fake_bus_open_on(&bus, 8, seed, &lies);
        fake_bus_start(&bus);
        fake_bus_run(&bus, duration_s(60));
        for (size_t i = 0; i < 8; i++) {
            assert_int_equal(bus.unit[i].wrong, 0);
            assert_true(bus.unit[i].readings > 30);
        }
        assert_true(link_statistics(bus.link).timeouts > 20);
        fake_bus_close(&bus);
    }
}

/* ---- streams behind an adapter ---- */

struct stream_bus {
    struct clock clock;
    struct loop *loop;
    struct log log;
    struct simhost *host;
    struct link *link;
    struct device *device[3]; /* two controllers, then the adapter: the order must not matter */
    struct timer limit;
    char order[16];
    size_t ups, downs;
    unsigned readings[2];
    enum rc down_rc[3];
    struct instant heard_at, down_at;
};

static size_t index_of(const struct stream_bus *bus, const struct device *device)
{
    size_t i = 0;
    while (bus->device[i] != device)
        i++;
    return i;
}

static void stream_up(void *ctx, struct device *device, const struct identity *identity)
{
    struct stream_bus *bus = ctx;
    (void)identity;
    if (bus->ups < sizeof bus->order)
        bus->order[bus->ups++] = (char)('0' + (char)index_of(bus, device));
}

static void stream_down(void *ctx, struct device *device, enum rc rc, const char *why)
{
    struct stream_bus *bus = ctx;
    (void)why;
    bus->downs++;
    bus->down_rc[index_of(bus, device)] = rc;
    bus->down_at = loop_now(bus->loop);
}

static void stream_reading(void *ctx, struct device *device, const void *at, struct instant t)
{
    struct stream_bus *bus = ctx;
    const struct lambda_reading *reading = at;
    size_t i = index_of(bus, device);
    assert_in_range(i, 0, 1);
    bus->readings[i]++;
    bus->heard_at = t;
    if (!isnan(reading->lambda)) /* the plant tells the units apart */
        assert_true(fabs(reading->lambda - (i ? 1.5 : 1.1)) < 1e-3);
}

static double stream_plant(void *ctx, enum plant_signal signal, unsigned channel,
                           struct instant now)
{
    (void)channel;
    (void)now;
    double lambda = *(double *)ctx;
    return signal == PLANT_LAMBDA           ? lambda
           : signal == PLANT_TC_degC        ? 780
           : signal == PLANT_RI_ohm         ? 300
           : signal == PLANT_CONTROL_STATUS ? 2
                                            : 0.1;
}

static void plant_ignores(void *ctx, enum plant_signal signal, unsigned channel, double value,
                          struct instant now)
{
    (void)ctx;
    (void)signal;
    (void)channel;
    (void)value;
    (void)now;
}

static void stream_stop(void *ctx)
{
    struct stream_bus *bus = ctx;
    loop_stop(bus->loop);
}

static void stream_run(struct stream_bus *bus, struct duration duration)
{
    bus->limit = timer_of(stream_stop, bus);
    assert_int_equal(loop_arm(bus->loop, &bus->limit, instant_add(loop_now(bus->loop), duration)),
                     RC_OK);
    assert_int_equal(loop_run(bus->loop), RC_OK);
}

static void stream_open(struct stream_bus *bus, double lambda[3])
{
    static const char *const names[] = {"rusefi", "rusefi", "slcan"};
    *bus = (struct stream_bus){0};
    clock_init_virtual(&bus->clock, 0);
    bus->loop = loop_new(&bus->clock);
    bus->host = simhost_new(bus->loop, 115200, 1);
    bus->link = link_new(bus->loop, simhost_connect(bus->host, "mem"), &bus->log);
    for (unsigned i = 0; i < 3; i++) {
        const struct registry_entry *entry = registry_find(span_text(names[i]));
        assert_non_null(entry);
        struct device_setup setup = {.node = i < 2 ? i : 0, .supply_V = 12};
        (void)snprintf(setup.name, sizeof setup.name, "can%u", i);
        struct sim_setup sim = {.driver = entry->driver,
                                .device = &setup,
                                .plant = {stream_plant, plant_ignores, &lambda[i]},
                                .seed = i};
        assert_int_equal(simhost_add(bus->host, entry->sim, &sim), RC_OK);
        bus->device[i] =
            link_add(bus->link, entry->driver, &setup,
                     (struct device_events){stream_up, stream_down, stream_reading, bus});
        assert_non_null(bus->device[i]);
    }
    assert_int_equal(link_start(bus->link), RC_OK);
}

static void an_adapter_comes_first_and_goes_with_all_behind_it(void **state)
{
    (void)state;
    double lambda[3] = {1.1, 1.5, 0};
    struct stream_bus bus;
    stream_open(&bus, lambda);
    stream_run(&bus, duration_s(3));
    assert_int_equal(bus.ups, 3);
    assert_int_equal(bus.order[0], '2');
    bus.readings[0] = bus.readings[1] = 0;
    stream_run(&bus, duration_s(10));
    assert_in_range(bus.readings[0], 995, 1001);
    assert_in_range(bus.readings[1], 995, 1001);
    assert_int_equal(bus.downs, 0);

    simhost_set_fault(bus.host, SIM_FAULT_SILENT, loop_now(bus.loop));
    stream_run(&bus, duration_s(5));
    assert_true(bus.downs >= 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(device_state_of(bus.device[i]), DEVICE_DOWN);
    simhost_set_fault(bus.host, SIM_FAULT_NONE, loop_now(bus.loop));
    stream_run(&bus, duration_s(6));
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(device_state_of(bus.device[i]), DEVICE_UP);
    link_free(bus.link);
    simhost_free(bus.host);
    loop_free(bus.loop);
}

static const struct driver *driver_of(const char *name)
{
    const struct registry_entry *entry = registry_find(span_text(name));
    assert_non_null(entry);
    return entry->driver;
}

static void two_drivers_share_a_port_if_protocol_and_line_agree(void **state)
{
    (void)state;
    static const struct {
        const char *first, *other;
        enum link_sharing wanted;
    } pairs[] = {
        {"alicat", "alicat_pc", LINK_SHARED},  {"slcan", "rusefi", LINK_SHARED},
        {"rusefi", "emtron_elc", LINK_SHARED}, {"alicat", "bronkhorst", LINK_OTHER_PROTOCOL},
        {"hmp4040", "hmp4040", LINK_ALONE},    {"alicat", "sr830", LINK_ALONE}};
    for (size_t i = 0; i < COUNT(pairs); i++)
        assert_int_equal(link_may_share(driver_of(pairs[i].first), driver_of(pairs[i].other)),
                         pairs[i].wanted);
    struct driver slow = *driver_of("alicat"), odd = slow;
    slow.line.baud = 9600;
    odd.line.parity = 'O';
    assert_int_equal(link_may_share(driver_of("alicat"), &slow), LINK_OTHER_LINE);
    assert_int_equal(link_may_share(&odd, driver_of("alicat")), LINK_OTHER_LINE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hang_up_takes_all_down_at_once),
        cmocka_unit_test(a_port_that_comes_back_starts_at_rest_and_repeats_nothing),
        cmocka_unit_test(a_port_that_vanishes_in_mid_frame_leaves_nothing_behind),
        cmocka_unit_test(double_answers_are_counted_and_dropped),
        cmocka_unit_test(half_answers_are_protocol_errors),
        cmocka_unit_test(dribbled_answers_are_good_answers),
        cmocka_unit_test(noise_is_a_protocol_error),
        cmocka_unit_test(late_answers_are_drained),
        cmocka_unit_test(pieces_of_any_length_make_the_same_readings),
        cmocka_unit_test(writes_that_lie_cost_readings_but_never_make_wrong_ones),
        cmocka_unit_test(an_adapter_comes_first_and_goes_with_all_behind_it),
        cmocka_unit_test(two_drivers_share_a_port_if_protocol_and_line_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
