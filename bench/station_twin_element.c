/* The element of a twin block, "element barrier variant p2", and the channels it cannot feed. */
#include "bench/station_private.h"
#include "instruments/capability/scanner.h"
#include "twin/element_a.h"
#include "twin/element_b.h"
#include "twin/element_c.h"

/* clang-format off */
static const struct {
    const char *name;
    enum twin_element_kind kind;
} elements[] = {
    {"lsu49", TWIN_ELEMENT_LSU49}, {"lsu42", TWIN_ELEMENT_LSU42}, {"barrier", TWIN_ELEMENT_A},
    {"dual_diffusion", TWIN_ELEMENT_B}, {"enclosed_reference", TWIN_ELEMENT_C},
    {"lsu49_bare", TWIN_ELEMENT_LSU49_BARE}, {"lsu42_bare", TWIN_ELEMENT_LSU42_BARE},
};
static const struct {
    const char *name;
    enum twin_element_kind kind;
    unsigned variant; /* of the twin */
} variants[] = {
    {"p1",  TWIN_ELEMENT_A, ELEMENT_A_P1}, {"p2", TWIN_ELEMENT_A, ELEMENT_A_P2},
    {"v8",  TWIN_ELEMENT_A, ELEMENT_A_V8}, {"v9", TWIN_ELEMENT_A, ELEMENT_A_V9},
    {"v11", TWIN_ELEMENT_A, ELEMENT_A_V11}, {"p0", TWIN_ELEMENT_A, ELEMENT_A_P0},
    {"single", TWIN_ELEMENT_B, ELEMENT_B_SINGLE}, {"double", TWIN_ELEMENT_B, ELEMENT_B_DOUBLE},
    {"orifice", TWIN_ELEMENT_B, ELEMENT_B_ORIFICE}, {"layered", TWIN_ELEMENT_B, ELEMENT_B_LAYERED},
    {"wide_orifice", TWIN_ELEMENT_B, ELEMENT_B_WIDE_ORIFICE},
#define PROCESS(name, process, buffer) \
    {name, TWIN_ELEMENT_C, (process) + ELEMENT_C_PROCESSES * (unsigned)(buffer)}
    PROCESS("p14_ni", ELEMENT_C_P14, BUFFER_NI), PROCESS("p15_ni", ELEMENT_C_P15, BUFFER_NI),
    PROCESS("p14_co", ELEMENT_C_P14, BUFFER_CO), PROCESS("p15_co", ELEMENT_C_P15, BUFFER_CO),
    PROCESS("p14_cu", ELEMENT_C_P14, BUFFER_CU), PROCESS("p15_cu", ELEMENT_C_P15, BUFFER_CU),
    PROCESS("p14_pd", ELEMENT_C_P14, BUFFER_PD_EMF), PROCESS("p15_pd", ELEMENT_C_P15, BUFFER_PD_EMF),
    PROCESS("p14_fe", ELEMENT_C_P14, BUFFER_FE), PROCESS("p15_fe", ELEMENT_C_P15, BUFFER_FE),
#undef PROCESS
};
/* clang-format on */

/* What a twin has where none is named. */
static unsigned usual_variant(enum twin_element_kind kind)
{
    switch (kind) {
    case TWIN_ELEMENT_A:
        return ELEMENT_A_P1;
    case TWIN_ELEMENT_C:
        return ELEMENT_C_P14 + ELEMENT_C_PROCESSES * BUFFER_NI;
    default:
        return 0;
    }
}

const char *station_twin_variant(const struct station *station)
{
    const struct twin_config *config = &station->twin.config;
    unsigned variant = config->variant ? config->variant : usual_variant(config->element);
    for (size_t i = 0; station->twin.declared && i < COUNT(variants); i++)
        if (variants[i].kind == config->element && variants[i].variant == variant)
            return variants[i].name;
    return NULL;
}

static bool parse_variant(struct station_reader *r)
{
    struct twin_config *config = &r->station->twin.config;
    struct span word;
    if (!station_word(r, "a variant", &word))
        return false;
    for (size_t i = 0; i < COUNT(variants); i++)
        if (variants[i].kind == config->element && span_is(word, variants[i].name)) {
            config->variant = variants[i].variant;
            return station_end(r);
        }
    return station_fail(r, r->token.at, NULL, "the twin has no such variant of this element");
}

bool station_parse_element(struct station_reader *r)
{
    struct twin_config *config = &r->station->twin.config;
    struct span word;
    if (!station_word(
            r,
            "lsu49, lsu42, barrier, dual_diffusion, enclosed_reference, lsu49_bare or lsu42_bare",
            &word))
        return false;
    size_t i = 0;
    while (i < COUNT(elements) && !span_is(word, elements[i].name))
        i++;
    if (i == COUNT(elements))
        return station_fail(r, r->token.at, NULL,
                            "expected lsu49, lsu42, barrier, dual_diffusion, enclosed_reference, "
                            "lsu49_bare or lsu42_bare");
    config->element = elements[i].kind;
    config->variant = 0;
    if (station_line_end(r))
        return true;
    if (!span_is(r->token.text, "variant"))
        return station_fail(r, r->token.at, NULL, "expected 'variant NAME' or the end of the line");
    return parse_variant(r);
}

/* The scanner's inputs behind those of the sites are for the second reference electrodes. */
static bool is_second_reference(const struct station *station, const struct station_binding *b)
{
    return b->kind == BINDING_DEVICE && (int)b->instrument == station->twin.scanner &&
           b->signal == SCANNER_SIGNAL_U && b->first >= station->sites;
}

void station_mark_missing(struct station *station)
{
    const struct twin_config *config = &station->twin.config;
    if (!station->twin.declared || config->element != TWIN_ELEMENT_A ||
        config->variant == ELEMENT_A_V9)
        return;
    for (unsigned c = 0; c < station->channel_count; c++)
        if (is_second_reference(station, &station->channels[c].binding[0]))
            station->channels[c].public.nothing =
                "the twin's elements have one reference electrode (element barrier variant v9 has "
                "two)";
}
