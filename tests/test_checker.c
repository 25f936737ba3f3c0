#include "tests/support/cmocka.h"

#include "tests/support/checked_text.h"

#define HEAD                                                                                       \
    "sequence t version 1\ngases \"../tables/gases.csv\"\n"                                        \
    "param total = 2.0 L/min in 1.0 .. 4.0 L/min\nparam hot = 5 s in 2 .. 60 s\n"
#define CLEANUP "cleanup within 60 s\nwait 5 s\nend\n"

/* `body` as main, line 6 onwards. */
static void check_main(struct checked_text *t, const char *body)
{
    char text[4096];
    (void)snprintf(text, sizeof text, HEAD "main\n%s\nend\n" CLEANUP, body);
    checked_text_init(t);
    checked_text_check(t, text);
}

static void says_only(const char *body, unsigned errors, const char *part)
{
    struct checked_text t;
    check_main(&t, body);
    if (t.diag.errors != errors || !checked_text_says(&t, part)) {
        diag_print(&t.diag, stderr, false);
        fail_msg("wanted %u error(s), one with: %s", errors, part);
    }
    checked_text_fini(&t);
}

/* `part` is in one of the messages; empty: whatever they say. */
static void end_with(struct checked_text *t, unsigned errors, const char *part)
{
    if (t->diag.errors != errors)
        diag_print(&t->diag, stderr, false);
    assert_int_equal(t->diag.errors, errors);
    assert_true(*part == '\0' || checked_text_says(t, part));
    checked_text_fini(t);
}

static void has_errors(const char *text, unsigned errors, const char *part)
{
    struct checked_text t;
    checked_text_init(&t);
    checked_text_check(&t, text);
    end_with(&t, errors, part);
}

static void passes(const char *body)
{
    struct checked_text t;
    check_main(&t, body);
    if (t.diag.errors || t.diag.warnings) {
        diag_print(&t.diag, stderr, false);
        fail_msg("refused: %s", body);
    }
    checked_text_fini(&t);
}

static void the_production_example_passes(void **state)
{
    (void)state;
    struct checked_text t;
    checked_text_load(&t, "tests/data/seq/sequences/eol_lsu49.seq");
    assert_int_equal(t.rc, RC_OK);
    assert_int_equal(t.diag.count, 0);
    assert_int_equal(t.checked->estimate.measurements, 10);
    assert_int_equal(t.checked->estimate.corners, 8);
    assert_int_equal(t.checked->gas_count, 4);
    assert_int_equal(t.checked->file_count, 3);
    assert_non_null(t.checked->limits);
    const struct estimate *e = &t.checked->estimate;
    assert_true(e->best_s > 60 && e->best_s < e->typical_s && e->typical_s < e->worst_s);
    checked_text_fini(&t);
}

static void the_laboratory_example_passes_with_the_known_counts(void **state)
{
    (void)state;
    struct checked_text t;
    checked_text_load(&t, "tests/data/seq/sequences/lab_o2_curve.seq");
    assert_int_equal(t.rc, RC_OK);
    assert_int_equal(t.diag.errors, 0);
    const struct estimate *e = &t.checked->estimate;
    assert_int_equal(e->measurements, 81);
    assert_int_equal(e->actions, 238);
    assert_int_equal(e->corners, 4);
    assert_true(e->typical_s > 27 * 60 && e->typical_s < 30 * 60);
    assert_true(e->gas_L[0] > 72 && e->gas_L[0] < 79); /* n2 */
    assert_true(e->gas_L[1] > 8.6 && e->gas_L[1] < 9.6);
    checked_text_fini(&t);
}

static void the_seeded_mistakes_are_each_reported_once_in_place(void **state)
{
    (void)state;
    static const struct {
        unsigned line, col;
        const char *message, *help;
    } expected[] = {
        {29, 9, "channel 'psu.ubat' is not on this station", "did you mean 'psu.ubatt'?"},
        {40, 20, "'dut.ri' is in ohm: the value compared with it has another unit",
         "the value is in mV"},
        {42, 9, "'wait stable' needs a timeout", NULL},
        {44, 17, "'p_heater' is measured in V but lsu49.csv gives its limit in W", NULL},
        {49, 13,
         "this mix is at 62 % of its lower flammable limit with 8.3 % O2 present (a mix over "
         "25 % allows at most 1.8 %) when row 'lean8'",
         NULL},
        {50, 18, "no sub 'setle'", "did you mean 'settle'?"},
        {61, 13, "gas.o2 would need 1.600 L/min: its range ends at 1", NULL},
        {63, 33,
         "t63 is bench-limited: a flow controller settles in 1 s; use select between two "
         "prepared streams",
         NULL},
    };
    struct checked_text t;
    checked_text_load(&t, "tests/data/seq/sequences/bad.seq");
    assert_int_equal(t.rc, RC_CONFIG);
    assert_int_equal(t.diag.errors, COUNT(expected));
    for (size_t i = 0; i < COUNT(expected); i++) {
        const struct diag_entry *e = checked_text_at(&t, expected[i].line, expected[i].col);
        assert_non_null(e);
        assert_string_equal(e->message, expected[i].message);
        if (expected[i].help)
            assert_string_equal(e->help, expected[i].help);
    }
    checked_text_fini(&t);
}

static void names_are_bound_for_the_engine(void **state)
{
    (void)state;
    struct checked_text t;
    check_main(&t, "for x in 1 V, 2 V\nset psu.ubatt = x\nmeasure m = mean(dut.uh * total / total) "
                   "tag x\nend\ncheck m > 1 V and hot > 3 s \"ok\"");
    assert_int_equal(t.rc, RC_OK);
    const struct stmt *loop = t.program->main, *set = loop->body, *measure = set->next;
    assert_ptr_equal(set->sets->bound, &t.rig.channels[18]);
    assert_ptr_equal(set->sets->value->bound, loop);
    assert_int_equal(set->sets->value->bound_kind, BIND_LOOP);
    assert_int_equal(measure->value->arg[1]->bound_kind, BIND_PARAM);
    assert_int_equal(measure->value->arg[0]->arg[0]->bound_kind, BIND_CHANNEL);
    const struct expr *check = loop->next->value->arg[0]->arg[0];
    assert_int_equal(check->bound_kind, BIND_MEASURE);
    assert_ptr_equal(check->bound, measure);
    checked_text_fini(&t);
}

static void units_are_proven_in_every_place(void **state)
{
    (void)state;
    says_only("set psu.ubatt = 5 A", 1, "'psu.ubatt' is in V: this is in A");
    says_only("set psu.ubatt = 5", 1, "this is in a plain number");
    says_only("set dut.heater = 1", 1, "'dut.heater' is in on or off");
    says_only("set psu.ubatt = 5 V ramp 5 V", 1, "the ramp must be in V/s");
    says_only("set psu.ubatt = 5 V over 5 V", 1, "the time of the ramp must be in s");
    says_only("wait 5", 1, "the time needs a unit, such as s");
    says_only("wait stable dut.ip within 5 uV for 1 s timeout 5 s", 1, "the band must be in mA");
    says_only("wait stable dut.tc within 5 degC for 1 s timeout 5 s", 1, "write K");
    says_only("wait stable dut.ip slope 5 uA for 1 s timeout 5 s", 1, "the slope must be in");
    says_only("calc k = dut.uh + dut.ih", 1, "cannot be added or subtracted");
    says_only("calc k = sqrt(dut.uh)", 1, "no unit for the root");
    says_only("calc k = exp(dut.uh)", 1, "exp needs a plain number");
    says_only("calc k = dut.uh * 5 %rd", 1, "one cannot calculate with");
    says_only("calc k = on + 1", 1, "one cannot calculate with on or off");
    says_only("check dut.uh \"x\"", 1, "check needs a condition");
    says_only("if dut.uh > 1 V and dut.ih\nend", 1, "this must be a condition");
    says_only("capture e dut.ip at 5 s for 1 s\nend", 1, "the rate must be in Hz");
    says_only("for x from 1 V to 2 A step 1 V\nend", 1, "the end of the range must be in V");
    says_only("for x in 1 V, 2 A\nend", 1, "the first value is in V: this is in A");
    passes("wait stable dut.tc within 5 K for 1 s timeout 5 s\ncheck dut.tc - 20 degC < 3 K \"x\"\n"
           "calc p = dut.uh * dut.uh / dut.rh\ncheck p < 20 W and dut.heater == on \"p\"\n"
           "wait stable gas.total within 1 %rd for 2 s timeout 20 s\ncalc z = min(p, 3 mW)\n"
           "set psu.ubatt = 5 V ramp 5 V/s\ncheck abs(dut.ip) < 3 mA \"y\"");
}

static void waits_must_end(void **state)
{
    (void)state;
    says_only("wait until dut.ri < 5 ohm", 1, "'wait until' needs a timeout");
    says_only("wait settled dut.ip within 5 uA", 1, "'wait settled' needs a timeout");
    says_only("wait until hot > 3 s timeout 5 s", 1, "nothing in this condition can change");
    says_only("wait stable dut.ip within 5 uA for 6 s timeout 5 s", 1, "ends before the 6 s");
    says_only("wait 3 x t90(dut.uh)", 1, "does not say how long 'dut.uh' settles");
    says_only("wait 0 s - hot", 1, "a time of -5 s cannot be used");
    passes("wait 3 x t90(dut.ip)\nwait until elapsed() > 3 s timeout 9 s\n"
           "wait settled dut.ip within 1 %rd timeout 9 s predict");
}

static void set_points_are_proven_at_every_corner(void **state)
{
    (void)state;
    says_only("set psu.ubatt = 17 V", 1,
              "psu.ubatt would be set to 17 V: its range is from 0 V to 16 V");
    says_only("set psu.ubatt = hot * 1 V / 1 s", 1, "would be set to 60 V");
    says_only("set psu.ubatt = hot * 1 V / 1 s", 1, "when total = 1, hot = 60");
    says_only("for u from 10 V to 20 V step 2 V\nset psu.ubatt = u\nend", 1, "when u = 18 V");
    says_only("set psu.ubatt = 5 V ramp 20 V/s", 1, "cannot follow so fast");
    says_only("set dut.ip = 1 mA", 1, "'dut.ip' cannot be set");
    says_only("set gas.o2 = 0.5 L/min", 1, "set by 'mix'");
    says_only("set gas.select = \"a\"", 1, "switched by 'select a'");
    says_only("repeat 5\nset psu.ubatt = 99 V\nend", 1, "99 V");
    says_only("set psu.ubatt = dut.uh", 0, "only known during the run");
    says_only("set psu.ubatt = max(dut.uh, 1 V)", 0, "only known during the run");
    passes("set psu.ubatt = min(max(dut.uh, 1 V), 12 V)");
    passes("set psu.ubatt = max(1 V, min(12 V, dut.uh))");
    says_only("set psu.ubatt = min(max(dut.uh, 1 V), 18 V)", 1, "would be set to 18 V");
    passes("set psu.ubatt = hot * 1 V / 4 s\nset dut.heater = off, psu.ubatt = 0 V");
}

static void the_envelope_can_only_be_tightened(void **state)
{
    (void)state;
    static const struct {
        const char *rule, *part;
        unsigned errors;
    } cases[] = {
        {"dut.uh <= 12.5 V", "", 0},
        {"dut.uh <= 13.5 V", "the station allows dut.uh at most 13 V", 1},
        {"gas.total in 0 .. 8 L/min", "", 0},
        {"gas.total in 9 .. 8 L/min", "ends below its start", 1},
        {"dut.tc <= 3 V", "'dut.tc' is in degC: this is in V", 1},
        {"dut.tx <= 3 V", "did you mean 'dut.tc'?", 1},
        {"psu.ubatt <= 10 V", "psu.ubatt would be set to 12 V: the envelope allows it to 10 V", 1},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[1024];
        struct checked_text t;
        (void)snprintf(
            text, sizeof text,
            "sequence t version 1\nenvelope\n%s\nend\nmain\nset psu.ubatt = 12 V\nend\n" CLEANUP,
            cases[i].rule);
        checked_text_init(&t);
        checked_text_check(&t, text);
        assert_int_equal(t.diag.errors, cases[i].errors);
        assert_true(*cases[i].part == '\0' || checked_text_says(&t, cases[i].part));
        checked_text_fini(&t);
    }
}

static void names_in_braces_and_scopes_are_resolved(void **state)
{
    (void)state;
    says_only("note \"x {nothing}\"", 1, "'nothing' is not known here");
    says_only("step s_{row.point}\nend", 1, "'row.point' is not on this station");
    says_only("for row in table \"../tables/eol_points.csv\"\nnote \"{row.pont}\"\nend", 1,
              "did you mean 'point'?");
    says_only("for row in table \"../tables/eol_points.csv\"\nwait row\nend", 1,
              "write row.column");
    says_only("for row in table \"../tables/eol_points.csv\"\nwait row.o2\nend", 1,
              "the time must be in s: this is in %");
    says_only("for total in 1 s, 2 s\nend", 1, "'total' is already a parameter");
    says_only("for x in 1 s\nend\nwait x", 1, "'x' is not known here");
    says_only("measure m = mean(dut.ipp)", 1, "did you mean 'dut.ip'?");
    says_only("step a\nend\nstep a\nend", 1, "there is a step 'a' already");
    says_only("for x in 1 s\nstep a\nend\nend\nstep a\nend", 1, "there is a step 'a' already");
    says_only("note \"{\"", 1, "not closed");
    passes("step a\nstep b\nend\nend\nstep b\nend\n"
           "for x in 1 s, 2 s\nstep t_{x} \"{x} of {total}\"\nwait x\nend\nend");
}

static void measurements_are_well_formed(void **state)
{
    (void)state;
    says_only("measure m = meen(dut.ip)", 1, "did you mean 'mean'?");
    says_only("measure m = mean(hot)", 1, "nothing is measured here");
    says_only("measure m = mean(dut.heater)", 1, "mean needs a number");
    says_only("measure m = elapsed(dut.ip)", 1, "elapsed takes 0 arguments");
    says_only("measure m = t63(dut.ip)", 1, "t63 is measured on a capture");
    says_only("measure m = mean(dut.ip)\nmeasure m = mean(dut.uh)", 1,
              "another quantity in line 6");
    says_only("measure m = mean(dut.ip) tag dut.uh", 1, "not a channel");
    says_only("calc k = mean(dut.ip)", 1, "mean needs a capture here");
    says_only("calc k = cell_mode(1 mA, -3 mA, 7 mV)", 1, "cell_mode takes 4 arguments, not 3");
    says_only("calc k = cell_mode(1 mA, -3 mA, 7 mA, 1000)", 1, "this must be in V: it is in mA");
    says_only("calc k = cellmode(1 mA, -3 mA, 7 mV, 1000)", 1, "did you mean 'cell_mode'?");
    passes("calc k = cell_mode(1 mA, -3 mA, 7 mV, 740 degC) + cell_mode(1 mA, -3 mA, 7 mV, 1000)");
    says_only("calc k = fit_slope(dut.un)", 1, "fit_slope takes 2 arguments");
    says_only("calc k = fit_offset(dut.un)", 1, "fit_offset takes 2 arguments");
    says_only("calc k = ripple(dut.un)", 1, "ripple needs a capture here");
    says_only("for o2 in 1 %, 2 %\nmeasure ip = mean(dut.ip) over 1 s tag o2\nend\n"
              "check fit_offset(ip, o2) < 1 V \"offset\"",
              1, "");
    says_only("for o2 in 1 %, 2 %\nmeasure ip = mean(dut.ip) over 1 s tag o2\nend\n"
              "measure r = fit_arc_hf(ip, o2)",
              1, "fit_arc_hf is over a frequency");
    says_only("capture e dut.ip at 1000 Hz for 300 s\nend", 1, "300000 samples");
    says_only("measure m = mean_time(dut.ip)", 1, "mean_time is measured on a capture");
    says_only("measure m = mean(dut.ip, 1 s)", 1, "mean takes 1 argument, not 2");
    says_only("measure m = vi_limit(dut.ip)", 1, "vi_limit takes 4 arguments, not 1");
    says_only("measure m = vi_limit(dut.ip, dut.uh, 0.4 V, 0.7 V)", 1, "the captured current here");
    says_only("for t in 300 V, 400 V\nmeasure r = mean(dut.ri) over 1 s tag t\nend\n"
              "measure ea = fit_activation(r, t)",
              1, "fit_activation is over a temperature: this is in V");
    says_only("capture e dut.ip at 1000 Hz for 1 s\nend\nmeasure m = max(e.dut.un)", 1,
              "the capture 'e' does not hold 'dut.un'");
    passes(
        "for o2 in 1 %, 2 %\nmeasure ip = mean(dut.ip) over 1 s tag o2\nend\n"
        "calc k = fit_slope(ip, o2)\ncheck k > 1 mA \"slope\"\ncheck fit_r2(ip, o2) > 0.9 \"fit\"\n"
        "check fit_offset(ip, o2) < 1 mA \"offset\"\nmeasure w = fit_residual(ip, o2)\n"
        "check w < 1 mA \"residual\"\nmeasure p = ripple(dut.ip) over 3 s\n"
        "capture e dut.ip at 1000 Hz for 1 s\nend\nmeasure m = max(e.dut.ip)");
}

/* "type.trim_series" and its kin are quantities of the station's kind of part. */
static void constants_of_the_kind_of_part_are_known(void **state)
{
    (void)state;
    static const struct {
        const char *body, *part;
        unsigned errors;
    } cases[] = {
        {"calc fit = e_series(type.trim_hi * 0.9, type.trim_series)\ncheck fit > 1 ohm \"fit\"", "",
         0},
        {"wait type.trim_hi", "the time must be in s: this is in ohm", 1},
        {"calc k = type.trim_lo", "the station's kind of part says no 'type.trim_lo'", 1},
        {"calc k = type.trim_hi + 1 V", "cannot be added or subtracted", 1},
        {"step a_{type.trim_series}\nend", "'type.trim_series' cannot stand in a name", 1},
        {"calc k = e_series(30 ohm, 25)", "a series is one of 3, 6, 12, 24, 48, 96, 192", 1},
        {"calc k = e_series(30 ohm, 25 V)", "the number of a series must be in", 1},
        {"calc k = e_series(30 ohm)", "e_series takes 2 arguments, not 1", 1},
        {"calc k = e_series(\"a\", 24)", "e_series needs a number", 1},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[512];
        struct checked_text t;
        struct type_constant constants[2] = {{.name = "type.trim_hi", .value = 300},
                                             {.name = "type.trim_series", .value = 96}};
        assert_int_equal(unit_find(SPAN("ohm"), &constants[0].unit), RC_OK);
        assert_int_equal(unit_find(SPAN(""), &constants[1].unit), RC_OK);
        (void)snprintf(text, sizeof text, "sequence t version 1\nmain\n%s\nend\n" CLEANUP,
                       cases[i].body);
        checked_text_init(&t);
        t.rig.view.constants = constants;
        t.rig.view.constant_count = COUNT(constants);
        checked_text_check(&t, text);
        end_with(&t, cases[i].errors, cases[i].part);
    }
}

static void subs_are_checked_where_they_are_called(void **state)
{
    (void)state;
    static const struct {
        const char *subs, *body, *part;
        unsigned errors;
    } cases[] = {
        {"sub s(a = 1 s)\nwait a\nend\n", "call s\ncall s(a = 2 s)", "", 0},
        {"sub s(a = 1 s)\nwait a\nend\n", "call s(a = 2 V)", "'a' must be in s: this is in V", 1},
        {"sub s(a = 1 s)\nwait a\nend\n", "call s(b = 2 s)", "'s' has no parameter 'b'", 1},
        {"sub s()\ncall s\nend\n", "call s", "'s' calls itself", 1},
        {"sub s()\ncall r\nend\nsub r()\ncall s\nend\n", "call s", "'s' calls itself", 1},
        {"sub s()\nend\nsub s()\nend\n", "call s", "there are two subs 's'", 1},
        {"sub s()\nwait x\nend\n", "for x in 1 s\ncall s\nend", "'x' is not known here", 1},
        {"sub s(u = 1 V)\nset psu.ubatt = u\nend\n", "call s(u = 20 V)", "when u = 20 V", 1},
        {"sub s()\nend\n", "wait 1 s", "'s' is never called", 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[1024];
        (void)snprintf(text, sizeof text, "sequence t version 1\n%smain\n%s\nend\n" CLEANUP,
                       cases[i].subs, cases[i].body);
        has_errors(text, cases[i].errors, cases[i].part);
    }
}

static void a_lane_holds_what_is_of_its_site_alone(void **state)
{
    static const struct {
        const char *line;
        unsigned errors;
    } cases[] = {
        {"measure m = mean(dut.uh) over 1 s", 0},
        {"set dut.heater = on", 0},
        {"wait stable dut.ip within 1 uA for 1 s timeout 3 s", 0},
        {"wait stable gas.total within 1 %rd for 1 s timeout 3 s", 0},
        {"if 1 > 2\nwait 1 s\nend", 0},
        {"repeat 2\nnote \"n\"\nend", 0},
        {"set psu.ubatt = 5 V", 1},
        {"set dut.heater = on, psu.ubatt = 5 V", 1},
        {"mix n2 balance total 2 L/min", 1},
        {"step s\nwait 1 s\nend", 1},
        {"exclusive x\nwait 1 s\nend", 1},
        {"capture w dut.ip at 10 Hz for 1 s\nwait 1 s\nend", 1},
        {"parallel\nlane\nwait 1 s\nend\nend", 1},
        {"if 1 > 2\nstep s\nwait 1 s\nend\nend", 1},
        {"scan serial each site", 1},
        {"ask \"go on?\"", 1},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[1024];
        (void)snprintf(text, sizeof text,
                       "sequence t version 1\n"
                       "main\nparallel\nlane\n%s\nend\nend\nend\n" CLEANUP,
                       cases[i].line);
        has_errors(text, cases[i].errors, cases[i].errors ? "a lane may only hold" : "");
    }
}

static void cleanup_is_straight_and_in_time(void **state)
{
    (void)state;
    static const struct {
        const char *text, *part;
        unsigned errors;
    } cases[] = {
        {"main\nend\n", "has no 'cleanup'", 1},
        {"cleanup within 9 s\nend\n", "has no 'main'", 1},
        {"main\nend\ncleanup within 9 s\nwait 5 s\nwait 5 s\nend\n", "alone need 10 s", 1},
        {"main\nend\ncleanup within 9 s\nrepeat 2\nend\nend\n", "cleanup may only hold", 1},
        {"main\nmeasure m = mean(dut.uh)\nend\ncleanup within 9 s\nset psu.ubatt = m\nend\n",
         "cannot depend on what was measured", 1},
        {"main\nend\ncleanup within 9 V\nend\n", "the time of cleanup must be in s", 1},
        {"main\nend\ncleanup within 0 s\nend\n", "cleanup needs 1 s at least", 1},
        {"main\nend\ncleanup within 601 s\nend\n", "600 s at most", 1},
        {"main\nend\ncleanup within 1000000000 s\nend\n", "600 s at most", 1},
        {"main\nend\ncleanup within 600 s\nend\n", "", 0},
        {"requires station kind \"other\"\nmain\nend\n" CLEANUP, "of kind 'other'", 1},
        {"param p = 5 s in 9 .. 6 s\nmain\nend\n" CLEANUP, "ends below its start", 1},
        {"param p = 5 s in 6 .. 9 s\nmain\nend\n" CLEANUP, "out of its range", 1},
        {"record dut.xx at 3 Hz\nmain\nend\n" CLEANUP, "channel 'dut.xx'", 1},
        {"record foo.* at 3 Hz\nmain\nend\n" CLEANUP, "begins with 'foo.'", 1},
        {"limits \"nowhere.csv\"\nmain\nend\n" CLEANUP, "", 1},
        {"main\nscan serial each site like \"[0-9\"\nend\n" CLEANUP, "pattern cannot be used", 1},
        {"main\nscan serial each site like \"((a{255}){255}){255}\"\nend\n" CLEANUP, "repeats too",
         1},
        {"main\nscan serial each site like \"X-[0-9]{8}\"\nend\n" CLEANUP, "", 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[1024];
        (void)snprintf(text, sizeof text, "sequence t version 1\n%s", cases[i].text);
        has_errors(text, cases[i].errors, cases[i].part);
    }
}

static void what_cannot_be_recorded_is_refused(void **state)
{
    (void)state;
#define TWO "record dut.ip at 1 Hz\nrecord dut.ip at 2 Hz\n"
#define FOUR TWO "record dut.ip at 3 Hz\nrecord dut.un at 4 Hz\n"
#define EIGHT                                                                                      \
    FOUR "record dut.ip at 5 Hz\nrecord dut.ip at 6 Hz\nrecord dut.ip at 7 Hz\nrecord dut.ip at "  \
         "8 Hz\n"
    static const struct {
        const char *records, *part;
        unsigned errors, sites;
    } cases[] = {
        {EIGHT EIGHT, "", 0, 4},
        {EIGHT "record dut.ip at 9 Hz\n", "up to 8 different rates", 1, 4},
        {EIGHT "record dut.ip at 9 Hz\nrecord dut.ip at 10 Hz\n", "up to 8 different rates", 1, 4},
        {"record dut.ip at 2 kHz\n", "", 0, 4},
        {"record dut.ip at 2.1 kHz\n", "up to 2000 Hz", 1, 4},
        {"record dut.ip at 3 V\n" TWO, "the rate must be in Hz", 1, 4},
        {EIGHT, "", 0, 64}, /* 512 streams */
        {EIGHT "record gas.total at 1 Hz\n", "513 streams of records on 64 sites", 1, 64},
        {FOUR FOUR "record gas.* at 1 Hz\n", "513 streams", 1, 64},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[1024];
        struct checked_text t;
        (void)snprintf(text, sizeof text, "sequence t version 1\n%smain\nend\n" CLEANUP,
                       cases[i].records);
        checked_text_init(&t);
        t.rig.view.sites = cases[i].sites;
        checked_text_check(&t, text);
        end_with(&t, cases[i].errors, cases[i].part);
    }
}

static void limits_and_measurements_must_match(void **state)
{
    (void)state;
    struct checked_text t;
    checked_text_init(&t);
    checked_text_check(&t, "sequence t version 1\nlimits \"../limits/lsu49.csv\"\nmain\n"
                           "measure ri_hott = mean(dut.ri)\nmeasure un_lean8 = mean(dut.un)\n"
                           "end\n" CLEANUP);
    assert_int_equal(t.rc, RC_OK);
    assert_true(checked_text_says(&t, "'ri_hot' is not measured by this sequence"));
    assert_true(checked_text_says(&t, "did you mean 'ri_hott'?"));
    const struct diag_entry *note = checked_text_at(&t, 4, 9);
    assert_string_equal(note->message, "'ri_hott' has no limit in lsu49.csv");
    assert_int_equal(note->severity, DIAG_NOTE);
    checked_text_fini(&t);
}

static void limits_without_a_source_are_warned_of_once(void **state)
{
    (void)state;
    struct checked_text t;
    checked_text_init(&t);
    checked_text_check(&t, "sequence t version 1\nlimits \"../limits/bare.csv\"\nmain\n"
                           "measure ri_hot = mean(dut.ri)\nmeasure un_lean8 = mean(dut.un)\n"
                           "measure up_lean8 = mean(dut.un)\nmeasure ip_lean8 = mean(dut.ip)\n"
                           "end\n" CLEANUP);
    assert_int_equal(t.rc, RC_OK);
    assert_int_equal(t.diag.warnings, 1);
    assert_true(checked_text_says(
        &t, "2 limits of bare.csv do not say where they come from and how sure that is"));
    checked_text_fini(&t);
}

static void work_is_bounded(void **state)
{
    (void)state;
    char text[2048] = HEAD "main\n";
    struct checked_text t;
    for (int i = 0; i < 12; i++)
        strcat(text, "repeat 10000\n");
    strcat(text, "wait 1 s\n");
    for (int i = 0; i < 12; i++)
        strcat(text, "end\n");
    strcat(text, "end\n" CLEANUP);
    checked_text_init(&t);
    checked_text_check(&t, text);
    assert_int_equal(t.diag.errors, 1);
    assert_true(checked_text_says(&t, "would do more than 200000 things"));
    checked_text_fini(&t);
    says_only("for x from 1 V to 2 V step 1 uV\nend", 1, "at most 10000 turns");
    says_only("for x from 1 V to 2 V step -1 V\nend", 1, "this range is empty");
    says_only("repeat 0\nend", 1, "whole number from 1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_production_example_passes),
        cmocka_unit_test(the_laboratory_example_passes_with_the_known_counts),
        cmocka_unit_test(the_seeded_mistakes_are_each_reported_once_in_place),
        cmocka_unit_test(names_are_bound_for_the_engine),
        cmocka_unit_test(units_are_proven_in_every_place),
        cmocka_unit_test(waits_must_end),
        cmocka_unit_test(set_points_are_proven_at_every_corner),
        cmocka_unit_test(the_envelope_can_only_be_tightened),
        cmocka_unit_test(names_in_braces_and_scopes_are_resolved),
        cmocka_unit_test(measurements_are_well_formed),
        cmocka_unit_test(constants_of_the_kind_of_part_are_known),
        cmocka_unit_test(subs_are_checked_where_they_are_called),
        cmocka_unit_test(a_lane_holds_what_is_of_its_site_alone),
        cmocka_unit_test(cleanup_is_straight_and_in_time),
        cmocka_unit_test(what_cannot_be_recorded_is_refused),
        cmocka_unit_test(limits_and_measurements_must_match),
        cmocka_unit_test(limits_without_a_source_are_warned_of_once),
        cmocka_unit_test(work_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
