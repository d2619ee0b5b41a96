/*
 * Sentence by sentence: an asking word, and behind it "your" or "the" and what is asked for. It
 * errs on the side of seeing a question: a text that is refused in vain is written anew, one that
 * slipped through is there for all to read.
 */
#include "kb/asking.h"

#include "base/array.h"

enum {
    WORDS_MAX = 96, /* of a sentence; what is longer is read in pieces */
    WORD_BYTES = 24,
    REACH = 8,    /* words between the asking word and what it asks for */
    FILLERS = 3,  /* between "your" and the detail: "your full home address" */
    CURT = 5,     /* a question of no more words needs no asking word: "And your name?" */
    NEGATION = 3, /* words before the asking word in which "don't" counts */
};

struct sentence {
    char word[WORDS_MAX][WORD_BYTES]; /* lower case, without apostrophes */
    size_t count;
    bool question, linked;
};

static const struct {
    const char *words, *label;
    bool plain; /* asks for it without "your", too: "what's the postcode?" */
} details[] = {
    { "address", "an address", true },
    { "postcode", "a postcode", true },
    { "post code", "a postcode", true },
    { "house number", "an address", true },
    { "door number", "an address", true },
    { "flat number", "an address", true },
    { "phone number", "a phone number", true },
    { "telephone number", "a phone number", true },
    { "mobile number", "a phone number", true },
    { "contact number", "a phone number", true },
    { "phone", "a phone number", false },
    { "mobile", "a phone number", false },
    { "number", "a number of theirs", false },
    { "email", "an email address", false },
    { "contact details", "contact details", true },
    { "details", "personal details", false },
    { "name", "a name", false },
    { "names", "a name", false },
    { "full name", "a name", true },
    { "surname", "a name", true },
    { "date of birth", "a date of birth", true },
    { "dob", "a date of birth", true },
    { "birthday", "a date of birth", false },
    { "age", "an age", false },
    { "account number", "an account number", true },
    { "account", "an account number", false },
    { "national insurance", "a national insurance number", true },
    { "ni number", "a national insurance number", true },
    { "nhs number", "an NHS number", true },
    { "bank details", "bank details", true },
    { "sort code", "bank details", true },
    { "card number", "bank details", true },
    { "registration", "a vehicle's registration", false },
    { "registration number", "a vehicle's registration", true },
    { "number plate", "a vehicle's registration", true },
    { "passport", "a passport", false },
    { "password", "a password", true },
};

/* Questions by themselves. */
static const struct {
    const char *words, *label;
} whole[] = {
    { "where do you live", "an address" },       { "where are you living", "an address" },
    { "whereabouts do you live", "an address" }, { "what number can", "a phone number" },
    { "which number can", "a phone number" },    { "best number to", "a phone number" },
    { "when were you born", "a date of birth" }, { "how old are you", "an age" },
    { "who am i speaking", "a name" },
};

static const char *const wanting[] = {
    "what",         "whats",       "which",        "we need",     "well need",    "i need",
    "ill need",     "may we have", "may i have",   "can we have", "can i have",   "could we have",
    "could i have", "can i take",  "could i take", "can we take", "can i get",    "can we get",
    "could we get", "let us know", "let me know",  "do you have", "have you got",
};

/* These ask as orders and after "can you", not where somebody else does it: "we'll send it". */
static const char *const ordering[] = { "tell", "give",    "send",  "share", "provide", "confirm",
                                        "post", "reply",   "tweet", "leave", "add",     "drop",
                                        "type", "comment", "pass",  "say",   "state",   "quote" };
static const char *const others_do[] = { "we",   "well", "i",    "ill", "they", "theyll",
                                         "will", "it",   "that", "he",  "she",  "who" };
static const char *const negations[] = {
    "dont", "not", "never", "without", "no", "nobody", "wont"
};
static const char *const in_private[] = {
    "dm",        "dms",        "dmed",           "inbox",
    "privately", "in private", "direct message", "private message",
    "message us"
};
/* "at your address" says where something is. */
static const char *const places[] = { "to",      "at", "from",  "in", "on",   "near",
                                      "outside", "by", "about", "of", "into", "for" };
static const char *const articles[] = {
    "the", "a", "an", "full", "home", "what", "which", "whats"
};

/* Do the phrase's words stand from @at on? Their number, else 0. */
static size_t stands(const struct sentence *s, size_t at, const char *phrase)
{
    struct str rest = str_of(phrase), word;
    size_t n = 0;
    while (str_split(&rest, ' ', &word)) {
        if (at + n >= s->count || !str_is(word, s->word[at + n]))
            return 0;
        n++;
    }
    return n;
}

static size_t stands_any(const struct sentence *s, size_t at, const char *const *phrases,
                         size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t n = stands(s, at, phrases[i]);
        if (n)
            return n;
    }
    return 0;
}

#define STANDS_ANY(s, at, list) stands_any(s, at, list, ARRAY_LEN(list))

/* The words of an asking phrase at @at, 0 if none stands there or it is taken back. */
static size_t asks_at(const struct sentence *s, size_t at)
{
    for (size_t back = 1; back <= NEGATION && back <= at; back++)
        if (STANDS_ANY(s, at - back, negations))
            return 0;
    size_t n = STANDS_ANY(s, at, wanting);
    if (n)
        return n;
    if (at && STANDS_ANY(s, at - 1, others_do))
        return 0;
    if (at && stands(s, at - 1, "to") && !(at > 1 && stands(s, at - 2, "you")))
        return 0;
    return STANDS_ANY(s, at, ordering);
}

/* The longest of the details that stand at @at: "address" of "email address" is none of its own. */
static const char *detail_at(const struct sentence *s, size_t at, bool plain)
{
    const char *label = NULL;
    size_t longest = 0;
    for (size_t i = 0; i < ARRAY_LEN(details); i++) {
        size_t n = stands(s, at, details[i].words);
        if (n > longest && (!plain || details[i].plain)) {
            longest = n;
            label = details[i].label;
        }
    }
    return label;
}

/* What stands behind "your" or an article at @at. */
static const char *thing_at(const struct sentence *s, size_t at)
{
    bool yours = stands(s, at, "your") || stands(s, at, "ur");
    if ((!yours && !STANDS_ANY(s, at, articles)) || (at && STANDS_ANY(s, at - 1, places)))
        return NULL;
    const char *label = NULL;
    for (size_t i = at + 1; i < s->count && i <= at + 1 + (yours ? FILLERS : 1) && !label; i++)
        label = detail_at(s, i, !yours);
    return label;
}

/* "Postcode please", "And your name?" */
static const char *curt(const struct sentence *s)
{
    bool please = s->question;
    for (size_t i = 0; i < s->count; i++)
        please |= stands(s, i, "please") || stands(s, i, "pls");
    const char *label = NULL;
    for (size_t i = 0; i < s->count && s->count <= CURT && please && !label; i++) {
        if (STANDS_ANY(s, i, places))
            return NULL;
        label = stands(s, i, "your") ? thing_at(s, i) : detail_at(s, i, true);
    }
    return label;
}

static bool is_private(const struct sentence *s)
{
    for (size_t i = 0; i < s->count; i++)
        if (STANDS_ANY(s, i, in_private))
            return true;
    return false;
}

static const char *asked_in(const struct sentence *s)
{
    const char *label = curt(s);
    for (size_t i = 0; i < s->count && !label; i++) {
        for (size_t w = 0; w < ARRAY_LEN(whole) && !label; w++)
            label = stands(s, i, whole[w].words) ? whole[w].label : NULL;
        size_t n = asks_at(s, i);
        size_t from = n && STANDS_ANY(s, i, articles) ? i : i + n; /* "what postcode" */
        for (size_t k = from; n && k < s->count && k <= i + n + REACH && !label; k++)
            label = thing_at(s, k);
    }
    return label;
}

/* "https://…", "northmoor.example/bins", and the wording's "{link}" */
static bool is_link(struct str token)
{
    for (size_t i = 0; i + 1 < token.len; i++)
        if (str_starts(str_cut(token, i, token.len), STR("://")) ||
            str_starts(str_cut(token, i, token.len), STR("{link}")) ||
            (i && token.p[i] == '.' && token.p[i + 1] >= 'a' && token.p[i + 1] <= 'z'))
            return true;
    return false;
}

static void end_word(struct sentence *s, size_t *len)
{
    if (*len && s->count < WORDS_MAX) {
        s->word[s->count][*len] = '\0';
        s->count++;
    }
    *len = 0;
}

/* The words of one token; 1 if a sentence ends behind it. */
static bool read_token(struct sentence *s, struct str token)
{
    size_t len = 0;
    char last = token.p[token.len - 1];
    if (is_link(token)) {
        s->linked = true;
        return last == '.' || last == '?' || last == '!';
    }
    for (size_t i = 0; i < token.len && s->count < WORDS_MAX; i++) {
        char c = token.p[i];
        char lower = c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
        bool apostrophe = c == '\'' || str_starts(str_cut(token, i, token.len), STR("\u2019"));
        if (apostrophe) {
            i += c == '\'' ? 0 : 2; /* a curly one has three bytes */
        } else if ((lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') ||
                   (unsigned char)c >= 0x80) {
            if (len + 1 < WORD_BYTES)
                s->word[s->count][len++] = lower;
        } else {
            s->question |= c == '?';
            end_word(s, &len);
        }
    }
    end_word(s, &len);
    return last == '.' || last == '?' || last == '!' || last == ';' || s->count == WORDS_MAX;
}

const char *kb_asks_for(struct str text)
{
    struct sentence s = { .count = 0 };
    const char *label = NULL;
    bool private_before = false;
    for (size_t at = 0; at <= text.len && !label;) {
        size_t from = at;
        while (at < text.len && !strchr(" \t\r\n", text.p[at]))
            at++;
        bool ends = at == text.len || text.p[at] == '\n';
        if (at > from)
            ends |= read_token(&s, str_cut(text, from, at));
        at++;
        if (!ends)
            continue;
        bool private_now = is_private(&s);
        if (!s.linked && !private_now && !private_before)
            label = asked_in(&s);
        private_before = private_now || (private_before && s.count == 0);
        s.count = 0;
        s.question = s.linked = false;
    }
    return label;
}
