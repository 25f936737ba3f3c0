/* Result codes. Every function that can fail returns one; the text goes to the log, once, where the
 * failure was found. Each code says what the caller can do about it. */
#ifndef CORE_RC_H
#define CORE_RC_H

enum rc {
    RC_OK = 0,
    RC_TIMEOUT,  /* the peer said nothing in time: worth a retry */
    RC_IO,       /* the OS, the disk or the bus failed: the link or the file is down */
    RC_PROTOCOL, /* the peer said something that its manual does not allow */
    RC_RANGE,    /* the caller asked for what this model cannot do, or a reading is impossible */
    RC_REFUSED,  /* understood and declined (interlock, local lock, wrong state) */
    RC_CONFIG,   /* a station, sequence or limits file is wrong: never retried */
    RC_NOSPACE,  /* a caller's buffer is too small: a bug */
};

#define MUST_CHECK __attribute__((warn_unused_result))

/* One lower-case word or two for messages: "time-out", "i/o error", ... Never NULL. */
const char *rc_text(enum rc rc);

#endif
