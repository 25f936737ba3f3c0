/* Kinds and dimensions of expressions. */
#include "sequences/check.h"

const struct dim check_dim_s = {.s = 1};
const struct dim check_dim_Hz = {.s = -1};
const struct dim check_dim_flow = {.m = 3, .s = -1};

struct check_type check_number_type(struct dim dim, const struct unit *unit)
{
    return (struct check_type){KIND_NUMBER, dim, unit};
}

struct check_type check_channel_type(const struct channel *channel)
{
    if (channel->type == CHANNEL_ONOFF)
        return (struct check_type){.kind = KIND_LOGIC};
    if (channel->type == CHANNEL_STREAM)
        return (struct check_type){.kind = KIND_TEXT};
    return check_number_type(channel->unit.dim, &channel->unit);
}

const char *check_unit_name(const struct check_type *type)
{
    if (type->kind == KIND_TEXT)
        return "a text";
    if (type->kind == KIND_LOGIC)
        return "on or off";
    if (type->unit && dim_equal(type->unit->dim, type->dim) && type->unit->name[0])
        return type->unit->name;
    if (dim_equal(type->dim, dim_one))
        return "a plain number";
    const char *name = dim_unit_name(type->dim);
    return name ? name : "another unit";
}

bool check_same(const struct check_type *a, const struct check_type *b)
{
    if (a->kind == KIND_BAD || b->kind == KIND_BAD)
        return true;
    return a->kind == b->kind && (a->kind != KIND_NUMBER || dim_equal(a->dim, b->dim));
}

bool check_dim(struct check *c, struct expr *expr, struct dim dim, const char *what)
{
    struct check_type type = check_expr(c, expr), wanted = check_number_type(dim, NULL);
    if (check_same(&type, &wanted))
        return type.kind != KIND_BAD;
    if (type.kind == KIND_NUMBER && dim_equal(type.dim, dim_one) && expr->kind == EXPR_QUANTITY &&
        !expr->unit.name[0])
        check_error(c, expr->at, NULL, "%s needs a unit, such as %s", what,
                    check_unit_name(&wanted));
    else
        check_error(c, expr->at, NULL, "%s must be in %s: this is in %s", what,
                    check_unit_name(&wanted), check_unit_name(&type));
    return false;
}

bool check_difference(struct check *c, struct expr *expr, const struct channel *channel,
                      const char *what)
{
    struct check_type type = check_expr(c, expr), wanted = check_channel_type(channel);
    if (type.kind == KIND_BAD)
        return false;
    if (type.kind == KIND_NUMBER && type.dim.of != DIM_PLAIN)
        return true;
    if (!check_same(&type, &wanted)) {
        check_error(c, expr->at, NULL, "%s must be in %s, as '%s' is: this is in %s", what,
                    check_unit_name(&wanted), channel->name, check_unit_name(&type));
        return false;
    }
    if (type.unit && type.unit->offset != 0) {
        check_error(c, expr->at, "write K", "a temperature difference is in K, not in degC");
        return false;
    }
    return true;
}

/* ---- operators ---- */

static bool is_compare(enum expr_op op)
{
    return op >= OP_LT && op <= OP_NE;
}

static struct check_type bad_type(void)
{
    return (struct check_type){.kind = KIND_BAD};
}

static struct check_type unlike(struct check *c, const struct expr *expr,
                                const struct check_type *left, const struct check_type *right)
{
    const struct expr *a = expr->arg[0];
    struct place at = a->at;
    if (is_compare(expr->op) && a->kind == EXPR_NAME && left->kind == KIND_NUMBER) {
        (void)snprintf(c->help, sizeof c->help, "the value is in %s", check_unit_name(right));
        check_error(c, at, c->help, "'%s' is in %s: the value compared with it has another unit",
                    a->text, check_unit_name(left));
    } else {
        check_error(c, expr->at, NULL, "these two cannot be %s: one is in %s, the other in %s",
                    is_compare(expr->op) ? "compared" : "added or subtracted",
                    check_unit_name(left), check_unit_name(right));
    }
    return bad_type();
}

static struct check_type compare(struct check *c, const struct expr *expr,
                                 const struct check_type *left, const struct check_type *right)
{
    if (!check_same(left, right))
        return unlike(c, expr, left, right);
    if (left->kind != KIND_NUMBER && left->kind != KIND_BAD && expr->op != OP_EQ &&
        expr->op != OP_NE) {
        check_error(c, expr->at, NULL,
                    "%s can only be compared by == and !=", check_unit_name(left));
    }
    return (struct check_type){.kind = KIND_LOGIC};
}

static struct check_type arithmetic(struct check *c, const struct expr *expr,
                                    const struct check_type *left, const struct check_type *right)
{
    if (left->kind == KIND_BAD || right->kind == KIND_BAD)
        return bad_type();
    bool relative = left->dim.of != DIM_PLAIN || right->dim.of != DIM_PLAIN;
    if (left->kind != KIND_NUMBER || right->kind != KIND_NUMBER || relative) {
        const struct check_type *wrong =
            left->kind != KIND_NUMBER || left->dim.of != DIM_PLAIN ? left : right;
        check_error(c, expr->at, NULL, "one cannot calculate with %s", check_unit_name(wrong));
        return bad_type();
    }
    struct check_type both = *left;
    if (expr->op == OP_ADD || expr->op == OP_SUB) {
        if (!check_same(left, right))
            return unlike(c, expr, left, right);
        if (expr->op == OP_SUB && left->unit && left->unit->offset != 0 && right->unit &&
            right->unit->offset != 0)
            both.unit = NULL; /* 30 degC - 20 degC is 10 K */
        return both;
    }
    both.dim = expr->op == OP_MUL ? dim_multiply(left->dim, right->dim)
                                  : dim_divide(left->dim, right->dim);
    both.unit = NULL;
    if (left->unit && dim_equal(left->dim, both.dim))
        both.unit = left->unit;
    else if (expr->op == OP_MUL && right->unit && dim_equal(right->dim, both.dim))
        both.unit = right->unit;
    return both;
}

static struct check_type logic(struct check *c, const struct expr *expr)
{
    for (unsigned i = 0; i < expr->args; i++) {
        struct check_type type = check_expr(c, expr->arg[i]);
        if (type.kind != KIND_LOGIC && type.kind != KIND_BAD) {
            check_error(c, expr->arg[i]->at, NULL, "this must be a condition: it is in %s",
                        check_unit_name(&type));
        }
    }
    return (struct check_type){.kind = KIND_LOGIC};
}

struct check_type check_expr(struct check *c, struct expr *expr)
{
    switch (expr->kind) {
    case EXPR_QUANTITY:
        return check_number_type(expr->unit.dim, expr->unit.name[0] ? &expr->unit : NULL);
    case EXPR_TEXT:
        return (struct check_type){.kind = KIND_TEXT};
    case EXPR_SWITCH:
        return (struct check_type){.kind = KIND_LOGIC};
    case EXPR_NAME:
        return check_resolve(c, expr);
    case EXPR_CALL:
        return check_call(c, expr);
    case EXPR_NOT:
        return logic(c, expr);
    case EXPR_NEGATE:
    case EXPR_BINARY:
        break;
    }
    if (expr->kind == EXPR_BINARY && (expr->op == OP_AND || expr->op == OP_OR))
        return logic(c, expr);
    struct check_type left = check_expr(c, expr->arg[0]);
    if (expr->kind == EXPR_BINARY) {
        struct check_type right = check_expr(c, expr->arg[1]);
        return is_compare(expr->op) ? compare(c, expr, &left, &right)
                                    : arithmetic(c, expr, &left, &right);
    }
    if (left.kind == KIND_TEXT || left.kind == KIND_LOGIC) {
        check_error(c, expr->at, NULL, "%s has no negative", check_unit_name(&left));
        return bad_type();
    }
    return left;
}
