/* What the files of the engine share. Private to sequences/engine*.
 *
 *   engine.c          the calls of engine.h
 *   building          engine_build engine_scope engine_names engine_fit engine_text engine_unit
 *                     engine_data: the tree to nodes, names to slots, all memory
 *   engine_pump.c     who may run next       engine_barrier.c  shared actions
 *   engine_flow.c     blocks and loops       engine_step.c     steps, failures, ends of sites
 *   engine_lanes.c    parallel
 *   engine_act.c      set, mix, select ...   engine_wait.c     waits
 *   engine_window.c   samples coming in      engine_measure.c  a finished window to a graded value
 *   engine_capture.c  waveforms              engine_value.c    expressions of a site
 *   engine_end.c      cleanup                engine_activity.c what a display shows
 *
 * Tasks are what can wait: task 0 runs shared actions, task n the statements of site n, the next
 * cleanup, the rest the lanes of the sites. A handler of a statement is called again each time its
 * wait has ended (`phase` tells where it was) until it returns something else than PROGRESS_WAIT.
 */
#ifndef SEQUENCES_ENGINE_PRIVATE_H
#define SEQUENCES_ENGINE_PRIVATE_H

#include "core/num.h"
#include "sequences/engine.h"
#include "sequences/engine_node.h"
#include "sequences/measure_func.h"

enum {
    SITES_MAX = 64,
    FRAMES_MAX = 160,
    PATH_MAX_LEN = 256,
    TEXT_MAX = 256,
    TAGS_MAX = 8,
    CAPTURE_CHANNELS_MAX = 8,
    LOOP_MAX = 10000,
    FIT_PAIRS_MAX = 4096,
    TABLES_MAX = CHECKED_FILES_MAX,
};

enum window_mode {
    WINDOW_OFF,
    WINDOW_COLLECT,
    WINDOW_ONE,
    WINDOW_UNTIL,
    WINDOW_STABLE,
    WINDOW_SLOPE,
    WINDOW_PREDICT
};

struct channel_stats {
    unsigned n, bad;
    double sum, first, latest;
    struct instant last;
    bool same;
};

/* Samples of one activity of one task. */
struct window {
    enum window_mode mode;
    unsigned site;
    unsigned channel[EVAL_CHANNELS_MAX], channels;
    struct channel_stats stats[EVAL_CHANNELS_MAX];
    unsigned fresh, all; /* bits of channels */
    const struct eval_code *value, *second;
    struct instant begin, end;
    bool ready; /* the condition is met */
    bool bad, overflow;
    double *t, *v, *x;    /* seconds from begin */
    uint32_t *low, *high; /* STABLE: queues of candidates for the minimum and maximum */
    uint64_t n, from;     /* samples ever pushed; first of the present run */
    uint64_t low_from, low_to, high_from, high_to;
    double band, hold_s, period_s;
    bool relative;                           /* band is a share of the reading */
    double st, sv, stt, stv;                 /* SLOPE: sums over the run */
    double block_sum, block_begin, block[3]; /* PREDICT */
    unsigned block_n, blocks;
};

enum task_state {
    TASK_IDLE,
    TASK_READY,
    TASK_TIMED,
    TASK_PENDING,
    TASK_SAMPLES,
    TASK_BARRIER,
    TASK_GROUP,
    TASK_LOCK,
    TASK_LANES /* until all lanes of `parallel` are over */
};

struct task {
    unsigned id;
    enum task_state state;
    unsigned site;         /* whose values expressions see */
    const struct node *at; /* statement in hand, NULL: none */
    unsigned phase;
    bool acquired;
    struct instant deadline; /* INSTANT_NEVER: none */
    bool expired;
    unsigned pending;
    enum rc rc; /* worst answer of the pending actions */
    char error[TEXT_MAX];
    struct window window;
    int8_t *watch; /* per channel: index in window.channel or -1 */
};

enum frame_kind { FRAME_BLOCK, FRAME_LOOP, FRAME_STEP, FRAME_LOCK, FRAME_CAPTURE };

struct frame {
    enum frame_kind kind;
    const struct node *owner; /* NULL: setup or main */
    const struct node *next;
    unsigned cur; /* index of the statement in hand */
    unsigned iter, count;
    double first, stride; /* for from */
    struct instant begin; /* step */
    enum verdict worst;
    unsigned attempt;
    bool failed_before; /* step: an attempt that a retry made good */
    size_t path_len;    /* of the path outside */
};

/* What runs statement after statement: a site itself, and each lane while it is in `parallel`. */
struct strand {
    struct task *task;
    struct frame *frames;
    unsigned depth;
};

struct recording {
    bool on, triggered;
    const struct node *node;
    struct instant t0, begin;
    uint32_t capacity; /* of the rings, a power of two */
    unsigned channels;
    uint64_t count[CAPTURE_CHANNELS_MAX]; /* ever pushed */
    unsigned channel[CAPTURE_CHANNELS_MAX];
    struct instant *t[CAPTURE_CHANNELS_MAX];
    double *v[CAPTURE_CHANNELS_MAX];
};

/* What a capture statement left at a site. */
struct waveform {
    bool valid;
    struct capture_point *points[CAPTURE_CHANNELS_MAX];
    unsigned count[CAPTURE_CHANNELS_MAX], bad[CAPTURE_CHANNELS_MAX];
    unsigned capacity;
    double rate_Hz, span_s, pre_s;
    bool response; /* a select inside gave the trigger */
};

struct fit_pairs {
    double *x, *y;
    unsigned n;
    bool fresh_x, fresh_y, overflow;
};

enum site_phase {
    SITE_OUT,
    SITE_SETUP,
    SITE_MAIN,
    SITE_OFF /* cleanup lines of a stopped site */,
    SITE_DONE
};

struct site {
    unsigned number;
    bool live, ever_live, said_done;
    enum site_phase phase;
    struct strand own, *run; /* `run`: the one in hand, a lane only while it is being run */
    struct strand *lanes;
    unsigned open_lanes;
    char path[PATH_MAX_LEN];
    size_t path_len;
    char activity[PATH_MAX_LEN + 64];
    char serial[64];
    struct eval_value *slots;
    enum verdict worst;
    char why[TEXT_MAX];
    unsigned measured;
    bool *made;                  /* per row of the limits */
    struct duration last_period; /* of what was waited for last: how exact elapsed() is */
    struct recording recording;
    struct waveform *waveforms; /* per capture statement */
    struct fit_pairs *fits;
    const struct node *off_next;
    char pending_fail[TEXT_MAX]; /* from a shared action that went wrong for this site only */
    char lost[TEXT_MAX];         /* engine_lose_site was called */
};

struct ticket {
    engine_ticket serial; /* 0: free */
    struct task *task;
    unsigned site;
};

struct fit {
    const char *y;                      /* name of the measurement */
    const struct expr *x_expr, *y_expr; /* as written, to find it again */
    const struct stmt *stmt;            /* that asks for it */
    int x_slot; /* a measurement or calc; -1: x_code is read when y is made */
    const struct eval_code *x_code;
};

struct hook {
    bool is_fit;
    unsigned fit;
    struct capture_call call;
};

struct slot_info {
    const char *name;
    const struct text *pattern; /* measure with {x} in its name */
    const void *owner;          /* param, for statement, sub parameter ... */
    struct dim dim;
    const struct unit *unit;
    bool made; /* a measurement or calc */
};

struct engine {
    const struct checked *checked;
    const struct bench_view *view;
    const struct program *program;
    struct seq_host host;
    struct arena *arena;
    const char *part;
    struct unit litre_per_min, kelvin;

    struct node *setup, *main, *cleanup;
    const struct eval_code *within;
    struct slot_info *slot_info;
    unsigned slot_count, slot_cap;
    struct eval_value *initial; /* of the slots: parameters */
    struct eval_table tables[TABLES_MAX];
    const struct csv_table *table_csv[TABLES_MAX];
    unsigned table_count;
    const char **locks;
    unsigned *lock_owner; /* site, 0: free */
    unsigned lock_count, lock_cap;
    const struct node **captures;
    unsigned capture_count, capture_cap;
    struct fit *fits;
    unsigned fit_count, fit_cap;
    struct hook *hooks;
    unsigned hook_count, hook_cap;
    bool *required; /* per row of the limits */
    unsigned max_items;

    unsigned sites;
    uint32_t capacity; /* of a window: a power of two */
    struct site *site; /* [1..sites] */
    struct task *task; /* [0] shared, [1..sites], [sites + 1] cleanup, then lanes of site 1 ... */
    unsigned task_count, lane_cap; /* lanes of the widest `parallel` */
    double *latest;                /* (sites + 1) rows of channel_count */
    double *last_set;
    uint16_t *watchers;                      /* per channel: windows and recordings that want it */
    double *scratch, *scratch_t, *scratch_v; /* the first of twice the capacity */
    const struct channel **record_list;
    struct ticket *tickets;
    unsigned ticket_cap;
    engine_ticket next_ticket;
    struct engine_block *blocks; /* large memory, one calloc each */
    bool failed;                 /* out of memory while building */
    regex_t patterns[8];
    unsigned pattern_count;

    uint64_t group; /* sites of the shared action in flight, bit n-1 */
    bool started, running, pumping, dirty;
    bool stopping, cleaning, hurry, cleanup_ok, out_of_time, keeps_going;
    bool asked; /* a person has stopped it: the second time, cleanup's waits are cut */
    enum stop_why stop_why;
    char stop_text[TEXT_MAX];
    const struct node *clean_next;
    struct instant clean_deadline, clean_until, wake;
    enum verdict worst;
};

enum progress { PROGRESS_DONE, PROGRESS_WAIT, PROGRESS_FAIL, PROGRESS_PUSHED };

/* engine_data.c */
void *engine_take(struct engine *engine, size_t size); /* arena; NULL sets failed */
void *engine_block(struct engine *engine, size_t count, size_t size);
void engine_free_blocks(struct engine *engine);

/* Values of one task: its site's slots, the latest samples. */
double engine_number(struct engine *engine, const struct task *task, const struct eval_code *code);
struct eval_value engine_value(struct engine *engine, const struct task *task,
                               const struct eval_code *code);
/* U95 of the expression at these values of its channels; NaN: unknown. */
double engine_u95(struct engine *engine, const struct task *task, const struct eval_code *code,
                  const double *channel, bool gain_only);
double engine_hook(void *ctx, unsigned hook);
void engine_clear_fits(struct engine *engine, struct site *site, const struct stmt *stmt);
struct hook_context {
    struct engine *engine;
    struct site *site;
};
/* False: not a time; the task's error is set. */
bool engine_duration(struct engine *engine, struct task *task, const struct eval_code *code,
                     struct duration *out);
void engine_text(struct engine *engine, const struct task *task, const struct text *text,
                 bool units, struct obuf *out);
void engine_put_value(struct obuf *out, const struct eval_value *value, bool units);
double engine_elapsed(const struct engine *engine, unsigned site);
struct instant engine_now(const struct engine *engine);
const struct channel *engine_channel(const struct engine *engine, unsigned channel);
unsigned engine_row(const struct engine *engine, unsigned channel, unsigned site);

/* engine_pump.c */
void engine_pump(struct engine *engine);
enum progress engine_wait_until(struct task *task, struct instant deadline, enum task_state state);
__attribute__((format(printf, 2, 3))) enum progress engine_fail(struct task *task,
                                                                const char *format, ...);
engine_ticket engine_order(struct engine *engine, struct task *task, unsigned site);
struct ticket *engine_ticket_find(struct engine *engine, engine_ticket serial);
void engine_drop_task(struct engine *engine, struct task *task);
enum progress engine_run_stmt(struct engine *engine, struct task *task);

/* engine_barrier.c */
bool engine_release(struct engine *engine);
void engine_run_shared(struct engine *engine);
void engine_leave_group(struct engine *engine, struct site *site);

/* engine_flow.c, engine_step.c */
/* Runs the strand until it waits; a failure in a lane is one of the site. */
void engine_run_strand(struct engine *engine, struct site *site, struct strand *strand);
struct frame *engine_push(struct site *site, enum frame_kind kind, const struct node *owner,
                          const struct node *first);
void engine_pop(struct engine *engine, struct site *site);
enum progress engine_begin_block(struct engine *engine, struct task *task);
/* engine_lanes.c: the lanes of a site run side by side; the site waits for the last of them. */
enum progress engine_begin_lanes(struct engine *engine, struct task *task);
bool engine_run_lanes(struct engine *engine, struct site *site);
void engine_end_lane(struct engine *engine, struct site *site);
void engine_drop_lanes(struct engine *engine, struct site *site);
enum progress engine_begin_step(struct engine *engine, struct task *task);
void engine_end_step(struct engine *engine, struct site *site, enum verdict verdict,
                     const char *error);
void engine_site_fails(struct engine *engine, struct site *site, enum verdict verdict,
                       const char *text);
void engine_site_stops(struct engine *engine, struct site *site, enum verdict verdict,
                       const char *why);
void engine_site_ends(struct engine *engine, struct site *site);
void engine_unwind(struct engine *engine, struct site *site, enum verdict verdict, const char *why);
void engine_fold(struct site *site, enum verdict verdict);
void engine_site_said(struct engine *engine, struct site *site);

/* engine_act.c, engine_wait.c */
enum progress engine_act_set(struct engine *engine, struct task *task);
enum progress engine_act_mix(struct engine *engine, struct task *task);
enum progress engine_act_select(struct engine *engine, struct task *task);
enum progress engine_act_scan(struct engine *engine, struct task *task);
enum progress engine_act_ask(struct engine *engine, struct task *task);
enum progress engine_act_note(struct engine *engine, struct task *task);
enum progress engine_act_calc(struct engine *engine, struct task *task);
enum progress engine_act_check(struct engine *engine, struct task *task);
bool engine_mix_order(struct engine *engine, struct task *task, struct mix_order *out);
/* Values of all items first, then the orders: all or nothing. `sites`: who gets the per-site items.
 */
bool engine_order_set(struct engine *engine, struct task *task, uint64_t sites);
/* The per-site items only. */
bool engine_order_site(struct engine *engine, struct task *task, uint64_t sites);
/* PROGRESS_WAIT while answers are due, then DONE or FAIL. */
enum progress engine_answers(struct engine *engine, struct task *task, const char *what);
enum progress engine_wait_time(struct engine *engine, struct task *task);
enum progress engine_wait_condition(struct engine *engine, struct task *task);
enum progress engine_wait_stable(struct engine *engine, struct task *task);
enum progress engine_acquire(struct engine *engine, struct task *task);

/* engine_window.c */
void window_open(struct engine *engine, struct task *task, enum window_mode mode,
                 const unsigned *channels, unsigned count);
void window_close(struct engine *engine, struct task *task);
void window_sample(struct engine *engine, struct task *task, unsigned index, double si,
                   struct instant t);
struct duration window_period(const struct engine *engine, const struct window *window);

/* engine_measure.c */
enum progress engine_measure(struct engine *engine, struct task *task);
void engine_store(struct engine *engine, struct site *site, int slot, const char *name,
                  struct eval_value value);

/* engine_capture.c */
enum progress engine_capture(struct engine *engine, struct task *task);
void capture_sample(struct engine *engine, struct site *site, unsigned channel, double si,
                    struct instant t);
void capture_trigger(struct engine *engine, struct site *site, struct instant t);
void capture_cancel(struct engine *engine, struct site *site);
/* In SI; quality says whether the value may be used. */
struct measured capture_measure(struct engine *engine, struct site *site,
                                const struct capture_call *call);

/* engine_end.c */
void engine_run_off(struct engine *engine, struct site *site);
void engine_begin_cleanup(struct engine *engine);
void engine_run_cleanup(struct engine *engine);

#endif
