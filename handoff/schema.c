/* The tables of this folder. Append only: entry n takes version n to n+1, and a shipped entry is
 * never changed. */
#include "handoff/record_private.h"

static const char *const steps[] = {
    "CREATE TABLE resident(id INTEGER PRIMARY KEY, network TEXT NOT NULL, remote_id TEXT NOT NULL, "
    "handle TEXT NOT NULL,"
    " name TEXT NOT NULL, opted_out_at INTEGER, UNIQUE(network, remote_id)) STRICT;"

    "CREATE TABLE conversation(id INTEGER PRIMARY KEY, network TEXT NOT NULL, remote_id TEXT NOT "
    "NULL,"
    " UNIQUE(network, remote_id)) STRICT;"

    /* promise 1: recorded once */
    "CREATE TABLE message(id INTEGER PRIMARY KEY, network TEXT NOT NULL, remote_id TEXT NOT NULL,"
    " resident_id INTEGER NOT NULL REFERENCES resident(id), conversation_id INTEGER NOT NULL "
    "REFERENCES conversation(id),"
    " text TEXT NOT NULL, may_reply INTEGER NOT NULL, written_at INTEGER NOT NULL, received_at "
    "INTEGER NOT NULL,"
    " UNIQUE(network, remote_id)) STRICT;"
    "CREATE INDEX message_conversation ON message(conversation_id);"
    "CREATE INDEX message_resident ON message(resident_id);"

    "CREATE TABLE decision(message_id INTEGER PRIMARY KEY REFERENCES message(id), action TEXT NOT "
    "NULL, reason TEXT,"
    " intents TEXT NOT NULL, why TEXT NOT NULL, score REAL NOT NULL, lead REAL NOT NULL, residue "
    "REAL NOT NULL,"
    " kb TEXT NOT NULL, decided_at INTEGER NOT NULL, undone_at INTEGER) STRICT;"
    "CREATE INDEX decision_ignored ON decision(message_id) WHERE action='ignore' AND undone_at IS "
    "NULL;"

    "CREATE TABLE staff(id INTEGER PRIMARY KEY, login TEXT NOT NULL UNIQUE, name TEXT NOT NULL, "
    "initials TEXT NOT NULL,"
    " role TEXT NOT NULL, password TEXT NOT NULL, created_at INTEGER NOT NULL, removed_at INTEGER) "
    "STRICT;"

    "CREATE TABLE session(token_hash BLOB PRIMARY KEY, staff_id INTEGER NOT NULL REFERENCES "
    "staff(id),"
    " created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL) STRICT;"

    "CREATE TABLE handoff_case(id INTEGER PRIMARY KEY, conversation_id INTEGER NOT NULL REFERENCES "
    "conversation(id),"
    " resident_id INTEGER NOT NULL REFERENCES resident(id), message_id INTEGER NOT NULL REFERENCES "
    "message(id),"
    " version INTEGER NOT NULL, state TEXT NOT NULL, priority INTEGER NOT NULL, reason TEXT NOT "
    "NULL,"
    " sensitive INTEGER NOT NULL, team TEXT NOT NULL, acknowledged INTEGER NOT NULL,"
    " owner_id INTEGER REFERENCES staff(id), outcome TEXT, opened_at INTEGER NOT NULL, changed_at "
    "INTEGER NOT NULL) STRICT;"
    "CREATE UNIQUE INDEX case_one_open ON handoff_case(conversation_id) WHERE state<>'closed';"
    "CREATE INDEX case_queue ON handoff_case(priority, opened_at) WHERE state<>'closed';"
    "CREATE INDEX case_conversation ON handoff_case(conversation_id);"
    "CREATE INDEX case_closed ON handoff_case(changed_at) WHERE state='closed';"

    "CREATE TABLE reply(id INTEGER PRIMARY KEY, message_id INTEGER NOT NULL REFERENCES message(id),"
    " case_id INTEGER REFERENCES handoff_case(id), staff_id INTEGER REFERENCES staff(id), body "
    "TEXT NOT NULL,"
    " state TEXT NOT NULL, remote_id TEXT, error TEXT, looks INTEGER NOT NULL DEFAULT 0,"
    " attempts INTEGER NOT NULL DEFAULT 0, insisted INTEGER NOT NULL DEFAULT 0, created_at INTEGER "
    "NOT NULL,"
    " changed_at INTEGER NOT NULL) STRICT;"
    "CREATE UNIQUE INDEX reply_automatic ON reply(message_id) WHERE staff_id IS NULL;" /* promise 2
                                                                                        */
    "CREATE UNIQUE INDEX reply_remote ON reply(remote_id) WHERE remote_id IS NOT NULL;"
    "CREATE INDEX reply_state ON reply(state, (staff_id IS NULL), id);"
    "CREATE INDEX reply_case ON reply(case_id) WHERE case_id IS NOT NULL;"
    "CREATE INDEX reply_body ON reply(body, created_at);"
    "CREATE INDEX reply_message ON reply(message_id);"

    /* the consoles' feed and the audit log at once; never changed, never deleted */
    "CREATE TABLE event(seq INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, kind TEXT NOT "
    "NULL,"
    " case_id INTEGER REFERENCES handoff_case(id), message_id INTEGER REFERENCES message(id),"
    " reply_id INTEGER REFERENCES reply(id), staff_id INTEGER REFERENCES staff(id), text TEXT) "
    "STRICT;"
    "CREATE INDEX event_case ON event(case_id) WHERE case_id IS NOT NULL;",

    /* what was said before: threads that are one conversation, messages that were read together,
     * the question that was asked; and what tells a troll: how often, how fast, what others say */
    "ALTER TABLE conversation ADD COLUMN part_of INTEGER REFERENCES conversation(id);"
    "ALTER TABLE message ADD COLUMN fingerprint INTEGER;"
    "ALTER TABLE decision ADD COLUMN read_from INTEGER REFERENCES message(id);"
    "ALTER TABLE decision ADD COLUMN asked TEXT;"
    "DROP INDEX message_resident;"
    "CREATE INDEX message_resident_written ON message(resident_id, written_at);"
    /* by hour first: what is written now lies together */
    "CREATE INDEX message_fingerprint ON message(written_at/3600, fingerprint) WHERE fingerprint "
    "IS "
    "NOT NULL;",

    /* several accounts of ours, direct messages, what staff write elsewhere, what its author took
     * back */
    "ALTER TABLE message ADD COLUMN account TEXT NOT NULL DEFAULT '';" /* our handle it came to */
    "ALTER TABLE message ADD COLUMN kind TEXT NOT NULL DEFAULT 'addressed';"
    "ALTER TABLE message ADD COLUMN answers TEXT;"    /* the network's id of what it answers */
    "ALTER TABLE message ADD COLUMN gone_at INTEGER;" /* since when its text is erased */
    "ALTER TABLE message ADD COLUMN edited_at INTEGER;"
    "ALTER TABLE message ADD COLUMN checked_at INTEGER NOT NULL DEFAULT 0;"
    "CREATE INDEX message_checked ON message(checked_at) WHERE gone_at IS NULL;"
    "ALTER TABLE reply ADD COLUMN private INTEGER NOT NULL DEFAULT 0;"   /* a direct message */
    "ALTER TABLE reply ADD COLUMN elsewhere INTEGER NOT NULL DEFAULT 0;" /* staff sent it, not we */
    "ALTER TABLE reply ADD COLUMN confirms INTEGER NOT NULL DEFAULT 0;"  /* that they opted out */
    "DROP INDEX reply_automatic;"
    "CREATE UNIQUE INDEX reply_automatic ON reply(message_id) WHERE staff_id IS NULL AND "
    "elsewhere=0;",

    /* earlier versions of what was edited; who answers in the network's own app; what is old */
    "CREATE TABLE message_version(network TEXT NOT NULL, remote_id TEXT NOT NULL, message_id "
    "INTEGER NOT NULL REFERENCES message(id), PRIMARY KEY(network, remote_id)) STRICT, WITHOUT "
    "ROWID;"
    /* what our accounts said to somebody of whom nothing is recorded yet */
    "CREATE TABLE own_post(network TEXT NOT NULL, answers TEXT NOT NULL, remote_id TEXT NOT NULL, "
    "conversation TEXT NOT NULL, text TEXT NOT NULL, written_at INTEGER NOT NULL, "
    "PRIMARY KEY(network, answers, remote_id)) STRICT, WITHOUT ROWID;"
    "ALTER TABLE message ADD COLUMN expired INTEGER NOT NULL DEFAULT 0;" /* gone_at: kept no longer
                                                                          */
    "ALTER TABLE handoff_case ADD COLUMN elsewhere INTEGER NOT NULL DEFAULT 0;"
    "CREATE INDEX case_resident ON handoff_case(resident_id) WHERE state<>'closed';"
    "DROP INDEX message_checked;"
    "CREATE INDEX message_checked ON message(account, checked_at) WHERE gone_at IS NULL AND "
    "kind<>'private';"
    "CREATE INDEX conversation_part ON conversation(part_of) WHERE part_of IS NOT NULL;"
    "CREATE INDEX message_kept ON message(received_at) WHERE gone_at IS NULL;"
    /* one that was withdrawn has never left: what its author wrote instead may be answered */
    "DROP INDEX reply_automatic;"
    "CREATE UNIQUE INDEX reply_automatic ON reply(message_id) WHERE staff_id IS NULL AND "
    "elsewhere=0 AND state<>'dropped';",

    /* what was said lately */
    "CREATE INDEX reply_lately ON reply(state, changed_at) WHERE staff_id IS NULL AND "
    "elsewhere=0;"
    /* of before there were several accounts: looked for at each start */
    "CREATE INDEX message_nobodys ON message(account) WHERE account='';",

    /* a case's clocks: since when a person's answer is waited for, until when it should be there,
     * how long its claim holds; and what staff say about it */
    "ALTER TABLE handoff_case ADD COLUMN waits_since INTEGER;"  /* null: nothing waits */
    "ALTER TABLE handoff_case ADD COLUMN waited_since INTEGER;" /* before the last answer */
    "ALTER TABLE handoff_case ADD COLUMN due_from INTEGER;" /* it waits, or is more urgent, since */
    "ALTER TABLE handoff_case ADD COLUMN due_at INTEGER;"   /* null: not worked out, or as above */
    "ALTER TABLE handoff_case ADD COLUMN active_at INTEGER;"   /* its owner's last sign */
    "ALTER TABLE handoff_case ADD COLUMN lease_until INTEGER;" /* null: as above, or not claimed */
    "ALTER TABLE handoff_case ADD COLUMN wakes_at INTEGER;"    /* when time changes it next */
    "UPDATE handoff_case SET waits_since=changed_at, due_from=changed_at, wakes_at=0,"
    " active_at=iif(state='claimed', changed_at, NULL) WHERE state<>'closed';"
    "CREATE INDEX case_wakes ON handoff_case(wakes_at) WHERE wakes_at IS NOT NULL;"
    /* bits of enum case_clock */
    "ALTER TABLE handoff_case ADD COLUMN warned INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE handoff_case ADD COLUMN escalated INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE handoff_case ADD COLUMN muted INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE handoff_case ADD COLUMN department TEXT;" /* that should hear of it */
    "DROP INDEX case_queue;"
    "CREATE INDEX case_queue ON handoff_case(muted, priority, due_at IS NULL, due_at, opened_at)"
    " WHERE state<>'closed';"
    "DROP INDEX case_resident;"
    "CREATE INDEX case_resident ON handoff_case(resident_id);"
    "CREATE TABLE note(id INTEGER PRIMARY KEY, case_id INTEGER NOT NULL REFERENCES "
    "handoff_case(id), staff_id INTEGER NOT NULL REFERENCES staff(id), text TEXT NOT NULL, at "
    "INTEGER NOT NULL) STRICT;"
    "CREATE INDEX note_case ON note(case_id);"
    "CREATE INDEX note_kept ON note(at);"
    "CREATE TABLE note_to(note_id INTEGER NOT NULL REFERENCES note(id), staff_id INTEGER NOT NULL "
    "REFERENCES staff(id), seen_at INTEGER, PRIMARY KEY(note_id, staff_id)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX note_unseen ON note_to(staff_id) WHERE seen_at IS NULL;"

    /* replies that wait for their writer's second thought, an approval, or the part before them;
     * one message to many; what somebody has begun to write */
    "ALTER TABLE reply ADD COLUMN held_until INTEGER;"                    /* of state held */
    "ALTER TABLE reply ADD COLUMN after_id INTEGER REFERENCES reply(id);" /* the part before */
    "ALTER TABLE reply ADD COLUMN approver_id INTEGER REFERENCES staff(id);"
    "ALTER TABLE reply ADD COLUMN word TEXT;" /* with which it was returned */
    "ALTER TABLE reply ADD COLUMN bulk_id INTEGER REFERENCES bulk(id);"
    "CREATE INDEX reply_held ON reply(held_until) WHERE state='held';"
    "CREATE INDEX reply_after ON reply(after_id) WHERE after_id IS NOT NULL;"
    "CREATE INDEX reply_bulk ON reply(bulk_id) WHERE bulk_id IS NOT NULL;"
    "DROP INDEX reply_state;" /* what goes to many waits for all that goes to one */
    "CREATE INDEX reply_state ON reply(state, (bulk_id IS NOT NULL), (staff_id IS NULL), id);"
    "CREATE TABLE bulk(id INTEGER PRIMARY KEY, staff_id INTEGER NOT NULL REFERENCES staff(id), "
    "text TEXT NOT NULL, at INTEGER NOT NULL, stopped_at INTEGER) STRICT;"
    "CREATE INDEX bulk_at ON bulk(at);"
    "CREATE TABLE draft(staff_id INTEGER NOT NULL REFERENCES staff(id), case_id INTEGER NOT NULL "
    "REFERENCES handoff_case(id), text TEXT NOT NULL, private INTEGER NOT NULL, changed_at INTEGER "
    "NOT NULL, PRIMARY KEY(staff_id, case_id)) STRICT, WITHOUT ROWID;"

    /* who is at the desk, and what they post by themselves when they come and go */
    "CREATE TABLE shift(id INTEGER PRIMARY KEY, staff_id INTEGER NOT NULL REFERENCES staff(id), "
    "began_at INTEGER NOT NULL, ended_at INTEGER) STRICT;"
    "CREATE INDEX case_owner ON handoff_case(owner_id, state) WHERE owner_id IS NOT NULL;"
    "CREATE UNIQUE INDEX shift_on ON shift(staff_id) WHERE ended_at IS NULL;"
    "CREATE TABLE announcement(id INTEGER PRIMARY KEY, account TEXT NOT NULL, staff_id INTEGER NOT "
    "NULL REFERENCES staff(id), body TEXT NOT NULL, state TEXT NOT NULL, remote_id TEXT, error "
    "TEXT, created_at INTEGER NOT NULL, changed_at INTEGER NOT NULL) STRICT;"
    "CREATE INDEX announcement_state ON announcement(state, account);"
    "CREATE INDEX announcement_said ON announcement(account, created_at);"

    /* what a client said it did; which automatic replies somebody has looked at */
    "CREATE TABLE command_done(staff_id INTEGER NOT NULL REFERENCES staff(id), client_id TEXT NOT "
    "NULL, answer TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY(staff_id, client_id)) STRICT, "
    "WITHOUT ROWID;"
    "CREATE INDEX command_done_at ON command_done(at);"
    "CREATE TABLE glance(message_id INTEGER PRIMARY KEY REFERENCES message(id), staff_id INTEGER "
    "NOT NULL REFERENCES staff(id), fine INTEGER NOT NULL, at INTEGER NOT NULL) STRICT;"
    /* the trays: what came into each lately; as view_trays.c has them */
    "DROP INDEX decision_ignored;"
    "CREATE INDEX decision_ignored ON decision(decided_at, message_id) WHERE action='ignore' AND "
    "undone_at IS NULL;"
    "CREATE INDEX decision_answered ON decision(decided_at, "
    "CAST(round(min(score, lead)*1000000) AS INTEGER), message_id) WHERE action='answer';"
    "CREATE INDEX reply_sent ON reply(changed_at) WHERE state='sent';"
    "CREATE INDEX reply_failed ON reply(changed_at) WHERE state='failed';"
    "ALTER TABLE event ADD COLUMN concerns TEXT;" /* ids of staff, as JSON; null: all alike */
    "ALTER TABLE event ADD COLUMN bulk_id INTEGER REFERENCES bulk(id);"

    /* accounts: second factor, where a session is used, who did what */
    "ALTER TABLE staff ADD COLUMN duty INTEGER NOT NULL DEFAULT 0;" /* on the duty list */
    "ALTER TABLE staff ADD COLUMN totp_secret BLOB;"                /* null: no second factor */
    "ALTER TABLE staff ADD COLUMN totp_step INTEGER;"               /* the last that was used */
    "ALTER TABLE staff ADD COLUMN totp_pending BLOB;" /* shown, and not confirmed yet */
    "ALTER TABLE staff ADD COLUMN must_change INTEGER NOT NULL DEFAULT 0;" /* its password */
    "CREATE TABLE recovery_code(staff_id INTEGER NOT NULL REFERENCES staff(id), hash BLOB NOT "
    "NULL, "
    "PRIMARY KEY(staff_id, hash)) STRICT, WITHOUT ROWID;"
    "ALTER TABLE session ADD COLUMN seen_at INTEGER;"
    "ALTER TABLE session ADD COLUMN address TEXT;"
    "ALTER TABLE session ADD COLUMN browser TEXT;"
    "CREATE INDEX session_staff ON session(staff_id);"
    "CREATE TABLE audit(id INTEGER PRIMARY KEY, at INTEGER NOT NULL, staff_id INTEGER REFERENCES "
    "staff(id), act TEXT NOT NULL, about TEXT, text TEXT, address TEXT) STRICT;"
    "CREATE INDEX audit_signed_in ON audit(staff_id, address, at) WHERE act='signed_in';"
    "CREATE TRIGGER audit_unchanged BEFORE UPDATE ON audit BEGIN "
    "SELECT RAISE(ABORT, 'the audit log is only added to'); END;"
    "CREATE TRIGGER audit_undeleted BEFORE DELETE ON audit BEGIN "
    "SELECT RAISE(ABORT, 'the audit log is only added to'); END;"

    /* search: what is said here, in the order it came; a message that is erased isn't in it */
    "CREATE TABLE search_doc(id INTEGER PRIMARY KEY, message_id INTEGER REFERENCES message(id), "
    "reply_id INTEGER REFERENCES reply(id), note_id INTEGER REFERENCES note(id)) STRICT;"
    "CREATE UNIQUE INDEX search_message ON search_doc(message_id) WHERE message_id IS NOT NULL;"
    "CREATE UNIQUE INDEX search_reply ON search_doc(reply_id) WHERE reply_id IS NOT NULL;"
    "CREATE UNIQUE INDEX search_note ON search_doc(note_id) WHERE note_id IS NOT NULL;"
    "CREATE VIEW search_text AS SELECT d.id, d.message_id, d.reply_id, d.note_id, m.resident_id, "
    "coalesce(m.text, p.body, n.text) AS words, coalesce(r.handle, '') AS handle, "
    "coalesce(r.name, '') AS name FROM search_doc d LEFT JOIN message m ON m.id=d.message_id LEFT "
    "JOIN resident r ON r.id=m.resident_id LEFT JOIN reply p ON p.id=d.reply_id LEFT JOIN note n "
    "ON n.id=d.note_id;"
    "CREATE VIRTUAL TABLE search USING fts5(words, handle, name, content='search_text', "
    "content_rowid='id', tokenize='unicode61 remove_diacritics 2');"
    /* 1: words left the index; 2: those that did before are being merged away, see search_forget */
    "CREATE TABLE search_left(id INTEGER PRIMARY KEY) STRICT;"
    "INSERT INTO search_doc(message_id, reply_id) SELECT message_id, reply_id FROM (SELECT "
    "received_at AS at, id AS message_id, NULL AS reply_id FROM message WHERE gone_at IS NULL "
    "UNION ALL SELECT created_at, NULL, id FROM reply) ORDER BY at, message_id, reply_id;"
    "INSERT INTO search(search) VALUES('rebuild');"
    /* it must be told what it holds of a row that changes, as that was */
    "CREATE TRIGGER message_added AFTER INSERT ON message BEGIN INSERT INTO "
    "search_doc(message_id) VALUES(new.id); INSERT INTO search(rowid, words, handle, name) SELECT "
    "id, words, handle, name FROM search_text WHERE message_id=new.id; END;"
    "CREATE TRIGGER message_reworded AFTER UPDATE OF text, gone_at ON message WHEN "
    "new.text<>old.text OR (new.gone_at IS NOT NULL AND old.gone_at IS NULL) BEGIN INSERT INTO "
    "search(search, rowid, words, handle, name) SELECT 'delete', id, old.text, handle, name FROM "
    "search_text WHERE message_id=new.id; INSERT INTO search_left SELECT 1 WHERE NOT "
    "EXISTS(SELECT 1 FROM search_left WHERE id=1); DELETE FROM search_doc WHERE message_id=new.id "
    "AND new.gone_at IS NOT NULL; INSERT INTO search(rowid, words, handle, name) SELECT id, "
    "words, handle, name FROM search_text WHERE message_id=new.id; END;"
    "CREATE TRIGGER resident_renamed AFTER UPDATE OF handle, name ON resident WHEN "
    "new.handle<>old.handle OR new.name<>old.name BEGIN INSERT INTO search(search, rowid, words, "
    "handle, name) SELECT 'delete', id, words, old.handle, old.name FROM search_text WHERE "
    "resident_id=new.id; INSERT INTO search_left SELECT 1 WHERE NOT EXISTS(SELECT 1 FROM "
    "search_left WHERE id=1); INSERT INTO search(rowid, words, handle, name) SELECT id, words, "
    "handle, name FROM search_text WHERE resident_id=new.id; END;"
    "CREATE TRIGGER reply_added AFTER INSERT ON reply BEGIN INSERT INTO search_doc(reply_id) "
    "VALUES(new.id); INSERT INTO search(rowid, words, handle, name) SELECT id, words, handle, "
    "name FROM search_text WHERE reply_id=new.id; END;"
    "CREATE TRIGGER reply_reworded AFTER UPDATE OF body ON reply WHEN new.body<>old.body BEGIN "
    "INSERT INTO search(search, rowid, words, handle, name) SELECT 'delete', id, old.body, "
    "handle, name FROM search_text WHERE reply_id=new.id; INSERT INTO search_left SELECT 1 WHERE "
    "NOT EXISTS(SELECT 1 FROM search_left WHERE id=1); INSERT INTO search(rowid, words, handle, "
    "name) SELECT id, words, handle, name FROM search_text WHERE reply_id=new.id; END;"
    "CREATE TRIGGER reply_removed AFTER DELETE ON reply BEGIN INSERT INTO search(search, rowid, "
    "words, handle, name) SELECT 'delete', id, old.body, handle, name FROM search_text WHERE "
    "reply_id=old.id; INSERT INTO search_left SELECT 1 WHERE NOT EXISTS(SELECT 1 FROM search_left "
    "WHERE id=1); DELETE FROM search_doc WHERE reply_id=old.id; END;"
    "CREATE TRIGGER note_added AFTER INSERT ON note BEGIN INSERT INTO search_doc(note_id) "
    "VALUES(new.id); INSERT INTO search(rowid, words, handle, name) SELECT id, words, handle, "
    "name FROM search_text WHERE note_id=new.id; END;"
    "CREATE TRIGGER note_reworded AFTER UPDATE OF text ON note WHEN new.text<>old.text BEGIN "
    "INSERT INTO search(search, rowid, words, handle, name) SELECT 'delete', id, old.text, "
    "handle, name FROM search_text WHERE note_id=new.id; INSERT INTO search_left SELECT 1 WHERE "
    "NOT EXISTS(SELECT 1 FROM search_left WHERE id=1); INSERT INTO search(rowid, words, handle, "
    "name) SELECT id, words, handle, name FROM search_text WHERE note_id=new.id; END;"
    "CREATE TRIGGER note_removed AFTER DELETE ON note BEGIN INSERT INTO search(search, rowid, "
    "words, handle, name) SELECT 'delete', id, old.text, handle, name FROM search_text WHERE "
    "note_id=old.id; INSERT INTO search_left SELECT 1 WHERE NOT EXISTS(SELECT 1 FROM search_left "
    "WHERE id=1); DELETE FROM search_doc WHERE note_id=old.id; END;",

    /* which version of the knowledge base decided; what it would have said where an intent isn't
     * automatic; how often each intent and rule was used, and didn't help, a day a row */
    "ALTER TABLE decision ADD COLUMN kb_version INTEGER;" /* null: of before there were versions */
    "ALTER TABLE decision ADD COLUMN would TEXT;"
    "ALTER TABLE decision ADD COLUMN offered INTEGER;" /* … and staff are offered it */
    /* an election's report, and what else is asked of that time */
    "CREATE INDEX decision_politics ON decision(decided_at) WHERE reason='press_politics';"
    "ALTER TABLE decision ADD COLUMN unhelped_at INTEGER;" /* its answer; null: nobody said so */
    "ALTER TABLE event ADD COLUMN item TEXT;"              /* of the knowledge base: kind/id */
    "CREATE INDEX event_item ON event(item, kind) WHERE item IS NOT NULL;"
    /* what editors are told of the knowledge base, as view_kb.c has it */
    "CREATE INDEX event_kb_news ON event(at) WHERE kind IN ('kb.demoted', 'kb.incident_over', "
    "'kb.link_back', 'kb.link_dead', 'kb.published', 'kb.refused');"
    /* digest: of what it said then; used_at: the last time on that day */
    "CREATE TABLE topic_day(topic TEXT NOT NULL, day INTEGER NOT NULL, digest INTEGER NOT NULL, "
    "used INTEGER NOT NULL, unhelped INTEGER NOT NULL, used_at INTEGER NOT NULL, PRIMARY "
    "KEY(topic, day, digest)) STRICT, WITHOUT ROWID;"
    /* what a knowledge base is tried on, as past_store.c has it */
    "CREATE INDEX message_past ON message(written_at) WHERE kind='addressed' AND gone_at IS NULL;",

    /* what became of what staff posted by themselves, as view.c has it */
    "CREATE INDEX event_post ON event(at)"
    " WHERE kind IN ('post.failed', 'post.queued', 'post.sent', 'post.unknown', "
    "'post.withheld');",
};

int record_migrate_to(struct db *db, size_t version)
{
    return db_migrate(db, "handoff", steps, version);
}

int record_migrate(struct db *db)
{
    return record_migrate_to(db, ARRAY_LEN(steps));
}
