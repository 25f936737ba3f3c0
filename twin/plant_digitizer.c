/* The digitizer at the Nernst pair of element A. Its trigger input hears the pump cell's leads: a
 * comparator behind a high-pass. */
#include <assert.h>
#include <math.h>

#include "twin/assembly.h"
#include "twin/noise.h"

static const double FAST_NOISE_mV = 10e-3; /* rms of one sample of 20 us */

/* Of the edge on, until it is armed again. */
void site_edge_note(struct twin *twin, struct twin_site *site, const struct direct_wires *before,
                    struct instant now)
{
    struct site_direct *d = &site->direct;
    const struct direct_wires wires[2] = {*before, d->wires};
    if (d->kind != TWIN_ELEMENT_A || !d->edge.armed || d->wires.source.mode != DIRECT_AMPERE)
        return;
    struct direct_at at = site_direct_at(twin, site);
    if (!direct_a_edge(&d->cell.a, wires, &at, &d->edge.step))
        return;
    d->edge.armed = false;
    d->edge.seen = true;
    d->edge.at = now;
}

static double fast_mV(struct twin *twin, struct twin_site *site, struct instant now)
{
    struct site_direct *d = &site->direct;
    if (!d->edge.seen)
        return site_direct_read(twin, site)->u_mV;
    double t_s = (double)(now.us - d->edge.at.us) * 1e-6;
    return direct_a_edge_mV(&d->edge.step, t_s, (double)now.us * 1e-6);
}

static double digitizer_read(void *ctx, enum plant_signal signal, unsigned channel,
                             struct instant now)
{
    struct twin_port *port = ctx;
    struct twin *twin = port->twin;
    struct twin_site *site = &twin->sites[port->index];
    const struct site_direct *d = &site->direct;
    (void)channel;
    twin_advance(twin, now);
    if (signal == PLANT_EDGE_us)
        return d->edge.seen ? (double)d->edge.at.us : (double)NAN;
    if (signal != PLANT_FAST_V && signal != PLANT_METER_V)
        return (double)NAN;
    double noise_mV = hypot(FAST_NOISE_mV, site_direct_wiring(d)->noise_mV);
    if (!twin->config.noise)
        noise_mV = 0;
    double u_mV = fast_mV(twin, site, now);
    return (u_mV + noise_mV * noise_gauss(d->fast_key, (uint64_t)now.us)) / 1000;
}

static void digitizer_write(void *ctx, enum plant_signal signal, unsigned channel, double value,
                            struct instant now)
{
    struct twin_port *port = ctx;
    struct site_direct *d = &port->twin->sites[port->index].direct;
    (void)channel;
    twin_advance(port->twin, now);
    if (signal != PLANT_EDGE_ARM)
        return;
    d->edge.armed = value > 0.5;
    d->edge.seen = false;
}

struct plant twin_plant_digitizer(struct twin *twin, unsigned site)
{
    assert(site >= 1 && site <= twin->config.sites);
    if (twin->config.element != TWIN_ELEMENT_A)
        return plant_dead(twin);
    return (struct plant){digitizer_read, digitizer_write, &twin->controller_ports[site - 1]};
}
