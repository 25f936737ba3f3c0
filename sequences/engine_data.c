/* What the engine holds beside the nodes: tables as values, parameters, required rows of the
 * limits, and all memory that a run needs. */
#include "sequences/engine_build.h"
#include "sequences/quantity.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>

enum { CAPACITY_DEFAULT = 1 << 16, CAPACITY_MIN = 16 };

void *engine_take(struct engine *e, size_t size)
{
    void *at = arena_take(e->arena, size);
    if (!at)
        e->failed = true;
    return at;
}

struct engine_block {
    struct engine_block *next;
    max_align_t bytes[];
};

/* Large arrays come straight from calloc: pages that a run never uses are never touched. */
void *engine_block(struct engine *e, size_t count, size_t size)
{
    size_t room = SIZE_MAX - sizeof(struct engine_block);
    struct engine_block *block = NULL;
    if (count <= room / size)
        block = calloc(1, sizeof *block + count * size);
    if (!block) {
        e->failed = true;
        return NULL;
    }
    block->next = e->blocks;
    e->blocks = block;
    return block->bytes;
}

void engine_free_blocks(struct engine *e)
{
    while (e->blocks) {
        struct engine_block *next = e->blocks->next;
        free(e->blocks);
        e->blocks = next;
    }
}

/* "8.29 %", "5", "on", else a text. */
static struct eval_value cell_value(struct engine *e, struct span text)
{
    struct eval_value v = {0};
    struct unit *unit = engine_take(e, sizeof *unit);
    double value;
    if (span_is(text, "on") || span_is(text, "off")) {
        v.si = span_is(text, "on") ? 1 : 0;
        return v;
    }
    if (unit && quantity_read(text, &value, unit, NULL) == RC_OK) {
        v.unit = unit->name[0] ? unit : NULL;
        v.si = unit_to_si(unit, value);
        return v;
    }
    v.text = arena_text(e->arena, text);
    if (!v.text)
        e->failed = true;
    return v;
}

/* -1: not there (reported). */
int build_table(struct build *b, const struct stmt *stmt)
{
    struct engine *e = b->engine;
    const struct csv_table *csv = stmt->table;
    for (unsigned i = 0; i < e->table_count; i++) {
        if (e->table_csv[i] == csv)
            return (int)i;
    }
    if (!csv || e->table_count == TABLES_MAX || csv->columns > EVAL_TABLE_COLUMNS) {
        (void)build_error(b, stmt->at, "cannot use the table", stmt->title);
        return -1;
    }
    struct eval_value *cells = engine_take(e, csv->rows * csv->columns * sizeof *cells + 1);
    if (!cells)
        return -1;
    for (size_t r = 0; r < csv->rows; r++) {
        for (size_t c = 0; c < csv->columns; c++)
            cells[r * csv->columns + c] = cell_value(e, csv_cell(csv, r, c)->text);
    }
    e->tables[e->table_count] =
        (struct eval_table){cells, (unsigned)csv->rows, (unsigned)csv->columns};
    e->table_csv[e->table_count] = csv;
    return (int)e->table_count++;
}

static const struct param_value *find_value(const struct engine_config *config, const char *name)
{
    for (unsigned i = 0; i < config->param_count; i++) {
        if (strcmp(config->params[i].name, name) == 0)
            return &config->params[i];
    }
    return NULL;
}

static double literal(const struct expr *expr, double otherwise)
{
    if (!expr)
        return otherwise;
    return expr->kind == EXPR_QUANTITY ? unit_to_si(&expr->unit, expr->value) : expr->value;
}

bool engine_param_fits(const struct param *p, double si)
{
    double lo = literal(p->lo, -(double)INFINITY), hi = literal(p->hi, (double)INFINITY);
    /* Both ends in: a bound and the same value typed by hand may differ in the last bit. */
    double slack = 1e-12 * (fabs(isfinite(lo) ? lo : 0) + fabs(isfinite(hi) ? hi : 0));
    return isfinite(si) && num_within(si, lo - slack, hi + slack);
}

/* Parameters are the first slots. */
bool build_params(struct build *b, const struct engine_config *config)
{
    struct engine *e = b->engine;
    bool good = true;
    for (unsigned i = 0; i < config->param_count; i++) {
        bool known = false;
        for (const struct param *p = e->program->params; p; p = p->next)
            known = known || strcmp(p->name, config->params[i].name) == 0;
        if (!known)
            good = build_error(b, e->program->at, "the sequence has no parameter",
                               config->params[i].name);
    }
    for (const struct param *p = e->program->params; p; p = p->next) {
        const struct unit *unit = p->value->unit.name[0] ? &p->value->unit : NULL;
        (void)build_slot(b, p->name, p->value->unit.dim, unit);
        const struct param_value *given = find_value(config, p->name);
        if (!engine_param_fits(p, given ? given->value_si : literal(p->value, 0)))
            good = build_error(b, p->at, "out of its range: parameter", p->name);
    }
    return good;
}

static void fill_params(struct engine *e, const struct engine_config *config)
{
    unsigned i = 0;
    for (const struct param *p = e->program->params; p; p = p->next, i++) {
        const struct param_value *given = find_value(config, p->name);
        e->initial[i].si = given ? given->value_si : literal(p->value, 0);
        e->initial[i].unit = e->slot_info[i].unit;
    }
    for (; i < e->slot_count; i++)
        e->initial[i] = (struct eval_value){(double)NAN, (double)NAN, NULL, NULL};
}

/* "ip_{x}" makes every row that begins and ends so. */
static bool may_make(const struct text *name, const char *row)
{
    size_t len = strlen(row);
    struct span first = name->parts[0].text, last = name->parts[name->count - 1].text;
    if (name->count == 1)
        return first.len == len && memcmp(first.at, row, len) == 0;
    return len > first.len + last.len && memcmp(row, first.at, first.len) == 0 &&
           memcmp(row + len - last.len, last.at, last.len) == 0;
}

/* Rows of the limits that this program can measure: a part passes only with all of them. */
void build_required(struct engine *e, const struct node *node)
{
    const struct limits *limits = e->checked->limits;
    for (; limits && node; node = node->next) {
        for (size_t i = 0; node->stmt->kind == STMT_MEASURE && i < limits->count; i++) {
            const struct limit *row = &limits->rows[i];
            if (node->name && may_make(node->name, row->measurement) &&
                limits_find(limits, row->measurement, e->part) == row)
                e->required[i] = true;
        }
        build_required(e, node->body);
        build_required(e, node->otherwise);
    }
}

static uint32_t round_up(double n)
{
    uint32_t cap = CAPACITY_MIN;
    while (cap < n && cap < 1u << 30)
        cap *= 2;
    return cap;
}

static void room_window(struct engine *e, struct window *w)
{
    w->t = engine_block(e, e->capacity, sizeof *w->t);
    w->v = engine_block(e, e->capacity, sizeof *w->v);
    w->x = engine_block(e, e->capacity, sizeof *w->x);
    w->low = engine_block(e, e->capacity, sizeof *w->low);
    w->high = engine_block(e, e->capacity, sizeof *w->high);
}

/* How many samples a capture can have, where its times are known before the run. */
static uint32_t capture_capacity(struct engine *e, const struct node *node)
{
    double rate = node->rate ? engine_number(e, NULL, node->rate) : (double)NAN;
    double span = node->over ? engine_number(e, NULL, node->over) : (double)NAN;
    double pre = node->pre ? engine_number(e, NULL, node->pre) : 0;
    for (unsigned i = 0; i < node->item_count; i++) {
        struct duration period = engine_channel(e, (unsigned)node->items[i].channel)->period;
        if (period.us > 0 && 1e6 / (double)period.us > rate)
            rate = 1e6 / (double)period.us;
    }
    double n = rate * (span + pre) * 1.25 + 64;
    return n <= e->capacity ? round_up(n) : e->capacity;
}

static void room_site(struct engine *e, struct site *site)
{
    uint32_t ring = CAPACITY_MIN;
    unsigned channels = 0;
    site->slots = engine_block(e, e->slot_count, sizeof *site->slots);
    site->own.frames = engine_block(e, FRAMES_MAX, sizeof *site->own.frames);
    site->made = engine_block(e, e->checked->limits ? e->checked->limits->count : 1, 1);
    site->waveforms = engine_block(e, e->capture_count, sizeof *site->waveforms);
    site->fits = engine_block(e, e->fit_count, sizeof *site->fits);
    if (e->failed)
        return;
    memcpy(site->slots, e->initial, e->slot_count * sizeof *site->slots);
    for (unsigned i = 0; i < e->fit_count; i++) {
        site->fits[i].x = engine_block(e, FIT_PAIRS_MAX, sizeof(double));
        site->fits[i].y = engine_block(e, FIT_PAIRS_MAX, sizeof(double));
    }
    for (unsigned i = 0; i < e->capture_count; i++) {
        uint32_t cap = capture_capacity(e, e->captures[i]);
        ring = cap > ring ? cap : ring;
        site->waveforms[i].capacity = cap;
        for (unsigned k = 0; k < e->captures[i]->item_count; k++)
            site->waveforms[i].points[k] = engine_block(e, cap, sizeof(struct capture_point));
        if (e->captures[i]->item_count > channels)
            channels = e->captures[i]->item_count;
    }
    site->recording.capacity = ring;
    for (unsigned k = 0; k < channels; k++) {
        site->recording.t[k] = engine_block(e, ring, sizeof(struct instant));
        site->recording.v[k] = engine_block(e, ring, sizeof(double));
    }
}

static void room_lanes(struct engine *e, struct site *site)
{
    site->lanes = engine_block(e, e->lane_cap, sizeof *site->lanes);
    for (unsigned k = 0; k < e->lane_cap && !e->failed; k++) {
        struct strand *lane = &site->lanes[k];
        lane->task = &e->task[e->sites + 2 + (site->number - 1) * e->lane_cap + k];
        lane->frames = engine_block(e, FRAMES_MAX, sizeof *lane->frames);
        room_window(e, &lane->task->window);
    }
}

static void room_tasks(struct engine *e)
{
    size_t channels = e->view->channel_count;
    for (unsigned i = 0; i < e->task_count; i++) {
        struct task *task = &e->task[i];
        task->id = i;
        task->site = i <= e->sites ? i : 0;
        if (i > e->sites + 1)
            task->site = 1 + (i - e->sites - 2) / e->lane_cap;
        task->deadline = INSTANT_NEVER;
        task->watch = engine_block(e, channels, sizeof *task->watch);
        if (!task->watch)
            return;
        memset(task->watch, -1, channels);
    }
}

static void room_tables(struct engine *e)
{
    size_t channels = e->view->channel_count, cells = (e->sites + 1) * channels;
    e->ticket_cap = e->sites * (1 + e->lane_cap) * (e->max_items + 2) + 64;
    e->site = engine_block(e, e->sites + 1, sizeof *e->site);
    e->task_count = e->sites + 2 + e->sites * e->lane_cap;
    e->task = engine_block(e, e->task_count, sizeof *e->task);
    e->latest = engine_block(e, cells, sizeof *e->latest);
    e->last_set = engine_block(e, cells, sizeof *e->last_set);
    e->watchers = engine_block(e, channels, sizeof *e->watchers);
    e->scratch = engine_block(e, 2 * (size_t)e->capacity, sizeof *e->scratch);
    e->scratch_t = engine_block(e, e->capacity, sizeof *e->scratch_t);
    e->scratch_v = engine_block(e, e->capacity, sizeof *e->scratch_v);
    e->record_list = engine_block(e, channels, sizeof(struct channel *));
    e->tickets = engine_block(e, e->ticket_cap, sizeof *e->tickets);
    for (size_t i = 0; !e->failed && i < cells; i++)
        e->latest[i] = e->last_set[i] = (double)NAN;
}

enum rc engine_room(struct engine *e, const struct engine_config *config)
{
    e->capacity = round_up(config->sample_capacity ? config->sample_capacity : CAPACITY_DEFAULT);
    e->initial = engine_block(e, e->slot_count, sizeof *e->initial);
    e->lock_owner = engine_block(e, e->lock_count, sizeof *e->lock_owner);
    if (e->failed)
        return RC_NOSPACE;
    fill_params(e, config);
    room_tables(e);
    if (e->failed)
        return RC_NOSPACE;
    room_tasks(e);
    for (unsigned i = 1; i <= e->sites && !e->failed; i++) {
        struct site *site = &e->site[i];
        site->number = i;
        site->own.task = &e->task[i];
        site->run = &site->own;
        site->live = site->ever_live = config->live_sites >> (i - 1) & 1;
        if (!site->live)
            continue;
        room_window(e, &site->own.task->window);
        room_site(e, site);
        room_lanes(e, site);
    }
    room_window(e, &e->task[0].window);
    return e->failed ? RC_NOSPACE : RC_OK;
}
