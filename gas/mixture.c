#include "gas/mixture.h"

#include <assert.h>
#include <math.h>

#include "core/num.h"
#include "gas/lambda.h"
#include "gas/thermo.h"

static enum rc check_flows(const double *flows_slpm, size_t count, double *total,
                           struct gas_fault *fault)
{
    *total = 0;
    if (count < 1 || count > GAS_BOTTLES_MAX)
        return gas_fault_set(
            fault, (struct gas_fault){"number of bottles", (double)count, 1, GAS_BOTTLES_MAX});
    for (size_t b = 0; b < count; b++) {
        if (!num_within(flows_slpm[b], 0, 1e4))
            return gas_fault_set(fault, (struct gas_fault){"flow (slpm)", flows_slpm[b], 0, 1e4});
        *total += flows_slpm[b];
    }
    if (!(*total > 0))
        return gas_fault_set(fault, (struct gas_fault){"total flow (slpm)", *total, 1e-6, 1e4});
    return RC_OK;
}

enum rc gas_mix_from_flows(const struct gas_mix *bottles, const double *flows_slpm, size_t count,
                           struct gas_mix *out, struct gas_fault *fault)
{
    double total;
    enum rc rc = check_flows(flows_slpm, count, &total, fault);
    if (rc != RC_OK)
        return rc;
    struct gas_mix mix = {.x = {0}};
    for (size_t b = 0; b < count; b++) {
        rc = gas_mix_check(&bottles[b], fault);
        if (rc != RC_OK)
            return rc;
        for (unsigned s = 0; s < GAS_SPECIES_COUNT; s++)
            mix.x[s] += bottles[b].x[s] * flows_slpm[b] / total;
    }
    *out = mix;
    return RC_OK;
}

/* Square system of the recipe: one row per bottle, the last column is the right side. */
struct square {
    double a[GAS_BOTTLES_MAX][GAS_BOTTLES_MAX + 1];
    size_t n;
};

static void swap_rows(struct square *m, size_t i, size_t j)
{
    for (size_t c = 0; c <= m->n; c++) {
        double t = m->a[i][c];
        m->a[i][c] = m->a[j][c];
        m->a[j][c] = t;
    }
}

/* Gauss-Jordan with row pivots; the solution is left in column n. */
static bool solve(struct square *m)
{
    for (size_t k = 0; k < m->n; k++) {
        size_t best = k;
        for (size_t i = k + 1; i < m->n; i++)
            if (fabs(m->a[i][k]) > fabs(m->a[best][k]))
                best = i;
        if (!(fabs(m->a[best][k]) > 1e-12))
            return false;
        swap_rows(m, k, best);
        for (size_t i = 0; i < m->n; i++) {
            double factor = i == k ? 0 : m->a[i][k] / m->a[k][k];
            for (size_t c = k; c <= m->n; c++)
                m->a[i][c] -= factor * m->a[k][c];
        }
    }
    for (size_t k = 0; k < m->n; k++)
        m->a[k][m->n] /= m->a[k][k];
    return true;
}

static bool is_named(const struct gas_recipe *r, unsigned species)
{
    return r->named >> species & 1;
}

/* The species that this bottle doses, or GAS_SPECIES_COUNT. */
static unsigned dosed_species(const struct gas_recipe *r, size_t b, const bool *taken)
{
    const double *x = r->bottles[b].x;
    unsigned best = GAS_SPECIES_COUNT;
    for (unsigned s = 0; s < GAS_SPECIES_COUNT; s++) {
        if (s == GAS_N2 || s == GAS_AR || taken[s] || !(x[s] > 0))
            continue;
        if (best == GAS_SPECIES_COUNT || x[s] > x[best])
            best = s;
    }
    /* inert gas only when nothing else is in the bottle */
    if (best == GAS_SPECIES_COUNT && x[GAS_AR] > 0 && !taken[GAS_AR])
        best = GAS_AR;
    if (best == GAS_SPECIES_COUNT && x[GAS_N2] > 0 && !taken[GAS_N2] && is_named(r, GAS_N2))
        best = GAS_N2;
    return best;
}

static void put_row(const struct gas_recipe *r, const struct gas_mix *target, unsigned s,
                    struct square *m)
{
    double *row = m->a[m->n++];
    for (size_t b = 0; b < r->count; b++)
        row[b] = r->bottles[b].x[s];
    row[r->count] = r->total_slpm * target->x[s];
}

static void put_total(const struct gas_recipe *r, struct square *m)
{
    for (size_t b = 0; b < r->count; b++)
        m->a[0][b] = 1;
    m->a[0][r->count] = r->total_slpm;
    m->n = 1;
}

static unsigned species_in(const struct gas_mix *bottle)
{
    unsigned n = 0;
    for (unsigned s = 0; s < GAS_SPECIES_COUNT; s++)
        n += bottle->x[s] > 0;
    return n;
}

/* One row for the total, one for the species of each bottle. A bottle that could dose several
 * comes after those that leave no choice. */
static bool build(const struct gas_recipe *r, const struct gas_mix *target, struct square *m)
{
    bool taken[GAS_SPECIES_COUNT] = {false};
    put_total(r, m);
    for (unsigned width = 1; width <= GAS_SPECIES_COUNT; width++)
        for (size_t b = 0; b < r->count; b++) {
            if (b == r->carrier || species_in(&r->bottles[b]) != width)
                continue;
            unsigned s = dosed_species(r, b, taken);
            if (s == GAS_SPECIES_COUNT)
                return false;
            taken[s] = true;
            put_row(r, target, s, m);
        }
    return m->n == r->count;
}

static enum rc check_reached(const struct gas_recipe *r, const struct gas_mix *target,
                             const double *flows_slpm, struct gas_fault *fault)
{
    struct gas_mix made;
    enum rc rc = gas_mix_from_flows(r->bottles, flows_slpm, r->count, &made, fault);
    for (unsigned s = 0; rc == RC_OK && s < GAS_SPECIES_COUNT; s++) {
        if ((s == GAS_N2 || s == GAS_AR) && !is_named(r, s))
            continue;
        double slack = 1e-6 + 1e-3 * made.x[s];
        if (!num_within(target->x[s], made.x[s] - slack, made.x[s] + slack))
            rc = gas_fault_set(fault, (struct gas_fault){gas_species_info((enum gas_species)s)->key,
                                                         target->x[s], made.x[s], made.x[s]});
    }
    return rc;
}

/* A flow below zero: the species it doses cannot be that low, or the carrier has no room left. */
static enum rc check_solution(const struct gas_recipe *r, const struct square *m,
                              double *flows_slpm, struct gas_fault *fault)
{
    for (size_t b = 0; b < r->count; b++) {
        double flow = m->a[b][m->n];
        if (flow < 0 && flow > -1e-9 * r->total_slpm)
            flow = 0;
        const char *what = b == r->carrier ? "carrier flow (slpm)" : "flow (slpm)";
        if (!num_within(flow, 0, r->total_slpm * (1 + 1e-9)))
            return gas_fault_set(fault, (struct gas_fault){what, flow, 0, r->total_slpm});
        flows_slpm[b] = flow;
    }
    return RC_OK;
}

static enum rc check_recipe(const struct gas_recipe *recipe, const struct gas_mix *target,
                            struct gas_fault *fault)
{
    enum rc rc = gas_mix_check(target, fault);
    if (rc != RC_OK)
        return rc;
    if (recipe->count < 1 || recipe->count > GAS_BOTTLES_MAX)
        return gas_fault_set(fault, (struct gas_fault){"number of bottles", (double)recipe->count,
                                                       1, GAS_BOTTLES_MAX});
    if (!num_within(recipe->total_slpm, 1e-6, 1e4))
        return gas_fault_set(
            fault, (struct gas_fault){"total flow (slpm)", recipe->total_slpm, 1e-6, 1e4});
    for (size_t b = 0; b < recipe->count && rc == RC_OK; b++)
        rc = gas_mix_check(&recipe->bottles[b], fault);
    return rc;
}

static enum rc refuse_bottles(const struct gas_recipe *recipe, struct gas_fault *fault)
{
    return gas_fault_set(fault, (struct gas_fault){"independent bottles", (double)recipe->count, 1,
                                                   GAS_BOTTLES_MAX});
}

enum rc gas_flows_for_mix(const struct gas_recipe *recipe, const struct gas_mix *target,
                          double *flows_slpm, struct gas_fault *fault)
{
    struct square m;
    double flows[GAS_BOTTLES_MAX] = {0};
    enum rc rc = check_recipe(recipe, target, fault);
    if (rc != RC_OK)
        return rc;
    if (recipe->carrier >= recipe->count || !build(recipe, target, &m) || !solve(&m))
        return refuse_bottles(recipe, fault);
    rc = check_solution(recipe, &m, flows, fault);
    if (rc == RC_OK)
        rc = check_reached(recipe, target, flows, fault);
    if (rc == RC_OK)
        memcpy(flows_slpm, flows, recipe->count * sizeof(*flows));
    return rc;
}

static bool build_for_lambda(const struct gas_recipe *r, const struct gas_mix *target,
                             double lambda_f, struct square *m)
{
    size_t rows = 2;
    for (unsigned s = 0; s < GAS_SPECIES_COUNT; s++)
        rows += is_named(r, s) ? 1 : 0;
    if (rows != r->count)
        return false;
    put_total(r, m);
    for (size_t b = 0; b < r->count; b++) {
        struct gas_atoms atoms;
        gas_mix_atoms(&r->bottles[b], &atoms);
        m->a[1][b] = atoms.O - lambda_f * (2 * atoms.C + atoms.H / 2);
    }
    m->a[1][r->count] = 0;
    m->n = 2;
    for (unsigned s = 0; s < GAS_SPECIES_COUNT; s++)
        if (is_named(r, s))
            put_row(r, target, s, m);
    return solve(m);
}

enum rc gas_flows_for_lambda(const struct gas_recipe *recipe, const struct gas_mix *target,
                             double lambda_f, double *flows_slpm, struct gas_fault *fault)
{
    struct square m;
    struct gas_mix made;
    struct gas_recipe r = *recipe;
    double flows[GAS_BOTTLES_MAX] = {0}, got;
    enum rc rc = check_recipe(recipe, target, fault);
    if (rc != RC_OK)
        return rc;
    if (!num_within(lambda_f, 0, 1000))
        return gas_fault_set(fault, (struct gas_fault){"lambda", lambda_f, 0, 1000});
    r.carrier = r.count; /* none */
    if (!build_for_lambda(&r, target, lambda_f, &m))
        return refuse_bottles(recipe, fault);
    rc = check_solution(&r, &m, flows, fault);
    if (rc == RC_OK)
        rc = gas_mix_from_flows(r.bottles, flows, r.count, &made, fault);
    if (rc != RC_OK)
        return rc;
    if (gas_lambda_formal(&made, &got) != RC_OK) /* without carbon and hydrogen any lambda fits */
        return gas_fault_set(fault, (struct gas_fault){"lambda", lambda_f, 0, 0});
    memcpy(flows_slpm, flows, r.count * sizeof(*flows));
    return RC_OK;
}

enum rc gas_carrier_flow(double total_slpm, const double *others_slpm, size_t count,
                         double *carrier_slpm, struct gas_fault *fault)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        if (!num_within(others_slpm[i], 0, 1e4))
            return gas_fault_set(fault, (struct gas_fault){"flow (slpm)", others_slpm[i], 0, 1e4});
        sum += others_slpm[i];
    }
    if (!num_within(total_slpm, 0, 1e4) || !num_within(sum, 0, total_slpm))
        return gas_fault_set(
            fault, (struct gas_fault){"sum of the dosed flows (slpm)", sum, 0, total_slpm});
    *carrier_slpm = total_slpm - sum;
    return RC_OK;
}

/* base without O2, fuel, N2 and Ar. */
static enum rc check_base(const struct gas_mix *base, struct gas_mix *out, struct gas_fault *fault)
{
    enum rc rc = gas_mix_check(base, fault);
    if (rc != RC_OK)
        return rc;
    *out = *base;
    out->x[GAS_N2] = out->x[GAS_AR] = 0;
    for (unsigned s = 0; s < GAS_SPECIES_COUNT; s++) {
        const struct gas_species_info *info = gas_species_info((enum gas_species)s);
        if ((info->is_fuel || s == GAS_O2) && base->x[s] > 0)
            return gas_fault_set(fault, (struct gas_fault){info->key, base->x[s], 0, 0});
    }
    return RC_OK;
}

static double oxygen_demand(const struct gas_mix *mix)
{
    struct gas_atoms atoms;
    gas_mix_atoms(mix, &atoms);
    return 2 * atoms.C + atoms.H / 2;
}

static enum rc add_fuel(const struct gas_mix *fuel, double half, struct gas_mix *mix,
                        struct gas_fault *fault)
{
    double needed = half * oxygen_demand(mix) - gas_oxygen_equivalent(mix);
    double per_fuel = gas_oxygen_equivalent(fuel) - half * oxygen_demand(fuel);
    double share = needed / per_fuel;
    if (!num_within(share, 0, 1) || !(per_fuel < 0))
        return gas_fault_set(fault, (struct gas_fault){"fuel", share, 0, 1});
    for (unsigned s = 0; s < GAS_SPECIES_COUNT; s++)
        mix->x[s] += share * fuel->x[s];
    return RC_OK;
}

enum rc gas_mix_for_lambda(const struct gas_mix *base, const struct gas_mix *fuel, double lambda_f,
                           struct gas_mix *out, struct gas_fault *fault)
{
    struct gas_mix mix;
    enum rc rc = check_base(base, &mix, fault);
    if (rc != RC_OK)
        return rc;
    if (!num_within(lambda_f, 0, 1000))
        return gas_fault_set(fault, (struct gas_fault){"lambda", lambda_f, 0, 1000});
    rc = gas_mix_check(fuel, fault);
    if (rc != RC_OK)
        return rc;
    double half = (lambda_f - 1) / 2;
    double x_o2 = half * oxygen_demand(&mix) - gas_oxygen_equivalent(&mix);
    if (oxygen_demand(&mix) <= 0 && !(lambda_f < 1))
        return gas_fault_set(fault, (struct gas_fault){"co2 + h2o", 0, 1e-6, 1});
    if (x_o2 >= 0)
        mix.x[GAS_O2] = x_o2;
    else
        rc = add_fuel(fuel, half, &mix, fault);
    if (rc == RC_OK)
        rc = gas_mix_fill_n2(&mix, fault);
    if (rc == RC_OK)
        *out = mix;
    return rc;
}

enum rc gas_mix_for_o2(double x_o2, struct gas_mix *out, struct gas_fault *fault)
{
    struct gas_mix mix = {.x = {[GAS_O2] = x_o2}};
    enum rc rc = gas_mix_fill_n2(&mix, fault);
    if (rc == RC_OK)
        *out = mix;
    return rc;
}

enum rc gas_buffer_ratio(const struct gas_buffer *buffer, double *ratio)
{
    struct gas_constants k;
    if (gas_constants_exact(buffer->T_K, &k) != RC_OK || !num_within(buffer->ln_pO2_bar, -120, 2))
        return RC_RANGE;
    double lnK = buffer->pair == GAS_BUFFER_H2_H2O ? k.lnK2 : k.lnK1;
    *ratio = exp(-lnK - buffer->ln_pO2_bar / 2);
    return RC_OK;
}

enum rc gas_mix_for_pO2(const struct gas_buffer *buffer, double active, struct gas_mix *out,
                        struct gas_fault *fault)
{
    double r;
    if (!num_within(active, 1e-6, 1))
        return gas_fault_set(fault, (struct gas_fault){"buffer gas", active, 1e-6, 1});
    if (gas_buffer_ratio(buffer, &r) != RC_OK)
        return gas_fault_set(fault,
                             (struct gas_fault){"ln pO2 (bar)", buffer->ln_pO2_bar, -120, 2});
    /* outside these ratios the gas no longer holds the pO2 against traces */
    if (!num_within(r, 1e-4, 1e4))
        return gas_fault_set(fault, (struct gas_fault){"buffer ratio", r, 1e-4, 1e4});
    bool h2 = buffer->pair == GAS_BUFFER_H2_H2O;
    struct gas_mix mix = {.x = {0}};
    mix.x[h2 ? GAS_H2 : GAS_CO] = active * r / (1 + r);
    mix.x[h2 ? GAS_H2O : GAS_CO2] = active / (1 + r);
    enum rc rc = gas_mix_fill_n2(&mix, fault);
    if (rc == RC_OK)
        *out = mix;
    return rc;
}

enum rc gas_buffer_active_for_cap(const struct gas_buffer *buffer, double cap, double *active)
{
    double r;
    if (!num_within(cap, 0, 1) || gas_buffer_ratio(buffer, &r) != RC_OK)
        return RC_RANGE;
    double limit = cap * (1 + 1 / r);
    *active = limit < 1 ? limit : 1;
    return RC_OK;
}
