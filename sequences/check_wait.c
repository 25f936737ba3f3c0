/* Waits: every one ends, by its own time or by a time-out. */
#include "sequences/check.h"

#include "core/num.h"

/* Can this expression ever change while it is waited for? */
static bool is_live(const struct expr *expr)
{
    if (expr->kind == EXPR_NAME)
        return expr->bound_kind == BIND_CHANNEL || expr->bound_kind == BIND_NONE;
    if (expr->kind == EXPR_CALL && strcmp(expr->text, "elapsed") == 0)
        return true;
    for (unsigned i = 0; i < expr->args; i++) {
        if (is_live(expr->arg[i]))
            return true;
    }
    return false;
}

static void need_timeout(struct check *c, struct stmt *stmt, const char *what)
{
    if (!stmt->timeout)
        check_error(c, stmt->at, "... timeout 30 s", "'%s' needs a timeout", what);
    else
        (void)check_dim(c, stmt->timeout, check_dim_s, "the time-out");
}

static const struct channel *need_channel(struct check *c, struct stmt *stmt)
{
    const struct channel *channel = check_channel(c, stmt->channel, stmt->channel_at);
    if (channel && channel->type != CHANNEL_QUANTITY) {
        check_error(c, stmt->channel_at, NULL, "'%s' is no quantity", channel->name);
        return NULL;
    }
    stmt->target = channel;
    return channel;
}

static void check_stable(struct check *c, struct stmt *stmt)
{
    const struct channel *channel = need_channel(c, stmt);
    if (channel && stmt->slope)
        (void)check_dim(c, stmt->band, dim_divide(channel->unit.dim, check_dim_s), "the slope");
    else if (channel)
        (void)check_difference(c, stmt->band, channel, "the band");
    if (stmt->hold)
        (void)check_dim(c, stmt->hold, check_dim_s, "the time");
}

static void check_multiple(struct check *c, struct stmt *stmt)
{
    const struct channel *channel = need_channel(c, stmt);
    if (stmt->count->unit.name[0] || !num_within(stmt->count->value, 0, 100))
        check_error(c, stmt->count->at, NULL, "this must be a plain number from 0 to 100");
    if (channel && channel->settle.us <= 0)
        check_error(c, stmt->channel_at, "the column 'settle' of the channel table",
                    "the station does not say how long '%s' settles", channel->name);
}

void check_wait(struct check *c, struct stmt *stmt)
{
    if (stmt->kind == STMT_WAIT_UNTIL) {
        struct check_type type = check_expr(c, stmt->value);
        if (type.kind != KIND_LOGIC && type.kind != KIND_BAD)
            check_error(c, stmt->value->at, NULL, "'wait until' needs a condition: this is in %s",
                        check_unit_name(&type));
        else if (!is_live(stmt->value))
            check_error(c, stmt->value->at, NULL, "nothing in this condition can change");
        need_timeout(c, stmt, "wait until");
    } else if (stmt->kind == STMT_WAIT_STABLE) {
        check_stable(c, stmt);
        need_timeout(c, stmt, "wait stable");
    } else if (stmt->kind == STMT_WAIT_SETTLED) {
        check_stable(c, stmt);
        need_timeout(c, stmt, "wait settled");
    } else if (stmt->over) {
        (void)check_dim(c, stmt->over, check_dim_s, "the time");
    } else {
        check_multiple(c, stmt);
    }
}
