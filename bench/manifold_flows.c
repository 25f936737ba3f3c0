/* One set of flows through the gate, in the order that keeps every moment between permitted. */
#include <math.h>

#include "bench/manifold_private.h"

enum { GROUPS = 4 };

static bool in_group(const struct gate_gas *gas, double target, unsigned group)
{
    bool up = target > gas->commanded_slpm, down = target < gas->commanded_slpm;
    switch (group) {
    case 0:
        return !gas->inert && down;
    case 1:
        return gas->inert && up;
    case 2:
        return !gas->inert && up;
    default:
        return gas->inert && down;
    }
}

/* In SI. A flow that is a bound of its channel but for the rounding of L/min is that bound: the
 * gate compares exactly. */
static double exact_si(const struct manifold *manifold, const struct gate_gas *gas, double slpm)
{
    const struct channel *channel =
        &rig_station(manifold->config.rig)->channels[gas->channel].public;
    double si = slpm / 60000.0;
    const double bounds[] = {channel->min_si, channel->max_si};
    for (size_t i = 0; i < COUNT(bounds); i++)
        if (fabs(si - bounds[i]) <= 1e-12 * fabs(bounds[i]))
            return bounds[i];
    return si;
}

static void next_group(struct manifold_drive *drive);

static void on_set(void *ctx, enum rc rc, const char *error)
{
    struct manifold_drive *drive = ctx;
    if (rc != RC_OK && drive->rc == RC_OK) {
        drive->rc = rc;
        if (!drive->dropped)
            snprintf(drive->manifold->error, sizeof drive->manifold->error, "%s",
                     error ? error : rc_text(rc));
    }
    if (--drive->left == 0)
        next_group(drive);
}

static void start_group(struct manifold_drive *drive, unsigned group)
{
    const struct manifold *manifold = drive->manifold;
    drive->left = 1;
    for (unsigned i = 0; i < manifold->gas_count && !drive->dropped; i++) {
        const struct gate_gas *gas = manifold->gases[i];
        double target = drive->target.slpm[i];
        if (!in_group(gas, target, group))
            continue;
        drive->left++;
        gate_set(manifold->config.gate,
                 &(struct gate_order){gas->channel, 0, exact_si(manifold, gas, target)}, on_set,
                 drive);
    }
    on_set(drive, RC_OK, NULL);
}

static void next_group(struct manifold_drive *drive)
{
    struct manifold *manifold = drive->manifold;
    if (drive->dropped)
        return;
    if (drive->rc != RC_OK || drive->group == GROUPS) {
        manifold->drive = NULL;
        drive->done(manifold, drive->rc);
        return;
    }
    start_group(drive, drive->group++);
}

/* Its instruments still answer, but nobody waits for them any more. */
void manifold_drop_drive(struct manifold *manifold)
{
    if (manifold->drive)
        manifold->drive->dropped = true;
    manifold->drive = NULL;
}

static struct manifold_drive *take_drive(struct manifold *manifold)
{
    for (unsigned i = 0; i < MANIFOLD_DRIVES_MAX; i++)
        if (manifold->drives[i].left == 0 && &manifold->drives[i] != manifold->drive)
            return &manifold->drives[i];
    return NULL;
}

void manifold_drive_flows(struct manifold *manifold, const struct manifold_flows *target,
                          void (*done)(struct manifold *manifold, enum rc rc))
{
    struct manifold_drive *drive;
    manifold_drop_drive(manifold);
    drive = take_drive(manifold);
    if (!drive) {
        snprintf(manifold->error, sizeof manifold->error, "too many mixes were given up at once");
        done(manifold, RC_NOSPACE);
        return;
    }
    *drive = (struct manifold_drive){.manifold = manifold, .target = *target, .done = done};
    manifold->drive = drive;
    next_group(drive);
}
