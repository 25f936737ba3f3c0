/* What the program says to people about itself. Goes to stderr: stdout is data. One line a message.
 */
#ifndef CORE_LOG_H
#define CORE_LOG_H

#include <stdio.h>

#include "core/clock.h"

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

struct log {
    FILE *to;             /* NULL: silent */
    enum log_level level; /* what is more detailed is dropped */
    const struct clock *clock;
    unsigned errors; /* counted also when silent */
};

/* "warning: mfc_n2: no reply in 0.2 s". Text from outside must have gone through obuf_escaped. */
__attribute__((format(printf, 3, 4))) void log_say(struct log *log, enum log_level level,
                                                   const char *format, ...);

#endif
