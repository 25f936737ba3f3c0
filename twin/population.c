#include "twin/population.h"

#include <math.h>

#include "core/rng.h"
#include "twin/noise.h"

static const double CONTROLLER_ohm = 61.9, BARRIER_TAU_S = 0.012;

/* A factor around 1; twenty sigma from nonsense for all that is drawn here, yet never below 0.1. */
static double factor(struct rng *rng, double sigma, bool spread)
{
    double x = 1 + sigma * rng_gauss(rng);
    return !spread ? 1 : x > 0.1 ? x : 0.1;
}

double population_trim_share(double trim_ohm)
{
    return isinf(trim_ohm) ? 1 : trim_ohm / (CONTROLLER_ohm + trim_ohm);
}

double population_trim_ohm(const struct lsu_kind *kind, const struct lsu_part *part)
{
    double raw_mA = kind->raw_air_mA * part->raw;
    double finished_mA = kind->finished_air_mA * part->barrier;
    return raw_mA > finished_mA ? CONTROLLER_ohm * finished_mA / (raw_mA - finished_mA)
                                : (double)INFINITY;
}

void population_refit(struct part *part, double trim_ohm)
{
    part->lsu.barrier *= population_trim_share(trim_ohm) / population_trim_share(part->trim_ohm);
    part->trim_ohm = trim_ohm;
    part->lsu.share = population_trim_share(trim_ohm);
}

void population_draw(struct part *part, const struct lsu_kind *kind, uint64_t seed, unsigned site,
                     bool spread)
{
    struct rng rng;
    rng_seed_named(&rng, seed, "part", site);
    *part = (struct part){.trim_ohm = 0};
    part->number = (unsigned)rng_below(&rng, 100000000);
    part->sign = rng_below(&rng, 2) ? 1 : -1;
    part->lsu.raw = factor(&rng, 0.06, spread);
    part->lsu.barrier = factor(&rng, 0.0125, spread);
    part->trim_ohm = population_trim_ohm(kind, &part->lsu);
    part->lsu.share = population_trim_share(part->trim_ohm);
    part->lsu.kappa = factor(&rng, 0.06, spread);
    part->lsu.tau_s = BARRIER_TAU_S * factor(&rng, 0.10, spread);
    part->lsu.rn = factor(&rng, 0.025, spread);
    part->heater.r20_ohm = kind->heater.r20_ohm * factor(&rng, 0.03, spread);
    part->heater.loss = factor(&rng, 0.04, spread);
    part->heater.heat = factor(&rng, 0.04, spread);
    part->heater.open_key = noise_key(seed, "open", site);
}
