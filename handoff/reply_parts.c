#include "handoff/reply_parts.h"

enum { MARK_BYTES_MAX = 48, SPACE_BYTES_MAX = 2 };

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* Does a sentence end with @s? Brackets and quotation marks may stand behind its last sign. */
static bool ends_sentence(struct str s)
{
    static const struct str signs[] = { STR("."), STR("!"), STR("?"), STR("\xe2\x80\xa6") },
                            behind[] = { STR(")"), STR("\""), STR("'"), STR("\xe2\x80\x99"),
                                         STR("\xe2\x80\x9d") };
    for (size_t i = 0; i < ARRAY_LEN(behind); i++)
        if (str_ends(s, behind[i])) {
            s = str_cut(s, 0, s.len - behind[i].len);
            break;
        }
    for (size_t i = 0; i < ARRAY_LEN(signs); i++)
        if (str_ends(s, signs[i]))
            return true;
    return false;
}

/* One part as it is posted. @at: where its words end in @text, what follows is white space. */
static int write_part(struct buf *out, struct str text, size_t at, size_t number, size_t of,
                      struct str initials)
{
    bool last = at == text.len;
    size_t to = at;
    while (to < text.len && is_space(text.p[to]))
        to++;
    struct str space = last ? STR(" ") : str_cut(text, at, to);
    buf_clear(out);
    (void)buf_add(out, str_cut(text, 0, at));
    if (of > 1)
        (void)buf_addf(
            out, "%.*s%zu/%zu",
            STR_ARG(str_cut(space, 0, space.len < SPACE_BYTES_MAX ? space.len : SPACE_BYTES_MAX)),
            number, of);
    return last ? buf_addf(out, "%s^%.*s", out->len ? " " : "", STR_ARG(initials)) : out->err;
}

/* The cut before the next words behind @at, or the end. */
static size_t next_cut(struct str text, size_t at)
{
    while (at < text.len && is_space(text.p[at]))
        at++;
    while (at < text.len && !is_space(text.p[at]))
        at++;
    return at;
}

/* Where the part that begins @text ends: behind its last sentence that fits, else its last word. 0:
 * not even a word fits. */
static size_t find_end(const struct text_rules *rules, struct str text, size_t number, size_t of,
                       struct str initials, struct buf *work)
{
    size_t word = 0, sentence = 0;
    for (size_t at = next_cut(text, 0);; at = next_cut(text, at)) {
        if (write_part(work, text, at, number, of, initials) < 0 ||
            rules->weight(buf_str(work)) > rules->limit)
            break;
        word = at;
        if (at == text.len || text.p[at] == '\n' || ends_sentence(str_cut(text, 0, at)))
            sentence = at;
        if (at == text.len)
            break;
    }
    return sentence ? sentence : word;
}

/* Cuts @text into at most @of parts. 1 done, 0 it takes more, or a word doesn't fit. */
static int cut(struct arena *arena, const struct text_rules *rules, struct str text,
               struct str initials, size_t of, struct reply_parts *ret)
{
    struct buf work = BUF_INIT(REPLY_BYTES_MAX + MARK_BYTES_MAX);
    int r = 1;
    ret->count = 0;
    while (text.len && r == 1) {
        size_t number = ret->count + 1,
               end = number > of ? 0 : find_end(rules, text, number, of, initials, &work);
        if (end == 0) {
            r = 0;
            break;
        }
        if (write_part(&work, text, end, number, of, initials) < 0)
            r = ERR_NOMEM;
        ret->part[ret->count] = arena_str(arena, buf_str(&work));
        if (!ret->part[ret->count++].p)
            r = ERR_NOMEM;
        text = str_trim(str_cut(text, end, text.len));
    }
    buf_release(&work);
    return r;
}

int reply_compose(struct arena *arena, const struct text_rules *rules, struct str text,
                  struct str initials, bool may_split, struct reply_parts *ret)
{
    struct buf whole = BUF_INIT(REPLY_BYTES_MAX);
    text = str_trim(text);
    int r = write_part(&whole, text, text.len, 1, 1, initials);
    *ret = (struct reply_parts){ .weight = r < 0 ? UINT32_MAX : rules->weight(buf_str(&whole)) };
    if (r == 0 && ret->weight <= rules->limit) {
        ret->part[0] = arena_str(arena, buf_str(&whole));
        ret->count = 1;
    }
    bool failed = r == ERR_NOMEM || (ret->count && !ret->part[0].p);
    buf_release(&whole);
    if (failed)
        return ERR_NOMEM;
    if (!may_split || ret->count || ret->weight / REPLY_PARTS_MAX >= rules->limit)
        return 0;
    r = 0;
    for (size_t of = 2; of <= REPLY_PARTS_MAX && r == 0; of++)
        r = of * rules->limit < ret->weight ? 0 : cut(arena, rules, text, initials, of, ret);
    if (r == 0)
        ret->count = 0;
    return r < 0 ? r : 0;
}

/* Without the initials that end it, where there are any. */
static struct str unsigned_text(struct str part)
{
    for (size_t i = part.len; i > 0 && !is_space(part.p[i - 1]); i--)
        if (part.p[i - 1] == '^')
            return str_cut(part, 0, i > 1 && part.p[i - 2] == ' ' ? i - 2 : i - 1);
    return part;
}

int reply_join(const struct str *parts, size_t count, struct buf *out)
{
    for (size_t i = 0; i < count; i++) {
        struct str words = i + 1 == count ? unsigned_text(parts[i]) : parts[i];
        char mark[MARK_BYTES_MAX];
        (void)snprintf(mark, sizeof mark, "%zu/%zu", i + 1, count);
        if (count > 1 && str_ends(words, str_of(mark)))
            words = str_cut(words, 0, words.len - strlen(mark));
        (void)buf_add(out, i + 1 == count ? str_trim(words) : words);
    }
    return out->err;
}
