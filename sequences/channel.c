#include "sequences/channel.h"

#include <string.h>

int channel_find(const struct bench_view *view, struct span name)
{
    for (size_t i = 0; i < view->channel_count; i++) {
        if (span_is(name, view->channels[i].name))
            return (int)i;
    }
    return -1;
}

double channel_most_kPa(const struct bench_view *view)
{
    int at = channel_find(view, SPAN("gas.pressure"));
    double most_kPa = at >= 0 ? view->channels[at].max_si / 1000 : 110;
    for (size_t i = 0; i < view->envelope_count; i++) {
        double kPa = view->envelope[i].hi_si / 1000;
        if (strcmp(view->envelope[i].channel, "gas.pressure") == 0 && kPa < most_kPa)
            most_kPa = kPa;
    }
    return most_kPa > 110 ? most_kPa : 110;
}

char channel_stream(const struct bench_view *view, const char *name)
{
    static const char ambient[] = "gas.ambient_";
    if (!view->b_is_ambient)
        return 0;
    return strncmp(name, ambient, sizeof ambient - 1) == 0 ? 'b' : 'a';
}
