/* What the files of the checker share. Private to sequences/check*.
 *
 *   checker.c       the order of things            check_run.c    the tree, walked as it will run
 *   check_files.c   limits, gases, tables          check_value.c  values of expressions
 *   check_names.c   names, scopes, suggestions     check_mix.c    flows, gas rules, streams
 *   check_expr.c    kinds and dimensions           check_time.c   estimate of time and gas
 *   check_call.c    functions                      check_limits.c measurements against limits
 *   check_decl.c    head of the file
 *   check_stmt.c, check_output.c, check_wait.c, check_measure.c    statements
 *
 * First every statement is looked at once (names, units, form). Then the tree is run without a
 * bench: once with the default parameters, which also gives the estimate, and once for every corner
 * of their ranges. A value that is only known on a bench is NaN there, and nothing is concluded
 * from it. */
#ifndef SEQUENCES_CHECK_H
#define SEQUENCES_CHECK_H

#include "sequences/arena.h"
#include "sequences/checker.h"

enum {
    CHECK_LOOP_MAX = 10000,
    CHECK_ACTIONS_MAX = 200000,
    CHECK_WORK_MAX = 400000, /* statements over all corners */
    CHECK_CORNER_PARAMS = 12,
    CHECK_REPORTED_MAX = 128,
    CHECK_LIST_MAX = 256,
    CHECK_PARAMS_MAX = 64,
    CHECK_COLUMNS_MAX = 64,
    CHECK_PATTERNS_MAX = 256,
    CHECK_ERRORS_MAX = 200, /* then the rest is not looked at */
    CHECK_SAMPLES_MAX = 1 << 16,
    CHECK_MIX_MAX = 8,
    CHECK_CAPTURE_MAX = 8,
};

enum check_kind { KIND_BAD, KIND_NUMBER, KIND_TEXT, KIND_LOGIC };

/* KIND_BAD: already reported, fits everything. */
struct check_type {
    enum check_kind kind;
    struct dim dim;
    const struct unit *unit; /* to show it in; NULL: by dimension */
};

/* A tag of a measurement, for fit_slope(y, tag) after the loop. */
struct check_tag {
    const char *name;
    enum binding binding;
    const void *item;
    struct check_type type;
    struct check_tag *next;
};

/* A name of the whole program. */
struct check_sub;
struct check_name {
    const char *name;
    enum binding binding;
    const void *item;
    struct check_sub *sub; /* of `subs`, instead of an item */
    struct check_type type;
    struct check_tag *tags;
    struct check_name *chain, *next; /* same bucket; order of the text */
};

enum { CHECK_BUCKETS = 2048 };
struct check_names {
    struct check_name *bucket[CHECK_BUCKETS];
    struct check_name *first, **tail;
    size_t count;
};

/* A loop variable or a parameter of a sub, innermost first. */
struct check_scope {
    const char *name;
    enum binding binding; /* LOOP, COLUMN (name is the row variable), SUB_PARAM */
    const void *item;
    struct check_type type;
    const struct csv_table *table;
    const struct check_scope *outer;
};

struct check_value {
    double si;        /* NaN: not known before the run */
    struct unit unit; /* to show it in; name "" without one */
    struct span text;
    bool is_text;
};

/* What a name in `subs` points at: a body is looked at once, where it is first called. */
struct check_sub {
    struct sub *sub;
    enum { SUB_NEW, SUB_OPEN, SUB_DONE } state;
};

/* Value of a loop variable or sub parameter while the tree is run. */
struct check_frame {
    const void *item;
    const char *name;
    struct check_value value;
    const struct csv_table *table;
    size_t row;
    const struct check_frame *outer;
};

struct check_span {
    double best, typical, worst; /* seconds */
};

struct check_stream {
    bool on;
    struct gas_mix mix, worst; /* in the pipe, also when it is off */
    struct gas_mix before;     /* worst case of what the pipe held before it */
    bool filled;
    double total_Lmin, flow_Lmin[CHECKED_GASES_MAX];
};

struct check_gasline {
    struct check_stream stream[2]; /* a, b */
    unsigned selected;
    bool suction;                  /* on, or not known to be off */
    bool proven;                   /* the purge is, and stream a was not off since */
    struct check_span inert_since; /* when inert gas began to flow through stream a */
    double inert_Lmin;             /* the most of it since then; 0: none flows */
    bool unknown;                  /* a mix was refused: what follows from it is not judged */
};

struct check_run {
    double *param_si, *last_set; /* by parameter, by channel */
    const struct check_frame *frame;
    struct check_gasline gas;
    const struct channel *holder; /* on: what it holds is the bench's; NULL: off, or not known */
    struct check_span time;
    double cleanup_s; /* of waits and ramps in cleanup */
    unsigned actions, work;
    bool nominal; /* the default parameters: estimate and measurements are taken here */
    bool in_cleanup, stop;
};

struct check {
    struct program *program;
    const struct bench_view *view;
    struct diag *diag;
    struct checked *out;
    struct arena *arena;
    struct check_names params, subs, made, captures, steps;
    struct check_names patterns;  /* measurements with {x} */
    struct check_names instances; /* names of measurements as the run will make them */
    const struct check_scope *scope;
    const struct stmt *parent_step;
    bool in_cleanup, in_lane, has_fuel;
    unsigned calls; /* depth of subs being looked at */
    struct check_run run;
    struct check_column {
        const struct csv_table *table;
        int column;
        struct check_type type;
    } columns[CHECK_COLUMNS_MAX]; /* whose types are known */
    unsigned column_count;
    const void *reported[CHECK_REPORTED_MAX];
    unsigned reported_count;
    char help[160];
};

/* check_names.c */
void check_error(struct check *c, struct place at, const char *help, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void *check_take(struct check *c, size_t size); /* zeroed; NULL: out of memory (arena_failed) */
struct check_name *check_name_find(const struct check_names *names, struct span name);
/* NULL: out of memory. Does not look for duplicates. */
struct check_name *check_name_add(struct check *c, struct check_names *names,
                                  struct check_name name);
/* "did you mean 'x'?" in c->help, or NULL. */
const char *check_near(struct check *c, const char *word, const struct check_names *names);
const char *check_near_channel(struct check *c, const char *word);
/* NULL after an error. */
const struct channel *check_channel(struct check *c, const char *name, struct place at);
/* Finds and binds; reports. */
struct check_type check_resolve(struct check *c, struct expr *name);
/* Every {name} of a text. */
void check_braces(struct check *c, const char *text, struct place at, bool quoted);
struct check_name *check_find_made(struct check *c, const char *name);
bool check_fits_pattern(const char *pattern, const char *name);
/* False the first time for this key. */
bool check_reported(struct check *c, const void *key);

/* check_expr.c */
struct check_type check_expr(struct check *c, struct expr *expr);
struct check_type check_number_type(struct dim dim, const struct unit *unit);
struct check_type check_channel_type(const struct channel *channel);
const char *check_unit_name(const struct check_type *type);
/* A number of this dimension; false after an error. `what` starts the message: "the time-out". */
bool check_dim(struct check *c, struct expr *expr, struct dim dim, const char *what);
/* A difference in the channel's dimension (not degC), %rd or %fs. */
bool check_difference(struct check *c, struct expr *expr, const struct channel *channel,
                      const char *what);
bool check_same(const struct check_type *a, const struct check_type *b);
extern const struct dim check_dim_s, check_dim_Hz, check_dim_flow;

/* check_call.c */
struct check_type check_call(struct check *c, struct expr *call);
struct check_type check_function(struct check *c, const char *name, struct place at,
                                 struct expr *const *arg, unsigned args);
bool check_has_select(const struct stmt *stmt);

/* check_decl.c */
void check_declarations(struct check *c);
/* A new measurement, loop variable ... must not hide another name; false after an error. */
bool check_new_name(struct check *c, const char *name, struct place at);
/* The body of a sub that was not looked at yet. */
void check_sub_body(struct check *c, struct check_sub *sub);

/* check_stmt.c, check_output.c, check_wait.c, check_measure.c */
void check_set_stmt(struct check *c, struct stmt *stmt);
void check_mix_stmt(struct check *c, struct stmt *stmt);
void check_stream_stmt(struct check *c, struct stmt *stmt);
void check_block(struct check *c, struct stmt *stmt);
void check_wait(struct check *c, struct stmt *stmt);
void check_measure(struct check *c, struct stmt *stmt);
void check_capture(struct check *c, struct stmt *stmt);
void check_calc(struct check *c, struct stmt *stmt);

/* check_files.c */
void check_load_files(struct check *c);
/* NULL after an error. */
const struct csv_table *check_load_table(struct check *c, const char *path, struct place at);
/* Type of a whole column; reports cells that differ from the first. */
struct check_type check_column_type(struct check *c, const struct csv_table *table, int column);
struct check_value check_cell(const struct csv_table *table, size_t row, int column);

/* check_value.c */
struct check_value check_value(struct check *c, const struct expr *expr);
double check_number(struct check *c, const struct expr *expr); /* NaN if none */
/* "ip_{row.point}" with its values; false: not known before the run, or too long. */
bool check_expand(struct check *c, const char *text, char *out, size_t cap);
/* " when total = 1, settle = 10", or "". */
void check_when(struct check *c, char *out, size_t cap);

/* check_run.c */
void check_run_all(struct check *c);
void check_run_block(struct check *c, const struct stmt *stmt);

/* check_set.c, check_mix.c */
void check_run_set(struct check *c, const struct stmt *stmt);
void check_run_mix(struct check *c, const struct stmt *stmt);
void check_run_suction(struct check *c, const struct set_item *item);
void check_run_select(struct check *c, const struct stmt *stmt);
/* check_dew.c: a mix that would condense is an error of its statement. */
void check_dew(struct check *c, const struct stmt *stmt, const struct check_stream *stream);

/* check_time.c: one function for each kind of wait. */
void check_time_add(struct check *c, struct check_span span);
void check_time_stmt(struct check *c, const struct stmt *stmt);
void check_time_set(struct check *c, const struct channel *channel, double si, double ramp_si);
/* At worst both pipes fill anew before a switch. */
void check_time_fill(struct check *c, const struct check_stream *a, const struct check_stream *b);
void check_time_mix(struct check *c, const struct stmt *stmt, const struct check_stream *from,
                    const struct check_stream *to);
void check_time_off(struct check *c, unsigned stream); /* the flush before the flow ends */

/* check_limits.c */
void check_instance(struct check *c, const struct stmt *stmt);
void check_limits(struct check *c);

#endif
