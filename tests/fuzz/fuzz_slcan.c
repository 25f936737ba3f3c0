/* What is parsed as a frame is written back as a line that parses to the same frame. */
#include <stdlib.h>

#include "instruments/proto/slcan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span line = {(const char *)data, size};
    struct can_frame frame, again;
    char text[SLCAN_LINE_MAX];
    struct obuf out = {text, 0, sizeof text};

    (void)slcan_standard_id(line);
    (void)!slcan_check_sent(line);
    if (slcan_parse_frame(line, &frame) != RC_OK)
        return 0;
    if (slcan_put_frame(&out, &frame) != RC_OK)
        abort();
    if (slcan_parse_frame((struct span){text, out.len - 1}, &again) != RC_OK)
        abort();
    if (memcmp(&frame, &again, sizeof frame) != 0)
        abort();
    return 0;
}
