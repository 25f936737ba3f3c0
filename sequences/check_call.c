/* Functions: of expressions (abs, sqrt, elapsed ...) and of measurements (mean, t63, fit_slope
 * ...). */
#include <math.h>

#include "analysis/e_series.h"
#include "sequences/check.h"
#include "sequences/measure_func.h"

static struct check_type bad_type(void)
{
    return (struct check_type){.kind = KIND_BAD};
}

bool check_has_select(const struct stmt *stmt)
{
    for (; stmt; stmt = stmt->next) {
        if (stmt->kind == STMT_SELECT)
            return true;
        const struct sub *sub = stmt->kind == STMT_CALL ? stmt->target : NULL;
        if (check_has_select(stmt->body) || check_has_select(stmt->otherwise) ||
            (sub && sub->has_select))
            return true;
    }
    return false;
}

static bool need_args(struct check *c, const char *name, struct place at, unsigned args,
                      unsigned wanted)
{
    if (args == wanted)
        return true;
    check_error(c, at, NULL, "%s takes %u argument%s, not %u", name, wanted, wanted == 1 ? "" : "s",
                args);
    return false;
}

/* ---- of measurements ---- */

static double slowest_settle_s(const struct check *c)
{
    double slowest = 1;
    for (unsigned i = 0; i < c->out->gas_count; i++) {
        int at = channel_find(c->view, span_text(c->out->gases[i].channel));
        double s = at >= 0 ? duration_in_s(c->view->channels[at].settle) : 0;
        slowest = s > slowest ? s : slowest;
    }
    return slowest;
}

/* A response time is the element's only if the gas changes faster: by the valve. */
static void check_response(struct check *c, const char *name, struct place at,
                           const struct expr *value)
{
    if (value->kind != EXPR_NAME || value->bound_kind != BIND_CAPTURE) {
        if (value->kind != EXPR_NAME || value->bound_kind != BIND_NONE)
            check_error(c, at,
                        "capture edge dut.ip at 1000 Hz for 3 s ... end, then t63(edge.dut.ip)",
                        "%s is measured on a capture", name);
        return;
    }
    const struct stmt *capture = value->bound;
    if (check_has_select(capture->body))
        return;
    check_error(c, at,
                "prepare both gases with 'mix a' and 'mix b' and 'select' one in the capture",
                "%s is bench-limited: a flow controller settles in %g s; use select between two "
                "prepared streams",
                name, slowest_settle_s(c));
}

/* x of a fit: a tag of y keeps its meaning after the loop has ended. */
static struct check_type fit_x(struct check *c, const struct check_name *y, struct expr *x)
{
    for (const struct check_tag *tag = y ? y->tags : NULL; tag && x->kind == EXPR_NAME;
         tag = tag->next) {
        if (strcmp(tag->name, x->text) == 0) {
            x->bound = tag->item;
            x->bound_kind = (int)tag->binding;
            return tag->type;
        }
    }
    return check_expr(c, x);
}

static struct dim named_dim(const char *unit)
{
    struct unit found;
    return unit_find(span_text(unit), &found) == RC_OK ? found.dim : dim_one;
}

static struct check_type result_type(enum func_unit unit, struct check_type of)
{
    switch (unit) {
    case FUNC_UNIT_SAME:
        return of;
    case FUNC_UNIT_DIFFERENCE:
        of.unit = of.unit && of.unit->offset != 0 ? NULL : of.unit;
        return of;
    case FUNC_UNIT_PER_SECOND:
        return check_number_type(dim_divide(of.dim, check_dim_s), NULL);
    case FUNC_UNIT_TIMES_SECOND:
        return check_number_type(dim_multiply(of.dim, check_dim_s), NULL);
    case FUNC_UNIT_SECONDS:
    case FUNC_UNIT_ONE:
    case FUNC_UNIT_VOLT:
    case FUNC_UNIT_OHM:
        return check_number_type(named_dim(func_unit_name(unit)), NULL);
    case FUNC_UNIT_OF_X:
    case FUNC_UNIT_PER_X:
        break;
    }
    return check_number_type(dim_one, NULL);
}

static struct check_type fit_type(enum func_unit unit, struct check_type y, struct check_type x)
{
    if (unit == FUNC_UNIT_PER_X)
        return check_number_type(dim_divide(y.dim, x.dim), NULL);
    if (unit == FUNC_UNIT_OF_X)
        return check_number_type(x.dim, NULL);
    return result_type(unit, y);
}

static struct check_type check_fit(struct check *c, const char *name, struct place at,
                                   struct expr *const *arg, unsigned args)
{
    enum func_unit unit = measure_func_info((enum measure_func)measure_func_find(name))->unit;
    if (!need_args(c, name, at, args, 2))
        return bad_type();
    struct check_type y = check_expr(c, arg[0]);
    bool made = arg[0]->bound_kind == BIND_MEASURE || arg[0]->bound_kind == BIND_CALC;
    if (y.kind == KIND_BAD)
        return y;
    if (arg[0]->kind != EXPR_NAME || (!made && arg[0]->bound_kind != BIND_CHANNEL)) {
        check_error(c, arg[0]->at, NULL, "a fit needs the name of a measurement");
        return bad_type();
    }
    struct check_type x = fit_x(c, made ? check_find_made(c, arg[0]->text) : NULL, arg[1]);
    if (x.kind == KIND_BAD)
        return x;
    if (x.kind != KIND_NUMBER || y.kind != KIND_NUMBER) {
        check_error(c, at, NULL, "a fit needs numbers");
        return bad_type();
    }
    bool arrhenius = strncmp(name, "fit_activation", 14) == 0 || strcmp(name, "fit_leads") == 0;
    if (arrhenius && !dim_equal(x.dim, dim_one) && !dim_equal(x.dim, named_dim("K"))) {
        check_error(c, arg[1]->at, "a temperature, or a plain number in kelvin",
                    "%s is over a temperature: this is in %s", name, check_unit_name(&x));
        return bad_type();
    }
    if (strncmp(name, "fit_arc", 7) == 0 && !dim_equal(x.dim, check_dim_Hz)) {
        check_error(c, arg[1]->at, "for f in 1 Hz, 2 Hz, 5 Hz ...; measure z = mean(...) tag f",
                    "%s is over a frequency", name);
        return bad_type();
    }
    return fit_type(unit, y, x);
}

/* mean_time(edge.dut.ip, lag): a time that is known before, or was measured. */
static void check_lag(struct check *c, const char *name, struct expr *lag)
{
    struct check_type type = check_expr(c, lag);
    if (type.kind == KIND_BAD)
        return;
    if (type.kind != KIND_NUMBER || !dim_equal(type.dim, check_dim_s))
        check_error(c, lag->at, "of the bench itself, as a parameter: 20 ms",
                    "%s takes off a time: this is in %s", name, check_unit_name(&type));
    else if (lag->kind == EXPR_NAME && lag->bound_kind == BIND_CHANNEL)
        check_error(c, lag->at, NULL, "%s takes off a known time, not a channel", name);
}

static bool is_captured(const struct expr *arg)
{
    return arg->kind == EXPR_NAME && arg->bound_kind == BIND_CAPTURE;
}

static void check_bounds(struct check *c, const char *name, struct expr *const *arg)
{
    double bound[2];
    for (int i = 0; i < 2; i++) {
        if (!check_dim(c, arg[i], named_dim("V"), "a bound of the plateau"))
            return;
        bound[i] = check_number(c, arg[i]);
    }
    if (bound[0] >= bound[1])
        check_error(c, arg[1]->at, NULL, "%s: the plateau is from the lower to the higher voltage",
                    name);
}

/* vi_limit(sweep.dut.ip, sweep.dut.upm, 0.4 V, 0.7 V) */
static struct check_type check_sweep(struct check *c, const char *name, struct place at,
                                     struct expr *const *arg, unsigned args)
{
    static const struct {
        const char *unit, *what;
    } columns[] = {{"A", "current"}, {"V", "voltage"}};
    if (!need_args(c, name, at, args, 4))
        return bad_type();
    struct check_type of[2] = {bad_type(), bad_type()};
    for (int i = 0; i < 2; i++) {
        of[i] = check_expr(c, arg[i]);
        if (of[i].kind == KIND_BAD)
            return of[i];
        if (!is_captured(arg[i]) || !dim_equal(of[i].dim, named_dim(columns[i].unit))) {
            check_error(c, arg[i]->at, "vi_limit(sweep.dut.ip, sweep.dut.upm, 0.4 V, 0.7 V)",
                        "%s needs the captured %s here", name, columns[i].what);
            return bad_type();
        }
    }
    if (arg[0]->bound != arg[1]->bound) {
        check_error(c, arg[1]->at, NULL, "%s needs both of one capture", name);
        return bad_type();
    }
    check_bounds(c, name, arg + 2);
    return result_type(measure_func_info((enum measure_func)measure_func_find(name))->unit, of[0]);
}

struct check_type check_function(struct check *c, const char *name, struct place at,
                                 struct expr *const *arg, unsigned args)
{
    int func = measure_func_find(name);
    if (func < 0)
        return bad_type();
    const struct func_info *info = measure_func_info((enum measure_func)func);
    if (info->form == FUNC_FORM_FIT)
        return check_fit(c, name, at, arg, args);
    if (info->form == FUNC_FORM_SWEEP)
        return check_sweep(c, name, at, arg, args);
    if (func == FUNC_ELAPSED)
        return need_args(c, name, at, args, 0) ? check_number_type(check_dim_s, NULL) : bad_type();
    bool moment = info->form == FUNC_FORM_MOMENT;
    if ((!moment || args != 2) && !need_args(c, name, at, args, 1))
        return bad_type();
    struct check_type of = check_expr(c, arg[0]);
    if (moment || info->form == FUNC_FORM_RESPONSE)
        check_response(c, name, at, arg[0]);
    if (args == 2)
        check_lag(c, name, arg[1]);
    if (of.kind == KIND_BAD)
        return info->unit == FUNC_UNIT_SECONDS ? result_type(info->unit, of) : of;
    if (of.kind != KIND_NUMBER || of.dim.of != DIM_PLAIN) {
        check_error(c, arg[0]->at, NULL, "%s needs a number: this is %s", name,
                    check_unit_name(&of));
        return bad_type();
    }
    return result_type(info->unit, of);
}

/* ---- of expressions ---- */

static struct check_type check_math(struct check *c, struct expr *call)
{
    struct check_type of = check_expr(c, call->arg[0]);
    if (of.kind == KIND_BAD)
        return of;
    if (of.kind != KIND_NUMBER || of.dim.of != DIM_PLAIN) {
        check_error(c, call->arg[0]->at, NULL, "%s needs a number", call->text);
        return bad_type();
    }
    if (strcmp(call->text, "abs") == 0)
        return of;
    if (strcmp(call->text, "sqrt") == 0) {
        struct dim root;
        if (dim_root(of.dim, &root) == RC_OK)
            return check_number_type(root, NULL);
        check_error(c, call->at, NULL, "there is no unit for the root of %s", check_unit_name(&of));
        return bad_type();
    }
    if (!dim_equal(of.dim, dim_one)) {
        check_error(c, call->arg[0]->at, "divide by a quantity of the same unit first",
                    "%s needs a plain number: this is in %s", call->text, check_unit_name(&of));
        return bad_type();
    }
    return check_number_type(dim_one, NULL);
}

static struct check_type check_extreme(struct check *c, struct expr *call)
{
    struct check_type a = check_expr(c, call->arg[0]), b = check_expr(c, call->arg[1]);
    if (check_same(&a, &b) && a.kind != KIND_TEXT && a.kind != KIND_LOGIC)
        return a.kind == KIND_BAD ? b : a;
    check_error(c, call->at, NULL, "%s needs two numbers of one unit: these are in %s and %s",
                call->text, check_unit_name(&a), check_unit_name(&b));
    return bad_type();
}

/* The two currents, the sum of the voltages, the temperature. */
static struct check_type check_cell_mode(struct check *c, struct expr *call)
{
    static const char *const units[] = {"A", "A", "V", "K"};
    if (!need_args(c, call->text, call->at, call->args, COUNT(units)))
        return bad_type();
    for (size_t i = 0; i < COUNT(units); i++) {
        struct check_type of = check_expr(c, call->arg[i]);
        if (of.kind == KIND_BAD)
            return of;
        bool plain = i == 3 && dim_equal(of.dim, dim_one);
        if (of.kind == KIND_NUMBER && (plain || dim_equal(of.dim, named_dim(units[i]))))
            continue;
        check_error(c, call->arg[i]->at, "cell_mode(i_plus, i_minus, u_even, kelvin)",
                    "this must be in %s: it is in %s", units[i], check_unit_name(&of));
        return bad_type();
    }
    return check_number_type(dim_one, NULL);
}

/* e_series(84.5 ohm, 96) */
static struct check_type check_series(struct check *c, struct expr *call)
{
    struct check_type of = check_expr(c, call->arg[0]);
    bool plain = check_dim(c, call->arg[1], dim_one, "the number of a series");
    if (of.kind != KIND_BAD && (of.kind != KIND_NUMBER || of.dim.of != DIM_PLAIN)) {
        check_error(c, call->arg[0]->at, NULL, "%s needs a number", call->text);
        return bad_type();
    }
    double series = check_number(c, call->arg[1]);
    if (plain && !isnan(series) && isnan(e_series_nearest(1, series))) {
        check_error(c, call->arg[1]->at, NULL, "a series is one of 3, 6, 12, 24, 48, 96, 192");
        return bad_type();
    }
    return plain ? of : bad_type();
}

static const char *const math_names[] = {"abs", "sqrt",  "exp",       "ln",
                                         "log", "log10", "cell_mode", "e_series"};
enum { NAMES_COUNT = COUNT(math_names), MATH_COUNT = NAMES_COUNT - 2 };

static const char *function_name(const void *ctx, size_t i)
{
    (void)ctx;
    if (i < NAMES_COUNT)
        return math_names[i];
    return i - NAMES_COUNT < FUNC_KINDS
               ? measure_func_info((enum measure_func)(i - NAMES_COUNT))->name
               : NULL;
}

static struct check_type unknown_function(struct check *c, const struct expr *call)
{
    const char *near =
        diag_suggest(span_text(call->text), function_name, NULL, NAMES_COUNT + FUNC_KINDS);
    (void)snprintf(c->help, sizeof c->help, "did you mean '%s'?", near ? near : "");
    check_error(c, call->at, near ? c->help : NULL, "there is no function '%s'", call->text);
    return bad_type();
}

static bool is_windowed(int func)
{
    return measure_func_info((enum measure_func)func)->form != FUNC_FORM_FIT;
}

struct check_type check_call(struct check *c, struct expr *call)
{
    bool extreme = strcmp(call->text, "min") == 0 || strcmp(call->text, "max") == 0;
    if (extreme && call->args == 2)
        return check_extreme(c, call);
    if (strcmp(call->text, "cell_mode") == 0)
        return check_cell_mode(c, call);
    if (strcmp(call->text, "e_series") == 0)
        return need_args(c, call->text, call->at, call->args, 2) ? check_series(c, call)
                                                                 : bad_type();
    for (size_t i = 0; i < MATH_COUNT; i++) {
        if (strcmp(call->text, math_names[i]) == 0)
            return need_args(c, call->text, call->at, call->args, 1) ? check_math(c, call)
                                                                     : bad_type();
    }
    int func = measure_func_find(call->text);
    if (func < 0)
        return unknown_function(c, call);
    struct check_type type = check_function(c, call->text, call->at, call->arg, call->args);
    /* Outside `measure` there is no window: only what was captured can be looked at. */
    if (func != FUNC_ELAPSED && call->args >= 1 && is_windowed(func) && type.kind != KIND_BAD &&
        call->arg[0]->bound_kind != BIND_CAPTURE) {
        check_error(c, call->at, "measure x = mean(...) over 1 s", "%s needs a capture here",
                    call->text);
        return bad_type();
    }
    return type;
}
