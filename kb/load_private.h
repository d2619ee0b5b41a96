/* What the load_*.c files share; nobody else includes it. Each reads one file's tree; every fault
 * is reported with its file, id and field, and loading goes on to find the next one. */
#ifndef KB_LOAD_PRIVATE_H
#define KB_LOAD_PRIVATE_H

#include "base/json.h"
#include "kb/kb.h"

struct loader {
    struct kb *kb;
    struct vocab *vocab; /* until the set takes it over */
    const struct text_rules *rules;
    struct report *report;
    struct arena *arena; /* of what is read now: the knowledge base's, or its lessons' */
    size_t intent_room, rule_room, lesson_room, notice_room, voice_room, incident_room;
    bool election_words; /* there are any */
};

/* A file's loader: 0, ERR_BADINPUT (reported) or ERR_NOMEM. */
typedef int load_fn(struct loader *l, const cJSON *tree, struct str file);

load_fn load_terms, load_topic_file, load_rules, load_thresholds, load_wording, load_notices,
    load_incidents, load_election, load_lessons;

/* The names and topics of election.json are words of the vocabulary, before any pattern is. */
load_fn load_election_words;

/* The objects of one list of the file. A broken one is reported and the next is read. */
int load_each(struct loader *l, const cJSON *tree, const char *name, struct str file,
              load_fn *load) MUST_CHECK;

/* Behind all topics: what one file says of another. */
void load_check_questions(struct loader *l);
void load_check_confirmations(struct loader *l);
int load_own_lessons(struct loader *l) MUST_CHECK;

/* Behind all lessons: which intents have few. */
void load_mark_untaught(struct kb *kb);

/* A hash over all that the second opinion's training depends on: the terms, and of intents and
 * rules what they are, their patterns and what they teach, in their order; not over what is said.
 * @trees: of @files, parsed; NULL where a file can't be. */
void load_key(const struct kb_files *files, cJSON *const *trees, char ret[17]);

/* Kinds of rule, by their names in rules.json. */
struct load_kind {
    const char *name;
    enum kb_kind kind;
};
extern const struct load_kind load_kinds[KB_KINDS];

/* The enum kb_class of that name, or KB_CLASSES. */
int load_other_class(struct str name);

/* Members, by name; a fault begins with @where. Missing is one if @needed. */
int load_keep(struct loader *l, struct str text, struct str *ret) MUST_CHECK;
int load_text(struct loader *l, const cJSON *object, const char *name, bool needed,
              const char *where, struct str *ret) MUST_CHECK;
int load_list(struct loader *l, const cJSON *object, const char *name, bool needed,
              const char *where, struct kb_list *ret) MUST_CHECK;
int load_examples(struct loader *l, const cJSON *object, const char *where,
                  struct kb_examples *ret) MUST_CHECK;
/* "intents": of a list of ids; all must be there. */
int load_intents_named(struct loader *l, const cJSON *object, const char *where,
                       const struct kb_intent ***ret, size_t *ret_count) MUST_CHECK;
/* "from" and "until", of which the second isn't part any more. */
int load_span(struct loader *l, const cJSON *object, const char *where, int64_t *ret_from,
              int64_t *ret_until) MUST_CHECK;

/* A line for each of @intents that @others have too: at the same time one at most holds. */
void load_check_alone(struct loader *l, const char *where, const struct kb_intent *const *intents,
                      size_t count, struct str other, const struct kb_intent *const *others,
                      size_t other_count);

/* What may stand in braces in a text that goes out, with the longest that it can become. */
struct placeholder {
    struct kb_filling filling;
    const char *missing; /* what to say if it isn't there; NULL: it need not be */
};

struct placeholders {
    const struct placeholder *items;
    size_t count;
};

extern const struct placeholders load_no_placeholders;
extern const struct placeholder load_when_placeholder, load_handle_placeholder;
struct placeholder load_link_placeholder(struct str link);

/* False, with a line for the first brace that isn't one of @allowed and for each that is missing.
 */
bool load_check_braces(struct loader *l, struct str text, const struct placeholders *allowed,
                       const char *where, const char *field);

enum { LOAD_HANDLE_ROOM = 17 /* "@" + 15 + " " */ };

/* How heavy @text is, filled in, behind @notice if there is one and with room for a handle;
 * UINT64_MAX if it can't be told: what is cut can't be weighed. */
uint64_t load_full_weight(const struct loader *l, struct str notice, struct str text,
                          const struct placeholders *allowed);

/* A line if it asks for what only a private message may ask for. */
void load_check_public(struct loader *l, struct str text, const char *where, const char *field);

/* A text that goes out: only the placeholders in @allowed, no question that is for private
 * messages, and short enough for the network. */
void load_check_outgoing(struct loader *l, struct str text, const struct placeholders *allowed,
                         const char *where, const char *field);
void load_check_outgoing_list(struct loader *l, const struct kb_list *list,
                              const struct placeholders *allowed, const char *where,
                              const char *name);

#endif
