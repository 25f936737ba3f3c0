#include "tests/support/cmocka.h"

#include "instruments/proto/frame26.h"

static void the_published_frames_come_out(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct { uint8_t address, command; uint32_t value; uint8_t sum; } rows[] = {
        { 0xFF, 0x6A, 0,     0x13 },
        { 0,    0x20, 1,     0xCB },
        { 0,    0x2A, 25000, 0xDD },
        { 0,    0x21, 1,     0xCC },
        { 0,    0x12, 0x80,  0x3C },
        { 0,    0x12, 0x90,  0x4C },
        { 0,    0x12, 0xC0,  0x7C },
    };
    /* clang-format on */
    for (size_t i = 0; i < COUNT(rows); i++) {
        char bytes[FRAME26_LEN];
        struct obuf out = {bytes, 0, sizeof bytes};
        struct frame26 back, frame = {.address = rows[i].address, .command = rows[i].command};
        frame26_set_u32(&frame, 0, rows[i].value);
        assert_int_equal(frame26_put(&out, &frame), RC_OK);
        assert_int_equal((unsigned char)bytes[25], rows[i].sum);
        assert_int_equal(frame26_get(obuf_span(&out), &back), RC_OK);
        assert_int_equal(back.address, rows[i].address);
        assert_int_equal(back.command, rows[i].command);
        assert_int_equal(frame26_u32(&back, 0), rows[i].value);
        assert_int_equal(frame26_put(&out, &frame), RC_NOSPACE);
        assert_int_equal(out.len, FRAME26_LEN);
    }
}

static void integers_are_little_endian_at_any_place(void **state)
{
    (void)state;
    struct frame26 frame = {0};
    frame26_set_u32(&frame, 18, 0x89ABCDEF);
    frame26_set_u16(&frame, 13, 0x1234);
    assert_int_equal(frame.data[18], 0xEF);
    assert_int_equal(frame.data[21], 0x89);
    assert_int_equal(frame.data[13], 0x34);
    assert_true(frame26_u32(&frame, 18) == 0x89ABCDEF);
    assert_int_equal(frame26_u16(&frame, 13), 0x1234);
}

static void any_single_changed_byte_is_noticed(void **state)
{
    (void)state;
    char bytes[FRAME26_LEN];
    struct obuf out = {bytes, 0, sizeof bytes};
    struct frame26 back, frame = {.address = 3, .command = 0x5F, .data = {1, 2, 3, 0xAA}};
    assert_int_equal(frame26_put(&out, &frame), RC_OK);
    for (size_t at = 0; at < FRAME26_LEN; at++)
        for (unsigned change = 1; change < 256; change++) {
            bytes[at] = (char)((unsigned char)bytes[at] ^ change);
            assert_int_equal(frame26_get(obuf_span(&out), &back), RC_PROTOCOL);
            bytes[at] = (char)((unsigned char)bytes[at] ^ change);
        }
    bytes[0]++; /* another sync byte with the sum that fits it */
    bytes[25]++;
    assert_int_equal(frame26_get(obuf_span(&out), &back), RC_PROTOCOL);
    bytes[0]--;
    bytes[25]--;
    for (size_t len = 0; len < FRAME26_LEN; len++)
        assert_int_equal(frame26_get((struct span){bytes, len}, &back), RC_PROTOCOL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_frames_come_out),
        cmocka_unit_test(integers_are_little_endian_at_any_place),
        cmocka_unit_test(any_single_changed_byte_is_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
