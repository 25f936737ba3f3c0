/* Lean or rich, told by a single cell with a coarse (12) and a fine (13) diffusion layer and no air
 * reference. One limiting current cannot tell: rich gas at the lean polarity electrolyses water and
 * CO2 and looks like lean gas. Three readings together do:
 *
 *   I+   at +450 mV   lean: oxygen through the fine layer     rich: oxides through the fine layer
 *   I-   at -450 mV   lean: oxygen through the coarse layer   rich: fuel through the fine layer
 *   u2 = U(+I+/2) + U(-I+/2)   the even part of the Nernst voltage: what is ohmic, and the
 *        polarisation of the electrodes, is odd in the current and falls out
 *
 * A voltage that the cell shows at no current in lean gas (sides that differ in temperature) is in
 * u2 twice: it is taken off first.
 *
 * |I-| < 3 |I+| is rich, as the layers differ by more (a part whose layers do not is refused by
 * another test). Above that, lean gas or very rich gas: oxygen pressure goes with the first power
 * of the oxygen and with the square of oxides over fuel, so u2 is near -RT/4F ln(1 - 1/4) in lean
 * and at least twice that in rich gas; the boundary is at 1.5 times. */
#ifndef ANALYSIS_CELL_MODE_H
#define ANALYSIS_CELL_MODE_H

#include "core/rc.h"

enum cell_mode { CELL_MODE_LEAN, CELL_MODE_RICH };

struct cell_mode_reading {
    double lean_mA, rich_mA; /* I+ and I- with their signs */
    double even_mV;          /* u2 */
    double T_K;              /* of the cell */
};

/* RC_RANGE: not finite, T outside 600..1400 K, or I+ not above 0.001 mA: nothing to judge by. */
MUST_CHECK enum rc cell_mode_find(const struct cell_mode_reading *reading, enum cell_mode *out);

#endif
