#include "twin/supply.h"

static double not_negative(double x)
{
    return x > 0 ? x : 0;
}

static void solve(struct supply_channel *ch)
{
    double siemens = ch->siemens, volt = ch->set_V, load = volt > 0 ? ch->load_set_A : 0;
    if (volt * siemens + load > ch->limit_A) {
        double rest_A = ch->limit_A - load;
        if (rest_A > 0) {
            volt = rest_A / siemens;
        } else { /* a constant current load pulls the rail down */
            volt = 0;
            load = ch->limit_A;
        }
    }
    ch->terminal_V = volt;
    ch->heater_A = volt * siemens;
    ch->load_A = load;
}

void supply_init(struct supply *supply)
{
    *supply = (struct supply){0};
    for (unsigned c = 0; c < SUPPLY_CHANNELS; c++)
        supply->channels[c].limit_A = 1000;
}

void supply_set_V(struct supply_channel *channel, double volt)
{
    channel->set_V = not_negative(volt);
    solve(channel);
}

void supply_set_limit_A(struct supply_channel *channel, double ampere)
{
    channel->limit_A = not_negative(ampere);
    solve(channel);
}

void supply_set_load_A(struct supply_channel *channel, double ampere)
{
    channel->load_set_A = not_negative(ampere);
    solve(channel);
}

void supply_set_heater(struct supply_channel *channel, double siemens)
{
    if (channel->siemens == siemens)
        return;
    channel->siemens = siemens;
    solve(channel);
}
