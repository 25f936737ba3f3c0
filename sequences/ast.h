/* The syntax tree of a sequence file. Built by sequences/parser, proven by sequences/checker,
 * walked by sequences/engine. All nodes, names and strings live in the program's arena and die with
 * it.
 *
 * Grammar: docs/writing-a-sequence.md. Statements are linked lists through `next`.
 *
 *   parallel   one STMT_PARALLEL per lane: the first stands in the block (its `body` is the first
 *              lane), its `otherwise` is the STMT_PARALLEL of the second lane, and so on
 *   wait       `over` is the time of STMT_WAIT_TIME; of `wait N x t90(channel)` `count` and
 * `channel` are set instead and `over` is NULL for in list   `names`, each with a value and no name
 *   -40 degC   is one negative quantity, not a negation */
#ifndef SEQUENCES_AST_H
#define SEQUENCES_AST_H

#include "core/diag.h"
#include "core/units.h"

enum expr_kind {
    EXPR_QUANTITY, /* 8.29 %; a bare number has the unit "" */
    EXPR_TEXT,     /* "lean8" */
    EXPR_SWITCH,   /* on, off */
    EXPR_NAME,   /* parameter, loop variable, channel, measurement, calc, row.column, edge.dut.ip */
    EXPR_NOT,    /* not a */
    EXPR_NEGATE, /* - a */
    EXPR_BINARY, /* a op b */
    EXPR_CALL,   /* elapsed(), t63(x), sqrt(x), fit_slope(y, x) ... */
};

enum expr_op {
    OP_ADD,
    OP_SUB,
    OP_MUL,
    OP_DIV,
    OP_LT,
    OP_LE,
    OP_GT,
    OP_GE,
    OP_EQ,
    OP_NE,
    OP_AND,
    OP_OR
};

enum { EXPR_ARGS_MAX = 4 };

struct expr {
    enum expr_kind kind;
    struct place at;
    struct unit unit; /* QUANTITY: as written */
    double value;     /* QUANTITY: in that unit; SWITCH: 0 or 1 */
    const char *text; /* TEXT, NAME, CALL: the word; may hold {name} parts in TEXT */
    enum expr_op op;
    struct expr *arg[EXPR_ARGS_MAX];
    unsigned args;
    const void *bound; /* NAME: what the checker resolved it to (its own tables), for the engine */
    int bound_kind;    /* enum binding of sequences/checker.h */
};

enum stmt_kind {
    STMT_SET,
    STMT_MIX,
    STMT_SELECT,
    STMT_WAIT_TIME,
    STMT_WAIT_UNTIL,
    STMT_WAIT_STABLE,
    STMT_WAIT_SETTLED,
    STMT_MEASURE,
    STMT_CAPTURE,
    STMT_CALC,
    STMT_CHECK,
    STMT_NOTE,
    STMT_ASK,
    STMT_SCAN,
    STMT_FOR,
    STMT_REPEAT,
    STMT_IF,
    STMT_CALL,
    STMT_PARALLEL,
    STMT_EXCLUSIVE,
    STMT_STEP
};

/* One `chan = value` of a set. */
struct set_item {
    const char *channel;
    struct place at;
    struct expr *value;
    const void *bound; /* checker: const struct channel * */
    struct set_item *next;
};

/* One `gas amount` of a mix; `balance` has amount NULL. */
struct mix_item {
    const char *gas;
    struct place at;
    struct expr *amount;
    const void *bound; /* checker: const struct gas_supply * */
    struct mix_item *next;
};

struct name_item {
    const char *name;
    struct place at;
    struct expr *value; /* named arguments of call, defaults of sub; NULL where not meant */
    struct name_item *next;
};

enum step_on { STEP_CONTINUE, STEP_STOP_SITE, STEP_STOP_BATCH };
enum loop_order { ORDER_GIVEN, ORDER_DOWN, ORDER_UPDOWN, ORDER_RANDOM };

struct stmt {
    enum stmt_kind kind;
    struct place at;
    struct stmt *next;
    struct stmt *body; /* step, for, repeat, if-then, capture, exclusive, first lane of parallel */
    struct stmt *otherwise; /* if-else; next lane of parallel */

    const char
        *name; /* id of step (may hold {x}), measure, capture, calc, loop variable, sub, lane */
    const char
        *title; /* step's "..."; check's, note's and ask's text; scan's pattern; table's path */
    struct set_item *sets;
    struct mix_item *mixes;
    struct name_item *names; /* capture channels, measure tags, call arguments */

    struct expr
        *value;      /* measured / calculated / checked / until expression; repeat count; first */
    struct expr *to; /* for ... to; ask's default */
    struct expr *stride; /* for ... step */
    struct expr *over;   /* measure over, set over, mix over, wait time, capture for */
    struct expr *ramp;   /* set ramp */
    struct expr *band;   /* wait stable within / slope */
    struct expr *hold;   /* wait stable for */
    struct expr *timeout;
    struct expr *total;   /* mix total */
    struct expr *rate;    /* capture at */
    struct expr *pre;     /* capture pre */
    struct expr *count;   /* wait N x t90(channel) */
    const char *channel;  /* wait stable, wait settled, wait N x t90(channel) */
    const char *func;     /* measure: mean median ...; wait N x t90(channel): "t90" or "t63" */
    struct expr *second;  /* measure fit_slope(y, x): the x */
    struct expr *more[2]; /* measure vi_limit(i, u, from, to): the bounds */
    struct place name_at, title_at, channel_at, func_at; /* of the words above; line 0: not there */
    char stream;                                         /* mix, select: 'a' or 'b' */
    bool off;                                            /* mix off */
    bool both;    /* mix off without a letter: meant for both streams; `stream` is then 'a' */
    bool wrong;   /* checker: its form was refused, its values are not looked at */
    bool slope;   /* wait stable slope */
    bool predict; /* wait settled ... predict */
    bool in_table, in_list; /* for: over a table / a list (values linked by `names`) */
    enum loop_order order;
    uint64_t seed;
    unsigned retry;
    bool retry_on_fail;
    enum step_on on_fail;
    const void *table; /* for in table: struct csv_table * bound by the checker */
    const void
        *target; /* checker: struct sub * of call, struct channel * of wait stable / settled */
};

/* What stands in the brackets of a measurement; `arg` has room for 4. */
unsigned measure_args(const struct stmt *stmt, struct expr **arg);

struct param {
    const char *name, *title;
    struct place at;              /* of its name */
    struct expr *value, *lo, *hi; /* lo, hi NULL: no range */
    struct param *next;
};

struct envelope_rule {
    const char *channel;
    struct place at;
    enum expr_op op;      /* OP_LE, OP_GE; a range has both lo and hi */
    struct expr *lo, *hi; /* one may be NULL */
    enum { ELSE_FAIL, ELSE_CLEANUP, ELSE_ESTOP } otherwise;
    struct envelope_rule *next;
};

struct record_rule {
    struct name_item *channels; /* "gas.*" allowed */
    struct expr *rate;
    struct place at;
    struct record_rule *next;
};

struct sub {
    const char *name;
    struct place at;
    struct name_item *params;
    struct stmt *body;
    bool has_select; /* checker: somewhere in it or in what it calls */
    struct sub *next;
};

struct program {
    const char *name, *title, *station_kind, *limits_path, *gases_path, *part;
    struct place at, station_at, limits_at, gases_at, part_at;
    unsigned version;
    struct param *params;
    struct envelope_rule *envelope;
    struct record_rule *records;
    struct sub *subs;
    struct stmt *setup, *main, *cleanup; /* NULL: none */
    struct expr *cleanup_within;
    struct place setup_at, main_at, cleanup_at; /* line 0: the section is missing */
    struct arena *arena;
};

#endif
