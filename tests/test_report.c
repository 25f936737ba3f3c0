#include "tests/support/cmocka.h"

#include <math.h>
#include <stdlib.h>

#include "core/bytes.h"
#include "reports/report.h"
#include "tests/support/result_batch.h"

static char *render(const struct fixture *f, enum report_format format)
{
    char *out = NULL;
    size_t len = 0;
    FILE *to = open_memstream(&out, &len);
    assert_non_null(to);
    assert_int_equal(report_write(format, &f->batch, f->curves, COUNT(f->curves), to), RC_OK);
    fclose(to);
    assert_int_equal(strlen(out), len); /* no NUL in a report */
    return out;
}

/* ---- checkers ---- */

static bool is_void_tag(const char *name, size_t len)
{
    return (len == 4 && memcmp(name, "meta", 4) == 0) ||
           (len == 8 && memcmp(name, "!DOCTYPE", 8) == 0);
}

/* Tags are balanced, attributes quoted, and outside tags no bare '<' or '&'. */
static void assert_balanced_markup(const char *at)
{
    struct span open[64];
    size_t depth = 0;
    for (; *at; at++) {
        if (*at == '&')
            assert_true(at[1 + strcspn(at + 1, "; <&")] == ';');
        if (*at != '<' || at[1] == '?')
            continue;
        bool closing = at[1] == '/';
        const char *name = at + 1 + closing;
        size_t len = strcspn(name, " >/\n");
        char quote = 0;
        for (at = name + len; *at && (quote || *at != '>'); at++) {
            if (*at == '"')
                quote = quote ? 0 : '"';
            assert_true(*at != '<');
        }
        assert_int_equal(*at, '>');
        if (closing) {
            assert_true(depth > 0);
            depth--;
            assert_true(span_equal(open[depth], (struct span){name, len}));
        } else if (at[-1] != '/' && !is_void_tag(name, len)) {
            assert_true(depth < 64);
            open[depth++] = (struct span){name, len};
        }
    }
    assert_int_equal(depth, 0);
}

/* Strings end, brackets match, no control byte: what a wrong escape would break. */
static void assert_balanced_json(const char *at)
{
    char open[64];
    size_t depth = 0;
    bool quoted = false;
    for (; *at; at++) {
        assert_true((unsigned char)*at >= 0x20 || (*at == '\n' && !quoted));
        if (*at == '"')
            quoted = !quoted;
        else if (quoted && *at == '\\')
            at++;
        else if (!quoted && (*at == '{' || *at == '[')) {
            assert_true(depth < 64);
            open[depth++] = *at;
        } else if (!quoted && (*at == '}' || *at == ']')) {
            assert_true(depth > 0);
            assert_int_equal(open[--depth], *at == '}' ? '{' : '[');
        } else if (!quoted)
            assert_non_null(strchr("0123456789.-+eE,: \ntruefalsn", *at));
    }
    assert_false(quoted);
    assert_int_equal(depth, 0);
}

static size_t count_of(const char *text_in, const char *word)
{
    size_t n = 0;
    for (const char *at = strstr(text_in, word); at; at = strstr(at + 1, word))
        n++;
    return n;
}

/* Cairo's own paths may differ between its versions: they are checked in test_plot. */
static void drop_ink(char *html)
{
    char *to = html;
    for (char *at = html; *at;) {
        if (strncmp(at, "<path", 5) == 0)
            at = strchr(at, '\n') + 1;
        else
            *to++ = *at++;
    }
    *to = '\0';
}

static void compare_golden(char *got, const char *name)
{
    char path[64];
    (void)snprintf(path, sizeof path, "tests/data/report/%s", name);
    if (getenv("UPDATE_GOLDEN")) {
        FILE *to = fopen(path, "w");
        assert_non_null(to);
        assert_int_equal(fwrite(got, 1, strlen(got), to), strlen(got));
        fclose(to);
    }
    FILE *from = fopen(path, "r");
    assert_non_null(from);
    char *want = calloc(1, 1 << 20);
    assert_non_null(want);
    size_t len = fread(want, 1, (1 << 20) - 1, from);
    fclose(from);
    want[len] = '\0';
    assert_string_equal(got, want);
    free(want);
    free(got);
}

/* ---- tests ---- */

static void every_format_is_found_by_its_name(void **state)
{
    (void)state;
    static const char *const names[] = {"html", "csv", "json", "junit", "text"};
    enum report_format format = REPORT_HTML;
    for (size_t i = 0; i < COUNT(names); i++) {
        assert_int_equal(report_format_find(names[i], &format), RC_OK);
        assert_int_equal(format, i);
    }
    assert_int_equal(report_format_find("pdf", &format), RC_CONFIG);
    assert_int_equal(report_format_find(NULL, &format), RC_CONFIG);
    assert_int_equal(format, REPORT_TEXT); /* untouched */
}

static void the_reports_of_a_fixed_batch_stay_as_they_are(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    char *html = render(f, REPORT_HTML);
    drop_ink(html);
    compare_golden(html, "batch.html");
    compare_golden(render(f, REPORT_CSV), "batch.csv");
    compare_golden(render(f, REPORT_JSON), "batch.json");
    compare_golden(render(f, REPORT_JUNIT), "batch.xml");
    compare_golden(render(f, REPORT_TEXT), "batch.txt");
    fixture_free(f);
}

static void html_needs_nothing_from_outside(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    char *html = render(f, REPORT_HTML);
    assert_balanced_markup(html);
    assert_non_null(strstr(html, "content=\"default-src 'none'; style-src 'unsafe-inline'; "
                                 "img-src data:\""));
    assert_null(strstr(html, "<script"));
    assert_null(strstr(html, "href"));
    assert_null(strstr(html, "src="));
    assert_null(strstr(html, "url("));
    assert_null(strstr(html, " id="));
    free(html);
    fixture_free(f);
}

static const char *const simulated_marks[] = {"SIMULATED", ",1,\r\n", "\"simulated\":true",
                                              "name=\"simulated\" value=\"true\"", "SIMULATED"};

static void what_was_simulated_says_so_in_every_format(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    for (int format = REPORT_HTML; format <= REPORT_TEXT; format++) {
        f->batch.simulated = true;
        char *out = render(f, (enum report_format)format);
        assert_true(count_of(out, simulated_marks[format]) >= 1);
        if (format == REPORT_HTML) /* banner, title, each tile, each instrument, footer */
            assert_int_equal(count_of(out, "SIMULATED"), 2 + SITES + 3 + 1);
        free(out);
    }
    f->batch.simulated = false;
    for (size_t i = 0; i < 3; i++)
        f->instruments[i].simulated = false;
    for (int format = REPORT_HTML; format <= REPORT_TEXT; format++) {
        char *out = render(f, (enum report_format)format);
        assert_int_equal(count_of(out, simulated_marks[format]), 0);
        free(out);
    }
    fixture_free(f);
}

static void the_variant_of_the_parts_is_in_every_format(void **state)
{
    (void)state;
    static const char *const wanted[] = {
        [REPORT_HTML] = "<b>v11</b>: consistent with p2, reference lead insulated</dd>",
        [REPORT_TEXT] = "\nvariant    v11  consistent with p2, reference lead insulated\n",
        [REPORT_CSV] = ",1,v11\r\n",
        [REPORT_JSON] = "\"variant\":{\"name\":\"v11\", \"text\":\"consistent with p2, ",
        [REPORT_JUNIT] = "<property name=\"variant\" value=\"v11\"/>",
    };
    struct fixture *f = fixture_new();
    f->documents[2].kind = fixture_text(f, "variant");
    f->documents[2].name = fixture_text(f, "v11");
    f->documents[2].text = fixture_text(f, "consistent with p2, reference lead insulated");
    for (size_t i = 0; i < COUNT(wanted); i++) {
        char *out = render(f, (enum report_format)i);
        if (!strstr(out, wanted[i]))
            fail_msg("format %zu does not tell the variant", i);
        free(out);
    }
    fixture_free(f);
}

static void a_failure_is_told_in_one_sentence(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    char *html = render(f, REPORT_HTML);
    assert_non_null(strstr(html, "<b>p_heater</b> is 9.310 W, above the limit of 9 W by 0.31 W."));
    free(html);
    char *plain = render(f, REPORT_TEXT);
    assert_non_null(strstr(plain, "p_heater is 9.310 W, above the limit of 9 W by 0.31 W"));
    free(plain);
    char *junit = render(f, REPORT_JUNIT);
    assert_int_equal(count_of(junit, "<failure"), 1);
    assert_int_equal(count_of(junit, "<testcase"), 3 * SITES);
    assert_non_null(strstr(junit, "tests=\"12\" failures=\"1\" errors=\"1\" skipped=\"0\""));
    free(junit);
    fixture_free(f);
}

static void a_missing_value_is_a_dash_a_null_or_nothing(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    char *html = render(f, REPORT_HTML), *json = render(f, REPORT_JSON),
         *csv = render(f, REPORT_CSV);
    assert_non_null(strstr(html, "quality: missing</span></td><td class=\"n v\">-</td>"));
    assert_non_null(strstr(json, "\"name\":\"ip_rich80\", \"step\":\"ip_lean8\", \"value\":null"));
    assert_non_null(strstr(csv, ",ip_rich80,,mA,"));
    assert_null(strstr(html, ">nan"));
    assert_null(strstr(json, "nan"));
    assert_null(strstr(csv, "nan"));
    free(html);
    free(json);
    free(csv);
    fixture_free(f);
}

static void text_keeps_to_80_columns_of_ascii(const char *out)
{
    size_t column = 0;
    for (; *out; out++) {
        assert_true(*out == '\n' || (*out >= 0x20 && *out <= 0x7e));
        column = *out == '\n' ? 0 : column + 1;
        assert_true(column <= 80);
    }
}

static void the_text_form_keeps_to_80_columns(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    char *out = render(f, REPORT_TEXT);
    text_keeps_to_80_columns_of_ascii(out);
    free(out);
    fixture_free(f);
}

/* Long texts that mean something to one of the sinks, in every field at once. */
static const char *const hostile[] = {
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "]]><!-- &amp; &#60; --",
    "=HYPERLINK(\"http://x\",\"y\")",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\x1b]0;owned\x07\x1b[2J\x1b[31m",
    "a,b\";c\r\nd\te",
    "\xff\xfe\xc3\x28 broken \xed\xa0\x80 \xef\xbf\xbf \xe2\x80\xae reversed \xc2\x9b",
    "</style></main></svg><g class=\"ink\">",
    "%s%n%d\\u0000\\",
    "A very long text that goes on and on, well past the end of any line of a terminal, on and on "
    "and on and on and on and on and on and on and on and on and on and on and on and on and on.",
};

static void poison(struct fixture *f, const char *evil)
{
    char *all = fixture_text(f, evil);
    struct result_batch *b = &f->batch;
    b->uuid = b->station = b->program = b->params = b->mode = b->state = b->version = all;
    for (size_t i = 0; i < SITES; i++) {
        struct result_run *run = &f->runs[i];
        run->uuid = run->serial = run->part = run->first_fail = all;
        if (i != 2)
            run->verdict = all; /* the failing run keeps its sentence */
        for (size_t k = 0; k < NAMES; k++) {
            struct result_measure *m = &f->measures[i][k];
            m->name = m->unit = m->tags = m->quality = all;
            if (i != 2)
                m->verdict = m->step = all;
        }
        for (size_t k = 0; k < 3; k++) {
            f->steps[i][k].path = f->steps[i][k].error = all;
            if (i != 2)
                f->steps[i][k].verdict = all;
        }
    }
    for (size_t i = 0; i < 3; i++) {
        struct result_document *d = &f->documents[i];
        struct result_instrument *in = &f->instruments[i];
        d->kind = d->name = d->version = d->text = all;
        if (i == 1)
            d->kind = fixture_text(f, "variant");
        (void)snprintf(d->sha256, sizeof d->sha256, "%.64s", evil);
        in->name = in->driver = in->model = in->serial = in->firmware = in->maturity = all;
        in->cert = in->cal_due = all;
        f->events[i].kind = f->events[i].text = all;
    }
    for (size_t i = 0; i < COUNT(f->curves); i++)
        f->curves[i].stream = f->curves[i].channel = f->curves[i].unit = all;
}

static void no_raw_control_byte(const char *out, const char *allowed)
{
    for (; *out; out++)
        assert_true((unsigned char)*out >= 0x20 || strchr(allowed, *out));
}

/* Every cell that starts as a formula would is quoted away with '. */
static void no_cell_is_a_formula(const char *csv)
{
    bool quoted = false, first = true;
    for (; *csv; csv++) {
        if (first && !quoted && *csv != '"')
            assert_true(strchr("=@+", *csv) == NULL);
        if (first && *csv == '"')
            assert_true(strchr("=@+", csv[1]) == NULL);
        quoted = *csv == '"' ? !quoted : quoted;
        first = !quoted && (*csv == ',' || *csv == '\n');
    }
    assert_false(quoted);
}

static void hostile_text_stays_text_in_every_field(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(hostile); i++) {
        struct fixture *f = fixture_new();
        poison(f, hostile[i]);
        char *html = render(f, REPORT_HTML), *xml = render(f, REPORT_JUNIT);
        char *json = render(f, REPORT_JSON), *csv = render(f, REPORT_CSV);
        char *plain = render(f, REPORT_TEXT);
        assert_balanced_markup(html);
        assert_balanced_markup(xml);
        assert_balanced_json(json);
        no_cell_is_a_formula(csv);
        text_keeps_to_80_columns_of_ascii(plain);
        no_raw_control_byte(html, "\n");
        no_raw_control_byte(xml, "\n");
        assert_null(strstr(html, "<script"));
        assert_null(strstr(html, "<img"));
        assert_null(strstr(html, "\xe2\x80\xae"));
        assert_null(strstr(html, "\xef\xbf\xbf"));
        assert_int_equal(count_of(html, "</style>"), 1);
        assert_int_equal(count_of(csv, "\r\n") >= 1 + SITES * NAMES, 1);
        free(html);
        free(xml);
        free(json);
        free(csv);
        free(plain);
        fixture_free(f);
    }
}

static void absent_texts_and_an_empty_batch_are_reported_too(void **state)
{
    (void)state;
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    struct result_run run = {.site = 1};
    struct result_measure measure = {.value = 1, .u95 = (double)NAN};
    struct result_step step = {0};
    for (int bare = 0; bare < 2; bare++) {
        f->batch.runs = bare ? &run : NULL;
        f->batch.run_count = bare ? 1 : 0;
        run.measures = &measure;
        run.measure_count = 1;
        run.steps = &step;
        run.step_count = 1;
        run.verdict = bare ? fixture_text(f, "fail") : NULL;
        measure.verdict = bare ? fixture_text(f, "fail") : NULL;
        for (int format = REPORT_HTML; format <= REPORT_TEXT; format++) {
            char *out = NULL;
            size_t len = 0;
            FILE *to = open_memstream(&out, &len);
            assert_non_null(to);
            assert_int_equal(report_write((enum report_format)format, &f->batch, NULL, 0, to),
                             RC_OK);
            fclose(to);
            assert_true(len > 0);
            assert_null(strstr(out, "(null)"));
            free(out);
        }
    }
    fixture_free(f);
}

static void a_run_stopped_outside_its_steps_has_a_case_of_its_own(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    f->runs[0].verdict = fixture_text(f, "error");
    f->runs[0].first_fail = fixture_text(f, "mfc_n2 is lost");
    char *junit = render(f, REPORT_JUNIT);
    assert_non_null(strstr(junit, "name=\"run\""));
    assert_non_null(strstr(junit, "<error type=\"error\" message=\"mfc_n2 is lost\"/>"));
    assert_non_null(strstr(junit, "tests=\"13\" failures=\"1\" errors=\"2\" skipped=\"0\""));
    free(junit);
    fixture_free(f);
}

static void a_full_disk_is_an_error(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    FILE *full = fopen("/dev/full", "w");
    assert_non_null(full);
    assert_int_equal(report_write(REPORT_HTML, &f->batch, f->curves, COUNT(f->curves), full),
                     RC_IO);
    fclose(full);
    fixture_free(f);
}

static void a_page_with_hundreds_of_curves_stays_below_a_megabyte(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    struct result_curve curves[300];
    char names[300][16];
    for (size_t i = 0; i < COUNT(curves); i++) { /* 75 channels of 4 sites, noise */
        curves[i] = f->curves[i % SITES];
        (void)snprintf(names[i], sizeof names[i], "dut.c%zu", i / 4);
        curves[i].channel = names[i];
    }
    char *out = NULL;
    size_t len = 0;
    FILE *to = open_memstream(&out, &len);
    assert_non_null(to);
    assert_int_equal(report_write(REPORT_HTML, &f->batch, curves, COUNT(curves), to), RC_OK);
    fclose(to);
    assert_int_equal(count_of(out, "<svg class=\"plot\""), 75);
    assert_true(len < 1000000);
    free(out);
    fixture_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_format_is_found_by_its_name),
        cmocka_unit_test(the_reports_of_a_fixed_batch_stay_as_they_are),
        cmocka_unit_test(html_needs_nothing_from_outside),
        cmocka_unit_test(what_was_simulated_says_so_in_every_format),
        cmocka_unit_test(the_variant_of_the_parts_is_in_every_format),
        cmocka_unit_test(a_failure_is_told_in_one_sentence),
        cmocka_unit_test(a_missing_value_is_a_dash_a_null_or_nothing),
        cmocka_unit_test(the_text_form_keeps_to_80_columns),
        cmocka_unit_test(hostile_text_stays_text_in_every_field),
        cmocka_unit_test(absent_texts_and_an_empty_batch_are_reported_too),
        cmocka_unit_test(a_run_stopped_outside_its_steps_has_a_case_of_its_own),
        cmocka_unit_test(a_full_disk_is_an_error),
        cmocka_unit_test(a_page_with_hundreds_of_curves_stays_below_a_megabyte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
