#include "analysis/cell_mode.h"

#include <math.h>

#include "core/num.h"

static const double GAS_J_molK = 8.314462618, FARADAY_C_mol = 96485.33212;
static const double RATIO_LEAST = 3, LEAST_mA = 0.001, BOUNDARY = 1.5, HALF_SQUARED = 0.25;

enum rc cell_mode_find(const struct cell_mode_reading *r, enum cell_mode *out)
{
    if (!num_within(r->lean_mA, LEAST_mA, 1e3) || !num_within(r->rich_mA, -1e3, 0) ||
        !num_within(r->even_mV, -5e3, 5e3) || !num_within(r->T_K, 600, 1400))
        return RC_RANGE;
    double lean_mV = -1000 * GAS_J_molK * r->T_K / (4 * FARADAY_C_mol) * log1p(-HALF_SQUARED);
    bool lean = -r->rich_mA >= RATIO_LEAST * r->lean_mA && r->even_mV <= BOUNDARY * lean_mV;
    *out = lean ? CELL_MODE_LEAN : CELL_MODE_RICH;
    return RC_OK;
}
