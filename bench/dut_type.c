#include "bench/dut_type.h"

#include <stddef.h>
#include <stdlib.h>

#include "bench/dut_type_private.h"
#include "core/num.h"

enum { SLOTS = 2, KEYS_MAX = 32 };

/* One number of a key: the word before it, its unit and bounds, and where it goes. */
struct slot {
    const char *word, *unit;
    double lo, hi;
    size_t at;
};

struct key {
    const char *word;
    struct slot slot[SLOTS];
    bool optional;
};

struct dut_reader {
    struct station_reader r; /* its lexer and its messages; there is no station */
    struct dut_type *type;
    bool have_dut, have_class, have_part, have_heater, have_pump;
    bool have_top[KEYS_MAX], have_heating[KEYS_MAX], have_pumping[KEYS_MAX], have_regulate;
};

#define TOP(field) offsetof(struct dut_type, field)
#define HEAT(field) offsetof(struct dut_type, heater.field)
#define PUMP(field) offsetof(struct dut_type, pump.field)

/* clang-format off */
static const struct key top_keys[] = {
    {"electrode-max", {{NULL, "V",    0.1,  2.0,  TOP(electrode_V)}},      false},
    {"ip-max",        {{NULL, "mA",   1e-4, 50,   TOP(ip_mA)}},            false},
    {"reference-max", {{NULL, "uA",  0.1,  1000, TOP(reference_uA)}},     true},
    {"ri-nominal",    {{NULL, "ohm",  1,    1e5,  TOP(ri_ohm)}},           false},
    {"temperature",   {{NULL, "degC", 400,  950,  TOP(temperature_degC)}}, false},
    {"pressure",      {{NULL, "kPa",  50,   300,  TOP(pressure_kPa)}},     false},
    {"flow",          {{NULL, "L/min", 0.1, 20,   TOP(flow_Lmin)}},        false},
    {"soak",          {{NULL, "s",    0,    3600, TOP(soak_s)}},           false},
    {"trim",          {{NULL, "ohm",  1,    1e4,  TOP(trim_lo_ohm)},
                       {"to", "ohm",  1,    1e4,  TOP(trim_hi_ohm)}},      true},
    {"bare-ip",       {{NULL, "mA",   0.1,  20,   TOP(bare_lo_mA)},
                       {"to", "mA",   0.1,  20,   TOP(bare_hi_mA)}},       true},
    {"trim-series",   {{NULL, "",     3,    192,  TOP(trim_series)}},      true},
    {"finished-ip",   {{NULL, "mA",   0.1,  20,   TOP(finished_mA)}},      true},
};
static const struct key heater_keys[] = {
    {"preheat",    {{NULL, "V",     0.1, 5,    HEAT(preheat_V)},
                    {"for", "s",    0,   120,  HEAT(preheat_s)}},     false},
    {"ramp",       {{NULL, "V",     0.5, 14,   HEAT(ramp_V)},
                    {"by", "V/s",   0.01, 0.4, HEAT(ramp_V_s)}},      false},
    {"limit",      {{NULL, "V",     1,   14,   HEAT(limit_V)}},       false},
    {"boost",      {{NULL, "V",     1,   14,   HEAT(boost_V)},
                    {"for", "s",    0,   60,   HEAT(boost_s)}},       true},
    {"steady",     {{NULL, "V",     0.5, 14,   HEAT(steady_V)},
                    {"at", "W",     0.1, 50,   HEAT(steady_W)}},      false},
    {"energy",     {{NULL, "J",     1,   5000, HEAT(warm_J)},
                    {"times", "",   1,   1.5,  HEAT(energy_factor)}}, false},
    {"heated",     {{"within", "s", 1,   120,  HEAT(heated_s)}},      false},
    {"band",       {{NULL, "ohm",   0.1, 1e5,  HEAT(band_lo_ohm)},
                    {"to", "ohm",   0.1, 1e5,  HEAT(band_hi_ohm)}},   false},
    {"outside",    {{"for", "s",    0.2, 10,   HEAT(band_s)}},        false},
    {"heater-ohm", {{NULL, "ohm",   0.1, 100,  HEAT(heater_lo_ohm)},
                    {"to", "ohm",   0.1, 100,  HEAT(heater_hi_ohm)}}, false},
    {"gain",       {{NULL, "V",     0.1, 500,  HEAT(gain_V)},
                    {"over", "s",   0.1, 600,  HEAT(integral_s)}},    false},
    {"hold",       {{"for", "s",    0,   600,  HEAT(hold_s)}},        true},
};
static const struct key pump_keys[] = {
    {"set-point", {{NULL, "mV",   100, 1000, PUMP(target_mV)}},    false},
    {"from",      {{NULL, "mV",   100, 1000, PUMP(lo_mV)},
                   {"to", "mV",   100, 1000, PUMP(hi_mV)}},        false},
    {"out",       {{NULL, "V",    0.1, 2.0,  PUMP(out_V)},
                   {"at", "mA",   1e-4, 50,  PUMP(out_mA)}},       false},
    {"in",        {{NULL, "V",    0.1, 2.0,  PUMP(in_V)},
                   {"at", "mA",   1e-4, 50,  PUMP(in_mA)}},        false},
    {"slew",      {{NULL, "V/s",  0.01, 5,   PUMP(slew_V_s)}},     false},
    {"gain",      {{NULL, "",     0.01, 1,   PUMP(gain)},
                   {"over", "s",  0.5, 60,   PUMP(integral_s)}},   false},
};
static const char *const class_names[DUT_CLASSES] = {
    [DUT_CLASS_LSU49] = "lsu49", [DUT_CLASS_LSU42] = "lsu42", [DUT_CLASS_BARRIER] = "barrier",
    [DUT_CLASS_DUAL_DIFFUSION] = "dual_diffusion",
    [DUT_CLASS_ENCLOSED_REFERENCE] = "enclosed_reference"};
/* clang-format on */

const char *dut_class_text(enum dut_class class)
{
    return class_names[class];
}

/* --- values ------------------------------------------------------------------------------------
 */

static void put_number(struct obuf *out, double value, const char *unit)
{
    num_put_short(out, value, 6);
    (void)!obuf_printf(out, "%s%s", *unit ? " " : "", unit);
}

static bool refuse_range(struct station_reader *r, const struct slot *slot)
{
    char text[96];
    struct obuf out = {text, 0, sizeof text - 1};
    put_number(&out, slot->lo, "");
    (void)!obuf_printf(&out, " to ");
    put_number(&out, slot->hi, slot->unit);
    text[out.len] = '\0';
    return station_fail(r, r->token.at, NULL, "this must be from %s", text);
}

static bool take_slot(struct station_reader *r, const struct slot *slot, double *out)
{
    struct unit unit;
    if (slot->word && !station_keyword(r, slot->word))
        return false;
    r->token = lexer_next(&r->lexer);
    if (unit_find(span_text(slot->unit), &unit) != RC_OK || r->token.kind != TOKEN_NUMBER ||
        !dim_equal(r->token.unit.dim, unit.dim))
        return station_fail(r, r->token.at, NULL,
                            *slot->unit ? "expected a quantity in %s" : "expected a plain number%s",
                            slot->unit);
    double value = unit_from_si(&unit, unit_to_si(&r->token.unit, r->token.value));
    double slack = 1e-9 * slot->hi; /* of the conversion */
    if (!num_within(value, slot->lo - slack, slot->hi + slack))
        return refuse_range(r, slot);
    *out = value;
    return true;
}

static bool take_key(struct dut_reader *d, const struct key *key, bool *have)
{
    double value[SLOTS] = {0};
    if (*have)
        return station_fail(&d->r, d->r.token.at, NULL, "'%s' stands twice", key->word);
    *have = true; /* even if wrong: then it is not missing too */
    for (size_t i = 0; i < SLOTS && key->slot[i].unit; i++)
        if (!take_slot(&d->r, &key->slot[i], &value[i]))
            return false;
    for (size_t i = 0; i < SLOTS && key->slot[i].unit; i++)
        memcpy((char *)d->type + key->slot[i].at, &value[i], sizeof value[i]);
    return station_end(&d->r);
}

/* --- statements --------------------------------------------------------------------------------
 */

static bool parse_dut(struct dut_reader *d)
{
    struct station_reader *r = &d->r;
    struct span word;
    long version;
    if (d->have_dut)
        return station_fail(r, r->token.at, NULL, "'%s' stands twice", "dut");
    d->have_dut = true;
    if (!station_word(r, "a name for the type", &word) ||
        !station_copy(r, word, d->type->name, sizeof d->type->name) ||
        !station_keyword(r, "version") || !station_number(r, 1, 1000000, &version) ||
        !station_text(r, "a title", d->type->title, sizeof d->type->title))
        return false;
    d->type->version = (unsigned)version;
    return station_end(r);
}

static bool parse_class(struct dut_reader *d)
{
    struct station_reader *r = &d->r;
    struct span word;
    if (d->have_class)
        return station_fail(r, r->token.at, NULL, "'%s' stands twice", "class");
    d->have_class = true;
    if (!station_word(r, "a class", &word))
        return false;
    for (size_t i = 0; i < DUT_CLASSES; i++)
        if (span_is(word, class_names[i])) {
            d->type->class = (enum dut_class)i;
            return station_end(r);
        }
    return station_fail(r, r->token.at, NULL,
                        "expected lsu49, lsu42, barrier, dual_diffusion or enclosed_reference");
}

static bool parse_part(struct dut_reader *d)
{
    struct station_reader *r = &d->r;
    if (d->have_part)
        return station_fail(r, r->token.at, NULL, "'%s' stands twice", "part");
    d->have_part = true;
    return station_text(r, "the pattern of serial numbers", d->type->part, sizeof d->type->part) &&
           station_end(r);
}

static bool parse_variant(struct dut_reader *d)
{
    struct station_reader *r = &d->r;
    struct dut_type *type = d->type;
    struct span word;
    if (type->variant_count == DUT_VARIANTS_MAX)
        return station_fail(r, r->token.at, NULL, "at most %d variants", DUT_VARIANTS_MAX);
    struct dut_variant *to = &type->variants[type->variant_count];
    if (!station_word(r, "a name for the variant", &word) ||
        !station_copy(r, word, to->name, sizeof to->name))
        return false;
    for (unsigned i = 0; i < type->variant_count; i++)
        if (span_is(word, type->variants[i].name))
            return station_fail(r, r->token.at, NULL, "variant '%s' stands twice", to->name);
    if (!station_text(r, "what it is consistent with", to->text, sizeof to->text))
        return false;
    type->variant_count++;
    return station_end(r);
}

/* "regulate dut.ri to 300 ohm" */
static bool parse_regulate(struct dut_reader *d)
{
    static const struct slot target = {"to", "ohm", 0.1, 1e5, 0};
    struct station_reader *r = &d->r;
    struct span word;
    if (d->have_regulate)
        return station_fail(r, r->token.at, NULL, "'%s' stands twice", "regulate");
    d->have_regulate = true;
    if (!station_word(r, "dut.ri or dut.rh", &word))
        return false;
    if (!span_is(word, "dut.ri") && !span_is(word, "dut.rh"))
        return station_fail(r, r->token.at, NULL, "expected dut.ri or dut.rh");
    d->type->heater.falls = span_is(word, "dut.ri");
    return station_copy(r, word, d->type->regulate, sizeof d->type->regulate) &&
           take_slot(r, &target, &d->type->heater.target_ohm) && station_end(r);
}

static bool take_one_of(struct dut_reader *d, const struct key *keys, size_t count, bool *have)
{
    for (size_t i = 0; i < count; i++)
        if (span_is(d->r.token.text, keys[i].word))
            return take_key(d, &keys[i], &have[i]);
    return station_fail(&d->r, d->r.token.at, NULL, "no such line in a %s block: '%.*s'",
                        keys == pump_keys ? "pump" : "heater", (int)d->r.token.text.len,
                        d->r.token.text.at);
}

static bool parse_heating(struct dut_reader *d)
{
    if (span_is(d->r.token.text, "regulate"))
        return parse_regulate(d);
    return take_one_of(d, heater_keys, COUNT(heater_keys), d->have_heating);
}

static bool parse_pumping(struct dut_reader *d)
{
    return take_one_of(d, pump_keys, COUNT(pump_keys), d->have_pumping);
}

static bool parse_block(struct dut_reader *d, const char *word, bool *have,
                        bool (*parse_line)(struct dut_reader *d))
{
    struct station_reader *r = &d->r;
    struct place at = r->token.at;
    if (*have)
        return station_fail(r, at, NULL, "'%s' stands twice", word);
    *have = true;
    if (!station_end(r))
        return false;
    for (;;) {
        r->token = lexer_next_word(&r->lexer);
        if (r->token.kind == TOKEN_END)
            return station_fail(r, at, NULL, "this block has no end");
        if (r->token.kind == TOKEN_EOL)
            continue;
        if (r->token.kind == TOKEN_NAME && span_is(r->token.text, "end"))
            return station_end(r);
        if (r->token.kind != TOKEN_NAME || !parse_line(d))
            station_skip_line(r);
    }
}

static bool parse_heater(struct dut_reader *d)
{
    return parse_block(d, "heater", &d->have_heater, parse_heating);
}

static bool parse_pump(struct dut_reader *d)
{
    return parse_block(d, "pump", &d->have_pump, parse_pumping);
}

static const struct {
    const char *word;
    bool (*parse)(struct dut_reader *d);
} statements[] = {{"dut", parse_dut},         {"class", parse_class},   {"part", parse_part},
                  {"variant", parse_variant}, {"heater", parse_heater}, {"pump", parse_pump}};

static const char *statement_name(const void *ctx, size_t i)
{
    (void)ctx;
    return i < COUNT(statements) ? statements[i].word : top_keys[i - COUNT(statements)].word;
}

static bool parse_statement(struct dut_reader *d)
{
    struct station_reader *r = &d->r;
    for (size_t i = 0; i < COUNT(statements); i++)
        if (span_is(r->token.text, statements[i].word))
            return statements[i].parse(d);
    for (size_t i = 0; i < COUNT(top_keys); i++)
        if (span_is(r->token.text, top_keys[i].word))
            return take_key(d, &top_keys[i], &d->have_top[i]);
    const char *near =
        diag_suggest(r->token.text, statement_name, NULL, COUNT(statements) + COUNT(top_keys));
    char help[64];
    snprintf(help, sizeof help, "did you mean '%s'?", near ? near : "");
    return station_fail(r, r->token.at, near ? help : NULL,
                        "no such statement in a DUT type file: '%.*s'", (int)r->token.text.len,
                        r->token.text.at);
}

/* --- the whole ---------------------------------------------------------------------------------
 */

static void say_missing(struct dut_reader *d, const char *word)
{
    station_fail(&d->r, (struct place){.source = d->type->source}, NULL, "'%s' is missing", word);
}

static void check_block(struct dut_reader *d, const char *name, const struct key *keys,
                        size_t count, const bool *have)
{
    for (size_t i = 0; i < count; i++) {
        char text[48];
        snprintf(text, sizeof text, "%s: %s", name, keys[i].word);
        if (!have[i] && !keys[i].optional)
            say_missing(d, text);
    }
}

static void check_keys(struct dut_reader *d)
{
    const struct {
        bool have;
        const char *word;
    } words[] = {{d->have_dut, "dut NAME version N \"TITLE\""},
                 {d->have_class, "class"},
                 {d->have_part, "part"},
                 {d->have_heater, "heater ... end"},
                 {d->have_regulate || !d->have_heater, "heater: regulate"}};
    for (size_t i = 0; i < COUNT(words); i++)
        if (!words[i].have)
            say_missing(d, words[i].word);
    for (size_t i = 0; i < COUNT(top_keys); i++)
        if (!d->have_top[i] && !top_keys[i].optional)
            say_missing(d, top_keys[i].word);
    if (d->have_heater)
        check_block(d, "heater", heater_keys, COUNT(heater_keys), d->have_heating);
    if (d->have_pump)
        check_block(d, "pump", pump_keys, COUNT(pump_keys), d->have_pumping);
}

static void parse_file(struct dut_reader *d)
{
    struct station_reader *r = &d->r;
    for (;;) {
        r->token = lexer_next_word(&r->lexer);
        if (r->token.kind == TOKEN_END)
            return;
        if (r->token.kind == TOKEN_EOL)
            continue;
        if (r->token.kind != TOKEN_NAME || !parse_statement(d))
            station_skip_line(r);
    }
}

static void fill_in(struct dut_reader *d)
{
    struct dut_type *type = d->type;
    if (type->heater.boost_V <= 0.0)
        type->heater.boost_V = type->heater.limit_V;
    if (type->heater.hold_s <= 0.0)
        type->heater.hold_s = 30.0;
    type->has_trim = type->trim_hi_ohm > 0.0;
}

enum rc dut_type_load(const char *path, struct diag *diag, struct dut_type **out)
{
    struct dut_type *type = calloc(1, sizeof *type);
    if (!type)
        return RC_NOSPACE;
    unsigned before = diag->errors;
    if (source_load(path, diag, &type->source) != RC_OK)
        goto fail;
    struct dut_reader d = {.r = {.diag = diag}, .type = type};
    lexer_start(&d.r.lexer, type->source, diag);
    parse_file(&d);
    fill_in(&d);
    type->has_pump = d.have_pump;
    check_keys(&d);
    if (diag->errors == before)
        dut_type_check_sense(&d.r, type);
    if (diag->errors != before)
        goto fail;
    *out = type;
    return RC_OK;
fail:
    dut_type_free(type);
    return RC_CONFIG;
}

void dut_type_free(struct dut_type *type)
{
    if (!type)
        return;
    source_free(type->source);
    free(type);
}
