#include "bench/guard/guard_client.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/guard/guard_wire.h"

enum {
    RELEASE_PATIENCE_ms = 1000,
    HAND_OVER_PATIENCE_ms = 10000,
    BEATS_BYTES = 16 << 10 /* each counts as about 768 */
};

struct guard_client {
    int socket;
    pid_t pid;
    unsigned ports, frames;
};

static enum rc send_message(const struct guard_client *client, const struct guard_message *message,
                            int fd)
{
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control = {0};
    struct iovec part = {.iov_base = (void *)(uintptr_t)message, .iov_len = sizeof *message};
    struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1};
    if (fd >= 0) {
        header.msg_control = control.bytes;
        header.msg_controllen = sizeof control.bytes;
        struct cmsghdr *rights = CMSG_FIRSTHDR(&header);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(sizeof fd);
        memcpy(CMSG_DATA(rights), &fd, sizeof fd);
    }
    ssize_t n;
    do
        n = sendmsg(client->socket, &header, MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    return n == (ssize_t)sizeof *message ? RC_OK : RC_IO;
}

/* lambdaguard stands beside this program. */
static bool guard_path(char *out, size_t cap)
{
    static const char name[] = "lambdaguard";
    ssize_t n = readlink("/proc/self/exe", out, cap - sizeof name);
    if (n <= 0)
        return false;
    out[n] = '\0';
    char *slash = strrchr(out, '/');
    if (!slash)
        return false;
    memcpy(slash + 1, name, sizeof name);
    return true;
}

static void become_guard(const char *path, int socket)
{
    char number[16];
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setsid(); /* a Ctrl-C on the controller's terminal is not for the guard */
    fcntl(socket, F_SETFD, 0);
    snprintf(number, sizeof number, "%d", socket);
    execl(path, "lambdaguard", number, (char *)NULL);
    _exit(127);
}

enum rc guard_start(struct log *log, struct guard_client **out)
{
    char path[512];
    int pair[2];
    if (!guard_path(path, sizeof path) || access(path, X_OK) != 0) {
        log_say(log, LOG_ERROR, "lambdaguard is not beside this program: nothing will be armed");
        return RC_IO;
    }
    struct guard_client *client = calloc(1, sizeof *client);
    if (!client)
        return RC_NOSPACE;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
        free(client);
        return RC_IO;
    }
    client->pid = fork();
    if (client->pid == 0)
        become_guard(path, pair[1]);
    close(pair[1]);
    client->socket = pair[0];
    if (client->pid < 0) {
        log_say(log, LOG_ERROR, "lambdaguard cannot be started: %s", strerror(errno));
        close(pair[0]);
        free(client);
        return RC_IO;
    }
    *out = client;
    return RC_OK;
}

int guard_add_port(struct guard_client *client, int fd, const char *name)
{
    struct guard_message message = {.kind = GUARD_PORT, .port = client->ports};
    if (fd < 0 || client->ports == GUARD_PORTS_MAX)
        return -1;
    snprintf(message.bytes, sizeof message.bytes, "%s", name);
    if (send_message(client, &message, fd) != RC_OK)
        return -1;
    return (int)client->ports++;
}

enum rc guard_add_frame(struct guard_client *client, int port, struct span frame)
{
    struct guard_message message = {
        .kind = GUARD_FRAME, .port = (uint32_t)port, .len = (uint32_t)frame.len};
    if (frame.len == 0 || frame.len > GUARD_FRAME_BYTES_MAX || client->frames == GUARD_FRAMES_MAX)
        return RC_RANGE;
    memcpy(message.bytes, frame.at, frame.len);
    client->frames++;
    return send_message(client, &message, -1);
}

/* A guard that takes no beats is no guard: once some 20 of them lie unread (0.8 s) the next one
 * fails. The system's usual buffer holds 11 s of them. */
static void hold_few_beats(int socket)
{
    int bytes = BEATS_BYTES / 2; /* the system doubles it */
    setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
}

enum rc guard_arm(struct guard_client *client)
{
    struct guard_message message = {.kind = GUARD_ARM, .port = (uint32_t)getpid()};
    char answer;
    if (send_message(client, &message, -1) != RC_OK)
        return RC_IO;
    /* It answers one byte once every frame has passed its whitelist; it ends if one has not. */
    ssize_t n;
    do
        n = recv(client->socket, &answer, 1, 0);
    while (n < 0 && errno == EINTR);
    fcntl(client->socket, F_SETFL, O_NONBLOCK);
    hold_few_beats(client->socket);
    return n == 1 ? RC_OK : RC_IO;
}

enum rc guard_beat(struct guard_client *client)
{
    struct guard_message message = {.kind = GUARD_BEAT};
    char end;
    if (recv(client->socket, &end, 1, MSG_DONTWAIT) == 0)
        return RC_IO;
    return send_message(client, &message, -1);
}

/* Waits for its end, then makes it end. */
static void reap(struct guard_client *client, int patience_ms)
{
    int process = (int)syscall(SYS_pidfd_open, client->pid, 0);
    struct pollfd ended = {.fd = process, .events = POLLIN};
    if (poll(&ended, process >= 0 ? 1 : 0, patience_ms) != 1)
        kill(client->pid, SIGKILL);
    waitpid(client->pid, NULL, 0);
    if (process >= 0)
        close(process);
    close(client->socket);
    free(client);
}

void guard_release(struct guard_client *client)
{
    struct guard_message message = {.kind = GUARD_RELEASE};
    bool told = send_message(client, &message, -1) == RC_OK;
    reap(client, told ? RELEASE_PATIENCE_ms : 0); /* if it hangs: the bench is at rest without it */
}

enum rc guard_hand_over(struct guard_client *client, bool *written)
{
    struct guard_message message = {.kind = GUARD_HAND_OVER};
    char answer[GUARD_PORTS_MAX] = "";
    struct pollfd from = {.fd = client->socket, .events = POLLIN};
    ssize_t n = 0;
    bool told = send_message(client, &message, -1) == RC_OK;
    if (told && poll(&from, 1, HAND_OVER_PATIENCE_ms) == 1)
        n = recv(client->socket, answer, sizeof answer, MSG_DONTWAIT);
    enum rc rc = n == (ssize_t)client->ports ? RC_OK : RC_IO;
    for (unsigned i = 0; written && i < client->ports; i++)
        written[i] = rc == RC_OK && answer[i] == GUARD_WRITTEN;
    reap(client, rc == RC_OK ? RELEASE_PATIENCE_ms : 0);
    return rc;
}
