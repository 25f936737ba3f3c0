#include "tests/support/cmocka.h"

#include "tests/support/fake_bus.h"

#include <math.h>
#include <stddef.h>

#include "core/num.h"

/* ---- the driver ---- */

static const struct signal fake_signals[] = {
    [FAKE_SIGNAL_P] = {.name = "p", .unit = "", .at = offsetof(struct fake_reading, polls)},
    [FAKE_SIGNAL_Q] = {.name = "q", .unit = "", .at = offsetof(struct fake_reading, letter)},
    [FAKE_SIGNAL_X] = {.name = "x", .unit = "", .at = SIGNAL_WRITE_ONLY, .writable = true},
    [FAKE_SIGNAL_Z] = {.name = "z", .unit = "", .at = SIGNAL_WRITE_ONLY, .writable = true},
};
static const struct capability fake_capability = {.name = "fake",
                                                  .signals = fake_signals,
                                                  .signal_count = COUNT(fake_signals),
                                                  .reading_size = sizeof(struct fake_reading)};

static char verb_of(const struct ask *ask)
{
    switch (ask->kind) {
    case ASK_IDENTIFY:
        return 'I';
    case ASK_CONFIGURE:
        return 'C';
    case ASK_POLL:
        return ask->step ? 'Q' : 'P';
    case ASK_SET:
        return ask->signal == FAKE_SIGNAL_X ? 'S' : 'T';
    case ASK_SAFE:
        return ask->step ? 'O' : '0';
    case ASK_SYNC:
        return 'Y';
    case ASK_STREAM:
        break;
    }
    return '?';
}

static enum rc fake_encode(const struct driver *self, const struct device_setup *setup,
                           const struct ask *ask, struct obuf *request)
{
    struct fake_bus *bus = (struct fake_bus *)(uintptr_t)self->model; /* the bench spies */
    if (bus)
        bus->held_at[(unsigned char)verb_of(ask)] = ask->held[FAKE_SIGNAL_X];
    char head[2] = {setup->address, verb_of(ask)};
    if (ask->kind == ASK_SET && !(ask->value >= 0 && ask->value <= 100))
        return RC_RANGE;
    enum rc rc = obuf_put(request, (struct span){head, sizeof head});
    if (rc == RC_OK && ask->kind == ASK_SET)
        rc = obuf_byte(request, '=');
    if (rc == RC_OK && ask->kind == ASK_SET)
        rc = num_put_fixed(request, ask->value, 3);
    return rc == RC_OK ? obuf_byte(request, '\r') : rc;
}

static void take_value(const struct ask *ask, double value, struct answer *out)
{
    struct fake_reading *reading = out->reading;
    if (ask->kind == ASK_SET)
        out->readback = value;
    else if (ask->step == 0)
        reading->polls = value;
    else
        reading->letter = value;
    out->complete = ask->kind == ASK_POLL && ask->step == 1;
}

static enum rc fake_decode(const struct driver *self, const struct device_setup *setup,
                           const struct ask *ask, struct span frame, struct answer *out)
{
    (void)self;
    double value;
    if (frame.len < 2 || frame.at[0] != setup->address || frame.at[1] != verb_of(ask))
        return RC_PROTOCOL;
    struct span rest = span_skip(frame, 3);
    if (span_is(rest, "NO"))
        return RC_REFUSED;
    if (span_is(rest, "OVER"))
        return RC_RANGE;
    if (ask->kind == ASK_IDENTIFY) {
        if (rest.len == 0 || rest.len >= sizeof out->identity->serial)
            return RC_PROTOCOL;
        memcpy(out->identity->serial, rest.at, rest.len);
        out->identity->serial[rest.len] = '\0';
        return RC_OK;
    }
    if (ask->kind != ASK_POLL && ask->kind != ASK_SET)
        return frame.len == 2 ? RC_OK : RC_PROTOCOL;
    enum rc rc = num_parse(rest, &value);
    if (rc == RC_OK)
        take_value(ask, value, out);
    return rc;
}

const struct driver fake_driver = {
    .name = "fake",
    .summary = "an invented unit",
    .capability = &fake_capability,
    .framing = &framing_line_cr,
    .line = {.baud = 38400, .parity = 'N', .data_bits = 8, .stop_bits = 1},
    .identify_steps = 1,
    .configure_steps = 1,
    .poll_steps = 2,
    .safe_steps = 2,
    .channels = 1,
    .reply_timeout = {50000},
    .turnaround = {1000},
    .poll_period = {100000},
    .bus = true,
    .encode = fake_encode,
    .decode = fake_decode};

/* ---- the simulator ---- */

enum { LATE_MAX = 4, LINE_MAX = 64 };

struct late_answer {
    struct instant due;
    char text[LINE_MAX];
    size_t len;
};
struct fake_sim_state {
    struct fake_unit *unit;
    char line[LINE_MAX];
    size_t len;
    struct late_answer late[LATE_MAX];
};

static void sim_init(void *at, const struct sim_setup *setup)
{
    struct fake_sim_state *state = at;
    struct fake_bus *bus = setup->plant.ctx;
    state->unit = &bus->unit[setup->device->address - 'A'];
    for (size_t i = 0; i < LATE_MAX; i++)
        state->late[i].due = INSTANT_NEVER;
}

static bool is_lost(struct fake_unit *unit, char verb)
{
    if (unit->dead)
        return true;
    if (unit->deaf_to != verb || unit->deaf_times == 0)
        return false;
    unit->deaf_times--;
    return true;
}

static enum rc put_answer(struct fake_unit *unit, char verb, struct span argument, struct obuf *out)
{
    char head[2] = {unit->letter, verb};
    enum rc rc = obuf_put(out, (struct span){head, sizeof head});
    if (rc == RC_OK && unit->impossible == verb)
        return obuf_put(out, SPAN(" OVER\r"));
    if (rc == RC_OK && verb == 'I')
        rc = obuf_printf(out, " %s", unit->serial);
    if (rc == RC_OK && verb == 'P')
        rc = obuf_printf(out, " %u", unit->polls);
    if (rc == RC_OK && verb == 'Q')
        rc = obuf_printf(out, " %d", unit->letter);
    if (rc == RC_OK && (verb == 'S' || verb == 'T')) {
        rc = obuf_byte(out, ' ');
        if (rc == RC_OK)
            rc = obuf_put(out, argument);
    }
    return rc == RC_OK ? obuf_byte(out, '\r') : rc;
}

static void obey(struct fake_unit *unit, char verb, struct span argument)
{
    unit->polls += verb == 'P';
    unit->sets += verb == 'S';
    unit->safes += verb == '0';
    if (verb == 'S')
        assert_int_equal(num_parse(argument, &unit->x), RC_OK);
    if (verb == '0')
        unit->x = 0;
}

static void answer_late(struct fake_sim_state *state, struct span answer, struct instant now)
{
    struct fake_bus *bus = state->unit->bus;
    double times = 0.5 + 1.4 * rng_uniform(&bus->rng);
    for (size_t i = 0; i < LATE_MAX; i++) {
        struct late_answer *late = &state->late[i];
        if (late->due.us != INSTANT_NEVER.us)
            continue;
        late->due.us = now.us + (int64_t)(times * (double)bus->driver.reply_timeout.us);
        late->len = answer.len;
        memcpy(late->text, answer.at, answer.len);
        return;
    }
}

static void take_line(struct fake_sim_state *state, struct instant now, struct obuf *out)
{
    struct fake_unit *unit = state->unit;
    if (state->len < 2 || state->line[0] != unit->letter)
        return;
    char verb = state->line[1], text[LINE_MAX];
    struct span argument = span_skip((struct span){state->line, state->len}, 3);
    struct obuf answer = {text, 0, sizeof text};
    if (!unit->dead)
        obey(unit, verb, argument);
    if (is_lost(unit, verb) || put_answer(unit, verb, argument, &answer) != RC_OK)
        return;
    if (unit->late_rate > 0 && rng_uniform(&unit->bus->rng) < unit->late_rate)
        answer_late(state, obuf_span(&answer), now);
    else
        for (int i = unit->prattles ? 2 : 1; i > 0; i--)
            (void)!obuf_put(out, obuf_span(&answer));
}

static void sim_feed(void *at, struct span bytes, struct instant now, struct obuf *out)
{
    struct fake_sim_state *state = at;
    for (size_t i = 0; i < bytes.len; i++) {
        if (bytes.at[i] == '\r') {
            take_line(state, now, out);
            state->len = 0;
        } else if (state->len < LINE_MAX) {
            state->line[state->len++] = bytes.at[i];
        }
    }
}

static struct instant sim_next(const void *at)
{
    const struct fake_sim_state *state = at;
    struct instant next = INSTANT_NEVER;
    for (size_t i = 0; i < LATE_MAX; i++)
        if (instant_before(state->late[i].due, next))
            next = state->late[i].due;
    return next;
}

static void sim_tick(void *at, struct instant now, struct obuf *out)
{
    struct fake_sim_state *state = at;
    for (size_t i = 0; i < LATE_MAX; i++) {
        struct late_answer *late = &state->late[i];
        if (instant_before(now, late->due))
            continue;
        (void)!obuf_put(out, (struct span){late->text, late->len});
        late->due = INSTANT_NEVER;
    }
}

const struct sim_driver fake_sim = {.driver = "fake",
                                    .state_size = sizeof(struct fake_sim_state),
                                    .init = sim_init,
                                    .feed = sim_feed,
                                    .next = sim_next,
                                    .tick = sim_tick};
