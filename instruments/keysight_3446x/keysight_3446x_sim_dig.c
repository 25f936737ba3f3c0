/* What a 34465A with digitizing adds to the family's words: samples on a timer, before and after an
 * edge at the trigger input. */
#include <math.h>

#include "instruments/keysight_3446x/keysight_3446x_dmm.h"

enum word {
    WORD_APERTURE,
    WORD_ZERO,
    WORD_SLOPE,
    WORD_SAMPLE_SOURCE,
    WORD_TIMER,
    WORD_PRETRIGGER,
    WORD_POINTS,
};

/* clang-format off */
static const struct {
    const char *pattern;
    enum word word;
} table[] = {
    { "[SENSe:]VOLTage[:DC]:APERture",  WORD_APERTURE },
    { "[SENSe:]VOLTage[:DC]:ZERO:AUTO", WORD_ZERO },
    { "TRIGger:SLOPe",                  WORD_SLOPE },
    { "SAMPle:SOURce",                  WORD_SAMPLE_SOURCE },
    { "SAMPle:TIMer",                   WORD_TIMER },
    { "SAMPle:COUNt:PRETrigger",        WORD_PRETRIGGER },
    { "DATA:POINts",                    WORD_POINTS },
};
/* clang-format on */
static const double APERTURE_LEAST_s = 20e-6, TIMER_LEAST_s = 20e-6;

void dmm_dig_preset(struct dmm *d)
{
    d->dig = (struct dmm_dig){
        .aperture_s = 0.2, .interval_s = 1, .autozero = true, .falling = true, .pretrigger = 0};
}

bool dmm_dig_arms(const struct dmm *d)
{
    return d->model->after > 0 && d->source == SOURCE_EXT && d->dig.timed;
}

void dmm_dig_arm(struct dmm *d)
{
    d->held = 0;
    d->dig.waiting = true;
    d->dig.armed_at = d->now;
    d->plant.write(d->plant.ctx, PLANT_EDGE_ARM, 0, 1, d->now);
}

static int64_t interval_us(const struct dmm *d)
{
    return (int64_t)llround(d->dig.interval_s * 1e6);
}

/* The samples since it was armed that stand before the edge, and those behind it. */
struct edge {
    int64_t before, after;
};

static bool find_edge(const struct dmm *d, struct edge *out)
{
    double edge_us = d->plant.read(d->plant.ctx, PLANT_EDGE_us, 0, d->now);
    int64_t armed_us = d->dig.armed_at.us, step_us = interval_us(d);

    if (!(edge_us > (double)armed_us && edge_us <= (double)d->now.us))
        return false;
    out->before = ((int64_t)edge_us - armed_us) / step_us + 1;
    out->after = (d->now.us - armed_us) / step_us + 1 - out->before;
    return true;
}

static double sample_V(const struct dmm *d, int64_t index)
{
    const struct instant at = {d->dig.armed_at.us + index * interval_us(d)};
    double u_V = d->plant.read(d->plant.ctx, PLANT_FAST_V, 0, at);

    return dmm_in_range_V(d, u_V);
}

/* A record with an edge too early has as many samples less before it. */
static void take_record(struct dmm *d, int64_t before, int64_t first)
{
    int64_t count = before + (int64_t)d->samples - (int64_t)d->dig.pretrigger;

    if (count > KEYSIGHT_3446X_RECORD_MAX)
        count = KEYSIGHT_3446X_RECORD_MAX;
    for (int64_t i = 0; i < count; i++)
        d->dig.record_V[i] = sample_V(d, first - before + i);
    d->held = (uint64_t)count;
    d->dig.waiting = false;
}

uint64_t dmm_dig_points(struct dmm *d)
{
    struct edge edge = {0, 0};
    int64_t wanted = (int64_t)d->samples - (int64_t)d->dig.pretrigger;

    if (!d->dig.waiting)
        return d->held;
    bool found = find_edge(d, &edge);
    int64_t before = found ? edge.before : (d->now.us - d->dig.armed_at.us) / interval_us(d) + 1;
    if (before > (int64_t)d->dig.pretrigger)
        before = (int64_t)d->dig.pretrigger;
    if (found && edge.after >= wanted) {
        take_record(d, before, edge.before);
        return d->held;
    }
    return (uint64_t)(before + edge.after);
}

static void ask_word(struct dmm *d, enum word word, struct obuf *out)
{
    switch (word) {
    case WORD_APERTURE:
        dmm_say_number(d, out, d->dig.aperture_s);
        break;
    case WORD_ZERO:
        scpi_say(&d->ear, out, d->dig.autozero ? "1" : "0");
        break;
    case WORD_SLOPE:
        scpi_say(&d->ear, out, d->dig.falling ? "NEG" : "POS");
        break;
    case WORD_SAMPLE_SOURCE:
        scpi_say(&d->ear, out, d->dig.timed ? "TIM" : "IMM");
        break;
    case WORD_TIMER:
        dmm_say_number(d, out, d->dig.interval_s);
        break;
    case WORD_PRETRIGGER:
        dmm_say_count(d, out, (double)d->dig.pretrigger);
        break;
    case WORD_POINTS:
        dmm_say_count(d, out, (double)dmm_dig_points(d));
        break;
    }
}

static int choose(struct span args, const char *yes, const char *no, bool *out)
{
    if (args.len == 0)
        return -109;
    if (!dmm_argument_is(args, yes) && !dmm_argument_is(args, no))
        return -224;
    *out = dmm_argument_is(args, yes);
    return 0;
}

static int set_pretrigger(struct dmm *d, struct span args)
{
    double value = 0;
    int error = dmm_set_number(args, 0, 1999999, &value);

    if (!error && value >= d->samples)
        error = -221;
    if (!error)
        d->dig.pretrigger = (uint32_t)value;
    return error;
}

static int do_word(struct dmm *d, enum word word, struct span args)
{
    switch (word) {
    case WORD_APERTURE:
        return dmm_set_number(args, APERTURE_LEAST_s, 1, &d->dig.aperture_s);
    case WORD_ZERO:
        return scpi_onoff_argument(args, &d->dig.autozero);
    case WORD_SLOPE:
        return choose(args, "NEGative", "POSitive", &d->dig.falling);
    case WORD_SAMPLE_SOURCE:
        return choose(args, "TIMer", "IMMediate", &d->dig.timed);
    case WORD_TIMER:
        return dmm_set_number(args, TIMER_LEAST_s, 3600, &d->dig.interval_s);
    case WORD_PRETRIGGER:
        return set_pretrigger(d, args);
    case WORD_POINTS:
        break;
    }
    return -113;
}

/* Whatever changes the configuration ends a record that is being taken, and clears the memory. */
bool dmm_dig_unit(struct dmm *d, const struct scpi_unit *unit, struct obuf *out, int *error)
{
    for (size_t i = 0; d->model->after > 0 && i < COUNT(table); i++) {
        if (!scpi_match(unit, table[i].pattern, NULL))
            continue;
        if (unit->query) {
            ask_word(d, table[i].word, out);
            return true;
        }
        *error = do_word(d, table[i].word, unit->args);
        d->dig.waiting = false;
        d->held = 0;
        return true;
    }
    return false;
}
