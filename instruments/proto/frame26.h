/* The 26-byte frame of ITECH IT8500 and B&K Precision 8500 loads:
 *
 *   AA address command data[22] checksum      unused data 0, integers little-endian
 *
 * The checksum is the low byte of the sum of the 25 bytes before it. Source: B&K Precision, "8500
 * series programming manual", chapter "Frame format". */
#ifndef INSTRUMENTS_PROTO_FRAME26_H
#define INSTRUMENTS_PROTO_FRAME26_H

#include "core/bytes.h"

enum { FRAME26_LEN = 26, FRAME26_DATA = 22, FRAME26_SYNC = 0xAA };

struct frame26 {
    uint8_t address, command;
    uint8_t data[FRAME26_DATA];
};

/* Length, sync byte and checksum are right. */
bool frame26_is_whole(struct span frame);

/* RC_NOSPACE: `out` has no 26 bytes left; nothing was appended. */
MUST_CHECK enum rc frame26_put(struct obuf *out, const struct frame26 *frame);

/* RC_PROTOCOL: not a whole frame; *frame is untouched. */
MUST_CHECK enum rc frame26_get(struct span bytes, struct frame26 *frame);

/* Little-endian fields; `at` is an index into data, the field lies within it. */
uint32_t frame26_u32(const struct frame26 *frame, size_t at);
uint16_t frame26_u16(const struct frame26 *frame, size_t at);
void frame26_set_u32(struct frame26 *frame, size_t at, uint32_t value);
void frame26_set_u16(struct frame26 *frame, size_t at, uint16_t value);

#endif
