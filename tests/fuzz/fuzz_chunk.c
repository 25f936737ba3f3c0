/* Any bytes as a chunk's blob: refused, or every value of it can be read. */
#include <stdint.h>

#include "db/chunk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span blob = {(const char *)data, size};
    struct chunk_view view;
    char text[CHUNK_STATS * CHUNK_COLUMNS_MAX];
    struct obuf stats = {text, 0, sizeof text};
    volatile float last = 0;
    if (chunk_parse(blob, &view) != RC_OK)
        return 0;
    if (chunk_put_stats(blob, &stats) != RC_OK)
        __builtin_trap();
    for (unsigned column = 0; column < view.columns; column++)
        for (size_t row = 0; row < view.rows; row++)
            last = view.points ? chunk_time_s(&view, row) : chunk_value(&view, column, row);
    (void)last;
    return 0;
}
