#include "tests/support/rig_fixture.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/cmocka.h"

static void on_ready(void *ctx)
{
    struct rig_fixture *f = ctx;
    f->ready = true;
}

static void on_value(void *ctx, unsigned channel, unsigned site, double si, struct instant t)
{
    struct rig_fixture *f = ctx;
    (void)site;
    if (f->manifold && gate_gas_at(f->gate, channel))
        manifold_observe(f->manifold, channel, si, t);
}

static void on_lost(void *ctx, unsigned instrument, enum rc rc, const char *why)
{
    struct rig_fixture *f = ctx;
    (void)instrument, (void)rc, (void)why;
    f->lost++;
}

static void on_trip(void *ctx, const char *why)
{
    struct rig_fixture *f = ctx;
    f->trips++;
    snprintf(f->trip, sizeof f->trip, "%s", why);
}

static void on_note(void *ctx, const char *text)
{
    struct rig_fixture *f = ctx;
    f->notes++;
    snprintf(f->note, sizeof f->note, "%s", text);
}

static void on_bytes(void *ctx, const struct link *link, bool sent, struct span bytes,
                     struct instant t)
{
    struct rig_fixture *f = ctx;
    (void)link, (void)t;
    if (sent)
        f->sent_bytes += bytes.len;
}

static void on_until(void *ctx)
{
    struct rig_fixture *f = ctx;
    loop_stop(f->loop);
}

void rig_fixture_answer(void *ctx, enum rc rc, const char *error)
{
    struct rig_fixture *f = ctx;
    f->answers++;
    f->answer = rc;
    snprintf(f->error, sizeof f->error, "%s", error ? error : "");
}

void rig_fixture_run(struct rig_fixture *f, int64_t ms)
{
    assert_int_equal(loop_arm(f->loop, &f->until, instant_add(loop_now(f->loop), duration_ms(ms))),
                     RC_OK);
    assert_int_equal(loop_run(f->loop), RC_OK);
}

unsigned rig_fixture_channel(const struct rig_fixture *f, const char *name)
{
    int channel = channel_find(&f->station->view, span_text(name));
    if (channel < 0)
        fail_msg("no channel %s", name);
    return (unsigned)channel;
}

static void load(struct rig_fixture *f, const char *station)
{
    struct diag diag;
    diag_init(&diag);
    if (station_load(station, &diag, &f->station) != RC_OK) {
        diag_print(&diag, stderr, false);
        fail_msg("%s does not load", station);
    }
    diag_fini(&diag);
    struct twin_config config = f->station->twin.config;
    config.sites = f->station->sites;
    config.spread = config.noise = false;
    assert_int_equal(twin_new(&config, &f->twin), RC_OK);
}

static unsigned name_gases(struct rig_fixture *f)
{
    unsigned count = f->station->twin.config.flow_count;
    count = count < RIG_FIXTURE_GASES ? count : RIG_FIXTURE_GASES;
    static const char *const names[] = {"n2", "o2", "rich", "lean1"};
    static const char *const channels[] = {"gas.n2", "gas.o2", "gas.rich", "gas.lean1"};
    for (unsigned i = 0; i < count; i++)
        f->gases[i] =
            (struct gas_supply){names[i], channels[i], f->station->twin.config.flows[i].cylinder};
    return count;
}

void rig_fixture_open(struct rig_fixture *f)
{
    rig_fixture_open_at(f, RIG_FIXTURE_STATION);
}

void rig_fixture_open_at(struct rig_fixture *f, const char *station)
{
    *f = (struct rig_fixture){.log = {.to = NULL, .level = LOG_ERROR}};
    f->log.clock = &f->clock;
    f->until = timer_of(on_until, f);
    clock_init_virtual(&f->clock, INT64_C(1767225600000000));
    f->loop = loop_new(&f->clock);
    assert_non_null(f->loop);
    load(f, station);
    unsigned gases = name_gases(f);
    struct rig_config config = {.station = f->station,
                                .loop = f->loop,
                                .log = &f->log,
                                .mode = RIG_TWIN,
                                .twin = f->twin,
                                .seed = 7,
                                .events = {on_ready, on_value, on_lost, f}};
    assert_int_equal(rig_open(&config, &f->rig), RC_OK);
    struct gate_config gate = {f->rig, &f->log, f->gases, gases, on_trip, f};
    assert_int_equal(gate_new(&gate, &f->gate), RC_OK);
    struct manifold_config manifold = {f->rig, f->gate, &f->log, on_note, f};
    assert_int_equal(manifold_new(&manifold, &f->manifold), RC_OK);
    for (unsigned i = 0; i < rig_port_count(f->rig); i++)
        link_set_tap(rig_port(f->rig, i), (struct link_tap){on_bytes, f});
    assert_int_equal(rig_start(f->rig), RC_OK);
    for (unsigned tries = 0; tries < 100 && !f->ready; tries++)
        rig_fixture_run(f, 100);
    assert_true(f->ready);
}

void rig_fixture_close(struct rig_fixture *f)
{
    manifold_free(f->manifold);
    gate_free(f->gate);
    rig_close(f->rig);
    twin_free(f->twin);
    station_free(f->station);
    loop_free(f->loop);
}

void rig_fixture_hush(struct rig_fixture *f)
{
    for (unsigned i = 0; i < rig_port_count(f->rig); i++)
        link_pause_polls(rig_port(f->rig, i), true);
    rig_fixture_run(f, 1000);
    f->sent_bytes = 0;
}

void rig_fixture_arm(struct rig_fixture *f)
{
    gate_open(f->gate);
    struct instant t = loop_now(f->loop);
    struct gate_gas *n2 = gate_gas_at(f->gate, rig_fixture_channel(f, "gas.n2"));
    double was_slpm = n2->commanded_slpm;
    n2->commanded_slpm = 2.0;
    for (unsigned i = 0; i < 400 && gate_state(f->gate) != GATE_ARMED; i++) {
        static const char *const reactive[] = {"gas.o2", "gas.rich", "gas.lean1"};
        for (size_t k = 0; k < COUNT(reactive); k++)
            gate_observe(f->gate, rig_fixture_channel(f, reactive[k]), 0.0, t);
        gate_observe(f->gate, n2->channel, 2.0, t);
        t = instant_add(t, duration_ms(100));
    }
    n2->commanded_slpm = was_slpm;
    assert_int_equal(gate_state(f->gate), GATE_ARMED);
}
