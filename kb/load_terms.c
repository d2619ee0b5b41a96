/* terms.json. */
#include "kb/load_private.h"

static int load_term(struct loader *l, const cJSON *term, const char *where)
{
    struct str name = str_of(term->string);
    if (cJSON_IsObject(term)) {
        static const char *const names[] = { "pcre", NULL };
        struct str pcre = STR("");
        json_check_names(term, names, where, l->report);
        if (json_get_str(term, "pcre", &pcre) != 1)
            return report_error(l->report,
                                "%s: term \"%s\": must be a list of words or {\"pcre\": \"…\"}",
                                where, term->string);
        return vocab_add_pattern(l->vocab, name, pcre, where, l->report);
    }
    struct kb_list words = { 0 };
    cJSON wrap = { .type = cJSON_Object, .child = (cJSON *)term };
    int r = load_list(l, &wrap, term->string, true, where, &words);
    return r < 0 ? r : vocab_add_words(l->vocab, name, words.items, words.count, where, l->report);
}

int load_terms(struct loader *l, const cJSON *tree, struct str file)
{
    static const char *const names[] = { "terms", "common", NULL };
    const cJSON *terms = cJSON_GetObjectItemCaseSensitive(tree, "terms"), *term;
    struct kb_list common = { 0 };
    json_check_names(tree, names, file.p, l->report);
    if (!cJSON_IsObject(terms))
        return report_error(l->report, "%s: \"terms\" must be an object of word lists", file.p);
    for (term = terms->child; term; term = term->next) {
        int r = load_term(l, term, file.p);
        if (r == ERR_NOMEM)
            return r;
    }
    int r = load_list(l, tree, "common", true, file.p, &common);
    for (size_t i = 0; i < common.count && r == 0; i++)
        r = vocab_add_common(l->vocab, common.items[i]);
    return r < 0 ? r : vocab_check(l->vocab, file.p, l->report);
}
