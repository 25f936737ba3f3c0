/* When the gate lets an insulation tester on, what it refuses while it is, and what puts it off. */
#include "tests/support/cmocka.h"

#include <math.h>

#include "tests/support/rig_fixture.h"

#define STATION "tests/data/insulation/lab.station"

static enum rc permit(const struct rig_fixture *f, const char *channel, unsigned site, double si,
                      const char *says)
{
    char text[160] = "";
    struct obuf why = {text, 0, sizeof text - 1};
    enum rc rc = gate_permit(f->gate, rig_fixture_channel(f, channel), site, si, &why);
    assert_int_equal(rc == RC_OK, why.len == 0);
    if (says && !strstr(text, says))
        fail_msg("'%s' does not say '%s'", text, says);
    return rc;
}

static void may_go_on(const struct rig_fixture *f)
{
    assert_int_equal(permit(f, "iso.on", 0, 1, NULL), RC_OK);
}

static void may_not_go_on(const struct rig_fixture *f, const char *says)
{
    assert_int_equal(permit(f, "iso.on", 0, 1, says), RC_REFUSED);
    assert_int_equal(permit(f, "iso.on", 0, 0, NULL), RC_OK); /* off is always allowed */
}

static void set(struct rig_fixture *f, const char *channel, unsigned site, double si)
{
    unsigned before = f->answers;
    gate_set(f->gate, &(struct gate_order){rig_fixture_channel(f, channel), site, si},
             rig_fixture_answer, f);
    for (unsigned i = 0; i < 100 && f->answers == before; i++)
        rig_fixture_run(f, 20);
    assert_int_equal(f->answers, before + 1);
    if (f->answer != RC_OK)
        fail_msg("%s: %s", channel, f->error);
}

static double latest(const struct rig_fixture *f, const char *channel, unsigned site)
{
    return rig_latest(f->rig, rig_fixture_channel(f, channel), site).si;
}

/* Open, cold, and one pair chosen. */
static void make_ready(struct rig_fixture *f)
{
    gate_open(f->gate);
    rig_fixture_run(f, 21000);
    set(f, "dut.iso_hs", 1, 1);
    rig_fixture_run(f, 1000);
}

static void go_on(struct rig_fixture *f)
{
    make_ready(f);
    set(f, "iso.on", 0, 1);
    rig_fixture_run(f, 1000);
    assert_true(latest(f, "iso.on", 0) > 0.5);
    assert_true(fabs(latest(f, "iso.um", 0) - 50) < 1);
}

/* ---------------------------------------------------------------------------------------------- */

static void a_proven_cover_is_needed(void **state)
{
    struct rig_fixture *f = *state;
    unsigned cover = rig_fixture_channel(f, "cover.closed");
    make_ready(f);
    may_go_on(f);
    rig_push(f->rig, cover, 0, 0, loop_now(f->loop));
    may_not_go_on(f, "interlock");
    rig_push(f->rig, cover, 0, (double)NAN, loop_now(f->loop));
    may_not_go_on(f, "interlock");
    rig_push(f->rig, cover, 0, 1, instant_add(loop_now(f->loop), duration_ms(-1100)));
    may_not_go_on(f, "interlock"); /* an old answer proves nothing */
    rig_push(f->rig, cover, 0, 1, loop_now(f->loop));
    may_go_on(f);
}

static void exactly_one_pair_of_one_site_is_chosen(void **state)
{
    struct rig_fixture *f = *state;
    make_ready(f);
    may_go_on(f);
    set(f, "dut.iso_check", 1, 1); /* not one of the pairs */
    may_go_on(f);
    set(f, "dut.iso_hs", 2, 1);
    may_not_go_on(f, "one pair");
    set(f, "dut.iso_hs", 1, 0);
    may_go_on(f);
    set(f, "dut.iso_sh", 2, 1);
    may_not_go_on(f, "one pair");
    set(f, "dut.iso_hs", 2, 0);
    set(f, "dut.iso_sh", 2, 0);
    may_not_go_on(f, "one pair");
    set(f, "dut.iso_sh", 2, 1);
    may_go_on(f);
    rig_push(f->rig, rig_fixture_channel(f, "dut.iso_hs"), 1, (double)NAN, loop_now(f->loop));
    may_not_go_on(f, "one pair"); /* a relay that nobody knows */
}

static void nothing_else_at_the_parts_is_on(void **state)
{
    struct rig_fixture *f = *state;
    static const struct {
        const char *channel;
        unsigned site;
        double on, rest;
        bool matters;
    } rows[] = {
        {"dut.smu", 1, 1, 0, true},       {"dut.smu", 2, 1, 0, true},
        {"dut.acv", 1, 0.2, 0.004, true}, {"dut.acv", 2, 0.2, 0.004, true},
        {"dut.acf", 1, 4000, 1, false}, /* settings that drive nothing */
        {"dut.up", 1, 0.45, 0, false},    {"dut.ilim", 1, 1e-3, 1e-6, false},
        {"iso.u", 0, 500, 50, false},
    };
    make_ready(f);
    for (size_t i = 0; i < COUNT(rows); i++) {
        set(f, rows[i].channel, rows[i].site, rows[i].on);
        if (rows[i].matters)
            may_not_go_on(f, rows[i].channel);
        else
            may_go_on(f);
        set(f, rows[i].channel, rows[i].site, rows[i].rest);
        may_go_on(f);
    }
}

static void a_part_that_was_heated_cools_first(void **state)
{
    struct rig_fixture *f = *state;
    gate_open(f->gate);
    set(f, "dut.iso_hs", 1, 1);
    rig_fixture_run(f, 18000);
    may_not_go_on(f, "cold"); /* from before this program, who knows */
    rig_fixture_run(f, 3000);
    may_go_on(f);
    set(f, "dut.uh", 2, 8);
    may_not_go_on(f, "dut.uh is not at rest");
    rig_fixture_run(f, 30000);
    set(f, "dut.uh", 2, 0);
    may_not_go_on(f, "cold");
    rig_fixture_run(f, 18000);
    may_not_go_on(f, "cold");
    rig_fixture_run(f, 3000);
    may_go_on(f);
}

static void oxygen_or_fuel_forbid_a_spark(void **state)
{
    struct rig_fixture *f = *state;
    struct gate_gas *oxygen = gate_gas_at(f->gate, rig_fixture_channel(f, "gas.o2"));
    make_ready(f);
    oxygen->commanded_slpm = 0.1;
    may_not_go_on(f, "gas");
    oxygen->commanded_slpm = 0;
    gate_gas_at(f->gate, rig_fixture_channel(f, "gas.n2"))->commanded_slpm = 2;
    may_go_on(f);
}

static void while_it_is_on_nothing_but_rest_is_allowed(void **state)
{
    struct rig_fixture *f = *state;
    static const struct {
        const char *channel;
        unsigned site;
        double on, rest;
    } rows[] = {
        {"dut.smu", 1, 1, 0},       {"dut.smu", 2, 1, 0},    {"dut.uh", 2, 5, 0},
        {"dut.acv", 1, 0.1, 0.004}, {"dut.iso_hs", 2, 1, 0}, {"dut.iso_sh", 1, 1, 0},
        {"dut.iso_check", 1, 1, 0}, {"iso.u", 0, 500, 50},   {"dut.up", 1, 1, 0},
    };
    go_on(f);
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(permit(f, rows[i].channel, rows[i].site, rows[i].on, "is on"), RC_REFUSED);
        assert_int_equal(permit(f, rows[i].channel, rows[i].site, rows[i].rest, NULL), RC_OK);
    }
    assert_int_equal(permit(f, "gas.n2", 0, 2 / 60000.0, NULL), RC_OK);
    assert_int_equal(permit(f, "gas.o2", 0, 0.1 / 60000.0, NULL), RC_REFUSED);
    set(f, "iso.on", 0, 0);
    assert_int_equal(permit(f, "dut.iso_hs", 2, 1, "discharged"), RC_REFUSED);
    assert_int_equal(permit(f, "dut.smu", 1, 1, "discharged"), RC_REFUSED);
    assert_int_equal(permit(f, "iso.u", 0, 500, NULL), RC_OK);
    rig_fixture_run(f, 1000);
    assert_int_equal(permit(f, "dut.iso_hs", 2, 1, NULL), RC_OK);
    assert_int_equal(f->trips, 0);
}

static void a_cover_that_opens_puts_it_off_and_trips(void **state)
{
    struct rig_fixture *f = *state;
    unsigned cover = rig_fixture_channel(f, "cover.closed");
    make_ready(f);
    gate_insulation_observe(f->gate, cover, 0); /* while it is off that is nobody's business */
    assert_int_equal(f->trips, 0);
    set(f, "iso.on", 0, 1);
    rig_fixture_run(f, 1000);
    gate_insulation_observe(f->gate, cover, 1);
    gate_insulation_observe(f->gate, rig_fixture_channel(f, "iso.r"), 0);
    assert_int_equal(f->trips, 0);
    gate_insulation_observe(f->gate, cover, 0);
    assert_int_equal(f->trips, 1);
    assert_non_null(strstr(f->trip, "interlock"));
    rig_fixture_run(f, 500);
    assert_true(latest(f, "iso.on", 0) < 0.5);
    assert_true(fabs(latest(f, "iso.um", 0)) <= 0);
}

static void an_interlock_that_is_not_known_any_more_is_open(void **state)
{
    struct rig_fixture *f = *state;
    go_on(f);
    gate_insulation_observe(f->gate, rig_fixture_channel(f, "cover.closed"), (double)NAN);
    assert_int_equal(f->trips, 1);
}

static void the_end_of_a_site_puts_it_off_at_that_site_only(void **state)
{
    struct rig_fixture *f = *state;
    go_on(f); /* at site 1 */
    gate_insulation_rest_site(f->gate, 2);
    rig_fixture_run(f, 500);
    assert_true(latest(f, "iso.on", 0) > 0.5);
    gate_insulation_rest_site(f->gate, 1);
    rig_fixture_run(f, 500);
    assert_true(latest(f, "iso.on", 0) < 0.5);
    rig_fixture_run(f, 1000);
    assert_int_equal(permit(f, "dut.iso_hs", 2, 1, NULL), RC_OK); /* confirmed */
}

static void rest_of_all_puts_it_off(void **state)
{
    struct rig_fixture *f = *state;
    go_on(f);
    gate_make_safe(f->gate, rig_fixture_answer, f);
    rig_fixture_run(f, 3000);
    assert_int_equal(f->answer, RC_OK);
    assert_true(latest(f, "iso.on", 0) < 0.5);
    assert_int_equal(permit(f, "iso.on", 0, 1, NULL), RC_REFUSED);
    gate_open(f->gate);
    assert_int_equal(permit(f, "dut.smu", 1, 1, NULL), RC_OK); /* it is known to be off */
}

static int open_rig(void **state)
{
    static struct rig_fixture f;
    rig_fixture_open_at(&f, STATION);
    *state = &f;
    return 0;
}

static int close_rig(void **state)
{
    rig_fixture_close(*state);
    return 0;
}

#define WITH_RIG(test) cmocka_unit_test_setup_teardown(test, open_rig, close_rig)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_RIG(a_proven_cover_is_needed),
        WITH_RIG(exactly_one_pair_of_one_site_is_chosen),
        WITH_RIG(nothing_else_at_the_parts_is_on),
        WITH_RIG(a_part_that_was_heated_cools_first),
        WITH_RIG(oxygen_or_fuel_forbid_a_spark),
        WITH_RIG(while_it_is_on_nothing_but_rest_is_allowed),
        WITH_RIG(a_cover_that_opens_puts_it_off_and_trips),
        WITH_RIG(an_interlock_that_is_not_known_any_more_is_open),
        WITH_RIG(the_end_of_a_site_puts_it_off_at_that_site_only),
        WITH_RIG(rest_of_all_puts_it_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
