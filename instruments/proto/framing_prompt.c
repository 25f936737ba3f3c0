/* A terminal-like device: what it says ends with its prompt at the start of a line. */
#include "instruments/proto/framing.h"

enum { PROMPT_LONGEST = 256 };

static enum frame_state cut_prompt(struct span bytes, struct span *frame, size_t *used)
{
    size_t start = 0;

    for (size_t i = 0; i < bytes.len; i++) {
        if (bytes.at[i] == '>' && i > start &&
            (bytes.at[i - 1] == '\r' || bytes.at[i - 1] == '\n')) {
            *frame = (struct span){bytes.at + start, i - 1 - start};
            *used = i + 1;
            return FRAME_READY;
        }
        if (i - start >= PROMPT_LONGEST)
            start = i + 1;
    }
    *used = start;
    return FRAME_MORE;
}

const struct framing framing_prompt = {
    .name = "prompt", .longest = PROMPT_LONGEST, .cut = cut_prompt};
