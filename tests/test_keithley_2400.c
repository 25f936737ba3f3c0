/* The driver and its simulator against each other, and the simulator alone. */
#include "tests/support/cmocka.h"

#include <math.h>

#include "instruments/keithley_2400/keithley_2400.h"
#include "tests/support/driver_sim.h"

static const struct device_setup setup = {.name = "smu"};
static const double held_on[DEVICE_SIGNALS_MAX] = {[SOURCE_SIGNAL_OUTPUT] = 1.0};

/* --- a cell at the terminals: an electromotive force behind a resistance ---- */

enum { OPEN, FORCES_V, FORCES_A };

static struct cell {
    double emf_V, ohm, level, limit_V, limit_A;
    int kind;
    bool broken; /* nothing can be measured */
} cell;

static double cell_A(void)
{
    double i_A = 0.0;
    if (cell.kind == FORCES_V) {
        i_A = (cell.level - cell.emf_V) / cell.ohm;
        i_A = i_A > cell.limit_A ? cell.limit_A : i_A < -cell.limit_A ? -cell.limit_A : i_A;
    } else if (cell.kind == FORCES_A) {
        double u_V = cell.emf_V + cell.level * cell.ohm;
        u_V = u_V > cell.limit_V ? cell.limit_V : u_V < -cell.limit_V ? -cell.limit_V : u_V;
        i_A = (u_V - cell.emf_V) / cell.ohm;
    }
    return i_A;
}

static double cell_read(void *ctx, enum plant_signal signal, unsigned channel, struct instant now)
{
    (void)ctx, (void)channel, (void)now;
    double u_V = cell.emf_V + cell_A() * cell.ohm;
    double is = cell.kind == FORCES_V ? u_V : cell_A();
    if (cell.broken)
        return INFINITY;
    return signal == PLANT_SOURCE_V   ? u_V
           : signal == PLANT_SOURCE_A ? cell_A()
                                      : cell.kind != OPEN && fabs(is - cell.level) > 1e-9;
}

static void cell_write(void *ctx, enum plant_signal signal, unsigned channel, double value,
                       struct instant now)
{
    (void)ctx, (void)channel, (void)now;
    if (signal == PLANT_SOURCE_LIMIT_V)
        cell.limit_V = value;
    else if (signal == PLANT_SOURCE_LIMIT_A)
        cell.limit_A = value;
    else
        cell.kind = signal == PLANT_SOURCE_V   ? FORCES_V
                    : signal == PLANT_SOURCE_A ? FORCES_A
                                               : OPEN;
    if (signal == PLANT_SOURCE_V || signal == PLANT_SOURCE_A)
        cell.level = value;
}

static void init_at_cell(void *state, const struct sim_setup *sim_setup)
{
    struct sim_setup own = *sim_setup;
    own.plant = (struct plant){.read = cell_read, .write = cell_write};
    keithley_2400_sim.init(state, &own);
}

static void open_bench(struct driver_sim *bench, const struct driver *driver,
                       const struct device_setup *with)
{
    static struct sim_driver sim;
    cell = (struct cell){.emf_V = 0.45, .ohm = 100.0};
    sim = keithley_2400_sim;
    sim.init = init_at_cell;
    driver_sim_open(bench, driver, &sim, with);
}

/* --- small words ---- */

static void assert_near(double got, double wanted)
{
    if (!(fabs(got - wanted) <= 1e-6 * (1.0 + fabs(wanted))))
        fail_msg("%g is not %g", got, wanted);
}

static void say(struct driver_sim *bench, const char *request, const char *wanted)
{
    struct span got = driver_sim_raw(bench, span_text(request));
    if (!span_is(got, wanted))
        fail_msg("%s answered %.*s", request, (int)got.len, got.at);
}

static void set(struct driver_sim *bench, unsigned signal, double value)
{
    double readback = (double)NAN;
    assert_int_equal(driver_sim_set(bench, signal, 0, value, &readback), RC_OK);
    assert_near(readback, value);
}

static struct source_reading poll(struct driver_sim *bench, const double *held)
{
    struct source_reading reading = {-1, -1, -1, -1};
    struct answer answer = {.reading = &reading};
    const struct ask ask = {.kind = ASK_POLL, .held = held};
    assert_int_equal(driver_sim_ask(bench, &ask, &answer), RC_OK);
    assert_true(answer.complete);
    return reading;
}

static void assert_off(struct source_reading reading)
{
    assert_true(isnan(reading.u_V) && isnan(reading.i_A));
    assert_near(reading.output_on, 0);
    assert_near(reading.compliance, 0);
}

static void assert_on(struct source_reading reading, double u_V, double i_A, double compliance)
{
    assert_near(reading.u_V, u_V);
    assert_near(reading.i_A, i_A);
    assert_near(reading.output_on, 1);
    assert_near(reading.compliance, compliance);
}

/* --- driver and simulator ---- */

static const struct driver *const drivers[] = {&keithley_2400_driver, &keithley_2401_driver,
                                               &keithley_2410_driver};

static void every_model_and_its_simulator_talk(void **state)
{
    (void)state;
    static struct driver_sim bench;
    for (size_t m = 0; m < COUNT(drivers); m++) {
        open_bench(&bench, drivers[m], &setup);
        bench.byte_by_byte = m & 1;
        assert_int_equal(driver_sim_start(&bench), RC_OK);
        assert_off(poll(&bench, NULL));
        set(&bench, SOURCE_SIGNAL_LIMIT_I, 0.01);
        set(&bench, SOURCE_SIGNAL_U, 0.85);
        assert_int_equal(cell.kind, OPEN); /* a level alone switches nothing on */
        set(&bench, SOURCE_SIGNAL_OUTPUT, 1);
        assert_on(poll(&bench, held_on), 0.85, 0.004, 0);
        set(&bench, SOURCE_SIGNAL_U, -0.35);
        assert_on(poll(&bench, held_on), -0.35, -0.008, 0);
        set(&bench, SOURCE_SIGNAL_OUTPUT, 0);
        assert_int_equal(cell.kind, OPEN);
        set(&bench, SOURCE_SIGNAL_I, -0.002);
        set(&bench, SOURCE_SIGNAL_OUTPUT, 1);
        assert_on(poll(&bench, held_on), 0.25, -0.002, 0);
        assert_int_equal(driver_sim_safe(&bench), RC_OK);
        assert_int_equal(cell.kind, OPEN);
        assert_off(poll(&bench, NULL));
        struct answer answer = {.readback = 0};
        assert_int_equal(driver_sim_ask(&bench, &(struct ask){.kind = ASK_SYNC}, &answer), RC_OK);
        say(&bench, ":SYST:ERR?\n", "0, \"No error\"\n");
    }
}

static void off_is_an_open_relay_from_the_first_line_on(void **state)
{
    (void)state;
    static struct driver_sim bench;
    struct answer answer = {.readback = 0};
    open_bench(&bench, &keithley_2400_driver, &setup);
    assert_int_equal(cell.kind, FORCES_V); /* power-on: NORMAL, 0 V across the cell */
    assert_near(cell.level, 0);
    assert_int_equal(driver_sim_ask(&bench, &(struct ask){.kind = ASK_CONFIGURE}, &answer), RC_OK);
    assert_int_equal(cell.kind, OPEN);
    open_bench(&bench, &keithley_2410_driver, &setup); /* GUARD: 0 A */
    assert_int_equal(cell.kind, FORCES_A);
    /* the safe frame needs no configuration before it */
    say(&bench, ":OUTP ON\n", "");
    assert_int_equal(driver_sim_safe(&bench), RC_OK);
    assert_int_equal(cell.kind, OPEN);
}

static void configuration_leaves_nothing_of_an_earlier_user(void **state)
{
    (void)state;
    static struct driver_sim bench;
    open_bench(&bench, &keithley_2400_driver, &setup);
    say(&bench,
        ":SOUR:VOLT 9;:SOUR:FUNC CURR;:SOUR:CURR 0.05;:SENS:VOLT:PROT 20;:SENS:CURR:PROT 1;"
        ":SOUR:CLE:AUTO ON;:ARM:COUN 3;:TRIG:COUN 2;:SOUR:VOLT:MODE SWE;:SENS:FUNC 'RES'\n",
        "");
    say(&bench, ":SENS:AVER ON;:SENS:VOLT:NPLC 10;:FORM:ELEM TIME;:FOO\n", "");
    assert_int_equal(driver_sim_start(&bench), RC_OK);
    say(&bench,
        ":SOUR:FUNC?;CURR?;VOLT?;:SENS:VOLT:PROT?;:SENS:CURR:PROT?;:SOUR:CLE:AUTO?;:OUTP:SMOD?\n",
        "CURR;+0.000000E+00;+0.000000E+00;+2.000000E+00;+2.000000E-02;0;HIMP\n");
    say(&bench, ":SYST:RSEN?;:SYST:AZER?;:SENS:FUNC?;:FORM:ELEM?;:SOUR:DEL?;:SYST:ERR?\n",
        "1;0;\"VOLT:DC\",\"CURR:DC\";VOLT,CURR,STAT;+1.000000E-03;0, \"No error\"\n");
    const struct device_setup low = {.name = "smu", .full_scale = 1.5}; /* the station's ceiling */
    open_bench(&bench, &keithley_2400_driver, &low);
    assert_int_equal(driver_sim_start(&bench), RC_OK);
    say(&bench, ":SENS:VOLT:PROT?\n", "+1.500000E+00\n");
}

/* Panel, output-enable line and over-temperature switch off without asking the bench. */
static void polling_never_switches_on_and_never_fills_the_error_queue(void **state)
{
    (void)state;
    static struct driver_sim bench;
    open_bench(&bench, &keithley_2400_driver, &setup);
    assert_int_equal(driver_sim_start(&bench), RC_OK);
    for (int i = 0; i < 50; i++)
        assert_off(poll(&bench, NULL));
    say(&bench, ":SYST:ERR?\n", "0, \"No error\"\n");
    for (int i = 0; i < 50; i++)
        assert_off(poll(&bench, held_on)); /* ordered on, but off */
    assert_int_equal(cell.kind, OPEN);
    say(&bench, ":SYST:ERR?;:SYST:ERR?\n",
        "+803, \"Not permitted with OUTPUT off\";0, \"No error\"\n");
    say(&bench, ":OUTP ON\n", ""); /* ordered off, but on */
    struct source_reading reading = poll(&bench, NULL);
    assert_near(reading.output_on, 1);
    assert_true(isnan(reading.u_V) && isnan(reading.i_A) && isnan(reading.compliance));
}

static void compliance_and_overflow_are_seen(void **state)
{
    (void)state;
    static struct driver_sim bench;
    open_bench(&bench, &keithley_2400_driver, &setup);
    assert_int_equal(driver_sim_start(&bench), RC_OK);
    set(&bench, SOURCE_SIGNAL_I, 0.1); /* 10.45 V would be needed; the limit is 2 V */
    set(&bench, SOURCE_SIGNAL_OUTPUT, 1);
    assert_on(poll(&bench, held_on), 2.0, 0.0155, 1);
    set(&bench, SOURCE_SIGNAL_LIMIT_U, 0.5);
    assert_on(poll(&bench, held_on), 0.5, 0.0005, 1);
    say(&bench, ":SENS:VOLT:PROT:TRIP?;:SENS:CURR:PROT:TRIP?\n", "1;0\n");
    set(&bench, SOURCE_SIGNAL_I, 0.0001);
    assert_on(poll(&bench, held_on), 0.46, 0.0001, 0);
    set(&bench, SOURCE_SIGNAL_U, 3.0); /* the default limit, 20 mA; the other source starts off */
    assert_off(poll(&bench, held_on));
    set(&bench, SOURCE_SIGNAL_OUTPUT, 1);
    assert_on(poll(&bench, held_on), 2.45, 0.02, 1);
    cell.broken = true;
    struct source_reading reading = poll(&bench, held_on);
    assert_true(isnan(reading.u_V) && isnan(reading.i_A));
    assert_near(reading.output_on, 1);
}

static void identity_is_read_and_another_unit_refused(void **state)
{
    (void)state;
    static struct driver_sim bench;
    struct device_setup wants = {.name = "smu", .expect_serial = "1175680"};
    open_bench(&bench, &keithley_2400_driver, &wants);
    assert_int_equal(driver_sim_start(&bench), RC_OK);
    assert_string_equal(bench.identity.make, "KEITHLEY INSTRUMENTS IN");
    assert_string_equal(bench.identity.model, "MODEL 2400");
    assert_string_equal(bench.identity.serial, "1175680");
    assert_string_equal(bench.identity.firmware, "C30   Mar 17 2006 09:29:29/A02 ");
    memcpy(bench.setup.expect_serial, "1175681", 8);
    assert_int_equal(driver_sim_start(&bench), RC_REFUSED);
    bench.setup = setup;
    bench.driver = &keithley_2410_driver;
    assert_int_equal(driver_sim_start(&bench), RC_REFUSED);
}

static void a_value_that_the_unit_did_not_take_is_seen(void **state)
{
    (void)state;
    static struct driver_sim bench;
    double readback = 0;
    open_bench(&bench, &keithley_2400_driver, &setup);
    assert_int_equal(driver_sim_start(&bench), RC_OK);
    set(&bench, SOURCE_SIGNAL_LIMIT_I, 1.0);
    /* 100 V at 1 A is more than it can: error +826, and the old level stands in the read-back */
    assert_int_equal(driver_sim_set(&bench, SOURCE_SIGNAL_U, 0, 100.0, &readback), RC_OK);
    assert_near(readback, 0);
    say(&bench, ":SYST:ERR?\n", "+826, \"Attempt to exceed power limit\"\n");
    set(&bench, SOURCE_SIGNAL_LIMIT_I, 0.1);
    set(&bench, SOURCE_SIGNAL_U, 100.0);
}

/* --- the simulator ---- */

static void the_simulator_makes_errors_as_the_standard_says(void **state)
{
    (void)state;
    static struct driver_sim bench;
    open_bench(&bench, &keithley_2400_driver, &setup);
    say(&bench, "FOO:BAR?\n", ""); /* silence, and the cause in the queue */
    say(&bench, "SYST:ERR?\nSYST:ERR?\n", "-113, \"Undefined header\"\n0, \"No error\"\n");
    say(&bench, ":SOUR:VOLT 211;VOLT;VOLT abc;:OUTP:SMOD OPEN;:SENS2:VOLT:PROT 1;:REA?\n", "");
    say(&bench, "SYST:ERR?;ERR?;ERR?;ERR?;ERR?;ERR?;ERR?\n",
        "-222, \"Data out of range\";-109, \"Missing parameter\";-104, \"Data type error\";"
        "-224, \"Illegal parameter value\";-114, \"Header suffix out of range\";"
        "-113, \"Undefined header\";0, \"No error\"\n");
    say(&bench, ":FETC?\n:READ?\n:INIT\n:FORM REAL,32\n", "");
    say(&bench, ":SYST:ERR?;ERR?;ERR?;ERR?\n",
        "-230, \"Data corrupt or stale\";+803, \"Not permitted with OUTPUT off\";"
        "+803, \"Not permitted with OUTPUT off\";+701, \"ASCII only with RS-232\"\n");
    for (int i = 0; i < 12; i++)
        (void)driver_sim_raw(&bench, SPAN("X\n"));
    for (int i = 0; i < 9; i++)
        say(&bench, "SYST:ERR?\n", "-113, \"Undefined header\"\n");
    say(&bench, "SYST:ERR?\n*CLS;*OPC?\n", "-350, \"Queue overflow\"\n1\n");
    static char noise[600];
    memset(noise, 'A', sizeof noise);
    noise[599] = '\n';
    assert_int_equal(driver_sim_raw(&bench, (struct span){noise, sizeof noise}).len, 0);
    say(&bench, "SYST:ERR?\n", "-363, \"Input buffer overrun\"\n");
}

static void the_simulator_knows_long_forms_paths_and_units(void **state)
{
    (void)state;
    static struct driver_sim bench;
    open_bench(&bench, &keithley_2400_driver, &setup);
    say(&bench, ":source1:voltage:level:immediate:amplitude 500 mV;:Sour:Volt?\r\n",
        "+5.000000E-01\n");
    say(&bench, "SOUR:VOLT 1;CURR 1e-3;VOLT?;CURR?;VOLT? MAX\n",
        "+1.000000E+00;+1.000000E-03;+2.100000E+02\n");
    say(&bench, ":SENSE:CURRENT:DC:PROTECTION:LEVEL 5MA;:CURR:PROT?\n", "+5.000000E-03\n");
    say(&bench, ":OUTPUT:STATE 1;:OUTP1?;:OUTPUT?\n", "1;1\n");
    /* after power-on five elements, and the voltage is not measured but programmed */
    say(&bench, ":READ?\n",
        "+1.000000E+00,+5.000000E-03,+9.910000E+37,+0.000000E+00,+2.049200E+04\n");
    say(&bench, ":FORM:ELEM CURR,VOLT;:FORM:ELEM?;:FETC?\n",
        "VOLT,CURR;+1.000000E+00,+5.000000E-03\n");
    say(&bench, ":SENS:FUNC:CONC OFF;:SENS:FUNC 'VOLT','CURR';:SENS:FUNC?;:SYST:ERR?\n",
        "\"CURR:DC\";-221, \"Settings conflict\"\n");
    say(&bench, ":TRIG:COUN 3;:FORM:ELEM VOLT;:READ?\n",
        "+1.000000E+00,+1.000000E+00,+1.000000E+00\n");
    say(&bench, ":SOUR:FUNC CURR;:OUTP?\n", "0\n"); /* the other source begins off */
    say(&bench, ":OUTP ON;:ROUT:TERM REAR;:OUTP?;:ROUT:TERM?\n", "0;REAR\n");
    say(&bench, ":SENS:FUNC 'VOLT';:SOUR:CLE:AUTO ON;:OUTP?;:TRIG:COUN 1;:READ?;:OUTP?\n",
        "0;+5.500000E-01;0\n");
    say(&bench, "*RST;:OUTP:SMOD?;:SOUR:FUNC?;:SENS:CURR:PROT?\n", "NORM;VOLT;+1.050000E-04\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_model_and_its_simulator_talk),
        cmocka_unit_test(off_is_an_open_relay_from_the_first_line_on),
        cmocka_unit_test(configuration_leaves_nothing_of_an_earlier_user),
        cmocka_unit_test(polling_never_switches_on_and_never_fills_the_error_queue),
        cmocka_unit_test(compliance_and_overflow_are_seen),
        cmocka_unit_test(identity_is_read_and_another_unit_refused),
        cmocka_unit_test(a_value_that_the_unit_did_not_take_is_seen),
        cmocka_unit_test(the_simulator_makes_errors_as_the_standard_says),
        cmocka_unit_test(the_simulator_knows_long_forms_paths_and_units),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
