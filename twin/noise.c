#include "twin/noise.h"

#include <math.h>

#include "core/rng.h"

uint64_t noise_key(uint64_t seed, const char *name, uint64_t index)
{
    struct rng rng;
    rng_seed_named(&rng, seed, name, index);
    return rng_u64(&rng);
}

double noise_uniform(uint64_t key, uint64_t tick)
{
    /* splitmix64 with its counter taken from the tick */
    uint64_t z = key + (tick + 1) * 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    z ^= z >> 31;
    return ((double)(z >> 12) + 0.5) * 0x1p-52;
}

static double tail(double p)
{
    double r = sqrt(-log(p)) - 1.6;
    if (r <= 3.4)
        return (((0.17023821103 * r + 1.3067284816) * r + 2.7568153900) * r + 1.4234372777) /
               ((0.12021132975 * r + 0.73700164250) * r + 1);
    r -= 3.4;
    return (((0.017337203997 * r + 0.42868294337) * r + 3.0812263860) * r + 6.6579051150) /
           ((0.012258202635 * r + 0.24197894225) * r + 1);
}

double noise_gauss(uint64_t key, uint64_t tick)
{
    double p = noise_uniform(key, tick), q = p - 0.5;
    if (fabs(q) <= 0.425) {
        double r = 0.180625 - q * q;
        return q * (((59.109374720 * r + 159.29113202) * r + 50.434271938) * r + 3.3871327179) /
               (((67.187563600 * r + 78.757757664) * r + 17.895169469) * r + 1);
    }
    return q < 0 ? -tail(p) : tail(1 - p);
}
