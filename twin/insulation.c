#include "twin/insulation.h"

#include <math.h>

#include "twin/assembly.h"
#include "twin/noise.h"

static const double DRY_ohm[INSULATION_PAIRS] = {3e9, 5e9}, DRY_SPREAD = 0.4; /* of the logarithm */
static const double ABSORBED_S_s = 2e-12, DAMP_TO_HOUSING = 2;
static const double TESTER_ERROR = 0.04, TESTER_NOISE = 0.003; /* of reading; rectangular, rms */

void insulation_draw(struct insulation_part *part, uint64_t seed, unsigned site, bool spread)
{
    uint64_t key = noise_key(seed, "insulation", site);
    *part = (struct insulation_part){.iso_ohm = 0};
    for (unsigned p = 0; p < INSULATION_PAIRS; p++)
        part->dry_ohm[p] = DRY_ohm[p] * (spread ? exp(DRY_SPREAD * noise_gauss(key, p)) : 1);
}

double insulation_ohm(const struct insulation_part *part, enum insulation_pair pair, double T_K,
                      double s)
{
    double siemens = 1 / part->dry_ohm[pair] + ABSORBED_S_s / (s > TWIN_STEP_S ? s : TWIN_STEP_S);
    if (part->iso_ohm > 0 && pair == INSULATION_HEATER_SIGNALS)
        siemens += exp(-1 / NERNST_K_EV * (1 / T_K - 1 / NERNST_T0_K)) / part->iso_ohm;
    if (part->damp_ohm > 0)
        siemens += 1 / part->damp_ohm / (pair == INSULATION_HEATER_SIGNALS ? 1 : DAMP_TO_HOUSING);
    return 1 / siemens;
}

/* ---- tester and relays */

void insulation_rig_build(struct twin *twin)
{
    const struct twin_config *config = &twin->config;
    struct insulation_rig *rig = &twin->insulation;
    rig->key = noise_key(config->seed, "insulation tester", 0);
    double error = config->noise ? TESTER_ERROR : 0;
    rig->gain = 1 + error * (2 * noise_uniform(rig->key, 0) - 1);
    for (unsigned i = 0; i < config->sites; i++) {
        const struct twin_site *site = &twin->sites[i];
        bool direct = twin_element_is_direct(config->element);
        const struct nernst_wiring *wiring = direct ? site_direct_wiring(&site->direct) : NULL;
        insulation_draw(&rig->parts[i], config->seed, i + 1, config->spread);
        rig->parts[i].iso_ohm = wiring ? wiring->iso_ohm : site->part.iso_ohm;
        rig->parts[i].damp_ohm = wiring ? wiring->damp_ohm : site->part.damp_ohm;
    }
}

/* What all closed relays connect, in parallel. */
static double siemens_of(const struct twin *twin)
{
    const struct insulation_rig *rig = &twin->insulation;
    unsigned sites = twin->config.sites;
    double sum = 0, s = (double)(twin->tick - rig->on_tick) * TWIN_STEP_S;
    for (unsigned c = 0; c < INSULATION_PAIRS * sites; c++) {
        unsigned site = c % sites;
        if (!rig->closed[c])
            continue;
        sum += 1 / insulation_ohm(&rig->parts[site], (enum insulation_pair)(c / sites),
                                  twin->sites[site].heater.T_K, s);
        if (rig->closed[INSULATION_PAIRS * sites + site])
            sum += 1 / twin->config.insulation.check_ohm;
    }
    return sum;
}

static double tester_read(void *ctx, enum plant_signal signal, unsigned channel, struct instant now)
{
    struct twin *twin = ctx;
    const struct insulation_rig *rig = &twin->insulation;
    (void)channel;
    twin_advance(twin, now);
    if (signal == PLANT_INSULATION_V)
        return rig->volt;
    if (signal != PLANT_INSULATION_ohm)
        return (double)NAN;
    double siemens = siemens_of(twin);
    double noise = twin->config.noise ? TESTER_NOISE * noise_gauss(rig->key, twin->tick) : 0;
    return siemens > 0 ? rig->gain * (1 + noise) / siemens : (double)INFINITY;
}

static void tester_write(void *ctx, enum plant_signal signal, unsigned channel, double value,
                         struct instant now)
{
    struct twin *twin = ctx;
    (void)channel;
    twin_advance(twin, now);
    if (signal != PLANT_INSULATION_V || !(value >= 0))
        return;
    if (!(twin->insulation.volt > 0) && value > 0)
        twin->insulation.on_tick = twin->tick;
    twin->insulation.volt = value;
}

struct plant twin_plant_insulation(struct twin *twin)
{
    return (struct plant){tester_read, tester_write, twin};
}

static double relay_read(void *ctx, enum plant_signal signal, unsigned channel, struct instant now)
{
    struct twin *twin = ctx;
    twin_advance(twin, now);
    if (signal != PLANT_RELAY || channel >= 3 * twin->config.sites)
        return (double)NAN;
    return twin->insulation.closed[channel] ? 1 : 0;
}

static void relay_write(void *ctx, enum plant_signal signal, unsigned channel, double value,
                        struct instant now)
{
    struct twin *twin = ctx;
    twin_advance(twin, now);
    if (signal == PLANT_RELAY && channel < 3 * twin->config.sites)
        twin->insulation.closed[channel] = value > 0.5;
}

struct plant twin_plant_insulation_relays(struct twin *twin)
{
    return (struct plant){relay_read, relay_write, twin};
}
