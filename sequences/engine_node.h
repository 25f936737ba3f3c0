/* Nodes: the statements of the tree as the engine runs them. Private to sequences/engine*. */
#ifndef SEQUENCES_ENGINE_NODE_H
#define SEQUENCES_ENGINE_NODE_H

#include <regex.h>

#include "sequences/eval.h"
#include "sequences/measure_func.h"

/* "ip_{row.point}": pieces of text and values in turn. */
struct text_part {
    struct span text;             /* before the value */
    const struct eval_code *code; /* NULL: none (the last part) */
};
struct text {
    struct text_part *parts;
    unsigned count;
};

struct item {
    int channel; /* set, capture: index in the view */
    int slot;    /* call: the parameter of the sub */
    const char *name;
    const struct eval_code *value;
    const struct gas_supply *gas;
    int gas_channel;
};

/* A function of what was captured. */
struct capture_call {
    enum measure_func func;
    int capture;                               /* -1: none */
    unsigned channel, other;                   /* of it; `other`: the voltage of a sweep */
    const struct eval_code *extra[FUNC_EXTRA]; /* func_window.extra; NULL: 0 */
};

struct node {
    const struct stmt *stmt;
    struct node *next, *body, *otherwise;
    unsigned index; /* in the order of the text; position of a barrier */
    const struct eval_code *value, *to, *stride, *over, *ramp, *band, *hold, *timeout, *total,
        *rate, *pre, *count, *second;
    struct item *items;
    unsigned item_count;
    struct text *name, *title;
    struct unit *unit; /* measure: to show the value in when no limit names one; may be NULL */
    struct dim dim;    /* measure: of the result */
    int channel, slot, func; /* -1: none */
    int lock, fit;
    int capture; /* of a capture statement */
    struct capture_call call;
    int table;
    bool shared;                                   /* a barrier */
    unsigned acquire[EVAL_CHANNELS_MAX], acquires; /* channels to read before it runs */
    regex_t *pattern;
    uint16_t *order; /* random: the permutation; [LOOP_MAX] is of how many */
};

#endif
