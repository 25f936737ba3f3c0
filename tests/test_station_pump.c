/* A station that regulates pump cells: what it finds in its table, and what it says where something
 * is missing. The shipped station with one line of a file changed. */
#include "tests/support/cmocka.h"

#include <stdlib.h>
#include <unistd.h>

#include "bench/station.h"

#define STATION "bench/stations/twin_barrier_lab.station"
#define TABLE "bench/stations/twin_barrier_lab_channels.csv"
#define TYPE "bench/stations/types/barrier.dut"

static struct station *load_shipped(struct diag *diag)
{
    struct station *station = NULL;
    diag_init(diag);
    if (station_load(STATION, diag, &station) != RC_OK)
        diag_print(diag, stderr, false);
    assert_non_null(station);
    assert_int_equal(diag->count, 0);
    return station;
}

static unsigned channel_of(const struct station *station, const char *name)
{
    int channel = channel_find(&station->view, span_text(name));
    assert_true(channel >= 0);
    return (unsigned)channel;
}

static void the_shipped_station_knows_what_its_loops_measure_and_drive(void **state)
{
    struct diag diag;
    (void)state;
    struct station *s = load_shipped(&diag);
    assert_true(s->pumps.wanted);
    assert_int_equal(s->pumps.un, channel_of(s, "dut.un"));
    assert_int_equal(s->pumps.ip, channel_of(s, "dut.ip"));
    assert_int_equal(s->pumps.up, channel_of(s, "dut.up"));
    assert_int_equal(s->pumps.ilim, channel_of(s, "dut.ilim"));
    assert_int_equal(s->pumps.output, channel_of(s, "dut.smu"));
    assert_int_equal(s->pumps.state, channel_of(s, "dut.pump_state"));
    assert_int_equal(s->channels[channel_of(s, "dut.pump")].binding[3].kind, BINDING_PUMP);
    station_free(s);
    diag_fini(&diag);
}

static void the_loop_holds_the_outputs_of_its_source_and_no_others(void **state)
{
    static const char *const held[] = {"dut.up", "dut.ips", "dut.ulim", "dut.ilim", "dut.smu"};
    struct diag diag;
    unsigned count = 0;
    (void)state;
    struct station *s = load_shipped(&diag);
    for (size_t i = 0; i < COUNT(held); i++)
        assert_string_equal(s->view.channels[channel_of(s, held[i])].held_by, "dut.pump");
    for (unsigned c = 0; c < s->channel_count; c++)
        count += s->view.channels[c].held_by != NULL;
    assert_int_equal(count, COUNT(held));
    station_free(s);
    assert_int_equal(station_load("bench/stations/twin_barrier.station", &diag, &s), RC_OK);
    assert_false(s->pumps.wanted);
    for (unsigned c = 0; c < s->channel_count; c++)
        assert_null(s->view.channels[c].held_by);
    station_free(s);
    diag_fini(&diag);
}

struct folder {
    char path[64];
};

/* Copies `from` to `name`; the line that begins with `line` becomes `to` (NULL: is left out). */
static void copy_file(const struct folder *f, const char *from, const char *name, const char *line,
                      const char *to)
{
    char path[128];
    struct diag diag;
    struct source *source;
    bool found = !line;
    diag_init(&diag);
    assert_int_equal(source_load(from, &diag, &source), RC_OK);
    snprintf(path, sizeof path, "%s/%s", f->path, name);
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    for (const char *at = source->bytes; *at;) {
        const char *end = strchr(at, '\n');
        bool its = line && strncmp(at, line, strlen(line)) == 0;
        if (!its)
            assert_true(fwrite(at, 1, (size_t)(end - at + 1), out) > 0);
        else if (to)
            assert_true(fprintf(out, "%s\n", to) > 0);
        found = found || its;
        at = end + 1;
    }
    assert_int_equal(fclose(out), 0);
    source_free(source);
    diag_fini(&diag);
    if (!found)
        fail_msg("no line '%s' in %s", line, from);
}

/* clang-format off */
static const struct { const char *file, *line, *to, *message; } lacks[] = {
    {TABLE, "dut.pump,", NULL, "'dut.pump_target': nothing switches the pump loop on"},
    {TABLE, "dut.un,", NULL, "the pump loop regulates 'dut.un': no channel of scope site, in mV"},
    {TABLE, "dut.un,", "dut.un,site,in,ohm,0,1,,,calc,dut.rh,,", "the pump loop regulates 'dut.un': no channel"},
    {TABLE, "dut.smu,", NULL, "the pump loop needs a source-meter at each site"},
    {TABLE, "dut.ip,", NULL, "the pump loop needs a source-meter at each site"},
    {TABLE, "dut.pump,", "dut.pump,site,in,onoff,,,,,pump,enable,,", "another direction, scope or unit than the pump's"},
    {TABLE, "dut.pump,", "dut.pump,shared,out,onoff,,,,,pump,enable,,", "another direction, scope or unit than the pump's"},
    {TABLE, "dut.pump,", "dut.pump,site,out,onoff,,,,,pump,hold,,", "the pump has no signal"},
    {TABLE, "dut.pump_target,", "dut.pump_target,site,out,V,0.2,0.8,,,pump,target,,", NULL},
    {TABLE, "dut.pump_target,", "dut.pump_target,site,out,ohm,200,800,,,pump,target,,", "the target of the pump loop is in mV"},
    {TABLE, "dut.pump_state,", NULL, NULL}, /* nobody needs to see it */
    {TABLE, "dut.up,", "dut.up,site,out,V,-0.9,2,,0.5 s,smu{site},u,0.5 mV,", "'dut.up' does not reach as far as the pump loop"},
    {TABLE, "dut.up,", "dut.up,site,out,V,-2,1.2,,0.5 s,smu{site},u,0.5 mV,", "'dut.up' does not reach as far as the pump loop"},
    {TABLE, "dut.ilim,", "dut.ilim,site,out,mA,0.001,8,,,smu{site},limit_i,,", "'dut.ilim' does not reach as far as the pump loop"},
    {TYPE,  "pump ", NULL, "no such statement in a DUT type file: 'set-point'"},
    {STATION, "dut ", "dut \"lsu49.dut\"", "'dut.pump': this station regulates no pump cells"},
};
/* clang-format on */

static void what_the_loops_lack_is_said(void **state)
{
    struct folder *f = *state;
    for (size_t i = 0; i < COUNT(lacks); i++) {
        char path[128];
        struct diag diag;
        struct station *station = NULL;
        bool said = false;
        const char *of[] = {STATION, TABLE, TYPE};
        const char *names[] = {"t.station", "twin_barrier_lab_channels.csv", "barrier.dut"};
        for (size_t k = 0; k < COUNT(of); k++) {
            bool its = strcmp(of[k], lacks[i].file) == 0;
            copy_file(f, of[k], names[k],
                      its      ? lacks[i].line
                      : k == 0 ? "dut "
                               : NULL,
                      its ? lacks[i].to : "dut \"barrier.dut\"");
        }
        copy_file(f, "bench/stations/types/lsu49.dut", "lsu49.dut", NULL, NULL);
        snprintf(path, sizeof path, "%s/t.station", f->path);
        diag_init(&diag);
        enum rc rc = station_load(path, &diag, &station);
        for (size_t k = 0; k < diag.count && lacks[i].message; k++)
            said = said || strstr(diag.entries[k].message, lacks[i].message);
        if (lacks[i].message ? rc == RC_OK || !said : rc != RC_OK) {
            diag_print(&diag, stderr, false);
            fail_msg("row %zu: wanted %s", i, lacks[i].message ? lacks[i].message : "nothing");
        }
        if (rc == RC_OK)
            station_free(station);
        diag_fini(&diag);
    }
}

static int make_folder(void **state)
{
    struct folder *f = calloc(1, sizeof *f);
    assert_non_null(f);
    snprintf(f->path, sizeof f->path, "/tmp/test_station_pump.XXXXXX");
    *state = f;
    return mkdtemp(f->path) ? 0 : -1;
}

static int remove_folder(void **state)
{
    static const char *const names[] = {"t.station", "twin_barrier_lab_channels.csv", "barrier.dut",
                                        "lsu49.dut"};
    struct folder *f = *state;
    for (size_t i = 0; i < COUNT(names); i++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%s", f->path, names[i]);
        unlink(path);
    }
    int rc = rmdir(f->path);
    free(f);
    return rc;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_shipped_station_knows_what_its_loops_measure_and_drive),
        cmocka_unit_test(the_loop_holds_the_outputs_of_its_source_and_no_others),
        cmocka_unit_test_setup_teardown(what_the_loops_lack_is_said, make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
