#include "intents/normal.h"

#include "base/file.h"
#include "base/json.h"
#include "tests/unit/support.h"

static struct vocab *vocab;

static int setup(void **state)
{
    (void)state;
    static const char *const words[] = {
        "bin",     "bin day", "so",       "missed",    "pothole*", "collection",
        "rubbish", "street",  "pavement", "abandoned", "green",    "not emptied",
    };
    static const char *const common[] = { "the", "a", "i", "of", "in", "my", "please" };
    struct report report = REPORT_INIT;
    struct str list[ARRAY_LEN(words)];
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        list[i] = str_of(words[i]);
    struct str often[] = { STR("bin"), STR("bin bin bin bin bin bin bin bin bin bin bin bin") };
    vocab = vocab_new();
    int r = vocab ? vocab_add_words(vocab, STR("known"), list, ARRAY_LEN(list), "", &report)
                  : ERR_NOMEM;
    if (r == 0) /* a short word is taken off another one only if it is much used */
        r = vocab_add_words(vocab, STR("often"), often, ARRAY_LEN(often), "", &report);
    for (size_t i = 0; i < ARRAY_LEN(common) && r == 0; i++)
        r = vocab_add_common(vocab, str_of(common[i]));
    return r < 0 ? r : vocab_finish(vocab);
}

static int teardown(void **state)
{
    (void)state;
    vocab = vocab_free(vocab);
    return 0;
}

static const struct row {
    const char *note, *text, *want;
} rows[] = {
    { "nothing", "", "" },
    { "only space", " \t\r\n ", "" },
    { "only punctuation", "... !!! ,,, -- ()", "" },
    { "case and space", "  My   BIN\twas Missed ", "my bin was missed" },

    { "contraction", "it hasn't been", "it has not been" },
    { "curly apostrophe", "it hasn\xe2\x80\x99t been", "it has not been" },
    { "opening curly apostrophe", "it hasn\xe2\x80\x98t been", "it has not been" },
    { "modifier apostrophe", "it hasn\xca\xbct been", "it has not been" },
    { "acute accent as apostrophe", "it hasn\xc2\xb4t been", "it has not been" },
    { "fullwidth apostrophe", "it hasn\xef\xbc\x87t been", "it has not been" },
    { "without apostrophe", "it hasnt been", "it has not been" },
    { "capitals", "WON'T DON'T", "will not do not" },
    { "only with apostrophe", "we'll well", "we will well" },
    { "id and I'd", "my id, I'd say", "my id i would say" },
    { "its and it's", "its bin, it's full", "its bin it is full" },
    { "first and last of the table", "ain't you've", "is not you have" },
    { "cannot", "i cannot", "i can not" },
    { "misspelt", "havn't, dosent", "have not does not" },
    { "Scots", "it isnae", "it is not" },
    { "small words run together", "alot of it, upto here", "a lot of it up to here" },
    { "possessive", "the council's van", "the councils van" },
    { "possessive of a known word", "the pavement's broken, the Street's dark",
      "the pavement broken the street dark" },
    { "possessive of a short word", "a bin's, so's", "a bin sos" },
    { "plural possessive", "residents' bins", "residents bins" },
    { "quoted word", "a 'fresh' start", "a fresh start" },
    { "two apostrophes", "rock'n'roll", "rocknroll" },

    { "emoji", "bin \xf0\x9f\x97\x91\xef\xb8\x8f full", "bin bin full" },
    { "emoji without space",
      "thanks\xf0\x9f\x91\x8f"
      "bye",
      "thanks well done bye" },
    { "emoji repeated", "\xf0\x9f\x98\xa1\xf0\x9f\x98\xa1\xf0\x9f\x98\xa1", "angry" },
    { "two emoji", "\xf0\x9f\x98\xa1\xf0\x9f\x97\x91", "angry bin" },
    { "emoji with a skin tone", "\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd ok", "good ok" },
    { "emoji that says nothing", "hi \xf0\x9f\xab\xa1 there", "hi there" },
    { "first and last of the table", "\xe2\x98\x83 \xf0\x9f\xab\xb6", "snow love" },
    { "a crying face sets the tone only", "late \xf0\x9f\x98\xad again", "late again" },
    { "two words", "bin \xe2\x9d\x8c", "bin not done" },
    { "question mark as emoji", "bin\xe2\x9d\x93 so", "bin ? so" },
    { "exclamation mark as emoji", "bin\xe2\x9d\x97 so", "bin . so" },

    { "hashtag", "#missedbin again", "missed bin again" },
    { "hashtag of three words", "#missedbincollection", "missed bin collection" },
    { "hashtag with a small word", "#themissedbin #binofthestreet",
      "the missed bin bin of the street" },
    { "hashtag with a word of English", "#BrokenPromises #rubbishpromises",
      "broken promises rubbish promises" },
    { "hashtag with a contraction", "#dontmissthebin", "do not miss the bin" },
    { "hashtag that is known", "#potholesagain", "potholesagain" },
    { "hashtag that is no words", "#binxqzwv #northxqzwv", "binxqzwv northxqzwv" },
    { "hashtag about nothing", "#brokenpromises", "brokenpromises" },
    { "hashtag misspelt", "#rubish", "rubbish" },
    { "fewest words win", "#pavementrubbish", "pavement rubbish" },
    { "hashtag with humps", "#MissedBin again", "missed bin again" },
    { "hashtag in capitals", "#MISSED", "missed" },
    { "hashtag with underscore", "#missed_bin", "missed bin" },
    { "hashtag with digits", "#Day2 #20mph", "day2 20mph" },
    { "lone hash", "# 5 is #1", "5 is 1" },
    { "hashtag with an emoji behind", "#bin\xf0\x9f\x98\xa1", "bin angry" },

    { "link", "see https://example.com/a?b=c#d now", "see :// now" },
    { "link, capitals", "HTTPS://EXAMPLE.COM/A", "://" },
    { "link in brackets", "(https://example.com/a)", "://" },
    { "link ends a sentence", "see https://example.com/a. Bin", "see :// . bin" },
    { "www", "www.northmoor.example is down", ":// is down" },
    { "bare domain", "northmoor.gov.uk is down", ":// is down" },
    { "bare domain with a path", "northmoor.gov.uk/bins, ok", ":// ok" },
    { "no domain", "end.Start at 9a.m.", "end . start at 9a . m" },
    { "email", "me.too@example.com", "<email>" },

    { "mention", "@NorthmoorHelp my bin", "@ my bin" },
    { "mentions", "@a_1 @B hi", "@ @ hi" },
    { "mention behind a dot", ".@NorthmoorHelp bin", "@ bin" },
    { "lone at sign", "5 @ 6", "5 @ 6" },
    { "fullwidth at sign", "\xef\xbc\xa0northmoor bin", "@ bin" },

    { "fullwidth", "\xef\xbd\x82\xef\xbd\x89\xef\xbd\x8e", "bin" },
    { "fullwidth capitals", "\xef\xbc\xa2\xef\xbc\xa9\xef\xbc\xae", "bin" },
    { "styled letters", "\xf0\x9d\x97\xaf\xf0\x9d\x97\xb6\xf0\x9d\x97\xbb", "bin" },
    { "ligature",
      "of\xef\xac\x81"
      "ce",
      "offi"
      "ce" },
    { "sharp s",
      "stra\xc3\x9f"
      "e",
      "strasse" },
    { "superscript digit", "m\xc2\xb2", "m2" },

    { "zero-width space", "b\xe2\x80\x8bi\xe2\x80\x8bn", "bin" },
    { "zero-width joiner", "b\xe2\x80\x8din", "bin" },
    { "soft hyphen", "b\xc2\xadin", "bin" },
    { "byte order mark",
      "\xef\xbb\xbf"
      "bin",
      "bin" },
    { "direction marks",
      "\xe2\x80\xae"
      "bin\xe2\x80\xac",
      "bin" },
    { "no-break space",
      "bin\xc2\xa0"
      "day",
      "bin day" },
    { "NUL is no word", "", "" },

    { "Cyrillic letters in a Latin word", "b\xd1\x96n", "bin" },
    { "Greek omicron",
      "r\xce\xbf"
      "ad",
      "road" },
    { "a Cyrillic word stays", "\xd1\x81\xd0\xbe", "\xd1\x81\xd0\xbe" },
    { "dotless i", "b\xc4\xb1n", "bin" },

    { "accent", "caf\xc3\xa9", "cafe" },
    { "accent as a mark of its own", "cafe\xcc\x81", "cafe" },
    { "many marks", "b\xcc\x81\xcc\x82\xcc\x83\xcc\x84in", "bin" },
    { "Danish o",
      "r\xc3\xb8"
      "d",
      "rod" },
    { "Polish l",
      "\xc5\x82"
      "a",
      "la" },

    { "stretched to a known word", "sooooo", "so" },
    { "stretched in the middle", "biiiiin", "bin" },
    { "two letters stay where they are known", "missssed", "missed" },
    { "stretched unknown word", "aaaargh", "aargh" },
    { "two equal letters stay", "pool soon", "pool soon" },
    { "digits aren't stretched", "10000 999", "10000 999" },
    { "stretched contraction", "dooon't",
      "doon"
      "t" },

    { "a letter missing", "rubish everywhere", "rubbish everywhere" },
    { "a letter too many", "the pavvement", "the pavement" },
    { "letters exchanged", "mised colelction", "missed collection" },
    { "the next key", "pavemenr", "pavement" },
    { "two edits in a long word", "my colection, abandonned, abandond",
      "my collection abandoned abandoned" },
    { "a prefix with an ending", "potholles and pothloe", "potholes and pothole" },
    { "a common word", "pleese", "please" },
    { "in capitals", "RUBISH IN MY STREEET", "rubbish in my street" },
    { "a word of English stays", "polish potholed pavements binned greed",
      "polish potholed pavements binned greed" },
    { "a word with a digit stays", "pavemen1", "pavemen1" },
    { "a short word stays", "bim bun grean", "bim bun grean" },
    { "a name within a sentence", "near the Potholl in Grene", "near the potholl in grene" },
    { "a name at its beginning", "Potholl House has not been", "potholl house has not been" },
    { "one capital at its beginning", "Rubish here. Rubish there", "rubbish here . rubbish there" },
    { "behind a mention", "@NorthmoorHelp Rubish here again", "@ rubbish here again" },
    { "every word has a capital", "My Rubish Is In The Streeet", "my rubbish is in the street" },
    { "the name of a street", "rubish in potholl lane", "rubbish in potholl lane" },
    { "nobody's word", "xqzwv", "xqzwv" },

    { "digits for letters", "p0thole m1ssed c0llecti0n", "pothole missed collection" },
    { "a digit for either letter", "c0l1ection", "collection" },
    { "signs for letters", "str33t b!n rubbi$h p@vement $treet",
      "street bin rubbish pavement street" },
    { "exclamations stay", "missed!bin m!ssed!! bin!", "missed . bin missed . bin" },
    { "begins with a digit", "0f 5treet", "0f street" },
    { "contraction with a digit", "d0nt", "do not" },
    { "digits that say nothing", "x1y q77z", "x1y q77z" },
    { "road numbers, buses, times and amounts", "A61 M1 a1m X99 5pm 5th b61n W1T 2x4 100m",
      "a61 m1 a1m x99 5pm 5th b61n <district> 2x4 100m" },
    { "postcode with a sign", "bi5 1no", "bi5 1no" },

    { "letters apart", "a p o t h o l e here", "a pothole here" },
    { "letters apart, two words", "m i s s e d b i n", "missed bin" },
    { "letters with hyphens", "my b-i-n", "my bin" },
    { "letters with full stops", "my b.i.n is full", "my bin is full" },
    { "letters with both", "b-i.n", "b i . n" },
    { "two letters", "s o it is", "s o it is" },
    { "letters that spell nothing", "x y z a b", "x y z a b" },

    { "run together", "the greenbin and missedbin", "the green bin and missed bin" },
    { "run together, English", "streetlight", "streetlight" },
    { "run together, three words", "missedgreenbin", "missedgreenbin" },
    { "run together, a word nobody knows", "binxqzwv", "binxqzwv" },
    { "run together, more than one way", "streetsend", "streetsend" },
    { "run together, two common words", "ofthe pleasemy", "ofthe pleasemy" },
    { "run together in a name", "it was left at Greenbin House", "it was left at greenbin house" },

    { "full stop inside", "One. Two", "one . two" },
    { "full stop at the end", "One.", "one" },
    { "question mark stays at the end", "When?", "when ?" },
    { "question wins", "What?! Now", "what ? now" },
    { "question wins, other order", "What!? Now", "what ? now" },
    { "a question after a closed sentence", "(see above.)? Now", "see above ? now" },
    { "ellipsis", "well\xe2\x80\xa6 then", "well . then" },
    { "lines", "one\ntwo\r\n\r\nthree", "one . two . three" },
    { "a line after a question", "one?\ntwo", "one ? two" },
    { "ends before anything was said", "... one", "one" },

    { "time and amount", "at 6.30, 1,000 bins", "at 6.30 1,000 bins" },
    { "clock", "at 18:30.", "at 18:30" },
    { "postcode", "at LS1 4AP.", "at <postcode>" },
    { "phone number", "ring (01632) 960123, ta", "ring <phone> ta" },
    { "phone number after an emoji",
      "\xf0\x9f\x98\xa1"
      "07700 900123",
      "angry <phone>" },
    { "phone number in fullwidth digits",
      "\xef\xbc\x90\xef\xbc\x97\xef\xbc\x97\xef\xbc\x90\xef\xbc\x90 900123", "<phone>" },
    { "phone number with a zero-width space", "07700\xe2\x80\x8b 900123", "<phone>" },
    { "phone number with a long dash",
      "07700\xe2\x80\x93"
      "900123",
      "<phone>" },
    { "phone number in a link", "https://x.com/07700900123", "://" },
    { "an address keeps its words", "14 Elm Close", "14 elm close" },
    { "a mark is one already", "call <phone> or <dob>", "call <phone> or <dob>" },
    { "no mark", "<phones> <b>", "phones b" },
    { "and", "bins & boxes", "bins and boxes" },
    { "slash and dash", "black/green bin-lid", "black green bin lid" },
    { "underscore", "a_b", "a_b" },
    { "a fraction", "\xc2\xbd a bin", "1 2 a bin" },
};

static bool between_points(struct str valid, size_t at)
{
    return at == valid.len || ((unsigned char)valid.p[at] & 0xc0) != 0x80;
}

/* What must hold of every result, however odd the text. */
static void check_map(struct str text, const struct normal *n, const char *note)
{
    uint32_t at = 0, from = 0;
    assert_note(utf8_valid(n->text), note);
    assert_note(n->text.p[n->text.len] == '\0', note);
    for (size_t i = 0; i < n->word_count; i++) {
        const struct normal_word *w = &n->words[i];
        assert_note(w->at == at && w->len > 0, note); /* words with one space between them */
        assert_note(w->at + w->len <= n->text.len, note);
        assert_note(!memchr(n->text.p + w->at, ' ', w->len), note);
        at += w->len + 1;
        assert_note(w->from < w->to && w->to <= text.len, note);
        assert_note(w->from >= from, note); /* in the order written */
        from = w->from;
        assert_note(between_points(text, w->from) && between_points(text, w->to), note);
        if (at <= n->text.len)
            assert_note(n->text.p[at - 1] == ' ', note);
    }
    assert_note(n->word_count == 0 ? n->text.len == 0 : at == n->text.len + 1, note);
}

/* Dropped signs and shortened words can make an entity that wasn't written: "b1, 2www". */
static bool has_new_entity(const struct normal *again, struct str text)
{
    for (size_t i = 0; i < again->entities.count; i++)
        if (text.p[again->entities.list[i].from] != '<')
            return true;
    return false;
}

/* Written small, since a capital that tells a name is gone the second time. */
static void check_twice(struct arena *arena, struct str text, const char *note)
{
    char *small = arena_alloc(arena, text.len + 1);
    struct normal once, again;
    assert_non_null(small);
    for (size_t i = 0; i < text.len; i++)
        small[i] = text.p[i] >= 'A' && text.p[i] <= 'Z' ? (char)(text.p[i] + 32) : text.p[i];
    assert_note(normal_make(arena, vocab, (struct str){ small, text.len }, &once) == 0, note);
    assert_note(normal_make(arena, vocab, once.text, &again) == 0, note);
    if (!has_new_entity(&again, once.text))
        assert_str_note(again.text, once.text.p, note);
}

static void test_table(void **state)
{
    (void)state;
    struct arena arena = ARENA_INIT;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct str text = str_of(rows[i].text);
        struct normal n;
        arena_clear(&arena);
        assert_int_equal(normal_make(&arena, vocab, text, &n), 0);
        assert_str_note(n.text, rows[i].want, rows[i].note);
        check_map(text, &n, rows[i].note);
        check_twice(&arena, text, rows[i].note);
    }
    arena_release(&arena);
}

/* Where each word was written, as "word=original" with | between. */
static void test_map(void **state)
{
    (void)state;
    static const struct row maps[] = {
        { "plain", "My bin!", "my=My|bin=bin" },
        { "contraction: both words are the one", "it hasn't", "it=it|has=hasn't|not=hasn't" },
        { "possessive", "the street's", "the=the|street=street's" },
        { "accents", "Caf\xc3\xa9 bin", "cafe=Caf\xc3\xa9|bin=bin" },
        { "emoji", "ok\xf0\x9f\x91\x8f!", "ok=ok|well=\xf0\x9f\x91\x8f|done=\xf0\x9f\x91\x8f" },
        { "hashtag", "#MissedBin", "missed=Missed|bin=Bin" },
        { "mention and link", "@Us see www.x.com.", "@=@Us|see=see|://=www.x.com" },
        { "zero-width inside", "b\xe2\x80\x8bin", "bin=b\xe2\x80\x8bin" },
        { "ligature", "\xef\xac\x81t", "fit=\xef\xac\x81t" },
        { "stretched", "sooo", "so=sooo" },
        { "sentence end", "a?! b", "a=a|?=?! |b=b" },
        { "a question behind a full stop", "a.)? b", "a=a|?=.)? |b=b" },
        { "phone number", "on +44 (0)7700-900123!", "on=on|<phone>=+44 (0)7700-900123" },
        { "misspelt", "my rubish!", "my=my|rubbish=rubish" },
        { "disguised", "a b!n!", "a=a|bin=b!n" },
        { "letters apart", "a b-i-n so b.i.n", "a=a|bin=b-i-n|so=so|bin=b.i.n" },
        { "letters apart, two words", "m i s s e d b i n", "missed=m i s s e d|bin=b i n" },
        { "run together", "#missedbin, greenbin", "missed=missed|bin=bin|green=green|bin=bin" },
        { "run together, with a zero-width space",
          "miss\xe2\x80\x8b"
          "edbin",
          "missed=miss\xe2\x80\x8b"
          "edbin|bin=miss\xe2\x80\x8b"
          "edbin" },
    };
    struct arena arena = ARENA_INIT;
    for (size_t i = 0; i < ARRAY_LEN(maps); i++) {
        struct str text = str_of(maps[i].text);
        struct buf got = BUF_INIT(1000);
        struct normal n;
        assert_int_equal(normal_make(&arena, vocab, text, &n), 0);
        for (size_t k = 0; k < n.word_count; k++) {
            uint32_t from, to;
            struct normal_word w = n.words[k];
            assert_true(normal_origin(&n, w.at, w.at + w.len, &from, &to));
            (void)buf_addf(&got, "%s%.*s=%.*s", k ? "|" : "",
                           STR_ARG(str_cut(n.text, w.at, w.at + w.len)),
                           STR_ARG(str_cut(text, from, to)));
        }
        assert_str_note(buf_str(&got), maps[i].want, maps[i].note);
        buf_release(&got);
    }
    struct normal n;
    uint32_t from = 77, to = 77;
    assert_int_equal(normal_make(&arena, vocab, STR("My bin wasn't missed"), &n), 0);
    assert_str(n.text, "my bin was not missed");
    assert_true(normal_origin(&n, 4, 12, &from, &to)); /* "in was n" */
    assert_int_equal(from, 3);
    assert_int_equal(to, 13);
    assert_false(normal_origin(&n, 6, 7, &from, &to)); /* a space */
    assert_false(normal_origin(&n, 21, 30, &from, &to));
    assert_false(normal_origin(&n, 3, 3, &from, &to));
    arena_release(&arena);
}

static const char *const pieces[] = {
    "bin",
    "rubish",
    "pothloe",
    "colection",
    "street",
    "ed",
    "#",
    "p0th0le",
    "b!n",
    "b",
    "i",
    "n",
    "-",
    "greenbin",
    "$",
    "0",
    "BIN",
    "Missed",
    "sooooo",
    "hasn't",
    "hasn\xe2\x80\x99t",
    "dont",
    "it's",
    "I'd",
    "'",
    "''",
    " ",
    "  ",
    "\n",
    "\r\n",
    ".",
    "..",
    "!",
    "?",
    "\xe2\x80\xa6",
    ",",
    ":",
    "/",
    "://",
    "-",
    "_",
    "#",
    "#MissedBin",
    "@",
    "@Northmoor",
    "&",
    "1",
    "6.30",
    "1,000",
    "https://",
    "www.",
    ".com",
    ".uk",
    "x.co",
    "a",
    "Z",
    "\xc3\xa9",
    "e\xcc\x81",
    "\xcc\x81",
    "\xc3\x9f",
    "\xef\xac\x81",
    "\xe2\x80\x8b",
    "\xe2\x80\x8d",
    "\xef\xb8\x8f",
    "\xf0\x9f\x97\x91",
    "\xf0\x9f\x98\xa1",
    "\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd",
    "\xe2\x98\x83",
    "\xd1\x96",
    "\xd0\xbe",
    "\xce\xbf",
    "\xef\xbd\x82",
    "\xef\xbc\x83",
    "\xef\xbc\xa0",
    "\xc2\xbd",
    "\xc2\xb2",
    "\xc2\xa0",
    "\t",
    "(",
    ")",
    "\"",
    "\xe3\x8c\x96",
    "\xef\xb7\xba",
    "\xe0\xa4\x95\xe0\xa4\xbf",
    "\xd7\xa9\xd7\x81",
};

static void random_text(uint64_t *seed, struct buf *out)
{
    size_t count = (size_t)random_below(seed, 24);
    for (size_t i = 0; i < count; i++)
        (void)buf_addc(out, pieces[random_below(seed, ARRAY_LEN(pieces))]);
}

static void test_random_pieces(void **state)
{
    (void)state;
    struct arena arena = ARENA_INIT;
    uint64_t seed = 20261122;
    for (int round = 0; round < 6000; round++) {
        struct buf text = BUF_INIT(65536);
        struct normal n;
        random_text(&seed, &text);
        arena_clear(&arena);
        assert_int_equal(normal_make(&arena, vocab, buf_str(&text), &n), 0);
        check_map(buf_str(&text), &n, buf_cstr(&text));
        check_twice(&arena, buf_str(&text), buf_cstr(&text));
        buf_release(&text);
    }
    arena_release(&arena);
}

/* The shipped vocabulary. */
static struct vocab *shipped_vocab(void)
{
    struct report report = REPORT_INIT;
    struct vocab *v = vocab_new();
    cJSON *tree = NULL, *list, *word;
    assert_non_null(v);
    assert_int_equal(json_read_file(SOURCE_DIR "/kb/content/terms.json", 1 << 24, &report, &tree),
                     0);
    cJSON_ArrayForEach(list, cJSON_GetObjectItemCaseSensitive(tree, "terms"))
    {
        struct str name = str_of(list->string);
        size_t count = 0;
        struct str *words = calloc((size_t)cJSON_GetArraySize(list) + 1, sizeof *words);
        assert_non_null(words);
        if (cJSON_IsArray(list)) {
            cJSON_ArrayForEach(word, list) words[count++] = json_str(word);
            assert_int_equal(vocab_add_words(v, name, words, count, "terms.json", &report), 0);
        }
        free(words);
    }
    cJSON_ArrayForEach(word, cJSON_GetObjectItemCaseSensitive(tree, "common"))
        assert_int_equal(vocab_add_common(v, json_str(word)), 0);
    cJSON_Delete(tree);
    assert_int_equal(vocab_finish(v), 0);
    return v;
}

/* Every labelled message, with all that the shipped vocabulary makes of it: and with a letter of it
 * changed, since in the corpus itself few words are misspelt. */
static void test_corpus(void **state)
{
    (void)state;
    static const char *const files[] = { "dev", "dev-2", "dev-3", "dev-4" };
    struct vocab *small = vocab;
    struct arena arena = ARENA_INIT;
    uint64_t seed = 5;
    vocab = shipped_vocab();
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        char path[300];
        struct buf lines = BUF_INIT(1 << 22);
        struct str rest, line;
        (void)snprintf(path, sizeof path, "%s/tests/corpus/%s.jsonl", SOURCE_DIR, files[i]);
        assert_int_equal(file_read(path, &lines), 0);
        for (rest = buf_str(&lines); str_split(&rest, '\n', &line);) {
            cJSON *tree = NULL;
            struct json_fault fault;
            struct str text;
            struct normal n;
            if (!line.len)
                continue;
            assert_int_equal(json_parse(line, &tree, &fault), 0);
            assert_int_equal(json_get_str(tree, "text", &text), 1);
            arena_clear(&arena);
            char *changed = arena_alloc(&arena, text.len + 1);
            assert_non_null(changed);
            memcpy(changed, text.p, text.len);
            for (int round = 0; round < 4; round++) {
                struct str now = { changed, text.len };
                assert_int_equal(normal_make(&arena, vocab, now, &n), 0);
                check_map(now, &n, changed);
                check_twice(&arena, now, changed);
                for (size_t at = 0; at < text.len; at++)
                    if (changed[at] >= 'a' && changed[at] <= 'z' && !random_below(&seed, 12))
                        changed[at] = "aeinorst01!. -"[random_below(&seed, 14)];
            }
            cJSON_Delete(tree);
        }
        buf_release(&lines);
    }
    arena_release(&arena);
    (void)vocab_free(vocab);
    vocab = small;
}

/* Any code points at all: the map holds and nothing is refused. */
static void test_random_points(void **state)
{
    (void)state;
    static const uint32_t blocks[][2] = {
        { 0, 0x7f },        { 0x80, 0x24f },    { 0x300, 0x36f },     { 0x370, 0x5ff },
        { 0x900, 0xdff },   { 0x1100, 0x11ff }, { 0x1e00, 0x206f },   { 0x3000, 0x33ff },
        { 0xac00, 0xd7a3 }, { 0xf900, 0xffff }, { 0x10000, 0x1ffff }, { 0xe0000, 0xe01ff },
    };
    struct arena arena = ARENA_INIT;
    uint64_t seed = 42;
    for (int round = 0; round < 2000; round++) {
        struct buf text = BUF_INIT(65536);
        struct normal n;
        for (int i = 0; i < 30; i++) {
            size_t b = (size_t)random_below(&seed, ARRAY_LEN(blocks));
            uint32_t span = blocks[b][1] - blocks[b][0] + 1;
            (void)buf_add_point(&text, blocks[b][0] + (uint32_t)random_below(&seed, span));
        }
        assert_true(utf8_valid(buf_str(&text)));
        arena_clear(&arena);
        assert_int_equal(normal_make(&arena, vocab, buf_str(&text), &n), 0);
        check_map(buf_str(&text), &n, buf_cstr(&text));
        buf_release(&text);
    }
    arena_release(&arena);
}

static void test_every_point(void **state)
{
    (void)state;
    struct arena arena = ARENA_INIT;
    for (uint32_t cp = 0; cp < 0x110000; cp += cp < 0x3000 ? 1 : 61) {
        char bytes[6] = "x";
        if (cp >= 0xd800 && cp < 0xe000)
            continue;
        size_t len = 1 + utf8_put(cp, bytes + 1);
        bytes[len++] = 'y';
        struct normal n;
        arena_clear(&arena);
        assert_int_equal(normal_make(&arena, NULL, (struct str){ bytes, len }, &n), 0);
        check_map((struct str){ bytes, len }, &n, bytes);
    }
    arena_release(&arena);
}

/* Any valid UTF-8 up to the limit is taken, also what grows most and what is one single word. */
static void test_limit(void **state)
{
    (void)state;
    static const struct {
        const char *note, *unit;
    } units[] = {
        { "one word", "a" },
        { "one word of letters in turn", "ab" },
        { "words of one letter", "a " },
        { "words and no spaces", "a-" },
        { "ands", "&" },
        { "apostrophes", "'" },
        { "stops", "a." },
        { "domain", "a.co " },
        { "three letters become eighteen", "\xef\xb7\xba" },
        { "a sign becomes six letters, all one word", "\xe3\x8c\x96" },
        { "emoji", "\xf0\x9f\x91\x8f\xf0\x9f\x99\x8c" },
        { "marks without end", "\xcc\x81" },
        { "jamo", "\xe1\x84\x80" },
        { "hashes", "#A" },
        { "at signs", "@" },
        { "NUL", "" },
    };
    struct arena arena = ARENA_INIT;
    static char text[NORMAL_TEXT_MAX + 1];
    for (size_t i = 0; i < ARRAY_LEN(units); i++) {
        size_t each = strlen(units[i].unit) ? strlen(units[i].unit) : 1;
        for (size_t k = 0; k < sizeof text; k++)
            text[k] = units[i].unit[k % each];
        struct str whole = { text, NORMAL_TEXT_MAX / each * each };
        struct normal n;
        arena_clear(&arena);
        assert_note(normal_make(&arena, vocab, whole, &n) == 0, units[i].note);
        check_map(whole, &n, units[i].note);
    }
    struct normal n = { .word_count = 77 };
    memset(text, 'a', sizeof text);
    assert_int_equal(normal_make(&arena, vocab, (struct str){ text, sizeof text }, &n), ERR_TOOBIG);
    assert_int_equal(n.word_count, 77);
    arena_release(&arena);
}

/* Found only if the table is sorted. */
static void test_contraction_table(void **state)
{
    (void)state;
    static const char *const always[] = {
        "abit",     "aint",    "alot",   "arent",    "arnt",     "aswell",  "atleast",  "cannae",
        "cannot",   "cant",    "coudnt", "couldent", "couldnae", "couldnt", "couldve",  "cudnt",
        "dident",   "didint",  "didnae", "didnt",    "dinnae",   "dnt",     "doesent",  "doesnae",
        "doesnt",   "dont",    "dosent", "dosnt",    "hadnt",    "hasent",  "hasnt",    "havent",
        "havnt",    "heres",   "hes",    "hows",     "im",       "incase",  "infront",  "isint",
        "isnae",    "isnt",    "itll",   "ive",      "mustnt",   "neednt",  "shes",     "shouldnt",
        "shouldve", "shudnt",  "thats",  "theres",   "theyd",    "theyll",  "theyre",   "theyve",
        "upto",     "wasent",  "wasnt",  "werent",   "wernt",    "weve",    "whatre",   "whats",
        "whens",    "wheres",  "whos",   "willnae",  "wont",     "woudnt",  "wouldent", "wouldnae",
        "wouldnt",  "wouldve", "wudnt",  "youd",     "youll",    "youre",   "youve",
    };
    static const char *const marked[] = { "hed",  "hell",  "id",  "ill",  "its", "lets",
                                          "shed", "shell", "wed", "well", "were" };
    for (size_t i = 0; i < ARRAY_LEN(always); i++) {
        assert_note(contraction_words(str_of(always[i]), false), always[i]);
        assert_note(contraction_words(str_of(always[i]), true), always[i]);
    }
    for (size_t i = 0; i < ARRAY_LEN(marked); i++) {
        assert_note(!contraction_words(str_of(marked[i]), false), marked[i]);
        assert_note(contraction_words(str_of(marked[i]), true), marked[i]);
    }
    assert_null(contraction_words(STR("bin"), true));
    assert_null(contraction_words(STR(""), true));
}

/* Each sixth emoji of the table, likewise. */
static void test_emoji_table(void **state)
{
    (void)state;
    static const uint32_t points[] = { 0x2603,  0x26a0,  0x1f17f, 0x1f333, 0x1f384,
                                       0x1f3eb, 0x1f426, 0x1f44c, 0x1f480, 0x1f49b,
                                       0x1f4bb, 0x1f4da, 0x1f525, 0x1f5d1, 0x1f622,
                                       0x1f68d, 0x1f694, 0x1f6a6, 0x1f6b2, 0x1f6e3,
                                       0x1f922, 0x1f97a, 0x1f9ae, 0x1fab3, 0x1faf6 };
    for (size_t i = 0; i < ARRAY_LEN(points); i++)
        if (!emoji_words(points[i]))
            fail_msg("%x", points[i]);
    assert_null(emoji_words('a'));
    assert_null(emoji_words(0x1f62d)); /* who cries loudly only sets a tone */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),         cmocka_unit_test(test_map),
        cmocka_unit_test(test_random_pieces), cmocka_unit_test(test_corpus),
        cmocka_unit_test(test_random_points), cmocka_unit_test(test_every_point),
        cmocka_unit_test(test_limit),         cmocka_unit_test(test_contraction_table),
        cmocka_unit_test(test_emoji_table),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
