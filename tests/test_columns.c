#include "tests/support/cmocka.h"

#include <math.h>

#include "instruments/proto/columns.h"

struct row {
    double a, b;
};

static const struct column columns[] = {
    {.to = offsetof(struct row, a), .scale = 2.0, .min = -4.0, .max = 4.0},
    {.to = COLUMN_SKIP, .scale = 1.0},
    {.to = offsetof(struct row, b), .scale = 1.0, .min = 0.0, .max = 1.0},
};

static void words_come_off_both_ends(void **state)
{
    (void)state;
    struct span rest = SPAN("  one two   three ");
    assert_true(span_is(columns_word(&rest), "one"));
    assert_true(span_is(columns_last_word(&rest), "three"));
    assert_true(span_is(columns_last_word(&rest), "two"));
    assert_int_equal(columns_last_word(&rest).len, 0);
    assert_int_equal(columns_word(&rest).len, 0);
}

static void rows_are_read_with_scale_and_bounds(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct { const char *text; enum rc rc; double a, b; } rows[] = {
        { "1 9e9 0.5",       RC_OK, 2.0, 0.5 },
        { "+2.0 0 +1",       RC_OK, 4.0, 1.0 },
        { "-2.0 0 0 tail",   RC_OK, -4.0, 0.0 },
        { "2.01 0 0",        RC_RANGE, 0, 0 },
        { "-2.01 0 0",       RC_RANGE, 0, 0 },
        { "1 0 1.0001",      RC_RANGE, 0, 0 },
        { "1 0",             RC_PROTOCOL, 0, 0 },
        { "1 x 0",           RC_PROTOCOL, 0, 0 },
        { "nan 0 0",         RC_PROTOCOL, 0, 0 },
        { "inf 0 0",         RC_PROTOCOL, 0, 0 },
        { "1,0 0 0",         RC_PROTOCOL, 0, 0 },
        { "-- 0 0",          RC_PROTOCOL, 0, 0 },
        { "",                RC_PROTOCOL, 0, 0 },
    };
    /* clang-format on */
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct row row;
        struct span rest = span_text(rows[i].text);
        assert_int_equal(columns_decode(&rest, columns, COUNT(columns), &row), rows[i].rc);
        if (rows[i].rc != RC_OK)
            continue;
        assert_true(fabs(row.a - rows[i].a) < 1e-12);
        assert_true(fabs(row.b - rows[i].b) < 1e-12);
    }
}

static void dashes_are_no_value(void **state)
{
    (void)state;
    struct row row;
    struct span rest = SPAN("------- --- 0.25");
    assert_int_equal(columns_decode(&rest, columns, COUNT(columns), &row), RC_OK);
    assert_true(isnan(row.a));
    assert_true(fabs(row.b - 0.25) < 1e-12);
    assert_false(columns_is_blank(SPAN("--")));
    assert_false(columns_is_blank(SPAN("---1")));
    assert_false(columns_is_blank(SPAN("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_come_off_both_ends),
        cmocka_unit_test(rows_are_read_with_scale_and_bounds),
        cmocka_unit_test(dashes_are_no_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
