#include <math.h>

#include "analysis/cell_mode.h"
#include "analysis/e_series.h"
#include "sequences/eval_private.h"

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

static double dyadic(enum eval_op op, double a, double b)
{
    if (isnan(a) || isnan(b))
        return (double)NAN;
    if (op == EVAL_SERIES)
        return e_series_nearest(a, b);
    return (op == EVAL_MIN) == (a < b) ? a : b;
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

/* Lean gas is 1, rich gas -1. */
static double cell_mode(const struct eval_value *of)
{
    /* Compiled code has loaded all four. */
    /* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult): it cannot know that */
    const struct cell_mode_reading reading = {1e3 * of[0].si, 1e3 * of[1].si, 1e3 * of[2].si,
                                              of[3].si};
    enum cell_mode mode;
    bool text = of[0].text || of[1].text || of[2].text || of[3].text;
    if (text || cell_mode_find(&reading, &mode) != RC_OK)
        return (double)NAN;
    return mode == CELL_MODE_LEAN ? 1 : -1;
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
        if (i->op == EVAL_CELL_MODE) {
            top -= 3;
            double mode = cell_mode(&stack[top - 1]);
            stack[top - 1] = (struct eval_value){mode, (double)NAN, NULL, code->unit};
            continue;
        }
        bool two = i->op == EVAL_BINARY || i->op >= EVAL_MIN;
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
            si = dyadic(i->op, a->si, b->si);
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
