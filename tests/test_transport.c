#include "tests/support/cmocka.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "instruments/transport/fault.h"
#include "instruments/transport/fdport.h"
#include "instruments/transport/lane.h"
#include "instruments/transport/lock.h"
#include "instruments/transport/serial.h"

static const struct line_settings line = {
    .baud = 38400, .parity = 'N', .data_bits = 8, .stop_bits = 1, .raise_dtr_rts = true};

struct desk {
    struct clock clock;
    struct loop *loop;
    struct log log;
    char *said;
    size_t said_len;
    int master;
    char path[64];
    struct timer limit;
    char got[65536];
    size_t got_len;
    unsigned closed;
};

static void take_bytes(void *ctx, struct span bytes)
{
    struct desk *desk = ctx;
    assert_true(bytes.len > 0 && desk->got_len + bytes.len <= sizeof desk->got);
    memcpy(desk->got + desk->got_len, bytes.at, bytes.len);
    desk->got_len += bytes.len;
    loop_stop(desk->loop);
}

static void take_closed(void *ctx, const char *why)
{
    struct desk *desk = ctx;
    assert_non_null(why);
    desk->closed++;
    loop_stop(desk->loop);
}

static void stop_loop(void *ctx)
{
    struct desk *desk = ctx;
    loop_stop(desk->loop);
}

/* Until something happens, 2 s at most. */
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
    *state = desk;
    clock_init_real(&desk->clock);
    desk->loop = loop_new(&desk->clock);
    desk->log =
        (struct log){open_memstream(&desk->said, &desk->said_len), LOG_DEBUG, &desk->clock, 0};
    desk->master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    (void)alarm(20); /* what must never block does not hang the suite */
    return desk->master < 0 || grantpt(desk->master) || unlockpt(desk->master) ||
           ptsname_r(desk->master, desk->path, sizeof desk->path);
}

static int tear_down(void **state)
{
    struct desk *desk = *state;
    if (desk->master >= 0)
        (void)close(desk->master);
    loop_free(desk->loop);
    (void)fclose(desk->log.to);
    free(desk->said);
    free(desk);
    (void)alarm(0);
    return 0;
}

static bool log_says(struct desk *desk, const char *text)
{
    (void)fflush(desk->log.to);
    return strstr(desk->said, text) != NULL;
}

static struct transport *open_port(struct desk *desk, const char *name)
{
    struct transport *port = NULL;
    assert_int_equal(serial_open(desk->loop, name, &line, &desk->log, &port), RC_OK);
    assert_non_null(port);
    port->events = (struct transport_events){take_bytes, take_closed, desk};
    return port;
}

/* ---- ports ---- */

static void bytes_pass_both_ways_unchanged(void **state)
{
    struct desk *desk = *state;
    struct transport *port = open_port(desk, desk->path);
    char all[256], back[256];
    for (size_t i = 0; i < sizeof all; i++)
        all[i] = (char)(unsigned char)i;
    assert_int_equal(port->ops->write(port, (struct span){all, sizeof all}), RC_OK);
    (void)fcntl(desk->master, F_SETFL, 0);
    size_t n = 0;
    while (n < sizeof back) {
        ssize_t got = read(desk->master, back + n, sizeof back - n);
        assert_true(got > 0);
        n += (size_t)got;
    }
    assert_memory_equal(all, back, sizeof all);
    assert_int_equal(write(desk->master, all, sizeof all), sizeof all);
    while (desk->got_len < sizeof all)
        turn(desk);
    assert_memory_equal(desk->got, all, sizeof all);
    port->ops->close(port);
}

static void a_port_is_raw_and_private(void **state)
{
    struct desk *desk = *state;
    struct transport *port = open_port(desk, desk->path);
    int fd = port->ops->fd(port);
    struct termios settings;
    assert_int_equal(tcgetattr(fd, &settings), 0);
    assert_int_equal(settings.c_iflag & (IXON | IXOFF | ICRNL | INLCR | ISTRIP), 0);
    assert_int_equal(settings.c_oflag & OPOST, 0);
    assert_int_equal(settings.c_lflag & (ECHO | ICANON | ISIG), 0);
    assert_int_equal(settings.c_cflag & HUPCL, 0);
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
    assert_int_equal(port->ops->wire_time(port, 384).us, 100000);
    assert_string_equal(port->name, desk->path);
    port->ops->close(port);
}

static void a_second_owner_is_refused_by_name(void **state)
{
    struct desk *desk = *state;
    struct transport *port = open_port(desk, desk->path), *second = NULL;
    assert_int_equal(serial_open(desk->loop, desk->path, &line, &desk->log, &second), RC_REFUSED);
    assert_null(second);
    assert_true(log_says(desk, desk->path));
    assert_true(log_says(desk, "in use by"));
    pid_t child = fork();
    if (child == 0)
        _exit(serial_open(desk->loop, desk->path, &line, &desk->log, &second) == RC_REFUSED ? 0
                                                                                            : 1);
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    port->ops->close(port);
    port = open_port(desk, desk->path);
    port->ops->close(port);
}

static void a_link_to_a_port_is_followed(void **state)
{
    struct desk *desk = *state;
    char dir[] = "/tmp/lambdabench-port-XXXXXX", link_path[64];
    assert_non_null(mkdtemp(dir));
    (void)snprintf(link_path, sizeof link_path, "%s/mfc", dir);
    assert_int_equal(symlink(desk->path, link_path), 0);
    struct transport *port = open_port(desk, link_path);
    assert_string_equal(port->name, link_path);
    port->ops->close(port);
    (void)unlink(link_path);
    (void)rmdir(dir);
}

static void numbered_usb_ports_are_refused(void **state)
{
    struct desk *desk = *state;
    static const struct {
        const char *name;
        enum rc rc;
        const char *says;
    } cases[] = {
        {"/dev/ttyUSB0", RC_CONFIG, "/dev/serial/by-id"},
        {"/dev/ttyACM3", RC_CONFIG, "numbered anew"},
        {"/dev/no-such-port", RC_IO, "No such file"},
        {"usb:NO-SUCH-SERIAL", RC_IO, "no such adapter"},
        {"/dev/null", RC_IO, "not a serial port"},
        {"/etc/passwd", RC_IO, "not a serial port"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct transport *port = NULL;
        assert_int_equal(serial_open(desk->loop, cases[i].name, &line, &desk->log, &port),
                         cases[i].rc);
        assert_null(port);
        assert_true(log_says(desk, cases[i].says));
    }
}

static void closing_the_other_end_is_a_hang_up(void **state)
{
    struct desk *desk = *state;
    struct transport *port = open_port(desk, desk->path);
    (void)close(desk->master);
    desk->master = -1;
    turn(desk);
    assert_int_equal(desk->closed, 1);
    assert_int_equal(port->ops->write(port, SPAN("x")), RC_IO);
    assert_int_equal(loop_run(desk->loop), RC_TIMEOUT); /* nothing is watched any more */
    assert_int_equal(desk->closed, 1);
    port->ops->close(port);
}

static void a_peer_that_takes_nothing_blocks_neither_write_nor_close(void **state)
{
    struct desk *desk = *state;
    struct transport *port = open_port(desk, desk->path);
    char bytes[1000] = {0};
    enum rc rc = RC_OK;
    unsigned writes = 0;
    while (rc == RC_OK && writes++ < 1000)
        rc = port->ops->write(port, (struct span){bytes, sizeof bytes});
    assert_int_equal(rc, RC_TIMEOUT);
    assert_int_equal(port->ops->write(port, (struct span){bytes, sizeof bytes}), RC_TIMEOUT);
    port->ops->close(port);
}

static void the_holder_of_a_lock_is_found(void **state)
{
    (void)state;
    static const char locks[] = "1: POSIX  ADVISORY  WRITE 11 00:18:5 0 EOF\n"
                                "2: FLOCK  ADVISORY  WRITE 4711 00:18:5 0 EOF\n"
                                "2: -> FLOCK  ADVISORY  WRITE 12 00:18:5 0 EOF\n"
                                "3: FLOCK  ADVISORY  WRITE 13 08:01:77 0 EOF";
    struct span text = span_text(locks);
    assert_int_equal(port_lock_holder(text, 0, 0x18, 5), 4711);
    assert_int_equal(port_lock_holder(text, 8, 1, 77), 13);
    assert_int_equal(port_lock_holder(text, 8, 1, 78), 0);
    for (size_t n = 0; n < text.len; n++) {
        char *copy = malloc(n + !n);
        memcpy(copy, locks, n);
        (void)port_lock_holder((struct span){copy, n}, 8, 1, 77);
        free(copy);
    }
}

static void ports_are_listed_without_opening_them(void **state)
{
    struct desk *desk = *state;
    char path[64];
    assert_int_equal(serial_find_usb("NO-SUCH-SERIAL", path, sizeof path), RC_IO);
    assert_int_equal(serial_find_usb("NO-SUCH-SERIAL", path, 0), RC_NOSPACE);
    (void)desk;
}

/* ---- a wire in memory ---- */

struct arrival {
    struct loop *loop;
    char text[64];
    size_t len, pieces;
    struct instant at[8];
};

static void note_arrival(void *ctx, struct span bytes)
{
    struct arrival *arrival = ctx;
    assert_true(arrival->len + bytes.len <= sizeof arrival->text && arrival->pieces < 8);
    memcpy(arrival->text + arrival->len, bytes.at, bytes.len);
    arrival->len += bytes.len;
    arrival->at[arrival->pieces++] = loop_now(arrival->loop);
}

static void bytes_arrive_when_the_line_has_carried_them(void **state)
{
    (void)state;
    struct clock clock;
    clock_init_virtual(&clock, 0);
    struct loop *loop = loop_new(&clock);
    struct arrival arrival = {.loop = loop};
    struct lane lane = {0};
    assert_int_equal(lane_init(&lane, loop, 9600), RC_OK);
    lane.deliver = note_arrival;
    lane.ctx = &arrival;
    struct instant now = loop_now(loop);
    assert_int_equal(lane_put(&lane, SPAN("123456"), now), RC_OK);
    assert_int_equal(lane_put(&lane, SPAN("7"), now), RC_OK); /* waits for the line */
    assert_int_equal(lane_put(&lane, SPAN("8"), (struct instant){20000}), RC_OK);
    assert_int_equal(loop_run(loop), RC_TIMEOUT);
    assert_memory_equal(arrival.text, "12345678", 8);
    assert_int_equal(arrival.pieces, 3);
    assert_int_equal(arrival.at[0].us, 6250);
    assert_int_equal(arrival.at[1].us, 6250 + 1042);
    assert_int_equal(arrival.at[2].us, 20000 + 1042);
    assert_int_equal(lane_wire_time(0, 1000).us, 0);
    lane_fini(&lane);
    loop_free(loop);
}

static void a_full_wire_takes_nothing_more(void **state)
{
    (void)state;
    static char bytes[LANE_BYTES];
    struct clock clock;
    clock_init_virtual(&clock, 0);
    struct loop *loop = loop_new(&clock);
    struct lane lane = {0};
    assert_int_equal(lane_init(&lane, loop, 0), RC_OK);
    struct instant now = loop_now(loop);
    assert_int_equal(lane_put(&lane, (struct span){bytes, sizeof bytes}, now), RC_OK);
    assert_int_equal(lane_put(&lane, SPAN("x"), now), RC_TIMEOUT);
    lane_clear(&lane);
    assert_int_equal(lane_put(&lane, SPAN("x"), now), RC_OK);
    lane_fini(&lane);
    loop_free(loop);
}

/* ---- faults ---- */

static void a_lying_wire_reports_success_and_sends_nothing(void **state)
{
    struct desk *desk = *state;
    static const struct fault_rates lies = {.write_lie = 1}, honest = {0};
    struct transport *port = fault_wrap(open_port(desk, desk->path), 1, &lies);
    port->events = (struct transport_events){take_bytes, take_closed, desk};
    char byte;
    assert_int_equal(port->ops->write(port, SPAN("x")), RC_OK);
    assert_int_equal(read(desk->master, &byte, 1), -1);
    fault_set_rates(port, &honest);
    assert_int_equal(port->ops->write(port, SPAN("y")), RC_OK);
    (void)fcntl(desk->master, F_SETFL, 0);
    assert_int_equal(read(desk->master, &byte, 1), 1);
    assert_int_equal(byte, 'y');
    assert_int_equal(write(desk->master, "z", 1), 1);
    turn(desk);
    assert_int_equal(desk->got_len, 1);
    (void)close(desk->master);
    desk->master = -1;
    turn(desk);
    assert_int_equal(desk->closed, 1);
    port->ops->close(port);
}

#define ON_A_DESK(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_A_DESK(bytes_pass_both_ways_unchanged),
        ON_A_DESK(a_port_is_raw_and_private),
        ON_A_DESK(a_second_owner_is_refused_by_name),
        ON_A_DESK(a_link_to_a_port_is_followed),
        ON_A_DESK(numbered_usb_ports_are_refused),
        ON_A_DESK(closing_the_other_end_is_a_hang_up),
        ON_A_DESK(a_peer_that_takes_nothing_blocks_neither_write_nor_close),
        cmocka_unit_test(the_holder_of_a_lock_is_found),
        ON_A_DESK(ports_are_listed_without_opening_them),
        cmocka_unit_test(bytes_arrive_when_the_line_has_carried_them),
        cmocka_unit_test(a_full_wire_takes_nothing_more),
        ON_A_DESK(a_lying_wire_reports_success_and_sends_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
