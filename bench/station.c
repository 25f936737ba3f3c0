#include "bench/station.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "bench/station_private.h"
#include "core/num.h"

bool station_fail(struct station_reader *r, struct place at, const char *help, const char *format,
                  ...)
{
    char text[256];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    diag_add(r->diag, DIAG_ERROR, at, help, "%s", text);
    return false;
}

void station_skip_line(struct station_reader *r)
{
    while (r->token.kind != TOKEN_EOL && r->token.kind != TOKEN_END)
        r->token = lexer_next_word(&r->lexer);
}

bool station_line_end(struct station_reader *r)
{
    r->token = lexer_next_word(&r->lexer);
    return r->token.kind == TOKEN_EOL || r->token.kind == TOKEN_END;
}

bool station_end(struct station_reader *r)
{
    return station_line_end(r) || station_fail(r, r->token.at, NULL, "one word too many");
}

bool station_copy(struct station_reader *r, struct span text, char *out, size_t cap)
{
    if (text.len >= cap)
        return station_fail(r, r->token.at, NULL, "at most %zu characters here", cap - 1);
    memcpy(out, text.at, text.len);
    out[text.len] = '\0';
    return true;
}

bool station_word(struct station_reader *r, const char *expected, struct span *out)
{
    *out = (struct span){"", 0};
    r->token = lexer_next_word(&r->lexer);
    if (r->token.kind != TOKEN_NAME)
        return station_fail(r, r->token.at, NULL, "expected %s", expected);
    *out = r->token.text;
    return true;
}

bool station_keyword(struct station_reader *r, const char *keyword)
{
    struct span word;
    return station_word(r, keyword, &word) &&
           (span_is(word, keyword) || station_fail(r, r->token.at, NULL, "expected %s", keyword));
}

bool station_text(struct station_reader *r, const char *expected, char *out, size_t cap)
{
    r->token = lexer_next(&r->lexer);
    if (r->token.kind != TOKEN_TEXT)
        return station_fail(r, r->token.at, NULL, "expected %s in \"quotes\"", expected);
    return station_copy(r, r->token.text, out, cap);
}

bool station_quantity(struct station_reader *r, const char *like, double *si)
{
    struct unit wanted;
    *si = 0.0;
    r->token = lexer_next(&r->lexer);
    bool known = unit_find(span_text(like), &wanted) == RC_OK;
    assert(known);
    if (r->token.kind != TOKEN_NUMBER || !dim_equal(r->token.unit.dim, wanted.dim))
        return station_fail(r, r->token.at, NULL, "expected a quantity in %s", like);
    *si = unit_to_si(&r->token.unit, r->token.value);
    return true;
}

bool station_number(struct station_reader *r, long lo, long hi, long *out)
{
    int64_t value;
    *out = 0;
    r->token = lexer_next_word(&r->lexer);
    if (num_parse_int(r->token.text, lo, hi, &value) != RC_OK)
        return station_fail(r, r->token.at, NULL, "expected a whole number from %ld to %ld", lo,
                            hi);
    *out = (long)value;
    return true;
}

bool station_mark(struct station_reader *r, int mark, const char *expected)
{
    r->token = lexer_next(&r->lexer);
    if (r->token.kind != TOKEN_MARK || r->token.mark != mark)
        return station_fail(r, r->token.at, NULL, "expected %s", expected);
    return true;
}

/* --- statements ---------------------------------------------------------------------------- */

static bool parse_station(struct station_reader *r)
{
    struct span word;
    long version;
    if (r->have_station)
        return station_fail(r, r->token.at, NULL, "'%s' stands twice", "station");
    r->have_station = true;
    if (!station_word(r, "a name for the station", &word) ||
        !station_copy(r, word, r->station->name, sizeof r->station->name))
        return false;
    while (!station_line_end(r)) {
        if (r->token.kind == TOKEN_TEXT ||
            (r->token.kind == TOKEN_NAME && r->token.text.len && *r->token.text.at == '"')) {
            station_skip_line(r); /* the title is for people reading the file */
            break;
        }
        if (span_is(r->token.text, "kind")) {
            if (!station_text(r, "the kind", r->station->kind, sizeof r->station->kind))
                return false;
        } else if (span_is(r->token.text, "version")) {
            if (!station_number(r, 0, 1000000, &version))
                return false;
            r->station->version = (unsigned)version;
        } else {
            return station_fail(r, r->token.at, NULL, "expected kind, version or a \"title\"");
        }
    }
    return true;
}

static bool parse_sites(struct station_reader *r)
{
    long sites;
    if (r->have_sites)
        return station_fail(r, r->token.at, NULL, "'%s' stands twice", "sites");
    r->have_sites = true; /* a bad one is not missing too, and what names a site is not wrong too */
    r->station->sites = TWIN_SITES_MAX;
    if (!station_number(r, 1, TWIN_SITES_MAX, &sites))
        return false;
    r->station->sites = (unsigned)sites;
    return station_end(r);
}

static bool parse_channels(struct station_reader *r)
{
    return station_text(r, "the channel table's file", r->channels_file, sizeof r->channels_file) &&
           station_end(r);
}

static bool parse_reference(struct station_reader *r)
{
    double kelvin;
    if (r->station->instrument_count)
        return station_fail(r, r->token.at, NULL, "'reference' stands above all instruments");
    if (!station_quantity(r, "degC", &kelvin))
        return false;
    r->station->reference_degC = kelvin - 273.15;
    if (!num_within(r->station->reference_degC, 0.0, 25.0))
        return station_fail(r, r->token.at, NULL, "a standard litre is of 0 to 25 degC");
    return station_end(r);
}

/* The retest policy is data for production; it is stored with the station file's hash. */
static bool skip_block(struct station_reader *r)
{
    station_skip_line(r);
    for (;;) {
        r->token = lexer_next_word(&r->lexer);
        if (r->token.kind == TOKEN_END)
            return station_fail(r, r->token.at, NULL, "this block has no end");
        if (r->token.kind == TOKEN_NAME && span_is(r->token.text, "end"))
            return station_end(r);
        station_skip_line(r);
    }
}

static const struct {
    const char *word;
    bool (*parse)(struct station_reader *r);
} statements[] = {
    {"station", parse_station},
    {"sites", parse_sites},
    {"channels", parse_channels},
    {"reference", parse_reference},
    {"extraction", station_parse_extraction},
    {"volume", station_parse_volume},
    {"nominal", station_parse_nominal},
    {"stream", station_parse_stream},
    {"hottest", station_parse_hottest},
    {"coldest", station_parse_coldest},
    {"instrument", station_parse_instrument},
    {"envelope", station_parse_envelope},
    {"suction", station_parse_suction},
    {"retest", skip_block},
    {"twin", station_parse_twin},
    {"dut", station_parse_dut},
    {"heaters-on", station_parse_heaters_on},
    {"insulation-tester", station_parse_insulation},
};

static const char *statement_name(const void *ctx, size_t i)
{
    (void)ctx;
    return statements[i].word;
}

static void parse_statement(struct station_reader *r)
{
    for (size_t i = 0; i < COUNT(statements); i++)
        if (span_is(r->token.text, statements[i].word)) {
            if (!statements[i].parse(r))
                station_skip_line(r);
            return;
        }
    const char *near = diag_suggest(r->token.text, statement_name, NULL, COUNT(statements));
    char help[64];
    snprintf(help, sizeof help, "did you mean '%s'?", near ? near : "");
    station_fail(r, r->token.at, near ? help : NULL, "no such statement in a station file: '%.*s'",
                 (int)r->token.text.len, r->token.text.at);
    station_skip_line(r);
}

static void parse_file(struct station_reader *r)
{
    for (;;) {
        r->token = lexer_next_word(&r->lexer);
        if (r->token.kind == TOKEN_END)
            return;
        if (r->token.kind == TOKEN_NAME)
            parse_statement(r);
        else if (r->token.kind != TOKEN_EOL)
            station_skip_line(r);
    }
}

static void build_view(struct station *station)
{
    struct bench_view *view = &station->view;
    for (unsigned i = 0; i < station->channel_count; i++)
        station->view_channels[i] = station->channels[i].public;
    view->station_name = station->name;
    view->station_kind = station->kind;
    view->sites = station->sites;
    view->channels = station->view_channels;
    view->channel_count = station->channel_count;
    view->envelope = station->envelope;
    view->envelope_count = station->envelope_count;
}

static void check_whole(struct station_reader *r)
{
    struct place whole = {.source = r->station->source};
    if (!r->have_station)
        station_fail(r, whole, "begin with: station NAME kind \"KIND\" version N",
                     "this is not a station file: it has no 'station' line");
    else if (!r->have_sites)
        station_fail(r, whole, "add: sites N", "the number of sites is missing");
    else if (!r->channels_file[0])
        station_fail(r, whole, "add: channels \"FILE.csv\"", "the channel table is missing");
    if (r->station->view.channels)
        station_check_envelope(r);
}

enum rc station_load(const char *path, struct diag *diag, struct station **out)
{
    struct station *station = calloc(1, sizeof *station);
    if (!station)
        return RC_NOSPACE;
    station->twin.heater_supply = station->twin.load = station->twin.load_supply = -1;
    station->twin.valve_io = station->twin.scanner = station->twin.meter = -1;
    station->twin.back_pressure = station->twin.vent_pressure = -1;
    station->heaters =
        (struct station_heaters){.supply = -1, .u = -1, .i = -1, .value = -1, .state = -1};
    station->view.volume_L = 0.1;
    station->nominal_Lmin = 2.0;
    station->view.purge_volumes = 5.0;
    station->view.interlude_volumes = 3.0;
    station->view.hottest_degC = 100.0;
    station->view.coldest_degC = (double)NAN;
    unsigned before = diag->errors;
    station->arena = arena_new();
    if (!station->arena || source_load(path, diag, &station->source) != RC_OK)
        goto fail;
    struct station_reader r = {.diag = diag, .station = station};
    lexer_start(&r.lexer, station->source, diag);
    parse_file(&r);
    bool channels = r.channels_file[0] && r.have_sites &&
                    station_load_channels(station, path, r.channels_file, diag);
    if (channels)
        build_view(station);
    check_whole(&r);
    bool dut = station_load_dut(&r, path);
    if (diag->errors != before || !channels || !dut || !station_bind_channels(station, diag) ||
        !station_bind_dut(&r) || !station_bind_insulation(&r))
        goto fail;
    station_mark_missing(station);
    build_view(station);
    *out = station;
    return RC_OK;
fail:
    station_free(station);
    return RC_CONFIG;
}

void station_free(struct station *station)
{
    if (!station)
        return;
    for (unsigned i = 0; i < station->channel_count; i++)
        free(station->channels[i].binding);
    dut_type_free(station->dut);
    csv_free_table(station->channels_csv);
    source_free(station->channels_source);
    source_free(station->source);
    arena_free(station->arena);
    free(station);
}

int station_instrument_find(const struct station *station, struct span name)
{
    for (unsigned i = 0; i < station->instrument_count; i++)
        if (span_is(name, station->instruments[i].setup.name))
            return (int)i;
    return -1;
}

const struct station_binding *station_binding_of(const struct station *station, unsigned channel,
                                                 unsigned site)
{
    const struct station_channel *c = &station->channels[channel];
    return &c->binding[c->public.per_site && site ? site - 1 : 0];
}
