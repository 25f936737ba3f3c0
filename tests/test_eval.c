/* Expressions: values, units, what cannot be known, and how uncertainty spreads. */
#include "tests/support/cmocka.h"

#include <math.h>
#include <stdlib.h>

#include "core/source.h"
#include "sequences/eval.h"
#include "sequences/parser.h"

struct fixture {
    struct diag diag;
    struct source *source;
    struct arena *arena;
    struct unit mA, degC;
    struct channel u, i;
};

/* x, y: slots 0 and 1; u, i: channels 0 and 1; t: slot 2, in degC; n: slot 3, a text. */
static bool name_of(void *ctx, const struct expr *expr, struct eval_ref *out)
{
    struct fixture *f = ctx;
    static const char *const names[] = {"x", "y", "t", "n"};
    *out = (struct eval_ref){.op = EVAL_SLOT, .dim = dim_one};
    for (unsigned i = 0; i < COUNT(names); i++) {
        if (strcmp(expr->text, names[i]) == 0) {
            out->a = i;
            out->unit = i == 2 ? &f->degC : NULL;
            out->dim = i == 2 ? f->degC.dim : dim_one;
            return true;
        }
    }
    out->op = EVAL_CHANNEL;
    out->a = expr->text[0] == 'u' ? 7 : 9;
    out->dim = expr->text[0] == 'u' ? f->u.unit.dim : f->i.unit.dim;
    out->unit = expr->text[0] == 'u' ? &f->u.unit : &f->i.unit;
    return expr->text[0] == 'u' || expr->text[0] == 'i';
}

static const struct eval_code *compile(struct fixture *f, const char *text)
{
    struct expr *expr = NULL;
    const struct eval_code *code = NULL;
    struct eval_names names = {name_of, NULL, f};
    diag_init(&f->diag);
    f->arena = arena_new();
    assert_int_equal(unit_find(SPAN("mA"), &f->mA), RC_OK);
    assert_int_equal(unit_find(SPAN("degC"), &f->degC), RC_OK);
    assert_int_equal(unit_find(SPAN("V"), &f->u.unit), RC_OK);
    f->i.unit = f->mA;
    f->u.u95 = (struct u95){true, 0.01, 0.001, 0};
    f->i.u95 = (struct u95){true, 0, 0.002, 0};
    f->u.max_si = 20;
    assert_int_equal(source_from_text("e", span_text(text), &f->diag, &f->source), RC_OK);
    struct place at = {.source = f->source, .line = 1, .col = 1};
    if (expr_parse(span_text(f->source->bytes), at, f->arena, &f->diag, &expr) != RC_OK)
        fail_msg("'%s' does not parse", text);
    if (eval_compile(expr, &names, f->arena, &code) != RC_OK)
        return NULL;
    return code;
}

static void release(struct fixture *f)
{
    arena_free(f->arena);
    source_free(f->source);
    diag_fini(&f->diag);
}

static double value_of(const char *text)
{
    struct fixture f = {.source = NULL};
    const struct eval_code *code = compile(&f, text);
    assert_non_null(code);
    struct eval_value slots[4] = {{.si = 3}, {.si = (double)NAN}, {.si = 300}, {.text = "lean8"}};
    double channels[2] = {10, 0.5};
    struct eval_context c = {.slots = slots, .channel = channels, .elapsed_s = 4};
    double value = eval_run(code, &c).si;
    release(&f);
    return value;
}

static void values_are_right(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct { const char *text; double value; } rows[] = {
        {"1 + 2 * x", 7}, {"(1 + 2) * x", 9}, {"-x", -3}, {"2 mA", 2e-3}, {"20 degC", 293.15},
        {"8.29 %", 0.0829}, {"on", 1}, {"off", 0}, {"x > 2 and x < 4", 1}, {"x > 2 and x < 3", 0},
        {"not x == 3", 0}, {"x != 3 or x >= 3", 1}, {"n == \"lean8\"", 1}, {"n != \"lean8\"", 0},
        {"n == \"rich\"", 0}, {"sqrt(x * x)", 3}, {"abs(-x)", 3}, {"min(x, 2)", 2},
        {"max(x, 2)", 3}, {"elapsed() + 1 s", 5}, {"u * i", 5}, {"u / i", 20}, {"exp(0)", 1},
        {"ln(exp(2))", 2}, {"log10(1000)", 3}, {"t - 20 degC", 6.85},
        {"cell_mode(1 mA, -4 mA, 7 mV, 1013)", 1}, {"cell_mode(1 mA, -2 mA, 7 mV, 1013)", -1},
        {"1 + cell_mode(1 mA, -4 mA, 12 mV, 740 degC)", 0},
        {"e_series(84.5 ohm, 24)", 82}, {"e_series(3.3 mA, x * 8)", 3.3e-3}, 
    };
    /* clang-format on */
    for (size_t i = 0; i < COUNT(rows); i++) {
        double got = value_of(rows[i].text);
        if (!(fabs(got - rows[i].value) < 1e-9))
            fail_msg("%s is %.17g", rows[i].text, got);
    }
}

/* y is NaN: unknown stays unknown unless the other side decides. */
static void what_is_not_known_is_neither_true_nor_false(void **state)
{
    (void)state;
    static const char *const unknown[] = {"y",
                                          "y + 1",
                                          "y > 0",
                                          "y <= 0",
                                          "y == y",
                                          "y != y",
                                          "not y > 0",
                                          "y > 0 and x > 0",
                                          "y > 0 or x < 0",
                                          "1 / 0",
                                          "0 / 0 > 1",
                                          "sqrt(-1)",
                                          "ln(0)",
                                          "cell_mode(y, -4 mA, 7 mV, 1013)",
                                          "cell_mode(0 mA, -4 mA, 7 mV, 1013)",
                                          "cell_mode(n, -4 mA, 7 mV, 1013)",
                                          "min(y, 1)",
                                          "max(1, y)",
                                          "e_series(y, 24)",
                                          "e_series(x, 25)",
                                          "e_series(-x, 24)",
                                          "n > \"a\"",
                                          "n == 3",
                                          "n + 1"};
    for (size_t i = 0; i < COUNT(unknown); i++) {
        double got = value_of(unknown[i]);
        if (!isnan(got))
            fail_msg("%s is %g", unknown[i], got);
    }
    assert_true(value_of("y > 0 and x < 0") == 0);
    assert_true(value_of("y > 0 or x > 0") == 1);
}

static void the_result_has_the_unit_it_looks_like(void **state)
{
    (void)state;
    static const struct {
        const char *text, *unit;
    } rows[] = {{"2 * i", "mA"}, {"i / 2", "mA"},   {"i + 1 A", "mA"}, {"-i", "mA"},
                {"u * i", NULL}, {"u / i", NULL},   {"t", "degC"},     {"t + 1 K", "degC"},
                {"t - t", NULL}, {"i > 1 mA", NULL}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct fixture f = {.source = NULL};
        const struct eval_code *code = compile(&f, rows[i].text);
        assert_non_null(code);
        if (rows[i].unit)
            assert_string_equal(code->unit ? code->unit->name : "none", rows[i].unit);
        else
            assert_null(code->unit);
        release(&f);
    }
    struct fixture f = {.source = NULL};
    const struct eval_code *code = compile(&f, "u * i");
    assert_string_equal(dim_unit_name(code->dim), "W");
    assert_int_equal(code->channels, 2);
    assert_int_equal(code->channel[0], 7);
    release(&f);
}

static void an_unknown_name_is_refused(void **state)
{
    (void)state;
    struct fixture f = {.source = NULL};
    assert_null(compile(&f, "x + q"));
    release(&f);
    assert_null(compile(&f, "magic(x)"));
    release(&f);
}

static double u95_of(const char *text, bool gain_only, struct fixture *f)
{
    const struct eval_code *code = compile(f, text);
    assert_non_null(code);
    struct eval_value slots[4] = {
        {.si = 3, .u95 = 0.3}, {.si = 1, .u95 = (double)NAN}, {.si = 300}, {.text = "a"}};
    double values[2];
    const struct channel *channels[2];
    for (unsigned i = 0; i < code->channels; i++) {
        values[i] = code->channel[i] == 7 ? 10 : 0.5;
        channels[i] = code->channel[i] == 7 ? &f->u : &f->i;
    }
    struct eval_context c = {.slots = slots, .channel = values};
    double u95 = eval_u95(code, &c, channels, gain_only);
    release(f);
    return u95;
}

static void uncertainty_spreads_by_the_derivative(void **state)
{
    (void)state;
    double u_u = sqrt(0.01 * 0.01 + 0.01 * 0.01), u_i = 0.001; /* at 10 V and 0.5 A */
    static const double part = 1e-6;
    struct fixture f = {.source = NULL};
    assert_true(fabs(u95_of("u", false, &f) - u_u) < part);
    assert_true(fabs(u95_of("u", true, &f) - 0.01) < part);
    assert_true(fabs(u95_of("2 * u + 7", false, &f) - 2 * u_u) < part);
    assert_true(fabs(u95_of("u * u", false, &f) - 20 * u_u) < part); /* the same error twice */
    assert_true(u95_of("u - u", false, &f) < part);
    double product = 5 * sqrt(pow(u_u / 10, 2) + pow(u_i / 0.5, 2));
    assert_true(fabs(u95_of("u * i", false, &f) - product) < part);
    assert_true(fabs(u95_of("u / i", false, &f) - product * 4) < 1e-4);
    assert_true(fabs(u95_of("x + 1", false, &f) - 0.3) < part);
    assert_true(isnan(u95_of("x + y", false, &f)));
    assert_true(u95_of("4 * 5", false, &f) == 0);
}

static void an_unknown_u95_of_a_channel_stays_unknown(void **state)
{
    (void)state;
    struct channel c = {.max_si = 4, .min_si = -8};
    assert_true(isnan(channel_u95(&c, 1, false)));
    c.u95 = (struct u95){true, 0, 0, 0.01};
    assert_true(fabs(channel_u95(&c, 1, false) - 0.08) < 1e-12);
    assert_true(channel_u95(&c, 1, true) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_right),
        cmocka_unit_test(what_is_not_known_is_neither_true_nor_false),
        cmocka_unit_test(the_result_has_the_unit_it_looks_like),
        cmocka_unit_test(an_unknown_name_is_refused),
        cmocka_unit_test(uncertainty_spreads_by_the_derivative),
        cmocka_unit_test(an_unknown_u95_of_a_channel_stays_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
