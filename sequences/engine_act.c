/* Statements that do something at once: outputs, gas, valve, scanner, operator, values. */
#include "sequences/engine_private.h"

#include <math.h>

enum progress engine_answers(struct engine *e, struct task *task, const char *what)
{
    (void)e;
    if (task->pending)
        return engine_wait_until(task, INSTANT_NEVER, TASK_PENDING);
    if (task->rc == RC_OK)
        return PROGRESS_DONE;
    if (task->error[0])
        return PROGRESS_FAIL;
    return engine_fail(task, "%s: %s", what, rc_text(task->rc));
}

/* Whose per-site items a task sets: all sites of the group for a shared action, else its own. */
static uint64_t sites_of(const struct engine *e, const struct task *task)
{
    return task->id == 0 ? e->group : 1ull << (task->site - 1);
}

static const struct task *view_of(const struct engine *e, const struct task *task, unsigned site)
{
    return site ? &e->task[site] : task;
}

static double item_value(struct engine *e, const struct task *task, const struct item *item,
                         unsigned site)
{
    return engine_number(e, view_of(e, task, site), item->value);
}

/* An `over` is a ramp from the last set value; from a state that is not known, from zero. */
static double ramp_of(struct engine *e, struct task *task, size_t cell, double value)
{
    const struct node *node = task->at;
    if (node->ramp)
        return fabs(engine_number(e, task, node->ramp));
    if (!node->over)
        return 0;
    double from = isfinite(e->last_set[cell]) ? e->last_set[cell] : 0;
    double over_s = engine_number(e, task, node->over);
    return over_s > 0 ? fabs(value - from) / over_s : 0;
}

static void order_one(struct engine *e, struct task *task, const struct item *item, unsigned site)
{
    size_t row = engine_row(e, (unsigned)item->channel, site);
    size_t cell = row * e->view->channel_count + (size_t)item->channel;
    double value = item_value(e, task, item, site);
    double ramp = ramp_of(e, task, cell, value);
    e->last_set[cell] = value;
    struct set_order order = {.channel = engine_channel(e, (unsigned)item->channel),
                              .site = site,
                              .value_si = value,
                              .ramp_si = isfinite(ramp) ? ramp : 0};
    e->host.set(e->host.ctx, engine_order(e, task, site), &order);
}

/* No ramp in the source means at once; one that cannot be computed does not. In cleanup rest is
 * driven all the same. */
static bool ramp_good(struct engine *e, struct task *task)
{
    const struct eval_code *code = task->at->ramp ? task->at->ramp : task->at->over;
    double value = code ? engine_number(e, task, code) : 0.0;
    if (!code || (isfinite(value) && (value != 0.0 || !task->at->ramp)))
        return true;
    (void)engine_fail(task, "set: the ramp is no number above 0");
    return false;
}

static bool item_good(struct engine *e, struct task *task, const struct item *item, unsigned site)
{
    if (isfinite(item_value(e, task, item, site)))
        return true;
    (void)engine_fail(task, "set %s: not a number", item->name);
    return false;
}

static bool order_items(struct engine *e, struct task *task, uint64_t sites, bool shared)
{
    const struct node *node = task->at;
    for (int order = 0; order < 2; order++) {
        for (unsigned k = 0; k < node->item_count; k++) {
            const struct item *item = &node->items[k];
            bool per_site = engine_channel(e, (unsigned)item->channel)->per_site;
            if (!per_site && !shared)
                continue;
            for (unsigned i = per_site ? 1 : 0; i <= (per_site ? e->sites : 0); i++) {
                if (per_site && !(sites >> (i - 1) & 1))
                    continue;
                if (order)
                    order_one(e, task, item, i);
                else if (!item_good(e, task, item, i))
                    return false;
            }
        }
    }
    return true;
}

bool engine_order_set(struct engine *e, struct task *task, uint64_t sites)
{
    return order_items(e, task, sites, true);
}

bool engine_order_site(struct engine *e, struct task *task, uint64_t sites)
{
    return order_items(e, task, sites, false);
}

enum progress engine_act_set(struct engine *e, struct task *task)
{
    if (task->phase++ == 0 &&
        (!ramp_good(e, task) || !engine_order_set(e, task, sites_of(e, task))))
        return PROGRESS_FAIL;
    return engine_answers(e, task, "set");
}

/* Shares of the total; what is left over is the balance. */
bool engine_mix_order(struct engine *e, struct task *task, struct mix_order *out)
{
    const struct node *node = task->at;
    struct mix_order order = {
        .stream = node->stmt->stream, .off = node->stmt->off, .both = node->stmt->both};
    *out = order;
    if (order.off)
        return true;
    double sum = 0, total = node->total ? engine_number(e, task, node->total) : (double)NAN;
    const struct item *balance = NULL;
    for (unsigned i = 0; i < node->item_count; i++) {
        const struct item *item = &node->items[i];
        double share = item->value ? engine_number(e, task, item->value) : 0;
        if (!num_within(share, 0, 1 + 1e-9))
            return engine_fail(task, "mix: the share of %s is not within 0 .. 100 %%",
                               item->gas->name) == PROGRESS_DONE;
        balance = item->value ? balance : item;
        sum += share;
        if (share > 0) {
            order.gas[order.count] = item->gas;
            order.share[order.count++] = share;
        }
    }
    if (balance && 1 - sum > 1e-9) {
        order.gas[order.count] = balance->gas;
        order.share[order.count++] = 1 - sum;
        sum = 1;
    }
    if (!num_within(sum, 1 - 1e-6, 1 + 1e-6) || !(total > 0) || !isfinite(total))
        return engine_fail(task, "mix: the shares do not make a whole") == PROGRESS_DONE;
    order.total_Lmin = unit_from_si(&e->litre_per_min, total);
    if (node->over && !engine_duration(e, task, node->over, &order.over))
        return false;
    *out = order;
    return true;
}

enum progress engine_act_mix(struct engine *e, struct task *task)
{
    if (task->phase++ == 0) {
        struct mix_order order;
        if (!engine_mix_order(e, task, &order))
            return PROGRESS_FAIL;
        engine_ticket ticket = engine_order(e, task, 0);
        e->host.mix(e->host.ctx, ticket, &order);
    }
    return engine_answers(e, task, "mix");
}

/* The confirmed switch of the valve is the zero of all response times. */
enum progress engine_act_select(struct engine *e, struct task *task)
{
    if (task->phase++ == 0) {
        engine_ticket ticket = engine_order(e, task, 0);
        e->host.select(e->host.ctx, ticket, task->at->stmt->stream);
    }
    return engine_answers(e, task, "select");
}

static const char *serial_fault(const struct engine *e, const struct node *node,
                                const struct site *site)
{
    if (!site->serial[0])
        return "no serial number was read";
    if (node->pattern && regexec(node->pattern, site->serial, 0, NULL, 0) != 0)
        return "the serial number does not look as it should";
    for (unsigned i = 1; i <= e->sites; i++) {
        if (i != site->number && e->site[i].ever_live &&
            strcmp(e->site[i].serial, site->serial) == 0)
            return "the serial number was read at another site too";
    }
    return NULL;
}

static void take_serial(struct engine *e, struct task *task, struct site *site)
{
    const char *fault = serial_fault(e, task->at, site);
    if (task->rc)
        (void)snprintf(site->pending_fail, sizeof site->pending_fail, "scan: %s",
                       rc_text(task->rc));
    else if (fault)
        (void)snprintf(site->pending_fail, sizeof site->pending_fail, "scan '%s': %s", site->serial,
                       fault);
    if (task->rc || fault)
        site->serial[0] = '\0';
    task->rc = RC_OK;
    task->error[0] = '\0';
}

/* One site after the other: there is one scanner. `phase` is the site in hand. */
enum progress engine_act_scan(struct engine *e, struct task *task)
{
    for (;;) {
        if (task->pending)
            return engine_wait_until(task, INSTANT_NEVER, TASK_PENDING);
        if (task->phase && e->group >> (task->phase - 1) & 1)
            take_serial(e, task, &e->site[task->phase]);
        do {
            task->phase++;
        } while (task->phase <= e->sites && !(e->group >> (task->phase - 1) & 1));
        if (task->phase > e->sites)
            return PROGRESS_DONE;
        e->site[task->phase].serial[0] = '\0';
        engine_ticket ticket = engine_order(e, task, task->phase);
        e->host.scan(e->host.ctx, ticket, task->phase);
    }
}

enum progress engine_act_ask(struct engine *e, struct task *task)
{
    if (task->phase++ == 0) {
        char text[TEXT_MAX];
        struct obuf out = {text, 0, sizeof text};
        engine_text(e, task, task->at->title, true, &out);
        engine_ticket ticket = engine_order(e, task, 0);
        e->host.ask(e->host.ctx, ticket, text);
    }
    return engine_answers(e, task, "ask");
}

enum progress engine_act_note(struct engine *e, struct task *task)
{
    char text[TEXT_MAX];
    struct obuf out = {text, 0, sizeof text};
    engine_text(e, task, task->at->title, true, &out);
    e->host.note(e->host.ctx, task->site, text);
    return PROGRESS_DONE;
}

enum progress engine_act_calc(struct engine *e, struct task *task)
{
    struct site *site = &e->site[task->site];
    const struct node *node = task->at;
    double channel[EVAL_CHANNELS_MAX];
    for (unsigned i = 0; i < node->value->channels; i++) {
        unsigned c = node->value->channel[i];
        channel[i] = e->latest[engine_row(e, c, task->site) * e->view->channel_count + c];
    }
    struct eval_value value = engine_value(e, task, node->value);
    value.u95 = engine_u95(e, task, node->value, channel, false);
    engine_clear_fits(e, site, node->stmt);
    engine_store(e, site, node->slot, node->stmt->name, value);
    return PROGRESS_DONE;
}

/* Unknown is not false: what the bench cannot tell never fails the part. */
enum progress engine_act_check(struct engine *e, struct task *task)
{
    double is = engine_number(e, task, task->at->value);
    char text[TEXT_MAX - 32];
    struct obuf out = {text, 0, sizeof text};
    engine_text(e, task, task->at->title, true, &out);
    if (isnan(is))
        return engine_fail(task, "cannot tell: %s", text);
    task->phase = 1;
    return is != 0 ? PROGRESS_DONE : engine_fail(task, "%s", text);
}
