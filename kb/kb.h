/*
 * The knowledge base: what the council's editors wrote, loaded, checked and compiled. Read only
 * once it is loaded; all text in it lives as long as it does.
 *
 * A folder of JSON files: terms.json (the vocabulary), rules.json (everything that is not an
 * intent), wording.json (what is said besides answers), thresholds.json, a file a topic with its
 * intents; notices.json, canned.json and a folder teach with lessons for the second opinion may be
 * there.
 * config/kb.schema.json describes them.
 */
#ifndef KB_KB_H
#define KB_KB_H

#include <stdatomic.h>

#include "base/report.h"
#include "base/text_rules.h"
#include "intents/intents.h"
#include "intents/second.h"
#include "kb/files.h"

struct kb_list {
    struct str *items;
    size_t count;
};

struct kb_examples {
    struct kb_list yes, no;
};

/* What an intent may do by itself, from the least on. */
enum kb_mode {
    KB_SHADOW,   /* nothing: its decision keeps what it would have said */
    KB_ASSIST,   /* a person is offered what it would have said */
    KB_AUTOMATIC /* it answers */
};
enum { KB_MODES = KB_AUTOMATIC + 1 };

struct kb_intent {
    struct str id, title, department, review_by, link;
    struct kb_list replies; /* may hold {link} */
    struct kb_examples examples;
    struct kb_list teach;
    struct str file;   /* where it stands */
    unsigned topic;    /* its number in the set */
    struct str called; /* by a clarifying question: "your bin day"; empty: none asks about it */
    struct kb_list phrases; /* each is a pattern behind those of "match": see plain.h */
    struct str owner;       /* who looks after it; may be empty */
    enum kb_mode mode;
    int64_t digest; /* of its whole body: changed in anything, it has another */
    bool untaught;  /* it has so few lessons that what was taught as nobody's may be about it */
};

enum kb_kind {
    KB_SENSITIVE,
    KB_TROLL,
    KB_PRAISE,
    KB_HUMAN,
    KB_COMPLAINT,
    KB_OPT_OUT,
    KB_OPT_IN, /* means something only from one who opted out */
    KB_CHATTER
};
enum { KB_KINDS = KB_CHATTER + 1 };

struct kb_rule {
    struct str id;
    enum kb_kind kind;
    struct str
        reason;      /* of sensitive rules: one of the handoff reasons of tests/corpus/LABELS.md */
    struct str team; /* who reads it; empty: customer services */
    bool on_call;    /* marked for the duty officer; nobody is paged yet */
    struct kb_list holding; /* what is said at once; may hold {when} */
    struct kb_examples examples;
    struct str file;
    unsigned topic;
    struct kb_list phrases; /* as an intent's */
    /* Of the election's names and topics (election.json): it means something only then. Both 0 of
     * every other. */
    int64_t from_at, until_at;
    struct str title; /* what staff see; empty: its id */
};

/*
 * What the second opinion tells apart: the intents, in their order, and behind them these: the ten
 * reasons of sensitive rules, and what else a message can be.
 */
enum kb_class {
    KB_CLASS_EMERGENCY,
    KB_CLASS_SAFEGUARDING,
    KB_CLASS_SELF_HARM,
    KB_CLASS_HOMELESSNESS,
    KB_CLASS_BEREAVEMENT,
    KB_CLASS_PERSONAL_DATA,
    KB_CLASS_DISCRIMINATION,
    KB_CLASS_LEGAL,
    KB_CLASS_PRESS_POLITICS,
    KB_CLASS_DATA_RIGHTS,
    KB_CLASS_COMPLAINT,
    KB_CLASS_HUMAN,
    KB_CLASS_UNRESOLVED,
    KB_CLASS_TROLL,
    KB_CLASS_PRAISE,
    KB_CLASS_CHATTER,
    KB_CLASSES,
    KB_REASONS = KB_CLASS_COMPLAINT /* the first ten are reasons */
};
enum { KB_LINK_BYTES_MAX = 2000 /* of an address that every browser takes */ };
enum { KB_TOLD_APART = SECOND_CLASSES_MAX - KB_CLASSES /* intents; with more it has no opinion */ };

struct str kb_class_name(enum kb_class class);

/* What an editor taught: this text is of that class (an intent's number, or the intents' count and
 * a kb_class). */
struct kb_lesson {
    struct str text;
    unsigned class;
};

/* The one question that is asked when two intents tie, and the ways to answer it without saying
 * again what it is about. All empty if no question is to be asked. */
struct kb_clarify {
    struct kb_list ask; /* holds {first} and {second}, what the two are called */
    struct kb_list first, second, neither;
};

struct kb_wording {
    struct kb_list acknowledge;      /* nobody is there; holds {when} */
    struct kb_list acknowledge_open; /* nobody is there in working hours; promises no time */
    struct kb_list greetings;        /* begin what is said to many; each holds {handle} */
    struct kb_list thanks;
    struct kb_clarify clarify;
    struct kb_list
        danger; /* somebody may be in danger, though no rule says which; may hold {when} */
    struct kb_list stopped;    /* that automatic replies have ended, and the way back */
    struct kb_list started;    /* that they are on again */
    struct str private_footer; /* of the first automatic direct message: how to stop them, and where
                                  it says what becomes of what is written; empty: none are sent */
};

/* Another way to say what wording.json says: what it doesn't have is said plainly. */
struct kb_voice {
    struct str name;
    struct kb_wording wording; /* whole */
};

/* A dated fact that is put before the reply of its intents while it holds. An intent has one at a
 * time, and at least one of its replies fits the network with it. */
struct kb_notice {
    struct str id, text;
    int64_t from_at, until_at; /* the last second isn't part of it */
    const struct kb_intent **intents;
    size_t intent_count;
};

/* While it holds, one of its wordings is what its intents answer, whatever their replies and modes
 * are, and no notice stands before it. An intent has one at a time. */
struct kb_incident {
    struct str id, title;
    struct kb_list said;       /* the text and its variants */
    uint64_t digest;           /* of all that */
    int64_t from_at, until_at; /* the last second isn't part of it */
    const struct kb_intent **intents;
    size_t intent_count;
    struct kb_list tell; /* whom, when it is over: names */
};

/* Set from the corpus; what they trade against each other is in ARCHITECTURE.md. All 0 to 1. */
struct kb_thresholds {
    double score;           /* the best intent's least score for an answer */
    double lead;            /* over the next intent */
    double residue;         /* the most that may be unexplained … */
    unsigned residue_words; /* … in a message with at least this many unexplained words */
    double rule[KB_KINDS];  /* a rule's least score to hold, by its kind */

    /* The second opinion's, chances of a class: see bot/policy.c */
    double
        second_sensitive;  /* all sensitive reasons together: a person, whatever the patterns say */
    double second_handoff; /* all reasons for a person together: no answer */
    double second_disagree; /* another class than the answer's: no answer */
    double second_agree;    /* the answer's own: the weak score is enough … */
    double weak;            /* … which is this */
    double second_hint;     /* the answer's own: any score is enough, a hint */
    double second_least;    /* the answer's own, below which no score is enough */
    double second_need;     /* a need of any kind: neither silence nor bare thanks */
    double second_silence;  /* trolling, praise or talk that a rule sees */
    double second_quiet;    /* trolling, praise or talk that no pattern sees */
    double second_passing;  /* all three together: an intent that was found is only talked about */

    /* Of a second intent in the same reply: its least score, if the second opinion's chance of it
     * is at least second_also, and otherwise. */
    double also, also_alone, second_also;
};

/* What staff say often, sent as it stands or changed, signed with their initials. */
struct kb_canned {
    struct str id, title, text;
};

struct kb {
    atomic_uint holders;
    struct arena arena;
    struct intents *intents;
    struct kb_intent *intent;
    size_t intent_count;
    struct kb_rule *rule;
    size_t rule_count;
    struct kb_lesson *lesson; /* gone after kb_forget_lessons */
    size_t lesson_count;
    struct arena lesson_arena;
    struct second *second; /* NULL: there is none, the patterns decide alone */
    struct kb_wording wording;
    struct kb_voice *voice;
    size_t voice_count;
    struct kb_thresholds thresholds;
    char hash[17]; /* of the files' names and bytes: names the version. Without canned.json, on
                      which no automatic answer rests */
    struct kb_notice *notice;
    size_t notice_count;
    struct kb_canned *canned;
    size_t canned_count;
    struct kb_incident *incident;
    size_t incident_count;
    const struct text_rules *rules; /* of the network that it was checked for; outlives it */
    char lessons[17]; /* of all that the second opinion is trained on: the same where only what is
                         said has changed */
};

/*
 * Loads and compiles the folder. Every fault of every file goes to @report; *ret is set only if
 * there was none. Returns 0, ERR_BADINPUT or ERR_NOMEM.
 */
int kb_load(const char *dir, const struct text_rules *rules, struct report *report,
            struct kb **ret) MUST_CHECK;
int kb_load_files(const struct kb_files *files, const struct text_rules *rules,
                  struct report *report,
                  struct kb **ret) MUST_CHECK; /* the same; keeps nothing of @files */

/* It is shared: another holder of it, who frees it in turn. From any thread. */
struct kb *kb_ref(struct kb *kb);
struct kb *kb_free(struct kb *kb); /* gone when the last holder frees it; NULL is fine */

/* The intent or rule of a topic number, or NULL: exactly one of the two is there for every topic.
 */
const struct kb_intent *kb_intent_of(const struct kb *kb, unsigned topic);
const struct kb_rule *kb_rule_of(const struct kb *kb, unsigned topic);
const struct kb_intent *kb_intent_named(const struct kb *kb, struct str id); /* or NULL */
struct str kb_topic_name(const struct kb *kb, unsigned topic);
struct str kb_topic_title(const struct kb *kb, unsigned topic); /* empty: a rule without one */
struct str kb_topic_file(const struct kb *kb, unsigned topic);
const struct kb_examples *kb_topic_examples(const struct kb *kb, unsigned topic);
const struct kb_list *kb_topic_phrases(const struct kb *kb, unsigned topic);

struct str kb_mode_name(enum kb_mode mode);

/* The wording of the voice of that name, the plain one if @name is empty; NULL: there is none. */
const struct kb_wording *kb_wording_of(const struct kb *kb, struct str name);

/* The notice that holds for @intent at @now, or NULL. */
const struct kb_notice *kb_notice_of(const struct kb *kb, const struct kb_intent *intent,
                                     int64_t now);

/* The incident that holds for @intent at @now, or NULL. */
const struct kb_incident *kb_incident_of(const struct kb *kb, const struct kb_intent *intent,
                                         int64_t now);

/* Appends @text with each @fillings' text where its name stands. Returns 0, ERR_TOOBIG or
 * ERR_NOMEM. */
struct kb_filling {
    const char *name; /* with its braces: "{link}" */
    struct str text;
};
int kb_fill(struct buf *out, struct str text, const struct kb_filling *fillings, size_t count);

/*
 * The second opinion of this knowledge base: from DIR/LESSONS.model (1 found, 0 none or not of this
 * one, or negative), by training from its lessons (0; ERR_DENIED: *stop, which may be NULL, said
 * so; none is made where kb_may_train says no: of too few lessons, or of too many intents, when the
 * patterns decide alone), from another one's that tells the same classes apart (1, 0 it doesn't, or
 * negative), and into that file (0 or ERR_IO, with errno).
 */
int kb_load_second(struct kb *kb, const char *dir) MUST_CHECK;
bool kb_may_train(const struct kb *kb);
int kb_train(struct kb *kb, const atomic_bool *stop) MUST_CHECK;
int kb_copy_second(struct kb *kb, const struct kb *from) MUST_CHECK;
int kb_save_second(const struct kb *kb, const char *dir) MUST_CHECK;
void kb_forget_lessons(struct kb *kb); /* gives their memory back, once there is a model */

/*
 * What loading can't see: examples that don't hold, one example under two intents, terms nobody
 * uses (errors), reviews overdue and notices over on @today, days since 1970-01-01, and more
 * intents than the second opinion can tell apart (warnings); and if there is no error, patterns
 * that no example needs, that can't match or that are slow (warnings). Returns 0, ERR_BADINPUT if
 * there was an error, or ERR_NOMEM.
 */
int kb_check(const struct kb *kb, int64_t today, struct report *report) MUST_CHECK;

/* The same of one topic, quickly, and whose examples it would take from another. Whether a pattern
 * is slow is only asked of those that @known hasn't, which may be NULL. */
int kb_check_topic(const struct kb *kb, unsigned topic, const struct kb *known, int64_t today,
                   struct report *report) MUST_CHECK;

/* The same of all that is of no topic: terms, notices. */
void kb_check_rest(const struct kb *kb, int64_t today, struct report *report);

/* The same without trying the patterns, which takes most of the time and only warns. */
int kb_check_errors(const struct kb *kb, int64_t today, struct report *report) MUST_CHECK;

#endif
