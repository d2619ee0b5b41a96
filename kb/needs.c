#include "kb/needs.h"

#include "base/when.h"

enum { TERMS_DEEP = 16 }; /* terms that say terms; the vocabulary allows no rings */

static struct str text_of(const cJSON *object, const char *name)
{
    return json_str(cJSON_GetObjectItemCaseSensitive(object, name));
}

/* ------------------------------------------------------------------------------------------------
 * rules and terms */

static unsigned need_of_rule(const cJSON *rule)
{
    struct str kind = text_of(rule, "kind");
    return str_is(kind, "sensitive") ? KB_NEED_SENSITIVE
           : str_is(kind, "troll")   ? KB_NEED_TROLL
                                     : 0;
}

struct asking {
    const struct kb_items *items;
    struct str term;
};

/* Does a pattern say the term, itself or by another term's pattern? */
static bool says(const struct asking *a, struct str pcre, unsigned depth)
{
    for (size_t at = 0; at + 3 < pcre.len; at++) {
        if (memcmp(pcre.p + at, "(?&", 3) != 0)
            continue;
        size_t from = at + 3, to = from;
        while (to < pcre.len && pcre.p[to] != ')')
            to++;
        struct str name = str_cut(pcre, from, to);
        if (str_eq(name, a->term))
            return true;
        struct str inner = text_of(kb_items_get(a->items, KB_TERM, name), "pcre");
        if (depth < TERMS_DEEP && says(a, inner, depth + 1))
            return true;
    }
    return false;
}

/* 1: this rule needs it and says the term. */
static int rule_says(const struct kb_item *item, void *data)
{
    static const char *const lists[] = { "match", "unless" };
    const struct asking *a = data;
    const cJSON *pattern;
    if (item->kind != KB_RULE || !need_of_rule(item->body))
        return 0;
    for (size_t i = 0; i < ARRAY_LEN(lists); i++)
        cJSON_ArrayForEach(pattern, cJSON_GetObjectItemCaseSensitive(item->body, lists[i]))
        {
            if (says(a, text_of(pattern, "pcre"), 0))
                return 1;
        }
    return 0;
}

/* ------------------------------------------------------------------------------------------------
 * elections */

bool kb_election_is_on(const struct kb_items *live, int64_t now)
{
    const cJSON *election = kb_items_get(live, KB_ELECTION, STR("election"));
    int64_t from, until;
    return when_parse(text_of(election, "from"), &from) &&
           when_parse(text_of(election, "until"), &until) && from <= now && now < until;
}

static bool differs(const struct kb_difference *d, const char *member)
{
    return !kb_item_same(cJSON_GetObjectItemCaseSensitive(d->was, member),
                         cJSON_GetObjectItemCaseSensitive(d->is, member));
}

/* Does it change what is said, or that it may not be? An incident must be told of at once, whatever
 * is on. */
static bool is_frozen(const struct kb_difference *d)
{
    switch (d->kind) {
    case KB_INTENT:
        return differs(d, "replies") || differs(d, "link") || differs(d, "called");
    case KB_RULE:
        return differs(d, "holding");
    case KB_NOTICE:
    case KB_CANNED:
    case KB_WORDING:
    case KB_ELECTION:
        return true;
    case KB_TERM:
    case KB_COMMON:
    case KB_INCIDENT:
    case KB_THRESHOLDS:
        return false;
    }
    return false;
}

/* ------------------------------------------------------------------------------------------------
 * all of it */

unsigned kb_needs_of(const struct kb_items *live, const struct kb_difference *d, int64_t now)
{
    struct asking a = { live, d->id };
    unsigned needs = 0;
    if (d->kind == KB_RULE)
        needs |= need_of_rule(d->was) | need_of_rule(d->is);
    if (d->kind == KB_THRESHOLDS)
        needs |= KB_NEED_THRESHOLDS;
    if (d->kind == KB_TERM && kb_items_each(live, rule_says, &a) == 1)
        needs |= KB_NEED_TERM;
    if (is_frozen(d) && kb_election_is_on(live, now))
        needs |= KB_NEED_ELECTION;
    return needs;
}

int kb_needs_say(unsigned needs, struct buf *out)
{
    static const struct {
        enum kb_need need;
        const char *words;
    } all[] = {
        { KB_NEED_SENSITIVE, "It changes a rule for sensitive messages." },
        { KB_NEED_TROLL, "It changes a rule for trolling." },
        { KB_NEED_TERM, "It changes words that a rule for sensitive messages or trolling uses." },
        { KB_NEED_THRESHOLDS, "It changes the thresholds." },
        { KB_NEED_ELECTION, "It changes what is said, in a pre-election period: a supervisor or an "
                            "admin must agree." },
    };
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        if (needs & all[i].need)
            (void)buf_addf(out, "%s%s", out->len ? " " : "", all[i].words);
    return out->err;
}
