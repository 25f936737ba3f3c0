/* Order of things: sites, barriers, steps, loops, retries, time-outs. */
#include "tests/support/cmocka.h"

#include <math.h>
#include <stdlib.h>

#include "tests/support/fake_bench.h"

#define HEAD "sequence t version 1\n"
#define CLEANUP                                                                                    \
    "cleanup within 60 s\n    set dut.heater = off\n    mix n2 balance total 2 L/min\n"            \
    "    wait 5 s\n    set psu.ubatt = 0 V\n    mix off\nend\n"

static struct fake_bench *bench(void)
{
    return calloc(1, sizeof(struct fake_bench));
}

static void drop(struct fake_bench *b)
{
    if (getenv("SHOW"))
        print_message("%s", b->log);
    fake_close(b);
    free(b);
}

static struct fake_bench *run(unsigned sites, const char *sequence)
{
    struct fake_bench *b = bench();
    fake_open(b, sites, sequence, NULL, NULL);
    fake_start(b, (1ull << sites) - 1);
    fake_run(b, 1000);
    assert_true(b->finished);
    assert_int_equal(b->finishes, 1);
    for (unsigned i = 1; i <= sites; i++)
        assert_int_equal(b->site_done[i], 1);
    return b;
}

static void a_whole_sequence_runs_and_grades(void **state)
{
    (void)state;
    struct fake_bench *b = bench();
    fake_open(b, 4,
              HEAD "param total = 2 L/min in 1 .. 4 L/min\n"
                   "record dut.*, gas.total at 100 Hz\n"
                   "sub settle(band = 5 uA, limit = 30 s)\n"
                   "    wait stable dut.ip within band for 2 s timeout limit\nend\n"
                   "setup\n    scan serial each site like \"S[0-9]+\"\n"
                   "    mix n2 balance total total over 2 s\n"
                   "    set psu.ubatt = 13.5 V ramp 10 V/s\nend\n"
                   "main\n"
                   "    step lightoff \"Heat\"\n        set dut.heater = on\n"
                   "        wait until dut.ri <= 320 ohm timeout 25 s\n"
                   "        measure t_lightoff = elapsed()\n"
                   "        measure p_heater = mean(dut.uh * dut.ih) over 2 s\n    end\n"
                   "    for row in table \"t.csv\"\n"
                   "        step ip_{row.point} \"Pump current, {row.point}\"\n"
                   "            mix o2 row.o2, n2 balance total total over 1 s\n"
                   "            call settle(band = row.settle_band)\n"
                   "            measure ip_{row.point} = mean(dut.ip) over 2 s\n"
                   "            if row.point == \"lean8\"\n"
                   "                note \"here {row.o2} and {ip_lean8}\"\n            end\n"
                   "        end\n    end\nend\n" CLEANUP,
              "measurement,part,lsl,usl,unit,guard,marginal,critical,comment\n"
              "ip_lean8,*,0.905,0.967,mA,U95,10%,yes,x\nip_lean3,*,0.9,0.97,mA,,,no,x\n"
              "p_heater,*,6,9,W,U95,10%,no,x\nt_lightoff,*,none,12,s,,10%,no,x\n",
              "point,o2,settle_band\nlean8,8.29 %,5 uA\nlean3,3.00 %,5 uA\n");
    fake_start(b, 15);
    fake_run(b, 1000);
    assert_true(b->finished && b->cleanup_ok);
    assert_int_equal(b->worst, VERDICT_PASS);
    assert_true(fake_said(b, "measured 3 ip_lean8 = 0.93"));
    assert_true(fake_said(b, "measured 1 p_heater = 8"));
    assert_true(fake_said(b, "W pass good"));
    assert_true(fake_said(b, "note 2 here 8.29 % and 0.93"));
    assert_true(fake_said(b, "begin 1 ip_lean8 #1"));
    assert_true(fake_said(b, "mix a o2 0.0829 n2 0.9171 total 2\n"));
    assert_true(fake_said(b, "record 7 from dut.ip at 100 Hz"));
    assert_int_equal(fake_count(b, "mix a o2 0.03 "), 1);
    assert_int_equal(fake_count(b, "scan "), 4);
    assert_int_equal(engine_measured_count(b->engine, 4), 4);
    assert_string_equal(engine_activity(b->engine, 1), "done");
    drop(b);
}

static void nested_steps_have_paths_and_loops_have_values(void **state)
{
    (void)state;
    struct fake_bench *b =
        run(1, HEAD "main\n    for ri in 250 ohm, 300 ohm\n"
                    "        step temp_{ri} \"Element at {ri}\"\n"
                    "            for o2 from 1 % to 2 % step 0.5 % order down\n"
                    "                step point\n                    repeat 2\n"
                    "                        measure ip = mean(dut.ip) over 1 s tag ri, o2\n"
                    "                    end\n                end\n            end\n"
                    "        end\n        note \"at {ri}\"\n    end\nend\n" CLEANUP);
    assert_true(fake_said(b, "begin 1 temp_250 #1"));
    assert_int_equal(fake_count(b, "begin 1 temp_300/point #1"), 3);
    assert_int_equal(fake_count(b, "measured 1 ip"), 12);
    assert_string_equal(b->last_tags, "ri=300 ohm;o2=1 %");
    assert_true(fake_said(b, "note 1 at 250 ohm\n"));
    drop(b);
}

static void random_order_is_a_permutation_and_repeats(void **state)
{
    (void)state;
    const char *text = HEAD "main\n    for x from 1 to 8 step 1 order random seed 42\n"
                            "        note \"x={x};\"\n    end\n"
                            "    for x from 1 to 3 step 1 order updown\n"
                            "        note \"y={x};\"\n    end\nend\n" CLEANUP;
    struct fake_bench *a = run(2, text), *b = run(2, text);
    assert_string_equal(a->log, b->log);
    for (int i = 1; i <= 8; i++) {
        char line[24];
        (void)snprintf(line, sizeof line, "note 2 x=%d;", i);
        assert_int_equal(fake_count(a, line), 1);
    }
    assert_int_equal(fake_count(a, "note 1 y="), 5);
    assert_int_equal(fake_count(a, "note 1 y=3;"), 1);
    assert_int_equal(fake_count(a, "note 1 y=1;"), 2);
    drop(a);
    drop(b);
}

/* Site 2 heats slower: its ri comes down later. */
static double slow_site(struct fake_bench *b, unsigned channel, unsigned site, double t_s)
{
    (void)b;
    if (channel == FAKE_RI)
        return t_s > 2.0 * site ? 300 + t_s * 1e-3 : 900 - t_s;
    return 1e-3 + 1e-9 * t_s;
}

static void a_shared_action_waits_for_every_live_site(void **state)
{
    (void)state;
    struct fake_bench *b = bench();
    fake_open(b, 4,
              HEAD
              "main\n    step heat\n        wait until dut.ri <= 320 ohm timeout 25 s\n    end\n"
              "    mix o2 21 %, n2 balance total 2 L/min\n    note \"mixed\"\nend\n" CLEANUP,
              NULL, NULL);
    b->signal = slow_site;
    fake_start(b, 15);
    fake_run(b, 100);
    assert_true(b->finished);
    assert_int_equal(fake_count(b, "mix a o2 0.21"), 1);
    assert_true(fabs(fake_when(b, "mix a o2") - 8.01) < 0.02);
    assert_true(fabs(fake_when(b, "end 1 heat") - 2.01) < 0.02);
    assert_int_equal(fake_count(b, "note "), 4);
    drop(b);
}

static void a_stopped_site_is_switched_off_and_holds_no_barrier(void **state)
{
    (void)state;
    struct fake_bench *b = bench();
    fake_open(b, 4,
              HEAD "main\n    step heat on fail stop site\n        set dut.heater = on\n"
                   "        wait until dut.ri <= 320 ohm timeout 7 s\n    end\n"
                   "    mix o2 21 %, n2 balance total 2 L/min\n    wait 3 s\nend\n" CLEANUP,
              NULL, NULL);
    b->signal = slow_site;
    fake_start(b, 15);
    fake_run(b, 100);
    if (getenv("SHOW"))
        print_message("%s", b->log);
    assert_true(b->finished && b->cleanup_ok);
    assert_int_equal(b->site_verdict[4], VERDICT_ERROR);
    assert_int_equal(b->site_verdict[3], VERDICT_NO_LIMIT);
    assert_int_equal(b->worst, VERDICT_ERROR);
    assert_true(fake_before(b, "site 4 error", "mix a o2"));
    /* heater of site 4: on, off at once, and off again in the cleanup of all */
    assert_int_equal(fake_count(b, "set dut.heater 4 0"), 2);
    assert_true(fabs(fake_when(b, "set dut.heater 4 0") - 7.1) < 0.001);
    assert_true(fake_said(b, "dut.ri did not get there in time"));
    drop(b);
}

static double only_third(struct fake_bench *b, unsigned channel, unsigned site, double t_s)
{
    (void)b;
    (void)site;
    return channel == FAKE_RI ? (t_s > 24 ? 300 : 500) + t_s * 1e-3 : 1e-3 + 1e-9 * t_s;
}

static void a_time_out_is_exact_and_is_retried(void **state)
{
    (void)state;
    struct fake_bench *b = bench();
    fake_open(b, 1,
              HEAD "main\n    step heat retry 2 on error\n"
                   "        wait until dut.ri <= 320 ohm timeout 10 s\n    end\nend\n" CLEANUP,
              NULL, NULL);
    b->signal = only_third;
    fake_start(b, 1);
    fake_run(b, 100);
    assert_true(fabs(fake_when(b, "end 1 heat error") - 10) < 1e-9);
    assert_true(fabs(fake_when(b, "begin 1 heat #3") - 20) < 1e-9);
    assert_true(fake_said(b, "end 1 heat no-limit"));
    assert_int_equal(b->worst, VERDICT_NO_LIMIT); /* the attempts that failed do not count */
    drop(b);
}

static void waits_add_up(void **state)
{
    (void)state;
    struct fake_bench *b =
        run(1, HEAD "main\n    wait 1 s\n    wait 2 s\n    repeat 3\n"
                    "        wait 1 s\n    end\n    note \"now\"\nend\n" CLEANUP);
    assert_true(fabs(fake_when(b, "note 1 now") - 6) < 1e-9);
    drop(b);
}

static void a_site_that_retries_catches_up_alone(void **state)
{
    (void)state;
    struct fake_bench *b = bench();
    fake_open(b, 2,
              HEAD "main\n    for x from 1 to 2 step 1\n        step s{x} retry 1 on error\n"
                   "            mix o2 x * 1 %, n2 balance total 2 L/min\n"
                   "            wait until dut.ri <= 320 ohm timeout 2 s\n        end\n"
                   "    end\nend\n" CLEANUP,
              NULL, NULL);
    b->signal = slow_site; /* site 1 after 2 s, site 2 after 4 s */
    fake_start(b, 3);
    fake_run(b, 100);
    if (getenv("SHOW"))
        print_message("%s", b->log);
    assert_true(b->finished);
    /* round 1: both; again for site 2 only; round 2: both together */
    assert_int_equal(fake_count(b, "mix a o2 0.01"), 2);
    assert_int_equal(fake_count(b, "mix a o2 0.02"), 1);
    assert_true(fake_before(b, "begin 2 s1 #2", "mix a o2 0.02"));
    drop(b);
}

static void a_failed_check_fails_the_step_and_an_unknown_one_is_an_error(void **state)
{
    (void)state;
    struct fake_bench *b = run(1, HEAD "main\n    step a\n        check dut.ri < 100 ohm \"cold\"\n"
                                       "        note \"never\"\n    end\n"
                                       "    step b\n        check 1 / 0 > 1 \"cannot\"\n    end\n"
                                       "    step c\n        check dut.ri > 100 ohm \"warm\"\n"
                                       "        note \"after\"\n    end\nend\n" CLEANUP);
    assert_true(fake_said(b, "end 1 a fail: cold"));
    assert_true(fake_said(b, "end 1 b error: cannot tell: cannot"));
    assert_true(fake_said(b, "note 1 after"));
    assert_false(fake_said(b, "never"));
    assert_int_equal(b->worst, VERDICT_ERROR);
    drop(b);
}

static void a_check_in_setup_is_about_the_bench(void **state)
{
    (void)state;
    struct fake_bench *b =
        run(2, HEAD "setup\n    check gas.total < 0.1 L/min \"no flow yet\"\nend\n"
                    "main\n    note \"never\"\nend\n" CLEANUP);
    assert_true(fake_said(b, "site 2 error: no flow yet"));
    assert_false(fake_said(b, "never"));
    assert_int_equal(b->worst, VERDICT_ERROR);
    drop(b);
}

static void stop_batch_takes_the_others_along(void **state)
{
    (void)state;
    struct fake_bench *b = bench();
    fake_open(b, 3,
              HEAD "main\n    step a on fail stop batch\n"
                   "        wait until dut.ri <= 320 ohm timeout 3 s\n        wait 20 s\n    end\n"
                   "end\n" CLEANUP,
              NULL, NULL);
    b->signal = slow_site;
    fake_start(b, 7);
    fake_run(b, 100);
    assert_true(b->finished && b->cleanup_ok);
    assert_int_equal(b->site_verdict[1], VERDICT_ABORTED);
    assert_int_equal(b->site_verdict[2], VERDICT_ERROR);
    assert_true(fabs(fake_when(b, "site 1 aborted") - 3) < 1e-9);
    drop(b);
}

static void a_part_that_keeps_going_is_not_stopped_by_a_step_that_failed(void **state)
{
    (void)state;
    for (unsigned going = 0; going < 2; going++) {
        struct fake_bench *b = bench();
        fake_open(b, 2,
                  HEAD "main\n    step a on fail stop batch\n"
                       "        wait 1 s\n        check 1 > 2 \"never so\"\n    end\n"
                       "    step b\n        wait 1 s\n        note \"went on\"\n    end\n"
                       "end\n" CLEANUP,
                  NULL, NULL);
        b->keeps_going = going;
        fake_start(b, 3);
        fake_run(b, 100);
        assert_true(b->finished && b->cleanup_ok);
        assert_int_equal(fake_said(b, "went on"), going);
        assert_int_equal(b->site_verdict[1], VERDICT_FAIL);
        drop(b);
    }
}

static const char *bad_serial(struct fake_bench *b, unsigned site)
{
    (void)b;
    static const char *const serials[] = {"", "S1", "", "XX", "S1", "S5"};
    return serials[site];
}

static void a_bad_serial_ends_its_site_only(void **state)
{
    (void)state;
    struct fake_bench *b = bench();
    fake_open(b, 5,
              HEAD "setup\n    scan serial each site like \"S[0-9]+\"\nend\nmain\n"
                   "    note \"run\"\nend\n" CLEANUP,
              NULL, NULL);
    b->serial = bad_serial;
    fake_start(b, 31);
    fake_run(b, 100);
    assert_int_equal(fake_count(b, "note 1 run") + fake_count(b, "note 5 run"), 2);
    assert_int_equal(fake_count(b, "note "), 2);
    assert_int_equal(b->site_verdict[2], VERDICT_ERROR); /* blank */
    assert_int_equal(b->site_verdict[3], VERDICT_ERROR); /* does not match */
    assert_int_equal(b->site_verdict[4], VERDICT_ERROR); /* read twice */
    assert_int_equal(b->site_verdict[5], VERDICT_NO_LIMIT);
    drop(b);
}

static void exclusive_lets_one_site_in_at_a_time(void **state)
{
    (void)state;
    struct fake_bench *b = run(3, HEAD "main\n    exclusive meter\n        note \"in\"\n"
                                       "        set psu.ubatt = 5 V\n        wait 2 s\n"
                                       "        note \"out\"\n    end\nend\n" CLEANUP);
    assert_true(fake_before(b, "note 1 out", "note 2 in"));
    assert_true(fake_before(b, "note 2 out", "note 3 in"));
    assert_int_equal(fake_count(b, "set psu.ubatt 0 5"), 3);
    drop(b);
}

static void lanes_run_side_by_side(void **state)
{
    (void)state;
    struct fake_bench *b =
        run(2, HEAD "main\n    parallel\n        lane slow\n            wait 3 s\n"
                    "            note \"slow\"\n        end\n        lane\n            wait 1 s\n"
                    "            note \"one\"\n            wait 1 s\n            note \"two\"\n"
                    "        end\n    end\n    note \"behind\"\n    calc t = elapsed()\n"
                    "    check t > 2.9 s and t < 3.2 s \"the lanes add up\"\nend\n" CLEANUP);
    assert_true(fake_before(b, "note 1 one", "note 1 two"));
    assert_true(fake_before(b, "note 1 two", "note 1 slow"));
    assert_true(fake_before(b, "note 1 slow", "note 1 behind"));
    assert_int_equal(fake_count(b, "note 2 two"), 1);
    assert_int_equal(b->site_verdict[1], VERDICT_NO_LIMIT);
    drop(b);
}

static void what_fails_in_a_lane_ends_the_step_and_the_other_lanes(void **state)
{
    static const char *const ways[] = {"check 1 > 2 \"no\"",
                                       "wait until dut.ri < 1 ohm timeout 1 s"};
    static const enum verdict verdicts[] = {VERDICT_FAIL, VERDICT_ERROR};
    (void)state;
    for (size_t i = 0; i < COUNT(ways); i++) {
        char text[1024];
        (void)snprintf(text, sizeof text,
                       HEAD "main\n    step s\n        parallel\n            lane\n"
                            "                wait stable dut.ip within 1 uA for 20 s timeout 30 s\n"
                            "                note \"late\"\n            end\n            lane\n"
                            "                %s\n            end\n        end\n"
                            "        note \"after\"\n    end\n    note \"next\"\n"
                            "    parallel\n        lane\n            note \"again\"\n"
                            "        end\n    end\nend\n" CLEANUP,
                       ways[i]);
        struct fake_bench *b = run(2, text);
        assert_int_equal(fake_count(b, "note 1 late"), 0);
        assert_int_equal(fake_count(b, "note 1 after"), 0);
        assert_int_equal(fake_count(b, "note 1 next"), 1);
        assert_int_equal(fake_count(b, "note 2 again"), 1);
        assert_int_equal(b->site_verdict[2], verdicts[i]);
        drop(b);
    }
}

static void answers_inside_the_order_are_taken(void **state)
{
    (void)state;
    struct fake_bench *b = bench();
    fake_open(
        b, 64,
        HEAD
        "main\n    for x from 1 to 3 step 1\n        set dut.heater = on, dut.ri_target = 300 ohm\n"
        "        mix n2 balance total 2 L/min\n        set psu.ubatt = 5 V over 2 s\n"
        "    end\nend\n" CLEANUP,
        NULL, NULL);
    b->answer_inside = true;
    fake_start(b, ~0ull);
    fake_run(b, 100);
    assert_true(b->finished && b->cleanup_ok);
    assert_int_equal(fake_count(b, "set dut.heater 64 1"), 3);
    assert_true(fake_said(b, "set psu.ubatt 0 5 ramp 2.5"));
    drop(b);
}

static void a_ramp_that_is_no_number_is_no_jump(void **state)
{
    static const char *const ramps[] = {"ramp r * 1 V/s", "ramp r / r * 1 V/s", "over r / r * 1 s"};
    (void)state;
    for (size_t i = 0; i < COUNT(ramps); i++) {
        char text[512];
        (void)snprintf(text, sizeof text,
                       HEAD
                       "main\n    for r in 1, 0\n        step s\n"
                       "            set psu.ubatt = 12 V %s\n        end\n    end\nend\n" CLEANUP,
                       ramps[i]);
        struct fake_bench *b = run(1, text);
        assert_int_equal(b->worst, VERDICT_ERROR);
        assert_true(fake_said(b, "set: the ramp is no number above 0"));
        assert_int_equal(fake_count(b, "set psu.ubatt 0 12"), 1);
        assert_true(b->cleanup_ok);
        drop(b);
    }
}

static void a_parameter_out_of_its_range_is_refused(void **state)
{
    (void)state;
    struct fake_bench *b = bench();
    fake_open(b, 1, HEAD "param soak = 5 s in 2 .. 60 s\nmain\n    wait soak\nend\n" CLEANUP, NULL,
              NULL);
    struct param_value value = {"soak", 61};
    struct engine_config config = {
        .checked = &b->checked, .live_sites = 1, .params = &value, .param_count = 1};
    struct engine *engine = NULL;
    assert_int_equal(engine_new(&config, &b->diag, &engine), RC_RANGE);
    value = (struct param_value){"sauk", 5};
    assert_int_equal(engine_new(&config, &b->diag, &engine), RC_RANGE);
    value = (struct param_value){"soak", (double)NAN};
    assert_int_equal(engine_new(&config, &b->diag, &engine), RC_RANGE);
    assert_null(engine);
    assert_int_equal(b->diag.errors, 2); /* the same mistake at the same place is told once */
    drop(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_sequence_runs_and_grades),
        cmocka_unit_test(nested_steps_have_paths_and_loops_have_values),
        cmocka_unit_test(random_order_is_a_permutation_and_repeats),
        cmocka_unit_test(a_shared_action_waits_for_every_live_site),
        cmocka_unit_test(a_stopped_site_is_switched_off_and_holds_no_barrier),
        cmocka_unit_test(a_time_out_is_exact_and_is_retried),
        cmocka_unit_test(waits_add_up),
        cmocka_unit_test(a_site_that_retries_catches_up_alone),
        cmocka_unit_test(a_failed_check_fails_the_step_and_an_unknown_one_is_an_error),
        cmocka_unit_test(a_check_in_setup_is_about_the_bench),
        cmocka_unit_test(stop_batch_takes_the_others_along),
        cmocka_unit_test(a_part_that_keeps_going_is_not_stopped_by_a_step_that_failed),
        cmocka_unit_test(a_bad_serial_ends_its_site_only),
        cmocka_unit_test(exclusive_lets_one_site_in_at_a_time),
        cmocka_unit_test(lanes_run_side_by_side),
        cmocka_unit_test(what_fails_in_a_lane_ends_the_step_and_the_other_lanes),
        cmocka_unit_test(answers_inside_the_order_are_taken),
        cmocka_unit_test(a_ramp_that_is_no_number_is_no_jump),
        cmocka_unit_test(a_parameter_out_of_its_range_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
