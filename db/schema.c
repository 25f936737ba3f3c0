#include "db/handle.h"

#define FINITE(column) #column " REAL CHECK(" #column " BETWEEN -1e300 AND 1e300)"
#define RUN_VERDICTS "('pass','marginal','fail','inconclusive','aborted','error','no-limit')"
#define APPEND_ONLY(table)                                                                         \
    "CREATE TRIGGER " table "_no_update BEFORE UPDATE ON " table                                   \
    " BEGIN SELECT RAISE(ABORT,'" table " is append-only'); END;"                                  \
    "CREATE TRIGGER " table "_no_delete BEFORE DELETE ON " table                                   \
    " BEGIN SELECT RAISE(ABORT,'" table " is append-only'); END;"

/* clang-format off */
static const char base_sql[] =
"CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;"
"INSERT INTO meta VALUES('about','measurements of lambdabench; times are UTC microseconds');"
"CREATE TABLE doc(id INTEGER PRIMARY KEY, sha256 BLOB NOT NULL UNIQUE CHECK(length(sha256)=32),"
" kind TEXT NOT NULL CHECK(kind<>''), name TEXT NOT NULL, version TEXT, body BLOB NOT NULL,"
" first_seen INTEGER NOT NULL) STRICT;"
"CREATE TABLE station(id INTEGER PRIMARY KEY, uuid BLOB NOT NULL UNIQUE CHECK(length(uuid)=16),"
" name TEXT NOT NULL UNIQUE, kind TEXT) STRICT;"
"CREATE TABLE dut(id INTEGER PRIMARY KEY, serial TEXT NOT NULL UNIQUE CHECK(serial<>''),"
" part TEXT NOT NULL, first_seen INTEGER NOT NULL) STRICT;"
"CREATE TABLE batch(id INTEGER PRIMARY KEY, uuid BLOB NOT NULL UNIQUE CHECK(length(uuid)=16),"
" station_id INTEGER NOT NULL REFERENCES station,"
" seq_sha BLOB NOT NULL REFERENCES doc(sha256), limits_sha BLOB REFERENCES doc(sha256),"
" station_sha BLOB REFERENCES doc(sha256), program TEXT NOT NULL, params TEXT NOT NULL,"
" mode TEXT NOT NULL CHECK(mode IN('production','lab','regression','simulate','grr')),"
" version TEXT NOT NULL, simulated INTEGER NOT NULL CHECK(simulated IN(0,1)),"
" seed INTEGER NOT NULL, started INTEGER NOT NULL, ended INTEGER,"
" state TEXT NOT NULL CHECK(state IN('running','done','aborted','error','crashed'))) STRICT;"
"CREATE TABLE batch_doc(batch_id INTEGER NOT NULL REFERENCES batch, ord INTEGER NOT NULL,"
" kind TEXT NOT NULL, name TEXT NOT NULL, version TEXT, sha256 BLOB NOT NULL REFERENCES doc(sha256),"
" PRIMARY KEY(batch_id,ord)) STRICT, WITHOUT ROWID;"
"CREATE TABLE batch_instrument(batch_id INTEGER NOT NULL REFERENCES batch, ord INTEGER NOT NULL,"
" name TEXT NOT NULL, driver TEXT NOT NULL, model TEXT, serial TEXT, firmware TEXT, maturity TEXT,"
" simulated INTEGER NOT NULL CHECK(simulated IN(0,1)), cert TEXT, cal_due TEXT,"
" PRIMARY KEY(batch_id,ord)) STRICT, WITHOUT ROWID;";

static const char run_sql[] =
"CREATE TABLE run(id INTEGER PRIMARY KEY, uuid BLOB NOT NULL UNIQUE CHECK(length(uuid)=16),"
" batch_id INTEGER NOT NULL REFERENCES batch, site INTEGER NOT NULL CHECK(site BETWEEN 1 AND 64),"
" dut_id INTEGER NOT NULL REFERENCES dut, attempt INTEGER NOT NULL DEFAULT 1,"
" retest_of INTEGER REFERENCES run, verdict TEXT CHECK(verdict IN" RUN_VERDICTS "),"
" first_fail TEXT, ended INTEGER, UNIQUE(batch_id,site,attempt)) STRICT;"
"CREATE TABLE step(id INTEGER PRIMARY KEY, batch_id INTEGER NOT NULL REFERENCES batch,"
" run_id INTEGER REFERENCES run, parent INTEGER REFERENCES step, ord INTEGER NOT NULL,"
" path TEXT NOT NULL, line INTEGER, attempt INTEGER NOT NULL DEFAULT 1, started INTEGER NOT NULL,"
" dur_us INTEGER, verdict TEXT, error TEXT) STRICT;"
"CREATE TABLE measure(id INTEGER PRIMARY KEY, run_id INTEGER NOT NULL REFERENCES run,"
" step_id INTEGER REFERENCES step, name TEXT NOT NULL, quality TEXT NOT NULL CHECK(quality<>''),"
" " FINITE(value) ", unit TEXT, " FINITE(u95) ", " FINITE(sd) ", n INTEGER NOT NULL,"
" t INTEGER NOT NULL, tags TEXT, CHECK(value IS NOT NULL OR quality<>'good')) STRICT;"
"CREATE TABLE grade(measure_id INTEGER NOT NULL REFERENCES measure,"
" limits_sha BLOB NOT NULL REFERENCES doc(sha256), row INTEGER NOT NULL, " FINITE(lsl) ","
" " FINITE(usl) ", " FINITE(al) ", " FINITE(au) ", " FINITE(margin) ","
" critical INTEGER NOT NULL CHECK(critical IN(0,1)),"
" verdict TEXT NOT NULL CHECK(verdict IN" RUN_VERDICTS "), at INTEGER NOT NULL,"
" PRIMARY KEY(measure_id,limits_sha)) STRICT, WITHOUT ROWID;";

static const char stream_sql[] =
"CREATE TABLE stream(id INTEGER PRIMARY KEY, batch_id INTEGER NOT NULL REFERENCES batch,"
" site INTEGER NOT NULL, name TEXT NOT NULL, fmt TEXT NOT NULL CHECK(fmt='chunk1'), " FINITE(rate) ") STRICT;"
"CREATE TABLE stream_channel(stream_id INTEGER NOT NULL REFERENCES stream, ord INTEGER NOT NULL,"
" name TEXT NOT NULL, unit TEXT NOT NULL, PRIMARY KEY(stream_id,ord)) STRICT, WITHOUT ROWID;"
"CREATE TABLE chunk(id INTEGER PRIMARY KEY, stream_id INTEGER NOT NULL REFERENCES stream,"
" seq INTEGER NOT NULL, t0 INTEGER NOT NULL, dt INTEGER NOT NULL, n INTEGER NOT NULL,"
" crc INTEGER NOT NULL, stats BLOB NOT NULL, data BLOB NOT NULL, UNIQUE(stream_id,seq)) STRICT;"
"CREATE TABLE event(id INTEGER PRIMARY KEY, batch_id INTEGER NOT NULL REFERENCES batch,"
" site INTEGER NOT NULL, t INTEGER NOT NULL, kind TEXT NOT NULL, text TEXT) STRICT;"
"CREATE INDEX run_dut ON run(dut_id);"
"CREATE INDEX step_run ON step(run_id);"
"CREATE INDEX measure_run ON measure(run_id);"
"CREATE INDEX measure_name ON measure(name,run_id);"
"CREATE INDEX stream_batch ON stream(batch_id);"
"CREATE INDEX event_batch ON event(batch_id);"
"CREATE INDEX batch_open ON batch(state) WHERE state='running';";

static const char guard_sql[] =
APPEND_ONLY("doc") APPEND_ONLY("measure") APPEND_ONLY("grade") APPEND_ONLY("event")
"CREATE VIEW v_result AS SELECT d.serial,d.part,r.attempt,r.verdict AS run_verdict,b.program,"
" b.started/1000000 AS started,st.name AS station,r.site,m.name,m.value,m.unit,m.quality,"
" g.lsl,g.usl,g.verdict,g.margin FROM measure m JOIN run r ON r.id=m.run_id"
" JOIN dut d ON d.id=r.dut_id JOIN batch b ON b.id=r.batch_id JOIN station st ON st.id=b.station_id"
" LEFT JOIN grade g ON g.measure_id=m.id AND g.limits_sha=coalesce(b.limits_sha,b.seq_sha);"
"PRAGMA application_id=1212763202; PRAGMA user_version=1;";

const char *const schema_sql[] = {base_sql, run_sql, stream_sql, guard_sql, NULL};

const struct schema_table schema_tables[] = {
    {"meta", "key"},           {"doc", "id"},        {"station", "id"},
    {"dut", "id"},             {"batch", "id"},      {"batch_doc", "batch_id,ord"},
    {"batch_instrument", "batch_id,ord"},            {"run", "id"},
    {"step", "id"},            {"measure", "id"},    {"grade", "measure_id,limits_sha"},
    {"stream", "id"},          {"stream_channel", "stream_id,ord"},
    {"event", "id"},           {"chunk", "id"},
};
/* clang-format on */
const unsigned schema_table_count = COUNT(schema_tables);

int sql_run(sqlite3 *db, const char *sql)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL);
}

int sql_get_int(sqlite3 *db, const char *sql, int64_t *out)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    if (code == SQLITE_ROW) {
        *out = sqlite3_column_int64(statement, 0);
        code = SQLITE_OK;
    } else if (code == SQLITE_DONE) {
        code = SQLITE_NOTFOUND;
    }
    (void)sqlite3_finalize(statement); /* repeats the error that `code` has already */
    return code;
}

void sql_text(sqlite3_stmt *statement, int at, const char *text)
{
    (void)sqlite3_bind_text(statement, at, text, -1, SQLITE_STATIC);
}

void sql_real(sqlite3_stmt *statement, int at, double value)
{
    if (value >= -1e300 && value <= 1e300)
        (void)sqlite3_bind_double(statement, at, value);
    else
        (void)sqlite3_bind_null(statement, at);
}

void sql_blob(sqlite3_stmt *statement, int at, const void *bytes, size_t len)
{
    (void)sqlite3_bind_blob64(statement, at, bytes, len, SQLITE_STATIC);
}
