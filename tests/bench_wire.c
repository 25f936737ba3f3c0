/* Wire efficiency of a poll loop: a ProPar controller at 38400 baud behind a paced PTY in another
 * process, polled as fast as the wire allows. Prints polls per second beside what the bits alone
 * would allow. */
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "instruments/capability/flow_controller.h"
#include "instruments/link.h"
#include "instruments/registry.h"
#include "instruments/simhost.h"
#include "instruments/transport/serial.h"

static const struct device_setup setup = {
    .name = "mfc", .node = 3, .full_scale = 5.0, .reference_ratio = 1.0};

static double plant_read(void *ctx, enum plant_signal signal, unsigned channel, struct instant now)
{
    (void)ctx, (void)channel, (void)now;
    return signal == PLANT_FLOW_slpm ? 1.0 : signal == PLANT_PRESSURE_kPa ? 101.3 : 20.0;
}

static void plant_write(void *ctx, enum plant_signal signal, unsigned channel, double value,
                        struct instant now)
{
    (void)ctx, (void)signal, (void)channel, (void)value, (void)now;
}

static void serve(int out, const struct registry_entry *entry)
{
    struct clock clock;
    char path[64] = "";
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    clock_init_real(&clock);
    struct loop *loop = loop_new(&clock);
    struct simhost *host = simhost_new(loop, entry->driver->line.baud, 1);
    struct sim_setup sim = {.driver = entry->driver,
                            .device = &setup,
                            .plant = {plant_read, plant_write, NULL},
                            .seed = 1};
    if (simhost_add(host, entry->sim, &sim) == RC_OK &&
        simhost_serve_pty(host, true, path, sizeof path) == RC_OK &&
        write(out, path, sizeof path) == (ssize_t)sizeof path)
        (void)!loop_run(loop);
    _exit(1);
}

enum { POLLS_MAX = 4096 };

struct count {
    struct loop *loop;
    uint64_t sent, received; /* bytes */
    unsigned readings;
    struct instant first, last;
    int64_t took_us[POLLS_MAX]; /* from one reading to the next */
};

static void on_bytes(void *ctx, const struct link *link, bool sent, struct span bytes,
                     struct instant t)
{
    struct count *count = ctx;
    (void)link, (void)t;
    if (count->readings)
        *(sent ? &count->sent : &count->received) += bytes.len;
}

static void on_reading(void *ctx, struct device *device, const void *reading, struct instant t)
{
    struct count *count = ctx;
    (void)device, (void)reading, (void)t;
    struct instant now = loop_now(count->loop);
    if (count->readings == 0)
        count->first = now;
    else if (count->readings <= POLLS_MAX)
        count->took_us[count->readings - 1] = instant_since(now, count->last).us;
    count->readings++;
    count->last = now;
}

static int compare_us(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* The median is what the wire costs; the mean has in it what else the machine did meanwhile. */
static void print_result(struct count *count, unsigned baud)
{
    size_t polls = count->readings - 1;
    double mean_s = duration_in_s(instant_since(count->last, count->first)) / (double)polls;
    qsort(count->took_us, polls < POLLS_MAX ? polls : POLLS_MAX, sizeof *count->took_us,
          compare_us);
    double median_s = (double)count->took_us[polls / 2] * 1e-6;
    double ideal_s =
        (double)(count->sent + count->received) / (double)polls / ((double)baud / 10.0);
    printf(
        "wire at %u baud, paced PTY: a poll takes %.2f ms, its bits %.2f ms: %.1f %% (goal 97 %%), "
        "in the mean of %zu polls %.1f %%\n",
        baud, 1e3 * median_s, 1e3 * ideal_s, 100.0 * ideal_s / median_s, polls,
        100.0 * ideal_s / mean_s);
}

static void on_end(void *ctx)
{
    loop_stop(ctx);
}

int main(int argc, char **argv)
{
    int pipes[2];
    char path[64];
    double seconds = argc > 1 ? (double)atoi(argv[1]) : 5.0;
    const struct registry_entry *entry = registry_find(SPAN("bronkhorst"));
    if (pipe(pipes) != 0)
        return 1;
    pid_t server = fork();
    if (server == 0)
        serve(pipes[1], entry);
    if (read(pipes[0], path, sizeof path) != (ssize_t)sizeof path)
        return 1;
    struct clock clock;
    clock_init_real(&clock);
    struct loop *loop = loop_new(&clock);
    struct log log = {.to = stderr, .level = LOG_WARN, .clock = &clock};
    struct transport *transport;
    if (serial_open(loop, path, &entry->driver->line, &log, &transport) != RC_OK)
        return 1;
    struct count count = {.loop = loop};
    struct link *link = link_new(loop, transport, &log);
    link_set_tap(link, (struct link_tap){on_bytes, &count});
    struct device *device = link_add(link, entry->driver, &setup,
                                     (struct device_events){.reading = on_reading, .ctx = &count});
    device_poll_every(device, duration_us(1));
    struct timer end = timer_of(on_end, loop);
    if (link_start(link) != RC_OK ||
        loop_arm(loop, &end, instant_add(loop_now(loop), duration_s(seconds))) != RC_OK)
        return 1;
    (void)!loop_run(loop);
    if (count.readings < 2 || count.readings > POLLS_MAX)
        return 1;
    print_result(&count, entry->driver->line.baud);
    link_free(link);
    loop_free(loop);
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
    return 0;
}
