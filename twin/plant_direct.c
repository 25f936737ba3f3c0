#include <assert.h>
#include <math.h>

#include "twin/assembly.h"
#include "twin/noise.h"

/* rms of one reading */
static const double U_NOISE_mV = 0.2, SOURCE_NOISE_mV = 0.1, LOCK_IN_NOISE_V = 10e-6;
static const double PUMP_NOISE_mA = 1e-3, LEAK_NOISE_mA = 1e-6; /* A and B; C */
static const double REFERENCE_NOISE_mA = 5e-6;
static const double METER_NOISE_V = 1e-4;

static double dead_read(void *ctx, enum plant_signal signal, unsigned channel, struct instant now)
{
    (void)ctx, (void)signal, (void)channel, (void)now;
    return (double)NAN;
}

static void dead_write(void *ctx, enum plant_signal signal, unsigned channel, double value,
                       struct instant now)
{
    (void)ctx, (void)signal, (void)channel, (void)value, (void)now;
}

struct plant plant_dead(struct twin *twin)
{
    return (struct plant){dead_read, dead_write, twin};
}

static double noisy(const struct twin *twin, double value, double sd, uint64_t key)
{
    return twin->config.noise ? value + sd * noise_gauss(key, twin->tick) : value;
}

/* ---- source-meter */

static double source_read(void *ctx, enum plant_signal signal, unsigned channel, struct instant now)
{
    struct twin_port *port = ctx;
    struct twin *twin = port->twin;
    (void)channel;
    twin_advance(twin, now);
    struct twin_site *site = &twin->sites[port->index];
    const struct site_direct *d = &site->direct;
    const struct direct_reading *reading = site_direct_read(twin, site);
    bool on = d->wires.source.mode != DIRECT_OFF;
    double noise_mA = d->kind == TWIN_ELEMENT_C ? LEAK_NOISE_mA : PUMP_NOISE_mA;
    switch (signal) {
    case PLANT_SOURCE_V:
        return noisy(twin, reading->source_mV, SOURCE_NOISE_mV, d->source_key) / 1000;
    case PLANT_SOURCE_A:
        return on ? noisy(twin, reading->source_mA, noise_mA, ~d->source_key) / 1000 : 0;
    case PLANT_SOURCE_COMPLIANCE:
        return on && reading->compliance ? 1 : 0;
    default:
        return (double)NAN;
    }
}

static void drive(struct direct_source *source, enum plant_signal signal, double value)
{
    switch (signal) {
    case PLANT_SOURCE_V:
        source->mode = DIRECT_VOLT;
        source->set_mV = 1000 * direct_held(value, -2, 2);
        break;
    case PLANT_SOURCE_A:
        source->mode = DIRECT_AMPERE;
        source->set_mA = 1000 * direct_held(value, -1, 1);
        break;
    case PLANT_SOURCE_OFF:
        source->mode = DIRECT_OFF;
        break;
    case PLANT_SOURCE_LIMIT_V:
        source->limit_mV = 1000 * direct_held(fabs(value), 0, 2);
        break;
    default:
        source->limit_mA = 1000 * direct_held(fabs(value), 0, 1);
    }
}

static bool is_drive(enum plant_signal signal, double value)
{
    bool known = signal == PLANT_SOURCE_V || signal == PLANT_SOURCE_A ||
                 signal == PLANT_SOURCE_OFF || signal == PLANT_SOURCE_LIMIT_V ||
                 signal == PLANT_SOURCE_LIMIT_A;
    return known && !isnan(value);
}

static void source_write(void *ctx, enum plant_signal signal, unsigned channel, double value,
                         struct instant now)
{
    struct twin_port *port = ctx;
    (void)channel;
    twin_advance(port->twin, now);
    if (!is_drive(signal, value))
        return;
    struct twin_site *site = &port->twin->sites[port->index];
    struct direct_wires *wires = site_direct_wires(port->twin, site), before = *wires;
    drive(&wires->source, signal, value);
    site_edge_note(port->twin, site, &before, now);
}

struct plant twin_plant_source(struct twin *twin, unsigned site)
{
    assert(site >= 1 && site <= twin->config.sites);
    if (!twin_element_is_direct(twin->config.element))
        return plant_dead(twin);
    return (struct plant){source_read, source_write, &twin->controller_ports[site - 1]};
}

/* ---- source-meter at the reference electrode */

static double reference_read(void *ctx, enum plant_signal signal, unsigned channel,
                             struct instant now)
{
    struct twin_port *port = ctx;
    struct twin *twin = port->twin;
    (void)channel;
    twin_advance(twin, now);
    struct twin_site *site = &twin->sites[port->index];
    const struct site_direct *d = &site->direct;
    const struct direct_reading *reading = site_direct_read(twin, site);
    bool on = d->wires.reference.mode != DIRECT_OFF;
    switch (signal) {
    case PLANT_SOURCE_V:
        return noisy(twin, reading->reference_mV, SOURCE_NOISE_mV, d->reference_key) / 1000;
    case PLANT_SOURCE_A:
        return on ? noisy(twin, reading->reference_mA, REFERENCE_NOISE_mA, ~d->reference_key) / 1000
                  : 0;
    case PLANT_SOURCE_COMPLIANCE:
        return on && reading->reference_compliance ? 1 : 0;
    default:
        return (double)NAN;
    }
}

static void reference_write(void *ctx, enum plant_signal signal, unsigned channel, double value,
                            struct instant now)
{
    struct twin_port *port = ctx;
    (void)channel;
    twin_advance(port->twin, now);
    if (!is_drive(signal, value))
        return;
    struct twin_site *site = &port->twin->sites[port->index];
    drive(&site_direct_wires(port->twin, site)->reference, signal, value);
}

struct plant twin_plant_reference(struct twin *twin, unsigned site)
{
    assert(site >= 1 && site <= twin->config.sites);
    if (twin->config.element != TWIN_ELEMENT_A)
        return plant_dead(twin);
    return (struct plant){reference_read, reference_write, &twin->controller_ports[site - 1]};
}

/* ---- scanner */

/* Relays 1..n of n sites, n + 1..2n, 2n + 1..3n. */
static bool *relay_of(struct direct_wires *wires, unsigned group)
{
    return group == 0 ? &wires->relay1 : group == 1 ? &wires->relay2 : &wires->relay3;
}

static double scanner_read(void *ctx, enum plant_signal signal, unsigned channel,
                           struct instant now)
{
    struct twin *twin = ctx;
    unsigned sites = twin->config.sites;
    twin_advance(twin, now);
    if (channel >= (signal == PLANT_RELAY ? 3 : 2) * sites)
        return (double)NAN;
    struct twin_site *site = &twin->sites[channel % sites];
    struct site_direct *d = &site->direct;
    if (signal == PLANT_RELAY)
        return *relay_of(&d->wires, channel / sites) ? 1 : 0;
    if (signal == PLANT_METER_ohm)
        return d->wires.meter_ohm;
    if (signal != PLANT_METER_V)
        return (double)NAN;
    double noise_mV = hypot(U_NOISE_mV, site_direct_wiring(d)->noise_mV);
    if (channel >= sites)
        return noisy(twin, site_direct_second_mV(twin, site), noise_mV, d->second_key) / 1000;
    return noisy(twin, site_direct_read(twin, site)->u_mV, noise_mV, d->u_key) / 1000;
}

static void scanner_write(void *ctx, enum plant_signal signal, unsigned channel, double value,
                          struct instant now)
{
    struct twin *twin = ctx;
    unsigned sites = twin->config.sites;
    twin_advance(twin, now);
    if (signal == PLANT_RELAY && channel < 3 * sites) {
        struct direct_wires *wires = site_direct_wires(twin, &twin->sites[channel % sites]);
        *relay_of(wires, channel / sites) = value > 0.5;
    } else if (signal == PLANT_METER_ohm && value > 0) {
        for (unsigned i = 0; i < sites; i++)
            site_direct_wires(twin, &twin->sites[i])->meter_ohm = value;
    }
}

struct plant twin_plant_scanner(struct twin *twin)
{
    if (!twin_element_is_direct(twin->config.element))
        return plant_dead(twin);
    return (struct plant){scanner_read, scanner_write, twin};
}

/* ---- meter at a supply channel */

static double meter_read(void *ctx, enum plant_signal signal, unsigned channel, struct instant now)
{
    struct twin_port *port = ctx;
    struct twin *twin = port->twin;
    (void)channel;
    twin_advance(twin, now);
    if (signal != PLANT_METER_V)
        return (double)NAN;
    uint64_t key =
        twin->supply_key + 1000 + SUPPLY_CHANNELS * (uint64_t)port->index + port->channel;
    return noisy(twin, twin->supplies[port->index].channels[port->channel].terminal_V,
                 METER_NOISE_V, key);
}

struct plant twin_plant_meter(struct twin *twin, unsigned supply, unsigned channel)
{
    assert(supply < TWIN_SUPPLIES_MAX && channel < SUPPLY_CHANNELS);
    return (struct plant){meter_read, dead_write, &twin->load_ports[supply][channel]};
}

/* ---- lock-in */

static double lock_in_read(void *ctx, enum plant_signal signal, unsigned channel,
                           struct instant now)
{
    struct twin_port *port = ctx;
    struct twin *twin = port->twin;
    (void)channel;
    twin_advance(twin, now);
    struct twin_site *site = &twin->sites[port->index];
    const struct site_direct *d = &site->direct;
    if (signal == PLANT_SINE_V)
        return d->wires.sine_V;
    if (signal == PLANT_SINE_Hz)
        return d->wires.sine_Hz;
    if (signal == PLANT_LOCK_IN_X_V)
        return noisy(twin, site_direct_lock_in(twin, site).re_ohm, LOCK_IN_NOISE_V, d->lock_in_key);
    if (signal == PLANT_LOCK_IN_Y_V)
        return noisy(twin, site_direct_lock_in(twin, site).im_ohm, LOCK_IN_NOISE_V,
                     ~d->lock_in_key);
    return (double)NAN;
}

static void lock_in_write(void *ctx, enum plant_signal signal, unsigned channel, double value,
                          struct instant now)
{
    struct twin_port *port = ctx;
    (void)channel;
    twin_advance(port->twin, now);
    struct direct_wires *wires = &port->twin->sites[port->index].direct.wires;
    if (signal == PLANT_SINE_V && value >= 0)
        wires->sine_V = value;
    else if (signal == PLANT_SINE_Hz && value > 0)
        wires->sine_Hz = value;
}

struct plant twin_plant_lock_in(struct twin *twin, unsigned site)
{
    assert(site >= 1 && site <= twin->config.sites);
    if (!twin_element_is_direct(twin->config.element))
        return plant_dead(twin);
    return (struct plant){lock_in_read, lock_in_write, &twin->controller_ports[site - 1]};
}
