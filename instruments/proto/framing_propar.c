#include "instruments/proto/framing.h"

enum { DLE = 0x10, STX = 0x02, ETX = 0x03 };
enum { PROPAR_LONGEST = 300 };

static unsigned byte_at(struct span bytes, size_t i)
{
    return (unsigned char)bytes.at[i];
}

/* Where DLE STX begins at or after `from`; a DLE at the very end may still become one. */
static size_t find_start(struct span bytes, size_t from)
{
    for (size_t i = from; i < bytes.len; i++)
        if (byte_at(bytes, i) == DLE && (i + 1 == bytes.len || byte_at(bytes, i + 1) == STX))
            return i;
    return bytes.len;
}

static enum frame_state cut_propar(struct span bytes, struct span *frame, size_t *used)
{
    size_t start = find_start(bytes, 0);
    size_t i = start + 2;

    while (i < bytes.len) {
        if (i - start >= PROPAR_LONGEST) { /* noise: look for another start behind this one */
            start = find_start(bytes, start + 2);
            i = start + 2;
        } else if (byte_at(bytes, i) != DLE) {
            i++;
        } else if (i + 1 == bytes.len) {
            break;
        } else if (byte_at(bytes, i + 1) == DLE) {
            i += 2;
        } else if (byte_at(bytes, i + 1) == ETX) {
            *frame = (struct span){bytes.at + start, i + 2 - start};
            *used = i + 2;
            return FRAME_READY;
        } else { /* a single DLE inside: the frame was cut short; DLE STX here begins the next */
            start = find_start(bytes, i);
            i = start + 2;
        }
    }
    *used = start;
    return FRAME_MORE;
}

const struct framing framing_propar = {
    .name = "propar", .longest = PROPAR_LONGEST + 2, .cut = cut_propar};
