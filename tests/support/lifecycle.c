#include "tests/support/cmocka.h"

#include "tests/support/lifecycle.h"

#include <math.h>
#include <stdlib.h>

#include "instruments/slcan_adapter/slcan_adapter.h"

enum { SEEDS = 20 };

/* ---- the plant: what is written is read back ---- */

static double plant_read(void *ctx, enum plant_signal signal, unsigned channel, struct instant now)
{
    const struct lifecycle *life = ctx;
    (void)now;
    return life->plant[signal][channel % LIFECYCLE_CHANNELS];
}

static void plant_write(void *ctx, enum plant_signal signal, unsigned channel, double value,
                        struct instant now)
{
    struct lifecycle *life = ctx;
    (void)now;
    life->plant[signal][channel % LIFECYCLE_CHANNELS] = value;
}

static void fill_plant(struct lifecycle *life)
{
    static const double at_start[LIFECYCLE_SIGNALS] = {[PLANT_PRESSURE_kPa] = 101.325,
                                                       [PLANT_GAS_TEMP_degC] = 25,
                                                       [PLANT_IP_mA] = 0.5,
                                                       [PLANT_UN_mV] = 450,
                                                       [PLANT_RI_ohm] = 300,
                                                       [PLANT_TC_degC] = 780,
                                                       [PLANT_LAMBDA] = 1.2,
                                                       [PLANT_HEATER_DUTY] = 0.4,
                                                       [PLANT_CONTROL_STATUS] = 2};
    for (size_t i = 0; i < LIFECYCLE_SIGNALS; i++)
        for (size_t k = 0; k < LIFECYCLE_CHANNELS; k++)
            life->plant[i][k] = at_start[i];
}

/* ---- events ---- */

static void note_up(void *ctx, struct device *device, const struct identity *identity)
{
    struct lifecycle *life = ctx;
    (void)device;
    (void)identity;
    life->ups++;
}

static void note_down(void *ctx, struct device *device, enum rc rc, const char *why)
{
    struct lifecycle *life = ctx;
    (void)device;
    life->downs++;
    life->down_rc = rc;
    life->down_at = loop_now(life->loop);
    (void)snprintf(life->why, sizeof life->why, "%s", why);
}

static void note_reading(void *ctx, struct device *device, const void *reading, struct instant t)
{
    struct lifecycle *life = ctx;
    assert_non_null(reading);
    assert_int_equal(device_state_of(device), DEVICE_UP);
    assert_true(t.us <= loop_now(life->loop).us);
    life->readings++;
    life->read_at = t;
}

static void note_bytes(void *ctx, const struct link *link, bool sent, struct span bytes,
                       struct instant t)
{
    struct lifecycle *life = ctx;
    (void)link;
    if (!sent) {
        life->heard_at = t;
        return;
    }
    life->sent_at = t;
    life->sent_len = bytes.len;
}

static void note_set(void *ctx, enum rc rc, double readback)
{
    struct lifecycle *life = ctx;
    life->sets_done++;
    life->set_rc = rc;
    life->readback = readback;
}

/* ---- building ---- */

static struct transport *connect(void *ctx)
{
    struct lifecycle *life = ctx;
    life->wrapper = NULL;
    struct transport *port = simhost_connect(life->host, "mem");
    if (!port || !life->rates)
        return port;
    life->wrapper = fault_wrap(port, life->seed++, life->rates);
    assert_non_null(life->wrapper);
    return life->wrapper;
}

static struct device *add_unit(struct lifecycle *life, const struct registry_entry *entry,
                               const char *name, struct device_events events)
{
    struct device_setup setup = {
        .address = 'A', .node = 0, .full_scale = 10, .reference_ratio = 1, .supply_V = 12};
    if (strncmp(entry->driver->name, "bronkhorst", 10) == 0)
        setup.node = 3;
    if (strcmp(entry->driver->capability->name, "load") == 0)
        setup.node = 1;
    (void)snprintf(setup.name, sizeof setup.name, "%s", name);
    struct sim_setup sim = {.driver = entry->driver,
                            .device = &setup,
                            .plant = {plant_read, plant_write, life},
                            .seed = life->seed};
    assert_int_equal(simhost_add(life->host, entry->sim, &sim), RC_OK);
    return link_add(life->link, entry->driver, &setup, events);
}

void lifecycle_open(struct lifecycle *life, const struct registry_entry *entry, uint64_t seed,
                    const struct fault_rates *rates)
{
    static const struct registry_entry adapter = {&slcan_driver, &slcan_sim};
    *life = (struct lifecycle){.entry = entry, .seed = seed, .rates = rates};
    clock_init_virtual(&life->clock, 0);
    life->loop = loop_new(&life->clock);
    life->log = (struct log){.to = NULL, .level = LOG_DEBUG, .clock = &life->clock};
    fill_plant(life);
    life->host = simhost_new(life->loop, entry->driver->line.baud, seed);
    assert_non_null(life->host);
    struct transport *port = connect(life);
    assert_non_null(port);
    life->link = link_new(life->loop, port, &life->log);
    assert_non_null(life->link);
    link_set_reopen(life->link, (struct link_reopen){connect, life});
    link_set_tap(life->link, (struct link_tap){note_bytes, life});
    if (entry->driver->streams && entry->driver != adapter.driver)
        life->adapter = add_unit(life, &adapter, "can", (struct device_events){0});
    life->device = add_unit(life, entry, "unit",
                            (struct device_events){note_up, note_down, note_reading, life});
    assert_non_null(life->device);
    assert_int_equal(link_start(life->link), RC_OK);
}

void lifecycle_close(struct lifecycle *life)
{
    link_free(life->link);
    simhost_free(life->host);
    loop_free(life->loop);
}

static void stop_loop(void *ctx)
{
    struct lifecycle *life = ctx;
    loop_stop(life->loop);
}

void lifecycle_run(struct lifecycle *life, struct duration duration)
{
    life->limit = timer_of(stop_loop, life);
    struct instant end = instant_add(loop_now(life->loop), duration);
    assert_int_equal(loop_arm(life->loop, &life->limit, end), RC_OK);
    assert_int_equal(loop_run(life->loop), RC_OK);
}

bool lifecycle_until(struct lifecycle *life, const unsigned *counter, struct duration at_most)
{
    unsigned before = *counter;
    struct instant end = instant_add(loop_now(life->loop), at_most);
    while (*counter == before && instant_before(loop_now(life->loop), end))
        lifecycle_run(life, duration_ms(1));
    return *counter != before;
}

/* ---- the stations of a life ---- */

static bool has_readings(const struct driver *driver)
{
    return driver->capability->reading_size > 0 && driver->capability->signal_count > 0;
}

static void comes_up_and_reads(struct lifecycle *life)
{
    if (device_state_of(life->device) != DEVICE_UP)
        (void)lifecycle_until(life, &life->ups, duration_s(60));
    if (device_state_of(life->device) != DEVICE_UP)
        fail_msg("%s: not up after 60 s: %s", life->entry->driver->name, life->why);
    for (int i = 0; i < 3 && has_readings(life->entry->driver); i++)
        if (!lifecycle_until(life, &life->readings, duration_s(5)))
            fail_msg("%s: no reading in 5 s", life->entry->driver->name);
}

static void takes_sets_and_refuses_nan(struct lifecycle *life)
{
    const struct capability *capability = life->entry->driver->capability;
    for (unsigned i = 0; i < capability->signal_count; i++) {
        const struct signal *signal = &capability->signals[i];
        assert_int_equal(device_set(life->device, i, 0, (double)NAN, note_set, life), RC_RANGE);
        assert_int_equal(device_set(life->device, i, 0, (double)INFINITY, note_set, life),
                         RC_RANGE);
        if (!signal->writable) {
            assert_int_equal(device_set(life->device, i, 0, 0, note_set, life), RC_RANGE);
            continue;
        }
        enum rc rc = device_set(life->device, i, 0, signal->safe, note_set, life);
        if (rc == RC_RANGE || rc == RC_CONFIG)
            continue; /* this model lacks it */
        assert_int_equal(rc, RC_OK);
        assert_true(lifecycle_until(life, &life->sets_done, duration_s(5)));
        assert_int_equal(life->set_rc, RC_OK);
        if (!isnan(life->readback) && fabs(life->readback - signal->safe) > 1e-6)
            fail_msg("%s: %s read back %g, not %g", life->entry->driver->name, signal->name,
                     life->readback, signal->safe);
    }
    if (life->entry->driver->safe_steps == 0)
        return;
    assert_int_equal(device_make_safe(life->device, note_set, life), RC_OK);
    assert_true(lifecycle_until(life, &life->sets_done, duration_s(5)));
    assert_int_equal(life->set_rc, RC_OK);
}

/* The miss that ends it is exact: end of the last request + the reply time-out. */
static void silence_is_a_time_out(struct lifecycle *life)
{
    const struct driver *driver = life->entry->driver;
    simhost_set_fault(life->host, SIM_FAULT_SILENT, loop_now(life->loop));
    assert_true(lifecycle_until(life, &life->downs, duration_s(60)));
    if (driver->streams) {
        assert_true(life->down_rc == RC_TIMEOUT || life->down_rc == RC_IO);
        return;
    }
    assert_int_equal(life->down_rc, RC_TIMEOUT);
    struct transport *port = link_transport(life->link);
    struct instant end = instant_add(life->sent_at, port->ops->wire_time(port, life->sent_len));
    assert_int_equal(life->down_at.us, instant_add(end, driver->reply_timeout).us);
    assert_non_null(strstr(life->why, "mem: unit: "));
    assert_non_null(strstr(life->why, "last good reply"));
}

static void recovers(struct lifecycle *life)
{
    simhost_set_fault(life->host, SIM_FAULT_NONE, loop_now(life->loop));
    comes_up_and_reads(life);
}

static void garbage_is_a_protocol_error(struct lifecycle *life)
{
    simhost_set_fault(life->host, SIM_FAULT_GARBAGE, loop_now(life->loop));
    assert_true(lifecycle_until(life, &life->downs, duration_s(60)));
    if (!life->entry->driver->streams)
        assert_int_equal(life->down_rc, RC_PROTOCOL);
}

static void unplug_is_an_io_error(struct lifecycle *life)
{
    struct instant now = loop_now(life->loop);
    simhost_set_fault(life->host, SIM_FAULT_VANISH, now);
    assert_true(lifecycle_until(life, &life->downs, duration_ms(1)));
    assert_int_equal(life->down_rc, RC_IO);
    assert_int_equal(life->down_at.us, now.us);
    assert_int_equal(device_set(life->device, 0, 0, 0, note_set, life) != RC_OK, true);
    lifecycle_run(life, duration_s(10));
    assert_int_equal(device_state_of(life->device), DEVICE_DOWN);
}

static void survives(struct lifecycle *life, enum sim_fault fault)
{
    simhost_set_fault(life->host, fault, loop_now(life->loop));
    lifecycle_run(life, duration_s(20));
    recovers(life);
}

static void whole_life(const struct registry_entry *entry)
{
    struct lifecycle life;
    lifecycle_open(&life, entry, 1, NULL);
    comes_up_and_reads(&life);
    takes_sets_and_refuses_nan(&life);
    silence_is_a_time_out(&life);
    recovers(&life);
    garbage_is_a_protocol_error(&life);
    recovers(&life);
    survives(&life, SIM_FAULT_LATE);
    survives(&life, SIM_FAULT_TWICE);
    survives(&life, SIM_FAULT_HALF);
    survives(&life, SIM_FAULT_DRIBBLE);
    unplug_is_an_io_error(&life);
    recovers(&life);
    lifecycle_close(&life);
}

/* Whatever the wire does, each set that was taken is answered once, and a good wire heals all. */
static void life_on_a_bad_wire(const struct registry_entry *entry, uint64_t seed)
{
    static const struct fault_rates bad = {.write_lie = 0.05,
                                           .write_refuse = 0.02,
                                           .lose = 0.03,
                                           .twice = 0.03,
                                           .split = 0.3,
                                           .flip = 1e-3,
                                           .drop = 1e-3,
                                           .insert = 1e-3};
    static const struct fault_rates good = {0};
    struct lifecycle life;
    lifecycle_open(&life, entry, seed, &bad);
    const struct capability *capability = entry->driver->capability;
    unsigned taken = 0;
    for (unsigned i = 0; i < 200; i++) {
        lifecycle_run(&life, duration_ms(100));
        for (unsigned k = 0; k < capability->signal_count; k++)
            if (device_set(life.device, k, 0, capability->signals[k].safe, note_set, &life) ==
                RC_OK)
                taken++;
    }
    life.rates = &good;
    if (life.wrapper)
        fault_set_rates(life.wrapper, &good);
    lifecycle_run(&life, duration_s(10));
    assert_int_equal(life.sets_done, taken);
    comes_up_and_reads(&life);
    lifecycle_close(&life);
}

void driver_lifecycle(const struct registry_entry *entry)
{
    whole_life(entry);
    print_message("%s: seeds 1..%d\n", entry->driver->name, SEEDS);
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        life_on_a_bad_wire(entry, seed);
}
