/* A station file and its channel table from texts, in a folder of their own. */
#ifndef TESTS_SUPPORT_STATION_TEXT_H
#define TESTS_SUPPORT_STATION_TEXT_H

#include "bench/station.h"

#define STATION_TEXT_BASE                                                                          \
    "station t kind \"lambda-rig\" version 1 \"a title\"\nsites 2\nchannels \"c.csv\"\n"           \
    "reference 0 degC\n"                                                                           \
    "instrument mfc alicat sim \"bus\" address A full-scale 10 L/min reference 25 degC\n"          \
    "instrument psu hmp4040 sim \"psu\" channels 4\ninstrument io numato sim \"io\"\n"             \
    "instrument wb1 rusefi sim \"can1\" supply 13.5 V\n"                                           \
    "instrument wb2 rusefi sim \"can2\" supply 13.5 V\n"
#define STATION_TEXT_TABLE                                                                         \
    "channel,scope,dir,unit,min,max,slew,settle,instrument,signal,u95\n"                           \
    "gas.n2,shared,out,L/min,0.05,10,5 L/min/s,1.0 s,mfc,flow,0.6 %rd\n"                           \
    "psu.u,shared,out,V,0,16,10 V/s,0.2 s,psu,u[1..4],15 mV\n"                                     \
    "sel,shared,out,a|b,,,,20 ms,io,out3,\n"                                                       \
    "dut.un,site,in,mV,0,1200,,0.5 s,wb{site},un,3 mV\n"

struct station_text {
    struct diag diag;
    struct station *station;
    enum rc rc;
};

/* A message: where, and parts of what is said; `help` "": none is given. */
struct station_mistake {
    const char *text;
    unsigned line, col; /* in the file that holds the mistake */
    const char *message, *help;
};

/* For the group of a cmocka program: *state becomes the folder. */
int station_text_make_folder(void **state);
int station_text_remove_folder(void **state);
void station_text_write(const char *folder, const char *name, const char *text);
/* Writes t.station and c.csv and loads them; unload whatever the outcome. */
struct station_text station_text_load(const char *folder, const char *station, const char *table);
void station_text_unload(struct station_text *l);
bool station_text_says(const struct station_text *l, const struct station_mistake *m);

#endif
