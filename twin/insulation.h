/* The insulation of a part between its heater and its signal leads, and between these and its
 * housing, as an insulation tester behind relays finds it.
 *
 *   1/R(T, t) = 1/R_dry + 1/R_damp + exp(-Ea/k (1/T - 1/T0))/R_iso + A/t
 *
 * R_dry: what a sound and dry package has cold. R_iso: the path through the hot ceramic, heater to
 * signals only (nernst_wiring.iso_ohm, T0 780 degC, Ea 1 eV): at 20 degC it is 2e12 times its value
 * at T0 and shows nowhere, that of a part with D20 included. R_damp: moisture or a track over the
 * surface (D40), to the housing twice as much. A/t: absorption, by which the current falls for a
 * while after the voltage came. The current is proportional to the voltage. R_dry of 3 and 5 Gohm
 * (spread e^0.4), A = 2 pA s/V and that R_damp does not depend on the temperature are assumptions.
 */
#ifndef TWIN_INSULATION_H
#define TWIN_INSULATION_H

#include "core/clock.h"
#include "twin/twin.h"

enum insulation_pair { INSULATION_HEATER_SIGNALS, INSULATION_SIGNALS_HOUSING, INSULATION_PAIRS };

struct insulation_part {
    double dry_ohm[INSULATION_PAIRS];
    double iso_ohm;  /* heater to signals at 780 degC; 0: far above anything that shows */
    double damp_ohm; /* heater to signals; 0: dry */
};

/* `spread` false: nominal. */
void insulation_draw(struct insulation_part *part, uint64_t seed, unsigned site, bool spread);
/* `s`: since the voltage came, at least a step of the twin. */
double insulation_ohm(const struct insulation_part *part, enum insulation_pair pair, double T_K,
                      double s);

/* The tester and its relays. Relay c, with `sites` sites: c < sites heater to signals of site
 * c + 1; c < 2 sites signals to housing; c < 3 sites the check resistors of a site, one across each
 * of its pairs, in the fixture behind the relays of the pairs. */
struct insulation_rig {
    bool closed[3 * TWIN_SITES_MAX];
    double volt;
    uint64_t on_tick; /* when the voltage came */
    double gain;      /* of the tester: reading / truth */
    uint64_t key;     /* noise */
    struct insulation_part parts[TWIN_SITES_MAX];
};

struct twin;
void insulation_rig_build(struct twin *twin);

#endif
