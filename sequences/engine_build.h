/* From the tree to the engine's nodes; what the files of that half share. Private to
 * sequences/engine*. */
#ifndef SEQUENCES_ENGINE_BUILD_H
#define SEQUENCES_ENGINE_BUILD_H

#include "sequences/engine_private.h"

struct scope {
    struct scope *outer;
    const char *name;
    unsigned slot;
    int table; /* for in table: -1 none */
};
struct build {
    struct engine *engine;
    struct diag *diag;
    struct scope *scope;
    unsigned next_index;
    struct built_sub *subs;
    bool bad;
};
struct built_sub {
    const struct sub *sub;
    struct node *body;
    unsigned *slots; /* per parameter */
    bool open;       /* being built */
    struct built_sub *next;
};
enum rc engine_build(struct engine *engine, const struct engine_config *config, struct diag *diag);
const struct eval_code *build_code(struct build *b, const struct expr *expr);
struct text *build_text(struct build *b, const char *text);
unsigned build_slot(struct build *b, const char *name, struct dim dim, const struct unit *unit);
void build_collect_fits(struct build *b);
void build_fit_x(struct build *b, const struct node *node);
int build_fit_find(struct build *b, const struct expr *y, const struct expr *x);
int build_capture_name(struct build *b, const char *name, unsigned *channel);
/* mean(edge.dut.ip), mean_time(edge.dut.ip, lag): `call->func` is set. False: not of a capture. */
bool build_capture_call(struct build *b, struct expr *const *arg, unsigned args,
                        struct capture_call *call);
int build_table(struct build *b, const struct stmt *stmt);
bool build_error(struct build *b, struct place at, const char *text, const char *word);
const struct eval_names *build_names(struct build *b, struct eval_names *names);
bool build_params(struct build *b, const struct engine_config *config);
void build_required(struct engine *engine, const struct node *node);
enum rc engine_room(struct engine *engine, const struct engine_config *config);
struct unit *build_result_unit(struct build *b, const struct node *node, struct dim *dim);
void build_acquire(struct node *node, const struct eval_code *code);
/* Statements of a block, in order; NULL: none. */
struct node *build_list(struct build *b, const struct stmt *stmt);
/* One statement with blocks or names of its own; false: wrong, and said. */
bool build_for(struct build *b, struct node *node);
bool build_call(struct build *b, struct node *node);
bool build_capture(struct build *b, struct node *node);
bool build_measure(struct build *b, struct node *node);
bool build_calc(struct build *b, struct node *node);
/* Room for the items of a node; NULL: out of memory. */
struct item *build_items(struct build *b, struct node *node, unsigned count);
int build_channel(struct build *b, struct place at, const char *name);

#endif
