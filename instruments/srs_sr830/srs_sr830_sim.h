/* Inside of the simulator: its settings, the filter between plant and output, how it prints. For
 * the files srs_sr830_sim*.c only. */
#ifndef INSTRUMENTS_SRS_SR830_SRS_SR830_SIM_H
#define INSTRUMENTS_SRS_SR830_SRS_SR830_SIM_H

#include "instruments/srs_sr830/srs_sr830.h"

enum { LINE_MAX_BYTES = 256, POLES = 4, ARGS_MAX = 6, EXPANDS = 3 };

/* Settings; those up to SYNC are integers. */
enum setting {
    SETTING_OUTX,
    SETTING_LOCL,
    SETTING_OVRM,
    SETTING_FMOD,
    SETTING_RSLP,
    SETTING_HARM,
    SETTING_ISRC,
    SETTING_IGND,
    SETTING_ICPL,
    SETTING_ILIN,
    SETTING_SENS,
    SETTING_RMOD,
    SETTING_OFLT,
    SETTING_OFSL,
    SETTING_SYNC,
    SETTING_PHAS,
    SETTING_FREQ,
    SETTING_SLVL,
    SETTINGS
};

enum { STATUS_LIAS, STATUS_ERRS, STATUS_ESR, STATUS_STB, STATUSES };
enum { EVENT_INPUT = 0x01, EVENT_EXECUTION = 0x10, EVENT_COMMAND = 0x20, EVENT_POWER_ON = 0x80 };

struct lockin {
    struct plant plant;
    char model[8], serial[32];
    double setting[SETTINGS];
    double offset_pct[EXPANDS]; /* of X, Y, R: kept and told, not applied */
    unsigned expand[EXPANDS];
    unsigned status[STATUSES];
    double x_V[POLES], y_V[POLES]; /* behind each pole of the filter */
    struct instant now, filtered_at;
    char line[LINE_MAX_BYTES];
    size_t len;
    bool overflow;
};

/* An integer setting. */
static inline unsigned sr830_sim_code(const struct lockin *p, enum setting setting)
{
    return (unsigned)p->setting[setting];
}

/* The time since the last look passes, and what is too large or not locked leaves its bits. */
void sr830_sim_advance(struct lockin *p);
/* The sine output as set, to the plant. */
void sr830_sim_drive(const struct lockin *p);

/* Answers; what does not fit into `out` is lost. */
void sr830_sim_say_integer(struct obuf *out, unsigned value);
/* Numbering of SNAP? and, up to 4, of OUTP?. */
void sr830_sim_say_output(const struct lockin *p, struct obuf *out, unsigned which);
void sr830_sim_say_setting(const struct lockin *p, struct obuf *out, unsigned index);

#endif
