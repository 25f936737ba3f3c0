/* The simulated multimeter behind its words: ranges, input impedance, trigger. */
#ifndef INSTRUMENTS_KEYSIGHT_3446X_KEYSIGHT_3446X_DMM_H
#define INSTRUMENTS_KEYSIGHT_3446X_KEYSIGHT_3446X_DMM_H

#include "instruments/keysight_3446x/keysight_3446x.h"
#include "instruments/proto/scpi.h"

enum source { SOURCE_IMM, SOURCE_EXT, SOURCE_BUS };

struct dmm {
    const struct keysight_3446x_model *model;
    struct plant plant;
    struct instant now;
    double range_V, nplc, delay_s;
    uint32_t triggers, samples;
    double held_V; /* what INIT measured */
    uint64_t held; /* how many of it; 0: nothing */
    enum source source;
    bool autorange, high_z;
    struct scpi_ear ear;
    char serial[32];
};

/* What CONF and *RST give; the input is at 10 Mohm again. */
void dmm_preset(struct dmm *d);
/* Tells the plant; call after whatever changes range or impedance. */
void dmm_tell_impedance(struct dmm *d);
double dmm_range_V(const struct dmm *d);
/* Of the present range, at the present speed. */
double dmm_resolution_V(const struct dmm *d);
/* At the input; infinite: overload. */
double dmm_measure_V(const struct dmm *d);
/* Measures at once if nothing has to be waited for. */
void dmm_initiate(struct dmm *d);

/* Settings. 0, or the SCPI error number, and nothing is changed. */
int dmm_set_number(struct span args, double min, double max, double *out);
int dmm_set_count(struct span args, uint32_t *out);
int dmm_set_range(struct dmm *d, struct span args);
int dmm_set_nplc(struct dmm *d, struct span args);
int dmm_set_switch(struct dmm *d, struct span args, bool *out);

#endif
