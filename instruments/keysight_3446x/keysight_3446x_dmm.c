#include "instruments/keysight_3446x/keysight_3446x_dmm.h"

#include <math.h>

/* clang-format off */
/* Power line cycles and the resolution they give, relative to the range. */
static const struct { double nplc, resolution; } speeds[] = {
    { 0.02, 1e-4 }, { 0.2, 1e-5 }, { 1, 1e-6 }, { 10, 3e-7 }, { 100, 1e-7 },
};
static const double ranges_V[] = { 0.1, 1, 10, 100, 1000 };
/* clang-format on */

static double input_V(const struct dmm *d)
{
    return d->plant.read(d->plant.ctx, PLANT_METER_V, 0, d->now);
}

static double top_V(double range_V)
{
    return range_V >= 1000 ? 1050 : 1.2 * range_V;
}

double dmm_range_V(const struct dmm *d)
{
    size_t i = 0;

    if (!d->autorange)
        return d->range_V;
    double u_V = fabs(input_V(d));
    while (i + 1 < COUNT(ranges_V) && !(u_V <= top_V(ranges_V[i])))
        i++;
    return ranges_V[i];
}

/* High impedance exists up to 10 V only; above, the divider of 10 Mohm is in. */
void dmm_tell_impedance(struct dmm *d)
{
    double ohm = d->high_z && dmm_range_V(d) <= 10 ? 10e9 : 10e6;
    d->plant.write(d->plant.ctx, PLANT_METER_ohm, 0, ohm, d->now);
}

void dmm_preset(struct dmm *d)
{
    d->range_V = 10;
    d->autorange = true;
    d->nplc = 10;
    d->delay_s = 0;
    d->high_z = false;
    d->source = SOURCE_IMM;
    d->triggers = d->samples = 1;
    d->held = 0;
    dmm_dig_preset(d);
    dmm_tell_impedance(d);
}

double dmm_resolution_V(const struct dmm *d)
{
    double resolution = 0;

    for (size_t i = 0; i < COUNT(speeds); i++)
        if (d->nplc >= speeds[i].nplc)
            resolution = speeds[i].resolution;
    return resolution * dmm_range_V(d);
}

double dmm_measure_V(const struct dmm *d)
{
    return dmm_in_range_V(d, input_V(d));
}

double dmm_in_range_V(const struct dmm *d, double u_V)
{
    if (fabs(u_V) <= top_V(dmm_range_V(d)))
        return u_V;
    return u_V < 0 ? -(double)INFINITY : (double)INFINITY;
}

void dmm_initiate(struct dmm *d)
{
    if (dmm_dig_arms(d))
        dmm_dig_arm(d);
    if (d->source != SOURCE_IMM) /* it waits, and nobody triggers it here */
        return;
    d->held_V = dmm_measure_V(d);
    d->held = (uint64_t)d->triggers * d->samples;
}

int dmm_set_number(struct span args, double min, double max, double *out)
{
    const struct scpi_bounds bounds = {min, max, min};
    return scpi_number_argument(args, &bounds, out);
}

int dmm_set_range(struct dmm *d, struct span args)
{
    double value = 0;
    size_t i = 0;
    int error = dmm_set_number(args, 0, 1000, &value);

    if (error)
        return error;
    while (i + 1 < COUNT(ranges_V) && value > ranges_V[i])
        i++;
    d->range_V = ranges_V[i];
    d->autorange = false;
    dmm_tell_impedance(d);
    return 0;
}

int dmm_set_nplc(struct dmm *d, struct span args)
{
    double value = 0;
    size_t i = 0;
    int error = dmm_set_number(args, 0.02, 100, &value);

    while (!error && value > speeds[i].nplc)
        i++;
    if (!error)
        d->nplc = speeds[i].nplc;
    return error;
}

int dmm_set_switch(struct dmm *d, struct span args, bool *out)
{
    int error = scpi_onoff_argument(args, out);
    if (!error)
        dmm_tell_impedance(d);
    return error;
}

int dmm_set_count(struct span args, uint32_t *out)
{
    double value = 0;
    int error = dmm_set_number(args, 1, 1e6, &value);
    if (!error)
        *out = (uint32_t)value;
    return error;
}
