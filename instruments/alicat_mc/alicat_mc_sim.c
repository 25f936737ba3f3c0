#include "instruments/alicat_mc/alicat_mc_sim.h"

#include "core/num.h"

enum { STREAM_PERIOD_us = 50000 };

/* A held valve is closed whatever the set point; that of a back-pressure controller stays where it
 * is. */
static void drive_valve(const struct alicat_sim *sim, struct instant now)
{
    const struct plant *plant = &sim->setup.plant;
    const bool held = (sim->status & ALICAT_HELD) != 0, pressure = sim->unit->kPa > 0.0;
    const double command = sim->setpoint * alicat_station_size(sim);
    if (!pressure)
        plant->write(plant->ctx, PLANT_FLOW_slpm, 0, held ? 0.0 : command, now);
    else if (!held)
        plant->write(plant->ctx, PLANT_PRESSURE_kPa, 0, command, now);
}

static bool parse_number(struct span text, double *value)
{
    while (text.len && *text.at == ' ')
        text = span_skip(text, 1);
    return num_parse(text, value) == RC_OK;
}

/* Each handler gets what stands behind the command word. */
typedef void handler(struct alicat_sim *sim, struct span rest, struct instant now,
                     struct obuf *out);

static void on_poll(struct alicat_sim *sim, struct span rest, struct instant now, struct obuf *out)
{
    (void)rest;
    alicat_say_data(sim, now, out);
}

static void on_firmware(struct alicat_sim *sim, struct span rest, struct instant now,
                        struct obuf *out)
{
    (void)rest, (void)now;
    alicat_say_firmware(sim, out);
}

static void on_table(struct alicat_sim *sim, struct span rest, struct instant now, struct obuf *out)
{
    (void)now;
    if (span_is(rest, "M*"))
        alicat_say_manufacturer(sim, out);
    else if (span_is(rest, "D*"))
        alicat_say_columns(sim, out);
    else if (span_is(rest, "G*"))
        alicat_say_gases(sim, out);
    else
        alicat_say(out, "?\r");
}

/* False: not a set point for this unit. With an analog source it is accepted and forgotten. */
static bool take_setpoint(struct alicat_sim *sim, struct span rest, struct instant now)
{
    double value;
    if (!parse_number(rest, &value) || !num_within(value, 0.0, sim->full_scale * 1.0001))
        return false;
    if (sim->source != 'A') {
        sim->setpoint = value;
        drive_valve(sim, now);
    }
    return true;
}

static void on_setpoint(struct alicat_sim *sim, struct span rest, struct instant now,
                        struct obuf *out)
{
    if (rest.len && !take_setpoint(sim, rest, now))
        alicat_say(out, "?\r");
    else
        alicat_say_setpoint(sim, out);
}

/* The old command; old firmware answers it with two lines. */
static void on_old_setpoint(struct alicat_sim *sim, struct span rest, struct instant now,
                            struct obuf *out)
{
    if (!take_setpoint(sim, rest, now)) {
        alicat_say(out, "\r?\r");
        return;
    }
    alicat_say_data(sim, now, out);
    if (sim->family < 8)
        alicat_say_data(sim, now, out);
}

/* saved, unsaved or analog */
static bool is_source(char letter)
{
    return letter == 'S' || letter == 'U' || letter == 'A';
}

static void on_source(struct alicat_sim *sim, struct span rest, struct instant now,
                      struct obuf *out)
{
    (void)now;
    if (rest.len == 2 && is_source(rest.at[1]))
        sim->source = rest.at[1];
    const char answer[] = {' ', sim->source, '\0'};
    if (rest.len && (rest.len != 2 || rest.at[1] != sim->source))
        alicat_say(out, "?\r");
    else
        alicat_say_word(sim, answer, out);
}

static void on_loop(struct alicat_sim *sim, struct span rest, struct instant now, struct obuf *out)
{
    (void)rest, (void)now;
    alicat_say_word(sim, sim->unit->kPa > 0.0 ? " 34" : " 37", out);
}

static void on_full_scale(struct alicat_sim *sim, struct span rest, struct instant now,
                          struct obuf *out)
{
    (void)now;
    const bool pressure = sim->unit->kPa > 0.0;
    if (pressure ? span_is(rest, " 2") || span_is(rest, " 34")
                 : span_is(rest, " 5") || span_is(rest, " 37"))
        alicat_say_full_scale(sim, out);
    else
        alicat_say_word(sim, " 0 1 ---", out);
}

static void on_unit(struct alicat_sim *sim, struct span rest, struct instant now, struct obuf *out)
{
    (void)rest, (void)now;
    alicat_say_unit(sim, out);
}

static void on_gas(struct alicat_sim *sim, struct span rest, struct instant now, struct obuf *out)
{
    double number = sim->gas;
    if (sim->unit->kPa > 0.0) { /* knows no gases */
        alicat_say(out, "?\r");
        return;
    }
    if (rest.len && (!parse_number(rest, &number) || !num_within(number, 0.0, ALICAT_GASES - 1))) {
        alicat_say(out, "?\r");
        return;
    }
    sim->gas = (unsigned)number;
    alicat_say_data(sim, now, out);
}

static void set_status(struct alicat_sim *sim, unsigned status, struct instant now,
                       struct obuf *out)
{
    sim->status = status;
    drive_valve(sim, now);
    alicat_say_data(sim, now, out);
}

static void on_hold(struct alicat_sim *sim, struct span rest, struct instant now, struct obuf *out)
{
    (void)rest;
    set_status(sim, sim->status | ALICAT_HELD, now, out);
}

static void on_cancel(struct alicat_sim *sim, struct span rest, struct instant now,
                      struct obuf *out)
{
    (void)rest;
    set_status(sim, sim->status & ~(unsigned)ALICAT_HELD, now, out);
}

static void on_lock(struct alicat_sim *sim, struct span rest, struct instant now, struct obuf *out)
{
    (void)rest;
    set_status(sim, sim->status | ALICAT_LOCKED, now, out);
}

static void on_unlock(struct alicat_sim *sim, struct span rest, struct instant now,
                      struct obuf *out)
{
    (void)rest;
    set_status(sim, sim->status & ~(unsigned)ALICAT_LOCKED, now, out);
}

static void on_stream(struct alicat_sim *sim, struct span rest, struct instant now,
                      struct obuf *out)
{
    (void)out;
    if (!span_is(rest, " @"))
        return;
    sim->streaming = true;
    sim->next_frame = instant_add(now, duration_us(STREAM_PERIOD_us));
}

/* The first row that fits is taken. On old firmware "L" with anything behind it locks the panel,
 * and an unknown command is answered by a data frame. */
/* clang-format off */
static const struct command {
    const char *word;
    bool exact;       /* nothing may follow */
    int from, to;     /* families that know it */
    handler *run;
} commands[] = {
    { "",    true,  0, 99, on_poll },
    { "VE",  true,  0, 99, on_firmware },
    { "??",  false, 8, 99, on_table },
    { "LSS", false, 9, 99, on_source },
    { "LS",  false, 9, 99, on_setpoint },
    { "LV",  true,  9, 99, on_loop },
    { "L",   false, 0,  7, on_lock },
    { "L",   true,  8, 99, on_lock },
    { "U",   true,  0, 99, on_unlock },
    { "FPF", false, 9, 99, on_full_scale },
    { "DCU", false, 9, 99, on_unit },
    { "GS",  false, 10, 99, on_gas },
    { "G",   false, 0, 99, on_gas },
    { "HC",  true,  0, 99, on_hold },
    { "C",   true,  0, 99, on_cancel },
    { "S",   false, 0, 99, on_old_setpoint },
    { "@",   false, 0, 99, on_stream },
    { "",    false, 0,  7, on_poll },
};
/* clang-format on */

static void run_line(struct alicat_sim *sim, struct span line, struct instant now, struct obuf *out)
{
    if (sim->streaming) {
        if (line.len == 4 && memcmp(line.at, "@@ ", 3) == 0 && line.at[3] == sim->id)
            sim->streaming = false;
        return;
    }
    if (line.len == 0 || *line.at != sim->id)
        return;
    line = span_skip(line, 1);
    for (size_t i = 0; i < COUNT(commands); i++) {
        const struct command *command = &commands[i];
        const struct span word = span_text(command->word);
        if (sim->family < command->from || sim->family > command->to)
            continue;
        if (line.len < word.len || memcmp(line.at, word.at, word.len) != 0 ||
            (command->exact && line.len > word.len))
            continue;
        command->run(sim, span_skip(line, word.len), now, out);
        return;
    }
    alicat_say(out, "?\r");
}

static void feed(void *state, struct span bytes, struct instant now, struct obuf *out)
{
    struct alicat_sim *sim = state;
    for (size_t i = 0; i < bytes.len; i++) {
        if (bytes.at[i] != '\r') {
            if (sim->len < sizeof sim->line)
                sim->line[sim->len++] = bytes.at[i];
            else
                sim->too_long = true;
            continue;
        }
        if (!sim->too_long)
            run_line(sim, (struct span){sim->line, sim->len}, now, out);
        sim->len = 0;
        sim->too_long = false;
    }
}

static struct instant next(const void *state)
{
    const struct alicat_sim *sim = state;
    return sim->streaming ? sim->next_frame : INSTANT_NEVER;
}

static void tick(void *state, struct instant now, struct obuf *out)
{
    struct alicat_sim *sim = state;
    if (!sim->streaming || instant_before(now, sim->next_frame))
        return;
    alicat_say_data(sim, now, out);
    sim->next_frame = instant_add(now, duration_us(STREAM_PERIOD_us));
}

/* Six digits from the instrument's name, so that each unit of a station has its own. */
static void make_serial(const struct device_setup *device, char *serial, size_t cap)
{
    if (device->expect_serial[0]) {
        memcpy(serial, device->expect_serial, cap < 32 ? cap : 32);
        return;
    }
    uint32_t hash = 2166136261U; /* FNV-1a */
    for (const char *at = device->name; *at; at++)
        hash = (hash ^ (unsigned char)*at) * 16777619U;
    hash = 100000 + hash % 900000;
    for (size_t i = 6; i-- > 0; hash /= 10)
        serial[i] = (char)('0' + hash % 10);
    serial[6] = '\0';
}

static void init_family(void *state, const struct sim_setup *setup, int family)
{
    struct alicat_sim *sim = state;
    const struct device_setup *device = setup->device;
    const int gas = alicat_find_gas(device->expect_gas);

    sim->setup = *setup;
    sim->unit = setup->driver->model;
    sim->family = family;
    sim->id = device->address;
    sim->source = 'S';
    sim->gas = gas < 0 ? 0 : (unsigned)gas;
    sim->full_scale = sim->unit->kPa > 0.0 ? 45.0 : 20.0 / sim->unit->slpm;
    if (device->full_scale > 0.0)
        sim->full_scale = device->full_scale / alicat_station_size(sim);
    make_serial(device, sim->serial, sizeof sim->serial);
}

static void init_10v(void *state, const struct sim_setup *setup)
{
    init_family(state, setup, 10);
}

static void init_8v(void *state, const struct sim_setup *setup)
{
    init_family(state, setup, 8);
}

static void init_5v(void *state, const struct sim_setup *setup)
{
    init_family(state, setup, 5);
}

/* clang-format off */
#define ALICAT_SIM(its_driver, its_init)                                                           \
    .driver = (its_driver), .state_size = sizeof(struct alicat_sim), .init = (its_init),           \
    .feed = feed, .next = next, .tick = tick

const struct sim_driver alicat_mc_sim      = { ALICAT_SIM("alicat", init_10v) };
const struct sim_driver alicat_mc_sccm_sim = { ALICAT_SIM("alicat_sccm", init_10v) };
const struct sim_driver alicat_pc_sim      = { ALICAT_SIM("alicat_pc", init_10v) };
const struct sim_driver alicat_mc_8v_sim   = { ALICAT_SIM("alicat", init_8v) };
const struct sim_driver alicat_mc_5v_sim   = { ALICAT_SIM("alicat", init_5v) };
/* clang-format on */
