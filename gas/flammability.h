/* Gas safety rules: fuel index, oxygen equivalent, composition rules R1-R4, caps, mixing line (R5).
 *
 * All decisions R1-R5 are taken in integers: fractions in ppm, the fuel index in millionths. Fuels
 * and oxidisers are rounded up, limits down, so that rounding never permits.
 *
 *   LFL(T) = LFL(25 degC) * (1 - 0.0008 (T - 25)), factor within 0.6..1      (Burgess-Wheeler)
 *   FI     = sum x_i / LFL_i(T)          O2eq = x_O2 + x_NO/2 + x_NO2
 *   R1  FI <= 0.25: O2 up to 21.5 %      R2  FI > 0.25: O2eq <= 1.8 % (2.7 % with an O2 analyser
 * trip) R3  O2 > 21.5 %: never with fuel     R4  FI 0.25..0.60 with more O2: only with an LFL
 * analyser trip R5  the straight line between two compositions obeys R2 and R3 at every share caps
 * FI <= 2, CO <= 10 %, H2 <= 4 %, C3H8 <= 1 %, NO <= 0.5 %; a station may only lower them
 *
 * LFL, vol-% in air at 25 degC, the lower of the published values: H2 4.0, CO 10.9, C3H6 1.8,
 * C2H4 2.3, NH3 15 (CHEMSAFE, EN 1839 data), CH4 4.4, C3H8 1.7 (IEC 60079-20-1). LOC in N2: H2 4.6,
 * CO 5.1, C3H8 10.5 (ASTM E2079 data), CH4 11.0, C3H6 10.5, C2H4 8.5. CO2 is not credited as
 * diluent. NH3 has no published LOC here: the lowest of the list is used. Nothing here is a
 * certified safety function. */
#ifndef GAS_FLAMMABILITY_H
#define GAS_FLAMMABILITY_H

#include "gas/species.h"

enum gas_rule {
    GAS_RULE_OK,
    GAS_RULE_INPUT,      /* a fraction or temperature is no number in range: never permitted */
    GAS_RULE_LEAN_O2,    /* R1/R3: more than 21.5 % O2 with fuel present or its line open */
    GAS_RULE_RICH_O2,    /* R2: too much O2 for this much fuel */
    GAS_RULE_CAP_FI,     /* absolute cap on the fuel index */
    GAS_RULE_CAP_SPECIES /* absolute cap on one species */
};

/* The signed configuration. Start from gas_rule_limits_default(); gas_rule_limits_check() refuses
 * anything looser. ppm = 1e-6 mole fraction; fi = 1e-6 of the fuel index. */
struct gas_rule_limits {
    int64_t lfl_ppm[GAS_SPECIES_COUNT]; /* at 25 degC; 0: not a fuel */
    int64_t cap_ppm[GAS_SPECIES_COUNT];
    int64_t fi_lean;        /* 250000: below it O2 is free up to o2_lean_ppm */
    int64_t fi_cap;         /* 2000000 */
    int64_t o2_lean_ppm;    /* 215000 */
    int64_t o2_rich_ppm;    /* 18000; 27000 is accepted only with o2_analyser_trip */
    int64_t hot_mdegC;      /* hottest gas path, 0.001 degC; -50..1200 degC */
    bool o2_analyser_trip;  /* wired O2 trip, proven within 24 h */
    bool lfl_analyser_trip; /* wired LFL trip: fi_lean may be up to 600000 for R2 (rule R4) */
    bool fuel_line_open;    /* a fuel valve is or may be open, whatever the flow */
};

struct gas_rule_verdict {
    enum gas_rule rule;
    enum gas_species species; /* GAS_RULE_CAP_SPECIES and GAS_RULE_INPUT, else GAS_O2 */
    int64_t value, limit;     /* the number that broke the rule, in the unit of that rule */
    int64_t fi;               /* fuel index, millionths */
    int64_t o2_ppm, o2eq_ppm;
};

/* The conservative defaults at `hot_degC`, without analysers, fuel line open. NaN or a temperature
 * outside -50..1200 degC is taken as 1200. */
void gas_rule_limits_default(double hot_degC, struct gas_rule_limits *out);

/* RC_CONFIG if any number is looser than the default or impossible; `fault` (may be NULL) names it
 * with its value and allowed range (in the struct's units). */
MUST_CHECK enum rc gas_rule_limits_check(const struct gas_rule_limits *limits,
                                         struct gas_fault *fault);

/* One composition. `worst` holds worst-case fractions (gas_worst_case), each 0..1; their sum may
 * exceed 1. RC_OK: permitted; RC_REFUSED: forbidden; RC_RANGE: not a composition. `out` is written
 * in every case. */
MUST_CHECK enum rc gas_rule_check(const struct gas_mix *worst, const struct gas_rule_limits *limits,
                                  struct gas_rule_verdict *out);

/* Forbidden part of the mixing line from `from` (share 0) to `to` (share 1e6 ppm). Two regions can
 * be forbidden (R2 and R3); the interval covers both, rounded outwards. */
struct gas_rule_line {
    bool forbidden;
    enum gas_rule rule; /* GAS_RULE_RICH_O2 or GAS_RULE_LEAN_O2 when forbidden */
    int64_t share_lo_ppm, share_hi_ppm;
};

/* R5. Both ends are worst-case fractions. RC_OK with out->forbidden false: the line may be driven;
 * RC_REFUSED: out->forbidden is true; RC_RANGE: an end is no composition, out is all forbidden.
 * The ends' own caps are not checked here: caps are linear, so gas_rule_check of both ends does. */
MUST_CHECK enum rc gas_rule_line_check(const struct gas_mix *from, const struct gas_mix *to,
                                       const struct gas_rule_limits *limits,
                                       struct gas_rule_line *out);

/* How many pipe volumes of N2 to insert between two compositions: 0 if the line itself is allowed,
 * else 3..12 (whole volumes; the residue is e^-V of `from`). RC_REFUSED: no interlude helps (an end
 * is itself forbidden). */
MUST_CHECK enum rc gas_rule_interlude(const struct gas_mix *from, const struct gas_mix *to,
                                      const struct gas_rule_limits *limits, unsigned *volumes);

/* The outlet: gas at flow_slpm into extraction air at extraction_slpm (0: none declared). */
struct gas_vent {
    double fi_after;               /* fuel index after dilution; rule: <= 0.25 */
    double needed_extraction_slpm; /* for fi_after = 0.25 at this flow */
    double fuel_lfl_pct;           /* 100 * fi_after */
    struct gas_rule_line
        to_air;     /* the line gas -> air: where R2 is broken on the way (for `plan`) */
    bool flammable; /* somewhere on that line it truly burns: FI >= 1 and O2eq >= LOC */
    double flammable_lo, flammable_hi; /* share of air, 0..1, if flammable */
};
/* RC_OK; RC_REFUSED: fi_after > 0.25, *out is still written; RC_RANGE: bad input, *out untouched.
 */
MUST_CHECK enum rc gas_vent_check(const struct gas_mix *gas, double flow_slpm,
                                  double extraction_slpm, const struct gas_rule_limits *limits,
                                  struct gas_vent *out);

/* One gas controller for the worst case. */
struct gas_stream {
    struct gas_mix bottle; /* certified fractions, sum 1 */
    double flow_slpm;      /* measured (or commanded) true flow */
    double full_scale_slpm;
    bool open; /* false: isolated by a closed valve, contributes nothing */
};

/* u = max(2 % of reading, 0.5 % of full scale) per stream (k = 2). Each stream's share is taken at
 * its own +u with all others at -u for fuels and oxidisers, at -u with the others at +u for
 * diluents. Hence fuels and O2 are at their highest, diluents at their lowest, and the sum is
 * not 1. RC_RANGE: a flow is negative, not finite or above 1.05 of full scale, or nothing flows. */
MUST_CHECK enum rc gas_worst_case(const struct gas_stream *streams, size_t count,
                                  struct gas_mix *out, struct gas_fault *fault);

/* In floating point, for display and for the twin's truth; not for decisions. NaN in, NaN out. */
double gas_fuel_index(const struct gas_mix *mix, double hot_degC);
double gas_o2_equivalent_oxidisers(const struct gas_mix *mix); /* x_O2 + x_NO/2 + x_NO2 */
/* Le Chatelier over the combustibles present, mole fraction; 0 without fuel. */
double gas_lfl_of_mix(const struct gas_mix *mix, double hot_degC);
double gas_loc_of_mix(const struct gas_mix *mix);
/* FI >= 1 and O2eq >= LOC of the mixture: physically flammable (without any margin). */
bool gas_is_flammable(const struct gas_mix *mix, double hot_degC);

const char *gas_rule_text(enum gas_rule rule);
/* "rich gas: O2 equivalent 2.1 % is above 1.8 % (fuel index 0.62)". For people. */
void gas_rule_verdict_put(struct obuf *out, const struct gas_rule_verdict *verdict);

#endif
