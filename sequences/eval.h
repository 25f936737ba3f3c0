/* Expressions of a sequence, compiled once to a short program for a stack and run without
 * allocating.
 *
 * Numbers are SI doubles. Truth is 1, 0 or NaN ("cannot tell"): a comparison with NaN is NaN, so
 * that an unknown value neither passes nor fails a check. Texts can only be compared for equality.
 */
#ifndef SEQUENCES_EVAL_H
#define SEQUENCES_EVAL_H

#include "sequences/arena.h"
#include "sequences/ast.h"
#include "sequences/channel.h"

enum eval_op {
    EVAL_CONST,
    EVAL_TEXT,
    EVAL_SLOT,    /* a: index in eval_context.slots */
    EVAL_COLUMN,  /* a: slot that holds the row; b: table * 64 + column */
    EVAL_CHANNEL, /* a: channel of the bench view; in compiled code: index in eval_code.channel */
    EVAL_HOOK,    /* a: told to eval_context.hook */
    EVAL_ELAPSED,
    EVAL_NEGATE,
    EVAL_NOT,
    EVAL_BINARY, /* BINARY: a is enum expr_op */
    EVAL_ABS,
    EVAL_SQRT,
    EVAL_EXP,
    EVAL_LN,
    EVAL_LOG10,
    EVAL_MIN,
    EVAL_MAX,
    EVAL_SERIES,   /* nearest preferred value */
    EVAL_CELL_MODE /* of four; the names of a call say how many */
};

enum { EVAL_CHANNELS_MAX = 8, EVAL_DEPTH_MAX = 72, EVAL_TABLE_COLUMNS = 64 };

struct eval_value {
    double si;
    double u95;              /* SI; NaN: unknown; 0: exact (a parameter, a literal) */
    const char *text;        /* NULL: a number */
    const struct unit *unit; /* to show it in; NULL: none */
};

struct eval_table {
    const struct eval_value *cells; /* rows * columns */
    unsigned rows, columns;
};

/* What a name or a call stands for; made by the owner of the names. */
struct eval_ref {
    enum eval_op op;
    unsigned a, b;
    struct dim dim;
    const struct unit *unit;
};

struct eval_names {
    /* False: unknown (and reported). `call` sees only calls that this module does not know. */
    bool (*name)(void *ctx, const struct expr *expr, struct eval_ref *out);
    bool (*call)(void *ctx, const struct expr *expr, struct eval_ref *out);
    void *ctx;
};

struct eval_code {
    struct eval_instr *instr;
    unsigned count;
    struct dim dim;
    const struct unit *unit; /* to show the result in; NULL: by its dimension */
    unsigned channel[EVAL_CHANNELS_MAX], channels;
    bool hooked, timed; /* uses hooks; uses elapsed() */
};

struct eval_context {
    const struct eval_value *slots;
    const struct eval_table *tables;
    const double *channel; /* values in the order of eval_code.channel */
    double elapsed_s;
    double (*hook)(void *ctx, unsigned a);
    void *hook_ctx;
    /* For the numeric derivative: this operand is read as its value + delta. */
    enum eval_op shifted;
    unsigned shifted_a;
    double delta;
};

/* RC_CONFIG: a name is unknown, more than EVAL_CHANNELS_MAX channels, or too deep. */
MUST_CHECK enum rc eval_compile(const struct expr *expr, const struct eval_names *names,
                                struct arena *arena, const struct eval_code **out);
struct eval_value eval_run(const struct eval_code *code, const struct eval_context *context);

/* Expanded uncertainty of the result from the channels' (`channels` in the order of
 * eval_code.channel) and the slots': central differences, added in squares as independent.
 * `gain_only` leaves constant offsets out. NaN: something is unknown. */
double eval_u95(const struct eval_code *code, const struct eval_context *context,
                const struct channel *const *channels, bool gain_only);
/* U95 of one reading of a channel; NaN: unknown. */
double channel_u95(const struct channel *channel, double reading_si, bool gain_only);

#endif
