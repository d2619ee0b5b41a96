/* thresholds.json. */
#include "kb/load_private.h"

/* {"sensitive": 45, …}: kinds of rule whose least score isn't @otherwise. */
static int load_rule_thresholds(struct loader *l, const cJSON *tree, double otherwise)
{
    static const char where[] = "thresholds.json: rules";
    const char *names[ARRAY_LEN(load_kinds) + 1] = { NULL };
    if (tree && !cJSON_IsObject(tree))
        return report_error(l->report, "%s: must be an object of hundredths by kind", where);
    for (size_t k = 0; k < ARRAY_LEN(load_kinds); k++)
        names[k] = load_kinds[k].name;
    if (tree)
        json_check_names(tree, names, where, l->report);
    for (size_t k = 0; k < ARRAY_LEN(load_kinds); k++) {
        int64_t value = 0;
        int found = tree ? json_get_int(tree, load_kinds[k].name, 0, 100, &value) : 0;
        if (found < 0)
            return report_error(l->report,
                                "%s: \"%s\" must be a whole number of hundredths, 0 to 100", where,
                                load_kinds[k].name);
        l->kb->thresholds.rule[load_kinds[k].kind] = found ? (double)value / 100 : otherwise;
    }
    return 0;
}

int load_thresholds(struct loader *l, const cJSON *tree, struct str file)
{
    struct kb_thresholds *t = &l->kb->thresholds;
    double rule = 0;
    const struct {
        const char *name;
        double *at;
        int otherwise; /* hundredths if it isn't there; -1: it must be there */
    } rows[] = {
        { "score", &t->score, -1 },
        { "lead", &t->lead, -1 },
        { "residue", &t->residue, -1 },
        { "rule", &rule, -1 },
        { "weak", &t->weak, 40 },
        { "second_sensitive", &t->second_sensitive, 50 },
        { "second_handoff", &t->second_handoff, 40 },
        { "second_disagree", &t->second_disagree, 50 },
        { "second_agree", &t->second_agree, 20 },
        { "second_hint", &t->second_hint, 60 },
        { "second_least", &t->second_least, 2 },
        { "second_need", &t->second_need, 90 },
        { "second_silence", &t->second_silence, 25 },
        { "second_quiet", &t->second_quiet, 50 },
        { "second_passing", &t->second_passing, 75 },
        { "also", &t->also, 65 },
        { "also_alone", &t->also_alone, 90 },
        { "second_also", &t->second_also, 10 },
    };
    const char *names[ARRAY_LEN(rows) + 3] = { "residue_words", "rules" };
    int64_t value = 0;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        names[i + 2] = rows[i].name;
    json_check_names(tree, names, file.p, l->report);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        int found = json_get_int(tree, rows[i].name, 0, 100, &value);
        if (found < 0 || (found == 0 && rows[i].otherwise < 0))
            return report_error(l->report,
                                "%s: \"%s\" must be a whole number of hundredths, 0 to 100", file.p,
                                rows[i].name);
        *rows[i].at = (double)(found ? value : rows[i].otherwise) / 100;
    }
    if (json_get_int(tree, "residue_words", 0, 1000, &value) != 1)
        return report_error(l->report, "%s: \"residue_words\" must be a whole number of words",
                            file.p);
    t->residue_words = (unsigned)value;
    return load_rule_thresholds(l, cJSON_GetObjectItemCaseSensitive(tree, "rules"), rule);
}
