#include "tests/support/cmocka.h"

#include <math.h>
#include <stdlib.h>

#include "core/num.h"
#include "core/rng.h"
#include "reports/plot_xy.h"
#include "reports/plot_xy_axis.h"

static struct plot_xy_scale scale_of(double lo, double hi, bool log)
{
    struct plot_xy_axis axis = {.lo = lo, .hi = hi, .log = log};
    struct plot_xy_scale scale;
    assert_int_equal(plot_xy_scale_find(&axis, &PLOT_RANGE_EMPTY, 5, &scale), RC_OK);
    return scale;
}

/* The words on an axis, joined by blanks. */
static const char *words_of(const struct plot_xy_scale *scale, char *out, size_t cap)
{
    struct obuf text = {out, 0, cap - 1};
    for (unsigned i = 0; i < scale->count; i++)
        if (scale->ticks[i].text[0])
            assert_int_equal(obuf_printf(&text, "%s ", scale->ticks[i].text), RC_OK);
    out[text.len] = '\0';
    return out;
}

static void an_axis_says_round_numbers(void **state)
{
    char text[200];
    (void)state;
    struct plot_xy_scale s = scale_of(-1, 1, false);
    assert_string_equal(words_of(&s, text, sizeof text), "-1.0 -0.5 0.0 0.5 1.0 ");
    s = scale_of(0.1, 1000, true);
    assert_string_equal(words_of(&s, text, sizeof text), "0.1 1 10 100 1000 ");
    assert_int_equal(s.count, 4 * 9 + 1);
    s = scale_of(0.5, 12, true);
    assert_string_equal(words_of(&s, text, sizeof text), "0.5 0.7 1 2 3 5 7 10 ");
    s = scale_of(30, 7000, true);
    assert_string_equal(words_of(&s, text, sizeof text), "50 100 200 500 1000 2000 5000 ");
}

static void places_run_from_zero_to_one_and_a_logarithm_of_zero_has_none(void **state)
{
    (void)state;
    struct plot_xy_scale s = scale_of(0.01, 100, true);
    assert_true(fabs(plot_xy_scale_at(&s, 0.01)) < 1e-12);
    assert_true(fabs(plot_xy_scale_at(&s, 1) - 0.5) < 1e-12);
    assert_true(fabs(plot_xy_scale_at(&s, 100) - 1) < 1e-12);
    assert_true(isnan(plot_xy_scale_at(&s, 0)) && isnan(plot_xy_scale_at(&s, -1)));
    s = scale_of(-2, 6, false);
    assert_true(fabs(plot_xy_scale_at(&s, 0) - 0.25) < 1e-12);
}

static void a_logarithmic_axis_that_cannot_be_is_refused(void **state)
{
    static const double bad[][2] = {{0, 1}, {-1, 1}, {1e-6, 1e5}, {1, (double)INFINITY}};
    struct plot_xy_scale scale;
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct plot_xy_axis axis = {.lo = bad[i][0], .hi = bad[i][1], .log = true};
        assert_int_equal(plot_xy_scale_find(&axis, &PLOT_RANGE_EMPTY, 5, &scale), RC_RANGE);
    }
    struct plot_range data = {-3, 5};
    struct plot_xy_axis automatic = {.log = true};
    assert_int_equal(plot_xy_scale_find(&automatic, &data, 5, &scale), RC_RANGE);
}

/* ---- pictures */

static struct plot_xy square_plot(const struct plot_xy_series *series, size_t count)
{
    return (struct plot_xy){.title = "T",
                            .x = {.label = "time", .unit = "s", .lo = 0, .hi = 10},
                            .y = {.label = "U", .unit = "mV", .lo = 0, .hi = 10},
                            .series = series,
                            .series_count = count,
                            .width_px = 500,
                            .height_px = 300};
}

/* NUL-terminated; the caller frees it. */
static char *svg_of(const struct plot_xy *plot)
{
    struct sink out = {0};
    assert_int_equal(plot_xy_put_svg(&out, plot), RC_OK);
    sink_put(&out, (struct span){"", 1});
    assert_false(out.failed);
    return out.at;
}

/* The d attribute of the last path: of the last series, where no legend follows it. */
static const char *last_path(const char *svg)
{
    const char *found = NULL;
    for (const char *at = svg; (at = strstr(at, " d=\"")) != NULL;)
        found = at += 4;
    assert_non_null(found);
    return found;
}

static size_t count_in_path(const char *d, char letter)
{
    size_t n = 0;
    for (; *d != '"'; d++)
        n += *d == letter;
    return n;
}

static void a_line_ends_at_the_frame_and_breaks_at_a_gap(void **state)
{
    static const double x[] = {-5, 5, 20, 6, 7, (double)NAN, 8, 9},
                        y[] = {5, 5, 5, 20, 20, 1, 2, 3};
    struct plot_xy_series series = {.x = x, .y = y, .count = COUNT(x), .line = PLOT_XY_SOLID};
    struct plot_xy plot = square_plot(&series, 1);
    (void)state;
    char *svg = svg_of(&plot);
    const char *d = last_path(svg);
    /* -5..5..20 is one stretch, 20..6 re-enters and leaves or misses, 8..9 stands alone */
    assert_true(count_in_path(d, 'M') >= 2 && count_in_path(d, 'M') <= 3);
    double right = plot.width_px, last = 0;
    size_t numbers = 0;
    for (const char *at = d; *at != '"';) {
        size_t n = strspn(at, "0123456789.-");
        if (n == 0) {
            at++;
            continue;
        }
        assert_int_equal(num_parse((struct span){at, n}, &last), RC_OK);
        assert_true(num_within(last, 40, right));
        numbers++;
        at += n;
    }
    assert_true(numbers >= 8);
    free(svg);
}

static void markers_outside_the_frame_are_left_out(void **state)
{
    static const double x[] = {1, 5, 11, 5}, y[] = {1, 5, 5, -1};
    struct plot_xy_series series = {.x = x, .y = y, .count = 4, .marker = PLOT_XY_SQUARE};
    struct plot_xy plot = square_plot(&series, 1);
    (void)state;
    char *svg = svg_of(&plot);
    assert_int_equal(count_in_path(last_path(svg), 'Z'), 2);
    free(svg);
}

static void every_line_style_differs_without_its_colour(void **state)
{
    static const double x[] = {1, 9}, y[] = {1, 9};
    char *seen[PLOT_XY_LINES] = {0};
    (void)state;
    for (unsigned k = PLOT_XY_SOLID; k < PLOT_XY_LINES; k++) {
        struct plot_xy_series series = {.x = x, .y = y, .count = 2, .line = (enum plot_xy_line)k};
        struct plot_xy plot = square_plot(&series, 1);
        seen[k] = svg_of(&plot);
        for (unsigned other = PLOT_XY_SOLID; other < k; other++)
            assert_string_not_equal(seen[other], seen[k]);
    }
    for (unsigned k = 0; k < PLOT_XY_LINES; k++)
        free(seen[k]);
}

static void axes_carry_titles_with_units_and_words_from_outside_are_escaped(void **state)
{
    static const double x[] = {1, 9}, y[] = {1, 9};
    struct plot_xy_series series = {
        .x = x, .y = y, .count = 2, .line = PLOT_XY_SOLID, .label = "<b>\"&"};
    struct plot_xy plot = square_plot(&series, 1);
    plot.title = "<script>";
    plot.note = "a & b";
    (void)state;
    char *svg = svg_of(&plot);
    assert_non_null(strstr(svg, ">time / s</text>"));
    assert_non_null(strstr(svg, ">U / mV</text>"));
    assert_non_null(strstr(svg, "rotate(-90"));
    assert_null(strstr(svg, "<script>"));
    assert_null(strstr(svg, "<b>"));
    assert_non_null(strstr(svg, "&lt;script&gt;"));
    assert_non_null(strstr(svg, "a &amp; b"));
    free(svg);
}

static void a_size_out_of_bounds_is_refused(void **state)
{
    static const unsigned sizes[][2] = {{319, 300}, {4001, 300}, {500, 199}, {500, 4001}};
    (void)state;
    for (size_t i = 0; i < COUNT(sizes); i++) {
        struct plot_xy plot = square_plot(NULL, 0);
        struct sink out = {0};
        plot.width_px = sizes[i][0];
        plot.height_px = sizes[i][1];
        assert_int_equal(plot_xy_put_svg(&out, &plot), RC_RANGE);
        assert_int_equal(out.len, 0);
        sink_fini(&out);
    }
}

static double any_number(struct rng *rng)
{
    static const double odd[] = {0, (double)NAN, (double)INFINITY, -1e300, 1e-300};
    if (rng_below(rng, 8) == 0)
        return odd[rng_below(rng, COUNT(odd))];
    return rng_gauss(rng) * pow(10, 3 * rng_gauss(rng));
}

static void any_numbers_give_the_same_finite_picture_twice(void **state)
{
    enum { POINTS = 40 };
    const uint64_t seed = 11;
    struct rng rng;
    int drawn = 0;
    (void)state;
    rng_seed(&rng, seed);
    print_message("seed %llu\n", (unsigned long long)seed);
    for (int i = 0; i < 150; i++) {
        double x[POINTS], y[POINTS];
        for (size_t k = 0; k < POINTS; k++) {
            x[k] = any_number(&rng);
            y[k] = any_number(&rng);
        }
        struct plot_xy_series series = {.x = x, .y = y, .count = POINTS, .line = PLOT_XY_DASHED};
        series.marker = (enum plot_xy_marker)rng_below(&rng, PLOT_XY_MARKERS);
        struct plot_xy plot = square_plot(&series, 1);
        plot.x.log = rng_below(&rng, 2) == 0;
        plot.x.lo = plot.x.log ? 0.01 : -3;
        if (rng_below(&rng, 2) == 0)
            plot.y = (struct plot_xy_axis){.label = "y", .margin = 0.05};
        struct sink a = {0}, b = {0};
        if (plot_xy_put_svg(&a, &plot) == RC_OK) {
            drawn++;
            assert_int_equal(plot_xy_put_svg(&b, &plot), RC_OK);
            assert_int_equal(a.len, b.len);
            assert_memory_equal(a.at, b.at, a.len);
            sink_put(&a, (struct span){"", 1});
            assert_null(strstr(a.at, "nan"));
            assert_null(strstr(a.at, "inf"));
        }
        sink_fini(&a);
        sink_fini(&b);
    }
    print_message("figure: %d of 150 plots of random numbers drawn\n", drawn);
    assert_true(drawn > 120);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_axis_says_round_numbers),
        cmocka_unit_test(places_run_from_zero_to_one_and_a_logarithm_of_zero_has_none),
        cmocka_unit_test(a_logarithmic_axis_that_cannot_be_is_refused),
        cmocka_unit_test(a_line_ends_at_the_frame_and_breaks_at_a_gap),
        cmocka_unit_test(markers_outside_the_frame_are_left_out),
        cmocka_unit_test(every_line_style_differs_without_its_colour),
        cmocka_unit_test(axes_carry_titles_with_units_and_words_from_outside_are_escaped),
        cmocka_unit_test(a_size_out_of_bounds_is_refused),
        cmocka_unit_test(any_numbers_give_the_same_finite_picture_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
