#include "instruments/alicat_mc/alicat_mc_sim.h"

#include <math.h>
#include <strings.h>

#include "core/num.h"

/* clang-format off */
static const char *const gases[ALICAT_GASES] = {
    "Air", "Ar", "CH4", "CO", "CO2", "C2H6", "H2", "He", "N2", "N2O", "Ne", "O2", "C3H8", "n-C4H10",
    "C2H2", "C2H4", "i-C4H10", "Kr", "Xe", "SF6", "C-25", "C-10", "C-8", "C-2", "C-75", "A-75",
    "A-25", "A1025", "Star29", "P-5",
};

static const struct { int family; const char *text; } firmwares[] = {
    { 10, "10v20.0-R24 Jan  9 2025,15:04:07" },
    {  8, "8v28.0-R23 Feb 13 2020,10:22:41" },
    {  5, "5v12.0-R22 Mar  4 2014,09:17:30" },
};
/* clang-format on */

/* A simulator that runs out of room says less, like a device with a full buffer. */
static void say(struct obuf *out, struct span bytes)
{
    if (obuf_put(out, bytes) != RC_OK)
        return;
}

void alicat_say(struct obuf *out, const char *text)
{
    say(out, span_text(text));
}

/* " +014.62": sign, zeros up to `width`, no exponent; "-------" when it cannot be shown. */
static void say_number(struct obuf *out, double value, unsigned decimals, size_t width)
{
    char digits[NUM_TEXT_MAX];
    struct obuf text = {digits, 0, sizeof digits};
    if (!(fabs(value) < 1e6) || num_put_fixed(&text, fabs(value), decimals) != RC_OK) {
        say(out, SPAN(" -------"));
        return;
    }
    const struct span zeros = SPAN("0000000");
    const size_t missing = width > text.len + 1 ? width - text.len - 1 : 0;
    say(out, value < 0.0 ? SPAN(" -") : SPAN(" +"));
    say(out, (struct span){zeros.at, missing < zeros.len ? missing : zeros.len});
    say(out, obuf_span(&text));
}

static void say_id(const struct alicat_sim *sim, struct obuf *out)
{
    say(out, (struct span){&sim->id, 1});
}

static void say_unit(const struct alicat_sim *sim, struct obuf *out)
{
    alicat_say(out, sim->unit->code == 7 ? " 7 " : sim->unit->code == 10 ? " 10 " : " 12 ");
    alicat_say(out, sim->unit->name);
    alicat_say(out, "\r");
}

double alicat_station_size(const struct alicat_sim *sim)
{
    const double ratio = sim->setup.device->reference_ratio;
    return sim->unit->kPa > 0.0 ? sim->unit->kPa : sim->unit->slpm / (ratio > 0.0 ? ratio : 1.0);
}

static unsigned unit_decimals(const struct alicat_sim *sim)
{
    return sim->unit->code == 7 ? 3 : 2;
}

double alicat_read_plant(const struct alicat_sim *sim, enum plant_signal signal, struct instant now)
{
    return sim->setup.plant.read(sim->setup.plant.ctx, signal, 0, now);
}

static void say_sender(const struct alicat_sim *sim, struct obuf *out)
{
    if (sim->streaming)
        alicat_say(out, sim->family >= 10 ? "" : "@");
    else
        say_id(sim, out);
}

static void say_status(const struct alicat_sim *sim, const char *over, struct obuf *out)
{
    alicat_say(out, over);
    if (sim->status & ALICAT_HELD)
        alicat_say(out, " HLD");
    if (sim->status & ALICAT_LOCKED)
        alicat_say(out, " LCK");
    alicat_say(out, "\r");
}

static void say_pressure_data(const struct alicat_sim *sim, struct instant now, struct obuf *out)
{
    const double pressure = alicat_read_plant(sim, PLANT_PRESSURE_kPa, now) / sim->unit->kPa;
    say_sender(sim, out);
    say_number(out, pressure, 2, 7);
    say_number(out, sim->setpoint, 2, 7);
    say_status(sim, pressure > sim->full_scale * 1.28 ? " POV" : "", out);
}

static void say_flow_data(const struct alicat_sim *sim, struct instant now, struct obuf *out)
{
    const unsigned decimals = unit_decimals(sim);
    const double pressure_kPa = alicat_read_plant(sim, PLANT_PRESSURE_kPa, now);
    const double temp_degC = alicat_read_plant(sim, PLANT_GAS_TEMP_degC, now);
    const double mass = alicat_read_plant(sim, PLANT_FLOW_slpm, now) / alicat_station_size(sim);
    const double volume = mass * (101.325 / pressure_kPa) * (temp_degC + 273.15) / 298.15;

    say_sender(sim, out);
    say_number(out, pressure_kPa / 6.894757293168, 2, 7);
    say_number(out, temp_degC, 2, 7);
    say_number(out, volume, decimals, 7);
    say_number(out, mass, decimals, 7);
    say_number(out, sim->setpoint, decimals, 7);
    const size_t gas_len = strlen(gases[sim->gas]);
    for (size_t n = gas_len; n < 7; n++)
        alicat_say(out, " ");
    alicat_say(out, gases[sim->gas]);
    say_status(sim, mass > sim->full_scale * 1.28 ? " MOV" : "", out);
}

void alicat_say_data(const struct alicat_sim *sim, struct instant now, struct obuf *out)
{
    if (sim->unit->kPa > 0.0)
        say_pressure_data(sim, now, out);
    else
        say_flow_data(sim, now, out);
}

static const char *firmware_of(const struct alicat_sim *sim)
{
    for (size_t i = 0; i < COUNT(firmwares); i++)
        if (firmwares[i].family == sim->family)
            return firmwares[i].text;
    return "";
}

void alicat_say_firmware(const struct alicat_sim *sim, struct obuf *out)
{
    say_id(sim, out);
    alicat_say(out, "   ");
    alicat_say(out, firmware_of(sim));
    alicat_say(out, "\r");
}

void alicat_say_manufacturer(const struct alicat_sim *sim, struct obuf *out)
{
    static const char *const rows[] = {"M00 Manufactured By Alicat Scientific",
                                       "M01 Web alicat.com",
                                       "M02 Phone +1 520 290 6060",
                                       "M03 Email info@alicat.com",
                                       "M04 Model Number ",
                                       "M05 Serial Number ",
                                       "M06 Date Manufactured 01/09/2025",
                                       "M07 Date Calibrated 01/14/2025",
                                       "M08 Calibrated By KD",
                                       "M09 Software Revision "};
    for (size_t i = 0; i < COUNT(rows); i++) {
        say_id(sim, out);
        alicat_say(out, "  ");
        alicat_say(out, rows[i]);
        if (i == 4) {
            char model[40];
            struct obuf text = {model, 0, sizeof model};
            num_put_short(&text, sim->full_scale, 6);
            alicat_say(out, sim->unit->kPa > 0.0 ? "PC-" : "MC-");
            say(out, obuf_span(&text));
            alicat_say(out, sim->unit->name);
            alicat_say(out, "-D");
        } else if (i == 5) {
            alicat_say(out, sim->serial);
        } else if (i == 9) {
            say(out, (struct span){firmware_of(sim), strcspn(firmware_of(sim), " ")});
        }
        alicat_say(out, "\r");
    }
}

void alicat_say_columns(const struct alicat_sim *sim, struct obuf *out)
{
    static const char *const modern[] = {
        "D00 ID_ NAME______________________ TYPE_______ WIDTH NOTES___________________",
        "D01 700 Unit ID                     string          1",
        "D02 002 Abs Press                   s decimal     7/2 010 02 PSIA",
        "D03 003 Flow Temp                   s decimal     7/2 002 02 `C",
        "D04 004 Volu Flow                   s decimal     7/3 007 02 LPM",
        "D05 005 Mass Flow                   s decimal     7/3 007 01 SLPM",
        "D06 037 Mass Flow Setpt             s decimal     7/3 007 01 SLPM",
        "D07 703 Gas                         string          6",
        "D08 701 *Error                      string          3"};
    static const char *const pressure[COUNT(modern)] = {
        "D00 ID_ NAME______________________ TYPE_______ WIDTH NOTES___________________",
        "D01 700 Unit ID                     string          1",
        "D02 002 Abs Press                   s decimal     7/2 010 02 PSIA",
        "D03 034 Abs Press Setpt             s decimal     7/2 010 02 PSIA",
        "D04 701 *Error                      string          3"};
    const char *const *rows = sim->unit->kPa > 0.0 ? pressure : modern;
    for (size_t i = 0; i < COUNT(modern) && rows[i]; i++) {
        say_id(sim, out);
        alicat_say(out, "  ");
        alicat_say(out, rows[i]);
        alicat_say(out, "\r");
    }
}

void alicat_say_gases(const struct alicat_sim *sim, struct obuf *out)
{
    for (unsigned i = 0; i < ALICAT_GASES; i++) {
        const char row[] = {' ', ' ', 'G', (char)('0' + i / 10), (char)('0' + i % 10)};
        say_id(sim, out);
        say(out, (struct span){row, sizeof row});
        for (size_t n = strlen(gases[i]); n < 9; n++)
            alicat_say(out, " ");
        alicat_say(out, gases[i]);
        alicat_say(out, "\r");
    }
}

void alicat_say_setpoint(const struct alicat_sim *sim, struct obuf *out)
{
    say_id(sim, out);
    say_number(out, sim->setpoint, unit_decimals(sim), 7);
    say_number(out, sim->setpoint, unit_decimals(sim), 7);
    say_unit(sim, out);
}

void alicat_say_full_scale(const struct alicat_sim *sim, struct obuf *out)
{
    say_id(sim, out);
    say_number(out, sim->full_scale, unit_decimals(sim), 7);
    say_unit(sim, out);
}

void alicat_say_unit(const struct alicat_sim *sim, struct obuf *out)
{
    say_id(sim, out);
    say_unit(sim, out);
}

void alicat_say_word(const struct alicat_sim *sim, const char *text, struct obuf *out)
{
    say_id(sim, out);
    alicat_say(out, text);
    alicat_say(out, "\r");
}

int alicat_find_gas(const char *name)
{
    for (int i = 0; i < ALICAT_GASES; i++)
        if (strcasecmp(name, gases[i]) == 0)
            return i;
    return -1;
}
