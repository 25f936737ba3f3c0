#include "bench/twin_options.h"

#include "core/num.h"

static bool refuse(const char *what, const char *word, const char *help)
{
    fprintf(stderr, "error: %s '%s'\n", what, word);
    if (help)
        fprintf(stderr, "    help: %s\n", help);
    return false;
}

/* "3=D12:0.4" in good form, but not for this element: its own reason. */
static const char *refusal(const char *text, const struct twin_config *config)
{
    const char *at = strstr(text, "=D"), *colon = at ? strchr(at, ':') : NULL;
    int64_t id;
    if (!colon ||
        num_parse_int((struct span){at + 2, (size_t)(colon - at - 2)}, 1, 99, &id) != RC_OK)
        return NULL;
    return twin_defect_refusal(config, (int)id);
}

static bool take_defects(const struct args *args, struct twin_config *config)
{
    unsigned cursor = 0;
    for (const char *text; (text = options_next(args, "defect", &cursor));) {
        enum rc rc = RC_CONFIG;
        const char *why = NULL;
        if (config->defect_count < TWIN_DEFECTS_MAX)
            rc = twin_parse_defect_of(config, span_text(text),
                                      &config->defects[config->defect_count]);
        if (rc == RC_REFUSED)
            why = refusal(text, config);
        if (rc != RC_OK)
            return refuse("not a defect of this twin:", text,
                          why ? why : "SITE=Dnn:SEVERITY, like 3=D12:0.4 (severity 0 to 1)");
        config->defect_count++;
    }
    return true;
}

bool twin_from_options(const struct args *args, const struct station *station, long long *seed,
                       struct twin **out)
{
    struct twin_config config = station->twin.config;
    if (!options_int(args, "seed", 0, INT64_MAX, seed))
        return false;
    if (!station->twin.declared)
        return refuse("this station has no twin block:", station->name,
                      "name another one with --station FILE");
    config.seed = (uint64_t)*seed;
    config.sites = station->sites;
    config.spread = config.noise = !options_flag(args, "nominal");
    if (!take_defects(args, &config))
        return false;
    if (twin_new(&config, out) != RC_OK)
        return refuse("the twin of this station cannot be made:", station->name, NULL);
    return true;
}
