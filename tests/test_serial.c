/* The serial port as the real libserialport opens and sets it, with a pseudo-terminal behind. */
#include "tests/support/cmocka.h"

#include <dirent.h>
#include <termios.h>

#include "instruments/transport/serial.h"
#include "tests/support/ptyshim.c"

static const struct line_settings line = {
    .baud = 38400, .parity = 'N', .data_bits = 8, .stop_bits = 1, .raise_dtr_rts = true};

struct desk {
    struct clock clock;
    struct loop *loop;
    struct log log;
    int master;
    char dir[64], link[128];
    struct timer limit;
    char got[64];
    size_t got_len;
    unsigned closed;
};

static void take_bytes(void *ctx, struct span bytes)
{
    struct desk *desk = ctx;
    assert_true(desk->got_len + bytes.len <= sizeof desk->got);
    memcpy(desk->got + desk->got_len, bytes.at, bytes.len);
    desk->got_len += bytes.len;
    loop_stop(desk->loop);
}

static void take_closed(void *ctx, const char *why)
{
    struct desk *desk = ctx;
    (void)why;
    desk->closed++;
    loop_stop(desk->loop);
}

static void stop_loop(void *ctx)
{
    struct desk *desk = ctx;
    loop_stop(desk->loop);
}

static void turn(struct desk *desk)
{
    desk->limit = timer_of(stop_loop, desk);
    struct instant end = instant_add(loop_now(desk->loop), duration_s(2));
    assert_int_equal(loop_arm(desk->loop, &desk->limit, end), RC_OK);
    assert_int_equal(loop_run(desk->loop), RC_OK);
    loop_disarm(desk->loop, &desk->limit);
}

static int set_up(void **state)
{
    struct desk *desk = calloc(1, sizeof *desk);
    char path[64];
    *state = desk;
    clock_init_real(&desk->clock);
    desk->loop = loop_new(&desk->clock);
    desk->log.clock = &desk->clock;
    desk->master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    (void)snprintf(desk->dir, sizeof desk->dir, "/tmp/lambdabench-pty-XXXXXX");
    if (desk->master < 0 || grantpt(desk->master) || unlockpt(desk->master) ||
        ptsname_r(desk->master, path, sizeof path) || !mkdtemp(desk->dir))
        return -1;
    (void)snprintf(desk->link, sizeof desk->link, "%s/ttyBENCH0", desk->dir);
    (void)alarm(20);
    return symlink(path, desk->link) || setenv("LAMBDABENCH_PTYS", desk->dir, 1);
}

static int tear_down(void **state)
{
    struct desk *desk = *state;
    if (desk->master >= 0)
        (void)close(desk->master);
    (void)unlink(desk->link);
    (void)rmdir(desk->dir);
    loop_free(desk->loop);
    free(desk);
    (void)alarm(0);
    return 0;
}

static size_t open_descriptors(void)
{
    size_t n = 0;
    DIR *dir = opendir("/proc/self/fd");
    assert_non_null(dir);
    while (readdir(dir))
        n++;
    (void)closedir(dir);
    return n;
}

static struct transport *open_port(struct desk *desk)
{
    struct transport *port = NULL;
    assert_int_equal(serial_open(desk->loop, "/dev/ttyBENCH0", &line, &desk->log, &port), RC_OK);
    assert_non_null(port);
    port->events = (struct transport_events){take_bytes, take_closed, desk};
    return port;
}

static void the_library_sets_the_line(void **state)
{
    struct desk *desk = *state;
    struct transport *port = open_port(desk);
    struct termios settings;
    assert_int_equal(tcgetattr(desk->master, &settings), 0);
    assert_int_equal(cfgetospeed(&settings), B38400);
    assert_int_equal(cfgetispeed(&settings), B38400);
    assert_int_equal(settings.c_cflag & (CSIZE | PARENB | CSTOPB | CRTSCTS | HUPCL), CS8);
    assert_int_equal(settings.c_iflag & (IXON | IXOFF | ICRNL), 0);
    assert_int_equal(settings.c_lflag & (ECHO | ICANON), 0);
    assert_int_equal(ptyshim_lines() & (TIOCM_DTR | TIOCM_RTS), TIOCM_DTR | TIOCM_RTS);
    int fd = port->ops->fd(port);
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
    port->ops->close(port);
}

static void bytes_pass_and_a_hang_up_is_seen(void **state)
{
    struct desk *desk = *state;
    struct transport *port = open_port(desk);
    char bytes[8];
    assert_int_equal(port->ops->write(port, SPAN("A\r\021")), RC_OK);
    (void)fcntl(desk->master, F_SETFL, 0);
    assert_int_equal(read(desk->master, bytes, sizeof bytes), 3);
    assert_memory_equal(bytes, "A\r\021", 3);
    assert_int_equal(write(desk->master, "B\r\n", 3), 3);
    turn(desk);
    assert_int_equal(desk->got_len, 3);
    assert_memory_equal(desk->got, "B\r\n", 3);
    (void)close(desk->master);
    desk->master = -1;
    turn(desk);
    assert_int_equal(desk->closed, 1);
    assert_int_equal(port->ops->write(port, SPAN("x")), RC_IO);
    port->ops->close(port);
}

static void a_port_has_one_owner_and_is_free_after_it(void **state)
{
    struct desk *desk = *state;
    size_t before = open_descriptors();
    struct transport *port = open_port(desk), *second = NULL;
    assert_int_equal(serial_open(desk->loop, "/dev/ttyBENCH0", &line, &desk->log, &second) == RC_OK,
                     false);
    assert_null(second);
    port->ops->close(port);
    port = open_port(desk);
    port->ops->close(port);
    assert_int_equal(open_descriptors(), before);
}

static void settings_that_cannot_be_leave_nothing_open(void **state)
{
    struct desk *desk = *state;
    size_t before = open_descriptors();
    struct line_settings wrong[] = {line, line, line, line};
    wrong[0].parity = 'X';
    wrong[1].data_bits = 9;
    wrong[2].stop_bits = 0;
    wrong[3].data_bits = 7; /* a pseudo-terminal has eight */
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct transport *port = NULL;
        assert_int_equal(serial_open(desk->loop, "/dev/ttyBENCH0", &wrong[i], &desk->log, &port),
                         i < 3 ? RC_CONFIG : RC_IO);
        assert_null(port);
    }
    assert_int_equal(open_descriptors(), before);
    assert_int_equal(desk->log.errors, COUNT(wrong));
    struct transport *port = open_port(desk);
    port->ops->close(port);
}

#define ON_A_DESK(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_A_DESK(the_library_sets_the_line),
        ON_A_DESK(bytes_pass_and_a_hang_up_is_seen),
        ON_A_DESK(a_port_has_one_owner_and_is_free_after_it),
        ON_A_DESK(settings_that_cannot_be_leave_nothing_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
