/* The quantities around the rules: worst case of the flows, vent, limits of flammability in
 * floating point, and texts. */
#include "gas/flammability.h"

#include <math.h>

#include "core/num.h"

static const double U_OF_READING = 0.02;
static const double U_OF_FULL_SCALE = 0.005;
static const double FI_VENT = 0.25;

/* LFL in air and LOC in N2 at 25 degC, mole fractions; sources in the header. */
/* clang-format off */
static const struct burn { double lfl, loc; } burn[GAS_SPECIES_COUNT] = {
    [GAS_CO]   = {0.109, 0.051},
    [GAS_H2]   = {0.040, 0.046},
    [GAS_CH4]  = {0.044, 0.110},
    [GAS_C2H4] = {0.023, 0.085},
    [GAS_C3H6] = {0.018, 0.105},
    [GAS_C3H8] = {0.017, 0.105},
    [GAS_NH3]  = {0.150, 0.046},
};
/* clang-format on */

static double lfl_factor(double hot_degC)
{
    double factor = 1 - 0.0008 * (hot_degC - 25);
    if (factor > 1)
        return 1;
    return factor < 0.6 ? 0.6 : factor; /* NaN stays NaN */
}

double gas_fuel_index(const struct gas_mix *mix, double hot_degC)
{
    double sum = 0;
    for (unsigned s = 0; s < GAS_SPECIES_COUNT; s++)
        if (burn[s].lfl > 0)
            sum += mix->x[s] / burn[s].lfl;
    return sum / lfl_factor(hot_degC);
}

double gas_o2_equivalent_oxidisers(const struct gas_mix *mix)
{
    return mix->x[GAS_O2] + 0.5 * mix->x[GAS_NO] + mix->x[GAS_NO2];
}

/* sum of fuels / sum of x/limit: Le Chatelier. */
static double le_chatelier(const struct gas_mix *mix, bool loc)
{
    double fuel = 0, sum = 0;
    for (unsigned s = 0; s < GAS_SPECIES_COUNT; s++) {
        if (!(burn[s].lfl > 0))
            continue;
        fuel += mix->x[s];
        sum += mix->x[s] / (loc ? burn[s].loc : burn[s].lfl);
    }
    return fuel > 0 ? fuel / sum : fuel * 0;
}

double gas_lfl_of_mix(const struct gas_mix *mix, double hot_degC)
{
    return le_chatelier(mix, false) * lfl_factor(hot_degC);
}

double gas_loc_of_mix(const struct gas_mix *mix)
{
    return le_chatelier(mix, true);
}

bool gas_is_flammable(const struct gas_mix *mix, double hot_degC)
{
    return gas_fuel_index(mix, hot_degC) >= 1 &&
           gas_o2_equivalent_oxidisers(mix) >= gas_loc_of_mix(mix);
}

/* FI falls and O2 rises with the share of air; LOC does not change, since air brings no fuel. */
static void find_flammable_share(const struct gas_mix *gas, double fi, struct gas_vent *out)
{
    double loc = gas_loc_of_mix(gas), o2 = gas_o2_equivalent_oxidisers(gas);
    double o2_air = gas_mix_air.x[GAS_O2];
    out->flammable_hi = fi > 0 ? 1 - 1 / fi : 0;
    out->flammable_lo = o2 < loc ? (loc - o2) / (o2_air - o2) : 0;
    out->flammable = fi >= 1 && out->flammable_lo <= out->flammable_hi;
    if (!out->flammable)
        out->flammable_lo = out->flammable_hi = 0;
}

enum rc gas_vent_check(const struct gas_mix *gas, double flow_slpm, double extraction_slpm,
                       const struct gas_rule_limits *limits, struct gas_vent *out)
{
    struct gas_rule_verdict verdict;
    struct gas_vent vent = {0};
    if (!num_within(flow_slpm, 0, 1e4) || !num_within(extraction_slpm, 0, 1e7))
        return RC_RANGE;
    if (gas_rule_check(gas, limits, &verdict) == RC_RANGE)
        return RC_RANGE;
    if (gas_rule_line_check(gas, &gas_mix_air, limits, &vent.to_air) == RC_RANGE)
        return RC_RANGE;
    /* Decided in integers: flows in 1e-6 slpm, gas up, extraction down; products below 1.4e19. */
    __extension__ typedef unsigned __int128 wide;
    uint64_t q = (uint64_t)ceil(flow_slpm * 1e6), e = (uint64_t)floor(extraction_slpm * 1e6);
    uint64_t total = q + e > 0 ? q + e : 1;
    wide fi_after = ((wide)(uint64_t)verdict.fi * q + total - 1) / total;
    if (q == 0 && e == 0)
        fi_after = (wide)(uint64_t)verdict.fi;
    double fi = (double)verdict.fi / 1e6;
    vent.fi_after = (double)(uint64_t)fi_after / 1e6;
    vent.fuel_lfl_pct = 100 * vent.fi_after;
    double needed_slpm = flow_slpm * (fi / FI_VENT - 1);
    vent.needed_extraction_slpm = needed_slpm > 0 ? needed_slpm : 0;
    find_flammable_share(gas, fi, &vent);
    *out = vent;
    return fi_after <= 250000 ? RC_OK : RC_REFUSED;
}

static double stream_u_slpm(const struct gas_stream *stream)
{
    double reading = U_OF_READING * stream->flow_slpm;
    double scale = U_OF_FULL_SCALE * stream->full_scale_slpm;
    return reading > scale ? reading : scale;
}

static double clipped_flow(const struct gas_stream *stream, int sign)
{
    if (!stream->open)
        return 0;
    double flow = stream->flow_slpm + sign * stream_u_slpm(stream);
    return flow > 0 ? flow : 0;
}

/* The share of stream b at its own extreme, all others at the opposite one. */
static double extreme_share(const struct gas_stream *streams, size_t count, size_t b, int sign)
{
    double own = clipped_flow(&streams[b], sign), others = 0;
    for (size_t j = 0; j < count; j++)
        if (j != b)
            others += clipped_flow(&streams[j], -sign);
    return own > 0 ? own / (own + others) : 0;
}

static enum rc check_streams(const struct gas_stream *streams, size_t count,
                             struct gas_fault *fault)
{
    double total = 0;
    for (size_t b = 0; b < count; b++) {
        const struct gas_stream *s = &streams[b];
        if (!num_within(s->full_scale_slpm, 1e-6, 1e4))
            return gas_fault_set(
                fault, (struct gas_fault){"full scale (slpm)", s->full_scale_slpm, 1e-6, 1e4});
        /* a reading may be a little below zero, and over-range by a factor */
        double lo = -0.05 * s->full_scale_slpm, hi = 2 * s->full_scale_slpm;
        if (s->open && !num_within(s->flow_slpm, lo, hi))
            return gas_fault_set(fault, (struct gas_fault){"flow (slpm)", s->flow_slpm, lo, hi});
        enum rc rc = gas_mix_check(&s->bottle, fault);
        if (rc != RC_OK)
            return rc;
        total += clipped_flow(s, 0);
    }
    if (!(total > 0))
        return gas_fault_set(fault, (struct gas_fault){"total flow (slpm)", total, 1e-6, 1e4});
    return RC_OK;
}

enum rc gas_worst_case(const struct gas_stream *streams, size_t count, struct gas_mix *out,
                       struct gas_fault *fault)
{
    enum rc rc = check_streams(streams, count, fault);
    if (rc != RC_OK)
        return rc;
    struct gas_mix worst = {.x = {0}};
    for (size_t b = 0; b < count; b++) {
        double high = extreme_share(streams, count, b, +1);
        double low = extreme_share(streams, count, b, -1);
        for (unsigned s = 0; s < GAS_SPECIES_COUNT; s++) {
            bool active = burn[s].lfl > 0 || s == GAS_O2 || s == GAS_NO || s == GAS_NO2;
            worst.x[s] += streams[b].bottle.x[s] * (active ? high : low);
        }
    }
    for (unsigned s = 0; s < GAS_SPECIES_COUNT; s++)
        if (worst.x[s] > 1)
            worst.x[s] = 1;
    *out = worst;
    return RC_OK;
}

const char *gas_rule_text(enum gas_rule rule)
{
    switch (rule) {
    case GAS_RULE_OK:
        return "permitted";
    case GAS_RULE_INPUT:
        return "not a composition";
    case GAS_RULE_LEAN_O2:
        return "O2 is too high with the fuel line open";
    case GAS_RULE_RICH_O2:
        return "O2 equivalent is too high for this much fuel";
    case GAS_RULE_CAP_FI:
        return "fuel index is above its cap";
    case GAS_RULE_CAP_SPECIES:
        return "a species is above its cap";
    }
    return "unknown rule";
}

static void put_text(struct obuf *out, const char *text)
{
    struct span s = span_text(text);
    size_t room = out->cap - out->len;
    s.len = s.len < room ? s.len : room;
    if (s.len) {
        memcpy(out->at + out->len, s.at, s.len);
        out->len += s.len;
    }
}

void gas_rule_verdict_put(struct obuf *out, const struct gas_rule_verdict *verdict)
{
    bool fi = verdict->rule == GAS_RULE_CAP_FI;
    double scale = fi ? 1e6 : 1e4;
    const char *unit = fi ? "" : " %";
    put_text(out, gas_rule_text(verdict->rule));
    if (verdict->rule == GAS_RULE_CAP_SPECIES || verdict->rule == GAS_RULE_INPUT) {
        put_text(out, ": ");
        put_text(out, gas_species_info(verdict->species)->key);
    }
    if (verdict->rule == GAS_RULE_INPUT)
        return;
    if (verdict->rule != GAS_RULE_OK) {
        put_text(out, ": ");
        num_put_short(out, (double)verdict->value / scale, 4);
        put_text(out, unit);
        put_text(out, " is above ");
        num_put_short(out, (double)verdict->limit / scale, 4);
        put_text(out, unit);
    }
    put_text(out, " (fuel index ");
    num_put_short(out, (double)verdict->fi / 1e6, 3);
    put_text(out, ", O2 equivalent ");
    num_put_short(out, (double)verdict->o2eq_ppm / 1e4, 3);
    put_text(out, " %)");
}
