/* Statements that make names: loop variables, parameters of a sub, captures, measurements, calcs.
 */
#include "sequences/engine_build.h"

static int add_capture(struct build *b, const struct node *node)
{
    struct engine *e = b->engine;
    if (e->capture_count == e->capture_cap) {
        unsigned cap = e->capture_cap ? e->capture_cap * 2 : 8;
        const struct node **more = engine_take(e, cap * sizeof(const struct node *));
        if (!more)
            return -1;
        for (unsigned i = 0; i < e->capture_count; i++)
            more[i] = e->captures[i];
        e->captures = more;
        e->capture_cap = cap;
    }
    e->captures[e->capture_count] = node;
    return (int)e->capture_count++;
}

bool build_capture(struct build *b, struct node *node)
{
    struct item *item = build_items(b, node, CAPTURE_CHANNELS_MAX);
    if (!item)
        return false;
    for (const struct name_item *n = node->stmt->names; n; n = n->next, item++) {
        if (node->item_count == CAPTURE_CHANNELS_MAX)
            return build_error(b, n->at, "too many channels in capture", node->stmt->name);
        item->channel = build_channel(b, n->at, n->name);
        item->name = n->name;
        if (item->channel < 0)
            return false;
        node->item_count++;
    }
    node->capture = add_capture(b, node);
    node->body = build_list(b, node->stmt->body);
    return node->capture >= 0;
}

/* The loop variable is seen by the body only. */
bool build_for(struct build *b, struct node *node)
{
    const struct stmt *s = node->stmt;
    unsigned n = 0;
    for (const struct name_item *v = s->names; s->in_list && v; v = v->next)
        n++;
    struct item *item = build_items(b, node, n);
    if (!item)
        return false;
    const struct eval_code *like = node->value;
    for (const struct name_item *v = s->names; s->in_list && v; v = v->next, item++) {
        item->value = build_code(b, v->value);
        if (!item->value)
            return false;
        build_acquire(node, item->value);
        like = like ? like : item->value;
        node->item_count++;
    }
    build_acquire(node, node->value);
    if (s->in_table && (node->table = build_table(b, s)) < 0)
        return false;
    if (s->order == ORDER_RANDOM &&
        !(node->order = engine_take(b->engine, (LOOP_MAX + 1) * sizeof *node->order)))
        return false;
    struct scope scope = {b->scope, s->name, 0, node->table};
    scope.slot = build_slot(b, s->name, like ? like->dim : dim_one, like ? like->unit : NULL);
    node->slot = (int)scope.slot;
    b->scope = &scope;
    node->body = build_list(b, s->body);
    b->scope = scope.outer;
    return true;
}

static const struct sub *find_sub(const struct engine *e, const char *name)
{
    for (const struct sub *sub = e->program->subs; sub; sub = sub->next) {
        if (strcmp(sub->name, name) == 0)
            return sub;
    }
    return NULL;
}

/* Once per sub: its parameters are slots, which is enough because subs do not call themselves. */
static struct built_sub *build_sub(struct build *b, const struct stmt *call)
{
    const struct sub *sub = find_sub(b->engine, call->name);
    for (struct built_sub *s = b->subs; s; s = s->next) {
        if (s->sub == sub)
            return s->open ? NULL : s;
    }
    struct built_sub *built = engine_take(b->engine, sizeof *built);
    if (!sub || !built)
        return NULL;
    struct scope scopes[32], *outer = b->scope;
    unsigned n = 0;
    built->sub = sub;
    built->open = true;
    built->next = b->subs;
    b->subs = built;
    built->slots = engine_take(b->engine, COUNT(scopes) * sizeof *built->slots);
    b->scope = NULL;
    for (const struct name_item *p = sub->params; p && built->slots; p = p->next, n++) {
        if (n == COUNT(scopes))
            return NULL;
        const struct unit *unit = p->value && p->value->unit.name[0] ? &p->value->unit : NULL;
        built->slots[n] = build_slot(b, p->name, unit ? unit->dim : dim_one, unit);
        scopes[n] = (struct scope){b->scope, p->name, built->slots[n], -1};
        b->scope = &scopes[n];
    }
    built->body = build_list(b, sub->body);
    b->scope = outer;
    built->open = false;
    return built;
}

bool build_call(struct build *b, struct node *node)
{
    struct built_sub *sub = build_sub(b, node->stmt);
    if (!sub)
        return build_error(b, node->stmt->at, "cannot call", node->stmt->name);
    unsigned n = 0;
    struct item *item = build_items(b, node, 32);
    for (const struct name_item *p = sub->sub->params; p && item; p = p->next, item++, n++) {
        const struct expr *value = p->value;
        for (const struct name_item *a = node->stmt->names; a; a = a->next)
            value = strcmp(a->name, p->name) == 0 ? a->value : value;
        item->slot = (int)sub->slots[n];
        item->value = build_code(b, value);
        if (!item->value)
            return build_error(b, node->stmt->at, "no value for", p->name);
        build_acquire(node, item->value);
        node->item_count++;
    }
    node->body = sub->body;
    return item != NULL;
}

static bool build_tags(struct build *b, struct node *node)
{
    struct item *item = build_items(b, node, TAGS_MAX);
    for (const struct name_item *n = node->stmt->names; n && item; n = n->next, item++) {
        if (node->item_count == TAGS_MAX)
            return build_error(b, n->at, "too many tags at", node->stmt->name);
        struct expr *name = engine_take(b->engine, sizeof *name);
        if (!name)
            return false;
        *name = (struct expr){.kind = EXPR_NAME, .at = n->at, .text = n->name};
        item->name = n->name;
        item->value = build_code(b, name);
        node->item_count++;
    }
    return item != NULL;
}

/* The slot of a calc or of a measurement with a plain name; a name with {x} is looked up later. */
static void make_slot(struct build *b, struct node *node, struct dim dim, const struct unit *unit)
{
    struct engine *e = b->engine;
    for (unsigned i = 0; i < e->slot_count; i++) {
        if (e->slot_info[i].made && strcmp(e->slot_info[i].name, node->stmt->name) == 0)
            node->slot = (int)i;
    }
    if (node->slot < 0)
        node->slot = (int)build_slot(b, node->stmt->name, dim, unit);
    struct slot_info *info = &e->slot_info[node->slot];
    info->made = true;
    info->dim = dim;
    info->unit = unit;
    if (strchr(node->stmt->name, '{'))
        node->slot = -1;
    build_fit_x(b, node);
}

bool build_measure(struct build *b, struct node *node)
{
    const struct stmt *s = node->stmt;
    node->func = measure_func_find(s->func);
    if (node->func < 0)
        return build_error(b, s->at, "unknown function", s->func);
    struct expr *arg[FUNC_ARGS];
    unsigned args = measure_args(s, arg);
    node->call.func = (enum measure_func)node->func;
    if (args)
        (void)build_capture_call(b, arg, args, &node->call);
    if (s->value && s->second)
        node->fit = build_fit_find(b, s->value, s->second);
    if (s->value && node->call.capture < 0)
        node->value = build_code(b, s->value);
    if (s->second && node->fit < 0 && node->call.capture < 0)
        node->second = build_code(b, s->second);
    if (node->func != FUNC_ELAPSED && !node->value && node->call.capture < 0)
        return build_error(b, s->at, "nothing to measure in", s->name);
    node->unit = build_result_unit(b, node, &node->dim);
    make_slot(b, node, node->dim, node->unit);
    return build_tags(b, node);
}

bool build_calc(struct build *b, struct node *node)
{
    if (!node->value)
        return false;
    build_acquire(node, node->value);
    make_slot(b, node, node->value->dim, node->value->unit);
    return true;
}
