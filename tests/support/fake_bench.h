/* A bench of numbers on a clock moved by hand, for tests of the sequence engine. Everything that
 * the engine says is a line in `log`; samples come from `signal` at the channels' periods. */
#ifndef TESTS_SUPPORT_FAKE_BENCH_H
#define TESTS_SUPPORT_FAKE_BENCH_H

#include "core/source.h"
#include "sequences/checker.h"
#include "sequences/engine.h"
#include "sequences/parser.h"

enum { FAKE_SITES = 64, FAKE_REPLIES = 1024, FAKE_SCRIPT = 16, FAKE_LOG = 1 << 17 };

enum fake_what { FAKE_STOP, FAKE_LOSE };

struct fake_reply {
    int64_t t_us; /* 0: free */
    engine_ticket ticket;
    enum rc rc;
    bool scan;
    char serial[32];
    bool select;
};

struct fake_bench {
    int64_t now_us, wake_us;
    struct bench_view view;
    struct channel channels[16];
    struct gas_supply gases[3];
    struct checked checked;
    struct source *source, *limits_source, *table_source;
    struct csv_table *limits_csv, *table_csv;
    struct program *program;
    struct engine *engine;
    struct diag diag;

    int wants[16][FAKE_SITES + 1];
    int64_t next_us[16][FAKE_SITES + 1];
    double set_si[16][FAKE_SITES + 1]; /* last confirmed */
    struct fake_reply replies[FAKE_REPLIES];
    struct {
        int64_t t_us;
        enum fake_what what;
        enum stop_why why;
        unsigned site;
    } script[FAKE_SCRIPT];
    unsigned script_count, script_done;

    /* What the test may replace. NULL: as documented at the default. */
    double (*signal)(struct fake_bench *b, unsigned channel, unsigned site, double t_s);
    /* Seconds until the answer; negative: never. Default: 0.1 s. */
    double (*answer)(struct fake_bench *b, const char *what, unsigned site, enum rc *rc);
    const char *(*serial)(struct fake_bench *b, unsigned site);
    /* May spoil the nth sample that is sent; false: it is not sent at all. */
    bool (*spoil)(struct fake_bench *b, uint64_t nth, unsigned channel, double *si);
    bool answer_inside; /* call engine_done inside the order */
    void *user;

    uint64_t samples;
    unsigned seed;
    double selected_s; /* time of the last switch of the valve; -1: none */
    bool finished, cleanup_ok, keeps_going;
    enum verdict worst, site_verdict[FAKE_SITES + 1];
    unsigned site_done[FAKE_SITES + 1], finishes, measures;
    struct measured last_measured[FAKE_SITES + 1];
    struct grade last_grade[FAKE_SITES + 1];
    char last_unit[32], last_tags[128];
    char log[FAKE_LOG];
    size_t log_len;
};

/* "dut.ip" and friends as indexes. */
enum fake_channel {
    FAKE_IP,
    FAKE_RI,
    FAKE_UH,
    FAKE_IH,
    FAKE_HEATER,
    FAKE_RI_TARGET,
    FAKE_UBATT,
    FAKE_N2,
    FAKE_O2,
    FAKE_RICH,
    FAKE_TOTAL,
    FAKE_CHANNELS
};

/* `limits` and `table` are CSV texts or NULL; every `in table` of the sequence is that table. Fails
 * the test when something does not parse. */
void fake_open(struct fake_bench *b, unsigned sites, const char *sequence, const char *limits,
               const char *table);
void fake_start(struct fake_bench *b, uint64_t live);
/* Run until the engine has finished or `limit_s` of bench time. */
void fake_run(struct fake_bench *b, double limit_s);
void fake_close(struct fake_bench *b);
void fake_at(struct fake_bench *b, double t_s, enum fake_what what, enum stop_why why,
             unsigned site);

bool fake_said(const struct fake_bench *b, const char *line);      /* somewhere in the log */
unsigned fake_count(const struct fake_bench *b, const char *line); /* how often */
double fake_when(const struct fake_bench *b, const char *line);    /* time of the first, -1 */
bool fake_before(const struct fake_bench *b, const char *a, const char *c);

#endif
