#include "tests/support/cmocka.h"

#include "tests/support/fake_bus.h"

/* ---- events ---- */

static void note_up(void *ctx, struct device *device, const struct identity *identity)
{
    struct fake_unit *unit = ctx;
    assert_string_equal(identity->serial, unit->serial);
    assert_ptr_equal(device, unit->device);
    unit->ups++;
    unit->read_at = loop_now(unit->bus->loop);
}

static void note_down(void *ctx, struct device *device, enum rc rc, const char *why)
{
    struct fake_unit *unit = ctx;
    (void)device;
    unit->downs++;
    unit->down_rc = rc;
    unit->down_at = loop_now(unit->bus->loop);
    (void)snprintf(unit->why, sizeof unit->why, "%s", why);
}

/* The shadow model: the value must be this unit's, and the answer to its last poll. */
static void note_reading(void *ctx, struct device *device, const void *at, struct instant t)
{
    struct fake_unit *unit = ctx;
    const struct fake_reading *reading = at;
    struct instant now = loop_now(unit->bus->loop);
    (void)device;
    unit->readings++;
    if ((int)reading->letter != unit->letter || (unsigned)reading->polls != unit->polls)
        unit->wrong++;
    assert_true(t.us < now.us);
    struct duration gap = instant_since(now, unit->read_at);
    if (gap.us > unit->longest_gap.us)
        unit->longest_gap = gap;
    unit->read_at = now;
    unit->stamp = t;
}

static void note_bytes(void *ctx, const struct link *link, bool sent, struct span bytes,
                       struct instant t)
{
    struct fake_bus *bus = ctx;
    (void)link;
    if (!sent)
        return;
    bus->sent_at = t;
    if (bytes.at[1] == 'P')
        bus->unit[bytes.at[0] - 'A'].polled_at = t;
    bus->last_len = bytes.len;
    if (bus->sent_len + 4 > sizeof bus->sent)
        return;
    memcpy(bus->sent + bus->sent_len, bytes.at, 2);
    bus->sent[bus->sent_len + 2] = ' ';
    bus->sent_len += 3;
    bus->sent[bus->sent_len] = '\0';
}

static void note_set(void *ctx, enum rc rc, double readback)
{
    struct fake_unit *unit = ctx;
    unit->sets_done++;
    unit->set_rc = rc;
    unit->readback = readback;
    unit->set_at = loop_now(unit->bus->loop);
}

enum rc fake_bus_set(struct fake_unit *unit, double value)
{
    return device_set(unit->device, FAKE_SIGNAL_X, 0, value, note_set, unit);
}

enum rc fake_bus_safe(struct fake_unit *unit)
{
    return device_make_safe(unit->device, note_set, unit);
}

/* ---- the bench ---- */

static struct transport *reopen(void *ctx)
{
    struct fake_bus *bus = ctx;
    if (bus->opens < COUNT(bus->opened_at))
        bus->opened_at[bus->opens] = loop_now(bus->loop);
    bus->opens++;
    return bus->port_gone ? NULL : simhost_connect(bus->host, "mem");
}

void fake_bus_open(struct fake_bus *bus, size_t units, uint64_t seed)
{
    fake_bus_open_on(bus, units, seed, NULL);
}

void fake_bus_open_on(struct fake_bus *bus, size_t units, uint64_t seed,
                      const struct fault_rates *rates)
{
    *bus = (struct fake_bus){.units = units, .driver = fake_driver};
    bus->driver.model = bus;
    rng_seed(&bus->rng, seed);
    clock_init_virtual(&bus->clock, 0);
    bus->loop = loop_new(&bus->clock);
    bus->log = (struct log){.clock = &bus->clock};
    bus->host = simhost_new(bus->loop, fake_driver.line.baud, seed);
    assert_non_null(bus->host);
    struct transport *port = simhost_connect(bus->host, "mem");
    assert_non_null(port);
    if (rates)
        port = fault_wrap(port, seed, rates);
    assert_non_null(port);
    bus->link = link_new(bus->loop, port, &bus->log);
    assert_non_null(bus->link);
    link_set_tap(bus->link, (struct link_tap){note_bytes, bus});
    link_set_reopen(bus->link, (struct link_reopen){reopen, bus});
    for (size_t i = 0; i < units; i++) {
        struct fake_unit *unit = &bus->unit[i];
        unit->bus = bus;
        unit->letter = (char)('A' + i);
        (void)snprintf(unit->serial, sizeof unit->serial, "S%04u", (unsigned)(i % 10000));
    }
}

void fake_bus_start(struct fake_bus *bus)
{
    for (size_t i = 0; i < bus->units; i++) {
        struct fake_unit *unit = &bus->unit[i];
        struct device_setup setup = {.address = unit->letter};
        (void)snprintf(setup.name, sizeof setup.name, "unit_%c", unit->letter);
        struct sim_setup sim = {
            .driver = &bus->driver, .device = &setup, .plant = {.ctx = bus}, .seed = i};
        assert_int_equal(simhost_add(bus->host, &fake_sim, &sim), RC_OK);
        unit->device = link_add(bus->link, &bus->driver, &setup,
                                (struct device_events){note_up, note_down, note_reading, unit});
        assert_non_null(unit->device);
    }
    assert_int_equal(link_start(bus->link), RC_OK);
}

void fake_bus_open_up(struct fake_bus *bus, size_t units)
{
    fake_bus_open(bus, units, 1);
    fake_bus_start(bus);
    fake_bus_run(bus, duration_s(1));
    fake_bus_all_up(bus);
    fake_bus_forget_sent(bus);
}

void fake_bus_all_up(const struct fake_bus *bus)
{
    for (size_t i = 0; i < bus->units; i++)
        if (device_state_of(bus->unit[i].device) != DEVICE_UP)
            fail_msg("unit %c is not up: %s", bus->unit[i].letter, bus->unit[i].why);
}

void fake_bus_close(struct fake_bus *bus)
{
    link_free(bus->link);
    simhost_free(bus->host);
    loop_free(bus->loop);
}

static void stop_loop(void *ctx)
{
    struct fake_bus *bus = ctx;
    loop_stop(bus->loop);
}

void fake_bus_run(struct fake_bus *bus, struct duration duration)
{
    bus->limit = timer_of(stop_loop, bus);
    struct instant end = instant_add(loop_now(bus->loop), duration);
    assert_int_equal(loop_arm(bus->loop, &bus->limit, end), RC_OK);
    assert_int_equal(loop_run(bus->loop), RC_OK);
}

void fake_bus_forget_sent(struct fake_bus *bus)
{
    bus->sent_len = 0;
    bus->sent[0] = '\0';
}
