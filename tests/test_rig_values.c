/* Newest values, who is told of them, and what is derived from them. */
#include "tests/support/cmocka.h"

#include <math.h>

#include "bench/rig_values.h"

struct seen {
    struct station *station;
    struct rig_values values;
    struct rig_events events;
    unsigned count[8], last_channel, last_site;
    double last_si;
};

static void on_value(void *ctx, unsigned channel, unsigned site, double si, struct instant t)
{
    struct seen *s = ctx;
    (void)t;
    s->count[site]++;
    s->last_channel = channel;
    s->last_site = site;
    s->last_si = si;
}

static unsigned channel(const struct seen *s, const char *name)
{
    int i = channel_find(&s->station->view, span_text(name));
    assert_true(i >= 0);
    return (unsigned)i;
}

static void watch(struct seen *s, const char *name, unsigned site)
{
    s->values.watched[channel(s, name) * s->values.stride + site]++;
}

static void put(struct seen *s, const char *name, unsigned site, double si, int64_t ms)
{
    rig_values_put(&s->values, channel(s, name), site, si, (struct instant){ms * 1000});
}

static double get(const struct seen *s, const char *name, unsigned site)
{
    return rig_values_get(&s->values, channel(s, name), site).si;
}

static void assert_near(double is, double wanted)
{
    if (!(fabs(is - wanted) <= 1e-9))
        fail_msg("%g instead of %g", is, wanted);
}

static void nothing_is_known_at_first(void **state)
{
    struct seen *s = *state;
    assert_true(isnan(get(s, "dut.un", 1)));
    assert_true(isnan(get(s, "dut.uh", 1)));
    assert_true(rig_values_get(&s->values, channel(s, "dut.un"), 1).t.us == INT64_MIN);
}

static void only_watched_slots_are_told(void **state)
{
    struct seen *s = *state;
    watch(s, "dut.un", 2);
    put(s, "dut.un", 1, 0.4, 1);
    put(s, "dut.un", 2, 0.5, 2);
    put(s, "gas.n2", 0, 1e-5, 3);
    assert_int_equal(s->count[1] + s->count[0], 0);
    assert_int_equal(s->count[2], 1);
    assert_near(s->last_si, 0.5);
    assert_near(get(s, "dut.un", 1), 0.4);
    assert_near(get(s, "gas.n2", 3), 1e-5); /* a shared channel has one value on all sites */
}

static void a_derived_value_has_the_time_of_its_oldest_input(void **state)
{
    struct seen *s = *state;
    watch(s, "dut.uh", 1);
    put(s, "dut.ubatt", 1, 13.0, 100);
    assert_true(isnan(s->last_si)); /* the duty is not known yet */
    put(s, "dut.duty", 1, 0.25, 300);
    assert_int_equal(s->count[1], 2);
    assert_int_equal(s->last_channel, channel(s, "dut.uh"));
    assert_near(s->last_si, 6.5);
    assert_int_equal(rig_values_get(&s->values, channel(s, "dut.uh"), 1).t.us, 100000);
    assert_true(isnan(get(s, "dut.uh", 2)));
}

static void what_is_not_vouched_for_makes_nothing_of_it_vouched_for(void **state)
{
    struct seen *s = *state;
    put(s, "dut.ubatt", 1, 13.0, 1);
    put(s, "dut.duty", 1, 0.25, 1);
    put(s, "dut.duty", 1, (double)NAN, 2);
    assert_true(isnan(get(s, "dut.uh", 1)));
}

static void a_value_derived_from_a_derived_one_is_told_too(void **state)
{
    struct seen *s = *state;
    watch(s, "dut.ph", 3);
    put(s, "dut.ubatt", 3, 10.0, 1);
    put(s, "dut.ibatt", 3, 2.0, 1);
    put(s, "dut.duty", 3, 0.25, 1);
    assert_int_equal(s->count[3], 3);
    assert_int_equal(s->last_channel, channel(s, "dut.ph"));
    assert_near(s->last_si, 10.0 * 0.5 * 2.0);
}

static void a_shared_input_is_told_on_every_site(void **state)
{
    struct seen *s = *state;
    for (unsigned site = 1; site <= 4; site++)
        watch(s, "dut.over", site);
    put(s, "psu.aux", 0, 5.0, 1);
    for (unsigned site = 1; site <= 4; site++)
        assert_int_equal(s->count[site], 1);
    put(s, "dut.ubatt", 2, 6.0, 300);
    assert_int_equal(s->count[2], 2);
    assert_int_equal(s->count[1], 1);
    assert_near(s->last_si, 1.0);
}

/* dut.over is made of a measured voltage and a set one, which settles in 200 ms. */
static void a_reading_from_before_a_setting_changed_says_nothing(void **state)
{
    struct seen *s = *state;
    put(s, "psu.aux", 0, 5.0, 100);
    put(s, "dut.ubatt", 1, 6.0, 250);
    assert_true(isnan(get(s, "dut.over", 1))); /* not settled yet */
    put(s, "dut.ubatt", 1, 6.0, 350);
    assert_near(get(s, "dut.over", 1), 1.0);
    put(s, "psu.aux", 0, 5.0, 400); /* said again: no change */
    assert_near(get(s, "dut.over", 1), 1.0);
    put(s, "psu.aux", 0, (double)NAN, 500); /* on its way */
    assert_true(isnan(get(s, "dut.over", 1)));
    put(s, "psu.aux", 0, 2.0, 520);
    assert_true(isnan(get(s, "dut.over", 1)));
    put(s, "dut.ubatt", 1, 6.0, 720);
    assert_near(get(s, "dut.over", 1), 4.0);
}

#define TABLE                                                                                      \
    "channel,scope,dir,unit,min,max,slew,settle,instrument,signal,u95\n"                           \
    "gas.n2,shared,out,L/min,0.05,10,,,mfc,flow,\n"                                                \
    "psu.aux,shared,out,V,0,30,,0.2 s,psu,u[4],\n"                                                 \
    "dut.un,site,in,mV,0,1200,,,wb{site},un,\n"                                                    \
    "dut.duty,site,in,,0,1,,,wb{site},duty,\n"                                                     \
    "dut.ubatt,site,in,V,0,16,,,psu,u[{site}],\n"                                                  \
    "dut.ibatt,site,in,A,0,5,,,psu,i[{site}],\n"                                                   \
    "dut.uh,site,in,V,0,14,,,calc,dut.ubatt * sqrt(dut.duty),\n"                                   \
    "dut.ph,site,in,W,0,90,,,calc,dut.uh * dut.ibatt,\n"                                           \
    "dut.over,site,in,V,0,90,,,calc,dut.ubatt - psu.aux,\n"

static void write_file(const char *path, const char *text)
{
    FILE *to = fopen(path, "w");
    assert_non_null(to);
    assert_true(fputs(text, to) >= 0);
    assert_int_equal(fclose(to), 0);
}

static int setup(void **state)
{
    static struct seen s;
    struct diag diag;
    s = (struct seen){.events = {.value = on_value, .ctx = &s}};
    write_file("/tmp/test_rig_values.csv", TABLE);
    write_file("/tmp/test_rig_values.station",
               "station t\nsites 4\nchannels \"test_rig_values.csv\"\n"
               "instrument mfc alicat sim \"a\" address A\ninstrument psu hmp4040 sim \"p\"\n"
               "instrument wb1 rusefi sim \"1\"\ninstrument wb2 rusefi sim \"2\"\n"
               "instrument wb3 rusefi sim \"3\"\ninstrument wb4 rusefi sim \"4\"\n");
    diag_init(&diag);
    enum rc rc = station_load("/tmp/test_rig_values.station", &diag, &s.station);
    if (rc != RC_OK)
        diag_print(&diag, stderr, false);
    diag_fini(&diag);
    remove("/tmp/test_rig_values.csv");
    remove("/tmp/test_rig_values.station");
    assert_int_equal(rc, RC_OK);
    assert_int_equal(rig_values_init(&s.values, s.station, &s.events), RC_OK);
    *state = &s;
    return 0;
}

static int teardown(void **state)
{
    struct seen *s = *state;
    rig_values_fini(&s->values);
    station_free(s->station);
    return 0;
}

int main(void)
{
#define ON_VALUES(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        ON_VALUES(nothing_is_known_at_first),
        ON_VALUES(only_watched_slots_are_told),
        ON_VALUES(a_derived_value_has_the_time_of_its_oldest_input),
        ON_VALUES(what_is_not_vouched_for_makes_nothing_of_it_vouched_for),
        ON_VALUES(a_value_derived_from_a_derived_one_is_told_too),
        ON_VALUES(a_shared_input_is_told_on_every_site),
        ON_VALUES(a_reading_from_before_a_setting_changed_says_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
