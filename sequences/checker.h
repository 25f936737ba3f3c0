/* Proves a parsed sequence against a bench before anything moves: names, units, set points at every
 * corner of the parameters' ranges, turn-down, gas rules and mixing lines, time-outs, limits'
 * units, envelope, cleanup, response times on `select` only. Reports every mistake once. */
#ifndef SEQUENCES_CHECKER_H
#define SEQUENCES_CHECKER_H

#include "core/csv.h"
#include "sequences/ast.h"
#include "sequences/channel.h"
#include "sequences/limits.h"

/* What EXPR_NAME.bound points at. */
enum binding {
    BIND_NONE,
    BIND_CHANNEL,   /* const struct channel * */
    BIND_PARAM,     /* const struct param * */
    BIND_LOOP,      /* const struct stmt * of the for */
    BIND_COLUMN,    /* row.column: const struct stmt * of the for; column name after the dot */
    BIND_SUB_PARAM, /* const struct name_item * */
    BIND_MEASURE,   /* const struct stmt * */
    BIND_CALC,      /* const struct stmt * */
    BIND_CAPTURE,   /* const struct stmt *; channel after the first dot */
};

/* A file that the sequence names; loaded by the checker, kept for the hash in the database. */
struct attached {
    const char *kind; /* "limits", "gases", "table" */
    struct source *source;
    struct csv_table *csv; /* NULL: did not parse */
};

enum { CHECKED_FILES_MAX = 16, CHECKED_GASES_MAX = 32, CHECKED_RULES_MAX = 256 };

struct estimate {
    double best_s, typical_s, worst_s;
    double gas_L[CHECKED_GASES_MAX]; /* typical, per gas of `gases` */
    unsigned actions, measurements, corners;
};

/* A program that passed: everything the engine needs beside the tree. */
struct checked {
    const struct program *program;
    const struct bench_view *view;
    struct attached files[CHECKED_FILES_MAX];
    unsigned file_count;
    struct limits *limits; /* NULL: the sequence names none */
    struct gas_supply gases[CHECKED_GASES_MAX];
    unsigned gas_count;
    struct estimate estimate;
};

/* RC_CONFIG: at least one error is in `diag` and *out is untouched; RC_NOSPACE: out of memory.
 * Files are searched beside the sequence. The view and the program outlive *out; a program that was
 * refused must not be run. Work is bounded: 200,000 statements in a run, 200 errors. */
MUST_CHECK enum rc program_check(struct program *program, const struct bench_view *view,
                                 struct diag *diag, struct checked **out);
void checked_free(struct checked *checked);

#endif
