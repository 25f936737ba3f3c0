/* From a permitted value to the instrument, and back by its read-back. */
#include <math.h>

#include "bench/safety/gate_private.h"
#include "core/num.h"

/* A read-back may differ by the instrument's resolution: 0.5 % of the channel's range. */
static bool took(const struct gate *gate, const struct gate_set_job *job, double readback,
                 const struct unit *unit)
{
    const struct channel *channel = &gate->station->channels[job->channel].public;
    if (isnan(readback))
        return true; /* this protocol only acknowledges; the next poll shows it */
    double range = (channel->max_si - channel->min_si) / unit->scale;
    double tolerance = channel->type == CHANNEL_QUANTITY ? 0.005 * range : 0.1;
    return num_within(readback - job->wanted, -tolerance, tolerance);
}

static const struct station_binding *binding_of_job(const struct gate_set_job *job)
{
    return station_binding_of(job->gate->station, job->channel, job->site);
}

static const struct signal *signal_of(const struct gate *gate,
                                      const struct station_binding *binding, struct unit *unit)
{
    const struct signal *signal = &gate->station->instruments[binding->instrument]
                                       .entry->driver->capability->signals[binding->signal];
    if (unit_find(span_text(signal->unit), unit) != RC_OK)
        *unit = (struct unit){.scale = 1.0};
    return signal;
}

/* A setting that others are computed with: what an instrument only acknowledges, and switches. From
 * the order until it is confirmed nobody knows it; then it is what the instrument says it took. */
static void note_setting(const struct gate_set_job *job, double value)
{
    struct rig *rig = job->gate->config.rig;
    struct unit unit;
    bool told = signal_of(job->gate, binding_of_job(job), &unit)->at < 0;
    if (told || job->gate->station->channels[job->channel].public.type == CHANNEL_ONOFF)
        rig_push(rig, job->channel, job->site, unit_to_si(&unit, value), loop_now(rig_loop(rig)));
}

static double worse_flow(const struct gate_gas *gas, double a, double b)
{
    return (a > b) == gas->inert ? b : a; /* less inert gas, more of any other */
}

/* What was not taken may still flow as before: the next composition is judged on the worse of both,
 * and the next order to this controller is sent, not thought done. */
static void keep_worse_flow(struct gate_set_job *job)
{
    struct gate_gas *gas = gate_gas_at(job->gate, job->channel);
    if (gas && gas->commanded_slpm == job->asked_slpm) /* else a newer order has its own answer */
        gas->commanded_slpm = worse_flow(gas, job->was_slpm, job->asked_slpm);
}

static void command_flow(struct gate_set_job *job, struct gate_gas *gas, double slpm)
{
    const struct gate *gate = job->gate;
    job->was_slpm = gas->commanded_slpm;
    for (unsigned i = 0; i < GATE_SETS_MAX; i++) {
        const struct gate_set_job *other = &gate->jobs[i];
        if (other->busy && other != job && other->channel == job->channel)
            job->was_slpm = worse_flow(gas, job->was_slpm, other->was_slpm);
    }
    gas->commanded_slpm = job->asked_slpm = slpm;
}

static void finish_job(struct gate_set_job *job)
{
    const struct station *station = job->gate->station;
    char error[192] = "";
    if (job->rc != RC_OK)
        keep_worse_flow(job);
    if (job->rc == RC_OK && (int)job->channel == job->gate->suction_channel)
        job->gate->suction = job->wanted > 0.0;
    if (job->rc == RC_OK)
        note_setting(job, isnan(job->taken) ? job->wanted : job->taken);
    if (job->rc == RC_OK && job->rests)
        gate_insulation_rested(job->gate, job->channel, job->site);
    if (job->rc != RC_OK)
        snprintf(error, sizeof error, "%s (%s): %s", station->channels[job->channel].name,
                 station->instruments[binding_of_job(job)->instrument].setup.name,
                 job->rc == RC_RANGE ? "it did not take the value (read-back differs)"
                                     : rc_text(job->rc));
    job->busy = false;
    job->done(job->ctx, job->rc, error[0] ? error : NULL);
}

static void on_set(void *ctx, enum rc rc, double readback)
{
    struct gate_set_job *job = ctx;
    struct unit unit;
    signal_of(job->gate, binding_of_job(job), &unit);
    if (rc == RC_OK && !took(job->gate, job, readback, &unit))
        rc = RC_RANGE;
    if (rc != RC_OK && job->rc == RC_OK)
        job->rc = rc;
    job->taken = readback;
    if (--job->left == 0)
        finish_job(job);
}

static struct gate_set_job *take_job(struct gate *gate)
{
    for (unsigned i = 0; i < GATE_SETS_MAX; i++)
        if (!gate->jobs[i].busy)
            return &gate->jobs[i];
    return NULL;
}

/* The trip runs the whole stop, cleanup's first orders included, and whoever asked may have been
 * told to forget this set by then: the job remembers that. */
static void refuse(struct gate *gate, struct gate_set_job *job, enum rc rc, const char *why)
{
    char text[256];
    snprintf(text, sizeof text, "output gate refused %s: %s",
             gate->station->channels[job->channel].name, why);
    log_say(gate->config.log, LOG_ERROR, "%s", text);
    gate_trip(gate, text);
    job->busy = false;
    job->done(job->ctx, rc, text);
}

static void drive(struct gate *gate, struct gate_set_job *job, double si)
{
    const struct station_binding *binding = binding_of_job(job);
    struct device *device = rig_device(gate->config.rig, binding->instrument);
    struct unit unit;
    signal_of(gate, binding, &unit);
    job->wanted = unit_from_si(&unit, si);
    job->taken = (double)NAN;
    note_setting(job, (double)NAN);
    job->left = binding->count + 1; /* one for this function, so that no answer finishes early */
    for (unsigned i = 0; i < binding->count; i++) {
        enum rc rc = device ? device_set(device, binding->signal, binding->first + i, job->wanted,
                                         on_set, job)
                            : RC_IO;
        if (rc != RC_OK)
            on_set(job, rc, (double)NAN);
    }
    if (--job->left == 0)
        finish_job(job);
}

static void on_own(void *ctx, enum rc rc, const char *error)
{
    struct gate_set_job *job = ctx;
    job->busy = false;
    if (rc == RC_OK && job->rests)
        gate_insulation_rested(job->gate, job->channel, job->site);
    job->done(job->ctx, rc, error);
}

static void drive_heater(struct gate_set_job *job, double si)
{
    const struct gate_heaters *heaters = &job->gate->heaters;
    const struct gate_heater_order order = {(enum heater_signal)binding_of_job(job)->signal,
                                            job->site, si};
    if (heaters->set)
        heaters->set(heaters->ctx, &order, on_own, job);
    else
        on_own(job, RC_CONFIG, "nobody regulates the heaters here");
}

static void drive_pump(struct gate_set_job *job, double si)
{
    const struct gate_pumps *pumps = &job->gate->pumps;
    const struct gate_pump_order order = {(enum pump_signal)binding_of_job(job)->signal, job->site,
                                          si};
    if (pumps->set)
        pumps->set(pumps->ctx, &order, on_own, job);
    else
        on_own(job, RC_CONFIG, "nobody regulates the pump cells here");
}

static void drive_device(struct gate *gate, struct gate_set_job *job, double si)
{
    const struct gate_order order = {job->channel, job->site, si};
    if (gate->pumps.take && gate->pumps.take(gate->pumps.ctx, &order, on_own, job))
        return;
    struct gate_gas *gas = gate_gas_at(gate, job->channel);
    if (gas)
        command_flow(job, gas, si * 60000.0);
    if ((int)job->channel == gate->suction_channel && si > 0.0)
        gate->suction = true;
    drive(gate, job, si);
}

static void drive_permitted(struct gate *gate, struct gate_set_job *job, double si)
{
    job->rests = si == gate_rest_value(&gate->station->channels[job->channel].public);
    gate_insulation_order(gate, job->channel, job->site, job->rests);
    switch (binding_of_job(job)->kind) {
    case BINDING_HEATER:
        drive_heater(job, si);
        return;
    case BINDING_PUMP:
        drive_pump(job, si);
        return;
    case BINDING_DEVICE:
        drive_device(gate, job, si);
        return;
    case BINDING_NONE:
    case BINDING_CALC:
    case BINDING_MANIFOLD:
    default:
        on_own(job, RC_CONFIG, "this channel drives nothing");
    }
}

void gate_set(struct gate *gate, const struct gate_order *order, gate_done *done, void *ctx)
{
    char text[160];
    struct obuf why = {text, 0, sizeof text - 1};
    struct gate_set_job *job = take_job(gate);
    if (!job) {
        done(ctx, RC_CONFIG, "too many outputs at once");
        return;
    }
    *job = (struct gate_set_job){.gate = gate,
                                 .done = done,
                                 .ctx = ctx,
                                 .channel = order->channel,
                                 .site = order->site,
                                 .busy = true};
    enum rc rc = gate_permit(gate, order->channel, order->site, order->si, &why);
    text[why.len] = '\0';
    if (rc == RC_OK)
        drive_permitted(gate, job, order->si);
    else
        refuse(gate, job, rc, text);
}

static void forgotten(void *ctx, enum rc rc, const char *error)
{
    (void)ctx, (void)rc, (void)error;
}

void gate_put_to_zero(struct gate *gate, unsigned channel)
{
    gate_set(gate, &(struct gate_order){channel, 0, 0.0}, forgotten, NULL);
}

void gate_forget(struct gate *gate, const void *ctx)
{
    for (unsigned i = 0; i < GATE_SETS_MAX; i++)
        if (gate->jobs[i].busy && gate->jobs[i].ctx == ctx)
            gate->jobs[i].done = forgotten;
}

static void forget_told(const struct gate *gate)
{
    const struct station *station = gate->station;
    for (unsigned c = 0; c < station->channel_count; c++) {
        const struct station_channel *channel = &station->channels[c];
        unsigned first = channel->public.per_site ? 1 : 0;
        unsigned last = channel->public.per_site ? station->sites : 0;
        struct unit unit;
        if (!channel->public.output || channel->binding[0].kind != BINDING_DEVICE ||
            signal_of(gate, &channel->binding[0], &unit)->at >= 0)
            continue;
        for (unsigned site = first; site <= last; site++)
            rig_push(gate->config.rig, c, site, (double)NAN, loop_now(rig_loop(gate->config.rig)));
    }
}

static void on_safe(void *ctx, enum rc rc, double readback)
{
    struct gate_rest *rest = ctx;
    struct gate *gate = rest->gate;
    (void)readback;
    rest->rc = rc;
    if (rc != RC_OK && gate->safe_rc == RC_OK)
        gate->safe_rc = rc;
    if (--gate->safe_left > 0)
        return;
    forget_told(gate);
    if (gate->safe_rc == RC_OK)
        gate_insulation_all_rest(gate);
    gate->safe_done(gate->safe_ctx, gate->safe_rc,
                    gate->safe_rc == RC_OK ? NULL : "an instrument did not confirm rest");
}

void gate_make_safe(struct gate *gate, gate_done *done, void *ctx)
{
    gate_close(gate);
    gate->safe_done = done;
    gate->safe_ctx = ctx;
    gate->safe_rc = RC_OK;
    gate->safe_left = 1;
    struct gate_rest itself = {gate, RC_OK};
    for (unsigned i = 0; i < gate->gas_count; i++)
        gate->gases[i].commanded_slpm = 0.0;
    for (unsigned i = 0; i < gate->station->instrument_count; i++) {
        struct device *device = rig_device(gate->config.rig, i);
        bool has_outputs = gate->station->instruments[i].entry->driver->safe_steps > 0;
        gate->rests[i] = (struct gate_rest){gate, has_outputs ? RC_TIMEOUT : RC_OK};
        if (!has_outputs)
            continue;
        gate->safe_left++;
        enum rc rc = device ? device_make_safe(device, on_safe, &gate->rests[i]) : RC_IO;
        if (rc != RC_OK)
            on_safe(&gate->rests[i], rc, (double)NAN);
    }
    on_safe(&itself, RC_OK, (double)NAN);
}

enum rc gate_rest_of(const struct gate *gate, unsigned instrument)
{
    return gate->rests[instrument].rc;
}
