/*   wait 5 s                       wait until dut.ri <= 320 ohm timeout 25 s
 *   wait 3 x t90(dut.ip)           wait stable dut.ip within 5 uA for 2 s timeout 30 s
 *                                  wait settled dut.ip within 5 uA [for 2 s] timeout 30 s [predict]
 *
 * A missing time-out is left to the checker, which also knows why it matters. */
#include "sequences/parse.h"

static bool parse_timeout(struct parse *p, struct stmt *stmt)
{
    return !parse_take_word(p, "timeout") || parse_expr(p, &stmt->timeout);
}

static bool parse_until(struct parse *p, struct stmt *stmt)
{
    stmt->kind = STMT_WAIT_UNTIL;
    return parse_expr(p, &stmt->value) && parse_timeout(p, stmt);
}

static bool parse_stable(struct parse *p, struct stmt *stmt)
{
    stmt->kind = STMT_WAIT_STABLE;
    if (!parse_name(p, NAME_USE, "a channel", &stmt->channel_at, &stmt->channel))
        return false;
    stmt->slope = parse_take_word(p, "slope");
    if (!stmt->slope && !parse_take_word(p, "within"))
        return parse_fail(p, "'within' or 'slope' and how much");
    return parse_expr(p, &stmt->band) && parse_need_word(p, "for") && parse_expr(p, &stmt->hold) &&
           parse_timeout(p, stmt);
}

static bool parse_settled(struct parse *p, struct stmt *stmt)
{
    stmt->kind = STMT_WAIT_SETTLED;
    if (!parse_name(p, NAME_USE, "a channel", &stmt->channel_at, &stmt->channel) ||
        !parse_need_word(p, "within") || !parse_expr(p, &stmt->band))
        return false;
    if (parse_take_word(p, "for") && !parse_expr(p, &stmt->hold))
        return false;
    if (!parse_timeout(p, stmt))
        return false;
    stmt->predict = parse_take_word(p, "predict");
    return true;
}

static bool parse_multiple(struct parse *p, struct stmt *stmt)
{
    if (!parse_quantity(p, &stmt->count) || !parse_need_word(p, "x"))
        return false;
    if (!parse_at_word(p, "t90") && !parse_at_word(p, "t63"))
        return parse_fail(p, "t90(channel)");
    return parse_name(p, NAME_NEW, "t90", &stmt->func_at, &stmt->func) &&
           parse_need_mark(p, '(', "'('") &&
           parse_name(p, NAME_USE, "a channel", &stmt->channel_at, &stmt->channel) &&
           parse_need_mark(p, ')', "')'");
}

bool parse_wait(struct parse *p, struct stmt *stmt)
{
    if (parse_take_word(p, "until"))
        return parse_until(p, stmt);
    if (parse_take_word(p, "stable"))
        return parse_stable(p, stmt);
    if (parse_take_word(p, "settled"))
        return parse_settled(p, stmt);
    const struct token *next = parse_peek(p);
    if (p->tok.kind == TOKEN_NUMBER && !p->tok.has_unit && next->kind == TOKEN_NAME &&
        span_is(next->text, "x"))
        return parse_multiple(p, stmt);
    return parse_expr(p, &stmt->over);
}
