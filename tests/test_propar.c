#include "tests/support/cmocka.h"

#include <math.h>
#include <stdlib.h>

#include "core/rng.h"
#include "instruments/proto/propar.h"

enum { SEED = 4711 };

static void published_frames_come_out(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct { uint8_t seq; struct span data, wire; } rows[] = {
        { 1, { "\x04\x01\x20\x01\x20", 5 }, { "\x10\x02\x01\x80\x05\x04\x01\x20\x01\x20\x10\x03", 12 } },
        { 3, { "\x01\x01\x21\x3e\x80", 5 }, { "\x10\x02\x03\x80\x05\x01\x01\x21\x3e\x80\x10\x03", 12 } },
        { 6, { "\x01\x21\x43\x40\x20\0\0", 7 }, { "\x10\x02\x06\x80\x07\x01\x21\x43\x40\x20\0\0\x10\x03", 14 } },
        { 16, { "\x00\x00\x10", 3 }, { "\x10\x02\x10\x10\x80\x03\x00\x00\x10\x10\x10\x03", 12 } },
    };
    /* clang-format on */
    for (size_t i = 0; i < COUNT(rows); i++) {
        char bytes[64];
        struct obuf out = {bytes, 0, sizeof bytes};
        struct propar_message message;
        assert_int_equal(propar_put_frame(&out, rows[i].seq, 0x80, rows[i].data), RC_OK);
        assert_true(span_equal(obuf_span(&out), rows[i].wire));
        assert_int_equal(propar_get_frame(rows[i].wire, &message), RC_OK);
        assert_int_equal(message.seq, rows[i].seq);
        assert_int_equal(message.node, 0x80);
        assert_int_equal(message.len, rows[i].data.len);
        assert_memory_equal(message.data, rows[i].data.at, message.len);
        out.cap = out.len + rows[i].wire.len - 1;
        assert_int_equal(propar_put_frame(&out, rows[i].seq, 0x80, rows[i].data), RC_NOSPACE);
        assert_int_equal(out.len, rows[i].wire.len);
    }
}

static void chained_reads_are_as_the_manual_prints_them(void **state)
{
    (void)state;
    static const struct propar_parameter two_processes[] = {{33, 0, PROPAR_32, 0},
                                                            {33, 3, PROPAR_32, 0},
                                                            {33, 7, PROPAR_32, 0},
                                                            {114, 1, PROPAR_32, 0}};
    static const struct propar_parameter texts[] = {
        {113, 3, PROPAR_TEXT, 0}, {1, 31, PROPAR_TEXT, 7}, {1, 4, PROPAR_U8, 0}};
    char bytes[64];
    struct obuf out = {bytes, 0, sizeof bytes};
    assert_int_equal(propar_put_read(&out, two_processes, 4), RC_OK);
    /* the vendor's own example numbers the echoes freely; ours echo the parameter itself */
    assert_true(span_equal(obuf_span(&out),
                           SPAN("\x04\xa1\xc0\x21\x40\xc3\x21\x43\x47\x21\x47\x72\x41\x72\x41")));
    out.len = 0;
    assert_int_equal(propar_put_read(&out, texts, 3), RC_OK);
    assert_true(span_equal(obuf_span(&out), SPAN("\x04\xf1\x63\x71\x63\x00\x01\xff\x01\x7f\x07"
                                                 "\x04\x01\x04")));
    struct propar_value values[3];
    const struct span answer = SPAN("\x02\xf1\x63\x00M12345678A\x00\x01\xff\x07ln/min \x04\x12");
    assert_int_equal(propar_get_answer(answer, texts, 3, values), RC_OK);
    assert_string_equal(values[0].text, "M12345678A");
    assert_string_equal(values[1].text, "ln/min");
    assert_int_equal((int)values[2].number, 18);
    for (size_t len = 0; len < answer.len; len++) {
        char *exact = malloc(len ? len : 1);
        assert_non_null(exact);
        memcpy(exact, answer.at, len);
        assert_int_equal(propar_get_answer((struct span){exact, len}, texts, 3, values),
                         RC_PROTOCOL);
        free(exact);
    }
    assert_int_equal(propar_put_read(&out, texts, 0), RC_RANGE);
}

static void floats_are_big_endian_and_finite(void **state)
{
    (void)state;
    static const struct propar_parameter flow[] = {{33, 0, PROPAR_32, 0}};
    uint8_t at[4];
    struct propar_value value;
    propar_put_float(at, 2.5);
    assert_memory_equal(at, "\x40\x20\0\0", 4);
    assert_true(fabs(propar_get_float(at) - 2.5) < 1e-12);
    assert_int_equal(propar_get_answer(SPAN("\x02\x21\x40\x40\x20\0\0"), flow, 1, &value), RC_OK);
    assert_true(fabs(value.number - 2.5) < 1e-12);
    assert_int_equal(propar_get_answer(SPAN("\x02\x21\x40\x7f\xc0\0\0"), flow, 1, &value),
                     RC_PROTOCOL);
    assert_int_equal(propar_get_answer(SPAN("\x02\x21\x40\x7f\x80\0\0"), flow, 1, &value),
                     RC_PROTOCOL);
    assert_int_equal(propar_get_answer(SPAN("\x02\x21\x43\x40\x20\0\0"), flow, 1, &value),
                     RC_PROTOCOL);
    assert_int_equal(propar_get_answer(SPAN("\x02\x21\x40\x40\x20\0\0\0"), flow, 1, &value),
                     RC_PROTOCOL);
}

static void hurt_frames_are_refused(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct span rows[] = {
        { "\x10\x02\x01\x80\x04\x00\x00\x05\x10\x03", 10 }, /* length says more */
        { "\x10\x02\x01\x80\x02\x00\x00\x05\x10\x03", 10 }, /* less */
        { "\x10\x02\x01\x80\x03\x00\x10\x05\x10\x03", 10 }, /* a single DLE inside */
        { "\x10\x02\x01\x80\x10\x03", 6 }, { "\x10\x02\x10\x03", 4 }, { "\x10\x02\x03", 3 },
        { "\x10\x03\x01\x80\x01\x00\x10\x03", 8 }, { "\x10\x02\x01\x80\x00\x10\x10\x03", 8 }, { "", 0 },
    };
    /* clang-format on */
    struct propar_message message = {.seq = 99};
    for (size_t i = 0; i < COUNT(rows); i++)
        if (propar_get_frame(rows[i], &message) != RC_PROTOCOL)
            fail_msg("row %zu", i);
    assert_int_equal(message.seq, 99);
}

static void any_message_survives_the_wire(void **state)
{
    (void)state;
    struct rng rng;
    print_message("seed %d\n", SEED);
    rng_seed(&rng, SEED);
    for (int round = 0; round < 20000; round++) {
        char data[PROPAR_DATA_MAX], wire[2 * PROPAR_DATA_MAX + 10];
        struct obuf out = {wire, 0, sizeof wire};
        struct propar_message message;
        const size_t len = (size_t)rng_below(&rng, PROPAR_DATA_MAX + 1);
        const uint8_t seq = (uint8_t)rng_below(&rng, 32), node = (uint8_t)rng_below(&rng, 129);
        for (size_t i = 0; i < len; i++)
            data[i] = (char)(rng_below(&rng, 3) ? rng_below(&rng, 256) : 0x10);
        assert_int_equal(propar_put_frame(&out, seq, node, (struct span){data, len}), RC_OK);
        assert_int_equal(propar_get_frame(obuf_span(&out), &message), RC_OK);
        assert_true(message.seq == seq && message.node == node && message.len == len);
        assert_memory_equal(message.data, data, len);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_frames_come_out),
        cmocka_unit_test(chained_reads_are_as_the_manual_prints_them),
        cmocka_unit_test(floats_are_big_endian_and_finite),
        cmocka_unit_test(hurt_frames_are_refused),
        cmocka_unit_test(any_message_survives_the_wire),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
