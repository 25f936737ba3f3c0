/* set, mix, select: names and units of what is driven. */
#include "sequences/check.h"

static const struct gas_supply *gas_of_channel(const struct check *c, const char *channel)
{
    for (unsigned i = 0; i < c->out->gas_count; i++) {
        if (strcmp(c->out->gases[i].channel, channel) == 0)
            return &c->out->gases[i];
    }
    return NULL;
}

/* Not every channel of the gas path is a flow: its pressure is set like any other quantity. */
static bool is_flow(const struct check *c, const struct channel *channel)
{
    return gas_of_channel(c, channel->name) ||
           (strncmp(channel->name, "gas.", 4) == 0 && dim_equal(channel->unit.dim, check_dim_flow));
}

static const struct channel *settable(struct check *c, const struct set_item *item)
{
    const struct channel *channel = check_channel(c, item->channel, item->at);
    if (!channel)
        return NULL;
    const char *help = NULL;
    if (!channel->output || channel->derived)
        help = "it is measured";
    else if (channel->type == CHANNEL_STREAM)
        help = "streams are switched by 'select a' and 'select b'";
    else if (is_flow(c, channel))
        help = "flows of gas are set by 'mix', which proves their composition";
    if (!help)
        return channel;
    check_error(c, item->at, help, "'%s' cannot be set", item->channel);
    return NULL;
}

static void check_ramp(struct check *c, struct stmt *stmt, const struct channel *channel)
{
    if (channel->type != CHANNEL_QUANTITY && (stmt->ramp || stmt->over)) {
        check_error(c, stmt->at, NULL, "'%s' is on or off: it has no ramp", channel->name);
        return;
    }
    if (stmt->ramp)
        (void)check_dim(c, stmt->ramp, dim_divide(channel->unit.dim, check_dim_s), "the ramp");
}

void check_set_stmt(struct check *c, struct stmt *stmt)
{
    for (struct set_item *item = stmt->sets; item; item = item->next) {
        const struct channel *channel = settable(c, item);
        struct check_type type = check_expr(c, item->value);
        if (!channel)
            continue;
        struct check_type wanted = check_channel_type(channel);
        item->bound = channel;
        if (!check_same(&type, &wanted)) {
            check_error(c, item->value->at, NULL, "'%s' is in %s: this is in %s", channel->name,
                        check_unit_name(&wanted), check_unit_name(&type));
        }
        check_ramp(c, stmt, channel);
    }
    if (stmt->over)
        (void)check_dim(c, stmt->over, check_dim_s, "the time of the ramp");
}

static const char *gas_name(const void *ctx, size_t i)
{
    const struct checked *checked = ctx;
    return i < checked->gas_count ? checked->gases[i].name : NULL;
}

static void check_gas(struct check *c, struct mix_item *item)
{
    for (unsigned i = 0; i < c->out->gas_count; i++) {
        if (strcmp(c->out->gases[i].name, item->gas) == 0)
            item->bound = &c->out->gases[i];
    }
    if (!item->bound && (c->out->gas_count || !c->program->gases_path)) {
        const char *near = diag_suggest(span_text(item->gas), gas_name, c->out, c->out->gas_count);
        (void)snprintf(c->help, sizeof c->help, "did you mean '%s'?", near ? near : "");
        check_error(c, item->at,
                    near ? c->help
                    : c->program->gases_path
                        ? NULL
                        : "gases \"../tables/gases.csv\" at the head of the file",
                    c->program->gases_path ? "no gas '%s' in the table of gases"
                                           : "'%s': the sequence names no table of gases",
                    item->gas);
    }
    if (!item->amount)
        return;
    struct check_type type = check_expr(c, item->amount), wanted = check_number_type(dim_one, NULL);
    if (!check_same(&type, &wanted)) {
        check_error(c, item->amount->at, "write its share of the total, such as 5 %",
                    "a mix is a composition: the amount of '%s' cannot be in %s", item->gas,
                    check_unit_name(&type));
    } else if (item->amount->kind == EXPR_QUANTITY && !item->amount->unit.name[0] &&
               item->amount->value != 0) {
        check_error(c, item->amount->at, NULL, "this share needs a unit: %% or ppm");
    }
}

void check_stream_stmt(struct check *c, struct stmt *stmt)
{
    if (!c->view->has_streams && (stmt->kind == STMT_SELECT || stmt->stream == 'b')) {
        check_error(c, stmt->at, "a station declares it: stream b via select",
                    "this station has no second gas stream");
    } else if (c->view->b_is_ambient && stmt->kind == STMT_SELECT) {
        check_error(c, stmt->at, "'mix b' sets the gas there",
                    "stream b of this station is the ambient side of the elements: no valve "
                    "selects it");
    }
}

/* Which side of the elements a flow reaches, its pipe decides. */
static void check_side(struct check *c, const struct stmt *stmt, const struct mix_item *item)
{
    const struct gas_supply *gas = item->bound;
    char stream = '\0';
    if (gas)
        stream = channel_stream(c->view, gas->channel);
    bool fits = (stream == 'b') == (stmt->stream == 'b');
    if (!stream || fits)
        return;
    check_error(c, item->at, stream == 'b' ? "mix b ..." : "mix a ...",
                "'%s' flows on stream %c alone: %s side of the elements", item->gas, stream,
                stream == 'b' ? "the ambient" : "the exhaust");
}

void check_mix_stmt(struct check *c, struct stmt *stmt)
{
    unsigned balances = 0, items = 0;
    check_stream_stmt(c, stmt);
    for (struct mix_item *item = stmt->mixes; item; item = item->next, items++) {
        check_gas(c, item);
        check_side(c, stmt, item);
        if (!item->amount && ++balances == 2)
            check_error(c, item->at, NULL, "only one gas can be the balance");
        for (const struct mix_item *b = item->next; b && items < CHECK_MIX_MAX; b = b->next) {
            if (strcmp(item->gas, b->gas) == 0)
                check_error(c, b->at, NULL, "'%s' stands twice in this mix", b->gas);
        }
    }
    if (items > CHECK_MIX_MAX)
        check_error(c, stmt->at, NULL, "a mix has at most %d gases", CHECK_MIX_MAX);
    if (stmt->total)
        (void)check_dim(c, stmt->total, check_dim_flow, "the total");
    if (stmt->over)
        (void)check_dim(c, stmt->over, check_dim_s, "the time of the ramp");
}
