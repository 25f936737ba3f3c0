#include <assert.h>
#include <math.h>

#include "twin/assembly.h"
#include "twin/noise.h"

/* Read-back noise of instruments whose own resolution is coarser anyway. */
static const double FLOW_NOISE = 0.0005, PRESSURE_NOISE_kPa = 0.01, TEMP_NOISE_K = 0.1;
static const double FLOATING_mV = 450; /* what a controller pulls an open Nernst input to */
static const double VOLT_NOISE_V = 0.001, AMPERE_NOISE_A = 0.0005;

static double noisy(const struct twin *twin, double value, double sd, uint64_t key)
{
    return twin->config.noise ? value + sd * noise_gauss(key, twin->tick) : value;
}

static double read_room(const struct twin *twin, enum plant_signal signal)
{
    if (signal == PLANT_PRESSURE_kPa)
        return noisy(twin, twin->line.view.pressure_kPa, PRESSURE_NOISE_kPa, twin->room_key);
    if (signal == PLANT_GAS_TEMP_degC)
        return noisy(twin, twin->config.ambient_degC, TEMP_NOISE_K, ~twin->room_key);
    return NAN;
}

static double flow_read(void *ctx, enum plant_signal signal, unsigned channel, struct instant now)
{
    struct twin_port *port = ctx;
    struct twin *twin = port->twin;
    (void)channel;
    twin_advance(twin, now);
    if (signal != PLANT_FLOW_slpm)
        return read_room(twin, signal);
    double slpm = twin->line.flows[port->index].flow_slpm;
    return noisy(twin, slpm, FLOW_NOISE * slpm, twin->flow_keys[port->index]);
}

void twin_break_flow(struct twin *twin, unsigned flow, double least_slpm, double most_slpm)
{
    gasline_break_flow(&twin->line, flow, least_slpm, most_slpm);
}

static void flow_write(void *ctx, enum plant_signal signal, unsigned channel, double value,
                       struct instant now)
{
    struct twin_port *port = ctx;
    (void)channel;
    twin_advance(port->twin, now);
    if (signal == PLANT_FLOW_slpm)
        gasline_set_flow(&port->twin->line, port->index, value);
}

static double pressure_read(void *ctx, enum plant_signal signal, unsigned channel,
                            struct instant now)
{
    const struct twin_gauge *gauge = ctx;
    struct twin *twin = gauge->twin;
    (void)channel;
    twin_advance(twin, now);
    if (signal != PLANT_PRESSURE_kPa)
        return read_room(twin, signal);
    return noisy(twin, gauge->gain * *gauge->kPa + gauge->zero_kPa, PRESSURE_NOISE_kPa,
                 ~gauge->key);
}

static void pressure_write(void *ctx, enum plant_signal signal, unsigned channel, double value,
                           struct instant now)
{
    const struct twin_gauge *gauge = ctx;
    (void)channel;
    twin_advance(gauge->twin, now);
    if (signal == PLANT_PRESSURE_kPa)
        gasline_set_pressure(gauge->valve, (value - gauge->zero_kPa) / gauge->gain);
}

static double supply_read(void *ctx, enum plant_signal signal, unsigned channel, struct instant now)
{
    struct twin_port *port = ctx;
    struct twin *twin = port->twin;
    assert(channel < SUPPLY_CHANNELS);
    twin_advance(twin, now);
    const struct supply_channel *ch = &twin->supplies[port->index].channels[channel];
    uint64_t key = twin->supply_key + 2 * (SUPPLY_CHANNELS * (uint64_t)port->index + channel);
    if (signal == PLANT_SUPPLY_V)
        return ch->terminal_V > 0 ? noisy(twin, ch->terminal_V, VOLT_NOISE_V, key) : 0;
    if (signal == PLANT_SUPPLY_A) {
        double ampere = ch->heater_A + ch->load_A;
        return ampere > 0 ? noisy(twin, ampere, AMPERE_NOISE_A, key + 1) : 0;
    }
    return NAN;
}

static void supply_write(void *ctx, enum plant_signal signal, unsigned channel, double value,
                         struct instant now)
{
    struct twin_port *port = ctx;
    assert(channel < SUPPLY_CHANNELS);
    twin_advance(port->twin, now);
    struct supply_channel *ch = &port->twin->supplies[port->index].channels[channel];
    if (signal == PLANT_SUPPLY_V)
        supply_set_V(ch, value);
    else if (signal == PLANT_SUPPLY_A)
        supply_set_limit_A(ch, value);
}

static double load_read(void *ctx, enum plant_signal signal, unsigned channel, struct instant now)
{
    struct twin_port *port = ctx;
    struct twin *twin = port->twin;
    (void)channel;
    twin_advance(twin, now);
    const struct supply_channel *ch = &twin->supplies[port->index].channels[port->channel];
    uint64_t key =
        ~twin->supply_key - 2 * (SUPPLY_CHANNELS * (uint64_t)port->index + port->channel);
    if (signal == PLANT_LOAD_V)
        return ch->terminal_V > 0 ? noisy(twin, ch->terminal_V, VOLT_NOISE_V, key) : 0;
    if (signal == PLANT_LOAD_A)
        return ch->load_A > 0 ? noisy(twin, ch->load_A, AMPERE_NOISE_A, key - 1) : 0;
    return NAN;
}

static void load_write(void *ctx, enum plant_signal signal, unsigned channel, double value,
                       struct instant now)
{
    struct twin_port *port = ctx;
    (void)channel;
    twin_advance(port->twin, now);
    if (signal == PLANT_LOAD_A)
        supply_set_load_A(&port->twin->supplies[port->index].channels[port->channel], value);
}

/* The element's own Nernst voltage; what the heater leaves on it is not the loop's. */
static const struct controller_sample *sample_of(const struct twin *twin, struct twin_site *site)
{
    struct controller_sample *sample = &site->sample;
    if (sample->tick == twin->tick + 1)
        return sample;
    sample->tick = twin->tick + 1;
    struct leads_effect leads = leads_effect_of(site->lsu.kind, site->leads);
    sample->ip_mA =
        controller_ip_mA(&site->controller, leads.ip_factor * site->lsu.ip_mA, twin->tick);
    sample->un_mV = leads.floats ? FLOATING_mV : lsu_un_mV(&site->lsu);
    sample->lambda = controller_lambda(&site->controller, sample->ip_mA, sample->un_mV);
    return sample;
}

static double read_controller(const struct twin *twin, struct twin_site *site,
                              enum plant_signal signal)
{
    const struct controller *controller = &site->controller;
    switch (signal) {
    case PLANT_IP_mA:
        return sample_of(twin, site)->ip_mA;
    case PLANT_UN_mV:
        return controller_un_mV(controller, sample_of(twin, site)->un_mV + twin_coupling_mV(site),
                                twin->tick);
    case PLANT_RI_ohm:
        return controller->ri_ohm;
    case PLANT_TC_degC:
        return lsu_ri_degC(site->lsu.kind, controller->ri_ohm);
    case PLANT_LAMBDA:
        return sample_of(twin, site)->lambda;
    case PLANT_HEATER_DUTY:
        return controller->duty;
    case PLANT_HEATER_ENABLE:
        return controller->enabled ? 1 : 0;
    case PLANT_CONTROL_STATUS:
        return (double)controller->status;
    case PLANT_CONTROL_DIAG:
        return (double)leads_effect_of(site->lsu.kind, site->leads).code;
    case PLANT_SUPPLY_V:
        return twin_rail_V(site);
    default:
        return read_room(twin, signal);
    }
}

static double controller_read(void *ctx, enum plant_signal signal, unsigned channel,
                              struct instant now)
{
    struct twin_port *port = ctx;
    (void)channel;
    twin_advance(port->twin, now);
    return read_controller(port->twin, &port->twin->sites[port->index], signal);
}

static void controller_write(void *ctx, enum plant_signal signal, unsigned channel, double value,
                             struct instant now)
{
    struct twin_port *port = ctx;
    twin_advance(port->twin, now);
    struct twin_site *site = &port->twin->sites[port->index];
    struct controller *controller = &site->controller;
    if (signal != PLANT_HEATER_ENABLE)
        return;
    site->sample.tick = 0; /* whether it regulates may change */
    if (channel == 1)
        controller_announce(controller, value);
    else
        controller_enable(controller, value > 0.5);
}

static double io_read(void *ctx, enum plant_signal signal, unsigned channel, struct instant now)
{
    struct twin_io *io = ctx;
    twin_advance(io->twin, now);
    if (signal != PLANT_PIN || channel >= TWIN_PINS)
        return NAN;
    if (channel < 32 && (io->ok_inputs >> channel & 1))
        return 1;
    return io->pins[channel];
}

static void io_write(void *ctx, enum plant_signal signal, unsigned channel, double value,
                     struct instant now)
{
    struct twin_io *io = ctx;
    twin_advance(io->twin, now);
    if (signal != PLANT_PIN || channel >= TWIN_PINS)
        return;
    io->pins[channel] = value > 0.5;
    if (channel == io->valve_pin)
        gasline_select(&io->twin->line, io->pins[channel]);
    const struct twin_config *config = &io->twin->config;
    if (config->reversible && channel == config->reverse_pin)
        gasline_reverse(&io->twin->line, io->pins[channel]);
    if (config->back_pressure.suction_kPa > 0 && channel == config->back_pressure.suction_pin)
        gasline_set_back(&io->twin->line, io->pins[channel] ? config->back_pressure.suction_kPa
                                                            : config->ambient_kPa);
}

struct plant twin_plant_flow(struct twin *twin, unsigned flow)
{
    assert(flow < twin->config.flow_count);
    return (struct plant){flow_read, flow_write, &twin->flow_ports[flow]};
}

struct plant twin_plant_pressure(struct twin *twin)
{
    assert(twin->config.back_pressure.fitted);
    return (struct plant){pressure_read, pressure_write, &twin->gauges[0]};
}

struct plant twin_plant_vent_pressure(struct twin *twin)
{
    assert(twin->config.vent_pressure.fitted);
    return (struct plant){pressure_read, pressure_write, &twin->gauges[1]};
}

struct plant twin_plant_supply(struct twin *twin, unsigned supply, const unsigned site_of[4])
{
    assert(supply < TWIN_SUPPLIES_MAX);
    for (unsigned c = 0; c < SUPPLY_CHANNELS; c++) {
        struct supply_channel *ch = &twin->supplies[supply].channels[c];
        assert(site_of[c] <= twin->config.sites);
        ch->site = site_of[c];
        if (ch->site)
            twin->sites[ch->site - 1].rail = ch;
    }
    return (struct plant){supply_read, supply_write, &twin->supply_ports[supply]};
}

struct plant twin_plant_load(struct twin *twin, unsigned supply, unsigned channel)
{
    assert(supply < TWIN_SUPPLIES_MAX && channel < SUPPLY_CHANNELS);
    return (struct plant){load_read, load_write, &twin->load_ports[supply][channel]};
}

struct plant twin_plant_controller(struct twin *twin, unsigned site)
{
    assert(site >= 1 && site <= twin->config.sites);
    if (twin_element_is_direct(twin->config.element))
        return plant_dead(twin);
    return (struct plant){controller_read, controller_write, &twin->controller_ports[site - 1]};
}

struct plant twin_plant_io(struct twin *twin, unsigned valve_pin, unsigned ok_inputs)
{
    assert(twin->io_count < TWIN_IO_MAX);
    struct twin_io *io = &twin->ios[twin->io_count++];
    *io = (struct twin_io){.twin = twin, .valve_pin = valve_pin, .ok_inputs = ok_inputs};
    return (struct plant){io_read, io_write, io};
}
