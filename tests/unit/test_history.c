/*
 * Whatever editors do, one after the other: a version stays what it was. Random edits, publications
 * and rollbacks of the small knowledge base; every version, read back from the database, decides
 * about the same messages as it did when it was made live.
 */
#include "bot/decide.h"
#include "bot/x/x.h"
#include "kb/draft.h"
#include "kb/version.h"
#include "tests/unit/record_fixture.h"

enum { STEPS = 300, VERSIONS_MAX = STEPS + 1, WORDS_BYTES_MAX = 1 << 16 };

static const char *const messages[] = {
    "My green bin hasn't been emptied",
    "missed our recycling again, and when is my bin day?",
    "When is my bin day?",
    "there's a hole in the road",
    "I can smell gas in the street",
    "my dad died",
    "Can I talk to a real person?",
    "please stop replying",
    "Thank you all",
    "useless clowns",
    "the kerb is icy",
    "nothing that anybody knows",
};

/* A history: what each version decided when it was made, and its hash. */
struct history {
    struct fixture *f;
    uint64_t seed;
    char *decisions[VERSIONS_MAX];
    char hashes[VERSIONS_MAX][17];
    size_t count; /* version n is at n - 1 */
    unsigned refused, published, rolled_back;
};

/* ------------------------------------------------------------------------------------------------
 * what a version decides */

static struct hours *hours;

static void add_decision_of(const struct decider *decider, struct arena *arena, const char *text,
                            struct buf *out)
{
    const struct policy_facts facts = { .may_reply = true };
    const struct wording_context context = { .hours = hours, .now = NOON };
    struct decision d;
    assert_int_equal(decide(decider, arena, str_of(text), &facts, &context, &d), 0);
    cJSON *intents = decision_intents(&d), *why = decision_why(decider->kb, &d, str_of(text));
    (void)buf_addf(out, "%d %.*s ", (int)d.policy.action, STR_ARG(d.reply));
    assert_int_equal(json_add_tree(out, intents), 0);
    assert_int_equal(json_add_tree(out, why), 0);
    cJSON_Delete(intents);
    cJSON_Delete(why);
}

static char *decisions_of(struct kb *kb)
{
    struct decider decider = { kb, intents_scratch_new() };
    struct buf out = BUF_INIT(WORDS_BYTES_MAX);
    struct arena arena = ARENA_INIT;
    for (size_t i = 0; i < ARRAY_LEN(messages); i++) {
        add_decision_of(&decider, &arena, messages[i], &out);
        arena_clear(&arena);
    }
    arena_release(&arena);
    decider.scratch = intents_scratch_free(decider.scratch);
    return buf_take(&out);
}

/* NULL: they are no knowledge base that could be live. */
static struct kb *load(const struct kb_files *files)
{
    struct report report = REPORT_INIT;
    struct kb *kb = NULL;
    int r = kb_load_files(files, &x_text_rules, &report, &kb);
    assert_true(r == 0 || r == ERR_BADINPUT);
    report_release(&report);
    return kb;
}

static void make_live(struct history *h, const struct kb_files *files, struct kb *kb,
                      const char *origin, int64_t from_id)
{
    const struct kb_version v = { .origin = str_of(origin),
                                  .from_id = from_id,
                                  .by = STR("Edie Hall"),
                                  .note = STR("As the dice fell"),
                                  .at = NOON };
    int64_t id = 0;
    assert_int_equal(kb_version_add(h->f->tx, &v, files, &id), 0);
    assert_int_equal(id, ++h->count);
    h->decisions[id - 1] = decisions_of(kb);
    memcpy(h->hashes[id - 1], kb->hash, sizeof kb->hash);
}

static void check_version(struct history *h, int64_t id)
{
    struct kb_files *files = NULL;
    assert_int_equal(kb_version_files(h->f->tx, id, &files), 1);
    struct kb *kb = load(files);
    assert_non_null(kb);
    char *now = decisions_of(kb);
    assert_string_equal(now, h->decisions[id - 1]);
    assert_string_equal(kb->hash, h->hashes[id - 1]);
    free(now);
    (void)kb_free(kb);
    (void)kb_files_free(files);
}

/* ------------------------------------------------------------------------------------------------
 * what editors do */

/* The one of @list that the dice say, or NULL. */
static cJSON *any_of(struct history *h, const cJSON *list)
{
    int count = cJSON_GetArraySize(list);
    return count ? cJSON_GetArrayItem(list, (int)random_below(&h->seed, (uint64_t)count)) : NULL;
}

static void reword(struct history *h, cJSON *body)
{
    static const char *const replies[] = { "Here you are: {link}", "Please see {link}",
                                           "It's all on {link}", "No {placeholder} of that name" };
    cJSON *old = any_of(h, cJSON_GetObjectItem(body, "replies"));
    if (old)
        (void)cJSON_SetValuestring(old, replies[random_below(&h->seed, ARRAY_LEN(replies))]);
}

static void reweigh(struct history *h, cJSON *body)
{
    cJSON *pattern = any_of(h, cJSON_GetObjectItem(body, "match"));
    cJSON *weight = cJSON_GetObjectItem(pattern, "weight");
    if (weight)
        (void)cJSON_SetNumberValue(weight, (double)(1 + random_below(&h->seed, 101)));
}

static void forget_pattern(struct history *h, cJSON *body)
{
    cJSON *list = cJSON_GetObjectItem(body, "match"), *pattern = any_of(h, list);
    if (pattern)
        cJSON_Delete(cJSON_DetachItemViaPointer(list, pattern));
}

static void add_pattern(struct history *h, cJSON *body)
{
    static const char *const patterns[] = { "icy|kerb", "(?&bin) (?&gap)again", "nothing that",
                                            "(?&nowhere)", "smell (?&gap)street" };
    cJSON *list = cJSON_GetObjectItem(body, "match"), *pattern = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(pattern, "pcre",
                                  patterns[random_below(&h->seed, ARRAY_LEN(patterns))]);
    (void)cJSON_AddNumberToObject(pattern, "weight", 80);
    if (!cJSON_AddItemToArray(list, pattern))
        cJSON_Delete(pattern);
}

static void (*const edits[])(struct history *h, cJSON *body) = { reword, reweigh, forget_pattern,
                                                                 add_pattern };

/* One of the items of the draft over what is live. */
struct picking {
    int64_t left;
    enum kb_item_kind kind;
    struct str id;
    const cJSON *body;
};

static int pick(const struct kb_item *item, void *data)
{
    struct picking *p = data;
    p->kind = item->kind;
    p->id = item->id;
    p->body = item->body;
    return p->left-- == 0;
}

static void save(struct history *h, const struct kb_items *live, enum kb_item_kind kind,
                 struct str id, const cJSON *body)
{
    const cJSON *was = kb_items_get(live, kind, id);
    char *text = body ? cJSON_PrintUnformatted(body) : NULL;
    char *base = was ? cJSON_PrintUnformatted(was) : NULL;
    struct kb_draft_item d = { .kind = kind,
                               .id = id,
                               .body = str_of(text),
                               .base = str_of(base),
                               .by = STR("Edie Hall"),
                               .at = NOON },
                         there = { .revision = 0 };
    assert_true(kb_draft_get(h->f->tx, &h->f->arena, kind, id, &there) >= 0);
    assert_int_equal(kb_draft_save(h->f->tx, &d, there.revision), KB_DRAFT_DONE);
    cJSON_free(text);
    cJSON_free(base);
}

static void new_intent(struct history *h, const struct kb_items *live)
{
    static const char *const ids[] = { "streets.ice", "bins.new", "roads.kerb" };
    const char *id = ids[random_below(&h->seed, ARRAY_LEN(ids))];
    struct buf body = BUF_INIT(4096);
    (void)buf_addf(&body,
                   "{\"id\":\"%s\",\"title\":\"%s\",\"called\":\"ice\",\"department\":\"highways\","
                   "\"review_by\":\"2099-12-31\",\"link\":\"https://northmoor.example/ice\","
                   "\"replies\":[\"We grit: {link}\"],\"match\":[{\"pcre\":\"icy\",\"weight\":90}],"
                   "\"examples\":{\"yes\":[\"the kerb is icy\"]}}",
                   id, id);
    cJSON *tree = cJSON_Parse(buf_cstr(&body));
    assert_non_null(tree);
    save(h, live, KB_INTENT, str_of(id), tree);
    cJSON_Delete(tree);
    buf_release(&body);
}

static void edit(struct history *h)
{
    struct report report = REPORT_INIT;
    struct kb_files *live_files = NULL, *files = NULL;
    struct kb_items *live = NULL, *items = NULL;
    struct picking p = { .left = (int64_t)random_below(&h->seed, 30) };
    assert_int_equal(kb_version_files(h->f->tx, (int64_t)h->count, &live_files), 1);
    assert_int_equal(kb_items_new(live_files, &report, &live), 0);
    assert_int_equal(kb_draft_files(h->f->tx, &report, &files), 0);
    assert_int_equal(kb_items_new(files, &report, &items), 0);
    uint64_t die = random_below(&h->seed, 20);
    (void)kb_items_each(items, pick, &p);
    if (die == 0 && p.body) {
        save(h, live, p.kind, p.id, NULL);
    } else if (die <= 2) {
        new_intent(h, live);
    } else if (p.body) {
        cJSON *body = cJSON_Duplicate(p.body, true);
        edits[random_below(&h->seed, ARRAY_LEN(edits))](h, body);
        save(h, live, p.kind, p.id, body);
        cJSON_Delete(body);
    }
    (void)kb_items_free(items);
    (void)kb_items_free(live);
    (void)kb_files_free(files);
    (void)kb_files_free(live_files);
    report_release(&report);
}

static int discard_one(const struct kb_draft_item *d, void *data)
{
    struct history *h = data;
    assert_int_equal(kb_draft_discard(h->f->tx, d->kind, d->id, d->revision), KB_DRAFT_DONE);
    return 1;
}

static void empty_draft(struct history *h)
{
    while (kb_draft_each(h->f->tx, discard_one, h) == 1)
        ;
}

static void publish(struct history *h)
{
    struct report report = REPORT_INIT;
    struct kb_files *files = NULL;
    assert_int_equal(kb_draft_files(h->f->tx, &report, &files), 0);
    struct kb *kb = load(files);
    if (kb) {
        make_live(h, files, kb, "console", 0);
        h->published++;
    } else {
        h->refused++;
    }
    empty_draft(h);
    (void)kb_free(kb);
    (void)kb_files_free(files);
    report_release(&report);
}

static void roll_back(struct history *h)
{
    int64_t to = 1 + (int64_t)random_below(&h->seed, h->count);
    struct kb_files *files = NULL;
    assert_int_equal(kb_version_files(h->f->tx, to, &files), 1);
    struct kb *kb = load(files);
    assert_non_null(kb);
    make_live(h, files, kb, "rollback", to);
    assert_string_equal(h->decisions[h->count - 1], h->decisions[to - 1]);
    h->rolled_back++;
    (void)kb_free(kb);
    (void)kb_files_free(files);
}

static void every_version_decides_as_it_did(void **state)
{
    struct history h = { .f = *state, .seed = 20261122 };
    struct report report = REPORT_INIT;
    struct kb_files *files = NULL;
    assert_int_equal(kb_files_read(SOURCE_DIR "/tests/data/kb", &report, &files), 0);
    assert_int_equal(hours_new("Europe/London", "", &report, &hours), 0);
    assert_int_equal(hours_add_window(hours, 0, STR("09:00-17:00"), "", &report), 0);
    struct kb *kb = load(files);
    make_live(&h, files, kb, "folder", 0);
    for (int i = 0; i < STEPS; i++) {
        uint64_t die = random_below(&h.seed, 10);
        if (die < 6)
            edit(&h);
        else if (die < 9)
            publish(&h);
        else
            roll_back(&h);
        check_version(&h, 1 + (int64_t)random_below(&h.seed, h.count));
    }
    size_t changed = 0;
    for (size_t i = 0; i < h.count; i++) {
        check_version(&h, (int64_t)i + 1);
        changed += strcmp(h.decisions[i], h.decisions[0]) != 0;
    }
    /* it was a history worth the name: much changed, some was refused, and came back */
    assert_true(h.published > 40 && h.refused > 5 && h.rolled_back > 10 && changed > 20);
    for (size_t i = 0; i < h.count; i++)
        free(h.decisions[i]);
    hours = hours_free(hours);
    (void)kb_free(kb);
    (void)kb_files_free(files);
    report_release(&report);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_version_decides_as_it_did, fixture_setup,
                                        fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
