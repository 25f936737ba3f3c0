#include "tests/test_db_sample.h"

static int set_up(void **state)
{
    struct sample *s = calloc(1, sizeof *s);
    sample_init(s, true);
    sample_record(s);
    *state = s;
    return 0;
}

static int tear_down(void **state)
{
    sample_fini(*state);
    free(*state);
    return 0;
}

static struct result_batch *batch_of(struct sample *s, const char *what)
{
    struct result_batch *batch = NULL;
    assert_int_equal(query_batch(s->store, what, &s->log, &batch), RC_OK);
    return batch;
}

static void a_batch_comes_back_as_it_was_recorded(void **state)
{
    struct sample *s = *state;
    struct result_batch *b = batch_of(s, "last");
    assert_string_equal(b->uuid, recorder_batch_id(s->recorder));
    assert_string_equal(b->station, "rig1");
    assert_string_equal(b->program, "eol");
    assert_string_equal(b->params, "t=780 degC");
    assert_string_equal(b->mode, "simulate");
    assert_string_equal(b->state, "done");
    assert_string_equal(b->version, "1.0");
    assert_true(b->simulated);
    assert_int_equal(b->seed, 7);
    assert_int_equal(b->started_us, 1700000000000000);
    assert_int_equal(b->ended_us, 1700000005000000);
    assert_int_equal(b->run_count, 2);
    assert_string_equal(b->runs[0].serial, "SN-0001");
    assert_string_equal(b->runs[0].part, "lsu49");
    assert_string_equal(b->runs[0].verdict, "pass");
    assert_null(b->runs[0].first_fail);
    assert_int_equal(b->runs[1].site, 2);
    assert_string_equal(b->runs[1].first_fail, "ip_air");
    assert_int_equal(b->runs[1].attempt, 1);
    assert_int_equal(b->document_count, 5);
    assert_string_equal(b->documents[4].kind, "variant");
    assert_string_equal(b->documents[4].name, "p1");
    assert_string_equal(b->documents[4].text, "consistent with a cut-out");
    assert_null(b->documents[0].text); /* of a variant only */
    assert_string_equal(b->documents[0].name, "eol.seq");
    assert_string_equal(b->documents[0].version, "3");
    assert_string_equal(b->documents[3].sha256,
                        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_int_equal(b->instrument_count, 2);
    assert_string_equal(b->instruments[0].firmware, "10v05");
    assert_string_equal(b->instruments[0].cal_due, "2027-01-31");
    assert_true(b->instruments[0].simulated);
    assert_null(b->instruments[1].model);
    assert_int_equal(b->event_count, 2);
    assert_string_equal(b->events[1].text, "hello \"you\"");
    assert_int_equal(b->events[1].t_us, 1700000003000000);
    query_free_batch(b);
}

static void a_measurement_keeps_its_value_grade_and_step(void **state)
{
    struct result_batch *b = batch_of(*state, "last");
    assert_int_equal(b->runs[1].measure_count, 2);
    const struct result_measure *m = &b->runs[1].measures[0];
    assert_string_equal(m->name, "ip_air");
    assert_string_equal(m->unit, "mA");
    assert_string_equal(m->tags, "o2=20.9 %");
    assert_string_equal(m->step, "main/air");
    assert_string_equal(m->verdict, "pass");
    assert_string_equal(m->quality, "good");
    assert_true(m->value == 2.54 && m->u95 == 0.01 && m->sd == 0.002);
    assert_true(m->lsl == 2.4 && isnan(m->usl) && m->al == 2.41 && isnan(m->au));
    assert_true(m->margin == 0.13 && m->critical);
    assert_int_equal(m->n, 50);
    assert_int_equal(m->t_us, 1700000002000000);
    query_free_batch(b);
}

static void a_missing_value_is_nan_and_says_why(void **state)
{
    struct result_batch *b = batch_of(*state, "last");
    const struct result_measure *m = &b->runs[0].measures[1];
    assert_true(isnan(m->value) && isnan(m->u95) && isnan(m->margin));
    assert_string_equal(m->quality, "missing");
    assert_string_equal(m->step, "main/air"); /* which had ended already */
    assert_null(m->unit);
    query_free_batch(b);
}

static void steps_know_how_long_they_took(void **state)
{
    struct result_batch *b = batch_of(*state, "last");
    assert_int_equal(b->runs[0].step_count, 2);
    assert_string_equal(b->runs[0].steps[0].path, "main");
    assert_string_equal(b->runs[0].steps[0].error, "no gas");
    assert_int_equal(b->runs[0].steps[0].dur_us, 2500000);
    assert_string_equal(b->runs[0].steps[1].verdict, "pass");
    assert_int_equal(b->runs[0].steps[1].started_us, 1700000001000000);
    assert_int_equal(b->runs[0].steps[1].dur_us, 1500000);
    query_free_batch(b);
}

static void chunks_become_curves(void **state)
{
    struct sample *s = *state;
    struct result_batch *b = batch_of(s, "last");
    struct result_curve *curves = NULL;
    size_t count = 0;
    assert_int_equal(query_curves(s->store, b->id, NULL, &curves, &count), RC_OK);
    assert_int_equal(count, 4);
    assert_string_equal(curves[0].stream, "record");
    assert_string_equal(curves[1].channel, "dut.vs");
    assert_string_equal(curves[1].unit, "V");
    assert_int_equal(curves[1].site, 1);
    assert_int_equal(curves[0].count, 9);
    const double t[] = {1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 2.6, 2.7, 2.8};
    for (int i = 0; i < 9; i++) {
        assert_true(fabs(curves[0].t_s[i] - t[i]) < 1e-9);
        assert_true(curves[0].value[i] == 1.0 + i % 3);
    }
    assert_true(isnan(curves[1].value[1]));
    assert_int_equal(curves[2].count, 0);
    assert_int_equal(curves[3].count, 3);
    assert_true(fabs(curves[3].t_s[0] - 1.99) < 1e-6);
    assert_true(curves[3].value[2] == (double)0.4F);
    query_free_curves(curves, count);
    query_free_batch(b);
}

static void a_batch_is_found_by_prefix_run_and_serial(void **state)
{
    struct sample *s = *state;
    struct result_batch *last = batch_of(s, "last");
    char prefix[9];
    snprintf(prefix, sizeof prefix, "%s", last->uuid);
    const char *const names[] = {prefix, last->uuid, last->runs[1].uuid, "SN-0002"};
    for (size_t i = 0; i < 4; i++) {
        struct result_batch *found = batch_of(s, names[i]);
        assert_int_equal(found->id, last->id);
        query_free_batch(found);
    }
    query_free_batch(last);
}

static void what_is_not_there_is_said(void **state)
{
    struct sample *s = *state;
    const char *const names[] = {"SN-9999", "", "abc", "ffffffff", "\x1b[31m", "' OR 1=1 --"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct result_batch *batch = NULL;
        assert_int_equal(query_batch(s->store, names[i], &s->log, &batch), RC_RANGE);
        assert_null(batch);
    }
    fflush(s->said);
    assert_int_equal(s->log.errors, sizeof names / sizeof names[0]);
    assert_non_null(strstr(s->text, "SN-9999"));
    assert_null(strchr(s->text, '\x1b'));
}

/* Two batches within the same seconds begin with the same digits. */
static void an_ambiguous_prefix_names_the_candidates(void **state)
{
    struct sample *s = *state;
    char prefix[5];
    struct result_batch *found = NULL;
    sample_close(s);
    clock_init_real(&s->clock); /* identifiers by time from here on */
    sample_open_store(s);
    sample_start(s, 7);
    for (int i = 0; i < 2; i++) {
        sample_begin(s);
        sample_end(s);
        assert_int_equal(recorder_flush(s->recorder), RC_OK);
    }
    snprintf(prefix, sizeof prefix, "%s", recorder_batch_id(s->recorder));
    assert_int_equal(query_batch(s->store, prefix, &s->log, &found), RC_RANGE);
    fflush(s->said);
    assert_non_null(strstr(s->text, "more than one batch"));
    assert_non_null(strstr(s->text, recorder_batch_id(s->recorder)));
}

static void a_retest_counts_its_attempts_and_the_newest_batch_wins(void **state)
{
    struct sample *s = *state;
    sample_record(s);
    struct result_batch *b = batch_of(s, "SN-0001");
    assert_int_equal(b->id, 2);
    assert_int_equal(b->runs[0].attempt, 2);
    assert_string_not_equal(b->runs[0].uuid, recorder_batch_id(s->recorder));
    query_free_batch(b);
}

static size_t rows_of(struct sample *s, struct list_filter filter)
{
    struct list_row *rows = NULL;
    size_t count = 0;
    assert_int_equal(query_list(s->store, &filter, &rows, &count), RC_OK);
    if (count) {
        assert_int_equal(strlen(rows[0].uuid), 32);
        assert_string_equal(rows[0].station, "rig1");
    }
    free(rows);
    return count;
}

static void the_list_is_newest_first_and_filtered(void **state)
{
    struct sample *s = *state;
    struct list_row *rows = NULL;
    size_t count = 0;
    assert_int_equal(query_list(s->store, &(struct list_filter){0}, &rows, &count), RC_OK);
    assert_int_equal(count, 2);
    assert_string_equal(rows[0].serial, "SN-0002");
    assert_string_equal(rows[0].first_fail, "ip_air");
    assert_string_equal(rows[0].state, "done");
    assert_int_equal(rows[1].site, 1);
    free(rows);
    assert_int_equal(rows_of(s, (struct list_filter){.verdict = "fail"}), 1);
    assert_int_equal(rows_of(s, (struct list_filter){.verdict = "error"}), 0);
    assert_int_equal(rows_of(s, (struct list_filter){.part = "lsu49"}), 2);
    assert_int_equal(rows_of(s, (struct list_filter){.part = "lsu42"}), 0);
    assert_int_equal(rows_of(s, (struct list_filter){.serial = "SN-0001", .verdict = "pass"}), 1);
    assert_int_equal(rows_of(s, (struct list_filter){.limit = 1}), 1);
    assert_int_equal(rows_of(s, (struct list_filter){.since_us = 1700000000000001}), 0);
}

static void any_change_of_content_changes_the_hash(void **state)
{
    struct sample *s = *state;
    char before[65], again[65], after[65];
    assert_int_equal(query_content_hash(s->store, before), RC_OK);
    assert_int_equal(query_content_hash(s->store, again), RC_OK);
    assert_string_equal(before, again);
    sample_begin(s);
    assert_int_equal(recorder_add_event(s->recorder, 0, sample_time(9), "note", "x"), RC_OK);
    assert_int_equal(recorder_flush(s->recorder), RC_OK);
    assert_int_equal(query_content_hash(s->store, after), RC_OK);
    assert_string_not_equal(before, after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_batch_comes_back_as_it_was_recorded, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_measurement_keeps_its_value_grade_and_step, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_missing_value_is_nan_and_says_why, set_up, tear_down),
        cmocka_unit_test_setup_teardown(steps_know_how_long_they_took, set_up, tear_down),
        cmocka_unit_test_setup_teardown(chunks_become_curves, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_batch_is_found_by_prefix_run_and_serial, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_is_not_there_is_said, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_ambiguous_prefix_names_the_candidates, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_retest_counts_its_attempts_and_the_newest_batch_wins,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_list_is_newest_first_and_filtered, set_up, tear_down),
        cmocka_unit_test_setup_teardown(any_change_of_content_changes_the_hash, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("query", tests, NULL, NULL);
}
