#include "twin/leads.h"

#include <assert.h>
#include <math.h>

#include "twin/assembly.h"

enum seen { SEEN_SAME, SEEN_ZERO, SEEN_END };
static const double END_ohm = 1e9;

/* clang-format off */
static const struct fault {
    unsigned code;
    bool stopped, floats, cut_heater, reversed;
    enum seen ri, ip;
} faults[LEAD_FAULTS] = {
    [LEAD_IP_OPEN]        = {0x00, true,  false, false, false, SEEN_SAME, SEEN_SAME},
    [LEAD_IP_GROUND]      = {0x30, true,  false, false, false, SEEN_SAME, SEEN_SAME},
    [LEAD_IP_BATTERY]     = {0x10, true,  false, false, false, SEEN_SAME, SEEN_SAME},
    [LEAD_VM_OPEN]        = {0x00, true,  true,  false, false, SEEN_END,  SEEN_SAME},
    [LEAD_VM_GROUND]      = {0x03, true,  true,  false, false, SEEN_END,  SEEN_SAME},
    [LEAD_VM_BATTERY]     = {0x01, true,  true,  false, false, SEEN_END,  SEEN_SAME},
    [LEAD_UN_OPEN]        = {0x00, true,  true,  false, false, SEEN_END,  SEEN_SAME},
    [LEAD_UN_GROUND]      = {0x0C, true,  true,  false, false, SEEN_ZERO, SEEN_SAME},
    [LEAD_UN_BATTERY]     = {0x04, true,  true,  false, false, SEEN_END,  SEEN_SAME},
    [LEAD_TRIM_OPEN]      = {0x00, false, false, false, false, SEEN_SAME, SEEN_END},
    [LEAD_TRIM_SHORT]     = {0x00, false, false, false, false, SEEN_SAME, SEEN_ZERO},
    [LEAD_HEATER_OPEN]    = {0x80, false, false, true,  false, SEEN_SAME, SEEN_SAME},
    [LEAD_HEATER_BATTERY] = {0x40, false, false, true,  false, SEEN_SAME, SEEN_SAME},
    [LEAD_REVERSED]       = {0x00, false, false, false, true,  SEEN_SAME, SEEN_SAME},
};
/* clang-format on */

static void add(struct leads_effect *e, const struct fault *f, const struct lsu_kind *kind)
{
    e->code |= f->code;
    e->stopped |= f->stopped;
    e->floats |= f->floats;
    e->cut_heater |= f->cut_heater;
    e->reversed |= f->reversed;
    if (f->ip == SEEN_END) /* all of the bare element's current goes through the shunt */
        e->ip_factor = kind->raw_air_mA / kind->finished_air_mA;
    if (f->ip == SEEN_ZERO)
        e->ip_factor = 0;
    if (f->ri != SEEN_SAME)
        e->ri_ohm = f->ri == SEEN_END ? END_ohm : 0;
}

struct leads_effect leads_effect_of(const struct lsu_kind *kind, unsigned closed)
{
    struct leads_effect e = {.ip_factor = 1, .ri_ohm = (double)NAN};
    for (unsigned n = 0; n < LEAD_FAULTS; n++)
        if (closed & 1u << n)
            add(&e, &faults[n], kind);
    return e;
}

static double leads_read(void *ctx, enum plant_signal signal, unsigned channel, struct instant now)
{
    struct twin_port *port = ctx;
    twin_advance(port->twin, now);
    if (signal != PLANT_RELAY || channel >= LEAD_FAULTS)
        return (double)NAN;
    return port->twin->sites[port->index].leads >> channel & 1;
}

static void leads_write(void *ctx, enum plant_signal signal, unsigned channel, double value,
                        struct instant now)
{
    struct twin_port *port = ctx;
    twin_advance(port->twin, now);
    if (signal != PLANT_RELAY || channel >= LEAD_FAULTS)
        return;
    struct twin_site *site = &port->twin->sites[port->index];
    unsigned bit = 1u << channel;
    site->leads = value > 0.5 ? site->leads | bit : site->leads & ~bit;
    site->sample.tick = 0;
}

struct plant twin_plant_leads(struct twin *twin, unsigned site)
{
    assert(site >= 1 && site <= twin->config.sites);
    if (twin_element_is_direct(twin->config.element))
        return plant_dead(twin);
    return (struct plant){leads_read, leads_write, &twin->controller_ports[site - 1]};
}
