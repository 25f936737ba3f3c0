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

static void next_group(struct manifold *manifold);

static void on_set(void *ctx, enum rc rc, const char *error)
{
    struct manifold *manifold = ctx;
    struct manifold_drive *drive = &manifold->drive;
    if (rc != RC_OK && drive->rc == RC_OK) {
        drive->rc = rc;
        snprintf(drive->error, sizeof drive->error, "%s", error ? error : rc_text(rc));
    }
    if (--drive->left == 0)
        next_group(manifold);
}

static void start_group(struct manifold *manifold, unsigned group)
{
    struct manifold_drive *drive = &manifold->drive;
    drive->left = 1;
    for (unsigned i = 0; i < manifold->gas_count; i++) {
        const struct gate_gas *gas = manifold->gases[i];
        double target = drive->target.slpm[i];
        if (!in_group(gas, target, group))
            continue;
        drive->left++;
        gate_set(manifold->config.gate, gas->channel, 0, target / 60000.0, on_set, manifold);
    }
    on_set(manifold, RC_OK, NULL);
}

static void next_group(struct manifold *manifold)
{
    struct manifold_drive *drive = &manifold->drive;
    if (drive->rc != RC_OK || drive->group == GROUPS) {
        drive->done(manifold, drive->rc);
        return;
    }
    start_group(manifold, drive->group++);
}

void manifold_drive_flows(struct manifold *manifold, const struct manifold_flows *target,
                          void (*done)(struct manifold *manifold, enum rc rc))
{
    manifold->drive = (struct manifold_drive){.target = *target, .done = done};
    next_group(manifold);
}
