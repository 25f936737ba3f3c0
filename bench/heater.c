#include "bench/heater.h"

#include <math.h>
#include <stdlib.h>

#include "core/num.h"

static const struct duration tick_period = {INT64_C(100000)};
/* A supply that is only told never tells: each site has its turn, and small steps wait. Off never
 * waits. */
enum { TICKS_A_TURN = 8, TICKS_APART = 2 };
static const double least_step_V = 0.01;

struct heater_site {
    struct heaters *heaters;
    unsigned site;
    struct heater_control control;
    double sent_V;   /* last confirmed; NaN: not known */
    double flying_V; /* on its way */
    gate_done *done; /* who waits for on or off; NULL: nobody */
    void *done_ctx;
    bool flying, told_stuck;
};

struct heaters {
    struct heaters_config config;
    const struct station *station;
    struct timer timer;
    struct heater_site sites[TWIN_SITES_MAX + 1]; /* from 1 */
    unsigned ticks;
    bool stopped;
};

static struct instant now_of(const struct heaters *h)
{
    return loop_now(rig_loop(h->config.rig));
}

static void answer(struct heater_site *s, enum rc rc, const char *error)
{
    gate_done *done = s->done;
    s->done = NULL;
    if (done)
        done(s->done_ctx, rc, error);
}

/* --- what is measured --------------------------------------------------------------------------
 */

static struct heater_input input_of(const struct heater_site *s)
{
    const struct heaters *h = s->heaters;
    const struct station_heaters *at = &h->station->heaters;
    struct rig_value value = rig_latest(h->config.rig, (unsigned)at->value, s->site);
    struct rig_value u = rig_latest(h->config.rig, (unsigned)at->u, s->site);
    struct rig_value i = rig_latest(h->config.rig, (unsigned)at->i, s->site);
    return (struct heater_input){.now = now_of(h),
                                 .value_ohm = value.si,
                                 .value_t = value.t,
                                 .heater_ohm = u.si / i.si,
                                 .power_W = u.si * i.si,
                                 .supply_t = instant_before(u.t, i.t) ? u.t : i.t};
}

static void put_value(struct obuf *out, double value, const char *unit)
{
    (void)!obuf_printf(out, ", ");
    unit_put(out, value, unit, 4);
}

static void tell_fault(struct heater_site *s, double V, const struct heater_input *in)
{
    char text[256];
    struct obuf out = {text, 0, sizeof text - 1};
    (void)!obuf_printf(&out, "heater of site %u switched off: %s (%s", s->site,
                       heater_fault_text(s->control.fault), s->heaters->station->dut->regulate);
    put_value(&out, in->value_ohm, "ohm");
    put_value(&out, V, "V");
    put_value(&out, s->control.energy_J, "J");
    (void)!obuf_printf(&out, ")");
    text[out.len] = '\0';
    log_say(s->heaters->config.log, LOG_ERROR, "%s", text);
    s->heaters->config.lost(s->heaters->config.ctx, s->site, text);
}

/* --- what is driven ----------------------------------------------------------------------------
 */

static void send(struct heater_site *s);

static void not_taken(struct heater_site *s, enum rc rc, const char *error)
{
    bool at_zero = s->flying_V == 0.0;
    s->sent_V = (double)NAN; /* the next tick tries again */
    answer(s, rc, error);    /* first: what follows may ask for something new */
    if (s->control.state != HEATER_OFF && s->control.state != HEATER_FAULT) {
        struct heater_input in = input_of(s);
        double V = s->control.demand_V;
        heater_control_fail(&s->control, HEATER_FAULT_SUPPLY);
        tell_fault(s, V, &in);
    }
    if (at_zero && !s->told_stuck) {
        char text[224];
        s->told_stuck = true;
        snprintf(text, sizeof text, "heater of site %u did not confirm 0 V: %s", s->site,
                 error ? error : rc_text(rc));
        s->heaters->config.stuck(s->heaters->config.ctx, text);
    }
}

static void on_sent(void *ctx, enum rc rc, const char *error)
{
    struct heater_site *s = ctx;
    s->flying = false;
    if (rc != RC_OK) {
        not_taken(s, rc, error);
        return;
    }
    s->sent_V = s->flying_V;
    if (s->sent_V == 0.0)
        s->told_stuck = false;
    if (s->control.demand_V == 0.0 && s->sent_V != 0.0)
        send(s); /* it was switched off meanwhile: no tick is waited for */
    else
        answer(s, RC_OK, NULL);
}

static void send(struct heater_site *s)
{
    struct heaters *h = s->heaters;
    double V = s->control.demand_V;
    if (s->flying || h->stopped)
        return;
    bool same = V == 0.0 ? s->sent_V == 0.0 : fabs(V - s->sent_V) < least_step_V;
    if (same) {
        answer(s, RC_OK, NULL);
        return;
    }
    s->flying = true;
    s->flying_V = V;
    gate_set(h->config.gate, &(struct gate_order){(unsigned)h->station->heaters.u, s->site, V},
             on_sent, s);
}

static void tick_site(struct heater_site *s)
{
    struct heater_input in = input_of(s);
    double V = s->control.demand_V;
    bool was_on = s->control.state != HEATER_FAULT;
    heater_control_tick(&s->control, &in);
    if ((s->heaters->ticks + TICKS_APART * s->site) % TICKS_A_TURN == 0 ||
        s->control.demand_V == 0.0)
        send(s);
    if (was_on && s->control.state == HEATER_FAULT)
        tell_fault(s, V, &in);
}

static void publish(const struct heaters *h)
{
    for (unsigned site = 1; site <= h->station->sites && h->station->heaters.state >= 0; site++)
        rig_push(h->config.rig, (unsigned)h->station->heaters.state, site,
                 (double)h->sites[site].control.state, now_of(h));
}

static void on_tick(void *ctx)
{
    struct heaters *h = ctx;
    h->ticks++;
    for (unsigned site = 1; site <= h->station->sites && !h->stopped; site++)
        tick_site(&h->sites[site]);
    if (h->stopped)
        return;
    publish(h);
    if (loop_arm(rig_loop(h->config.rig), &h->timer, instant_add(now_of(h), tick_period)) != RC_OK)
        h->config.stuck(h->config.ctx, "the heaters are not regulated: out of memory for a timer");
}

/* --- what is asked for -------------------------------------------------------------------------
 */

static void set_enable(struct heater_site *s, bool on, gate_done *done, void *ctx)
{
    enum heater_state state = s->control.state;
    if (on && state == HEATER_FAULT) {
        done(ctx, RC_REFUSED, "this heater went off by a fault: switch it off first");
        return;
    }
    answer(s, RC_REFUSED, "overtaken by a newer value");
    if (on && state == HEATER_OFF)
        heater_control_start(&s->control, now_of(s->heaters));
    else if (!on) {
        heater_control_stop(&s->control);
        s->sent_V = (double)NAN; /* confirmed anew, whatever was confirmed before */
    }
    s->done = done;
    s->done_ctx = ctx;
    send(s);
}

static void on_gate(void *ctx, const struct gate_heater_order *order, gate_done *done,
                    void *done_ctx)
{
    struct heaters *h = ctx;
    struct heater_site *s = &h->sites[order->site];
    if (h->stopped) {
        done(done_ctx, RC_REFUSED, "the heaters are no longer regulated");
        return;
    }
    switch (order->signal) {
    case HEATER_SIGNAL_ENABLE:
        set_enable(s, order->si > 0.5, done, done_ctx);
        return;
    case HEATER_SIGNAL_TARGET:
        if (heater_control_aim(&s->control, order->si, input_of(s).value_ohm))
            done(done_ctx, RC_OK, NULL);
        else
            done(done_ctx, RC_RANGE, "this target is outside the band of the DUT type");
        return;
    case HEATER_SIGNAL_HOLD:
        heater_control_hold(&s->control, order->si > 0.5, now_of(h));
        done(done_ctx, RC_OK, NULL);
        return;
    case HEATER_SIGNAL_STATE:
    case HEATER_SIGNALS:
    default:
        done(done_ctx, RC_CONFIG, "this channel drives nothing");
    }
}

/* --- life --------------------------------------------------------------------------------------
 */

enum rc heaters_new(const struct heaters_config *config, struct heaters **out)
{
    const struct station *station = rig_station(config->rig);
    *out = NULL;
    if (station->heaters.supply < 0)
        return RC_OK;
    struct heaters *h = calloc(1, sizeof *h);
    if (!h)
        return RC_NOSPACE;
    h->config = *config;
    h->station = station;
    h->timer = timer_of(on_tick, h);
    for (unsigned site = 1; site <= station->sites; site++) {
        h->sites[site] = (struct heater_site){.heaters = h, .site = site};
        heater_control_init(&h->sites[site].control, &station->dut->heater);
    }
    gate_attach_heaters(config->gate, (struct gate_heaters){on_gate, h});
    *out = h;
    return RC_OK;
}

void heaters_free(struct heaters *h)
{
    if (!h)
        return;
    heaters_stop(h);
    gate_attach_heaters(h->config.gate, (struct gate_heaters){NULL, NULL});
    free(h);
}

enum rc heaters_start(struct heaters *h)
{
    return h ? loop_arm(rig_loop(h->config.rig), &h->timer, instant_add(now_of(h), tick_period))
             : RC_OK;
}

/* Whoever else may have set this supply: 0 V is ordered again and confirmed. */
static void shut(struct heater_site *s)
{
    heater_control_stop(&s->control);
    s->sent_V = (double)NAN;
    send(s);
}

void heaters_shut(struct heaters *h)
{
    for (unsigned site = 1; h && site <= h->station->sites; site++)
        heaters_shut_site(h, site);
}

void heaters_shut_site(struct heaters *h, unsigned site)
{
    if (h)
        shut(&h->sites[site]);
}

void heaters_stop(struct heaters *h)
{
    if (!h)
        return;
    h->stopped = true;
    loop_disarm(rig_loop(h->config.rig), &h->timer);
    for (unsigned site = 1; site <= h->station->sites; site++) {
        struct heater_site *s = &h->sites[site];
        heater_control_stop(&s->control);
        gate_forget(h->config.gate, s);
        answer(s, RC_REFUSED, "the heaters are no longer regulated");
    }
}

enum heater_state heaters_state(const struct heaters *h, unsigned site)
{
    return h ? h->sites[site].control.state : HEATER_OFF;
}

bool heaters_at_target(const struct heaters *h, unsigned site)
{
    const struct heater_control *control = h ? &h->sites[site].control : NULL;
    return control && control->state == HEATER_REGULATING && control->settled;
}
