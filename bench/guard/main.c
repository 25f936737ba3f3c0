/* lambdaguard: the dead-man of the bench.
 *
 * Started by lambdabench with one end of a socket pair, before any output is armed. It holds
 * duplicates of the ports and the frames that put every output at rest. When the controller dies
 * (end of file) or hangs (no beat for 250 ms) it is killed for good and the frames are written,
 * three rounds, on descriptors that are already open. The same is written when the controller could
 * not confirm rest and hands the bench over. It parses nothing, has no database and takes
 * no memory after it has started. It claims no safety integrity level: gas detection, E-stop and
 * the watchdog relay are hardware. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "bench/guard/guard_wire.h"
#include "bench/guard/whitelist.h"

enum {
    ROUNDS = 3,
    REPLY_MS = 25,
    QUIET_MS = 3,
    STUCK_MS = 5000,
    EXIT_USAGE_GUARD = 2,
    EXIT_REFUSED_GUARD = 3
};

struct guarded_port {
    int fd;
    unsigned frames[GUARD_FRAMES_MAX / 8];
    unsigned count, next, round;
    int64_t due_ms;   /* the next frame may go at this time */
    int64_t stuck_ms; /* since when it takes nothing; 0: it does */
    bool dead;
};

struct guarded_frame {
    unsigned len;
    char bytes[GUARD_FRAME_BYTES_MAX];
};

struct guard {
    int socket;
    pid_t controller;
    int controller_fd; /* pidfd: a number that cannot be reused under us */
    struct guarded_port ports[GUARD_PORTS_MAX];
    struct guarded_frame frames[GUARD_FRAMES_MAX];
    unsigned port_count, frame_count;
    bool armed;
};

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void say(const char *text)
{
    ssize_t n = write(STDERR_FILENO, text, strlen(text));
    (void)n; /* nobody may be listening any more */
}

/* --- what the controller hands over ------------------------------------------------------------
 */

static ssize_t receive(struct guard *guard, struct guard_message *message, int *fd)
{
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control;
    struct iovec part = {.iov_base = message, .iov_len = sizeof *message};
    struct msghdr header = {.msg_iov = &part,
                            .msg_iovlen = 1,
                            .msg_control = control.bytes,
                            .msg_controllen = sizeof control.bytes};
    *fd = -1;
    ssize_t n = recvmsg(guard->socket, &header, MSG_CMSG_CLOEXEC);
    if (n <= 0)
        return n;
    struct cmsghdr *rights = CMSG_FIRSTHDR(&header);
    if (rights && rights->cmsg_level == SOL_SOCKET && rights->cmsg_type == SCM_RIGHTS)
        memcpy(fd, CMSG_DATA(rights), sizeof *fd);
    return n;
}

static bool take_port(struct guard *guard, int fd)
{
    if (fd < 0 || guard->port_count == GUARD_PORTS_MAX)
        return false;
    guard->ports[guard->port_count++].fd = fd;
    return true;
}

static bool take_frame(struct guard *guard, const struct guard_message *message)
{
    if (message->port >= guard->port_count || guard->frame_count == GUARD_FRAMES_MAX ||
        message->len > sizeof message->bytes || !whitelist_permits(message->bytes, message->len)) {
        say("lambdaguard: a safe frame is not of a known form: the bench may not be armed\n");
        return false;
    }
    struct guarded_port *port = &guard->ports[message->port];
    if (port->count == sizeof port->frames / sizeof port->frames[0])
        return false;
    struct guarded_frame *frame = &guard->frames[guard->frame_count];
    frame->len = message->len;
    memcpy(frame->bytes, message->bytes, message->len);
    port->frames[port->count++] = guard->frame_count++;
    return true;
}

static bool arm(struct guard *guard, pid_t controller)
{
    guard->controller = controller;
    guard->controller_fd = (int)syscall(SYS_pidfd_open, controller, 0);
    guard->armed = true;
    return send(guard->socket, "!", 1, MSG_NOSIGNAL) == 1;
}

enum step { STEP_GO_ON, STEP_RELEASED, STEP_TAKE_OVER, STEP_HANDED_OVER, STEP_REFUSED };

static enum step take_message(struct guard *guard)
{
    struct guard_message message;
    int fd;
    ssize_t n = receive(guard, &message, &fd);
    if (n < 0 && errno == EINTR)
        return STEP_GO_ON;
    if (n != (ssize_t)sizeof message)
        return guard->armed ? STEP_TAKE_OVER : STEP_RELEASED; /* nothing was armed yet */
    switch (message.kind) {
    case GUARD_PORT:
        return take_port(guard, fd) ? STEP_GO_ON : STEP_REFUSED;
    case GUARD_FRAME:
        return take_frame(guard, &message) ? STEP_GO_ON : STEP_REFUSED;
    case GUARD_ARM:
        return arm(guard, (pid_t)message.port) ? STEP_GO_ON : STEP_TAKE_OVER;
    case GUARD_BEAT:
        return STEP_GO_ON;
    case GUARD_RELEASE:
        return STEP_RELEASED;
    case GUARD_HAND_OVER:
        return STEP_HANDED_OVER;
    default:
        return STEP_REFUSED;
    }
}

static enum step watch_controller(struct guard *guard)
{
    for (;;) {
        struct pollfd from = {.fd = guard->socket, .events = POLLIN};
        int n = poll(&from, 1, guard->armed ? GUARD_SILENCE_MS : -1);
        if (n == 0)
            return STEP_TAKE_OVER;
        if (n < 0 && errno == EINTR)
            continue;
        enum step step = take_message(guard);
        if (step != STEP_GO_ON)
            return step;
    }
}

/* --- taking over -------------------------------------------------------------------------------
 */

static void kill_controller(const struct guard *guard)
{
    if (guard->controller_fd >= 0)
        syscall(SYS_pidfd_send_signal, guard->controller_fd, SIGKILL, NULL, 0);
    else if (guard->controller > 1)
        kill(guard->controller, SIGKILL);
}

static void drain(int fd)
{
    char nothing[256];
    for (unsigned i = 0; i < 64; i++)
        if (read(fd, nothing, sizeof nothing) <= 0)
            return;
}

static void write_next(struct guard *guard, struct guarded_port *port, int64_t now)
{
    const struct guarded_frame *frame = &guard->frames[port->frames[port->next]];
    drain(port->fd);
    ssize_t n = write(port->fd, frame->bytes, frame->len);
    if (n < 0 && errno != EAGAIN && errno != EINTR)
        port->dead = true;
    if (n != (ssize_t)frame->len) {
        port->due_ms = now + QUIET_MS; /* the same frame again */
        port->stuck_ms = port->stuck_ms ? port->stuck_ms : now;
        port->dead = port->dead || now - port->stuck_ms > STUCK_MS;
    } else {
        port->due_ms = now + REPLY_MS;
        port->stuck_ms = 0;
    }
    if (n == (ssize_t)frame->len && ++port->next == port->count) {
        port->next = 0;
        port->round++;
    }
}

static bool port_open(const struct guarded_port *port)
{
    return !port->dead && port->count && port->round < ROUNDS;
}

/* An answer shortens the wait: the device has taken the frame. */
static void wait_for_answers(struct guard *guard, int64_t until)
{
    struct pollfd from[GUARD_PORTS_MAX];
    int64_t now = now_ms();
    for (unsigned i = 0; i < guard->port_count; i++) {
        bool waits = port_open(&guard->ports[i]) && guard->ports[i].due_ms > now + QUIET_MS;
        from[i] = (struct pollfd){.fd = waits ? guard->ports[i].fd : -1, .events = POLLIN};
    }
    if (poll(from, guard->port_count, until > now ? (int)(until - now) : 0) <= 0)
        return;
    now = now_ms();
    for (unsigned i = 0; i < guard->port_count; i++) {
        if (from[i].revents & (POLLHUP | POLLERR | POLLNVAL))
            guard->ports[i].dead = true;
        else if (from[i].revents & POLLIN)
            guard->ports[i].due_ms = now + QUIET_MS;
    }
}

static void write_all(struct guard *guard)
{
    for (;;) {
        int64_t now = now_ms(), next = INT64_MAX;
        for (unsigned i = 0; i < guard->port_count; i++) {
            struct guarded_port *port = &guard->ports[i];
            if (port_open(port) && port->due_ms <= now)
                write_next(guard, port, now);
            if (port_open(port) && port->due_ms < next)
                next = port->due_ms;
        }
        if (next == INT64_MAX)
            return;
        wait_for_answers(guard, next);
    }
}

static void put_at_rest(struct guard *guard, const char *why)
{
    char text[160];
    int64_t began = now_ms();
    unsigned dead = 0;
    for (unsigned i = 0; i < guard->port_count; i++)
        tcflush(guard->ports[i].fd, TCOFLUSH);
    write_all(guard);
    for (unsigned i = 0; i < guard->port_count; i++)
        dead += guard->ports[i].dead;
    snprintf(text, sizeof text, "lambdaguard: %s: %u safe frames on %u ports, %d rounds, %d ms%s\n",
             why, guard->frame_count, guard->port_count, (int)ROUNDS, (int)(now_ms() - began),
             dead ? "; some ports are gone" : "");
    say(text);
}

static void take_over(struct guard *guard)
{
    kill_controller(guard); /* first: two writers on one wire would be worse than none */
    put_at_rest(guard, "the controller died");
}

static void take_from_controller(struct guard *guard)
{
    char answer[GUARD_PORTS_MAX];
    put_at_rest(guard, "rest was not confirmed");
    for (unsigned i = 0; i < guard->port_count; i++)
        answer[i] = guard->ports[i].dead ? GUARD_GONE : GUARD_WRITTEN;
    (void)!send(guard->socket, answer, guard->port_count, MSG_NOSIGNAL);
}

/* --- start -------------------------------------------------------------------------------------
 */

static void prepare_process(int socket)
{
    if (socket > 3)
        close_range(3, (unsigned)socket - 1, 0);
    close_range((unsigned)socket + 1, ~0U, 0);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    struct sched_param priority = {.sched_priority = 1};
    sched_setscheduler(0, SCHED_FIFO, &priority); /* where it is permitted */
    mlockall(MCL_CURRENT | MCL_FUTURE);
}

int main(int argc, char **argv)
{
    static struct guard guard; /* all the memory there is */
    char *end = NULL;
    long socket = argc == 2 ? strtol(argv[1], &end, 10) : -1;
    if (socket < 3 || socket > 65535 || !end || *end) {
        say("lambdaguard is started by lambdabench; there is nothing to run by hand\n");
        return EXIT_USAGE_GUARD;
    }
    guard.socket = (int)socket;
    guard.controller_fd = -1;
    prepare_process(guard.socket);
    switch (watch_controller(&guard)) {
    case STEP_TAKE_OVER:
        take_over(&guard);
        return 0;
    case STEP_HANDED_OVER:
        take_from_controller(&guard);
        return 0;
    case STEP_REFUSED:
        return EXIT_REFUSED_GUARD;
    case STEP_RELEASED:
    case STEP_GO_ON:
    default:
        return 0;
    }
}
