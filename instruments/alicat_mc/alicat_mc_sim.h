/* Inside the Alicat simulator: its state, and what it says. The commands are in alicat_mc_sim.c. */
#ifndef INSTRUMENTS_ALICAT_MC_ALICAT_MC_SIM_H
#define INSTRUMENTS_ALICAT_MC_ALICAT_MC_SIM_H

#include "instruments/alicat_mc/alicat_mc.h"

enum { ALICAT_LINE_MAX = 64, ALICAT_GASES = 30, ALICAT_HELD = 1, ALICAT_LOCKED = 2 };

struct alicat_sim {
    struct sim_setup setup;
    const struct alicat_unit *unit;
    int family; /* 5, 8 or 10: the number before the v of the firmware */
    char line[ALICAT_LINE_MAX];
    size_t len;
    bool too_long;
    char id, source;
    unsigned gas, status;
    double setpoint, full_scale; /* in the unit of flow or pressure */
    bool streaming;
    struct instant next_frame;
    char serial[32];
};

/* Number of the gas of that name, -1 if it has none. */
int alicat_find_gas(const char *name);
/* What one of the device's unit is: standard litres per minute at the station's reference, or kPa.
 */
double alicat_station_size(const struct alicat_sim *sim);
double alicat_read_plant(const struct alicat_sim *sim, enum plant_signal signal,
                         struct instant now);

/* Whole answers, with their CR. What does not fit any more is not said. */
void alicat_say(struct obuf *out, const char *text);
void alicat_say_data(const struct alicat_sim *sim, struct instant now, struct obuf *out);
void alicat_say_firmware(const struct alicat_sim *sim, struct obuf *out);
void alicat_say_manufacturer(const struct alicat_sim *sim, struct obuf *out);
void alicat_say_columns(const struct alicat_sim *sim, struct obuf *out);
void alicat_say_gases(const struct alicat_sim *sim, struct obuf *out);
void alicat_say_setpoint(const struct alicat_sim *sim, struct obuf *out);
void alicat_say_full_scale(const struct alicat_sim *sim, struct obuf *out);
void alicat_say_word(const struct alicat_sim *sim, const char *text, struct obuf *out);
void alicat_say_unit(const struct alicat_sim *sim, struct obuf *out);

#endif
