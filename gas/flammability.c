#include "gas/flammability.h"

#include <math.h>

#include "core/num.h"

static const int64_t ONE_MILLION = 1000000;
static const int64_t HOT_MIN_MDEGC = -50000;
static const int64_t HOT_MAX_MDEGC = 1200000;
static const int64_t FI_LEAN = 250000;
static const int64_t FI_LEAN_ANALYSER = 600000;
static const int64_t FI_CAP = 2000000;
static const int64_t O2_LEAN_PPM = 215000;
static const int64_t O2_RICH_PPM = 18000;
static const int64_t O2_RICH_ANALYSER_PPM = 27000;

/* clang-format off */
static const int64_t lfl_default_ppm[GAS_SPECIES_COUNT] = {
    [GAS_CO] = 109000, [GAS_H2] = 40000,   [GAS_CH4] = 44000,  [GAS_C2H4] = 23000,
    [GAS_C3H6] = 18000, [GAS_C3H8] = 17000, [GAS_NH3] = 150000,
};
static const int64_t cap_default_ppm[GAS_SPECIES_COUNT] = {
    [GAS_O2] = 1000000, [GAS_N2] = 1000000,  [GAS_AR] = 1000000,   [GAS_CO] = 100000,
    [GAS_CO2] = 1000000, [GAS_H2] = 40000,   [GAS_H2O] = 1000000,  [GAS_CH4] = 1000000,
    [GAS_C2H4] = 1000000, [GAS_C3H6] = 1000000, [GAS_C3H8] = 10000, [GAS_NO] = 5000,
    [GAS_NO2] = 1000000, [GAS_NH3] = 1000000,
};
/* clang-format on */

void gas_rule_limits_default(double hot_degC, struct gas_rule_limits *out)
{
    *out = (struct gas_rule_limits){
        .fi_lean = FI_LEAN,
        .fi_cap = FI_CAP,
        .o2_lean_ppm = O2_LEAN_PPM,
        .o2_rich_ppm = O2_RICH_PPM,
        .hot_mdegC = HOT_MAX_MDEGC,
        .fuel_line_open = true,
    };
    memcpy(out->lfl_ppm, lfl_default_ppm, sizeof(out->lfl_ppm));
    memcpy(out->cap_ppm, cap_default_ppm, sizeof(out->cap_ppm));
    if (num_within(hot_degC, (double)HOT_MIN_MDEGC / 1000, (double)HOT_MAX_MDEGC / 1000))
        out->hot_mdegC = (int64_t)ceil(hot_degC * 1000 - 1e-6);
}

static bool int_within(int64_t x, int64_t lo, int64_t hi)
{
    return x >= lo && x <= hi;
}

static enum rc too_loose(struct gas_fault *fault, const char *what, int64_t value, int64_t hi)
{
    if (fault)
        *fault = (struct gas_fault){what, (double)value, 0, (double)hi};
    return RC_CONFIG;
}

static enum rc check_species_limits(const struct gas_rule_limits *limits, struct gas_fault *fault)
{
    for (unsigned s = 0; s < GAS_SPECIES_COUNT; s++) {
        const char *key = gas_species_info((enum gas_species)s)->key;
        int64_t lfl = limits->lfl_ppm[s];
        int64_t lfl_least = lfl_default_ppm[s] > 0 ? 1 : 0;
        if (!int_within(lfl, lfl_least, lfl_default_ppm[s]))
            return too_loose(fault, key, lfl, lfl_default_ppm[s]);
        if (!int_within(limits->cap_ppm[s], 0, cap_default_ppm[s]))
            return too_loose(fault, key, limits->cap_ppm[s], cap_default_ppm[s]);
    }
    return RC_OK;
}

enum rc gas_rule_limits_check(const struct gas_rule_limits *limits, struct gas_fault *fault)
{
    int64_t fi_lean = limits->lfl_analyser_trip ? FI_LEAN_ANALYSER : FI_LEAN;
    int64_t o2_rich = limits->o2_analyser_trip ? O2_RICH_ANALYSER_PPM : O2_RICH_PPM;
    if (!int_within(limits->fi_lean, 0, fi_lean))
        return too_loose(fault, "fuel index of the lean rule", limits->fi_lean, fi_lean);
    if (!int_within(limits->fi_cap, 0, FI_CAP))
        return too_loose(fault, "fuel index cap", limits->fi_cap, FI_CAP);
    if (!int_within(limits->o2_lean_ppm, 0, O2_LEAN_PPM))
        return too_loose(fault, "O2 with fuel", limits->o2_lean_ppm, O2_LEAN_PPM);
    if (!int_within(limits->o2_rich_ppm, 0, o2_rich))
        return too_loose(fault, "O2 equivalent of the rich rule", limits->o2_rich_ppm, o2_rich);
    if (!int_within(limits->hot_mdegC, HOT_MIN_MDEGC, HOT_MAX_MDEGC)) {
        if (fault)
            *fault = (struct gas_fault){"hottest gas path", (double)limits->hot_mdegC,
                                        (double)HOT_MIN_MDEGC, (double)HOT_MAX_MDEGC};
        return RC_CONFIG;
    }
    return check_species_limits(limits, fault);
}

/* A composition in integers. */
struct ppm_mix {
    int64_t x[GAS_SPECIES_COUNT];
    int64_t fi, o2, o2eq, fuel;
};

static int64_t ceil_div(int64_t a, int64_t b)
{
    return a / b + (a % b > 0 ? 1 : 0);
}

/* LFL factor in ppm, rounded down. */
static int64_t lfl_factor_ppm(int64_t hot_mdegC)
{
    int64_t factor = ONE_MILLION;
    if (hot_mdegC > 25000)
        factor -= ceil_div(8 * (hot_mdegC - 25000), 10);
    return factor < 600000 ? 600000 : factor;
}

/* Round up to the next ppm; a value within 1e-6 ppm of an integer is that integer. */
static bool fractions_to_ppm(const struct gas_mix *mix, struct ppm_mix *out, enum gas_species *bad)
{
    for (unsigned s = 0; s < GAS_SPECIES_COUNT; s++) {
        if (!num_within(mix->x[s], 0, 1 + 1e-9)) {
            *bad = (enum gas_species)s;
            return false;
        }
        double ppm = ceil(mix->x[s] * 1e6 - 1e-6);
        out->x[s] = ppm > 0 ? (int64_t)ppm : 0;
    }
    return true;
}

/* False: not a composition; *bad says which species (GAS_SPECIES_COUNT: the temperature). */
static bool to_ppm(const struct gas_mix *mix, const struct gas_rule_limits *limits,
                   struct ppm_mix *out, enum gas_species *bad)
{
    *out = (struct ppm_mix){0};
    *bad = GAS_SPECIES_COUNT;
    if (!int_within(limits->hot_mdegC, HOT_MIN_MDEGC, HOT_MAX_MDEGC))
        return false;
    if (!fractions_to_ppm(mix, out, bad))
        return false;
    int64_t factor = lfl_factor_ppm(limits->hot_mdegC);
    for (unsigned s = 0; s < GAS_SPECIES_COUNT; s++) {
        if (!gas_species_info((enum gas_species)s)->is_fuel)
            continue;
        int64_t lfl = limits->lfl_ppm[s];
        if (lfl <= 0 || lfl > lfl_default_ppm[s])
            lfl = 1; /* a broken table must not permit anything */
        /* <= 1e6 * 1e12: fits */
        out->fi += ceil_div(out->x[s] * ONE_MILLION * ONE_MILLION, lfl * factor);
        out->fuel += out->x[s];
    }
    out->o2 = out->x[GAS_O2];
    out->o2eq = out->o2 + ceil_div(out->x[GAS_NO], 2) + out->x[GAS_NO2];
    return true;
}

static void judge(const struct ppm_mix *mix, const struct gas_rule_limits *limits,
                  struct gas_rule_verdict *v)
{
    bool fuel = mix->fuel > 0 || limits->fuel_line_open;
    if (fuel && mix->o2 > limits->o2_lean_ppm) {
        v->rule = GAS_RULE_LEAN_O2;
        v->value = mix->o2;
        v->limit = limits->o2_lean_ppm;
    } else if (mix->fi > limits->fi_lean && mix->o2eq > limits->o2_rich_ppm) {
        v->rule = GAS_RULE_RICH_O2;
        v->value = mix->o2eq;
        v->limit = limits->o2_rich_ppm;
    } else if (mix->fi > limits->fi_cap) {
        v->rule = GAS_RULE_CAP_FI;
        v->value = mix->fi;
        v->limit = limits->fi_cap;
    } else {
        for (unsigned s = 0; s < GAS_SPECIES_COUNT; s++) {
            if (mix->x[s] <= limits->cap_ppm[s])
                continue;
            v->rule = GAS_RULE_CAP_SPECIES;
            v->species = (enum gas_species)s;
            v->value = mix->x[s];
            v->limit = limits->cap_ppm[s];
            return;
        }
    }
}

enum rc gas_rule_check(const struct gas_mix *worst, const struct gas_rule_limits *limits,
                       struct gas_rule_verdict *out)
{
    struct ppm_mix mix;
    enum gas_species bad;
    *out = (struct gas_rule_verdict){.rule = GAS_RULE_OK, .species = GAS_O2};
    if (!to_ppm(worst, limits, &mix, &bad)) {
        out->rule = GAS_RULE_INPUT;
        out->species = bad < GAS_SPECIES_COUNT ? bad : GAS_O2;
        return RC_RANGE;
    }
    out->fi = mix.fi;
    out->o2_ppm = mix.o2;
    out->o2eq_ppm = mix.o2eq;
    judge(&mix, limits, out);
    return out->rule == GAS_RULE_OK ? RC_OK : RC_REFUSED;
}

/* Where a linear function with values a at share 0 and b at share 1 is > 0: between two fractions
 * lo_n/d and hi_n/d. */
struct part {
    bool any;
    int64_t lo_n, hi_n, d;
};

static struct part positive_part(int64_t a, int64_t b)
{
    if (a > 0 && b > 0)
        return (struct part){true, 0, 1, 1};
    if (a > 0)
        return (struct part){true, 0, a, a - b};
    if (b > 0)
        return (struct part){true, -a, b - a, b - a};
    return (struct part){false, 0, 0, 1};
}

/* Both conditions at once. Each part is open where its function is 0, hence strictly less. */
static bool both_positive(struct part a, struct part b, int64_t *lo_ppm, int64_t *hi_ppm)
{
    if (!a.any || !b.any)
        return false;
    __extension__ typedef __int128 wide;
    bool a_lo = (wide)a.lo_n * b.d >= (wide)b.lo_n * a.d;
    bool a_hi = (wide)a.hi_n * b.d <= (wide)b.hi_n * a.d;
    int64_t lo_n = a_lo ? a.lo_n : b.lo_n, lo_d = a_lo ? a.d : b.d;
    int64_t hi_n = a_hi ? a.hi_n : b.hi_n, hi_d = a_hi ? a.d : b.d;
    if ((wide)lo_n * hi_d >= (wide)hi_n * lo_d)
        return false;
    *lo_ppm = (int64_t)((wide)lo_n * ONE_MILLION / lo_d);
    *hi_ppm = (int64_t)(((wide)hi_n * ONE_MILLION + hi_d - 1) / hi_d);
    return true;
}

static void cover(struct gas_rule_line *line, enum gas_rule rule, int64_t lo_ppm, int64_t hi_ppm)
{
    if (!line->forbidden) {
        *line = (struct gas_rule_line){true, rule, lo_ppm, hi_ppm};
        return;
    }
    line->share_lo_ppm = lo_ppm < line->share_lo_ppm ? lo_ppm : line->share_lo_ppm;
    line->share_hi_ppm = hi_ppm > line->share_hi_ppm ? hi_ppm : line->share_hi_ppm;
}

enum rc gas_rule_line_check(const struct gas_mix *from, const struct gas_mix *to,
                            const struct gas_rule_limits *limits, struct gas_rule_line *out)
{
    struct ppm_mix a, b;
    enum gas_species bad;
    *out = (struct gas_rule_line){true, GAS_RULE_INPUT, 0, ONE_MILLION};
    if (!to_ppm(from, limits, &a, &bad) || !to_ppm(to, limits, &b, &bad))
        return RC_RANGE;
    *out = (struct gas_rule_line){.rule = GAS_RULE_OK};
    int64_t lo, hi;
    if (both_positive(positive_part(a.fi - limits->fi_lean, b.fi - limits->fi_lean),
                      positive_part(a.o2eq - limits->o2_rich_ppm, b.o2eq - limits->o2_rich_ppm),
                      &lo, &hi))
        cover(out, GAS_RULE_RICH_O2, lo, hi);
    int64_t open = limits->fuel_line_open ? 1 : 0;
    if (both_positive(positive_part(a.fuel + open, b.fuel + open),
                      positive_part(a.o2 - limits->o2_lean_ppm, b.o2 - limits->o2_lean_ppm), &lo,
                      &hi))
        cover(out, GAS_RULE_LEAN_O2, lo, hi);
    return out->forbidden ? RC_REFUSED : RC_OK;
}

static void dilute_with_n2(const struct gas_mix *mix, double share, struct gas_mix *out)
{
    for (unsigned s = 0; s < GAS_SPECIES_COUNT; s++)
        out->x[s] = mix->x[s] * share;
    out->x[GAS_N2] = mix->x[GAS_N2] * share + (1 - share);
}

/* from -> N2 for V volumes -> to: the residue mixes with `to`, and `from` itself mixes with N2. */
static enum rc interlude_is_allowed(const struct gas_mix *from, const struct gas_mix *to,
                                    const struct gas_rule_limits *limits, unsigned volumes)
{
    struct gas_mix residue;
    struct gas_rule_line line;
    enum rc rc = gas_rule_line_check(from, &gas_mix_n2, limits, &line);
    if (rc != RC_OK)
        return rc;
    dilute_with_n2(from, exp(-(double)volumes), &residue);
    return gas_rule_line_check(&residue, to, limits, &line);
}

enum rc gas_rule_interlude(const struct gas_mix *from, const struct gas_mix *to,
                           const struct gas_rule_limits *limits, unsigned *volumes)
{
    struct gas_rule_line line;
    enum rc rc = gas_rule_line_check(from, to, limits, &line);
    if (rc == RC_OK)
        *volumes = 0;
    for (unsigned v = 3; rc == RC_REFUSED && v <= 12; v++) {
        rc = interlude_is_allowed(from, to, limits, v);
        if (rc == RC_OK)
            *volumes = v;
    }
    return rc;
}
