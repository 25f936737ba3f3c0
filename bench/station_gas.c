/* The statements about the gas path: flows, volumes, temperatures, the second stream. */
#include "bench/station_private.h"
#include "core/num.h"

bool station_parse_extraction(struct station_reader *r)
{
    double m3_s;
    if (!station_quantity(r, "m3/h", &m3_s))
        return false;
    if (!num_within(m3_s, 0.0, 10.0))
        return station_fail(r, r->token.at, NULL, "the extraction is 0 to 36000 m3/h");
    r->station->view.extraction_Lmin = m3_s * 60000.0;
    return station_end(r);
}

bool station_parse_nominal(struct station_reader *r)
{
    double m3_s;
    if (!station_quantity(r, "L/min", &m3_s))
        return false;
    r->station->nominal_Lmin = m3_s * 60000.0;
    if (!num_within(r->station->nominal_Lmin, 0.1, 20.0))
        return station_fail(r, r->token.at, NULL, "the nominal total flow is 0.1 to 20 L/min");
    return station_end(r);
}

bool station_parse_volume(struct station_reader *r)
{
    double m3;
    if (!station_quantity(r, "mL", &m3))
        return false;
    if (!num_within(m3, 1e-6, 0.05))
        return station_fail(r, r->token.at, NULL, "the gas volume must be 1 mL to 50 L");
    r->station->view.volume_L = m3 * 1000.0;
    return station_end(r);
}

bool station_parse_stream(struct station_reader *r)
{
    struct span word;
    if (!station_word(r, "b", &word) || !span_is(word, "b"))
        return station_fail(r, r->token.at, NULL, "the second stream is called b");
    r->station->view.has_streams = true;
    if (!station_word(r, "via or to", &word))
        return false;
    r->station->view.b_is_ambient = span_is(word, "to");
    if (!r->station->view.b_is_ambient && !span_is(word, "via"))
        return station_fail(r, r->token.at, NULL, "expected via select or to ambient");
    return station_keyword(r, r->station->view.b_is_ambient ? "ambient" : "select") &&
           station_end(r);
}

bool station_parse_hottest(struct station_reader *r)
{
    double kelvin;
    if (!station_quantity(r, "degC", &kelvin))
        return false;
    if (!num_within(kelvin, 223.15, 1473.15))
        return station_fail(r, r->token.at, NULL, "the hottest gas path is of -50 to 1200 degC");
    r->station->view.hottest_degC = kelvin - 273.15;
    return station_end(r);
}

bool station_parse_coldest(struct station_reader *r)
{
    double kelvin;
    if (!station_quantity(r, "degC", &kelvin))
        return false;
    if (!num_within(kelvin, 233.15, 573.15))
        return station_fail(r, r->token.at, NULL, "the coldest wall is of -40 to 300 degC");
    r->station->view.coldest_degC = kelvin - 273.15;
    return station_end(r);
}
