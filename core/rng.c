#include "core/rng.h"

#include <assert.h>
#include <math.h>
#include <stddef.h>

static uint64_t splitmix64(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static uint64_t rotate_left(uint64_t x, int k)
{
    return (x << k) | (x >> (64 - k));
}

void rng_seed(struct rng *rng, uint64_t seed)
{
    *rng = (struct rng){0};
    for (int i = 0; i < 4; i++)
        rng->s[i] = splitmix64(&seed); /* never all zero: splitmix64 is a bijection */
}

void rng_seed_named(struct rng *rng, uint64_t seed, const char *name, uint64_t index)
{
    uint64_t hash = 0xcbf29ce484222325u; /* FNV-1a, 64 bits */
    for (size_t i = 0; name[i]; i++)
        hash = (hash ^ (unsigned char)name[i]) * 0x100000001b3u;

    /* Each step is a bijection of its newest input, so two streams of one seed that differ only in
     * the index, or only in the hash of the name, cannot collide. */
    uint64_t state = seed;
    state = splitmix64(&state) ^ hash;
    state = splitmix64(&state) ^ index;
    rng_seed(rng, splitmix64(&state));
}

uint64_t rng_u64(struct rng *rng)
{
    uint64_t *s = rng->s;
    uint64_t result = rotate_left(s[1] * 5, 7) * 9;
    uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate_left(s[3], 45);
    return result;
}

double rng_uniform(struct rng *rng)
{
    return (double)(rng_u64(rng) >> 11) * 0x1p-53;
}

/* ln of 0 < x <= 1, from operations that IEEE 754 defines to the bit: the log of a C library
 * differs in its last bit between libraries and even between processors (with and without FMA). ln
 * m = 2 atanh t, t = (m - 1) / (m + 1), |t| < 0.172, series to t^25. */
static double repeatable_ln(double x)
{
    int exponent = 0;
    double m = frexp(x, &exponent); /* exact */
    if (m < 0.70710678118654752) {
        m *= 2;
        exponent--;
    }
    double t = (m - 1) / (m + 1), t2 = t * t, sum = 0;
    for (int k = 25; k >= 1; k -= 2)
        sum = sum * t2 + 1.0 / k;
    return 2 * t * sum + exponent * 0.69314718055994531;
}

/* The polar method of Marsaglia and Bray (1964). */
double rng_gauss(struct rng *rng)
{
    if (rng->has_spare) {
        rng->has_spare = 0;
        return rng->spare;
    }
    double u, v, square;
    do {
        u = 2 * rng_uniform(rng) - 1;
        v = 2 * rng_uniform(rng) - 1;
        square = u * u + v * v;
    } while (!(square > 0 && square < 1));
    double scale = sqrt(-2 * repeatable_ln(square) / square);
    rng->spare = v * scale;
    rng->has_spare = 1;
    return u * scale;
}

uint64_t rng_below(struct rng *rng, uint64_t n)
{
    assert(n > 0);
    uint64_t reject_below = (0 - n) % n; /* 2^64 mod n: what remains is a multiple of n */
    uint64_t x;
    do
        x = rng_u64(rng);
    while (x < reject_below);
    return x % n;
}
