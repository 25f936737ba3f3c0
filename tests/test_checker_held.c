/* What the bench itself drives while an output is on: here psu.imax and dut.ri_target while
 * dut.heater is on. */
#include "tests/support/cmocka.h"

#include "tests/support/checked_text.h"

static const struct {
    const char *body, *wrong; /* wrong: NULL: nothing is said */
} cases[] = {
    {"set psu.imax = 1 A", NULL},
    {"set dut.heater = on\nset psu.ubatt = 1 V", NULL},
    {"set dut.heater = on\nset psu.imax = 1 A", "'psu.imax' is driven by the bench while"},
    {"set dut.heater = on, psu.imax = 1 A", "'psu.imax' is driven by the bench while"},
    {"set psu.imax = 1 A, dut.heater = on", NULL},
    {"set dut.heater = on\nset dut.heater = off\nset psu.imax = 1 A", NULL},
    {"set dut.heater = off\nset psu.imax = 1 A", NULL},
    {"step a\nset dut.heater = on\nend\nstep b\nset dut.ri_target = 300 ohm\nend",
     "'dut.ri_target' is driven by the bench while 'dut.heater' is on"},
    {"set dut.heater = on\nrepeat 2\nset psu.imax = 1 A\nend", "'psu.imax' is driven"},
    {"repeat 2\nset psu.imax = 1 A\nset dut.heater = on\nend", "'psu.imax' is driven"},
    {"set dut.heater = on\ncall limit", "'psu.imax' is driven by the bench"},
    /* what only the run knows is left to the run */
    {"if dut.ip > 1 mA\nset dut.heater = on\nend\nset psu.imax = 1 A", NULL},
    {"if dut.ip > 1 mA\nset dut.heater = on\nelse\nset psu.imax = 1 A\nend", NULL},
    {"if dut.ip > 1 mA\nset dut.heater = on\nset psu.imax = 1 A\nend", "'psu.imax' is driven"},
    {"if dut.ip > 1 mA\nset dut.heater = on\nelse\nset dut.heater = on\nend\nset psu.imax = 1 A",
     "'psu.imax' is driven by the bench"},
    {"set dut.heater = on\nif dut.ip > 1 mA\nset psu.imax = 1 A\nend", "'psu.imax' is driven"},
    {"set dut.heater = on\nif hot > 1 s\nset dut.heater = off\nend\nset psu.imax = 1 A", NULL},
};

static void check_text(struct checked_text *t, const char *body)
{
    char text[2048];
    (void)snprintf(text, sizeof text,
                   "sequence t version 1\nparam hot = 5 s in 2 .. 60 s\n"
                   "sub limit()\nset psu.imax = 1 A\nend\nmain\ncall limit\n%s\nend\n"
                   "cleanup within 9 s\nset psu.imax = 0 A\nset dut.heater = off\nend\n",
                   body);
    checked_text_init(t);
    for (size_t i = 0; i < RIG_CHANNELS; i++) {
        const char *name = t->rig.channels[i].name;
        if (strcmp(name, "psu.imax") == 0 || strcmp(name, "dut.ri_target") == 0)
            t->rig.channels[i].held_by = "dut.heater";
    }
    checked_text_check(t, text);
}

static void a_set_by_hand_is_refused_where_it_is_certain(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct checked_text t;
        check_text(&t, cases[i].body);
        unsigned wanted = cases[i].wrong ? 1 : 0;
        if (t.diag.errors != wanted || (wanted && !checked_text_says(&t, cases[i].wrong))) {
            diag_print(&t.diag, stderr, false);
            fail_msg("row %zu: wanted %s", i, cases[i].wrong ? cases[i].wrong : "nothing");
        }
        if (wanted)
            assert_true(checked_text_says(&t, "set dut.heater = off first"));
        checked_text_fini(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_set_by_hand_is_refused_where_it_is_certain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
