#include "db/uuid.h"

#include <sys/random.h>

#include "core/bytes.h"
#include "core/hash.h"

static void set_version(struct uuid *uuid, unsigned version)
{
    uuid->bytes[6] = (unsigned char)((uuid->bytes[6] & 0x0fU) | version << 4);
    uuid->bytes[8] = (unsigned char)((uuid->bytes[8] & 0x3fU) | 0x80U);
}

struct uuid uuid_from_time(int64_t utc_us)
{
    struct uuid uuid = {{0}};
    uint64_t ms = utc_us > 0 ? (uint64_t)utc_us / 1000 : 0;
    for (int i = 0; i < 6; i++)
        uuid.bytes[i] = (unsigned char)(ms >> (40 - 8 * i));
    /* Ten bytes are never cut short (random(7)); without any the key column still keeps order. */
    (void)!getrandom(uuid.bytes + 6, 10, 0);
    set_version(&uuid, 7);
    return uuid;
}

struct uuid uuid_from_seed(uint64_t seed, uint64_t a, uint64_t b)
{
    struct uuid uuid;
    char text[80];
    struct obuf out = {text, 0, sizeof text};
    (void)!obuf_printf(&out, "lambdabench %llu %llu %llu", (unsigned long long)seed,
                       (unsigned long long)a, (unsigned long long)b);
    struct sha256 hash = hash_sha256(obuf_span(&out));
    memcpy(uuid.bytes, hash.bytes, sizeof uuid.bytes);
    set_version(&uuid, 8);
    return uuid;
}

void uuid_hex(const unsigned char bytes[16], char out[UUID_TEXT])
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < 16; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    out[32] = '\0';
}
