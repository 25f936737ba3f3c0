/* From samples to a graded value: windows, quality, uncertainty, captures, waits for stability. */
#include "tests/support/cmocka.h"

#include <math.h>
#include <stdlib.h>

#include "core/num.h"
#include "tests/support/fake_bench.h"

#define HEAD "sequence t version 1\n"
#define CLEANUP "cleanup within 60 s\n    set dut.heater = off\nend\n"
#define LIMITS "measurement,part,lsl,usl,unit,guard,marginal,critical,comment\n"

static struct fake_bench *open_bench(const char *text, const char *limits)
{
    struct fake_bench *b = calloc(1, sizeof *b);
    fake_open(b, 1, text, limits, NULL);
    return b;
}

static void go(struct fake_bench *b)
{
    fake_start(b, 1);
    fake_run(b, 1000);
    assert_true(b->finished);
}

static void drop(struct fake_bench *b)
{
    if (getenv("SHOW"))
        print_message("%s", b->log);
    fake_close(b);
    free(b);
}

static void assert_near(double a, double b, double within)
{
    if (!(fabs(a - b) <= within))
        fail_msg("%.12g is not %.12g within %.3g", a, b, within);
}

static double ramp_signal(struct fake_bench *b, unsigned channel, unsigned site, double t_s)
{
    (void)b;
    (void)site;
    return channel == FAKE_IP ? 1e-3 * t_s : channel == FAKE_UH ? 10 + t_s : 0.8 + 1e-12 * t_s;
}

static void functions_have_values_and_units(void **state)
{
    (void)state;
    static const struct {
        const char *call;
        double value, within;
        const char *unit;
    } cases[] = {
        {"mean(dut.ip) over 1 s", 0.505, 1e-9, "mA"},
        {"median(dut.ip) over 1 s", 0.505, 1e-9, "mA"},
        {"min(dut.ip) over 1 s", 0.01, 1e-9, "mA"},
        {"max(dut.ip) over 1 s", 1, 1e-9, "mA"},
        {"pp(dut.ip) over 1 s", 0.99, 1e-9, "mA"},
        {"sd(dut.ip) over 1 s", 0.290115, 1e-5, "mA"},
        {"last(dut.ip) over 1 s", 1, 1e-9, "mA"},
        {"last(dut.ip)", 0.01, 1e-9, "mA"},
        {"slope(dut.ip) over 1 s", 1, 1e-9, "mA/s"},
        {"rms(dut.ip) over 1 s", 0.581679, 1e-6, "mA"},
        {"count(dut.ip) over 1 s", 100, 0, ""},
        {"integral(dut.ip) over 1 s", 0.49995, 1e-9, "mA*s"},
        {"mean(dut.uh * dut.ih) over 1 s", 8.404, 1e-9, "W"},
        {"mean(2 * dut.ip) over 1 s", 1.01, 1e-9, "mA"},
        {"fit_slope(dut.uh, dut.ip) over 1 s", 1, 1e-9, "V/mA"},
        {"fit_r2(dut.uh, dut.ip) over 1 s", 1, 1e-9, ""},
        {"fit_residual(dut.uh, dut.ip) over 1 s", 0, 1e-9, "V"},
        {"mean(dut.uh / dut.uh) over 1 s", 1, 1e-12, ""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[400];
        (void)snprintf(text, sizeof text, HEAD "main\n    measure m = %s\nend\n" CLEANUP,
                       cases[i].call);
        struct fake_bench *b = open_bench(text, NULL);
        b->signal = ramp_signal;
        go(b);
        if (b->last_measured[1].quality != QUALITY_GOOD)
            print_message("%s: %s\n", cases[i].call, b->log);
        assert_int_equal(b->last_measured[1].quality, QUALITY_GOOD);
        assert_near(b->last_measured[1].value, cases[i].value, cases[i].within);
        assert_string_equal(b->last_unit, cases[i].unit);
        drop(b);
    }
}

/* Two windows of one second over the same ramp: both end after one second, with the same mean. */
static void lanes_measure_the_same_seconds(void **state)
{
    (void)state;
    struct fake_bench *b =
        open_bench(HEAD "main\n    parallel\n        lane\n"
                        "            measure a = mean(dut.ip) over 1 s\n        end\n"
                        "        lane\n            measure b = sd(dut.ip) over 1 s\n"
                        "            measure c = mean(dut.ip) over 1 s\n        end\n    end\n"
                        "    measure d = last(c - a)\nend\n" CLEANUP,
                   NULL);
    b->signal = ramp_signal;
    go(b);
    assert_int_equal(b->last_measured[1].quality, QUALITY_GOOD);
    assert_near(b->last_measured[1].value, 1, 1e-9); /* 1 mA/s, one second later, not two */
    drop(b);
}

static void uncertainty_is_the_channels_and_is_not_averaged_away(void **state)
{
    (void)state;
    struct fake_bench *b =
        open_bench(HEAD "main\n    measure ip = mean(dut.ip) over 2 s\n"
                        "    measure p = mean(dut.uh * dut.ih) over 2 s\nend\n" CLEANUP,
                   NULL);
    fake_start(b, 1);
    fake_run(b, 2.05);
    assert_near(b->last_measured[1].u95, 5e-3, 1e-4); /* 5 uA, in mA */
    assert_int_equal(b->last_measured[1].n, 200);
    fake_run(b, 100);
    /* P = 8 W: 0.01 V of 10 V and 0.002 A of 0.8 A: 0.1 % and 0.25 % */
    assert_near(b->last_measured[1].u95, 8 * sqrt(0.001 * 0.001 + 0.0025 * 0.0025), 1e-3);
    drop(b);
}

static void a_limit_gives_the_unit(void **state)
{
    (void)state;
    struct fake_bench *b =
        open_bench(HEAD "main\n    measure ip = mean(dut.ip) over 2 s\nend\n" CLEANUP,
                   LIMITS "ip,*,900,970,uA,U95,10%,no,x\n");
    go(b);
    assert_near(b->last_measured[1].value, 936, 1);
    assert_string_equal(b->last_unit, "uA");
    assert_int_equal(b->worst, VERDICT_PASS);
    drop(b);
}

static void a_required_measurement_that_was_not_made_is_inconclusive(void **state)
{
    (void)state;
    struct fake_bench *b = open_bench(
        HEAD "main\n    measure ip = mean(dut.ip) over 2 s\n    if dut.ri < 1 ohm\n"
             "        measure un = mean(dut.uh) over 1 s\n    end\nend\n" CLEANUP,
        LIMITS "ip,*,0.9,0.97,mA,U95,10%,no,x\nun,*,0,20,V,,,no,x\nother,*,0,20,V,,,no,x\n");
    go(b);
    assert_int_equal(b->worst, VERDICT_INCONCLUSIVE);
    assert_true(fake_said(b, "site 1 inconclusive: un was not measured"));
    drop(b);
}

/* What is spoilt, and which sample. */
struct spoiling {
    /* 0 NaN, 1 missing from here on, 2 stuck from here on, 3 infinite, 4 out of range, 5 six
     * missing here */
    int kind;
    uint64_t nth, total;
    double held;
};

static bool spoil(struct fake_bench *b, uint64_t nth, unsigned channel, double *si)
{
    struct spoiling *s = b->user;
    (void)channel;
    s->total = nth + 1;
    if (nth < s->nth)
        return true;
    if (s->kind == 2) {
        s->held = s->held != 0 ? s->held : *si;
        *si = s->held;
    } else if (nth == s->nth && s->kind == 0) {
        *si = (double)NAN;
    } else if (nth == s->nth && s->kind == 3) {
        *si = (double)INFINITY;
    } else if (nth == s->nth && s->kind == 4) {
        *si = 1e9;
    }
    return s->kind != 1 && (s->kind != 5 || nth >= s->nth + 6);
}

static enum verdict spoilt_run(struct spoiling *s)
{
    struct fake_bench *b =
        open_bench(HEAD "main\n    step s\n        measure ip = mean(dut.ip) over 0.5 s\n    end\n"
                        "end\n" CLEANUP,
                   LIMITS "ip,*,0.9,0.97,mA,U95,10%,no,x\n");
    b->user = s;
    b->spoil = spoil;
    go(b);
    enum verdict verdict = b->worst;
    drop(b);
    return verdict;
}

/* The lead sentence of the project: no spoilt sample ever ends in PASS, and none fails the part. */
static void no_spoilt_sample_ever_passes(void **state)
{
    (void)state;
    struct spoiling s = {.kind = 0, .nth = UINT64_MAX};
    assert_int_equal(spoilt_run(&s), VERDICT_PASS);
    uint64_t total = s.total;
    assert_int_equal(total, 50);
    for (int kind = 0; kind < 6; kind++) {
        for (uint64_t nth = 0; nth < total; nth++) {
            /* One sample less is no less proof; a signal may stand still for a while. */
            if ((kind == 1 && nth >= total - 1) || (kind == 5 && nth > total - 6) ||
                (kind == 2 && nth > 0))
                continue;
            s = (struct spoiling){.kind = kind, .nth = nth};
            if (spoilt_run(&s) != VERDICT_INCONCLUSIVE)
                fail_msg("kind %d, sample %llu", kind, (unsigned long long)nth);
        }
    }
}

static double step_signal(struct fake_bench *b, unsigned channel, unsigned site, double t_s)
{
    double tau = site * 0.02, since = t_s - b->selected_s;
    if (channel != FAKE_IP)
        return 1;
    if (b->selected_s < 0 || since < 0)
        return -0.9e-3;
    return -0.9e-3 + 1.8e-3 * (1 - exp(-since / tau));
}

#define CAPTURE                                                                                    \
    "main\n    step response\n"                                                                    \
    "        capture edge dut.ip at 1000 Hz for 1 s pre 0.2 s\n"                                   \
    "            wait 0.5 s\n            select b\n        end\n"                                  \
    "        measure t63 = t63(edge.dut.ip)\n        measure t90 = t90(edge.dut.ip)\n"             \
    "        measure rise = rise(edge.dut.ip)\n        measure top = max(edge.dut.ip)\n"           \
    "        calc ratio = t90(edge.dut.ip) / t63(edge.dut.ip)\n"                                   \
    "        note \"ratio {ratio}\"\n    end\nend\n"

static void a_response_time_is_counted_from_the_switch(void **state)
{
    (void)state;
    struct fake_bench *b = calloc(1, sizeof *b);
    fake_open(b, 4, HEAD CAPTURE CLEANUP, LIMITS "t63,*,none,100,ms,,,no,x\n", NULL);
    b->channels[FAKE_IP].period = duration_us(1000);
    b->signal = step_signal;
    fake_start(b, 15);
    fake_run(b, 100);
    assert_true(b->finished);
    assert_int_equal(fake_count(b, "select b"), 1);
    assert_int_equal(fake_count(b, "captured "), 4);
    assert_true(fake_said(b, "edge 1201 points"));
    for (unsigned site = 1; site <= 4; site++) {
        char line[32];
        (void)snprintf(line, sizeof line, "measured %u t63 = ", site);
        const char *at = strstr(b->log, line);
        assert_non_null(at);
        double ms = 0;
        at += strlen(line);
        assert_int_equal(num_parse((struct span){at, strcspn(at, " ")}, &ms), RC_OK);
        assert_near(ms, 20.0 * site, 0.05);
    }
    assert_true(fake_said(b, "t63 = 20 ms pass good") || fake_said(b, "t63 = 20.0"));
    assert_true(fake_said(b, "ratio 2.30") || fake_said(b, "ratio 2.29"));
    assert_true(fake_said(b, "measured 1 top = 0.9 mA"));
    assert_int_equal(b->worst, VERDICT_PASS);
    drop(b);
}

static void a_response_without_a_switch_has_no_result(void **state)
{
    (void)state;
    struct fake_bench *b = open_bench(
        HEAD "main\n    capture edge dut.ip at 100 Hz for 1 s\n"
             "        mix n2 balance total 2 L/min\n    end\n"
             "    measure t = t63(edge.dut.ip)\n    measure m = mean(edge.dut.ip)\nend\n" CLEANUP,
        NULL);
    go(b);
    assert_true(fake_said(b, "t = - s inconclusive no-result"));
    assert_true(fake_said(b, "m = 0.93"));
    assert_int_equal(b->worst, VERDICT_INCONCLUSIVE);
    drop(b);
}

static void the_lag_of_the_bench_comes_off_the_mean_time(void **state)
{
    (void)state;
    struct fake_bench *b = calloc(1, sizeof *b);
    fake_open(b, 2,
              HEAD "param lag = 15 ms in 0 .. 50 ms \"of the bench\"\n"
                   "main\n    step response\n"
                   "        capture edge dut.ip, dut.uh at 1000 Hz for 1 s pre 0.2 s\n"
                   "            select b\n        end\n"
                   "        measure m1 = mean_time(edge.dut.ip)\n"
                   "        measure own = mean_time(edge.dut.ip, lag)\n"
                   "        measure wide = spread_time(edge.dut.ip)\n"
                   "        calc left = mean_time(edge.dut.ip, lag) - mean_time(edge.dut.ip)\n"
                   "        measure taken = last(left)\n    end\nend\n" CLEANUP,
              LIMITS "m1,*,none,100,ms,,,no,x\nown,*,none,100,ms,,,no,x\n"
                     "wide,*,none,100,ms,,,no,x\ntaken,*,none,100,ms,,,no,x\n",
              NULL);
    b->channels[FAKE_IP].period = b->channels[FAKE_UH].period = duration_us(1000);
    b->signal = step_signal;
    fake_start(b, 3);
    fake_run(b, 100);
    assert_true(b->finished);
    static const struct {
        const char *name;
        double base_ms, per_site_ms;
    } cases[] = {{"m1", 0, 20}, {"own", -15, 20}, {"wide", 0, 20}, {"taken", -15, 0}};
    for (size_t i = 0; i < 2 * COUNT(cases); i++) {
        char line[32];
        unsigned site = 1 + (unsigned)i % 2;
        (void)snprintf(line, sizeof line, "measured %u %s = ", site, cases[i / 2].name);
        const char *at = strstr(b->log, line);
        assert_non_null(at);
        double ms = 0;
        at += strlen(line);
        assert_int_equal(num_parse((struct span){at, strcspn(at, " ")}, &ms), RC_OK);
        assert_near(ms, cases[i / 2].base_ms + site * cases[i / 2].per_site_ms, 0.3);
    }
    drop(b);
}

/* 100 mV/s from -0.2 V; 200 ohm, then a plateau that rises by 1 % in 100 mV. */
static double sweep_signal(struct fake_bench *b, unsigned channel, unsigned site, double t_s)
{
    (void)b;
    (void)site;
    double u = -0.2 + 0.1 * t_s, plateau = 1e-3 * (1 + 0.1 * (u - 0.55));
    if (channel == FAKE_UH)
        return u;
    return channel == FAKE_IP ? (u / 200 < plateau ? u / 200 : plateau) : 1;
}

static void a_captured_sweep_tells_the_current_and_the_resistances(void **state)
{
    (void)state;
    struct fake_bench *b = open_bench(
        HEAD "main\n    capture s dut.ip, dut.uh at 100 Hz for 11 s\n        wait 10 s\n    end\n"
             "    measure lim = vi_limit(s.dut.ip, s.dut.uh, 0.4 V, 0.7 V)\n"
             "    measure rise = vi_slope(s.dut.ip, s.dut.uh, 0.4 V, 0.7 V)\n"
             "    measure r0 = vi_initial(s.dut.ip, s.dut.uh, 0.4 V, 0.7 V)\n"
             "    measure knee = vi_onset(s.dut.ip, s.dut.uh, 0.4 V, 0.7 V)\n"
             "    measure nowhere = vi_limit(s.dut.ip, s.dut.uh, 2 V, 3 V)\nend\n" CLEANUP,
        LIMITS "lim,*,0.99,1.01,mA,,,no,x\nrise,*,0.9,1.1,%,,,no,x\nr0,*,199,201,ohm,,,no,x\n"
               "knee,*,192,193.5,mV,,,no,x\nnowhere,*,0,1,mA,,,no,x\n");
    b->signal = sweep_signal;
    go(b);
    assert_int_equal(fake_count(b, " pass good"), 4);
    assert_true(fake_said(b, "nowhere = - mA inconclusive no-result"));
    drop(b);
}

static double settling(struct fake_bench *b, unsigned channel, unsigned site, double t_s)
{
    (void)b;
    (void)site;
    return channel == FAKE_RI ? 300 + 100 * exp(-t_s / 4) : 1e-3 * t_s;
}

static void stable_is_a_band_over_a_time(void **state)
{
    (void)state;
    struct fake_bench *b =
        open_bench(HEAD "main\n    step a\n"
                        "        wait stable dut.ri within 1 ohm for 2 s timeout 60 s\n    end\n"
                        "    step b\n        wait stable dut.ip within 1 uA for 2 s timeout 5 s\n"
                        "    end\nend\n" CLEANUP,
                   NULL);
    b->signal = settling;
    go(b);
    /* +-1 ohm over 2 s: 100 e^(-t/4) (e^(2/4) - 1) = 2 at the end */
    assert_near(fake_when(b, "end 1 a no-limit"), 4 * log(100 * (exp(0.5) - 1) / 2), 0.05);
    assert_true(fake_said(b, "end 1 b error: line 7: dut.ip did not settle in time"));
    drop(b);
}

static void a_slope_and_a_prediction_settle_too(void **state)
{
    (void)state;
    struct fake_bench *b =
        open_bench(HEAD "main\n    step a\n"
                        "        wait stable dut.ri slope 1 ohm/s for 1 s timeout 60 s\n    end\n"
                        "    note \"slope\"\nend\n" CLEANUP,
                   NULL);
    b->signal = settling;
    go(b);
    assert_near(fake_when(b, "end 1 a no-limit"), 4 * log(25) + 0.5, 0.1);
    drop(b);
    b = open_bench(HEAD "main\n    step a\n"
                        "        wait settled dut.ri within 1 ohm for 3 s timeout 60 s predict\n"
                        "    end\nend\n" CLEANUP,
                   NULL);
    b->signal = settling;
    go(b);
    assert_near(fake_when(b, "end 1 a no-limit"), 4 * log(100), 1.1);
    drop(b);
}

static double gap_signal(struct fake_bench *b, unsigned channel, unsigned site, double t_s)
{
    (void)b;
    (void)site;
    double wobble = sin(t_s * 1000) * 1e-6;
    return channel == FAKE_RI && t_s > 1 && t_s < 1.02 ? (double)NAN : 300 + wobble;
}

static void an_invalid_sample_begins_the_settling_again(void **state)
{
    (void)state;
    struct fake_bench *b =
        open_bench(HEAD "main\n    step a\n"
                        "        wait stable dut.ri within 1 ohm for 2 s timeout 60 s\n    end\n"
                        "end\n" CLEANUP,
                   NULL);
    b->signal = gap_signal;
    go(b);
    assert_near(fake_when(b, "end 1 a no-limit"), 3.02, 0.011);
    drop(b);
}

static void a_fit_goes_over_the_measurements_of_a_loop(void **state)
{
    (void)state;
    struct fake_bench *b = open_bench(
        HEAD "main\n    for r in 1 V, 2 V\n        for o2 from 1 % to 5 % step 1 %\n"
             "            measure ip = last(r * 3 + r * o2 / 1 % * 2)\n        end\n"
             "        calc k = fit_slope(ip, o2)\n"
             "        measure kk = last(k * 1 %)\n        calc q = fit_r2(ip, o2)\n"
             "        calc zero = fit_offset(ip, o2)\n        measure at_0 = last(zero)\n"
             "        measure worst = fit_residual(ip, o2)\n"
             "    end\nend\n" CLEANUP,
        NULL);
    go(b);
    assert_true(fake_said(b, "measured 1 kk = 2 V"));
    assert_true(fake_said(b, "measured 1 at_0 = 3 V"));
    assert_true(fake_said(b, "measured 1 at_0 = 6 V"));
    assert_true(fake_said(b, "measured 1 worst = "));
    assert_true(fake_said(b, "measured 1 kk = 4 V")); /* the second line has its own pairs */
    drop(b);
}

static void an_activation_is_fitted_over_temperatures_that_come_after(void **state)
{
    (void)state;
    struct fake_bench *b = open_bench(
        HEAD "main\n    for k in 1000 , 1050 , 1100 , 1150\n"
             "        calc share = exp(9000 / k)\n        calc kelvin = k\n"
             "        measure ri = last(20 ohm + share * 0.05 ohm)\n"
             "        measure bare = last(ri - 20 ohm)\n        measure degrees = last(kelvin)\n"
             "    end\n"
             "    measure ea = fit_activation(bare, degrees)\n"
             "    measure line = fit_activation_r2(bare, degrees)\n"
             "    measure leads = fit_leads(ri, degrees)\nend\n" CLEANUP,
        LIMITS "ea,*,8990,9010,,,,no,x\nline,*,0.9999,none,,,,no,x\n"
               "leads,*,none,20.2,ohm,,,no,x\n");
    go(b);
    assert_int_equal(fake_count(b, " pass good"), 3);
    assert_true(fake_said(b, "ea = 9000  pass") || fake_said(b, "ea = 8999.9"));
    drop(b);
}

static void waiting_for_response_times_and_for_elapsed(void **state)
{
    (void)state;
    struct fake_bench *b =
        open_bench(HEAD "main\n    step a\n        wait 3 x t90(dut.ri)\n"
                        "        measure t = elapsed()\n    end\n    step b\n"
                        "        wait until elapsed() >= 2.5 s timeout 9 s\n    end\nend\n" CLEANUP,
                   LIMITS "t,*,5900,6100,ms,,,no,x\n");
    go(b);
    assert_near(fake_when(b, "end 1 a pass"), 6, 1e-9);
    assert_near(fake_when(b, "end 1 b no-limit"), 8.5, 1e-9);
    drop(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(functions_have_values_and_units),
        cmocka_unit_test(lanes_measure_the_same_seconds),
        cmocka_unit_test(uncertainty_is_the_channels_and_is_not_averaged_away),
        cmocka_unit_test(a_limit_gives_the_unit),
        cmocka_unit_test(a_required_measurement_that_was_not_made_is_inconclusive),
        cmocka_unit_test(no_spoilt_sample_ever_passes),
        cmocka_unit_test(a_response_time_is_counted_from_the_switch),
        cmocka_unit_test(a_response_without_a_switch_has_no_result),
        cmocka_unit_test(the_lag_of_the_bench_comes_off_the_mean_time),
        cmocka_unit_test(a_captured_sweep_tells_the_current_and_the_resistances),
        cmocka_unit_test(stable_is_a_band_over_a_time),
        cmocka_unit_test(a_slope_and_a_prediction_settle_too),
        cmocka_unit_test(an_invalid_sample_begins_the_settling_again),
        cmocka_unit_test(a_fit_goes_over_the_measurements_of_a_loop),
        cmocka_unit_test(an_activation_is_fitted_over_temperatures_that_come_after),
        cmocka_unit_test(waiting_for_response_times_and_for_elapsed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
