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
    const cJSON *is; /* what the term is to say */
};

static bool term_says(const struct asking *a, const cJSON *term, unsigned depth);

/* Does a pattern, or what a term says, name the term, itself or by another? */
static bool says(const struct asking *a, struct str text, unsigned depth)
{
    for (size_t at = 0; at + 3 < text.len; at++) {
        if (memcmp(text.p + at, "(?&", 3) != 0)
            continue;
        size_t from = at + 3, to = from;
        while (to < text.len && text.p[to] != ')')
            to++;
        struct str name = str_cut(text, from, to);
        if (str_eq(name, a->term))
            return true;
        if (depth < TERMS_DEEP && term_says(a, kb_items_get(a->items, KB_TERM, name), depth + 1))
            return true;
    }
    return false;
}

/* @term: a list of words, or {"pcre"}. */
static bool term_says(const struct asking *a, const cJSON *term, unsigned depth)
{
    const cJSON *child;
    cJSON_ArrayForEach(child, term)
    {
        if (says(a, json_str(child), depth))
            return true;
    }
    return false;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool stands_in(struct str phrase, struct str wanted)
{
    bool star = str_ends(wanted, STR("*"));
    struct str word;
    wanted = str_cut(wanted, 0, wanted.len - star);
    while (str_split(&phrase, ' ', &word)) {
        size_t i = 0;
        while (i < wanted.len && i < word.len && lower(word.p[i]) == lower(wanted.p[i]))
            i++;
        if (i == wanted.len && (star || i == word.len))
            return true;
    }
    return false;
}

/* Could a plain phrase be read as the term? It could if all words of something that the term says
 * stand in it: kb/plain.c is stricter. */
static bool may_stand_for(struct str phrase, const cJSON *term)
{
    const cJSON *said;
    cJSON_ArrayForEach(said, term)
    {
        struct str rest = json_str(said), word;
        bool all = rest.len > 0;
        while (all && str_split(&rest, ' ', &word))
            all = stands_in(phrase, word);
        if (all)
            return true;
    }
    return false;
}

struct reading {
    const struct asking *asking;
    struct str phrase;
};

/* 1: the phrase may be read as this term, which is the one or says it. */
static int phrase_says(const struct kb_item *item, void *data)
{
    const struct reading *r = data;
    return item->kind == KB_TERM && may_stand_for(r->phrase, item->body) &&
           (str_eq(item->id, r->asking->term) || term_says(r->asking, item->body, 0));
}

static bool any_phrase_says(const struct asking *a, const cJSON *phrases)
{
    const cJSON *phrase;
    cJSON_ArrayForEach(phrase, phrases)
    {
        struct reading r = { a, json_str(phrase) };
        if (str_is(a->term, "gap") || may_stand_for(r.phrase, a->is) || /* between any two words */
            kb_items_each(a->items, phrase_says, &r) == 1)
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
    return any_phrase_says(a, cJSON_GetObjectItemCaseSensitive(item->body, "phrases"));
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

/* Is "danger" another in any voice of either? */
static bool danger_differs(const struct kb_difference *d)
{
    const cJSON *const sides[] = { d->was, d->is }, *voice;
    if (str_is(d->id, "danger"))
        return true;
    for (size_t i = 0; i < ARRAY_LEN(sides) && str_is(d->id, "voices"); i++)
        cJSON_ArrayForEach(voice, sides[i])
        {
            const struct kb_difference one = {
                .was = cJSON_GetObjectItemCaseSensitive(d->was, voice->string),
                .is = cJSON_GetObjectItemCaseSensitive(d->is, voice->string)
            };
            if (differs(&one, "danger"))
                return true;
        }
    return false;
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

unsigned kb_needs_of(const struct kb_items *live, const struct kb_difference *d, int64_t at)
{
    struct asking a = { live, d->id, d->is };
    unsigned needs = 0;
    if (d->kind == KB_RULE)
        needs |= need_of_rule(d->was) | need_of_rule(d->is);
    if (d->kind == KB_THRESHOLDS)
        needs |= KB_NEED_THRESHOLDS;
    if (d->kind == KB_WORDING && danger_differs(d))
        needs |= KB_NEED_DANGER;
    if (d->kind == KB_TERM && kb_items_each(live, rule_says, &a) == 1)
        needs |= KB_NEED_TERM;
    if (is_frozen(d) && kb_election_is_on(live, at))
        needs |= KB_NEED_ELECTION;
    return needs;
}

struct comparing {
    const struct kb_items *live;
    int64_t at;
    unsigned needs;
};

static int look_at_difference(const struct kb_difference *d, void *data)
{
    struct comparing *c = data;
    c->needs |= kb_needs_of(c->live, d, c->at);
    return 0;
}

int kb_needs_between(const struct kb_items *live, const struct kb_items *is, int64_t at,
                     unsigned *ret)
{
    struct comparing c = { live, at, 0 };
    int r = kb_diff(live, is, look_at_difference, &c);
    if (r == 0)
        *ret = c.needs;
    return r;
}

/* ------------------------------------------------------------------------------------------------
 * words */

static const struct {
    enum kb_need need;
    const char *words;
} sentences[] = {
    { KB_NEED_SENSITIVE, "It changes a rule for sensitive messages." },
    { KB_NEED_TROLL, "It changes a rule for trolling." },
    { KB_NEED_TERM, "It changes words that a rule for sensitive messages or trolling uses." },
    { KB_NEED_THRESHOLDS, "It changes the thresholds." },
    { KB_NEED_DANGER, "It changes what is said at once where somebody may be in danger." },
    { KB_NEED_ELECTION, "It changes what is said, in a pre-election period: a supervisor "
                        "or an admin must agree." },
};

int kb_needs_say(unsigned needs, struct buf *out)
{
    for (size_t i = 0; i < ARRAY_LEN(sentences); i++)
        if (needs & sentences[i].need)
            (void)buf_addf(out, "%s%s", out->len ? " " : "", sentences[i].words);
    return out->err;
}

unsigned kb_needs_unsaid(unsigned needs, struct str said)
{
    for (size_t i = 0; i < ARRAY_LEN(sentences); i++)
        if (said.len && memmem(said.p, said.len, sentences[i].words, strlen(sentences[i].words)))
            needs &= ~(unsigned)sentences[i].need;
    return needs;
}
