#include "sequences/eval.h"

#include <math.h>

struct eval_instr {
    enum eval_op op;
    unsigned a, b;
    struct eval_value value;
};

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
    {"min", EVAL_MIN, 2}, {"max", EVAL_MAX, 2},
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
        struct part parts[2] = {{dim_one, NULL}, {dim_one, NULL}};
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
        } else if (functions[i].op >= EVAL_EXP && functions[i].op <= EVAL_LOG10) {
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

static double truth(bool is)
{
    return is ? 1 : 0;
}

/* Kleene's logic: false and unknown is false. */
static double logic(enum expr_op op, double a, double b)
{
    double decides = op == OP_AND ? 0 : 1;
    if (a == decides || b == decides)
        return decides;
    return isnan(a) || isnan(b) ? (double)NAN : 1 - decides;
}

static double compare(enum expr_op op, double a, double b)
{
    if (isnan(a) || isnan(b))
        return (double)NAN;
    switch (op) {
    case OP_LT:
        return truth(a < b);
    case OP_LE:
        return truth(a <= b);
    case OP_GT:
        return truth(a > b);
    case OP_GE:
        return truth(a >= b);
    case OP_EQ:
        return truth(a == b);
    default:
        return truth(a != b);
    }
}

static double binary(enum expr_op op, const struct eval_value *a, const struct eval_value *b)
{
    if (a->text || b->text) {
        if (!a->text || !b->text || (op != OP_EQ && op != OP_NE))
            return (double)NAN;
        return truth((strcmp(a->text, b->text) == 0) == (op == OP_EQ));
    }
    switch (op) {
    case OP_ADD:
        return a->si + b->si;
    case OP_SUB:
        return a->si - b->si;
    case OP_MUL:
        return a->si * b->si;
    case OP_DIV:
        return b->si != 0 ? a->si / b->si : (double)NAN;
    case OP_AND:
    case OP_OR:
        return logic(op, a->si, b->si);
    default:
        return compare(op, a->si, b->si);
    }
}

static double monadic(enum eval_op op, double x)
{
    switch (op) {
    case EVAL_NEGATE:
        return -x;
    case EVAL_NOT:
        return isnan(x) ? x : truth(x == 0);
    case EVAL_ABS:
        return fabs(x);
    case EVAL_SQRT:
        return x >= 0 ? sqrt(x) : (double)NAN;
    case EVAL_EXP:
        return exp(x);
    case EVAL_LN:
        return x > 0 ? log(x) : (double)NAN;
    default:
        return x > 0 ? log10(x) : (double)NAN;
    }
}

static struct eval_value load_column(const struct eval_context *c, const struct eval_instr *i)
{
    const struct eval_table *table = &c->tables[i->b / EVAL_TABLE_COLUMNS];
    double row = c->slots[i->a].si;
    if (!(row >= 0 && row < table->rows))
        return (struct eval_value){.si = (double)NAN};
    return table->cells[(size_t)row * table->columns + i->b % EVAL_TABLE_COLUMNS];
}

static struct eval_value load(const struct eval_context *c, const struct eval_instr *i)
{
    struct eval_value v = i->value;
    switch (i->op) {
    case EVAL_SLOT:
        v = c->slots[i->a];
        break;
    case EVAL_COLUMN:
        return load_column(c, i);
    case EVAL_CHANNEL:
        v.si = c->channel[i->a];
        v.u95 = (double)NAN;
        break;
    case EVAL_HOOK:
        v.si = c->hook ? c->hook(c->hook_ctx, i->a) : (double)NAN;
        v.u95 = (double)NAN;
        break;
    case EVAL_ELAPSED:
        v.si = c->elapsed_s;
        break;
    default:
        return v;
    }
    if (c->delta != 0 && i->op == c->shifted && i->a == c->shifted_a)
        v.si += c->delta;
    return v;
}

struct eval_value eval_run(const struct eval_code *code, const struct eval_context *c)
{
    struct eval_value stack[EVAL_DEPTH_MAX * 2];
    unsigned top = 0;
    for (unsigned k = 0; k < code->count; k++) {
        const struct eval_instr *i = &code->instr[k];
        if (i->op < EVAL_NEGATE) {
            stack[top++] = load(c, i);
            continue;
        }
        bool two = i->op == EVAL_BINARY || i->op == EVAL_MIN || i->op == EVAL_MAX;
        struct eval_value *a = &stack[top - (two ? 2 : 1)], *b = &stack[top - 1];
        /* Compiled code has loaded both; clearing the stack for every run would cost more. */
        /* NOLINTNEXTLINE(clang-analyzer-core.uninitialized.Branch): it cannot know that */
        bool text = a->text || b->text;
        double si;
        if (i->op == EVAL_BINARY)
            si = binary((enum expr_op)i->a, a, b);
        else if (text)
            si = (double)NAN;
        else if (two)
            si = isnan(a->si) || isnan(b->si)             ? (double)NAN
                 : (i->op == EVAL_MIN) == (a->si < b->si) ? a->si
                                                          : b->si;
        else
            si = monadic(i->op, a->si);
        *a = (struct eval_value){si, (double)NAN, NULL, code->unit};
        top -= two ? 1 : 0;
    }
    return stack[0];
}

double channel_u95(const struct channel *channel, double reading, bool gain_only)
{
    if (!channel->u95.known)
        return (double)NAN;
    double top = fabs(channel->max_si), bottom = fabs(channel->min_si);
    double gain = channel->u95.rel * reading, fixed = channel->u95.abs_si;
    double scale = channel->u95.of_full_scale * (top > bottom ? top : bottom);
    return gain_only ? fabs(gain) : sqrt(fixed * fixed + gain * gain + scale * scale);
}

/* Square of what the uncertainty `u` of one operand does to the result. */
static double effect(const struct eval_code *code, const struct eval_context *context,
                     const struct eval_instr *operand, double u)
{
    if (u == 0)
        return 0;
    struct eval_context c = *context;
    c.shifted = operand->op;
    c.shifted_a = operand->a;
    c.delta = u;
    double up = eval_run(code, &c).si;
    c.delta = -u;
    double down = eval_run(code, &c).si;
    double change = (up - down) / 2;
    return change * change;
}

static bool seen_before(const struct eval_code *code, unsigned k)
{
    for (unsigned i = 0; i < k; i++) {
        if (code->instr[i].op == code->instr[k].op && code->instr[i].a == code->instr[k].a)
            return true;
    }
    return false;
}

double eval_u95(const struct eval_code *code, const struct eval_context *context,
                const struct channel *const *channels, bool gain_only)
{
    double sum = code->hooked ? (double)NAN : 0;
    for (unsigned k = 0; k < code->count; k++) {
        const struct eval_instr *i = &code->instr[k];
        if (seen_before(code, k))
            continue;
        if (i->op == EVAL_CHANNEL)
            sum += effect(code, context, i,
                          channel_u95(channels[i->a], context->channel[i->a], gain_only));
        else if (i->op == EVAL_SLOT)
            sum += effect(code, context, i, context->slots[i->a].u95);
    }
    return sqrt(sum);
}
