/* The tables of this folder. Append only: entry n takes version n to n+1, and a shipped entry is
 * never changed. */
#include "kb/schema.h"

static const char *const steps[] = {
    /* Files of all versions, each kept once; a version is never changed. The newest is live. */
    "CREATE TABLE kb_blob(id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, bytes BLOB NOT NULL)"
    " STRICT;"
    "CREATE TABLE kb_version(id INTEGER PRIMARY KEY, hash TEXT NOT NULL, origin TEXT NOT NULL,"
    " from_id INTEGER REFERENCES kb_version(id), staff_id INTEGER, by TEXT NOT NULL,"
    " agreed_by TEXT, note TEXT NOT NULL, at INTEGER NOT NULL) STRICT;"
    "CREATE TABLE kb_version_file(version_id INTEGER NOT NULL REFERENCES kb_version(id), name TEXT "
    "NOT NULL, blob_id INTEGER NOT NULL REFERENCES kb_blob(id), PRIMARY KEY(version_id, name)) "
    "STRICT, WITHOUT ROWID;"
    "CREATE INDEX kb_version_hash ON kb_version(hash);"
    "CREATE INDEX kb_version_edited ON kb_version(id) WHERE origin<>'folder';"
    "CREATE TRIGGER kb_version_unchanged BEFORE UPDATE ON kb_version BEGIN "
    "SELECT RAISE(ABORT, 'a version is never changed'); END;"
    "CREATE TRIGGER kb_version_undeleted BEFORE DELETE ON kb_version BEGIN "
    "SELECT RAISE(ABORT, 'a version is never deleted'); END;"
    "CREATE TRIGGER kb_version_file_unchanged BEFORE UPDATE ON kb_version_file BEGIN "
    "SELECT RAISE(ABORT, 'a version is never changed'); END;"
    "CREATE TRIGGER kb_version_file_undeleted BEFORE DELETE ON kb_version_file BEGIN "
    "SELECT RAISE(ABORT, 'a version is never changed'); END;"
    "CREATE TRIGGER kb_blob_unchanged BEFORE UPDATE ON kb_blob BEGIN "
    "SELECT RAISE(ABORT, 'a version is never changed'); END;"

    /* What editors have changed and not published, an item a row. body null: it is to go; base: as
     * it was live when the change began, null: it wasn't there. */
    "CREATE TABLE kb_draft(kind TEXT NOT NULL, item TEXT NOT NULL, revision INTEGER NOT NULL,"
    " body TEXT, base TEXT, staff_id INTEGER, by TEXT NOT NULL, at INTEGER NOT NULL,"
    " PRIMARY KEY(kind, item)) STRICT, WITHOUT ROWID;"
    /* one row: the last revision that was given; it only grows */
    "CREATE TABLE kb_revision(id INTEGER PRIMARY KEY CHECK(id=1), revision INTEGER NOT NULL) "
    "STRICT;"
    "INSERT INTO kb_revision VALUES(1, 0);"

    /* What is to be published: frozen when it is proposed. state: waiting (for a second person),
     * scheduled, queued, published, refused, withdrawn */
    "CREATE TABLE kb_proposal(id INTEGER PRIMARY KEY, state TEXT NOT NULL, origin TEXT NOT NULL,"
    " from_id INTEGER REFERENCES kb_version(id), note TEXT NOT NULL, staff_id INTEGER,"
    " by TEXT NOT NULL, at INTEGER NOT NULL, publish_at INTEGER, needs TEXT, agreed_id INTEGER,"
    " agreed_by TEXT, version_id INTEGER REFERENCES kb_version(id), error TEXT,"
    " changed_at INTEGER NOT NULL) STRICT;"
    "CREATE INDEX kb_proposal_state ON kb_proposal(state, id);"
    "CREATE INDEX kb_proposal_ended ON kb_proposal(changed_at, id) WHERE state IN ('published', "
    "'refused', 'withdrawn');"
    "CREATE TABLE kb_proposal_item(proposal_id INTEGER NOT NULL REFERENCES kb_proposal(id),"
    " kind TEXT NOT NULL, item TEXT NOT NULL, revision INTEGER NOT NULL, body TEXT, base TEXT,"
    " PRIMARY KEY(proposal_id, kind, item)) STRICT, WITHOUT ROWID;"

    /* What editors said of a message in a replay */
    "CREATE TABLE kb_mark(message_id INTEGER NOT NULL, staff_id INTEGER NOT NULL, revision INTEGER "
    "NOT NULL, better INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY KEY(message_id, staff_id)) "
    "STRICT, WITHOUT ROWID;"
    "CREATE INDEX kb_mark_revision ON kb_mark(revision);"

    /* Links of answers, as they were found when they were last asked for */
    "CREATE TABLE kb_link(url TEXT PRIMARY KEY, checked_at INTEGER NOT NULL, ok_at INTEGER, "
    "failures INTEGER NOT NULL, status INTEGER NOT NULL, what TEXT NOT NULL, dead INTEGER NOT NULL)"
    " STRICT, WITHOUT ROWID;"
    "CREATE INDEX kb_link_dead ON kb_link(url) WHERE dead=1;"

    /* Incidents of which it was told that they are over, and when they were to be */
    "CREATE TABLE kb_incident_over(incident TEXT PRIMARY KEY, until_at INTEGER NOT NULL) STRICT, "
    "WITHOUT ROWID;"

    /* Intents that answer less than their editors want, since residents said that it didn't help */
    "CREATE TABLE kb_demotion(intent TEXT PRIMARY KEY, at INTEGER NOT NULL, used INTEGER NOT NULL, "
    "unhelped INTEGER NOT NULL, digest INTEGER NOT NULL) STRICT, WITHOUT ROWID;",
};

int kb_migrate(struct db *db)
{
    return db_migrate(db, "kb", steps, ARRAY_LEN(steps));
}
