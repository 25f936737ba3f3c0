/* The SR830 from the other side: words, settings with their ranges, status registers. */
#include <math.h>
#include <strings.h>

#include "core/num.h"
#include "instruments/proto/scpi.h"
#include "instruments/srs_sr830/srs_sr830_sim.h"

enum kind {
    KIND_SETTING,
    KIND_STATUS,
    KIND_EXPAND,
    KIND_OUTPUT,
    KIND_SNAP,
    KIND_IDENTITY,
    KIND_CLEAR,
    KIND_RESET
};

/* Most asked first. `reset` is the standard setting of the manual. */
/* clang-format off */
static const struct word {
    char text[5];
    enum kind kind;
    unsigned index;
    double least, most, reset;
} words[] = {
    { "SNAP", KIND_SNAP,     0,            0, 0, 0 },
    { "LIAS", KIND_STATUS,   STATUS_LIAS,  0, 7, 0 },
    { "SLVL", KIND_SETTING,  SETTING_SLVL, 0.004, 5.0, 1.0 },
    { "FREQ", KIND_SETTING,  SETTING_FREQ, 0.001, 102000, 1000 },
    { "OUTX", KIND_SETTING,  SETTING_OUTX, 0, 1, 1 },
    { "*IDN", KIND_IDENTITY, 0,            0, 0, 0 },
    { "OUTP", KIND_OUTPUT,   0,            1, 4, 0 },
    { "LOCL", KIND_SETTING,  SETTING_LOCL, 0, 2, 0 },
    { "OVRM", KIND_SETTING,  SETTING_OVRM, 0, 1, 1 },
    { "FMOD", KIND_SETTING,  SETTING_FMOD, 0, 1, 1 },
    { "RSLP", KIND_SETTING,  SETTING_RSLP, 0, 2, 0 },
    { "HARM", KIND_SETTING,  SETTING_HARM, 1, 19999, 1 },
    { "PHAS", KIND_SETTING,  SETTING_PHAS, -360, 729.99, 0 },
    { "ISRC", KIND_SETTING,  SETTING_ISRC, 0, 3, 0 },
    { "IGND", KIND_SETTING,  SETTING_IGND, 0, 1, 0 },
    { "ICPL", KIND_SETTING,  SETTING_ICPL, 0, 1, 0 },
    { "ILIN", KIND_SETTING,  SETTING_ILIN, 0, 3, 0 },
    { "SENS", KIND_SETTING,  SETTING_SENS, 0, 26, 26 },
    { "RMOD", KIND_SETTING,  SETTING_RMOD, 0, 2, 2 },
    { "OFLT", KIND_SETTING,  SETTING_OFLT, 0, 19, 8 },
    { "OFSL", KIND_SETTING,  SETTING_OFSL, 0, 3, 1 },
    { "SYNC", KIND_SETTING,  SETTING_SYNC, 0, 1, 0 },
    { "OEXP", KIND_EXPAND,   0,            0, 0, 0 },
    { "ERRS", KIND_STATUS,   STATUS_ERRS,  0, 7, 0 },
    { "*ESR", KIND_STATUS,   STATUS_ESR,   0, 7, 0 },
    { "*STB", KIND_STATUS,   STATUS_STB,   0, 7, 0 },
    { "*CLS", KIND_CLEAR,    0,            0, 0, 0 },
    { "*RST", KIND_RESET,    0,            0, 0, 0 },
};
/* clang-format on */

/* ---- words ---- */

struct args {
    double value[ARGS_MAX];
    size_t count;
};

static bool is_integer(double value, double least, double most)
{
    return num_within(value, least, most) && value >= floor(value) && value <= floor(value);
}

static bool parse_args(struct span text, struct args *args)
{
    struct span field;

    args->count = 0;
    while (text.len && scpi_take_field(&text, ',', &field)) {
        if (args->count == ARGS_MAX || num_parse(field, &args->value[args->count]) != RC_OK)
            return false;
        args->count++;
    }
    return true;
}

/* Five digits or 0.1 mHz, whichever is more; 2 mV; 0.01 degree, wrapped to -180..180. */
static double rounded(unsigned index, double value)
{
    double step = index == SETTING_SLVL ? 0.002 : index == SETTING_PHAS ? 0.01 : 1e-4;

    while (index == SETTING_FREQ && value >= 1e5 * step)
        step *= 10.0;
    value = round(value / step) * step;
    if (index == SETTING_PHAS)
        value -= 360.0 * ceil((value - 180.0) / 360.0);
    return value;
}

static unsigned change(struct lockin *p, const struct word *word, const struct args *args)
{
    bool whole = word->index < SETTING_PHAS;
    double value = args->count ? args->value[0] : 0.0;

    if (args->count != 1 || !num_within(value, word->least, word->most) ||
        (whole && !is_integer(value, word->least, word->most)))
        return EVENT_EXECUTION;
    if (word->index == SETTING_FREQ && sr830_sim_code(p, SETTING_FMOD) == 0)
        return EVENT_EXECUTION; /* it follows the reference input */
    p->setting[word->index] = whole ? value : rounded(word->index, value);
    if (word->index == SETTING_FREQ || word->index == SETTING_SLVL)
        sr830_sim_drive(p);
    return 0;
}

static unsigned ask_status(struct lockin *p, const struct word *word, const struct args *args,
                           struct obuf *out)
{
    unsigned *status = &p->status[word->index], bits = *status;

    if (args->count > 1 || (args->count == 1 && !is_integer(args->value[0], 0, 7)))
        return EVENT_EXECUTION;
    unsigned mask = args->count ? 1u << (unsigned)args->value[0] : 0xFF;
    sr830_sim_say_integer(out, args->count ? (bits & mask) != 0 : bits);
    *status = bits & ~mask;
    return 0;
}

static unsigned ask_outputs(struct lockin *p, const struct word *word, const struct args *args,
                            struct obuf *out)
{
    bool snap = word->kind == KIND_SNAP;

    if (snap ? args->count < 2 : args->count != 1)
        return EVENT_EXECUTION;
    for (size_t i = 0; i < args->count; i++)
        if (!is_integer(args->value[i], 1, snap ? 11 : 4))
            return EVENT_EXECUTION;
    for (size_t i = 0; i < args->count; i++) {
        if (i)
            (void)!obuf_byte(out, ',');
        sr830_sim_say_output(p, out, (unsigned)args->value[i]);
    }
    return 0;
}

static unsigned expand(struct lockin *p, bool query, const struct args *args, struct obuf *out)
{
    if (args->count != (query ? 1 : 3) || !is_integer(args->value[0], 1, EXPANDS))
        return EVENT_EXECUTION;
    unsigned i = (unsigned)args->value[0] - 1;
    if (query) {
        (void)!num_put_fixed(out, p->offset_pct[i], 2);
        (void)!obuf_byte(out, ',');
        sr830_sim_say_integer(out, p->expand[i]);
        return 0;
    }
    if (!num_within(args->value[1], -105.0, 105.0) || !is_integer(args->value[2], 0, 2))
        return EVENT_EXECUTION;
    p->offset_pct[i] = args->value[1];
    p->expand[i] = (unsigned)args->value[2];
    return 0;
}

static void say_identity(const struct lockin *p, struct obuf *out)
{
    (void)!obuf_put(out, SPAN("Stanford_Research_Systems,"));
    (void)!obuf_put(out, span_text(p->model));
    (void)!obuf_put(out, SPAN(",s/n"));
    (void)!obuf_put(out, span_text(p->serial));
    (void)!obuf_put(out, SPAN(",ver1.000"));
}

static unsigned answer(struct lockin *p, const struct word *word, const struct args *args,
                       struct obuf *out)
{
    switch (word->kind) {
    case KIND_SETTING:
        if (args->count)
            return EVENT_EXECUTION;
        sr830_sim_say_setting(p, out, word->index);
        return 0;
    case KIND_STATUS:
        return ask_status(p, word, args, out);
    case KIND_EXPAND:
        return expand(p, true, args, out);
    case KIND_OUTPUT:
    case KIND_SNAP:
        return ask_outputs(p, word, args, out);
    case KIND_IDENTITY:
        say_identity(p, out);
        return 0;
    case KIND_CLEAR:
    case KIND_RESET:
        break;
    }
    return EVENT_COMMAND;
}

/* Where its answers go does not change. */
static void reset(struct lockin *p)
{
    for (size_t i = 0; i < COUNT(words); i++)
        if (words[i].kind == KIND_SETTING && words[i].index != SETTING_OUTX)
            p->setting[words[i].index] = words[i].reset;
    memset(p->offset_pct, 0, sizeof p->offset_pct);
    memset(p->expand, 0, sizeof p->expand);
}

static unsigned obey(struct lockin *p, const struct word *word, const struct args *args)
{
    switch (word->kind) {
    case KIND_SETTING:
        return change(p, word, args);
    case KIND_EXPAND:
        return expand(p, false, args, NULL);
    case KIND_CLEAR:
        memset(p->status, 0, sizeof p->status);
        return 0;
    case KIND_RESET:
        reset(p);
        sr830_sim_drive(p);
        return 0;
    default:
        return EVENT_COMMAND;
    }
}

static const struct word *find_word(struct span command)
{
    for (size_t i = 0; command.len >= 4 && i < COUNT(words); i++)
        if (strncasecmp(words[i].text, command.at, 4) == 0)
            return &words[i];
    return NULL;
}

/* Every query of a line is answered by a line of its own; one that is wrong by silence. */
static void handle_command(struct lockin *p, struct span command, struct obuf *out)
{
    char lost[LINE_MAX_BYTES];
    struct obuf gpib = {lost, 0, sizeof lost},
                *to = sr830_sim_code(p, SETTING_OUTX) == 0 ? out : &gpib;
    const struct word *word = find_word(command);
    struct args args;

    if (!word) {
        p->status[STATUS_ESR] |= EVENT_COMMAND;
        return;
    }
    struct span rest = span_skip(command, 4);
    bool query = rest.len && *rest.at == '?';
    if (query)
        rest = span_skip(rest, 1);
    if (!parse_args(rest, &args)) {
        p->status[STATUS_ESR] |= EVENT_COMMAND;
        return;
    }
    sr830_sim_advance(p);
    unsigned error = query ? answer(p, word, &args, to) : obey(p, word, &args);
    p->status[STATUS_ESR] |= error;
    if (query && !error)
        (void)!obuf_byte(to, '\r');
}

static void handle_line(struct lockin *p, struct obuf *out)
{
    struct span rest = {p->line, p->len}, command;

    while (rest.len && scpi_take_field(&rest, ';', &command))
        if (command.len)
            handle_command(p, command, out);
}

static void sim_feed(void *state, struct span bytes, struct instant now, struct obuf *out)
{
    struct lockin *p = state;

    p->now = now;
    for (size_t i = 0; i < bytes.len; i++) {
        char c = bytes.at[i];
        if (c == '\r' || c == '\n') {
            if (p->overflow)
                p->status[STATUS_ESR] |= EVENT_INPUT;
            else
                handle_line(p, out);
            p->len = 0;
            p->overflow = false;
        } else if (p->len < sizeof p->line) {
            p->line[p->len++] = c;
        } else {
            p->overflow = true;
        }
    }
}

/* It remembers its settings when it is off: here the standard ones, the sine at its least, and
 * answers to GPIB. */
static void sim_init(void *state, const struct sim_setup *setup)
{
    struct lockin *p = state;
    const struct sr830_model *model = setup->driver->model;
    const char *serial = setup->device->expect_serial;

    p->plant = setup->plant;
    if (strncmp(serial, "s/n", 3) == 0)
        serial += 3;
    if (!serial[0])
        serial = "00111";
    memcpy(p->model, model->model, strnlen(model->model, sizeof p->model - 1));
    memcpy(p->serial, serial, strnlen(serial, sizeof p->serial - 1));
    reset(p);
    p->setting[SETTING_OUTX] = 1;
    p->setting[SETTING_SLVL] = 0.004;
    p->status[STATUS_ESR] = EVENT_POWER_ON;
    sr830_sim_drive(p);
}

#define SIM .state_size = sizeof(struct lockin), .init = sim_init, .feed = sim_feed

const struct sim_driver sr830_sim = {.driver = "sr830", SIM};
const struct sim_driver sr830_low_sim = {.driver = "sr830_low", SIM};
const struct sim_driver sr830_dc_sim = {.driver = "sr830_dc", SIM};
const struct sim_driver sr810_sim = {.driver = "sr810", SIM};
