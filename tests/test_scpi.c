#include "tests/support/cmocka.h"

#include <math.h>

#include "instruments/proto/scpi.h"

static void fields_are_cut_outside_quotes_lists_and_blocks(void **state)
{
    (void)state;
    static const struct {
        const char *text, *joined;
    } rows[] = {
        {"", "[]"},
        {"a", "[a]"},
        {"a;", "[a][]"},
        {" 1.5 ; 2 ;3\r", "[1.5][2][3]"},
        {"0,\"No; error\";7", "[0,\"No; error\"][7]"},
        {"(@1;2);x", "[(@1;2)][x]"},
        {"#13a;b;c", "[#13a;b][c]"},
        {"#19a;b", "[#19a;b]"}, /* a block that is not all there */
        {"#Ha;b", "[#Ha][b]"},
        {"\"open;end", "[\"open;end]"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[128];
        struct obuf out = {text, 0, sizeof text};
        struct span rest = span_text(rows[i].text), field;
        while (scpi_take_field(&rest, ';', &field))
            assert_int_equal(obuf_printf(&out, "[%.*s]", (int)field.len, field.at), RC_OK);
        assert_string_equal(text, rows[i].joined);
    }
}

static void sentinels_are_no_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum rc rc;
        double value;
    } rows[] = {
        {"12.5", RC_OK, 12.5},    {"+1.25000000E+01", RC_OK, 12.5}, {" -3E-3 ", RC_OK, -0.003},
        {"9.9E37", RC_RANGE, 0},  {"+9.90000000E+37", RC_RANGE, 0}, {"-9.9E37", RC_RANGE, 0},
        {"9.91E37", RC_RANGE, 0}, {"1e400", RC_RANGE, 0},           {"nan", RC_PROTOCOL, 0},
        {"12,5", RC_PROTOCOL, 0}, {"12.5V", RC_PROTOCOL, 0},        {"-------", RC_PROTOCOL, 0},
        {"", RC_PROTOCOL, 0},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        double value = 0;
        assert_int_equal(scpi_parse_value(span_text(rows[i].text), &value), rows[i].rc);
        assert_true(fabs(value - rows[i].value) < 1e-12);
    }
}

static void identity_and_errors_are_read(void **state)
{
    (void)state;
    struct scpi_identity idn;
    int code = 7;
    assert_int_equal(
        scpi_parse_identity(SPAN("ROHDE&SCHWARZ,HMP4040, 100001 ,HW50020001/SW2.41\r"), &idn),
        RC_PROTOCOL); /* control characters do not belong there */
    assert_int_equal(scpi_parse_identity(SPAN("ROHDE&SCHWARZ,HMP4040, 100001 ,HW5,SW2.41"), &idn),
                     RC_OK);
    assert_true(span_is(idn.model, "HMP4040") && span_is(idn.serial, "100001"));
    assert_true(span_is(idn.make, "ROHDE&SCHWARZ") && span_is(idn.firmware, "HW5,SW2.41"));
    assert_int_equal(scpi_parse_identity(SPAN("A,B,C"), &idn), RC_PROTOCOL);
    assert_int_equal(scpi_parse_identity(SPAN("A,B,C,"), &idn), RC_PROTOCOL);
    assert_int_equal(scpi_parse_identity(SPAN("A,,C,D"), &idn), RC_PROTOCOL);
    assert_int_equal(scpi_parse_error(SPAN("0,\"No error\""), &code), RC_OK);
    assert_int_equal(code, 0);
    assert_int_equal(scpi_parse_error(SPAN("-113, \"Undefined header\""), &code), RC_OK);
    assert_int_equal(code, -113);
    assert_int_equal(scpi_parse_error(SPAN("+0,\"No error\""), &code), RC_OK);
    static const char *const bad[] = {
        "", "0", "0,", "0,No error", "x,\"No error\"", "0,\"", "1.5,\"a\"", "99999,\"a\""};
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_int_equal(scpi_parse_error(span_text(bad[i]), &code), RC_PROTOCOL);
}

static void another_unit_is_refused(void **state)
{
    struct scpi_identity idn;
    struct span text = SPAN("KEITHLEY,MODEL 2400,123,C30");
    (void)state;
    assert_int_equal(scpi_accept_identity(text, "MODEL 2400", "", &idn), RC_OK);
    assert_int_equal(scpi_accept_identity(text, "MODEL 2400", "123", &idn), RC_OK);
    assert_true(span_is(idn.firmware, "C30"));
    assert_int_equal(scpi_accept_identity(text, "MODEL 2410", "", &idn), RC_REFUSED);
    assert_int_equal(scpi_accept_identity(text, "MODEL 2400", "124", &idn), RC_REFUSED);
    assert_int_equal(scpi_accept_identity(SPAN("what?"), "MODEL 2400", "", &idn), RC_PROTOCOL);
}

static enum rc put_letter(const void *ctx, char letter, struct obuf *out)
{
    const char *wanted = ctx;
    return letter == *wanted ? obuf_put(out, SPAN("12")) : RC_CONFIG;
}

static void a_template_goes_out_whole_or_not_at_all(void **state)
{
    static const struct {
        const char *text, *line;
        size_t cap;
        enum rc rc;
    } rows[] = {{"VOLT {x};:OUTP ON", "VOLT 12;:OUTP ON\n", 32, RC_OK},
                {"{x}{x}", "1212\n", 5, RC_OK},
                {"{x}{x}", "", 4, RC_NOSPACE},
                {"VOLT {y}", "", 32, RC_CONFIG},
                {"a{", "a{\n", 32, RC_OK}};
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[32];
        struct obuf out = {text, 0, rows[i].cap};
        const struct scpi_template line = {rows[i].text, put_letter, "x"};
        assert_int_equal(scpi_put_line(&out, &line), rows[i].rc);
        assert_true(span_is(obuf_span(&out), rows[i].line));
    }
}

static void blocks_are_as_long_as_they_say(void **state)
{
    (void)state;
    char text[64];
    struct obuf out = {text, 0, sizeof text};
    struct span data;
    size_t len;
    assert_int_equal(scpi_put_block(&out, SPAN("thirteen\nlong")), RC_OK);
    assert_true(span_is(obuf_span(&out), "#213thirteen\nlong"));
    assert_int_equal(scpi_parse_block(obuf_span(&out), &data), RC_OK);
    assert_true(span_is(data, "thirteen\nlong"));
    for (size_t n = 0; n < out.len; n++)
        assert_int_equal(scpi_parse_block((struct span){text, n}, &data), RC_PROTOCOL);
    assert_int_equal(scpi_parse_block(SPAN("#10"), &data), RC_OK);
    assert_int_equal(data.len, 0);
    assert_int_equal(scpi_parse_block(SPAN("#12abc"), &data), RC_PROTOCOL);
    assert_int_equal(scpi_parse_block(SPAN("#999999999"), &data), RC_PROTOCOL);
    assert_true(scpi_find_message(SPAN("DATA #15ab\ncd;X\nnext"), &len));
    assert_int_equal(len, 15);
    assert_false(scpi_find_message(SPAN("DATA #15ab\n"), &len));
    assert_true(scpi_find_message(SPAN("\"open\nnext"), &len));
    out.cap = out.len + 5;
    assert_int_equal(scpi_put_block(&out, SPAN("thirteen")), RC_NOSPACE);
}

static void read_headers(const char *message, const char *joined)
{
    struct scpi_reader reader;
    struct scpi_unit unit;
    char text[256];
    struct obuf out = {text, 0, sizeof text};
    enum rc rc;
    text[0] = '\0';
    scpi_read(&reader, span_text(message));
    while (scpi_next(&reader, &unit, &rc)) {
        if (rc != RC_OK) {
            assert_int_equal(obuf_printf(&out, "[!]"), RC_OK);
            continue;
        }
        assert_int_equal(obuf_printf(&out, "[%.*s%s|%.*s]", (int)unit.header_len, unit.header,
                                     unit.query ? "?" : "", (int)unit.args.len, unit.args.at),
                         RC_OK);
    }
    assert_string_equal(text, joined);
}

static void headers_inherit_the_path_of_the_one_before(void **state)
{
    (void)state;
    read_headers(":SOUR:VOLT 5;CURR 1", "[SOUR:VOLT|5][SOUR:CURR|1]");
    read_headers("INST:NSEL 1;VOLT 5;:VOLT 6", "[INST:NSEL|1][INST:VOLT|5][VOLT|6]");
    read_headers("SOUR:VOLT 5;*CLS;CURR?", "[SOUR:VOLT|5][*CLS|][SOUR:CURR?|]");
    read_headers("*IDN?;;  ;SYST:ERR?", "[*IDN?|][SYST:ERR?|]");
    read_headers("VOLT? MAX;MEAS:VOLT? (@1,2)", "[VOLT?|MAX][MEAS:VOLT?|(@1,2)]");
    read_headers("VOLT\t5 \r", "[VOLT|5]");
    read_headers("\"x\";VOLT=5;?;:;VOLT", "[!][!][!][!][VOLT|]");
    read_headers("", "");
    read_headers("A23456789012345678901234567890123456789012345678901234567890:BCD:EF 1;X",
                 "[!][X|]");
}

static bool matches(const char *header, const char *pattern, unsigned *suffix)
{
    struct scpi_reader reader;
    struct scpi_unit unit;
    enum rc rc;
    scpi_read(&reader, span_text(header));
    assert_true(scpi_next(&reader, &unit, &rc));
    assert_int_equal(rc, RC_OK);
    return scpi_match(&unit, pattern, suffix);
}

static void a_mnemonic_is_short_or_long_and_nothing_between(void **state)
{
    (void)state;
    static const char volt[] = "[SOURce:]VOLTage[:LEVel][:IMMediate]";
    static const char *const good[] = {
        "VOLT", "voltage", ":SOUR:VOLT", "SOURCE:VOLTAGE:LEV", "VOLT:LEV:IMM", "Volt:Immediate"};
    static const char *const bad[] = {"VOLTA",          "VOL",   "VOLT:PROT", "SOUR", "LEV",
                                      "SOUR:SOUR:VOLT", "VOLT1", "VOLT:",     "CURR", "VOLTAGES"};
    for (size_t i = 0; i < COUNT(good); i++)
        assert_true(matches(good[i], volt, NULL));
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_false(matches(bad[i], volt, NULL));
    unsigned suffix = 9;
    assert_true(matches("STAT:ISUM3:COND", "STATus:ISUMmary#:CONDition", &suffix));
    assert_int_equal(suffix, 3);
    assert_true(matches("STAT:ISUMMARY:COND", "STATus:ISUMmary#:CONDition", &suffix));
    assert_int_equal(suffix, 1);
    assert_true(matches("*idn?", "*IDN", NULL));
    assert_false(matches("*id?", "*IDN", NULL));
}

static void arguments_are_checked(void **state)
{
    (void)state;
    static const struct scpi_bounds bounds = {0, 32.05, 1.0};
    static const struct {
        const char *text;
        int error;
        double value;
    } rows[] = {
        {"12.5", 0, 12.5},    {"1.5V", 0, 1.5},   {"500 mV", 0, 0.5},    {"0.01kV", 0, 10},
        {"200000uV", 0, 0.2}, {"MIN", 0, 0},      {"maximum", 0, 32.05}, {"DEF", 0, 1},
        {"", -109, 7},        {"32.06", -222, 7}, {"-0.001", -222, 7},   {"abc", -104, 7},
        {"1.5X", -104, 7},    {"1,5", -104, 7},   {"1e999", -104, 7},    {"nan", -104, 7},
        {"5 mm", -104, 7},    {"V", -104, 7},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        double value = 7;
        assert_int_equal(scpi_number_argument(span_text(rows[i].text), &bounds, &value),
                         rows[i].error);
        assert_true(fabs(value - rows[i].value) < 1e-9);
    }
    bool on = false;
    assert_int_equal(scpi_onoff_argument(SPAN("on"), &on), 0);
    assert_true(on);
    assert_int_equal(scpi_onoff_argument(SPAN(" 0 "), &on), 0);
    assert_false(on);
    assert_int_equal(scpi_onoff_argument(SPAN(""), &on), -109);
    assert_int_equal(scpi_onoff_argument(SPAN("2"), &on), -104);
}

static void channel_lists_are_read(void **state)
{
    (void)state;
    unsigned list[4];
    size_t count = 0;
    assert_int_equal(scpi_parse_channels(SPAN("(@1)"), list, 4, &count), RC_OK);
    assert_true(count == 1 && list[0] == 1);
    assert_int_equal(scpi_parse_channels(SPAN("(@101:103, 105)"), list, 4, &count), RC_OK);
    assert_true(count == 4 && list[2] == 103 && list[3] == 105);
    assert_int_equal(scpi_parse_channels(SPAN("(@1:9999)"), list, 4, &count), RC_RANGE);
    static const char *const bad[] = {"",     "1",      "(@)",      "(1)",   "(@1",
                                      "(@a)", "(@3:1)", "(@1:2:3)", "(@1,)", "(@99999)"};
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_int_equal(scpi_parse_channels(span_text(bad[i]), list, 4, &count), RC_PROTOCOL);
    assert_int_equal(count, 4);
}

static void numbers_are_printed_in_each_makes_style(void **state)
{
    (void)state;
    static const struct {
        double value;
        struct scpi_style style;
        const char *text;
    } rows[] = {
        {12.5, {3, false, false}, "12.500"},
        {0.7314, {4, false, false}, "0.7314"},
        {1, {0, false, true}, "+1"},
        {12.5, {8, true, true}, "+1.25000000E+01"},
        {0, {8, true, true}, "+0.00000000E+00"},
        {-0.00123, {3, true, true}, "-1.230E-03"},
        {9.99999, {3, true, true}, "+1.000E+01"},
        {999999999.99, {2, true, true}, "+1.00E+09"},
        {NAN, {3, false, false}, "9.91E37"},
        {INFINITY, {3, true, true}, "9.91E37"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[40];
        struct obuf out = {text, 0, sizeof text};
        assert_int_equal(scpi_put_number(&out, rows[i].value, rows[i].style), RC_OK);
        if (!span_is(obuf_span(&out), rows[i].text))
            fail_msg("%.*s is not %s", (int)out.len, text, rows[i].text);
        out.len = 0;
        out.cap = strlen(rows[i].text) - 1;
        assert_int_equal(scpi_put_number(&out, rows[i].value, rows[i].style), RC_NOSPACE);
        assert_int_equal(out.len, 0);
    }
}

static void the_error_queue_keeps_ten_and_says_when_it_ran_over(void **state)
{
    (void)state;
    struct scpi_errors errors = {0};
    assert_int_equal(scpi_pop_error(&errors), 0);
    for (int i = 1; i <= 15; i++)
        scpi_push_error(&errors, -i);
    for (int i = 1; i <= 9; i++)
        assert_int_equal(scpi_pop_error(&errors), -i);
    scpi_push_error(&errors, -113);
    assert_int_equal(scpi_pop_error(&errors), -350);
    assert_int_equal(scpi_pop_error(&errors), -113);
    assert_int_equal(scpi_pop_error(&errors), 0);
    assert_string_equal(scpi_error_text(-113), "Undefined header");
    assert_string_equal(scpi_error_text(-410), "Query INTERRUPTED");
    assert_string_equal(scpi_error_text(12), "Device-specific error");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_are_cut_outside_quotes_lists_and_blocks),
        cmocka_unit_test(sentinels_are_no_numbers),
        cmocka_unit_test(identity_and_errors_are_read),
        cmocka_unit_test(another_unit_is_refused),
        cmocka_unit_test(a_template_goes_out_whole_or_not_at_all),
        cmocka_unit_test(blocks_are_as_long_as_they_say),
        cmocka_unit_test(headers_inherit_the_path_of_the_one_before),
        cmocka_unit_test(a_mnemonic_is_short_or_long_and_nothing_between),
        cmocka_unit_test(arguments_are_checked),
        cmocka_unit_test(channel_lists_are_read),
        cmocka_unit_test(numbers_are_printed_in_each_makes_style),
        cmocka_unit_test(the_error_queue_keeps_ten_and_says_when_it_ran_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
