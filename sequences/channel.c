#include "sequences/channel.h"

int channel_find(const struct bench_view *view, struct span name)
{
    for (size_t i = 0; i < view->channel_count; i++) {
        if (span_is(name, view->channels[i].name))
            return (int)i;
    }
    return -1;
}
