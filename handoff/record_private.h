/* What the record's *_store.c files share. */
#ifndef HANDOFF_RECORD_PRIVATE_H
#define HANDOFF_RECORD_PRIVATE_H

#include "handoff/record.h"

/* As record_migrate, no further than @version: files of earlier versions are made so. */
int record_migrate_to(struct db *db, size_t version) MUST_CHECK;

/* Runs a statement that gives one id. 1 found, 0 none. */
int record_one_id(struct stmt *q, int64_t *ret) MUST_CHECK;

/* The message that has or had this id of the network's. 1 found, 0 none. */
int record_find_message(struct tx *tx, struct str network, struct str remote_id,
                        int64_t *ret) MUST_CHECK;

enum record_kind record_kind_of_name(struct str name);
enum reply_state reply_state_of_name(struct str name);

/* The message was once called @remote_id. */
int record_add_version(struct tx *tx, struct str network, struct str remote_id,
                       int64_t message_id) MUST_CHECK;

/* What staff answered to a message before it was recorded becomes its reply. */
int record_claim_own_posts(struct tx *tx, struct str network, struct str remote_id,
                           int64_t message_id, int64_t now) MUST_CHECK;

/* Withdraw the automatic replies that still can be; the one that confirms an opt-out is sent all
 * the same. */
int record_drop_of_conversation(struct tx *tx, int64_t conversation_id, struct str why,
                                int64_t now) MUST_CHECK;
int record_drop_of_case(struct tx *tx, int64_t case_id, struct str why, int64_t now) MUST_CHECK;
int record_drop_of_message(struct tx *tx, int64_t message_id, struct str why,
                           int64_t now) MUST_CHECK;

/* Somebody of ours answered the conversation in the network's own app, not before @since, and no
 * case of it was closed afterwards. */
#define SQL_ELSEWHERE(conversation, since)                                                      \
    "EXISTS(SELECT 1 FROM message em JOIN reply ep ON ep.message_id=em.id AND ep.elsewhere=1"   \
    " AND ep.state='sent' WHERE em.conversation_id=" conversation " AND ep.created_at>=" since  \
    " AND NOT EXISTS(SELECT 1 FROM handoff_case ec WHERE ec.conversation_id=em.conversation_id" \
    " AND ec.state='closed' AND ec.changed_at>=ep.created_at))"

/* All parts of the reply that ?1 is, or is a part of, as p. */
#define SQL_PARTS                                                                               \
    "(WITH RECURSIVE thread(id, after_id) AS (SELECT id, after_id FROM reply WHERE id=?1 UNION" \
    " SELECT t.id, t.after_id FROM thread JOIN reply t ON t.id=thread.after_id), tail(id) AS"   \
    " (SELECT id FROM thread UNION SELECT t.id FROM tail JOIN reply t ON t.after_id=tail.id)"   \
    " SELECT id FROM tail) k JOIN reply p ON p.id=k.id"

/* How long what was said in a conversation that never ends tells about what is said now. */
enum { RECORD_TALK_S = 2 * 86400 };

#endif
