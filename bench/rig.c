#include "bench/rig.h"

#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/rig_path.h"
#include "bench/rig_values.h"
#include "bench/twinrig.h"
#include "instruments/transport/serial.h"

/* One signal of a reading that feeds a channel. */
struct feed {
    size_t at; /* of the double in the reading */
    unsigned channel, site;
    struct unit unit; /* of the signal */
};

struct rig_device {
    struct rig *rig;
    unsigned instrument;
    struct device *device;
    struct feed *feeds;
    unsigned feed_count;
    bool up;
};

struct rig_port {
    unsigned leader; /* first instrument on it */
    struct link *link;
    struct simhost *host; /* RIG_TWIN */
    struct rig *rig;
    struct rig_file file; /* that the port is */
    enum rc rc;           /* of opening it */
};

struct rig {
    struct rig_config config;
    struct rig_values values;
    struct rig_device devices[STATION_INSTRUMENTS_MAX];
    struct rig_port ports[STATION_INSTRUMENTS_MAX];
    unsigned port_count, device_count, up_count;
    bool ready, held;
};

/* --- readings to channels -------------------------------------------------------------------- */

static void on_reading(void *ctx, struct device *device, const void *reading, struct instant t)
{
    struct rig_device *self = ctx;
    (void)device;
    for (unsigned i = 0; i < self->feed_count; i++) {
        const struct feed *feed = &self->feeds[i];
        double value;
        memcpy(&value, (const char *)reading + feed->at, sizeof value);
        rig_values_put(&self->rig->values, feed->channel, feed->site,
                       unit_to_si(&feed->unit, value), t);
    }
}

static void on_up(void *ctx, struct device *device, const struct identity *identity)
{
    struct rig_device *self = ctx;
    struct rig *rig = self->rig;
    (void)device, (void)identity;
    if (!self->up)
        rig->up_count++;
    self->up = true;
    if (rig->ready || rig->up_count < rig->device_count)
        return;
    rig->ready = true;
    rig->config.events.ready(rig->config.events.ctx);
}

static void on_down(void *ctx, struct device *device, enum rc rc, const char *why)
{
    struct rig_device *self = ctx;
    struct rig *rig = self->rig;
    (void)device;
    if (self->up)
        rig->up_count--;
    self->up = false;
    rig->config.events.lost(rig->config.events.ctx, self->instrument, rc, why);
}

static bool feed_of(const struct rig *rig, const struct station_binding *binding,
                    const struct rig_device *device, struct feed *out)
{
    const struct station_instrument *from = &rig->config.station->instruments[device->instrument];
    const struct capability *capability = from->entry->driver->capability;
    if (binding->kind != BINDING_DEVICE || binding->instrument != device->instrument)
        return false;
    const struct signal *signal = &capability->signals[binding->signal];
    if (signal->at < 0)
        return false;
    out->at = (size_t)signal->at + binding->first * capability->channel_stride;
    if (unit_find(span_text(signal->unit), &out->unit) != RC_OK)
        out->unit = (struct unit){.scale = 1.0}; /* onoff */
    return true;
}

/* Counts with `feeds` NULL, else fills. */
static unsigned collect_feeds(const struct rig *rig, const struct rig_device *device,
                              struct feed *feeds)
{
    const struct station *station = rig->config.station;
    unsigned count = 0;
    for (unsigned c = 0; c < station->channel_count; c++) {
        unsigned sites = station->channels[c].public.per_site ? station->sites : 1;
        for (unsigned i = 0; i < sites; i++) {
            struct feed feed;
            if (!feed_of(rig, &station->channels[c].binding[i], device, &feed))
                continue;
            feed.channel = c;
            feed.site = station->channels[c].public.per_site ? i + 1 : 0;
            if (feeds)
                feeds[count] = feed;
            count++;
        }
    }
    return count;
}

/* --- opening --------------------------------------------------------------------------------- */

static enum rc open_transport(struct rig *rig, struct rig_port *port, struct transport **out)
{
    const struct station *station = rig->config.station;
    const struct station_instrument *first = &station->instruments[port->leader];
    if (rig->config.mode == RIG_TWIN) {
        const struct twinrig_config twin = {station, rig->config.loop, rig->config.twin,
                                            rig->config.seed, NULL};
        if (!port->host)
            port->host = twinrig_host(&twin, port->leader);
        *out = port->host ? simhost_connect(port->host, first->setup.name) : NULL;
        return *out ? RC_OK : RC_NOSPACE;
    }
    char path[RIG_PATH_MAX];
    rig_path_of(&rig->config, port->leader, path);
    return serial_open(rig->config.loop, path, &first->entry->driver->line, rig->config.log, out);
}

static struct transport *reopen_transport(void *ctx)
{
    struct rig_port *port = ctx;
    struct transport *transport;
    if (port->rig->held || port->rig->config.mode == RIG_TWIN ||
        open_transport(port->rig, port, &transport) != RC_OK)
        return NULL;
    return transport;
}

static enum rc add_device(struct rig *rig, struct rig_port *port, unsigned instrument)
{
    const struct station_instrument *from = &rig->config.station->instruments[instrument];
    struct rig_device *device = &rig->devices[instrument];
    *device = (struct rig_device){.rig = rig, .instrument = instrument};
    device->feed_count = collect_feeds(rig, device, NULL);
    device->feeds = calloc(device->feed_count ? device->feed_count : 1, sizeof *device->feeds);
    if (!device->feeds)
        return RC_NOSPACE;
    collect_feeds(rig, device, device->feeds);
    device->device = link_add(
        port->link, from->entry->driver, &from->setup,
        (struct device_events){.up = on_up, .down = on_down, .reading = on_reading, .ctx = device});
    if (!device->device)
        return RC_NOSPACE;
    rig->device_count++;
    if (from->poll.us)
        device_poll_every(device->device, from->poll);
    return RC_OK;
}

/* Two names of one device: the second would find it locked, by this very program. */
static enum rc refuse_second_name(struct rig *rig, struct rig_port *port)
{
    const struct station_instrument *instruments = rig->config.station->instruments;
    if (rig->config.mode == RIG_TWIN)
        return RC_OK;
    port->file = rig_file_of(&rig->config, port->leader);
    for (const struct rig_port *other = rig->ports; other < port; other++) {
        if (!rig_file_same(&other->file, &port->file))
            continue;
        log_say(rig->config.log, LOG_ERROR,
                "%s and %s are one device by two names: each needs a port of its own",
                instruments[other->leader].setup.name, instruments[port->leader].setup.name);
        return RC_CONFIG;
    }
    return RC_OK;
}

static enum rc open_port(struct rig *rig, unsigned leader)
{
    struct rig_port *port = &rig->ports[rig->port_count];
    struct transport *transport;
    *port = (struct rig_port){.leader = leader, .rig = rig};
    rig->port_count++;
    enum rc rc = refuse_second_name(rig, port);
    if (rc == RC_OK)
        rc = open_transport(rig, port, &transport);
    if (rc == RC_IO)
        log_say(rig->config.log, LOG_ERROR, "%s cannot be reached: %s",
                rig->config.station->instruments[leader].setup.name,
                rig->config.mode == RIG_PORTS ? "does `lambdabench twin serve` run in that folder?"
                                              : "`lambdabench scan` lists the ports there are");
    if (rc != RC_OK)
        return rc;
    port->link = link_new(rig->config.loop, transport, rig->config.log);
    if (!port->link) {
        transport->ops->close(transport);
        return RC_NOSPACE;
    }
    link_set_reopen(port->link, (struct link_reopen){.open = reopen_transport, .ctx = port});
    for (unsigned i = leader; i < rig->config.station->instrument_count && rc == RC_OK; i++)
        if (twinrig_port_leader(rig->config.station, i) == leader)
            rc = add_device(rig, port, i);
    return rc;
}

static enum rc try_port(struct rig *rig, unsigned leader)
{
    struct rig_port *port = &rig->ports[rig->port_count];
    port->rc = open_port(rig, leader);
    bool goes_on = rig->config.partial && !port->link && port->rc != RC_NOSPACE;
    return goes_on ? RC_OK : port->rc;
}

static enum rc refuse_unusable(const struct rig_config *config)
{
    bool real = config->mode == RIG_REAL;
    for (unsigned i = 0; i < config->station->instrument_count; i++) {
        const struct station_instrument *from = &config->station->instruments[i];
        const char *name = from->setup.name;
        if (!from->entry)
            log_say(config->log, LOG_ERROR, "%s: this build has no driver '%s'", name,
                    from->driver_name);
        else if (real && from->port_kind == PORT_SIM)
            log_say(config->log, LOG_ERROR,
                    "%s: this station is simulated: run with --simulate or --ports DIR", name);
        else if (real && from->port_kind == PORT_USB)
            log_say(config->log, LOG_ERROR,
                    "%s: a port 'usb %s' is not driven yet: use usb-serial or path", name,
                    from->port);
        else
            continue;
        return RC_CONFIG;
    }
    return RC_OK;
}

enum rc rig_open(const struct rig_config *config, struct rig **out)
{
    enum rc rc = refuse_unusable(config);
    if (rc != RC_OK)
        return rc;
    struct rig *rig = calloc(1, sizeof *rig);
    if (!rig)
        return RC_NOSPACE;
    rig->config = *config;
    rc = rig_values_init(&rig->values, config->station, &rig->config.events);
    for (unsigned i = 0; i < config->station->instrument_count && rc == RC_OK; i++)
        if (twinrig_port_leader(config->station, i) == i)
            rc = try_port(rig, i);
    if (rc != RC_OK) {
        rig_close(rig);
        return rc;
    }
    *out = rig;
    return RC_OK;
}

enum rc rig_start(struct rig *rig)
{
    for (unsigned i = 0; i < rig->port_count; i++) {
        enum rc rc = rig->ports[i].link ? link_start(rig->ports[i].link) : RC_OK;
        if (rc != RC_OK)
            return rc;
    }
    return RC_OK;
}

void rig_close_ports(struct rig *rig)
{
    for (unsigned i = 0; i < rig->port_count; i++) {
        link_free(rig->ports[i].link);
        rig->ports[i].link = NULL;
    }
    for (unsigned i = 0; i < rig->config.station->instrument_count; i++)
        rig->devices[i].device = NULL;
}

void rig_close(struct rig *rig)
{
    if (!rig)
        return;
    rig_close_ports(rig);
    for (unsigned i = 0; i < rig->port_count; i++) {
        if (rig->ports[i].host)
            simhost_free(rig->ports[i].host);
    }
    for (unsigned i = 0; i < rig->config.station->instrument_count; i++)
        free(rig->devices[i].feeds);
    rig_values_fini(&rig->values);
    free(rig);
}

struct rig_value rig_latest(const struct rig *rig, unsigned channel, unsigned site)
{
    return rig_values_get(&rig->values, channel, site);
}

void rig_watch(struct rig *rig, unsigned channel, unsigned site, bool on)
{
    unsigned *count = &rig->values.watched[channel * rig->values.stride + site];
    if (on)
        ++*count;
    else if (*count)
        --*count;
}

void rig_push(struct rig *rig, unsigned channel, unsigned site, double si, struct instant t)
{
    rig_values_put(&rig->values, channel, site, si, t);
}

void rig_hold_ports(struct rig *rig)
{
    rig->held = true;
}

const struct station *rig_station(const struct rig *rig)
{
    return rig->config.station;
}

struct loop *rig_loop(const struct rig *rig)
{
    return rig->config.loop;
}

struct device *rig_device(const struct rig *rig, unsigned instrument)
{
    return rig->devices[instrument].device;
}

static const struct rig_port *port_of(const struct rig *rig, unsigned instrument)
{
    unsigned leader = twinrig_port_leader(rig->config.station, instrument);
    for (unsigned i = 0; i < rig->port_count; i++)
        if (rig->ports[i].leader == leader)
            return &rig->ports[i];
    return NULL;
}

enum rc rig_port_rc(const struct rig *rig, unsigned instrument)
{
    const struct rig_port *port = port_of(rig, instrument);
    return port ? port->rc : RC_IO;
}

struct link *rig_link_of(const struct rig *rig, unsigned instrument)
{
    const struct rig_port *port = port_of(rig, instrument);
    return port ? port->link : NULL;
}

unsigned rig_port_count(const struct rig *rig)
{
    return rig->port_count;
}

struct link *rig_port(const struct rig *rig, unsigned port)
{
    return rig->ports[port].link;
}
