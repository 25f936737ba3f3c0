/* Time, in two types that do not mix, and the only two clocks.
 *
 * The real clock is CLOCK_MONOTONIC; the virtual one stands still until the loop moves it. Only
 * core/clock.c asks the operating system for the time. */
#ifndef CORE_CLOCK_H
#define CORE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct instant {
    int64_t us; /* monotonic microseconds since the clock's own zero */
};
struct duration {
    int64_t us;
};

#define INSTANT_NEVER ((struct instant){INT64_MAX})

static inline struct duration duration_us(int64_t us)
{
    return (struct duration){us};
}
static inline struct duration duration_ms(int64_t ms)
{
    return (struct duration){ms * 1000};
}
static inline struct duration duration_s(double s) /* rounds to 1 us; |s| < 1e12 */
{
    return (struct duration){(int64_t)(s * 1e6 + (s < 0 ? -0.5 : 0.5))};
}
static inline double duration_in_s(struct duration d)
{
    return (double)d.us * 1e-6;
}
static inline struct instant instant_add(struct instant t, struct duration d)
{
    bool never = d.us > 0 && t.us > INT64_MAX - d.us;
    return (struct instant){never ? INT64_MAX : t.us + d.us};
}
static inline struct duration instant_since(struct instant later, struct instant earlier)
{
    return (struct duration){later.us - earlier.us};
}
static inline bool instant_before(struct instant a, struct instant b)
{
    return a.us < b.us;
}

struct clock {
    bool is_virtual;
    int64_t now_us;  /* virtual only */
    int64_t zero_us; /* real: CLOCK_MONOTONIC at clock_init_real; virtual: 0 */
    int64_t wall_us; /* UTC microseconds at zero, read once */
};

void clock_init_real(struct clock *clock);
/* Starts at 0; its wall time at zero is `wall_us` (a constant, so that runs repeat). */
void clock_init_virtual(struct clock *clock, int64_t wall_us);

/* The real clock, from the operating system. */
struct instant clock_read(const struct clock *clock);
static inline struct instant clock_now(const struct clock *clock)
{
    return clock->is_virtual ? (struct instant){clock->now_us} : clock_read(clock);
}
/* The UTC label of an instant, microseconds since 1970; a step of the wall clock never bends it. */
int64_t clock_wall_us(const struct clock *clock, struct instant t);
/* "2026-11-21T09:12:03.410Z": for people and exports. */
void clock_utc_text(int64_t wall_us, char out[32]);
/* Virtual clocks only, forward only: anything else is ignored. */
void clock_jump(struct clock *clock, struct instant to);

#endif
