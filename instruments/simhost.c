#include "instruments/simhost.h"

#include <stdlib.h>

#include "instruments/simhost_private.h"

/* ---- what units say, spoiled as asked ---- */

static enum sim_fault fault_now(const struct simhost *host)
{
    return instant_before(loop_now(host->loop), host->fault_from) ? SIM_FAULT_NONE : host->fault;
}

/* Bytes that find the lane full are lost, as in a receiver that is read too slowly. */
static void send_at(struct simhost *host, struct span bytes, struct instant t)
{
    (void)!lane_put(&host->to_client, bytes, t);
}

static void send_noise(struct simhost *host, size_t len, struct instant now)
{
    for (size_t i = 0; i < len; i++)
        host->say[i] = (char)rng_below(&host->rng, 256);
    send_at(host, (struct span){host->say, len}, now);
}

static void send_dribbled(struct simhost *host, struct span said, struct instant now)
{
    for (size_t i = 0; i < said.len; i++)
        send_at(host, (struct span){said.at + i, 1}, instant_add(now, duration_ms((int64_t)i)));
}

static void send_said(struct simhost *host, const struct sim_unit *unit, struct span said)
{
    struct instant now = loop_now(host->loop);
    struct duration late = {unit->setup.driver->reply_timeout.us * 3 / 2};

    if (said.len == 0)
        return;
    switch (fault_now(host)) {
    case SIM_FAULT_NONE:
        send_at(host, said, now);
        break;
    case SIM_FAULT_SILENT:
    case SIM_FAULT_VANISH:
        break;
    case SIM_FAULT_GARBAGE:
        send_noise(host, said.len, now);
        break;
    case SIM_FAULT_LATE:
        send_at(host, said, instant_add(now, late));
        break;
    case SIM_FAULT_TWICE:
        send_at(host, said, now);
        send_at(host, said, now);
        break;
    case SIM_FAULT_HALF:
        send_at(host, (struct span){said.at, said.len / 2}, now);
        break;
    case SIM_FAULT_DRIBBLE:
        send_dribbled(host, said, now);
        break;
    }
}

/* ---- units ---- */

static bool adapter_closed(const struct simhost *host)
{
    for (size_t i = 0; i < host->unit_count; i++) {
        const struct sim_unit *unit = host->units[i];
        if (unit->sim->passes && !unit->sim->passes(unit->state))
            return true;
    }
    return false;
}

static void ask_when(struct sim_unit *unit)
{
    unit->due = unit->sim->next ? unit->sim->next(unit->state) : INSTANT_NEVER;
}

static void arm_tick(struct simhost *host)
{
    struct instant due = INSTANT_NEVER;
    for (size_t i = 0; i < host->unit_count; i++)
        if (instant_before(host->units[i]->due, due))
            due = host->units[i]->due;
    if (timer_armed(&host->tick) && host->tick.due.us == due.us)
        return;
    (void)!loop_arm(host->loop, &host->tick, due); /* at INSTANT_NEVER this disarms */
}

/* All units that want to speak now speak in one event. */
static void tick_units(void *ctx)
{
    struct simhost *host = ctx;
    struct instant now = loop_now(host->loop);
    struct obuf out = {host->say, 0, sizeof host->say};
    const struct sim_unit *speaker = NULL;
    bool closed = adapter_closed(host);

    for (size_t i = 0; i < host->unit_count; i++) {
        struct sim_unit *unit = host->units[i];
        if (instant_before(now, unit->due))
            continue;
        size_t before = out.len;
        unit->sim->tick(unit->state, now, &out);
        ask_when(unit);
        if (!unit->sim->passes && closed)
            out.len = before;
        else if (out.len > before)
            speaker = unit;
    }
    if (speaker)
        send_said(host, speaker, obuf_span(&out));
    arm_tick(host);
}

static void feed_units(void *ctx, struct span bytes)
{
    struct simhost *host = ctx;
    for (size_t i = 0; i < host->unit_count; i++) {
        struct sim_unit *unit = host->units[i];
        struct obuf out = {host->say, 0, sizeof host->say};
        unit->sim->feed(unit->state, bytes, loop_now(host->loop), &out);
        ask_when(unit);
        if (out.len > 0 && (unit->sim->passes || !adapter_closed(host)))
            send_said(host, unit, obuf_span(&out));
    }
    arm_tick(host);
}

enum rc simhost_add(struct simhost *host, const struct sim_driver *sim,
                    const struct sim_setup *setup)
{
    struct sim_unit **more =
        reallocarray(host->units, host->unit_count + 1, sizeof(struct sim_unit *));
    if (!more)
        return RC_NOSPACE;
    host->units = more;
    struct sim_unit *unit = calloc(1, sizeof *unit);
    void *state = calloc(1, sim->state_size ? sim->state_size : 1);
    if (!unit || !state) {
        free(unit);
        free(state);
        return RC_NOSPACE;
    }
    unit->sim = sim;
    unit->state = state;
    unit->device = *setup->device;
    unit->setup = *setup;
    unit->setup.device = &unit->device;
    sim->init(unit->state, &unit->setup);
    ask_when(unit);
    host->units[host->unit_count++] = unit;
    arm_tick(host);
    return RC_OK;
}

/* ---- the transport in memory ---- */

static enum rc memory_write(struct transport *transport, struct span bytes)
{
    struct simhost *host = ((struct memory_port *)transport)->host;
    if (!host)
        return RC_IO;
    return lane_put(&host->to_units, bytes, loop_now(host->loop));
}

static void memory_close(struct transport *transport)
{
    struct memory_port *port = (struct memory_port *)transport;
    if (port->host) {
        lane_clear(&port->host->to_units);
        lane_clear(&port->host->to_client);
        port->host->port = NULL;
    }
    free(port);
}

static int memory_fd(const struct transport *transport)
{
    (void)transport;
    return -1;
}

static struct duration memory_wire_time(const struct transport *transport, size_t bytes)
{
    const struct simhost *host = ((const struct memory_port *)transport)->host;
    return lane_wire_time(host ? host->baud : 0, bytes);
}

static const struct transport_ops memory_ops = {
    .write = memory_write, .close = memory_close, .fd = memory_fd, .wire_time = memory_wire_time};

struct transport *simhost_connect(struct simhost *host, const char *name)
{
    if (host->port || fault_now(host) == SIM_FAULT_VANISH)
        return NULL;
    struct memory_port *port = calloc(1, sizeof *port);
    if (!port)
        return NULL;
    port->base.ops = &memory_ops;
    (void)snprintf(port->base.name, sizeof port->base.name, "%s", name);
    port->host = host;
    host->port = port;
    return &port->base;
}

static void deliver_to_client(void *ctx, struct span bytes)
{
    struct simhost *host = ctx;
    if (host->pty.master >= 0)
        simhost_pty_send(host, bytes);
    else if (host->port && host->port->base.events.bytes)
        host->port->base.events.bytes(host->port->base.events.ctx, bytes);
}

/* ---- the host ---- */

static void vanish_now(void *ctx)
{
    struct simhost *host = ctx;
    struct memory_port *port = host->port;
    lane_clear(&host->to_units);
    lane_clear(&host->to_client);
    simhost_pty_close(host);
    if (!port)
        return;
    host->port = NULL;
    port->host = NULL; /* the transport lives on, dead, until its owner closes it */
    if (port->base.events.closed)
        port->base.events.closed(port->base.events.ctx, "hung up");
}

void simhost_set_fault(struct simhost *host, enum sim_fault fault, struct instant from)
{
    host->fault = fault;
    host->fault_from = from;
    if (fault == SIM_FAULT_VANISH)
        (void)!loop_arm(host->loop, &host->vanish, from);
    else
        loop_disarm(host->loop, &host->vanish);
}

struct simhost *simhost_new(struct loop *loop, unsigned baud, uint64_t seed)
{
    struct simhost *host = calloc(1, sizeof *host);
    if (!host)
        return NULL;
    host->loop = loop;
    host->baud = baud;
    host->pty = (struct simhost_pty){.master = -1, .slave = -1};
    host->tick = timer_of(tick_units, host);
    host->vanish = timer_of(vanish_now, host);
    rng_seed_named(&host->rng, seed, "simhost", 0);
    if (lane_init(&host->to_units, loop, baud) != RC_OK ||
        lane_init(&host->to_client, loop, baud) != RC_OK) {
        simhost_free(host);
        return NULL;
    }
    host->to_units.deliver = feed_units;
    host->to_units.ctx = host;
    host->to_client.deliver = deliver_to_client;
    host->to_client.ctx = host;
    return host;
}

void simhost_free(struct simhost *host)
{
    if (!host)
        return;
    loop_disarm(host->loop, &host->tick);
    loop_disarm(host->loop, &host->vanish);
    simhost_pty_close(host);
    if (host->port)
        host->port->host = NULL;
    lane_fini(&host->to_units);
    lane_fini(&host->to_client);
    for (size_t i = 0; i < host->unit_count; i++) {
        free(host->units[i]->state);
        free(host->units[i]);
    }
    free(host->units);
    free(host);
}
