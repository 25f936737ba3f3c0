/* One site with an element A, B, C or a bare LSU (kind A here): the part, what is connected to it,
 * and its reading, which is found once per grid point and only when somebody asks. */
#ifndef TWIN_SITE_DIRECT_H
#define TWIN_SITE_DIRECT_H

#include "twin/direct.h"
#include "twin/twin.h"

struct site_direct {
    enum twin_element_kind kind;
    struct direct_wires wires;
    union {
        struct direct_a a;
        struct direct_b b;
        struct direct_c c;
    } cell;
    struct site_edge {
        bool armed, seen; /* the next edge counts; it came */
        struct instant at;
        struct direct_a_edge step;
    } edge; /* of element A, at a digitizer's trigger input */
    uint64_t fast_key, jump_key, u_key, second_key, source_key, lock_in_key,
        reference_key; /* noise */
    bool found;        /* `reading` is of `at_tick` */
    uint64_t at_tick;
    double at_heater_V;
    struct direct_reading reading;
};

struct twin_site;

/* The heater's design of a kind; "EA", "EB", "EC". */
const struct heater_kind *site_direct_heater(enum twin_element_kind kind);
const char *site_direct_name(enum twin_element_kind kind);
/* The variants of a kind are 0..count - 1. */
unsigned site_direct_variants(enum twin_element_kind kind);

/* What a defect may hit in a nominal element of this configuration. */
const char *site_direct_refusal(const struct twin_config *config, int id);

/* Draws the part of site `i` (from 0), with its defects; site->part is drawn. */
void site_direct_build(struct twin *twin, unsigned i);
void site_direct_start(struct twin *twin, struct twin_site *site);
void site_direct_step(struct twin *twin, struct twin_site *site);

/* True values, without noise. */
const struct direct_reading *site_direct_read(struct twin *twin, struct twin_site *site);
struct impedance_point site_direct_lock_in(struct twin *twin, struct twin_site *site);
/* U_N of a second reference electrode; NaN: there is none. */
double site_direct_second_mV(struct twin *twin, struct twin_site *site);
/* What surrounds it now. */
struct direct_at site_direct_at(const struct twin *twin, const struct twin_site *site);
/* To be called before `wires` are written. */
struct direct_wires *site_direct_wires(struct twin *twin, struct twin_site *site);
const struct nernst_wiring *site_direct_wiring(const struct site_direct *direct);
void site_direct_truth(struct twin *twin, struct twin_site *site, struct twin_truth *out);

#endif
