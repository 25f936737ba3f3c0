/* The tree of a checked program to nodes: names bound to slots, expressions compiled, barriers
 * known. What the checker has proven is not proven again, but nothing here trusts it with memory.
 */
#include "sequences/engine_build.h"

void build_acquire(struct node *node, const struct eval_code *code)
{
    for (unsigned i = 0; code && i < code->channels; i++) {
        bool known = false;
        for (unsigned k = 0; k < node->acquires; k++)
            known = known || node->acquire[k] == code->channel[i];
        if (!known && node->acquires < EVAL_CHANNELS_MAX)
            node->acquire[node->acquires++] = code->channel[i];
    }
}

int build_channel(struct build *b, struct place at, const char *name)
{
    int channel = channel_find(b->engine->view, span_text(name));
    if (channel < 0)
        (void)build_error(b, at, "unknown channel", name);
    return channel;
}

struct item *build_items(struct build *b, struct node *node, unsigned count)
{
    node->items = engine_take(b->engine, (count ? count : 1) * sizeof *node->items);
    return node->items;
}

static bool build_set(struct build *b, struct node *node)
{
    unsigned n = 0;
    for (const struct set_item *s = node->stmt->sets; s; s = s->next)
        n++;
    struct item *item = build_items(b, node, n);
    if (!item)
        return false;
    for (const struct set_item *s = node->stmt->sets; s; s = s->next, item++) {
        item->channel = build_channel(b, s->at, s->channel);
        item->name = s->channel;
        item->value = build_code(b, s->value);
        if (item->channel < 0 || !item->value)
            return false;
        node->shared |= !b->engine->view->channels[item->channel].per_site;
        build_acquire(node, item->value);
        node->item_count++;
    }
    if (n > b->engine->max_items)
        b->engine->max_items = n;
    return true;
}

static const struct gas_supply *find_gas(const struct engine *e, const char *name)
{
    for (unsigned i = 0; i < e->checked->gas_count; i++) {
        if (strcmp(e->checked->gases[i].name, name) == 0)
            return &e->checked->gases[i];
    }
    return NULL;
}

static bool build_mix(struct build *b, struct node *node)
{
    unsigned n = 0;
    for (const struct mix_item *m = node->stmt->mixes; m; m = m->next)
        n++;
    struct item *item = build_items(b, node, n);
    node->shared = true;
    if (!item)
        return false;
    if (n > COUNT(((struct mix_order *)0)->gas))
        return build_error(b, node->stmt->at, "too many gases in", "mix");
    for (const struct mix_item *m = node->stmt->mixes; m; m = m->next, item++) {
        item->gas = find_gas(b->engine, m->gas);
        item->value = build_code(b, m->amount);
        if (!item->gas)
            return build_error(b, m->at, "unknown gas", m->gas);
        build_acquire(node, item->value);
        node->item_count++;
    }
    build_acquire(node, node->total);
    return true;
}

static bool build_stable(struct build *b, struct node *node)
{
    node->channel = build_channel(b, node->stmt->at, node->stmt->channel);
    if (node->channel < 0)
        return false;
    node->shared = !b->engine->view->channels[node->channel].per_site;
    return true;
}

static bool build_until(struct build *b, struct node *node)
{
    if (!node->value)
        return false;
    node->shared = node->value->channels > 0;
    for (unsigned i = 0; i < node->value->channels; i++)
        node->shared &= !b->engine->view->channels[node->value->channel[i]].per_site;
    return true;
}

static void count_lanes(struct engine *e, const struct node *first)
{
    unsigned lanes = 0;
    for (const struct node *n = first; n; n = n->otherwise)
        lanes++;
    e->lane_cap = lanes > e->lane_cap ? lanes : e->lane_cap;
}

static int find_lock(struct build *b, const char *name)
{
    struct engine *e = b->engine;
    for (unsigned i = 0; i < e->lock_count; i++) {
        if (strcmp(e->locks[i], name) == 0)
            return (int)i;
    }
    if (e->lock_count == e->lock_cap) {
        unsigned cap = e->lock_cap ? e->lock_cap * 2 : 8;
        const char **more = engine_take(e, cap * sizeof *more);
        if (!more)
            return -1;
        for (unsigned i = 0; i < e->lock_count; i++)
            more[i] = e->locks[i];
        e->locks = more;
        e->lock_cap = cap;
    }
    e->locks[e->lock_count] = name;
    return (int)e->lock_count++;
}

static bool build_scan(struct build *b, struct node *node)
{
    struct engine *e = b->engine;
    node->shared = true;
    if (!node->stmt->title)
        return true;
    char text[512];
    struct obuf whole = {text, 0, sizeof text};
    if (obuf_printf(&whole, "^(%s)$", node->stmt->title) != RC_OK ||
        e->pattern_count == COUNT(e->patterns) ||
        regcomp(&e->patterns[e->pattern_count], text, REG_EXTENDED | REG_NOSUB) != 0)
        return build_error(b, node->stmt->at, "not a pattern:", node->stmt->title);
    node->pattern = &e->patterns[e->pattern_count++];
    return true;
}

static bool build_kind(struct build *b, struct node *node)
{
    switch (node->stmt->kind) {
    case STMT_SET:
        return build_set(b, node);
    case STMT_MIX:
        return build_mix(b, node);
    case STMT_WAIT_UNTIL:
        return build_until(b, node);
    case STMT_WAIT_STABLE:
    case STMT_WAIT_SETTLED:
        return build_stable(b, node);
    case STMT_MEASURE:
        return build_measure(b, node);
    case STMT_CAPTURE:
        return build_capture(b, node);
    case STMT_CALC:
        return build_calc(b, node);
    case STMT_SCAN:
        return build_scan(b, node);
    case STMT_FOR:
        return build_for(b, node);
    case STMT_CALL:
        return build_call(b, node);
    case STMT_SELECT:
    case STMT_ASK:
        node->shared = true;
        return true;
    case STMT_WAIT_TIME:
        if (node->stmt->count)
            node->channel = build_channel(b, node->stmt->at, node->stmt->channel);
        return !node->stmt->count || node->channel >= 0;
    case STMT_EXCLUSIVE:
        node->lock = find_lock(b, node->stmt->name);
        break;
    case STMT_CHECK:
    case STMT_IF:
    case STMT_REPEAT:
        build_acquire(node, node->value);
        break;
    default:
        break;
    }
    node->body = build_list(b, node->stmt->body);
    node->otherwise = build_list(b, node->stmt->otherwise);
    if (node->stmt->kind == STMT_PARALLEL)
        count_lanes(b->engine, node);
    return true;
}

static void build_codes(struct build *b, struct node *node)
{
    const struct stmt *s = node->stmt;
    if (s->kind != STMT_MEASURE)
        node->value = build_code(b, s->value);
    node->to = build_code(b, s->to);
    node->stride = build_code(b, s->stride);
    node->over = build_code(b, s->over);
    node->ramp = build_code(b, s->ramp);
    node->band = build_code(b, s->band);
    node->hold = build_code(b, s->hold);
    node->timeout = build_code(b, s->timeout);
    node->total = build_code(b, s->total);
    node->rate = build_code(b, s->rate);
    node->pre = build_code(b, s->pre);
    node->count = build_code(b, s->count);
    if (s->kind == STMT_STEP || s->kind == STMT_MEASURE)
        node->name = build_text(b, s->name);
    if (s->kind != STMT_SCAN && s->kind != STMT_FOR)
        node->title = build_text(b, s->title);
}

struct node *build_list(struct build *b, const struct stmt *stmt)
{
    struct node *first = NULL, **tail = &first;
    for (; stmt && !b->engine->failed; stmt = stmt->next) {
        struct node *node = engine_take(b->engine, sizeof *node);
        if (!node)
            return first;
        node->stmt = stmt;
        node->index = ++b->next_index;
        node->channel = node->slot = node->func = node->lock = -1;
        node->capture = node->call.capture = node->fit = node->table = -1;
        build_codes(b, node);
        if (!build_kind(b, node))
            b->bad = true;
        *tail = node;
        tail = &node->next;
    }
    return first;
}

static void build_all(struct build *b)
{
    struct engine *e = b->engine;
    build_collect_fits(b);
    e->setup = build_list(b, e->program->setup);
    e->main = build_list(b, e->program->main);
    e->cleanup = build_list(b, e->program->cleanup);
    e->within = build_code(b, e->program->cleanup_within);
    size_t rows = e->checked->limits ? e->checked->limits->count : 0;
    e->required = engine_take(e, rows + 1);
    if (e->failed)
        return;
    build_required(e, e->setup);
    build_required(e, e->main);
}

enum rc engine_build(struct engine *e, const struct engine_config *config, struct diag *diag)
{
    struct build b = {.engine = e, .diag = diag};
    if (unit_find(SPAN("L/min"), &e->litre_per_min) != RC_OK)
        return RC_CONFIG;
    e->keeps_going = config->keeps_going;
    if (!build_params(&b, config))
        return e->failed ? RC_NOSPACE : RC_RANGE;
    build_all(&b);
    if (e->failed)
        return RC_NOSPACE;
    return b.bad ? RC_CONFIG : engine_room(e, config);
}
