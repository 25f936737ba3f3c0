/* Water vapour: no mix whose dew point is near the coldest wall of the gas path. */
#include <math.h>

#include "gas/mixture.h"
#include "sequences/check.h"

void check_dew(struct check *c, const struct stmt *stmt, const struct check_stream *stream)
{
    double coldest_degC = c->view->coldest_degC, dew_degC = (double)NAN;
    char when[256];
    enum rc rc = gas_dew_check(&stream->mix, channel_most_kPa(c->view), coldest_degC, &dew_degC);
    if (rc == RC_OK || check_reported(c, stmt))
        return;
    check_when(c, when, sizeof when);
    if (isnan(coldest_degC))
        check_error(c, stmt->at, "add to the station: coldest 120 degC, if its gas path is heated",
                    "this mix holds %.1f %% of water, and the station names no coldest wall%s",
                    100 * stream->mix.x[GAS_H2O], when);
    else
        check_error(c, stmt->at, "less water, or a hotter line",
                    "this mix would condense: its dew point is %.0f degC and the coldest wall, of "
                    "%.0f degC, must be 10 K above it%s",
                    dew_degC, coldest_degC, when);
}
