#include "kb/problem.h"

/* ------------------------------------------------------------------------------------------------
 * what to do */

/* By words of the text: the first that it holds. */
static const struct {
    const char *holds, *next;
} advice[] = {
    { "no term \"", "Correct the name, or add a term of that name." },
    { "(PCRE2: ", "Correct it there, or say it as a phrase in plain words instead." },
    { "is not allowed in a pattern", "Take it out: phrases in plain words do without." },
    { "an empty pattern", "Write something, or remove it." },
    { "too many", "Shorten it by that many characters." },
    { "fit with the initials", "Shorten it." },
    { "fits behind it", "Shorten the notice, or one of that intent's replies." },
    { "isn't filled in here", "Take it out, or use one that is." },
    { "has no {link}", "Put {link} where the address shall stand, best at the end." },
    { "has no {", "Put it where it shall stand." },
    { "would be larger than", "Name intents that belong together alike up to the first full stop: "
                              "they share a file." },
    { "\"link\" is longer than", "Use a shorter address of the page: ask those who keep it." },
    { "must begin with https://", "Use the page's address as a browser shows it, with https://." },
    { "has this id already", "Choose another id: an id is for good." },
    { "is also an example of",
      "Keep it where it belongs, and put it under what the other must not find." },
    { "finds an example of",
      "Make the phrase that finds it say more, or put such a message under what must not be "
      "found." },
    { "isn't matched", "Add a phrase in words that this example uses, or change the example." },
    { "is matched", "Make the phrase that finds it say more, or move the example to those that it "
                    "is about." },
    { "no pattern uses it", "Use it in a phrase or pattern, or remove it." },
    { "its review was due", "Look at it again and choose the next day." },
    { "it was over", "Or choose a later time." },
    { "must be later than", "Choose a later end." },
    { "is in the past", "Choose a time to come." },
    { "at the same time as", "End one before the other begins." },
    { "slow: ",
      "It can be published: such a message goes to a person. Fewer or shorter gaps help." },
    { "can never match", "Take the extra space out." },
    { "no example needs", "Add an example that only it finds, or remove it." },
    { "spends the match limit", "Shorten the example, or make the patterns simpler." },
    { "asks for", "Say that it is for a direct message, or for the page behind the link." },
    { "is missing or empty", "Fill it in." },
    { "is missing", "Fill it in." },
    { "says nothing by itself", "Add a word for what it is about." },
    { "too long for a phrase", "Keep to the few words that matter." },
    { "must have \"phrases\"", "Add a phrase as residents say it." },
    { "must be a day like", "Write it as year, month, day: 2027-03-31." },
    { "with something in it", "Fill it in, or remove it." },
    { "at least one", "Add one." },
    { "unknown member", "Take it out: nothing reads it." },
    { "write it in lower case", "Write it in lower case: messages are read so." },
};

static struct str advise(struct str text)
{
    for (size_t i = 0; i < ARRAY_LEN(advice); i++)
        if (memmem(text.p, text.len, advice[i].holds, strlen(advice[i].holds)))
            return str_of(advice[i].next);
    return STR("");
}

/* ------------------------------------------------------------------------------------------------
 * where */

/* Takes "PART: " off the beginning of *rest, if it has one. */
static bool take_part(struct str *rest, struct str *ret)
{
    const char *end = memmem(rest->p, rest->len, ": ", 2);
    if (!end)
        return false;
    *ret = str_cut(*rest, 0, (size_t)(end - rest->p));
    *rest = str_cut(*rest, ret->len + 2, rest->len);
    return true;
}

/* Takes @head off @text. */
static bool take_head(struct str *text, const char *head)
{
    if (!str_starts(*text, str_of(head)))
        return false;
    *text = str_cut(*text, strlen(head), text->len);
    return true;
}

static bool is_field_byte(char c)
{
    return (c >= 'a' && c <= 'z') || c == '_' || c == '.';
}

/* "replies", "match[3]", "examples.yes[0]". */
static bool read_field(struct str part, struct kb_problem *p)
{
    size_t at = 0;
    int64_t index = -1;
    while (at < part.len && is_field_byte(part.p[at]))
        at++;
    bool listed = at < part.len && part.p[at] == '[' && part.p[part.len - 1] == ']';
    if (at == 0 || (at < part.len && !listed) ||
        (listed && !str_to_int64(str_cut(part, at + 1, part.len - 1), 0, INT32_MAX, &index)))
        return false;
    p->field = str_cut(part, 0, at);
    p->index = (int)index;
    return true;
}

/* The next of the parts of p->text, if it is a field. */
static bool take_field(struct kb_problem *p)
{
    struct str rest = p->text, part;
    if (!take_part(&rest, &part) || !read_field(part, p))
        return false;
    p->text = rest;
    return true;
}

static void take_column(struct kb_problem *p)
{
    struct str rest = p->text, part;
    int64_t column;
    if (!take_part(&rest, &part) || !take_head(&part, "column ") ||
        !str_to_int64(part, 1, INT32_MAX, &column))
        return;
    p->column = (int)column;
    p->text = rest;
}

/* The field that the text begins with: "\"link\" must begin with https://". */
static void find_quoted_field(struct kb_problem *p)
{
    struct str rest = p->text, name;
    if (!take_head(&rest, "\"") || !str_split(&rest, '"', &name) || !rest.p)
        return;
    struct kb_problem found = *p;
    if (read_field(name, &found))
        *p = found;
}

/* The name in the quotes behind "term ". */
static bool take_term(struct kb_problem *p)
{
    struct str rest = p->text, name;
    if (!take_head(&rest, "term \"") || !str_split(&rest, '"', &name) || !take_head(&rest, ": "))
        return false;
    p->item = name;
    p->text = rest;
    return true;
}

static void place(struct kb_problem *p, enum kb_item_kind kind, struct str item)
{
    p->placed = true;
    p->kind = kind;
    p->item = item;
}

/* In terms.json: a term, or the common words. */
static void place_term(struct kb_problem *p)
{
    if (take_term(p)) {
        place(p, KB_TERM, p->item);
        return;
    }
    find_quoted_field(p);
    if (str_is(p->field, "common") || take_field(p))
        place(p, str_is(p->field, "common") ? KB_COMMON : KB_TERM, p->field);
    if (p->placed)
        p->field = STR("");
}

/* In wording.json each member is an item: "thanks[0]", "clarify.ask[1]", "clarify: first[0]". */
static void place_wording(struct kb_problem *p)
{
    if (!take_field(p))
        find_quoted_field(p);
    struct str rest = p->field, item;
    if (!str_split(&rest, '.', &item))
        return;
    place(p, KB_WORDING, item);
    p->field = rest;
    (void)take_field(p);
}

/* Whole files. */
static void place_whole(struct kb_problem *p, enum kb_item_kind kind, struct str item)
{
    place(p, kind, item);
    if (!take_field(p))
        find_quoted_field(p);
}

/* Files of objects with an id. */
static void place_object(struct kb_problem *p, enum kb_item_kind kind)
{
    struct str id;
    if (!take_part(&p->text, &id))
        return;
    place(p, kind, id);
    if (!take_field(p))
        find_quoted_field(p);
}

static void place_in(struct kb_problem *p, struct str file)
{
    static const struct {
        const char *file;
        enum kb_item_kind kind;
    } objects[] = {
        { "rules.json", KB_RULE },
        { "notices.json", KB_NOTICE },
        { "incidents.json", KB_INCIDENT },
        { "canned.json", KB_CANNED },
    };
    if (str_is(file, "terms.json")) {
        place_term(p);
    } else if (str_is(file, "wording.json")) {
        place_wording(p);
    } else if (str_is(file, "thresholds.json")) {
        place_whole(p, KB_THRESHOLDS, STR("thresholds"));
    } else if (str_is(file, "election.json")) {
        place_whole(p, KB_ELECTION, STR("election"));
    } else if (!str_starts(file, STR("teach/"))) {
        size_t i = 0;
        while (i < ARRAY_LEN(objects) && !str_is(file, objects[i].file))
            i++;
        place_object(p, i < ARRAY_LEN(objects) ? objects[i].kind : KB_INTENT);
    }
}

static void read_line(struct str line, struct kb_problem *ret)
{
    struct str file;
    *ret = (struct kb_problem){ .error = take_head(&line, "error: "), .index = -1 };
    if (!ret->error)
        (void)take_head(&line, "warning: ");
    ret->text = line;
    struct str rest = line;
    if (take_part(&rest, &file) && str_ends(file, STR(".json"))) {
        ret->text = rest;
        place_in(ret, file);
        take_column(ret);
    }
    ret->next = advise(ret->text);
}

int kb_problems(struct str lines, int (*visit)(const struct kb_problem *p, void *data), void *data)
{
    for (int warnings = 0; warnings < 2; warnings++) {
        struct str rest = lines, line;
        while (str_split(&rest, '\n', &line)) {
            struct kb_problem p;
            if (!line.len || str_starts(line, STR("error: ")) == (bool)warnings)
                continue;
            read_line(line, &p);
            int r = visit(&p, data);
            if (r != 0)
                return r;
        }
    }
    return 0;
}
