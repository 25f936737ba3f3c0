/* Any text as a sequence: parsed, and if it can be parsed, checked against a rig. No crash, bounded
 * time, and a refusal always says why. The gases and limits it names are ours, started from the
 * root of the project; its tables are not found. */
#include <stdlib.h>

#include "sequences/checker.h"
#include "sequences/parser.h"
#include "tests/support/rig_view.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct source *source = NULL;
    struct program *program = NULL;
    struct checked *checked = NULL;
    struct rig_view rig;
    struct diag diag;
    rig_view_init(&rig);
    diag_init(&diag);
    if (size > 65536 || source_from_text("/nowhere/x.seq", (struct span){(const char *)data, size},
                                         &diag, &source) != RC_OK)
        goto fini;
    if (program_parse(source, &diag, &program) != RC_OK) {
        if (!diag.errors || program)
            abort();
        goto fini;
    }
    if (diag.errors || !program)
        abort();
    program->gases_at = program->limits_at = program->at;
    program->gases_path = "/proc/self/cwd/tests/data/seq/tables/gases.csv";
    if (program->limits_path)
        program->limits_path = "/proc/self/cwd/tests/data/seq/limits/lsu49.csv";
    enum rc rc = program_check(program, &rig.view, &diag, &checked);
    if ((rc == RC_OK) != (checked != NULL) || (rc == RC_OK) != (diag.errors == 0))
        abort();
fini:
    checked_free(checked);
    program_free(program);
    source_free(source);
    diag_fini(&diag);
    return 0;
}
