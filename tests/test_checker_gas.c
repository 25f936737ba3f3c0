#include "tests/support/cmocka.h"

#include <math.h>

#include "tests/support/checked_text.h"

struct gas_case {
    const char *body, *part;
    unsigned errors;
};

static void check_body(struct checked_text *t, const char *params, const char *body)
{
    char text[4096];
    (void)snprintf(text, sizeof text,
                   "sequence t version 1\ngases \"../tables/gases.csv\"\n%s\nmain\n%s\nend\n"
                   "cleanup within 60 s\nmix off\nend\n",
                   params, body);
    checked_text_check(t, text);
}

static void all_say(const struct gas_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct checked_text t;
        checked_text_init(&t);
        check_body(&t, "param total = 2 L/min in 1 .. 4 L/min", cases[i].body);
        if (t.diag.errors != cases[i].errors ||
            (*cases[i].part && !checked_text_says(&t, cases[i].part))) {
            diag_print(&t.diag, stderr, false);
            fail_msg("%s: wanted %u, '%s'", cases[i].body, cases[i].errors, cases[i].part);
        }
        checked_text_fini(&t);
    }
}

static void flows_stay_in_the_range_of_their_controller(void **state)
{
    (void)state;
    static const struct gas_case cases[] = {
        {"mix o2 20 %, n2 balance total 2 L/min", "", 0},
        {"mix o2 0 %, n2 balance total 2 L/min", "", 0}, /* closed */
        {"mix o2 60 %, n2 balance total 2 L/min",
         "gas.o2 would need 1.200 L/min: its range ends at 1", 1},
        {"mix o2 1 %, n2 balance total total",
         "gas.o2 would need 10.0 mL/min: below its usable 20 mL/min (turn-down) when total = 1", 1},
        {"mix o2 1 %, n2 balance total total", "raise 'total' or use a leaner cylinder", 1},
        {"mix o2 30 %, n2 balance total total", "its range ends at 1 when total = 4", 1},
        {"mix n2 balance total 12 L/min", "above the allowed 10 L/min", 1},
        {"mix n2 balance total 0 L/min", "write 'mix off'", 1},
        {"mix n2 balance total 5 V", "the total must be in", 1},
        {"for o2 in 5 %, 55 %\nmix o2 o2, n2 balance total 2 L/min\nend", "when o2 = 55 %", 1},
    };
    all_say(cases, COUNT(cases));
}

static void shares_make_a_composition(void **state)
{
    (void)state;
    static const struct gas_case cases[] = {
        {"mix o2 10 % total 2 L/min", "add up to 10 %", 1},
        {"mix lean1 100 % total 2 L/min", "", 0},
        {"mix o2 10 %, lean1 95 %, n2 balance total 2 L/min", "add up to 105 %", 1},
        {"mix n2 balance, o2 balance total 2 L/min", "only one gas can be the balance", 1},
        {"mix o2 5 %, o2 5 %, n2 balance total 2 L/min", "'o2' stands twice", 1},
        {"mix o2 0.1 L/min, n2 balance total 2 L/min", "a mix is a composition", 1},
        {"mix o2 5, n2 balance total 2 L/min", "this share needs a unit", 1},
        {"mix ritch 5 %, n2 balance total 2 L/min", "did you mean 'rich'?", 1},
        {"mix o2 dut.ip / 1 mA, n2 balance total 2 L/min", "only known during the run", 1},
        {"mix o2 200000 ppm, n2 balance total 2 L/min", "", 0},
    };
    all_say(cases, COUNT(cases));
}

static void the_gas_rules_hold_for_every_mix(void **state)
{
    (void)state;
    static const struct gas_case cases[] = {
        {"mix rich 100 % total 2 L/min", "", 0}, /* fuel index 1.24, no oxygen */
        {"mix rich 20 %, o2 15 %, n2 balance total 2 L/min",
         "with the tolerances of the flow controllers", 1},
        {"mix rich 18 %, o2 15 %, n2 balance total 2 L/min", "", 0}, /* lean rule */
        {"mix rich 50 %, o2 8 %, n2 balance total 2 L/min",
         "at 62 % of its lower flammable limit with 8.0 % O2", 1},
        {"mix rich 50 %, lean1 40 %, n2 balance total 2 L/min", "", 0}, /* 0.4 % O2 */
        {"mix rich 5 %, o2 30 %, n2 balance total 2 L/min", "holding fuel and 30.0 % O2", 1},
        {"mix o2 45 %, n2 balance total 2 L/min", "", 0}, /* no fuel */
    };
    all_say(cases, COUNT(cases));
}

static void hotter_gas_is_judged_by_its_lower_limit(void **state)
{
    (void)state;
    struct checked_text t;
    checked_text_init(&t);
    t.rig.view.hottest_degC = 300;
    check_body(&t, "", "mix rich 18 %, o2 15 %, n2 balance total 2 L/min");
    assert_int_equal(t.diag.errors, 1);
    checked_text_fini(&t);
}

static void fuel_needs_an_extraction_behind_the_vent(void **state)
{
    (void)state;
    struct checked_text t;
    checked_text_init(&t);
    t.rig.view.extraction_Lmin = 0;
    check_body(&t, "", "mix rich 100 % total 2 L/min");
    assert_int_equal(t.diag.errors, 1);
    assert_true(checked_text_says(&t, "the gas behind the vent would be at 124 %"));
    checked_text_fini(&t);
    checked_text_init(&t); /* both streams leave through it */
    t.rig.view.extraction_Lmin = 12;
    check_body(&t, "", "mix a rich 100 % total 2 L/min\nmix b rich 0 %, lean1 100 % total 2 L/min");
    assert_int_equal(t.diag.errors, 0);
    checked_text_fini(&t);
    checked_text_init(&t);
    t.rig.view.extraction_Lmin = 833;
    check_body(&t, "envelope\nvent.fuel_lfl <= 0.1 %\nend", "mix rich 100 % total 2 L/min");
    assert_int_equal(t.diag.errors, 1);
    assert_true(checked_text_says(&t, "(at most 0 %)") || checked_text_says(&t, "at 0 %"));
    checked_text_fini(&t);
}

/* The rig's heater switch plays the pump. */
static void fuel_and_suction_keep_apart(void **state)
{
    (void)state;
#define RICH "mix rich 100 % total 2 L/min\n"
#define ON "set dut.heater = on\n"
    static const struct {
        const char *body;
        unsigned errors;
    } cases[] = {
        {ON RICH, 1},
        {RICH ON, 1},
        {RICH ON RICH, 2},
        {ON "set dut.heater = off\n" RICH, 0},
        {ON "mix o2 20 %, n2 balance total 2 L/min\n", 0},
        {ON "mix rich 4 %, n2 balance total 2 L/min\n", 0},
        {RICH "mix n2 balance total 2 L/min\n" ON, 0},
        {RICH "mix off\n" ON, 0},
        {"if dut.ip >= 0 mA\n" ON "end\n" RICH, 1},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct checked_text t;
        checked_text_init(&t);
        t.rig.view.suction = "dut.heater";
        check_body(&t, "", cases[i].body);
        if (t.diag.errors != cases[i].errors)
            fail_msg("%s: %u errors instead of %u", cases[i].body, t.diag.errors, cases[i].errors);
        assert_int_equal(checked_text_says(&t, "air may leak in while 'dut.heater' is on"),
                         cases[i].errors > 0);
        checked_text_fini(&t);
    }
}

static void switched_streams_may_meet(void **state)
{
    (void)state;
    static const struct gas_case cases[] = {
        {"mix a rich 20 %, n2 balance total 2 L/min\nmix b lean1 100 % total 2 L/min\n"
         "select a\nselect b\nselect a",
         "", 0},
        {"mix a rich 60 %, n2 balance total 2 L/min\nmix b o2 40 %, lean1 balance total 2 L/min\n"
         "select b",
         "the two gases meet in the valve", 1},
        {"mix a rich 60 %, n2 balance total 2 L/min\nmix b lean1 100 % total 2 L/min\nselect b", "",
         0},
        {"select b", "stream b has no mix here", 1},
        {"mix b rich 60 %, n2 balance total 2 L/min\nselect b", "the two gases meet in the valve",
         1},
        {"mix b rich 60 %, n2 balance total 2 L/min\nmix a n2 balance total 2 L/min\nselect b",
         "'n2' already feeds stream b", 1},
        {"mix a n2 balance total 2 L/min\nmix b n2 balance total 2 L/min",
         "'n2' already feeds stream a", 1},
        {"mix b n2 balance total 2 L/min\nmix off\nmix a n2 balance total 2 L/min", "", 0},
    };
    all_say(cases, COUNT(cases));
    struct checked_text t;
    checked_text_init(&t);
    t.rig.view.has_streams = false;
    check_body(&t, "", "mix b n2 balance total 2 L/min\nselect a");
    assert_int_equal(t.diag.errors, 2);
    assert_true(checked_text_says(&t, "has no second gas stream"));
    checked_text_fini(&t);
}

static void response_times_are_taken_on_a_select_only(void **state)
{
    (void)state;
    static const char *const prepare = "mix a rich 20 %, n2 balance total 2 L/min\n"
                                       "mix b lean1 100 % total 2 L/min\nselect a\n";
    static const struct {
        const char *in_capture, *func;
        unsigned errors;
    } cases[] = {{"select b", "t63", 0},
                 {"select b", "fall", 0},
                 {"if dut.ip > 0 mA\nselect b\nend", "t90", 0},
                 {"mix a n2 balance total 2 L/min", "t63", 1},
                 {"set psu.ubatt = 5 V", "rise", 1},
                 {"mix a n2 balance total 2 L/min", "max", 0}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        char body[1024];
        struct checked_text t;
        (void)snprintf(
            body, sizeof body,
            "%scapture e dut.ip at 1000 Hz for 3 s pre 0.5 s\n%s\nend\nmeasure m = %s(e.dut.ip)",
            prepare, cases[i].in_capture, cases[i].func);
        checked_text_init(&t);
        check_body(&t, "", body);
        assert_int_equal(t.diag.errors, cases[i].errors);
        assert_int_equal(checked_text_says(&t, "bench-limited"), cases[i].errors);
        checked_text_fini(&t);
    }
}

static void what_is_taken_off_a_mean_time_is_a_time(void **state)
{
    (void)state;
    static const struct {
        const char *measure, *says;
    } cases[] = {
        {"measure m = mean_time(e.dut.ip, 20 ms)", NULL},
        {"measure m = dead_time(e.dut.ip)\nmeasure n = mean_time(e.dut.ip, m)", NULL},
        {"calc k = mean_time(e.dut.ip, 20 ms) - spread_time(e.dut.ip)", NULL},
        {"measure m = mean_time(e.dut.ip, 20 mV)", "takes off a time: this is in mV"},
        {"measure m = mean_time(e.dut.ip, 20 ms, 3)", "takes 1 argument, not 3"},
        {"measure m = t63(e.dut.ip, 20 ms)", "t63 takes 1 argument, not 2"},
        {"measure m = vi_limit(e.dut.ip, e.dut.uh, 0.4 V, 0.7 V)", NULL},
        {"calc k = vi_initial(e.dut.ip, e.dut.uh, 0.4 V, 0.7 V) / 1 ohm", NULL},
        {"measure m = vi_limit(e.dut.uh, e.dut.ip, 0.4 V, 0.7 V)", "the captured current here"},
        {"measure m = vi_limit(e.dut.ip, e.dut.ip, 0.4 V, 0.7 V)", "the captured voltage here"},
        {"measure m = vi_limit(e.dut.ip, e.dut.uh, 0.7 V, 0.4 V)", "from the lower to the higher"},
        {"measure m = vi_limit(e.dut.ip, e.dut.uh, 1 s, 2 s)", "bound of the plateau must be in V"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char body[1024];
        struct checked_text t;
        (void)snprintf(
            body, sizeof body,
            "mix a rich 20 %%, n2 balance total 2 L/min\nmix b lean1 100 %% total 2 L/min\n"
            "select a\ncapture e dut.ip, dut.uh at 100 Hz for 3 s pre 0.5 s\nselect b\n"
            "end\n%s",
            cases[i].measure);
        checked_text_init(&t);
        check_body(&t, "", body);
        if (t.diag.errors != (cases[i].says ? 1u : 0u))
            fail_msg("%s: %u errors", cases[i].measure, t.diag.errors);
        if (cases[i].says && !checked_text_says(&t, cases[i].says))
            fail_msg("%s: '%s', not '%s'", cases[i].measure, t.diag.entries[0].message,
                     cases[i].says);
        checked_text_fini(&t);
    }
}

static double typical(const char *body)
{
    struct checked_text t;
    checked_text_init(&t);
    check_body(&t, "", body);
    assert_int_equal(t.rc, RC_OK);
    double s = t.checked->estimate.typical_s;
    checked_text_fini(&t);
    return s;
}

static void purges_and_interludes_are_counted(void **state)
{
    (void)state;
    /* 1 s of settling; 5 volumes of 0.3 L take 45 s at 2 L/min, before oxygen and before fuel */
    double inert = typical("mix n2 balance total 2 L/min");
    double lean = typical("mix lean1 100 % total 2 L/min");
    double rich = typical("mix rich 100 % total 2 L/min");
    assert_true(inert > 0.9 && inert < 1.1);
    assert_true(lean > 45.9 && lean < 46.1);
    /* and fuel is flushed out of the pipe before the flow ends, by 3 volumes: 27 s */
    assert_true(rich > 72.9 && rich < 73.1);
    double flushed = typical("mix rich 100 % total 2 L/min\nmix n2 balance total 2 L/min\nmix off");
    assert_true(flushed > 46.9 && flushed < 47.1);
    /* from rich to 20 % oxygen needs at least 3 volumes of nitrogen: 27 s */
    double both = typical("mix rich 100 % total 2 L/min\nmix o2 20 %, n2 balance total 2 L/min");
    assert_true(both > 73.9 && both < 100);
    /* to 1 % oxygen the line is allowed */
    double gentle = typical("mix rich 100 % total 2 L/min\nmix lean1 100 % total 2 L/min");
    assert_true(gentle > 46.9 && gentle < 47.1);
    /* once the gas was off the purge is made again */
    double again = typical("mix rich 100 % total 2 L/min\nmix off\nmix rich 100 % total 2 L/min");
    assert_true(again > 145.9 && again < 146.1);
}

static void inert_gas_that_has_flowed_is_part_of_the_purge(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        double s;
    } cases[] = {
        {"mix n2 balance total 2 L/min\nwait 20 s\nmix rich 100 % total 2 L/min", 46 + 27},
        {"mix n2 balance total 2 L/min\nwait 60 s\nmix rich 100 % total 2 L/min", 62 + 27},
        {"mix n2 balance total 2 L/min\nwait 20 s\nmix lean1 100 % total 2 L/min\n"
         "mix rich 100 % total 2 L/min",
         47 + 27},
        /* 0.6 % of oxygen waits for the purge too */
        {"mix n2 balance total 2 L/min\nwait 20 s\nmix lean1 60 %, n2 balance total 2 L/min", 46},
        /* it was broken off: from the beginning */
        {"mix n2 balance total 2 L/min\nwait 20 s\nmix off\nmix rich 100 % total 2 L/min", 67 + 27},
        /* at 1 L/min the volume takes longer than the time */
        {"mix n2 balance total 1 L/min\nwait 29 s\nmix rich 100 % total 1 L/min", 91 + 54},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        double s = typical(cases[i].body);
        if (!(fabs(s - cases[i].s) < 0.1))
            fail_msg("case %zu: %g s instead of %g s", i, s, cases[i].s);
    }
}

static void the_table_of_gases_is_read_strictly(void **state)
{
    (void)state;
    static const struct {
        const char *table, *part;
    } cases[] = {
        {"gas,channel,o2,n2\nn2,gas.n2,,balance\nn2,gas.o2,balance,\n", "'n2' stands twice"},
        {"gas,channel,o2,n2\na,gas.n2,,balance\nb,gas.n2,balance,\n", "doses 'a' already"},
        {"gas,channel,o2,n2\na,gas.n2,5 %,\n", "add up to 5 %"},
        {"gas,channel,o2,n2\na,gas.n2,5,balance\n", "'5' is not a share of a gas"},
        {"gas,channel,o2,n2\na,gas.n2,\"0,5 %\",balance\n", "written with a point"},
        {"gas,channel,o2,n2\na,gas.n2,balance,balance\n", "two balances"},
        {"gas,channel,xe\na,gas.n2,balance\n", "'xe' is not a gas species"},
        {"gas,channel,n2\na,dut.ip,balance\n", "is not a flow"},
        {"gas,channel,n2\na,gas.n3,balance\n", "did you mean 'gas.n2'?"},
        {"gas,n2\na,balance\n", "the column 'channel' is missing"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char path[] = "/tmp/test_gases_XXXXXX", text[512];
        int fd = mkstemp(path);
        assert_true(fd >= 0);
        FILE *file = fdopen(fd, "w");
        assert_true(file && fputs(cases[i].table, file) >= 0 && fclose(file) == 0);
        struct checked_text t;
        checked_text_init(&t);
        (void)snprintf(text, sizeof text,
                       "sequence t version 1\ngases \"%s\"\nmain\nend\ncleanup within 1 s\nend\n",
                       path);
        checked_text_check(&t, text);
        (void)remove(path);
        assert_int_equal(t.diag.errors, 1);
        if (!checked_text_says(&t, cases[i].part)) {
            diag_print(&t.diag, stderr, false);
            fail_msg("wanted %s", cases[i].part);
        }
        checked_text_fini(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flows_stay_in_the_range_of_their_controller),
        cmocka_unit_test(shares_make_a_composition),
        cmocka_unit_test(the_gas_rules_hold_for_every_mix),
        cmocka_unit_test(hotter_gas_is_judged_by_its_lower_limit),
        cmocka_unit_test(fuel_needs_an_extraction_behind_the_vent),
        cmocka_unit_test(fuel_and_suction_keep_apart),
        cmocka_unit_test(switched_streams_may_meet),
        cmocka_unit_test(response_times_are_taken_on_a_select_only),
        cmocka_unit_test(what_is_taken_off_a_mean_time_is_a_time),
        cmocka_unit_test(purges_and_interludes_are_counted),
        cmocka_unit_test(inert_gas_that_has_flowed_is_part_of_the_purge),
        cmocka_unit_test(the_table_of_gases_is_read_strictly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
