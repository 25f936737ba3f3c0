/* The example sequences with words swapped, doubled and lost: never a crash, always a reason. */
#include "tests/support/cmocka.h"

#include "core/rng.h"
#include "tests/support/checked_text.h"

enum { WORDS_MAX = 2000, CHANGES = 400 };

struct words {
    struct span at[WORDS_MAX];
    size_t count;
};

/* Runs of blanks, and runs of anything else, line ends on their own. */
static void cut_words(const struct source *source, struct words *words)
{
    const char *at = source->bytes, *end = at + source->len;
    while (at < end && words->count < WORDS_MAX) {
        const char *from = at;
        if (*at == '\n')
            at++;
        else if (*at == ' ')
            while (at < end && *at == ' ')
                at++;
        else
            while (at < end && *at != ' ' && *at != '\n')
                at++;
        words->at[words->count++] = (struct span){from, (size_t)(at - from)};
    }
}

static void put_changed(struct obuf *out, const struct words *words, struct rng *rng)
{
    size_t changes = 1 + (size_t)rng_below(rng, 3), place[3], with[3];
    uint64_t kind = rng_below(rng, 3);
    for (size_t i = 0; i < changes; i++) {
        place[i] = (size_t)rng_below(rng, words->count);
        with[i] = (size_t)rng_below(rng, words->count);
    }
    for (size_t i = 0; i < words->count; i++) {
        struct span word = words->at[i];
        for (size_t k = 0; k < changes; k++) {
            if (place[k] == i)
                word = kind == 0 ? SPAN("") : words->at[with[k]];
            if (place[k] == i && kind == 2)
                assert_int_equal(obuf_put(out, words->at[i]), RC_OK);
        }
        assert_int_equal(obuf_put(out, word), RC_OK);
    }
}

static void change(const char *path, uint64_t seed)
{
    static const char *const name = "tests/data/seq/sequences/changed.seq";
    struct diag diag;
    struct source *source = NULL;
    struct words *words = calloc(1, sizeof *words);
    char *text = malloc(65536);
    struct rng rng;
    diag_init(&diag);
    assert_non_null(words);
    assert_non_null(text);
    assert_int_equal(source_load(path, &diag, &source), RC_OK);
    cut_words(source, words);
    rng_seed_named(&rng, seed, path, 0);
    for (int i = 0; i < CHANGES; i++) {
        struct checked_text t;
        struct obuf out = {text, 0, 65536};
        put_changed(&out, words, &rng);
        checked_text_init(&t);
        t.rc = source_from_text(name, obuf_span(&out), &t.diag, &t.source);
        if (!t.rc)
            t.rc = program_parse(t.source, &t.diag, &t.program);
        if (!t.rc)
            t.rc = program_check(t.program, &t.rig.view, &t.diag, &t.checked);
        if ((t.rc == RC_OK) != (t.diag.errors == 0))
            fail_msg("seed %llu, change %d of %s", (unsigned long long)seed, i, path);
        checked_text_fini(&t);
    }
    free(text);
    free(words);
    source_free(source);
    diag_fini(&diag);
}

static void changed_sequences_are_refused_with_a_reason_or_pass(void **state)
{
    const char *given = getenv("SEED");
    uint64_t seed = given ? strtoull(given, NULL, 10) : 7;
    (void)state;
    print_message("seed %llu (SEED=... for another)\n", (unsigned long long)seed);
    change("tests/data/seq/sequences/eol_lsu49.seq", seed);
    change("tests/data/seq/sequences/lab_o2_curve.seq", seed);
    change("tests/data/seq/sequences/bad.seq", seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(changed_sequences_are_refused_with_a_reason_or_pass),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
