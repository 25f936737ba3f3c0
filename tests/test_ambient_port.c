/* Gas on the ambient side of the elements: the shipped station on its twin, up to gate and
 * manifold; what a sequence and a station file may not say about it. Every 10 ms the gas in the
 * true space on the ambient side must obey the gas rules. */
#include "tests/support/cmocka.h"

#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/manifold.h"
#include "sequences/parser.h"
#include "twin/assembly.h"

#define STATION "bench/stations/twin_barrier_ambient.station"

enum { N2, AIR, AMBIENT_N2, AMBIENT_AIR, AMBIENT_CO, GASES };

struct bench {
    struct clock clock;
    struct log log;
    struct loop *loop;
    struct station *station;
    struct twin *twin;
    struct rig *rig;
    struct gate *gate;
    struct manifold *manifold;
    struct gas_supply gases[GASES];
    struct timer until, watch;
    bool ready, fuel_seen;
    unsigned trips, notes, answers;
    enum rc answer;
    char note[200], error[200];
    double most_o2; /* that met a fuel index over 0.25 */
};

static void on_ready(void *ctx)
{
    ((struct bench *)ctx)->ready = true;
}

static void on_value(void *ctx, unsigned channel, unsigned site, double si, struct instant t)
{
    struct bench *b = ctx;
    (void)site;
    if (b->manifold && gate_gas_at(b->gate, channel))
        manifold_observe(b->manifold, channel, si, t);
}

static void on_lost(void *ctx, unsigned instrument, enum rc rc, const char *why)
{
    (void)ctx, (void)rc;
    fail_msg("instrument %u is lost: %s", instrument, why);
}

static void on_trip(void *ctx, const char *why)
{
    (void)why;
    ((struct bench *)ctx)->trips++;
}

static void on_note(void *ctx, const char *text)
{
    struct bench *b = ctx;
    b->notes++;
    snprintf(b->note, sizeof b->note, "%s", text);
}

static void on_answer(void *ctx, enum rc rc, const char *error)
{
    struct bench *b = ctx;
    b->answers++;
    b->answer = rc;
    snprintf(b->error, sizeof b->error, "%s", error ? error : "");
}

static void on_until(void *ctx)
{
    loop_stop(((struct bench *)ctx)->loop);
}

static void on_watch(void *ctx)
{
    struct bench *b = ctx;
    struct gas_rule_verdict verdict;
    struct instant now = loop_now(b->loop);
    twin_advance(b->twin, now);
    const struct gas_mix *mix = &b->twin->line.ambient;
    if (gas_rule_check(mix, gate_limits(b->gate), &verdict) != RC_OK)
        fail_msg("on the ambient side: %.2f %% O2, fuel index %.2f", 100 * mix->x[GAS_O2],
                 gas_fuel_index(mix, 100));
    if (gas_fuel_index(mix, 100) > 0.25) {
        b->fuel_seen = true;
        b->most_o2 = mix->x[GAS_O2] > b->most_o2 ? mix->x[GAS_O2] : b->most_o2;
    }
    assert_int_equal(loop_arm(b->loop, &b->watch, instant_add(now, duration_ms(10))), RC_OK);
}

static void pass(struct bench *b, double s)
{
    assert_int_equal(loop_arm(b->loop, &b->until, instant_add(loop_now(b->loop), duration_s(s))),
                     RC_OK);
    assert_int_equal(loop_run(b->loop), RC_OK);
}

static unsigned channel_of(const struct bench *b, const char *name)
{
    int channel = channel_find(&b->station->view, span_text(name));
    assert_true(channel >= 0);
    return (unsigned)channel;
}

static void fill_gases(struct bench *b)
{
    static const struct gas_supply gases[GASES] = {
        [N2] = {"n2", "gas.n2", {.x = {[GAS_N2] = 1}}},
        [AIR] = {"air", "gas.air", {.x = {[GAS_O2] = 0.2095, [GAS_N2] = 0.7905}}},
        [AMBIENT_N2] = {"ambient_n2", "gas.ambient_n2", {.x = {[GAS_N2] = 1}}},
        [AMBIENT_AIR] = {"ambient_air",
                         "gas.ambient_air",
                         {.x = {[GAS_O2] = 0.2095, [GAS_N2] = 0.7905}}},
        [AMBIENT_CO] = {"ambient_co",
                        "gas.ambient_co",
                        {.x = {[GAS_CO] = 0.05, [GAS_CO2] = 0.05, [GAS_N2] = 0.9}}}};
    memcpy(b->gases, gases, sizeof gases);
}

static void open_station(struct bench *b)
{
    struct diag diag;
    diag_init(&diag);
    if (station_load(STATION, &diag, &b->station) != RC_OK || diag.count) {
        diag_print(&diag, stderr, false);
        fail_msg("the station does not load without a word");
    }
    diag_fini(&diag);
    struct twin_config config = b->station->twin.config;
    config.sites = b->station->sites;
    config.spread = config.noise = false;
    assert_int_equal(twin_new(&config, &b->twin), RC_OK);
}

static int setup(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    assert_non_null(b);
    b->log = (struct log){.to = NULL, .level = LOG_ERROR, .clock = &b->clock};
    clock_init_virtual(&b->clock, INT64_C(1767225600000000));
    b->loop = loop_new(&b->clock);
    assert_non_null(b->loop);
    b->until = timer_of(on_until, b);
    b->watch = timer_of(on_watch, b);
    open_station(b);
    fill_gases(b);
    struct rig_config rig = {.station = b->station,
                             .loop = b->loop,
                             .log = &b->log,
                             .mode = RIG_TWIN,
                             .twin = b->twin,
                             .seed = 7,
                             .events = {on_ready, on_value, on_lost, b}};
    assert_int_equal(rig_open(&rig, &b->rig), RC_OK);
    struct gate_config gate = {.rig = b->rig,
                               .log = &b->log,
                               .gases = b->gases,
                               .gas_count = GASES,
                               .trip = on_trip,
                               .ctx = b};
    assert_int_equal(gate_new(&gate, &b->gate), RC_OK);
    struct manifold_config manifold = {b->rig, b->gate, &b->log, on_note, b};
    assert_int_equal(manifold_new(&manifold, &b->manifold), RC_OK);
    assert_int_equal(rig_start(b->rig), RC_OK);
    for (unsigned i = 0; i < 100 && !b->ready; i++)
        pass(b, 0.1);
    assert_true(b->ready);
    gate_open(b->gate);
    on_watch(b);
    *state = b;
    return 0;
}

static int teardown(void **state)
{
    struct bench *b = *state;
    manifold_free(b->manifold);
    gate_free(b->gate);
    rig_close(b->rig);
    twin_free(b->twin);
    station_free(b->station);
    loop_free(b->loop);
    free(b);
    return 0;
}

/* One gas of a stream; seconds until it was answered. */
static double mix(struct bench *b, char stream, int gas, double total_Lmin)
{
    struct mix_order order = {.stream = stream, .total_Lmin = total_Lmin, .count = 1};
    unsigned before = b->answers;
    struct instant began = loop_now(b->loop);
    order.gas[0] = &b->gases[gas];
    order.share[0] = 1;
    manifold_mix(b->manifold, &order, on_answer, b);
    for (unsigned i = 0; i < 2000 && b->answers == before; i++)
        pass(b, 0.05);
    assert_int_equal(b->answers, before + 1);
    return duration_in_s(instant_since(loop_now(b->loop), began));
}

static void arm(struct bench *b)
{
    assert_int_equal((mix(b, 'a', N2, 3), b->answer), RC_OK);
    pass(b, 40);
    assert_int_equal(gate_state(b->gate), GATE_ARMED);
}

static void nitrogen_on_the_ambient_side_is_no_purge(void **state)
{
    struct bench *b = *state;
    (void)mix(b, 'b', AMBIENT_N2, 1);
    assert_int_equal(b->answer, RC_OK);
    pass(b, 120);
    assert_int_equal(gate_state(b->gate), GATE_PURGE);
    (void)mix(b, 'b', AMBIENT_CO, 0.5);
    assert_int_equal(b->answer, RC_REFUSED);
    assert_non_null(strstr(b->error, "before the purge of stream a is proven"));
    (void)mix(b, 'b', AMBIENT_AIR, 0.5);
    assert_int_equal(b->answer, RC_REFUSED);
    assert_int_equal(b->trips, 0);
    arm(b);
    (void)mix(b, 'b', AMBIENT_AIR, 0.5);
    assert_int_equal(b->answer, RC_OK);
}

static void air_and_fuel_on_the_ambient_side_are_parted_by_an_interlude(void **state)
{
    struct bench *b = *state;
    arm(b);
    /* the room's air is there, and nobody has told the manifold of the nitrogen yet */
    double s = mix(b, 'b', AMBIENT_CO, 0.5);
    assert_int_equal(b->answer, RC_OK);
    assert_non_null(strstr(b->note, "interlude of inert gas on stream b"));
    print_message("figure: %s, %.1f s\n", b->note, s);
    assert_true(s > 3 * 60 * 0.060 / 0.5); /* three volumes of 60 mL */
    pass(b, 60);
    assert_true(b->fuel_seen);
    unsigned notes = b->notes;
    (void)mix(b, 'b', AMBIENT_AIR, 0.5);
    assert_int_equal(b->answer, RC_OK);
    assert_int_equal(b->notes, notes + 1);
    pass(b, 60);
    assert_true(b->twin->line.ambient.x[GAS_O2] > 0.209);
    print_message("figure: most oxygen beside fuel %.3f %%\n", 100 * b->most_o2);
    assert_true(b->most_o2 < 0.018);
    assert_int_equal(b->trips, 0);
}

static void the_sides_do_not_meet_in_a_valve(void **state)
{
    struct bench *b = *state;
    unsigned before = b->answers;
    manifold_select(b->manifold, 'b', on_answer, b);
    assert_int_equal(b->answers, before + 1);
    assert_int_equal(b->answer, RC_REFUSED);
    arm(b);
    (void)mix(b, 'a', AIR, 3); /* air on one side, fuel on the other: two lines, two rules */
    assert_int_equal(b->answer, RC_OK);
    (void)mix(b, 'b', AMBIENT_CO, 0.5);
    assert_int_equal(b->answer, RC_OK);
    pass(b, 30);
    struct twin_truth truth;
    twin_truth(b->twin, 1, loop_now(b->loop), &truth);
    assert_true(truth.gas.x[GAS_CO] == 0 && truth.gas.x[GAS_O2] > 0.209);
    assert_true(b->twin->line.ambient.x[GAS_CO] > 0.045);
}

static void the_type_limits_the_current_at_the_reference(void **state)
{
    static const struct {
        const char *channel;
        double si;
        enum rc rc;
    } sets[] = {{"dut.ref", 50 * 1e-6, RC_OK}, {"dut.ref", 50.1e-6, RC_RANGE},
                {"dut.ref", -51e-6, RC_RANGE}, {"dut.ref", (double)NAN, RC_RANGE},
                {"dut.ref_ulim", 2, RC_OK},    {"dut.ref_ulim", 2.1, RC_RANGE},
                {"dut.ips", 10e-3, RC_OK},     {"dut.ips", 10.1e-3, RC_RANGE}};
    struct bench *b = *state;
    for (size_t i = 0; i < COUNT(sets); i++) {
        char text[160];
        struct obuf why = {text, 0, sizeof text};
        enum rc rc = gate_permit(b->gate, channel_of(b, sets[i].channel), 1, sets[i].si, &why);
        if (rc != sets[i].rc)
            fail_msg("%s at %g: %s", sets[i].channel, sets[i].si, rc_text(rc));
    }
}

/* --- what may not be written -------------------------------------------------------------------
 */

static void a_sequence_keeps_the_sides_apart(void **state)
{
    static const struct {
        const char *body, *says;
    } cases[] = {
        {"mix b ambient_co 100 % total 0.5 L/min", NULL},
        {"mix a air 100 % total 2 L/min\nmix b ambient_co 100 % total 0.5 L/min", NULL},
        {"mix b ambient_co 80 %, ambient_air balance total 0.5 L/min", "lower flammable limit"},
        {"mix b n2 100 % total 0.5 L/min", "'n2' flows on stream a alone"},
        {"mix ambient_n2 100 % total 0.5 L/min", "'ambient_n2' flows on stream b alone"},
        {"mix b ambient_n2 100 % total 0.5 L/min\nselect b", "no valve selects it"},
    };
    struct bench *b = *state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[1000];
        struct diag diag;
        struct source *source = NULL;
        struct program *program = NULL;
        struct checked *checked = NULL;
        diag_init(&diag);
        snprintf(text, sizeof text,
                 "sequence t version 1\ngases \"../tables/gases_barrier_ambient.csv\"\nmain\n%s\n"
                 "end\ncleanup within 60 s\nmix off\nend\n",
                 cases[i].body);
        assert_int_equal(
            source_from_text("sequences/library/t.seq", span_text(text), &diag, &source), RC_OK);
        assert_int_equal(program_parse(source, &diag, &program), RC_OK);
        enum rc rc = program_check(program, &b->station->view, &diag, &checked);
        if ((rc == RC_OK) != !cases[i].says || diag.errors != (cases[i].says ? 1 : 0) ||
            (cases[i].says && !strstr(diag.entries[0].message, cases[i].says))) {
            diag_print(&diag, stderr, false);
            fail_msg("%s: wanted %s", cases[i].body, cases[i].says ? cases[i].says : "nothing");
        }
        checked_free(checked);
        program_free(program);
        source_free(source);
        diag_fini(&diag);
    }
}

#define CHANNELS "twin_barrier_ambient_channels.csv"

static void link_beside(const char *folder, const char *name)
{
    char from[4096], root[2048], to[256];
    assert_non_null(getcwd(root, sizeof root));
    snprintf(from, sizeof from, "%s/bench/stations/%s", root, name);
    snprintf(to, sizeof to, "%s/%s", folder, name);
    assert_int_equal(symlink(from, to), 0);
}

/* The shipped station with `from` replaced. */
static void assert_station_says(const char *folder, const char *from, const char *to,
                                const char *message)
{
    char path[256];
    struct diag diag;
    struct source *source;
    struct station *station = NULL;
    snprintf(path, sizeof path, "%s/t.station", folder);
    diag_init(&diag);
    assert_int_equal(source_load(STATION, &diag, &source), RC_OK);
    const char *at = strstr(source->bytes, from);
    assert_non_null(at);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fprintf(file, "%.*s%s%s", (int)(at - source->bytes), source->bytes, to,
                        at + strlen(from)) > 0);
    assert_int_equal(fclose(file), 0);
    source_free(source);
    enum rc rc = station_load(path, &diag, &station);
    unlink(path);
    if (rc != RC_CONFIG || diag.errors == 0 || !strstr(diag.entries[0].message, message)) {
        diag_print(&diag, stderr, false);
        fail_msg("'%s': wanted %s", to, message);
    }
    diag_fini(&diag);
}

static void a_station_and_its_twin_agree_about_the_ambient_side(void **state)
{
    static const char *const cases[][3] = {
        {"    ambient 10 mL\n", "", "differ about a gas on the ambient side"},
        {"stream b to ambient", "stream b via select", "differ about a gas on the ambient side"},
        {"stream b to ambient", "stream b to room", "expected ambient"},
        {"    ambient 10 mL\n", "    ambient 10 L/min\n", "expected a quantity"},
        {"sim \"li1\"", "sim \"li1\" at reference", "is no source-meter"},
        {"\"smu5\" at reference", "\"smu5\" at cathode", "expected reference"},
        {"types/barrier.dut", "types/dual_diffusion.dut", "takes no current there"},
    };
    char folder[] = "/tmp/test_ambient_port.XXXXXX", path[256];
    (void)state;
    assert_non_null(mkdtemp(folder));
    link_beside(folder, "types");
    link_beside(folder, CHANNELS);
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_station_says(folder, cases[i][0], cases[i][1], cases[i][2]);
    snprintf(path, sizeof path, "%s/types", folder);
    unlink(path);
    snprintf(path, sizeof path, "%s/" CHANNELS, folder);
    unlink(path);
    assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
#define ON_BENCH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        ON_BENCH(nitrogen_on_the_ambient_side_is_no_purge),
        ON_BENCH(air_and_fuel_on_the_ambient_side_are_parted_by_an_interlude),
        ON_BENCH(the_sides_do_not_meet_in_a_valve),
        ON_BENCH(the_type_limits_the_current_at_the_reference),
        ON_BENCH(a_sequence_keeps_the_sides_apart),
        cmocka_unit_test(a_station_and_its_twin_agree_about_the_ambient_side),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
