/* The simulated supply behind its words: outputs, limits, protections. */
#ifndef INSTRUMENTS_SCPI_SUPPLY_SCPI_SUPPLY_PSU_H
#define INSTRUMENTS_SCPI_SUPPLY_SCPI_SUPPLY_PSU_H

#include "instruments/scpi_supply/scpi_supply.h"

struct output {
    double set_V, limit_A, ovp_V, ocp_A;
    bool on, ovp_on, ocp_on, ovp_tripped, ocp_tripped;
};

struct psu {
    const struct supply_model *model;
    struct plant plant;
    struct instant now;
    struct output output[SUPPLY_CHANNELS_MAX];
    unsigned selected;
    struct scpi_ear ear;
    char serial[32];
};
_Static_assert(sizeof(struct psu) <= SCPI_SUPPLY_SIM_SIZE, "state grew");

/* Does the same thing for each channel of a list, or asks one. */
enum word {
    WORD_VOLTAGE,
    WORD_CURRENT,
    WORD_OVP,
    WORD_OCP, /* numbers */
    WORD_OUTPUT,
    WORD_OVP_ON,
    WORD_OCP_ON,
    WORD_GENERAL, /* switches */
    WORD_OVP_TRIP,
    WORD_OCP_TRIP,
    WORD_MODE,
    WORD_CONDITION,
    WORD_MEASURE_V,
    WORD_MEASURE_A,
    WORD_MEASURE_W,
    WORD_MEASURE_ALL, /* queries only */
    WORD_CLEAR,
    WORD_SELECT,
    WORD_SELECT_NAME,
    WORD_APPLY,
    WORD_ERROR,
    WORD_VERSION,
    WORD_IDENTITY,
    WORD_RESET,
    WORD_CLS,
    WORD_ONE,
    WORD_ZERO,
    WORD_NOTHING
};

/* Power-on state of all outputs. */
void psu_reset(struct psu *p);
/* What the protections do; call before anything is looked at. */
void psu_protect(struct psu *p);
/* PLANT_SUPPLY_V or _A as it is at the terminals of output n. */
double psu_terminals(struct psu *p, enum plant_signal signal, unsigned n);
bool psu_in_current_limit(struct psu *p, unsigned n);

double *psu_number_of(struct psu *p, enum word word, unsigned n);
struct scpi_bounds psu_bounds_of(const struct psu *p, enum word word, unsigned n);
/* 0, or the SCPI error number. */
int psu_set_number(struct psu *p, enum word word, unsigned n, struct span args);
int psu_set_switch(struct psu *p, enum word word, unsigned n, struct span args);

#endif
