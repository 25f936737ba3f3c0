/* What a sequence may know of the bench: channels, gases, and the station's envelope, as plain data
 * made by bench/ from the station file. Values of channels are SI inside sequences/. */
#ifndef SEQUENCES_CHANNEL_H
#define SEQUENCES_CHANNEL_H

#include "core/clock.h"
#include "core/units.h"
#include "gas/species.h"

enum channel_type { CHANNEL_QUANTITY, CHANNEL_ONOFF, CHANNEL_STREAM /* a|b */ };

/* U95 of a reading: sqrt(abs^2 + (rel * reading)^2); absent: known false. */
struct u95 {
    bool known;
    double abs_si, rel, of_full_scale;
};

struct channel {
    const char *name; /* "dut.ip", "gas.n2" */
    bool per_site;
    bool output;
    enum channel_type type;
    struct unit unit; /* as in the channel table: values are shown and stored in it */
    double min_si, max_si;
    double slew_si;         /* per second; 0: not limited */
    struct duration settle; /* typical; 0: none */
    struct duration period; /* how often a new value comes; 0: unknown */
    struct u95 u95;
    bool coarse;  /* its steps are larger than its noise: equal readings are no sign of a fault */
    bool derived; /* computed by the bench: no instrument of its own */
    const char *nothing; /* why it measures nothing on this station's twin; NULL: it does */
    /* While this on/off output is on the bench itself drives the channel; NULL: it never does. */
    const char *held_by;
};

/* One gas of the gases table: which channel doses it and what the cylinder holds. */
struct gas_supply {
    const char *name;    /* "rich" */
    const char *channel; /* "gas.rich" */
    struct gas_mix mix;
};

/* One line of the station's envelope, SI; NAN where a side is open. */
struct envelope_limit {
    const char *channel;
    double lo_si, hi_si;
    enum { TRIP_FAIL, TRIP_CLEANUP, TRIP_ESTOP } action;
};

/* What the station's kind of part says, as a name of a sequence: "type.trim_series". */
struct type_constant {
    const char *name;
    struct unit unit;
    double value; /* in it */
};

struct bench_view {
    const char *station_name, *station_kind;
    unsigned sites;
    const struct channel *channels;
    size_t channel_count;
    const struct envelope_limit *envelope;
    size_t envelope_count;
    const struct type_constant *constants;
    size_t constant_count;
    double extraction_Lmin;                  /* proven by an interlock; 0: none declared */
    double volume_L;                         /* gas volume from the controllers to the sensor */
    double purge_volumes, interlude_volumes; /* 5 and 3 unless the station asks for more */
    double hottest_degC;                     /* hottest gas path, for LFL(T) */
    double coldest_degC; /* coldest wall of it, for water vapour; NaN: none declared */
    bool has_streams;
    const char *suction; /* switch of a pump behind the elements: air may leak in; NULL: none */
    bool b_is_ambient;   /* stream b goes to the ambient side of the elements: nothing selects it */
};

/* Where a flow goes by its pipe: where stream b is the ambient side, channels named gas.ambient_*
 * are 'b' and all others 'a'. 0: either, as a mix says. */
char channel_stream(const struct bench_view *view, const char *name);

/* -1: none. */
int channel_find(const struct bench_view *view, struct span name);
/* The highest pressure at the elements: what the range and the station's envelope allow
 * `gas.pressure`, at least 110 kPa. */
double channel_most_kPa(const struct bench_view *view);

#endif
