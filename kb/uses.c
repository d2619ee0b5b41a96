#include "kb/uses.h"

#include "base/map.h"

struct uses {
    const struct vocab *vocab;
    struct map says; /* by a term's name: is it the one that is asked for, or says it? */
};

static int text_says(struct str text, void *data);

/* 1 the term is the one or says it, 0, or ERR_NOMEM. None says itself: vocab_check. */
static int term_says(struct uses *u, struct str name)
{
    uint32_t says;
    if (map_get(&u->says, name, &says))
        return (int)says;
    int r = vocab_words(u->vocab, name, text_says, u);
    if (r < 0 && r != ERR_EXISTS)
        return r;
    says = r == ERR_EXISTS;
    r = map_put(&u->says, name, says);
    return r < 0 ? r : (int)says;
}

/* A pattern, or a word of a term: 0, ERR_EXISTS if it says it, or ERR_NOMEM. */
static int text_says(struct str text, void *data)
{
    struct uses *u = data;
    for (size_t at = 0; at + 3 < text.len; at++) {
        size_t from = at + 3, to = from;
        if (memcmp(text.p + at, "(?&", 3) != 0)
            continue;
        while (to < text.len && text.p[to] != ')')
            to++;
        int r = term_says(u, str_cut(text, from, to));
        if (r != 0)
            return r < 0 ? r : ERR_EXISTS;
    }
    return 0;
}

/* Patterns of a topic stand one behind the other. */
int kb_uses_each(const struct kb *kb, struct str term, void (*visit)(unsigned topic, void *data),
                 void *data)
{
    struct uses u = { intents_vocab(kb->intents), MAP_INIT };
    size_t count = intents_pattern_count(kb->intents);
    bool seen = false; /* the topic of the pattern before */
    int r = map_put(&u.says, term, 1);
    for (size_t i = 0; i < count && r == 0; i++) {
        struct intents_pattern p = intents_pattern(kb->intents, i);
        const struct kb_rule *rule = kb_rule_of(kb, p.topic);
        seen = seen && i > 0 && intents_pattern(kb->intents, i - 1).topic == p.topic;
        if (seen || (rule && rule->until_at))
            continue;
        r = text_says(p.pcre, &u);
        seen = r == ERR_EXISTS;
        if (seen) {
            visit(p.topic, data);
            r = 0;
        }
    }
    map_release(&u.says);
    return r;
}
