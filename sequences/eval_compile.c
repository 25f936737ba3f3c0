/* From the tree of an expression to a program for a stack, in the order of its operands. */
#include "sequences/eval_private.h"

struct build {
    const struct eval_names *names;
    struct arena *arena;
    struct eval_code *code;
    unsigned cap, depth;
};

/* What is known of a part while compiling. */
struct part {
    struct dim dim;
    const struct unit *unit;
};

/* clang-format off */
static const struct { const char *name; enum eval_op op; unsigned args; } functions[] = {
    {"elapsed", EVAL_ELAPSED, 0}, {"abs", EVAL_ABS, 1}, {"sqrt", EVAL_SQRT, 1},
    {"exp", EVAL_EXP, 1}, {"ln", EVAL_LN, 1}, {"log", EVAL_LN, 1}, {"log10", EVAL_LOG10, 1},
    {"min", EVAL_MIN, 2}, {"max", EVAL_MAX, 2}, {"e_series", EVAL_SERIES, 2}, {"cell_mode", EVAL_CELL_MODE, 4},
};
/* clang-format on */

static unsigned count_nodes(const struct expr *expr)
{
    unsigned n = 1;
    for (unsigned i = 0; i < expr->args; i++)
        n += count_nodes(expr->arg[i]);
    return n;
}

static struct eval_instr *emit(struct build *b, enum eval_op op, unsigned a, unsigned second)
{
    struct eval_instr *instr = &b->code->instr[b->code->count++];
    *instr = (struct eval_instr){.op = op, .a = a, .b = second};
    return instr;
}

static enum rc local_channel(struct eval_code *code, unsigned channel, unsigned *out)
{
    for (unsigned i = 0; i < code->channels; i++) {
        if (code->channel[i] == channel) {
            *out = i;
            return RC_OK;
        }
    }
    if (code->channels == EVAL_CHANNELS_MAX)
        return RC_CONFIG;
    *out = code->channels;
    code->channel[code->channels++] = channel;
    return RC_OK;
}

static enum rc emit_ref(struct build *b, const struct eval_ref *ref, struct part *out)
{
    unsigned a = ref->a;
    if (ref->op == EVAL_CHANNEL) {
        enum rc rc = local_channel(b->code, ref->a, &a);
        if (rc)
            return rc;
    }
    b->code->hooked |= ref->op == EVAL_HOOK;
    struct eval_instr *instr = emit(b, ref->op, a, ref->b);
    instr->value.unit = ref->unit;
    *out = (struct part){ref->dim, ref->unit};
    return RC_OK;
}

static enum rc compile(struct build *b, const struct expr *expr, struct part *out);

static struct part combine(enum expr_op op, struct part left, struct part right)
{
    struct part both = left;
    if (op >= OP_LT)
        return (struct part){dim_one, NULL};
    if (op == OP_MUL)
        both.dim = dim_multiply(left.dim, right.dim);
    if (op == OP_DIV)
        both.dim = dim_divide(left.dim, right.dim);
    /* The unit of the result is that of the operand it still looks like: 2 * ip is shown as ip is.
     * A difference of two temperatures is in K. */
    both.unit = NULL;
    if (left.unit && dim_equal(left.dim, both.dim))
        both.unit = left.unit;
    else if (right.unit && dim_equal(right.dim, both.dim) && op != OP_DIV)
        both.unit = right.unit;
    if (both.unit && op != OP_ADD && both.unit->offset != 0)
        both.unit = NULL;
    return both;
}

static enum rc compile_call(struct build *b, const struct expr *expr, struct part *out)
{
    for (size_t i = 0; i < COUNT(functions); i++) {
        if (strcmp(expr->text, functions[i].name) != 0 || expr->args != functions[i].args)
            continue;
        struct part parts[EXPR_ARGS_MAX] = {{dim_one, NULL}};
        for (unsigned k = 0; k < expr->args; k++) {
            enum rc rc = compile(b, expr->arg[k], &parts[k]);
            if (rc)
                return rc;
        }
        emit(b, functions[i].op, 0, 0);
        *out = parts[0];
        if (functions[i].op == EVAL_ELAPSED) {
            b->code->timed = true;
            out->dim = (struct dim){.s = 1};
        } else if (functions[i].op == EVAL_SQRT) {
            out->unit = NULL;
            if (dim_root(parts[0].dim, &out->dim) != RC_OK)
                return RC_CONFIG;
        } else if ((functions[i].op >= EVAL_EXP && functions[i].op <= EVAL_LOG10) ||
                   functions[i].op == EVAL_CELL_MODE) {
            *out = (struct part){dim_one, NULL};
        }
        return RC_OK;
    }
    struct eval_ref ref = {.dim = dim_one};
    if (!b->names->call || !b->names->call(b->names->ctx, expr, &ref))
        return RC_CONFIG;
    return emit_ref(b, &ref, out);
}

static enum rc compile_operator(struct build *b, const struct expr *expr, struct part *out)
{
    struct part parts[2];
    for (unsigned i = 0; i < expr->args && i < 2; i++) {
        enum rc rc = compile(b, expr->arg[i], &parts[i]);
        if (rc)
            return rc;
    }
    if (expr->kind == EXPR_BINARY) {
        emit(b, EVAL_BINARY, expr->op, 0);
        *out = combine(expr->op, parts[0], parts[1]);
    } else {
        emit(b, expr->kind == EXPR_NOT ? EVAL_NOT : EVAL_NEGATE, 0, 0);
        *out = parts[0];
    }
    return RC_OK;
}

static enum rc compile(struct build *b, const struct expr *expr, struct part *out)
{
    struct eval_ref ref = {.dim = dim_one};
    struct eval_instr *instr;
    switch (expr->kind) {
    case EXPR_QUANTITY:
        instr = emit(b, EVAL_CONST, 0, 0);
        instr->value.si = unit_to_si(&expr->unit, expr->value);
        instr->value.unit = expr->unit.name[0] ? &expr->unit : NULL;
        *out = (struct part){expr->unit.dim, instr->value.unit};
        return RC_OK;
    case EXPR_SWITCH:
        emit(b, EVAL_CONST, 0, 0)->value.si = expr->value;
        *out = (struct part){dim_one, NULL};
        return RC_OK;
    case EXPR_TEXT:
        emit(b, EVAL_TEXT, 0, 0)->value.text = expr->text;
        *out = (struct part){dim_one, NULL};
        return RC_OK;
    case EXPR_NAME:
        if (!b->names->name(b->names->ctx, expr, &ref))
            return RC_CONFIG;
        return emit_ref(b, &ref, out);
    case EXPR_CALL:
        return compile_call(b, expr, out);
    case EXPR_NOT:
    case EXPR_NEGATE:
    case EXPR_BINARY:
        break;
    }
    return compile_operator(b, expr, out);
}

enum rc eval_compile(const struct expr *expr, const struct eval_names *names, struct arena *arena,
                     const struct eval_code **out)
{
    unsigned nodes = count_nodes(expr);
    if (nodes > 2 * EVAL_DEPTH_MAX)
        return RC_CONFIG;
    struct build b = {names, arena, arena_take(arena, sizeof *b.code), nodes, 0};
    if (!b.code)
        return RC_NOSPACE;
    b.code->instr = arena_take(arena, nodes * sizeof *b.code->instr);
    if (!b.code->instr)
        return RC_NOSPACE;
    struct part part = {dim_one, NULL};
    enum rc rc = compile(&b, expr, &part);
    if (rc)
        return rc;
    b.code->dim = part.dim;
    b.code->unit = part.unit;
    *out = b.code;
    return RC_OK;
}
