/* What the station's kind of part says, as names for sequences: type.trim_series and others. */
#include <assert.h>

#include "bench/station_private.h"

void station_name_constants(struct station *station)
{
    const struct dut_type *dut = station->dut;
    if (!dut)
        return;
    const struct {
        const char *name, *unit;
        double value; /* 0: not said */
    } rows[] = {
        {"type.ri_nominal", "ohm", dut->ri_ohm},    {"type.finished_ip", "mA", dut->finished_mA},
        {"type.trim_lo", "ohm", dut->trim_lo_ohm},  {"type.trim_hi", "ohm", dut->trim_hi_ohm},
        {"type.trim_series", "", dut->trim_series}, {"type.bare_ip_lo", "mA", dut->bare_lo_mA},
        {"type.bare_ip_hi", "mA", dut->bare_hi_mA},
    };
    static_assert(COUNT(rows) <= STATION_CONSTANTS_MAX, "each has its place");
    unsigned count = 0;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct type_constant *to = &station->constants[count];
        *to = (struct type_constant){.name = rows[i].name, .value = rows[i].value};
        if (rows[i].value > 0.0 && unit_find(span_text(rows[i].unit), &to->unit) == RC_OK)
            count++;
    }
    station->view.constants = station->constants;
    station->view.constant_count = count;
}
