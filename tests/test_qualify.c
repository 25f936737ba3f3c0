/* Qualification: the plan, the workers, what they read, and what is concluded from made-up results.
 */
#include "tests/support/cmocka.h"

#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/qualify_pool.h"
#include "bench/qualify_print.h"

static struct qualify_plan small_plan(void)
{
    return (struct qualify_plan){.seed = 7,
                                 .sites = 4,
                                 .good_parts = 10,
                                 .rung_parts = 6,
                                 .defects = {12, 38},
                                 .defect_count = 2,
                                 .severities = {0.1, 0.5, 1.0},
                                 .severity_count = 3};
}

/* --- plan --------------------------------------------------------------------------------------
 */

static void every_part_is_in_one_batch_of_its_kind(void **state)
{
    (void)state;
    struct qualify_plan plan = small_plan();
    assert_int_equal(qualify_part_count(&plan), 10 + 2 * 3 * 6);
    assert_int_equal(qualify_batch_count(&plan), 3 + 2 * 3 * 2);
    unsigned next = 0;
    for (unsigned b = 0; b < qualify_batch_count(&plan); b++) {
        struct qualify_batch batch = qualify_batch_of(&plan, b);
        assert_int_equal(batch.first, next);
        assert_in_range(batch.count, 1, plan.sites);
        for (unsigned i = 0; i < batch.count; i++) {
            unsigned rung;
            assert_int_equal(qualify_group_of(&plan, batch.first + i, &rung), batch.defect);
            assert_int_equal(rung, batch.rung);
        }
        next += batch.count;
        for (unsigned other = 0; other < b; other++)
            assert_true(qualify_batch_of(&plan, other).seed != batch.seed);
    }
    assert_int_equal(next, qualify_part_count(&plan));
}

static void lists_are_read_strictly(void **state)
{
    (void)state;
    struct qualify_plan plan = small_plan();
    assert_int_equal(qualify_parse_defects(span_text("D11,d12,38"), &plan), RC_OK);
    assert_int_equal(plan.defect_count, 3);
    assert_int_equal(plan.defects[2], 38);
    assert_int_equal(qualify_parse_defects(span_text("all"), &plan), RC_OK);
    assert_true(plan.defect_count >= 7);
    static const char *const no_defects[] = {"", "D", "D3", "D11,", "D11,D11", "D11 ,D12", "99"};
    for (size_t i = 0; i < COUNT(no_defects); i++)
        assert_int_equal(qualify_parse_defects(span_text(no_defects[i]), &plan), RC_CONFIG);
    assert_int_equal(qualify_parse_severities(span_text("0,0.25,1"), &plan), RC_OK);
    assert_int_equal(plan.severity_count, 3);
    static const char *const no_severities[] = {"",     "0.2,0.1", "0.1,0.1", "1.1",
                                                "-0.1", "0.1,",    "x"};
    for (size_t i = 0; i < COUNT(no_severities); i++)
        assert_int_equal(qualify_parse_severities(span_text(no_severities[i]), &plan), RC_CONFIG);
    assert_int_equal(plan.severity_count, 3); /* untouched by the bad ones */
}

static void lines_of_the_session_are_read(void **state)
{
    (void)state;
    struct qualify_line line;
    assert_true(qualify_read_line(
        span_text("2026-01-01T00:00:31.675Z twin site=3 serial=LSU49-00000001 verdict fail (x)"),
        &line));
    assert_true(line.is_verdict && line.site == 3 && line.verdict == VERDICT_FAIL);
    assert_true(qualify_read_line(span_text("T twin site=1 serial=- verdict no-limit"), &line));
    assert_int_equal(line.verdict, VERDICT_NO_LIMIT);
    assert_true(qualify_read_line(span_text("T twin site=2 step=a/b end error: x y"), &line));
    assert_true(!line.is_verdict && line.site == 2 && line.verdict == VERDICT_ERROR);
    assert_string_equal(line.step, "a/b");
    static const char *const others[] = {"",
                                         "T twin site=2 step=cold end pass",
                                         "T twin site=2 step=cold measure r=1 ohm fail",
                                         "T twin gas interlude",
                                         "T twin site=0 serial=x verdict pass",
                                         "T twin site=2 serial=x verdict nonsense",
                                         "T twin site=2 step=verdict fail"};
    for (size_t i = 0; i < COUNT(others); i++)
        assert_false(qualify_read_line(span_text(others[i]), &line));
}

/* --- workers -----------------------------------------------------------------------------------
 */

static enum rc good_work(void *ctx, unsigned number, struct qualify_record *out)
{
    const struct qualify_plan *plan = ctx;
    struct qualify_batch batch = qualify_batch_of(plan, number);
    for (unsigned i = 0; i < batch.count; i++)
        out[i] = (struct qualify_record){.part = batch.first + i,
                                         .verdict = (enum verdict)((batch.first + i) % 7),
                                         .took_s = (double)(batch.seed % 1000)};
    return RC_OK;
}

static enum rc killed_work(void *ctx, unsigned number, struct qualify_record *out)
{
    if (number == 5)
        raise(SIGKILL);
    return good_work(ctx, number, out);
}

static enum rc failing_work(void *ctx, unsigned number, struct qualify_record *out)
{
    return number == 5 ? RC_IO : good_work(ctx, number, out);
}

static enum rc leaving_work(void *ctx, unsigned number, struct qualify_record *out)
{
    if (number == 5)
        _exit(0);
    return good_work(ctx, number, out);
}

static enum rc repeating_work(void *ctx, unsigned number, struct qualify_record *out)
{
    return good_work(ctx, number == 5 ? 4 : number, out);
}

static enum rc wild_work(void *ctx, unsigned number, struct qualify_record *out)
{
    enum rc rc = good_work(ctx, number, out);
    out[0].evidence_count += number == 5 ? QUALIFY_EVIDENCE_MAX + 1 : 0;
    return rc;
}

static enum rc run_pool(enum rc (*work)(void *, unsigned, struct qualify_record *), unsigned jobs,
                        struct qualify_record *records)
{
    struct qualify_plan plan = small_plan();
    struct qualify_pool pool = {.plan = &plan, .jobs = jobs, .work = work, .ctx = &plan};
    return qualify_pool_run(&pool, records);
}

static void any_number_of_workers_gives_the_same_records(void **state)
{
    (void)state;
    static const unsigned jobs[] = {1, 2, 3, 16, 40};
    struct qualify_record one[46] = {0}, many[46];
    assert_int_equal(run_pool(good_work, 1, one), RC_OK);
    for (unsigned i = 0; i < COUNT(one); i++)
        assert_int_equal(one[i].part, i);
    for (size_t i = 0; i < COUNT(jobs); i++) {
        memset(many, 0, sizeof many);
        assert_int_equal(run_pool(good_work, jobs[i], many), RC_OK);
        assert_memory_equal(one, many, sizeof one);
    }
}

static void a_worker_that_does_not_do_its_work_is_an_error(void **state)
{
    (void)state;
    enum rc (*const bad[])(void *, unsigned, struct qualify_record *) = {
        killed_work, failing_work, leaving_work, repeating_work, wild_work};
    struct qualify_record records[46];
    for (size_t i = 0; i < COUNT(bad); i++)
        for (unsigned jobs = 1; jobs <= 3; jobs++)
            assert_int_equal(run_pool(bad[i], jobs, records), RC_IO);
}

/* --- conclusions -------------------------------------------------------------------------------
 */

/* Rows 0 "alpha" and 1 "beta" are made by step one, row 2 "gamma" by step two. */
static void blame(struct qualify_record *record, enum verdict verdict, const int *rows,
                  unsigned count)
{
    record->verdict = verdict;
    record->evidence_count = count;
    for (unsigned i = 0; i < count; i++) {
        record->evidence[i].verdict = verdict;
        record->evidence[i].row = rows[i];
        snprintf(record->evidence[i].step, QUALIFY_STEP_MAX, "%s", rows[i] == 2 ? "two" : "one");
    }
}

struct fixture {
    struct qualify_plan plan;
    struct qualify_record records[46];
    struct limit rows[3];
    struct limits limits;
    struct qualify_stats stats;
};

/* Of the parts with D12: at 0.1 none is caught, at 0.5 three of six, at 1 all. */
static struct fixture *make_fixture(void)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    static const char *const names[] = {"alpha", "beta", "gamma"};
    f->plan = small_plan();
    for (unsigned i = 0; i < 3; i++)
        snprintf(f->rows[i].measurement, sizeof f->rows[i].measurement, "%s", names[i]);
    f->limits = (struct limits){f->rows, 3};
    for (unsigned i = 0; i < COUNT(f->records); i++)
        f->records[i] =
            (struct qualify_record){.part = i, .verdict = VERDICT_PASS, .took_s = 100.0};
    blame(&f->records[3], VERDICT_FAIL, (int[]){2}, 1);
    f->records[4].verdict = VERDICT_MARGINAL;
    blame(&f->records[5], VERDICT_INCONCLUSIVE, (int[]){1}, 1);
    blame(&f->records[16], VERDICT_FAIL, (int[]){0, 1}, 2);
    blame(&f->records[17], VERDICT_FAIL, (int[]){1, 2}, 2);
    blame(&f->records[18], VERDICT_FAIL, (int[]){2, 0}, 2);
    for (unsigned i = 22; i < 28; i++)
        blame(&f->records[i], VERDICT_FAIL, (int[]){2}, 1);
    return f;
}

static const struct qualify_name *find_name(const struct qualify_names *names, const char *text)
{
    for (unsigned i = 0; i < names->count; i++)
        if (strcmp(names->at[i].text, text) == 0)
            return &names->at[i];
    fail_msg("no name %s", text);
    return NULL;
}

static void a_step_is_credited_with_what_only_it_catches(void **state)
{
    (void)state;
    struct fixture *f = make_fixture();
    assert_int_equal(qualify_stats_find(&f->plan, f->records, &f->limits, &f->stats), RC_OK);
    const struct qualify_name *one = find_name(&f->stats.steps, "one");
    const struct qualify_name *two = find_name(&f->stats.steps, "two");
    assert_int_equal(one->any[1], 3);
    assert_int_equal(one->only[1], 1); /* part 16: two measurements, one step */
    assert_int_equal(two->any[1], 8);
    assert_int_equal(two->only[1], 6);
    assert_int_equal(two->first[1], 7);
    assert_int_equal(two->only[0], 1); /* the false fail */
    assert_int_equal(one->held[0], 1);
    assert_int_equal(one->any[0], 0);
    const struct qualify_name *alpha = find_name(&f->stats.measures, "alpha");
    assert_int_equal(alpha->first[1], 1);
    assert_int_equal(alpha->any[1], 2);
    assert_int_equal(alpha->only[1], 0);
    free(f);
}

/* Part 22 fails in step two, which stops it; step one would have found it too. Of part 23 that is
 * not known. */
static void a_step_is_not_credited_with_what_its_stop_hides(void **state)
{
    (void)state;
    struct fixture *f = make_fixture();
    f->records[22].evidence[1] =
        (struct qualify_evidence){.verdict = VERDICT_FAIL, .row = 0, .beyond = true, .step = "one"};
    f->records[22].evidence_count = 2;
    f->records[23].rest_unknown = true;
    assert_int_equal(qualify_stats_find(&f->plan, f->records, &f->limits, &f->stats), RC_OK);
    const struct qualify_name *one = find_name(&f->stats.steps, "one");
    const struct qualify_name *two = find_name(&f->stats.steps, "two");
    assert_int_equal(two->any[1], 8); /* what it fails stays what it fails */
    assert_int_equal(two->first[1], 7);
    assert_int_equal(two->only[1], 4);
    assert_int_equal(two->open[1], 1);
    assert_int_equal(one->any[1], 3); /* as the sequence stands it does not fail that part */
    assert_int_equal(find_name(&f->stats.measures, "gamma")->only[1], 4);
    struct qualify_report report = {&f->plan, &f->stats, "s", "t", 1};
    struct sink text = {0}, json = {0};
    qualify_put_text(&text, &report);
    qualify_put_json(&json, &report);
    sink_put(&text, (struct span){"", 1});
    sink_put(&json, (struct span){"", 1});
    assert_non_null(strstr(text.at, "not known for 1: the step stops the part"));
    assert_non_null(strstr(json.at, "\"only\":4,\"only_unknown\":1,"));
    sink_fini(&text);
    sink_fini(&json);
    free(f);
}

static void a_stop_is_found_by_the_path_of_its_step(void **state)
{
    (void)state;
    struct stmt inner = {.kind = STMT_STEP, .name = "gas_{x}", .on_fail = STEP_STOP_SITE};
    struct stmt loop = {.kind = STMT_FOR, .body = &inner};
    struct stmt hot = {.kind = STMT_STEP, .name = "hot", .on_fail = STEP_STOP_BATCH, .next = &loop};
    struct stmt cold = {.kind = STMT_STEP, .name = "cold", .next = &hot};
    struct program program = {.main = &cold};
    static const char *const stops[] = {"hot", "hot/edge", "cold/gas_lean", "gas_"};
    static const char *const goes_on[] = {"cold", "hott", "ho", "gas", ""};
    for (size_t i = 0; i < COUNT(stops); i++)
        assert_true(qualify_step_stops(&program, stops[i]));
    for (size_t i = 0; i < COUNT(goes_on); i++)
        assert_false(qualify_step_stops(&program, goes_on[i]));
}

static void shares_and_ladders_follow_from_the_verdicts(void **state)
{
    (void)state;
    struct fixture *f = make_fixture();
    assert_int_equal(qualify_stats_find(&f->plan, f->records, &f->limits, &f->stats), RC_OK);
    const struct qualify_stats *s = &f->stats;
    assert_int_equal(qualify_caught(&s->good), 1);
    assert_int_equal(qualify_shipped(&s->good), 8);
    assert_int_equal(qualify_held(&s->good), 1);
    assert_true(fabs(s->false_fail.share - 0.1) < 1e-12);
    assert_true(fabs(s->part_s - 25.0) < 1e-9);
    assert_true(fabs(s->defects[0].caught_50.at - 0.5) < 1e-12);
    assert_true(fabs(s->defects[0].caught_95.at - 0.95) < 1e-12);
    assert_int_equal(s->defects[0].worst_escape, 1);
    assert_true(isinf(s->defects[1].caught_50.at));
    assert_int_equal(s->defects[1].worst_escape, 2);
    free(f);
}

static void held_parts_are_kept_but_not_caught(void **state)
{
    (void)state;
    struct fixture *f = make_fixture();
    for (unsigned i = 28; i < 46; i++)
        blame(&f->records[i], VERDICT_ERROR, (int[]){-1}, 1);
    assert_int_equal(qualify_stats_find(&f->plan, f->records, &f->limits, &f->stats), RC_OK);
    assert_int_equal(qualify_caught(&f->stats.defects[1].all), 0);
    assert_int_equal(qualify_held(&f->stats.defects[1].all), 12 + 6);
    assert_true(isinf(f->stats.defects[1].caught_50.at) && f->stats.defects[1].caught_50.at > 0);
    assert_true(f->stats.defects[1].kept_95.at <= 0.1);
    assert_int_equal(find_name(&f->stats.measures, "step one")->held[2], 18);
    free(f);
}

static void evidence_beyond_the_limits_is_refused(void **state)
{
    (void)state;
    struct fixture *f = make_fixture();
    f->records[3].evidence[0].row = 3;
    assert_int_equal(qualify_stats_find(&f->plan, f->records, &f->limits, &f->stats), RC_RANGE);
    free(f);
}

static void the_table_fits_80_columns_and_is_ascii(void **state)
{
    (void)state;
    struct fixture *f = make_fixture();
    snprintf(f->rows[2].measurement, sizeof f->rows[2].measurement, "%s",
             "a_measurement_with_a_name_as_long_as_names_can_be_and_more");
    f->plan.defects[1] = 33;
    assert_int_equal(qualify_stats_find(&f->plan, f->records, &f->limits, &f->stats), RC_OK);
    f->stats.good.verdicts[VERDICT_PASS] = 1000000;
    struct qualify_report report = {&f->plan, &f->stats, "a_sequence_with_a_name_that_is_long",
                                    "a_station_with_one_as_well", 4};
    struct sink out = {0};
    qualify_put_text(&out, &report);
    assert_false(out.failed);
    size_t column = 0, begin = 0;
    for (size_t i = 0; i < out.len; i++) {
        begin = column ? begin : i;
        column = out.at[i] == '\n' ? 0 : column + 1;
        if (column > 80)
            fail_msg("too long: %.*s", (int)(i - begin), out.at + begin);
        assert_true(out.at[i] == '\n' || (out.at[i] >= ' ' && out.at[i] < 127));
    }
    sink_fini(&out);
    free(f);
}

static void ranks_fall(void **state)
{
    (void)state;
    static const unsigned counts[] = {3, 0, 9, 5, 9, 1};
    struct qualify_names *names = calloc(1, sizeof *names);
    assert_non_null(names);
    names->count = COUNT(counts);
    for (unsigned i = 0; i < COUNT(counts); i++)
        names->at[i].any[0] = counts[i];
    unsigned index[3];
    assert_int_equal(qualify_rank(names, QUALIFY_ANY, 0, index, 3), 3);
    assert_int_equal(index[0], 2);
    assert_int_equal(index[1], 4);
    assert_int_equal(index[2], 3);
    free(names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_part_is_in_one_batch_of_its_kind),
        cmocka_unit_test(lists_are_read_strictly),
        cmocka_unit_test(lines_of_the_session_are_read),
        cmocka_unit_test(any_number_of_workers_gives_the_same_records),
        cmocka_unit_test(a_worker_that_does_not_do_its_work_is_an_error),
        cmocka_unit_test(a_step_is_credited_with_what_only_it_catches),
        cmocka_unit_test(a_step_is_not_credited_with_what_its_stop_hides),
        cmocka_unit_test(a_stop_is_found_by_the_path_of_its_step),
        cmocka_unit_test(shares_and_ladders_follow_from_the_verdicts),
        cmocka_unit_test(held_parts_are_kept_but_not_caught),
        cmocka_unit_test(evidence_beyond_the_limits_is_refused),
        cmocka_unit_test(the_table_fits_80_columns_and_is_ascii),
        cmocka_unit_test(ranks_fall),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
