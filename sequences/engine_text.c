/* Texts with {x} in them. */
#include "sequences/engine_build.h"

static unsigned count_parts(const char *text)
{
    unsigned n = 1;
    for (; *text; text++)
        n += *text == '{';
    return n;
}

/* NULL for NULL. A brace without its partner is plain text. */
struct text *build_text(struct build *b, const char *text)
{
    if (!text)
        return NULL;
    struct text *out = engine_take(b->engine, sizeof *out);
    struct text_part *parts = engine_take(b->engine, count_parts(text) * sizeof *parts);
    if (!out || !parts)
        return NULL;
    out->parts = parts;
    for (;;) {
        const char *open = strchr(text, '{'), *close = open ? strchr(open, '}') : NULL;
        struct text_part *part = &parts[out->count++];
        if (!close) {
            part->text = span_text(text);
            return out;
        }
        part->text = (struct span){text, (size_t)(open - text)};
        struct expr *name = engine_take(b->engine, sizeof *name);
        if (!name)
            return out;
        name->kind = EXPR_NAME;
        name->text =
            arena_text(b->engine->arena, (struct span){open + 1, (size_t)(close - open - 1)});
        part->code = build_code(b, name);
        text = close + 1;
    }
}

static void put(struct obuf *out, struct span text)
{
    size_t room = out->cap - out->len;
    text.len = text.len < room ? text.len : room;
    (void)!obuf_put(out, text);
}

void engine_put_value(struct obuf *out, const struct eval_value *v, bool units)
{
    if (v->text) {
        put(out, span_text(v->text));
        return;
    }
    double value = v->unit ? unit_from_si(v->unit, v->si) : v->si;
    if (units && v->unit)
        unit_put(out, value, v->unit->name, 6);
    else
        num_put_short(out, value, 6);
}

/* Writes a NUL behind; cut where `out` is full. */
void engine_text(struct engine *e, const struct task *task, const struct text *text, bool units,
                 struct obuf *out)
{
    out->cap--;
    for (unsigned i = 0; text && i < text->count; i++) {
        put(out, text->parts[i].text);
        if (text->parts[i].code) {
            struct eval_value v = engine_value(e, task, text->parts[i].code);
            engine_put_value(out, &v, units);
        }
    }
    out->at[out->len] = '\0';
    out->cap++;
}
