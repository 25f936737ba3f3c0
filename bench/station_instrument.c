/* The instrument statement: name, driver, port, options. */
#include <assert.h>

#include "bench/station_private.h"
#include "core/num.h"
#include "instruments/capability/pressure_controller.h"
#include "instruments/capability/source_meter.h"
#include "instruments/link.h"

static bool parse_port(struct station_reader *r, struct station_instrument *to)
{
    struct span word;
    if (!station_word(
            r, "a port: usb-serial \"S\", path \"P\", usb V:P serial \"S\" or sim \"BUS\"", &word))
        return false;
    if (span_is(word, "usb")) {
        to->port_kind = PORT_USB;
        return station_word(r, "VID:PID", &word) &&
               station_copy(r, word, to->port, sizeof to->port);
    }
    if (span_is(word, "usb-serial"))
        to->port_kind = PORT_USB_SERIAL;
    else if (span_is(word, "path"))
        to->port_kind = PORT_PATH;
    else if (span_is(word, "sim"))
        to->port_kind = PORT_SIM;
    else
        return station_fail(r, r->token.at, NULL, "expected a port: usb-serial, path, usb or sim");
    if (!station_text(r, "the port", to->port, sizeof to->port))
        return false;
    if (to->port_kind == PORT_PATH &&
        (strncmp(to->port, "/dev/ttyUSB", 11) == 0 || strncmp(to->port, "/dev/ttyACM", 11) == 0))
        return station_fail(r, r->token.at, "use usb-serial, /dev/serial/by-id or by-path",
                            "%s is renumbered at every plug", to->port);
    return true;
}

static bool option_address(struct station_reader *r, struct station_instrument *to)
{
    struct span word;
    if (!station_word(r, "a unit letter", &word))
        return false;
    if (word.len != 1 || !(*word.at >= 'A' && *word.at <= 'Z'))
        return station_fail(r, r->token.at, NULL, "an address is one letter A to Z");
    to->setup.address = *word.at;
    return true;
}

static bool option_node(struct station_reader *r, struct station_instrument *to)
{
    long node;
    if (!station_number(r, 0, 65535, &node))
        return false;
    to->setup.node = (unsigned)node;
    return true;
}

static bool option_channels(struct station_reader *r, struct station_instrument *to)
{
    long count;
    if (!station_number(r, 1, 16, &count))
        return false;
    to->setup.channels = (unsigned)count;
    return true;
}

/* Of an absolute pressure. */
static bool full_scale_pressure(struct station_reader *r, struct station_instrument *to)
{
    double Pa;
    if (!station_quantity(r, "bar", &Pa))
        return false;
    if (!num_within(Pa, 1e4, 1e6))
        return station_fail(r, r->token.at, NULL, "a full scale of pressure is 0.1 to 10 bar");
    to->setup.full_scale = Pa / 1000.0;
    return true;
}

static bool option_full_scale(struct station_reader *r, struct station_instrument *to)
{
    double m3_s;
    if (to->entry && to->entry->driver->capability == &capability_pressure_controller)
        return full_scale_pressure(r, to);
    if (!station_quantity(r, "L/min", &m3_s))
        return false;
    if (!num_within(m3_s, 1e-9, 0.1))
        return station_fail(r, r->token.at, NULL, "a full scale is above 0, up to 6000 L/min");
    to->setup.full_scale = m3_s * 60000.0;
    return true;
}

static bool option_reference(struct station_reader *r, struct station_instrument *to)
{
    double kelvin;
    if (!station_quantity(r, "degC", &kelvin))
        return false;
    if (!num_within(kelvin - 273.15, -1e-9, 25.0 + 1e-9))
        return station_fail(r, r->token.at, NULL, "a standard litre is of 0 to 25 degC");
    /* Ratio of two standard litres: molar volumes go with the absolute temperature. */
    to->setup.reference_ratio = kelvin / (r->station->reference_degC + 273.15);
    return true;
}

static bool option_supply(struct station_reader *r, struct station_instrument *to)
{
    return station_quantity(r, "V", &to->setup.supply_V) &&
           (num_within(to->setup.supply_V, 0.0, 60.0) ||
            station_fail(r, r->token.at, NULL, "a supply is of 0 to 60 V"));
}

static bool option_serial(struct station_reader *r, struct station_instrument *to)
{
    return station_text(r, "the serial number", to->setup.expect_serial,
                        sizeof to->setup.expect_serial);
}

static bool option_gas(struct station_reader *r, struct station_instrument *to)
{
    return station_text(r, "the gas", to->setup.expect_gas, sizeof to->setup.expect_gas);
}

static bool option_poll(struct station_reader *r, struct station_instrument *to)
{
    double s;
    if (!station_quantity(r, "s", &s))
        return false;
    if (!num_within(s, 0.01, 60.0))
        return station_fail(r, r->token.at, NULL, "a poll period is 10 ms to 60 s");
    to->poll = duration_s(s);
    return true;
}

static bool is_date(struct span w)
{
    if (w.len != 10 || w.at[4] != '-' || w.at[7] != '-')
        return false;
    for (size_t i = 0; i < 10; i++)
        if (i != 4 && i != 7 && !(w.at[i] >= '0' && w.at[i] <= '9'))
            return false;
    return true;
}

static unsigned digits(struct span w, size_t at, size_t count)
{
    unsigned value = 0;
    for (size_t i = at; i < at + count; i++)
        value = 10 * value + (unsigned)(w.at[i] - '0');
    return value;
}

/* A day of the calendar; is_date(w) holds. */
static bool is_day(struct span w)
{
    static const unsigned days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    unsigned year = digits(w, 0, 4), month = digits(w, 5, 2), day = digits(w, 8, 2);
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (month < 1 || month > 12 || day < 1)
        return false;
    return day <= days[month - 1] + (month == 2 && leap ? 1 : 0);
}

static bool option_cal(struct station_reader *r, struct station_instrument *to)
{
    struct span word;
    if (!station_keyword(r, "due") || !station_word(r, "a date", &word))
        return false;
    if (!is_date(word))
        return station_fail(r, r->token.at, NULL, "a date is YYYY-MM-DD");
    if (!is_day(word))
        return station_fail(r, r->token.at, NULL, "there is no such date");
    return station_copy(r, word, to->cal_due, sizeof to->cal_due);
}

static bool option_cert(struct station_reader *r, struct station_instrument *to)
{
    return station_text(r, "the certificate", to->cert, sizeof to->cert);
}

/* "at reference": the type's reference-max is its limit. */
static bool option_at(struct station_reader *r, struct station_instrument *to)
{
    if (!station_keyword(r, "reference"))
        return false;
    if (to->entry && to->entry->driver->capability != &capability_source_meter)
        return station_fail(r, r->token.at, NULL, "'%s' is no source-meter", to->setup.name);
    to->at_reference = true;
    return true;
}

static const struct {
    const char *word;
    bool (*parse)(struct station_reader *r, struct station_instrument *to);
} options[] = {
    {"address", option_address},
    {"node", option_node},
    {"index", option_node},
    {"channels", option_channels},
    {"full-scale", option_full_scale},
    {"reference", option_reference},
    {"supply", option_supply},
    {"serial", option_serial},
    {"gas", option_gas},
    {"poll", option_poll},
    {"cal", option_cal},
    {"cert", option_cert},
    {"at", option_at},
};

static_assert(COUNT(options) <= STATION_WORDS_MAX, "each option has its line");

static const char *option_word(const void *ctx, size_t i)
{
    (void)ctx;
    return options[i].word;
}

/* `node` and `index` are one number: what is read by one function stands once. */
static unsigned *line_of_option(struct station_reader *r, size_t i)
{
    size_t first = 0;
    while (options[first].parse != options[i].parse)
        first++;
    return &r->option_line[first];
}

static bool parse_option(struct station_reader *r, struct station_instrument *to)
{
    for (size_t i = 0; i < COUNT(options); i++)
        if (span_is(r->token.text, options[i].word))
            return station_once(r, options[i].word, line_of_option(r, i)) &&
                   options[i].parse(r, to);
    const char *near = diag_suggest(r->token.text, option_word, NULL, COUNT(options));
    char help[64];
    snprintf(help, sizeof help, "did you mean '%s'?", near ? near : "");
    return station_fail(r, r->token.at, near ? help : NULL, "no such instrument option: '%.*s'",
                        (int)r->token.text.len, r->token.text.at);
}

static bool parse_driver(struct station_reader *r, struct station_instrument *to)
{
    struct span word;
    if (!station_word(r, "a driver", &word) ||
        !station_copy(r, word, to->driver_name, sizeof to->driver_name))
        return false;
    to->entry = registry_find(word);
    if (!to->entry)
        diag_add(r->diag, DIAG_WARNING, r->token.at, "`lambdabench scan --drivers` lists them",
                 "this build has no driver '%s': such a station can be checked, not run",
                 to->driver_name);
    return true;
}

static bool may_share(struct station_reader *r, const struct station_instrument *to,
                      const struct station_instrument *first)
{
    const struct line_settings *mine = &to->entry->driver->line, *its = &first->entry->driver->line;
    const char *name = to->setup.name, *other = first->setup.name;
    switch (link_may_share(first->entry->driver, to->entry->driver)) {
    case LINK_ALONE:
        return station_fail(r, to->at, NULL,
                            "'%s' and '%s' cannot share a port: one wants it alone", other, name);
    case LINK_OTHER_PROTOCOL:
        return station_fail(r, to->at, NULL, "'%s' and '%s' cannot share a port: other protocols",
                            other, name);
    case LINK_OTHER_LINE:
        return station_fail(r, to->at, NULL,
                            "'%s' and '%s' cannot share a port: %u baud %u%c%u and %u baud %u%c%u",
                            other, name, its->baud, its->data_bits, its->parity, its->stop_bits,
                            mine->baud, mine->data_bits, mine->parity, mine->stop_bits);
    case LINK_SHARED:
        break;
    }
    return true;
}

/* Against the first instrument on the same port. */
static bool check_port(struct station_reader *r, const struct station_instrument *to)
{
    const struct station *station = r->station;
    for (unsigned i = 0; i < station->instrument_count; i++) {
        const struct station_instrument *first = &station->instruments[i];
        if (first->port_kind == to->port_kind && strcmp(first->port, to->port) == 0)
            return !first->entry || !to->entry || may_share(r, to, first);
    }
    return true;
}

bool station_parse_instrument(struct station_reader *r)
{
    struct station *station = r->station;
    struct span word;
    if (station->instrument_count == STATION_INSTRUMENTS_MAX)
        return station_fail(r, r->token.at, NULL, "at most %d instruments",
                            STATION_INSTRUMENTS_MAX);
    struct station_instrument *to = &station->instruments[station->instrument_count];
    *to = (struct station_instrument){.at = r->token.at, .setup.reference_ratio = 1.0};
    if (!station_word(r, "a name for the instrument", &word) ||
        !station_copy(r, word, to->setup.name, sizeof to->setup.name))
        return false;
    if (station_instrument_find(station, word) >= 0)
        return station_fail(r, r->token.at, NULL, "instrument '%s' stands twice", to->setup.name);
    if (!parse_driver(r, to) || !parse_port(r, to))
        return false;
    memset(r->option_line, 0, sizeof r->option_line);
    while (!station_line_end(r))
        if (!parse_option(r, to))
            return false;
    if (!check_port(r, to))
        return true; /* the line is taken */
    station->instrument_count++;
    return true;
}
