/* Every row is a message as the matcher sees it, the facts around it, and what must become of it.
 */
#include "bot/policy.h"

#include "handoff/cases.h"
#include "tests/unit/support.h"

static struct str holding[] = { { "Ring 999.", 9 } };

static struct kb_intent intents[] = {
    { .id = STR("missed"), .topic = 0, .mode = KB_AUTOMATIC },
    { .id = STR("day"), .topic = 1, .mode = KB_AUTOMATIC },
    { .id = STR("hole"), .topic = 10, .mode = KB_AUTOMATIC },
    { .id = STR("plot"), .topic = 12, .mode = KB_AUTOMATIC, .untaught = true },
};

static struct str danger[] = { { "Ring 999, {when}", 16 } };
static struct str ask[] = { { "{first} or {second}?", 20 } };
static struct str first[] = { { "first", 5 }, { "the 1", 5 } }, second[] = { { "second", 6 } },
                  neither[] = { { "not", 3 } };

static struct kb_rule kinds[] = {
    { .id = STR("gas"),
      .kind = KB_SENSITIVE,
      .reason = STR("emergency"),
      .topic = 2,
      .holding = { holding, 1 } },
    { .id = STR("death"), .kind = KB_SENSITIVE, .reason = STR("bereavement"), .topic = 3 },
    { .id = STR("opt_out"), .kind = KB_OPT_OUT, .topic = 4 },
    { .id = STR("human"), .kind = KB_HUMAN, .topic = 5 },
    { .id = STR("complaint"), .kind = KB_COMPLAINT, .topic = 6 },
    { .id = STR("praise"), .kind = KB_PRAISE, .topic = 7 },
    { .id = STR("troll"), .kind = KB_TROLL, .topic = 8 },
    { .id = STR("chatter"), .kind = KB_CHATTER, .topic = 9 },
    { .id = STR("opt_in"), .kind = KB_OPT_IN, .topic = 11 },
};

static const struct kb kb = {
    .intent = intents,
    .intent_count = ARRAY_LEN(intents),
    .rule = kinds,
    .rule_count = ARRAY_LEN(kinds),
    .thresholds = { .score = 0.6,
                    .lead = 0.15,
                    .residue = 0.5,
                    .residue_words = 7,
                    .rule = { 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5 },
                    .weak = 0.4,
                    .second_sensitive = 0.5,
                    .second_handoff = 0.4,
                    .second_disagree = 0.5,
                    .second_agree = 0.2,
                    .second_hint = 0.6,
                    .second_least = 0.02,
                    .second_need = 0.9,
                    .second_silence = 0.25,
                    .second_quiet = 0.5,
                    .second_passing = 0.75,
                    .also = 0.6,
                    .also_alone = 0.8,
                    .second_also = 0.1 },
    .wording = { .clarify = { .ask = { ask, 1 },
                              .first = { first, 2 },
                              .second = { second, 1 },
                              .neither = { neither, 1 } },
                 .danger = { danger, 1 },
                 .stopped = { danger, 1 },
                 .started = { danger, 1 } },
};

static const struct row {
    const char *note;
    const char *hits; /* "id=score …", best first, in hundredths, "@N" or "@N-M": rests on the word
                         N or on N and M; "spent"; "unknown=N/M": of M words */
    const char *facts; /* there, old, mute, opted, told, case, taken, acked, sens, danger,
                          replies=N, ask, asked, answered=ID, unhelped, done, thanked, strikes=N,
                          flood, copy, shadow=ID, assist=ID, withheld=ID */
    const char *want;  /* action, reason, what is said, priority, case, whose */
} rows[] = {
    /* what it may do by itself */
    { "in shadow mode", "missed=80", "shadow=missed there",
      "handoff unresolved nothing normal case - would missed" },
    { "nobody is there", "missed=80", "shadow=missed",
      "handoff unresolved acknowledge normal case - would missed" },
    { "assists", "missed=80", "assist=missed there",
      "handoff unresolved nothing normal case - would missed offered" },
    { "withheld", "missed=80", "withheld=missed there",
      "handoff unresolved nothing normal case - would missed offered" },
    { "withheld in shadow mode", "missed=80", "shadow=missed withheld=missed there",
      "handoff unresolved nothing normal case - would missed" },
    { "another is withheld", "missed=80", "withheld=day", "answer - answer - - missed" },
    { "it wouldn't have answered anyhow", "missed=59", "withheld=missed there",
      "handoff unresolved nothing normal case -" },
    { "of two, the first", "missed=80@1 day=80@2", "withheld=missed there",
      "handoff unresolved nothing normal case - would missed+day offered" },
    { "of two, the second", "missed=80@1 day=80@2", "withheld=day there",
      "handoff unresolved nothing normal case - would missed+day offered" },
    { "of two, one in shadow mode", "missed=80@1 day=80@2", "shadow=day assist=missed there",
      "handoff unresolved nothing normal case - would missed+day" },
    { "of two, the one that was answered before", "missed=80@1 day=80@2",
      "withheld=day answered=day", "answer - answer - - missed" },
    { "no question between what isn't answered", "missed=80 day=70", "ask withheld=day",
      "handoff unresolved acknowledge normal case -" },
    { "nor where the other isn't", "missed=80 day=70", "ask assist=missed",
      "handoff unresolved acknowledge normal case -" },
    { "asked again", "missed=80", "answered=missed withheld=missed",
      "handoff human acknowledge soon case -" },
    { "danger is danger", "gas=80 missed=80", "withheld=missed",
      "handoff emergency holding sensitive case gas" },

    /* a request */
    { "sure", "missed=80", "", "answer - answer - - missed" },
    { "sure, in hours", "missed=80", "there", "answer - answer - - missed" },
    { "just enough", "missed=60", "", "answer - answer - - missed" },
    { "not quite", "missed=59", "", "handoff unresolved acknowledge normal case -" },
    { "not quite, in hours", "missed=59", "there", "handoff unresolved nothing normal case -" },
    { "enough of a lead", "missed=80 day=60", "", "answer - answer - - missed" },
    { "two that tie", "missed=80 day=70", "", "handoff unresolved acknowledge normal case -" },
    { "the other one leads", "day=80 missed=50", "", "answer - answer - - day" },
    { "a rule between doesn't count as the next", "missed=80 praise=79", "",
      "answer - answer - - missed" },
    { "much unknown", "missed=80 unknown=7/13", "",
      "handoff unresolved acknowledge normal case -" },
    { "much unknown, but few words", "missed=80 unknown=6/8", "", "answer - answer - - missed" },
    { "many words, but half known", "missed=80 unknown=7/14", "", "answer - answer - - missed" },
    { "spent", "missed=80 spent", "", "handoff unresolved acknowledge normal case -" },
    { "nothing fits", "", "", "handoff unresolved acknowledge normal case -" },
    { "nothing fits, in hours", "", "there", "handoff unresolved nothing normal case -" },

    /* two requests */
    { "two in different places", "missed=80@1 day=80@5", "", "answer - answer - - missed+day" },
    { "in any order", "missed=80@5-6 day=80@1-2", "", "answer - answer - - missed+day" },
    { "in the same words", "missed=80@1 day=80@1", "",
      "handoff unresolved acknowledge normal case -" },
    { "among one another's words", "missed=80@1-4 day=80@3-6", "",
      "handoff unresolved acknowledge normal case -" },
    { "one without words", "missed=80@1 day=80", "",
      "handoff unresolved acknowledge normal case -" },
    { "the second only nearly sure", "missed=99@1 day=79@5", "", "answer - answer - - missed" },
    { "two of three: the surer", "missed=99@1 day=80@9 hole=83@5", "",
      "answer - answer - - missed+hole" },
    { "the third comes too near", "missed=90@1 day=85@9 hole=80@5", "",
      "handoff unresolved acknowledge normal case -" },
    { "two, but nothing may be said", "missed=80@1 day=80@5", "mute",
      "handoff unresolved nothing normal case -" },
    { "two, of which one was answered before", "missed=80@1 day=80@5", "answered=day",
      "answer - answer - - missed" },

    /* one question */
    { "two that tie", "missed=80 day=70", "ask",
      "handoff unresolved clarify normal case missed?day" },
    { "in hours too", "missed=80 day=70", "ask there",
      "handoff unresolved clarify normal case missed?day" },
    { "one leads", "missed=80 day=64", "ask", "answer - answer - - missed" },
    { "one is weak", "missed=60 day=59", "ask", "handoff unresolved acknowledge normal case -" },
    { "three tie", "missed=80 day=75 hole=70", "ask",
      "handoff unresolved acknowledge normal case -" },
    { "the third is behind", "missed=80 day=75 hole=60", "ask",
      "handoff unresolved clarify normal case missed?day" },
    { "much unknown", "missed=80 day=70 unknown=7/13", "ask",
      "handoff unresolved acknowledge normal case -" },
    { "staff have it", "missed=80 day=70", "ask case acked",
      "handoff unresolved nothing normal case -" },
    { "may not reply", "missed=80 day=70", "ask mute", "handoff unresolved nothing normal case -" },
    { "one was answered before", "missed=80 day=70", "ask answered=day",
      "handoff unresolved acknowledge normal case -" },
    { "something sensitive besides", "missed=80 day=70 gas=60", "ask",
      "handoff emergency holding sensitive case gas" },

    /* the same again */
    { "answered before", "missed=80", "answered=missed", "handoff human acknowledge soon case -" },
    { "answered before, and unsure", "missed=45", "answered=missed there",
      "handoff human nothing soon case -" },
    { "another than was answered", "missed=80", "answered=day", "answer - answer - - missed" },
    { "thanks for the answer", "praise=70", "answered=missed", "thank - thanks - - praise" },

    /* what it says about the answer */
    { "it didn't help", "", "unhelped there", "handoff human nothing soon case -" },
    { "the same again didn't help", "missed=80", "unhelped answered=missed there",
      "handoff human nothing soon case -" },
    { "it didn't, and another request", "missed=80", "unhelped answered=day",
      "answer - answer - - missed" },
    { "it didn't help, kindly", "praise=70", "unhelped", "handoff human acknowledge soon case -" },
    { "it didn't help, in danger", "death=60", "unhelped there",
      "handoff bereavement nothing sensitive case death" },
    { "no more is wanted", "", "done", "none - nothing - - -" },
    { "no more is wanted, with thanks", "praise=70", "done", "thank - thanks - - praise" },
    { "thanked already", "praise=70", "thanked", "thank - nothing - - praise" },
    { "no more is wanted, but for a request", "missed=80", "done", "answer - answer - - missed" },

    /* by what they do */
    { "two strikes", "", "strikes=2 there", "handoff unresolved nothing normal case -" },
    { "three strikes", "", "strikes=3", "ignore - nothing - - -" },
    { "a flood, for all we know of a need", "", "flood there",
      "handoff unresolved nothing normal case -" },
    { "a copy, likewise", "", "copy there", "handoff unresolved nothing normal case -" },
    { "in an open case staff see it", "", "strikes=3 case", "ignore - nothing - case -" },
    { "with a request", "missed=80", "strikes=9 flood copy", "answer - answer - - missed" },
    { "with a weak request", "missed=40", "strikes=9 flood copy there",
      "handoff unresolved nothing normal case -" },
    { "with something sensitive", "death=60", "strikes=9 flood copy there",
      "handoff bereavement nothing sensitive case death" },
    { "asking for a person", "human=60", "strikes=9 there",
      "handoff human nothing soon case human" },
    { "saying thanks", "praise=70", "strikes=9", "thank - thanks - - praise" },
    { "spent", "spent", "strikes=9 there", "handoff unresolved nothing normal case -" },

    /* what keeps us quiet */
    { "may not reply", "missed=80", "mute", "handoff unresolved nothing normal case -" },
    { "too old", "missed=80", "old", "handoff unresolved nothing normal case -" },
    { "opted out", "missed=80", "opted", "handoff unresolved nothing normal case -" },
    { "opted out, nothing fits", "", "opted", "handoff unresolved nothing normal case -" },
    { "staff have it", "missed=80", "case there", "handoff unresolved nothing normal case -" },
    { "staff have it, acknowledged", "missed=80", "case acked",
      "handoff unresolved nothing normal case -" },
    { "the last of the automatic replies", "missed=80", "replies=2", "answer - answer - - missed" },
    { "too many automatic replies", "missed=80", "replies=3",
      "handoff unresolved nothing normal case -" },
    { "acknowledged once", "", "acked case", "handoff unresolved nothing normal case -" },

    /* sensitive beats everything and never answers */
    { "sensitive", "gas=90", "", "handoff emergency holding sensitive case gas" },
    { "sensitive, in hours", "gas=90", "there", "handoff emergency holding sensitive case gas" },
    { "sensitive without a holding reply", "death=90", "",
      "handoff bereavement acknowledge sensitive case death" },
    { "sensitive without a holding reply, in hours", "death=90", "there",
      "handoff bereavement nothing sensitive case death" },
    { "sensitive before a request", "missed=99 gas=50", "",
      "handoff emergency holding sensitive case gas" },
    { "sensitive before all rules", "troll=99 praise=98 opt_out=97 human=96 complaint=95 death=60",
      "", "handoff bereavement acknowledge sensitive case death" },
    { "the surer of two", "death=90 gas=80", "",
      "handoff bereavement acknowledge sensitive case death" },
    { "sensitive and spent", "gas=90 spent", "", "handoff emergency holding sensitive case gas" },
    { "sensitive where a bin was acknowledged", "gas=90", "case acked there",
      "handoff emergency holding sensitive case gas" },
    { "something sensitive and now an emergency", "gas=90", "case acked sens there",
      "handoff emergency holding sensitive case gas" },
    { "the same again", "death=90", "case acked sens",
      "handoff bereavement nothing sensitive case death" },
    { "an emergency again", "gas=90", "case acked danger",
      "handoff emergency nothing sensitive case gas" },
    { "sensitive after three replies", "gas=90", "replies=3 there",
      "handoff emergency holding sensitive case gas" },
    { "sensitive, opted out", "gas=90", "opted", "handoff emergency nothing sensitive case gas" },
    { "sensitive, too old", "gas=90", "old", "handoff emergency nothing sensitive case gas" },
    { "sensitive, may not reply", "gas=90", "mute",
      "handoff emergency nothing sensitive case gas" },
    { "not sensitive enough", "missed=80 gas=49", "", "answer - answer - - missed" },

    /* a person is asked for */
    { "a person", "human=80", "", "handoff human acknowledge soon case human" },
    { "a person, in hours", "human=80", "there", "handoff human nothing soon case human" },
    { "a person before a request", "missed=99 human=60", "",
      "handoff human acknowledge soon case human" },
    { "opts out", "opt_out=90", "", "handoff human stopped soon case opt_out" },
    { "opts out, in hours", "opt_out=90", "there", "handoff human stopped soon case opt_out" },
    { "opts out again", "opt_out=90", "opted told", "handoff human nothing soon case opt_out" },
    { "opts out again, and was never told", "opt_out=90", "opted",
      "handoff human stopped soon case opt_out" },
    { "opts out anew after coming back", "opt_out=90", "told",
      "handoff human nothing soon case opt_out" },
    { "opts out after three replies", "opt_out=90", "replies=3",
      "handoff human stopped soon case opt_out" },
    { "opts out where staff are", "opt_out=90", "case acked",
      "handoff human stopped soon case opt_out" },
    { "opts out where somebody has taken it", "opt_out=90", "case taken",
      "handoff human nothing soon case opt_out" },
    { "opts out where we may not answer", "opt_out=90", "mute",
      "handoff human nothing soon case opt_out" },
    { "opts out, found late", "opt_out=90", "old", "handoff human nothing soon case opt_out" },
    { "opts out in danger", "gas=90 opt_out=90", "",
      "handoff emergency holding sensitive case gas" },
    { "opts in", "opt_in=90", "opted told", "none - started - - opt_in" },
    { "opts in where staff are", "opt_in=90", "opted case", "none - started - case opt_in" },
    { "opts in where somebody has taken it", "opt_in=90", "opted taken",
      "none - nothing - - opt_in" },
    { "opts in where we may not answer", "opt_in=90", "opted mute", "none - nothing - - opt_in" },
    { "opts in, who never opted out", "opt_in=90", "",
      "handoff unresolved acknowledge normal case -" },
    { "opts in and wants something", "opt_in=90 missed=80", "opted",
      "handoff unresolved nothing normal case -" },
    { "opts in and out", "opt_in=90 opt_out=80", "opted told",
      "handoff human nothing soon case opt_out" },
    { "opts out before asking for a person", "human=90 opt_out=60", "",
      "handoff human stopped soon case opt_out" },
    { "spent before a person", "human=80 spent", "",
      "handoff unresolved acknowledge normal case -" },
    { "complaint", "complaint=80", "", "handoff complaint acknowledge soon case complaint" },
    { "complaint before a request", "missed=99 complaint=60", "there",
      "handoff complaint nothing soon case complaint" },
    { "a person before a complaint", "complaint=90 human=60", "there",
      "handoff human nothing soon case human" },

    /* praise, trolls, talk */
    { "praise", "praise=70", "", "thank - thanks - - praise" },
    { "praise and a request", "praise=90 missed=80", "", "answer - answer - - missed" },
    { "praise and a request that isn't sure", "praise=90 missed=40", "there",
      "handoff unresolved nothing normal case -" },
    { "praise, may not reply", "praise=70", "mute", "thank - nothing - - praise" },
    { "praise, opted out", "praise=70", "opted", "thank - nothing - - praise" },
    { "praise, too old", "praise=70", "old", "thank - nothing - - praise" },
    { "praise in an open case goes to staff", "praise=70", "case",
      "thank - nothing - case praise" },
    { "troll", "troll=70", "", "ignore - nothing - - troll" },
    { "a troll with a request", "troll=99 missed=70", "", "answer - answer - - missed" },
    { "a troll with a request that isn't sure", "troll=99 missed=40", "there",
      "handoff unresolved nothing normal case -" },
    { "a troll who says thanks", "troll=99 praise=50", "", "thank - thanks - - praise" },
    { "a troll in an open case", "troll=70", "case", "ignore - nothing - case troll" },
    { "not enough of a troll", "troll=49", "there", "handoff unresolved nothing normal case -" },
    { "talk", "chatter=60", "", "none - nothing - - chatter" },
    { "talk with a request", "chatter=99 day=70", "", "answer - answer - - day" },
    { "talk of a troll", "chatter=99 troll=60", "", "ignore - nothing - - troll" },
    { "talk in an open case", "chatter=60", "case", "none - nothing - case chatter" },
};

/* Room for the words behind hits, a pair each. */
static uint32_t places[16][2][2];
static struct intents_why whys[16];

/* "3" or "3-7" */
static void read_place(struct str text, unsigned topic, struct intents_match *m)
{
    struct intents_why *why = &whys[m->why_count];
    struct str one;
    *why = (struct intents_why){ .topic = topic, .spans = places[m->why_count++] };
    while (str_split(&text, '-', &one)) {
        int64_t at = 0;
        assert_true(str_to_int64(one, 0, 99, &at));
        why->spans[why->count][0] = (uint32_t)at;
        why->spans[why->count++][1] = (uint32_t)at + 1;
    }
}

static void read_hits(const char *text, struct intents_hit *hits, struct intents_match *m)
{
    struct str rest = str_of(text), part;
    m->hits = hits;
    m->whys = whys;
    while (str_split(&rest, ' ', &part)) {
        struct str value = part, name;
        int64_t number = 0;
        if (!part.len)
            continue;
        if (str_is(part, "spent")) {
            m->spent = true;
            continue;
        }
        assert_true(str_split(&value, '=', &name));
        if (str_is(name, "unknown")) {
            struct str of = value, words;
            int64_t all = 0;
            assert_true(str_split(&of, '/', &words) && str_to_int64(words, 0, 99, &number) &&
                        str_to_int64(of, 1, 99, &all));
            m->unexplained = (unsigned)number;
            m->residue = (double)number / (double)all;
            continue;
        }
        struct str place = value, score;
        (void)str_split(&place, '@', &score);
        assert_true(str_to_int64(score, 0, 100, &number));
        unsigned topic = 99;
        for (size_t i = 0; i < ARRAY_LEN(intents); i++)
            topic = str_eq(name, intents[i].id) ? intents[i].topic : topic;
        for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
            topic = str_eq(name, kinds[i].id) ? kinds[i].topic : topic;
        assert_note(topic < 99, text);
        m->hits[m->hit_count++] = (struct intents_hit){ topic, (double)number / 100 };
        if (place.len)
            read_place(place, topic, m);
    }
}

static const struct kb_intent *intent_called(struct str id)
{
    for (size_t i = 0; i < ARRAY_LEN(intents); i++)
        if (str_eq(intents[i].id, id))
            return &intents[i];
    return NULL;
}

/* Of the intent of that id, which may be NULL. */
static size_t number_of(const struct kb_intent *intent)
{
    assert_non_null(intent);
    return (size_t)(intent - intents);
}

static struct policy_facts read_facts(const char *text)
{
    static bool withheld[ARRAY_LEN(intents)];
    struct policy_facts f = { .may_reply = true, .withheld = withheld };
    memset(withheld, 0, sizeof withheld);
    for (size_t i = 0; i < ARRAY_LEN(intents); i++)
        intents[i].mode = KB_AUTOMATIC;
    struct str rest = str_of(text), part;
    while (str_split(&rest, ' ', &part)) {
        int64_t replies = 0, strikes = 0;
        if (str_is(part, "ask"))
            f.question_allowed = true;
        else if (str_is(part, "asked"))
            f.asked[0] = &intents[0], f.asked[1] = &intents[1];
        else if (str_starts(part, STR("answered=")))
            f.answered[0] = intent_called(str_cut(part, 9, part.len));
        else if (str_starts(part, STR("withheld=")))
            withheld[number_of(intent_called(str_cut(part, 9, part.len)))] = true;
        else if (str_starts(part, STR("shadow=")))
            intents[number_of(intent_called(str_cut(part, 7, part.len)))].mode = KB_SHADOW;
        else if (str_starts(part, STR("assist=")))
            intents[number_of(intent_called(str_cut(part, 7, part.len)))].mode = KB_ASSIST;
        else if (str_is(part, "unhelped"))
            f.turn = TURN_UNHELPED;
        else if (str_is(part, "done"))
            f.turn = TURN_DONE;
        else if (str_is(part, "thanked"))
            f.thanked = true;
        else if (str_is(part, "flood"))
            f.flood = true;
        else if (str_is(part, "copy"))
            f.copy = true;
        else if (str_is(part, "taken"))
            f.case_claimed = true;
        else if (str_starts(part, STR("strikes=")) &&
                 str_to_int64(str_cut(part, 8, part.len), 0, 99, &strikes))
            f.strikes = (unsigned)strikes;
        else if (str_is(part, "there"))
            f.staff_there = true;
        else if (str_is(part, "old"))
            f.too_old = true;
        else if (str_is(part, "mute"))
            f.may_reply = false;
        else if (str_is(part, "opted"))
            f.opted_out = true;
        else if (str_is(part, "told"))
            f.stop_confirmed = true;
        else if (str_is(part, "case"))
            f.case_open = true;
        else if (str_is(part, "sens"))
            f.case_urgency = case_urgency(STR("bereavement"));
        else if (str_is(part, "danger"))
            f.case_urgency = case_urgency(STR("emergency"));
        else if (str_is(part, "acked"))
            f.acknowledged = true;
        else if (str_starts(part, STR("replies=")) &&
                 str_to_int64(str_cut(part, 8, part.len), 0, 99, &replies))
            f.automatic_replies = (unsigned)replies;
        else
            assert_note(part.len == 0, text);
    }
    return f;
}

static const char *say_name(enum say say)
{
    switch (say) {
    case SAY_NOTHING:
        return "nothing";
    case SAY_ANSWER:
        return "answer";
    case SAY_HOLDING:
        return "holding";
    case SAY_DANGER:
        return "danger";
    case SAY_ACKNOWLEDGE:
        return "acknowledge";
    case SAY_THANKS:
        return "thanks";
    case SAY_STOPPED:
        return "stopped";
    case SAY_STARTED:
        return "started";
    case SAY_CLARIFY:
        return "clarify";
    }
    return "?";
}

static void describe(const struct policy_decision *d, struct buf *out)
{
    static const char *const priorities[] = { "sensitive", "soon", "normal" };
    struct str reason = d->reason.len ? d->reason : STR("-");
    struct str whose = d->intent ? d->intent->id : d->rule ? d->rule->id : STR("-");
    (void)buf_addf(out, "%s %.*s %s %s %s %.*s", action_name(d->action), STR_ARG(reason),
                   say_name(d->say), d->action == ACTION_HANDOFF ? priorities[d->priority] : "-",
                   d->case_needed ? "case"
                   : d->settles   ? "settled"
                                  : "-",
                   d->asked[0] ? 0 : (int)whose.len, whose.p);
    if (d->also)
        (void)buf_addf(out, "+%.*s", STR_ARG(d->also->id));
    if (d->asked[0])
        (void)buf_addf(out, "%.*s?%.*s", STR_ARG(d->asked[0]->id), STR_ARG(d->asked[1]->id));
    if (d->would)
        (void)buf_addf(out, " would %.*s", STR_ARG(d->would->id));
    if (d->would_also)
        (void)buf_addf(out, "+%.*s", STR_ARG(d->would_also->id));
    if (d->offered)
        (void)buf_addc(out, " offered");
}

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct intents_hit hits[16];
        struct intents_match m = { 0 };
        struct buf got = BUF_INIT(1000);
        read_hits(rows[i].hits, hits, &m);
        struct policy_facts facts = read_facts(rows[i].facts);
        struct policy_decision d = policy_decide(&kb, &m, NULL, &facts);
        describe(&d, &got);
        assert_str_note(buf_str(&got), rows[i].want, rows[i].note);
        buf_release(&got);
    }
}

static void test_numbers(void **state)
{
    (void)state;
    struct intents_hit hits[16];
    struct intents_match m = { 0 };
    struct policy_facts facts = { .may_reply = true };
    read_hits("gas=95 day=75 praise=70 missed=55", hits, &m);
    struct policy_decision d = policy_decide(&kb, &m, NULL, &facts);
    assert_near(d.score, 0.75);
    assert_near(d.lead, 0.2);
    m = (struct intents_match){ 0 };
    d = policy_decide(&kb, &m, NULL, &facts);
    assert_near(d.score, 0);
    assert_near(d.lead, 0);
}

/* Any hits and any facts at all: what is promised of every decision. */
static void test_promises(void **state)
{
    (void)state;
    uint64_t seed = 1;
    for (int round = 0; round < 50000; round++) {
        struct intents_hit hits[10];
        struct intents_match m = { .hits = hits,
                                   .whys = whys,
                                   .spent = random_below(&seed, 10) == 0 };
        bool sensitive = false, request = false;
        double score = 1;
        for (unsigned topic = 0; topic < 10; topic++) {
            if (random_below(&seed, 3))
                continue;
            score -= (double)random_below(&seed, 20) / 100;
            hits[m.hit_count++] = (struct intents_hit){ topic, score };
            request |= topic < 2;
            if (topic < 2 && random_below(&seed, 2)) {
                char place[] = { (char)('1' + random_below(&seed, 4)), '\0' };
                read_place(str_of(place), topic, &m);
            }
            sensitive |= (topic == 2 || topic == 3) && score >= kb.thresholds.rule[KB_SENSITIVE];
        }
        m.unexplained = (unsigned)random_below(&seed, 12);
        m.residue = (double)random_below(&seed, 100) / 100;
        struct policy_facts f = {
            .too_old = random_below(&seed, 4) == 0,
            .may_reply = random_below(&seed, 4) != 0,
            .opted_out = random_below(&seed, 4) == 0,
            .case_open = random_below(&seed, 3) == 0,
            .acknowledged = random_below(&seed, 3) == 0,
            .staff_there = random_below(&seed, 2) == 0,
            .automatic_replies = (unsigned)random_below(&seed, 5),
            .question_allowed = random_below(&seed, 2) == 0,
            .answered = { random_below(&seed, 4) ? NULL : &intents[random_below(&seed, 2)] },
            .strikes = (unsigned)random_below(&seed, 5),
            .flood = random_below(&seed, 6) == 0,
            .copy = random_below(&seed, 6) == 0,
            .case_claimed = random_below(&seed, 6) == 0,
            .overheard = random_below(&seed, 6) == 0,
        };
        if (random_below(&seed, 3) == 0) {
            f.asked[0] = &intents[0];
            f.asked[1] = &intents[1];
        }
        struct policy_decision d = policy_decide(&kb, &m, NULL, &f);
        if (f.too_old || !f.may_reply || f.case_claimed || f.overheard ||
            ((f.opted_out || (f.automatic_replies >= POLICY_REPLIES_MAX && !sensitive)) &&
             !policy_confirms(&d)))
            assert_int_equal(d.say, SAY_NOTHING);
        if (sensitive) { /* promise 4 */
            assert_int_equal(d.action, ACTION_HANDOFF);
            assert_int_equal(d.priority, PRIORITY_SENSITIVE);
            assert_true(d.case_needed && d.reason.len && d.rule);
        }
        if (f.overheard && !sensitive && !m.spent) /* it is not to us */
            assert_int_equal(d.action, ACTION_NONE);
        else if (request) /* promise 5 */
            assert_true(d.action == ACTION_ANSWER || d.action == ACTION_HANDOFF);
        if (d.action == ACTION_HANDOFF)
            assert_true(d.case_needed && d.reason.len);
        if (f.case_open && !d.settles) { /* nobody answers past staff, and staff see it all */
            assert_int_not_equal(d.say, SAY_ANSWER);
            assert_int_not_equal(d.say, SAY_THANKS);
            assert_true(d.case_needed);
        }
        assert_int_equal(d.action == ACTION_ANSWER, d.say == SAY_ANSWER);
        assert_int_equal(d.action == ACTION_ANSWER, d.intent != NULL);
        assert_true(!d.also || (d.intent && d.also != d.intent));
        if (d.intent) /* the same link never goes out twice */
            assert_true(d.intent != f.answered[0] && (!d.also || d.also != f.answered[0]));
        assert_int_equal(d.say == SAY_CLARIFY, d.asked[0] != NULL);
        if (d.say == SAY_CLARIFY)
            assert_true(f.question_allowed && d.asked[1] && d.asked[0] != d.asked[1]);
        if (d.settles) /* only what the question opened */
            assert_true(f.case_open && (d.intent == f.asked[0] || d.intent == f.asked[1]));
        if (d.action != ACTION_HANDOFF)
            assert_int_equal(d.reason.len, 0);
    }
}

/* Chances by class, in hundredths: "missed=50 troll=20"; the rest are nothing. */
static void read_chances(const char *text, float *chances)
{
    struct str rest = str_of(text), part, name;
    int64_t number;
    for (size_t c = 0; c < kb.intent_count + KB_CLASSES; c++)
        chances[c] = 0;
    while (str_split(&rest, ' ', &part)) {
        size_t at = SIZE_MAX;
        assert_true(str_split(&part, '=', &name) && str_to_int64(part, 0, 100, &number));
        for (size_t i = 0; i < kb.intent_count; i++)
            if (str_eq(kb.intent[i].id, name))
                at = i;
        for (size_t c = 0; c < KB_CLASSES; c++)
            if (str_eq(kb_class_name((enum kb_class)c), name))
                at = kb.intent_count + c;
        assert_true(at != SIZE_MAX);
        chances[at] = (float)number / 100;
    }
}

static void test_second_opinion(void **state)
{
    (void)state;
    static const struct {
        const char *note, *hits, *chances, *want;
    } second_rows[] = {
        { "agreement", "missed=80", "missed=90", "answer - answer - - missed" },
        { "agreement lets a weak one answer", "missed=40", "missed=20",
          "answer - answer - - missed" },
        { "too weak even so", "missed=39", "missed=59",
          "handoff unresolved acknowledge normal case -" },
        { "a hint doesn't come next", "missed=60 day=39", "missed=19",
          "answer - answer - - missed" },
        { "it never answers by itself", "", "missed=99",
          "handoff unresolved acknowledge normal case -" },
        { "it chooses among what was found", "missed=60 day=55", "day=60 missed=10",
          "answer - answer - - day" },
        { "no opinion worth the name", "missed=80", "missed=5 day=5",
          "answer - answer - - missed" },
        { "it can't see it at all", "missed=80", "missed=1 day=9",
          "handoff unresolved acknowledge normal case -" },
        { "confident disagreement", "missed=80", "day=50 missed=10",
          "handoff unresolved acknowledge normal case -" },
        { "for a person, all reasons together", "missed=80",
          "missed=30 unresolved=15 complaint=15 human=10",
          "handoff unresolved acknowledge normal case -" },
        { "something sensitive", "missed=95", "missed=40 safeguarding=30 self_harm=25",
          "handoff safeguarding danger sensitive case -" },
        { "something sensitive that is no danger", "missed=95", "missed=40 legal=55",
          "handoff legal acknowledge sensitive case -" },
        { "a rule knows its reason better", "gas=80", "bereavement=90",
          "handoff emergency holding sensitive case gas" },
        { "praise that no rule sees", "", "praise=50 missed=20", "thank - thanks - - -" },
        { "talk that no rule sees", "", "chatter=50 missed=20", "none - nothing - - -" },
        { "trolling, but more likely a need", "troll=90", "missed=90 troll=8",
          "handoff unresolved acknowledge normal case -" },
        { "trolling", "troll=90", "missed=50 troll=40", "ignore - nothing - - troll" },
        { "a request is never trolling", "missed=40", "troll=99",
          "handoff unresolved acknowledge normal case -" },
        { "a hint is no request", "missed=39", "troll=99", "ignore - nothing - - -" },
        { "praise that names a service", "missed=80", "praise=60 chatter=15 missed=1",
          "thank - thanks - - -" },
        { "talk that names a service", "missed=80", "chatter=60 praise=15 missed=1",
          "none - nothing - - -" },
        { "… or doesn't, quite", "missed=80", "chatter=60 praise=14 missed=1",
          "handoff unresolved acknowledge normal case -" },
        { "trolling that names one is looked at", "missed=80", "troll=70 chatter=20 missed=1",
          "handoff unresolved acknowledge normal case -" },
        { "nobody's, when the lessons were written", "plot=80", "unresolved=85 plot=10",
          "answer - answer - - plot" },
        { "… but a complaint all the same", "plot=80", "unresolved=45 complaint=40 plot=10",
          "handoff unresolved acknowledge normal case -" },
        { "… or something else", "plot=80", "day=50 unresolved=40",
          "handoff unresolved acknowledge normal case -" },
        { "two that it sees both", "missed=80@1 day=60@5", "missed=50 day=10",
          "answer - answer - - missed+day" },
        { "it hardly sees the other: that must be surer", "missed=80@1 day=79@5", "missed=50 day=9",
          "answer - answer - - missed" },
        { "… and is", "missed=80@1 day=80@5", "missed=50 day=3", "answer - answer - - missed+day" },
        { "it can't see the other at all", "missed=80@1 day=99@5", "missed=50 day=1",
          "answer - answer - - missed" },
        { "the second by likelihood isn't disagreement", "missed=60@1 day=60@5", "missed=45 day=50",
          "answer - answer - - day+missed" },
    };
    for (size_t i = 0; i < ARRAY_LEN(second_rows); i++) {
        struct intents_hit hits[16];
        float chances[SECOND_CLASSES_MAX];
        struct intents_match m = { 0 };
        struct buf got = BUF_INIT(1000);
        struct policy_facts facts = { .may_reply = true };
        read_hits(second_rows[i].hits, hits, &m);
        read_chances(second_rows[i].chances, chances);
        struct policy_decision d = policy_decide(&kb, &m, chances, &facts);
        describe(&d, &got);
        /* what has no rule and is none of a request is the second opinion's alone */
        bool asked = d.action == ACTION_ANSWER ||
                     (d.action == ACTION_HANDOFF && d.priority != PRIORITY_SENSITIVE);
        assert_note(d.by_second == (!d.rule && !asked), second_rows[i].note);
        assert_str_note(buf_str(&got), second_rows[i].want, second_rows[i].note);
        buf_release(&got);
    }
}

/* A hint is enough where the second opinion is surer, in a message that says enough. */
static void test_second_opinion_on_hints(void **state)
{
    (void)state;
    static const struct {
        const char *note, *text, *hits, *chances, *want;
    } hint_rows[] = {
        { "sure enough", "@us ours was left out.", "missed=1", "missed=60",
          "answer - answer - - missed" },
        { "not sure enough", "@us ours was left out.", "missed=1", "missed=59",
          "handoff unresolved acknowledge normal case -" },
        { "in three words", "@us @them left it out? https://x.example.", "missed=1", "missed=99",
          "handoff unresolved acknowledge normal case -" },
        { "in one, but more than a hint", "missed", "missed=40", "missed=60",
          "answer - answer - - missed" },
    };
    for (size_t i = 0; i < ARRAY_LEN(hint_rows); i++) {
        struct intents_hit hits[16];
        float chances[SECOND_CLASSES_MAX];
        struct arena arena = ARENA_INIT;
        struct intents_match m = { 0 };
        struct buf got = BUF_INIT(1000);
        struct policy_facts facts = { .may_reply = true };
        assert_int_equal(normal_make(&arena, NULL, str_of(hint_rows[i].text), &m.normal), 0);
        read_hits(hint_rows[i].hits, hits, &m);
        read_chances(hint_rows[i].chances, chances);
        struct policy_decision d = policy_decide(&kb, &m, chances, &facts);
        describe(&d, &got);
        assert_str_note(buf_str(&got), hint_rows[i].want, hint_rows[i].note);
        buf_release(&got);
        arena_release(&arena);
    }
}

/* How near the likelihoods of two are when a question is worth it. */
static void test_second_opinion_on_ties(void **state)
{
    (void)state;
    static const struct {
        const char *note, *hits, *chances, *want;
    } tied_rows[] = {
        { "it separates them", "missed=70 day=70", "missed=30 day=10",
          "answer - answer - - missed" },
        { "it doesn't", "missed=70 day=70", "missed=19 day=18",
          "handoff unresolved clarify normal case missed?day" },
        { "it puts the weaker first", "missed=85 day=70", "missed=4 day=11",
          "handoff unresolved clarify normal case day?missed" },
        { "it sees something else", "missed=70 day=70", "missed=15 hole=50",
          "handoff unresolved acknowledge normal case -" },
        { "it sees a reason for a person", "missed=70 day=70", "missed=15 complaint=40",
          "handoff unresolved acknowledge normal case -" },
    };
    for (size_t i = 0; i < ARRAY_LEN(tied_rows); i++) {
        struct intents_hit hits[16];
        float chances[SECOND_CLASSES_MAX];
        struct intents_match m = { 0 };
        struct buf got = BUF_INIT(1000);
        struct policy_facts facts = { .may_reply = true, .question_allowed = true };
        read_hits(tied_rows[i].hits, hits, &m);
        read_chances(tied_rows[i].chances, chances);
        struct policy_decision d = policy_decide(&kb, &m, chances, &facts);
        describe(&d, &got);
        assert_str_note(buf_str(&got), tied_rows[i].want, tied_rows[i].note);
        buf_release(&got);
    }
}

/* What becomes of a message that answers "missed or day?", with the case that was opened then. */
static void test_answered_question(void **state)
{
    (void)state;
    static const char person[] = "handoff unresolved acknowledge normal case -";
    static const struct {
        const char *note, *text, *hits, *chances, *facts, *want;
    } answer_rows[] = {
        { "by place", "the first one", "", "", "", "answer - answer - settled missed" },
        { "by the other place", "second please", "", "", "", "answer - answer - settled day" },
        { "a phrase", "the 1 thanks", "", "", "", "answer - answer - settled missed" },
        { "part of a word", "firstly hello", "", "", "", person },
        { "both places", "first and second", "", "", "", person },
        { "neither", "not the first", "", "", "", person },
        { "a place in a long message", "the first time that it was like this was in the winter", "",
          "", "", person },
        { "its pattern, weakly", "the bin", "missed=20", "", "",
          "answer - answer - settled missed" },
        { "its pattern and its place", "the first one missed", "missed=20", "", "",
          "answer - answer - settled missed" },
        { "its pattern, the other's place", "the second time missed", "missed=60", "", "", person },
        { "both patterns", "the bin day", "missed=60 day=60", "", "", person },
        { "both, one much better", "the bin day", "day=60 missed=40", "", "",
          "answer - answer - settled day" },
        { "a third fits better", "a hole", "hole=80 day=20", "", "", person },
        { "the second opinion alone", "when they come", "", "day=40 missed=10", "",
          "answer - answer - settled day" },
        { "it doesn't know either", "when they come", "", "day=19 missed=1", "", person },
        { "it can't tell", "when they come", "", "day=40 missed=36", "", person },
        { "nothing to go by", "eh", "", "", "", person },
        { "never a second question", "the bin day", "missed=80 day=80", "", "ask", person },
        { "somebody has taken it", "the first one", "", "", "taken",
          "handoff unresolved nothing normal case -" },
        { "too late", "the first one", "", "", "old", "handoff unresolved nothing normal case -" },
        { "something sensitive in it", "the first one gas", "gas=80", "", "",
          "handoff emergency holding sensitive case gas" },
        { "a person instead", "the first one a person", "human=80", "", "",
          "handoff human acknowledge soon case human" },
        { "much unknown", "bin and more", "missed=60 unknown=7/13", "", "", person },
        { "the second opinion sees a complaint", "bin", "missed=60", "missed=20 complaint=40", "",
          person },
        { "answered before the question", "the first one", "", "", "answered=missed", person },
        { "the one that is meant is withheld", "the first one", "", "", "withheld=missed",
          "handoff unresolved acknowledge normal case - would missed offered" },
        { "thanks", "thanks", "praise=70", "", "", "thank - nothing - case praise" },
    };
    for (size_t i = 0; i < ARRAY_LEN(answer_rows); i++) {
        struct intents_hit hits[16];
        float chances[SECOND_CLASSES_MAX];
        struct intents_match m = { 0 };
        struct arena arena = ARENA_INIT;
        struct buf got = BUF_INIT(1000), facts = BUF_INIT(1000);
        read_hits(answer_rows[i].hits, hits, &m);
        if (*answer_rows[i].chances)
            read_chances(answer_rows[i].chances, chances);
        (void)buf_addf(&facts, "asked case acked %s", answer_rows[i].facts);
        struct policy_facts f = read_facts(buf_cstr(&facts));
        assert_int_equal(normal_make(&arena, NULL, str_of(answer_rows[i].text), &m.normal), 0);
        struct policy_decision d =
            policy_decide(&kb, &m, *answer_rows[i].chances ? chances : NULL, &f);
        describe(&d, &got);
        assert_str_note(buf_str(&got), answer_rows[i].want, answer_rows[i].note);
        buf_release(&got);
        buf_release(&facts);
        arena_release(&arena);
    }
}

/* Silence for what somebody did before needs the second opinion's leave. */
static void test_second_opinion_on_nuisances(void **state)
{
    (void)state;
    static const struct {
        const char *note, *facts, *chances, *want;
    } nuisance_rows[] = {
        { "nothing that it knows", "strikes=3", "troll=20 chatter=10 unresolved=40",
          "ignore - nothing - - -" },
        { "the same in a flood may be a need", "flood", "troll=20 chatter=10 unresolved=40",
          "handoff unresolved acknowledge normal case -" },
        { "or what others ask for, too", "copy", "troll=24 chatter=25 unresolved=40",
          "handoff unresolved acknowledge normal case -" },
        { "a flood of hardly anything", "flood", "troll=30 chatter=20 unresolved=40",
          "ignore - nothing - - -" },
        { "copies of it", "copy", "troll=30 chatter=20 unresolved=40", "ignore - nothing - - -" },
        { "more likely a need", "strikes=3", "troll=24 missed=60",
          "handoff unresolved acknowledge normal case -" },
        { "something sensitive", "strikes=3", "troll=40 safeguarding=50",
          "handoff safeguarding danger sensitive case -" },
    };
    for (size_t i = 0; i < ARRAY_LEN(nuisance_rows); i++) {
        float chances[SECOND_CLASSES_MAX];
        struct intents_match m = { 0 };
        struct buf got = BUF_INIT(1000);
        struct policy_facts facts = read_facts(nuisance_rows[i].facts);
        read_chances(nuisance_rows[i].chances, chances);
        struct policy_decision d = policy_decide(&kb, &m, chances, &facts);
        describe(&d, &got);
        assert_str_note(buf_str(&got), nuisance_rows[i].want, nuisance_rows[i].note);
        buf_release(&got);
    }
}

/* A kind's least score is its own. */
static void test_kinds_apart(void **state)
{
    (void)state;
    struct kb other = kb;
    struct intents_hit hits[16];
    struct intents_match m = { 0 };
    struct policy_facts facts = { .may_reply = true };
    other.thresholds.rule[KB_TROLL] = 0.8;
    read_hits("troll=79 praise=50", hits, &m);
    assert_int_equal(policy_decide(&other, &m, NULL, &facts).action, ACTION_THANK);
    read_hits("troll=80", hits, (m = (struct intents_match){ 0 }, &m));
    assert_int_equal(policy_decide(&other, &m, NULL, &facts).action, ACTION_IGNORE);
    read_hits("troll=79", hits, (m = (struct intents_match){ 0 }, &m));
    assert_int_equal(policy_decide(&other, &m, NULL, &facts).action, ACTION_HANDOFF);
}

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(action_name(ACTION_ANSWER), "answer");
    assert_string_equal(action_name(ACTION_HANDOFF), "handoff");
    assert_string_equal(action_name(ACTION_IGNORE), "ignore");
    assert_string_equal(action_name(ACTION_THANK), "thank");
    assert_string_equal(action_name(ACTION_NONE), "none");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_promises),
        cmocka_unit_test(test_second_opinion),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_second_opinion_on_hints),
        cmocka_unit_test(test_second_opinion_on_ties),
        cmocka_unit_test(test_answered_question),
        cmocka_unit_test(test_kinds_apart),
        cmocka_unit_test(test_second_opinion_on_nuisances),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
