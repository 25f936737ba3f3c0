/* Values that are known before a run: literals, parameters, loop variables, cells of tables. */
#include "sequences/check.h"

#include <math.h>

#include "core/num.h"

static struct check_value unknown_value(void)
{
    return (struct check_value){.si = (double)NAN};
}

static struct check_value plain(double si)
{
    return (struct check_value){.si = isfinite(si) ? si : (double)NAN};
}

static const struct check_frame *find_frame(const struct check *c, const void *item)
{
    const struct check_frame *frame = c->run.frame;
    while (frame && frame->item != item)
        frame = frame->outer;
    return frame;
}

static struct check_value param_value(const struct check *c, const struct param *wanted)
{
    size_t i = 0;
    for (const struct param *p = c->program->params; p; p = p->next, i++) {
        if (p == wanted)
            return (struct check_value){.si = c->run.param_si[i], .unit = p->value->unit};
    }
    return unknown_value();
}

static struct check_value column_value(const struct check_frame *frame, const char *name)
{
    const char *dot = strchr(name, '.');
    int column = frame->table && dot ? csv_column(frame->table, dot + 1) : -1;
    return column >= 0 ? check_cell(frame->table, frame->row, column) : unknown_value();
}

static struct check_value name_value(const struct check *c, const struct expr *expr)
{
    if (expr->bound_kind == BIND_PARAM)
        return param_value(c, expr->bound);
    if (expr->bound_kind != BIND_LOOP && expr->bound_kind != BIND_SUB_PARAM &&
        expr->bound_kind != BIND_COLUMN)
        return unknown_value();
    const struct check_frame *frame = find_frame(c, expr->bound);
    if (!frame)
        return unknown_value();
    return expr->bound_kind == BIND_COLUMN ? column_value(frame, expr->text) : frame->value;
}

static double truth(bool is)
{
    return is ? 1 : 0;
}

static double compare(enum expr_op op, double a, double b)
{
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

static double logic(enum expr_op op, double a, double b)
{
    double decides = op == OP_AND ? 0 : 1;
    if (a == decides || b == decides)
        return decides;
    return isnan(a) || isnan(b) ? (double)NAN : 1 - decides;
}

static struct check_value binary(struct check *c, const struct expr *expr)
{
    struct check_value a = check_value(c, expr->arg[0]), b = check_value(c, expr->arg[1]);
    if (expr->op == OP_AND || expr->op == OP_OR)
        return plain(logic(expr->op, a.si, b.si));
    if (a.is_text && b.is_text)
        return plain(truth(span_equal(a.text, b.text) == (expr->op == OP_EQ)));
    if (a.is_text || b.is_text || isnan(a.si) || isnan(b.si))
        return unknown_value();
    struct check_value value = a;
    if (expr->op == OP_ADD)
        value.si = a.si + b.si;
    else if (expr->op == OP_SUB)
        value.si = a.si - b.si;
    else if (expr->op == OP_MUL)
        value = plain(a.si * b.si);
    else if (expr->op == OP_DIV)
        value = plain(a.si / b.si);
    else
        value = plain(compare(expr->op, a.si, b.si));
    if (expr->op == OP_MUL && !b.unit.name[0])
        value.unit = a.unit;
    return isfinite(value.si) ? value : unknown_value();
}

static struct check_value call(struct check *c, const struct expr *expr)
{
    double a = expr->args > 0 ? check_number(c, expr->arg[0]) : (double)NAN;
    double b = expr->args > 1 ? check_number(c, expr->arg[1]) : (double)NAN;
    if (isnan(a))
        return unknown_value();
    if (expr->args == 2 && !isnan(b)) {
        if (strcmp(expr->text, "min") == 0)
            return plain(a < b ? a : b);
        if (strcmp(expr->text, "max") == 0)
            return plain(a > b ? a : b);
    }
    if (expr->args != 1)
        return unknown_value();
    /* clang-format off */
    static const struct { const char *name; double (*run)(double x); } functions[] = {
        {"abs", fabs}, {"sqrt", sqrt}, {"exp", exp}, {"ln", log}, {"log", log}, {"log10", log10},
    };
    /* clang-format on */
    for (size_t i = 0; i < COUNT(functions); i++) {
        if (strcmp(expr->text, functions[i].name) == 0)
            return plain(functions[i].run(a));
    }
    return unknown_value();
}

struct check_value check_value(struct check *c, const struct expr *expr)
{
    struct check_value value = {0};
    switch (expr->kind) {
    case EXPR_QUANTITY:
        value.si = unit_to_si(&expr->unit, expr->value);
        value.unit = expr->unit;
        return value;
    case EXPR_TEXT:
        value.text = span_text(expr->text);
        value.is_text = true;
        return value;
    case EXPR_SWITCH:
        return plain(expr->value);
    case EXPR_NAME:
        return name_value(c, expr);
    case EXPR_CALL:
        return call(c, expr);
    case EXPR_NOT:
        return plain(1 - check_number(c, expr->arg[0]));
    case EXPR_NEGATE:
        value = check_value(c, expr->arg[0]);
        value.si = -value.si;
        return value;
    case EXPR_BINARY:
        break;
    }
    return binary(c, expr);
}

double check_number(struct check *c, const struct expr *expr)
{
    struct check_value value = check_value(c, expr);
    return value.is_text ? (double)NAN : value.si;
}

/* ---- texts ---- */

static struct check_value value_by_name(const struct check *c, struct span name)
{
    char text[64];
    if (name.len >= sizeof text)
        return unknown_value();
    memcpy(text, name.at, name.len);
    text[name.len] = '\0';
    const char *dot = strchr(text, '.');
    struct span head = {text, dot ? (size_t)(dot - text) : name.len};
    for (const struct check_frame *f = c->run.frame; f; f = f->outer) {
        if (span_is(head, f->name))
            return f->table ? column_value(f, text) : f->value;
    }
    size_t i = 0;
    for (const struct param *p = c->program->params; p; p = p->next, i++) {
        if (strcmp(p->name, text) == 0)
            return (struct check_value){.si = c->run.param_si[i], .unit = p->value->unit};
    }
    return unknown_value();
}

static void put_number(struct obuf *out, const struct check_value *value, bool unit)
{
    double number = value->unit.name[0] ? unit_from_si(&value->unit, value->si) : value->si;
    if (unit && value->unit.name[0])
        unit_put(out, number, value->unit.name, 6);
    else
        num_put_short(out, number, 6);
}

bool check_expand(struct check *c, const char *text, char *out, size_t cap)
{
    struct obuf buf = {out, 0, cap - 1};
    for (;;) {
        const char *open = strchr(text, '{'), *close = open ? strchr(open, '}') : NULL;
        struct span before = {text, open ? (size_t)(open - text) : strlen(text)};
        if ((open && !close) || obuf_put(&buf, before))
            return false;
        if (!open)
            break;
        struct check_value value =
            value_by_name(c, (struct span){open + 1, (size_t)(close - open - 1)});
        if (value.is_text ? obuf_put(&buf, value.text) != RC_OK : isnan(value.si))
            return false;
        if (!value.is_text)
            put_number(&buf, &value, false);
        text = close + 1;
    }
    out[buf.len] = '\0';
    return true;
}

static void put_text(struct obuf *out, const char *text)
{
    struct span span = span_text(text);
    span.len = span.len < out->cap - out->len ? span.len : out->cap - out->len;
    (void)!obuf_put(out, span);
}

static void put_frames(struct obuf *out, const struct check_frame *frame, const char **joint)
{
    if (!frame)
        return;
    put_frames(out, frame->outer, joint);
    put_text(out, *joint);
    put_text(out, frame->name);
    *joint = ", ";
    if (frame->table) {
        char row[64];
        struct span first = csv_cell(frame->table, frame->row, 0)->text;
        (void)snprintf(row, sizeof row, " '%.*s'", (int)first.len, first.at);
        put_text(out, row);
        return;
    }
    put_text(out, " = ");
    put_number(out, &frame->value, true);
}

void check_when(struct check *c, char *out, size_t cap)
{
    struct obuf buf = {out, 0, cap - 1};
    const char *joint = " when ";
    size_t i = 0;
    for (const struct param *p = c->program->params; p && !c->run.nominal; p = p->next, i++) {
        if (!p->lo)
            continue;
        struct check_value value = {.si = c->run.param_si[i], .unit = p->value->unit};
        put_text(&buf, joint);
        put_text(&buf, p->name);
        put_text(&buf, " = ");
        put_number(&buf, &value, false);
        joint = ", ";
    }
    put_frames(&buf, c->run.frame, &joint);
    out[buf.len] = '\0';
}
