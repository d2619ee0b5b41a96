/* What the command_*.c files share; nobody else includes it. */
#ifndef HANDOFF_COMMAND_PRIVATE_H
#define HANDOFF_COMMAND_PRIVATE_H

#include "handoff/cases.h"
#include "handoff/command.h"

struct command {
    struct tx *tx;
    const struct command_context *context;
    const cJSON *frame;
    struct case_command on; /* the case it is about, the version that the sender saw */
    cJSON **ret;
};

/* {"type":@type,"id":…} */
cJSON *command_answer(const struct command *c, const char *type);

/* The network refuses what was said just so within this time, in seconds: SEND_SAME_S of
 * bot/send_rules.h. */
enum { SAME_S = 86400 };

/* Nothing is done; @text is a sentence for people. Returns 0 or negative. */
int command_refuse(const struct command *c, const char *code, const char *text) MUST_CHECK;
int command_refusef(const struct command *c, const char *code, const char *fmt, ...)
    PRINTF_LIKE(3, 4) MUST_CHECK;

/* Answers for what a case_… function returned: 1 to commit, 0, or negative. */
int command_conclude(const struct command *c, int refusal) MUST_CHECK;

/* What needs a right of its own is written into the audit log if it was done. @done: what the
 * command returns; @case_id 0: about none. Returns @done, or negative. */
int command_audited(const struct command *c, int done, const char *act, int64_t case_id,
                    const char *text) MUST_CHECK;

/* Questions that are answered page by page: the "before" of the frame, INT64_MAX for the first. 1,
 * or what command_refuse returned. And the "next" of an answer, null if there are no @more. */
int command_before(struct command *c, int64_t *ret) MUST_CHECK;
void command_put_next(cJSON *answer, bool more, int64_t last);

/* The frames of PROTOCOL.md. Each puts its answer at c->ret and returns 1 if the transaction is to
 * be committed, 0 if there is nothing to commit, negative on errors. */
int command_open(struct command *c) MUST_CHECK;

int command_count(struct command *c) MUST_CHECK; /* command_reply.c */
int command_reply(struct command *c) MUST_CHECK;
int command_undo(struct command *c) MUST_CHECK;
int command_approve(struct command *c) MUST_CHECK;
int command_return(struct command *c) MUST_CHECK;
int command_retry(struct command *c) MUST_CHECK;
int command_draft(struct command *c) MUST_CHECK;

int command_claim(struct command *c) MUST_CHECK; /* command_case.c */
int command_release(struct command *c) MUST_CHECK;
int command_close(struct command *c) MUST_CHECK;
int command_note(struct command *c) MUST_CHECK;
int command_seen(struct command *c) MUST_CHECK;
int command_pass(struct command *c) MUST_CHECK;
int command_mark(struct command *c) MUST_CHECK;
int command_mute(struct command *c) MUST_CHECK;

int command_list(struct command *c) MUST_CHECK; /* command_trays.c */
int command_restore(struct command *c) MUST_CHECK;
int command_glance(struct command *c) MUST_CHECK;

int command_bulk(struct command *c) MUST_CHECK; /* command_bulk.c */
int command_bulk_stop(struct command *c) MUST_CHECK;

int command_sign_on(struct command *c) MUST_CHECK; /* command_shift.c */
int command_sign_off(struct command *c) MUST_CHECK;

int command_audit(struct command *c) MUST_CHECK; /* command_audit.c */

int command_kb_overview(struct command *c) MUST_CHECK; /* command_kb.c */
int command_kb_item(struct command *c) MUST_CHECK;
int command_kb_versions(struct command *c) MUST_CHECK;
int command_kb_save(struct command *c) MUST_CHECK;
int command_kb_discard(struct command *c) MUST_CHECK;
int command_kb_mark(struct command *c) MUST_CHECK;

int command_kb_publish(struct command *c) MUST_CHECK; /* command_publish.c */
int command_kb_agree(struct command *c) MUST_CHECK;
int command_kb_withdraw(struct command *c) MUST_CHECK;
int command_kb_rollback(struct command *c) MUST_CHECK;
int command_kb_incident(struct command *c) MUST_CHECK;

#endif
