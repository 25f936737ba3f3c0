#include "tests/support/cmocka.h"

#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/rng.h"
#include "reports/plot.h"
#include "reports/plot_scale.h"

/* Fontconfig keeps its patterns until the process ends; cairo asks it for a font for the PNG. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig";
}

static void check_ticks(double lo, double hi, double first, double step, unsigned count)
{
    struct plot_range range = {lo, hi};
    struct plot_ticks ticks = plot_ticks_find(&range, 5);
    assert_true(fabs(ticks.first - first) < 1e-9 * (fabs(first) + step));
    assert_true(fabs(ticks.step - step) < 1e-9 * step);
    assert_int_equal(ticks.count, count);
}

static void ticks_stand_at_round_numbers(void **state)
{
    (void)state;
    check_ticks(0, 96, 0, 20, 5);
    check_ticks(0, 1, 0, 0.2, 6);
    check_ticks(-0.93, 0.95, -0.5, 0.5, 3);
    check_ticks(440, 460, 440, 5, 5);
    check_ticks(0, 3e-5, 0, 1e-5, 4);
    check_ticks(-2e9, 7e9, -2e9, 2e9, 5);
}

static void ticks_of_any_range_lie_within_it(void **state)
{
    (void)state;
    struct rng rng;
    rng_seed(&rng, 7);
    for (int i = 0; i < 20000; i++) {
        double lo = rng_gauss(&rng) * pow(10, 12 * rng_gauss(&rng));
        struct plot_range range = {lo, lo + fabs(rng_gauss(&rng)) * pow(10, 12 * rng_gauss(&rng))};
        plot_range_close(&range, 0.05);
        assert_true(range.lo < range.hi);
        unsigned most = 3 + (unsigned)rng_below(&rng, 8);
        struct plot_ticks ticks = plot_ticks_find(&range, most);
        double width = range.hi - range.lo;
        assert_in_range(ticks.count, 1, most + 1);
        assert_true(ticks.first >= range.lo - 1e-6 * width);
        assert_true(ticks.first + (ticks.count - 1) * ticks.step <= range.hi + 1e-6 * width);
    }
}

static void a_range_is_usable_whatever_it_held(void **state)
{
    (void)state;
    static const double cases[][2] = {
        {(double)NAN, (double)NAN}, {0, 0},         {5, 5}, {-1e-300, -1e-300},
        {(double)INFINITY, 1},      {-1e308, 1e308}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct plot_range range = PLOT_RANGE_EMPTY;
        plot_range_add(&range, cases[i], 2);
        plot_range_close(&range, 0.05);
        assert_true(isfinite(range.lo) && isfinite(range.hi) && range.lo < range.hi);
    }
}

struct taken {
    struct plot_point points[4096];
    size_t count;
};

static void take(void *ctx, struct plot_point point)
{
    struct taken *taken = ctx;
    assert_true(taken->count < COUNT(taken->points));
    taken->points[taken->count++] = point;
}

static void thinning_keeps_the_extremes_and_the_order(void **state)
{
    (void)state;
    enum { SAMPLES = 100000, COLUMNS = 400 };
    double *x = calloc(SAMPLES, sizeof *x), *y = calloc(SAMPLES, sizeof *y);
    struct taken *taken = calloc(1, sizeof *taken);
    assert_true(x && y && taken);
    struct rng rng;
    rng_seed(&rng, 1);
    for (int i = 0; i < SAMPLES; i++) {
        x[i] = i;
        y[i] = rng_gauss(&rng);
    }
    y[77777] = 50; /* a spike of one sample must be seen */
    y[12345] = -50;
    plot_thin(&(struct plot_samples){x, y, SAMPLES}, &(struct plot_range){0, SAMPLES}, COLUMNS,
              take, taken);
    assert_in_range(taken->count, COLUMNS, 2 * COLUMNS);
    double lo = 0, hi = 0;
    for (size_t i = 0; i < taken->count; i++) {
        assert_true(taken->points[i].start == (i == 0));
        assert_true(i == 0 || taken->points[i].x > taken->points[i - 1].x);
        lo = taken->points[i].y < lo ? taken->points[i].y : lo;
        hi = taken->points[i].y > hi ? taken->points[i].y : hi;
    }
    assert_true(fabs(lo + 50) < 1e-12 && fabs(hi - 50) < 1e-12);
    free(x);
    free(y);
    free(taken);
}

static void a_missing_value_breaks_the_line(void **state)
{
    (void)state;
    static const double x[] = {0, 1, 2, 3, 4, 5, 6};
    static const double y[] = {1, 2, (double)NAN, 3, (double)INFINITY, (double)NAN, 4};
    struct taken *taken = calloc(1, sizeof *taken);
    assert_non_null(taken);
    plot_thin(&(struct plot_samples){x, y, 7}, &(struct plot_range){0, 6}, 100, take, taken);
    static const bool starts[] = {true, false, true, true};
    assert_int_equal(taken->count, 4);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(taken->points[i].start, starts[i]);
    free(taken);
}

static const double line_x[] = {0, 1, 2, 3}, line_y[] = {1, 3, 2, 4};

static struct plot small_plot(const struct plot_series *series, size_t count)
{
    return (struct plot){.title = "dut.ip",
                         .x_label = "time",
                         .x_unit = "s",
                         .y_unit = "mA",
                         .series = series,
                         .series_count = count,
                         .width_px = 400,
                         .height_px = 200};
}

static char *svg_of(const struct plot *plot)
{
    struct sink out = {0};
    assert_int_equal(plot_put_svg(&out, plot), RC_OK);
    sink_put(&out, (struct span){"", 1});
    assert_false(out.failed);
    return out.at;
}

static void svg_has_its_words_as_text_and_no_ids(void **state)
{
    (void)state;
    struct plot_series series[] = {{"site 1", line_x, line_y, 4, 0},
                                   {"site 2", line_x, line_y, 4, 1}};
    struct plot plot = small_plot(series, 2);
    char *svg = svg_of(&plot);
    assert_non_null(strstr(svg, ">dut.ip, mA</text>"));
    assert_non_null(strstr(svg, ">time, s</text>"));
    assert_non_null(strstr(svg, ">site 2</text>"));
    assert_non_null(strstr(svg, "<path"));
    assert_null(strstr(svg, " id="));
    assert_null(strstr(svg, "nan"));
    char *again = svg_of(&plot); /* the same, byte for byte */
    assert_string_equal(svg, again);
    free(svg);
    free(again);
}

static void hostile_words_on_a_plot_stay_words(void **state)
{
    (void)state;
    struct plot_series series[] = {{"<b>&\xff", line_x, line_y, 4, 0}};
    struct plot plot = small_plot(series, 1);
    plot.title = "</text><script>\x1b[2J";
    plot.y_unit = plot.x_label = plot.x_unit = "\"<>&'\xc3";
    char *svg = svg_of(&plot);
    assert_null(strstr(svg, "<script"));
    assert_null(strstr(svg, "<b>"));
    assert_null(strchr(svg, '\x1b'));
    free(svg);
    char path[] = "/tmp/test_plot_XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(plot_write_png(&plot, path), RC_OK);
    close(fd);
    unlink(path);
}

static void a_plot_of_nothing_is_an_empty_frame(void **state)
{
    (void)state;
    static const double nothing[] = {(double)NAN, (double)NAN};
    struct plot_series series[] = {{NULL, nothing, nothing, 2, 3}};
    struct plot plot = small_plot(series, 1);
    free(svg_of(&plot));
    plot.series_count = 0;
    free(svg_of(&plot));
}

static void sizes_out_of_bounds_are_refused(void **state)
{
    (void)state;
    struct plot plot = small_plot(NULL, 0);
    struct sink out = {0};
    plot.width_px = 20;
    assert_int_equal(plot_put_svg(&out, &plot), RC_RANGE);
    plot.width_px = 400;
    plot.height_px = 5000;
    assert_int_equal(plot_write_png(&plot, "/dev/null"), RC_RANGE);
    assert_int_equal(out.len, 0);
    plot.height_px = 200;
    assert_int_equal(plot_write_png(&plot, "/nowhere/at/all.png"), RC_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ticks_stand_at_round_numbers),
        cmocka_unit_test(ticks_of_any_range_lie_within_it),
        cmocka_unit_test(a_range_is_usable_whatever_it_held),
        cmocka_unit_test(thinning_keeps_the_extremes_and_the_order),
        cmocka_unit_test(a_missing_value_breaks_the_line),
        cmocka_unit_test(svg_has_its_words_as_text_and_no_ids),
        cmocka_unit_test(hostile_words_on_a_plot_stay_words),
        cmocka_unit_test(a_plot_of_nothing_is_an_empty_frame),
        cmocka_unit_test(sizes_out_of_bounds_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
