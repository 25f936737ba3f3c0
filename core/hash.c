#include "core/hash.h"

#include <sodium.h>
#include <zlib.h>

_Static_assert(sizeof(struct sha256) == crypto_hash_sha256_BYTES, "size of a SHA-256");

struct sha256 hash_sha256(struct span text)
{
    static const unsigned char nothing[1] = {0};
    struct sha256 hash;
    /* May be called any number of times. Its failure would mean no random numbers; a hash needs
     * none, so the result does not matter here. */
    (void)!sodium_init();
    crypto_hash_sha256(hash.bytes, text.len ? (const unsigned char *)text.at : nothing, text.len);
    return hash;
}

void hash_hex(const struct sha256 *hash, char out[65])
{
    sodium_bin2hex(out, 65, hash->bytes, sizeof hash->bytes);
}

uint32_t hash_crc32(struct span text)
{
    uLong crc = crc32(0, Z_NULL, 0);
    if (text.len)
        crc = crc32_z(crc, (const unsigned char *)text.at, text.len);
    return (uint32_t)crc;
}
