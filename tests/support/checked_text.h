/* A sequence text through parser and checker on the rig of rig_view.h, and what was said about it.
 */
#ifndef TESTS_SUPPORT_CHECKED_TEXT_H
#define TESTS_SUPPORT_CHECKED_TEXT_H

#include <stdlib.h>

#include "sequences/checker.h"
#include "sequences/parser.h"
#include "tests/support/rig_view.h"

struct checked_text {
    struct rig_view rig;
    struct diag diag;
    struct source *source;
    struct program *program;
    struct checked *checked;
    enum rc rc;
};

/* Prepare, change t->rig if wanted, then check. */
static inline void checked_text_init(struct checked_text *t)
{
    memset(t, 0, sizeof *t);
    rig_view_init(&t->rig);
    diag_init(&t->diag);
}

static inline void checked_text_check(struct checked_text *t, const char *text)
{
    t->rc = source_from_text("tests/data/seq/sequences/test.seq", span_text(text), &t->diag,
                             &t->source);
    if (!t->rc)
        t->rc = program_parse(t->source, &t->diag, &t->program);
    if (!t->rc)
        t->rc = program_check(t->program, &t->rig.view, &t->diag, &t->checked);
}

static inline void checked_text_load(struct checked_text *t, const char *path)
{
    checked_text_init(t);
    t->rc = source_load(path, &t->diag, &t->source);
    if (!t->rc)
        t->rc = program_parse(t->source, &t->diag, &t->program);
    if (!t->rc)
        t->rc = program_check(t->program, &t->rig.view, &t->diag, &t->checked);
}

static inline void checked_text_fini(struct checked_text *t)
{
    checked_free(t->checked);
    program_free(t->program);
    source_free(t->source);
    diag_fini(&t->diag);
}

/* The entry at this place, or NULL. */
static inline const struct diag_entry *checked_text_at(const struct checked_text *t, unsigned line,
                                                       unsigned col)
{
    for (size_t i = 0; i < t->diag.count; i++) {
        if (t->diag.entries[i].line == line && t->diag.entries[i].col == col)
            return &t->diag.entries[i];
    }
    return NULL;
}

static inline bool checked_text_says(const struct checked_text *t, const char *part)
{
    for (size_t i = 0; i < t->diag.count; i++) {
        if (strstr(t->diag.entries[i].message, part) ||
            (t->diag.entries[i].help && strstr(t->diag.entries[i].help, part)))
            return true;
    }
    return false;
}

#endif
