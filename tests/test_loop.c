#include "tests/support/cmocka.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "core/bytes.h"
#include "core/loop.h"
#include "core/rng.h"

/* A loop, and a log of what fired: letter and time. */
struct bench {
    struct clock clock;
    struct loop *loop;
    char text[256];
    struct obuf log;
};

struct probe {
    struct bench *bench;
    struct timer timer;
    struct probe *victim;
    struct duration every;
    int left;
    char name;
};

static int set_up(void **state)
{
    struct bench *bench = calloc(1, sizeof *bench);
    clock_init_virtual(&bench->clock, 0);
    bench->loop = loop_new(&bench->clock);
    bench->log = (struct obuf){bench->text, 0, sizeof bench->text};
    *state = bench;
    return bench->loop ? 0 : -1;
}

static int tear_down(void **state)
{
    struct bench *bench = *state;
    loop_free(bench->loop);
    free(bench);
    return 0;
}

static void note(struct bench *bench, char name)
{
    assert_int_equal(obuf_printf(&bench->log, "%c%lld ", name, (long long)loop_now(bench->loop).us),
                     RC_OK);
}

static void fire(void *ctx)
{
    struct probe *p = ctx;
    assert_false(timer_armed(&p->timer));
    note(p->bench, p->name);
    if (p->victim)
        loop_disarm(p->bench->loop, &p->victim->timer);
    if (p->left-- > 0)
        assert_int_equal(
            loop_arm(p->bench->loop, &p->timer, instant_add(loop_now(p->bench->loop), p->every)),
            RC_OK);
}

static void prepare(struct probe *p, struct bench *bench, char name)
{
    *p = (struct probe){.bench = bench, .name = name, .timer = timer_of(fire, p)};
}

static void arm(struct probe *p, int64_t due_us)
{
    assert_int_equal(loop_arm(p->bench->loop, &p->timer, (struct instant){due_us}), RC_OK);
}

static void expect(struct bench *bench, enum rc rc, const char *log)
{
    assert_int_equal(loop_run(bench->loop), rc);
    assert_int_equal(obuf_byte(&bench->log, 0), RC_OK);
    assert_string_equal(bench->text, log);
    bench->log.len = 0;
}

static void an_empty_loop_says_that_nothing_can_happen(void **state)
{
    expect(*state, RC_TIMEOUT, "");
}

static void the_virtual_clock_jumps_in_the_order_of_the_timers(void **state)
{
    struct bench *bench = *state;
    struct probe a, b, c, d;
    prepare(&a, bench, 'a');
    prepare(&b, bench, 'b');
    prepare(&c, bench, 'c');
    prepare(&d, bench, 'd');
    arm(&a, 3000000000);
    arm(&b, 10);
    arm(&c, 200);
    arm(&d, 10); /* the same instant as b: after it */
    expect(bench, RC_TIMEOUT, "b10 d10 c200 a3000000000 ");
}

static void a_timer_may_arm_itself_again(void **state)
{
    struct bench *bench = *state;
    struct probe a, b;
    prepare(&a, bench, 'a');
    prepare(&b, bench, 'b');
    a.every = duration_us(10);
    a.left = 3;
    arm(&a, 10);
    arm(&b, 25);
    expect(bench, RC_TIMEOUT, "a10 a20 b25 a30 a40 ");
}

static void arming_again_moves_a_timer(void **state)
{
    struct bench *bench = *state;
    struct probe a, b;
    prepare(&a, bench, 'a');
    prepare(&b, bench, 'b');
    arm(&a, 10);
    arm(&b, 20);
    arm(&a, 30);
    expect(bench, RC_TIMEOUT, "b20 a30 ");
    arm(&b, 50);
    arm(&a, 60);
    arm(&a, 40);
    expect(bench, RC_TIMEOUT, "a40 b50 ");
}

static void arming_again_at_the_same_instant_goes_last(void **state)
{
    struct bench *bench = *state;
    struct probe a, b;
    prepare(&a, bench, 'a');
    prepare(&b, bench, 'b');
    arm(&a, 10);
    arm(&b, 10);
    arm(&a, 10);
    expect(bench, RC_TIMEOUT, "b10 a10 ");
}

static void a_timer_disarmed_in_a_callback_does_not_fire(void **state)
{
    struct bench *bench = *state;
    struct probe a, b, c;
    prepare(&a, bench, 'a');
    prepare(&b, bench, 'b');
    prepare(&c, bench, 'c');
    a.victim = &b;
    arm(&a, 10);
    arm(&b, 10);
    arm(&c, 10);
    expect(bench, RC_TIMEOUT, "a10 c10 ");
    assert_false(timer_armed(&b.timer));
    loop_disarm(bench->loop, &b.timer); /* no-op */
}

static void a_past_time_fires_at_the_next_turn_and_the_clock_stays(void **state)
{
    struct bench *bench = *state;
    struct probe a, b;
    prepare(&a, bench, 'a');
    prepare(&b, bench, 'b');
    a.every = duration_us(-40);
    a.left = 1;
    arm(&a, 50);
    arm(&b, 50);
    expect(bench, RC_TIMEOUT, "a50 a50 b50 ");
}

static void never_is_not_a_time(void **state)
{
    struct bench *bench = *state;
    struct probe a;
    prepare(&a, bench, 'a');
    arm(&a, 10);
    arm(&a, INSTANT_NEVER.us);
    assert_false(timer_armed(&a.timer));
    expect(bench, RC_TIMEOUT, "");
    assert_int_equal(loop_now(bench->loop).us, 0);
}

static void stop_now(void *ctx)
{
    struct bench *bench = ctx;
    note(bench, 's');
    loop_stop(bench->loop);
}

static void a_stopped_loop_keeps_its_timers_and_runs_on_later(void **state)
{
    struct bench *bench = *state;
    struct probe a;
    struct timer stop = timer_of(stop_now, bench);
    prepare(&a, bench, 'a');
    assert_int_equal(loop_arm(bench->loop, &stop, (struct instant){5}), RC_OK);
    arm(&a, 5);
    expect(bench, RC_OK, "s5 ");
    assert_true(timer_armed(&a.timer));
    expect(bench, RC_TIMEOUT, "a5 ");
}

enum { MANY = 500 };
struct crowd {
    struct bench *bench;
    struct timer timers[MANY];
    int64_t due_us[MANY], last_us;
    int fired;
};
struct member {
    struct crowd *crowd;
    int index;
};

static void fire_member(void *ctx)
{
    struct member *m = ctx;
    int64_t now_us = loop_now(m->crowd->bench->loop).us;
    assert_true(now_us == m->crowd->due_us[m->index]);
    assert_true(now_us >= m->crowd->last_us);
    m->crowd->last_us = now_us;
    m->crowd->fired++;
}

static void any_mix_of_arming_moving_and_disarming_keeps_the_order(void **state)
{
    struct crowd *crowd = calloc(1, sizeof *crowd);
    struct member members[MANY];
    struct rng rng;
    print_message("seed 11\n");
    rng_seed(&rng, 11);
    crowd->bench = *state;
    struct loop *loop = crowd->bench->loop;
    for (int i = 0; i < MANY; i++) {
        members[i] = (struct member){crowd, i};
        crowd->timers[i] = timer_of(fire_member, &members[i]);
    }
    for (int i = 0; i < 20000; i++) {
        uint64_t k = rng_below(&rng, MANY);
        if (rng_below(&rng, 3) == 0) {
            loop_disarm(loop, &crowd->timers[k]);
            continue;
        }
        crowd->due_us[k] = (int64_t)rng_below(&rng, 300);
        assert_int_equal(loop_arm(loop, &crowd->timers[k], (struct instant){crowd->due_us[k]}), 0);
    }
    int armed = 0;
    for (int i = 0; i < MANY; i++)
        armed += timer_armed(&crowd->timers[i]);
    assert_int_equal(loop_run(loop), RC_TIMEOUT);
    assert_int_equal(crowd->fired, armed);
    free(crowd);
}

/* ---- descriptors ---- */

struct reader {
    struct bench *bench;
    struct watch watch;
    struct reader *victim;
    char name;
    int write_fd;
    bool stays;
};

static void read_one(void *ctx, uint32_t events)
{
    struct reader *r = ctx;
    char byte;
    if (events & EPOLLIN)
        assert_int_equal(read(r->watch.fd, &byte, 1), 1);
    note(r->bench, r->name);
    if (r->victim)
        loop_unwatch(r->bench->loop, &r->victim->watch);
    if (!r->stays)
        loop_unwatch(r->bench->loop, &r->watch);
}

static void reader_init(struct reader *r, struct bench *bench, char name)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    *r = (struct reader){
        .bench = bench,
        .name = name,
        .write_fd = ends[1],
        .watch = {.fd = ends[0], .events = EPOLLIN, .ready = read_one, .ctx = r},
    };
    assert_int_equal(loop_watch(bench->loop, &r->watch), RC_OK);
}

static void reader_fini(struct reader *r)
{
    loop_unwatch(r->bench->loop, &r->watch);
    close(r->watch.fd);
    close(r->write_fd);
}

static void a_ready_descriptor_comes_before_a_jump_of_the_clock(void **state)
{
    struct bench *bench = *state;
    struct probe a;
    struct reader r;
    prepare(&a, bench, 'a');
    arm(&a, 100);
    reader_init(&r, bench, 'r');
    assert_int_equal(write(r.write_fd, "x", 1), 1);
    expect(bench, RC_TIMEOUT, "r0 a100 ");
    reader_fini(&r);
}

static void a_watch_unwatched_in_the_same_batch_does_not_fire(void **state)
{
    struct bench *bench = *state;
    struct reader a, b;
    reader_init(&a, bench, 'a');
    reader_init(&b, bench, 'b');
    a.victim = &b;
    b.victim = &a;
    assert_int_equal(write(a.write_fd, "x", 1), 1);
    assert_int_equal(write(b.write_fd, "x", 1), 1);
    assert_int_equal(loop_run(bench->loop), RC_TIMEOUT);
    assert_int_equal(bench->log.len, 3); /* one of them, once */
    reader_fini(&a);
    reader_fini(&b);
}

static void watching_again_takes_over_changed_events(void **state)
{
    struct bench *bench = *state;
    struct probe a;
    struct reader r;
    prepare(&a, bench, 'a');
    arm(&a, 100);
    a.left = 0;
    reader_init(&r, bench, 'r');
    assert_int_equal(write(r.write_fd, "x", 1), 1);
    r.watch.events = 0;
    assert_int_equal(loop_watch(bench->loop, &r.watch), RC_OK);
    struct timer stop = timer_of(stop_now, bench);
    assert_int_equal(loop_arm(bench->loop, &stop, (struct instant){200}), RC_OK);
    expect(bench, RC_OK, "a100 s200 ");
    r.watch.events = EPOLLIN;
    assert_int_equal(loop_watch(bench->loop, &r.watch), RC_OK);
    expect(bench, RC_TIMEOUT, "r200 ");
    reader_fini(&r);
}

static void a_descriptor_closed_too_early_can_still_be_unwatched(void **state)
{
    struct bench *bench = *state;
    struct reader r;
    reader_init(&r, bench, 'r');
    close(r.watch.fd);
    loop_unwatch(bench->loop, &r.watch);
    expect(bench, RC_TIMEOUT, "");
    close(r.write_fd);
}

static void what_the_kernel_cannot_watch_is_refused(void **state)
{
    struct bench *bench = *state;
    struct watch watch = {.fd = -1, .events = EPOLLIN, .ready = read_one};
    assert_int_equal(loop_watch(bench->loop, &watch), RC_IO);
    expect(bench, RC_TIMEOUT, "");
}

static void the_real_clock_serves_descriptors_and_timers_in_order(void **state)
{
    struct bench *bench = *state;
    struct probe a;
    struct reader r;
    clock_init_real(&bench->clock);
    prepare(&a, bench, 'a');
    arm(&a, 3000);
    reader_init(&r, bench, 'r');
    assert_int_equal(write(r.write_fd, "x", 1), 1);
    assert_int_equal(loop_run(bench->loop), RC_TIMEOUT);
    assert_true(loop_now(bench->loop).us >= 3000); /* never early */
    assert_int_equal(bench->text[0], 'r');
    bench->text[bench->log.len] = '\0';
    assert_non_null(strstr(bench->text, " a"));
    reader_fini(&r);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_empty_loop_says_that_nothing_can_happen),
        TEST(the_virtual_clock_jumps_in_the_order_of_the_timers),
        TEST(a_timer_may_arm_itself_again),
        TEST(arming_again_moves_a_timer),
        TEST(arming_again_at_the_same_instant_goes_last),
        TEST(a_timer_disarmed_in_a_callback_does_not_fire),
        TEST(a_past_time_fires_at_the_next_turn_and_the_clock_stays),
        TEST(never_is_not_a_time),
        TEST(a_stopped_loop_keeps_its_timers_and_runs_on_later),
        TEST(any_mix_of_arming_moving_and_disarming_keeps_the_order),
        TEST(a_ready_descriptor_comes_before_a_jump_of_the_clock),
        TEST(a_watch_unwatched_in_the_same_batch_does_not_fire),
        TEST(watching_again_takes_over_changed_events),
        TEST(a_descriptor_closed_too_early_can_still_be_unwatched),
        TEST(what_the_kernel_cannot_watch_is_refused),
        TEST(the_real_clock_serves_descriptors_and_timers_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
