/* What asks for personal details where everybody can read it, and what only sounds like it. */
#include "kb/asking.h"

#include "tests/unit/support.h"

static const struct {
    const char *text, *asks; /* NULL: nothing */
} rows[] = {
    { "What's your address?", "an address" },
    { "What\u2019s your address?", "an address" },
    { "Sorry about that! Can you tell us your postcode please?", "a postcode" },
    { "Could you send us your full home address and we'll look into it", "an address" },
    { "please reply with your name and account number", "a name" },
    { "Reply with your account number. ^SR", "an account number" },
    { "We'll need your phone number to ring you back", "a phone number" },
    { "Which address is it?", "an address" },
    { "Hi Sam, what postcode is it please ^SR", "a postcode" },
    { "what is the address of the house", "an address" },
    { "Can we have your council tax account number?", "an account number" },
    { "Let us know your date of birth and we'll check", "a date of birth" },
    { "And your phone number?", "a phone number" },
    { "Postcode please", "a postcode" },
    { "Name and address?", "an address" },
    { "Sorry to hear it. Where do you live?", "an address" },
    { "What number can we call you on?", "a phone number" },
    { "Who am I speaking to?", "a name" },
    { "CONFIRM YOUR EMAIL ADDRESS", "an email address" },
    { "Have you got your National Insurance number", "a national insurance number" },
    { "Please give your vehicle registration", "a vehicle's registration" },
    { "Tell us your bank details", "bank details" },
    { "You can report it at https://northmoor.example/bins. What's your address?", "an address" },
    { "@elm_close_sam what's ur address", "an address" },
    { "Could you post your door number here", "an address" },
    { "We asked you to send your address", "an address" },

    /* in private, or behind a link */
    { "Can you DM us your address?", NULL },
    { "Send us a direct message with your address and we'll look.", NULL },
    { "Could you DM us please? We'll need your address and postcode.", NULL },
    { "Tell us your new address here: https://northmoor.example/moving", NULL },
    { "Give us the details and your postcode here {link}", NULL },
    { "Enter your postcode at northmoor.example/bins", NULL },

    /* no question at all */
    { "Please don't post your address here", NULL },
    { "Never share your bank details in public", NULL },
    { "There's no need to send your name", NULL },
    { "We'll send a new bin to your address", NULL },
    { "We'll confirm your address by letter", NULL },
    { "What day is the collection at your address?", NULL },
    { "What's happening on your road?", NULL },
    { "Which street is it on?", NULL },
    { "Have your account number to hand and ring 01632 960001", NULL },
    { "Send us an email at help@northmoor.example", NULL },
    { "Our address is the Town Hall, Mill Road", NULL },
    { "Thanks for giving your name to the crew", NULL },
    { "We're sorry. Your details are safe with us.", NULL },
    { "What else can we help with?", NULL },
    { "Is it {first}, or is it {second}? Just reply with whichever it is.", NULL },
    { "", NULL },
    { "?!. ... \n\n", NULL },
};

static void test_asks(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const char *asks = kb_asks_for(str_of(rows[i].text));
        assert_str_note(str_of(asks ? asks : "nothing"), rows[i].asks ? rows[i].asks : "nothing",
                        rows[i].text);
    }
}

/* Words without end, sentences without end. */
static void test_long(void **state)
{
    (void)state;
    struct buf text = BUF_INIT(1 << 20);
    for (int i = 0; i < 5000; i++)
        (void)buf_addc(&text, i % 100 ? "word " : "averyverylongwordthatisnotcutintopieces");
    (void)buf_addc(&text, " . What's your address?");
    assert_str(str_of(kb_asks_for(buf_str(&text))), "an address");
    buf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_asks), cmocka_unit_test(test_long) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
