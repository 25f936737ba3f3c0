#include "tests/support/cmocka.h"

#include <stdlib.h>

#include "core/rng.h"
#include "instruments/proto/framing.h"

enum { FRAMES_MAX = 4096, STREAM_LEN = 3000, SEED = 20251121 };

struct cut {
    char bytes[2 * STREAM_LEN];
    size_t len;
    size_t frame_len[FRAMES_MAX];
    size_t frames;
};

/* What the link does: bytes come in pieces, the framer sees what is there and drops what it used.
 */
static void cut_in_pieces(const struct framing *framing, struct span stream, struct rng *rng,
                          size_t largest, struct cut *cut)
{
    char window[STREAM_LEN];
    size_t held = 0;
    cut->len = cut->frames = 0;
    while (stream.len) {
        size_t piece = largest == 1 ? 1 : 1 + (size_t)rng_below(rng, largest);
        piece = piece < stream.len ? piece : stream.len;
        memcpy(window + held, stream.at, piece);
        held += piece;
        stream = span_skip(stream, piece);
        for (;;) {
            char *exact = malloc(held ? held : 1); /* a read behind the end is found */
            struct span frame = {NULL, 0};
            size_t used = 0;
            assert_non_null(exact);
            memcpy(exact, window, held);
            const enum frame_state got = framing->cut((struct span){exact, held}, &frame, &used);
            assert_true(used <= held);
            if (got == FRAME_READY) {
                assert_true(used > 0 && frame.len <= framing->longest);
                memcpy(cut->bytes + cut->len, frame.at, frame.len);
                cut->len += frame.len;
                cut->frame_len[cut->frames++] = frame.len;
            }
            free(exact);
            memmove(window, window + used, held - used);
            held -= used;
            if (got == FRAME_MORE && used == 0)
                break;
        }
        assert_true(held <= framing->longest + 2); /* a bounded buffer is enough */
    }
}

static void fill(struct rng *rng, const char *alphabet, size_t letters, char *stream)
{
    for (size_t i = 0; i < STREAM_LEN; i++)
        stream[i] = rng_below(rng, 8) ? alphabet[rng_below(rng, letters)]
                                      : (char)(unsigned char)rng_below(rng, 256);
}

static void any_chunking_gives_the_same_frames(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct { const struct framing *framing; const char *alphabet; size_t letters; } rows[] = {
        { &framing_line_cr, "AB 1\r\n", 6 }, { &framing_line_cr, "AB 123456789", 12 },
        { &framing_record_lf, "AB 1\r\n", 6 }, { &framing_line_lf, "AB 1\r\n", 6 }, { &framing_line_lf, "AB 123456789", 12 },
        { &framing_propar, "\x10\x02\x03\x10\x41", 5 }, { &framing_propar, "\x10\x10\x02\x41\x41\x41\x41", 7 },
        { &framing_frame26, "\xAA\x00\x00\x01", 4 },
    };
    /* clang-format on */
    static struct cut whole, pieces;
    static char stream[STREAM_LEN];
    struct rng rng;
    print_message("seed %d\n", SEED);
    rng_seed(&rng, SEED);
    for (size_t i = 0; i < COUNT(rows); i++)
        for (int round = 0; round < 20; round++) {
            const struct span all = {stream, STREAM_LEN};
            fill(&rng, rows[i].alphabet, rows[i].letters, stream);
            cut_in_pieces(rows[i].framing, all, &rng, 1, &pieces);
            cut_in_pieces(rows[i].framing, all, &rng, 120, &whole);
            assert_int_equal(whole.frames, pieces.frames);
            assert_int_equal(whole.len, pieces.len);
            assert_memory_equal(whole.bytes, pieces.bytes, whole.len);
            assert_memory_equal(whole.frame_len, pieces.frame_len,
                                whole.frames * sizeof whole.frame_len[0]);
        }
}

struct expect {
    const struct framing *framing;
    struct span stream;
    const char *frames[4]; /* up to the first NULL */
};

static void streams_are_cut_as_written(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct expect rows[] = {
        { &framing_line_cr, { "A 1\rB 2\r", 8 },      { "A 1", "B 2" } },
        { &framing_line_cr, { "\r\n\r\nA\r\nB\r", 10 }, { "A", "B" } },
        { &framing_line_cr, { "A 1", 3 },             { NULL } },
        { &framing_line_lf, { "A 1\r\nB\n\nC\n", 11 }, { "A 1", "B", "C" } },
        { &framing_line_lf, { "\r\nA\r", 4 },         { NULL } },
        { &framing_propar, { "xx\x10\x02" "ab\x10\x03\x10\x02\x10\x10\x10\x03", 14 },
          { "\x10\x02" "ab\x10\x03", "\x10\x02\x10\x10\x10\x03" } },
        { &framing_propar, { "\x10\x02" "cut\x10\x02" "ab\x10\x03", 11 }, { "\x10\x02" "ab\x10\x03" } },
        { &framing_propar, { "\x10\x02" "cut\x10" "x\x10\x02" "ab\x10\x03", 13 }, { "\x10\x02" "ab\x10\x03" } },
        { &framing_propar, { "\x10\x02" "ab\x10", 5 }, { NULL } },
    };
    /* clang-format on */
    static struct cut cut;
    for (size_t i = 0; i < COUNT(rows); i++) {
        size_t frames = 0, at = 0;
        cut_in_pieces(rows[i].framing, rows[i].stream, NULL, 1, &cut);
        for (; frames < 4 && rows[i].frames[frames]; frames++) {
            const struct span frame = {cut.bytes + at, cut.frame_len[frames]};
            if (frames >= cut.frames || !span_is(frame, rows[i].frames[frames]))
                fail_msg("row %zu, frame %zu", i, frames);
            at += frame.len;
        }
        assert_int_equal(cut.frames, frames);
    }
}

static void a_load_frame_is_found_behind_noise_and_false_starts(void **state)
{
    (void)state;
    unsigned char bytes[3 + 2 * 26] = {0xAA, 0x55, 0xAA};
    static struct cut cut;
    for (size_t k = 0; k < 2; k++) {
        unsigned char *frame = bytes + 3 + 26 * k;
        unsigned sum = 0;
        frame[0] = 0xAA;
        frame[2] = 0x5F;
        frame[5] = 0xAA; /* a sync byte inside the data */
        for (size_t i = 0; i < 25; i++)
            sum += frame[i];
        frame[25] = (unsigned char)sum;
    }
    cut_in_pieces(&framing_frame26, (struct span){(const char *)bytes, sizeof bytes}, NULL, 1,
                  &cut);
    assert_int_equal(cut.frames, 2);
    bytes[3 + 25]++; /* the first is hurt: the second still comes */
    cut_in_pieces(&framing_frame26, (struct span){(const char *)bytes, sizeof bytes}, NULL, 1,
                  &cut);
    assert_int_equal(cut.frames, 1);
}

static void too_long_a_line_is_dropped_and_the_next_is_whole(void **state)
{
    (void)state;
    static struct cut cut;
    static char stream[900];
    memset(stream, 'x', sizeof stream);
    memcpy(stream + 603, "\rgood\r", 6);
    cut_in_pieces(&framing_line_cr, (struct span){stream, 609}, NULL, 1, &cut);
    assert_int_equal(cut.frame_len[cut.frames - 1], 4);
    memset(stream, 'x', 300);
    stream[300] = '\r'; /* exactly the longest */
    cut_in_pieces(&framing_line_cr, (struct span){stream, 301}, NULL, 1, &cut);
    assert_int_equal(cut.frames, 1);
    assert_int_equal(cut.frame_len[0], 300);
}

static void a_record_is_a_longer_line(void **state)
{
    (void)state;
    static char stream[2100];
    struct span frame;
    size_t used;
    memset(stream, 'x', sizeof stream);
    stream[1535] = '\n'; /* 96 readings of a meter */
    const struct span all = {stream, sizeof stream};
    assert_int_equal(framing_record_lf.cut(all, &frame, &used), FRAME_READY);
    assert_int_equal(frame.len, 1535);
    assert_int_equal(framing_line_lf.cut(all, &frame, &used), FRAME_MORE);
    assert_int_equal(used, 301);
    stream[1535] = 'x';
    assert_int_equal(framing_record_lf.cut(all, &frame, &used), FRAME_MORE);
    assert_int_equal(used, 2001);
}

static void noise_before_a_long_message_does_not_count_as_its_length(void **state)
{
    (void)state;
    static struct cut cut;
    static char stream[700];
    struct span frame;
    size_t used;
    memset(stream, 'x', sizeof stream);
    memcpy(stream + 200, "\x10\x02", 2);
    memcpy(stream + 400, "\x10\x03", 2);
    assert_int_equal(framing_propar.cut((struct span){stream, 402}, &frame, &used), FRAME_READY);
    assert_int_equal(frame.len, 202);
    memcpy(stream + 400, "xx", 2); /* one that never ends, then a good one */
    memcpy(stream + 600, "\x10\x02good\x10\x03", 8);
    cut_in_pieces(&framing_propar, (struct span){stream, 608}, NULL, 1, &cut);
    assert_int_equal(cut.frames, 1);
    assert_int_equal(cut.frame_len[0], 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_chunking_gives_the_same_frames),
        cmocka_unit_test(streams_are_cut_as_written),
        cmocka_unit_test(a_load_frame_is_found_behind_noise_and_false_starts),
        cmocka_unit_test(noise_before_a_long_message_does_not_count_as_its_length),
        cmocka_unit_test(too_long_a_line_is_dropped_and_the_next_is_whole),
        cmocka_unit_test(a_record_is_a_longer_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
