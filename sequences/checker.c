#include "sequences/checker.h"

#include <stdlib.h>

#include "sequences/check.h"

static void check_tree(struct check *c)
{
    check_block(c, c->program->setup);
    check_block(c, c->program->main);
    for (const struct check_name *n = c->subs.first; n; n = n->next) {
        struct check_sub *sub = n->sub;
        if (sub->state != SUB_NEW)
            continue;
        check_sub_body(c, sub);
        if (!c->diag->errors) /* else the call may only be misspelt */
            diag_add(c->diag, DIAG_NOTE, sub->sub->at, NULL, "'%s' is never called",
                     sub->sub->name);
    }
    c->in_cleanup = true;
    check_block(c, c->program->cleanup);
    c->in_cleanup = false;
}

enum rc program_check(struct program *program, const struct bench_view *view, struct diag *diag,
                      struct checked **out)
{
    unsigned before = diag->errors;
    struct checked *checked = calloc(1, sizeof *checked);
    struct check *c = calloc(1, sizeof *c);
    enum rc rc = RC_OK;
    if (!checked || !c) {
        free(checked);
        free(c);
        return RC_NOSPACE;
    }
    checked->program = program;
    checked->view = view;
    *c = (struct check){
        .program = program, .view = view, .diag = diag, .out = checked, .arena = program->arena};
    check_load_files(c);
    check_declarations(c);
    check_tree(c);
    if (c->diag->errors < DIAG_MAX) { /* else there is enough to mend first */
        check_run_all(c);
        check_limits(c);
    }
    free(c);
    if (arena_failed(program->arena)) {
        diag_add(diag, DIAG_ERROR, program->at, NULL, "out of memory");
        rc = RC_NOSPACE;
    } else if (diag->errors != before) {
        rc = RC_CONFIG;
    }
    if (rc)
        checked_free(checked);
    else
        *out = checked;
    return rc;
}

void checked_free(struct checked *checked)
{
    if (!checked)
        return;
    limits_free(checked->limits);
    for (unsigned i = 0; i < checked->file_count; i++) {
        csv_free_table(checked->files[i].csv);
        source_free(checked->files[i].source);
    }
    free(checked);
}
