#include "twin/controller.h"

#include <math.h>

#include "core/num.h"
#include "twin/noise.h"

enum {
    HEATER_STEPS = 5,    /* 50 ms */
    PREHEAT_STEPS = 500, /* 5 s */
    WARMUP_STEPS = 6000, /* 60 s */
    ASTRAY_STEPS = 50    /* 0.5 s */
};
static const double PREHEAT_V = 2, RAMP_FROM_V = 8.5, RAMP_V_STEP = 0.4 * TWIN_STEP_S, MOST_V = 12;
static const double CLOSE_BELOW_K = 30, ASTRAY_K = 100, LEAST_SUPPLY_V = 7;
/* PI of the heater: proportional and integral in terms of R_N relative to the target */
static const double GAIN_V = 25, RESET_S = 4;
static const double RI_STOP_ohm = 137594; /* end of its range */
static const double RI_KEEP = 0.73, RI_NOISE = 0.003, IP_NOISE_mA = 0.001, UN_NOISE_mV = 0.2;

struct point {
    double lambda, ip_mA;
};

/* Bosch Motorsport, LSU 4.9 and LSU 4.2. */
/* clang-format off */
static const struct point lsu49[] = {
    {0.65, -2.0}, {0.7, -1.602}, {0.75, -1.243}, {0.8, -0.927}, {0.822, -0.8}, {0.85, -0.652},
    {0.9, -0.405}, {0.95, -0.183}, {0.97, -0.106}, {0.99, -0.04}, {1.003, 0}, {1.01, 0.015},
    {1.05, 0.097}, {1.1, 0.193}, {1.132, 0.25}, {1.179, 0.329}, {1.429, 0.671}, {1.701, 0.938},
    {1.99, 1.15}, {2.434, 1.385}, {3.413, 1.7}, {5.391, 2.0}, {7.506, 2.15}, {10.119, 2.25},
};
static const struct point lsu42[] = {
    {0.7, -1.85}, {0.8, -1.08}, {0.85, -0.76}, {0.9, -0.47}, {1.009, 0}, {1.18, 0.34},
    {1.43, 0.68}, {1.7, 0.95}, {2.42, 1.4},
};
/* clang-format on */

void controller_init(struct controller *controller, const struct lsu_kind *kind, uint64_t seed,
                     unsigned site)
{
    double target_K = kind->heater.target_degC + 273.15;
    *controller = (struct controller){.kind = kind};
    controller->ip_key = noise_key(seed, "ip", site);
    controller->un_key = noise_key(seed, "un", site);
    controller->ri_key = noise_key(seed, "ri", site);
    controller->closed_ohm = lsu_ri_ohm(kind, target_K - CLOSE_BELOW_K);
    controller->over_ohm = lsu_ri_ohm(kind, target_K + ASTRAY_K);
    controller->under_ohm = lsu_ri_ohm(kind, target_K - ASTRAY_K);
    controller->ri_ohm = RI_STOP_ohm;
}

static void enter(struct controller *c, enum controller_status status)
{
    c->status = status;
    c->steps = 0;
    c->astray = 0;
}

static void heat(struct controller *c, double volt)
{
    double share = c->supply_V > 0 ? volt / c->supply_V : 0;
    c->heater_V = volt;
    c->duty = share < 1 ? share * share : 1;
}

void controller_enable(struct controller *c, bool on)
{
    if (on == c->enabled)
        return;
    c->enabled = on;
    c->integral_V = 0;
    enter(c, CONTROLLER_PREHEAT);
    heat(c, 0);
}

void controller_announce(struct controller *c, double supply_V)
{
    c->supply_V = num_within(supply_V, 0, 100) ? supply_V : 0;
}

bool controller_regulates(const struct controller *c)
{
    return c->enabled && c->status == CONTROLLER_CLOSED_LOOP;
}

static double regulate_V(struct controller *c)
{
    double error = c->ri_ohm / c->kind->target_ohm - 1;
    double volt = c->kind->heater_V + GAIN_V * error + c->integral_V;
    double step_V = GAIN_V * error * HEATER_STEPS * TWIN_STEP_S / RESET_S;
    bool stuck = (volt > MOST_V && step_V > 0) || (volt < 0 && step_V < 0);
    if (!stuck)
        c->integral_V += step_V;
    return volt < 0 ? 0 : volt > MOST_V ? MOST_V : volt;
}

static void check_astray(struct controller *c)
{
    bool over = c->ri_ohm<c->over_ohm, under = c->ri_ohm> c->under_ohm;
    c->astray = over || under ? c->astray + HEATER_STEPS : 0;
    if (c->astray < ASTRAY_STEPS)
        return;
    enter(c, over ? CONTROLLER_OVERHEAT : CONTROLLER_UNDERHEAT);
    heat(c, 0);
}

static void step_warmup(struct controller *c)
{
    double volt = RAMP_FROM_V + RAMP_V_STEP * c->steps;
    heat(c, volt < MOST_V ? volt : MOST_V);
    if (c->ri_ohm < c->closed_ohm) {
        enter(c, CONTROLLER_CLOSED_LOOP);
    } else if (c->steps >= WARMUP_STEPS) {
        enter(c, CONTROLLER_DID_NOT_HEAT);
        heat(c, 0);
    }
}

static void step_heater(struct controller *c)
{
    if (!c->enabled || !(c->supply_V >= LEAST_SUPPLY_V)) {
        heat(c, 0);
        if (c->status < CONTROLLER_DID_NOT_HEAT)
            enter(c, CONTROLLER_PREHEAT);
        return;
    }
    switch (c->status) {
    case CONTROLLER_PREHEAT:
        heat(c, PREHEAT_V);
        if (c->steps >= PREHEAT_STEPS)
            enter(c, CONTROLLER_WARMUP);
        break;
    case CONTROLLER_WARMUP:
        step_warmup(c);
        break;
    case CONTROLLER_CLOSED_LOOP:
        heat(c, regulate_V(c));
        check_astray(c);
        break;
    case CONTROLLER_DID_NOT_HEAT:
    case CONTROLLER_OVERHEAT:
    case CONTROLLER_UNDERHEAT:
        heat(c, 0);
        break;
    }
}

void controller_step(struct controller *c, double ri_ohm, uint64_t tick)
{
    double seen = ri_ohm < RI_STOP_ohm ? ri_ohm : RI_STOP_ohm;
    if (c->noise > 0)
        seen *= 1 + c->noise * RI_NOISE * noise_gauss(c->ri_key, tick);
    c->ri_ohm = seen + (c->ri_ohm - seen) * RI_KEEP;
    c->steps++;
    if (tick % HEATER_STEPS == 0)
        step_heater(c);
}

double controller_ip_mA(const struct controller *c, double ip_mA, uint64_t tick)
{
    return c->noise > 0 ? ip_mA + c->noise * IP_NOISE_mA * noise_gauss(c->ip_key, tick) : ip_mA;
}

double controller_un_mV(const struct controller *c, double un_mV, uint64_t tick)
{
    return c->noise > 0 ? un_mV + c->noise * UN_NOISE_mV * noise_gauss(c->un_key, tick) : un_mV;
}

static double interpolate(const struct point *points, size_t count, double ip_mA)
{
    size_t i = 1;
    while (i + 1 < count && ip_mA > points[i].ip_mA)
        i++;
    const struct point *a = &points[i - 1], *b = &points[i];
    double lambda =
        a->lambda + (ip_mA - a->ip_mA) * (b->lambda - a->lambda) / (b->ip_mA - a->ip_mA);
    return lambda < 0 ? 0 : lambda > points[count - 1].lambda ? points[count - 1].lambda : lambda;
}

double controller_lambda(const struct controller *c, double ip_mA, double un_mV)
{
    if (controller_regulates(c) && !num_within(un_mV, 350, 550))
        return 0;
    /* The firmware tells the two families apart by its own constant, as here. */
    return c->kind == &lsu_kind_42 ? interpolate(lsu42, COUNT(lsu42), ip_mA)
                                   : interpolate(lsu49, COUNT(lsu49), ip_mA);
}
