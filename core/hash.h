/* SHA-256 (libsodium) for documents, CRC-32 (zlib) for chunks. The only owner of both headers. */
#ifndef CORE_HASH_H
#define CORE_HASH_H

#include "core/bytes.h"

struct sha256 {
    unsigned char bytes[32];
};

struct sha256 hash_sha256(struct span text);
/* 64 hex digits and a NUL. */
void hash_hex(const struct sha256 *hash, char out[65]);
uint32_t hash_crc32(struct span text);

#endif
