#include "instruments/scpi_supply/scpi_supply_psu.h"

static void apply(struct psu *p, unsigned n)
{
    const struct output *o = &p->output[n];
    p->plant.write(p->plant.ctx, PLANT_SUPPLY_A, n, o->limit_A, p->now);
    p->plant.write(p->plant.ctx, PLANT_SUPPLY_V, n, o->on ? o->set_V : 0.0, p->now);
}

double psu_terminals(struct psu *p, enum plant_signal signal, unsigned n)
{
    return p->plant.read(p->plant.ctx, signal, n, p->now);
}

/* A real protection acts at once; here whenever somebody talks to the supply, which is before any
 * number can be seen. */
void psu_protect(struct psu *p)
{
    for (unsigned n = 0; n < p->model->channels; n++) {
        struct output *o = &p->output[n];
        if (!o->on)
            continue;
        if (o->ovp_on && psu_terminals(p, PLANT_SUPPLY_V, n) > o->ovp_V)
            o->ovp_tripped = true;
        if (o->ocp_on && o->ocp_A > 0.0 && psu_terminals(p, PLANT_SUPPLY_A, n) > o->ocp_A)
            o->ocp_tripped = true;
        if (!o->ovp_tripped && !o->ocp_tripped)
            continue;
        o->on = false;
        apply(p, n);
    }
}

void psu_reset(struct psu *p)
{
    const struct supply_model *model = p->model;

    p->selected = 0;
    for (unsigned n = 0; n < model->channels; n++) {
        p->output[n] = (struct output){.limit_A = model->channel[n].max_A,
                                       .ovp_V = model->channel[n].ovp_V,
                                       .ocp_A = model->channel[n].ocp_A,
                                       .ovp_on = true};
        apply(p, n);
    }
}

bool psu_in_current_limit(struct psu *p, unsigned n)
{
    return psu_terminals(p, PLANT_SUPPLY_A, n) >= 0.999 * p->output[n].limit_A;
}

double *psu_number_of(struct psu *p, enum word word, unsigned n)
{
    struct output *o = &p->output[n];
    return word == WORD_VOLTAGE   ? &o->set_V
           : word == WORD_CURRENT ? &o->limit_A
           : word == WORD_OVP     ? &o->ovp_V
                                  : &o->ocp_A;
}

struct scpi_bounds psu_bounds_of(const struct psu *p, enum word word, unsigned n)
{
    double max = word == WORD_VOLTAGE   ? p->model->channel[n].max_V
                 : word == WORD_CURRENT ? p->model->channel[n].max_A
                 : word == WORD_OVP     ? p->model->channel[n].ovp_V
                                        : p->model->channel[n].ocp_A;
    return (struct scpi_bounds){0.0, max, word == WORD_VOLTAGE ? 0.0 : max};
}

int psu_set_number(struct psu *p, enum word word, unsigned n, struct span args)
{
    struct scpi_bounds bounds = psu_bounds_of(p, word, n);
    int error = scpi_number_argument(args, &bounds, psu_number_of(p, word, n));
    if (error == 0)
        apply(p, n);
    return error;
}

int psu_set_switch(struct psu *p, enum word word, unsigned n, struct span args)
{
    struct output *o = &p->output[n];
    bool on;
    int error = scpi_onoff_argument(args, &on);

    if (error)
        return error;
    if (word == WORD_OUTPUT && on && (o->ovp_tripped || o->ocp_tripped))
        return -221; /* a latched protection has to be cleared first */
    if (word == WORD_GENERAL)
        return 0; /* the master switch of some firmware: here it is always on */
    *(word == WORD_OUTPUT ? &o->on : word == WORD_OVP_ON ? &o->ovp_on : &o->ocp_on) = on;
    apply(p, n);
    return 0;
}
