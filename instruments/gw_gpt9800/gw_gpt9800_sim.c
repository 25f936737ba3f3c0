/* The simulated tester: its memory, its test as it runs, and the words for both. */
#include <math.h>

#include "core/num.h"
#include "instruments/gw_gpt9800/gw_gpt9800.h"
#include "instruments/proto/scpi.h"

enum { LINE_MAX_BYTES = 128 };
enum status { STATUS_VIEW, STATUS_TEST, STATUS_PASS, STATUS_FAIL };

/* Everything that is a number in the memory; judged when a test runs. */
enum number {
    NUMBER_STEP,
    NUMBER_KV,
    NUMBER_HIGH,
    NUMBER_LOW,
    NUMBER_REF,
    NUMBER_TIME,
    NUMBER_RAMP,
    NUMBERS
};

/* clang-format off */
static const struct setting {
    const char *pattern, *suffix;
    double least, most, preset, step;
    unsigned decimals, digits; /* as printed: at least so many before the point */
} settings[NUMBERS] = {
    [NUMBER_STEP] = { "MANU:STEP",       "",       0,    100,   1,    1,     0, 3 },
    [NUMBER_KV]   = { "MANU:IR:VOLTage", "kV",     0.05, 1,     0.05, 0.05,  3, 1 },
    [NUMBER_HIGH] = { "MANU:IR:RHISet",  "M ohm",  1,    9999,  9999, 1,     0, 4 },
    [NUMBER_LOW]  = { "MANU:IR:RLOSet",  "M ohm",  1,    9999,  1,    1,     0, 4 },
    [NUMBER_REF]  = { "MANU:IR:REF",     "M ohm",  0,    9999,  0,    1,     0, 4 },
    [NUMBER_TIME] = { "MANU:IR:TTIMe",   " S",     1,    999.9, 1,    0.1,   1, 3 },
    [NUMBER_RAMP] = { "MANU:RTIMe",      " S",     0.1,  999.9, 0.1,  0.1,   1, 3 },
};
static const char *const modes[] = { "ACW", "DCW", "IR", "GB" };
/* clang-format on */
static const struct duration look_every = {100000};

struct tester {
    struct plant plant;
    struct instant now, since, looked;
    double number[NUMBERS];
    unsigned mode; /* of `modes` */
    bool automatic, returns, error;
    enum status status;
    bool timed; /* there is a result with a time */
    double Mohm, time_s;
    char model[16], serial[16];
    bool overflow;
    size_t len;
    char line[LINE_MAX_BYTES];
};

/* ---- the test ---- */

static double run_s(const struct tester *t)
{
    return (double)(t->now.us - t->since.us) * 1e-6;
}

static void end_test(struct tester *t, enum status status)
{
    t->status = status;
    t->plant.write(t->plant.ctx, PLANT_INSULATION_V, 0, 0.0, t->now);
}

static void look(struct tester *t)
{
    double ohm = t->plant.read(t->plant.ctx, PLANT_INSULATION_ohm, 0, t->now);
    double Mohm = nearbyint(ohm * 1e-6 - t->number[NUMBER_REF]);

    t->Mohm = num_within(Mohm, 0.0, GPT9800_MOST_Mohm) ? Mohm
              : Mohm < 0.0                             ? 0.0
                                                       : GPT9800_MOST_Mohm;
    t->looked = t->now;
}

/* Brings a running test up to now: below its lower limit it fails and the voltage goes off. */
static void advance(struct tester *t)
{
    double ramp = t->number[NUMBER_RAMP];

    if (t->status != STATUS_TEST)
        return;
    t->time_s = run_s(t);
    t->timed = t->time_s >= ramp;
    if (!t->timed)
        return;
    t->time_s -= ramp;
    look(t);
    bool bad = t->Mohm < t->number[NUMBER_LOW] || t->Mohm > t->number[NUMBER_HIGH];
    if (bad)
        end_test(t, STATUS_FAIL);
    else if (t->time_s >= t->number[NUMBER_TIME]) {
        t->time_s = t->number[NUMBER_TIME];
        end_test(t, STATUS_PASS);
    }
}

static void switch_test(struct tester *t, bool on)
{
    if (!on && t->status == STATUS_TEST)
        end_test(t, STATUS_VIEW);
    if (!on)
        t->status = STATUS_VIEW;
    if (!on || t->status == STATUS_TEST)
        return;
    t->status = STATUS_TEST;
    t->timed = false;
    t->Mohm = t->time_s = 0.0;
    t->since = t->looked = t->now;
    if (t->mode == 2) /* what is not insulation drives nothing here */
        t->plant.write(t->plant.ctx, PLANT_INSULATION_V, 0, 1000.0 * t->number[NUMBER_KV], t->now);
}

/* ---- answers ---- */

static void put_padded(struct obuf *out, double value, unsigned decimals, unsigned digits)
{
    for (unsigned left = digits - 1; left && value < pow(10.0, left); left--)
        (void)!obuf_byte(out, '0');
    (void)!num_put_fixed(out, value, decimals);
}

static void put_measured(const struct tester *t, struct obuf *out)
{
    static const char *const names[] = {"VIEW", "TEST", "PASS", "FAIL"};
    bool before = t->status == STATUS_VIEW;
    double kilovolt = before ? 0.0 : t->number[NUMBER_KV];

    (void)!obuf_printf(out, "%-3s,%-5s,", modes[t->mode], names[t->status]);
    put_padded(out, kilovolt, 3, 1);
    (void)!obuf_put(out, SPAN("kV,"));
    put_padded(out, before ? 0.0 : t->Mohm, 0, 4);
    (void)!obuf_put(out, SPAN("M ohm,"));
    if (before) {
        (void)!obuf_put(out, SPAN("  ---.-S"));
        return;
    }
    (void)!obuf_put(out, t->timed ? SPAN("T=") : SPAN("R="));
    put_padded(out, t->time_s < 999.9 ? t->time_s : 999.9, 1, 3);
    (void)!obuf_byte(out, 'S');
}

static void put_setting(const struct tester *t, const struct setting *setting, struct obuf *out)
{
    put_padded(out, t->number[setting - settings], setting->decimals, setting->digits);
    (void)!obuf_put(out, span_text(setting->suffix));
}

/* ---- words ---- */

enum word {
    WORD_IDENTITY,
    WORD_CLEAR,
    WORD_TEST,
    WORD_MEASURE,
    WORD_RETURN,
    WORD_FUNCTION,
    WORD_MODE,
    WORD_ERROR
};

/* clang-format off */
static const struct {
    const char *pattern;
    enum word word;
} table[] = {
    { "*IDN",                WORD_IDENTITY },
    { "*CLS",                WORD_CLEAR },
    { "FUNCtion:TEST",       WORD_TEST },
    { "MEASure#",            WORD_MEASURE },
    { "TEST:RETurn",         WORD_RETURN },
    { "MAIN:FUNCtion",       WORD_FUNCTION },
    { "MANU:EDIT:MODE",      WORD_MODE },
    { "SYSTem:ERRor",        WORD_ERROR },
};
/* clang-format on */

static void answer(struct tester *t, enum word word, struct obuf *out)
{
    switch (word) {
    case WORD_IDENTITY:
        (void)!obuf_printf(out, "%-9s,%-12s,v2.08,", t->model, t->serial);
        break;
    case WORD_TEST:
        (void)!obuf_printf(out, "TEST %s", t->status == STATUS_TEST ? "ON" : "OFF");
        break;
    case WORD_MEASURE:
        put_measured(t, out);
        break;
    case WORD_RETURN:
        (void)!obuf_printf(out, "%s", t->returns ? "ON" : "OFF");
        break;
    case WORD_FUNCTION:
        (void)!obuf_printf(out, "%s MODE", t->automatic ? "AUTO" : "MANU");
        break;
    case WORD_MODE:
        (void)!obuf_printf(out, "%s", modes[t->mode]);
        break;
    case WORD_ERROR:
        (void)!obuf_printf(out, "%s", t->error ? "20,Command Error" : "0,No Error");
        t->error = false;
        break;
    case WORD_CLEAR:
        break;
    }
}

static bool choose_mode(struct tester *t, struct span args)
{
    for (unsigned i = 0; i < COUNT(modes); i++)
        if (span_is(args, modes[i])) {
            t->mode = i;
            return true;
        }
    return false;
}

static bool command(struct tester *t, enum word word, struct span args)
{
    bool on = span_is(args, "ON"), off = span_is(args, "OFF");

    switch (word) {
    case WORD_CLEAR:
        t->error = false;
        return args.len == 0;
    case WORD_TEST:
        if (on || off)
            switch_test(t, on);
        return on || off;
    case WORD_RETURN:
        t->returns = on;
        return on || off;
    case WORD_FUNCTION:
        t->automatic = span_is(args, "AUTO");
        return t->automatic || span_is(args, "MANU");
    case WORD_MODE: /* set-up is dropped in silence while a test runs */
        return t->status == STATUS_TEST || choose_mode(t, args);
    default:
        return false;
    }
}

static bool change(struct tester *t, const struct setting *setting, struct span args)
{
    double value, whole;

    if (num_parse(args, &value) != RC_OK || !num_within(value, setting->least, setting->most))
        return false;
    whole = setting->step * nearbyint(value / setting->step);
    if (t->status != STATUS_TEST)
        t->number[setting - settings] = whole;
    return true;
}

static bool handle_unit(struct tester *t, const struct scpi_unit *unit, struct obuf *out)
{
    for (size_t i = 0; i < COUNT(table); i++) {
        if (!scpi_match(unit, table[i].pattern, NULL))
            continue;
        if (unit->query)
            answer(t, table[i].word, out);
        return unit->query || command(t, table[i].word, unit->args);
    }
    for (size_t i = 0; i < COUNT(settings); i++) {
        if (!scpi_match(unit, settings[i].pattern, NULL))
            continue;
        if (unit->query)
            put_setting(t, &settings[i], out);
        return unit->query || change(t, &settings[i], unit->args);
    }
    return false;
}

/* One command a line. What is not understood is not answered. */
static void handle_line(struct tester *t, struct obuf *out)
{
    struct scpi_reader reader;
    struct scpi_unit unit;
    enum rc rc;
    size_t before = out->len;

    if (t->len == 0)
        return;
    bool joined = memchr(t->line, ';', t->len) != NULL;
    scpi_read(&reader, (struct span){t->line, t->len});
    if (joined || !scpi_next(&reader, &unit, &rc) || rc != RC_OK || !handle_unit(t, &unit, out))
        t->error = true;
    if (out->len > before && obuf_put(out, SPAN("\r\n")) != RC_OK)
        out->len = before;
}

static void feed(void *state, struct span bytes, struct instant now, struct obuf *out)
{
    struct tester *t = state;

    t->now = now;
    advance(t);
    for (size_t i = 0; i < bytes.len; i++) {
        char c = bytes.at[i];
        if (c == '\r') {
            continue;
        } else if (c == '\n') {
            if (t->overflow)
                t->error = true;
            else
                handle_line(t, out);
            t->len = 0;
            t->overflow = false;
        } else if (t->len < sizeof t->line) {
            t->line[t->len++] = c;
        } else {
            t->overflow = true;
        }
    }
}

static struct instant next(const void *state)
{
    const struct tester *t = state;
    return t->status == STATUS_TEST ? instant_add(t->looked, look_every) : INSTANT_NEVER;
}

static void tick(void *state, struct instant now, struct obuf *out)
{
    struct tester *t = state;

    (void)out;
    t->now = t->looked = now;
    advance(t);
}

static void init(void *state, const struct sim_setup *setup)
{
    struct tester *t = state;
    const char *model = setup->driver->model, *serial = setup->device->expect_serial;

    t->plant = setup->plant;
    t->returns = true;
    if (!serial[0])
        serial = "EM110867";
    memcpy(t->model, model, strnlen(model, sizeof t->model - 1));
    memcpy(t->serial, serial, strnlen(serial, sizeof t->serial - 1));
    for (size_t i = 0; i < NUMBERS; i++)
        t->number[i] = settings[i].preset;
    t->plant.write(t->plant.ctx, PLANT_INSULATION_V, 0, 0.0, t->now);
}

#define SIM                                                                                        \
    .state_size = sizeof(struct tester), .init = init, .feed = feed, .next = next, .tick = tick

const struct sim_driver gpt9803_sim = {.driver = "gpt9803", SIM};
const struct sim_driver gpt9804_sim = {.driver = "gpt9804", SIM};
