/* A simulator's ear: bytes to lines, lines to units, answers of one line joined by semicolons. */
#include "instruments/proto/scpi.h"

void scpi_say(struct scpi_ear *ear, struct obuf *out, const char *text)
{
    if (ear->answered)
        (void)!obuf_byte(out, ';');
    ear->answered = true;
    (void)!obuf_put(out, span_text(text));
}

static void hear_line(struct scpi_ear *ear, scpi_obey *obey, void *sim, struct obuf *out)
{
    struct scpi_reader reader;
    struct scpi_unit unit;
    enum rc rc;

    ear->answered = false;
    scpi_read(&reader, (struct span){ear->line, ear->len});
    while (scpi_next(&reader, &unit, &rc)) {
        int error = rc == RC_OK ? obey(sim, &unit, out) : -102;
        if (error)
            scpi_push_error(&ear->errors, error);
    }
    if (ear->answered)
        (void)!obuf_byte(out, '\n');
}

void scpi_hear(struct scpi_ear *ear, struct span bytes, scpi_obey *obey, void *sim,
               struct obuf *out)
{
    for (size_t i = 0; i < bytes.len; i++) {
        char c = bytes.at[i];
        if (c == '\n') {
            if (ear->overflow)
                scpi_push_error(&ear->errors, -363);
            else
                hear_line(ear, obey, sim, out);
            ear->len = 0;
            ear->overflow = false;
        } else if (ear->len < sizeof ear->line) {
            ear->line[ear->len++] = c;
        } else {
            ear->overflow = true;
        }
    }
}
