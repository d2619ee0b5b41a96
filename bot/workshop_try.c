/* kb_try: what would be done about a message, by what is live and by the draft. kb_find: which
 * items a resident's words lead to. */
#include "bot/workshop_private.h"

#include "bot/tried.h"
#include "kb/diff.h"
#include "kb/draft.h"
#include "kb/version.h"

enum {
    TRY_POINTS_MAX = 10000, /* of X's longest, a direct message */
    FIND_POINTS_MAX = 200,
    FOUND_MAX = 30,
    WORDS_MAX = 16,
    SHOWN_MAX = 3,
    SHOWN_POINTS = 120
};

/* ------------------------------------------------------------------------------------------------
 * trying */

/* Adds what @kb would do, as @name; as for a resident of whom nothing is known. */
static int try_by(struct workshop_job *job, const char *name, const struct kb *kb, struct str text,
                  int64_t at)
{
    struct tried_by by = { .decider = { kb, intents_scratch_new() },
                           .hours = job->hours,
                           .staff_there = hours_open(job->hours, at),
                           .voice = str_of(job->conf->accounts[0].voice),
                           .at = at };
    struct decision d;
    int r = by.decider.scratch ? tried_decide(&by, &job->arena, text, &d) : ERR_NOMEM;
    if (r == 0)
        (void)cJSON_AddItemToObject(job->answer, name, tried_json(kb, job->version, &d, text));
    (void)intents_scratch_free(by.decider.scratch);
    return r;
}

int workshop_try(struct workshop_job *job)
{
    struct str text;
    int64_t at = job->now;
    if (!workshop_text(job, TRY_POINTS_MAX, &text))
        return 0;
    if (json_get_int(job->frame, "at", 0, WORKSHOP_AT_MAX, &at) < 0)
        return workshop_refuse(job, "bad_frame",
                               "\"at\" is when the message is written, in seconds since 1970, or "
                               "null for now.");
    (void)json_put_str(job->answer, "text", text);
    int r = try_by(job, "live", job->live, text, at);
    if (r < 0)
        return r;
    if (job->draft) {
        (void)cJSON_AddStringToObject(job->answer, "opinion",
                                      candidate_opinion(job->draft, job->trained));
        return try_by(job, "draft", job->draft, text, at);
    }
    (void)cJSON_AddNullToObject(job->answer, "draft");
    (void)cJSON_AddNullToObject(job->answer, "opinion");
    if (job->draft_faults.len)
        (void)json_put_str(job->answer, "problem", job->draft_faults);
    return 0;
}

/* ------------------------------------------------------------------------------------------------
 * finding */

/* What is looked for: lower-case words of what was typed. */
struct wanted {
    struct str words[WORDS_MAX];
    size_t count;
};

/* An item, how sure it is that it is meant, and the words of it that say so. */
struct found {
    enum kb_item_kind kind;
    struct str id, title;
    double score;
    struct str shown[SHOWN_MAX];
    size_t shown_count;
};

struct finding {
    struct workshop_job *job;
    const struct kb *kb;
    struct intents_match match;
    const float *chances; /* NULL: there is no second opinion */
    struct wanted wanted;
    struct found list[FOUND_MAX];
    size_t count;
};

/* What an item's words alone are worth: less than a pattern that fits. */
static const double WORDS_WORTH = 0.6, CHANCE_LEAST = 0.1;

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (unsigned char)c >= 0x80;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* The next run of letters and digits of *rest. */
static bool next_word(struct str *rest, struct str *ret)
{
    size_t from = 0, to;
    while (from < rest->len && !is_letter(rest->p[from]))
        from++;
    to = from;
    while (to < rest->len && is_letter(rest->p[to]))
        to++;
    *ret = str_cut(*rest, from, to);
    *rest = str_cut(*rest, to, rest->len);
    return ret->len > 0;
}

/* Is @wanted the word, or how it begins? */
static bool begins(struct str word, struct str wanted)
{
    if (wanted.len > word.len || (wanted.len < 3 && wanted.len < word.len))
        return false;
    for (size_t i = 0; i < wanted.len; i++)
        if (lower(word.p[i]) != lower(wanted.p[i]))
            return false;
    return true;
}

/* The telling words; all of them where none tells. */
static void read_wanted(const struct kb *kb, struct str text, struct wanted *ret)
{
    for (int pass = 0; pass < 2 && !ret->count; pass++) {
        struct str rest = text, word;
        while (ret->count < WORDS_MAX && next_word(&rest, &word))
            if (pass || !vocab_is_common(intents_vocab(kb->intents), word))
                ret->words[ret->count++] = word;
    }
}

/* The share of what is wanted that stands in @text. */
static double share_of(const struct wanted *wanted, struct str text)
{
    size_t held = 0;
    for (size_t i = 0; i < wanted->count; i++) {
        struct str rest = text, word;
        bool there = false;
        while (!there && next_word(&rest, &word))
            there = begins(word, wanted->words[i]);
        held += there;
    }
    return wanted->count ? (double)held / (double)wanted->count : 0;
}

static void show(struct found *one, struct str text)
{
    text = utf8_cut(text, SHOWN_POINTS);
    for (size_t i = 0; i < one->shown_count; i++)
        if (str_eq(one->shown[i], text))
            return;
    if (one->shown_count < SHOWN_MAX)
        one->shown[one->shown_count++] = text;
}

/* Members that are for machines, and would only be found by chance. */
static bool is_for_people(const char *name)
{
    static const char *const others[] = { "match", "unless",    "pcre", "review_by", "file",
                                          "kind",  "review_by", "mode", "from",      "until" };
    for (size_t i = 0; name && i < ARRAY_LEN(others); i++)
        if (strcmp(name, others[i]) == 0)
            return false;
    return true;
}

/* Looks through all texts of a body for the one that holds most of what is wanted. */
static void search(const struct wanted *wanted, const cJSON *node, struct found *one, double *best)
{
    const cJSON *child;
    double share = share_of(wanted, json_str(node));
    if (share > 0 && share >= *best) {
        if (share > *best)
            one->shown_count = 0;
        *best = share;
        show(one, json_str(node));
    }
    cJSON_ArrayForEach(child, node)
    {
        if (is_for_people(child->string))
            search(wanted, child, one, best);
    }
}

static double score_of_topic(const struct finding *f, unsigned topic)
{
    for (size_t i = 0; i < f->match.hit_count; i++)
        if (f->match.hits[i].topic == topic)
            return f->match.hits[i].score;
    return 0;
}

/* What of the resident's words its patterns fitted. */
static void show_fit(const struct finding *f, unsigned topic, struct found *one)
{
    for (size_t i = 0; i < f->match.why_count; i++)
        if (f->match.whys[i].topic == topic)
            for (size_t w = 0; w < f->match.whys[i].count; w++)
                show(one, f->match.whys[i].words[w]);
}

/* How sure the patterns and the second opinion are that it is meant. */
static double score_as_topic(const struct finding *f, struct found *one)
{
    double score = 0, chance = 0;
    if (one->kind == KB_INTENT) {
        const struct kb_intent *intent = kb_intent_named(f->kb, one->id);
        if (intent) {
            score = score_of_topic(f, intent->topic);
            chance = f->chances ? (double)f->chances[intent - f->kb->intent] : 0;
            show_fit(f, intent->topic, one);
        }
    }
    for (size_t i = 0; one->kind == KB_RULE && i < f->kb->rule_count; i++)
        if (str_eq(f->kb->rule[i].id, one->id)) {
            score = score_of_topic(f, f->kb->rule[i].topic);
            show_fit(f, f->kb->rule[i].topic, one);
        }
    return chance >= CHANCE_LEAST && chance > score ? chance : score;
}

/* Puts it where it belongs; the last may fall out. */
static void insert(struct finding *f, const struct found *one)
{
    size_t at = f->count;
    while (at > 0 && f->list[at - 1].score < one->score)
        at--;
    if (at == FOUND_MAX)
        return;
    f->count += f->count < FOUND_MAX;
    for (size_t i = f->count - 1; i > at; i--)
        f->list[i] = f->list[i - 1];
    f->list[at] = *one;
}

static int look_at_item(const struct kb_item *item, void *data)
{
    struct finding *f = data;
    struct found one = { .kind = item->kind, .id = item->id, .title = kb_item_title(item) };
    double held = 0;
    if (atomic_load(f->job->stop))
        return 1;
    one.score = score_as_topic(f, &one);
    if (one.score == 0) {
        search(&f->wanted, item->body, &one, &held);
        one.score = held * WORDS_WORTH;
    }
    if (one.score > 0)
        insert(f, &one);
    return 0;
}

/* What is found is in the draft where there is one, since that is what gets edited. */
static int read_items(struct workshop_job *job, struct kb_files **ret_files,
                      struct kb_items **ret_items)
{
    struct report report = REPORT_INIT;
    struct tx *tx;
    int r = tx_begin(job->db, TX_READ, &tx);
    if (r < 0)
        return r;
    r = kb_draft_files(tx, &report, ret_files);
    if (r == ERR_BADINPUT) {
        *ret_files = kb_files_free(*ret_files);
        r = kb_version_files(tx, job->version, ret_files);
        r = r == 0 ? ERR_BADINPUT : r < 0 ? r : 0;
    }
    tx_rollback(tx);
    if (r == 0)
        r = kb_items_new(*ret_files, &report, ret_items);
    report_release(&report);
    return r;
}

static void put_found(const struct finding *f)
{
    cJSON *list = cJSON_AddArrayToObject(f->job->answer, "items");
    for (size_t i = 0; i < f->count; i++) {
        const struct found *one = &f->list[i];
        cJSON *o = cJSON_CreateObject();
        (void)cJSON_AddItemToArray(list, o);
        (void)json_put_str(o, "kind", kb_item_kind_name(one->kind));
        (void)json_put_str(o, "item", one->id);
        (void)json_put_str(o, "title", one->title);
        (void)cJSON_AddNumberToObject(o, "score", one->score);
        cJSON *words = cJSON_AddArrayToObject(o, "words");
        for (size_t w = 0; w < one->shown_count; w++)
            (void)json_add_str(words, one->shown[w]);
    }
}

static int find_in(struct finding *f, struct str text)
{
    struct decider decider = { f->kb, intents_scratch_new() };
    struct reading reading;
    struct kb_files *files = NULL;
    struct kb_items *items = NULL;
    int r = decider.scratch ? decide_read(&decider, &f->job->arena, text, &reading) : ERR_NOMEM;
    if (r == 0) {
        f->match = reading.match;
        f->chances = reading.second;
        read_wanted(f->kb, text, &f->wanted);
        r = read_items(f->job, &files, &items);
    }
    if (r == 0) {
        (void)kb_items_each(items, look_at_item, f);
        put_found(f);
    }
    (void)kb_items_free(items);
    (void)kb_files_free(files);
    (void)intents_scratch_free(decider.scratch);
    return r;
}

int workshop_find(struct workshop_job *job)
{
    struct str text;
    if (!workshop_text(job, FIND_POINTS_MAX, &text))
        return 0;
    struct finding f = { .job = job, .kb = job->draft ? job->draft : job->live };
    return find_in(&f, text);
}
