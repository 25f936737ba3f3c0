#include "instruments/bronkhorst_propar/bronkhorst_propar_sim.h"

static void say(struct obuf *out, struct span bytes)
{
    if (obuf_put(out, bytes) != RC_OK)
        return;
}

static void say_byte(struct obuf *out, unsigned byte)
{
    const char c = (char)(unsigned char)byte;
    say(out, (struct span){&c, 1});
}

static void run_binary(struct bronkhorst_sim *sim, struct span frame, struct instant now,
                       struct obuf *out)
{
    char bytes[PROPAR_DATA_MAX];
    struct obuf answer = {bytes, 0, sizeof bytes};
    struct propar_message message;
    if (propar_get_frame(frame, &message) != RC_OK || message.node != sim->node)
        return;
    bronkhorst_run_data(sim, (struct span){(const char *)message.data, message.len}, now, &answer);
    if (answer.len && propar_put_frame(out, message.seq, message.node, obuf_span(&answer)) != RC_OK)
        return;
}

static int hex_digit(unsigned c)
{
    return c >= '0' && c <= '9' ? (int)(c - '0') : c >= 'A' && c <= 'F' ? (int)(c - 'A') + 10 : -1;
}

static void say_hex(struct obuf *out, unsigned byte)
{
    say_byte(out, (unsigned char)"0123456789ABCDEF"[byte >> 4 & 15]);
    say_byte(out, (unsigned char)"0123456789ABCDEF"[byte & 15]);
}

/* ":" LEN NODE DATA in hex; LEN counts NODE and DATA. */
static void run_ascii(struct bronkhorst_sim *sim, struct instant now, struct obuf *out)
{
    uint8_t bytes[BRONKHORST_WIRE_MAX / 2];
    char data[PROPAR_DATA_MAX];
    struct obuf answer = {data, 0, sizeof data};
    size_t n = 0;
    bool good = sim->len % 2 == 0;
    for (size_t i = 0; good && i + 1 < sim->len; i += 2) {
        const int high = hex_digit(sim->wire[i]), low = hex_digit(sim->wire[i + 1]);
        good = high >= 0 && low >= 0;
        bytes[n++] = (uint8_t)(high * 16 + low);
    }
    if (!good || n < 3 || bytes[0] != n - 1) {
        say(out, SPAN(":0104\r\n"));
        return;
    }
    if (bytes[1] != sim->node)
        return;
    bronkhorst_run_data(sim, (struct span){(const char *)bytes + 2, n - 2}, now, &answer);
    if (answer.len == 0)
        return;
    say(out, SPAN(":"));
    say_hex(out, (unsigned)answer.len + 1);
    say_hex(out, sim->node);
    for (size_t i = 0; i < answer.len; i++)
        say_hex(out, (unsigned char)data[i]);
    say(out, SPAN("\r\n"));
}

static void take_binary(struct bronkhorst_sim *sim, struct instant now, struct obuf *out)
{
    struct span frame, wire = {(const char *)sim->wire, sim->len};
    size_t used = 0;
    if (framing_propar.cut(wire, &frame, &used) == FRAME_READY)
        run_binary(sim, frame, now, out);
    sim->len -= used;
    memmove(sim->wire, sim->wire + used, sim->len);
}

/* A colon begins a text message unless a binary one has begun; both end by themselves. */
static void feed(void *state, struct span bytes, struct instant now, struct obuf *out)
{
    struct bronkhorst_sim *sim = state;
    for (size_t i = 0; i < bytes.len; i++) {
        const uint8_t byte = (uint8_t)bytes.at[i];
        if ((byte == ':' && (sim->ascii || sim->len == 0)) || (sim->ascii && byte == 0x10)) {
            sim->ascii = byte == ':';
            sim->len = 0;
            if (sim->ascii)
                continue;
        }
        if (sim->ascii && byte == '\n') {
            run_ascii(sim, now, out);
            sim->ascii = false;
            sim->len = 0;
            continue;
        }
        if (sim->ascii && byte == '\r')
            continue;
        if (!sim->ascii && sim->len == 0 && byte != 0x10)
            continue;
        if (sim->len == sizeof sim->wire) /* noise */
            sim->len = 0;
        sim->wire[sim->len++] = byte;
        if (!sim->ascii && sim->len == 2 && byte != 0x02) /* no start */
            sim->len = byte == 0x10;
        if (!sim->ascii && byte == 0x03)
            take_binary(sim, now, out);
    }
}

/* "M" and eight digits made of the instrument's name, so that each unit has its own. */
static void make_serial(const struct device_setup *device, char *serial)
{
    uint32_t hash = 2166136261U; /* FNV-1a */
    if (device->expect_serial[0]) {
        memcpy(serial, device->expect_serial, BRONKHORST_TEXT_MAX);
        return;
    }
    for (const char *at = device->name; *at; at++)
        hash = (hash ^ (unsigned char)*at) * 16777619U;
    memcpy(serial, "M00000000A", 11);
    for (size_t i = 9; i-- > 1; hash /= 10)
        serial[i] = (char)('0' + hash % 10);
}

static void init(void *state, const struct sim_setup *setup)
{
    struct bronkhorst_sim *sim = state;
    const struct device_setup *device = setup->device;
    sim->setup = *setup;
    sim->unit = setup->driver->model;
    sim->node = (uint8_t)(device->node ? device->node : BRONKHORST_THIS_PORT);
    sim->capacity = device->full_scale > 0.0 ? device->full_scale / bronkhorst_station_slpm(sim)
                                             : 10.0 / sim->unit->slpm;
    make_serial(device, sim->serial);
    memcpy(sim->tag, "USERTAG", 8);
    memcpy(sim->fluid, "Air", 4);
    if (device->expect_gas[0])
        memcpy(sim->fluid, device->expect_gas, sizeof device->expect_gas);
}

/* clang-format off */
#define BRONKHORST_SIM(its_driver)                                                                 \
    .driver = (its_driver), .state_size = sizeof(struct bronkhorst_sim), .init = init, .feed = feed

const struct sim_driver bronkhorst_propar_sim     = { BRONKHORST_SIM("bronkhorst") };
const struct sim_driver bronkhorst_propar_mln_sim = { BRONKHORST_SIM("bronkhorst_mln") };
const struct sim_driver bronkhorst_propar_ls_sim  = { BRONKHORST_SIM("bronkhorst_ls") };
const struct sim_driver bronkhorst_propar_mls_sim = { BRONKHORST_SIM("bronkhorst_mls") };
const struct sim_driver bronkhorst_propar_water_sim = { BRONKHORST_SIM("bronkhorst_water") };
/* clang-format on */
