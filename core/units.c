#include "core/units.h"

#include "core/num.h"

const struct dim dim_one = {0};

/* A unit and its rate ("V", "V/s"); `print`: the unit in which its dimension is shown. */
struct row {
    const char *name, *rate;
    double scale, offset;
    struct dim dim;
    bool print;
};

#define UNIT(name) name, name "/s"
#define DIM(m, kg, s, A, K)                                                                        \
    {                                                                                              \
        m, kg, s, A, K, DIM_PLAIN                                                                  \
    }
#define ONE DIM(0, 0, 0, 0, 0)
#define VOLT DIM(2, 1, -3, -1, 0)
#define AMPERE DIM(0, 0, 0, 1, 0)
#define WATT DIM(2, 1, -3, 0, 0)
#define OHM DIM(2, 1, -3, -2, 0)
#define KELVIN DIM(0, 0, 0, 0, 1)
#define FLOW DIM(3, 0, -1, 0, 0)
#define VOLUME DIM(3, 0, 0, 0, 0)
#define PASCAL DIM(-1, 1, -2, 0, 0)
#define HERTZ DIM(0, 0, -1, 0, 0)
#define JOULE DIM(2, 1, -2, 0, 0)
#define SECOND DIM(0, 0, 1, 0, 0)
#define FARAD DIM(-2, -1, 4, 2, 0)

/* clang-format off */
static const struct row rows[] = {
    {UNIT("s"),      1,       0,      SECOND,  true},
    {UNIT("ms"),     1e-3,    0,      SECOND,  false},
    {UNIT("us"),     1e-6,    0,      SECOND,  false},
    {UNIT("min"),    60,      0,      SECOND,  false},
    {UNIT("h"),      3600,    0,      SECOND,  false},
    {UNIT("V"),      1,       0,      VOLT,    true},
    {UNIT("mV"),     1e-3,    0,      VOLT,    false},
    {UNIT("uV"),     1e-6,    0,      VOLT,    false},
    {UNIT("A"),      1,       0,      AMPERE,  true},
    {UNIT("mA"),     1e-3,    0,      AMPERE,  false},
    {UNIT("uA"),     1e-6,    0,      AMPERE,  false},
    {UNIT("nA"),     1e-9,    0,      AMPERE,  false},
    {UNIT("W"),      1,       0,      WATT,    true},
    {UNIT("mW"),     1e-3,    0,      WATT,    false},
    {UNIT("ohm"),    1,       0,      OHM,     true},
    {UNIT("mohm"),   1e-3,    0,      OHM,     false},
    {UNIT("kohm"),   1e3,     0,      OHM,     false},
    {UNIT("Mohm"),   1e6,     0,      OHM,     false},
    {UNIT("degC"),   1,       273.15, KELVIN,  false},
    {UNIT("K"),      1,       0,      KELVIN,  true},
    {UNIT("%"),      1e-2,    0,      ONE,     false},
    {UNIT("ppm"),    1e-6,    0,      ONE,     false},
    {UNIT("L/min"),  1e-3 / 60, 0,      FLOW,    true},
    {UNIT("mL/min"), 1e-6 / 60, 0,      FLOW,    false},
    {UNIT("m3/h"),   1.0 / 3600, 0,      FLOW,    false},
    {UNIT("L"),      1e-3,    0,      VOLUME,  true},
    {UNIT("mL"),     1e-6,    0,      VOLUME,  false},
    {UNIT("kPa"),    1e3,     0,      PASCAL,  true},
    {UNIT("hPa"),    1e2,     0,      PASCAL,  false},
    {UNIT("mbar"),   1e2,     0,      PASCAL,  false},
    {UNIT("bar"),    1e5,     0,      PASCAL,  false},
    {UNIT("Hz"),     1,       0,      HERTZ,   true},
    {UNIT("kHz"),    1e3,     0,      HERTZ,   false},
    {UNIT("J"),      1,       0,      JOULE,   true},
    {UNIT("kJ"),     1e3,     0,      JOULE,   false},
    {UNIT("F"),      1,       0,      FARAD,   false},
    {UNIT("uF"),     1e-6,    0,      FARAD,   false},
    {"%rd", NULL, 1e-2, 0, {0, 0, 0, 0, 0, DIM_OF_READING}, true},
    {"%fs", NULL, 1e-2, 0, {0, 0, 0, 0, 0, DIM_OF_FULL_SCALE}, true},
};

/* What people write elsewhere and an edit distance does not find. */
static const struct { const char *written, *meant; } other_names[] = {
    {"sec", "s"}, {"\xc2\xb5s", "us"}, {"hr", "h"},
    {"\xc2\xb5" "A", "uA"}, {"\xc2\xb5V", "uV"},
    {"\xce\xa9", "ohm"}, {"\xe2\x84\xa6", "ohm"}, {"k\xce\xa9", "kohm"}, {"R", "ohm"},
    {"C", "degC"}, {"\xc2\xb0" "C", "degC"}, {"\xe2\x84\x83", "degC"}, {"deg", "degC"},
    {"slpm", "L/min"}, {"SLPM", "L/min"}, {"lpm", "L/min"}, {"slm", "L/min"}, {"nlpm", "L/min"},
    {"sccm", "mL/min"}, {"SCCM", "mL/min"}, {"Pa", "kPa"}, {"MPa", "bar"},
    {"atm", "kPa"}, {"psi", "kPa"}, {"torr", "kPa"}, {"mmHg", "kPa"},
};
/* clang-format on */

static struct unit unit_of(const struct row *row, bool rate)
{
    static const struct dim second = SECOND;
    struct unit unit = {.dim = row->dim, .scale = row->scale, .offset = row->offset};
    const char *name = rate ? row->rate : row->name;
    memcpy(unit.name, name, strlen(name) + 1);
    if (rate) {
        unit.dim = dim_divide(row->dim, second);
        unit.offset = 0; /* degC/s is a difference over time */
    }
    return unit;
}

enum rc unit_find(struct span name, struct unit *out)
{
    if (name.len == 0) {
        *out = (struct unit){.scale = 1};
        return RC_OK;
    }
    for (size_t i = 0; i < COUNT(rows); i++) {
        bool base = span_is(name, rows[i].name);
        if (base || (rows[i].rate && span_is(name, rows[i].rate))) {
            *out = unit_of(&rows[i], !base);
            return RC_OK;
        }
    }
    return RC_CONFIG;
}

/* ---- suggesting ---- */

enum { NAME_MAX_BYTES = 12 };

static unsigned change_cost(char a, char b)
{
    if (a == b)
        return 0;
    bool letter = (a | 0x20) >= 'a' && (a | 0x20) <= 'z';
    return letter && (a ^ b) == 0x20 ? 1 : 2;
}

/* Twice the Levenshtein distance, a change of case counting one. */
static unsigned distance_doubled(struct span a, struct span b)
{
    unsigned row[NAME_MAX_BYTES + 1];
    for (size_t j = 0; j <= b.len; j++)
        row[j] = 2 * (unsigned)j;
    for (size_t i = 1; i <= a.len; i++) {
        unsigned diagonal = row[0];
        row[0] = 2 * (unsigned)i;
        for (size_t j = 1; j <= b.len; j++) {
            unsigned change = diagonal + change_cost(a.at[i - 1], b.at[j - 1]);
            diagonal = row[j];
            unsigned insert = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 2;
            row[j] = change < insert ? change : insert;
        }
    }
    return row[b.len];
}

const char *unit_suggest(struct span name)
{
    const char *best = NULL;
    unsigned best_cost = 5; /* up to a distance of 2 */
    if (name.len == 0 || name.len > NAME_MAX_BYTES)
        return NULL;
    for (size_t i = 0; i < COUNT(other_names); i++)
        if (span_is(name, other_names[i].written))
            return other_names[i].meant;
    for (size_t i = 0; i < 2 * COUNT(rows); i++) { /* all the units, then all the rates */
        const struct row *row = &rows[i % COUNT(rows)];
        const char *candidate = i < COUNT(rows) ? row->name : row->rate;
        if (!candidate)
            continue;
        unsigned cost = distance_doubled(name, span_text(candidate));
        if (cost < best_cost && cost < 2 * name.len) { /* something of the word must remain */
            best = candidate;
            best_cost = cost;
        }
    }
    return best;
}

/* ---- dimensions ---- */

bool dim_equal(struct dim a, struct dim b)
{
    return a.m == b.m && a.kg == b.kg && a.s == b.s && a.A == b.A && a.K == b.K && a.of == b.of;
}

/* Saturates: no meaningful quantity comes near. */
static int8_t exponent(int x)
{
    return (int8_t)(x > 100 ? 100 : x < -100 ? -100 : x);
}

/* a * b^power. A relative kind stays one, so that it never equals a plain dimension by accident. */
static struct dim combine(struct dim a, struct dim b, int power)
{
    return (struct dim){
        .m = exponent(a.m + power * b.m),
        .kg = exponent(a.kg + power * b.kg),
        .s = exponent(a.s + power * b.s),
        .A = exponent(a.A + power * b.A),
        .K = exponent(a.K + power * b.K),
        .of = a.of != DIM_PLAIN ? a.of : b.of,
    };
}

struct dim dim_multiply(struct dim a, struct dim b)
{
    return combine(a, b, 1);
}

struct dim dim_divide(struct dim a, struct dim b)
{
    return combine(a, b, -1);
}

enum rc dim_root(struct dim a, struct dim *out)
{
    if (a.of != DIM_PLAIN || a.m % 2 || a.kg % 2 || a.s % 2 || a.A % 2 || a.K % 2)
        return RC_RANGE;
    *out = (struct dim){.m = (int8_t)(a.m / 2),
                        .kg = (int8_t)(a.kg / 2),
                        .s = (int8_t)(a.s / 2),
                        .A = (int8_t)(a.A / 2),
                        .K = (int8_t)(a.K / 2)};
    return RC_OK;
}

const char *dim_unit_name(struct dim dim)
{
    if (dim_equal(dim, dim_one))
        return "";
    for (size_t i = 0; i < COUNT(rows); i++)
        if (rows[i].print && dim_equal(rows[i].dim, dim))
            return rows[i].name;
    for (size_t i = 0; i < COUNT(rows); i++)
        if (rows[i].print && rows[i].rate && dim_equal(unit_of(&rows[i], true).dim, dim))
            return rows[i].rate;
    return NULL;
}

static void put_cut(struct obuf *out, struct span text)
{
    size_t room = out->cap - out->len;
    text.len = text.len < room ? text.len : room;
    (void)!obuf_put(out, text); /* fits: cut to the room just now */
}

void unit_put(struct obuf *out, double value, const char *unit_name, unsigned digits)
{
    num_put_short(out, value, digits);
    if (unit_name && unit_name[0]) {
        put_cut(out, SPAN(" "));
        put_cut(out, span_text(unit_name));
    }
}
