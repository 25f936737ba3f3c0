#include "core/clock.h"

#include <stdio.h>
#include <time.h>

static int64_t read_us(clockid_t id)
{
    struct timespec t = {0};
    clock_gettime(id, &t); /* cannot fail for these two clocks on Linux */
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

void clock_init_real(struct clock *clock)
{
    *clock = (struct clock){
        .is_virtual = false,
        .zero_us = read_us(CLOCK_MONOTONIC),
        .wall_us = read_us(CLOCK_REALTIME),
    };
}

void clock_init_virtual(struct clock *clock, int64_t wall_us)
{
    *clock = (struct clock){.is_virtual = true, .wall_us = wall_us};
}

struct instant clock_read(const struct clock *clock)
{
    return (struct instant){read_us(CLOCK_MONOTONIC) - clock->zero_us};
}

int64_t clock_wall_us(const struct clock *clock, struct instant t)
{
    return t.us > 0 && clock->wall_us > INT64_MAX - t.us ? INT64_MAX : clock->wall_us + t.us;
}

void clock_jump(struct clock *clock, struct instant to)
{
    if (clock->is_virtual && to.us > clock->now_us)
        clock->now_us = to.us;
}

void clock_utc_text(int64_t wall_us, char out[32])
{
    int64_t ms = wall_us >= 0 ? wall_us / 1000 : 0;
    time_t seconds = (time_t)(ms / 1000);
    struct tm utc;
    char text[24];
    if (!gmtime_r(&seconds, &utc) || strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc) == 0)
        text[0] = '\0';
    snprintf(out, 32, "%s.%03uZ", text, (unsigned)(ms % 1000));
}
