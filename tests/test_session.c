/* Whole runs on the twin in virtual time: how they end, what the exit code is, that the same seed
 * repeats to the byte, and that after every run the twin's outputs are at rest. */
#include "tests/support/cmocka.h"

#include <math.h>
#include <stdlib.h>

#include "bench/options.h"
#include "bench/session.h"
#include "sequences/parser.h"

#define HEAD "sequence t version 1\nlimits \"../limits/lsu49.csv\"\ngases \"../tables/gases.csv\"\n"
#define CLEANUP                                                                                    \
    "cleanup within 60 s\n    set dut.heater = off\n    mix n2 balance total 2 L/min\n"            \
    "    wait 5 s\n    set psu.ubatt = 0 V\n    mix off\nend\n"
#define POWER "setup\n    mix n2 balance total 2 L/min\n    set psu.ubatt = 13.5 V\nend\n"
#define COLD                                                                                       \
    "        set dut.heater = on\n        wait 1.2 s\n"                                            \
    "        measure r_heater_cold = median(dut.rh) over 1 s\n"
#define MAIN(body) HEAD POWER "main\n    step one\n" body "    end\nend\n" CLEANUP

struct scene {
    const char *text;    /* of the sequence; NULL: the shipped end-of-line test */
    const char *station; /* NULL: that of the end-of-line test */
    uint64_t seed;
    int defect_site, defect; /* 0: none */
    double severity;
    void (*spoil)(struct station *station); /* after the check; NULL: nothing */
    int64_t look_ms;                        /* when heater_on is taken; 0: never */
};

struct outcome {
    enum rc rc;
    struct session_result result;
    int exit_code;
    char *shown; /* what the display wrote; freed by the caller */
    double flow_slpm, heater_W, supply_V, load_A;
    bool heater_on[5]; /* of each site, during the run */
};

struct stage {
    struct diag diag;
    struct station *station;
    struct source *source;
    struct program *program;
    struct checked *checked;
    struct twin *twin;
    struct clock clock;
    struct loop *loop;
    struct log log;
};

static void prepare(struct stage *s, const struct scene *scene)
{
    const char *name = "sequences/library/eol_lsu49.seq";
    *s = (struct stage){.log = {.to = NULL, .level = LOG_ERROR, .clock = &s->clock}};
    diag_init(&s->diag);
    enum rc rc = scene->text ? source_from_text(name, span_text(scene->text), &s->diag, &s->source)
                             : source_load(name, &s->diag, &s->source);
    if (rc == RC_OK)
        rc = program_parse(s->source, &s->diag, &s->program);
    if (rc == RC_OK)
        rc = station_load(scene->station ? scene->station : "bench/stations/twin.station", &s->diag,
                          &s->station);
    if (rc == RC_OK)
        rc = program_check(s->program, &s->station->view, &s->diag, &s->checked);
    if (rc != RC_OK) {
        diag_print(&s->diag, stderr, false);
        fail_msg("this sequence does not pass its check");
    }
    if (scene->spoil)
        scene->spoil(s->station);
    struct twin_config config = s->station->twin.config;
    config.sites = s->station->sites;
    config.seed = scene->seed;
    config.spread = config.noise = true;
    if (scene->defect)
        config.defects[config.defect_count++] =
            (struct twin_defect){(unsigned)scene->defect_site, scene->defect, scene->severity};
    assert_int_equal(twin_new(&config, &s->twin), RC_OK);
    clock_init_virtual(&s->clock, INT64_C(1767225600000000));
    s->loop = loop_new(&s->clock);
    assert_non_null(s->loop);
}

static void clear_away(struct stage *s)
{
    loop_free(s->loop);
    twin_free(s->twin);
    checked_free(s->checked);
    program_free(s->program);
    station_free(s->station);
    source_free(s->source);
    diag_fini(&s->diag);
}

/* The truth behind the simulators, 10 s after the end: what still flows, heats or draws. */
static void look_behind(struct stage *s, struct outcome *o)
{
    static const unsigned sites[4] = {1, 2, 3, 4};
    struct instant t = instant_add(loop_now(s->loop), duration_ms(10000));
    o->heater_W = twin_heater_power_W(s->twin, t);
    for (unsigned i = 0; i < s->station->twin.config.flow_count; i++) {
        struct plant plant = twin_plant_flow(s->twin, i);
        o->flow_slpm += plant.read(plant.ctx, PLANT_FLOW_slpm, 0, t);
    }
    struct plant supply = twin_plant_supply(s->twin, 0, sites);
    for (unsigned c = 0; c < 4; c++)
        o->supply_V += fabs(supply.read(supply.ctx, PLANT_SUPPLY_V, c, t));
    struct plant load = twin_plant_load(s->twin, 1, 0);
    o->load_A = load.read(load.ctx, PLANT_LOAD_A, 0, t);
}

struct look {
    struct stage *stage;
    struct outcome *outcome;
    struct timer timer;
};

static void on_look(void *ctx)
{
    struct look *look = ctx;
    for (unsigned site = 1; site <= 4; site++) {
        struct plant plant = twin_plant_controller(look->stage->twin, site);
        double duty = plant.read(plant.ctx, PLANT_HEATER_DUTY, 0, loop_now(look->stage->loop));
        look->outcome->heater_on[site] = duty > 0.0;
    }
}

static void assert_at_rest(const struct outcome *o)
{
    if (!(fabs(o->flow_slpm) < 0.01 && fabs(o->heater_W) < 1e-6 && o->supply_V < 0.01 &&
          fabs(o->load_A) < 0.01))
        fail_msg("not at rest: %g L/min, %g W, %g V, %g A", o->flow_slpm, o->heater_W, o->supply_V,
                 o->load_A);
}

static struct outcome play(const struct scene *scene)
{
    struct stage s;
    struct outcome o = {.shown = NULL};
    char serials[5][32];
    size_t size;
    prepare(&s, scene);
    FILE *to = open_memstream(&o.shown, &size);
    struct session_config config = {.station = s.station,
                                    .checked = s.checked,
                                    .loop = s.loop,
                                    .log = &s.log,
                                    .rig_mode = RIG_TWIN,
                                    .twin = s.twin,
                                    .seed = scene->seed,
                                    .simulated = true,
                                    .mode = "simulate",
                                    .version = "test"};
    config.display = display_new(DISPLAY_LINES, to, s.loop);
    for (unsigned site = 1; site <= 4; site++) {
        twin_serial(s.twin, site, serials[site]);
        config.serials[site] = serials[site];
    }
    struct look look = {.stage = &s, .outcome = &o, .timer = timer_of(on_look, &look)};
    if (scene->look_ms)
        assert_int_equal(loop_arm(s.loop, &look.timer,
                                  instant_add(loop_now(s.loop), duration_ms(scene->look_ms))),
                         RC_OK);
    o.rc = session_run(&config, &o.result);
    o.exit_code = session_exit_code(&o.result);
    look_behind(&s, &o);
    display_free(config.display);
    assert_int_equal(fclose(to), 0);
    clear_away(&s);
    return o;
}

/* Plays, wants this exit code and rest, and that the display says `part`. */
static struct session_result ends_with(const struct scene *scene, int exit_code, const char *part)
{
    struct outcome o = play(scene);
    if (o.exit_code != exit_code || !strstr(o.shown, part))
        fail_msg("exit code %d instead of %d, or not said: %s\n%s", o.exit_code, exit_code, part,
                 o.shown);
    assert_int_equal(o.rc, RC_OK);
    assert_at_rest(&o);
    free(o.shown);
    return o.result;
}

/* --- ends ------------------------------------------------------------------------------------ */

static void a_good_part_ends_with_0(void **state)
{
    (void)state;
    struct session_result r =
        ends_with(&(struct scene){.text = MAIN(COLD), .seed = 1}, EXIT_PASS, "verdict pass");
    assert_int_equal(r.verdicts[VERDICT_PASS] + r.verdicts[VERDICT_MARGINAL], 4);
    assert_true(r.ran && r.cleanup_ok && r.stored && !r.tripped && !r.stopped);
}

static void a_part_outside_its_limits_ends_with_1(void **state)
{
    (void)state;
    struct session_result r = ends_with(
        &(struct scene){.text = MAIN("        wait 20 s\n        measure t_lightoff = elapsed()\n"),
                        .seed = 1},
        EXIT_FAIL, "verdict fail (t_lightoff)");
    assert_int_equal(r.verdicts[VERDICT_FAIL], 4);
    assert_true(r.cleanup_ok);
}

static void a_false_check_fails_the_part(void **state)
{
    (void)state;
    struct session_result r =
        ends_with(&(struct scene){.text = MAIN("        wait 1 s\n        check psu.ubatt <= 1 V "
                                               "\"the supply is up\"\n"),
                                  .seed = 1},
                  EXIT_FAIL, "the supply is up");
    assert_true(r.ran && r.cleanup_ok);
}

static void a_wait_that_times_out_ends_with_3(void **state)
{
    (void)state;
    ends_with(&(struct scene){.text = MAIN("        wait until dut.tc >= 1000 degC timeout 2 s\n"),
                              .seed = 1},
              EXIT_BENCH, "verdict error");
}

#define LOW_HEATER(otherwise)                                                                      \
    HEAD "envelope\n    dut.uh <= 1.5 V" otherwise "\nend\n" POWER                                 \
         "main\n    step one\n        set dut.heater = on\n        wait 30 s\n    "                \
         "end\nend\n" CLEANUP

static void the_envelope_trips_with_5(void **state)
{
    (void)state;
    struct session_result r =
        ends_with(&(struct scene){.text = LOW_HEATER(" else cleanup"), .seed = 1}, EXIT_TRIP,
                  "envelope: dut.uh");
    assert_true(r.tripped && r.cleanup_ok);
    r = ends_with(&(struct scene){.text = LOW_HEATER(" else estop"), .seed = 1}, EXIT_TRIP,
                  "envelope: dut.uh");
    assert_true(r.tripped && r.cleanup_ok);
}

static void a_trip_of_a_site_alone_is_an_error_of_that_site(void **state)
{
    (void)state;
    struct outcome o = play(&(struct scene){.text = LOW_HEATER(""), .seed = 1});
    unsigned said = 0;
    for (const char *at = o.shown; (at = strstr(at, " trip envelope: dut.uh")); at++)
        said++;
    assert_int_equal(o.exit_code, EXIT_BENCH);
    assert_false(o.result.tripped);
    assert_int_equal(said, 4); /* once a site, not once a reading */
    assert_at_rest(&o);
    free(o.shown);
}

/* As many lines as the checker takes; the last one is the one that matters. */
static void every_line_of_an_envelope_is_watched(void **state)
{
    static char text[16384];
    struct obuf out = {text, 0, sizeof text - 1};
    (void)state;
    assert_int_equal(obuf_printf(&out, "%senvelope\n", HEAD), RC_OK);
    for (unsigned i = 1; i < CHECKED_RULES_MAX; i++)
        assert_int_equal(obuf_printf(&out, "    dut.uh <= 13 V\n"), RC_OK);
    assert_int_equal(obuf_printf(&out, "    dut.uh <= 1.5 V else cleanup\nend\n%s%s%s", POWER,
                                 "main\n    step one\n        set dut.heater = on\n"
                                 "        wait 30 s\n    end\nend\n",
                                 CLEANUP),
                     RC_OK);
    text[out.len] = '\0';
    ends_with(&(struct scene){.text = text, .seed = 1}, EXIT_TRIP, "envelope: dut.uh");
}

/* The switch of site 3 is one that its instrument does not have. */
static void put_a_switch_that_is_none(struct station *station)
{
    int channel = channel_find(&station->view, SPAN("dut.heater"));
    station->channels[channel].binding[2].first = 7;
}

static void a_switch_that_does_not_go_off_ends_the_run(void **state)
{
    (void)state;
    struct outcome o = play(&(struct scene){
        .text = MAIN("        wait 5 s\n"), .seed = 1, .spoil = put_a_switch_that_is_none});
    assert_non_null(strstr(o.shown, "a part that is done was not switched off: dut.heater"));
    assert_int_equal(o.exit_code, EXIT_UNSAFE); /* the cleanup did not confirm it either */
    free(o.shown);
}

/* Its cleanup switches nothing off, and the others heat on for half a minute. */
static void a_part_that_is_done_is_switched_off_while_the_others_go_on(void **state)
{
    (void)state;
    struct outcome o = play(&(struct scene){
        .text = HEAD POWER "main\n    step one on fail stop site\n        set dut.heater = on\n"
                           "        wait 3 s\n        check dut.rh <= 4.2 ohm \"its heater\"\n"
                           "        wait 30 s\n    end\nend\n"
                           "cleanup within 60 s\n    mix off\nend\n",
        .seed = 1,
        .defect_site = 3,
        .defect = 32,
        .severity = 1.0,
        .look_ms = 20000});
    assert_int_equal(o.exit_code, EXIT_FAIL);
    assert_non_null(strstr(o.shown, "its heater"));
    assert_true(o.heater_on[1] && o.heater_on[2] && o.heater_on[4]);
    assert_false(o.heater_on[3]);
    assert_at_rest(&o);
    free(o.shown);
}

#define LAB_STATION "bench/stations/twin_dual_diffusion_lab.station"
#define LAB(main)                                                                                  \
    "sequence t version 1\ngases \"../tables/gases_dual_diffusion.csv\"\n"                         \
    "main\n" main "end\ncleanup within 60 s\n    set dut.heater = off\n    set psu.aux = 0 V\n"    \
    "    set dut.smu = off\n    set dut.acv = 4 mV\n    mix off\nend\n"

/* The heater of site 3 switches off by its resistance while a ramp of all sites is under way. */
static void a_lost_site_does_not_hold_up_what_it_shares_with_the_others(void **state)
{
    (void)state;
    struct outcome o = play(&(struct scene){
        .text = LAB("    set dut.acf = 4 kHz, dut.acv = 0.2 V\n    set dut.heater = on\n"
                    "    set psu.aux = 6 V, dut.up = 0.4 V over 30 s\n    note \"through\"\n"),
        .station = LAB_STATION,
        .seed = 1,
        .defect_site = 3,
        .defect = 32,
        .severity = 1.0});
    assert_non_null(strstr(o.shown, "heater of site 3 switched off"));
    assert_non_null(strstr(o.shown, "through"));
    assert_int_equal(o.result.parts, 4);
    assert_true(o.result.cleanup_ok);
    assert_at_rest(&o);
    free(o.shown);
}

/* Their heaters go off under the pump loops of all sites, and whoever else switches the sources off
 * then (the end of a site, the cleanup) is in nobody's way. */
static void a_site_that_loses_its_pump_loop_ends_at_rest(void **state)
{
    (void)state;
    struct outcome o = play(&(struct scene){
        .text = "sequence t version 1\ngases \"../tables/gases_lambda_lab.csv\"\nmain\n"
                "    set dut.acf = 4 kHz, dut.acv = 0.2 V\n    set dut.heater = on\n    wait 40 s\n"
                "    set dut.pump = on\n    wait until dut.pump_state >= 2 timeout 20 s\n"
                "    set dut.heater = off\n    wait 5 s\n    note \"through\"\nend\n"
                "cleanup within 60 s\n    set dut.smu = off\n    set dut.pump = off\n"
                "    set dut.heater = off\n    set dut.acv = 4 mV\n    mix off\nend\n",
        .station = "bench/stations/twin_barrier_lab.station",
        .seed = 1});
    assert_int_equal(o.exit_code, EXIT_BENCH);
    assert_non_null(strstr(o.shown, "pump loop of site 1 switched off: the heater is not at its"));
    assert_null(strstr(o.shown, "through"));
    assert_null(strstr(o.shown, "did not confirm"));
    assert_true(o.result.cleanup_ok);
    assert_at_rest(&o);
    free(o.shown);
}

/* The meter's range ends at 10 V: what is far outside its envelope is no number at all. */
static void an_envelope_trips_on_what_is_not_known(void **state)
{
    static const char body[] =
        "    step one\n        set psu.aux = 20 V\n        wait 30 s\n    end\n";
    char text[1024];
    (void)state;
    snprintf(text, sizeof text,
             "sequence t version 1\ngases \"../tables/gases_dual_diffusion.csv\"\n"
             "envelope\n    aux.u <= 9 V\nend\nmain\n%send\ncleanup within 9 s\n"
             "    set psu.aux = 0 V\n    mix off\nend\n",
             body);
    struct outcome o = play(&(struct scene){.text = text, .station = LAB_STATION, .seed = 1});
    assert_int_equal(o.exit_code, EXIT_TRIP);
    assert_non_null(strstr(o.shown, "envelope: aux.u is not known"));
    assert_true(duration_in_s(o.result.took) < 20.0);
    assert_at_rest(&o);
    free(o.shown);
}

static double ramp_s(const char *set)
{
    char text[512];
    snprintf(text, sizeof text, LAB("    %s\n"), set);
    struct outcome o = play(&(struct scene){.text = text, .station = LAB_STATION, .seed = 1});
    free(o.shown);
    assert_true(o.result.cleanup_ok);
    return duration_in_s(o.result.took);
}

/* The source is off, so its voltage is not known: rest is 0 V, not the end of its range. */
static void a_ramp_begins_at_rest_and_never_jumps(void **state)
{
    (void)state;
    double took = ramp_s("set dut.up = 0.4 V ramp 0.1 V/s");
    assert_true(took > 4.0 && took < 12.0);
    assert_true(ramp_s("set psu.aux = 2 V ramp 0.1 mV/s") > 20000.0);
}

/* The checker is told of 16 V, the gate of 5 V: it stands on its own. */
static void lower_the_supply(struct station *station)
{
    int channel = channel_find(&station->view, SPAN("psu.ubatt"));
    station->channels[channel].public.max_si = 5.0;
}

static void a_refusal_of_the_gate_trips_with_5(void **state)
{
    (void)state;
    struct session_result r =
        ends_with(&(struct scene){.text = MAIN(COLD), .seed = 1, .spoil = lower_the_supply},
                  EXIT_TRIP, "output gate refused psu.ubatt");
    assert_true(r.tripped && r.cleanup_ok);
}

/* Behind psu1 stands an instrument of another kind than the station says. */
static void put_another_supply(struct station *station)
{
    unsigned psu = (unsigned)station_instrument_find(station, SPAN("psu1"));
    struct registry_entry *mixed = arena_take(station->arena, sizeof *mixed);
    assert_non_null(mixed);
    mixed->driver = registry_find(SPAN("hmp4040"))->driver;
    mixed->sim = registry_find(SPAN("it8500"))->sim;
    station->instruments[psu].entry = mixed;
}

static void an_instrument_that_is_another_one_is_not_run(void **state)
{
    (void)state;
    struct outcome o =
        play(&(struct scene){.text = MAIN(COLD), .seed = 1, .spoil = put_another_supply});
    assert_false(o.result.ran);
    assert_int_equal(o.exit_code, EXIT_BENCH);
    assert_at_rest(&o);
    free(o.shown);
}

static void unknown_driver(struct station *station)
{
    station->instruments[0].entry = NULL;
}

static void a_station_with_an_unknown_driver_is_refused(void **state)
{
    (void)state;
    struct outcome o =
        play(&(struct scene){.text = MAIN(COLD), .seed = 1, .spoil = unknown_driver});
    assert_int_equal(o.rc, RC_CONFIG);
    assert_false(o.result.ran);
    free(o.shown);
}

static void a_rich_and_lean_run_ends_at_rest(void **state)
{
    (void)state;
    ends_with(&(struct scene){.text = MAIN("        mix o2 8 %, n2 balance total 2 L/min\n"
                                           "        wait 2 s\n"
                                           "        mix rich 50 %, n2 balance total 2 L/min\n"
                                           "        wait 2 s\n        check psu.ubatt <= 1 V "
                                           "\"stopped under fuel\"\n"),
                              .seed = 1},
              EXIT_FAIL, "stopped under fuel");
}

/* --- exit codes by rank ---------------------------------------------------------------------- */

static void the_gravest_matter_gives_the_exit_code(void **state)
{
    static const struct {
        struct session_result result;
        int code;
    } rows[] = {
        {{.ran = true, .cleanup_ok = true, .stored = true, .worst = VERDICT_PASS}, EXIT_PASS},
        {{.ran = true, .cleanup_ok = true, .stored = true, .worst = VERDICT_MARGINAL}, EXIT_PASS},
        {{.ran = true, .cleanup_ok = true, .stored = true, .worst = VERDICT_FAIL}, EXIT_FAIL},
        {{.ran = true, .cleanup_ok = true, .stored = true, .worst = VERDICT_INCONCLUSIVE},
         EXIT_BENCH},
        {{.ran = true, .cleanup_ok = true, .stored = true, .worst = VERDICT_ERROR}, EXIT_BENCH},
        {{.ran = true, .cleanup_ok = true, .stored = true, .stopped = true, .worst = VERDICT_FAIL},
         EXIT_STOPPED},
        {{.ran = true, .cleanup_ok = true, .stored = true, .stopped = true, .tripped = true},
         EXIT_TRIP},
        {{.ran = true, .cleanup_ok = true, .stored = false, .tripped = true}, EXIT_STORAGE},
        {{.ran = true, .cleanup_ok = false, .stored = false, .tripped = true}, EXIT_UNSAFE},
        {{.ran = false, .cleanup_ok = true, .stopped = true}, EXIT_STOPPED},
        {{.ran = false, .cleanup_ok = false, .stopped = true}, EXIT_UNSAFE},
        {{.ran = false, .start_rc = RC_REFUSED}, EXIT_BUSY},
        {{.ran = false, .start_rc = RC_CONFIG}, EXIT_USAGE},
        {{.ran = false, .start_rc = RC_TIMEOUT}, EXIT_BENCH},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        if (session_exit_code(&rows[i].result) != rows[i].code)
            fail_msg("row %zu: %d", i, session_exit_code(&rows[i].result));
}

/* --- the shipped test ------------------------------------------------------------------------ */

static void the_same_seed_repeats_to_the_byte(void **state)
{
    (void)state;
    struct scene scene = {.seed = 3, .defect_site = 3, .defect = 12, .severity = 0.4};
    struct outcome first = play(&scene), second = play(&scene);
    assert_int_equal(first.rc, RC_OK);
    assert_int_equal(first.exit_code, EXIT_FAIL);
    assert_string_equal(first.shown, second.shown);
    assert_memory_equal(&first.result.verdicts, &second.result.verdicts,
                        sizeof first.result.verdicts);
    assert_int_equal(first.result.took.us, second.result.took.us);
    assert_at_rest(&first);
    scene.seed = 4;
    struct outcome third = play(&scene);
    assert_string_not_equal(first.shown, third.shown);
    print_message("figure: session: two end-of-line runs of one seed: %zu bytes shown, identical; "
                  "%.1f s of bench time\n",
                  strlen(first.shown), duration_in_s(first.result.took));
    free(first.shown);
    free(second.shown);
    free(third.shown);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_part_ends_with_0),
        cmocka_unit_test(a_part_outside_its_limits_ends_with_1),
        cmocka_unit_test(a_false_check_fails_the_part),
        cmocka_unit_test(a_wait_that_times_out_ends_with_3),
        cmocka_unit_test(the_envelope_trips_with_5),
        cmocka_unit_test(a_trip_of_a_site_alone_is_an_error_of_that_site),
        cmocka_unit_test(every_line_of_an_envelope_is_watched),
        cmocka_unit_test(a_switch_that_does_not_go_off_ends_the_run),
        cmocka_unit_test(a_part_that_is_done_is_switched_off_while_the_others_go_on),
        cmocka_unit_test(a_lost_site_does_not_hold_up_what_it_shares_with_the_others),
        cmocka_unit_test(a_ramp_begins_at_rest_and_never_jumps),
        cmocka_unit_test(a_site_that_loses_its_pump_loop_ends_at_rest),
        cmocka_unit_test(an_envelope_trips_on_what_is_not_known),
        cmocka_unit_test(a_refusal_of_the_gate_trips_with_5),
        cmocka_unit_test(an_instrument_that_is_another_one_is_not_run),
        cmocka_unit_test(a_station_with_an_unknown_driver_is_refused),
        cmocka_unit_test(a_rich_and_lean_run_ends_at_rest),
        cmocka_unit_test(the_gravest_matter_gives_the_exit_code),
        cmocka_unit_test(the_same_seed_repeats_to_the_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
