/* A bench for tests of sequences: the channels of tests/data/seq/stations/rig1_channels.csv as the
 * station would hand them over. */
#ifndef TESTS_SUPPORT_RIG_VIEW_H
#define TESTS_SUPPORT_RIG_VIEW_H

#include <math.h>

#include "sequences/channel.h"

struct rig_row {
    const char *name, *unit; /* in `unit`; slew per second */
    double min, max, slew, settle_s;
    char io;   /* 'i', 'o' */
    char kind; /* 'q' quantity, 'b' on or off, 's' stream */
};

enum { RIG_CHANNELS = 20, RIG_LIMITS = 5 };

struct rig_view {
    struct channel channels[RIG_CHANNELS];
    struct envelope_limit envelope[RIG_LIMITS];
    struct bench_view view;
};

/* clang-format off */
static const struct rig_row rig_rows[RIG_CHANNELS] = {
    {"gas.n2",        "L/min", 0.05, 10,   5, 1.0,  'o', 'q'},
    {"gas.o2",        "L/min", 0.02, 1,    1, 1.0,  'o', 'q'},
    {"gas.rich",      "L/min", 0.05, 5,    3, 1.0,  'o', 'q'},
    {"gas.total",     "L/min", 0,    10,   0, 1.5,  'i', 'q'},
    {"gas.lean1",     "L/min", 0.05, 5,    3, 1.0,  'o', 'q'},
    {"gas.select",    "",      0,    0,    0, 0.02, 'o', 's'},
    {"vent.fuel_lfl", "%",     0,    100,  0, 0.5,  'i', 'q'},
    {"room.co",       "ppm",   0,    500,  0, 0,    'i', 'q'},
    {"dut.ip",        "mA",    -4,   4,    0, 2.0,  'i', 'q'},
    {"dut.un",        "mV",    0,    1200, 0, 0.5,  'i', 'q'},
    {"dut.uh",        "V",     0,    14,   0, 0,    'i', 'q'},
    {"dut.ih",        "A",     0,    5,    0, 0,    'i', 'q'},
    {"dut.ri",        "ohm",   20,  20000, 0, 2.0,  'i', 'q'},
    {"dut.tc",        "degC",  0,    1100, 0, 0,    'i', 'q'},
    {"dut.rh",        "ohm",   0,    50,   0, 0,    'i', 'q'},
    {"dut.riso",      "Mohm",  0,    1000, 0, 0,    'i', 'q'},
    {"dut.heater",    "",      0,    1,    0, 0,    'o', 'b'},
    {"dut.ri_target", "ohm",   80,   1000, 0, 4.0,  'o', 'q'},
    {"psu.ubatt",     "V",     0,    16,  10, 0.2,  'o', 'q'},
    {"psu.imax",      "A",     0,    5,    0, 0,    'o', 'q'},
};
static const struct { const char *name, *unit; double lo, hi; int action; } rig_envelope[RIG_LIMITS] = {
    {"gas.total",     "L/min", 0,         10,  TRIP_FAIL},
    {"vent.fuel_lfl", "%",     (double)NAN, 25,  TRIP_FAIL},
    {"room.co",       "ppm",   (double)NAN, 60,  TRIP_ESTOP},
    {"dut.uh",        "V",     (double)NAN, 13,  TRIP_FAIL},
    {"dut.tc",        "degC",  (double)NAN, 950, TRIP_CLEANUP},
};
/* clang-format on */

static inline struct unit rig_unit(const char *name)
{
    struct unit unit = {.name = "", .dim = dim_one, .scale = 1};
    if (*name && unit_find(span_text(name), &unit))
        unit.scale = 0;
    return unit;
}

static inline void rig_view_init(struct rig_view *rig)
{
    memset(rig, 0, sizeof *rig);
    for (size_t i = 0; i < RIG_CHANNELS; i++) {
        const struct rig_row *row = &rig_rows[i];
        struct channel *channel = &rig->channels[i];
        channel->name = row->name;
        channel->per_site = strncmp(row->name, "dut.", 4) == 0;
        channel->output = row->io == 'o';
        channel->type = row->kind == 'b'   ? CHANNEL_ONOFF
                        : row->kind == 's' ? CHANNEL_STREAM
                                           : CHANNEL_QUANTITY;
        channel->unit = rig_unit(row->unit);
        channel->min_si = unit_to_si(&channel->unit, row->min);
        channel->max_si = unit_to_si(&channel->unit, row->max);
        channel->slew_si = row->slew * channel->unit.scale;
        channel->settle = duration_s(row->settle_s);
    }
    for (size_t i = 0; i < RIG_LIMITS; i++) {
        struct unit unit = rig_unit(rig_envelope[i].unit);
        rig->envelope[i].channel = rig_envelope[i].name;
        rig->envelope[i].lo_si = unit_to_si(&unit, rig_envelope[i].lo);
        rig->envelope[i].hi_si = unit_to_si(&unit, rig_envelope[i].hi);
        rig->envelope[i].action = rig_envelope[i].action;
    }
    rig->view = (struct bench_view){.station_name = "rig1",
                                    .station_kind = "lambda-rig",
                                    .sites = 4,
                                    .channels = rig->channels,
                                    .channel_count = RIG_CHANNELS,
                                    .envelope = rig->envelope,
                                    .envelope_count = RIG_LIMITS,
                                    .extraction_Lmin = 50000.0 / 60,
                                    .volume_L = 0.3,
                                    .purge_volumes = 5,
                                    .interlude_volumes = 3,
                                    .hottest_degC = 25,
                                    .has_streams = true};
}

#endif
