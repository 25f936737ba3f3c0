/* The statement that ties an insulation tester to its interlock, and what is said without it. */
#include "tests/support/cmocka.h"

#include "tests/support/station_text.h"

#define HEAD                                                                                       \
    "station t kind \"insulation-rig\" version 1\nsites 2\nchannels \"c.csv\"\n"                   \
    "instrument ist1 gpt9803 sim \"ist1\"\ninstrument daq1 daq970a sim \"daq1\" channels 6\n"      \
    "instrument io1 numato sim \"io1\"\n"
#define TESTER "insulation-tester ist1 interlock io1 1 pairs dut.hs dut.sh cold 5 min\n"
#define ROWS                                                                                       \
    "channel,scope,dir,unit,min,max,slew,settle,instrument,signal,u95\n"                           \
    "cover,shared,in,onoff,,,,,io1,in[1],\nother,shared,in,onoff,,,,,io1,in[2],\n"                 \
    "iso.u,shared,out,V,50,500,,,ist1,u,\niso.r,shared,in,Mohm,0,10000,,,ist1,r,10 %rd\n"          \
    "dut.hs,site,out,onoff,,,,,daq1,relay[{site}],\n"                                              \
    "dut.sh,site,out,onoff,,,,,daq1,relay[{site+2}],\n"
#define OUTPUT "iso.on,shared,out,onoff,,,,,ist1,output,\n"

static void its_channels_are_found(void **state)
{
    struct station_text l = station_text_load(*state, HEAD TESTER, ROWS OUTPUT);
    if (l.rc != RC_OK)
        diag_print(&l.diag, stderr, false);
    assert_int_equal(l.rc, RC_OK);
    const struct station_insulation *rules = &l.station->insulation;
    const struct bench_view *view = &l.station->view;
    assert_true(rules->declared);
    assert_int_equal(rules->output, channel_find(view, SPAN("iso.on")));
    assert_int_equal(rules->interlock, channel_find(view, SPAN("cover")));
    assert_int_equal(rules->pair_count, 2);
    assert_int_equal(rules->pair[0], channel_find(view, SPAN("dut.hs")));
    assert_int_equal(rules->pair[1], channel_find(view, SPAN("dut.sh")));
    assert_true(rules->cold_s > 299.9 && rules->cold_s < 300.1);
    station_text_unload(&l);
    l = station_text_load(*state, HEAD "insulation-tester ist1 interlock io1 1 pairs dut.hs\n",
                          ROWS OUTPUT);
    assert_int_equal(l.rc, RC_OK);
    assert_true(l.station->insulation.cold_s > 599.9);
    station_text_unload(&l);
}

static void the_shipped_stations_load(void **state)
{
    (void)state;
    static const char *const stations[] = {
        "bench/stations/twin_insulation.station", "bench/stations/twin_insulation_barrier.station",
        "bench/stations/twin_insulation_dual_diffusion.station",
        "bench/stations/twin_insulation_enclosed_reference.station"};
    for (size_t i = 0; i < COUNT(stations); i++) {
        struct station_text l = {.station = NULL};
        diag_init(&l.diag);
        l.rc = station_load(stations[i], &l.diag, &l.station);
        assert_int_equal(l.rc, RC_OK);
        assert_int_equal(l.diag.count, 0);
        assert_true(l.station->insulation.declared && l.station->twin.config.insulation.fitted);
        station_text_unload(&l);
    }
}

static void every_mistake_is_said(void **state)
{
#define STATEMENT(rest) HEAD "insulation-tester " rest "\n"
    static const struct {
        const char *station, *table, *says;
    } rows[] = {
        {HEAD, ROWS OUTPUT, "a high voltage without an interlock"},
        {HEAD TESTER, ROWS "iso.on,site,out,onoff,,,,,ist1,output,\n", "without an interlock"},
        {HEAD "instrument ist2 gpt9804 sim \"ist2\"\n" TESTER,
         ROWS OUTPUT "iso.on2,shared,out,onoff,,,,,ist2,output,\n", "without an interlock"},
        {HEAD TESTER, ROWS, "no output of the tester"},
        {STATEMENT("ist1 interlock io1 3 pairs dut.hs"), ROWS OUTPUT, "no input for the interlock"},
        {STATEMENT("ist1 interlock io1 16 pairs dut.hs"), ROWS OUTPUT, "from 0 to 15"},
        {STATEMENT("ist1 interlock io1 1"), ROWS OUTPUT, "expected pairs"},
        {STATEMENT("ist1 interlock io1 1 pairs"), ROWS OUTPUT, "which relays choose the pair"},
        {STATEMENT("ist1 interlock io1 1 pairs iso.r"), ROWS OUTPUT, "'iso.r' is no relay"},
        {STATEMENT("ist1 interlock io1 1 pairs dut.no"), ROWS OUTPUT, "'dut.no' is no relay"},
        {STATEMENT("ist1 interlock io1 1 pairs dut.hs cold 25 h"), ROWS OUTPUT, "24 h"},
        {STATEMENT("ist1 interlock io1 1 pairs dut.hs cold 5 V"), ROWS OUTPUT, "quantity in s"},
        {STATEMENT("ist1 interlock io1 1 pairs dut.hs cold 5 s x"), ROWS OUTPUT, "one word too"},
        {STATEMENT("ist1 interlock io1 1 pairs a b c d e"), ROWS OUTPUT, "at most 4 pairs"},
        {STATEMENT("daq1 interlock io1 1 pairs dut.hs"), ROWS OUTPUT, "no insulation tester"},
        {STATEMENT("ist1 interlock daq1 1 pairs dut.hs"), ROWS OUTPUT, "no digital input"},
        {STATEMENT("ist9 interlock io1 1 pairs dut.hs"), ROWS OUTPUT, "no instrument 'ist9'"},
        {HEAD TESTER TESTER, ROWS OUTPUT, "is given twice"},
        {HEAD TESTER "twin\n    insulation ist1 relays io1 check 100 Mohm\nend\n", ROWS OUTPUT,
         "'io1' is no scanner"},
        {HEAD TESTER "twin\n    insulation daq1 relays daq1 check 100 Mohm\nend\n", ROWS OUTPUT,
         "'daq1' is no insulation tester"},
        {HEAD TESTER "twin\n    insulation ist1 relays daq1 check 100 ohm\nend\n", ROWS OUTPUT,
         "1 Mohm to 10 Gohm"},
        {HEAD TESTER "twin\n    insulation ist1 relays daq1 check 1 s\nend\n", ROWS OUTPUT,
         "quantity in Mohm"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct station_text l = station_text_load(*state, rows[i].station, rows[i].table);
        bool said = false;
        assert_int_equal(l.rc, RC_CONFIG);
        for (size_t d = 0; d < l.diag.count; d++)
            said = said || strstr(l.diag.entries[d].message, rows[i].says);
        if (!said) {
            diag_print(&l.diag, stderr, false);
            fail_msg("row %zu: nobody said '%s'", i, rows[i].says);
        }
        station_text_unload(&l);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(its_channels_are_found),
        cmocka_unit_test(the_shipped_stations_load),
        cmocka_unit_test(every_mistake_is_said),
    };
    return cmocka_run_group_tests(tests, station_text_make_folder, station_text_remove_folder);
}
