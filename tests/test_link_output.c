#include "tests/support/cmocka.h"

#include <math.h>

#include "tests/support/fake_bus.h"

/* ---- sets ---- */

static void a_set_is_answered_with_what_was_read_back(void **state)
{
    (void)state;
    struct fake_bus bus;
    fake_bus_open_up(&bus, 2);
    assert_int_equal(fake_bus_set(&bus.unit[1], 2.5), RC_OK);
    assert_int_equal(bus.unit[1].sets_done, 0); /* never from inside the call */
    fake_bus_run(&bus, duration_ms(60));
    assert_int_equal(bus.unit[1].sets_done, 1);
    assert_int_equal(bus.unit[1].set_rc, RC_OK);
    assert_float_equal(bus.unit[1].readback, 2.5, 0);
    assert_float_equal(bus.unit[1].x, 2.5, 0);
    fake_bus_close(&bus);
}

static void what_cannot_be_set_is_refused_before_the_wire(void **state)
{
    (void)state;
    struct fake_bus bus;
    fake_bus_open(&bus, 1, 1);
    fake_bus_start(&bus);
    struct fake_unit *unit = &bus.unit[0];
    assert_int_equal(fake_bus_set(unit, 1), RC_REFUSED); /* not up yet */
    fake_bus_run(&bus, duration_s(1));
    assert_int_equal(fake_bus_set(unit, (double)NAN), RC_RANGE);
    assert_int_equal(fake_bus_set(unit, (double)INFINITY), RC_RANGE);
    assert_int_equal(fake_bus_set(unit, 100.5), RC_RANGE);
    assert_int_equal(fake_bus_set(unit, -1), RC_RANGE);
    assert_int_equal(device_set(unit->device, FAKE_SIGNAL_P, 0, 1, NULL, NULL), RC_RANGE);
    assert_int_equal(device_set(unit->device, FAKE_SIGNAL_X, 1, 1, NULL, NULL), RC_RANGE);
    assert_int_equal(device_set(unit->device, 99, 0, 1, NULL, NULL), RC_RANGE);
    fake_bus_run(&bus, duration_s(1));
    assert_int_equal(unit->sets, 0);
    assert_int_equal(unit->sets_done, 0);
    fake_bus_close(&bus);
}

static void a_newer_set_replaces_the_one_that_waits(void **state)
{
    (void)state;
    struct fake_bus bus;
    fake_bus_open_up(&bus, 1);
    struct fake_unit *unit = &bus.unit[0];
    assert_int_equal(fake_bus_set(unit, 1), RC_OK);
    assert_int_equal(fake_bus_set(unit, 2), RC_OK);
    assert_int_equal(unit->sets_done, 1);
    assert_int_equal(unit->set_rc, RC_REFUSED);
    assert_int_equal(device_set(unit->device, FAKE_SIGNAL_Z, 0, 3, NULL, NULL), RC_OK);
    fake_bus_run(&bus, duration_ms(100));
    assert_int_equal(unit->sets_done, 2);
    assert_int_equal(unit->set_rc, RC_OK);
    assert_float_equal(unit->x, 2, 0);
    assert_int_equal(unit->sets, 1);
    assert_non_null(strstr(bus.sent, "AS AT "));
    fake_bus_close(&bus);
}

static void sets_go_before_polls_and_in_their_order(void **state)
{
    (void)state;
    struct fake_bus bus;
    fake_bus_open_up(&bus, 8);
    fake_bus_run(&bus, duration_ms(100));
    for (size_t i = 8; i-- > 0;)
        assert_int_equal(fake_bus_set(&bus.unit[i], 1), RC_OK);
    fake_bus_forget_sent(&bus);
    fake_bus_run(&bus, duration_ms(100));
    const char *sets = strstr(bus.sent, "HS ");
    assert_non_null(sets);
    assert_true(sets - bus.sent <= 3); /* at most the request that was out */
    assert_memory_equal(sets, "HS GS FS ES DS CS BS AS ", 24);
    fake_bus_close(&bus);
}

static void an_unanswered_set_is_sent_once_more_after_a_sync(void **state)
{
    (void)state;
    struct fake_bus bus;
    fake_bus_open_up(&bus, 1);
    struct fake_unit *unit = &bus.unit[0];
    link_pause_polls(bus.link, true);
    fake_bus_run(&bus, duration_ms(100));
    unit->deaf_to = 'S';
    unit->deaf_times = 1;
    fake_bus_forget_sent(&bus);
    assert_int_equal(fake_bus_set(unit, 7), RC_OK);
    fake_bus_run(&bus, duration_ms(500));
    assert_string_equal(bus.sent, "AS AY AS ");
    assert_int_equal(unit->sets_done, 1);
    assert_int_equal(unit->set_rc, RC_OK);
    fake_bus_close(&bus);
}

static void a_set_that_is_never_answered_fails_once(void **state)
{
    (void)state;
    struct fake_bus bus;
    fake_bus_open_up(&bus, 1);
    struct fake_unit *unit = &bus.unit[0];
    link_pause_polls(bus.link, true);
    fake_bus_run(&bus, duration_ms(100));
    unit->deaf_to = 'S';
    unit->deaf_times = 1000;
    fake_bus_forget_sent(&bus);
    assert_int_equal(fake_bus_set(unit, 7), RC_OK);
    fake_bus_run(&bus, duration_ms(600));
    assert_string_equal(bus.sent, "AS AY AS AY ");
    assert_int_equal(unit->sets_done, 1);
    assert_int_equal(unit->set_rc, RC_TIMEOUT);
    assert_int_equal(unit->downs, 0);
    fake_bus_close(&bus);
}

/* ---- safe frames ---- */

static void safe_frames_go_first_and_cancel_sets(void **state)
{
    (void)state;
    struct fake_bus bus;
    fake_bus_open_up(&bus, 4);
    fake_bus_run(&bus, duration_ms(100));
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(fake_bus_set(&bus.unit[i], 5), RC_OK);
    fake_bus_forget_sent(&bus);
    assert_int_equal(fake_bus_safe(&bus.unit[3]), RC_OK);
    assert_int_equal(bus.unit[3].sets_done, 1); /* the set */
    assert_int_equal(bus.unit[3].set_rc, RC_REFUSED);
    assert_int_equal(fake_bus_set(&bus.unit[3], 5), RC_REFUSED);
    fake_bus_run(&bus, duration_ms(100));
    const char *safe = strstr(bus.sent, "D0 DO ");
    assert_non_null(safe);
    assert_true(safe - bus.sent <= 3);
    assert_memory_equal(safe + 6, "AS BS CS ", 9);
    assert_int_equal(bus.unit[3].sets_done, 2);
    assert_int_equal(bus.unit[3].set_rc, RC_OK);
    assert_int_equal(bus.unit[3].sets, 0);
    fake_bus_close(&bus);
}

static void safe_frames_do_not_wait_for_silence(void **state)
{
    (void)state;
    struct fake_bus bus;
    fake_bus_open_up(&bus, 2);
    bus.unit[0].dead = true;
    uint64_t before = link_statistics(bus.link).timeouts;
    while (link_statistics(bus.link).timeouts == before)
        fake_bus_run(&bus, duration_us(500));
    fake_bus_forget_sent(&bus);
    assert_int_equal(fake_bus_safe(&bus.unit[1]), RC_OK);
    fake_bus_run(&bus, duration_ms(20));
    assert_memory_equal(bus.sent, "B0 BO ", 6);
    assert_int_equal(bus.unit[1].set_rc, RC_OK);
    fake_bus_close(&bus);
}

static void an_unanswered_safe_frame_is_tried_three_times_and_the_next_is_sent(void **state)
{
    (void)state;
    struct fake_bus bus;
    fake_bus_open_up(&bus, 1);
    struct fake_unit *unit = &bus.unit[0];
    link_pause_polls(bus.link, true);
    fake_bus_run(&bus, duration_ms(100));
    fake_bus_forget_sent(&bus);
    unit->deaf_to = '0';
    unit->deaf_times = 2;
    assert_int_equal(fake_bus_safe(unit), RC_OK);
    fake_bus_run(&bus, duration_ms(300));
    assert_memory_equal(bus.sent, "A0 A0 A0 AO ", 12);
    assert_int_equal(unit->set_rc, RC_OK);

    fake_bus_forget_sent(&bus);
    unit->deaf_times = 3;
    assert_int_equal(fake_bus_safe(unit), RC_OK);
    fake_bus_run(&bus, duration_ms(300));
    assert_memory_equal(bus.sent, "A0 A0 A0 AO ", 12);
    assert_int_equal(unit->sets_done, 2);
    assert_int_equal(unit->set_rc, RC_TIMEOUT);
    fake_bus_close(&bus);
}

static void a_set_that_is_out_is_not_repeated_when_the_device_is_made_safe(void **state)
{
    (void)state;
    struct fake_bus bus;
    fake_bus_open_up(&bus, 1);
    struct fake_unit *unit = &bus.unit[0];
    link_pause_polls(bus.link, true);
    fake_bus_run(&bus, duration_ms(100));
    fake_bus_forget_sent(&bus);
    unit->deaf_to = 'S';
    unit->deaf_times = 1;
    assert_int_equal(fake_bus_set(unit, 9), RC_OK);
    fake_bus_run(&bus, duration_ms(10));
    assert_int_equal(fake_bus_safe(unit), RC_OK);
    fake_bus_run(&bus, duration_s(1));
    assert_memory_equal(bus.sent, "AS A0 AO ", 9);
    assert_null(strstr(bus.sent + 3, "AS"));
    assert_int_equal(unit->sets_done, 2);
    assert_float_equal(unit->x, 0, 0);
    fake_bus_close(&bus);
}

static enum rc collect(void *ctx, struct span frame)
{
    return obuf_put(ctx, frame);
}

static void the_guard_gets_the_same_safe_frames(void **state)
{
    (void)state;
    char text[64];
    struct obuf out = {text, 0, sizeof text};
    struct device_setup setup = {.address = 'F'};
    assert_int_equal(device_safe_frames(&fake_driver, &setup, collect, &out), RC_OK);
    assert_true(span_is(obuf_span(&out), "F0\rFO\r"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_set_is_answered_with_what_was_read_back),
        cmocka_unit_test(what_cannot_be_set_is_refused_before_the_wire),
        cmocka_unit_test(a_newer_set_replaces_the_one_that_waits),
        cmocka_unit_test(sets_go_before_polls_and_in_their_order),
        cmocka_unit_test(an_unanswered_set_is_sent_once_more_after_a_sync),
        cmocka_unit_test(a_set_that_is_never_answered_fails_once),
        cmocka_unit_test(safe_frames_go_first_and_cancel_sets),
        cmocka_unit_test(safe_frames_do_not_wait_for_silence),
        cmocka_unit_test(an_unanswered_safe_frame_is_tried_three_times_and_the_next_is_sent),
        cmocka_unit_test(a_set_that_is_out_is_not_repeated_when_the_device_is_made_safe),
        cmocka_unit_test(the_guard_gets_the_same_safe_frames),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
