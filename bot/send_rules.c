#include "bot/send_rules.h"

#include <stdlib.h>

#include "base/array.h"
#include "bot/policy.h"

bool send_broken(const struct send_facts *f)
{
    return f->short_count >= SEND_SHORT_MAX || f->long_count >= SEND_LONG_MAX;
}

/* What holds for people's replies too. */
static const char *refusal_of_any(const struct send_facts *f)
{
    if (f->gone)
        return "Not sent: what it answers was deleted";
    if (!f->invited)
        return "Not sent: the resident didn't mention, quote or answer us, so the network lets "
               "nobody answer there";
    if (f->asks && !f->is_private)
        return "Not sent: it asks for personal details where everybody can read it; send it as a "
               "direct message";
    if (f->to_many && f->urgent && !f->insisted)
        return "Not sent: the case has become sensitive since, and needs an answer of its own";
    if (f->same && !f->is_private)
        return "Not sent: the very same was said within the last day, and the network refuses "
               "repetitions; say it in other words";
    if (f->near_resident && !f->insisted && (f->automatic || !f->is_private))
        return "Not sent: the resident was told nearly the same within the last day";
    return NULL;
}

const char *send_refusal(const struct send_facts *f)
{
    const char *why = refusal_of_any(f);
    if (why || !f->automatic || f->insisted)
        return why;
    if (f->opted_out && !f->confirms)
        return "Not sent: the resident asked for no automatic replies";
    if (f->case_open)
        return "Not sent: the conversation was with staff by then";
    if (f->case_claimed)
        return "Not sent: somebody had taken the conversation by then";
    if (f->too_late)
        return "Not sent: it could not go out in time";
    if (f->urgent) /* no number and no money stops it */
        return NULL;
    if (f->said_here >= POLICY_REPLIES_MAX && !f->confirms)
        return "Not sent: the conversation has had its three automatic replies";
    if (f->near_others >= SEND_LIKE_MAX)
        return "Not sent: nearly the same was said to many others within the hour";
    if (f->stopped || send_broken(f))
        return "Not sent: more automatic replies went out than is normal";
    if (f->over_cap)
        return "Not sent: the month's money for the network is spent";
    return NULL;
}

/* ------------------------------------------------------------------------------------------------
 * likeness */

enum { WORDS_MAX = 256, RUN = 3 };

struct words {
    uint64_t hash[WORDS_MAX];
    size_t count;
};

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* Of a token's letters and digits, in lower case; 0 if it has none. */
static uint64_t hash_of(struct str token)
{
    uint64_t hash = 0;
    for (size_t i = 0; i < token.len; i++) {
        char c = token.p[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c + ('a' - 'A'));
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80)
            hash = (hash ^ (unsigned char)c) * UINT64_C(0x100000001b3) + 1;
    }
    return hash;
}

static bool is_link(struct str token)
{
    return memmem(token.p, token.len, "://", 3) != NULL;
}

static bool is_greeting(struct str token)
{
    static const char *const greetings[] = { "hi", "hello", "hey", "dear" };
    for (size_t i = 0; i < ARRAY_LEN(greetings); i++)
        if (hash_of(token) == hash_of(str_of(greetings[i])))
            return true;
    return false;
}

static struct words words_of(struct str text)
{
    struct words w = { .count = 0 };
    bool greeted = false; /* the name may follow: "Hi Sam, …" */
    for (size_t at = 0; at < text.len && w.count < WORDS_MAX; at++) {
        size_t from = at;
        while (at < text.len && !is_space(text.p[at]))
            at++;
        struct str token = str_cut(text, from, at);
        if (!hash_of(token) || token.p[0] == '@' || token.p[0] == '^' || is_link(token))
            continue;
        char last = token.p[token.len - 1];
        if (w.count == 0 && (is_greeting(token) || (greeted && (last == ',' || last == '!')))) {
            greeted = last != ',' && last != '!';
            continue;
        }
        w.hash[w.count++] = hash_of(token);
    }
    return w;
}

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* A text of fewer words is one run. */
int send_runs_of(struct arena *arena, struct str text, struct send_runs *ret)
{
    const struct words w = words_of(text);
    size_t length = w.count < RUN ? w.count : RUN, count = length ? w.count - length + 1 : 0;
    uint64_t *runs = arena_array(arena, count + 1, sizeof *runs);
    if (!runs)
        return ERR_NOMEM;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < length; k++)
            runs[i] = runs[i] * UINT64_C(0x9e3779b97f4a7c15) + w.hash[i + k];
    qsort(runs, count, sizeof *runs, by_value);
    struct send_runs kept = { .hashes = runs };
    for (size_t i = 0; i < count; i++) {
        if (kept.count && runs[kept.count - 1] == runs[i])
            continue;
        kept.bits |= UINT64_C(1) << (runs[i] >> 58);
        runs[kept.count++] = runs[i];
    }
    *ret = kept;
    return 0;
}

static unsigned likeness(size_t shared, const struct send_runs *a, const struct send_runs *b)
{
    size_t all = a->count + b->count - shared;
    return all ? (unsigned)(100 * shared / all) : 100;
}

bool send_alike(const struct send_runs *a, const struct send_runs *b)
{
    /* each bit that only one has is a run at least that only it has */
    size_t a_shares = a->count - (size_t)__builtin_popcountll(a->bits & ~b->bits);
    size_t b_shares = b->count - (size_t)__builtin_popcountll(b->bits & ~a->bits);
    return likeness(a_shares < b_shares ? a_shares : b_shares, a, b) >= SEND_LIKE &&
           send_likeness(a, b) >= SEND_LIKE;
}

unsigned send_likeness(const struct send_runs *a, const struct send_runs *b)
{
    size_t shared = 0, i = 0, k = 0;
    while (i < a->count && k < b->count) {
        if (a->hashes[i] == b->hashes[k])
            shared++, i++, k++;
        else if (a->hashes[i] < b->hashes[k])
            i++;
        else
            k++;
    }
    return likeness(shared, a, b);
}
