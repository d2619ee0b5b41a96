/* Contractions and what they stand for; residents leave the apostrophe out as often as not, spell
 * them as they say them, and write Scots. And small words that people run together. */
#include "intents/normal.h"

#include <endian.h>

enum { PLAIN_MOST = 8 };

static const struct contraction {
    char plain[PLAIN_MOST + 1]; /* without the apostrophe; sorted */
    const char *words;
    bool only_with_apostrophe; /* without it, it is another word */
} table[] = {
    { "abit", "a bit", false },
    { "aint", "is not", false },
    { "alot", "a lot", false },
    { "arent", "are not", false },
    { "arnt", "are not", false },
    { "aswell", "as well", false },
    { "atleast", "at least", false },
    { "cannae", "can not", false },
    { "cannot", "can not", false },
    { "cant", "can not", false },
    { "coudnt", "could not", false },
    { "couldent", "could not", false },
    { "couldnae", "could not", false },
    { "couldnt", "could not", false },
    { "couldve", "could have", false },
    { "cudnt", "could not", false },
    { "dident", "did not", false },
    { "didint", "did not", false },
    { "didnae", "did not", false },
    { "didnt", "did not", false },
    { "dinnae", "do not", false },
    { "dnt", "do not", false },
    { "doesent", "does not", false },
    { "doesnae", "does not", false },
    { "doesnt", "does not", false },
    { "dont", "do not", false },
    { "dosent", "does not", false },
    { "dosnt", "does not", false },
    { "hadnt", "had not", false },
    { "hasent", "has not", false },
    { "hasnt", "has not", false },
    { "havent", "have not", false },
    { "havnt", "have not", false },
    { "hed", "he would", true },
    { "hell", "he will", true },
    { "heres", "here is", false },
    { "hes", "he is", false },
    { "hows", "how is", false },
    { "id", "i would", true },
    { "ill", "i will", true },
    { "im", "i am", false },
    { "incase", "in case", false },
    { "infront", "in front", false },
    { "isint", "is not", false },
    { "isnae", "is not", false },
    { "isnt", "is not", false },
    { "itll", "it will", false },
    { "its", "it is", true },
    { "ive", "i have", false },
    { "lets", "let us", true },
    { "mustnt", "must not", false },
    { "neednt", "need not", false },
    { "shed", "she would", true },
    { "shell", "she will", true },
    { "shes", "she is", false },
    { "shouldnt", "should not", false },
    { "shouldve", "should have", false },
    { "shudnt", "should not", false },
    { "thats", "that is", false },
    { "theres", "there is", false },
    { "theyd", "they would", false },
    { "theyll", "they will", false },
    { "theyre", "they are", false },
    { "theyve", "they have", false },
    { "upto", "up to", false },
    { "wasent", "was not", false },
    { "wasnt", "was not", false },
    { "wed", "we would", true },
    { "well", "we will", true },
    { "were", "we are", true },
    { "werent", "were not", false },
    { "wernt", "were not", false },
    { "weve", "we have", false },
    { "whatre", "what are", false },
    { "whats", "what is", false },
    { "whens", "when is", false },
    { "wheres", "where is", false },
    { "whos", "who is", false },
    { "willnae", "will not", false },
    { "wont", "will not", false },
    { "woudnt", "would not", false },
    { "wouldent", "would not", false },
    { "wouldnae", "would not", false },
    { "wouldnt", "would not", false },
    { "wouldve", "would have", false },
    { "wudnt", "would not", false },
    { "youd", "you would", false },
    { "youll", "you will", false },
    { "youre", "you are", false },
    { "youve", "you have", false },
};

/* The letters as a number that sorts as they do: every word of every message is looked up here. */
static uint64_t number_of(const char letters[PLAIN_MOST])
{
    uint64_t number;
    memcpy(&number, letters, sizeof number);
    return be64toh(number);
}

const char *contraction_words(struct str plain, bool apostrophe)
{
    char letters[PLAIN_MOST] = { 0 };
    if (plain.len > sizeof letters)
        return NULL;
    memcpy(letters, plain.p, plain.len);
    uint64_t wanted = number_of(letters);
    size_t from = 0, to = ARRAY_LEN(table);
    while (from < to) {
        size_t at = from + (to - from) / 2;
        uint64_t number = number_of(table[at].plain);
        if (number == wanted)
            return apostrophe || !table[at].only_with_apostrophe ? table[at].words : NULL;
        if (number < wanted)
            from = at + 1;
        else
            to = at;
    }
    return NULL;
}
