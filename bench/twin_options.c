#include "bench/twin_options.h"

#include "core/num.h"

static bool refuse(const char *what, const char *word, const char *help)
{
    fprintf(stderr, "error: %s '%s'\n", what, word);
    if (help)
        fprintf(stderr, "    help: %s\n", help);
    return false;
}

static void put_known(const struct twin_config *config, struct obuf *out)
{
    bool room = obuf_printf(out, "its elements can have") == RC_OK;
    for (int id = 1; id <= 99 && room; id++)
        if (twin_defect_text_of(config->element, id) && !twin_defect_refusal(config, id))
            room = obuf_printf(out, " D%02d", id) == RC_OK;
}

/* What is wrong with a defect that was not taken. */
static void put_refusal(const char *text, const struct twin_config *config, struct obuf *out)
{
    const char *at = strstr(text, "=D"), *colon = at ? strchr(at, ':') : NULL;
    int64_t site, id;
    enum rc rc = RC_OK;
    if (!colon ||
        num_parse_int((struct span){at + 2, (size_t)(colon - at - 2)}, 1, 99, &id) != RC_OK)
        rc = obuf_printf(out, "SITE=Dnn:SEVERITY, like 3=D12:0.4 (severity 0 to 1)");
    else if (num_parse_int((struct span){text, (size_t)(at - text)}, 1, config->sites, &site) !=
             RC_OK)
        rc = obuf_printf(out, "this station has the sites 1 to %u", config->sites);
    else if (!twin_defect_text_of(config->element, (int)id))
        put_known(config, out);
    else if (twin_defect_refusal(config, (int)id))
        rc = obuf_printf(out, "%s", twin_defect_refusal(config, (int)id));
    else
        rc = obuf_printf(out, "a severity is a number from 0 (just there) to 1 (gross)");
    if (rc != RC_OK)
        out->len = 0;
}

/* The defect just read, among those before it. */
static bool stands_already(const struct twin_config *config)
{
    const struct twin_defect *now = &config->defects[config->defect_count];
    for (unsigned i = 0; i < config->defect_count; i++)
        if (config->defects[i].site == now->site && config->defects[i].id == now->id)
            return true;
    return false;
}

static bool take_defects(const struct args *args, struct twin_config *config)
{
    unsigned cursor = 0;
    for (const char *text; (text = options_next(args, "defect", &cursor));) {
        char why[256];
        struct obuf out = {why, 0, sizeof why - 1};
        if (config->defect_count == TWIN_DEFECTS_MAX)
            return refuse("too many defects at", text, NULL);
        if (twin_parse_defect_of(config, span_text(text), &config->defects[config->defect_count]) !=
            RC_OK) {
            put_refusal(text, config, &out);
            why[out.len] = '\0';
            return refuse("not a defect of this twin:", text, why);
        }
        if (stands_already(config))
            return refuse("this site has that defect already, at", text,
                          "one severity for each defect of a site");
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
