/* kb_check: what is wrong in the draft, and what becomes of an item's phrases and texts. */
#include "bot/workshop_private.h"

#include "kb/draft.h"
#include "kb/plain.h"
#include "kb/preview.h"
#include "kb/problem.h"
#include "kb/uses.h"
#include "kb/version.h"

enum { DAY_S = 86400, PROBLEMS_MAX = 500 };

struct checking {
    struct workshop_job *job;
    bool of_item; /* else of all */
    enum kb_item_kind kind;
    struct str item;
    const struct kb *kb; /* the draft, or what is live if nothing is drafted; NULL: has faults */
    cJSON *problems;
    unsigned elsewhere; /* errors of other items */
    struct str other;   /* the first of those */
};

/* ------------------------------------------------------------------------------------------------
 * problems */

static void put_count(cJSON *o, const char *name, int count, int none)
{
    if (count == none)
        (void)cJSON_AddNullToObject(o, name);
    else
        (void)cJSON_AddNumberToObject(o, name, count);
}

static void put_problem(struct checking *c, const struct kb_problem *p)
{
    cJSON *o = cJSON_CreateObject();
    (void)cJSON_AddItemToArray(c->problems, o);
    (void)cJSON_AddStringToObject(o, "severity", p->error ? "error" : "warning");
    (void)json_put_str_or_null(o, "kind", p->placed ? kb_item_kind_name(p->kind) : STR(""));
    (void)json_put_str_or_null(o, "item", p->item);
    (void)json_put_str_or_null(o, "field", p->field);
    put_count(o, "index", p->index, -1);
    put_count(o, "column", p->column, 0);
    (void)json_put_str(o, "text", p->text);
    (void)json_put_str(o, "next", p->next);
}

static int take_problem(const struct kb_problem *p, void *data)
{
    struct checking *c = data;
    bool own = !c->of_item || (p->placed && p->kind == c->kind && str_eq(p->item, c->item));
    if (own && cJSON_GetArraySize(c->problems) < PROBLEMS_MAX)
        put_problem(c, p);
    if (!own && p->error && c->elsewhere++ == 0)
        c->other = p->item;
    return 0;
}

static bool find_topic(const struct kb *kb, struct str id, unsigned *ret)
{
    unsigned topic = 0, count = (unsigned)(kb->intent_count + kb->rule_count);
    while (topic < count && !str_eq(kb_topic_name(kb, topic), id))
        topic++;
    *ret = topic;
    return topic < count;
}

static int check_loaded(struct checking *c, struct report *report)
{
    int64_t today = c->job->now / DAY_S;
    unsigned topic;
    int r = 0;
    if (!c->of_item)
        r = kb_check(c->kb, today, report);
    else if (c->kind != KB_INTENT && c->kind != KB_RULE)
        kb_check_rest(c->kb, today, report);
    else if (find_topic(c->kb, c->item, &topic))
        r = kb_check_topic(c->kb, topic, c->job->live, today, report);
    return r == ERR_BADINPUT ? 0 : r;
}

/* What can't be tried, since the draft as a whole can't be loaded. */
static void put_elsewhere(struct checking *c)
{
    struct buf text = BUF_INIT(1000);
    (void)buf_addf(&text,
                   "Something else in the draft is wrong%s%.*s: what this finds can't be tried "
                   "until that is put right",
                   c->other.len ? ", in " : "", STR_ARG(c->other));
    put_problem(c,
                &(struct kb_problem){ .placed = true,
                                      .kind = c->kind,
                                      .item = c->item,
                                      .index = -1,
                                      .text = buf_str(&text),
                                      .next = STR("Look at the problems of all of the draft.") });
    buf_release(&text);
}

static int put_problems(struct checking *c)
{
    struct report report = REPORT_INIT;
    c->problems = cJSON_AddArrayToObject(c->job->answer, "problems");
    int r = c->kb ? check_loaded(c, &report) : 0;
    if (r == 0)
        r = kb_problems(c->kb ? buf_str(&report.lines) : c->job->draft_faults, take_problem, c);
    if (r == 0 && !c->kb && c->elsewhere)
        put_elsewhere(c);
    report_release(&report);
    return r;
}

/* ------------------------------------------------------------------------------------------------
 * phrases and texts */

/* How sure the item's patterns must be, in hundredths, to be acted on without more. */
static unsigned least_weight(const struct checking *c)
{
    const struct kb *kb = c->kb ? c->kb : c->job->live;
    unsigned topic;
    const struct kb_rule *rule = find_topic(kb, c->item, &topic) ? kb_rule_of(kb, topic) : NULL;
    double least = rule ? kb->thresholds.rule[rule->kind] : kb->thresholds.score;
    return (unsigned)(least * 100 + 0.5);
}

static void put_phrase(cJSON *list, struct str phrase, const struct plain_phrase *p, unsigned least)
{
    cJSON *o = cJSON_CreateObject(), *words;
    (void)cJSON_AddItemToArray(list, o);
    (void)json_put_str(o, "phrase", phrase);
    (void)json_put_str(o, "pcre", p->pcre);
    (void)cJSON_AddNumberToObject(o, "weight", p->weight);
    (void)cJSON_AddBoolToObject(o, "enough", p->weight >= least);
    words = cJSON_AddArrayToObject(o, "words");
    for (size_t i = 0; i < p->count; i++) {
        cJSON *word = cJSON_CreateObject();
        (void)cJSON_AddItemToArray(words, word);
        (void)json_put_str(word, "text", p->pieces[i].words);
        (void)json_put_str_or_null(word, "term", p->pieces[i].term);
    }
}

/* Through the draft's vocabulary, or live's while the draft has faults. */
static int put_phrases(struct checking *c, const cJSON *body)
{
    const struct kb *kb = c->kb ? c->kb : c->job->live;
    const cJSON *phrase, *phrases = cJSON_GetObjectItemCaseSensitive(body, "phrases");
    cJSON *list = cJSON_AddArrayToObject(c->job->answer, "phrases");
    int r = 0;
    cJSON_ArrayForEach(phrase, phrases)
    {
        struct plain_phrase p = { .weight = 0 };
        struct report faults = REPORT_INIT; /* are among the problems */
        r = plain_phrase(intents_vocab(kb->intents), &c->job->arena, json_str(phrase), "", &faults,
                         &p);
        report_release(&faults);
        if (r == ERR_NOMEM)
            return r;
        put_phrase(list, json_str(phrase), &p, least_weight(c));
    }
    return 0;
}

static int put_preview(const struct kb_preview *p, void *data)
{
    cJSON *o = cJSON_CreateObject();
    (void)cJSON_AddItemToArray(data, o);
    (void)json_put_str(o, "field", str_of(p->field));
    put_count(o, "index", p->index, -1);
    (void)cJSON_AddNumberToObject(o, "weight", (double)p->weight);
    (void)cJSON_AddNumberToObject(o, "limit", p->limit);
    (void)json_put_str(o, "text", p->text);
    return 0;
}

static int put_item(struct checking *c, const cJSON *body)
{
    int r = put_phrases(c, body);
    return r < 0 ? r
                 : kb_previews(c->kind, c->item, body, c->job->live->rules, put_preview,
                               cJSON_AddArrayToObject(c->job->answer, "weights"));
}

/* ------------------------------------------------------------------------------------------------
 * the item */

struct using
{
    const struct kb *kb;
    cJSON *list;
};

static void put_use(unsigned topic, void *data)
{
    const struct using *u = data;
    bool rule = kb_rule_of(u->kb, topic) != NULL;
    struct str id = kb_topic_name(u->kb, topic), title = kb_topic_title(u->kb, topic);
    cJSON *o = cJSON_CreateObject();
    (void)cJSON_AddItemToArray(u->list, o);
    (void)json_put_str(o, "kind", kb_item_kind_name(rule ? KB_RULE : KB_INTENT));
    (void)json_put_str(o, "item", id);
    (void)json_put_str(o, "title", title.len ? title : id);
}

static int put_uses(const struct checking *c)
{
    struct using u = { c->kb ? c->kb : c->job->live,
                       cJSON_AddArrayToObject(c->job->answer, "used_by") };
    return c->of_item && c->kind == KB_TERM ? kb_uses_each(u.kb, c->item, put_use, &u) : 0;
}

/* As it is live, of an item that nobody changes. */
static int put_live(struct checking *c, struct tx *tx)
{
    struct report report = REPORT_INIT;
    struct kb_files *files = NULL;
    struct kb_items *items = NULL;
    int r = kb_version_files(tx, c->job->version, &files);
    if (r == 1)
        r = kb_items_new(files, &report, &items);
    if (r == 0)
        r = put_item(c, items ? kb_items_get(items, c->kind, c->item) : NULL);
    (void)kb_items_free(items);
    (void)kb_files_free(files);
    report_release(&report);
    return r;
}

static int put_drafted(struct checking *c, struct str body)
{
    cJSON *tree;
    int r = kb_item_parse(body, &tree);
    if (r == 0)
        r = put_item(c, tree);
    cJSON_Delete(tree);
    return r;
}

static int look_up(struct checking *c)
{
    struct kb_draft_item item;
    struct tx *tx;
    int r = tx_begin(c->job->db, TX_READ, &tx);
    if (r < 0)
        return r;
    r = kb_draft_get(tx, &c->job->arena, c->kind, c->item, &item);
    if (r >= 0)
        r = r ? put_drafted(c, item.body) : put_live(c, tx);
    tx_rollback(tx);
    return r;
}

/* False: the frame isn't as it must be. */
static bool read_frame(struct checking *c)
{
    struct str kind = STR("");
    int named = json_get_str(c->job->frame, "kind", &kind);
    int item = json_get_str(c->job->frame, "item", &c->item);
    c->of_item = named == 1;
    return named >= 0 && named == item && (!named || kb_item_kind_named(kind, &c->kind));
}

int workshop_check(struct workshop_job *job)
{
    struct checking c = { .job = job };
    if (!read_frame(&c))
        return workshop_refuse(job, "bad_frame",
                               "Which item? \"kind\" and \"item\" must both name it, or neither.");
    c.kb = job->draft ? job->draft : job->draft_faults.len ? NULL : job->live;
    (void)cJSON_AddNumberToObject(job->answer, "revision", (double)job->revision);
    int r = put_problems(&c);
    if (r == 0 && c.of_item)
        r = look_up(&c);
    if (r == 0 && !c.of_item) {
        (void)cJSON_AddArrayToObject(job->answer, "phrases");
        (void)cJSON_AddArrayToObject(job->answer, "weights");
    }
    if (r == 0)
        r = put_uses(&c);
    (void)cJSON_AddBoolToObject(job->answer, "trained", job->draft ? job->trained : c.kb != NULL);
    return r;
}
