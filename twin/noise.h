/* Measurement noise as a pure function of a key and the number of the tick: whoever reads, and in
 * whatever order, sees the same value, and nobody moves another's stream. */
#ifndef TWIN_NOISE_H
#define TWIN_NOISE_H

#include <stdint.h>

/* A key of its own for a named quantity; the same (seed, name, index) gives the same key. */
uint64_t noise_key(uint64_t seed, const char *name, uint64_t index);

double noise_uniform(uint64_t key, uint64_t tick); /* 0 < x < 1 */
/* Mean 0, sd 1: the normal quantile of noise_uniform (Wichura, Applied Statistics 37 (1988) 477,
 * algorithm PPND7, about 7 digits). */
double noise_gauss(uint64_t key, uint64_t tick);

#endif
