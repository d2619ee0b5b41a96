/* election.json: names and topics that are for people in the time before an election. They become
 * one term of the vocabulary, so that they are read however they are written, and a rule of their
 * own behind all others. */
#include "kb/load_private.h"

#include "base/array.h"

#define TERM "_election"

/* As people's words are read, without what is no word. */
static int plain_words(struct loader *l, struct str phrase, const char *where, struct str *ret)
{
    struct arena arena = ARENA_INIT;
    struct normal normal;
    struct buf words = BUF_INIT(4096);
    int r = normal_make(&arena, NULL, phrase, &normal);
    for (size_t i = 0; i < normal.word_count && r == 0; i++) {
        struct str word =
            str_cut(normal.text, normal.words[i].at, normal.words[i].at + normal.words[i].len);
        if (!normal_is_mark(word))
            r = buf_addf(&words, "%s%.*s", words.len ? " " : "", STR_ARG(word));
    }
    if (r == ERR_TOOBIG)
        r = report_error(l->report, "%s: \"%.40s …\": too long for a name or topic", where,
                         phrase.p);
    else if (r == 0 && !words.len)
        r = report_error(l->report, "%s: \"%.*s\": there is no word in it", where, STR_ARG(phrase));
    if (r == 0) {
        *ret = arena_str(&l->kb->arena, buf_str(&words));
        r = ret->p ? 0 : ERR_NOMEM;
    }
    buf_release(&words);
    arena_release(&arena);
    return r;
}

static int add_phrases(struct loader *l, const cJSON *tree, const char *name, const char *where,
                       struct str *all, size_t *count, size_t max)
{
    struct kb_list list = { 0 };
    int r = load_list(l, tree, name, false, where, &list);
    for (size_t i = 0; i < list.count && r != ERR_NOMEM && *count < max; i++) {
        r = plain_words(l, list.items[i], where, &all[*count]);
        *count += r == 0;
    }
    return r == ERR_NOMEM ? r : 0;
}

int load_election_words(struct loader *l, const cJSON *tree, struct str file)
{
    static const char *const names[] = { "names", "topics" };
    size_t max = 0, count = 0;
    int r = 0;
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        max += (size_t)cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(tree, names[i]));
    struct str *all = calloc(max + 1, sizeof *all);
    if (!all)
        return ERR_NOMEM;
    for (size_t i = 0; i < ARRAY_LEN(names) && r == 0; i++)
        r = add_phrases(l, tree, names[i], file.p, all, &count, max);
    if (r == 0 && count) {
        l->election_words = true;
        r = vocab_add_words(l->vocab, STR(TERM), all, count, file.p, l->report);
    }
    free(all);
    return r;
}

static int add_rule(struct loader *l, const struct kb_rule *rule, const char *where)
{
    struct kb_rule one = *rule;
    int r = array_grow_in(&l->kb->arena, (void **)&l->kb->rule, l->kb->rule_count, &l->rule_room,
                          sizeof *l->kb->rule);
    int topic = r == 0 ? intents_add_topic(l->kb->intents, one.id) : r;
    if (topic < 0)
        return topic;
    one.topic = (unsigned)topic;
    l->kb->rule[l->kb->rule_count++] = one;
    return intents_add_pattern(l->kb->intents, one.topic, PATTERN_FOR, STR("(?&" TERM ")"), 100,
                               where, l->report);
}

int load_election(struct loader *l, const cJSON *tree, struct str file)
{
    static const char *const names[] = { "from", "until", "team", "names", "topics", NULL };
    struct kb_rule rule = { .id = STR("election"),
                            .title = STR("The election"),
                            .kind = KB_SENSITIVE,
                            .reason = kb_class_name(KB_CLASS_PRESS_POLITICS) };
    const char *w = file.p;
    int r = load_keep(l, file, &rule.file);
    json_check_names(tree, names, w, l->report);
    if (r == 0)
        r = load_span(l, tree, w, &rule.from_at, &rule.until_at);
    if (r == 0)
        r = load_text(l, tree, "team", false, w, &rule.team);
    if (r == 0 && !rule.team.len)
        rule.team = STR("communications");
    for (size_t i = 0; i < l->kb->rule_count && r == 0; i++)
        if (str_eq(l->kb->rule[i].id, rule.id))
            r = report_error(l->report, "%s: a rule is called \"election\": give it another id", w);
    return r == 0 && l->election_words ? add_rule(l, &rule, w) : r;
}
