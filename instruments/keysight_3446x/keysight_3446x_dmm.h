/* The simulated multimeter behind its words: ranges, input impedance, trigger. */
#ifndef INSTRUMENTS_KEYSIGHT_3446X_KEYSIGHT_3446X_DMM_H
#define INSTRUMENTS_KEYSIGHT_3446X_KEYSIGHT_3446X_DMM_H

#include "instruments/keysight_3446x/keysight_3446x.h"
#include "instruments/proto/scpi.h"

enum source { SOURCE_IMM, SOURCE_EXT, SOURCE_BUS };

/* Of a 34465A that digitizes. */
struct dmm_dig {
    double aperture_s, interval_s;
    uint32_t pretrigger;
    bool autozero, falling, timed;
    bool waiting; /* armed, and the record is not whole yet */
    struct instant armed_at;
    double record_V[KEYSIGHT_3446X_RECORD_MAX];
};

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
    struct dmm_dig dig;
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
double dmm_in_range_V(const struct dmm *d, double u_V);
/* Measures at once if nothing has to be waited for. */
void dmm_initiate(struct dmm *d);

/* Settings. 0, or the SCPI error number, and nothing is changed. */
int dmm_set_number(struct span args, double min, double max, double *out);
int dmm_set_count(struct span args, uint32_t *out);
int dmm_set_range(struct dmm *d, struct span args);
int dmm_set_nplc(struct dmm *d, struct span args);
int dmm_set_switch(struct dmm *d, struct span args, bool *out);

/* Answers, joined by ';' within a line. */
void dmm_say_number(struct dmm *d, struct obuf *out, double value);
void dmm_say_count(struct dmm *d, struct obuf *out, double value);
/* Arguments that are words have short and long forms as headers have. */
bool dmm_argument_is(struct span text, const char *pattern);

/* Digitizing. False: not one of its words; else *error is 0 or the SCPI error number. */
bool dmm_dig_unit(struct dmm *d, const struct scpi_unit *unit, struct obuf *out, int *error);
void dmm_dig_preset(struct dmm *d);
/* Is it set up to take records? Then INIT arms it. */
bool dmm_dig_arms(const struct dmm *d);
void dmm_dig_arm(struct dmm *d);
/* Samples in memory now; takes the record when its last sample is due. */
uint64_t dmm_dig_points(struct dmm *d);

#endif
