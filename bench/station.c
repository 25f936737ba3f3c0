#include "bench/station.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "bench/station_private.h"
#include "core/num.h"

/* --- statements ---------------------------------------------------------------------------- */

static bool parse_station(struct station_reader *r)
{
    struct span word;
    long version;
    unsigned kind_line = 0, version_line = 0;
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
            if (!station_once(r, "kind", &kind_line) ||
                !station_text(r, "the kind", r->station->kind, sizeof r->station->kind))
                return false;
        } else if (span_is(r->token.text, "version")) {
            if (!station_once(r, "version", &version_line) ||
                !station_number(r, 0, 1000000, &version))
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
    r->have_sites = true;
    r->station->sites = TWIN_SITES_MAX; /* no site of the file is too many, if this line is wrong */
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

/* clang-format off */
static const struct {
    const char *word;
    bool (*parse)(struct station_reader *r);
    enum { ONCE, ONCE_BLOCK, MANY } how;
} statements[] = {
    {"station",    parse_station,            ONCE},
    {"sites",      parse_sites,              ONCE},
    {"channels",   parse_channels,           ONCE},
    {"reference",  parse_reference,          ONCE},
    {"extraction", station_parse_extraction, ONCE},
    {"volume",     station_parse_volume,     ONCE},
    {"nominal",    station_parse_nominal,    ONCE},
    {"stream",     station_parse_stream,     ONCE},
    {"hottest",    station_parse_hottest,    ONCE},
    {"coldest",    station_parse_coldest,    ONCE},
    {"instrument", station_parse_instrument, MANY},
    {"envelope",   station_parse_envelope,   ONCE_BLOCK},
    {"suction",    station_parse_suction,    ONCE},
    {"retest",     skip_block,               ONCE_BLOCK},
    {"twin",       station_parse_twin,       ONCE_BLOCK},
    {"dut",        station_parse_dut,        ONCE},
    {"heaters-on", station_parse_heaters_on, ONCE},
    {"insulation-tester", station_parse_insulation, ONCE},
};
/* clang-format on */
static_assert(COUNT(statements) <= STATION_WORDS_MAX, "each statement has its line");

static const char *statement_name(const void *ctx, size_t i)
{
    (void)ctx;
    return statements[i].word;
}

static void parse_known(struct station_reader *r, size_t i)
{
    if (statements[i].how == MANY || station_once(r, statements[i].word, &r->statement_line[i])) {
        if (!statements[i].parse(r))
            station_skip_line(r);
    } else if (statements[i].how == ONCE_BLOCK) {
        (void)skip_block(r);
    } else {
        station_skip_line(r);
    }
}

static void parse_statement(struct station_reader *r)
{
    for (size_t i = 0; i < COUNT(statements); i++)
        if (span_is(r->token.text, statements[i].word)) {
            parse_known(r, i);
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
    if (r->station->twin.declared &&
        r->station->view.b_is_ambient != (r->station->twin.config.ambient_port_mL > 0.0))
        station_fail(r, whole, "stream b to ambient, and in the twin block: ambient 10 mL",
                     "the station and its twin differ about a gas on the ambient side");
}

enum rc station_load(const char *path, struct diag *diag, struct station **out)
{
    struct station *station = calloc(1, sizeof *station);
    if (!station)
        return RC_NOSPACE;
    station->twin.heater_supply = station->twin.load = station->twin.load_supply = -1;
    station->twin.valve_io = station->twin.scanner = station->twin.leads = station->twin.meter = -1;
    station->twin.back_pressure = station->twin.vent_pressure = -1;
    station->heaters =
        (struct station_heaters){.supply = -1, .u = -1, .i = -1, .value = -1, .state = -1};
    station->pumps =
        (struct station_pumps){.un = -1, .ip = -1, .up = -1, .ilim = -1, .output = -1, .state = -1};
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
    station_check_ports(&r);
    bool dut = station_load_dut(&r, path);
    if (diag->errors != before || !channels || !dut || !station_bind_channels(station, diag) ||
        !station_bind_dut(&r) || !station_bind_insulation(&r) || !station_bind_pumps(&r))
        goto fail;
    station_mark_missing(station);
    station_name_constants(station);
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

void station_forget_noise(struct station *station)
{
    for (unsigned i = 0; i < station->channel_count; i++)
        station->view_channels[i].coarse = true;
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
