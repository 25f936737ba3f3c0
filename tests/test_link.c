#include "tests/support/cmocka.h"

#include <malloc.h>

#include "tests/support/fake_bus.h"

static struct instant request_end(const struct fake_bus *bus)
{
    struct transport *port = link_transport(bus->link);
    return instant_add(bus->sent_at, port->ops->wire_time(port, bus->last_len));
}

/* ---- the bus ---- */

static void eight_devices_come_up_and_each_reads_its_own(void **state)
{
    (void)state;
    struct fake_bus bus;
    fake_bus_open_up(&bus, 8);
    fake_bus_run(&bus, duration_s(10));
    for (size_t i = 0; i < bus.units; i++) {
        assert_int_equal(bus.unit[i].ups, 1);
        assert_int_equal(bus.unit[i].wrong, 0);
        assert_in_range(bus.unit[i].readings, 100, 112);
    }
    assert_int_equal(link_statistics(bus.link).timeouts, 0);
    assert_int_equal(link_statistics(bus.link).stray_frames, 0);
    fake_bus_close(&bus);
}

static void a_device_starts_with_identity_then_configuration_then_rest(void **state)
{
    (void)state;
    struct fake_bus bus;
    fake_bus_open(&bus, 1, 1);
    fake_bus_start(&bus);
    fake_bus_run(&bus, duration_ms(60));
    assert_memory_equal(bus.sent, "AI AI AC A0 AO AP AQ ", 21);
    assert_string_equal(device_identity(bus.unit[0].device)->serial, "S0000");
    fake_bus_close(&bus);
}

static void an_identity_that_was_read_wrong_once_is_not_believed(void **state)
{
    (void)state;
    static const struct fault_rates noise = {.flip = 0.004};
    static const struct fault_rates calm = {0};
    for (uint64_t seed = 1; seed <= 50; seed++) {
        struct fake_bus bus;
        fake_bus_open_on(&bus, 8, seed, &noise);
        fake_bus_start(&bus); /* `up` checks the serial number */
        fake_bus_run(&bus, duration_s(5));
        fault_set_rates(link_transport(bus.link), &calm);
        fake_bus_run(&bus, duration_s(5));
        fake_bus_all_up(&bus);
        fake_bus_close(&bus);
    }
}

static void late_answers_are_never_taken_for_another_one(void **state)
{
    (void)state;
    uint64_t late = 0, readings = 0;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        struct fake_bus bus;
        fake_bus_open(&bus, 8, seed);
        fake_bus_start(&bus);
        fake_bus_run(&bus, duration_s(1));
        for (size_t i = 0; i < bus.units; i++)
            bus.unit[i].late_rate = 0.05;
        bus.unit[seed % 8].prattles = seed % 3 == 0;
        fake_bus_run(&bus, duration_s(60));
        for (size_t i = 0; i < bus.units; i++) {
            readings += bus.unit[i].readings;
            if (bus.unit[i].wrong)
                fail_msg("seed %llu: unit %c: %u of %u readings are not its own",
                         (unsigned long long)seed, bus.unit[i].letter, bus.unit[i].wrong,
                         bus.unit[i].readings);
        }
        late += link_statistics(bus.link).timeouts;
        fake_bus_close(&bus);
    }
    print_message("seeds 1..40: %llu readings, %llu answers missed\n", (unsigned long long)readings,
                  (unsigned long long)late);
    assert_true(late > 1000);
}

static void a_dead_device_does_not_slow_down_the_others(void **state)
{
    (void)state;
    struct fake_bus bus;
    fake_bus_open_up(&bus, 8);
    bus.unit[3].dead = true;
    fake_bus_run(&bus, duration_s(5));
    assert_int_equal(bus.unit[3].downs, 1);
    assert_int_equal(bus.unit[3].down_rc, RC_TIMEOUT);
    for (size_t i = 0; i < bus.units; i++)
        bus.unit[i].readings = 0, bus.unit[i].longest_gap = duration_us(0);
    fake_bus_run(&bus, duration_s(60));
    for (size_t i = 0; i < bus.units; i++) {
        if (i == 3)
            continue;
        assert_in_range(bus.unit[i].readings, 570, 601);
        assert_true(bus.unit[i].longest_gap.us < 200000);
    }
    bus.unit[3].dead = false;
    fake_bus_run(&bus, duration_s(3));
    assert_int_equal(bus.unit[3].ups, 2);
    fake_bus_close(&bus);
}

static void a_device_that_is_not_there_at_start_is_reported_once(void **state)
{
    (void)state;
    struct fake_bus bus;
    fake_bus_open(&bus, 2, 1);
    bus.unit[1].dead = true;
    fake_bus_start(&bus);
    fake_bus_run(&bus, duration_s(30));
    assert_int_equal(bus.unit[1].downs, 1);
    assert_int_equal(bus.unit[1].ups, 0);
    assert_string_equal(
        bus.unit[1].why,
        "mem: unit_B: no reply (time-out); sent \"BI\\r\"; last reply none; never a "
        "good reply");
    assert_true(bus.unit[0].readings > 250);
    fake_bus_close(&bus);
}

static void another_unit_in_its_place_is_refused(void **state)
{
    (void)state;
    struct fake_bus bus;
    fake_bus_open_up(&bus, 2);
    bus.unit[0].dead = true;
    fake_bus_run(&bus, duration_s(2));
    assert_int_equal(bus.unit[0].downs, 1);
    (void)snprintf(bus.unit[0].serial, sizeof bus.unit[0].serial, "OTHER");
    bus.unit[0].dead = false;
    fake_bus_run(&bus, duration_s(5));
    assert_int_equal(bus.unit[0].ups, 1);
    assert_int_equal(bus.unit[0].down_rc, RC_REFUSED);
    assert_non_null(strstr(bus.unit[0].why, "another unit"));
    (void)snprintf(bus.unit[0].serial, sizeof bus.unit[0].serial, "S0000");
    fake_bus_run(&bus, duration_s(5));
    assert_int_equal(bus.unit[0].ups, 2);
    fake_bus_close(&bus);
}

static void a_reading_is_stamped_between_request_and_reply(void **state)
{
    (void)state;
    struct fake_bus bus;
    fake_bus_open_up(&bus, 1);
    struct fake_unit *unit = &bus.unit[0];
    assert_int_equal(unit->stamp.us, (unit->polled_at.us + unit->read_at.us) / 2);
    /* "AP\r", "AP 10\r", "AQ\r", "AQ 65\r" at 3840 characters a second, 1 ms of turnaround */
    int64_t took = unit->read_at.us - unit->polled_at.us;
    assert_in_range(took, 18 * 1000000 / 3840 + 1000, 18 * 1000000 / 3840 + 1010);
    fake_bus_close(&bus);
}

static void an_impossible_reading_is_not_handed_up(void **state)
{
    (void)state;
    struct fake_bus bus;
    fake_bus_open_up(&bus, 1);
    unsigned before = bus.unit[0].readings;
    bus.unit[0].impossible = 'Q';
    fake_bus_run(&bus, duration_s(2));
    assert_int_equal(bus.unit[0].readings, before);
    assert_int_equal(device_state_of(bus.unit[0].device), DEVICE_UP);
    bus.unit[0].impossible = 0;
    fake_bus_run(&bus, duration_s(1));
    assert_in_range(bus.unit[0].readings, before + 9, before + 11);
    fake_bus_close(&bus);
}

static void paused_polls_go_on_later(void **state)
{
    (void)state;
    struct fake_bus bus;
    fake_bus_open_up(&bus, 2);
    link_pause_polls(bus.link, true);
    fake_bus_run(&bus, duration_ms(50));
    unsigned before = bus.unit[0].readings;
    fake_bus_run(&bus, duration_s(1));
    assert_int_equal(bus.unit[0].readings, before);
    assert_int_equal(fake_bus_set(&bus.unit[0], 1), RC_OK);
    fake_bus_run(&bus, duration_ms(50));
    assert_int_equal(bus.unit[0].sets_done, 1);
    link_pause_polls(bus.link, false);
    fake_bus_run(&bus, duration_s(1));
    assert_in_range(bus.unit[0].readings, before + 9, before + 11);
    assert_int_equal(bus.unit[0].wrong, 0);
    fake_bus_close(&bus);
}

static void a_slower_poll_is_kept(void **state)
{
    (void)state;
    struct fake_bus bus;
    fake_bus_open_up(&bus, 2);
    device_poll_every(bus.unit[0].device, duration_s(1));
    bus.unit[0].readings = bus.unit[1].readings = 0;
    fake_bus_run(&bus, duration_s(20));
    assert_in_range(bus.unit[0].readings, 19, 21);
    assert_in_range(bus.unit[1].readings, 199, 201);
    fake_bus_close(&bus);
}

static void nothing_is_allocated_while_running(void **state)
{
    (void)state;
    struct fake_bus bus;
    fake_bus_open_up(&bus, 8);
    size_t before = mallinfo2().uordblks; /* 0 under the sanitizers */
    for (unsigned i = 0; i < 100; i++) {
        assert_int_equal(fake_bus_set(&bus.unit[i % 8], i), RC_OK);
        fake_bus_run(&bus, duration_ms(100));
    }
    assert_int_equal(mallinfo2().uordblks, before);
    fake_bus_close(&bus);
}

static void a_unit_that_needs_its_own_port_is_not_added(void **state)
{
    (void)state;
    struct fake_bus bus;
    fake_bus_open(&bus, 1, 1);
    fake_bus_start(&bus);
    fake_bus_close(&bus);

    struct driver alone = fake_driver, other = fake_driver;
    alone.bus = false;
    other.line.baud = 9600;
    fake_bus_open(&bus, 0, 1);
    struct device_setup setup = {.name = "x", .address = 'X'};
    assert_int_equal(link_start(bus.link), RC_CONFIG);
    assert_non_null(link_add(bus.link, &fake_driver, &setup, (struct device_events){0}));
    assert_null(link_add(bus.link, &alone, &setup, (struct device_events){0}));
    assert_null(link_add(bus.link, &other, &setup, (struct device_events){0}));
    assert_int_equal(bus.log.errors, 2);
    fake_bus_close(&bus);
}

/* ---- time-outs ---- */

static void silence_takes_a_device_down_at_the_exact_time(void **state)
{
    (void)state;
    struct fake_bus bus;
    fake_bus_open_up(&bus, 1);
    bus.unit[0].dead = true;
    uint64_t before = link_statistics(bus.link).timeouts;
    struct fake_unit *unit = &bus.unit[0];
    while (unit->downs == 0)
        fake_bus_run(&bus, duration_us(100));
    assert_int_equal(link_statistics(bus.link).timeouts - before, 3);
    assert_int_equal(unit->down_at.us, request_end(&bus).us + 50000);
    assert_int_equal(unit->down_rc, RC_TIMEOUT);
    assert_non_null(strstr(
        unit->why, "mem: unit_A: no reply (time-out); sent \"AY\\r\"; last reply \"AQ 65\""));
    fake_bus_close(&bus);
}

static void each_miss_is_exact_and_followed_by_silence_and_a_sync(void **state)
{
    (void)state;
    struct fake_bus bus;
    fake_bus_open_up(&bus, 1);
    struct fake_unit *unit = &bus.unit[0];
    unit->deaf_to = 'P';
    unit->deaf_times = 1;
    while (unit->deaf_times)
        fake_bus_run(&bus, duration_us(100));
    struct instant end = request_end(&bus);
    fake_bus_run(&bus, duration_us(end.us + 49999 - loop_now(bus.loop).us));
    uint64_t before = link_statistics(bus.link).timeouts;
    fake_bus_run(&bus, duration_us(1));
    assert_int_equal(link_statistics(bus.link).timeouts, before + 1);
    fake_bus_forget_sent(&bus);
    fake_bus_run(&bus, duration_ms(49)); /* silent until 2 time-outs after the request */
    assert_string_equal(bus.sent, "");
    fake_bus_run(&bus, duration_ms(2));
    assert_memory_equal(bus.sent, "AY ", 3);
    assert_int_equal(bus.sent_at.us, end.us + 100000);
    fake_bus_run(&bus, duration_ms(100));
    assert_int_equal(unit->downs, 0);
    assert_int_equal(link_statistics(bus.link).resyncs, 1);
    fake_bus_close(&bus);
}

static void a_device_that_only_answers_the_sync_goes_down(void **state)
{
    (void)state;
    struct fake_bus bus;
    fake_bus_open_up(&bus, 1);
    bus.unit[0].deaf_to = 'P';
    bus.unit[0].deaf_times = 1000;
    fake_bus_run(&bus, duration_s(20)); /* it is identified again and again, ever more slowly */
    assert_in_range(bus.unit[0].downs, 6, 11);
    fake_bus_close(&bus);
}

static void a_bring_up_that_never_ends_is_given_up(void **state)
{
    (void)state;
    struct fake_bus bus;
    fake_bus_open(&bus, 1, 1);
    bus.unit[0].deaf_to = 'C';
    bus.unit[0].deaf_times = 1000;
    fake_bus_start(&bus);
    fake_bus_run(&bus, duration_s(3));
    assert_int_equal(bus.unit[0].downs, 1);
    assert_int_equal(bus.unit[0].ups, 0);
    bus.unit[0].deaf_times = 0;
    fake_bus_run(&bus, duration_s(5));
    fake_bus_all_up(&bus);
    fake_bus_close(&bus);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(eight_devices_come_up_and_each_reads_its_own),
        cmocka_unit_test(a_device_starts_with_identity_then_configuration_then_rest),
        cmocka_unit_test(an_identity_that_was_read_wrong_once_is_not_believed),
        cmocka_unit_test(late_answers_are_never_taken_for_another_one),
        cmocka_unit_test(a_dead_device_does_not_slow_down_the_others),
        cmocka_unit_test(a_device_that_is_not_there_at_start_is_reported_once),
        cmocka_unit_test(another_unit_in_its_place_is_refused),
        cmocka_unit_test(a_reading_is_stamped_between_request_and_reply),
        cmocka_unit_test(an_impossible_reading_is_not_handed_up),
        cmocka_unit_test(paused_polls_go_on_later),
        cmocka_unit_test(a_slower_poll_is_kept),
        cmocka_unit_test(nothing_is_allocated_while_running),
        cmocka_unit_test(a_unit_that_needs_its_own_port_is_not_added),
        cmocka_unit_test(silence_takes_a_device_down_at_the_exact_time),
        cmocka_unit_test(each_miss_is_exact_and_followed_by_silence_and_a_sync),
        cmocka_unit_test(a_device_that_only_answers_the_sync_goes_down),
        cmocka_unit_test(a_bring_up_that_never_ends_is_given_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
