#include "tests/support/cmocka.h"

#include "bench/guard/guard_wire.h"
#include "bench/guard/whitelist.h"
#include "instruments/link.h"
#include "instruments/registry.h"

static const struct device_setup setup = {.name = "x",
                                          .address = 'B',
                                          .node = 3,
                                          .channels = 0,
                                          .full_scale = 5.0,
                                          .reference_ratio = 1.0,
                                          .supply_V = 13.5};

struct seen {
    const char *driver;
    unsigned count;
};

static enum rc put(void *ctx, struct span frame)
{
    struct seen *seen = ctx;
    char text[256];
    struct obuf out = {text, 0, sizeof text - 1};
    obuf_escaped(&out, frame);
    text[out.len] = '\0';
    if (!whitelist_permits(frame.at, frame.len))
        fail_msg("%s: the guard would refuse %s", seen->driver, text);
    assert_in_range(frame.len, 1, GUARD_FRAME_BYTES_MAX);
    seen->count++;
    return RC_OK;
}

static void every_drivers_safe_frames_pass_the_whitelist(void **state)
{
    (void)state;
    for (size_t i = 0; i < registry_count; i++) {
        struct seen seen = {.driver = registry[i].driver->name};
        assert_int_equal(device_safe_frames(registry[i].driver, &setup, put, &seen), RC_OK);
        if (registry[i].driver->safe_steps)
            assert_int_not_equal(seen.count, 0);
    }
}

/* What must never pass: the same words with anything that is not rest. */
static void frames_that_drive_an_output_are_refused(void **state)
{
    static const char *const frames[] = {
        "ALS 0.100\r",
        "ALS 1\r",
        "AS0.001\r",
        "A\r",
        "ALS -0\r",
        "ALS ..0\r",
        "ALS 0.0.0\r",
        "ALS 00000000000000000\r",
        "INST:NSEL 1;:OUTP ON;:VOLT 0;:INST:NSEL?;:VOLT?;:OUTP?\n",
        "INST:NSEL 1;:OUTP OFF;:VOLT 0.1;:INST:NSEL?;:VOLT?;:OUTP?\n",
        "T0EF50000288701\r",
        "T0EF500002870\r",
        "T0EF0000028700\r",
        "gpio set 8\r",
        "gpio writeall 01\r",
        "FUNC:TEST ON\r\nFUNC:TEST?\r\n",
        "FUNC:TEST OFF\r\nFUNC:TEST ON\r\n",
        "",
        "ALS 0.000\rALS 5.0\r"};
    (void)state;
    for (size_t i = 0; i < COUNT(frames); i++)
        if (whitelist_permits(frames[i], strlen(frames[i])))
            fail_msg("passed: %s", frames[i]);
}

static bool changes_to_zero_only(const char *frame, size_t len)
{
    return whitelist_permits(frame, len);
}

/* One flipped bit in a frame that carries a value must not become another permitted value. */
static void a_binary_set_point_other_than_zero_is_refused(void **state)
{
    char frame[] = "\x10\x02\x01\x03\x07\x01\x21\x43\0\0\0\0\x10\x03";
    size_t len = sizeof frame - 1;
    (void)state;
    assert_true(changes_to_zero_only(frame, len));
    for (size_t at = 8; at < 12; at++)
        for (unsigned bit = 0; bit < 8; bit++) {
            frame[at] = (char)(1 << bit);
            assert_false(changes_to_zero_only(frame, len));
            frame[at] = 0;
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_drivers_safe_frames_pass_the_whitelist),
        cmocka_unit_test(frames_that_drive_an_output_are_refused),
        cmocka_unit_test(a_binary_set_point_other_than_zero_is_refused),
    };
    return cmocka_run_group_tests_name("guard", tests, NULL, NULL);
}
