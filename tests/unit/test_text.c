/* Where X sees links and mentions. integration.twitter_text compares many more texts with what
 * others wrote. */
#include "bot/x/text.h"

#include "tests/unit/support.h"

/* The spans of @text, one behind the other with a bar between. */
static void check(const char *note, struct str text, const struct x_span *spans, size_t count,
                  const char *want)
{
    struct buf got = BUF_INIT(1 << 20);
    for (size_t i = 0; i < count; i++)
        (void)buf_addf(&got, "%s%.*s", i ? "|" : "",
                       STR_ARG(str_cut(text, spans[i].from, spans[i].to)));
    if (strcmp(buf_cstr(&got), want) != 0)
        fail_msg("%s: \"%s\", not \"%s\"", note, buf_cstr(&got), want);
    buf_release(&got);
}

static struct x_found find(struct arena *arena, struct str text)
{
    struct x_found found = { 0 };
    assert_int_equal(x_text_find(arena, text, &found), 0);
    return found;
}

static void test_links(void **state)
{
    (void)state;
    static const struct {
        const char *note, *text, *links;
    } rows[] = {
        { "nothing", "", "" },
        { "no dot", "http://localhost/", "" },
        { "with a protocol", "see http://a.com/b now", "http://a.com/b" },
        { "whichever case", "HTTPS://A.COM", "HTTPS://A.COM" },
        { "without a protocol", "a.com and b.gov.uk/c", "a.com|b.gov.uk/c" },
        { "the longest domain", "a.com.uk.zzz", "a.com.uk" },
        { "an unknown name", "https://northmoor.example/bins", "" },
        { "no name", "http://.com .com", "" },
        { "onion", "http://a.onion", "http://a.onion" },
        { "Punycode", "http://xn--80ak6aa.com http://a.xn--p1ai xn--p1ai.com",
          "http://xn--80ak6aa.com|http://a.xn--p1ai|xn--p1ai.com" },
        { "another script", "http://\xd0\xb4.\xd1\x80\xd1\x84/\xd0\xb4",
          "http://\xd0\xb4.\xd1\x80\xd1\x84/\xd0\xb4" },
        { "in capitals", "http://a.\xd0\xa0\xd0\xa4", "http://a.\xd0\xa0\xd0\xa4" },
        { "without a protocol only Latin letters", "x \xe4\xb8\xad.com", "" },
        { "but such behind others",
          "x \xe4\xb8\xad"
          "a.com/b",
          "a.com/b" },
        { "neighbours that aren't apart",
          "\xe4\xb8\xad"
          "a.com\xe4\xb8\xad"
          "b.com\xe4\xb8\xad",
          "a.com|b.com" },
        { "a letter behind the name", "http://a.com\xc3\xa9", "http://a.com" },
        { "what may not stand behind", "a.com@b c.com+ d.com-e", "" },
        { "email", "me@a.com", "" },
        { "what may not stand before", "#a.com $b.com @c.com /d.com -e.com _f.com .g.com", "" },
        { "with a protocol more may", "/http://d.com _http://f.com xhttp://g.com",
          "http://d.com|http://f.com" },
        { "underscores in front only", "http://a_b.c.com http://a_b.com", "http://a_b.c.com" },
        { "hyphens inside only", "http://a-b.com http://-a.com http://a-.com", "http://a-b.com" },
        { "port", "http://a.com:80/b a.com: b.com:8", "http://a.com:80/b|a.com|b.com" },
        { "the sentence's signs", "(a.com/b), a.com/c. a.com/d! \"a.com/e\"",
          "a.com/b|a.com/c|a.com/d|a.com/e" },
        { "brackets", "a.com/b_(c) a.com/(b_(c)) a.com/b(c a.com/()",
          "a.com/b_(c)|a.com/(b_(c))|a.com/b|a.com/" },
        { "brackets behind a sign", "a.com/[(b) a.com/[(b)c", "a.com/|a.com/[(b)c" },
        { "query", "http://a.com?b=c. http://a.com/?b=c!", "http://a.com?b=c|http://a.com/?b=c" },
        { "a query without a path or a protocol", "a.com?b=c", "a.com" },
        { "short links end with their name", "https://t.co/abc-d https://t.co/a?b=1 https://t.co/",
          "https://t.co/abc|https://t.co/a?b=1|https://t.co/" },
        { "a name of 40", "https://t.co/aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd",
          "https://t.co/aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd" },
        { "a name of 41", "https://t.co/aaaaaaaaaabbbbbbbbbbccccccccccdddddddddde", "" },
        { "a label of 63",
          "http://aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggg.com",
          "http://aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggg.com" },
        { "a label of 64",
          "http://aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggg.com", "" },
        { "a label of 63 in Punycode, of 64",
          "http://\xc3\xa9"
          "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeefffff.com "
          "http://\xc3\xa9"
          "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffff.com",
          "http://\xc3\xa9"
          "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeefffff.com" },
        { "at the very start the first letter may be left out",
          "\xc3\xa9"
          "a.com x \xc3\xa9"
          "a.com",
          "a.com|\xc3\xa9"
          "a.com" },
        { "turns of direction", "\xe2\x80\xaahttp://a.com\xe2\x80\xac", "http://a.com" },
    };
    struct arena arena = ARENA_INIT;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct str text = str_of(rows[i].text);
        struct x_found found = find(&arena, text);
        check(rows[i].note, text, found.links, found.link_count, rows[i].links);
        arena_clear(&arena);
    }
    arena_release(&arena);
}

static void test_mentions(void **state)
{
    (void)state;
    static const struct {
        const char *note, *text, *mentions;
    } rows[] = {
        { "one", "@NorthmoorHelp my bin", "@NorthmoorHelp" },
        { "full width", "x \xef\xbc\xa0NorthmoorHelp", "\xef\xbc\xa0NorthmoorHelp" },
        { "several", "@a @b_1,@c.@d", "@a|@b_1|@c|@d" },
        { "no name", "@ @- @", "" },
        { "email", "me@northmoor.gov.uk", "" },
        { "what may not stand before", "!@a #@b $@c %@d &@e *@f @@g _@h 1@i \xef\xbc\xa0@j", "" },
        { "what may", "-@a /@b (@c \xc3\xa9@d \xe4\xb8\xad@e .@f", "@a|@b|@c|@d|@e|@f" },
        { "repeated", "RT@a rt@b RT:@c xRT@d +RT@e", "@a|@b|@c" },
        { "twenty letters", "@aaaaabbbbbcccccddddd", "@aaaaabbbbbcccccddddd" },
        { "more: the first twenty", "@aaaaabbbbbcccccdddddeee", "@aaaaabbbbbcccccddddd" },
        { "what may not stand behind", "@a@ @b\xef\xbc\xa0 @c\xc3\xa9 @d://", "" },
        { "what may", "@a\xe4\xb8\xad @b: @c\xd0\xb4 @d.com", "@a|@b|@c|@d" },
        { "a list", "@a/list @b/1 @c/", "@b|@c" },
        { "behind a list", "@a/b-@c", "" },
        { "in a link", "https://a.com/@b @c a.com/@d", "@c" },
    };
    struct arena arena = ARENA_INIT;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct str text = str_of(rows[i].text);
        struct x_found found = find(&arena, text);
        check(rows[i].note, text, found.mentions, found.mention_count, rows[i].mentions);
        arena_clear(&arena);
    }
    struct str nul = { "\0@a", 3 };
    struct x_found found = find(&arena, nul);
    check("behind NUL", nul, found.mentions, found.mention_count, "@a");
    arena_release(&arena);
}

/* A link of 4,096 with its protocol counted twice, as X counts, is the longest. */
static void test_longest(void **state)
{
    (void)state;
    struct arena arena = ARENA_INIT;
    struct buf text = BUF_INIT(8192);
    (void)buf_addc(&text, "https://a.com/");
    while (text.len < 4096 - 8)
        (void)buf_add_byte(&text, 'b');
    assert_int_equal(find(&arena, buf_str(&text)).link_count, 1);
    (void)buf_add_byte(&text, 'b');
    assert_int_equal(find(&arena, buf_str(&text)).link_count, 0);
    buf_release(&text);
    struct x_found found = { 0 };
    char *huge = calloc(X_TEXT_BYTES_MAX + 1, 1);
    assert_non_null(huge);
    assert_int_equal(x_text_find(&arena, (struct str){ huge, X_TEXT_BYTES_MAX + 1 }, &found),
                     ERR_TOOBIG);
    free(huge);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_links),
        cmocka_unit_test(test_mentions),
        cmocka_unit_test(test_longest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
