#include "instruments/keysight_daq970a/keysight_daq970a_mux.h"

#include <math.h>

/* clang-format off */
static const double ranges_V[] = { 0.1, 1, 10, 100, 300 };
static const double speeds[] = { 0.02, 0.2, 1, 2, 10, 20, 100, 200 };
/* clang-format on */

static double input_V(const struct mux *m, unsigned n)
{
    return n < SCANNER_CHANNELS_MAX ? m->plant.read(m->plant.ctx, PLANT_METER_V, n, m->now) : 0;
}

static double top_V(double range_V)
{
    return range_V >= 300 ? 300 : 1.2 * range_V;
}

double mux_range_V(const struct mux *m, unsigned n)
{
    size_t i = 0;

    if (!m->input[n].autorange)
        return m->input[n].range_V;
    double u_V = fabs(input_V(m, n));
    while (i + 1 < COUNT(ranges_V) && !(u_V <= top_V(ranges_V[i])))
        i++;
    return ranges_V[i];
}

/* High impedance exists up to 10 V only; above, the divider of 10 Mohm is in. */
static void tell_impedance(struct mux *m, unsigned n)
{
    double ohm = m->input[n].high_z && mux_range_V(m, n) <= 10 ? 10e9 : 10e6;
    if (n < SCANNER_CHANNELS_MAX)
        m->plant.write(m->plant.ctx, PLANT_METER_ohm, n, ohm, m->now);
}

static void preset_input(struct mux *m, unsigned n)
{
    m->input[n] = (struct mux_input){.range_V = 10, .nplc = 1, .autorange = true};
    tell_impedance(m, n);
}

void mux_switch(struct mux *m, unsigned relay, bool closed)
{
    uint32_t bit = UINT32_C(1) << relay;

    m->closed = closed ? m->closed | bit : m->closed & ~bit;
    if (relay < SCANNER_CHANNELS_MAX)
        m->plant.write(m->plant.ctx, PLANT_RELAY, relay, closed ? 1 : 0, m->now);
}

void mux_reset(struct mux *m)
{
    for (unsigned n = 0; n < MUX_INPUTS; n++)
        preset_input(m, n);
    for (unsigned n = 0; n < MUX_RELAYS; n++)
        mux_switch(m, n, false);
    m->scan_count = m->held = 0;
    m->scans = 1;
    m->source = MUX_SOURCE_IMM;
    m->units = m->times = m->channels = m->alarms = false;
}

double mux_measure_V(const struct mux *m, unsigned n)
{
    double u_V = input_V(m, n);
    if (fabs(u_V) <= top_V(mux_range_V(m, n)))
        return u_V;
    return u_V < 0 ? -(double)INFINITY : (double)INFINITY;
}

void mux_initiate(struct mux *m)
{
    m->held = 0;
    if (m->source != MUX_SOURCE_IMM) /* it waits, and nobody triggers it here */
        return;
    m->held = m->scan_count;
    for (size_t i = 0; i < m->held; i++)
        m->held_V[i] = mux_measure_V(m, m->scan[i]);
}

static int set_number(struct span args, double min, double max, double *out)
{
    const struct scpi_bounds bounds = {min, max, min};
    return scpi_number_argument(args, &bounds, out);
}

int mux_set_range(struct mux *m, unsigned n, struct span args)
{
    double value = 0;
    size_t i = 0;
    int error = set_number(args, 0, 300, &value);

    if (error)
        return error;
    while (i + 1 < COUNT(ranges_V) && value > ranges_V[i])
        i++;
    m->input[n].range_V = ranges_V[i];
    m->input[n].autorange = false;
    tell_impedance(m, n);
    return 0;
}

int mux_set_nplc(struct mux *m, unsigned n, struct span args)
{
    double value = 0;
    size_t i = 0;
    int error = set_number(args, speeds[0], speeds[COUNT(speeds) - 1], &value);

    while (!error && value > speeds[i])
        i++;
    if (!error)
        m->input[n].nplc = speeds[i];
    return error;
}

int mux_set_impedance(struct mux *m, unsigned n, struct span args)
{
    int error = scpi_onoff_argument(args, &m->input[n].high_z);
    if (!error)
        tell_impedance(m, n);
    return error;
}

/* The whole previous set-up of the input is lost, and the fields of all readings with it. */
int mux_configure(struct mux *m, unsigned n, struct span range)
{
    const struct mux_input before = m->input[n];
    int error = 0;

    preset_input(m, n);
    if (range.len)
        error = mux_set_range(m, n, range);
    if (error) {
        m->input[n] = before;
        tell_impedance(m, n);
        return error;
    }
    m->held = 0;
    m->units = m->times = m->channels = m->alarms = false;
    return 0;
}

int mux_take_list(struct span *args, unsigned slot, unsigned list[MUX_INPUTS], size_t *count)
{
    struct span rest = *args, last = {NULL, 0};

    *count = 0;
    while (args->len && scpi_take_field(&rest, ',', &last))
        ;
    if (last.len < 3 || last.at[0] != '(')
        return -109;
    args->len = (size_t)(last.at - args->at);
    while (args->len && (args->at[args->len - 1] == ',' || args->at[args->len - 1] == ' '))
        args->len--;
    if (span_is(last, "(@)"))
        return 0;
    enum rc rc = scpi_parse_channels(last, list, MUX_INPUTS, count);
    if (rc != RC_OK)
        return rc == RC_RANGE ? MUX_NO_CHANNEL : -102;
    for (size_t i = 0; i < *count; i++) {
        if (list[i] / 100 != slot)
            return MUX_NO_SLOT;
        if (list[i] % 100 == 0 || list[i] % 100 > MUX_INPUTS)
            return MUX_NO_CHANNEL;
        list[i] = list[i] % 100 - 1;
    }
    return 0;
}
