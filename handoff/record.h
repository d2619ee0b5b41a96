/*
 * The record that people and the responder share: messages, the decisions about them, replies, and
 * the events that tell of every change. Written by whoever turns the loop, in the transaction that
 * it opened; a message, its decision, its reply and its case are committed together. Text arguments
 * are borrowed; text in results is borrowed from the arena they were asked with.
 */
#ifndef HANDOFF_RECORD_H
#define HANDOFF_RECORD_H

#include "base/arena.h"
#include "base/db.h"

/* Brings the tables of this folder up to date. ERR_NEWER: the file was written by a newer Kerbside.
 */
int record_migrate(struct db *db) MUST_CHECK;

/* How a message came: addressed to us, in a conversation of ours but not to us, or privately. */
enum record_kind { RECORD_ADDRESSED, RECORD_OVERHEARD, RECORD_PRIVATE };

struct record_message {
    struct str network, remote_id, conversation; /* ids are the network's, opaque */
    struct str author_id, handle, name;
    struct str text; /* valid UTF-8, as written */
    int64_t written_at;
    bool may_reply;      /* the network lets us answer it */
    int64_t fingerprint; /* the same for texts that say the same; 0: too little is said to tell */
    struct str account;  /* the handle of ours that it came to */
    enum record_kind kind;
    struct str answers;  /* the network's id of what it answers; empty: none */
    struct str replaces; /* the id of its first version; empty: it was not edited */
};

/* Messages of a database that knew one account only are @account's. */
int record_adopt_messages(struct tx *tx, struct str account) MUST_CHECK;

/* What a resident writes within so long is read as one, by the network's own times. */
enum { RECORD_BURST_S = 60 };

/*
 * Records a message once. One that begins a conversation goes on with another that its author began
 * within a day and wrote in within RECORD_BURST_S. A private one joins the conversation of its
 * resident's open case, whatever that is; else it has its own thread's. What was overheard and then
 * turns out to be addressed to us counts as new: its decision is erased.
 * 1: new, *ret_id is its id; 0: it, or a later version, was there already; negative: error.
 */
int record_add_message(struct tx *tx, const struct record_message *m, int64_t now,
                       int64_t *ret_id) MUST_CHECK;

/* What policy must know about a message's author and conversation. */
struct record_facts {
    int64_t resident_id, conversation_id;
    int64_t case_id;       /* the case that is open for the conversation, 0 if none */
    bool case_claimed;     /* somebody has taken it, or answers in the network's own app */
    unsigned case_urgency; /* case_urgency() of its reason */
    bool opted_out;
    bool stop_confirmed;        /* they were told once, ever, that automatic replies have ended */
    bool told_privately;        /* an automatic direct message left in this conversation */
    bool acknowledged;          /* of the open case */
    unsigned automatic_replies; /* in this conversation; of a private one, lately */
    bool begun;                 /* somebody wrote in this conversation before */
    bool asked;                 /* a clarifying question was asked in it */
    unsigned strikes;           /* messages of the resident that were ignored lately */
    bool flood;                 /* more messages of the resident's than a person has to write */
    bool copy;                  /* the resident said it lately, or several others did just now */
};

int record_get_facts(struct tx *tx, int64_t message_id, struct record_facts *ret) MUST_CHECK;

/*
 * The message's author wants no automatic replies, or wants them again: on all our accounts, until
 * they say otherwise. Automatic replies that wait for them are taken back; one in another
 * conversation than the message's is then a case, since nobody would answer there any more.
 */
int record_opt_out(struct tx *tx, int64_t message_id, int64_t now) MUST_CHECK;
int record_opt_in(struct tx *tx, int64_t message_id) MUST_CHECK;

struct record_decision {
    struct str action, reason; /* reason empty: none */
    struct str intents, why;   /* JSON, as kerbside try prints them */
    double score, lead, residue;
    struct str kb;
    int64_t read_from;  /* the first of the messages that it was read with; 0: by itself */
    struct str asked;   /* the intents of a clarifying question, as intents; empty: none */
    int64_t kb_version; /* of the knowledge base that decided; 0: of no database */
    struct str would;   /* of a handoff: what would have been said automatically; empty: nothing */
    bool offered;       /* … and staff are offered it */
};

int record_add_decision(struct tx *tx, int64_t message_id, const struct record_decision *d,
                        int64_t now) MUST_CHECK;

/* Takes an ignore back. 1 done, 0 there is no ignored message of that id. */
int record_restore_ignored(struct tx *tx, int64_t message_id, int64_t now) MUST_CHECK;

/* ------------------------------------------------------------------------------------------------
 * replies */

enum reply_state {
    REPLY_QUEUED,
    REPLY_SENDING,
    REPLY_UNKNOWN,
    REPLY_SENT,
    REPLY_FAILED,
    REPLY_DROPPED,  /* withdrawn before it left, for what the resident wrote next */
    REPLY_WITHHELD, /* what would have been said, in shadow mode */
    REPLY_HELD,     /* staff's, for a moment in which its writer may take it back */
    REPLY_PROPOSED, /* a trainee's, which somebody must approve */
    REPLY_RETURNED, /* … and gave back with a word */
};
const char *reply_state_name(enum reply_state state);

struct record_reply {
    int64_t id, message_id, case_id, staff_id; /* case_id, staff_id: 0 if none */
    struct str body;
    struct str parent;    /* the network's id of what it answers: the message, or the part before */
    bool insisted;        /* a member of staff had it tried again */
    bool opted_out;       /* its resident wants no automatic replies */
    bool case_open;       /* staff have the conversation … */
    bool case_claimed;    /* … and somebody has taken it, or answers in the network's own app */
    int64_t written_at;   /* the message it answers */
    struct str error;     /* the network's words; empty if none */
    unsigned looks;       /* how often our own timeline was read and it wasn't there */
    unsigned attempts;    /* how often it was sent and not seen to arrive */
    struct str recipient; /* the network's id of the resident */
    bool is_private;      /* goes as a direct message */
    bool confirms;        /* … that automatic replies have ended, or are on again */
};

struct record_draft {
    int64_t message_id; /* what it answers; a private one goes to its author */
    int64_t case_id;    /* 0: none */
    int64_t staff_id;   /* 0: automatic */
    struct str body;
    bool is_private;
    bool confirms;          /* that automatic replies have ended */
    enum reply_state state; /* queued, or it waits: held, proposed */
    int64_t held_until;     /* of what is held */
    int64_t after_id;       /* the part of a split reply that goes before it; 0: none */
    int64_t approver_id;    /* 0: none was needed */
};

/* Queues a reply, or lets it wait first. A message gets one automatic reply (promise 2): ERR_EXISTS
 * otherwise, unless the other was dropped. */
int record_queue_reply(struct tx *tx, const struct record_draft *draft, int64_t now,
                       int64_t *ret_id) MUST_CHECK;

/* Which of an account's queued replies come into question now. */
struct record_lanes {
    bool people_public, people_private, automatic_public, automatic_private;
    int64_t refused_before; /* of those that were refused once and are tried again */
};

/* The account's next to send of those @lanes: people's, then automatic ones, then what one message
 * says to many; of each the oldest, and a part only once the one before it is sent. 1 found, 0
 * none. */
int record_next_queued(struct tx *tx, struct str account, struct record_lanes lanes,
                       struct arena *arena, struct record_reply *ret) MUST_CHECK;

/* All of the account's whose sending ended unknown, oldest first, at most @max. Returns their
 * number or negative. */
int record_list_unknown(struct tx *tx, struct str account, struct arena *arena,
                        struct record_reply *ret, int max) MUST_CHECK;

/*
 * Moves a reply and tells of it by an event; @remote_id and @error may be empty. One that failed
 * for good is shown as a case. A part that won't leave takes those after it along. One that is sent
 * stays so: whoever saw it out first was right. ERR_EXISTS: @remote_id is another reply's.
 */
int record_move_reply(struct tx *tx, int64_t reply_id, enum reply_state state, struct str remote_id,
                      struct str error, int64_t now) MUST_CHECK;
/* Staff try a failed one again, all failed parts of a split one: the event says who. */
int record_retry_reply(struct tx *tx, int64_t reply_id, int64_t staff_id, int64_t now) MUST_CHECK;
int record_count_look(struct tx *tx, int64_t reply_id) MUST_CHECK;

/* A resident whom a reply isn't for. */
struct record_other {
    struct str handle, name;
};

enum { RECORD_OTHERS_MAX = 400 };

/* Whose names are looked for in a reply. */
struct record_around {
    int64_t case_id;  /* its resident, and who is called the same, are left out; 0: nobody is */
    int64_t since_at; /* of the cases that are closed only those that were after it */
    bool privately;   /* those too who wrote by direct message */
};

/* Who has a case. Returns their number, RECORD_OTHERS_MAX at most, or negative. */
int record_list_others(struct tx *tx, struct arena *arena, const struct record_around *around,
                       struct record_other *ret) MUST_CHECK;

/* At the start: whatever was being sent when we stopped ended unknown. Returns how many, or
 * negative. */
int record_recover_sending(struct tx *tx, int64_t now) MUST_CHECK;

/* ------------------------------------------------------------------------------------------------
 * what staff write in the network's own app */

/* A message that one of our accounts sent. */
struct record_own_post {
    struct str network, remote_id, conversation, text;
    struct str account;  /* our handle that sent it */
    struct str answers;  /* the network's id of what it answers; empty: none */
    struct str partner;  /* of a private one: the network's id of whom it went to */
    struct str replaces; /* the id of its first version; empty: it was not edited */
    bool is_private;
    int64_t written_at;
    bool (*same)(struct str shown, struct str written); /* as in struct text_rules */
};

/* What it is. */
enum record_own {
    RECORD_OWN_KNOWN,   /* a reply that is recorded as sent */
    RECORD_OWN_SETTLED, /* a reply of ours whose outcome wasn't known: it is sent now */
    RECORD_OWN_STAFF,   /* staff's: recorded as a reply, and the conversation is theirs */
    RECORD_OWN_OTHER,   /* it answers nothing that is recorded yet */
};

/*
 * Says what a message of our own is, and records it if staff wrote it: as a sent reply without a
 * member of staff, @elsewhere, under the message it answers, also if that comes later, or else the
 * newest of its conversation.
 * Queued automatic replies of that conversation are dropped; its open case, and one that is opened
 * later, counts as taken until staff release or close it. An enum record_own, or negative.
 */
int record_own_post(struct tx *tx, const struct record_own_post *post, int64_t now) MUST_CHECK;

/* The network says that @remote_id is another reply's: what was taken for staff's under that id is
 * dropped, and its case waits again; a reply of ours is unknown again. 0 also if there is none. */
int record_give_up_remote(struct tx *tx, struct str remote_id, int64_t now) MUST_CHECK;

/* ------------------------------------------------------------------------------------------------
 * what becomes of messages */

/* What an edited message was before, and stays. */
struct record_before {
    int64_t message_id, written_at;
    enum record_kind kind;
    bool may_reply;
    struct str account;
    struct str action, intents, asked; /* of its decision, which is erased */
    int64_t waiting_reply; /* its automatic reply, while that can be withdrawn; 0: none */
    bool answered;         /* one has left, or was decided with a later message's */
};

/*
 * Takes a later version of a message that is recorded: its words and its network's id change, its
 * decision is erased and must be made anew. 1: done, *ret says what was; 0: @m replaces nothing
 * that is recorded, is there already, or is older than what is.
 */
int record_edit_message(struct tx *tx, struct arena *arena, const struct record_message *m,
                        int64_t now, struct record_before *ret) MUST_CHECK;

/*
 * Its author took a message back, or the network shows it no more: everything they said in it is
 * erased, and who they are, if nothing else of theirs is kept. Automatic replies that wait are
 * dropped; its case stays. @remote_id may be an earlier version's. 1 done, 0 nothing to erase.
 */
int record_message_gone(struct tx *tx, struct str network, struct str remote_id,
                        int64_t now) MUST_CHECK;

/* The same, quietly, for at most @max messages that came before @before_at, and staff's notes from
 * before it, whose case isn't open: they are kept no longer. Returns how many. */
int record_erase_old(struct tx *tx, int64_t before_at, int64_t now, int max) MUST_CHECK;

/* The network's ids of the account's posts that were last known to be there before @before_at, the
 * oldest first. Returns their number or negative. */
int record_list_unchecked(struct tx *tx, struct str account, int64_t before_at, struct arena *arena,
                          struct str *ret, int max) MUST_CHECK;
int record_set_checked(struct tx *tx, struct str network, struct str remote_id,
                       int64_t now) MUST_CHECK;

/* How many posts of an account are kept, and so to be checked. Negative: error. */
int64_t record_count_kept(struct tx *tx, struct str account) MUST_CHECK;

/* The network's ids of the account's public conversations in which something came since @since_at
 * and we spoke or have a case, newest first. Returns their number or negative. */
int record_list_threads(struct tx *tx, struct str account, int64_t since_at, struct arena *arena,
                        struct str *ret, int max) MUST_CHECK;

/* The handle of ours whose message the reply with this network's id answered: 1, or 0 if there is
 * none. */
int record_account_of_reply(struct tx *tx, struct arena *arena, struct str remote_id,
                            struct str *ret) MUST_CHECK;

/* ------------------------------------------------------------------------------------------------
 * what went before */

/* An earlier message of the same resident in the same conversation, and what came of it. */
struct record_earlier {
    int64_t message_id, written_at;
    int64_t read_from; /* the first of the messages that it was read with: itself if it was alone */
    struct str text, action, reason;
    struct str intents, asked; /* as in struct record_decision */
    int64_t reply_id;          /* the automatic reply under it; 0: none, or it was dropped */
    enum reply_state reply;
};

enum { RECORD_EARLIER_MAX = 8, RECORD_ANSWERS_MAX = 4 };

/* What was answered automatically, to whomever, and not withdrawn. */
struct record_answer {
    int64_t message_id;
    struct str intents;
};

struct record_talk {
    struct record_earlier earlier[RECORD_EARLIER_MAX]; /* newest first */
    size_t count;
    struct record_answer answers[RECORD_ANSWERS_MAX]; /* newest first */
    size_t answer_count;
    int64_t last_message;   /* the one under which we spoke last; 0: nothing has left us */
    bool last_was_a_person; /* … and a member of staff did */
};

/* What stands before @message_id, as far back as @since_at. */
int record_get_talk(struct tx *tx, struct arena *arena, int64_t message_id, int64_t since_at,
                    struct record_talk *ret) MUST_CHECK;

/* ------------------------------------------------------------------------------------------------
 * events */

struct record_event {
    const char *kind;                                /* as in PROTOCOL.md */
    int64_t case_id, message_id, reply_id, staff_id; /* 0: none */
    struct str text;     /* for people reading the history; empty: none. Never a resident's words */
    struct str concerns; /* ids of staff, as a JSON array; empty: all alike */
    struct str item;     /* of the knowledge base, as "intent/bins.missed"; empty: none */
};

int record_add_event(struct tx *tx, const struct record_event *e, int64_t now) MUST_CHECK;

/* The same in the place of what that person did before to the item in an event of this kind: the
 * newest says all of it. Who hasn't seen the older one yet sees this one. */
int record_renew_event(struct tx *tx, const struct record_event *e, int64_t now) MUST_CHECK;

/* ------------------------------------------------------------------------------------------------
 * what may leave */

/* The reply confirms that automatic replies have ended, or are on again. */
int record_confirm(struct tx *tx, int64_t reply_id) MUST_CHECK;

/* What the record knows that may forbid a reply to leave; the rest is in struct record_reply. */
struct record_leaving {
    int64_t resident_id;
    bool may_reply;     /* the network lets us answer the message */
    bool wrote_private; /* its resident ever sent us a direct message */
    bool gone;          /* its text was erased: its author took it back */
    bool urgent;        /* the reply's case is a sensitive one */
    bool to_many;       /* one message says the same to many */
    unsigned said_here; /* other automatic replies of the conversation that left */
};
int record_get_leaving(struct tx *tx, int64_t reply_id, struct record_leaving *ret) MUST_CHECK;

enum { RECORD_SAME_S = 86400 }; /* nothing is said twice word for word within it: X refuses it */

/* Was this very text said publicly by any account of ours since @since_at, in another reply than
 * @reply_id? @waiting: one that waits to be sent counts as said. 1 yes, 0 no. */
int record_is_said(struct tx *tx, int64_t reply_id, struct str body, bool waiting,
                   int64_t since_at) MUST_CHECK;

/* A text that was said, or waits to be. */
struct record_said {
    int64_t at, resident_id;
    struct str body;
    bool waiting;    /* it hasn't left */
    bool by_account; /* by the account that was asked for */
};

enum { RECORD_SAID_MAX = 512 };

/* What @resident_id was told since @since_at, besides @reply_id. Returns the number,
 * RECORD_SAID_MAX at most, or negative. */
int record_list_told(struct tx *tx, struct arena *arena, int64_t reply_id, int64_t resident_id,
                     int64_t since_at, struct record_said *ret) MUST_CHECK;

/* What our accounts said by themselves since @since_at, besides @reply_id; what left comes first.
 * As above. */
int record_list_automatic(struct tx *tx, struct arena *arena, int64_t reply_id, struct str account,
                          int64_t since_at, struct record_said *ret) MUST_CHECK;

#endif
