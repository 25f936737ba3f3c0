/* What the parts of the link share: link.c (making, port events), link_queue.c (what is sent next),
 * link_exchange.c (one request and its answer, drain), link_device.c (the life of a device). */
#ifndef INSTRUMENTS_LINK_PRIVATE_H
#define INSTRUMENTS_LINK_PRIVATE_H

#include "instruments/link.h"

enum {
    LINK_RX_MAX = 2048,
    LINK_MISSES_MAX = 3,
    LINK_SAFE_TRIES = 3,
    LINK_REQUEST_KEPT = 48,
    LINK_REPLY_KEPT = 96,
};

enum link_state {
    LINK_NEW,
    LINK_IDLE,
    LINK_WAITING,  /* one request is out */
    LINK_DRAINING, /* desynchronised: until the line has been silent */
    LINK_CLOSED    /* hung up */
};

enum bring_up { BRING_IDENTIFY, BRING_CONFIGURE, BRING_SAFE, BRING_STREAM, BRING_DONE };

enum job_kind { JOB_BRING_UP, JOB_SAFE, JOB_SET, JOB_SYNC, JOB_POLL };

struct pending_set {
    bool waiting;
    unsigned attempts;
    double value;
    uint64_t order;
    device_done *done;
    void *ctx;
};

struct pending_safe {
    bool waiting, missed;
    unsigned step, tries;
    enum rc rc; /* the first failure */
    device_done *done;
    void *ctx;
};

struct device {
    struct link *link;
    const struct driver *driver;
    struct device_setup setup;
    struct device_events events;
    enum device_state state;
    unsigned channels;
    bool is_adapter; /* a CAN adapter: the others of its port are behind it */

    double *held;
    struct pending_set *sets; /* signal + signal_count * channel */
    size_t set_count, sets_waiting;
    struct pending_safe safe;

    struct identity identity, fresh, first; /* in use; being read; read before it */
    bool read_once;
    bool identified; /* `identity` is of a unit that was UP once */
    enum bring_up phase;
    unsigned step;

    union {
        double align;
        char bytes[DEVICE_READING_MAX];
    } reading;
    struct duration period;
    struct instant due; /* of the next poll, bring-up step or probe */
    unsigned poll_step;
    struct instant poll_began;

    unsigned misses, retries;
    bool announced; /* the owner knows that it is down, for the reason `last_rc` */
    enum rc last_rc;
    bool needs_sync;
    struct instant sync_at;
    unsigned life; /* counts bring-ups: an answer to a request of an earlier life is void */
    bool heard;    /* a stream frame since bring-up began */
    bool said_range;
    struct instant heard_at, good_at;
    bool ever_good;
    uint8_t seq;
    char request[LINK_REQUEST_KEPT], reply[LINK_REPLY_KEPT];
    size_t request_len, reply_len;
};

/* The one outstanding request. */
struct exchange {
    struct device *device;
    enum job_kind job;
    struct ask ask;
    struct pending_set set; /* JOB_SET */
    struct instant sent_at, deadline;
    bool garbage; /* something came that was not the answer */
    unsigned life;
    bool probe; /* of a device that is known to be down */
};

struct link {
    struct loop *loop;
    struct transport *transport; /* NULL: hung up and closed */
    struct log *log;
    struct link_tap tap;
    struct link_reopen reopen;
    struct link_stats stats;
    const struct framing *framing;
    char name[96];
    struct device **devices;
    size_t count, streamers;
    enum link_state state;
    bool polls_paused;
    struct timer timer, watchdog;
    struct exchange out;
    struct instant free_at; /* no request before: turnaround, or a request without answer */
    struct instant last_byte_at;
    struct duration silence; /* that ends the drain */
    struct instant drain_until;
    struct instant probe_after;
    unsigned reopen_tries;
    uint64_t order;
    size_t last_owner;
    char rx[LINK_RX_MAX];
    size_t rx_len;
};

/* link.c */
void link_hang_up(struct link *link, const char *why);
void link_arm(struct link *link, struct instant due);
struct duration link_back_off(unsigned tries);

/* link_queue.c */
void link_pump(struct link *link); /* send what may be sent now, or arm the timer for it */
void device_cancel_sets(struct device *device, enum rc rc);
void device_requeue_set(struct device *device, const struct exchange *out, enum rc rc);
void device_safe_step_done(struct device *device, enum rc rc);
void device_safe_cancel(struct device *device, enum rc rc);

/* link_exchange.c */
struct job {
    struct device *device;
    enum job_kind kind;
    struct ask ask;
    struct pending_set set;
};
void link_send(struct link *link, const struct job *job);
void link_missed(struct link *link, enum rc rc); /* the outstanding request */
void link_drain(struct link *link, const struct device *device);
bool link_drained(struct link *link, struct instant now);
void link_take_bytes(struct link *link, struct span bytes);

/* link_device.c */
bool link_adapters_up(const struct link *link);
void device_begin(struct device *device);               /* bring up from the first step, now */
bool device_wants_request(const struct device *device); /* false: it has none at this point */
void device_advance(struct device *device);             /* pass over phases without requests */
void device_note_rest(struct device *device);
void device_step_done(struct device *device, enum rc rc);
void device_poll_done(struct device *device, bool complete, struct instant replied_at);
void device_poll_abort(struct device *device);
void device_missed(struct device *device, enum rc rc, bool probe);
void device_go_down(struct device *device, enum rc rc, const char *what);
void device_take_stream(struct device *device, struct span frame, struct instant now);
void device_clear_reading(struct device *device);
void link_watch_streams(struct link *link);

#endif
