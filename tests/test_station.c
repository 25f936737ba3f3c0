/* The station loader: what a good file becomes, bindings of its channels, the heaters that it
 * regulates, the shipped stations. */
#include "tests/support/cmocka.h"

#include <math.h>

#include "tests/support/station_text.h"

#define BASE STATION_TEXT_BASE
#define TABLE STATION_TEXT_TABLE

static void assert_near(double is, double wanted)
{
    if (!(fabs(is - wanted) <= 1e-9))
        fail_msg("%g instead of %g", is, wanted);
}

static const struct station_channel *channel(const struct station *s, const char *name)
{
    int i = channel_find(&s->view, span_text(name));
    assert_true(i >= 0);
    return &s->channels[i];
}

static void every_good_statement_is_taken(void **state)
{
    struct station_text l = station_text_load(
        *state,
        BASE "extraction 50 m3/h\nnominal 3 L/min\nvolume 60 mL\nhottest 200 degC\n"
             "stream b via select\n"
             "instrument w bronkhorst usb-serial \"S1\" node 3 serial \"X1\" gas \"CO\"\n"
             "instrument v it8500 path \"/dev/serial/by-path/p\" index 4 poll 0.5 s\n"
             "instrument u dp832 usb 1ab1:0e11 cal due 2027-03-01 cert \"C-1\"\n"
             "retest\n  after fail 1\nend\n"
             "envelope\n  psu.u in 1 .. 13 V else cleanup\n  gas.n2 >= 0.1 L/min\n"
             "  dut.un <= 1 V else estop # comment\nend\n"
             "twin\n  cylinder mfc stream b o2 1 %, n2 balance\n  heaters psu\n"
             "  load v on psu 2\n  valve io 8\n  proven io 0\n  proven io 3\n"
             "  manifold 40 mL\n  cell 2 mL\n  element lsu42\nend\n",
        TABLE);
    if (l.rc != RC_OK)
        diag_print(&l.diag, stderr, false);
    assert_int_equal(l.rc, RC_OK);
    assert_int_equal(l.diag.count, 0);
    const struct station *s = l.station;
    assert_string_equal(s->name, "t");
    assert_string_equal(s->kind, "lambda-rig");
    assert_true(s->view.has_streams && s->sites == 2 && s->version == 1);
    assert_near(s->view.extraction_Lmin, 50000.0 / 60);
    assert_near(s->nominal_Lmin, 3.0);
    assert_near(s->view.volume_L, 0.06);
    assert_near(s->view.hottest_degC, 200.0);
    assert_near(s->instruments[0].setup.full_scale, 10.0);
    assert_near(s->instruments[0].setup.reference_ratio, 298.15 / 273.15);
    assert_int_equal(s->instruments[0].setup.address, 'A');
    assert_string_equal(s->instruments[5].setup.expect_serial, "X1");
    assert_string_equal(s->instruments[5].setup.expect_gas, "CO");
    assert_int_equal(s->instruments[5].setup.node, 3);
    assert_int_equal(s->instruments[6].poll.us, 500000);
    assert_int_equal(s->instruments[6].port_kind, PORT_PATH);
    assert_string_equal(s->instruments[7].cal_due, "2027-03-01");
    assert_int_equal(s->envelope_count, 3);
    assert_near(s->envelope[0].lo_si, 1.0);
    assert_int_equal(s->envelope[0].action, TRIP_CLEANUP);
    assert_int_equal(s->envelope[1].action, TRIP_FAIL);
    assert_int_equal(s->envelope[2].action, TRIP_ESTOP);
    assert_int_equal(s->twin.proven_inputs, 9);
    assert_int_equal(s->twin.config.element, TWIN_ELEMENT_LSU42);
    assert_int_equal(s->twin.config.flows[0].stream, 1);
    assert_near(s->twin.config.flows[0].cylinder.x[GAS_N2], 0.99);
    station_text_unload(&l);
}

static void channels_are_bound_to_signals(void **state)
{
    struct station_text l = station_text_load(*state, BASE,
                                              TABLE "a.u,site,in,V,0,16,,,psu,u[{site}],\n"
                                                    "a.i,shared,in,A,0,5,,,psu,i2,\n"
                                                    "a.p,site,in,W,0,80,,,calc,a.u * a.i,\n"
                                                    "a.in,shared,in,onoff,,,,,io,in[15],\n"
                                                    "g.t,shared,in,L/min,0,10,,,mix,total,\n"
                                                    "g.f,shared,in,%,0,100,,,mix,fuel_lfl,\n"
                                                    "g.o,shared,in,%,0,100,,,mix,o2,\n");
    if (l.rc != RC_OK)
        diag_print(&l.diag, stderr, false);
    assert_int_equal(l.rc, RC_OK);
    const struct station *s = l.station;
    assert_int_equal(channel(s, "psu.u")->binding[0].count, 4);
    assert_int_equal(channel(s, "psu.u")->binding[0].first, 0);
    assert_int_equal(channel(s, "sel")->binding[0].first, 3); /* pins count from 0 */
    assert_int_equal(channel(s, "sel")->public.type, CHANNEL_STREAM);
    assert_int_equal(channel(s, "dut.un")->binding[1].instrument, 4);
    assert_int_equal(channel(s, "a.u")->binding[1].first, 1);
    assert_int_equal(channel(s, "a.i")->binding[0].first, 1);
    assert_int_equal(channel(s, "a.in")->binding[0].first, 15);
    assert_int_equal(channel(s, "a.p")->binding[0].kind, BINDING_CALC);
    assert_true(channel(s, "a.p")->public.derived);
    assert_int_equal(channel(s, "g.t")->binding[0].signal, MANIFOLD_TOTAL);
    assert_int_equal(channel(s, "g.f")->binding[0].signal, MANIFOLD_FUEL_LFL);
    assert_int_equal(channel(s, "g.o")->binding[0].signal, MANIFOLD_O2);
    int un = channel_find(&s->view, SPAN("dut.un"));
    assert_ptr_equal(station_binding_of(s, (unsigned)un, 2), &s->channels[un].binding[1]);
    assert_near(channel(s, "psu.u")->public.u95.abs_si, 0.015);
    assert_near(channel(s, "gas.n2")->public.u95.rel, 0.006);
    station_text_unload(&l);
}

static unsigned messages(const char *path, unsigned *errors)
{
    struct diag diag;
    struct station *station;
    diag_init(&diag);
    if (station_load(path, &diag, &station) == RC_OK)
        station_free(station);
    unsigned count = (unsigned)diag.count;
    *errors = diag.errors;
    diag_fini(&diag);
    return count;
}

static void the_shipped_station_loads_without_a_word(void **state)
{
    unsigned errors;
    (void)state;
    assert_int_equal(messages("bench/stations/twin.station", &errors), 0);
    assert_int_equal(messages("bench/stations/twin_barrier.station", &errors), 0);
    assert_int_equal(messages("bench/stations/twin_barrier_transient.station", &errors), 0);
    assert_int_equal(messages("bench/stations/twin_dual_diffusion.station", &errors), 0);
    assert_int_equal(messages("bench/stations/twin_dual_diffusion_lab.station", &errors), 0);
    assert_int_equal(messages("bench/stations/twin_lambda_pressure.station", &errors), 0);
    assert_int_equal(messages("bench/stations/twin_enclosed_reference.station", &errors), 0);
}

static const struct envelope_limit *limit_of(const struct station *s, const char *name)
{
    for (unsigned i = 0; i < s->envelope_count; i++)
        if (strcmp(s->envelope[i].channel, name) == 0)
            return &s->envelope[i];
    fail_msg("no limit on %s", name);
    return NULL;
}

static void the_variant_of_the_parts_is_what_the_line_or_the_twin_says(void **state)
{
#define TYPED(dut, twin) BASE "dut \"t.dut\"" dut "\ntwin\n" twin "end\n"
    static const struct {
        const char *station, *variant, *message;
    } rows[] = {
        {TYPED("", ""), NULL, NULL}, /* the LSU has none */
        {TYPED("", "  element barrier\n"), "p1", NULL},
        {TYPED("", "  element barrier variant v11\n"), "v11", NULL},
        {TYPED(" variant v8", "  element barrier variant v8\n"), "v8", NULL},
        {TYPED("", "  element dual_diffusion\n"), NULL, NULL}, /* the type knows it not */
        {BASE "dut \"t.dut\" variant p2\n", "p2", NULL},
        {TYPED(" variant v8", "  element barrier\n"), NULL, "elements are of variant 'p1'"},
        {TYPED(" variant p7", ""), NULL, "type 'barrier' has no variant 'p7'"},
        {TYPED(" version p1", ""), NULL, "expected 'variant NAME' or the end of the line"},
    };
    struct diag diag;
    struct source *type;
    diag_init(&diag);
    assert_int_equal(source_load("bench/stations/types/barrier.dut", &diag, &type), RC_OK);
    station_text_write(*state, "t.dut", type->bytes);
    source_free(type);
    diag_fini(&diag);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct station_text l = station_text_load(*state, rows[i].station, TABLE);
        if (l.rc != (rows[i].message ? RC_CONFIG : RC_OK)) {
            diag_print(&l.diag, stderr, false);
            fail_msg("row %zu", i);
        }
        if (rows[i].message)
            assert_non_null(strstr(l.diag.entries[0].message, rows[i].message));
        else if (rows[i].variant)
            assert_string_equal(l.station->variant->name, rows[i].variant);
        else
            assert_null(l.station->variant);
        station_text_unload(&l);
    }
}

static void an_element_rig_knows_its_part_and_its_heaters(void **state)
{
    struct diag diag;
    struct station *s;
    (void)state;
    diag_init(&diag);
    assert_int_equal(station_load("bench/stations/twin_barrier.station", &diag, &s), RC_OK);
    assert_string_equal(s->dut->name, "barrier");
    assert_int_equal(s->heaters.u, channel_find(&s->view, SPAN("dut.uh")));
    assert_int_equal(s->heaters.i, channel_find(&s->view, SPAN("dut.ih")));
    assert_int_equal(s->heaters.value, channel_find(&s->view, SPAN("dut.ri")));
    assert_int_equal(s->heaters.state, channel_find(&s->view, SPAN("dut.heater_state")));
    assert_int_equal(channel(s, "dut.heater")->binding[3].kind, BINDING_HEATER);
    assert_int_equal(channel(s, "dut.heater_hold")->binding[0].signal, HEATER_SIGNAL_HOLD);
    assert_int_equal(channel(s, "dut.un")->binding[0].first, 0); /* inputs and relays from 1 */
    assert_int_equal(channel(s, "dut.iref")->binding[3].first, 3);
    assert_int_equal(channel(s, "dut.acpath")->binding[3].first, 7); /* relay[{site+4}] */
    assert_near(limit_of(s, "dut.uh")->hi_si, 13.0);
    assert_near(limit_of(s, "dut.up")->lo_si, -2.0);
    assert_near(limit_of(s, "dut.ips")->hi_si, 0.01);
    assert_near(limit_of(s, "dut.ulim")->hi_si, 2.0);
    assert_int_equal(s->twin.config.element, TWIN_ELEMENT_A);
    station_free(s);
    diag_fini(&diag);
}

static void a_bare_element_brings_the_words_of_its_type(void **state)
{
    struct diag diag;
    struct station *s;
    (void)state;
    diag_init(&diag);
    assert_int_equal(station_load("bench/stations/twin_lsu49_bare.station", &diag, &s), RC_OK);
    assert_int_equal(s->twin.config.element, TWIN_ELEMENT_LSU49_BARE);
    double series = 0, finished_mA = 0;
    for (size_t i = 0; i < s->view.constant_count; i++) {
        const struct type_constant *c = &s->view.constants[i];
        if (strcmp(c->name, "type.trim_series") == 0)
            series = c->value;
        if (strcmp(c->name, "type.finished_ip") == 0)
            finished_mA = c->value;
    }
    assert_int_equal(s->view.constant_count, 7);
    assert_near(series, 96);
    assert_near(finished_mA, 2.54);
    station_free(s);
    diag_fini(&diag);
    assert_int_equal(station_load("bench/stations/twin.station", &diag, &s), RC_OK);
    assert_int_equal(s->view.constant_count, 0); /* it names no type */
    station_free(s);
    diag_fini(&diag);
}

/* The table has u[1..4], the station uses three: the fourth would never be set. */
static void a_channel_behind_those_that_are_used_is_refused(void **state)
{
    char base[2048];
    snprintf(base, sizeof base, "%s", BASE);
    strstr(base, "channels 4")[9] = '3';
    struct station_text l = station_text_load(*state, base, TABLE);
    assert_int_equal(l.rc, RC_CONFIG);
    assert_non_null(strstr(l.diag.entries[0].message, "has not that many channels: 'u[1..4]'"));
    station_text_unload(&l);
}

static void what_the_regulation_lacks_is_said(void **state)
{
#define REGULATED BASE "dut \"lsu49.dut\"\nheaters-on psu\n"
#define SOURCED BASE "dut \"lsu49.dut\"\ninstrument smu keithley2400 sim \"smu\"\n"
    static const struct {
        const char *station, *rows, *message;
    } lacks[] = {
        {REGULATED, "", "no voltage and current of each site at 'psu'"},
        {REGULATED, "y.u,site,in,V,0,16,,,psu,u[{site}],\n", "no voltage and current of each site"},
        {REGULATED, "y.u,site,in,V,0,16,,,psu,u[{site}],\ny.i,site,in,A,0,5,,,psu,i[{site}],\n",
         "the heaters are regulated on 'dut.ri': no channel"},
        {REGULATED,
         "y.u,site,in,V,0,16,,,psu,u[{site}],\ny.i,site,in,A,0,5,,,psu,i[{site}],\n"
         "dut.ri,site,in,V,0,5,,,calc,dut.un * 1,\n",
         "the heaters are regulated on 'dut.ri': no channel"},
        {REGULATED,
         "y.u,site,in,V,0,16,,,psu,u[{site}],\ny.i,site,in,A,0,5,,,psu,i[{site}],\n"
         "dut.ri,site,in,ohm,0,5,,,calc,dut.un * 1 A / 1 A / 1 A,\n",
         "'psu.u' would set a voltage that the heater regulation owns"},
        {BASE "dut \"lsu49.dut\"\nheaters-on io\n", "", "heaters-on: 'io' is no supply"},
        {REGULATED, "y,site,out,V,0,5,,,heater,target,\n", "the heater's target is in ohm"},
        {SOURCED, "y.u,shared,out,V,0,1,,,smu,u,\n", "'y.u' drives the electrodes without a limit"},
        {SOURCED, "y.u,shared,out,V,0,1,,,smu,u,\ny.l,shared,out,V,0,1,,,smu,limit_u,\n",
         "'y.u' drives the electrodes without a limit"},
        {SOURCED, "y.i,shared,out,A,0,1,,,smu,i,\n", "'y.i' drives the electrodes without a limit"},
    };
    for (size_t i = 0; i < COUNT(lacks); i++) {
        char table[2048];
        struct diag diag;
        struct source *type;
        diag_init(&diag);
        assert_int_equal(source_load("bench/stations/types/lsu49.dut", &diag, &type), RC_OK);
        station_text_write(*state, "lsu49.dut", type->bytes);
        source_free(type);
        diag_fini(&diag);
        snprintf(table, sizeof table, "%s%s", TABLE, lacks[i].rows);
        struct station_text l = station_text_load(*state, lacks[i].station, table);
        bool said = false;
        for (size_t k = 0; k < l.diag.count; k++)
            said = said || strstr(l.diag.entries[k].message, lacks[i].message);
        if (l.rc != RC_CONFIG || !said) {
            diag_print(&l.diag, stderr, false);
            fail_msg("row %zu: wanted %s", i, lacks[i].message);
        }
        station_text_unload(&l);
    }
}

static void a_station_of_other_drivers_loads_with_warnings_only(void **state)
{
    unsigned errors;
    (void)state;
    assert_int_not_equal(messages("tests/data/seq/stations/rig1.station", &errors), 0);
    assert_int_equal(errors, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_good_statement_is_taken),
        cmocka_unit_test(channels_are_bound_to_signals),
        cmocka_unit_test(the_shipped_station_loads_without_a_word),
        cmocka_unit_test(the_variant_of_the_parts_is_what_the_line_or_the_twin_says),
        cmocka_unit_test(an_element_rig_knows_its_part_and_its_heaters),
        cmocka_unit_test(a_channel_behind_those_that_are_used_is_refused),
        cmocka_unit_test(what_the_regulation_lacks_is_said),
        cmocka_unit_test(a_bare_element_brings_the_words_of_its_type),
        cmocka_unit_test(a_station_of_other_drivers_loads_with_warnings_only),
    };
    return cmocka_run_group_tests(tests, station_text_make_folder, station_text_remove_folder);
}
