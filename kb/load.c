/* Files to struct kb: which file is read by whom, and in what order. What a field means is said in
 * kb.h; config/kb.schema.json has the files for people. */
#include <sodium.h>

#include "kb/canned.h"
#include "kb/load_private.h"

struct trees {
    const struct kb_files *files;
    cJSON *items[KB_FILES_MAX]; /* NULL: could not be parsed, which was reported */
};

static void trees_release(struct trees *t)
{
    for (size_t i = 0; t && i < t->files->count; i++)
        cJSON_Delete(t->items[i]);
    free(t);
}

static int parse_one(struct trees *t, size_t i, struct report *report)
{
    const struct kb_file *file = &t->files->items[i];
    struct buf path = BUF_INIT(8192);
    struct str where = t->files->where;
    (void)buf_addf(&path, "%.*s%s%s", STR_ARG(where), where.len ? "/" : "", file->name.p);
    int r = json_parse_reported(file->bytes, buf_cstr(&path), report, &t->items[i]);
    if (t->items[i] && !cJSON_IsObject(t->items[i]))
        (void)report_error(report, "%s: must be a JSON object", buf_cstr(&path));
    buf_release(&path);
    return r == ERR_NOMEM ? r : 0;
}

static const cJSON *tree_of(const struct trees *t, const char *name)
{
    const struct kb_file *file = kb_files_find(t->files, str_of(name));
    return file ? t->items[file - t->files->items] : NULL;
}

static int load_canned(struct loader *l, const cJSON *tree, struct str file)
{
    return kb_load_canned(l->kb, tree, file, l->report);
}

/* Files that may be missing. They name intents, if anything, so that those must be there: NULL if
 * it is another one. */
static load_fn *late_loader(struct str name)
{
    return str_is(name, "notices.json")      ? load_notices
           : str_is(name, "incidents.json")  ? load_incidents
           : str_is(name, "election.json")   ? load_election
           : str_is(name, "canned.json")     ? load_canned
           : str_starts(name, STR("teach/")) ? load_lessons
                                             : NULL;
}

static int load_trees(struct loader *l, const struct trees *t)
{
    static const struct {
        const char *name;
        load_fn *load;
    } special[] = {
        { "terms.json", load_terms }, /* first: patterns name terms */
        { "rules.json", load_rules },
        { "thresholds.json", load_thresholds },
        { "wording.json", load_wording },
    };
    const struct kb_files *f = t->files;
    for (size_t i = 0; i < ARRAY_LEN(special); i++)
        if (!kb_files_find(f, str_of(special[i].name)))
            return report_error(l->report, "%.*s: there must be a file %s", STR_ARG(f->where),
                                special[i].name);
    const cJSON *terms = tree_of(t, special[0].name);
    if (!cJSON_IsObject(terms))
        return 0; /* reported when it was read; without terms, every pattern would seem wrong */
    int r = special[0].load(l, terms, str_of(special[0].name));
    const cJSON *election = tree_of(t, "election.json");
    if (r != ERR_NOMEM && cJSON_IsObject(election))
        r = load_election_words(l, election, STR("election.json"));
    if (r == ERR_NOMEM)
        return r;
    l->kb->intents = intents_new(l->vocab);
    l->vocab = NULL;
    if (!l->kb->intents)
        return ERR_NOMEM;
    for (size_t i = 0; i < f->count && r != ERR_NOMEM; i++) {
        size_t s = 0;
        while (s < ARRAY_LEN(special) && !str_is(f->items[i].name, special[s].name))
            s++;
        if (s == 0 || !cJSON_IsObject(t->items[i]) || late_loader(f->items[i].name))
            continue;
        r = (s < ARRAY_LEN(special) ? special[s].load : load_topic_file)(l, t->items[i],
                                                                         f->items[i].name);
    }
    if (r == ERR_NOMEM)
        return r;
    load_check_questions(l);
    if (cJSON_IsObject(tree_of(t, "wording.json")))
        load_check_confirmations(l); /* else it was reported when it was read */
    l->arena = &l->kb->lesson_arena;
    r = load_own_lessons(l);
    l->arena = &l->kb->arena;
    for (size_t i = 0; i < f->count && r != ERR_NOMEM; i++)
        if (late_loader(f->items[i].name) && cJSON_IsObject(t->items[i]))
            r = late_loader(f->items[i].name)(l, t->items[i], f->items[i].name);
    load_mark_untaught(l->kb);
    return r == ERR_NOMEM ? r : 0;
}

int kb_load_files(const struct kb_files *files, const struct text_rules *rules,
                  struct report *report, struct kb **ret)
{
    unsigned errors = report->errors;
    struct trees *trees = calloc(1, sizeof *trees);
    struct loader l = {
        .kb = calloc(1, sizeof *l.kb), .vocab = vocab_new(), .rules = rules, .report = report
    };
    int r = trees && l.kb && l.vocab && sodium_init() >= 0 ? 0 : ERR_NOMEM;
    if (r == 0) {
        atomic_init(&l.kb->holders, 1);
        l.kb->rules = rules;
        l.arena = &l.kb->arena;
        trees->files = files;
        kb_files_hash(files, l.kb->hash);
    }
    for (size_t i = 0; r == 0 && i < files->count; i++)
        r = parse_one(trees, i, report);
    if (r == 0) {
        load_key(files, trees->items, l.kb->lessons);
        r = load_trees(&l, trees);
    }
    if (r == 0 && report->errors > errors)
        r = ERR_BADINPUT;
    if (r == 0)
        *ret = l.kb;
    else
        (void)kb_free(l.kb);
    (void)vocab_free(l.vocab);
    if (trees && trees->files)
        trees_release(trees);
    else
        free(trees);
    return r;
}

int kb_load(const char *dir, const struct text_rules *rules, struct report *report, struct kb **ret)
{
    unsigned errors = report->errors;
    struct kb_files *files = NULL;
    int r = kb_files_read(dir, report, &files);
    if (files && (r == 0 || files->count)) /* else there is no such folder, and no more to say */
        r = kb_load_files(files, rules, report, ret);
    (void)kb_files_free(files);
    if (r == 0 && report->errors > errors) {
        *ret = kb_free(*ret);
        r = ERR_BADINPUT;
    }
    return r;
}
