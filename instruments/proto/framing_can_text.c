/* The text side of an SLCAN adapter: CR ends a line, BEL is an answer by itself. */
#include "instruments/proto/framing.h"

enum { CAN_TEXT_LONGEST = 64 }; /* the longest line of the protocol has 30 characters */

/* Bytes that belong to no frame are dropped here, in a loop, so that the result does not depend on
 * how the stream was cut into reads. */
static enum frame_state cut_slowly(struct span bytes, struct span *frame, size_t *used)
{
    size_t start = 0;

    for (size_t i = 0; i < bytes.len; i++) {
        char c = bytes.at[i];
        if (c == '\r' || c == '\a') {
            *frame = c == '\a' ? (struct span){bytes.at + i, 1}
                               : (struct span){bytes.at + start, i - start};
            *used = i + 1;
            return FRAME_READY;
        }
        /* some adapters end their lines in CR LF */
        if ((c == '\n' && i == start) || i - start >= CAN_TEXT_LONGEST)
            start = i + 1;
    }
    *used = start;
    return FRAME_MORE;
}

/* Nearly always a whole line stands at the start, and a million of them a second pass here. */
static enum frame_state cut_can_text(struct span bytes, struct span *frame, size_t *used)
{
    size_t look = bytes.len < CAN_TEXT_LONGEST ? bytes.len : CAN_TEXT_LONGEST;
    const char *end = look && bytes.at[0] != '\n' ? memchr(bytes.at, '\r', look) : NULL;

    if (!end || memchr(bytes.at, '\a', (size_t)(end - bytes.at)))
        return cut_slowly(bytes, frame, used);
    *frame = (struct span){bytes.at, (size_t)(end - bytes.at)};
    *used = frame->len + 1;
    return FRAME_READY;
}

const struct framing framing_can_text = {
    .name = "can_text", .longest = CAN_TEXT_LONGEST, .cut = cut_can_text};
