#include "tests/support/cmocka.h"

#include <math.h>
#include <stdlib.h>

#include "bench/cli_gas_u.h"
#include "core/num.h"
#include "gas/equilibrium.h"

struct message {
    char text[320];
    struct obuf out;
};

static struct obuf *fresh(struct message *m)
{
    m->out = (struct obuf){m->text, 0, sizeof m->text};
    return &m->out;
}

/* The text sits in a heap block of its exact size, so that reading past it is seen. */
static struct span exact(const char *text)
{
    size_t len = strlen(text);
    char *copy = malloc(len ? len : 1);
    assert_non_null(copy);
    memcpy(copy, text, len);
    return (struct span){copy, len};
}

static void drop(struct span text)
{
    char *at;
    memcpy(&at, &text.at, sizeof at);
    free(at);
}

static void expect_message(const struct message *m, const char *part)
{
    char text[321];
    memcpy(text, m->text, m->out.len);
    text[m->out.len] = '\0';
    if (!strstr(text, part))
        fail_msg("'%s' does not say '%s'", text, part);
    if (strchr(text, '\n'))
        fail_msg("'%s' is more than one line", text);
}

static void quantities_are_read_with_and_without_a_blank(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum cli_gas_quantity kind;
        double want;
    } cases[] = {
        {"800degC", CLI_GAS_TEMPERATURE, 1073.15},
        {"800 degC", CLI_GAS_TEMPERATURE, 1073.15},
        {" 1073.15 K ", CLI_GAS_TEMPERATURE, 1073.15},
        {"-40degC", CLI_GAS_TEMPERATURE, 233.15},
        {"101.325kPa", CLI_GAS_PRESSURE, 101.325},
        {"1.01325 bar", CLI_GAS_PRESSURE, 101.325},
        {"1013.25mbar", CLI_GAS_PRESSURE, 101.325},
        {"1e-15bar", CLI_GAS_PRESSURE, 1e-13},
        {"2 L/min", CLI_GAS_FLOW, 2},
        {"50 m3/h", CLI_GAS_FLOW, 50 / 0.06},
        {"20mL/min", CLI_GAS_FLOW, 0.02},
        {"8.29%", CLI_GAS_FRACTION, 0.0829},
        {"500 ppm", CLI_GAS_FRACTION, 5e-4},
        {"0.9", CLI_GAS_NUMBER, 0.9},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct message m;
        double got = NAN;
        struct span text = exact(cases[i].text);
        if (!cli_gas_read_quantity("--x", text, cases[i].kind, &got, fresh(&m)))
            fail_msg("'%s' is refused: %.*s", cases[i].text, (int)m.out.len, m.text);
        if (!(fabs(got - cases[i].want) <= 1e-12 * fabs(cases[i].want)))
            fail_msg("'%s' is %g", cases[i].text, got);
        drop(text);
    }
}

static void a_wrong_quantity_names_the_option_and_what_it_takes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum cli_gas_quantity kind;
        const char *message;
    } cases[] = {
        {"800", CLI_GAS_TEMPERATURE, "--x: '800' has no unit; write it as in 800degC"},
        {"800C", CLI_GAS_TEMPERATURE, "unknown unit 'C'; did you mean 'degC'?"},
        {"800\xc2\xb0"
         "C",
         CLI_GAS_TEMPERATURE, "did you mean 'degC'?"},
        {"800furlong", CLI_GAS_TEMPERATURE, "this takes a temperature (degC, K)"},
        {"1bar", CLI_GAS_TEMPERATURE, "'1bar' is not a temperature (degC, K), as in 800degC"},
        {"hot", CLI_GAS_TEMPERATURE, "'hot' is not a temperature"},
        {"", CLI_GAS_TEMPERATURE, "'' is not a temperature"},
        {"nan K", CLI_GAS_TEMPERATURE, "is not a temperature"},
        {"1,5 K", CLI_GAS_TEMPERATURE, "unknown unit ',5 K'"},
        {"1e999 K", CLI_GAS_TEMPERATURE, "too large"},
        {"1e300 m3/h", CLI_GAS_FLOW, "too large"},
        {"0.9 %", CLI_GAS_NUMBER, "is not a number without unit"},
        {"1 V", CLI_GAS_FRACTION, "is not a fraction (%, ppm)"},
        {"2 slpm", CLI_GAS_FLOW, "did you mean 'L/min'?"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct message m;
        double got = 42;
        struct span text = exact(cases[i].text);
        assert_false(cli_gas_read_quantity("--x", text, cases[i].kind, &got, fresh(&m)));
        expect_message(&m, cases[i].message);
        assert_true(got == 42);
        drop(text);
    }
}

static void a_composition_is_read_and_the_balance_is_the_rest(void **state)
{
    (void)state;
    struct message m;
    struct gas_mix mix;
    struct span text = exact(" O2 = 1 %, co2=14%,h2o=12% , n2=balance");
    assert_true(cli_gas_read_mix("--gas", text, true, &mix, fresh(&m)));
    assert_true(fabs(mix.x[GAS_O2] - 0.01) < 1e-15 && fabs(mix.x[GAS_N2] - 0.73) < 1e-12);
    assert_int_equal(gas_mix_check(&mix, NULL), RC_OK);
    drop(text);
    assert_true(cli_gas_read_mix("--gas", SPAN("air"), true, &mix, fresh(&m)));
    assert_true(mix.x[GAS_O2] == gas_mix_air.x[GAS_O2]);
    assert_true(cli_gas_read_mix("--target", SPAN("o2=8.29%"), false, &mix, fresh(&m)));
    assert_true(mix.x[GAS_N2] == 0.0);
}

static void a_wrong_composition_says_what_is_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"", "no composition"},
        {"o2", "'o2' is not SPECIES=FRACTION"},
        {"o2=1%,", "'' is not SPECIES=FRACTION"},
        {"o2=0.01,n2=balance", "--gas: o2: '0.01' has no unit; write it as in 1%"},
        {"o2=-1%,n2=balance", "--gas: o2: -1 % is outside 0..100 %"},
        {"o2=101%", "o2: 101 % is outside 0..100 %"},
        {"o2=60%,n2=60%", "the fractions make 120 %, more than 100 %"},
        {"o2=60%,co=60%,n2=balance", "the fractions make 120 %, more than 100 %"},
        {"o2=1%,n2=98%", "the fractions make 99 %, not 100 %; name the rest, as in n2=balance"},
        {"o2=balance,n2=balance", "only one species can be the balance"},
        {"o2=1%,O2=2%,n2=balance", "o2 is given twice"},
        {"c3h9=1%,n2=balance", "unknown species 'c3h9'; did you mean 'c3h"},
        {"butane=1%", "unknown species 'butane'; known are o2 n2"},
        {"o2=,n2=balance", "o2: '' is not a fraction"},
        {"o2=ballance", "o2: 'ballance' is not a fraction"},
        {"\x1b[31m=1%", "\\x1b"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct message m;
        struct gas_mix mix = gas_mix_n2;
        struct span text = exact(cases[i].text);
        assert_false(cli_gas_read_mix("--gas", text, true, &mix, fresh(&m)));
        expect_message(&m, cases[i].message);
        assert_memory_equal(&mix, &gas_mix_n2, sizeof mix);
        drop(text);
    }
}

static void fuels_are_reduced_to_one_carbon(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double y, z;
    } good[] = {{"CH1.85", 1.85, 0},
                {"CH1.85O0.0176", 1.85, 0.0176},
                {"C3H8", 8.0 / 3, 0},
                {"CH4", 4, 0},
                {"C2H6O", 3, 0.5},
                {"C", 0, 0},
                {"C2H5OH", 3, 0.5},
                {"CH3OH", 4, 1},
                {"CO", 0, 1},
                {"CH1.85O0", 1.85, 0},
                {"CH3CH2CH3", 8.0 / 3, 0},
                {"H2", INFINITY, 0},
                {"C0.5C0.5H4", 4, 0}};
    static const char *const bad[] = {"",      "O2",       "C0H4",   "H2O",     "CO2", "CHN",
                                      "H0",    "CH1.85X",  "CH1..5", "ch1.85",  "CH5", "CO3",
                                      "C-1H2", "CHO0.0.1", "CH.",    "gasoline"};
    struct message m;
    struct gas_fuel fuel;
    for (size_t i = 0; i < COUNT(good); i++) {
        struct span text = exact(good[i].text);
        assert_true(cli_gas_read_fuel(text, &fuel, fresh(&m)));
        assert_true((fabs(fuel.y - good[i].y) < 1e-12 || fuel.y == good[i].y) &&
                    fabs(fuel.z - good[i].z) < 1e-12);
        drop(text);
    }
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct span text = exact(bad[i]);
        if (cli_gas_read_fuel(text, &fuel, fresh(&m)))
            fail_msg("'%s' is accepted", bad[i]);
        expect_message(&m, "--fuel: ");
        drop(text);
    }
}

/* ---- plans, by way of the option parser ---- */

static const struct option_row rows[] = {
    {"cylinder", 'c', OPTION_MANY, "X", ""}, {"total", 0, OPTION_TEXT, "X", ""},
    {"target", 0, OPTION_TEXT, "X", ""},     {"lambda", 'l', OPTION_TEXT, "X", ""},
    {"pO2", 0, OPTION_TEXT, "X", ""},        {"active", 0, OPTION_TEXT, "X", ""},
    {"temp", 't', OPTION_TEXT, "X", ""},     {"pressure", 'p', OPTION_TEXT, "X", ""},
    {"fuel-gas", 0, OPTION_TEXT, "X", ""},   {"wall", 0, OPTION_TEXT, "X", ""},
    {"carrier", 0, OPTION_TEXT, "X", ""},    {"mfc", 'm', OPTION_MANY, "X", ""},
    {"turndown", 0, OPTION_TEXT, "X", ""},   {"gas", 'g', OPTION_TEXT, "X", ""},
    {"fuel", 'f', OPTION_TEXT, "X", ""},     {"certificate", 0, OPTION_TEXT, "X", ""},
};
static const struct command test_command = {
    .name = "test", .operands = "", .options = rows, .option_count = COUNT(rows)};

enum { WORDS_MAX = 32 };

static void parse(const char *const *words, struct args *args)
{
    char *argv[WORDS_MAX];
    int argc = 0, exit_code;
    for (; words[argc]; argc++)
        memcpy(&argv[argc], &words[argc], sizeof argv[argc]);
    assert_true(options_parse(&test_command, argc, argv, args, &exit_code));
}

static bool make_plan(const char *const *words, struct cli_gas_plan *plan, struct message *m)
{
    struct args args;
    parse(words, &args);
    return cli_gas_plan_read(&args, plan, fresh(m)) && cli_gas_plan_solve(&args, plan, &m->out);
}

#define AIR "-c", "air:air"
#define N2 "-c", "n2:n2=100%"
#define RICH "-c", "rich:co=6.7%,h2=2.5%,co2=9.1%,n2=balance"
#define CO "-c", "co:co=30%,n2=balance"
#define H2 "-c", "h2:h2=30%,n2=balance"
#define CO2 "-c", "co2:co2=100%"
#define WATER "-c", "h2o:h2o=100%"
#define TWO "--total", "2 L/min"

static void flows_make_the_wanted_composition(void **state)
{
    (void)state;
    static const char *const words[] = {"--target", "o2=8.29%", AIR, N2, TWO, NULL};
    struct cli_gas_plan plan;
    struct message m;
    assert_true(make_plan(words, &plan, &m));
    assert_true(fabs(plan.flow_slpm[0] - 2 * 0.0829 / 0.2095) < 1e-9);
    assert_true(fabs(plan.flow_slpm[0] + plan.flow_slpm[1] - 2) < 1e-9);
    assert_int_equal(plan.carrier, 1);
    assert_true(isnan(plan.made_lambda));
}

static void flows_make_the_wanted_lambda(void **state)
{
    (void)state;
    static const char *const wanted[] = {"0.85", "0.9", "0.99", "1", "1.1", "5"};
    for (size_t i = 0; i < COUNT(wanted); i++) {
        const char *const words[] = {"-l", wanted[i], RICH, N2, AIR, TWO, NULL};
        struct cli_gas_plan plan;
        struct message m;
        double lambda;
        assert_true(make_plan(words, &plan, &m));
        assert_int_equal(num_parse(span_text(wanted[i]), &lambda), RC_OK);
        assert_true(fabs(plan.made_lambda - lambda) < 1e-9 * lambda);
        assert_true(plan.flow_slpm[0] > 0 && plan.flow_slpm[2] > 0);
        assert_true(plan.flow_slpm[1] == 0.0);
    }
}

static void more_cylinders_need_fixed_shares_beside_lambda(void **state)
{
    (void)state;
    static const struct {
        const char *words[WORDS_MAX];
        enum gas_species fixed;
        double lambda, x;
    } cases[] = {
        {{"-l", "0.9", "--target", "h2o=12%", RICH, AIR, WATER, TWO}, GAS_H2O, 0.9, 0.12},
        {{"-l", "0.9", "--target", "co=3%", RICH, AIR, N2, TWO}, GAS_CO, 0.9, 0.03},
        {{"-l", "1.2", "--target", "h2o=5%,co2=4%", RICH, AIR, N2, WATER, TWO}, GAS_CO2, 1.2, 0.04},
        {{"-l", "0.9", "--target", "co2=14%,h2o=12%", "--fuel-gas", "co=75%,h2=25%", AIR, N2, CO,
          H2, CO2, WATER, TWO},
         GAS_CO2,
         0.9,
         0.14},
        {{"-l", "1.3", "--target", "co2=14%,h2o=12%", "--fuel-gas", "co=75%,h2=25%", AIR, N2, CO,
          H2, CO2, WATER, TWO},
         GAS_H2O,
         1.3,
         0.12},
        {{"-l", "0.95", "--target", "co2=10%", AIR, N2, H2, CO2, WATER, TWO}, GAS_CO2, 0.95, 0.1},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct cli_gas_plan plan;
        struct message m;
        double total = 0;
        if (!make_plan(cases[i].words, &plan, &m))
            fail_msg("case %zu: %.*s", i, (int)m.out.len, m.text);
        assert_true(fabs(plan.made_lambda - cases[i].lambda) < 1e-9);
        assert_true(fabs(plan.made.x[cases[i].fixed] - cases[i].x) < 1e-9);
        for (size_t b = 0; b < plan.count; b++)
            total += plan.flow_slpm[b];
        assert_true(fabs(total - 2) < 1e-9);
    }
}

static void a_buffer_holds_the_wanted_oxygen_pressure(void **state)
{
    (void)state;
    static const char *const words[] = {
        "--pO2", "1e-15bar",   "-t", "800degC", "-c",     "co:co=10%,n2=balance",
        "-c",    "c:co2=100%", N2,   "--total", "1L/min", NULL};
    struct cli_gas_plan plan;
    struct message m;
    struct gas_constants k;
    struct gas_equilibrium eq;
    const struct gas_surface surface = {.p_kPa = GAS_ATM_KPA};
    assert_true(make_plan(words, &plan, &m));
    assert_int_equal(gas_constants_exact(1073.15, &k), RC_OK);
    assert_int_equal(gas_equilibrium_solve(&plan.made, &k, &surface, &eq, NULL), RC_OK);
    assert_true(fabs(eq.ln_pO2_bar - log(1e-15)) < 1e-4);
}

static bool near_rel(double got, double want, double rel)
{
    return fabs(got - want) <= rel * fabs(want);
}

static void find_u(const char *const *words, struct cli_gas_u *u)
{
    struct args args;
    struct cli_gas_plan plan;
    struct message m;
    parse(words, &args);
    assert_true(cli_gas_plan_read(&args, &plan, fresh(&m)));
    assert_true(cli_gas_plan_solve(&args, &plan, &m.out));
    assert_true(cli_gas_u_combine(&args, &plan, u, &m.out));
}

/* Rich gas thinned with N2: one dilution of all its components would leave lambda as it is, but
 * their certificates err independently. Wanted values from another program. */
static void every_component_of_a_certificate_errs_alone(void **state)
{
    (void)state;
    static const char *const words[] = {"--target",    "co=4.02%,h2=1.5%,co2=5.46%",
                                        RICH,          N2,
                                        TWO,           "-m",
                                        "rich=2L/min", "-m",
                                        "n2=2L/min",   "--certificate",
                                        "5%",          NULL};
    struct cli_gas_u u;
    find_u(words, &u);
    const struct gas_gum_values *got = &u.gum.u;
    print_message("U: lambda %.4g, EMF %.4g mV, Ip %.4g mA\n", 2 * got->lambda_f, 2 * got->emf_mV,
                  2 * got->ip_mA);
    assert_true(near_rel(2 * got->lambda_f, 8.914e-3, 1e-3));
    assert_true(near_rel(2 * got->emf_mV, 2.8588, 1e-3));
    assert_true(near_rel(2 * got->ip_mA, 0.019629, 1e-3));
    const struct gas_gum_values *value = &u.gum.value;
    assert_true(gas_gum_is_validated(value->lambda_f, got->lambda_f, &u.drawn.lambda_f));
    assert_true(gas_gum_is_validated(value->emf_mV, got->emf_mV, &u.drawn.emf_mV));
    assert_true(gas_gum_is_validated(value->ip_mA, got->ip_mA, &u.drawn.ip_mA));
}

/* At lambda 1.001 the flows cannot tell lean from rich: the EMF jumps across the step, and the
 * linear interval about 165 mV means nothing. Wanted values from 12,000 draws of another
 * program. */
static void at_the_step_the_draws_overrule_the_linear_interval(void **state)
{
    (void)state;
    static const char *const words[] = {"--lambda", "1.001",       RICH, AIR,          TWO,
                                        "-m",       "rich=2L/min", "-m", "air=1L/min", NULL};
    struct cli_gas_u u;
    find_u(words, &u);
    print_message("EMF %.1f, GUM u %.1f, drawn u %.1f, %.1f .. %.1f mV\n", u.gum.value.emf_mV,
                  u.gum.u.emf_mV, u.drawn.u.emf_mV, u.drawn.emf_mV.low, u.drawn.emf_mV.high);
    assert_true(near_rel(u.gum.value.emf_mV, 165.0, 0.01));
    assert_true(near_rel(u.drawn.u.emf_mV, 238.5, 0.02));
    assert_true(near_rel(u.drawn.emf_mV.low, 127.1, 0.01));
    assert_true(near_rel(u.drawn.emf_mV.high, 721.1, 0.01));
    assert_false(gas_gum_is_validated(u.gum.value.emf_mV, u.gum.u.emf_mV, &u.drawn.emf_mV));
    assert_true(gas_gum_is_validated(u.gum.value.lambda_f, u.gum.u.lambda_f, &u.drawn.lambda_f));
}

static void a_set_point_is_converted_for_its_controller(void **state)
{
    (void)state;
    static const char *const words[] = {"--target",
                                        "co2=35%",
                                        CO2,
                                        N2,
                                        TWO,
                                        "-m",
                                        "co2=0.5L/min,n2",
                                        "-m",
                                        "co2=2L/min,n2,20degC",
                                        "-m",
                                        "n2=2L/min",
                                        NULL};
    struct cli_gas_plan plan;
    struct message m;
    assert_true(make_plan(words, &plan, &m));
    assert_int_equal(plan.chosen[0], 1); /* 0.5 L/min of N2 are 0.35 of CO2 */
    double true_by_shown = 0.70 * 273.15 / 293.15;
    assert_true(near_rel(cli_gas_plan_set_point(&plan, 0), 0.7 / true_by_shown, 1e-9));
    assert_true(near_rel(cli_gas_plan_set_point(&plan, 1), 1.3, 1e-9));
    double own = gas_mfc_u_slpm(0.7, 2 * true_by_shown);
    assert_true(near_rel(cli_gas_plan_u_slpm(&plan, 0), hypot(own, 0.02 * 0.7), 1e-9));
    assert_true(near_rel(cli_gas_plan_u_slpm(&plan, 1), gas_mfc_u_slpm(1.3, 2), 1e-9));
}

struct refusal {
    const char *words[WORDS_MAX];
    const char *message;
};

static void refuse_all(const struct refusal *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct cli_gas_plan plan;
        struct message m;
        if (make_plan(cases[i].words, &plan, &m))
            fail_msg("case %zu is accepted, not: %s", i, cases[i].message);
        expect_message(&m, cases[i].message);
    }
}

static void a_mix_that_cannot_be_made_says_why(void **state)
{
    (void)state;
    static const struct refusal cases[] = {
        {{"--target", "o2=30%", AIR, N2, TWO}, "o2 30 % is above the 20.95 % of cylinder 'air'"},
        {{"--target", "co=3%", AIR, N2, TWO}, "no cylinder holds co"},
        {{"--target", "co=5%,o2=10%", AIR, RICH, N2, TWO}, "unreachable"},
        {{"--target", "co=3%", RICH, N2, TWO}, "co would be 0 %, not 3 %, with these cylinders"},
        {{"--target", "o2=3%,ar=50%,n2=47%", AIR, N2, TWO}, "n2 47 % is below the 79.05 % of"},
        {{"--target", "o2=3%,ar=50%", AIR, N2, TWO}, "no cylinder holds ar"},
        {{"--target", "o2=3%,n2=50%", AIR, N2, TWO}, "n2 50 % is below the 79.05 % of"},
        {{"--target", "o2=3%,n2=90%", AIR, N2, TWO}, "n2 would be 97 %, not 90 %"},
        {{"--target", "ar=50%,o2=3%", "-c", "m:o2=5%,ar=balance", N2, TWO},
         "ar would be 57 %, not 50 %"},
        {{"--target", "o2=1%", AIR, "-c", "air2:air", N2, TWO}, "cannot be told apart"},
        {{"--target", "o2=5%", AIR, TWO, "-c", "o:o2=6%,n2=balance"},
         "o2 5 % is below the 6 % of cylinder 'o'"},
        {{"-l", "0.3", RICH, AIR, TWO}, "lambda 0.3 is below 0.73021"},
        {{"-l", "0.9", AIR, N2, TWO}, "needs a cylinder with fuel"},
        {{"-l", "2", RICH, N2, TWO}, "lambda 2 is outside 0.73021"},
        {{"-l", "0.9", RICH, AIR, "-c", "x:co2=100%", TWO}, "give --target"},
        {{"--target", "o2=100ppm", AIR, N2, TWO, "-m", "air=2L/min"},
         "'air' needs 0.0009547 L/min, its controllers do 0.04..1.9 L/min (turn-down 2 %)"},
        {{"--target", "o2=20%", AIR, N2, TWO, "-m", "air=1L/min"}, "controllers do 0.02..0.95"},
    };
    refuse_all(cases, COUNT(cases));
}

static void words_that_ask_for_no_mix_are_refused(void **state)
{
    (void)state;
    static const struct refusal cases[] = {
        {{"--pO2", "1e-15bar", AIR, N2, TWO}, "--temp is missing"},
        {{"--pO2", "1e-15bar", "-t", "800degC", AIR, N2, TWO}, "needs cylinders with co and co2"},
        {{"--pO2", "-1bar", AIR, N2, TWO}, "--pO2: -1 bar is outside"},
        {{"--pO2", "1e-15", AIR, N2, TWO}, "has no unit"},
        {{"--target", "o2=1%", "-l", "1", AIR, N2, TWO},
         "--lambda and 1 share(s) of --target need 3 cylinders, there are 2"},
        {{"--target", "o2=1%", "--pO2", "1kPa", AIR, N2, TWO}, "give one of --target"},
        {{"--target", "h2o=12%", "-l", "0.9", RICH, AIR, N2, TWO}, "no cylinder holds h2o"},
        {{"--target", "co=30%", "-l", "0.9", RICH, AIR, N2, TWO}, "co 30 % is above the 6.7 %"},
        {{"--target", "co=6.5%", "-l", "0.9", RICH, AIR, N2, TWO}, "would have to give"},
        {{"--target", "co2=14%", "-l", "0.9", AIR, N2, CO, H2, CO2, WATER, TWO},
         "name more shares"},
        {{"--target", "co=1%", "-l", "0.9", RICH, AIR, CO2, WATER, N2, TWO}, "only fixed shares"},
        {{"--target", "o2=1%", "--fuel-gas", "co=100%", AIR, N2, TWO}, "goes with --lambda"},
        {{AIR, N2, TWO}, "give one of --target"},
        {{"--target", "o2=1%", TWO}, "--cylinder is missing"},
        {{"--target", "o2=1%", AIR, N2}, "--total is missing, as in --total '2 L/min'"},
        {{"--target", "o2=1%", AIR, N2, "--total", "0 L/min"}, "--total: 0 L/min is outside"},
        {{"--target", "o2=1%", AIR, AIR, TWO}, "'air' is given twice"},
        {{"--target", "o2=1%", "-c", "air", N2, TWO}, "'air' is not NAME:COMPOSITION"},
        {{"--target", "o2=1%", "-c", "a b:air", N2, TWO}, "'a b' is not a name"},
        {{"--target", "o2=1%", "-c", "a:o2=-1%", N2, TWO}, "--cylinder a: o2: -1 %"},
        {{"--target", "o2=1%", AIR, N2, TWO, "-m", "airr=1L/min"}, "did you mean 'air'?"},
        {{"--target", "o2=1%", AIR, N2, TWO, "-m", "air"}, "is not CYLINDER=FULL_SCALE"},
        {{"--target", "o2=1%", AIR, N2, TWO, "-m", "air=1L/min,neon"}, "is no gas and no temp"},
        {{"--target", "o2=1%", AIR, N2, TWO, "-m", "air=1L/min,n2,200degC"}, "-50..100 degC"},
        {{"--target", "o2=1%", AIR, N2, TWO, "-m", "air=1L/min,h2o"}, "no published conversion"},
        {{"--target", "o2=1%", AIR, N2, TWO, "--carrier", "n3"}, "--carrier: no cylinder 'n3'"},
        {{"--target", "o2=1%", AIR, N2, TWO, "--turndown", "90%"}, "outside 0.1..50 %"},
        {{"--target", "o2=1%", AIR, N2, TWO, "-t", "20degC"}, "326.85..1726.85 degC"},
    };
    refuse_all(cases, COUNT(cases));
}

static void a_wrong_gas_source_says_why(void **state)
{
    (void)state;
    static const struct {
        const char *words[WORDS_MAX];
        const char *message;
    } cases[] = {
        {{NULL}, "no gas: give --fuel"},
        {{"-f", "CH1.85"}, "--lambda is missing, as in --lambda 0.9"},
        {{"-f", "CH1.85", "-l", "0.34"}, "--lambda: 0.34 is outside 0.3418804..100 for"},
        {{"-f", "CH1.85", "-l", "0.34188"}, "--lambda: 0.34188 is outside 0.3418804..100 for"},
        {{"-f", "CO2", "-l", "1"}, "--fuel: 'CO2' does not burn"},
        {{"-f", "H2", "-l", "-1"}, "--lambda: -1 is outside 0..100"},
        {{"-f", "CH1.85", "-l", "-1"}, "--lambda: -1 is outside 0.34"},
        {{"-f", "CH1.85", "-l", "101"}, "--lambda: 101 is outside 0.34"},
        {{"-f", "CH1.85", "-l", "1 %"}, "--lambda: '1 %' is not a number"},
        {{"-f", "petrol", "-l", "1"}, "'petrol' is not a fuel"},
        {{"-g", "air", "-l", "1"}, "exclude each other"},
        {{"-g", "o3=1%,n2=balance"}, "unknown species 'o3'; did you mean 'o2'?"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct args args;
        struct cli_gas_source source;
        struct message m;
        parse(cases[i].words, &args);
        if (cli_gas_take_source(&args, &source, fresh(&m)))
            fail_msg("case %zu is accepted, not: %s", i, cases[i].message);
        expect_message(&m, cases[i].message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantities_are_read_with_and_without_a_blank),
        cmocka_unit_test(a_wrong_quantity_names_the_option_and_what_it_takes),
        cmocka_unit_test(a_composition_is_read_and_the_balance_is_the_rest),
        cmocka_unit_test(a_wrong_composition_says_what_is_wrong),
        cmocka_unit_test(fuels_are_reduced_to_one_carbon),
        cmocka_unit_test(flows_make_the_wanted_composition),
        cmocka_unit_test(flows_make_the_wanted_lambda),
        cmocka_unit_test(more_cylinders_need_fixed_shares_beside_lambda),
        cmocka_unit_test(a_buffer_holds_the_wanted_oxygen_pressure),
        cmocka_unit_test(every_component_of_a_certificate_errs_alone),
        cmocka_unit_test(at_the_step_the_draws_overrule_the_linear_interval),
        cmocka_unit_test(a_set_point_is_converted_for_its_controller),
        cmocka_unit_test(a_mix_that_cannot_be_made_says_why),
        cmocka_unit_test(words_that_ask_for_no_mix_are_refused),
        cmocka_unit_test(a_wrong_gas_source_says_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
