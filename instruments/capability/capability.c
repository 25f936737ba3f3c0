#include "instruments/capability/capability.h"

#include <string.h>

#include "instruments/capability/can_adapter.h"
#include "instruments/capability/digital_io.h"
#include "instruments/capability/digitizer.h"
#include "instruments/capability/flow_controller.h"
#include "instruments/capability/insulation_tester.h"
#include "instruments/capability/lambda_controller.h"
#include "instruments/capability/load.h"
#include "instruments/capability/lock_in.h"
#include "instruments/capability/meter.h"
#include "instruments/capability/pressure_controller.h"
#include "instruments/capability/scanner.h"
#include "instruments/capability/source_meter.h"
#include "instruments/capability/supply.h"

#define TABLE(rows) .signals = (rows), .signal_count = sizeof(rows) / sizeof((rows)[0])

/* clang-format off */
static const struct signal flow_signals[FLOW_SIGNALS] = {
    [FLOW_SIGNAL_FLOW]     = { "flow",     "L/min", offsetof(struct flow_reading, flow_slpm), .writable = true },
    [FLOW_SIGNAL_PRESSURE] = { "pressure", "kPa",   offsetof(struct flow_reading, pressure_kPa) },
    [FLOW_SIGNAL_TEMP]     = { "temp",     "degC",  offsetof(struct flow_reading, temp_degC) },
};
static const struct signal pressure_signals[PRESSURE_SIGNALS] = {
    [PRESSURE_SIGNAL_PRESSURE] = { "pressure", "kPa", offsetof(struct pressure_reading, pressure_kPa), .writable = true },
};
static const struct signal load_signals[LOAD_SIGNALS] = {
    [LOAD_SIGNAL_I]     = { "i",     "A",     offsetof(struct load_reading, i_A), .writable = true },
    [LOAD_SIGNAL_U]     = { "u",     "V",     offsetof(struct load_reading, u_V) },
    [LOAD_SIGNAL_P]     = { "p",     "W",     offsetof(struct load_reading, p_W) },
    [LOAD_SIGNAL_INPUT] = { "input", "onoff", offsetof(struct load_reading, input_on), .writable = true },
};
static const struct signal supply_signals[SUPPLY_SIGNALS] = {
    [SUPPLY_SIGNAL_U]     = { "u",     "V", offsetof(struct supply_reading, channel[0].u_V), .writable = true },
    [SUPPLY_SIGNAL_I]     = { "i",     "A", offsetof(struct supply_reading, channel[0].i_A) },
    [SUPPLY_SIGNAL_LIMIT] = { "limit", "A", SIGNAL_WRITE_ONLY, .writable = true },
};
static const struct signal lambda_signals[LAMBDA_SIGNALS] = {
    [LAMBDA_SIGNAL_IP]     = { "ip",     "mA",    offsetof(struct lambda_reading, ip_mA) },
    [LAMBDA_SIGNAL_UN]     = { "un",     "mV",    offsetof(struct lambda_reading, un_mV) },
    [LAMBDA_SIGNAL_RI]     = { "ri",     "ohm",   offsetof(struct lambda_reading, ri_ohm) },
    [LAMBDA_SIGNAL_TC]     = { "tc",     "degC",  offsetof(struct lambda_reading, tc_degC) },
    [LAMBDA_SIGNAL_LAMBDA] = { "lambda", "",      offsetof(struct lambda_reading, lambda) },
    [LAMBDA_SIGNAL_DUTY]   = { "duty",   "",      offsetof(struct lambda_reading, duty) },
    [LAMBDA_SIGNAL_STATUS] = { "status", "",      offsetof(struct lambda_reading, status) },
    [LAMBDA_SIGNAL_DIAG]   = { "diag",   "",      offsetof(struct lambda_reading, diag) },
    [LAMBDA_SIGNAL_HEATER] = { "heater", "onoff", SIGNAL_WRITE_ONLY, .writable = true },
};
static const struct signal digital_signals[DIGITAL_SIGNALS] = {
    [DIGITAL_SIGNAL_IN]  = { "in",  "onoff", offsetof(struct digital_reading, pin[0].in) },
    [DIGITAL_SIGNAL_OUT] = { "out", "onoff", offsetof(struct digital_reading, pin[0].out), .writable = true },
};
static const struct signal source_signals[SOURCE_SIGNALS] = {
    [SOURCE_SIGNAL_U]          = { "u",          "V",     offsetof(struct source_reading, u_V), .writable = true },
    [SOURCE_SIGNAL_I]          = { "i",          "A",     offsetof(struct source_reading, i_A), .writable = true },
    [SOURCE_SIGNAL_LIMIT_U]    = { "limit_u",    "V",     SIGNAL_WRITE_ONLY, .writable = true },
    [SOURCE_SIGNAL_LIMIT_I]    = { "limit_i",    "A",     SIGNAL_WRITE_ONLY, .writable = true },
    [SOURCE_SIGNAL_OUTPUT]     = { "output",     "onoff", offsetof(struct source_reading, output_on), .writable = true },
    [SOURCE_SIGNAL_COMPLIANCE] = { "compliance", "onoff", offsetof(struct source_reading, compliance) },
};
static const struct signal meter_signals[METER_SIGNALS] = {
    [METER_SIGNAL_U] = { "u", "V", offsetof(struct meter_reading, u_V) },
};
static const struct signal scanner_signals[SCANNER_SIGNALS] = {
    [SCANNER_SIGNAL_U]     = { "u",     "V",     offsetof(struct scanner_reading, channel[0].u_V) },
    [SCANNER_SIGNAL_RELAY] = { "relay", "onoff", offsetof(struct scanner_reading, channel[0].relay), .writable = true },
};
static const struct signal lock_in_signals[LOCK_IN_SIGNALS] = {
    [LOCK_IN_SIGNAL_AMPLITUDE] = { "amplitude", "V",     SIGNAL_WRITE_ONLY, .writable = true, .safe = 0.004 },
    [LOCK_IN_SIGNAL_FREQUENCY] = { "frequency", "Hz",    SIGNAL_WRITE_ONLY, .writable = true, .safe = 1000 },
    [LOCK_IN_SIGNAL_X]         = { "x",         "V",     offsetof(struct lock_in_reading, x_V) },
    [LOCK_IN_SIGNAL_Y]         = { "y",         "V",     offsetof(struct lock_in_reading, y_V) },
    [LOCK_IN_SIGNAL_OVERLOAD]  = { "overload",  "onoff", offsetof(struct lock_in_reading, overload) },
};
static const struct signal insulation_signals[INSULATION_SIGNALS] = {
    [INSULATION_SIGNAL_U]      = { "u",      "V",     offsetof(struct insulation_reading, u_V), .writable = true, .safe = 50 },
    [INSULATION_SIGNAL_OUTPUT] = { "output", "onoff", offsetof(struct insulation_reading, output_on), .writable = true },
    [INSULATION_SIGNAL_R]      = { "r",      "ohm",   offsetof(struct insulation_reading, r_ohm) },
    [INSULATION_SIGNAL_OVER]   = { "over",   "onoff", offsetof(struct insulation_reading, over) },
};
#define WINDOW(i, name) [DIGITIZER_SIGNAL_WINDOW + (i)] = { name, "V", offsetof(struct digitizer_reading, u_V[i]) }
static const struct signal digitizer_signals[DIGITIZER_SIGNALS] = {
    [DIGITIZER_SIGNAL_ARM]      = { "arm",      "onoff", SIGNAL_WRITE_ONLY, .writable = true },
    [DIGITIZER_SIGNAL_INTERVAL] = { "interval", "us",    SIGNAL_WRITE_ONLY, .writable = true, .safe = 20 },
    [DIGITIZER_SIGNAL_READY]    = { "ready",    "onoff", offsetof(struct digitizer_reading, ready) },
    [DIGITIZER_SIGNAL_U_BEFORE] = { "u_before", "V",     offsetof(struct digitizer_reading, u_before_V) },
    [DIGITIZER_SIGNAL_SCATTER]  = { "scatter",  "V",     offsetof(struct digitizer_reading, scatter_V) },
    WINDOW(0, "u_50us"), WINDOW(1, "u_100us"), WINDOW(2, "u_500us"), WINDOW(3, "u_5ms"), WINDOW(4, "u_50ms"),
};
const double digitizer_delay_us[DIGITIZER_WINDOWS] = { 50, 100, 500, 5e3, 50e3 };
/* clang-format on */

const struct capability capability_flow_controller = {
    .name = "flow_controller", TABLE(flow_signals), .reading_size = sizeof(struct flow_reading)};
const struct capability capability_pressure_controller = {.name = "pressure_controller",
                                                          TABLE(pressure_signals),
                                                          .reading_size =
                                                              sizeof(struct pressure_reading)};
const struct capability capability_load = {
    .name = "load", TABLE(load_signals), .reading_size = sizeof(struct load_reading)};
const struct capability capability_supply = {.name = "supply",
                                             TABLE(supply_signals),
                                             .reading_size = sizeof(struct supply_reading),
                                             .channel_stride = sizeof(struct supply_channel)};
const struct capability capability_lambda_controller = {.name = "lambda_controller",
                                                        TABLE(lambda_signals),
                                                        .reading_size =
                                                            sizeof(struct lambda_reading)};
const struct capability capability_digital_io = {.name = "digital_io",
                                                 TABLE(digital_signals),
                                                 .reading_size = sizeof(struct digital_reading),
                                                 .channel_stride = sizeof(struct digital_pin)};
const struct capability capability_source_meter = {
    .name = "source_meter", TABLE(source_signals), .reading_size = sizeof(struct source_reading)};
const struct capability capability_meter = {
    .name = "meter", TABLE(meter_signals), .reading_size = sizeof(struct meter_reading)};
const struct capability capability_scanner = {.name = "scanner",
                                              TABLE(scanner_signals),
                                              .reading_size = sizeof(struct scanner_reading),
                                              .channel_stride = sizeof(struct scanner_channel)};
const struct capability capability_lock_in = {
    .name = "lock_in", TABLE(lock_in_signals), .reading_size = sizeof(struct lock_in_reading)};
const struct capability capability_insulation_tester = {.name = "insulation_tester",
                                                        TABLE(insulation_signals),
                                                        .reading_size =
                                                            sizeof(struct insulation_reading)};
const struct capability capability_digitizer = {.name = "digitizer",
                                                TABLE(digitizer_signals),
                                                .reading_size = sizeof(struct digitizer_reading)};
const struct capability capability_can_adapter = {.name = "can_adapter"};

int capability_signal(const struct capability *capability, const char *name, size_t len)
{
    for (size_t i = 0; i < capability->signal_count; i++)
        if (strlen(capability->signals[i].name) == len &&
            memcmp(capability->signals[i].name, name, len) == 0)
            return (int)i;
    return -1;
}
