#include "bench/pump_loop.h"

#include <math.h>
#include <stdlib.h>

#include "core/num.h"

static const struct duration tick_period = {INT64_C(100000)};
static const double least_step_V = 50e-6; /* what a source-meter resolves */
static const double inside = 0.95;        /* its own limit, as a share of the type's bound */

/* The next thing to tell the source. */
enum pump_order { ORDER_NONE, ORDER_LIMIT, ORDER_ZERO, ORDER_ON, ORDER_LEVEL, ORDER_OFF };

struct pump_site {
    struct pumps *pumps;
    unsigned site;
    struct pump_control control;
    enum pump_order flying;  /* on its way */
    double flying_V, sent_V; /* sent: last confirmed */
    struct instant since;    /* it stands */
    bool limited, zeroed, on;
    bool must_off; /* off is not confirmed yet */
    bool sending;  /* the gate is called by this loop and nobody else */
    bool told_stuck;
    gate_done *done; /* who waits for on or off; NULL: nobody */
    void *done_ctx;
};

struct pumps {
    struct pumps_config config;
    const struct station *station;
    struct timer timer;
    struct pump_site sites[TWIN_SITES_MAX + 1]; /* from 1 */
    bool stopped;
};

static struct instant now_of(const struct pumps *p)
{
    return loop_now(rig_loop(p->config.rig));
}

static void answer(struct pump_site *s, enum rc rc, const char *error)
{
    gate_done *done = s->done;
    s->done = NULL;
    if (done)
        done(s->done_ctx, rc, error);
}

/* --- what is measured --------------------------------------------------------------------------
 */

static struct pump_input input_of(const struct pump_site *s)
{
    const struct pumps *p = s->pumps;
    const struct station_pumps *at = &p->station->pumps;
    struct rig_value un = rig_latest(p->config.rig, (unsigned)at->un, s->site);
    struct rig_value ip = rig_latest(p->config.rig, (unsigned)at->ip, s->site);
    return (struct pump_input){.now = now_of(p),
                               .un_mV = un.si * 1e3,
                               .ip_mA = ip.si * 1e3,
                               .un_t = un.t,
                               .ip_t = ip.t,
                               .since = s->flying == ORDER_NONE ? s->since : INSTANT_NEVER,
                               .hot = heaters_at_target(p->config.heaters, s->site)};
}

static void put_value(struct obuf *out, const char *name, double value, const char *unit)
{
    (void)!obuf_printf(out, "%s ", name);
    unit_put(out, value, unit, 4);
}

static void tell_fault(struct pump_site *s, double V)
{
    struct pump_input in = input_of(s);
    char text[256];
    struct obuf out = {text, 0, sizeof text - 1};
    (void)!obuf_printf(&out, "pump loop of site %u switched off: %s", s->site,
                       pump_fault_text(s->control.fault));
    put_value(&out, " (Un", in.un_mV, "mV");
    put_value(&out, ", Up", V, "V");
    put_value(&out, ", Ip", in.ip_mA, "mA");
    (void)!obuf_printf(&out, ")");
    text[out.len] = '\0';
    log_say(s->pumps->config.log, LOG_ERROR, "%s", text);
    s->pumps->config.lost(s->pumps->config.ctx, s->site, text);
}

/* --- what is driven ----------------------------------------------------------------------------
 */

static enum pump_order next_order(const struct pump_site *s)
{
    if (s->control.state == PUMP_OFF)
        return s->must_off ? ORDER_OFF : ORDER_NONE;
    if (!s->limited)
        return ORDER_LIMIT;
    if (!s->zeroed)
        return ORDER_ZERO;
    if (!s->on)
        return ORDER_ON;
    return fabs(s->control.demand_V - s->sent_V) < least_step_V ? ORDER_NONE : ORDER_LEVEL;
}

static struct gate_order gate_order_of(const struct pump_site *s, enum pump_order order)
{
    const struct station_pumps *at = &s->pumps->station->pumps;
    const struct pump_plan *plan = &s->control.plan;
    double most_mA = plan->out_mA > plan->in_mA ? plan->out_mA : plan->in_mA;
    switch (order) {
    case ORDER_LIMIT:
        return (struct gate_order){(unsigned)at->ilim, s->site, inside * most_mA * 1e-3};
    case ORDER_ON:
        return (struct gate_order){(unsigned)at->output, s->site, 1.0};
    case ORDER_OFF:
        return (struct gate_order){(unsigned)at->output, s->site, 0.0};
    case ORDER_ZERO:
    case ORDER_LEVEL:
    case ORDER_NONE:
    default:
        return (struct gate_order){(unsigned)at->up, s->site, s->flying_V};
    }
}

static void send(struct pump_site *s);

static void on_taken(struct pump_site *s, enum pump_order order)
{
    struct instant now = now_of(s->pumps);
    s->since = now;
    switch (order) {
    case ORDER_LIMIT:
        s->limited = true;
        break;
    case ORDER_ZERO:
        s->zeroed = true;
        s->sent_V = 0.0;
        break;
    case ORDER_ON:
        s->on = true;
        if (s->control.state != PUMP_OFF)
            pump_control_start(&s->control, now);
        break;
    case ORDER_OFF:
        s->must_off = s->told_stuck = false;
        break;
    case ORDER_LEVEL:
    case ORDER_NONE:
    default:
        s->sent_V = s->flying_V;
    }
}

static void not_taken(struct pump_site *s, enum pump_order order, enum rc rc, const char *error)
{
    answer(s, rc, error); /* first: what follows may ask for something new */
    if (s->control.state != PUMP_OFF) {
        double V = s->control.demand_V;
        pump_control_fail(&s->control, PUMP_FAULT_SOURCE);
        s->must_off = true;
        tell_fault(s, V);
    }
    if (order == ORDER_OFF && !s->told_stuck) {
        char text[224];
        s->told_stuck = true;
        snprintf(text, sizeof text,
                 "the source-meter of site %u did not confirm that it is off: %s", s->site,
                 error ? error : rc_text(rc));
        s->pumps->config.stuck(s->pumps->config.ctx, text);
    }
}

static void on_sent(void *ctx, enum rc rc, const char *error)
{
    struct pump_site *s = ctx;
    enum pump_order order = s->flying;
    s->flying = ORDER_NONE;
    if (rc != RC_OK) {
        not_taken(s, order, rc, error); /* the next tick tries again, if it must be off */
        return;
    }
    on_taken(s, order);
    send(s);
}

static void send(struct pump_site *s)
{
    struct pumps *p = s->pumps;
    enum pump_order order = next_order(s);
    if (s->flying != ORDER_NONE || p->stopped)
        return;
    if (order == ORDER_NONE || order == ORDER_LEVEL)
        answer(s, RC_OK, NULL); /* it is on, or off */
    if (order == ORDER_NONE)
        return;
    s->flying = order;
    s->flying_V = order == ORDER_LEVEL ? s->control.demand_V : 0.0;
    const struct gate_order to = gate_order_of(s, order);
    s->sending = true;
    gate_set(p->config.gate, &to, on_sent, s);
    s->sending = false;
}

static void tick_site(struct pump_site *s)
{
    double V = s->control.demand_V;
    if (s->on && s->control.state != PUMP_OFF) {
        struct pump_input in = input_of(s);
        pump_control_tick(&s->control, &in);
        if (s->control.state == PUMP_OFF) {
            s->must_off = true;
            send(s);
            tell_fault(s, V);
            return;
        }
    }
    send(s);
}

static void publish(const struct pumps *p)
{
    for (unsigned site = 1; site <= p->station->sites && p->station->pumps.state >= 0; site++)
        rig_push(p->config.rig, (unsigned)p->station->pumps.state, site,
                 (double)p->sites[site].control.state, now_of(p));
}

static void on_tick(void *ctx)
{
    struct pumps *p = ctx;
    for (unsigned site = 1; site <= p->station->sites && !p->stopped; site++)
        tick_site(&p->sites[site]);
    if (p->stopped)
        return;
    publish(p);
    if (loop_arm(rig_loop(p->config.rig), &p->timer, instant_add(now_of(p), tick_period)) != RC_OK)
        p->config.stuck(p->config.ctx,
                        "the pump cells are not regulated: out of memory for a timer");
}

/* --- what is asked for -------------------------------------------------------------------------
 */

static void shut(struct pump_site *s)
{
    pump_control_stop(&s->control);
    s->must_off = true;
}

static void set_enable(struct pump_site *s, bool on, gate_done *done, void *ctx)
{
    const struct pumps *p = s->pumps;
    if (on && !heaters_at_target(p->config.heaters, s->site)) {
        done(ctx, RC_REFUSED, "the pump loop needs a heater that has reached its set point");
        return;
    }
    answer(s, RC_REFUSED, "overtaken by a newer value");
    if (on && s->control.state == PUMP_OFF) {
        pump_control_start(&s->control, now_of(p));
        s->limited = s->zeroed = s->on = s->must_off = false;
    } else if (!on) {
        shut(s); /* confirmed anew, whatever was confirmed before */
    }
    s->done = done;
    s->done_ctx = ctx;
    send(s);
}

static void on_gate(void *ctx, const struct gate_pump_order *order, gate_done *done, void *done_ctx)
{
    struct pumps *p = ctx;
    struct pump_site *s = &p->sites[order->site];
    if (p->stopped) {
        done(done_ctx, RC_REFUSED, "the pump cells are no longer regulated");
        return;
    }
    switch (order->signal) {
    case PUMP_SIGNAL_ENABLE:
        set_enable(s, order->si > 0.5, done, done_ctx);
        return;
    case PUMP_SIGNAL_TARGET:
        if (pump_control_aim(&s->control, order->si * 1e3))
            done(done_ctx, RC_OK, NULL);
        else
            done(done_ctx, RC_RANGE, "this target is outside of what the DUT type allows");
        return;
    case PUMP_SIGNAL_STATE:
    case PUMP_SIGNALS:
    default:
        done(done_ctx, RC_CONFIG, "this channel drives nothing");
    }
}

/* Off ends the loop, and is answered when the source has confirmed it; off twice is off once, so
 * that neither overtakes the other. */
static bool take(void *ctx, const struct gate_order *order, gate_done *done, void *done_ctx)
{
    struct pumps *p = ctx;
    struct pump_site *s = &p->sites[order->site];
    bool on = s->control.state != PUMP_OFF, off_wanted = s->must_off || s->flying != ORDER_NONE;
    bool switches = (int)order->channel == p->station->pumps.output;
    if (p->stopped || s->sending || !station_pump_owns(p->station, order->channel) ||
        !(on || (switches && off_wanted)))
        return false;
    if (switches && !(order->si > 0.5))
        set_enable(s, false, done, done_ctx);
    else
        done(done_ctx, RC_REFUSED,
             "the pump loop of this site drives its source-meter: switch the loop off first");
    return true;
}

/* --- life --------------------------------------------------------------------------------------
 */

enum rc pumps_new(const struct pumps_config *config, struct pumps **out)
{
    const struct station *station = rig_station(config->rig);
    *out = NULL;
    if (!station->pumps.wanted)
        return RC_OK;
    struct pumps *p = calloc(1, sizeof *p);
    if (!p)
        return RC_NOSPACE;
    p->config = *config;
    p->station = station;
    p->timer = timer_of(on_tick, p);
    for (unsigned site = 1; site <= station->sites; site++) {
        p->sites[site] = (struct pump_site){.pumps = p, .site = site, .since = INSTANT_NEVER};
        pump_control_init(&p->sites[site].control, &station->dut->pump);
    }
    gate_attach_pumps(config->gate, (struct gate_pumps){on_gate, take, p});
    *out = p;
    return RC_OK;
}

void pumps_free(struct pumps *p)
{
    if (!p)
        return;
    pumps_stop(p);
    gate_attach_pumps(p->config.gate, (struct gate_pumps){NULL, NULL, NULL});
    free(p);
}

enum rc pumps_start(struct pumps *p)
{
    return p ? loop_arm(rig_loop(p->config.rig), &p->timer, instant_add(now_of(p), tick_period))
             : RC_OK;
}

void pumps_shut_site(struct pumps *p, unsigned site)
{
    if (!p || p->sites[site].control.state == PUMP_OFF)
        return;
    shut(&p->sites[site]);
    send(&p->sites[site]);
}

void pumps_shut(struct pumps *p)
{
    for (unsigned site = 1; p && site <= p->station->sites; site++)
        pumps_shut_site(p, site);
}

void pumps_stop(struct pumps *p)
{
    if (!p)
        return;
    p->stopped = true;
    loop_disarm(rig_loop(p->config.rig), &p->timer);
    for (unsigned site = 1; site <= p->station->sites; site++) {
        struct pump_site *s = &p->sites[site];
        pump_control_stop(&s->control);
        gate_forget(p->config.gate, s);
        answer(s, RC_REFUSED, "the pump cells are no longer regulated");
    }
}

enum pump_state pumps_state(const struct pumps *p, unsigned site)
{
    return p ? p->sites[site].control.state : PUMP_OFF;
}
