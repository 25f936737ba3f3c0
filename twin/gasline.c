#include "twin/gasline.h"

#include <assert.h>
#include <math.h>

static const double MFC_TAU_S = 0.3, MFC_SETTLED = 1e-6, CELL_SETTLED = 1e-8;
static const double BACK_DIFFUSION_mL_S = 0.02, BACK_DIFFUSION_slpm = 0.01;
static const double BACK_PRESSURE_kPa_slpm = 0.05;
static const double VALVE_TAU_S = 0.5, VALVE_SETTLED_kPa = 1e-4;
static const double ACROSS_K = 4, ACROSS_slpm = 10, ACROSS_TAU_S = 5;

static void mix_towards(struct gas_mix *mix, const struct gas_mix *goal, double share)
{
    for (unsigned s = 0; s < GAS_SPECIES_COUNT; s++)
        mix->x[s] += (goal->x[s] - mix->x[s]) * share;
}

static double mix_distance(const struct gas_mix *a, const struct gas_mix *b)
{
    double worst = 0;
    for (unsigned s = 0; s < GAS_SPECIES_COUNT; s++) {
        double d = fabs(a->x[s] - b->x[s]);
        worst = d > worst ? d : worst;
    }
    return worst;
}

static void update_view(struct gasline *line)
{
    double slpm = line->streams[line->selected].flow_slpm;
    if (!line->valve.fitted)
        line->view.pressure_kPa = line->ambient_kPa + BACK_PRESSURE_kPa_slpm * slpm;
    line->view.convection = 1 + 0.15 * sqrt(slpm / 10);
    line->view.serial++;
}

void gasline_init(struct gasline *line)
{
    line->mL_per_slpm_step = 1000.0 / 60 * TWIN_STEP_S * (line->ambient_degC + 273.15) / 273.15 *
                             (101.325 / line->ambient_kPa);
    line->controller_share = -expm1(-TWIN_STEP_S / MFC_TAU_S);
    line->view.mix = line->ambient = gas_mix_air;
    for (unsigned s = 0; s < 2; s++)
        line->streams[s] = (struct gasline_stream){.inlet = gas_mix_air, .manifold = gas_mix_air};
    line->oldest = 0;
    line->slice_count = 1;
    line->slices[0] = (struct gasline_slice){gas_mix_air, line->tube_mL};
    line->settled = true;
    line->view.pressure_kPa = line->valve.back_kPa = line->ambient_kPa;
    line->vent_kPa = line->vent.back_kPa = line->ambient_kPa;
    line->view.compression = 1;
    update_view(line);
}

/* Volume that a flow brings in one step, at the pressure of its stream. */
static double volume_mL(const struct gasline *line, unsigned stream, double slpm)
{
    if (line->valve.fitted && stream == line->selected)
        return slpm * line->mL_per_slpm_step * (line->ambient_kPa / line->view.pressure_kPa);
    if (line->vent.fitted && stream != line->selected)
        return slpm * line->mL_per_slpm_step * (line->ambient_kPa / line->vent_kPa);
    return slpm * line->mL_per_slpm_step;
}

static void update_share(struct gasline *line, unsigned stream)
{
    struct gasline_stream *s = &line->streams[stream];
    s->share = -expm1(-volume_mL(line, stream, s->flow_slpm) / line->manifold_mL);
}

void gasline_set_flow(struct gasline *line, unsigned flow, double slpm)
{
    struct gasline_flow *f = &line->flows[flow];
    assert(flow < line->flow_count);
    if (!(slpm >= 0))
        slpm = 0;
    if (slpm > 1.1 * f->full_scale_slpm)
        slpm = 1.1 * f->full_scale_slpm;
    if (f->set_slpm == slpm)
        return;
    f->set_slpm = slpm;
    f->moving = true;
}

/* The manifold that comes to the cell brings its own pressure; the other keeps the cell's. */
static void meet_pressures(struct gasline *line)
{
    double cell_mL = line->tube_mL + line->cell_mL, cell_kPa = line->view.pressure_kPa;
    line->view.pressure_kPa =
        (line->vent_kPa * line->manifold_mL + cell_kPa * cell_mL) / (line->manifold_mL + cell_mL);
    line->vent_kPa = cell_kPa;
    line->view.serial++;
}

void gasline_break_flow(struct gasline *line, unsigned flow, double least_slpm, double most_slpm)
{
    struct gasline_flow *f = &line->flows[flow];
    assert(flow < line->flow_count);
    f->broken = f->moving = true;
    f->least_slpm = least_slpm;
    f->most_slpm = most_slpm;
}

void gasline_select(struct gasline *line, unsigned stream)
{
    assert(stream < 2);
    if (line->selected == stream || line->ambient_mL > 0)
        return;
    line->selected = stream;
    if (line->vent.fitted)
        meet_pressures(line);
    line->settled = false;
    line->since_change_mL = 0;
    update_share(line, 0);
    update_share(line, 1);
}

void gasline_set_pressure(struct gasline_valve *valve, double kPa)
{
    valve->set_kPa = kPa > 0 ? kPa : 0;
}

void gasline_set_back(struct gasline *line, double kPa)
{
    line->valve.back_kPa = line->vent.back_kPa = kPa > 0 ? kPa : 0;
}

/* The pressure one step on: the valve follows its set point between fully open and shut. */
static double held_kPa(const struct gasline_valve *valve, double slpm, double now_kPa)
{
    double open_kPa = valve->back_kPa + BACK_PRESSURE_kPa_slpm * slpm;
    double goal_kPa = valve->set_kPa > open_kPa ? valve->set_kPa : open_kPa;
    if (goal_kPa > now_kPa && goal_kPa > open_kPa && slpm <= 0)
        goal_kPa = now_kPa > open_kPa ? now_kPa : open_kPa;
    bool there = fabs(goal_kPa - now_kPa) < VALVE_SETTLED_kPa;
    return there ? goal_kPa : now_kPa - (goal_kPa - now_kPa) * expm1(-TWIN_STEP_S / VALVE_TAU_S);
}

static void step_valve(struct gasline *line)
{
    double slpm = line->streams[line->selected].flow_slpm, now_kPa = line->view.pressure_kPa;
    line->view.pressure_kPa = held_kPa(&line->valve, slpm, now_kPa);
    if (fabs(line->view.pressure_kPa - now_kPa) > 0) {
        line->view.serial++;
        update_share(line, line->selected);
    }
    bool held = line->valve.set_kPa > 0 || fabs(line->valve.back_kPa - line->ambient_kPa) > 0;
    line->view.compression =
        held ? line->view.pressure_kPa / (line->ambient_kPa + BACK_PRESSURE_kPa_slpm * slpm) : 1;
}

static void step_vent(struct gasline *line)
{
    unsigned other = 1 - line->selected;
    double now_kPa = line->vent_kPa;
    line->vent_kPa = held_kPa(&line->vent, line->streams[other].flow_slpm, now_kPa);
    if (fabs(line->vent_kPa - now_kPa) > 0)
        update_share(line, other);
}

void gasline_reverse(struct gasline *line, bool reversed)
{
    line->across.reversed = reversed;
}

static void step_across(struct gasline *line)
{
    double goal_K = -ACROSS_K * sqrt(line->streams[line->selected].flow_slpm / ACROSS_slpm);
    if (line->across.reversed)
        goal_K = -goal_K;
    line->view.side_K -= (goal_K - line->view.side_K) * expm1(-TWIN_STEP_S / ACROSS_TAU_S);
}

static void step_flow(struct gasline_flow *f, double share)
{
    double goal = f->late_slpm[0];
    if (f->broken && goal < f->least_slpm)
        goal = f->least_slpm;
    if (f->broken && goal > f->most_slpm)
        goal = f->most_slpm;
    bool queued = false;
    for (unsigned i = 0; i < GASLINE_DEAD_STEPS; i++) {
        double next = i + 1 < GASLINE_DEAD_STEPS ? f->late_slpm[i + 1] : f->set_slpm;
        queued = queued || next != f->late_slpm[i];
        f->late_slpm[i] = next;
    }
    f->flow_slpm += (goal - f->flow_slpm) * share;
    if (!queued && fabs(goal - f->flow_slpm) < MFC_SETTLED * f->full_scale_slpm) {
        f->flow_slpm = goal;
        f->moving = false;
    }
}

static void update_stream(struct gasline *line, unsigned stream)
{
    struct gasline_stream *s = &line->streams[stream];
    struct gas_mix sum = {{0}};
    double total = 0;
    for (unsigned i = 0; i < line->flow_count; i++) {
        const struct gasline_flow *f = &line->flows[i];
        double q = f->flow_slpm * f->gain;
        if (f->stream != stream || q <= 0)
            continue;
        total += q;
        for (unsigned k = 0; k < GAS_SPECIES_COUNT; k++)
            sum.x[k] += q * f->cylinder.x[k];
    }
    s->flow_slpm = total;
    update_share(line, stream);
    if (total > 0)
        for (unsigned k = 0; k < GAS_SPECIES_COUNT; k++)
            s->inlet.x[k] = sum.x[k] / total;
}

static void step_manifold(struct gasline_stream *s)
{
    if (s->share > 0)
        mix_towards(&s->manifold, &s->inlet, s->share);
    if (s->share <= 0) {
        s->moving = false;
    } else if (mix_distance(&s->manifold, &s->inlet) < CELL_SETTLED) {
        s->manifold = s->inlet;
        s->moving = false;
    }
}

/* Push `mL` of `gas` into the tube and return the average of what leaves it. */
static struct gas_mix through_tube(struct gasline *line, const struct gas_mix *gas, double mL)
{
    unsigned newest = (line->oldest + line->slice_count - 1) % GASLINE_SLICES;
    struct gasline_slice *head = &line->slices[newest];
    if (line->slice_count > 1 && head->mL < line->tube_mL / (GASLINE_SLICES - 32)) {
        mix_towards(&head->gas, gas, mL / (head->mL + mL));
        head->mL += mL;
    } else {
        assert(line->slice_count < GASLINE_SLICES);
        line->slices[(newest + 1) % GASLINE_SLICES] = (struct gasline_slice){*gas, mL};
        line->slice_count++;
    }
    struct gas_mix out = line->slices[line->oldest].gas;
    double left = mL, taken = 0;
    while (left > 0 && line->slice_count) {
        struct gasline_slice *tail = &line->slices[line->oldest];
        double part = tail->mL < left ? tail->mL : left;
        taken += part;
        mix_towards(&out, &tail->gas, part / taken);
        left -= part;
        tail->mL -= part;
        if (tail->mL > 1e-12 || line->slice_count == 1)
            break;
        line->oldest = (line->oldest + 1) % GASLINE_SLICES;
        line->slice_count--;
    }
    return out;
}

static void step_cell(struct gasline *line)
{
    const struct gasline_stream *s = &line->streams[line->selected];
    double mL = volume_mL(line, line->selected, s->flow_slpm);
    double creep_mL = BACK_DIFFUSION_mL_S * TWIN_STEP_S * exp(-s->flow_slpm / BACK_DIFFUSION_slpm);
    bool creeps = creep_mL > 1e-9;
    struct gas_mix in = s->manifold;
    if (mL > 0)
        in = through_tube(line, &s->manifold, mL);
    if (creeps)
        mix_towards(&in, &gas_mix_air, creep_mL / (creep_mL + mL));
    mix_towards(&line->view.mix, &in, -expm1(-(mL + (creeps ? creep_mL : 0)) / line->cell_mL));

    line->since_change_mL = s->moving ? 0 : line->since_change_mL + mL;
    if (!creeps && line->since_change_mL > line->tube_mL + 18 * line->cell_mL) {
        line->view.mix = s->manifold;
        line->oldest = 0;
        line->slice_count = 1;
        line->slices[0] = (struct gasline_slice){s->manifold, line->tube_mL};
        line->settled = true;
    } else if (mL <= 0 && mix_distance(&line->view.mix, &gas_mix_air) < CELL_SETTLED) {
        line->settled = true;
    }
    update_view(line);
}

/* The space on the ambient side; the air of the room creeps in as into the cell. */
static void step_ambient(struct gasline *line)
{
    const struct gasline_stream *s = &line->streams[1];
    double mL = volume_mL(line, 1, s->flow_slpm);
    double creep_mL = BACK_DIFFUSION_mL_S * TWIN_STEP_S * exp(-s->flow_slpm / BACK_DIFFUSION_slpm);
    struct gas_mix in = s->manifold;
    mix_towards(&in, &gas_mix_air, creep_mL / (creep_mL + mL));
    mix_towards(&line->ambient, &in, -expm1(-(mL + creep_mL) / line->ambient_mL));
}

void gasline_step(struct gasline *line)
{
    bool moved[2] = {false, false};
    for (unsigned i = 0; i < line->flow_count; i++)
        if (line->flows[i].moving) {
            step_flow(&line->flows[i], line->controller_share);
            moved[line->flows[i].stream] = true;
        }
    for (unsigned s = 0; s < 2; s++) {
        if (moved[s]) {
            update_stream(line, s);
            line->streams[s].moving = true;
        }
        if (!line->streams[s].moving)
            continue;
        if (line->selected == s)
            line->settled = false;
        if (!moved[s])
            step_manifold(&line->streams[s]);
        else
            mix_towards(&line->streams[s].manifold, &line->streams[s].inlet,
                        line->streams[s].share);
    }
    if (line->valve.fitted)
        step_valve(line);
    if (line->vent.fitted)
        step_vent(line);
    if (line->across.fitted)
        step_across(line);
    if (!line->settled)
        step_cell(line);
    if (line->ambient_mL > 0)
        step_ambient(line);
}
