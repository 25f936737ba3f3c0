/* Quantities, compositions, fuels and cylinders as people type them. */
#include <ctype.h>
#include <math.h>

#include "bench/cli_gas.h"
#include "core/num.h"
#include "core/units.h"

struct cli_gas_text cli_gas_num(double value, unsigned digits)
{
    struct cli_gas_text text;
    struct obuf out = {text.at, 0, sizeof text.at - 1};
    num_put_short(&out, value, digits);
    text.at[out.len] = '\0';
    return text;
}

struct cli_gas_text cli_gas_word(struct span word)
{
    struct cli_gas_text text;
    struct obuf out = {text.at, 0, sizeof text.at - 1};
    obuf_escaped(&out, word);
    text.at[out.len] = '\0';
    return text;
}

void cli_gas_explain(struct obuf *why, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(why->at, why->cap, format, args);
    va_end(args);
    why->len = n < 0 ? 0 : (size_t)n < why->cap ? (size_t)n : why->cap - 1;
}

void cli_gas_explain_fault(struct obuf *why, const char *before, const struct gas_fault *fault)
{
    why->len = 0;
    if (obuf_printf(why, "%s", before) == RC_OK)
        gas_fault_put(why, fault);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

struct span cli_gas_trimmed(struct span text)
{
    while (text.len && is_blank(text.at[0]))
        text = span_skip(text, 1);
    while (text.len && is_blank(text.at[text.len - 1]))
        text.len--;
    return text;
}

/* What stands before the first `mark`; *rest is what follows it. False: there is no mark. */
bool cli_gas_cut(struct span text, char mark, struct span *before, struct span *rest)
{
    const char *at = text.len ? memchr(text.at, mark, text.len) : NULL;
    if (!at)
        return false;
    *before = (struct span){text.at, (size_t)(at - text.at)};
    *rest = span_skip(text, before->len + 1);
    return true;
}

/* ---- quantities ---- */

/* clang-format off */
static const struct {
    const char *unit, *noun, *example;
} quantities[] = {
    [CLI_GAS_TEMPERATURE] = {"K",     "temperature (degC, K)",              "800degC"},
    [CLI_GAS_PRESSURE]    = {"kPa",   "pressure (kPa, hPa, mbar, bar)",     "101.325kPa"},
    [CLI_GAS_FLOW]        = {"L/min", "flow (L/min, mL/min, m3/h)",         "2L/min"},
    [CLI_GAS_FRACTION]    = {"",      "fraction (%, ppm)",                  "1%"},
    [CLI_GAS_NUMBER]      = {"",      "number without unit",                "0.9"},
};
/* clang-format on */

static struct span number_part(struct span text)
{
    size_t n = 0;
    while (n < text.len && text.at[n] && strchr("+-.0123456789eE", text.at[n]))
        n++;
    return (struct span){text.at, n};
}

static bool refuse_unit(const char *option, struct span name, enum cli_gas_quantity kind,
                        struct obuf *why)
{
    const char *near = unit_suggest(name);
    if (near)
        return cli_gas_refuse(why, "%s: unknown unit '%s'; did you mean '%s'?", option,
                              cli_gas_word(name).at, near);
    return cli_gas_refuse(why, "%s: unknown unit '%s'; this takes a %s", option,
                          cli_gas_word(name).at, quantities[kind].noun);
}

bool cli_gas_read_quantity(const char *option, struct span text, enum cli_gas_quantity kind,
                           double *out, struct obuf *why)
{
    struct unit wanted, unit;
    double value;
    text = cli_gas_trimmed(text);
    struct span number = number_part(text), name = cli_gas_trimmed(span_skip(text, number.len));
    enum rc rc = num_parse(number, &value);
    if (rc == RC_RANGE)
        return cli_gas_refuse(why, "%s: '%s' is too large", option, cli_gas_word(text).at);
    if (rc != RC_OK)
        return cli_gas_refuse(why, "%s: '%s' is not a %s, as in %s", option, cli_gas_word(text).at,
                              quantities[kind].noun, quantities[kind].example);
    if (kind == CLI_GAS_NUMBER && name.len)
        return cli_gas_refuse(why, "%s: '%s' is not a %s, as in %s", option, cli_gas_word(text).at,
                              quantities[kind].noun, quantities[kind].example);
    if (kind != CLI_GAS_NUMBER && !name.len)
        return cli_gas_refuse(why, "%s: '%s' has no unit; write it as in %s", option,
                              cli_gas_word(text).at, quantities[kind].example);
    if (unit_find(span_text(quantities[kind].unit), &wanted) != RC_OK)
        return cli_gas_refuse(why, "%s: no such unit", option);
    if (unit_find(name, &unit) != RC_OK)
        return refuse_unit(option, name, kind, why);
    if (!dim_equal(unit.dim, wanted.dim))
        return cli_gas_refuse(why, "%s: '%s' is not a %s, as in %s", option, cli_gas_word(text).at,
                              quantities[kind].noun, quantities[kind].example);
    double read = unit_from_si(&wanted, unit_to_si(&unit, value));
    if (!num_within(read, -1e300, 1e300))
        return cli_gas_refuse(why, "%s: '%s' is too large", option, cli_gas_word(text).at);
    *out = read;
    return true;
}

/* ---- compositions ---- */

struct reading {
    const char *option;
    struct gas_mix mix;
    bool seen[GAS_SPECIES_COUNT];
    unsigned balance; /* GAS_SPECIES_COUNT: none */
};

static bool refuse_species(const char *option, struct span name, struct obuf *why)
{
    const char *near = gas_species_suggest(name);
    if (near)
        return cli_gas_refuse(why, "%s: unknown species '%s'; did you mean '%s'?", option,
                              cli_gas_word(name).at, near);
    cli_gas_explain(why, "%s: unknown species '%s'; known are", option, cli_gas_word(name).at);
    for (unsigned s = 0; s < GAS_SPECIES_COUNT; s++)
        if (obuf_printf(why, " %s", gas_species_info((enum gas_species)s)->key) != RC_OK)
            break;
    return false;
}

static bool read_fraction(struct reading *r, enum gas_species species, struct span text,
                          struct obuf *why)
{
    const char *key = gas_species_info(species)->key;
    char place[48];
    double x;
    snprintf(place, sizeof place, "%.32s: %s", r->option, key);
    if (!cli_gas_read_quantity(place, text, CLI_GAS_FRACTION, &x, why))
        return false;
    if (!num_within(x, 0, 1))
        return cli_gas_refuse(why, "%s: %s %% is outside 0..100 %%", place,
                              cli_gas_num(100 * x, 6).at);
    r->mix.x[species] = x;
    return true;
}

static bool read_part(struct reading *r, struct span part, struct obuf *why)
{
    struct span name, fraction;
    enum gas_species species;
    if (!cli_gas_cut(part, '=', &name, &fraction))
        return cli_gas_refuse(why, "%s: '%s' is not SPECIES=FRACTION, as in o2=1%%", r->option,
                              cli_gas_word(cli_gas_trimmed(part)).at);
    name = cli_gas_trimmed(name);
    fraction = cli_gas_trimmed(fraction);
    if (gas_species_find(name, &species) != RC_OK)
        return refuse_species(r->option, name, why);
    if (r->seen[species])
        return cli_gas_refuse(why, "%s: %s is given twice", r->option,
                              gas_species_info(species)->key);
    r->seen[species] = true;
    if (!span_is(fraction, "balance"))
        return read_fraction(r, species, fraction, why);
    if (r->balance != GAS_SPECIES_COUNT)
        return cli_gas_refuse(why, "%s: only one species can be the balance", r->option);
    r->balance = species;
    return true;
}

static bool finish_mix(struct reading *r, bool whole, struct obuf *why)
{
    double sum = gas_mix_sum(&r->mix);
    if (!num_within(sum, 0, 1 + 1e-6))
        return cli_gas_refuse(why, "%s: the fractions make %s %%, more than 100 %%", r->option,
                              cli_gas_num(100 * sum, 8).at);
    if (r->balance != GAS_SPECIES_COUNT)
        r->mix.x[r->balance] = sum < 1 ? 1 - sum : 0;
    else if (whole && !num_within(sum, 1 - 1e-6, 2))
        return cli_gas_refuse(why,
                              "%s: the fractions make %s %%, not 100 %%; name the rest, as in "
                              "n2=balance",
                              r->option, cli_gas_num(100 * sum, 8).at);
    if (sum > 1)
        for (unsigned s = 0; s < GAS_SPECIES_COUNT; s++)
            r->mix.x[s] /= sum;
    return true;
}

static bool read_parts(struct reading *r, struct span text, bool whole, struct obuf *why)
{
    struct span part;
    text = cli_gas_trimmed(text);
    if (span_is(text, "air")) {
        r->mix = gas_mix_air;
        r->seen[GAS_O2] = r->seen[GAS_N2] = true;
        return true;
    }
    if (!text.len)
        return cli_gas_refuse(why, "%s: no composition, as in o2=1%%,n2=balance", r->option);
    while (cli_gas_cut(text, ',', &part, &text))
        if (!read_part(r, part, why))
            return false;
    return read_part(r, text, why) && finish_mix(r, whole, why);
}

bool cli_gas_read_mix(const char *option, struct span text, bool whole, struct gas_mix *out,
                      struct obuf *why)
{
    struct reading r = {.option = option, .balance = GAS_SPECIES_COUNT};
    if (!read_parts(&r, text, whole, why))
        return false;
    *out = r.mix;
    return true;
}

bool cli_gas_read_target(const char *option, struct span text, struct cli_gas_target *out,
                         struct obuf *why)
{
    struct reading r = {.option = option, .balance = GAS_SPECIES_COUNT};
    if (!read_parts(&r, text, false, why))
        return false;
    *out = (struct cli_gas_target){.mix = r.mix};
    for (unsigned s = 0; s < GAS_SPECIES_COUNT; s++)
        out->named |= r.seen[s] ? 1U << s : 0U;
    return true;
}

/* ---- fuels ---- */

struct formula {
    double C, H, O;
};

/* One element and its number, "H1.85", without a number 1; added to what was read before. */
static bool add_atom(struct span *text, struct formula *f)
{
    size_t len = 1;
    double n = 1, *sum = text->at[0] == 'C' ? &f->C : text->at[0] == 'H' ? &f->H : &f->O;
    if (!strchr("CHO", text->at[0]) || !text->at[0])
        return false;
    while (len < text->len && (isdigit((unsigned char)text->at[len]) || text->at[len] == '.'))
        len++;
    if (len > 1 && num_parse((struct span){text->at + 1, len - 1}, &n) != RC_OK)
        return false;
    bool carbon = text->at[0] == 'C';
    *text = span_skip(*text, len);
    *sum += n;
    return n > 0 || !carbon;
}

static bool refuse_fuel(struct span text, struct obuf *why)
{
    return cli_gas_refuse(why,
                          "--fuel: '%s' is not a fuel, as in CH1.85, CH1.85O0.02, C3H8, C2H5OH "
                          "or H2",
                          cli_gas_word(text).at);
}

bool cli_gas_read_fuel(struct span text, struct gas_fuel *out, struct obuf *why)
{
    struct span rest = cli_gas_trimmed(text);
    struct formula f = {0, 0, 0};
    if (!rest.len)
        return refuse_fuel(text, why);
    while (rest.len)
        if (!add_atom(&rest, &f))
            return refuse_fuel(text, why);
    bool hydrogen = !(f.C > 0);
    if (hydrogen && (!(f.H > 0) || f.O > 0))
        return refuse_fuel(text, why);
    struct gas_fuel fuel = {.y = (double)INFINITY, .z = 0, .Kw = GAS_KW_FROZEN};
    if (!hydrogen) {
        fuel.y = f.H / f.C;
        fuel.z = f.O / f.C;
        if (!num_within(fuel.y, 0, 4))
            return cli_gas_refuse(why, "--fuel: H/C %s is outside 0..4", cli_gas_num(fuel.y, 6).at);
        if (!num_within(fuel.z, 0, 2))
            return cli_gas_refuse(why, "--fuel: O/C %s is outside 0..2", cli_gas_num(fuel.z, 6).at);
        if (!(1 + fuel.y / 4 - fuel.z / 2 > 1e-3))
            return cli_gas_refuse(why,
                                  "--fuel: '%s' does not burn: it holds all the oxygen that "
                                  "its carbon and hydrogen need",
                                  cli_gas_word(text).at);
    }
    *out = fuel;
    return true;
}

/* ---- cylinders ---- */

static bool read_name(struct span text, char *name)
{
    if (text.len < 1 || text.len > CLI_GAS_NAME_MAX)
        return false;
    for (size_t i = 0; i < text.len; i++)
        if (!isalnum((unsigned char)text.at[i]) && text.at[i] != '_' && text.at[i] != '-')
            return false;
    memcpy(name, text.at, text.len);
    name[text.len] = '\0';
    return true;
}

bool cli_gas_read_cylinder(struct span text, struct cli_gas_cylinder *out, struct obuf *why)
{
    struct span name, mix;
    struct cli_gas_cylinder read = {.mfcs = 0};
    char place[CLI_GAS_NAME_MAX + 16];
    if (!cli_gas_cut(text, ':', &name, &mix))
        return cli_gas_refuse(why, "--cylinder: '%s' is not NAME:COMPOSITION, as in n2:n2=100%%",
                              cli_gas_word(text).at);
    if (!read_name(cli_gas_trimmed(name), read.name))
        return cli_gas_refuse(why, "--cylinder: '%s' is not a name of 1..%d letters and digits",
                              cli_gas_word(name).at, CLI_GAS_NAME_MAX);
    snprintf(place, sizeof place, "--cylinder %s", read.name);
    if (!cli_gas_read_mix(place, mix, true, &read.mix, why))
        return false;
    *out = read;
    return true;
}
