/* What must hold of the shipped knowledge base whatever is written to it. */
#include <math.h>

#include "base/json.h"
#include "bot/decide.h"
#include "bot/x/x.h"
#include "intents/pattern.h"
#include "tests/texts.h"
#include "tests/unit/support.h"

#define CONTENT SOURCE_DIR "/kb/content"

enum { FILE_BYTES_MAX = 8 << 20 };

static struct {
    struct kb *kb;
    struct hours *hours;
    struct texts texts;
    struct arena arena; /* of the texts */
} t;

static struct kb *load(const char *dir)
{
    struct report report = REPORT_INIT;
    struct kb *kb = NULL;
    int r = kb_load(dir, &x_text_rules, &report, &kb);
    assert_report(&report, "");
    assert_int_equal(r, 0);
    return kb;
}

static int setup(void **state)
{
    (void)state;
    struct report report = REPORT_INIT;
    t.kb = load(CONTENT);
    if (kb_load_second(t.kb, MODELS) !=
        1) /* the build's, else one of our own: that takes a while */
        assert_int_equal(kb_train(t.kb, NULL), 0);
    assert_non_null(t.kb->second);
    assert_int_equal(hours_new("Europe/London", "", &report, &t.hours), 0);
    return texts_read(SOURCE_DIR "/tests/corpus", &t.arena, &t.texts);
}

static int teardown(void **state)
{
    (void)state;
    t.kb = kb_free(t.kb);
    t.hours = hours_free(t.hours);
    arena_release(&t.arena);
    return 0;
}

static cJSON *read_tree(const char *dir, const char *name)
{
    struct report report = REPORT_INIT;
    cJSON *tree = NULL;
    int r = json_read_file(path_in(dir, name), FILE_BYTES_MAX, &report, &tree);
    assert_report(&report, "");
    assert_int_equal(r, 0);
    return tree;
}

/* ------------------------------------------------------------------------------------------------
 * the order in which editors write things down */

static void turn_round(cJSON *list)
{
    cJSON *turned = cJSON_CreateArray();
    while (cJSON_GetArraySize(list))
        (void)cJSON_InsertItemInArray(turned, 0, cJSON_DetachItemFromArray(list, 0));
    while (cJSON_GetArraySize(turned))
        (void)cJSON_AddItemToArray(list, cJSON_DetachItemFromArray(turned, 0));
    cJSON_Delete(turned);
}

static void shuffle(cJSON *list, uint64_t *seed)
{
    cJSON *rest = cJSON_CreateArray();
    while (cJSON_GetArraySize(list))
        (void)cJSON_AddItemToArray(rest, cJSON_DetachItemFromArray(list, 0));
    for (int n; (n = cJSON_GetArraySize(rest)) > 0;)
        (void)cJSON_AddItemToArray(
            list, cJSON_DetachItemFromArray(rest, (int)random_below(seed, (uint64_t)n)));
    cJSON_Delete(rest);
}

/* Writes CONTENT/@from as DIR/@to: topics turned round, what stands in them and in terms shuffled.
 * Replies stay: which of them is said may depend on their order. */
static void write_turned(const char *dir, const char *from, const char *to, uint64_t *seed)
{
    static const char *const lists[] = { "match", "unless", "examples" };
    cJSON *tree = read_tree(CONTENT, from), *topic, *term;
    struct buf out = BUF_INIT(FILE_BYTES_MAX);
    cJSON *topics = cJSON_GetObjectItemCaseSensitive(
        tree, strcmp(from, "rules.json") == 0 ? "rules" : "intents");
    turn_round(topics);
    cJSON_ArrayForEach(topic, topics) for (size_t i = 0; i < ARRAY_LEN(lists); i++)
        shuffle(cJSON_GetObjectItemCaseSensitive(topic, lists[i]), seed);
    cJSON_ArrayForEach(term,
                       cJSON_GetObjectItemCaseSensitive(tree, "terms")) if (cJSON_IsArray(term))
        shuffle(term, seed);
    shuffle(cJSON_GetObjectItemCaseSensitive(tree, "common"), seed);
    assert_int_equal(json_add_tree(&out, tree), 0);
    write_file(dir, to, buf_str(&out));
    buf_release(&out);
    cJSON_Delete(tree);
}

/* The same knowledge base, written in another order into files that sort the other way. */
static struct kb *load_turned(const char *dir)
{
    static const char *const as_they_are[] = { "terms.json", "rules.json", "wording.json",
                                               "thresholds.json" };
    uint64_t seed = 20261122;
    char name[32];
    for (size_t i = 0; i < ARRAY_LEN(as_they_are); i++)
        write_turned(dir, as_they_are[i], as_they_are[i], &seed);
    for (size_t i = 0, files = 0; i < t.kb->intent_count; i++) {
        const char *file = t.kb->intent[i].file.p;
        if (i && strcmp(t.kb->intent[i - 1].file.p, file) == 0)
            continue;
        (void)snprintf(name, sizeof name, "topic%02zu.json", 99 - files++);
        write_turned(dir, file, name, &seed);
    }
    struct kb *turned = load(dir);
    assert_int_equal(turned->intent_count, t.kb->intent_count);
    assert_int_equal(turned->rule_count, t.kb->rule_count);
    assert_int_equal(intents_pattern_count(turned->intents), intents_pattern_count(t.kb->intents));
    assert_str_note(turned->intent[0].id, t.kb->intent[t.kb->intent_count - 1].id.p, "turned");
    return turned;
}

/* The chances of t.kb's classes, in the order of @other's. */
static void turn_chances(const struct kb *other, const float *chances, float *ret)
{
    size_t n = other->intent_count;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            if (str_eq(other->intent[i].id, t.kb->intent[j].id))
                ret[i] = chances[j];
    (void)memcpy(ret + n, chances + n, KB_CLASSES * sizeof *ret);
}

static bool same_why(const struct intents_why *a, const struct intents_why *b)
{
    bool same = a->count == b->count;
    for (size_t i = 0; same && i < a->count; i++)
        same = a->spans[i][0] == b->spans[i][0] && a->spans[i][1] == b->spans[i][1];
    return same;
}

/* Every reason of @a is one of @b, under the same name. */
static bool whys_within(const struct kb *ka, const struct intents_match *a, const struct kb *kb,
                        const struct intents_match *b)
{
    for (size_t i = 0; i < a->why_count; i++) {
        bool found = false;
        for (size_t j = 0; j < b->why_count && !found; j++)
            found =
                same_why(&a->whys[i], &b->whys[j]) &&
                str_eq(kb_topic_name(ka, a->whys[i].topic), kb_topic_name(kb, b->whys[j].topic));
        if (!found)
            return false;
    }
    return a->why_count == b->why_count;
}

static struct str id_of(const struct kb_intent *intent)
{
    return intent ? intent->id : STR("");
}

static void check_same(struct str text, const struct kb *other, const struct intents_match *m,
                       const struct policy_decision *a, const struct intents_match *n,
                       const struct policy_decision *b)
{
    static const struct kb_rule no_rule = { .id = { "", 0 } };
    const struct kb_rule *ra = a->rule ? a->rule : &no_rule, *rb = b->rule ? b->rule : &no_rule;
    bool same = a->action == b->action && a->say == b->say && a->priority == b->priority &&
                a->case_needed == b->case_needed && str_eq(a->reason, b->reason) &&
                str_eq(a->team, b->team) && str_eq(id_of(a->intent), id_of(b->intent)) &&
                str_eq(id_of(a->also), id_of(b->also)) &&
                str_eq(id_of(a->asked[0]), id_of(b->asked[0])) &&
                str_eq(id_of(a->asked[1]), id_of(b->asked[1])) && str_eq(ra->id, rb->id) &&
                fabs(a->score - b->score) < 1e-9 && fabs(a->lead - b->lead) < 1e-9 &&
                m->spent == n->spent && m->unexplained == n->unexplained &&
                str_eq(m->normal.text, n->normal.text) && whys_within(t.kb, m, other, n);
    if (!same)
        fail_msg("\"%.*s\": %s %.*s%.*s%.*s %.6f, turned round %s %.*s%.*s%.*s %.6f", STR_ARG(text),
                 action_name(a->action), STR_ARG(id_of(a->intent)), STR_ARG(ra->id),
                 STR_ARG(a->reason), a->score, action_name(b->action), STR_ARG(id_of(b->intent)),
                 STR_ARG(rb->id), STR_ARG(b->reason), b->score);
}

static void test_order(void **state)
{
    (void)state;
    char *dir = temp_new();
    struct kb *turned = load_turned(dir);
    struct intents_scratch *scratch = intents_scratch_new();
    struct arena arena = ARENA_INIT;
    struct policy_facts facts = { .may_reply = true, .question_allowed = true };
    unsigned answered = 0;
    assert_non_null(scratch);
    for (size_t i = 0; i < t.texts.count; i += 4) {
        struct intents_match m, n;
        float chances[SECOND_CLASSES_MAX], others[SECOND_CLASSES_MAX];
        struct str text = t.texts.items[i];
        arena_clear(&arena);
        assert_int_equal(intents_match(t.kb->intents, scratch, &arena, text, &m), 0);
        assert_int_equal(intents_match(turned->intents, scratch, &arena, text, &n), 0);
        second_ask(t.kb->second, &n, chances);
        turn_chances(turned, chances, others);
        second_ask(t.kb->second, &m, chances);
        struct policy_decision a = policy_decide(t.kb, &m, chances, &facts),
                               b = policy_decide(turned, &n, others, &facts);
        check_same(text, turned, &m, &a, &n, &b);
        a = policy_decide(t.kb, &m, NULL, &facts);
        b = policy_decide(turned, &n, NULL, &facts);
        check_same(text, turned, &m, &a, &n, &b);
        answered += a.action == ACTION_ANSWER;
    }
    assert_true(answered > 50); /* or it would show nothing */
    arena_release(&arena);
    scratch = intents_scratch_free(scratch);
    turned = kb_free(turned);
    dir = temp_free(dir);
}

/* ------------------------------------------------------------------------------------------------
 * any bytes at all */

/* Bytes, letters and signs, or a message with some of its bytes changed. */
static void make_bytes(uint64_t *seed, struct buf *out)
{
    size_t most = (size_t)1 << (4 + random_below(seed, 11)), len = random_below(seed, most + 1);
    switch (random_below(seed, 3)) {
    case 0:
        while (out->len < len)
            (void)buf_add_byte(out, (char)random_below(seed, 256));
        return;
    case 1:
        while (out->len < len)
            (void)buf_add_byte(out, " .?@#e-'/:;0aA\n\xc3\xa9\xf0\x9f"[random_below(seed, 19)]);
        return;
    default:
        while (out->len < len) {
            (void)buf_add(out, t.texts.items[random_below(seed, t.texts.count)]);
            (void)buf_add_byte(out, ' ');
        }
        for (size_t n = out->len / 20 + 1; n > 0 && out->len; n--)
            out->p[random_below(seed, out->len)] = (char)random_below(seed, 256);
    }
}

static void check_decision(const struct decision *d, struct str text)
{
    const struct policy_decision *p = &d->policy;
    assert_true((p->action == ACTION_HANDOFF) == (p->reason.len > 0));
    assert_true((p->action == ACTION_ANSWER) == (p->intent != NULL && p->say == SAY_ANSWER));
    assert_true((p->say == SAY_NOTHING) == (d->reply.len == 0));
    assert_true(!d->match.spent || p->action == ACTION_HANDOFF);
    assert_true(utf8_valid(d->reply) && utf8_valid(d->match.normal.text));
    for (size_t i = 0; i < d->match.why_count; i++)
        for (size_t s = 0; s < d->match.whys[i].count; s++)
            assert_true(d->match.whys[i].spans[s][0] < d->match.whys[i].spans[s][1] &&
                        d->match.whys[i].spans[s][1] <= text.len);
}

static void test_any_bytes(void **state)
{
    (void)state;
    enum { BYTES_MOST = 1 << 14 };
    struct decider decider = { t.kb, intents_scratch_new() };
    struct policy_facts facts = { .may_reply = true };
    struct wording_context context = { .hours = t.hours };
    struct arena arena = ARENA_INIT;
    uint64_t seed = 4711;
    unsigned decided[ACTION_NONE + 1] = { 0 };
    assert_non_null(decider.scratch);
    for (int i = 0; i < 2000; i++) {
        struct buf bytes = BUF_INIT(2 * BYTES_MOST), text = BUF_INIT(8 * BYTES_MOST);
        struct decision d;
        make_bytes(&seed, &bytes);
        assert_int_equal(buf_add_repaired(&text, buf_str(&bytes)), 0);
        arena_clear(&arena);
        assert_int_equal(decide(&decider, &arena, buf_str(&text), &facts, &context, &d), 0);
        check_decision(&d, buf_str(&text));
        decided[d.policy.action]++;
        buf_release(&bytes);
        buf_release(&text);
    }
    assert_true(decided[ACTION_ANSWER] && decided[ACTION_HANDOFF] && decided[ACTION_NONE]);
    arena_release(&arena);
    decider.scratch = intents_scratch_free(decider.scratch);
}

/* ------------------------------------------------------------------------------------------------
 * what the set leaves out */

enum { PATTERNS_MAX = 4000, PHRASES_MAX = 50000 };

struct trial {
    struct arena arena; /* of one message */
    cJSON *trees[64];   /* the files: what is borrowed below lives in them */
    size_t tree_count;
    struct str *pcres;     /* of every topic of every file */
    struct pattern *alone; /* each of them by itself */
    size_t count;
    struct intents *set; /* each of them a topic of its own */
    struct intents_scratch *scratch;
    pcre2_match_context *context;
    pcre2_jit_stack *stack;
    pcre2_match_data *data;
    struct vocab *vocab;
    struct str *phrases;
    size_t phrase_count;
    unsigned matches;
};

static struct vocab *make_vocab(const cJSON *tree)
{
    struct report report = REPORT_INIT;
    struct arena arena = ARENA_INIT;
    struct vocab *v = vocab_new();
    const cJSON *term, *word;
    struct str pcre;
    assert_non_null(v);
    cJSON_ArrayForEach(term, cJSON_GetObjectItemCaseSensitive(tree, "terms"))
    {
        struct str name = str_of(term->string), *words;
        size_t count = 0;
        if (json_get_str(term, "pcre", &pcre) == 1) {
            assert_int_equal(vocab_add_pattern(v, name, pcre, "", &report), 0);
            continue;
        }
        words = arena_array(&arena, (size_t)cJSON_GetArraySize(term) + 1, sizeof *words);
        assert_non_null(words);
        cJSON_ArrayForEach(word, term) words[count++] = json_str(word);
        assert_int_equal(vocab_add_words(v, name, words, count, "", &report), 0);
    }
    cJSON_ArrayForEach(word, cJSON_GetObjectItemCaseSensitive(tree, "common"))
        assert_int_equal(vocab_add_common(v, json_str(word)), 0);
    assert_int_equal(vocab_check(v, "", &report), 0);
    assert_report(&report, "");
    arena_release(&arena);
    return v;
}

/* What residents may say: every phrase of every term that names no other. */
static void collect_phrases(struct trial *g, const cJSON *tree)
{
    const cJSON *term, *word;
    cJSON_ArrayForEach(term, cJSON_GetObjectItemCaseSensitive(tree, "terms"))
    {
        if (!cJSON_IsArray(term))
            continue;
        cJSON_ArrayForEach(word, term)
        {
            struct str s = json_str(word);
            if (!s.len || memchr(s.p, '(', s.len) || g->phrase_count == PHRASES_MAX)
                continue;
            s.len -= s.p[s.len - 1] == '*';
            g->phrases[g->phrase_count++] = s;
        }
    }
}

static void add_alone(struct trial *g, struct str pcre)
{
    struct report report = REPORT_INIT;
    assert_true(g->count < PATTERNS_MAX);
    for (size_t i = 0; i < g->count; i++)
        if (str_eq(g->pcres[i], pcre))
            return;
    assert_int_equal(pattern_compile(g->vocab, pcre, "", &report, &g->alone[g->count]), 0);
    assert_int_equal(intents_add_topic(g->set, pcre), g->count);
    assert_int_equal(
        intents_add_pattern(g->set, (unsigned)g->count, PATTERN_FOR, pcre, 50, "", &report), 0);
    assert_report(&report, "");
    g->pcres[g->count++] = pcre;
}

static void add_patterns(struct trial *g, struct str file, const char *list)
{
    static const char *const uses[] = { "match", "unless" };
    const cJSON *topic, *pattern;
    struct str pcre;
    cJSON *tree = read_tree(CONTENT, file.p);
    assert_true(g->tree_count < ARRAY_LEN(g->trees));
    g->trees[g->tree_count++] = tree;
    cJSON_ArrayForEach(topic, cJSON_GetObjectItemCaseSensitive(tree, list)) for (size_t u = 0;
                                                                                 u < 2; u++)
        cJSON_ArrayForEach(pattern, cJSON_GetObjectItemCaseSensitive(topic, uses[u]))
    {
        assert_int_equal(json_get_str(pattern, "pcre", &pcre), 1);
        add_alone(g, pcre);
    }
}

static void trial_init(struct trial *g)
{
    *g = (struct trial){ .tree_count = 1, .trees = { read_tree(CONTENT, "terms.json") } };
    g->pcres = calloc(PATTERNS_MAX, sizeof *g->pcres);
    g->alone = calloc(PATTERNS_MAX, sizeof *g->alone);
    g->phrases = calloc(PHRASES_MAX, sizeof *g->phrases);
    g->vocab = make_vocab(g->trees[0]);
    g->set = intents_new(make_vocab(g->trees[0]));
    g->scratch = intents_scratch_new();
    g->context = pcre2_match_context_create(NULL);
    g->stack = pcre2_jit_stack_create(32 * 1024, PATTERN_JIT_STACK_BYTES, NULL);
    g->data = pcre2_match_data_create(1, NULL);
    assert_true(g->pcres && g->alone && g->phrases && g->set && g->scratch);
    assert_true(g->context && g->stack && g->data);
    (void)pcre2_set_match_limit(g->context, PATTERN_MATCH_LIMIT);
    pcre2_jit_stack_assign(g->context, NULL, g->stack);
    collect_phrases(g, g->trees[0]);
    add_patterns(g, STR("rules.json"), "rules");
    for (size_t i = 0; i < t.kb->intent_count; i++)
        if (!i || !str_eq(t.kb->intent[i].file, t.kb->intent[i - 1].file))
            add_patterns(g, t.kb->intent[i].file, "intents");
}

static void trial_release(struct trial *g)
{
    for (size_t i = 0; i < g->count; i++)
        pattern_release(&g->alone[i]);
    for (size_t i = 0; i < g->tree_count; i++)
        cJSON_Delete(g->trees[i]);
    pcre2_match_data_free(g->data);
    pcre2_jit_stack_free(g->stack);
    pcre2_match_context_free(g->context);
    g->scratch = intents_scratch_free(g->scratch);
    g->set = intents_free(g->set);
    g->vocab = vocab_free(g->vocab);
    free(g->phrases);
    free(g->alone);
    free(g->pcres);
    arena_release(&g->arena);
}

/* The set finds in @text just the patterns that PCRE2 finds there, each by itself. What spends a
 * limit by itself says nothing: the set may have known better. */
static void try_text(struct trial *g, struct str text)
{
    struct intents_match m;
    arena_clear(&g->arena);
    assert_int_equal(intents_match(g->set, g->scratch, &g->arena, text, &m), 0);
    bool *found = arena_array(&g->arena, g->count + 1, sizeof *found);
    assert_non_null(found);
    for (size_t h = 0; h < m.hit_count; h++)
        found[m.hits[h].topic] = true;
    for (size_t i = 0; i < g->count; i++) {
        int alone = pcre2_match(g->alone[i].code, (PCRE2_SPTR)m.normal.text.p, m.normal.text.len, 0,
                                PCRE2_NO_UTF_CHECK, g->data, g->context);
        bool fits = alone >= 0;
        if (fits == found[i] || (alone < 0 && alone != PCRE2_ERROR_NOMATCH))
            g->matches += fits;
        else
            fail_msg("\"%.*s\" in \"%.*s\": %s", STR_ARG(g->pcres[i]), STR_ARG(m.normal.text),
                     fits ? "left out" : "made up");
    }
}

static void test_leaves_nothing_out(void **state)
{
    (void)state;
    static const char *const betweens[] = { " ", " ", " ", " the ", " . ", " x y z " };
    struct trial g;
    uint64_t seed = 815;
    trial_init(&g);
    assert_true(g.count > 500);
    for (size_t i = 0; i < t.texts.count; i++)
        try_text(&g, t.texts.items[i]);
    for (int i = 0; i < 500; i++) {
        struct buf text = BUF_INIT(10000);
        for (uint64_t n = 1 + random_below(&seed, 8); n > 0; n--) {
            (void)buf_add(&text, g.phrases[random_below(&seed, g.phrase_count)]);
            (void)buf_addc(&text, betweens[random_below(&seed, ARRAY_LEN(betweens))]);
        }
        try_text(&g, buf_str(&text));
        buf_release(&text);
    }
    assert_true(g.matches > 1000); /* or it would show nothing */
    trial_release(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_any_bytes),
        cmocka_unit_test(test_leaves_nothing_out),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
