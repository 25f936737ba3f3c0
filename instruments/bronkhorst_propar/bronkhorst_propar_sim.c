#include "instruments/bronkhorst_propar/bronkhorst_propar_sim.h"
#include "core/num.h"

enum { FULL_SCALE_RAW = 32000 };
enum { COMMAND_CLAIM = 8, COMMAND_UNCLAIM = 9 };
enum status {
    STATUS_OK = 0,
    STATUS_CLAIMED = 1,
    STATUS_COMMAND = 2,
    STATUS_PARAMETER = 4,
    STATUS_TYPE = 5,
    STATUS_VALUE = 6,
    STATUS_READ_ONLY = 13
};

enum item {
    ITEM_MEASURE,
    ITEM_SETPOINT,
    ITEM_MODE,
    ITEM_CAPACITY,
    ITEM_FLUID_INDEX,
    ITEM_FLUID,
    ITEM_ALARM,
    ITEM_UNIT,
    ITEM_FMEASURE,
    ITEM_FSETPOINT,
    ITEM_TEMPERATURE,
    ITEM_PRESSURE,
    ITEM_DEVICE,
    ITEM_MODEL,
    ITEM_SERIAL,
    ITEM_FIRMWARE,
    ITEM_TAG
};

/* clang-format off */
static const struct parameter {
    unsigned process, number;
    enum propar_type type;
    bool writable;
    enum item item;
} parameters[] = {
    { 1,   0,  PROPAR_U16,  false, ITEM_MEASURE },   { 1,   1,  PROPAR_U16,  true,  ITEM_SETPOINT },
    { 1,   4,  PROPAR_U8,   true,  ITEM_MODE },      { 1,   13, PROPAR_32,   false, ITEM_CAPACITY },
    { 1,   16, PROPAR_U8,   false, ITEM_FLUID_INDEX }, { 1, 17, PROPAR_TEXT, true,  ITEM_FLUID },
    { 1,   20, PROPAR_U8,   false, ITEM_ALARM },     { 1,   31, PROPAR_TEXT, false, ITEM_UNIT },
    { 33,  0,  PROPAR_32,   false, ITEM_FMEASURE },  { 33,  3,  PROPAR_32,   true,  ITEM_FSETPOINT },
    { 33,  7,  PROPAR_32,   false, ITEM_TEMPERATURE }, { 33, 8, PROPAR_32,   false, ITEM_PRESSURE },
    { 113, 1,  PROPAR_TEXT, false, ITEM_DEVICE },    { 113, 2,  PROPAR_TEXT, false, ITEM_MODEL },
    { 113, 3,  PROPAR_TEXT, false, ITEM_SERIAL },    { 113, 5,  PROPAR_TEXT, false, ITEM_FIRMWARE },
    { 113, 6,  PROPAR_TEXT, true,  ITEM_TAG },
};
/* clang-format on */

/* A request while it is read, and where it went wrong. */
struct request {
    const uint8_t *at;
    size_t len, pos;
    enum status status;
};

static unsigned next_byte(struct request *request)
{
    if (request->pos >= request->len) {
        request->status = STATUS_COMMAND;
        return 0;
    }
    return request->at[request->pos++];
}

static const struct parameter *find_parameter(struct request *request, unsigned process,
                                              unsigned byte)
{
    for (size_t i = 0; i < COUNT(parameters); i++) {
        if (parameters[i].process != process || parameters[i].number != (byte & PROPAR_INDEX_MASK))
            continue;
        if ((unsigned)parameters[i].type == (byte & PROPAR_TYPE_MASK))
            return &parameters[i];
        request->status = STATUS_TYPE;
        return NULL;
    }
    request->status = STATUS_PARAMETER;
    return NULL;
}

double bronkhorst_station_slpm(const struct bronkhorst_sim *sim)
{
    const double ratio = sim->setup.device->reference_ratio;
    return sim->unit->slpm / (ratio > 0.0 ? ratio : 1.0);
}

static double read_plant(const struct bronkhorst_sim *sim, enum plant_signal signal,
                         struct instant now)
{
    return sim->setup.plant.read(sim->setup.plant.ctx, signal, 0, now);
}

static double number_of(const struct bronkhorst_sim *sim, enum item item, struct instant now)
{
    switch (item) {
    case ITEM_MEASURE:
    case ITEM_FMEASURE: {
        const double flow = read_plant(sim, PLANT_FLOW_slpm, now) / bronkhorst_station_slpm(sim);
        return item == ITEM_FMEASURE ? flow : flow / sim->capacity * FULL_SCALE_RAW;
    }
    case ITEM_SETPOINT:
        return sim->setpoint / sim->capacity * FULL_SCALE_RAW;
    case ITEM_FSETPOINT:
        return sim->setpoint;
    case ITEM_MODE:
        return sim->mode;
    case ITEM_CAPACITY:
        return sim->capacity;
    case ITEM_TEMPERATURE:
        return read_plant(sim, PLANT_GAS_TEMP_degC, now);
    case ITEM_PRESSURE:
        return read_plant(sim, PLANT_PRESSURE_kPa, now) * 10.0; /* mbar */
    default:
        return 0.0;
    }
}

static const char *text_of(const struct bronkhorst_sim *sim, enum item item)
{
    switch (item) {
    case ITEM_UNIT:
        return sim->unit->name;
    case ITEM_FLUID:
        return sim->fluid;
    case ITEM_SERIAL:
        return sim->serial;
    case ITEM_TAG:
        return sim->tag;
    case ITEM_MODEL:
        return "F-201CV-10K-AAD-22-V";
    case ITEM_DEVICE:
        return "DMFC";
    default:
        return "V1.21";
    }
}

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

/* The raw word runs from -23593 to 41942; a negative one counts down from 65535. */
static unsigned raw_word(double value)
{
    if (!(value >= -23593.0 && value <= 41942.0))
        return value < 0.0 ? 65535U - 23593U : 41942U;
    return value < 0.0 ? (unsigned)(65535.0 + value) : (unsigned)(value + 0.5);
}

static void say_value(const struct bronkhorst_sim *sim, const struct parameter *p, unsigned length,
                      struct instant now, struct obuf *out)
{
    uint8_t bytes[4];
    if (p->type == PROPAR_TEXT) {
        const struct span text = span_text(text_of(sim, p->item));
        say_byte(out, length);
        for (size_t i = 0; i < (length ? length : text.len); i++)
            say_byte(out, i < text.len ? (unsigned char)text.at[i] : ' ');
        if (length == 0)
            say_byte(out, 0);
        return;
    }
    const double value = number_of(sim, p->item, now);
    if (p->type == PROPAR_U8)
        say_byte(out, (unsigned)value);
    else if (p->type == PROPAR_U16) {
        say_byte(out, raw_word(value) >> 8);
        say_byte(out, raw_word(value) & 0xFF);
    } else {
        propar_put_float(bytes, value);
        say(out, (struct span){(const char *)bytes, sizeof bytes});
    }
}

/* Each parameter: echo [process] index, then what is wanted: process parameter [length]. */
static void run_read(const struct bronkhorst_sim *sim, struct request *request, struct instant now,
                     struct obuf *answer)
{
    unsigned echo_process, echo_index;
    say_byte(answer, PROPAR_ANSWER);
    do {
        echo_process = next_byte(request);
        say_byte(answer, echo_process);
        do {
            echo_index = next_byte(request);
            const unsigned process = next_byte(request);
            const unsigned byte = next_byte(request);
            if (request->status)
                return;
            const struct parameter *p = find_parameter(request, process, byte);
            if (p == NULL)
                return;
            const unsigned length = p->type == PROPAR_TEXT ? next_byte(request) : 0;
            say_byte(answer, echo_index);
            say_value(sim, p, length, now, answer);
        } while (echo_index & PROPAR_MORE);
    } while (echo_process & PROPAR_MORE);
}

static void drive_valve(const struct bronkhorst_sim *sim, struct instant now)
{
    const bool obeys = sim->mode == 0 || sim->mode == 18;
    if (obeys || sim->mode == 3) /* 3: valve closed */
        sim->setup.plant.write(sim->setup.plant.ctx, PLANT_FLOW_slpm, 0,
                               obeys ? sim->setpoint * bronkhorst_station_slpm(sim) : 0.0, now);
}

static void take_number(struct bronkhorst_sim *sim, struct request *request, enum item item,
                        double value)
{
    if (item == ITEM_MODE && num_within(value, 0.0, 22.0))
        sim->mode = (uint8_t)value;
    else if (item == ITEM_SETPOINT && num_within(value, 0.0, FULL_SCALE_RAW))
        sim->setpoint = value / FULL_SCALE_RAW * sim->capacity;
    else if (item == ITEM_FSETPOINT && num_within(value, 0.0, sim->capacity * 1.0001))
        sim->setpoint = value;
    else
        request->status = STATUS_VALUE;
}

static void take_text(struct bronkhorst_sim *sim, struct request *request, enum item item)
{
    char *to = item == ITEM_FLUID ? sim->fluid : sim->tag;
    const unsigned length = next_byte(request);
    char text[BRONKHORST_TEXT_MAX] = {0};
    for (size_t i = 0; length == 0 || i < length; i++) {
        const unsigned byte = next_byte(request);
        if (request->status || (length == 0 && byte == 0))
            break;
        if (i >= BRONKHORST_TEXT_MAX - 1) {
            request->status = STATUS_VALUE;
            return;
        }
        text[i] = (char)(unsigned char)byte;
    }
    if (request->status == STATUS_OK)
        memcpy(to, text, sizeof text);
}

static void write_one(struct bronkhorst_sim *sim, struct request *request,
                      const struct parameter *p)
{
    uint8_t bytes[4];
    const size_t n = p->type == PROPAR_U8 ? 1 : p->type == PROPAR_U16 ? 2 : 4;
    if (p->type == PROPAR_TEXT && p->writable) {
        take_text(sim, request, p->item);
        return;
    }
    for (size_t i = 0; i < n; i++)
        bytes[i] = (uint8_t)next_byte(request);
    if (request->status)
        return;
    if (!p->writable) {
        request->status = STATUS_READ_ONLY;
        return;
    }
    take_number(sim, request, p->item,
                n == 1   ? bytes[0]
                : n == 2 ? bytes[0] * 256 + bytes[1]
                         : propar_get_float(bytes));
}

static void run_write(struct bronkhorst_sim *sim, struct request *request, struct instant now)
{
    unsigned process, byte;
    do {
        process = next_byte(request);
        do {
            byte = next_byte(request);
            const struct parameter *p =
                request->status ? NULL
                                : find_parameter(request, process & ~(unsigned)PROPAR_MORE, byte);
            if (p == NULL)
                return;
            if (sim->claimed == p->process)
                request->status = STATUS_CLAIMED;
            else
                write_one(sim, request, p);
            if (request->status)
                return;
        } while (byte & PROPAR_MORE);
    } while (process & PROPAR_MORE);
    drive_valve(sim, now);
}

static void run_claim(struct bronkhorst_sim *sim, struct request *request, bool claim)
{
    const unsigned process = next_byte(request);
    if (claim && sim->claimed)
        request->status = STATUS_CLAIMED;
    if (request->status == STATUS_OK)
        sim->claimed = claim ? (uint8_t)process : 0;
}

void bronkhorst_run_data(struct bronkhorst_sim *sim, struct span data, struct instant now,
                         struct obuf *answer)
{
    struct request request = {.at = (const uint8_t *)data.at, .len = data.len};
    const unsigned command = next_byte(&request);
    if (command == PROPAR_READ)
        run_read(sim, &request, now, answer);
    else if (command == PROPAR_WRITE || command == PROPAR_ANSWER)
        run_write(sim, &request, now);
    else if (command == COMMAND_CLAIM || command == COMMAND_UNCLAIM)
        run_claim(sim, &request, command == COMMAND_CLAIM);
    else
        request.status = STATUS_COMMAND;
    if (command == PROPAR_READ && request.status == STATUS_OK)
        return;
    answer->len = 0;
    if (command == PROPAR_ANSWER) /* 02 from a master: a write without acknowledgement */
        return;
    say_byte(answer, PROPAR_STATUS);
    say_byte(answer, request.status);
    say_byte(answer, (unsigned)request.pos);
}
