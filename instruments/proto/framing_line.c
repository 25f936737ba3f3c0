#include "instruments/proto/framing.h"

/* A longer line is dropped in whole pieces, so that the result does not depend on how it arrived.
 */
enum { LINE_LONGEST = 300 };

static enum frame_state cut_line(struct span bytes, char end, struct span *frame, size_t *used)
{
    size_t start = 0;
    while (start < bytes.len && (bytes.at[start] == '\r' || bytes.at[start] == '\n'))
        start++;
    struct span line = span_skip(bytes, start);
    size_t look = line.len < LINE_LONGEST + 1 ? line.len : LINE_LONGEST + 1;
    const char *stop = look ? memchr(line.at, end, look) : NULL;

    if (stop == NULL) {
        *used = line.len > LINE_LONGEST ? start + LINE_LONGEST + 1 : start;
        return FRAME_MORE;
    }
    line.len = (size_t)(stop - line.at);
    *used = start + line.len + 1;
    if (line.len && end == '\n' && line.at[line.len - 1] == '\r')
        line.len--;
    *frame = line;
    return FRAME_READY;
}

static enum frame_state cut_cr(struct span bytes, struct span *frame, size_t *used)
{
    return cut_line(bytes, '\r', frame, used);
}

static enum frame_state cut_lf(struct span bytes, struct span *frame, size_t *used)
{
    return cut_line(bytes, '\n', frame, used);
}

const struct framing framing_line_cr = {.name = "line-cr", .longest = LINE_LONGEST, .cut = cut_cr};
const struct framing framing_line_lf = {.name = "line-lf", .longest = LINE_LONGEST, .cut = cut_lf};
