/* The limits file: what a measurement must be. Strict: UTF-8, full columns, `none` or an empty cell
 * for an absent side (a row without any limit needs `none`), lower <= upper, known units, no
 * duplicates.
 *
 *   measurement,part,lsl,usl,unit,guard,marginal,critical,comment      further columns are ignored
 *
 * guard: empty | U95 | n U95 | quantity | n % of the width. marginal: empty | n % of the width |
 * quantity. An empty unit is a plain number. critical: yes | no.
 *
 * The comment of a limit says where it comes from and how sure that is: "published (high): ...";
 * published | computed | assumed | exact, high | medium | low. */
#ifndef SEQUENCES_LIMITS_H
#define SEQUENCES_LIMITS_H

#include "core/csv.h"
#include "core/units.h"

enum guard_kind { GUARD_NONE, GUARD_U95, GUARD_ABSOLUTE, GUARD_WIDTH };

struct limit {
    char measurement[64], part[32]; /* part "*": all */
    struct unit unit;
    double lsl, usl; /* in the unit; -INFINITY / INFINITY where absent */
    enum guard_kind guard;
    double guard_value; /* factor of U95, absolute in the unit, or share of the width */
    double marginal;    /* absolute, in the unit; 0: none. A share of a one-sided limit is of its
                         * distance from 0 (and such a guard becomes GUARD_ABSOLUTE) */
    bool critical;
    bool sourced; /* its comment says so, or it has no limit and needs none */
    unsigned row; /* line in the file */
    struct place at;
};

struct limits {
    struct limit *rows;
    size_t count;
};

MUST_CHECK enum rc limits_load(const struct csv_table *table, struct diag *diag,
                               struct limits **out);
void limits_free(struct limits *limits);
/* The most specific row for this part (its own, then "*"), or NULL. */
const struct limit *limits_find(const struct limits *limits, const char *measurement,
                                const char *part);

#endif
