/* X's JSON as bytes: both vocabularies, what is ours and what isn't, and what each error means. */
#include "bot/x/wire.h"

#include "tests/unit/support.h"

static struct arena arena;

static int setup(void **state)
{
    (void)state;
    arena = ARENA_INIT;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

/* In these tables a ' stands for a ". */
static struct str json_of(const char *text)
{
    struct str copy = arena_str(&arena, str_of(text));
    assert_non_null(copy.p);
    for (char *p = (char *)copy.p; *p; p++) /* the copy is ours to change */
        if (*p == '\'')
            *p = '"';
    return copy;
}

static int read_page(const char *body, struct x_page *page)
{
    return x_read_mentions(&arena, json_of(body), STR("100"), STR("northmoor"), page);
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

static void test_posted(void **state)
{
    static const struct {
        const char *body, *id; /* NULL: refused */
    } rows[] = {
        { "{'data':{'id':'1234567890123456789','text':'x','edit_history_tweet_ids':['1']}}",
          "1234567890123456789" },
        { "{'data':{'id':'5'},'errors':[{'title':'x'}]}", "5" },
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
        int r = x_read_posted(&arena, json_of(rows[i].body), &id);
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
          { "", "50", "51" } },
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
        struct str next = STR("untouched");
        (void)buf_addf(&body, "{'data':[%s],'meta':{'next_token':'n1'}}", rows[i].data);
        assert_note(x_read_timeline(&arena, json_of(buf_cstr(&body)), sought, SOUGHT, &next) == 0,
                    rows[i].note);
        for (size_t k = 0; k < SOUGHT; k++)
            assert_str_note(sought[k].found, rows[i].found[k], rows[i].note);
        assert_str(next, "n1");
        buf_release(&body);
    }
    struct network_sought found = { .parent = STR("901"),
                                    .text = STR("Twice"),
                                    .found = STR("50") };
    struct str next;
    assert_int_equal(x_read_timeline(&arena,
                                     json_of("{'data':[{'id':'51','text':'Twice','referenced_"
                                             "tweets':[{'type':'replied_to','id':'901'}]}],"
                                             "'meta':{}}"),
                                     &found, 1, &next),
                     0);
    assert_str(found.found, "50"); /* found on an earlier page */
    assert_str(next, "");
    assert_int_equal(x_read_timeline(&arena, json_of("{'meta':{}}"), &found, 1, &next), 0);
    assert_int_equal(x_read_timeline(&arena, json_of("{'data':[]}"), &found, 1, &next),
                     ERR_BADINPUT);
    assert_int_equal(x_read_timeline(&arena, json_of("<html>"), &found, 1, &next), ERR_BADINPUT);
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
        { "nothing", "", "", true },
        { "nothing of something", "", "Hello", false },
        { "escaped", "Mind the &lt;gap&gt; &amp; go", "Mind the <gap> & go", true },
        { "escaped once only", "&amp;lt;", "&lt;", true },
        { "escaped by nobody", "&quot;", "\"", false },
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
 * errors */

enum { NOW = 1795000000 };

#define DEPLETED                                                                         \
    "{'title':'CreditsDepleted','detail':'Your enrolled account [..] does not have any " \
    "credits to fulfill this request.','type':'https://api.x.com/2/problems/credits'}"
#define ENROLLED                                                                             \
    "{'client_id':'5','detail':'When authenticating requests you must use keys from an App " \
    "that is attached to a Project.','title':'Client Forbidden','required_enrollment':"      \
    "'Standard Basic','reason':'client-not-enrolled','type':"                                \
    "'https://api.twitter.com/2/problems/client-forbidden'}"
#define READ_ONLY                                                                            \
    "{'title':'Forbidden','detail':'Your client app is not configured with the appropriate " \
    "oauth1 app permissions for this endpoint.','status':403,"                               \
    "'type':'https://api.x.com/2/problems/oauth1-permissions'}"
#define NOT_SUMMONED                                                                  \
    "{'detail':'Reply to this conversation is not allowed because you have not been " \
    "mentioned or otherwise engaged by the author of the post you are replying to.'," \
    "'type':'about:blank','title':'Forbidden','status':403}"
#define DUPLICATE                                                                       \
    "{'detail':'You are not allowed to create a Tweet with duplicate content.','type':" \
    "'about:blank','title':'Forbidden','status':403}"

static void test_errors(void **state)
{
    /* what it comes to for a post, and for a read where that differs; a wait of 0 is the caller's
     * own backoff */
    static const struct {
        const char *note;
        int status;
        const char *body;
        int64_t reset_at;
        enum network_end post, read;
        int64_t after_s;
        bool repeated;
        const char *words;
    } rows[] = {
        { "a bad request", 400,
          "{'errors':[{'parameters':{'x':['1']},'message':'x is not valid'}],'title':'Invalid "
          "Request','detail':'One or more parameters to your request was invalid.','type':"
          "'https://api.x.com/2/problems/invalid-request'}",
          0, NETWORK_REFUSED, NETWORK_LATER, 0, false,
          "X said 400: One or more parameters to your request was invalid." },
        { "the token", 401,
          "{'title':'Unauthorized','type':'about:blank','status':401,'detail':'Unauthorized'}", 0,
          NETWORK_BLOCKED, NETWORK_BLOCKED, 60, false, "X said 401: Unauthorized" },
        { "the token, by OAuth 2", 401,
          "{'error':'invalid_request','error_description':'Value passed for the token was "
          "invalid.'}",
          0, NETWORK_BLOCKED, NETWORK_BLOCKED, 60, false,
          "X said 401: Value passed for the token was invalid." },
        { "no credit", 402, DEPLETED, 0, NETWORK_BLOCKED, NETWORK_BLOCKED, 60, false,
          "X said 402: Your enrolled account [..] does not have any credits to fulfill this "
          "request." },
        { "no credit, the other body", 402,
          "{'detail':'credits depleted','status':402,'title':'Payment Required','type':"
          "'https://api.x.com/2/problems/credits-depleted'}",
          0, NETWORK_BLOCKED, NETWORK_BLOCKED, 60, false, "X said 402: credits depleted" },
        { "said before", 403, DUPLICATE, 0, NETWORK_REFUSED, NETWORK_LATER, 0, true,
          "X said 403: You are not allowed to create a Tweet with duplicate content." },
        { "not summoned", 403, NOT_SUMMONED, 0, NETWORK_REFUSED, NETWORK_LATER, 0, false,
          "X said 403: Reply to this conversation is not allowed because you have not been "
          "mentioned or otherwise engaged by the author of the post you are replying to." },
        { "the parent has gone", 403,
          "{'detail':'You attempted to reply to a Tweet that is deleted or not visible to you.',"
          "'type':'about:blank','title':'Forbidden','status':403}",
          0, NETWORK_REFUSED, NETWORK_LATER, 0, false,
          "X said 403: You attempted to reply to a Tweet that is deleted or not visible to you." },
        { "the app is read-only", 403, READ_ONLY, 0, NETWORK_BLOCKED, NETWORK_BLOCKED, 60, false,
          "X said 403: Your client app is not configured with the appropriate oauth1 app "
          "permissions for this endpoint." },
        { "the plan doesn't cover it", 403,
          "{'errors':[{'message':'You currently have access to a subset of X API V2 endpoints and "
          "limited v1.1 endpoints.','code':453}]}",
          0, NETWORK_BLOCKED, NETWORK_BLOCKED, 60, false,
          "X said 403: You currently have access to a subset of X API V2 endpoints and limited "
          "v1.1 endpoints." },
        { "not enrolled", 403, ENROLLED, 0, NETWORK_BLOCKED, NETWORK_BLOCKED, 60, false,
          "X said 403: When authenticating requests you must use keys from an App that is attached "
          "to a Project." },
        { "unspecific", 403,
          "{'detail':'You are not permitted to perform this action.','type':'about:blank','title':"
          "'Forbidden','status':403}",
          0, NETWORK_REFUSED, NETWORK_LATER, 0, false,
          "X said 403: You are not permitted to perform this action." },
        { "not found", 404,
          "{'title':'Not Found Error','type':'https://api.x.com/2/problems/resource-not-found'}", 0,
          NETWORK_REFUSED, NETWORK_LATER, 0, false, "X said 404: Not Found Error" },
        { "a conflict", 409, "{'title':'ConnectionException'}", 0, NETWORK_REFUSED, NETWORK_LATER,
          0, false, "X said 409: ConnectionException" },
        { "too many, no reset", 429,
          "{'title':'Too Many Requests','detail':'Too Many Requests','type':'about:blank',"
          "'status':429}",
          0, NETWORK_LATER, NETWORK_LATER, 60, false, "X said 429: Too Many Requests" },
        { "too many, the page's body", 429,
          "{'errors':[{'code':88,'message':'Rate limit exceeded'}]}", NOW + 300, NETWORK_LATER,
          NETWORK_LATER, 300, false, "X said 429: Rate limit exceeded" },
        { "too many, nearly over", 429, "{}", NOW + 5, NETWORK_LATER, NETWORK_LATER, 60, false,
          "X said 429" },
        { "too many, a reset in the past", 429, "{}", NOW - 5000, NETWORK_LATER, NETWORK_LATER, 60,
          false, "X said 429" },
        { "too many, a reset in another age", 429, "{}", NOW + 1000000, NETWORK_LATER,
          NETWORK_LATER, 900, false, "X said 429" },
        { "the month is used up", 429,
          "{'title':'UsageCapExceeded','period':'Monthly','scope':'Product','detail':'Usage cap "
          "exceeded: Monthly product cap','type':'https://api.x.com/2/problems/usage-capped'}",
          0, NETWORK_BLOCKED, NETWORK_BLOCKED, 60, false,
          "X said 429: Usage cap exceeded: Monthly product cap" },
        { "an error", 500, "{'title':'Internal Server Error'}", 0, NETWORK_UNKNOWN, NETWORK_LATER,
          0, false, "X said 500: Internal Server Error" },
        { "a page of the edge", 502, "<html><head><title>502 Bad Gateway</title></head></html>", 0,
          NETWORK_UNKNOWN, NETWORK_LATER, 0, false, "X said 502" },
        { "overload", 503,
          "{'title':'Service Unavailable','detail':'Service Unavailable','type':'about:blank',"
          "'status':503}",
          0, NETWORK_UNKNOWN, NETWORK_LATER, 0, false, "X said 503: Service Unavailable" },
        { "a time-out of theirs", 504, "", 0, NETWORK_UNKNOWN, NETWORK_LATER, 0, false,
          "X said 504" },
        { "a success that can't be read", 201, "{'data':{}}", 0, NETWORK_UNKNOWN, NETWORK_LATER, 0,
          false, "X sent something that isn't an answer (status 201)" },
        { "a success with an error in it", 200, "{'errors':[{'detail':'gone'}]}", 0,
          NETWORK_UNKNOWN, NETWORK_LATER, 0, false,
          "X sent something that isn't an answer (status 200)" },
        { "elsewhere", 302, "", 0, NETWORK_UNKNOWN, NETWORK_LATER, 0, false,
          "X sent something that isn't an answer (status 302)" },
        { "words of no use", 403, "{'detail':5,'title':[],'errors':'x'}", 0, NETWORK_REFUSED,
          NETWORK_LATER, 0, false, "X said 403" },
        { "a list", 400, "[1,2]", 0, NETWORK_REFUSED, NETWORK_LATER, 0, false, "X said 400" },
        { "a text that isn't one", 400, "{'detail':'\xff'}", 0, NETWORK_REFUSED, NETWORK_LATER, 0,
          false, "X said 400" },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        for (int posting = 0; posting < 2; posting++) {
            struct http_answer a = { .end = HTTP_ANSWERED,
                                     .status = rows[i].status,
                                     .body = json_of(rows[i].body),
                                     .limit_remaining = -1,
                                     .limit_reset_at = rows[i].reset_at };
            struct network_answer got = x_read_error(&arena, &a, posting, NOW);
            assert_note(got.end == (posting ? rows[i].post : rows[i].read), rows[i].note);
            assert_note(got.after_ms == rows[i].after_s * 1000, rows[i].note);
            assert_note((got.why == NETWORK_WHY_REPEATED) == (posting && rows[i].repeated),
                        rows[i].note);
            assert_str_note(got.words, rows[i].words, rows[i].note);
            assert_int_equal(got.remote_id.len, 0);
        }
}

static void test_unanswered(void **state)
{
    static const struct {
        enum http_end end;
        bool posting;
        enum network_end want;
    } rows[] = {
        { HTTP_NOT_SENT, true, NETWORK_LATER },
        { HTTP_NOT_SENT, false, NETWORK_LATER },
        { HTTP_CUT, true, NETWORK_UNKNOWN },
        { HTTP_CUT, false, NETWORK_LATER },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct http_answer a = { .end = rows[i].end, .why = "no route", .limit_remaining = -1 };
        struct network_answer got = x_read_error(&arena, &a, rows[i].posting, NOW);
        assert_int_equal(got.end, rows[i].want);
        assert_int_equal(got.after_ms, 0);
        assert_int_equal(got.why, NETWORK_WHY_OTHER);
        assert_str(got.words, "X can't be reached: no route");
    }
}

/* However much X says, people get a sentence of it. */
static void test_words_end(void **state)
{
    (void)state;
    struct buf body = BUF_INIT(100000);
    (void)buf_addc(&body, "{\"detail\":\"");
    for (int i = 0; i < 5000; i++)
        (void)buf_addc(&body, "\xc3\xa9");
    (void)buf_addc(&body, "\"}");
    struct http_answer a = { .end = HTTP_ANSWERED, .status = 403, .body = buf_str(&body) };
    struct network_answer got = x_read_error(&arena, &a, true, NOW);
    assert_true(utf8_valid(got.words));
    assert_int_equal(utf8_points(got.words), strlen("X said 403: ") + 300);
    buf_release(&body);
}

#define WIRE_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WIRE_TEST(test_page),      WIRE_TEST(test_posts),  WIRE_TEST(test_unread),
        WIRE_TEST(test_ids),       WIRE_TEST(test_posted), WIRE_TEST(test_timeline),
        WIRE_TEST(test_same_text), WIRE_TEST(test_errors), WIRE_TEST(test_unanswered),
        WIRE_TEST(test_words_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
