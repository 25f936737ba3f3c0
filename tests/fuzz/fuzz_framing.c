/* Every framer over the same bytes: it stays within them and always gets on. */
#include <stdlib.h>

#include "instruments/proto/framing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct framing *const framings[] = {
        &framing_line_cr, &framing_line_lf, &framing_record_lf, &framing_propar, &framing_frame26};
    for (size_t i = 0; i < COUNT(framings); i++) {
        struct span rest = {(const char *)data, size};
        for (;;) {
            struct span frame = {rest.at, 0};
            size_t used = 0;
            const enum frame_state state = framings[i]->cut(rest, &frame, &used);
            if (used > rest.len || (state == FRAME_READY && used == 0) ||
                (state == FRAME_READY && frame.len > framings[i]->longest))
                abort();
            if (state == FRAME_READY &&
                (frame.at < rest.at || frame.at + frame.len > rest.at + used))
                abort();
            if (state == FRAME_MORE && used == 0)
                break;
            rest = span_skip(rest, used);
        }
        if (rest.len > framings[i]->longest + 2)
            abort();
    }
    return 0;
}
