/* What flows, as channels: total over the sensors, oxygen, fuel as percent of its lower limit. */
#include <math.h>

#include "bench/manifold_private.h"

static double measured_total_slpm(const struct manifold *m, char stream, struct gas_mix *mix)
{
    double total = 0.0;
    *mix = (struct gas_mix){0};
    for (unsigned i = 0; i < m->gas_count; i++) {
        const struct gate_gas *gas = m->gases[i];
        if (stream && gas->stream != stream)
            continue;
        /* A flow that is not vouched for counts as commanded: never as none. */
        double flow = isnan(gas->measured_slpm)  ? gas->commanded_slpm
                      : gas->measured_slpm > 0.0 ? gas->measured_slpm
                                                 : 0.0;
        total += flow;
        for (unsigned s = 0; gas->supply && s < GAS_SPECIES_COUNT; s++)
            mix->x[s] += flow * gas->supply->mix.x[s];
    }
    for (unsigned s = 0; s < GAS_SPECIES_COUNT && total > 0.0; s++)
        mix->x[s] /= total;
    return total;
}

static double vent_lfl(const struct manifold *m)
{
    const struct bench_view *view = &rig_station(m->config.rig)->view;
    struct gas_mix mix;
    double total = measured_total_slpm(m, 0, &mix);
    double air = view->extraction_Lmin;
    return gas_fuel_index(&mix, 25.0) * (total + air > 0.0 ? total / (total + air) : 0.0);
}

static double channel_value(const struct manifold *m, enum manifold_signal signal)
{
    struct gas_mix mix;
    double total = measured_total_slpm(m, m->selected, &mix);
    switch (signal) {
    case MANIFOLD_TOTAL:
        return total / 60000.0;
    case MANIFOLD_FUEL_LFL:
        return gas_fuel_index(&mix, rig_station(m->config.rig)->view.hottest_degC);
    case MANIFOLD_O2:
        return mix.x[GAS_O2];
    case MANIFOLD_VENT_LFL:
    default:
        return vent_lfl(m);
    }
}

void manifold_publish_channels(struct manifold *m)
{
    const struct station *station = rig_station(m->config.rig);
    struct instant now = loop_now(rig_loop(m->config.rig));
    for (unsigned c = 0; c < station->channel_count; c++) {
        const struct station_binding *b = &station->channels[c].binding[0];
        if (b->kind == BINDING_MANIFOLD)
            rig_push(m->config.rig, c, 0, channel_value(m, (enum manifold_signal)b->signal), now);
    }
}
