#include "tests/support/cmocka.h"

#include <stdlib.h>
#include <unistd.h>

#include "instruments/link.h"
#include "instruments/registry.h"
#include "instruments/simhost.h"
#include "instruments/transport/serial.h"

/* A unit that says back what it hears, and a '!' each 10 ms once it was told '+'. */
struct parrot {
    struct instant next;
    bool talks;
};

static void parrot_init(void *at, const struct sim_setup *setup)
{
    struct parrot *parrot = at;
    (void)setup;
    assert_false(parrot->talks); /* the state came zeroed */
    parrot->next = INSTANT_NEVER;
}

static void parrot_feed(void *at, struct span bytes, struct instant now, struct obuf *out)
{
    struct parrot *parrot = at;
    if (memchr(bytes.at, '+', bytes.len)) {
        parrot->talks = true;
        parrot->next = instant_add(now, duration_ms(10));
    }
    assert_int_equal(obuf_put(out, bytes), RC_OK);
}

static struct instant parrot_next(const void *at)
{
    return ((const struct parrot *)at)->next;
}

static void parrot_tick(void *at, struct instant now, struct obuf *out)
{
    struct parrot *parrot = at;
    assert_int_equal(parrot->next.us, now.us);
    parrot->next = instant_add(now, duration_ms(10));
    assert_int_equal(obuf_byte(out, '!'), RC_OK);
}

static const struct sim_driver parrot_sim = {.driver = "parrot",
                                             .state_size = sizeof(struct parrot),
                                             .init = parrot_init,
                                             .feed = parrot_feed,
                                             .next = parrot_next,
                                             .tick = parrot_tick};
static const struct driver parrot_driver = {.name = "parrot", .reply_timeout = {100000}};

struct room {
    struct clock clock;
    struct loop *loop;
    struct log log;
    struct simhost *host;
    struct transport *port;
    struct timer limit;
    char got[4096];
    size_t got_len, pieces, stop_at;
    struct instant at;
    unsigned closed;
};

static void take_bytes(void *ctx, struct span bytes)
{
    struct room *room = ctx;
    assert_true(room->got_len + bytes.len <= sizeof room->got);
    memcpy(room->got + room->got_len, bytes.at, bytes.len);
    room->got_len += bytes.len;
    room->pieces++;
    room->at = loop_now(room->loop);
    if (room->stop_at && room->got_len >= room->stop_at)
        loop_stop(room->loop);
}

static void take_closed(void *ctx, const char *why)
{
    struct room *room = ctx;
    (void)why;
    room->closed++;
    loop_stop(room->loop);
}

static void open_room(struct room *room, bool is_virtual, unsigned baud)
{
    struct device_setup device = {.name = "p"};
    struct sim_setup setup = {.driver = &parrot_driver, .device = &device};
    *room = (struct room){0};
    if (is_virtual)
        clock_init_virtual(&room->clock, 0);
    else
        clock_init_real(&room->clock);
    room->loop = loop_new(&room->clock);
    room->host = simhost_new(room->loop, baud, 1);
    assert_int_equal(simhost_add(room->host, &parrot_sim, &setup), RC_OK);
}

static void use_port(struct room *room, struct transport *port)
{
    assert_non_null(port);
    room->port = port;
    port->events = (struct transport_events){take_bytes, take_closed, room};
}

static void close_room(struct room *room)
{
    if (room->port)
        room->port->ops->close(room->port);
    simhost_free(room->host);
    loop_free(room->loop);
}

static void stop_loop(void *ctx)
{
    struct room *room = ctx;
    loop_stop(room->loop);
}

static void run(struct room *room, struct duration duration)
{
    room->limit = timer_of(stop_loop, room);
    struct instant end = instant_add(loop_now(room->loop), duration);
    assert_int_equal(loop_arm(room->loop, &room->limit, end), RC_OK);
    assert_int_equal(loop_run(room->loop), RC_OK);
    loop_disarm(room->loop, &room->limit);
}

static void say(struct room *room, struct span bytes)
{
    room->got_len = room->pieces = 0;
    assert_int_equal(room->port->ops->write(room->port, bytes), RC_OK);
}

/* ---- in memory ---- */

static void an_answer_takes_the_time_of_both_ways(void **state)
{
    (void)state;
    struct room room;
    open_room(&room, true, 9600);
    use_port(&room, simhost_connect(room.host, "mem"));
    assert_int_equal(room.port->ops->fd(room.port), -1);
    say(&room, SPAN("0123456789ab"));
    run(&room, duration_s(1));
    assert_memory_equal(room.got, "0123456789ab", 12);
    assert_int_equal(room.at.us, 25000); /* 24 bytes at 960 a second */
    close_room(&room);
}

static void a_usb_port_has_no_speed(void **state)
{
    (void)state;
    struct room room;
    open_room(&room, true, 0);
    use_port(&room, simhost_connect(room.host, "mem"));
    say(&room, SPAN("hello"));
    assert_int_equal(room.got_len, 0); /* not from inside the call */
    run(&room, duration_s(1));
    assert_int_equal(room.got_len, 5);
    assert_int_equal(room.at.us, 0);
    close_room(&room);
}

static void a_unit_may_speak_by_itself(void **state)
{
    (void)state;
    struct room room;
    open_room(&room, true, 0);
    use_port(&room, simhost_connect(room.host, "mem"));
    say(&room, SPAN("+"));
    run(&room, duration_ms(105));
    assert_memory_equal(room.got, "+!!!!!!!!!!", 11);
    assert_int_equal(room.at.us, 100000);
    close_room(&room);
}

static void each_fault_does_what_it_says(void **state)
{
    (void)state;
    static const struct {
        enum sim_fault fault;
        size_t len, pieces;
        int64_t at_us;
    } cases[] = {
        {SIM_FAULT_NONE, 8, 1, 0},       {SIM_FAULT_SILENT, 0, 0, 0}, {SIM_FAULT_GARBAGE, 8, 1, 0},
        {SIM_FAULT_LATE, 8, 1, 150000},  {SIM_FAULT_TWICE, 16, 1, 0}, {SIM_FAULT_HALF, 4, 1, 0},
        {SIM_FAULT_DRIBBLE, 8, 8, 7000},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct room room;
        open_room(&room, true, 0);
        use_port(&room, simhost_connect(room.host, "mem"));
        simhost_set_fault(room.host, cases[i].fault, (struct instant){1000000});
        say(&room, SPAN("12345678"));
        run(&room, duration_s(1));
        assert_memory_equal(room.got, "12345678", 8); /* not before its time */
        say(&room, SPAN("12345678"));
        run(&room, duration_s(1));
        assert_int_equal(room.got_len, cases[i].len);
        assert_int_equal(room.pieces, cases[i].pieces);
        if (cases[i].len)
            assert_int_equal(room.at.us, 1000000 + cases[i].at_us);
        assert_int_equal(memcmp(room.got, "12345678", 4) == 0 || cases[i].len == 0,
                         cases[i].fault != SIM_FAULT_GARBAGE);
        close_room(&room);
    }
}

static void a_vanished_port_can_be_connected_again(void **state)
{
    (void)state;
    struct room room;
    open_room(&room, true, 9600);
    use_port(&room, simhost_connect(room.host, "mem"));
    assert_null(simhost_connect(room.host, "second"));
    say(&room, SPAN("lost"));
    simhost_set_fault(room.host, SIM_FAULT_VANISH, (struct instant){1000});
    run(&room, duration_s(1));
    assert_int_equal(room.closed, 1);
    assert_int_equal(room.got_len, 0);
    assert_int_equal(room.port->ops->write(room.port, SPAN("x")), RC_IO);
    assert_null(simhost_connect(room.host, "too early"));
    room.port->ops->close(room.port);
    simhost_set_fault(room.host, SIM_FAULT_NONE, loop_now(room.loop));
    use_port(&room, simhost_connect(room.host, "again"));
    say(&room, SPAN("here"));
    run(&room, duration_s(1));
    assert_memory_equal(room.got, "here", 4);
    close_room(&room);
}

static void a_host_that_goes_first_leaves_a_dead_port(void **state)
{
    (void)state;
    struct room room;
    open_room(&room, true, 9600);
    use_port(&room, simhost_connect(room.host, "mem"));
    simhost_free(room.host);
    assert_int_equal(room.port->ops->write(room.port, SPAN("x")), RC_IO);
    room.host = NULL;
    close_room(&room);
}

/* ---- on a PTY, in real time ---- */

static const struct line_settings line = {
    .baud = 9600, .parity = 'N', .data_bits = 8, .stop_bits = 1};

static void a_pty_serves_bytes_unchanged(void **state)
{
    (void)state;
    struct room room;
    char path[64];
    open_room(&room, false, 9600);
    assert_int_equal(simhost_serve_pty(room.host, false, path, sizeof path), RC_OK);
    for (int again = 0; again < 2; again++) { /* a client may come and go */
        struct transport *port = NULL;
        assert_int_equal(serial_open(room.loop, path, &line, &room.log, &port), RC_OK);
        use_port(&room, port);
        room.stop_at = 8;
        say(&room, SPAN("a\r\n\003\021\0z\377"));
        run(&room, duration_s(5));
        assert_int_equal(room.got_len, 8);
        assert_memory_equal(room.got, "a\r\n\003\021\0z\377", 8);
        port->ops->close(port);
    }
    room.port = NULL;
    close_room(&room);
}

static void a_paced_pty_is_no_faster_than_its_line(void **state)
{
    (void)state;
    struct room room;
    char path[64];
    open_room(&room, false, 9600);
    assert_int_equal(simhost_serve_pty(room.host, true, path, sizeof path), RC_OK);
    struct transport *port = NULL;
    assert_int_equal(serial_open(room.loop, path, &line, &room.log, &port), RC_OK);
    use_port(&room, port);
    struct instant began = loop_now(room.loop);
    room.stop_at = 96;
    char bytes[96];
    memset(bytes, 'x', sizeof bytes);
    say(&room, (struct span){bytes, sizeof bytes});
    run(&room, duration_s(10));
    assert_int_equal(room.got_len, 96);
    assert_true(instant_since(room.at, began).us >= 200000); /* 192 bytes at 960 a second */
    close_room(&room);
}

static void a_vanished_pty_is_a_hang_up(void **state)
{
    (void)state;
    struct room room;
    char path[64];
    open_room(&room, false, 9600);
    assert_int_equal(simhost_serve_pty(room.host, false, path, sizeof path), RC_OK);
    struct transport *port = NULL;
    assert_int_equal(serial_open(room.loop, path, &line, &room.log, &port), RC_OK);
    use_port(&room, port);
    simhost_set_fault(room.host, SIM_FAULT_VANISH, loop_now(room.loop));
    run(&room, duration_s(5));
    assert_int_equal(room.closed, 1);
    assert_int_equal(access(path, F_OK), -1);
    close_room(&room);
}

/* ---- a whole link over a PTY ---- */

static void count_reading(void *ctx, struct device *device, const void *reading, struct instant t)
{
    struct room *room = ctx;
    (void)device;
    (void)reading;
    (void)t;
    if (++room->pieces == 3)
        loop_stop(room->loop);
}

static double still_air(void *ctx, enum plant_signal signal, unsigned channel, struct instant now)
{
    (void)ctx;
    (void)channel;
    (void)now;
    return signal == PLANT_PRESSURE_kPa ? 101.325 : signal == PLANT_GAS_TEMP_degC ? 25 : 0;
}

static void no_write(void *ctx, enum plant_signal signal, unsigned channel, double value,
                     struct instant now)
{
    (void)ctx;
    (void)signal;
    (void)channel;
    (void)value;
    (void)now;
}

static void a_link_reads_a_flow_controller_over_a_pty(void **state)
{
    (void)state;
    const struct registry_entry *entry = registry_find(SPAN("alicat"));
    assert_non_null(entry);
    struct device_setup device = {
        .name = "mfc", .address = 'A', .full_scale = 10, .reference_ratio = 1};
    struct sim_setup setup = {.driver = entry->driver,
                              .device = &device,
                              .plant = {still_air, no_write, NULL},
                              .seed = 1};
    struct room room = {0};
    char path[64];
    clock_init_real(&room.clock);
    room.loop = loop_new(&room.clock);
    room.host = simhost_new(room.loop, entry->driver->line.baud, 1);
    assert_int_equal(simhost_add(room.host, entry->sim, &setup), RC_OK);
    assert_int_equal(simhost_serve_pty(room.host, true, path, sizeof path), RC_OK);
    struct transport *port = NULL;
    assert_int_equal(serial_open(room.loop, path, &entry->driver->line, &room.log, &port), RC_OK);
    struct link *link = link_new(room.loop, port, &room.log);
    assert_non_null(link);
    assert_non_null(link_add(link, entry->driver, &device,
                             (struct device_events){.reading = count_reading, .ctx = &room}));
    assert_int_equal(link_start(link), RC_OK);
    run(&room, duration_s(10));
    assert_int_equal(room.pieces, 3);
    link_free(link);
    close_room(&room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_takes_the_time_of_both_ways),
        cmocka_unit_test(a_usb_port_has_no_speed),
        cmocka_unit_test(a_unit_may_speak_by_itself),
        cmocka_unit_test(each_fault_does_what_it_says),
        cmocka_unit_test(a_vanished_port_can_be_connected_again),
        cmocka_unit_test(a_host_that_goes_first_leaves_a_dead_port),
        cmocka_unit_test(a_pty_serves_bytes_unchanged),
        cmocka_unit_test(a_paced_pty_is_no_faster_than_its_line),
        cmocka_unit_test(a_vanished_pty_is_a_hang_up),
        cmocka_unit_test(a_link_reads_a_flow_controller_over_a_pty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
