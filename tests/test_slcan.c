#include "tests/support/cmocka.h"

#include <stdlib.h>

#include "core/rng.h"
#include "instruments/proto/framing.h"
#include "instruments/proto/slcan.h"

static const uint64_t seed = 20251;

static void assert_text(const struct obuf *out, const char *text)
{
    assert_int_equal(out->len, strlen(text));
    assert_memory_equal(out->at, text, out->len);
}

static void known_lines_are_written_and_read(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        struct can_frame frame;
    } rows[] = {
        {"T0EF5000028701", {0x0EF50000, true, 2, {0x87, 0x01}}},
        {"t1908A00110270C030000",
         {0x190, false, 8, {0xA0, 0x01, 0x10, 0x27, 0x0C, 0x03, 0x00, 0x00}}},
        {"t7FF0", {0x7FF, false, 0, {0}}},
        {"T1FFFFFFF1AB", {0x1FFFFFFF, true, 1, {0xAB}}},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[SLCAN_LINE_MAX];
        struct obuf out = {text, 0, sizeof text};
        struct can_frame read;
        assert_int_equal(slcan_put_frame(&out, &rows[i].frame), RC_OK);
        assert_int_equal(text[out.len - 1], '\r');
        out.len--;
        assert_text(&out, rows[i].line);
        assert_int_equal(slcan_parse_frame(obuf_span(&out), &read), RC_OK);
        assert_memory_equal(&read, &rows[i].frame, sizeof read);
    }
}

static void what_is_no_whole_data_frame_is_refused(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "",           "t",          "t19",        "t190",      "t1909001122334455667788",
        "t1902A0",    "t1901A",     "t1901A0B",   "t190100AB", "t8001AA",
        "tG901AA",    "t190GAA",    "t1901GA",    "r1900",     "T0EF50000",
        "T200000000", "t1900123",   "t190012345", "t1900xyz",  "Z",
        "z",          "T0ef5000g0", "t-100",      "t 1900",
    };
    for (size_t i = 0; i < COUNT(lines); i++) {
        struct can_frame frame = {.id = 77};
        if (slcan_parse_frame(span_text(lines[i]), &frame) != RC_PROTOCOL)
            fail_msg("accepted: %s", lines[i]);
        assert_int_equal(frame.id, 77);
    }
}

static void a_time_stamp_and_small_letters_are_accepted(void **state)
{
    (void)state;
    struct can_frame frame;
    assert_int_equal(slcan_parse_frame(SPAN("t29f2abcd1A2b"), &frame), RC_OK);
    assert_int_equal(frame.id, 0x29F);
    assert_int_equal(frame.data[1], 0xCD);
    assert_int_equal(slcan_standard_id(SPAN("t29f2abcd")), 0x29F);
    assert_int_equal(slcan_standard_id(SPAN("T29f2abcd")), -1);
    assert_int_equal(slcan_standard_id(SPAN("t29x2abcd")), -1);
    assert_int_equal(slcan_standard_id(SPAN("t29f")), -1);
}

static void random_frames_survive_and_every_prefix_is_refused(void **state)
{
    (void)state;
    struct rng rng;
    print_message("seed %llu\n", (unsigned long long)seed);
    rng_seed(&rng, seed);
    for (int n = 0; n < 2000; n++) {
        struct can_frame frame = {.extended = rng_below(&rng, 2)}, read;
        frame.id = (uint32_t)rng_below(&rng, frame.extended ? 0x20000000 : 0x800);
        frame.len = (uint8_t)rng_below(&rng, 9);
        for (unsigned i = 0; i < frame.len; i++)
            frame.data[i] = (uint8_t)rng_below(&rng, 256);
        char text[SLCAN_LINE_MAX];
        struct obuf out = {text, 0, sizeof text};
        assert_int_equal(slcan_put_frame(&out, &frame), RC_OK);
        size_t len = out.len - 1;
        assert_int_equal(slcan_parse_frame((struct span){text, len}, &read), RC_OK);
        assert_memory_equal(&read, &frame, sizeof read);
        for (size_t cut = 0; cut < len; cut++) {
            char *block = malloc(cut ? cut : 1);
            assert_non_null(block);
            memcpy(block, text, cut);
            assert_int_equal(slcan_parse_frame((struct span){block, cut}, &read), RC_PROTOCOL);
            free(block);
        }
    }
}

static void impossible_frames_are_not_written(void **state)
{
    (void)state;
    char text[20];
    struct obuf out = {text, 0, sizeof text};
    assert_int_equal(slcan_put_frame(&out, &(struct can_frame){.id = 0x800}), RC_RANGE);
    assert_int_equal(slcan_put_frame(&out, &(struct can_frame){.id = 0x20000000, .extended = true}),
                     RC_RANGE);
    assert_int_equal(slcan_put_frame(&out, &(struct can_frame){.id = 1, .len = 9}), RC_RANGE);
    assert_int_equal(slcan_put_frame(&out, &(struct can_frame){.id = 1, .len = 8}), RC_NOSPACE);
    assert_int_equal(out.len, 0);
}

static void only_declared_identifiers_leave_the_host(void **state)
{
    (void)state;
    static const uint32_t ids[] = {0x0EF50000};
    const struct slcan_whitelist allowed = {ids, 1, true};
    char text[SLCAN_LINE_MAX];
    struct obuf out = {text, 0, sizeof text};
    static const uint32_t never[] = {0x0EF00000, 0x0EF10000, 0x0EF20000, 0x0EF21234,
                                     0x0EF30000, 0x0EF40000, 0x00727573, 0};
    for (size_t i = 0; i < COUNT(never); i++)
        assert_int_equal(
            slcan_put_allowed(&out, &(struct can_frame){.id = never[i], .extended = true}, allowed),
            RC_REFUSED);
    assert_int_equal(slcan_put_allowed(&out, &(struct can_frame){.id = 0x500}, allowed),
                     RC_REFUSED);
    assert_int_equal(out.len, 0);
    assert_int_equal(
        slcan_put_allowed(&out, &(struct can_frame){.id = ids[0], .extended = true}, allowed),
        RC_OK);
}

static void the_answer_to_a_sent_frame_is_known(void **state)
{
    (void)state;
    assert_int_equal(slcan_check_sent(SPAN("")), RC_OK);
    assert_int_equal(slcan_check_sent(SPAN("z")), RC_OK);
    assert_int_equal(slcan_check_sent(SPAN("Z")), RC_OK);
    assert_int_equal(slcan_check_sent(SPAN("\a")), RC_REFUSED);
    assert_int_equal(slcan_check_sent(SPAN("V1013")), RC_PROTOCOL);
    assert_int_equal(slcan_check_sent(SPAN("t1900")), RC_PROTOCOL);
}

/* All frames of a stream joined by '|', cut with a window that grows by `piece`. */
static void cut_all(const struct framing *framing, struct span stream, size_t piece,
                    struct obuf *out)
{
    size_t seen = piece < stream.len ? piece : stream.len;
    out->len = 0;
    while (stream.len) {
        struct span frame;
        size_t used = 0;
        enum frame_state cut = framing->cut((struct span){stream.at, seen}, &frame, &used);
        assert_true(used <= seen);
        if (cut == FRAME_READY) {
            assert_true(frame.len <= framing->longest);
            assert_int_equal(obuf_put(out, frame), RC_OK);
            assert_int_equal(obuf_byte(out, '|'), RC_OK);
        }
        stream = span_skip(stream, used);
        seen -= used;
        if (cut == FRAME_READY)
            continue;
        if (seen == stream.len)
            return;
        seen = seen + piece < stream.len ? seen + piece : stream.len;
    }
}

static void check_stream(const struct framing *framing, struct span stream, const char *wanted)
{
    static char said[8192];
    struct obuf out = {said, 0, sizeof said};
    for (size_t piece = 1; piece <= stream.len; piece = piece < 9 ? piece + 1 : piece * 2) {
        cut_all(framing, stream, piece, &out);
        assert_text(&out, wanted);
    }
    cut_all(framing, stream, stream.len, &out);
    assert_text(&out, wanted);
}

static void can_text_is_cut_the_same_however_it_arrives(void **state)
{
    (void)state;
    check_stream(&framing_can_text, SPAN("V1013\r\r\at1900\rz\r\n\r\nZ\rt19"),
                 "V1013||\a|t1900|z||Z|");
}

static void prompts_are_cut_the_same_however_they_arrive(void **state)
{
    (void)state;
    check_stream(&framing_prompt,
                 SPAN("gpio readall\n\r0003\n\r>\n\r# 0012 0013 FFEF\n\r>ver\r\n8\r\n>a>b"),
                 "gpio readall\n\r0003\n|\n\r# 0012 0013 FFEF\n|ver\r\n8\r|");
}

static void endless_noise_is_dropped_in_whole_pieces(void **state)
{
    (void)state;
    static char noise[1000];
    memset(noise, 'x', sizeof noise);
    memcpy(noise + 980, "\rV1013\r", 7);
    memcpy(noise + 987, "ver\n\r>", 6);
    /* what is left of the last piece in front of the CR is a frame that no decode accepts */
    struct span stream = {noise, 987};
    static char said[2][2048];
    struct obuf whole = {said[0], 0, sizeof said[0]}, bytes = {said[1], 0, sizeof said[1]};
    cut_all(&framing_can_text, stream, stream.len, &whole);
    cut_all(&framing_can_text, stream, 1, &bytes);
    assert_true(span_equal(obuf_span(&whole), obuf_span(&bytes)));
    assert_true(whole.len > 7 && memcmp(whole.at + whole.len - 7, "|V1013|", 7) == 0);
    cut_all(&framing_prompt, (struct span){noise, sizeof noise}, sizeof noise, &whole);
    cut_all(&framing_prompt, (struct span){noise, sizeof noise}, 1, &bytes);
    assert_true(span_equal(obuf_span(&whole), obuf_span(&bytes)));
    assert_true(whole.len > 5 && memcmp(whole.at + whole.len - 5, "ver\n|", 5) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_lines_are_written_and_read),
        cmocka_unit_test(what_is_no_whole_data_frame_is_refused),
        cmocka_unit_test(a_time_stamp_and_small_letters_are_accepted),
        cmocka_unit_test(random_frames_survive_and_every_prefix_is_refused),
        cmocka_unit_test(impossible_frames_are_not_written),
        cmocka_unit_test(only_declared_identifiers_leave_the_host),
        cmocka_unit_test(the_answer_to_a_sent_frame_is_known),
        cmocka_unit_test(can_text_is_cut_the_same_however_it_arrives),
        cmocka_unit_test(prompts_are_cut_the_same_however_they_arrive),
        cmocka_unit_test(endless_noise_is_dropped_in_whole_pieces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
