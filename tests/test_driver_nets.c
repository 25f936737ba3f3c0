/* The nets, for every row of the registry: each answer of each model's simulator, cut at every
 * byte and with every byte changed to every other value. All or nothing: what is refused leaves no
 * trace (the net aborts), and what passes is a reading that this kind of instrument can give. */
#include "tests/support/cmocka.h"

#include <math.h>
#include <stdlib.h>

#include "instruments/registry.h"
#include "tests/support/driver_sim.h"

/* What a signal can be at all, in its unit: a damaged digit is inside, a damaged exponent is not.
 */
static const struct {
    const char *unit;
    double most;
} bounds[] = {{"L/min", 1e5}, {"kPa", 1e5}, {"degC", 1e5}, {"A", 1e4},  {"mA", 1e5}, {"V", 1e4},
              {"mV", 1e6},    {"W", 1e6},   {"ohm", 1e9},  {"Hz", 1e6}, {"", 1e9},   {"onoff", 1}};

struct tally {
    size_t frames, prefixes, changes, accepted;
};

static double most_of(const struct signal *signal)
{
    for (size_t i = 0; i < COUNT(bounds); i++)
        if (strcmp(bounds[i].unit, signal->unit) == 0)
            return bounds[i].most;
    fail_msg("signal %s: no bound for its unit '%s'", signal->name, signal->unit);
    return 0.0;
}

struct judge {
    const struct driver *driver;
    bool poll; /* a reading is expected */
};

static void check_value(const struct judge *judge, const struct signal *signal, double value,
                        struct span frame)
{
    double most = most_of(signal);
    if (isnan(value) || (value >= -most && value <= most))
        return;
    fail_msg("%s: '%.*s' is %s = %g %s", judge->driver->name, (int)frame.len, frame.at,
             signal->name, value, signal->unit);
}

/* Of a frame that decode took. */
static void check_taken(void *ctx, struct span frame, const struct answer *answer)
{
    const struct judge *judge = ctx;
    const struct capability *capability = judge->driver->capability;
    if (isinf(answer->readback))
        fail_msg("%s: '%.*s' is read back as infinite", judge->driver->name, (int)frame.len,
                 frame.at);
    for (size_t i = 0; judge->poll && i < capability->signal_count; i++) {
        const struct signal *signal = &capability->signals[i];
        size_t at = (size_t)signal->at;
        for (; signal->at >= 0 && at + sizeof(double) <= capability->reading_size;
             at += capability->channel_stride) {
            double value;
            memcpy(&value, (const char *)answer->reading + at, sizeof value);
            check_value(judge, signal, value, frame);
            if (!capability->channel_stride)
                break;
        }
    }
}

static void try_frame(struct driver_sim *bench, const struct ask *ask, struct tally *tally)
{
    struct judge judge = {bench->driver, ask->kind == ASK_POLL || ask->kind == ASK_STREAM};
    const struct driver_net net = {bench->driver, &bench->setup, ask, check_taken, &judge};
    struct span frame = {bench->frame, bench->frame_len};
    char copy[DEVICE_FRAME_MAX];
    memcpy(copy, frame.at, frame.len);
    frame.at = copy;
    tally->frames++;
    tally->prefixes += frame.len;
    tally->changes += 255 * frame.len;
    tally->accepted += driver_net_try(&net, frame);
}

/* True: the reading is whole, no further step is asked. */
static bool ask_and_try(struct driver_sim *bench, struct ask ask, struct tally *tally)
{
    struct identity identity = {.full_scale = (double)NAN};
    alignas(16) unsigned char reading[DEVICE_READING_MAX] = {0};
    struct answer answer = {.identity = &identity, .reading = reading, .readback = (double)NAN};
    bench->frame_len = 0;
    enum rc rc = driver_sim_ask(bench, &ask, &answer);
    if (rc == RC_TIMEOUT && bench->driver->streams)
        return true; /* what a unit on CAN is told, its adapter acknowledges: a row of its own */
    if (rc != RC_OK)
        fail_msg("%s: kind %d step %u: %s", bench->driver->name, (int)ask.kind, ask.step,
                 rc_text(rc));
    ask.seq = bench->seq;
    if (bench->frame_len)
        try_frame(bench, &ask, tally);
    return answer.complete;
}

static void try_steps(struct driver_sim *bench, enum ask_kind kind, unsigned steps,
                      struct tally *tally)
{
    for (unsigned step = 0; step < steps; step++)
        if (ask_and_try(bench, (struct ask){.kind = kind, .step = step}, tally) && kind == ASK_POLL)
            return;
}

/* What the unit says by itself, once the adapter's channel is open: both halves of a reading. */
static void try_stream(struct driver_sim *bench, struct tally *tally)
{
    const struct driver *driver = bench->driver;
    unsigned wanted = driver->streams && driver->owns ? 2 : 0;
    (void)driver_sim_raw(bench, wanted ? SPAN("C\rS6\rO\r") : SPAN(""));
    for (unsigned ms = 0; wanted && ms < 2000; ms += 5) {
        struct span said, frame;
        size_t used = 0;
        driver_sim_wait(bench, duration_ms(5));
        said = driver_sim_raw(bench, SPAN(""));
        for (; wanted && driver->framing->cut(said, &frame, &used) == FRAME_READY;
             said = span_skip(said, used)) {
            if (!driver->owns(driver, &bench->setup, frame))
                continue;
            memcpy(bench->frame, frame.at, frame.len);
            bench->frame_len = frame.len;
            try_frame(bench, &(struct ask){.kind = ASK_STREAM}, tally);
            wanted--;
        }
    }
}

static struct device_setup setup_of(const struct driver *driver)
{
    struct device_setup setup = {
        .name = "unit", .address = 'A', .full_scale = 10, .reference_ratio = 1, .supply_V = 12};
    if (strncmp(driver->name, "bronkhorst", 10) == 0)
        setup.node = 3;
    if (strcmp(driver->capability->name, "load") == 0)
        setup.node = 1;
    return setup;
}

static void try_driver(const struct registry_entry *entry, struct tally *tally)
{
    static struct driver_sim bench;
    const struct driver *driver = entry->driver;
    struct device_setup setup = setup_of(driver);
    driver_sim_open(&bench, driver, entry->sim, &setup);
    try_steps(&bench, ASK_IDENTIFY, driver->identify_steps, tally);
    try_steps(&bench, ASK_CONFIGURE, driver->configure_steps, tally);
    try_steps(&bench, ASK_SAFE, driver->safe_steps, tally);
    try_steps(&bench, ASK_POLL, driver->poll_steps, tally);
    ask_and_try(&bench, (struct ask){.kind = ASK_SYNC}, tally);
    try_stream(&bench, tally);
}

static void every_model_refuses_damage_or_reads_what_it_could_have_said(void **state)
{
    (void)state;
    struct tally all = {0};
    for (size_t i = 0; i < registry_count; i++) {
        struct tally tally = {0};
        try_driver(&registry[i], &tally);
        if (tally.frames == 0)
            fail_msg("%s: not one frame was tried", registry[i].driver->name);
        all.frames += tally.frames;
        all.prefixes += tally.prefixes;
        all.changes += tally.changes;
        all.accepted += tally.accepted;
    }
    print_message("figure: drivers: %zu models, %zu frames, %zu cuts and %zu changes, %zu taken, "
                  "each inside its signal's range\n",
                  registry_count, all.frames, all.prefixes, all.changes, all.accepted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_model_refuses_damage_or_reads_what_it_could_have_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
