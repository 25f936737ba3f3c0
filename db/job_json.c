/* The spill file's lines. */
#include "core/num.h"
#include "db/job.h"

static enum rc put_text(struct obuf *out, const char *text)
{
    enum rc rc = obuf_byte(out, '"');
    for (; *text && rc == RC_OK; text++) {
        unsigned byte = (unsigned char)*text;
        if (byte == '"' || byte == '\\')
            rc = obuf_printf(out, "\\%c", (int)byte);
        else if (byte < 0x20 || byte == 0x7f)
            rc = obuf_printf(out, "\\u%04x", byte);
        else
            rc = obuf_byte(out, byte);
    }
    return rc == RC_OK ? obuf_byte(out, '"') : rc;
}

static enum rc put_real(struct obuf *out, double value)
{
    enum rc rc = num_put(out, value);
    return rc == RC_RANGE ? obuf_printf(out, "null") : rc; /* not finite */
}

static enum rc put_key(struct obuf *out, const char *name)
{
    return obuf_printf(out, ",\"%s\":", name);
}

enum rc job_put_json(const struct job *job, struct obuf *out)
{
    const struct job_names *names = job_names_of(job->kind);
    size_t before = out->len;
    enum rc rc = obuf_printf(out, "{\"kind\":\"%s\",\"site\":%u,\"t_us\":%lld", names->kind,
                             (unsigned)job->site, (long long)job->t_us);
    for (unsigned i = 0; rc == RC_OK && names->ints[i]; i++)
        rc = obuf_printf(out, ",\"%s\":%lld", names->ints[i], (long long)job->ints[i]);
    for (unsigned i = 0; rc == RC_OK && names->reals[i]; i++) {
        rc = put_key(out, names->reals[i]);
        if (rc == RC_OK)
            rc = put_real(out, job->reals[i]);
    }
    for (unsigned i = 0; rc == RC_OK && names->texts[i]; i++) {
        if (!job_text(job, i))
            continue;
        rc = put_key(out, names->texts[i]);
        if (rc == RC_OK)
            rc = put_text(out, job_text(job, i));
    }
    if (rc == RC_OK && job->kind == JOB_DOCUMENT)
        rc = obuf_printf(out, ",\"bytes\":%u", job->data_len);
    if (rc == RC_OK)
        rc = obuf_printf(out, "}\n");
    if (rc != RC_OK)
        out->len = before;
    return rc;
}
