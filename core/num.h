/* The one number parser and the one formatter: strict, locale-free, finite only.
 *
 *   grammar  [+-] digits [. digits] [(e|E) [+-] digits]     "1e400", "nan", "0x1", "1,5", " 1":
 * refused
 *
 * At least one digit stands before or after the point. */
#ifndef CORE_NUM_H
#define CORE_NUM_H

#include "core/bytes.h"

enum { NUM_TEXT_MAX = 32 }; /* longest text read or written */

/* The whole of `text` is one finite number, correctly rounded. RC_PROTOCOL: it is not; RC_RANGE: it
 * is, but too large for a double. On failure *out is untouched. */
MUST_CHECK enum rc num_parse(struct span text, double *out);

/* The whole of `text` is one decimal integer within lo..hi. */
MUST_CHECK enum rc num_parse_int(struct span text, int64_t lo, int64_t hi, int64_t *out);

/* Shortest text that num_parse reads back to the same double ("0.1", "1e+300", "-0" is "0"). A
 * non-finite value is refused with RC_RANGE. */
MUST_CHECK enum rc num_put(struct obuf *out, double value);

/* Fixed notation with 0..9 decimals, as printf's %.Nf in the C locale: the exact binary value
 * rounded to nearest, a true tie to even ("-0.00" keeps its sign). |value| < 1e15; non-finite,
 * larger or more decimals: RC_RANGE. This is the form for wires. */
MUST_CHECK enum rc num_put_fixed(struct obuf *out, double value, unsigned decimals);

/* For people: `digits` significant digits (1..15), no exponent between 1e-4 and 1e9, no trailing
 * zeros. Non-finite prints "-". Never fails; truncates at the end of `out`. */
void num_put_short(struct obuf *out, double value, unsigned digits);

/* lo <= x <= hi, false for NaN in any place. */
static inline bool num_within(double x, double lo, double hi)
{
    return x >= lo && x <= hi;
}

#endif
