/* kerbside kb suggest: which messages nothing explains, in groups, so that an editor sees what the
 * knowledge base should learn next. */
#include <limits.h>

#include "bot/cmd_kb.h"
#include "bot/decide.h"
#include "bot/suggest.h"

static const char usage[] =
    "usage: kerbside kb suggest [--config FILE] [--kb DIR] [--show N] FILE…\n"
    "  Decides about the messages in FILE (a JSON object with a \"text\" a line) and groups those "
    "that nothing\n"
    "  explains: they would go to a person as \"unresolved\". A group is a word, or two "
    "neighbours, "
    "that many of\n"
    "  them hold and few that are explained; what tells most is taken, the largest group printed "
    "first. For each: how\n"
    "  many, the words that they share (+ the vocabulary doesn't know it), what the second opinion "
    "takes them for,\n"
    "  and three of them.\n"
    "  --show N  at most N groups (20)\n";

enum { GROUPS_SHOWN = 20, SAMPLES = 3, TEXT_POINTS = 160 };

/* A message that nothing explains. */
struct unexplained {
    struct str text;
    float *chances; /* NULL: there is no second opinion */
    struct unexplained *next;
};

struct suggesting {
    struct decider decider;
    struct arena message, kept;
    struct suggest *groups;
    struct unexplained *first, **last;
    size_t count, found, unfound; /* of unfound ones no intent's pattern fits at all */
};

static bool fits_an_intent(const struct kb *kb, const struct intents_match *m)
{
    for (size_t i = 0; i < m->hit_count; i++)
        if (kb_intent_of(kb, m->hits[i].topic))
            return true;
    return false;
}

static int keep_message(struct suggesting *s, struct str text, const float *chances)
{
    struct unexplained *one = arena_alloc(&s->kept, sizeof *one);
    if (!one)
        return ERR_NOMEM;
    one->text = arena_str(&s->kept, text);
    if (!one->text.p)
        return ERR_NOMEM;
    if (chances) {
        size_t classes = second_class_count(s->decider.kb->second);
        one->chances = arena_array(&s->kept, classes, sizeof *one->chances);
        if (!one->chances)
            return ERR_NOMEM;
        memcpy(one->chances, chances, classes * sizeof *chances);
    }
    *s->last = one;
    s->last = &one->next;
    s->count++;
    return 0;
}

static int suggest_line(const struct kb_line *line, void *data)
{
    static const struct policy_facts facts = { .may_reply = true };
    struct suggesting *s = data;
    struct reading reading;
    arena_clear(&s->message);
    int r = decide_read(&s->decider, &s->message, line->text, &reading);
    if (r < 0)
        return r;
    struct policy_decision d = policy_decide(s->decider.kb, &reading.match, reading.second, &facts);
    bool explained = d.action != ACTION_HANDOFF || !str_is(d.reason, "unresolved");
    s->found += explained;
    s->unfound += !explained && !fits_an_intent(s->decider.kb, &reading.match);
    r = suggest_add(s->groups, &reading.match.normal, explained);
    return r < 0 || explained ? r : keep_message(s, line->text, reading.second);
}

/* What the second opinion takes the group for, on average. */
static int print_likeliest(const struct suggesting *s, const struct suggest_group *g,
                           struct unexplained *const *messages)
{
    const struct second *second = s->decider.kb->second;
    double chance = 0;
    if (!second)
        return 0;
    size_t classes = second_class_count(second);
    float *mean = calloc(classes, sizeof *mean);
    if (!mean)
        return ERR_NOMEM;
    for (size_t i = 0; i < g->message_count; i++)
        for (size_t c = 0; c < classes && messages[g->messages[i]]->chances; c++)
            mean[c] += messages[g->messages[i]]->chances[c] / (float)g->message_count;
    struct str class = kb_likeliest(s->decider.kb, mean, &chance);
    (void)printf("      second opinion: %.*s %.2f\n", STR_ARG(class), chance);
    free(mean);
    return 0;
}

static int print_group(const struct suggesting *s, const struct suggest_group *g,
                       struct unexplained *const *messages)
{
    (void)printf("\n%5zu ", g->message_count);
    for (size_t i = 0; i < g->word_count; i++)
        (void)printf("%s %.*s%s", i ? "," : "", STR_ARG(g->words[i]), g->fresh[i] ? "+" : "");
    (void)putchar('\n');
    int r = print_likeliest(s, g, messages);
    for (size_t i = 0; i < g->message_count && i < SAMPLES; i++) {
        (void)fputs("      ", stdout);
        kb_print_text(messages[g->messages[i]]->text, TEXT_POINTS);
        (void)putchar('\n');
    }
    return r;
}

static int by_size(const void *a, const void *b)
{
    const struct suggest_group *x = a, *y = b;
    if (x->message_count != y->message_count)
        return x->message_count < y->message_count ? 1 : -1;
    return x->messages[0] < y->messages[0] ? -1 : x->messages[0] > y->messages[0];
}

/* The @count groups, the largest first, and how many messages are in none. */
static int print_sorted(const struct suggesting *s, struct suggest_group *groups, size_t count)
{
    struct unexplained **messages = calloc(s->count + 1, sizeof *messages), *one = s->first;
    size_t rest = s->count;
    int r = messages ? 0 : ERR_NOMEM;
    for (size_t i = 0; r == 0 && one; one = one->next)
        messages[i++] = one;
    qsort(groups, count, sizeof *groups, by_size);
    for (size_t i = 0; i < count && r == 0; i++) {
        rest -= groups[i].message_count;
        r = print_group(s, &groups[i], messages);
    }
    if (r == 0)
        (void)printf("\n%5zu  in no group above\n", rest);
    free(messages);
    return r;
}

static int print_groups(struct suggesting *s, size_t most)
{
    size_t count = 0;
    struct suggest_group *groups = arena_array(&s->kept, most, sizeof *groups);
    int r = groups ? 1 : ERR_NOMEM;
    while (r == 1 && count < most) {
        r = suggest_next(s->groups, &groups[count]);
        count += r == 1;
    }
    if (r < 0)
        return r;
    (void)printf(
        "%zu messages, of which nothing explains %zu: %zu fit no intent's pattern, %zu not "
        "surely enough\n",
        s->count + s->found, s->count, s->unfound, s->count - s->unfound);
    return print_sorted(s, groups, count);
}

static int suggest_files(struct suggesting *s, const struct kb_options *o)
{
    struct report report = REPORT_INIT;
    int r = 0;
    for (int i = 0; i < o->arg_count && (r == 0 || r == ERR_BADINPUT); i++) {
        int one = kb_read_lines(o->args[i], &report, suggest_line, s);
        r = one < 0 ? one : r;
    }
    print_report(&report);
    report_release(&report);
    if (r == 0)
        r = print_groups(s, o->show ? o->show : GROUPS_SHOWN);
    return r == 0 && (fflush(stdout) != 0 || ferror(stdout)) ? ERR_IO : r;
}

int cmd_kb_suggest(int argc, char **argv)
{
    struct kb_options o;
    struct kb *kb = NULL;
    bool help;
    int status = kb_options_read(argc, argv, "cks", 1, INT_MAX, usage, &o, &help);
    if (status != EXIT_OK || help)
        return status;
    status = kb_open(&o, &kb);
    if (status != EXIT_OK)
        return status;
    struct suggesting s = { .decider = { kb, intents_scratch_new() },
                            .groups = suggest_new(intents_vocab(kb->intents)) };
    s.last = &s.first;
    int r = s.decider.scratch && s.groups ? suggest_files(&s, &o) : ERR_NOMEM;
    if (r < 0 && r != ERR_BADINPUT)
        (void)fprintf(stderr, "error: kerbside kb suggest: %s\n", err_str(r));
    (void)intents_scratch_free(s.decider.scratch);
    (void)suggest_free(s.groups);
    arena_release(&s.message);
    arena_release(&s.kept);
    (void)kb_free(kb);
    return r < 0 ? EXIT_FAILED : EXIT_OK;
}
