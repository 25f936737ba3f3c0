/* Cleanup always runs: after every way a run can end, once, with every output driven. */
#include "tests/support/cmocka.h"

#include <math.h>
#include <stdlib.h>

#include "core/num.h"
#include "core/rng.h"
#include "tests/support/fake_bench.h"

#define CLEANUP                                                                                    \
    "cleanup within 60 s\n    set dut.heater = off\n    mix n2 balance total 2 L/min\n"            \
    "    wait 5 s\n    set psu.ubatt = 0 V\n    mix off\nend\n"
#define SEQUENCE                                                                                   \
    "sequence t version 1\nsetup\n    mix n2 balance total 1 L/min\n"                              \
    "    set psu.ubatt = 13 V\nend\n"                                                              \
    "main\n    step outer\n        step heat\n            set dut.heater = on\n"                   \
    "            wait 10 s\n        end\n    end\n"                                                \
    "    step two\n        mix o2 21 %, n2 balance total 3 L/min\n"                                \
    "        measure ip = mean(dut.ip) over 2 s\n    end\nend\n" CLEANUP

static struct fake_bench *open_bench(unsigned sites, const char *text)
{
    struct fake_bench *b = calloc(1, sizeof *b);
    fake_open(b, sites, text, NULL, NULL);
    return b;
}

/* Whatever happened: ended once, nothing wanted any more, and the last orders are the safe ones. */
static void assert_ended(const struct fake_bench *b, uint64_t live)
{
    assert_true(b->finished);
    assert_int_equal(b->finishes, 1);
    assert_int_equal(fake_count(b, "finished "), 1);
    assert_false(engine_running(b->engine));
    for (unsigned s = 1; s <= b->view.sites; s++) {
        assert_int_equal(b->site_done[s], live >> (s - 1) & 1);
        if (live >> (s - 1) & 1)
            assert_true(b->set_si[FAKE_HEATER][s] == 0);
    }
    assert_true(b->set_si[FAKE_UBATT][0] == 0);
    assert_true(fake_said(b, "mix a off"));
    for (unsigned c = 0; c < FAKE_CHANNELS; c++) {
        for (unsigned s = 0; s <= b->view.sites; s++)
            assert_int_equal(b->wants[c][s], 0);
    }
}

static void drop(struct fake_bench *b)
{
    if (getenv("SHOW"))
        print_message("%s", b->log);
    fake_close(b);
    free(b);
}

static double mix_in_setup_fails(struct fake_bench *b, const char *what, unsigned site, enum rc *rc)
{
    (void)site;
    if (strcmp(what, "mix") == 0 && b->now_us == 0)
        *rc = RC_TIMEOUT;
    return 0.1;
}

static void a_failed_setup_is_cleaned_up(void **state)
{
    (void)state;
    struct fake_bench *b = open_bench(3, SEQUENCE);
    b->answer = mix_in_setup_fails;
    fake_start(b, 5);
    fake_run(b, 100);
    assert_ended(b, 5);
    assert_true(b->cleanup_ok);
    assert_int_equal(b->worst, VERDICT_ERROR);
    assert_true(fake_said(b, "site 1 error: mix: "));
    assert_false(fake_said(b, "begin "));
    assert_false(fake_said(b, "set psu.ubatt 0 13"));
    assert_int_equal(fake_count(b, "set psu.ubatt"), 1);
    drop(b);
}

static void a_stop_ends_open_steps_and_cleans_up(void **state)
{
    (void)state;
    struct fake_bench *b = open_bench(2, SEQUENCE);
    fake_at(b, 3, FAKE_STOP, STOP_OPERATOR, 0);
    fake_start(b, 3);
    fake_run(b, 100);
    assert_ended(b, 3);
    assert_true(b->cleanup_ok);
    assert_int_equal(b->worst, VERDICT_ABORTED);
    assert_true(fake_said(b, "end 2 outer/heat aborted: stopped by the test"));
    assert_true(fake_said(b, "end 2 outer aborted: stopped by the test"));
    assert_true(fabs(fake_when(b, "set dut.heater 1 0") - 3) < 1e-9);
    assert_true(fabs(fake_when(b, "finished") - 8.4) < 1e-9);
    drop(b);
}

static void an_envelope_stop_is_an_error(void **state)
{
    (void)state;
    struct fake_bench *b = open_bench(1, SEQUENCE);
    fake_at(b, 3, FAKE_STOP, STOP_ENVELOPE, 0);
    fake_start(b, 1);
    fake_run(b, 100);
    assert_ended(b, 1);
    assert_int_equal(b->site_verdict[1], VERDICT_ERROR);
    drop(b);
}

static double slow_second_mix(struct fake_bench *b, const char *what, unsigned site, enum rc *rc)
{
    (void)site;
    (void)rc;
    return strcmp(what, "mix") == 0 && b->now_us > 0 && !fake_said(b, "site 1") ? 4 : 0.1;
}

static void answers_that_come_late_are_ignored(void **state)
{
    (void)state;
    struct fake_bench *b = open_bench(2, SEQUENCE);
    b->answer = slow_second_mix;
    fake_at(b, 10.5, FAKE_STOP, STOP_OPERATOR, 0); /* the mix of step two is in flight until 14.3 */
    fake_start(b, 3);
    fake_run(b, 100);
    assert_ended(b, 3);
    assert_true(b->cleanup_ok);
    assert_true(fabs(fake_when(b, "finished") - 15.9) < 1e-9);
    drop(b);
}

static void a_second_stop_cuts_the_waiting_only(void **state)
{
    (void)state;
    struct fake_bench *b = open_bench(1, SEQUENCE);
    fake_at(b, 3, FAKE_STOP, STOP_OPERATOR, 0);
    fake_at(b, 4, FAKE_STOP, STOP_OPERATOR, 0);
    fake_start(b, 1);
    fake_run(b, 100);
    assert_ended(b, 1);
    assert_true(b->cleanup_ok);
    assert_true(fabs(fake_when(b, "set psu.ubatt 0 0") - 4) < 1e-9);
    assert_true(fabs(fake_when(b, "finished") - 4.2) < 1e-9);
    drop(b);
}

/* A hub that goes takes many instruments with it, and a full disk is no reason to leave fuel in the
 * pipe: the cleanup's waits are cut by a person only, who asks for the second time. */
static void what_breaks_during_cleanup_does_not_cut_its_waits(void **state)
{
    static const enum stop_why whys[] = {STOP_INSTRUMENT, STOP_STORAGE, STOP_ENVELOPE,
                                         STOP_OPERATOR};
    (void)state;
    for (size_t i = 0; i < COUNT(whys); i++) {
        struct fake_bench *b = open_bench(1, SEQUENCE);
        fake_at(b, 3, FAKE_STOP, STOP_INSTRUMENT, 0);
        fake_at(b, 4, FAKE_STOP, whys[i], 0);
        fake_start(b, 1);
        fake_run(b, 100);
        assert_ended(b, 1);
        assert_true(b->cleanup_ok);
        assert_true(fabs(fake_when(b, "finished") - 8.4) < 1e-9);
        drop(b);
    }
}

static double heater_off_fails(struct fake_bench *b, const char *what, unsigned site, enum rc *rc)
{
    if (strcmp(what, "set dut.heater") == 0 && site == 2 && b->set_si[FAKE_HEATER][2] == 0)
        *rc = RC_IO;
    return 0.1;
}

static void a_failure_in_cleanup_is_told_and_the_rest_is_driven(void **state)
{
    (void)state;
    struct fake_bench *b = open_bench(2, SEQUENCE);
    b->answer = heater_off_fails;
    fake_start(b, 3);
    fake_run(b, 100);
    assert_ended(b, 3);
    assert_false(b->cleanup_ok);
    assert_int_equal(b->worst, VERDICT_NO_LIMIT);
    drop(b);
}

static double dead_heater(struct fake_bench *b, const char *what, unsigned site, enum rc *rc)
{
    (void)site;
    (void)rc;
    return strcmp(what, "set dut.heater") == 0 && b->set_si[FAKE_HEATER][1] == 0 ? -1 : 0.1;
}

static void cleanup_ends_in_its_time_and_drives_the_rest(void **state)
{
    (void)state;
    struct fake_bench *b = open_bench(1, SEQUENCE);
    b->answer = dead_heater;
    fake_at(b, 3, FAKE_STOP, STOP_OPERATOR, 0);
    fake_start(b, 1);
    fake_run(b, 1000);
    assert_ended(b, 1);
    assert_false(b->cleanup_ok);
    assert_true(fabs(fake_when(b, "finished") - 63) < 1e-9);
    assert_true(fabs(fake_when(b, "set psu.ubatt 0 0") - 63) < 1e-9);
    drop(b);
}

static void a_lost_site_goes_alone(void **state)
{
    (void)state;
    struct fake_bench *b = open_bench(3, SEQUENCE);
    fake_at(b, 5, FAKE_LOSE, STOP_INSTRUMENT, 2);
    fake_start(b, 7);
    fake_run(b, 100);
    assert_ended(b, 7);
    assert_int_equal(b->site_verdict[2], VERDICT_ERROR);
    assert_int_equal(b->site_verdict[1], VERDICT_NO_LIMIT);
    assert_true(fabs(fake_when(b, "set dut.heater 2 0") - 5) < 1e-9);
    assert_int_equal(fake_count(b, "measured "), 2);
    assert_true(fake_said(b, "end 2 outer/heat error: lost by the test"));
    drop(b);
}

static void the_last_site_of_a_shared_action_takes_it_along(void **state)
{
    (void)state;
    struct fake_bench *b = open_bench(1, SEQUENCE);
    b->answer = slow_second_mix;
    fake_at(b, 10.5, FAKE_LOSE, STOP_INSTRUMENT, 1);
    fake_start(b, 1);
    fake_run(b, 100);
    assert_ended(b, 1);
    assert_true(b->cleanup_ok);
    drop(b);
}

static double never_mixes(struct fake_bench *b, const char *what, unsigned site, enum rc *rc)
{
    (void)site;
    (void)rc;
    return strcmp(what, "mix") == 0 && !fake_said(b, "site 1") ? -1 : 0.1;
}

static void a_lost_site_lets_go_of_what_it_holds(void **state)
{
    (void)state;
    struct fake_bench *b =
        open_bench(2, "sequence t version 1\nmain\n    exclusive gas\n        step s\n"
                      "            mix n2 balance total 1 L/min\n        end\n    end\n"
                      "    note \"through\"\nend\n" CLEANUP);
    b->answer = never_mixes;
    fake_at(b, 3, FAKE_LOSE, STOP_INSTRUMENT, 1);
    fake_start(b, 3);
    fake_run(b, 100);
    assert_ended(b, 3);
    assert_int_equal(b->site_verdict[1], VERDICT_ERROR);
    assert_int_equal(b->site_verdict[2], VERDICT_NO_LIMIT);
    assert_true(fabs(fake_when(b, "note 2 through") - 3.1) < 1e-9);
    drop(b);
}

static void a_batch_without_parts_is_cleaned_up_too(void **state)
{
    (void)state;
    struct fake_bench *b = open_bench(2, SEQUENCE);
    fake_start(b, 0);
    fake_run(b, 100);
    assert_ended(b, 0);
    assert_int_equal(b->worst, VERDICT_NO_LIMIT);
    drop(b);
}

/* Anything may go wrong at any time: answers that fail, come late or never, sites that are lost,
 * stops. The user pointer is the generator. */
static double chaos(struct fake_bench *b, const char *what, unsigned site, enum rc *rc)
{
    (void)what;
    (void)site;
    struct rng *rng = b->user;
    uint64_t dice = rng_below(rng, 20);
    if (dice == 0)
        *rc = RC_IO;
    if (dice == 1)
        return -1;
    return dice == 2 ? 5 : dice == 3 ? 0 : 0.1;
}

static bool chaos_sample(struct fake_bench *b, uint64_t nth, unsigned channel, double *si)
{
    (void)nth;
    (void)channel;
    uint64_t dice = rng_below(b->user, 50);
    if (dice == 0)
        *si = (double)NAN;
    return dice > 2;
}

static void cleanup_runs_whatever_happens(void **state)
{
    (void)state;
    const char *env = getenv("SEED");
    int64_t first = 1;
    if (env)
        assert_int_equal(num_parse_int(span_text(env), 1, 1000000, &first), RC_OK);
    for (int64_t seed = first; seed < first + (env ? 1 : 150); seed++) {
        struct rng rng;
        rng_seed(&rng, (uint64_t)seed);
        struct fake_bench *b = open_bench(4, SEQUENCE);
        b->user = &rng;
        b->answer = chaos;
        b->spoil = chaos_sample;
        double at = 0;
        /* An action that is never answered hangs a site until someone stops: stop for sure. */
        for (int i = 0; i < 3; i++) {
            at += rng_uniform(&rng) * 10;
            fake_at(b, at, i == 2 || rng_below(&rng, 3) == 0 ? FAKE_STOP : FAKE_LOSE,
                    (enum stop_why)rng_below(&rng, 5), 1 + (unsigned)rng_below(&rng, 4));
        }
        uint64_t live = rng_below(&rng, 16);
        fake_start(b, live);
        fake_run(b, 1000);
        if (!b->finished || b->finishes != 1)
            print_message("seed %lld\n%s", (long long)seed, b->log);
        assert_ended(b, live);
        drop(b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failed_setup_is_cleaned_up),
        cmocka_unit_test(a_stop_ends_open_steps_and_cleans_up),
        cmocka_unit_test(an_envelope_stop_is_an_error),
        cmocka_unit_test(answers_that_come_late_are_ignored),
        cmocka_unit_test(a_second_stop_cuts_the_waiting_only),
        cmocka_unit_test(what_breaks_during_cleanup_does_not_cut_its_waits),
        cmocka_unit_test(a_failure_in_cleanup_is_told_and_the_rest_is_driven),
        cmocka_unit_test(cleanup_ends_in_its_time_and_drives_the_rest),
        cmocka_unit_test(a_lost_site_goes_alone),
        cmocka_unit_test(the_last_site_of_a_shared_action_takes_it_along),
        cmocka_unit_test(a_lost_site_lets_go_of_what_it_holds),
        cmocka_unit_test(a_batch_without_parts_is_cleaned_up_too),
        cmocka_unit_test(cleanup_runs_whatever_happens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
