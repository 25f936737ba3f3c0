#include "instruments/proto/framing.h"

/* A longer line is dropped in whole pieces, so that the result does not depend on how it arrived.
 */
enum { LINE_LONGEST = 300, RECORD_LONGEST = 2000 };

static enum frame_state cut_line(struct span bytes, const struct framing *framing,
                                 struct span *frame, size_t *used)
{
    const char end = framing == &framing_line_cr ? '\r' : '\n';
    const size_t longest = framing->longest;
    size_t start = 0;
    while (start < bytes.len && (bytes.at[start] == '\r' || bytes.at[start] == '\n'))
        start++;
    struct span line = span_skip(bytes, start);
    size_t look = line.len < longest + 1 ? line.len : longest + 1;
    const char *stop = look ? memchr(line.at, end, look) : NULL;

    if (stop == NULL) {
        *used = line.len > longest ? start + longest + 1 : start;
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
    return cut_line(bytes, &framing_line_cr, frame, used);
}

static enum frame_state cut_lf(struct span bytes, struct span *frame, size_t *used)
{
    return cut_line(bytes, &framing_line_lf, frame, used);
}

static enum frame_state cut_record(struct span bytes, struct span *frame, size_t *used)
{
    return cut_line(bytes, &framing_record_lf, frame, used);
}

const struct framing framing_line_cr = {.name = "line-cr", .longest = LINE_LONGEST, .cut = cut_cr};
const struct framing framing_line_lf = {.name = "line-lf", .longest = LINE_LONGEST, .cut = cut_lf};
const struct framing framing_record_lf = {
    .name = "record-lf", .longest = RECORD_LONGEST, .cut = cut_record};
