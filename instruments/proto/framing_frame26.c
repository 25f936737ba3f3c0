#include "instruments/proto/frame26.h"
#include "instruments/proto/framing.h"

/* A sync byte inside another frame's data is not a start: only the checksum tells, so after a wrong
 * one the search goes on at the next byte. */
static enum frame_state cut_frame26(struct span bytes, struct span *frame, size_t *used)
{
    for (size_t i = 0; i < bytes.len; i++) {
        if ((unsigned char)bytes.at[i] != FRAME26_SYNC)
            continue;
        struct span candidate = {bytes.at + i, FRAME26_LEN};
        if (bytes.len - i < FRAME26_LEN) {
            *used = i;
            return FRAME_MORE;
        }
        if (!frame26_is_whole(candidate))
            continue;
        *frame = candidate;
        *used = i + FRAME26_LEN;
        return FRAME_READY;
    }
    *used = bytes.len;
    return FRAME_MORE;
}

const struct framing framing_frame26 = {
    .name = "frame26", .longest = FRAME26_LEN, .cut = cut_frame26};
