/* The simulated unit behind its words: inputs with their set-up, scan list, relays. */
#ifndef INSTRUMENTS_KEYSIGHT_DAQ970A_KEYSIGHT_DAQ970A_MUX_H
#define INSTRUMENTS_KEYSIGHT_DAQ970A_KEYSIGHT_DAQ970A_MUX_H

#include "instruments/keysight_daq970a/keysight_daq970a.h"
#include "instruments/proto/scpi.h"

/* Each card has twenty; the plant knows the first SCANNER_CHANNELS_MAX. */
enum { MUX_INPUTS = 20, MUX_RELAYS = 20 };
/* Error numbers of this family beside the standard's. */
enum { MUX_NO_SLOT = 111, MUX_NO_CHANNEL = 112, MUX_EMPTY_LIST = 113 };

struct mux_input {
    double range_V, nplc;
    bool autorange, high_z;
};

enum mux_source { MUX_SOURCE_IMM, MUX_SOURCE_EXT, MUX_SOURCE_BUS };

struct mux {
    const struct keysight_daq970a_model *model;
    struct plant plant;
    struct instant now;
    struct mux_input input[MUX_INPUTS];
    double held_V[MUX_INPUTS]; /* what INIT measured */
    unsigned scan[MUX_INPUTS]; /* inputs, from 0 */
    size_t scan_count, held;
    uint32_t closed; /* bit per relay, from 0 */
    uint32_t scans;  /* TRIG:COUN */
    enum mux_source source;
    bool units, times, channels, alarms; /* FORM:READ */
    struct scpi_ear ear;
    char serial[32];
};

/* Power-on and *RST: relays open, no scan list, no fields, every input at 10 Mohm. */
void mux_reset(struct mux *m);
/* At input n; infinite: overload. */
double mux_measure_V(const struct mux *m, unsigned n);
double mux_range_V(const struct mux *m, unsigned n);
void mux_initiate(struct mux *m);
void mux_switch(struct mux *m, unsigned relay, bool closed);

/* Settings. 0, or the error number. */
int mux_configure(struct mux *m, unsigned n, struct span range);
int mux_set_range(struct mux *m, unsigned n, struct span args);
int mux_set_nplc(struct mux *m, unsigned n, struct span args);
int mux_set_impedance(struct mux *m, unsigned n, struct span args);

/* Takes the "(@..)" off the end of the arguments; the list counts from 0. */
int mux_take_list(struct span *args, unsigned slot, unsigned list[MUX_INPUTS], size_t *count);

/* Answers; a ';' goes before all but the first of a line. Those with int: 0, or the error number.
 */
enum rc mux_put_reading(struct obuf *out, double value);
void mux_say_number(struct mux *m, struct obuf *out, double value);
void mux_say_error(struct mux *m, struct obuf *out);
void mux_say_scan(struct mux *m, struct obuf *out);
int mux_answer_fetch(struct mux *m, struct obuf *out);
int mux_answer_read(struct mux *m, struct obuf *out);
int mux_answer_card(struct mux *m, struct span args, struct obuf *out);

#endif
