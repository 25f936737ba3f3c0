#include "gas/gum.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "core/num.h"
#include "gas/equilibrium.h"
#include "gas/lambda.h"

/* The outputs as one vector, so that sums run over all of them alike. */
enum { LAMBDA = GAS_SPECIES_COUNT, EMF, IP, OUTPUTS };

struct vector {
    double v[OUTPUTS];
};

/* A model with its own copy of everything that an input can move. */
struct point {
    struct gas_mix bottles[GAS_BOTTLES_MAX];
    double flows_slpm[GAS_BOTTLES_MAX];
    double T_K, p_kPa;
};

static struct gas_gum_values to_values(const struct vector *v)
{
    struct gas_gum_values out;
    memcpy(out.x.x, v->v, sizeof(out.x.x));
    out.lambda_f = v->v[LAMBDA];
    out.emf_mV = v->v[EMF];
    out.ip_mA = v->v[IP];
    return out;
}

static enum rc evaluate(const struct gas_gum_model *model, const struct point *pt,
                        struct vector *out, struct gas_fault *fault)
{
    struct gas_mix mix;
    struct gas_barrier_at at;
    enum rc rc = gas_mix_from_flows(pt->bottles, pt->flows_slpm, model->count, &mix, fault);
    if (rc != RC_OK)
        return rc;
    memcpy(out->v, mix.x, sizeof(mix.x));
    if (gas_lambda_formal(&mix, &out->v[LAMBDA]) != RC_OK)
        out->v[LAMBDA] = NAN;
    rc = gas_emf_vs_air(&mix, pt->T_K, pt->p_kPa, &out->v[EMF], fault);
    if (rc != RC_OK)
        return rc;
    rc = gas_barrier_prepare(model->barrier, pt->T_K, pt->p_kPa, &at);
    if (rc != RC_OK)
        return gas_fault_set(fault, (struct gas_fault){"temperature (K)", pt->T_K, 700, 1400});
    rc = gas_barrier_ip_mA(model->barrier, &mix, &at, model->cell_mV, &out->v[IP]);
    if (rc != RC_OK)
        return gas_fault_set(fault, (struct gas_fault){"cell (mV)", model->cell_mV, -2000, 3000});
    return RC_OK;
}

static enum rc start(const struct gas_gum_model *model, struct point *pt, struct gas_fault *fault)
{
    if (model->count < 1 || model->count > GAS_BOTTLES_MAX)
        return gas_fault_set(fault, (struct gas_fault){"number of bottles", (double)model->count, 1,
                                                       GAS_BOTTLES_MAX});
    *pt = (struct point){.T_K = model->T_K, .p_kPa = model->p_kPa};
    memcpy(pt->bottles, model->bottles, model->count * sizeof(*model->bottles));
    memcpy(pt->flows_slpm, model->flows_slpm, model->count * sizeof(*model->flows_slpm));
    return RC_OK;
}

static double held(double x, double lo, double hi)
{
    if (x < lo)
        return lo;
    return x > hi ? hi : x;
}

/* Move one input by `step`. A draw beyond a physical limit is held at it. */
static void move(struct point *pt, const struct gas_gum_input *in, double step)
{
    struct gas_mix *bottle = &pt->bottles[in->bottle];
    double before;
    switch (in->kind) {
    case GAS_GUM_FLOW:
        pt->flows_slpm[in->bottle] = held(pt->flows_slpm[in->bottle] + step, 0, 1e4);
        break;
    case GAS_GUM_FRACTION:
        before = bottle->x[in->species];
        bottle->x[in->species] = held(before + step, 0, before + bottle->x[in->balance]);
        bottle->x[in->balance] -= bottle->x[in->species] - before;
        break;
    case GAS_GUM_TEMPERATURE:
        pt->T_K += step;
        break;
    case GAS_GUM_PRESSURE:
        pt->p_kPa += step;
        break;
    }
}

static enum rc check_inputs(const struct gas_gum_model *model, const struct gas_gum_input *inputs,
                            size_t count, struct gas_fault *fault)
{
    if (count > GAS_GUM_INPUTS_MAX)
        return gas_fault_set(
            fault, (struct gas_fault){"number of inputs", (double)count, 0, GAS_GUM_INPUTS_MAX});
    for (size_t i = 0; i < count; i++) {
        const struct gas_gum_input *in = &inputs[i];
        if (!num_within(in->u, 0, 1e4))
            return gas_fault_set(fault, (struct gas_fault){"uncertainty", in->u, 0, 1e4});
        if (in->bottle >= model->count)
            return gas_fault_set(fault, (struct gas_fault){"bottle", (double)in->bottle, 0,
                                                           (double)model->count - 1});
        assert((unsigned)in->species < GAS_SPECIES_COUNT);
        assert((unsigned)in->balance < GAS_SPECIES_COUNT);
        if (in->kind == GAS_GUM_FRACTION && in->species == in->balance)
            return gas_fault_set(fault, (struct gas_fault){"balance species", in->balance, 0, 0});
    }
    return RC_OK;
}

enum rc gas_gum_evaluate(const struct gas_gum_model *model, struct gas_gum_values *out,
                         struct gas_fault *fault)
{
    struct point pt;
    struct vector v;
    enum rc rc = start(model, &pt, fault);
    if (rc == RC_OK)
        rc = evaluate(model, &pt, &v, fault);
    if (rc == RC_OK)
        *out = to_values(&v);
    return rc;
}

/* Central difference over +-h; where the lower side is cut off at zero, the true distance counts.
 */
static enum rc derive(const struct gas_gum_model *model, const struct point *centre,
                      const struct gas_gum_input *in, struct vector *slope, struct gas_fault *fault)
{
    struct point up = *centre, down = *centre;
    struct vector high, low;
    double h = in->u > 0 ? 0.01 * in->u : 1e-6, below = h;
    if (in->kind == GAS_GUM_FLOW && centre->flows_slpm[in->bottle] < h)
        below = 0;
    if (in->kind == GAS_GUM_FRACTION && centre->bottles[in->bottle].x[in->species] < h)
        below = 0;
    if (in->kind == GAS_GUM_FRACTION && centre->bottles[in->bottle].x[in->balance] < h)
        h = 0; /* a pure gas can only become less pure */
    if (h + below <= 0)
        return gas_fault_set(fault, (struct gas_fault){"uncertainty", in->u, 0, 0});
    move(&up, in, h);
    move(&down, in, -below);
    enum rc rc = evaluate(model, &up, &high, fault);
    if (rc == RC_OK)
        rc = evaluate(model, &down, &low, fault);
    for (size_t o = 0; rc == RC_OK && o < OUTPUTS; o++)
        slope->v[o] = (high.v[o] - low.v[o]) / (h + below);
    return rc;
}

enum rc gas_gum_combine(const struct gas_gum_model *model, const struct gas_gum_input *inputs,
                        size_t count, struct gas_gum_result *out, struct gas_fault *fault)
{
    struct point centre;
    struct vector value, slope, sum = {{0}};
    struct gas_gum_result result = {0};
    enum rc rc = check_inputs(model, inputs, count, fault);
    if (rc == RC_OK)
        rc = start(model, &centre, fault);
    if (rc == RC_OK)
        rc = evaluate(model, &centre, &value, fault);
    for (size_t i = 0; rc == RC_OK && i < count; i++) {
        rc = derive(model, &centre, &inputs[i], &slope, fault);
        if (rc != RC_OK)
            break;
        result.sensitivity[i] = to_values(&slope);
        for (size_t o = 0; o < OUTPUTS; o++)
            sum.v[o] += slope.v[o] * slope.v[o] * inputs[i].u * inputs[i].u;
    }
    if (rc != RC_OK)
        return rc;
    for (size_t o = 0; o < OUTPUTS; o++)
        sum.v[o] = sqrt(sum.v[o]);
    result.value = to_values(&value);
    result.u = to_values(&sum);
    *out = result;
    return RC_OK;
}

/* Draw number `n` (from 1) into the running mean and sum of squares (Welford), and into the room.
 */
struct tally {
    struct vector mean, squares;
    double *room;
    unsigned count;
};

static void add_draw(struct tally *t, unsigned n, const struct vector *v)
{
    for (size_t o = 0; o < OUTPUTS; o++) {
        double delta = v->v[o] - t->mean.v[o];
        t->mean.v[o] += delta / n;
        t->squares.v[o] += delta * (v->v[o] - t->mean.v[o]);
    }
    for (size_t k = 0; k < GAS_GUM_ROOM; k++)
        t->room[k * t->count + n - 1] = v->v[LAMBDA + k];
}

static int by_size(const void *a, const void *b)
{
    double x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return (x > y) - (x < y);
}

static struct gas_gum_interval interval_of(const struct tally *t, size_t output)
{
    double *drawn = t->room + (output - LAMBDA) * t->count;
    for (unsigned n = 0; n < t->count; n++)
        if (!isfinite(drawn[n]))
            return (struct gas_gum_interval){(double)NAN, (double)NAN};
    qsort(drawn, t->count, sizeof *drawn, by_size);
    unsigned outside = t->count / 40;
    return (struct gas_gum_interval){drawn[outside], drawn[t->count - 1 - outside]};
}

static enum rc draw_all(const struct gas_gum_model *model, const struct gas_gum_input *inputs,
                        size_t count, struct rng *rng, struct tally *t)
{
    struct point centre;
    enum rc rc = start(model, &centre, NULL);
    for (unsigned n = 1; rc == RC_OK && n <= t->count; n++) {
        struct point pt = centre;
        struct vector v;
        for (size_t i = 0; i < count; i++)
            move(&pt, &inputs[i], inputs[i].u * rng_gauss(rng));
        rc = evaluate(model, &pt, &v, NULL);
        if (rc == RC_OK)
            add_draw(t, n, &v);
    }
    return rc;
}

enum rc gas_gum_monte_carlo(const struct gas_gum_model *model, const struct gas_gum_input *inputs,
                            size_t count, const struct gas_gum_draws *draws,
                            struct gas_gum_spread *out)
{
    struct tally t = {.room = draws->room, .count = draws->count};
    enum rc rc = check_inputs(model, inputs, count, NULL);
    if (rc != RC_OK || draws->count < 2 || draws->count > 1000000)
        return RC_RANGE;
    rc = draw_all(model, inputs, count, draws->rng, &t);
    if (rc != RC_OK)
        return rc;
    for (size_t o = 0; o < OUTPUTS; o++)
        t.squares.v[o] = sqrt(t.squares.v[o] / (draws->count - 1));
    *out = (struct gas_gum_spread){.u = to_values(&t.squares),
                                   .lambda_f = interval_of(&t, LAMBDA),
                                   .emf_mV = interval_of(&t, EMF),
                                   .ip_mA = interval_of(&t, IP)};
    return RC_OK;
}

bool gas_gum_is_validated(double value, double u, const struct gas_gum_interval *drawn)
{
    double tolerance = u > 0 ? 0.5 * pow(10, floor(log10(u))) : 0;
    return fabs(value - 1.96 * u - drawn->low) <= tolerance &&
           fabs(value + 1.96 * u - drawn->high) <= tolerance;
}
