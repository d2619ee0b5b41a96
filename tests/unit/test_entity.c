#include "intents/entity.h"
#include "intents/entity_private.h"

#include "tests/unit/support.h"

/* Telephone numbers are from Ofcom's ranges for drama, cards from the networks' test numbers; what
 * looks like a number of national insurance or the NHS is invented. */
static const struct row {
    const char *note, *text, *want;
} rows[] = {
    { "nothing", "", "" },
    { "ordinary", "@NorthmoorHelp green bin not emptied again!", "" },

    { "mobile", "ring 07700 900123 please", "phone=07700 900123" },
    { "mobile in one", "07700900123", "phone=07700900123" },
    { "mobile with dashes", "text 07700-900-123.", "phone=07700-900-123" },
    { "mobile with dots", "07700.900.123", "phone=07700.900.123" },
    { "mobile, odd groups", "07 700 900 123", "phone=07 700 900 123" },
    { "mobile, odd groups, end of a sentence", "07 700 900123. Ta", "phone=07 700 900123" },
    { "letters for noughts", "O77OO 9OO146", "phone=O77OO 9OO146" },
    { "international", "+44 7700 900123", "phone=+44 7700 900123" },
    { "international with the nought", "+44 (0)7700 900123", "phone=+44 (0)7700 900123" },
    { "international in brackets", "(+44) 1632 960123", "phone=(+44) 1632 960123" },
    { "double nought", "0044 1632 960123", "phone=0044 1632 960123" },
    { "without the plus", "447700900123", "phone=447700900123" },
    { "abroad", "mam is on +353 20 910 1234", "phone=+353 20 910 1234" },
    { "landline", "01632 960123", "phone=01632 960123" },
    { "landline in brackets", "(01632) 960 123", "phone=(01632) 960 123" },
    { "landline in brackets of the sentence", "(01632 960123)", "phone=01632 960123" },
    { "landline, big town", "0113 496 0123", "phone=0113 496 0123" },
    { "landline, London", "(020) 7946 0123", "phone=(020) 7946 0123" },
    { "landline of nine digits", "01632 96012", "phone=01632 96012" },
    { "two numbers", "07700 900123 / 07700 900124", "phone=07700 900123|phone=07700 900124" },
    { "a house behind a number", "07700 900123 14 Elm Close",
      "phone=07700 900123|address=14 Elm Close" },
    { "a time behind a number", "07700 900123 24/7", "phone=07700 900123" },
    { "an emoji before it",
      "\xf0\x9f\x93\x9e"
      "07700 900123",
      "phone=07700 900123" },
    { "helplines and short codes",
      "999, 101, 111, 116 123, 0800 1111, 0808 157 0123, 0300 123 1234", "" },
    { "six digits", "ring 960123", "" },
    { "one digit short", "07700 90012", "" },
    { "one digit more", "07700 9001234", "" },
    { "a row of ten digits", "0163296012", "" },
    { "a number of a report", "my ref is 07700900123", "" },
    { "a report's number first", "ref 88213, ring 07700 900123", "phone=07700 900123" },
    { "part of a word", "x07700900123 07700900123x", "" },
    { "part of a link", "https://example.com/07700900123 bin", "" },
    { "part of a path", "example.com/07700900123", "" },
    { "dates", "01/12/26 - 01/01 or 01.02.2026 1030", "" },
    { "a range of years and times", "2019-2026, 07:30-16:00", "" },

    { "email", "me: sam.smith+bins@example.co.uk.", "email=sam.smith+bins@example.co.uk" },
    { "email with an apostrophe", "o'brien@example.com", "email=o'brien@example.com" },
    { "email in quotes", "'sam@example.com'", "email=sam@example.com" },
    { "email spelled out", "sam dot smith at example dot co dot uk ta",
      "email=sam dot smith at example dot co dot uk" },
    { "email in brackets", "sam82 (at) example (dot) com", "email=sam82 (at) example (dot) com" },
    { "email at a known house", "sam82 at gmail.com", "email=sam82 at gmail.com" },
    { "email at a known house, short", "sam.smith at hotmail", "email=sam.smith at hotmail" },
    { "looking at a page", "look at northmoor.com and at gmail.com", "" },
    { "looking at a dot", "meet at the dot com office", "" },
    { "a mention", "hi@NorthmoorHelp @NorthmoorHelp W@nk3r5", "" },
    { "a handle elsewhere", "I am @sam@example.social", "" },
    { "a public body's", "wrote to bins@northmoor.gov.uk", "" },
    { "no local part", "@example.com", "" },

    { "postcode", "S10 2TN", "postcode=S10 2TN" },
    { "postcode in one", "ls61an", "postcode=ls61an" },
    { "postcode, lower case", "bin day for nm7 4qz?", "postcode=nm7 4qz" },
    { "postcode, two spaces", "EC1A  1BB", "postcode=EC1A  1BB" },
    { "postcode like a road", "M1 1AE", "postcode=M1 1AE" },
    { "postcode like an ordinal", "S10 2ND", "postcode=S10 2ND" },
    { "before second", "b4 2nd june, no1 3hr", "" },
    { "letters that no inward code has", "b4 9pm, e10 5km", "" },
    { "district", "anywhere in S10 or LS6", "district=S10|district=LS6" },
    { "district of one digit", "postcode is S2", "district=S2" },
    { "roads", "A61, M1, B6069, B1 and A1(M)", "" },
    { "other codes", "X9 bus, S2 pupils, V5, CO2, P1, m8, me2, so1, #S10, NM-40417", "" },

    { "national insurance", "AB123456C", "nino=AB123456C" },
    { "national insurance, lower case", "ab123456c", "nino=ab123456c" },
    { "national insurance in pairs", "it's AB 12 34 56 C.", "nino=AB 12 34 56 C" },
    { "national insurance with dashes", "AB-12-34-56-C", "nino=AB-12-34-56-C" },
    { "never given out", "QQ123456C BG123456C AO123456C DA123456C", "" },
    { "never given out, but named", "NI number is QQ 12 34 56 C", "nino=QQ 12 34 56 C" },
    { "named, no suffix", "national insurance AB123456", "nino=AB123456" },
    { "no suffix", "AB123456", "" },
    { "no such suffix", "AB123456E", "" },
    { "a day with dashes", "on 12-11-26 a man came", "" },

    { "card", "4111 1111 1111 1111", "card=4111 1111 1111 1111" },
    { "card in one", "its 5555555555554444 exp 09/27", "card=5555555555554444" },
    { "card of fifteen", "3782 822463 10005", "card=3782 822463 10005" },
    { "card, a digit mistyped", "4111-1111-1111-1112", "card=4111-1111-1111-1112" },
    { "card mistyped, end of a sentence", "4111 1111 1111 1112. Ta", "card=4111 1111 1111 1112" },
    { "sixteen digits, no card", "4111111111111112", "" },
    { "a parcel's number", "tracking ref 4111111111111111", "" },

    { "bank", "12-34-56 12345678", "bank=12-34-56 12345678" },
    { "bank in words", "sort code 12-34-56, account number 12345678",
      "bank=12-34-56, account number 12345678" },
    { "account first", "acc 12345678 sort code 12 34 56", "bank=12345678 sort code 12 34 56" },
    { "sort code alone, named", "my sort code is 12-34-56", "bank=12-34-56" },
    { "day with dashes", "12-11-26 is bin day, rang on 13-11-26", "" },
    { "number and day", "12345678 on 12-11-26", "" },

    { "date of birth", "dob 14/09/1951", "dob=14/09/1951" },
    { "date of birth, dotted words", "D.O.B. 14.9.51", "dob=14.9.51" },
    { "date of birth in words", "date of birth is the 4th of May 1971", "dob=4th of May 1971" },
    { "date of birth, month first", "born March 14, 1958", "dob=March 14, 1958" },
    { "date of birth, year first", "born 1958-03-14", "dob=1958-03-14" },
    { "date of birth, word behind", "14/3/58 is my date of birth", "dob=14/3/58" },
    { "bin day", "missed on 14/3/26, and on 4th May 2026", "" },
    { "a day and a question", "missed 14/3/26. Do you need my dob?", "" },
    { "no date", "born 45/13/1971", "" },

    { "NHS number", "943 476 5919", "nhs=943 476 5919" },
    { "NHS number, named", "NHS no 9434765919", "nhs=9434765919" },
    { "wrong check digit", "943 476 5918", "" },
    { "ten digits", "9434765919", "" },

    { "address", "outside 14 Elm Close.", "address=14 Elm Close" },
    { "address, lower case", "at 14b elm cl now", "address=14b elm cl" },
    { "address with a flat", "flat 3, 22 High Street", "address=flat 3, 22 High Street" },
    { "address of a flat", "Flat 9 Ostler House NM4 9QZ",
      "address=Flat 9 Ostler House|postcode=NM4 9QZ" },
    { "street of three words", "3 Old Mill Hill Road", "address=3 Old Mill Hill Road" },
    { "street of two street words", "3 Mill Hill Road", "address=3 Mill Hill Road" },
    { "saint", "7 St. John's Road", "address=7 St. John's Road" },
    { "what is counted", "2 bins on Elm Close, 3 potholes Elm Road, 4 street lights", "" },
    { "a light in a road", "2 Elm Road street lights", "" },
    { "a time before a street", "at 7:12 High Street", "" },

    { "marks", "<phone> <dob> <phones>", "phone=<phone>|dob=<dob>" },
};

static void test_table(void **state)
{
    (void)state;
    struct arena arena = ARENA_INIT;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct str text = str_of(rows[i].text);
        struct buf got = BUF_INIT(1000);
        struct entities found;
        assert_int_equal(entity_find(&arena, text, &found), 0);
        for (size_t k = 0; k < found.count; k++) {
            struct str mark = str_of(entity_mark(found.list[k].kind));
            (void)buf_addf(&got, "%s%.*s=%.*s", k ? "|" : "",
                           STR_ARG(str_cut(mark, 1, mark.len - 1)),
                           STR_ARG(str_cut(text, found.list[k].from, found.list[k].to)));
        }
        assert_str_note(buf_str(&got), rows[i].want, rows[i].note);
        buf_release(&got);
    }
    arena_release(&arena);
}

/* Each fifth word of the table: it is found only if the table is sorted. */
static void test_words(void **state)
{
    (void)state;
    static const char *const words[] = {
        "a",     "all",        "aol",     "are",   "avenue",    "be",       "bin",   "black",
        "boxes", "btinternet", "caddies", "cl",    "closures",  "cottages", "croft", "dec",
        "drain", "eu",         "flats",   "from",  "gmail",     "grove",    "holes", "houses",
        "id",    "invoice",    "jan",     "jun",   "lampposts", "lights",   "mar",   "me",
        "miles", "month",      "near",    "no",    "num",       "off",      "org",   "parade",
        "pl",    "potholes",   "refs",    "s",     "september", "sofas",    "still", "the",
        "tree",  "uprn",       "villas",  "weeks", "wk",        "yard",     "yr",    "yrs"
    };
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        assert_note(entity_word(str_of(words[i])), words[i]);
    assert_int_equal(entity_word(STR("northmoor")), 0);
    assert_int_equal(entity_word(STR("")), 0);
}

static void test_mask(void **state)
{
    (void)state;
    static const struct row masked[] = {
        { "nothing", "bin not emptied", "bin not emptied" },
        { "one", "ring 07700 900123 now", "ring <phone> now" },
        { "at both ends", "07700 900123 or sam@example.com", "<phone> or <email>" },
        { "an address", "Jo Bloggs, 14 Elm Close, NM4 9QZ", "Jo Bloggs, <address>, <postcode>" },
        { "a district stays", "no collection in S10", "no collection in S10" },
        { "masked already", "ring <phone>", "ring <phone>" },
    };
    struct arena arena = ARENA_INIT;
    for (size_t i = 0; i < ARRAY_LEN(masked); i++) {
        struct buf got = BUF_INIT(1000);
        struct entities found;
        assert_int_equal(entity_find(&arena, str_of(masked[i].text), &found), 0);
        assert_int_equal(entity_mask(str_of(masked[i].text), &found, &got), 0);
        assert_str_note(buf_str(&got), masked[i].want, masked[i].note);
        buf_release(&got);
    }
    struct buf small = BUF_INIT(4);
    struct entities none = { 0 };
    assert_int_equal(entity_mask(STR("too long"), &none, &small), ERR_TOOBIG);
    buf_release(&small);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_mask),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
