#include "intents/pattern.h"

enum { WRITTEN_BYTES_MAX = 1 << 20 };

/* Where in the written-out pattern each piece of the editor's pattern came to stand, to lead
 * PCRE2's complaint back. */
struct piece {
    size_t written; /* begins here, written out */
    size_t column;  /* begins here, as the editor wrote it */
    bool term;      /* a written-out term: any place in it is the reference's */
};

static const char head[] = "(?<![^ ])(?:", tail[] = ")(?![^ ])"; /* whole words */

static size_t column_of(const struct piece *pieces, size_t count, size_t written)
{
    size_t column = 0;
    for (size_t i = 0; i < count && pieces[i].written <= written; i++)
        column =
            pieces[i].term ? pieces[i].column : pieces[i].column + (written - pieces[i].written);
    return column + 1;
}

/* Constructs that would change limits, call out of the match or hide what was captured. */
static const char *forbidden(struct str rest)
{
    static const char *const what[][2] = {
        { "(*", "a verb or option setting" },
        { "(?C", "a callout" },
        { "(?R", "recursion" },
        { "(?+", "recursion" },
        { "(?P>", "recursion" },
        { "\\g<", "recursion" },
        { "\\g'", "recursion" },
        { "(?P<", "a named group (terms are the only captures; use plain parentheses)" },
        { "(?'", "a named group (terms are the only captures; use plain parentheses)" },
        { "\\K", "\\K" },
    };
    for (size_t i = 0; i < ARRAY_LEN(what); i++)
        if (str_starts(rest, str_of(what[i][0])))
            return what[i][1];
    size_t digit = str_starts(rest, STR("(?-")) ? 3 : 2;
    if (str_starts(rest, STR("(?")) && rest.len > digit && rest.p[digit] >= '0' &&
        rest.p[digit] <= '9')
        return "recursion";
    if (str_starts(rest, STR("(?<")) && rest.len > 3 && rest.p[3] != '=' && rest.p[3] != '!')
        return "a named group (terms are the only captures; use plain parentheses)";
    return NULL;
}

static int report_no_term(struct report *report, const char *where, size_t column, struct str name,
                          struct str near)
{
    return report_error(report, "%s: column %zu: no term \"%.*s\" in terms.json%s%.*s%s", where,
                        column, STR_ARG(name), near.len ? "; there is one called \"" : "",
                        STR_ARG(near), near.len ? "\"" : "");
}

/* Writes @pcre out into @out. *pieces has room for one piece a byte and two more. */
static int write_out(struct vocab *vocab, struct str pcre, const char *where, struct report *report,
                     struct buf *out, struct piece *pieces, size_t *piece_count, unsigned *groups)
{
    (void)buf_addc(out, head);
    pieces[(*piece_count)++] = (struct piece){ out->len, 0, false };
    for (size_t at = 0; at < pcre.len;) {
        struct str rest = str_cut(pcre, at, pcre.len);
        const char *why = forbidden(rest);
        if (why)
            return report_error(report, "%s: column %zu: %s is not allowed in a pattern", where,
                                at + 1, why);
        if (rest.p[0] == '\\' && rest.len > 1) {
            (void)buf_add(out, str_cut(rest, 0, 2));
            at += 2;
            continue;
        }
        if (!str_starts(rest, STR("(?&"))) {
            (void)buf_add_byte(out, rest.p[0]);
            at++;
            continue;
        }
        const char *close = memchr(rest.p, ')', rest.len);
        struct str name = str_cut(rest, 3, close ? (size_t)(close - rest.p) : rest.len);
        pieces[(*piece_count)++] = (struct piece){ out->len, at, true };
        if (!close)
            return report_error(report, "%s: column %zu: (?& has no ) that ends it", where, at + 1);
        int r = vocab_write(vocab, name, out, groups);
        if (r == 0)
            return report_no_term(report, where, at + 1, name, vocab_nearest(vocab, name));
        if (r < 0)
            return r;
        at += (size_t)(close - rest.p) + 1;
        pieces[(*piece_count)++] = (struct piece){ out->len, at, false };
    }
    pieces[(*piece_count)++] = (struct piece){ out->len, pcre.len, true }; /* behind it: our tail */
    return out->err;
}

/* What PCRE2 found wrong, for somebody who doesn't know its words; NULL: there is no better way to
 * say it. */
static const char *plain_words(int code)
{
    static const struct {
        int code;
        const char *words;
    } plain[] = {
        { PCRE2_ERROR_END_BACKSLASH, "nothing stands behind the last \\" },
        { PCRE2_ERROR_UNKNOWN_ESCAPE, "this letter means nothing behind a \\" },
        { PCRE2_ERROR_QUANTIFIER_OUT_OF_ORDER, "in {4,2} the smaller number must stand first" },
        { PCRE2_ERROR_QUANTIFIER_TOO_BIG, "the number in { } is too large" },
        { PCRE2_ERROR_MISSING_SQUARE_BRACKET, "a [ has no ] that ends it" },
        { PCRE2_ERROR_ESCAPE_INVALID_IN_CLASS, "this can't stand within [ ]" },
        { PCRE2_ERROR_CLASS_RANGE_ORDER,
          "in [ ], what stands before the - must come before what stands behind it: a-z, not z-a" },
        { PCRE2_ERROR_QUANTIFIER_INVALID, "a ?, *, + or { } has nothing before it to repeat" },
        { PCRE2_ERROR_INVALID_AFTER_PARENS_QUERY,
          "(? is followed by something that means nothing" },
        { PCRE2_ERROR_MISSING_CLOSING_PARENTHESIS, "a ( has no ) that ends it" },
        { PCRE2_ERROR_BAD_SUBPATTERN_REFERENCE, "it points back to a group that isn't there" },
        { PCRE2_ERROR_UNMATCHED_CLOSING_PARENTHESIS, "a ) has no ( before it" },
        { PCRE2_ERROR_LOOKBEHIND_NOT_FIXED_LENGTH,
          "what is looked back for with (?<= or (?<! must have one length" },
        { PCRE2_ERROR_PATTERN_TOO_LARGE, "it is too large" },
    };
    for (size_t i = 0; i < ARRAY_LEN(plain); i++)
        if (plain[i].code == code)
            return plain[i].words;
    return NULL;
}

/* Compiles @text, which begins at byte @from of the whole that @pieces speak of. */
static int compile_text(struct str text, size_t from, const struct piece *pieces,
                        size_t piece_count, const char *where, struct report *report,
                        pcre2_code **ret)
{
    int code = 0;
    PCRE2_SIZE offset = 0;
    uint32_t options =
        PCRE2_UTF | PCRE2_NO_AUTO_CAPTURE | PCRE2_NEVER_BACKSLASH_C | PCRE2_DOLLAR_ENDONLY;
    *ret = pcre2_compile((PCRE2_SPTR)text.p, text.len, options, &code, &offset, NULL);
    if (*ret)
        return 0;
    PCRE2_UCHAR words[160];
    (void)pcre2_get_error_message(code, words, sizeof words);
    const char *plain = plain_words(code);
    return report_error(report, "%s: column %zu: %s%s%s%s", where,
                        column_of(pieces, piece_count, from + offset), plain ? plain : "",
                        plain ? " (PCRE2: " : "", (const char *)words, plain ? ")" : "");
}

/* @out: head and the written-out pattern. First without what we put around it, for that could make
 * a whole of what isn't one: "a)|(b". */
static int compile_written(struct buf *out, const struct piece *pieces, size_t piece_count,
                           unsigned groups, const char *where, struct report *report,
                           pcre2_code **ret)
{
    pcre2_code *compiled = NULL;
    int r = compile_text(str_cut(buf_str(out), sizeof head - 1, out->len), sizeof head - 1, pieces,
                         piece_count, where, report, &compiled);
    pcre2_code_free(compiled);
    if (r == 0)
        r = buf_addc(out, tail);
    if (r == 0)
        r = compile_text(buf_str(out), 0, pieces, piece_count, where, report, &compiled);
    if (r < 0)
        return r;
    uint32_t captures = 0;
    (void)pcre2_pattern_info(compiled, PCRE2_INFO_CAPTURECOUNT, &captures);
    if (captures != groups) {
        pcre2_code_free(compiled);
        return report_error(
            report, "%s: %s", where,
            captures > groups
                ? "an option that makes plain parentheses capture is not allowed in a pattern"
                : "a term in a class, a quotation or a comment is no term");
    }
    int code = pcre2_jit_compile(compiled, PCRE2_JIT_COMPLETE);
    if (code == 0) {
        *ret = compiled;
        return 0;
    }
    pcre2_code_free(compiled);
    if (code == PCRE2_ERROR_NOMEMORY)
        return report_error(
            report, "%s: too large to compile: use fewer or shorter terms in one pattern", where);
    return report_error(report, "%s: PCRE2 can't compile it to machine code (%d)", where, code);
}

int pattern_compile(struct vocab *vocab, struct str pcre, const char *where, struct report *report,
                    struct pattern *ret)
{
    if (!str_trim(pcre).len)
        return report_error(report, "%s: an empty pattern would match everything", where);
    struct pattern p = { 0 };
    size_t piece_count = 0;
    struct buf out = BUF_INIT(WRITTEN_BYTES_MAX);
    struct piece *pieces = calloc(pcre.len + 2, sizeof *pieces);
    int r = pieces ? write_out(vocab, pcre, where, report, &out, pieces, &piece_count, &p.groups)
                   : ERR_NOMEM;
    if (r == 0)
        r = compile_written(&out, pieces, piece_count, p.groups, where, report, &p.code);
    if (r == ERR_TOOBIG)
        r = report_error(report, "%s: more than %d bytes when its terms are written out", where,
                         WRITTEN_BYTES_MAX);
    buf_release(&out);
    free(pieces);
    if (r == 0)
        *ret = p;
    return r;
}

void pattern_release(struct pattern *p)
{
    pcre2_code_free(p->code);
    *p = (struct pattern){ 0 };
}
