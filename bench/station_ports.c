/* What the bench would refuse only when it opens the ports: a setup that its driver cannot speak
 * for, and two units at one address. */
#include <math.h>
#include <stdlib.h>

#include "bench/station_private.h"

/* True if the driver has a request for every step of a kind. */
static bool speaks(const struct station_instrument *it, enum ask_kind kind, unsigned steps,
                   const double *held)
{
    const struct driver *driver = it->entry->driver;
    char frame[DEVICE_FRAME_MAX];
    for (unsigned step = 0; step < steps; step++) {
        struct obuf request = {frame, 0, sizeof frame};
        struct ask ask = {.kind = kind, .step = step, .held = held};
        if (driver->encode(driver, &it->setup, &ask, &request) != RC_OK)
            return false;
    }
    return true;
}

static bool takes_setup(const struct station_instrument *it)
{
    const struct driver *driver = it->entry->driver;
    size_t channels = it->setup.channels > driver->channels ? it->setup.channels : driver->channels;
    size_t count = DEVICE_SIGNALS_MAX * (channels ? channels : 1);
    double *held = calloc(count, sizeof *held);
    if (!held)
        return false;
    for (size_t i = 0; i < count; i++)
        held[i] = (double)NAN;
    bool takes = speaks(it, ASK_IDENTIFY, driver->identify_steps, held) &&
                 speaks(it, ASK_CONFIGURE, driver->configure_steps, held) &&
                 speaks(it, ASK_POLL, driver->poll_steps, held) &&
                 speaks(it, ASK_SAFE, driver->safe_steps, held);
    free(held);
    return takes;
}

static void check_setup(struct station_reader *r, const struct station_instrument *it)
{
    const struct driver *driver = it->entry->driver;
    if (driver->channels && it->setup.channels > driver->channels)
        station_fail(r, it->at, NULL, "%s has %u channel%s, not %u", driver->name, driver->channels,
                     driver->channels == 1 ? "" : "s", it->setup.channels);
    else if (!takes_setup(it))
        station_fail(r, it->at, "look at its address, node, index and channels",
                     "'%s' cannot be set up like this: '%s' has no such unit", it->setup.name,
                     driver->name);
}

/* Units that answer are told apart by their address; those that only send, by what they send. */
static bool same_address(const struct station_instrument *a, const struct station_instrument *b)
{
    const struct driver *one = a->entry->driver, *other = b->entry->driver;
    return a->setup.address == b->setup.address && a->setup.node == b->setup.node &&
           (one == other || !(one->streams || other->streams)) &&
           strcmp(one->capability->name, "can_adapter") != 0;
}

static bool same_port(const struct station_instrument *a, const struct station_instrument *b)
{
    return a->port_kind == b->port_kind && strcmp(a->port, b->port) == 0;
}

/* False, and said, if the two cannot both be there. */
static bool check_pair(struct station_reader *r, const struct station_instrument *it,
                       const struct station_instrument *before)
{
    if (!it->entry || !before->entry || !same_port(it, before))
        return true;
    if (same_address(it, before))
        return station_fail(r, it->at, "give each its own address, node or index",
                            "'%s' and '%s' have the same address on one port", it->setup.name,
                            before->setup.name);
    return true;
}

void station_check_ports(struct station_reader *r)
{
    const struct station *station = r->station;
    for (unsigned i = 0; i < station->instrument_count; i++) {
        if (station->instruments[i].entry)
            check_setup(r, &station->instruments[i]);
        unsigned k = 0;
        while (k < i && check_pair(r, &station->instruments[i], &station->instruments[k]))
            k++;
    }
}
