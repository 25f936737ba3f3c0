/* The results of `lambdabench gas`: aligned text, or one JSON object. */
#include <math.h>
#include <stdio.h>

#include "bench/cli_gas.h"
#include "core/num.h"

/* JSON: value * si + offset in unit_si; people: value * people + shift in unit_people. */
/* clang-format off */
static const struct {
    double si;
    const char *unit_si;
    double people, shift;
    const char *unit_people;
    unsigned digits;
} kinds[] = {
    [CLI_GAS_AS_mV]       = {1e-3,      "V",    1,   0,       "mV",    6},
    [CLI_GAS_AS_mA]       = {1e-3,      "A",    1,   0,       "mA",    5},
    [CLI_GAS_AS_K]        = {1,         "K",    1,   -273.15, "degC",  7},
    [CLI_GAS_AS_kPa]      = {1e3,       "Pa",   1,   0,       "kPa",   7},
    [CLI_GAS_AS_BAR]      = {1e5,       "Pa",   1,   0,       "bar",   5},
    [CLI_GAS_AS_FRACTION] = {1,         "1",    100, 0,       "%",     6},
    [CLI_GAS_AS_slpm]     = {1e-3 / 60, "m3/s", 1,   0,       "L/min", 6},
    [CLI_GAS_AS_g_h]      = {1 / 3.6e6, "kg/s", 1,   0,       "g/h",   6},
    [CLI_GAS_AS_NUMBER]   = {1,         "1",    1,   0,       "",      6},
};
/* clang-format on */

static void put_number(double value)
{
    char text[40];
    struct obuf out = {text, 0, sizeof text};
    if (num_put(&out, value) != RC_OK)
        printf("null");
    else
        printf("%.*s", (int)out.len, text);
}

/* "765.43", "mV" for people; small fractions in ppm. */
static const char *for_people(const struct cli_gas_value *v, struct cli_gas_text *text,
                              struct cli_gas_text *U)
{
    double scale = kinds[v->as].people;
    const char *unit = kinds[v->as].unit_people;
    if (v->as == CLI_GAS_AS_FRACTION && fabs(v->value) < 1e-3 && (v->value != 0.0 || v->U > 0.0)) {
        scale = 1e6;
        unit = "ppm";
    }
    *text = cli_gas_num(v->value * scale + kinds[v->as].shift, kinds[v->as].digits);
    *U = cli_gas_num(v->U * scale, 2);
    return isfinite(v->value) ? unit : "";
}

static void put_key(struct cli_gas_out *out, const char *key)
{
    printf("%s\"%s\":", out->comma ? "," : "", key);
    out->comma = true;
}

static void put_label(const struct cli_gas_out *out, const char *label)
{
    int indent = 2 * (int)out->depth;
    printf("%*s%-*s ", indent, "", 26 - indent, label);
}

void cli_gas_out_begin(struct cli_gas_out *out, const char *sub, bool json)
{
    *out = (struct cli_gas_out){.json = json, .comma = true};
    if (json)
        printf("{\"schema\":\"lambdabench/gas/%s/1\"", sub);
}

void cli_gas_out_end(struct cli_gas_out *out)
{
    if (out->json)
        printf("}\n");
}

void cli_gas_out_open(struct cli_gas_out *out, const char *key, const char *heading)
{
    if (out->json) {
        put_key(out, key);
        printf("{");
        out->comma = false;
    } else {
        printf("%*s%s\n", 2 * (int)out->depth, "", heading);
    }
    out->depth++;
}

void cli_gas_out_close(struct cli_gas_out *out)
{
    out->depth--;
    if (out->json)
        printf("}");
    out->comma = true;
}

void cli_gas_out_value(struct cli_gas_out *out, const struct cli_gas_value *v)
{
    struct cli_gas_text text, U;
    const char *unit = for_people(v, &text, &U), *blank = *unit ? " " : "";
    bool with_U = v->U > 0.0 && isfinite(v->value);
    if (!out->json) {
        put_label(out, v->label ? v->label : v->key);
        printf("%12s", text.at);
        if (with_U)
            printf(" +- %-*s", *unit ? 8 : 0, U.at);
        printf("%s%s\n", blank, unit);
        return;
    }
    put_key(out, v->key);
    printf("{\"value\":");
    put_number(v->value * kinds[v->as].si);
    if (with_U) {
        printf(",\"U\":");
        put_number(v->U * kinds[v->as].si);
    }
    printf(",\"unit\":\"%s\",\"text\":\"%s%s%s\"}", kinds[v->as].unit_si, text.at, blank, unit);
}

void cli_gas_out_put(struct cli_gas_out *out, const char *key, const char *label,
                     enum cli_gas_print as, double value)
{
    cli_gas_out_value(out, &(struct cli_gas_value){key, label, as, value, 0.0});
}

/* Broken at blanks so that no line is wider than a terminal. */
static void put_wrapped(const char *text, unsigned indent)
{
    struct span rest = span_text(text);
    const size_t width = 79 - indent;
    while (rest.len) {
        size_t n = rest.len;
        if (n > width) {
            n = width;
            while (n > 0 && rest.at[n] != ' ')
                n--;
            n = n > 0 ? n : width;
        }
        printf("%*s%.*s\n", (int)indent, "", (int)n, rest.at);
        rest = span_skip(rest, n);
        while (rest.len && rest.at[0] == ' ')
            rest = span_skip(rest, 1);
    }
}

void cli_gas_out_word(struct cli_gas_out *out, const char *key, const char *label, const char *text)
{
    if (out->json) {
        put_key(out, key);
        printf("\"%s\"", text);
    } else if (strlen(text) > 40) { /* too long for the column: lines of its own */
        printf("%*s%s\n", 2 * (int)out->depth, "", label);
        put_wrapped(text, 2 * out->depth + 2);
    } else {
        put_label(out, label);
        printf("%12s\n", text);
    }
}

void cli_gas_out_flag(struct cli_gas_out *out, const char *key, const char *label, bool set)
{
    if (out->json) {
        put_key(out, key);
        printf("%s", set ? "true" : "false");
    } else {
        put_label(out, label);
        printf("%12s\n", set ? "yes" : "no");
    }
}

void cli_gas_out_count(struct cli_gas_out *out, const char *key, const char *label, unsigned n)
{
    if (out->json) {
        put_key(out, key);
        printf("%u", n);
    } else {
        put_label(out, label);
        printf("%12u\n", n);
    }
}

void cli_gas_out_mix(struct cli_gas_out *out, const char *key, const struct gas_mix *mix,
                     const struct gas_mix *U)
{
    cli_gas_out_open(out, key, key);
    for (unsigned s = 0; s < GAS_SPECIES_COUNT; s++) {
        const struct gas_species_info *info = gas_species_info((enum gas_species)s);
        if (!out->json && !(mix->x[s] > 0.0))
            continue;
        cli_gas_out_value(out, &(struct cli_gas_value){.key = info->key,
                                                       .label = info->formula,
                                                       .as = CLI_GAS_AS_FRACTION,
                                                       .value = mix->x[s],
                                                       .U = U ? U->x[s] : 0.0});
    }
    cli_gas_out_close(out);
}

int cli_gas_fail(const struct obuf *why)
{
    fprintf(stderr, "error: %.*s\n", (int)why->len, why->at);
    return EXIT_USAGE;
}
