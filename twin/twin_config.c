#include "core/num.h"
#include "twin/assembly.h"
#include "twin/defect_table.h"

void twin_config_default(struct twin_config *config)
{
    *config = (struct twin_config){.sites = 1, .seed = 1, .element = TWIN_ELEMENT_LSU49};
    config->manifold_mL = 20;
    config->cell_mL = 2;
    config->ambient_degC = 20;
    config->ambient_kPa = 101.325;
    config->spread = true;
    config->noise = true;
}

bool twin_element_is_direct(enum twin_element_kind kind)
{
    return kind == TWIN_ELEMENT_A || kind == TWIN_ELEMENT_B || kind == TWIN_ELEMENT_C ||
           kind == TWIN_ELEMENT_LSU49_BARE || kind == TWIN_ELEMENT_LSU42_BARE;
}

/* ---- defects */

static unsigned bit_of(enum twin_element_kind kind)
{
    return kind == TWIN_ELEMENT_B   ? DEFECT_ON_B
           : kind == TWIN_ELEMENT_C ? DEFECT_ON_C
                                    : DEFECT_ON_A;
}

const char *twin_defect_text_of(enum twin_element_kind kind, int id)
{
    const struct defect_table_row *row = defect_table_find(id);
    if (!row)
        return NULL;
    bool has =
        twin_element_is_direct(kind) ? (row->elements & bit_of(kind)) != 0 : row->lsu != NULL;
    return has ? row->text : NULL;
}

const char *twin_defect_text(int id)
{
    return twin_defect_text_of(TWIN_ELEMENT_LSU49, id);
}

const char *twin_defect_refusal(const struct twin_config *config, int id)
{
    struct part part = {.sign = 1};
    if (id == DEFECT_COLD_INSULATION && !config->insulation.fitted)
        return "nothing on this station sees the insulation of a cold part";
    const struct defect_target lsu = {.lsu = &part, .lsu_kind = &lsu_kind_49};
    if (!twin_element_is_direct(config->element))
        return defect_table_refusal(id, &lsu);
    if (config->variant >= site_direct_variants(config->element))
        return "no such variant";
    return site_direct_refusal(config, id);
}

/* "3=D12:0.4"; the id is of the library. */
static enum rc parse(struct span text, unsigned sites, struct twin_defect *out)
{
    if (text.len == 0)
        return RC_CONFIG;
    const char *equals = memchr(text.at, '=', text.len);
    const char *colon = memchr(text.at, ':', text.len);
    if (!equals || !colon || colon < equals || equals[1] != 'D')
        return RC_CONFIG;
    int64_t site = 0, id = 0;
    double severity = 0;
    struct span left = {text.at, (size_t)(equals - text.at)};
    struct span middle = {equals + 2, (size_t)(colon - equals) - 2};
    struct span right = span_skip(text, (size_t)(colon - text.at) + 1);
    if (num_parse_int(left, 1, (int64_t)sites, &site) != RC_OK)
        return RC_CONFIG;
    if (num_parse_int(middle, 1, 99, &id) != RC_OK || !defect_table_find((int)id))
        return RC_CONFIG;
    if (num_parse(right, &severity) != RC_OK || !num_within(severity, 0, 1))
        return RC_CONFIG;
    *out = (struct twin_defect){(unsigned)site, (int)id, severity};
    return RC_OK;
}

enum rc twin_parse_defect(struct span text, unsigned sites, struct twin_defect *out)
{
    struct twin_defect defect;
    if (parse(text, sites, &defect) != RC_OK || !twin_defect_text(defect.id))
        return RC_CONFIG;
    *out = defect;
    return RC_OK;
}

enum rc twin_parse_defect_of(const struct twin_config *config, struct span text,
                             struct twin_defect *out)
{
    struct twin_defect defect;
    enum rc rc = parse(text, config->sites, &defect);
    if (rc != RC_OK)
        return rc;
    if (twin_defect_refusal(config, defect.id))
        return RC_REFUSED;
    *out = defect;
    return RC_OK;
}

/* ---- ranges */

static bool flows_in_range(const struct twin_config *config)
{
    if (config->flow_count > TWIN_FLOWS_MAX)
        return false;
    for (unsigned i = 0; i < config->flow_count; i++) {
        const struct twin_flow *flow = &config->flows[i];
        const struct twin_flow_fault *fault = &config->flow_faults[i];
        if (gas_mix_check(&flow->cylinder, NULL) != RC_OK ||
            !num_within(gas_mix_sum(&flow->cylinder), 0.999, 1.001) ||
            !num_within(flow->full_scale_slpm, 1e-4, 1000) || flow->stream > 1)
            return false;
        if (fault->broken && !num_within(fault->least_slpm, 0, fault->most_slpm))
            return false;
    }
    return true;
}

static bool back_pressure_in_range(const struct twin_back_pressure *valve)
{
    if (!valve->fitted)
        return true;
    return num_within(valve->full_scale_kPa, 10, 1000) && num_within(valve->suction_kPa, 0, 100) &&
           valve->suction_pin < TWIN_PINS;
}

static bool insulation_in_range(const struct twin_insulation *insulation)
{
    return !insulation->fitted || num_within(insulation->check_ohm, 1e6, 1e10);
}

static bool defects_in_range(const struct twin_config *config)
{
    if (config->defect_count > TWIN_DEFECTS_MAX)
        return false;
    for (unsigned i = 0; i < config->defect_count; i++) {
        const struct twin_defect *d = &config->defects[i];
        if (d->site < 1 || d->site > config->sites || !num_within(d->severity, 0, 1) ||
            !defect_table_find(d->id))
            return false;
    }
    return true;
}

static bool element_in_range(const struct twin_config *config)
{
    if (!num_within(config->reserve_speed, 0, 1e9))
        return false;
    if (twin_element_is_direct(config->element))
        return config->variant < site_direct_variants(config->element);
    return config->variant == 0 &&
           (config->element == TWIN_ELEMENT_LSU49 || config->element == TWIN_ELEMENT_LSU42);
}

enum rc twin_config_check(const struct twin_config *config)
{
    bool good =
        config->sites >= 1 && config->sites <= TWIN_SITES_MAX && element_in_range(config) &&
        num_within(config->manifold_mL, 0.1, 10000) && num_within(config->cell_mL, 0.1, 10000) &&
        num_within(config->ambient_degC, -40, 85) && num_within(config->ambient_kPa, 50, 250) &&
        (config->ambient_port_mL <= 0 || num_within(config->ambient_port_mL, 0.1, 10000)) &&
        back_pressure_in_range(&config->back_pressure) &&
        back_pressure_in_range(&config->vent_pressure) &&
        (!config->vent_pressure.fitted || config->back_pressure.fitted) &&
        config->reverse_pin < TWIN_PINS && insulation_in_range(&config->insulation) &&
        flows_in_range(config) && defects_in_range(config);
    if (!good)
        return RC_RANGE;
    for (unsigned i = 0; i < config->defect_count; i++)
        if (twin_defect_refusal(config, config->defects[i].id))
            return RC_REFUSED;
    return RC_OK;
}
