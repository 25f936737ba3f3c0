#include <math.h>

#include "analysis/e_series.h"
#include "bench/dut_type_private.h"
#include "core/num.h"

void dut_type_check_sense(struct station_reader *r, const struct dut_type *t)
{
    const struct heater_plan *h = &t->heater;
    const struct {
        bool holds;
        const char *message;
    } rules[] = {
        {h->preheat_V <= h->ramp_V, "the ramp begins below the preheat voltage"},
        {h->ramp_V <= h->limit_V, "the ramp begins above the limit"},
        {h->steady_V <= h->limit_V, "the steady voltage is above the limit"},
        {h->limit_V <= h->boost_V, "the boost is below the limit"},
        {h->band_lo_ohm < h->target_ohm && h->target_ohm < h->band_hi_ohm,
         "the target is not inside the band"},
        {h->heater_lo_ohm < h->heater_hi_ohm, "the bounds of heater-ohm are the wrong way round"},
        {h->falls || (h->heater_lo_ohm <= h->target_ohm && h->target_ohm <= h->heater_hi_ohm),
         "the target is outside heater-ohm"},
        {!t->has_trim || t->trim_lo_ohm < t->trim_hi_ohm,
         "the bounds of trim are the wrong way round"},
        {t->bare_lo_mA <= t->bare_hi_mA, "the bounds of bare-ip are the wrong way round"},
        {t->trim_series <= 0.0 || !isnan(e_series_nearest(1.0, t->trim_series)),
         "trim-series is one of 3, 6, 12, 24, 48, 96, 192"},
        {t->finished_mA <= t->bare_lo_mA || t->bare_lo_mA <= 0.0,
         "finished-ip is above bare-ip: a resistor only makes the current less"},
        {!t->has_pump || num_within(t->pump.target_mV, t->pump.lo_mV, t->pump.hi_mV),
         "the set point of the pump is outside its range"},
        {!t->has_pump || (num_within(t->pump.out_V, 0, t->electrode_V) &&
                          num_within(t->pump.in_V, 0, t->electrode_V)),
         "the pump's voltage is above electrode-max"},
        {!t->has_pump ||
             (num_within(t->pump.out_mA, 0, t->ip_mA) && num_within(t->pump.in_mA, 0, t->ip_mA)),
         "the pump's current is above ip-max"},
    };
    for (size_t i = 0; i < COUNT(rules); i++)
        if (!rules[i].holds)
            station_fail(r, (struct place){.source = t->source}, NULL, "%s", rules[i].message);
}
