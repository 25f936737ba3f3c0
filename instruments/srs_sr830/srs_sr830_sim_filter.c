/* Behind the words of the simulator: the filter, the status bits it sets, and how numbers print. */
#include <math.h>

#include "core/num.h"
#include "instruments/srs_sr830/srs_sr830_sim.h"

/* clang-format off */
/* Full scale is 2, 5 or 1 times a power of ten. */
static const int scale_digit[] = { 2, 5, 1 };
static const double power_of_ten[] = { 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0 };
static const double time_constant_s[] = { 1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3,
                                          1, 3, 10, 30, 100, 300, 1e3, 3e3, 1e4, 3e4 };
/* clang-format on */

/* ---- physics ---- */

static double full_scale_V(const struct lockin *p)
{
    unsigned i = sr830_sim_code(p, SETTING_SENS);
    return scale_digit[i % 3] * power_of_ten[(i + 1) / 3];
}

static double input_V(const struct lockin *p, enum plant_signal signal)
{
    double value = p->plant.read(p->plant.ctx, signal, 0, p->now);
    return fabs(value) <= 1e3 ? value : 0.0; /* nonsense is no signal */
}

/* A chain of equal poles under a constant input: the errors decay as a polynomial times an
 * exponential, exact for any step. */
static void relax(double pole[POLES], double input, double steps)
{
    double error[POLES], decay = exp(-steps);

    for (int k = 0; k < POLES; k++)
        error[k] = pole[k] - input;
    for (int k = 0; k < POLES; k++) {
        double sum = 0.0, term = 1.0;
        for (int j = 0; j <= k; j++) {
            sum += term * error[k - j];
            term *= steps / (j + 1);
        }
        pole[k] = input + decay * sum;
    }
}

static void note_overload(struct lockin *p, double raw_V)
{
    unsigned last = sr830_sim_code(p, SETTING_OFSL);
    double top_V = 1.09 * full_scale_V(p);

    if (!(raw_V <= 0.77)) /* 1.09 V peak */
        p->status[STATUS_LIAS] |= SR830_STATUS_INPUT;
    if (!(fabs(p->x_V[last]) <= top_V && fabs(p->y_V[last]) <= top_V))
        p->status[STATUS_LIAS] |= SR830_STATUS_OUTPUT;
    if (sr830_sim_code(p, SETTING_FMOD) == 0) /* nothing is connected to the reference input */
        p->status[STATUS_LIAS] |= SR830_STATUS_UNLOCKED;
}

/* The time since the last look passes. What the plant shows now has been there since then: the sine
 * changes only through here, and the filter is advanced before. */
void sr830_sim_advance(struct lockin *p)
{
    double dt_s = duration_in_s(instant_since(p->now, p->filtered_at));
    bool sees = sr830_sim_code(p, SETTING_FMOD) == 1 && sr830_sim_code(p, SETTING_HARM) == 1 &&
                sr830_sim_code(p, SETTING_ISRC) <= 1;
    double x_V = sees ? input_V(p, PLANT_LOCK_IN_X_V) : 0.0;
    double y_V = sees ? input_V(p, PLANT_LOCK_IN_Y_V) : 0.0;
    double phase = p->setting[SETTING_PHAS] * (3.14159265358979323846 / 180.0);
    double steps = dt_s / time_constant_s[sr830_sim_code(p, SETTING_OFLT)];

    p->filtered_at = p->now;
    if (steps > 0.0) {
        steps = steps < 500.0 ? steps : 500.0;
        relax(p->x_V, x_V * cos(phase) + y_V * sin(phase), steps);
        relax(p->y_V, y_V * cos(phase) - x_V * sin(phase), steps);
    }
    note_overload(p, sqrt(x_V * x_V + y_V * y_V));
}

void sr830_sim_drive(const struct lockin *p)
{
    p->plant.write(p->plant.ctx, PLANT_SINE_Hz, 0, p->setting[SETTING_FREQ], p->now);
    p->plant.write(p->plant.ctx, PLANT_SINE_V, 0, p->setting[SETTING_SLVL], p->now);
}

/* ---- answers: what does not fit is lost ---- */

void sr830_sim_say_integer(struct obuf *out, unsigned value)
{
    char digits[10];
    size_t n = sizeof digits;

    do {
        digits[--n] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    (void)!obuf_put(out, (struct span){digits + n, sizeof digits - n});
}

/* count x 10^exponent in six digits at most, as %g writes it: 0.12345, -2.5e-05. */
static void say_decimal(struct obuf *out, unsigned count, int exponent)
{
    char digits[10];
    struct obuf text = {digits, 0, sizeof digits};

    while (count && count % 10 == 0) {
        count /= 10;
        exponent++;
    }
    sr830_sim_say_integer(&text, count);
    int top = (int)text.len - 1 + exponent; /* power of ten of the first digit */
    if (count == 0 || exponent >= 0) {
        (void)!obuf_put(out, obuf_span(&text));
    } else if (top >= 0) {
        (void)!obuf_put(out, (struct span){digits, (size_t)top + 1});
        (void)!obuf_byte(out, '.');
        (void)!obuf_put(out, span_skip(obuf_span(&text), (size_t)top + 1));
    } else if (top >= -4) {
        (void)!obuf_put(out, (struct span){"0.000", (size_t)(1 - top)});
        (void)!obuf_put(out, obuf_span(&text));
    } else {
        (void)!obuf_byte(out, (unsigned char)digits[0]);
        if (text.len > 1)
            (void)!obuf_byte(out, '.');
        (void)!obuf_put(out, span_skip(obuf_span(&text), 1));
        (void)!obuf_put(out, SPAN("e-"));
        (void)!obuf_byte(out, '0' + (unsigned)-top / 10);
        (void)!obuf_byte(out, '0' + (unsigned)-top % 10);
    }
}

/* In steps of 1e-5 of full scale, clipped at 1.09 of it. */
static void say_volts(const struct lockin *p, struct obuf *out, double value)
{
    unsigned i = sr830_sim_code(p, SETTING_SENS);
    double steps = fabs(value) / full_scale_V(p) * 1e5;
    unsigned count = (unsigned)(steps < 109000.0 ? steps + 0.5 : 109000.0);

    if (value < 0.0 && count)
        (void)!obuf_byte(out, '-');
    say_decimal(out, count * (unsigned)scale_digit[i % 3], (int)((i + 1) / 3) - 9 - 5);
}

void sr830_sim_say_output(const struct lockin *p, struct obuf *out, unsigned which)
{
    unsigned last = sr830_sim_code(p, SETTING_OFSL);
    double x_V = p->x_V[last], y_V = p->y_V[last];

    if (which == 1 || which == 10)
        say_volts(p, out, x_V);
    else if (which == 2 || which == 11)
        say_volts(p, out, y_V);
    else if (which == 3)
        say_volts(p, out, sqrt(x_V * x_V + y_V * y_V));
    else if (which == 4)
        (void)!num_put_fixed(out, atan2(y_V, x_V) * (180.0 / 3.14159265358979323846), 3);
    else if (which == 9)
        num_put_short(out, p->setting[SETTING_FREQ], 6);
    else
        (void)!obuf_byte(out, '0'); /* auxiliary inputs, open */
}

void sr830_sim_say_setting(const struct lockin *p, struct obuf *out, unsigned index)
{
    double value = p->setting[index];

    if (index < SETTING_PHAS)
        sr830_sim_say_integer(out, (unsigned)value);
    else if (index == SETTING_FREQ)
        num_put_short(out, value, 6);
    else
        (void)!num_put_fixed(out, value, index == SETTING_PHAS ? 2 : 3);
}
