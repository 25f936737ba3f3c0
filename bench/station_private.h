/* What the files of the station loader share. Private to bench/station*. */
#ifndef BENCH_STATION_PRIVATE_H
#define BENCH_STATION_PRIVATE_H

#include "bench/station.h"
#include "sequences/lexer.h"

enum { STATION_WORDS_MAX = 24 };

struct station_reader {
    struct lexer lexer;
    struct diag *diag;
    struct station *station;
    struct token token; /* the last one taken */
    char channels_file[128], dut_file[128];
    struct span dut_variant; /* length 0: not said */
    struct place dut_at, variant_at;
    /* By rule of the envelope: checked against the channels when these are known. */
    struct place envelope_at[STATION_ENVELOPE_MAX];
    struct dim envelope_dim[STATION_ENVELOPE_MAX];
    char suction[48];
    struct place suction_at;
    bool have_station, have_sites; /* right or wrong */
    /* By row of the tables of words: the line where it stood; 0: nowhere yet. */
    unsigned statement_line[STATION_WORDS_MAX], twin_line[STATION_WORDS_MAX];
    unsigned option_line[STATION_WORDS_MAX]; /* of the instrument in hand */
};

/* Each takes the rest of its statement from the lexer and reports its own mistakes; false: skip on.
 */
bool station_fail(struct station_reader *r, struct place at, const char *help, const char *format,
                  ...) __attribute__((format(printf, 4, 5)));
bool station_word(struct station_reader *r, const char *expected, struct span *out);
bool station_text(struct station_reader *r, const char *expected, char *out, size_t cap);
bool station_quantity(struct station_reader *r, const char *like, double *si);
bool station_number(struct station_reader *r, long lo, long hi, long *out);
bool station_mark(struct station_reader *r, int mark, const char *expected);
bool station_copy(struct station_reader *r, struct span text, char *out, size_t cap);
/* A key that stands once, and `line`, where it stood first (0: nowhere yet); the key is the last
 * token. */
bool station_once(struct station_reader *r, const char *key, unsigned *line);
/* Takes the end of the line; false, and said, if a word stands there. */
bool station_end(struct station_reader *r);
/* Takes a fixed word. */
bool station_keyword(struct station_reader *r, const char *keyword);
/* True at the end of the line, which is then taken. */
bool station_line_end(struct station_reader *r);
void station_skip_line(struct station_reader *r);

bool station_parse_instrument(struct station_reader *r); /* station_instrument.c */
bool station_parse_extraction(struct station_reader *r); /* station_gas.c */
bool station_parse_nominal(struct station_reader *r);
bool station_parse_volume(struct station_reader *r);
bool station_parse_stream(struct station_reader *r);
bool station_parse_hottest(struct station_reader *r);
bool station_parse_coldest(struct station_reader *r);
/* station_ports.c: each unit takes its setup, and units on one port can be told apart. */
void station_check_ports(struct station_reader *r);
bool station_parse_envelope(struct station_reader *r); /* station_envelope.c */
bool station_parse_suction(struct station_reader *r);
/* Both against the channels. */
void station_check_envelope(struct station_reader *r);
bool station_parse_twin(struct station_reader *r);    /* station_twin.c */
void station_name_constants(struct station *station); /* station_constants.c */
bool station_parse_dut(struct station_reader *r);     /* station_dut.c */
bool station_parse_heaters_on(struct station_reader *r);
bool station_parse_insulation(struct station_reader *r); /* station_insulation.c */
bool station_parse_twin_insulation(struct station_reader *r);
/* After the channels are bound: the channels that its rules are about. */
bool station_bind_insulation(struct station_reader *r);
bool station_parse_element(struct station_reader *r); /* station_twin_element.c */
/* Of bound channels: those that the elements of the twin cannot feed. */
void station_mark_missing(struct station *station);
/* Name of the variant of the twin's elements; NULL: no twin, or they have
 * none. */
const char *station_twin_variant(const struct station *station);
bool station_load_dut(struct station_reader *r, const char *station_path);
/* After the channels are bound: what the regulation needs, and the type's limits. */
bool station_bind_dut(struct station_reader *r);
/* The same for pump cells that the station regulates. */
bool station_bind_pumps(struct station_reader *r);                /* station_pump.c */
bool station_take_instrument(struct station_reader *r, int *out); /* station_twin.c */
bool station_load_channels(struct station *station, const char *station_path, const char *file,
                           struct diag *diag);                          /* station_channels.c */
bool station_bind_channels(struct station *station, struct diag *diag); /* station_binding.c */

#endif
