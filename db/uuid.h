/* Identifiers that leave the machine (RFC 9562): version 7, ordered in time, with bits of
 * getrandom(2); or version 8 from a seed, so that a simulated run repeats byte for byte. */
#ifndef DB_UUID_H
#define DB_UUID_H

#include <stdint.h>

struct uuid {
    unsigned char bytes[16];
};

enum { UUID_TEXT = 33 };

struct uuid uuid_from_time(int64_t utc_us);
/* The same (seed, a, b) gives the same identifier. */
struct uuid uuid_from_seed(uint64_t seed, uint64_t a, uint64_t b);
/* 32 hex digits and a NUL. */
void uuid_hex(const unsigned char bytes[16], char out[UUID_TEXT]);

#endif
