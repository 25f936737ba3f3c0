#include "core/log.h"

#include <inttypes.h>
#include <stdarg.h>

enum { LINE_MAX_BYTES = 2048 };

static const char *const prefixes[] = {
    [LOG_ERROR] = "error: ",
    [LOG_WARN] = "warning: ",
    [LOG_INFO] = "",
    [LOG_DEBUG] = "debug: ",
};

/* One message, one line, whatever was formatted into it. */
static void keep_on_one_line(char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            *text = ' ';
}

static void print_time(FILE *to, const struct clock *clock)
{
    int64_t us = clock_now(clock).us;
    const char *sign = us < 0 ? "-" : "";
    us = us < 0 ? -us : us;
    fprintf(to, "[%s%" PRId64 ".%06" PRId64 "] ", sign, us / 1000000, us % 1000000);
}

void log_say(struct log *log, enum log_level level, const char *format, ...)
{
    if (level == LOG_ERROR)
        log->errors++;
    if (!log->to || level > log->level)
        return;

    char text[LINE_MAX_BYTES];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (n < 0)
        return;
    keep_on_one_line(text);

    flockfile(log->to);
    fputs(prefixes[level], log->to);
    if (level == LOG_DEBUG && log->clock)
        print_time(log->to, log->clock);
    fputs(text, log->to);
    fputs((size_t)n < sizeof text ? "\n" : "...\n", log->to);
    fflush(log->to);
    funlockfile(log->to);
}
