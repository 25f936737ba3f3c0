#include "tests/support/cmocka.h"

#include <math.h>
#include <stdlib.h>

#include "db/chunk.h"

static char memory[4096];

static struct obuf regular(void)
{
    static const float rows[] = {1.0F, 10.0F, NAN, 20.0F, 3.0F, -30.0F, -4.0F, NAN};
    struct obuf blob = {memory, 0, sizeof memory};
    assert_int_equal(chunk_begin(&blob, 2, 4), RC_OK);
    chunk_put_rows(&blob, 0, (const char *)rows, 1);
    chunk_put_rows(&blob, 1, (const char *)(rows + 2), 3);
    return blob;
}

static struct obuf points(void)
{
    static const float numbers[] = {0.0F, 0.5F, 0.75F, 7.0F, 8.0F, 9.0F};
    struct obuf blob = {memory, 0, sizeof memory};
    assert_int_equal(chunk_put_points(&blob, 5, (const char *)numbers, 3), RC_OK);
    return blob;
}

static void rows_become_columns_and_come_back(void **state)
{
    (void)state;
    struct obuf blob = regular();
    struct chunk_view view;
    assert_int_equal(blob.len, 16 + 4 * 8);
    assert_memory_equal(blob.at, "LC\1\0\2\0\0\0\4\0\0\0\0\0\0\0\0\0\x80\x3f", 20);
    assert_int_equal(chunk_parse(obuf_span(&blob), &view), RC_OK);
    assert_false(view.points);
    assert_int_equal(view.columns, 2);
    assert_int_equal(view.rows, 4);
    assert_true(chunk_value(&view, 0, 0) == 1.0F && isnan(chunk_value(&view, 0, 1)));
    assert_true(chunk_value(&view, 0, 3) == -4.0F && chunk_value(&view, 1, 2) == -30.0F);
}

static void points_keep_their_own_times(void **state)
{
    (void)state;
    struct obuf blob = points();
    struct chunk_view view;
    assert_int_equal(chunk_parse(obuf_span(&blob), &view), RC_OK);
    assert_true(view.points);
    assert_int_equal(view.column, 5);
    assert_int_equal(view.rows, 3);
    assert_true(chunk_time_s(&view, 1) == 0.5F && chunk_value(&view, 0, 2) == 9.0F);
}

static void statistics_leave_gaps_out(void **state)
{
    (void)state;
    char text[64];
    struct obuf blob = regular(), out = {text, 0, sizeof text};
    assert_int_equal(chunk_put_stats(obuf_span(&blob), &out), RC_OK);
    assert_int_equal(out.len, 2 * CHUNK_STATS);
    struct chunk_stats a = chunk_stats_at(obuf_span(&out), 0);
    struct chunk_stats b = chunk_stats_at(obuf_span(&out), 1);
    assert_true(a.min == -4.0F && a.max == 3.0F && a.mean == 0.0F && a.last == -4.0F);
    assert_int_equal(a.count, 3);
    assert_true(b.min == -30.0F && b.max == 20.0F && b.mean == 0.0F && b.last == -30.0F);
    assert_true(isnan(chunk_stats_at(obuf_span(&out), 2).min));
}

static void a_column_of_gaps_has_no_statistics(void **state)
{
    (void)state;
    const float rows[] = {NAN, NAN};
    char text[64];
    struct obuf blob = {memory, 0, sizeof memory}, out = {text, 0, sizeof text};
    assert_int_equal(chunk_begin(&blob, 1, 2), RC_OK);
    chunk_put_rows(&blob, 0, (const char *)rows, 2);
    assert_int_equal(chunk_put_stats(obuf_span(&blob), &out), RC_OK);
    struct chunk_stats stats = chunk_stats_at(obuf_span(&out), 0);
    assert_true(isnan(stats.min) && isnan(stats.max) && isnan(stats.mean) && isnan(stats.last));
    assert_int_equal(stats.count, 0);
}

/* In a heap block of exactly that size, so that a read beyond it is seen. */
static enum rc parse_exact(struct span bytes)
{
    char *exact = malloc(bytes.len ? bytes.len : 1);
    struct chunk_view view;
    assert_non_null(exact);
    memcpy(exact, bytes.at, bytes.len);
    enum rc rc = chunk_parse((struct span){exact, bytes.len}, &view);
    for (unsigned column = 0; rc == RC_OK && column < view.columns; column++)
        for (size_t row = 0; row < view.rows; row++) {
            (void)chunk_value(&view, column, row);
            if (view.points)
                (void)chunk_time_s(&view, row);
        }
    free(exact);
    return rc;
}

static void every_cut_blob_is_refused(void **state)
{
    (void)state;
    struct obuf blobs[2];
    for (int kind = 0; kind < 2; kind++) {
        blobs[kind] = kind ? points() : regular();
        for (size_t len = 0; len < blobs[kind].len; len++)
            assert_int_equal(parse_exact((struct span){blobs[kind].at, len}), RC_PROTOCOL);
        assert_int_equal(parse_exact(obuf_span(&blobs[kind])), RC_OK);
    }
}

static void every_changed_header_is_refused_or_harmless(void **state)
{
    (void)state;
    unsigned accepted = 0;
    for (unsigned at = 0; at < CHUNK_HEADER; at++)
        for (unsigned value = 0; value < 256; value++) {
            struct obuf blob = regular();
            if ((unsigned char)blob.at[at] == value)
                continue;
            blob.at[at] = (char)(unsigned char)value;
            accepted += parse_exact(obuf_span(&blob)) == RC_OK;
        }
    assert_int_equal(accepted, 63); /* the number of the first column only */
}

static void what_does_not_fit_is_refused(void **state)
{
    (void)state;
    struct obuf blob = {memory, 0, 32};
    assert_int_equal(chunk_begin(&blob, 1, 5), RC_NOSPACE);
    assert_int_equal(chunk_begin(&blob, 0, 1), RC_RANGE);
    assert_int_equal(chunk_begin(&blob, CHUNK_COLUMNS_MAX + 1, 0), RC_RANGE);
    assert_int_equal(blob.len, 0);
    assert_int_equal(chunk_begin(&blob, 1, 4), RC_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_become_columns_and_come_back),
        cmocka_unit_test(points_keep_their_own_times),
        cmocka_unit_test(statistics_leave_gaps_out),
        cmocka_unit_test(a_column_of_gaps_has_no_statistics),
        cmocka_unit_test(every_cut_blob_is_refused),
        cmocka_unit_test(every_changed_header_is_refused_or_harmless),
        cmocka_unit_test(what_does_not_fit_is_refused),
    };
    return cmocka_run_group_tests_name("chunk", tests, NULL, NULL);
}
