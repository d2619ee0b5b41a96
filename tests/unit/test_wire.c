/* X's JSON as bytes: both vocabularies, what is ours and what isn't, and what became of it. */
#include "bot/x/wire.h"

#include "tests/unit/wire_fixture.h"

static const struct x_us us = { { "100", 3 }, { "northmoor", 9 }, false };
static const struct x_us us_enterprise = { { "100", 3 }, { "northmoor", 9 }, true };

static int read_page(const char *body, struct x_page *page)
{
    return x_read_posts(&arena, json_of(body), &us, X_POSTS_MENTIONS, page);
}

/* ------------------------------------------------------------------------------------------------
 * mentions */

static void test_page(void **state)
{
    (void)state;
    struct x_page page;
    assert_int_equal(
        read_page(
            "{'data':[{'id':'1234567890123456789','text':'@northmoor my bin','author_id':'7',"
            "'conversation_id':'1234567890123456700','created_at':'2026-11-22T02:34:56.000Z',"
            "'edit_history_tweet_ids':['1234567890123456789'],'lang':'en','new_member':[{}]},"
            "{'id':'900','text':'hello','author_id':'8','created_at':'2026-11-22T02:34:57Z'}],"
            "'includes':{'users':[{'id':'7','username':'elm_close_sam','name':'Sam "
            "\xf0\x9f\x8c\xb3'}]},'meta':{'result_count':2,'newest_id':'1234567890123456789',"
            "'oldest_id':'900','next_token':'7140dibdnow9c7btw3z0'}}",
            &page),
        0);
    assert_int_equal(page.count, 2);
    const struct network_message *m = &page.messages[1]; /* oldest first */
    assert_str(m->remote_id, "1234567890123456789");
    assert_str(m->conversation, "1234567890123456700");
    assert_str(m->author_id, "7");
    assert_str(m->handle, "elm_close_sam");
    assert_str(m->name, "Sam \xf0\x9f\x8c\xb3");
    assert_str(m->text, "@northmoor my bin");
    assert_int_equal(m->written_at, 1795314896);
    assert_true(m->may_reply);
    m--; /* without a conversation it begins one; without its author in includes it has no handle */
    assert_str(m->conversation, "900");
    assert_str(m->handle, "");
    assert_str(m->name, "");
    assert_false(m->may_reply);
    assert_str(page.newest_id, "1234567890123456789");
    assert_str(page.next_token, "7140dibdnow9c7btw3z0");

    assert_int_equal(read_page("{'meta':{'result_count':0}}", &page), 0);
    assert_int_equal(page.count, 0);
    assert_str(page.newest_id, "");
    assert_str(page.next_token, "");
    assert_int_equal(read_page("{'data':[],'errors':[{'title':'Not Found Error'}],"
                               "'meta':{'newest_id':5,'next_token':null}}",
                               &page),
                     0);
    assert_int_equal(page.count, 0);
    assert_str(page.newest_id, "");
    assert_str(page.next_token, "");
}

/* The post alone is given; @want is the text, and whether we may answer; NULL: it is passed over.
 */
static void test_posts(void **state)
{
    static const struct {
        const char *note, *post, *includes, *want;
        bool may_reply;
    } rows[] = {
        { "plain", "'text':'@northmoor hello'", "", "@northmoor hello", true },
        { "escaped", "'text':'@northmoor &amp;lt; &lt;3 &gt; &quot; &amp'", "",
          "@northmoor &lt; <3 > &quot; &amp", true },
        { "emoji and lines", "'text':'\xf0\x9f\x98\xa1\\n@northmoor \\ud83d\\ude21'", "",
          "\xf0\x9f\x98\xa1\n@northmoor \xf0\x9f\x98\xa1", true },

        /* handles that a reply carries lie before the range and were not written */
        { "carried", "'text':'@kit @northmoor my bin','display_text_range':[16,22]", "", "my bin",
          false },
        { "carried, and written again",
          "'text':'@kit @northmoor @northmoor my bin','display_text_range':[16,33]", "",
          "@northmoor my bin", true },
        { "range from the start", "'text':'@northmoor my bin','display_text_range':[0,17]", "",
          "@northmoor my bin", true },
        { "range counts characters",
          "'text':'@k\xc3\xa9t @northmoor \xf0\x9f\x98\xa1','display_"
          "text_range':[5,17]",
          "", "@northmoor \xf0\x9f\x98\xa1", true },
        { "all of it carried", "'text':'@kit @northmoor','display_text_range':[15,15]", "", "",
          false },
        { "a range beyond the text", "'text':'@kit @northmoor','display_text_range':[99,120]", "",
          "", false },
        { "ranges of no use", "'text':'@northmoor hi','display_text_range':['1',{}]", "",
          "@northmoor hi", true },
        { "a range below nothing", "'text':'@northmoor hi','display_text_range':[-5,3]", "",
          "@northmoor hi", true },
        { "an empty range", "'text':'@northmoor hi','display_text_range':[]", "", "@northmoor hi",
          true },
        { "escapes behind a range",
          "'text':'@kit a &amp; b @northmoor','display_text_range':[5,24]", "", "a & b @northmoor",
          true },

        /* long posts: the whole text is elsewhere, and text is cut */
        { "long, old names",
          "'text':'@northmoor beg\xe2\x80\xa6','note_tweet':{'text':'@northmoor beginning and "
          "end'}",
          "", "@northmoor beginning and end", true },
        { "long, new names", "'text':'@northmoor beg','note_post':{'text':'@northmoor all of it'}",
          "", "@northmoor all of it", true },
        { "long, but empty", "'text':'@northmoor beg','note_post':{'text':''}", "",
          "@northmoor beg", true },
        { "long, but nothing", "'text':'@northmoor beg','note_post':{}", "", "@northmoor beg",
          true },
        { "mentioned at the end of a long one",
          "'text':'beg','note_tweet':{'text':'beg, end "
          "@northmoor'}",
          "", "beg, end @northmoor", true },

        { "a long reply, its whole text without handles",
          "'text':'@kit @northmoor I can','display_text_range':[16,21],'note_tweet':{'text':'I can "
          "hear a child screaming'}",
          "", "I can hear a child screaming", false },
        { "a long reply, its whole text with them",
          "'text':'@kit @northmoor I can','display_text_range':[16,21],'note_tweet':{'text':'@kit "
          "@northmoor I can hear'}",
          "", "I can hear", false },

        /* is it us? */
        { "another case of letters", "'text':'@NorthMoor hi'", "", "@NorthMoor hi", true },
        { "only us", "'text':'@northmoor'", "", "@northmoor", true },
        { "behind a mark", "'text':'hi (@northmoor), you'", "", "hi (@northmoor), you", true },
        { "a longer handle", "'text':'@northmoor_bins hi'", "", "@northmoor_bins hi", false },
        { "a shorter handle", "'text':'@northmoo hi'", "", "@northmoo hi", false },
        { "an address", "'text':'mail sam@northmoor please'", "", "mail sam@northmoor please",
          false },
        { "a longer one, then us", "'text':'@northmoor_bins @northmoor'", "",
          "@northmoor_bins @northmoor", true },
        { "nobody", "'text':'northmoor hi'", "", "northmoor hi", false },
        { "nothing", "'text':''", "", "", false },

        /* quotes of us let us answer, without our handle */
        { "quotes us, old names",
          "'text':'this!','referenced_tweets':[{'type':'quoted','id':'55'}]",
          "'tweets':[{'id':'55','author_id':'100','text':'ours'}]", "this!", true },
        { "quotes us, new names", "'text':'this!','referenced_posts':[{'type':'quoted','id':'55'}]",
          "'posts':[{'id':'55','author_id':'100','text':'ours'}]", "this!", true },
        { "quotes another", "'text':'this!','referenced_tweets':[{'type':'quoted','id':'55'}]",
          "'tweets':[{'id':'55','author_id':'101','text':'theirs'}]", "this!", false },
        { "quotes what isn't shown",
          "'text':'this!','referenced_tweets':[{'type':'quoted','id':'55'}]", "", "this!", false },
        { "quotes another beside one of ours",
          "'text':'this!','referenced_tweets':[{'type':'quoted','id':'56'}]",
          "'tweets':[{'id':'55','author_id':'100','text':'ours'}]", "this!", false },
        { "answers us without saying so",
          "'text':'thanks','referenced_tweets':[{'type':'replied_to','id':'55'}]",
          "'tweets':[{'id':'55','author_id':'100','text':'ours'}]", "thanks", false },

        /* passed over */
        { "a repost, old names",
          "'text':'RT @northmoor: x','referenced_tweets':[{'type':'retweeted','id':'55'}]", "",
          NULL, false },
        { "a repost, new names",
          "'text':'RT @northmoor: x','referenced_posts':[{'type':'reposted','id':'55'}]", "", NULL,
          false },
        { "a repost, names mixed",
          "'text':'RT @northmoor: x','referenced_posts':[{'type':'retweeted','id':'55'}]", "", NULL,
          false },
        { "our own", "'text':'@northmoor x','author_id':'100'", "", NULL, false },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf body = BUF_INIT(10000);
        struct x_page page;
        bool whose = strstr(rows[i].post, "author_id");
        (void)buf_addf(&body,
                       "{'data':[{'id':'900','created_at':'2026-11-22T02:34:56Z',%s%s}],"
                       "'includes':{%s},'meta':{}}",
                       whose ? "" : "'author_id':'7',", rows[i].post, rows[i].includes);
        int r = read_page(buf_cstr(&body), &page);
        assert_note(r == 0, rows[i].note);
        assert_note(page.count == (rows[i].want ? 1 : 0), rows[i].note);
        if (rows[i].want) {
            assert_str_note(page.messages[0].text, rows[i].want, rows[i].note);
            assert_note(page.messages[0].may_reply == rows[i].may_reply, rows[i].note);
        }
        buf_release(&body);
    }
}

#define POST "'text':'hi','author_id':'7','created_at':'2026-11-22T02:34:56Z'"

/* One post that X would not send stops no other; a page that isn't one is refused. */
static void test_unread(void **state)
{
    static const struct {
        const char *note, *body;
        int unread; /* posts that are passed over; -1: the page is refused */
    } rows[] = {
        { "a page", "{'data':[{'id':'1'," POST "}],'meta':{}}", 0 },
        { "19 digits", "{'data':[{'id':'9999999999999999999'," POST "}],'meta':{}}", 0 },
        { "20 digits", "{'data':[{'id':'10000000000000000000'," POST "}],'meta':{}}", 1 },
        { "an id that is a number", "{'data':[{'id':1," POST "}],'meta':{}}", 1 },
        { "an id with a letter", "{'data':[{'id':'1a'," POST "}],'meta':{}}", 1 },
        { "an id with a sign", "{'data':[{'id':'-1'," POST "}],'meta':{}}", 1 },
        { "an id with a space", "{'data':[{'id':' 1'," POST "}],'meta':{}}", 1 },
        { "an id to break out", "{'data':[{'id':'1/../2'," POST "}],'meta':{}}", 1 },
        { "an empty id", "{'data':[{'id':''," POST "}],'meta':{}}", 1 },
        { "no id", "{'data':[{" POST "}],'meta':{}}", 1 },
        { "no text",
          "{'data':[{'id':'1','author_id':'7','created_at':'2026-11-22T02:34:56Z'}],"
          "'meta':{}}",
          0 },
        { "a text that is none",
          "{'data':[{'id':'1','text':[],'author_id':'7','created_at':'2026-11-22T02:34:56Z'}],"
          "'meta':{}}",
          0 },
        { "no author",
          "{'data':[{'id':'1','text':'hi','created_at':'2026-11-22T02:34:56Z'}],"
          "'meta':{}}",
          0 },
        { "an author that is a number",
          "{'data':[{'id':'1','text':'hi','author_id':7,'created_at':'2026-11-22T02:34:56Z'}],"
          "'meta':{}}",
          0 },
        { "no time", "{'data':[{'id':'1','text':'hi','author_id':'7'}],'meta':{}}", 0 },
        { "a time that is none",
          "{'data':[{'id':'1','text':'hi','author_id':'7','created_at':'yesterday'}],'meta':{}}",
          0 },
        { "one of two broken",
          "{'data':[{'id':'1'," POST "},{'id':2,'text':'hi','author_id':'7'}],'meta':{}}", 1 },
        { "a broken one of ours is passed over",
          "{'data':[{'id':1,'author_id':'100'},{'id':'1'," POST "}],'meta':{}}", 0 },
        { "a conversation that is a number: it begins one",
          "{'data':[{'id':'1','conversation_id':5," POST "}],'meta':{}}", 0 },
        { "posts that are none", "{'data':[1,'x',null],'meta':{}}", 3 },
        { "no list", "{'data':{'id':'1'," POST "},'meta':{}}", -1 },
        { "no meta", "{'data':[{'id':'1'," POST "}]}", -1 },
        { "meta that is none", "{'data':[],'meta':[]}", -1 },
        { "a list alone", "[]", -1 },
        { "a text alone", "'hello'", -1 },
        { "nothing", "", -1 },
        { "half of it", "{'data':[{'id':'1','text':'h", -1 },
        { "more behind it", "{'meta':{}}{}", -1 },
        { "a page of the edge", "<html><body>Bad gateway</body></html>", -1 },
        { "a NUL inside", "{'data':[],'meta':{'newest_id':'\\u0000'}}", -1 },
        { "bytes that aren't text", "{'data':[],'meta':{'newest_id':'\xff'}}", -1 },
        { "a name twice", "{'meta':{},'meta':{}}", -1 },
        { "includes that are none", "{'data':[{'id':'1'," POST "}],'includes':[1],'meta':{}}", 0 },
        { "users that are none",
          "{'data':[{'id':'1'," POST "}],'includes':{'users':{'a':1}},'meta':{}}", 0 },
        { "references that are none",
          "{'data':[{'id':'1','referenced_tweets':'retweeted'," POST "}],'meta':{}}", 0 },
        { "references of references",
          "{'data':[{'id':'1','referenced_tweets':[[{'type':'retweeted'}],null,5]," POST
          "}],'meta':{}}",
          0 },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct x_page page = { .count = 99 };
        int r = read_page(rows[i].body, &page);
        bool refused = rows[i].unread < 0;
        size_t unread = refused ? 0 : (size_t)rows[i].unread;
        assert_note(r == (refused ? ERR_BADINPUT : 0), rows[i].note);
        assert_note(page.unread == unread, rows[i].note);
        if (refused)
            assert_note(page.count == 99, rows[i].note);
        else if (unread)
            assert_note(page.count == (strstr(rows[i].body, "},{") ? 1 : 0), rows[i].note);
        else
            assert_note(page.count == 1, rows[i].note);
    }
}

static void test_ids(void **state)
{
    (void)state;
    assert_true(x_id_valid(STR("0")) && x_id_valid(STR("9999999999999999999")));
    assert_false(x_id_valid(STR("")) || x_id_valid(STR("10000000000000000000")) ||
                 x_id_valid(STR("1 ")) || x_id_valid(STR("1.0")));
    assert_true(x_id_cmp(STR("9"), STR("10")) < 0); /* as numbers, not as text */
    assert_true(x_id_cmp(STR("10"), STR("9")) > 0);
    assert_true(x_id_cmp(STR("9007199254740993"), STR("9007199254740992")) > 0); /* nor doubles */
    assert_int_equal(x_id_cmp(STR("12"), STR("12")), 0);
}

/* ------------------------------------------------------------------------------------------------
 * our own posts */

static void test_sent(void **state)
{
    static const struct {
        const char *body, *id; /* NULL: refused */
    } rows[] = {
        { "{'data':{'id':'1234567890123456789','text':'x','edit_history_tweet_ids':['1']}}",
          "1234567890123456789" },
        { "{'data':{'id':'5'},'errors':[{'title':'x'}]}", "5" },
        { "{'data':{'dm_conversation_id':'7-100','dm_event_id':'1234567890123456789'}}",
          "dm:1234567890123456789" },
        { "{'data':{'dm_conversation_id':'7-100','dm_event_id':'x'}}", NULL },
        { "{'data':{'id':5}}", NULL },
        { "{'data':{'id':'five'}}", NULL },
        { "{'data':{}}", NULL },
        { "{'data':[{'id':'5'}]}", NULL },
        { "{'id':'5'}", NULL },
        { "{'errors':[{'title':'x'}]}", NULL },
        { "[]", NULL },
        { "", NULL },
        { "<html>", NULL },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct str id = STR("untouched");
        int r = x_read_sent(&arena, json_of(rows[i].body), &id);
        assert_note(r == (rows[i].id ? 0 : ERR_BADINPUT), rows[i].body);
        assert_str_note(id, rows[i].id ? rows[i].id : "untouched", rows[i].body);
    }
}

static void test_timeline(void **state)
{
    enum { SOUGHT = 3 };
    static const struct {
        const char *note, *data, *found[SOUGHT];
    } rows[] = {
        { "there",
          "{'id':'50','text':'@sam Hello &amp; https://t.co/x','referenced_tweets':[{'type':'"
          "replied_to','id':'900'}]}",
          { "50", "", "" } },
        { "there, new names",
          "{'id':'50','text':'@sam Hello &amp; https://t.co/x','referenced_posts':[{'type':'"
          "replied_to','id':'900'}]}",
          { "50", "", "" } },
        { "a long one",
          "{'id':'50','text':'@sam Hel','note_tweet':{'text':'@sam Hello &amp; https://t.co/x'},"
          "'referenced_tweets':[{'type':'replied_to','id':'900'}]}",
          { "50", "", "" } },
        { "to somebody else",
          "{'id':'50','text':'Hello &amp; "
          "https://t.co/x','referenced_tweets':[{'type':'replied_to',"
          "'id':'999'}]}",
          { "", "", "" } },
        { "something else",
          "{'id':'50','text':'Hello','referenced_tweets':[{'type':'replied_to','id':'900'}]}",
          { "", "", "" } },
        { "a quote, not a reply",
          "{'id':'50','text':'Hello &amp; "
          "https://t.co/x','referenced_tweets':[{'type':'quoted','id':"
          "'900'}]}",
          { "", "", "" } },
        { "nobody's", "{'id':'50','text':'Hello &amp; https://t.co/x'}", { "", "", "" } },
        { "an id that is a number",
          "{'id':50,'text':'Hello &amp; https://t.co/x','referenced_tweets':[{'type':'replied_to',"
          "'id':'900'}]}",
          { "", "", "" } },
        { "the same words to the same post are two replies",
          "{'id':'50','text':'Twice','referenced_tweets':[{'type':'replied_to','id':'901'}]},"
          "{'id':'51','text':'Twice','referenced_tweets':[{'type':'replied_to','id':'901'}]}",
          { "", "51", "50" } },
        { "and one of them is one",
          "{'id':'50','text':'Twice','referenced_tweets':[{'type':'replied_to','id':'901'}]}",
          { "", "50", "" } },
        { "posts that are none", "1,null,[],{}", { "", "", "" } },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct network_sought sought[SOUGHT] = {
            { .parent = STR("900"), .text = STR("Hello & https://council.example/a") },
            { .parent = STR("901"), .text = STR("Twice") },
            { .parent = STR("901"), .text = STR("Twice") },
        };
        struct buf body = BUF_INIT(10000);
        struct x_page page;
        (void)buf_addf(&body, "{'data':[%s],'meta':{'next_token':'n1'}}", rows[i].data);
        assert_note(x_read_posts(&arena, json_of(buf_cstr(&body)), &us, X_POSTS_OURS, &page) == 0,
                    rows[i].note);
        assert_int_equal(x_find_sent(&arena, &page, sought, SOUGHT), 0);
        for (size_t k = 0; k < SOUGHT; k++)
            assert_str_note(sought[k].found, rows[i].found[k], rows[i].note);
        assert_str(page.next_token, "n1");
        buf_release(&body);
    }
    struct network_sought found = { .parent = STR("901"),
                                    .text = STR("Twice"),
                                    .found = STR("50") };
    struct x_page page;
    assert_int_equal(x_read_posts(&arena,
                                  json_of("{'data':[{'id':'51','text':'Twice','referenced_"
                                          "tweets':[{'type':'replied_to','id':'901'}]}],"
                                          "'meta':{}}"),
                                  &us, X_POSTS_OURS, &page),
                     0);
    assert_int_equal(x_find_sent(&arena, &page, &found, 1), 0);
    assert_str(found.found, "50"); /* found on an earlier page */
}

static void test_same_text(void **state)
{
    static const struct {
        const char *note, *shown, *written;
        bool same;
    } rows[] = {
        { "the same", "Hello", "Hello", true },
        { "another", "Hello", "Goodbye", false },
        { "another case of letters", "hello", "Hello", false },
        { "more", "Hello you", "Hello", false },
        { "less", "Hello", "Hello you", false },
        { "an accent of its own", "caf\xc3\xa9", "cafe\xcc\x81", true },
        { "without the accent", "cafe", "cafe\xcc\x81", false },
        { "nothing", "", "", true },
        { "nothing of something", "", "Hello", false },
        { "escapes were undone before", "&lt;", "<", false },
        { "handles that a reply carries", "@sam @kit Hello", "Hello", true },
        { "handles that we wrote", "@sam Hello", "@sam Hello", true },
        { "a handle inside", "Hello @sam", "Hello", false },
        { "a link", "Here: https://t.co/abc", "Here: https://council.example/missed-bin", true },
        { "a link to http", "Here: https://t.co/abc", "Here: http://council.example/x", true },
        { "two links", "https://t.co/a or https://t.co/b", "https://a.example or https://b.example",
          true },
        { "one link for two", "https://t.co/a or", "https://a.example or https://b.example",
          false },
        { "a link for a word", "Here: https://t.co/abc", "Here: word", false },
        { "a link in brackets", "Here (https://t.co/abc).", "Here (https://council.example/x).",
          true },
        { "a link and a comma", "See https://t.co/abc, please",
          "See https://council.example/x, "
          "please",
          true },
        { "a bare address", "See https://t.co/abc", "See northmoor.gov.uk/bins", true },
        { "a bare address and a full stop", "See https://t.co/abc.", "See northmoor.gov.uk.",
          true },
        { "other words around a link", "Look https://t.co/abc", "See https://council.example/x",
          false },
        { "lines and spaces", "Hello\n\nyou", "Hello you ", true },
        { "white space at the ends", "Hello", "  Hello\n", true },
        { "an emoji", "\xf0\x9f\x91\x8d done", "\xf0\x9f\x91\x8d done", true },
        { "initials", "Done ^SR", "Done ^KO", false },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_note(x_same_text(str_of(rows[i].shown), str_of(rows[i].written)) == rows[i].same,
                    rows[i].note);
}

/* ------------------------------------------------------------------------------------------------
 * how a post is to us */

static void test_kinds(void **state)
{
    static const char ours[] = "'tweets':[{'id':'55','author_id':'100'}]";
    static const char theirs[] = "'tweets':[{'id':'55','author_id':'8'}]";
    static const struct {
        const char *note, *post, *includes;
        enum network_kind kind;
        bool self_serve, enterprise; /* may we answer? */
    } rows[] = {
        { "names us", "'text':'@northmoor hi'", "", NETWORK_ADDRESSED, true, true },
        { "quotes us", "'text':'this','referenced_tweets':[{'type':'quoted','id':'55'}]", ours,
          NETWORK_ADDRESSED, true, true },
        { "answers us, by the author's id",
          "'text':'why','in_reply_to_user_id':'100','referenced_tweets':[{'type':'replied_to',"
          "'id':'55'}]",
          "", NETWORK_ADDRESSED, false, true },
        { "answers us, by the post",
          "'text':'why','referenced_posts':[{'type':'replied_to','id':"
          "'55'}]",
          ours, NETWORK_ADDRESSED, false, true },
        { "carries us in a reply to another",
          "'text':'@kit @northmoor yes','display_text_range':[16,19],'in_reply_to_user_id':'8'", "",
          NETWORK_ADDRESSED, false, false },
        { "answers another",
          "'text':'yes','in_reply_to_user_id':'8','referenced_tweets':[{'type':'replied_to',"
          "'id':'55'}]",
          theirs, NETWORK_OVERHEARD, false, false },
        { "carries another", "'text':'@kit @northmoor_bins yes','display_text_range':[21,24]", "",
          NETWORK_OVERHEARD, false, false },
        { "quotes another", "'text':'this','referenced_tweets':[{'type':'quoted','id':'55'}]",
          theirs, NETWORK_OVERHEARD, false, false },
        { "begins a thread", "'text':'Bins!'", "", NETWORK_OVERHEARD, false, false },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf body = BUF_INIT(10000);
        struct x_page page;
        (void)buf_addf(&body,
                       "{'data':[{'id':'900','created_at':'2026-11-22T02:34:56Z','author_id':'7',"
                       "%s}],'includes':{%s},'meta':{}}",
                       rows[i].post, rows[i].includes);
        for (int enterprise = 0; enterprise < 2; enterprise++) {
            assert_note(x_read_posts(&arena, json_of(buf_cstr(&body)),
                                     enterprise ? &us_enterprise : &us, X_POSTS_THREADS,
                                     &page) == 0,
                        rows[i].note);
            assert_note(page.count == 1, rows[i].note);
            assert_note(page.messages[0].kind == rows[i].kind, rows[i].note);
            assert_note(page.messages[0].may_reply ==
                            (enterprise ? rows[i].enterprise : rows[i].self_serve),
                        rows[i].note);
        }
        assert_int_equal(read_page(buf_cstr(&body), &page), 0);
        assert_note(page.messages[0].kind == NETWORK_ADDRESSED, rows[i].note); /* says X */
        buf_release(&body);
    }
}

static void test_references(void **state)
{
    static const struct {
        const char *note, *post, *answers, *replaces;
    } rows[] = {
        { "a reply", "'referenced_tweets':[{'type':'replied_to','id':'55'}]", "55", "" },
        { "a reply, new names", "'referenced_posts':[{'type':'replied_to','id':'55'}]", "55", "" },
        { "a reply that quotes",
          "'referenced_tweets':[{'type':'quoted','id':'54'},{'type':'replied_to','id':'55'}]", "55",
          "" },
        { "a quote", "'referenced_tweets':[{'type':'quoted','id':'54'}]", "", "" },
        { "a reply to what is none", "'referenced_tweets':[{'type':'replied_to','id':55}]", "",
          "" },
        { "never edited", "'edit_history_tweet_ids':['900']", "", "" },
        { "edited", "'edit_history_tweet_ids':['890','900']", "", "890" },
        { "edited twice, new names", "'edit_history_post_ids':['890','895','900']", "", "890" },
        { "an older version", "'edit_history_tweet_ids':['890','900','950']", "", "890" },
        { "a history of others", "'edit_history_tweet_ids':['1','2']", "", "" },
        { "a history that is none", "'edit_history_tweet_ids':[[],5,'900']", "", "" },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf body = BUF_INIT(10000);
        struct x_page page;
        (void)buf_addf(&body, "{'data':[{'id':'900','text':'hi','author_id':'7',%s}],'meta':{}}",
                       rows[i].post);
        assert_note(read_page(buf_cstr(&body), &page) == 0 && page.count == 1, rows[i].note);
        assert_str_note(page.messages[0].answers, rows[i].answers, rows[i].note);
        assert_str_note(page.messages[0].replaces, rows[i].replaces, rows[i].note);
        buf_release(&body);
    }
}

/* Our timeline is asked for without authors; a lookup names them. */
static void test_ours(void **state)
{
    static const char posts[] =
        "{'data':[{'id':'60','conversation_id':'55','text':'@sam Done &amp; dusted',"
        "'display_text_range':[5,19],'created_at':'2026-11-22T02:34:56Z','referenced_tweets':"
        "[{'type':'replied_to','id':'55'}]%s}],'meta':{'newest_id':'60'}}";
    static const struct {
        const char *note, *author;
        enum x_posts which;
        bool there;
    } rows[] = {
        { "the timeline", "", X_POSTS_OURS, true },
        { "a lookup", ",'author_id':'100'", X_POSTS_ALL, true },
        { "among mentions", ",'author_id':'100'", X_POSTS_MENTIONS, false },
        { "in a thread", ",'author_id':'100'", X_POSTS_THREADS, false },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf body = BUF_INIT(10000);
        struct x_page page;
        (void)buf_addf(&body, posts, rows[i].author);
        assert_note(x_read_posts(&arena, json_of(buf_cstr(&body)), &us_enterprise, rows[i].which,
                                 &page) == 0,
                    rows[i].note);
        assert_note(page.count == rows[i].there, rows[i].note);
        if (rows[i].there) {
            const struct network_message *m = &page.messages[0];
            assert_note(m->kind == NETWORK_OURS && !m->may_reply && !m->is_private, rows[i].note);
            assert_str_note(m->text, "Done & dusted", rows[i].note);
            assert_str_note(m->author_id, "100", rows[i].note);
            assert_str_note(m->handle, "northmoor", rows[i].note);
            assert_str_note(m->answers, "55", rows[i].note);
            assert_str_note(m->conversation, "55", rows[i].note);
        }
        buf_release(&body);
    }
    struct x_page page; /* a lookup is no page */
    assert_int_equal(x_read_posts(&arena, json_of("{'data':[]}"), &us, X_POSTS_ALL, &page), 0);
    assert_int_equal(x_read_posts(&arena, json_of("{'data':[]}"), &us, X_POSTS_OURS, &page),
                     ERR_BADINPUT);
}

/* ------------------------------------------------------------------------------------------------
 * direct messages */

static void test_direct_page(void **state)
{
    (void)state;
    struct x_page page;
    assert_int_equal(
        x_read_direct(
            &arena,
            json_of("{'data':[{'id':'903','event_type':'MessageCreate','sender_id':'100','text':"
                    "'Done &amp; dusted','dm_conversation_id':'7-100','created_at':"
                    "'2026-11-22T02:34:57Z'},{'id':'902','event_type':'ParticipantsJoin',"
                    "'participant_ids':['9'],'dm_conversation_id':'55'},{'id':'901','event_type':"
                    "'MessageCreate','sender_id':'7','text':'My bin','dm_conversation_id':'7-100',"
                    "'created_at':'2026-11-22T02:34:56.000Z'}],'includes':{'users':[{'id':'7',"
                    "'username':'elm_close_sam','name':'Sam'}]},'meta':{'result_count':3,"
                    "'next_token':'n2'}}"),
            &us, &page),
        0);
    assert_int_equal(page.count, 2);
    assert_int_equal(page.unread, 0);
    assert_str(page.newest_id, "903");
    assert_str(page.oldest_id, "901");
    assert_str(page.next_token, "n2");
    const struct network_message *m = &page.messages[0]; /* oldest first */
    assert_str(m->remote_id, "dm:901");
    assert_str(m->conversation, "dm:7-100");
    assert_str(m->author_id, "7");
    assert_str(m->handle, "elm_close_sam");
    assert_str(m->name, "Sam");
    assert_str(m->text, "My bin");
    assert_str(m->partner, "");
    assert_int_equal(m->written_at, 1795314896);
    assert_true(m->kind == NETWORK_PRIVATE && m->is_private && m->may_reply);
    m++;
    assert_str(m->remote_id, "dm:903");
    assert_str(m->text, "Done & dusted");
    assert_str(m->author_id, "100");
    assert_str(m->handle, "northmoor");
    assert_str(m->partner, "7");
    assert_true(m->kind == NETWORK_OURS && m->is_private && !m->may_reply);
    assert_int_equal(x_read_direct(&arena, json_of("{'meta':{'result_count':0}}"), &us, &page), 0);
    assert_true(page.count == 0 && page.newest_id.len == 0 && page.oldest_id.len == 0);
    assert_int_equal(x_read_direct(&arena, json_of("{'data':[]}"), &us, &page), ERR_BADINPUT);
    assert_int_equal(x_read_direct(&arena, json_of("<html>"), &us, &page), ERR_BADINPUT);
}

/* One event; what comes of it. */
static void test_direct(void **state)
{
    static const struct {
        const char *note, *event;
        int count, unread;
        bool may_reply;
        const char *conversation, *partner;
    } rows[] = {
        { "to us", "'id':'1','sender_id':'7','dm_conversation_id':'7-100','text':'hi',", 1, 0, true,
          "dm:7-100", "" },
        { "to us, by somebody of a larger id",
          "'id':'1','sender_id':'700','dm_conversation_id':'100-700','text':'hi',", 1, 0, true,
          "dm:100-700", "" },
        { "from us, to somebody of a larger id",
          "'id':'1','sender_id':'100','dm_conversation_id':'100-700','text':'hi',", 1, 0, false,
          "dm:100-700", "700" },
        { "without a type", "'id':'1','sender_id':'7','dm_conversation_id':'7-100','text':'hi',", 1,
          0, true, "dm:7-100", "" },
        { "a picture alone", "'id':'1','sender_id':'7','dm_conversation_id':'7-100','text':'',", 1,
          0, false, "dm:7-100", "" },
        { "nobody", "'id':'1','dm_conversation_id':'7-100','text':'hi',", 1, 0, false, "dm:7-100",
          "" },
        { "several people", "'id':'1','sender_id':'7','dm_conversation_id':'123','text':'hi',", 1,
          0, false, "dm:123", "" },
        { "ours to several people",
          "'id':'1','sender_id':'100','dm_conversation_id':'123','text':'hi',", 0, 0, false, "",
          "" },
        { "no conversation", "'id':'1','sender_id':'7','text':'hi',", 1, 0, false, "dm:1", "" },
        { "a conversation of something else",
          "'id':'1','sender_id':'7','dm_conversation_id':'7-100-8','text':'hi',", 1, 0, false,
          "dm:1", "" },
        { "a conversation to break out",
          "'id':'1','sender_id':'7','dm_conversation_id':'7-../..','text':'hi',", 1, 0, false,
          "dm:1", "" },
        { "no id", "'sender_id':'7','dm_conversation_id':'7-100','text':'hi',", 0, 1, false, "",
          "" },
        { "an id that is a number", "'id':1,'sender_id':'7','text':'hi',", 0, 1, false, "", "" },
        { "somebody left", "'id':'1','event_type':'ParticipantsLeave',", 0, 0, false, "", "" },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf body = BUF_INIT(10000);
        struct x_page page;
        (void)buf_addf(&body, "{'data':[{%s'created_at':'2026-11-22T02:34:56Z'}],'meta':{}}",
                       rows[i].event);
        assert_note(x_read_direct(&arena, json_of(buf_cstr(&body)), &us, &page) == 0, rows[i].note);
        assert_note((int)page.count == rows[i].count, rows[i].note);
        assert_note((int)page.unread == rows[i].unread, rows[i].note);
        if (rows[i].count) {
            assert_note(page.messages[0].may_reply == rows[i].may_reply, rows[i].note);
            assert_str_note(page.messages[0].conversation, rows[i].conversation, rows[i].note);
            assert_str_note(page.messages[0].partner, rows[i].partner, rows[i].note);
        }
        buf_release(&body);
    }
}

/* Which of our direct messages is the one that may be out. */
static void test_direct_sought(void **state)
{
    static const struct {
        const char *note, *sender, *conversation, *text, *parent;
        bool is_private, found;
    } rows[] = {
        { "there", "100", "7-100", "Done", "dm:800", true, true },
        { "a link", "100", "7-100", "https://t.co/x", "dm:800", true, false },
        { "to somebody else", "100", "8-100", "Done", "dm:800", true, false },
        { "by them", "7", "7-100", "Done", "dm:800", true, false },
        { "said before what it answers", "100", "7-100", "Done", "dm:950", true, false },
        { "for a public one", "100", "7-100", "Done", "800", true, true },
        { "for nothing", "100", "7-100", "Done", "", true, true },
        { "a public one is sought", "100", "7-100", "Done", "800", false, false },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf body = BUF_INIT(10000);
        struct x_page page;
        struct network_sought sought = { .parent = str_of(rows[i].parent),
                                         .recipient = STR("7"),
                                         .text = STR("Done"),
                                         .is_private = rows[i].is_private };
        (void)buf_addf(&body,
                       "{'data':[{'id':'900','sender_id':'%s','dm_conversation_id':'%s','text':"
                       "'%s'}],'meta':{}}",
                       rows[i].sender, rows[i].conversation, rows[i].text);
        assert_int_equal(x_read_direct(&arena, json_of(buf_cstr(&body)), &us, &page), 0);
        assert_int_equal(x_find_sent(&arena, &page, &sought, 1), 0);
        assert_str_note(sought.found, rows[i].found ? "dm:900" : "", rows[i].note);
        buf_release(&body);
    }
}

/* ------------------------------------------------------------------------------------------------
 * what became of posts */

static void test_states(void **state)
{
    static const struct {
        const char *note, *body;
        int r;
        bool said, gone;
        const char *newest;
    } rows[] = {
        { "there", "{'data':[{'id':'900','text':'x','edit_history_tweet_ids':['900']}]}", 0, true,
          false, "" },
        { "there, without a history", "{'data':[{'id':'900','text':'x'}]}", 0, true, false, "" },
        { "edited", "{'data':[{'id':'900','edit_history_tweet_ids':['900','901','902']}]}", 0, true,
          false, "902" },
        { "edited, new names", "{'data':[{'id':'900','edit_history_post_ids':['900','901']}]}", 0,
          true, false, "901" },
        { "the newest of a history",
          "{'data':[{'id':'900','edit_history_tweet_ids':['800','900']}]}", 0, true, false, "" },
        { "a history of nothing", "{'data':[{'id':'900','edit_history_tweet_ids':[5]}]}", 0, true,
          false, "" },
        { "deleted",
          "{'errors':[{'value':'900','resource_id':'900','resource_type':'tweet','title':'Not "
          "Found Error','type':'https://api.twitter.com/2/problems/resource-not-found'}]}",
          0, true, true, "" },
        { "deleted, by its value",
          "{'errors':[{'value':'900','type':'https://api.x.com/2/problems/resource-not-found'}]}",
          0, true, true, "" },
        { "protected",
          "{'data':[{'id':'1'}],'errors':[{'resource_id':'900','type':"
          "'https://api.x.com/2/problems/not-authorized-for-resource'}]}",
          0, true, true, "" },
        { "withheld",
          "{'data':[{'id':'900','withheld':{'copyright':false,'country_codes':['GB']}}"
          "]}",
          0, true, true, "" },
        { "withheld, as a problem",
          "{'errors':[{'value':'900','resource_id':'900','type':"
          "'https://api.x.com/2/problems/resource-unavailable'}]}",
          0, true, true, "" },
        { "another fault",
          "{'errors':[{'resource_id':'900','type':'https://api.x.com/2/problems/internal-error'}]}",
          0, false, false, "" },
        { "of another", "{'data':[{'id':'901'}]}", 0, false, false, "" },
        { "odd things", "{'data':[1,[],{'id':900}],'errors':[1,{},{'value':900}]}", 0, false, false,
          "" },
        { "nothing", "{}", ERR_BADINPUT, false, false, "" },
        { "a list", "[]", ERR_BADINPUT, false, false, "" },
        { "HTML", "<html>", ERR_BADINPUT, false, false, "" },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct x_state s = { .id = STR("900") };
        assert_note(x_read_states(&arena, json_of(rows[i].body), &s, 1) == rows[i].r, rows[i].note);
        assert_note(s.said == rows[i].said && s.gone == rows[i].gone, rows[i].note);
        assert_str_note(s.newest_id, rows[i].newest, rows[i].note);
    }
}

/* ------------------------------------------------------------------------------------------------
 * asking */

static void test_thread_query(void **state)
{
    enum { MANY = 20 };
    struct str many[MANY];
    struct buf query = BUF_INIT(10000);
    (void)state;
    const struct str two[] = { STR("55"), STR("dm:7-100"), STR("56") };
    assert_int_equal(x_add_thread_query(&query, STR("northmoor"), two, 3), 3);
    assert_str(buf_str(&query),
               "(conversation_id:55 OR conversation_id:56) -is:retweet -from:northmoor");
    buf_clear(&query);
    assert_int_equal(x_add_thread_query(&query, STR("northmoor"), two + 1, 1), 1);
    assert_str(buf_str(&query), "");
    for (size_t i = 0; i < MANY; i++)
        many[i] = STR("1234567890123456789");
    assert_int_equal(x_add_thread_query(&query, STR("abcdefghijklmno"), many, MANY), 12);
    assert_true(query.len <= 512 && query.len > 512 - 39);
    buf_release(&query);
}

static void test_times(void **state)
{
    struct buf id = BUF_INIT(64);
    (void)state;
    assert_int_equal(x_time_of_id(STR("4194304")), INT64_C(1288834974658));
    assert_int_equal(x_time_of_id(STR("8388607")), INT64_C(1288834974658));
    assert_int_equal(x_time_of_id(STR("1486809116681826304")), INT64_C(1643317891651));
    assert_int_equal(x_id_of_time(INT64_C(1643317891651), &id), 0);
    assert_str(buf_str(&id), "1486809116679602176"); /* the first of its millisecond */
    buf_clear(&id);
    assert_int_equal(x_id_of_time(0, &id), 0);
    assert_str(buf_str(&id), "1");
    assert_int_equal(x_time_of_id(STR("9999999999999999999")), 0);
    assert_int_equal(x_time_of_id(STR("")), 0);
    assert_str(x_event_id(STR("dm:5")), "5");
    assert_str(x_event_id(STR("5")), "5");
    buf_release(&id);
}

#define WIRE_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WIRE_TEST(test_page),          WIRE_TEST(test_posts),       WIRE_TEST(test_unread),
        WIRE_TEST(test_ids),           WIRE_TEST(test_sent),        WIRE_TEST(test_timeline),
        WIRE_TEST(test_same_text),     WIRE_TEST(test_kinds),       WIRE_TEST(test_references),
        WIRE_TEST(test_ours),          WIRE_TEST(test_direct_page), WIRE_TEST(test_direct),
        WIRE_TEST(test_direct_sought), WIRE_TEST(test_states),      WIRE_TEST(test_thread_query),
        WIRE_TEST(test_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
