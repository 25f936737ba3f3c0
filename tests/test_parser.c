#include "tests/support/cmocka.h"

#include <stdlib.h>

#include "sequences/arena.h"
#include "sequences/parser.h"

struct parsed {
    struct source *source;
    struct diag diag;
    struct program *program;
    enum rc rc;
};

static void parse(struct parsed *p, const char *text)
{
    *p = (struct parsed){0};
    diag_init(&p->diag);
    assert_int_equal(source_from_text("x.seq", span_text(text), &p->diag, &p->source), RC_OK);
    p->rc = program_parse(p->source, &p->diag, &p->program);
    assert_true((p->rc == RC_OK) == (p->program != NULL));
    assert_true((p->rc == RC_OK) == (p->diag.errors == 0));
}

static void parsed_fini(struct parsed *p)
{
    program_free(p->program);
    source_free(p->source);
    diag_fini(&p->diag);
}

/* The statements of `main`; fails the test if there is any error. */
static const struct stmt *parse_main(struct parsed *p, const char *body)
{
    char text[4096];
    (void)snprintf(text, sizeof text,
                   "sequence t version 1\nmain\n%s\nend\ncleanup within 5 s\nend\n", body);
    parse(p, text);
    if (p->rc)
        diag_print(&p->diag, stderr, false);
    assert_int_equal(p->rc, RC_OK);
    return p->program->main;
}

static void the_example_files_are_accepted(void **state)
{
    (void)state;
    static const char *const names[] = {"eol_lsu49", "lab_o2_curve", "bad"};
    for (size_t i = 0; i < COUNT(names); i++) {
        char path[128];
        struct parsed p = {0};
        diag_init(&p.diag);
        (void)snprintf(path, sizeof path, "tests/data/seq/sequences/%s.seq", names[i]);
        assert_int_equal(source_load(path, &p.diag, &p.source), RC_OK);
        assert_int_equal(program_parse(p.source, &p.diag, &p.program), RC_OK);
        assert_int_equal(p.diag.count, 0);
        parsed_fini(&p);
    }
}

static void the_head_of_a_file_becomes_declarations(void **state)
{
    (void)state;
    struct parsed p;
    parse(&p, "sequence s version 7 \"title\"\n"
              "requires station kind \"rig\"\nlimits \"l.csv\"\ngases \"g.csv\"\npart \"P1\"\n"
              "param t = 2.0 L/min in 1.0 .. 4.0 L/min \"flow\"\nparam k = -40 degC\n"
              "envelope\n  dut.uh <= 12.5 V\n  dut.tc in 2 .. 930 degC else cleanup\n"
              "  room.co <= 30 ppm else estop\nend\n"
              "record gas.*, dut.ip at 2 Hz\nrecord dut.un at 1 Hz\n"
              "sub settle(band = 5 uA, limit = 30 s)\n wait limit\nend\n"
              "setup\nend\nmain\nend\ncleanup within 60 s\n wait 1 s\nend\n");
    assert_int_equal(p.rc, RC_OK);
    const struct program *s = p.program;
    assert_string_equal(s->name, "s");
    assert_string_equal(s->title, "title");
    assert_int_equal(s->version, 7);
    assert_string_equal(s->part, "P1");
    assert_string_equal(s->params->title, "flow");
    assert_string_equal(s->params->lo->unit.name, "L/min");
    assert_true(s->params->next->value->value < -39 && s->params->next->lo == NULL);
    assert_int_equal(s->envelope->op, OP_LE);
    assert_string_equal(s->envelope->next->lo->unit.name, "degC");
    assert_int_equal(s->envelope->next->otherwise, ELSE_CLEANUP);
    assert_int_equal(s->envelope->next->next->otherwise, ELSE_ESTOP);
    assert_string_equal(s->records->channels->name, "gas.*");
    assert_string_equal(s->records->next->channels->name, "dut.un");
    assert_string_equal(s->subs->params->next->name, "limit");
    assert_null(s->setup);
    assert_true(s->setup_at.line > 0);
    assert_int_equal(s->cleanup->kind, STMT_WAIT_TIME);
    parsed_fini(&p);
}

static void every_kind_of_statement_has_its_node(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum stmt_kind kind;
    } cases[] = {
        {"set psu.u = 1 V, psu.v = 2 V ramp 3 V/s", STMT_SET},
        {"mix o2 5 %, n2 balance total total over 1 s", STMT_MIX},
        {"mix b off", STMT_MIX},
        {"select b", STMT_SELECT},
        {"wait 5 s", STMT_WAIT_TIME},
        {"wait settle", STMT_WAIT_TIME},
        {"wait 3 x t90(dut.ip)", STMT_WAIT_TIME},
        {"wait until dut.ri <= 5 ohm timeout 3 s", STMT_WAIT_UNTIL},
        {"wait stable dut.ip within 5 uA for 2 s timeout 30 s", STMT_WAIT_STABLE},
        {"wait stable dut.ip slope 5 uA/s for 2 s timeout 30 s", STMT_WAIT_STABLE},
        {"wait settled dut.ip within 5 uA timeout 30 s predict", STMT_WAIT_SETTLED},
        {"measure ip_{x} = mean(dut.uh * dut.ih) over 2 s tag a, b", STMT_MEASURE},
        {"measure t = elapsed()", STMT_MEASURE},
        {"calc k = fit_slope(ip, o2)", STMT_CALC},
        {"check k > 0.5 and not (k > 2 or k == 1) \"k\"", STMT_CHECK},
        {"note \"x\"", STMT_NOTE},
        {"ask \"go?\" default on", STMT_ASK},
        {"scan serial each site like \"[0-9]{8}\"", STMT_SCAN},
        {"capture e dut.ip, dut.un at 1000 Hz for 3 s pre 0.5 s\nselect b\nend", STMT_CAPTURE},
        {"for x in 1 s, 2 s order down\nend", STMT_FOR},
        {"for x from 1 % to 21 % step 2.5 % order random seed 42\nend", STMT_FOR},
        {"for row in table \"t.csv\" order updown\nend", STMT_FOR},
        {"repeat 3\nend", STMT_REPEAT},
        {"if row.a == \"b\"\nelse\nend", STMT_IF},
        {"call settle(band = row.b)", STMT_CALL},
        {"call settle", STMT_CALL},
        {"parallel\nlane\nend\nlane two\nend\nend", STMT_PARALLEL},
        {"exclusive meter\nend", STMT_EXCLUSIVE},
        {"step s_{x} \"t\" retry 2 on fail on fail stop batch\nend", STMT_STEP},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct parsed p;
        const struct stmt *stmt = parse_main(&p, cases[i].text);
        assert_non_null(stmt);
        assert_int_equal(stmt->kind, cases[i].kind);
        assert_null(stmt->next);
        assert_int_equal(stmt->at.line, 3);
        parsed_fini(&p);
    }
}

static void details_of_statements_are_kept(void **state)
{
    (void)state;
    struct parsed p;
    const struct stmt *s =
        parse_main(&p, "step a \"T\" retry 2 on fail on fail stop site\nend\n"
                       "wait 2.5 x t90(dut.ip)\n"
                       "capture e dut.ip at 1 kHz for 3 s pre 0.5 s\nselect b\nend\n"
                       "mix a rich 20 %, n2 balance total total\nmix off\n"
                       "for x in 1 s, 2 s, 3 s order random seed 9\nend\n"
                       "parallel\nlane\nend\nlane two\nwait 1 s\nend\nend");
    assert_int_equal(s->retry, 2);
    assert_true(s->retry_on_fail);
    assert_int_equal(s->on_fail, STEP_STOP_SITE);
    s = s->next;
    assert_true(s->count->value > 2.4 && s->over == NULL);
    assert_string_equal(s->channel, "dut.ip");
    s = s->next;
    assert_string_equal(s->pre->unit.name, "s");
    assert_int_equal(s->body->stream, 'b');
    s = s->next;
    assert_int_equal(s->stream, 'a');
    assert_null(s->mixes->next->amount);
    assert_string_equal(s->total->text, "total");
    s = s->next;
    assert_true(s->off && s->both);
    s = s->next;
    assert_true(s->in_list && s->names->next->next && !s->names->next->next->next);
    assert_int_equal(s->seed, 9);
    s = s->next;
    assert_string_equal(s->otherwise->name, "two");
    assert_int_equal(s->otherwise->body->kind, STMT_WAIT_TIME);
    assert_null(s->otherwise->otherwise);
    parsed_fini(&p);
}

static void operators_bind_as_in_arithmetic(void **state)
{
    (void)state;
    struct parsed p;
    const struct stmt *s = parse_main(&p, "calc k = a + b * -c - 2 V < d and not e == f or g");
    const struct expr * or = s->value, *and = or->arg[0], *less = and->arg[0];
    assert_int_equal(or->op, OP_OR);
    assert_int_equal(and->op, OP_AND);
    assert_int_equal(and->arg[1]->kind, EXPR_NOT);
    assert_int_equal(less->op, OP_LT);
    const struct expr *minus = less->arg[0], *plus = minus->arg[0];
    assert_int_equal(minus->op, OP_SUB);
    assert_int_equal(plus->op, OP_ADD);
    assert_int_equal(plus->arg[1]->op, OP_MUL);
    assert_int_equal(plus->arg[1]->arg[1]->kind, EXPR_NEGATE);
    assert_int_equal(minus->at.col, 10);
    assert_int_equal(minus->at.len, strlen("a + b * -c - 2 V"));
    parsed_fini(&p);
}

static void each_mistake_has_its_place_and_parsing_goes_on(void **state)
{
    (void)state;
    static const struct {
        unsigned line, col;
        const char *message, *help;
    } expected[] = {
        {2, 17, "unknown unit 'vlt'", NULL},
        {4, 14, "expected a gas, found '29 %'", "decimals are written with a point: 1.5"},
        {5, 5, "'mesure' is not a statement", "did you mean 'measure'?"},
        {6, 13, "expected a value, but the line ends here", NULL},
        {8, 17, "comparisons cannot be chained", "join two comparisons with 'and'"},
        {10, 14, "expected the end of the line, found 'tiemout'", NULL},
        {11, 13, "expected the name of the measurement, found the reserved word 'step'", NULL},
        {13, 1, "'foo' cannot stand here", "statements stand in setup, main, cleanup or sub"},
    };
    struct parsed p;
    parse(&p, "sequence t version 1\nparam u = 5.000 vlt\nmain\n"
              "    mix o2 8,29 %, n2 balance total 1 L/min\n    mesure ip = mean(dut.ip)\n"
              "    for i in\n    end\n    check 1 < 2 < 3 \"x\"\n    note \"fine\"\n"
              "    wait 5 s tiemout 3 s\n    measure step = mean(x)\nend\nfoo\n"
              "cleanup within 1 s\nend\n");
    assert_int_equal(p.rc, RC_CONFIG);
    assert_int_equal(p.diag.errors, COUNT(expected));
    for (size_t i = 0; i < COUNT(expected); i++) {
        const struct diag_entry *e = &p.diag.entries[i];
        assert_int_equal(e->line, expected[i].line);
        assert_int_equal(e->col, expected[i].col);
        assert_string_equal(e->message, expected[i].message);
        assert_string_equal(e->help ? e->help : "", expected[i].help ? expected[i].help : "");
    }
    parsed_fini(&p);
}

static void a_number_that_is_none_is_said_once(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message, *help;
    } cases[] = {
        {"nan L/min", "expected a quantity such as 5 s, found 'nan'", NULL},
        {"inf L/min", "expected a quantity such as 5 s, found 'inf'", NULL},
        {"1e400 L/min", "this number is too large", NULL},
        {"0x2 L/min", "numbers are written with decimal digits", NULL},
        {"99999999999999999999999999999999999 L/min",
         "this number is too long: 32 characters at most", NULL},
        {"2,0 L/min", "expected the end of the line, found ','",
         "decimals are written with a point: 1.5"},
        {".5,5 L/min", "expected the end of the line, found ','",
         "decimals are written with a point: 1.5"},
        {"2, 5", "expected the end of the line, found ','", NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct parsed p;
        char text[256];
        snprintf(text, sizeof text,
                 "sequence s version 1\nparam t = %s in 1.0 .. 4.0 L/min\nmain\nend\n"
                 "cleanup within 9 s\nend\n",
                 cases[i].text);
        parse(&p, text);
        if (p.diag.errors != 1)
            diag_print(&p.diag, stderr, false);
        assert_int_equal(p.diag.errors, 1);
        assert_string_equal(p.diag.entries[0].message, cases[i].message);
        if (cases[i].help)
            assert_string_equal(p.diag.entries[0].help, cases[i].help);
        else
            assert_null(p.diag.entries[0].help);
        parsed_fini(&p);
    }
}

static void a_missing_end_is_reported_once_at_what_it_belongs_to(void **state)
{
    (void)state;
    struct parsed p;
    parse(&p, "sequence t version 1\nmain\n  step a\n    wait 1 s\n  step b\n    wait 1 s\n  end\n"
              "cleanup within 1 s\nend\n");
    assert_int_equal(p.diag.errors, 1);
    assert_string_equal(p.diag.entries[0].message, "this 'step' has no 'end'");
    assert_int_equal(p.diag.entries[0].line, 3);
    parsed_fini(&p);
    parse(&p, "sequence t version 1\nmain\nend\nend\ncleanup within 1 s\nend\n");
    assert_int_equal(p.diag.errors, 1);
    assert_string_equal(p.diag.entries[0].message, "this 'end' closes nothing");
    parsed_fini(&p);
}

/* `n` times `open`, once `middle`, n times `close`. */
static char *nested(unsigned n, const char *open, const char *middle, const char *close)
{
    char *text = calloc(1, 256 + n * (strlen(open) + strlen(close)));
    assert_non_null(text);
    strcat(text, "sequence t version 1\nmain\n");
    for (unsigned i = 0; i < n; i++)
        strcat(text, open);
    strcat(text, middle);
    for (unsigned i = 0; i < n; i++)
        strcat(text, close);
    strcat(text, "end\ncleanup within 1 s\nend\n");
    return text;
}

static void nesting_is_bounded(void **state)
{
    (void)state;
    struct parsed p;
    for (unsigned n = 62; n < 66; n++) { /* main is the first block */
        char *text = nested(n, "repeat 2\n", "", "end\n");
        parse(&p, text);
        assert_int_equal(p.rc, n <= 63 ? RC_OK : RC_CONFIG);
        assert_int_equal(p.diag.errors, n <= 63 ? 0 : 1);
        parsed_fini(&p);
        free(text);
    }
    static const char *const deep[][3] = {
        {"(", "1", ")"}, {"- ", "x", ""}, {"not ", "x", ""}, {"1 + ", "1", ""}, {"f(", "1", ")"}};
    for (size_t i = 0; i < COUNT(deep); i++) {
        char text[8192] = "sequence t version 1\nmain\ncalc k = ";
        for (int k = 0; k < 500; k++)
            strcat(text, deep[i][0]);
        strcat(text, deep[i][1]);
        for (int k = 0; k < 500; k++)
            strcat(text, deep[i][2]);
        strcat(text, "\nend\ncleanup within 1 s\nend\n");
        parse(&p, text);
        assert_int_equal(p.diag.errors, 1);
        parsed_fini(&p);
    }
}

static void every_cut_of_a_file_is_survived(void **state)
{
    (void)state;
    struct diag diag;
    struct source *whole;
    diag_init(&diag);
    assert_int_equal(source_load("tests/data/seq/sequences/eol_lsu49.seq", &diag, &whole), RC_OK);
    for (size_t n = 0; n < whole->len; n++) {
        struct source *cut = NULL;
        struct program *program = NULL;
        struct diag said;
        diag_init(&said);
        if (source_from_text("cut.seq", (struct span){whole->bytes, n}, &said, &cut) == RC_OK &&
            program_parse(cut, &said, &program) != RC_OK)
            assert_true(said.errors > 0);
        program_free(program);
        source_free(cut);
        diag_fini(&said);
    }
    source_free(whole);
    diag_fini(&diag);
}

static void a_lone_expression_has_its_own_place(void **state)
{
    (void)state;
    struct diag diag;
    struct source *source;
    struct expr *expr = NULL;
    diag_init(&diag);
    assert_int_equal(source_from_text("c.csv", SPAN("x\ny,dut.uh * dut.ih\n"), &diag, &source),
                     RC_OK);
    struct arena *arena = arena_new();
    struct place at = {.source = source, .line = 2, .col = 3};
    struct span text = {source->bytes + 4, 15};
    assert_int_equal(expr_parse(text, at, arena, &diag, &expr), RC_OK);
    assert_int_equal(expr->op, OP_MUL);
    assert_int_equal(expr->arg[1]->at.line, 2);
    assert_int_equal(expr->arg[1]->at.col, 12);
    text.len = 8;
    assert_int_equal(expr_parse(text, at, arena, &diag, &expr), RC_CONFIG);
    assert_int_equal(diag.errors, 1);
    arena_free(arena);
    source_free(source);
    diag_fini(&diag);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_files_are_accepted),
        cmocka_unit_test(the_head_of_a_file_becomes_declarations),
        cmocka_unit_test(every_kind_of_statement_has_its_node),
        cmocka_unit_test(details_of_statements_are_kept),
        cmocka_unit_test(operators_bind_as_in_arithmetic),
        cmocka_unit_test(each_mistake_has_its_place_and_parsing_goes_on),
        cmocka_unit_test(a_number_that_is_none_is_said_once),
        cmocka_unit_test(a_missing_end_is_reported_once_at_what_it_belongs_to),
        cmocka_unit_test(nesting_is_bounded),
        cmocka_unit_test(every_cut_of_a_file_is_survived),
        cmocka_unit_test(a_lone_expression_has_its_own_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
