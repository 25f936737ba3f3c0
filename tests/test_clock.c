#include "tests/support/cmocka.h"

#include "core/clock.h"

static void a_virtual_clock_stands_still_until_it_is_moved(void **state)
{
    (void)state;
    struct clock clock;
    clock_init_virtual(&clock, 1700000000000000);
    assert_int_equal(clock_now(&clock).us, 0);
    clock_jump(&clock, (struct instant){250});
    assert_int_equal(clock_now(&clock).us, 250);
    assert_int_equal(clock_wall_us(&clock, clock_now(&clock)), 1700000000000250);
}

static void a_virtual_clock_never_goes_back(void **state)
{
    (void)state;
    struct clock clock;
    clock_init_virtual(&clock, 0);
    clock_jump(&clock, (struct instant){1000});
    clock_jump(&clock, (struct instant){999});
    clock_jump(&clock, (struct instant){-5});
    assert_int_equal(clock_now(&clock).us, 1000);
}

static void a_real_clock_starts_near_zero_ignores_jumps_and_is_monotonic(void **state)
{
    (void)state;
    struct clock clock;
    clock_init_real(&clock);
    struct instant first = clock_now(&clock);
    clock_jump(&clock, (struct instant){INT64_MAX / 2});
    struct instant second = clock_now(&clock);
    assert_true(first.us >= 0);
    assert_true(second.us >= first.us);
    assert_true(second.us < INT64_MAX / 4);
    assert_true(clock.wall_us > INT64_C(1600000000000000)); /* later than 2020 */
    assert_true(clock_wall_us(&clock, second) == clock.wall_us + second.us);
}

static void the_wall_time_of_never_saturates(void **state)
{
    (void)state;
    struct clock clock;
    clock_init_virtual(&clock, 5);
    assert_true(clock_wall_us(&clock, INSTANT_NEVER) == INT64_MAX);
}

static void durations_round_to_the_nearest_microsecond(void **state)
{
    (void)state;
    assert_int_equal(duration_s(0.2).us, 200000);
    assert_int_equal(duration_s(1.0000004).us, 1000000);
    assert_int_equal(duration_s(1.0000006).us, 1000001);
    assert_int_equal(duration_s(-0.25).us, -250000);
    assert_int_equal(duration_ms(3).us, 3000);
    assert_true(duration_in_s(duration_us(1500000)) == 1.5);
}

static void instants_saturate_at_never(void **state)
{
    (void)state;
    assert_true(instant_add(INSTANT_NEVER, duration_us(1)).us == INT64_MAX);
    assert_true(instant_add((struct instant){10}, duration_us(5)).us == 15);
    assert_true(instant_add((struct instant){10}, duration_us(-15)).us == -5);
    assert_true(instant_since((struct instant){10}, (struct instant){4}).us == 6);
    assert_true(instant_before((struct instant){1}, (struct instant){2}));
    assert_false(instant_before((struct instant){2}, (struct instant){2}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_virtual_clock_stands_still_until_it_is_moved),
        cmocka_unit_test(a_virtual_clock_never_goes_back),
        cmocka_unit_test(a_real_clock_starts_near_zero_ignores_jumps_and_is_monotonic),
        cmocka_unit_test(the_wall_time_of_never_saturates),
        cmocka_unit_test(durations_round_to_the_nearest_microsecond),
        cmocka_unit_test(instants_saturate_at_never),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
