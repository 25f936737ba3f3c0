/* The closed list of units and their dimensions.
 *
 *   s ms us min h | V mV uV | A mA uA nA | W mW | ohm mohm kohm Mohm | degC K | % ppm | %rd %fs
 *   L/min mL/min L mL m3/h | kPa hPa mbar bar | Hz kHz | any of them followed by "/s" | J kJ
 *
 * A plain number has the dimension one and the unit "" (name ""). onoff is not a unit: it is a
 * type. SI value = value * scale + offset (offset is 0 but for degC, which is a temperature, while
 * K also serves for differences of temperature). Litres are standard litres: their reference is the
 * station's. */
#ifndef CORE_UNITS_H
#define CORE_UNITS_H

#include "core/bytes.h"

/* Exponents of the base units; `of` marks the two relative kinds, which combine with nothing. */
struct dim {
    int8_t m, kg, s, A, K;
    enum { DIM_PLAIN, DIM_OF_READING, DIM_OF_FULL_SCALE } of;
};

struct unit {
    char name[16];
    struct dim dim;
    double scale, offset;
};

/* Exact, case-sensitive match of the whole of `name`, "/s" forms included. RC_CONFIG if unknown. */
MUST_CHECK enum rc unit_find(struct span name, struct unit *out);

/* The known unit nearest to a misspelt one (edit distance <= 2, letter case counted as half), or
 * NULL. */
const char *unit_suggest(struct span name);

extern const struct dim dim_one;

bool dim_equal(struct dim a, struct dim b);
struct dim dim_multiply(struct dim a, struct dim b);
struct dim dim_divide(struct dim a, struct dim b);
MUST_CHECK enum rc dim_root(struct dim a, struct dim *out); /* RC_RANGE: an exponent is odd */

/* A unit of the list to print this dimension in ("V", "W", "ohm"), or NULL. */
const char *dim_unit_name(struct dim dim);

static inline double unit_to_si(const struct unit *unit, double value)
{
    return value * unit->scale + unit->offset;
}
static inline double unit_from_si(const struct unit *unit, double si)
{
    return (si - unit->offset) / unit->scale;
}

/* "0.936 mA": value already in the unit, `digits` significant. For people. */
void unit_put(struct obuf *out, double value, const char *unit_name, unsigned digits);

#endif
