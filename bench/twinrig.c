#include "bench/twinrig.h"

#include <stdlib.h>

#include "bench/rig.h"

enum { TAP_SIGNALS = 11 };

unsigned twinrig_port_leader(const struct station *station, unsigned instrument)
{
    const struct station_instrument *mine = &station->instruments[instrument];
    for (unsigned i = 0; i < instrument; i++) {
        const struct station_instrument *other = &station->instruments[i];
        if (other->port_kind == mine->port_kind && strcmp(other->port, mine->port) == 0)
            return i;
    }
    return instrument;
}

/* Stands between a simulator and its plant and counts what is not at rest. */
struct twinrig_tap {
    struct plant inner;
    struct twinrig_outputs *outputs;
    uint32_t active[TAP_SIGNALS]; /* bit c: channel c */
};

enum rc twinrig_outputs_init(struct twinrig_outputs *outputs, const struct station *station)
{
    outputs->active = 0;
    outputs->taps = calloc(station->instrument_count, sizeof *outputs->taps);
    return outputs->taps ? RC_OK : RC_NOSPACE;
}

void twinrig_outputs_fini(struct twinrig_outputs *outputs)
{
    free(outputs->taps);
    outputs->taps = NULL;
}

static const int tap_signal[] = {
    [PLANT_FLOW_slpm] = 1, [PLANT_SUPPLY_V] = 2,      [PLANT_LOAD_A] = 3,
    [PLANT_PIN] = 4,       [PLANT_HEATER_ENABLE] = 5, [PLANT_SOURCE_V] = 6,
    [PLANT_SOURCE_A] = 6,  [PLANT_SOURCE_OFF] = 6,    [PLANT_RELAY] = 7,
    [PLANT_SINE_V] = 8,    [PLANT_PRESSURE_kPa] = 9,  [PLANT_INSULATION_V] = 10};

/* A source is not at rest at any level, 0 V included: at rest it is off. The sine's least amplitude
 * is 4 mV. */
static bool is_active(enum plant_signal signal, double value)
{
    if (signal == PLANT_SOURCE_V || signal == PLANT_SOURCE_A)
        return true;
    if (signal == PLANT_SOURCE_OFF)
        return false;
    return value > (signal == PLANT_SINE_V ? 0.0041 : 1e-6);
}

static void tap_write(void *ctx, enum plant_signal signal, unsigned channel, double value,
                      struct instant now)
{
    struct twinrig_tap *tap = ctx;
    unsigned before = tap->outputs->active;
    int index = (size_t)signal < COUNT(tap_signal) ? tap_signal[signal] : 0;
    /* Channel 1 of a heater enable is the announced supply voltage, which drives nothing. */
    if (index && channel < 32 && !(signal == PLANT_HEATER_ENABLE && channel)) {
        uint32_t bit = UINT32_C(1) << channel, *active = &tap->active[index];
        tap->outputs->active -= (*active & bit) != 0;
        *active = is_active(signal, value) ? *active | bit : *active & ~bit;
        tap->outputs->active += (*active & bit) != 0;
    }
    tap->inner.write(tap->inner.ctx, signal, channel, value, now);
    if (tap->outputs->active != before && tap->outputs->changed)
        tap->outputs->changed(tap->outputs->ctx, tap->outputs->active);
}

static double tap_read(void *ctx, enum plant_signal signal, unsigned channel, struct instant now)
{
    struct twinrig_tap *tap = ctx;
    return tap->inner.read(tap->inner.ctx, signal, channel, now);
}

static void plant_none_write(void *ctx, enum plant_signal signal, unsigned channel, double value,
                             struct instant now)
{
    (void)ctx, (void)signal, (void)channel, (void)value, (void)now;
}

static double plant_none_read(void *ctx, enum plant_signal signal, unsigned channel,
                              struct instant now)
{
    (void)ctx, (void)signal, (void)channel, (void)now;
    return 0.0;
}

static unsigned supply_number(const struct station *station, unsigned instrument)
{
    unsigned number = 0;
    for (unsigned i = 0; i < instrument; i++)
        if (station->instruments[i].entry->driver->capability ==
            station->instruments[instrument].entry->driver->capability)
            number++;
    return number;
}

static struct plant plant_supply(const struct station *station, unsigned instrument,
                                 struct twin *twin)
{
    unsigned site_of[4] = {0};
    if (station->twin.heater_supply == (int)instrument)
        for (unsigned c = 0; c < 4 && c < station->sites; c++)
            site_of[c] = c + 1;
    return twin_plant_supply(twin, supply_number(station, instrument), site_of);
}

static struct plant plant_of(const struct station *station, unsigned instrument, struct twin *twin)
{
    static const struct plant none = {.read = plant_none_read, .write = plant_none_write};
    const char *capability = station->instruments[instrument].entry->driver->capability->name;
    const struct station_twin *behind = &station->twin;
    if (behind->flow_of[instrument])
        return twin_plant_flow(twin, behind->flow_of[instrument] - 1);
    if (strcmp(capability, "supply") == 0)
        return plant_supply(station, instrument, twin);
    if (behind->load == (int)instrument)
        return twin_plant_load(twin, supply_number(station, (unsigned)behind->load_supply),
                               behind->load_channel);
    if (behind->valve_io == (int)instrument)
        return twin_plant_io(twin, behind->valve_pin, behind->proven_inputs);
    if (behind->back_pressure == (int)instrument)
        return twin_plant_pressure(twin);
    if (behind->vent_pressure == (int)instrument)
        return twin_plant_vent_pressure(twin);
    if (behind->config.insulation.fitted && behind->tester == instrument)
        return twin_plant_insulation(twin);
    if (behind->config.insulation.fitted && behind->tester_relays == instrument)
        return twin_plant_insulation_relays(twin);
    if (behind->leads == (int)instrument)
        return twin_plant_leads(twin, behind->leads_site);
    if (behind->scanner == (int)instrument)
        return twin_plant_scanner(twin);
    if (behind->meter == (int)instrument)
        return twin_plant_meter(twin, supply_number(station, (unsigned)behind->meter_supply),
                                behind->meter_channel);
    if (behind->site_of[instrument] && strcmp(capability, "lock_in") == 0)
        return twin_plant_lock_in(twin, behind->site_of[instrument]);
    if (behind->site_of[instrument] && station->instruments[instrument].at_reference)
        return twin_plant_reference(twin, behind->site_of[instrument]);
    if (behind->site_of[instrument] && strcmp(capability, "digitizer") == 0)
        return twin_plant_digitizer(twin, behind->site_of[instrument]);
    if (behind->site_of[instrument])
        return twin_plant_source(twin, behind->site_of[instrument]);
    if (strcmp(capability, "lambda_controller") == 0 && rig_site_of(station, instrument))
        return twin_plant_controller(twin, rig_site_of(station, instrument));
    return none;
}

static struct plant tapped(struct twinrig_outputs *outputs, unsigned instrument, struct plant plant)
{
    if (!outputs)
        return plant;
    outputs->taps[instrument] = (struct twinrig_tap){.inner = plant, .outputs = outputs};
    return (struct plant){.read = tap_read, .write = tap_write, .ctx = &outputs->taps[instrument]};
}

struct simhost *twinrig_host(const struct twinrig_config *config, unsigned leader)
{
    const struct station *station = config->station;
    const struct registry_entry *first = station->instruments[leader].entry;
    struct simhost *host =
        simhost_new(config->loop, first->driver->line.baud, config->seed + leader);
    if (!host)
        return NULL;
    for (unsigned i = leader; i < station->instrument_count; i++) {
        if (twinrig_port_leader(station, i) != leader)
            continue;
        const struct station_instrument *from = &station->instruments[i];
        if (!from->entry || !from->entry->sim)
            goto fail;
        struct plant plant = plant_of(station, i, config->twin);
        struct sim_setup setup = {.driver = from->entry->driver,
                                  .device = &from->setup,
                                  .plant = tapped(config->outputs, i, plant),
                                  .seed = config->seed + 1000 + i};
        if (simhost_add(host, from->entry->sim, &setup) != RC_OK)
            goto fail;
    }
    return host;
fail:
    simhost_free(host);
    return NULL;
}
