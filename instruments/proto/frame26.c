#include "instruments/proto/frame26.h"

#include <assert.h>

static uint8_t sum_of(const uint8_t *bytes)
{
    unsigned sum = 0;
    for (size_t i = 0; i < FRAME26_LEN - 1; i++)
        sum += bytes[i];
    return (uint8_t)sum;
}

bool frame26_is_whole(struct span frame)
{
    if (frame.len != FRAME26_LEN)
        return false;
    uint8_t bytes[FRAME26_LEN];
    memcpy(bytes, frame.at, sizeof bytes);
    return bytes[0] == FRAME26_SYNC && bytes[FRAME26_LEN - 1] == sum_of(bytes);
}

enum rc frame26_put(struct obuf *out, const struct frame26 *frame)
{
    uint8_t bytes[FRAME26_LEN] = {FRAME26_SYNC, frame->address, frame->command};
    memcpy(bytes + 3, frame->data, FRAME26_DATA);
    bytes[FRAME26_LEN - 1] = sum_of(bytes);
    return obuf_put(out, (struct span){(const char *)bytes, sizeof bytes});
}

enum rc frame26_get(struct span bytes, struct frame26 *frame)
{
    if (!frame26_is_whole(bytes))
        return RC_PROTOCOL;
    frame->address = (uint8_t)bytes.at[1];
    frame->command = (uint8_t)bytes.at[2];
    memcpy(frame->data, bytes.at + 3, FRAME26_DATA);
    return RC_OK;
}

uint32_t frame26_u32(const struct frame26 *frame, size_t at)
{
    return frame26_u16(frame, at) | (uint32_t)frame26_u16(frame, at + 2) << 16;
}

uint16_t frame26_u16(const struct frame26 *frame, size_t at)
{
    assert(at + 2 <= FRAME26_DATA);
    return (uint16_t)(frame->data[at] | frame->data[at + 1] << 8);
}

void frame26_set_u32(struct frame26 *frame, size_t at, uint32_t value)
{
    frame26_set_u16(frame, at, (uint16_t)(value & 0xFFFF));
    frame26_set_u16(frame, at + 2, (uint16_t)(value >> 16));
}

void frame26_set_u16(struct frame26 *frame, size_t at, uint16_t value)
{
    assert(at + 2 <= FRAME26_DATA);
    frame->data[at] = (uint8_t)(value & 0xFF);
    frame->data[at + 1] = (uint8_t)(value >> 8);
}
