/* Seeded random numbers: xoshiro256** (Blackman, Vigna 2018), seeded by splitmix64. The same seed
 * gives the same numbers on every machine. */
#ifndef CORE_RNG_H
#define CORE_RNG_H

#include <stdint.h>

struct rng {
    uint64_t s[4];
    double spare; /* second value of the last gaussian pair */
    int has_spare;
};

void rng_seed(struct rng *rng, uint64_t seed);
/* A stream of its own for a named purpose: the same (seed, name, index) gives the same stream. */
void rng_seed_named(struct rng *rng, uint64_t seed, const char *name, uint64_t index);

uint64_t rng_u64(struct rng *rng);
double rng_uniform(struct rng *rng);             /* 0 <= x < 1 */
double rng_gauss(struct rng *rng);               /* mean 0, sd 1 */
uint64_t rng_below(struct rng *rng, uint64_t n); /* 0..n-1, unbiased; n > 0 */

#endif
