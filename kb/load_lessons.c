/* What the second opinion is taught: examples, teach lists and the folder teach. */
#include "kb/load_private.h"

#include "base/array.h"

static int add_lessons(struct loader *l, const struct kb_list *texts, unsigned class)
{
    for (size_t i = 0; i < texts->count; i++) {
        int r = array_grow_in(&l->kb->arena, (void **)&l->kb->lesson, l->kb->lesson_count,
                              &l->lesson_room, sizeof *l->kb->lesson);
        if (r < 0)
            return r;
        l->kb->lesson[l->kb->lesson_count++] = (struct kb_lesson){ texts->items[i], class };
    }
    return 0;
}

/* The class of that name, or -1. */
static int load_class_of(const struct kb *kb, struct str name)
{
    const struct kb_intent *intent = kb_intent_named(kb, name);
    if (intent)
        return (int)(intent - kb->intent);
    int other = load_other_class(name);
    return other < KB_CLASSES ? (int)kb->intent_count + other : -1;
}

static int class_of_rule(const struct kb *kb, const struct kb_rule *rule)
{
    switch (rule->kind) {
    case KB_SENSITIVE:
        return load_class_of(kb, rule->reason);
    case KB_TROLL:
        return (int)kb->intent_count + KB_CLASS_TROLL;
    case KB_PRAISE:
        return (int)kb->intent_count + KB_CLASS_PRAISE;
    case KB_HUMAN:
    case KB_OPT_OUT:
        return (int)kb->intent_count + KB_CLASS_HUMAN;
    case KB_COMPLAINT:
        return (int)kb->intent_count + KB_CLASS_COMPLAINT;
    case KB_OPT_IN:
        return -1; /* to all who didn't opt out, what they say is something else */
    case KB_CHATTER:
        return (int)kb->intent_count + KB_CLASS_CHATTER;
    }
    return -1;
}

/* {"teach": {"bins.missed": [texts], "safeguarding": [texts], …}}: what one writer taught, for
 * lists that would drown a topic's file. */
static int load_teach(struct loader *l, const cJSON *tree, struct str file)
{
    static const char *const names[] = { "teach", NULL };
    const cJSON *teach = cJSON_GetObjectItemCaseSensitive(tree, "teach"), *list;
    json_check_names(tree, names, file.p, l->report);
    if (!cJSON_IsObject(teach))
        return report_error(l->report, "%s: \"teach\" must be an object of lists", file.p);
    for (list = teach->child; list; list = list->next) {
        struct kb_list texts = { 0 };
        int class = load_class_of(l->kb, str_of(list->string));
        int r = class < 0 ? report_error(l->report, "%s: \"%s\" is no intent and no reason", file.p,
                                         list->string)
                          : load_list(l, teach, list->string, true, file.p, &texts);
        if (r == 0)
            r = add_lessons(l, &texts, (unsigned)class);
        if (r == ERR_NOMEM)
            return r;
    }
    return 0;
}

int load_lessons(struct loader *l, const cJSON *tree, struct str file)
{
    l->arena = &l->kb->lesson_arena;
    int r = load_teach(l, tree, file);
    l->arena = &l->kb->arena;
    return r;
}

/* In the order of files and of what stands in them, so that the same folder gives the same model.
 */
int load_own_lessons(struct loader *l)
{
    int r = 0;
    for (size_t i = 0; i < l->kb->intent_count && r == 0; i++) {
        r = add_lessons(l, &l->kb->intent[i].examples.yes, (unsigned)i);
        if (r == 0)
            r = add_lessons(l, &l->kb->intent[i].teach, (unsigned)i);
        if (r == 0)
            r = add_lessons(l, &l->kb->intent[i].phrases, (unsigned)i);
    }
    for (size_t i = 0; i < l->kb->rule_count && r == 0; i++) {
        int class = class_of_rule(l->kb, &l->kb->rule[i]);
        if (class >= 0)
            r = add_lessons(l, &l->kb->rule[i].examples.yes, (unsigned)class);
    }
    return r;
}

/* With fewer an intent is new: the shipped ones have 380 and more. */
enum { TAUGHT_LEAST = 100 };

void load_mark_untaught(struct kb *kb)
{
    for (size_t i = 0; i < kb->intent_count && kb_may_train(kb); i++) {
        size_t count = 0;
        for (size_t k = 0; k < kb->lesson_count; k++)
            count += kb->lesson[k].class == i;
        kb->intent[i].untaught = count < TAUGHT_LEAST;
    }
}
