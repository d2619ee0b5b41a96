#include "bot/suggest.h"

#include <math.h>

#include "base/array.h"
#include "base/map.h"

enum {
    GROUP_LEAST = 3,         /* fewer messages are no reason to learn */
    WORD_BYTES_LEAST = 3,    /* shorter ones tell too little */
    WORD_BYTES_MOST = 60,    /* longer ones are no words */
    SHARE_LEAST_PERCENT = 15 /* of a group, to be named as one of its words */
};

/* A word or two neighbours, in how many messages. */
struct feature {
    struct str text;
    bool fresh;
    unsigned explained, left; /* messages of each kind that hold it; left: in no group yet */
    unsigned in_group;        /* while a group is described */
    uint32_t last;            /* the message that counted it last, from 1 */
};

struct message {
    uint32_t *features;
    size_t count;
    bool grouped;
};

struct suggest {
    const struct vocab *vocab;
    struct arena arena;
    struct map features_by_text;
    struct feature *features;
    size_t feature_count, feature_room;
    struct message *messages; /* that nothing explains */
    size_t message_count, message_room;
    unsigned explained, left, added;
};

struct suggest *suggest_new(const struct vocab *vocab)
{
    struct suggest *s = calloc(1, sizeof *s);
    if (s)
        s->vocab = vocab;
    return s;
}

struct suggest *suggest_free(struct suggest *s)
{
    if (!s)
        return NULL;
    map_release(&s->features_by_text);
    free(s->features);
    free(s->messages);
    arena_release(&s->arena);
    free(s);
    return NULL;
}

static int feature_of(struct suggest *s, struct str text, bool fresh, uint32_t *ret)
{
    if (map_get(&s->features_by_text, text, ret))
        return 0;
    struct str copy = arena_str(&s->arena, text);
    if (!copy.p || array_grow((void **)&s->features, s->feature_count, &s->feature_room,
                              sizeof *s->features) < 0)
        return ERR_NOMEM;
    uint32_t number = (uint32_t)s->feature_count;
    if (map_put(&s->features_by_text, copy, number) < 0)
        return ERR_NOMEM;
    s->features[s->feature_count++] = (struct feature){ .text = copy, .fresh = fresh };
    *ret = number;
    return 0;
}

/* Says enough to tell messages apart: no mark, no number, none of the common words. */
static bool is_telling(const struct suggest *s, struct str word)
{
    bool letters = false;
    for (size_t i = 0; i < word.len; i++)
        letters |= (unsigned char)word.p[i] >= 'a';
    return letters && word.len >= WORD_BYTES_LEAST && word.len <= WORD_BYTES_MOST &&
           !vocab_is_common(s->vocab, word);
}

/* Counts a feature once a message; notes it where @m isn't NULL. */
static int count_feature(struct suggest *s, struct str text, bool fresh, struct message *m)
{
    uint32_t number;
    int r = feature_of(s, text, fresh, &number);
    if (r < 0)
        return r;
    struct feature *f = &s->features[number];
    if (f->last == s->added)
        return 0;
    f->last = s->added;
    if (m)
        m->features[m->count++] = number;
    f->left += m != NULL;
    f->explained += m == NULL;
    return 0;
}

int suggest_add(struct suggest *s, const struct normal *n, bool explained)
{
    struct message m = { .count = 0 };
    struct str before = STR("");
    bool before_fresh = false;
    int r = 0;
    if (!explained) {
        m.features = arena_array(&s->arena, 2 * n->word_count + 1, sizeof *m.features);
        if (!m.features || array_grow((void **)&s->messages, s->message_count, &s->message_room,
                                      sizeof *s->messages) < 0)
            return ERR_NOMEM;
    }
    s->added++;
    for (size_t i = 0; i < n->word_count && r == 0; i++) {
        struct normal_word w = n->words[i];
        struct str word = str_cut(n->text, w.at, w.at + w.len);
        bool fresh = !vocab_knows(s->vocab, word);
        if (!is_telling(s, word)) {
            before = STR("");
            continue;
        }
        r = count_feature(s, word, fresh, explained ? NULL : &m);
        if (r == 0 && before.len) /* neighbours in a normalised text have one space between them */
            r = count_feature(s, (struct str){ before.p, before.len + 1 + word.len },
                              fresh || before_fresh, explained ? NULL : &m);
        before = word;
        before_fresh = fresh;
    }
    if (r < 0)
        return r;
    s->explained += explained;
    s->left += !explained;
    if (!explained)
        s->messages[s->message_count++] = m;
    return 0;
}

/*
 * How telling a feature is that @holding of @of messages hold: how many do, by how much more usual
 * it is among them than among explained messages. Nothing below 0 tells.
 */
static double worth(const struct suggest *s, const struct feature *f, unsigned holding, unsigned of)
{
    double here = (double)holding / of;
    double elsewhere = (f->explained + 1.0) / (s->explained + 2.0); /* never seen isn't never */
    return holding * log(here / elsewhere);
}

static struct feature *best_feature(struct suggest *s)
{
    struct feature *best = NULL;
    double best_worth = 0;
    for (size_t i = 0; i < s->feature_count; i++) {
        struct feature *f = &s->features[i];
        double value = f->left >= GROUP_LEAST ? worth(s, f, f->left, s->left) : 0;
        if (value <= best_worth)
            continue;
        best = f;
        best_worth = value;
    }
    return best;
}

static bool holds(const struct message *m, uint32_t feature)
{
    size_t i = 0;
    while (i < m->count && m->features[i] != feature)
        i++;
    return i < m->count;
}

static void take_message(struct suggest *s, struct message *m)
{
    m->grouped = true;
    s->left--;
    for (size_t i = 0; i < m->count; i++) {
        s->features[m->features[i]].left--;
        s->features[m->features[i]].in_group++;
    }
}

/* Is one part of the other? A pair that holds a word already named says nothing new. */
static bool says_the_same(struct str a, struct str b)
{
    return memmem(a.p, a.len, b.p, b.len) || memmem(b.p, b.len, a.p, a.len);
}

/* What else the group shares, most telling first; NULL when there is nothing worth naming. */
static struct feature *next_word(struct suggest *s, const struct suggest_group *g)
{
    unsigned least = (unsigned)(g->message_count * SHARE_LEAST_PERCENT / 100) + 1;
    struct feature *best = NULL;
    double best_worth = 0;
    for (size_t i = 0; i < s->feature_count; i++) {
        struct feature *f = &s->features[i];
        bool named = f->in_group <= least;
        for (size_t w = 0; w < g->word_count && !named; w++)
            named = says_the_same(f->text, g->words[w]);
        double value = named ? 0 : worth(s, f, f->in_group, (unsigned)g->message_count);
        if (value <= best_worth)
            continue;
        best = f;
        best_worth = value;
    }
    return best;
}

/* Those that hold all words first, then those that hold all but one … */
static int order_messages(struct suggest *s, const uint32_t *words, struct suggest_group *g)
{
    unsigned *ordered = arena_array(&s->arena, g->message_count, sizeof *ordered);
    size_t count = 0;
    if (!ordered)
        return ERR_NOMEM;
    for (size_t wanted = g->word_count; wanted > 0; wanted--)
        for (size_t i = 0; i < g->message_count; i++) {
            size_t held = 0;
            for (size_t w = 0; w < g->word_count; w++)
                held += holds(&s->messages[g->messages[i]], words[w]);
            if (held == wanted)
                ordered[count++] = g->messages[i];
        }
    g->messages = ordered;
    return 0;
}

int suggest_next(struct suggest *s, struct suggest_group *ret)
{
    struct feature *seed = best_feature(s);
    struct suggest_group g = { .word_count = 0 };
    uint32_t words[SUGGEST_WORDS];
    if (!seed)
        return 0;
    g.messages = arena_array(&s->arena, seed->left, sizeof *g.messages);
    if (!g.messages)
        return ERR_NOMEM;
    for (size_t i = 0; i < s->feature_count; i++)
        s->features[i].in_group = 0;
    for (size_t i = 0; i < s->message_count; i++) {
        struct message *m = &s->messages[i];
        if (m->grouped || !holds(m, (uint32_t)(seed - s->features)))
            continue;
        g.messages[g.message_count++] = (unsigned)i;
        take_message(s, m);
    }
    for (struct feature *f = seed; f && g.word_count < SUGGEST_WORDS; f = next_word(s, &g)) {
        words[g.word_count] = (uint32_t)(f - s->features);
        g.fresh[g.word_count] = f->fresh;
        g.words[g.word_count++] = f->text;
    }
    int r = order_messages(s, words, &g);
    if (r < 0)
        return r;
    *ret = g;
    return 1;
}
