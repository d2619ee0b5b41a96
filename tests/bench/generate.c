#include "tests/bench/generate.h"

#include <glob.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/map.h"

enum {
    FILE_BYTES_MAX = 8 << 20,
    INTENTS_EACH_1000 = 31, /* patterns; as the shipped knowledge base has them */
    TERMS_EACH_1000 = 250,
    PHRASES_LEAST = 5,
    PHRASES_MOST = 30,
    NAMED_MOST = 4,
};

struct term {
    struct str *phrases;
    size_t count;
};

struct generator {
    uint64_t seed;
    struct arena *arena;
    struct words {
        struct str *items;
        size_t count;
    } common,    /* without meaning */
        said,    /* of the shipped terms, each as often as it stands there */
        telling; /* those of them that aren't common, as often */
    struct term *terms;
    size_t term_count;
    struct map seen; /* patterns */
};

static size_t pick(struct generator *g, size_t below)
{
    uint64_t x = g->seed; /* xorshift64 */
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    g->seed = x;
    return (size_t)((x >> 11) % below);
}

/* ------------------------------------------------------------------------------------------------
 * what is shipped */

static int read_tree(const char *dir, const char *name, cJSON **ret)
{
    struct buf path = BUF_INIT(8192);
    struct report report = REPORT_INIT;
    int r = buf_addf(&path, "%s/%s", dir, name);
    if (r == 0)
        r = json_read_file(buf_cstr(&path), FILE_BYTES_MAX, &report, ret);
    (void)fputs(buf_cstr(&report.lines), stderr);
    report_release(&report);
    buf_release(&path);
    return r;
}

static int phrases_of(const cJSON *tree, struct arena *arena, struct str **ret)
{
    const cJSON *term, *phrase;
    int count = 0;
    cJSON_ArrayForEach(term, cJSON_GetObjectItemCaseSensitive(tree, "terms")) count +=
        cJSON_IsArray(term) ? cJSON_GetArraySize(term) : 0;
    struct str *all = arena_array(arena, (size_t)count + 1, sizeof *all);
    if (!all)
        return ERR_NOMEM;
    count = 0;
    cJSON_ArrayForEach(term, cJSON_GetObjectItemCaseSensitive(tree, "terms"))
    {
        if (!cJSON_IsArray(term))
            continue;
        cJSON_ArrayForEach(phrase, term)
        {
            struct str s = json_str(phrase);
            if (s.len && !memchr(s.p, '(', s.len))
                all[count++] = arena_str(arena, s);
        }
    }
    *ret = all;
    return count;
}

int generate_phrases(const char *dir, struct arena *arena, struct str **ret)
{
    cJSON *tree = NULL;
    int r = read_tree(dir, "terms.json", &tree);
    if (r == 0)
        r = phrases_of(tree, arena, ret);
    cJSON_Delete(tree);
    return r;
}

static int add_common(struct generator *g, const cJSON *tree, struct map *seen)
{
    const cJSON *word, *list = cJSON_GetObjectItemCaseSensitive(tree, "common");
    g->common.items =
        arena_array(g->arena, (size_t)cJSON_GetArraySize(list) + 1, sizeof *g->common.items);
    int r = g->common.items ? 0 : ERR_NOMEM;
    cJSON_ArrayForEach(word, list)
    {
        struct str copy = arena_str(g->arena, json_str(word));
        if (r == 0)
            r = map_put(seen, copy, 1);
        if (r == 0)
            g->common.items[g->common.count++] = copy;
    }
    return r;
}

static int read_words(struct generator *g, const cJSON *tree)
{
    enum { WORDS_MOST = 8 }; /* of a phrase */
    struct str *phrases, word;
    struct map common = MAP_INIT;
    uint32_t there;
    int r = add_common(g, tree, &common), count = phrases_of(tree, g->arena, &phrases);
    size_t room = (size_t)(count < 0 ? 0 : count) * WORDS_MOST + 1;
    g->said.items = arena_array(g->arena, room, sizeof *g->said.items);
    g->telling.items = arena_array(g->arena, room, sizeof *g->telling.items);
    if (count < 0 || !g->said.items || !g->telling.items)
        r = ERR_NOMEM;
    for (int i = 0; i < count && r == 0; i++) {
        struct str rest = phrases[i];
        for (size_t n = 0; n < WORDS_MOST && str_split(&rest, ' ', &word); n++) {
            word.len -= word.len && word.p[word.len - 1] == '*';
            if (word.len < 2)
                continue;
            g->said.items[g->said.count++] = word;
            if (!map_get(&common, word, &there))
                g->telling.items[g->telling.count++] = word;
        }
    }
    map_release(&common);
    return r;
}

/* ------------------------------------------------------------------------------------------------
 * words, terms, patterns */

/* A word nobody says but could. */
static void add_made_word(struct generator *g, struct buf *out)
{
    static const char
        *const begins[] = { "b",  "br", "c",  "ch", "cl", "d",  "dr", "f", "fl", "g",
                            "gr", "h",  "j",  "k",  "l",  "m",  "n",  "p", "pr", "r",
                            "s",  "sh", "sl", "st", "t",  "th", "tr", "v", "w",  "wh" },
               *const middles[] = { "a", "e", "i", "o", "u", "ai", "ea", "ee", "oa", "oo", "ou" },
               *const ends[] = { "",   "b",  "ck", "d", "ft", "g",  "l",  "ll", "m",  "n",
                                 "nd", "ng", "nt", "p", "r",  "rd", "rn", "s",  "st", "t" };
    for (size_t n = 2 + pick(g, 2); n > 0; n--)
        (void)buf_addf(out, "%s%s%s", begins[pick(g, ARRAY_LEN(begins))],
                       middles[pick(g, ARRAY_LEN(middles))], ends[pick(g, ARRAY_LEN(ends))]);
}

static struct str any(struct generator *g, const struct words *w)
{
    return w->items[pick(g, w->count)];
}

static int make_phrase(struct generator *g, struct str *ret)
{
    static const unsigned words_of[] = {
        1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 4, 5
    };
    struct buf out = BUF_INIT(1000);
    unsigned words = words_of[pick(g, ARRAY_LEN(words_of))];
    for (unsigned i = 0; i < words; i++) {
        if (i)
            (void)buf_add_byte(&out, ' ');
        if (pick(g, 4) == 0)
            add_made_word(g, &out);
        else
            (void)buf_add(&out, any(g, i ? &g->said : &g->telling));
    }
    *ret = arena_str(g->arena, buf_str(&out));
    buf_release(&out);
    return ret->p ? 0 : ERR_NOMEM;
}

static int make_terms(struct generator *g, size_t count)
{
    int r = 0;
    g->terms = arena_array(g->arena, count, sizeof *g->terms);
    if (!g->terms)
        return ERR_NOMEM;
    for (; g->term_count < count && r == 0; g->term_count++) {
        struct term *t = &g->terms[g->term_count];
        size_t phrases = PHRASES_LEAST + pick(g, PHRASES_MOST - PHRASES_LEAST + 1);
        t->phrases = arena_array(g->arena, phrases, sizeof *t->phrases);
        r = t->phrases ? 0 : ERR_NOMEM;
        for (; t->count < phrases && r == 0; t->count++)
            r = make_phrase(g, &t->phrases[t->count]);
    }
    return r;
}

/* A pattern that there isn't yet, and its terms. */
static int make_pattern(struct generator *g, struct str *ret, size_t named[NAMED_MOST],
                        size_t *ret_count)
{
    static const char *const betweens[] = { " ", " (?&gap)", " (?&gap)", " (?&near)" };
    struct buf out = BUF_INIT(1000);
    uint32_t there;
    size_t count;
    do {
        buf_clear(&out);
        count = 2 + pick(g, 8) / 6 + pick(g, 8) / 7; /* mostly two, four at most */
        for (size_t i = 0; i < count; i++) {
            named[i] = pick(g, g->term_count);
            (void)buf_addf(&out, "%s(?&made_%zu)", i ? betweens[pick(g, ARRAY_LEN(betweens))] : "",
                           named[i]);
        }
    } while (map_get(&g->seen, buf_str(&out), &there));
    *ret = arena_str(g->arena, buf_str(&out));
    *ret_count = count;
    buf_release(&out);
    return ret->p ? map_put(&g->seen, *ret, 1) : ERR_NOMEM;
}

/* A message that the pattern of @named terms matches, with talk around it. */
static int make_message(struct generator *g, const size_t *named, size_t count, struct texts *out)
{
    struct buf text = BUF_INIT(10000);
    (void)buf_addc(&text, "@NorthmoorHelp");
    for (size_t i = 0; i <= count; i++) {
        for (size_t n = i == 0 || i == count ? 3 + pick(g, 8) : 0; n > 0; n--) {
            struct str word = any(g, pick(g, 4) ? &g->common : &g->telling);
            (void)buf_addf(&text, " %.*s", STR_ARG(word));
        }
        const struct term *t = i < count ? &g->terms[named[i]] : NULL;
        size_t said = t ? pick(g, t->count) : 0;
        if (t)
            (void)buf_addf(&text, " %.*s", STR_ARG(t->phrases[said]));
    }
    struct str copy = arena_str(g->arena, buf_str(&text));
    buf_release(&text);
    if (copy.p && out->count < TEXTS_MAX)
        out->items[out->count++] = copy;
    return copy.p ? 0 : ERR_NOMEM;
}

/* ------------------------------------------------------------------------------------------------
 * files */

static int write_out(const char *dir, const char *name, const struct buf *bytes)
{
    struct buf path = BUF_INIT(8192);
    int r = bytes->err ? bytes->err : buf_addf(&path, "%s/%s", dir, name);
    FILE *f = r == 0 ? fopen(buf_cstr(&path), "we") : NULL;
    bool written = f && fwrite(buf_cstr(bytes), 1, bytes->len, f) == bytes->len;
    if (f && fclose(f) != 0)
        written = false;
    buf_release(&path);
    return r < 0 ? r : written ? 0 : ERR_IO;
}

static int copy_file(const char *from, const char *to, const char *name)
{
    struct buf path = BUF_INIT(8192), bytes = BUF_INIT(FILE_BYTES_MAX);
    int r = buf_addf(&path, "%s/%s", from, name);
    if (r == 0)
        r = file_read(buf_cstr(&path), &bytes);
    if (r == 0)
        r = write_out(to, name, &bytes);
    buf_release(&path);
    buf_release(&bytes);
    return r;
}

/* Behind the last slash, which is there. */
static const char *name_of(const char *path)
{
    return strrchr(path, '/') + 1;
}

static int list_json(const char *dir, glob_t *ret)
{
    struct buf pattern = BUF_INIT(8192);
    int r = buf_addf(&pattern, "%s/*.json", dir);
    *ret = (glob_t){ 0 };
    if (r == 0 && glob(buf_cstr(&pattern), 0, NULL, ret) != 0)
        r = ERR_IO;
    buf_release(&pattern);
    return r;
}

/* The shipped terms if @tree has them, and behind them those that were made. */
static int write_terms(struct generator *g, cJSON *tree, const char *dir)
{
    static const char *const gaps[][2] = { { "gap", "(?:[^ .?]+ ){0,4}?" },
                                           { "near", "(?:[^ .?]+ ){0,9}?" } };
    struct buf out = BUF_INIT(FILE_BYTES_MAX);
    char name[32];
    cJSON *terms = cJSON_GetObjectItemCaseSensitive(tree, "terms");
    for (size_t i = 0; i < ARRAY_LEN(gaps); i++)
        if (!cJSON_HasObjectItem(terms, gaps[i][0]))
            (void)cJSON_AddStringToObject(cJSON_AddObjectToObject(terms, gaps[i][0]), "pcre",
                                          gaps[i][1]);
    for (size_t i = 0; i < g->term_count; i++) {
        (void)snprintf(name, sizeof name, "made_%zu", i);
        cJSON *list = cJSON_AddArrayToObject(terms, name);
        for (size_t w = 0; w < g->terms[i].count; w++)
            (void)json_add_str(list, g->terms[i].phrases[w]);
    }
    int r = json_add_tree(&out, tree);
    if (r == 0)
        r = write_out(dir, "terms.json", &out);
    buf_release(&out);
    return r;
}

static int write_topics(struct generator *g, const char *dir, size_t patterns, size_t messages,
                        struct texts *texts)
{
    struct buf out = BUF_INIT(FILE_BYTES_MAX);
    size_t intents = patterns * INTENTS_EACH_1000 / 1000, made = 0;
    int r = 0;
    (void)buf_addc(&out, "{\"intents\":[");
    for (size_t i = 0, at = 0; i < intents && r == 0; i++) {
        size_t end = patterns * (i + 1) / intents, first_unless = at + (end - at) * 2 / 3;
        (void)buf_addf(&out,
                       "%s\n{\"id\":\"made.%zu\",\"title\":\"Made\",\"called\":\"made "
                       "%zu\",\"department\":\"made\","
                       "\"review_by\":\"2099-01-01\",\"link\":\"https://northmoor.example/%zu\","
                       "\"replies\":[\"Here: {link}\"],\"examples\":{\"yes\":[\"made %zu\"]},"
                       "\"match\":[",
                       i ? "," : "", i, i, i, i);
        for (size_t from = at; at < end && r == 0; at++) {
            struct str pcre;
            size_t named[NAMED_MOST], count;
            r = make_pattern(g, &pcre, named, &count);
            (void)buf_addc(&out, at == first_unless ? "],\"unless\":[" : at > from ? "," : "");
            (void)buf_addc(&out, "{\"pcre\":");
            (void)json_add_text(&out, pcre);
            if (at < first_unless)
                (void)buf_addf(&out, ",\"weight\":%zu", 30 + pick(g, 60));
            (void)buf_addc(&out, "}");
            bool due = at < first_unless && made * patterns < messages * at * 3 / 2;
            if (r == 0 && due && made++ < messages)
                r = make_message(g, named, count, texts);
        }
        (void)buf_addc(&out, "]}");
    }
    (void)buf_addc(&out, "]}\n");
    if (r == 0)
        r = write_out(dir, "generated.json", &out);
    buf_release(&out);
    return r;
}

static int write_rules(const char *dir)
{
    struct buf out = BUF_INIT(10000);
    (void)buf_addc(&out, "{\"rules\":[{\"id\":\"praise\",\"kind\":\"praise\",\"match\":"
                         "[{\"pcre\":\"thank you\",\"weight\":60}],"
                         "\"examples\":{\"yes\":[\"thank you\"]}}]}\n");
    int r = write_out(dir, "rules.json", &out);
    buf_release(&out);
    return r;
}

/* Everything shipped but the terms, or no more than what any knowledge base has. */
static int write_rest(const char *shipped, bool beside, const char *dir)
{
    glob_t found;
    int r = list_json(shipped, &found);
    for (size_t i = 0; i < found.gl_pathc && r == 0; i++) {
        const char *name = name_of(found.gl_pathv[i]);
        bool any = strcmp(name, "wording.json") == 0 || strcmp(name, "thresholds.json") == 0;
        if (any || (beside && strcmp(name, "terms.json") != 0))
            r = copy_file(shipped, dir, name);
    }
    globfree(&found);
    return r < 0 || beside ? r : write_rules(dir);
}

int generate_kb(const char *shipped, bool beside, unsigned patterns, const char *dir,
                size_t messages, struct arena *arena, struct texts *out)
{
    struct generator g = { .seed = 20261122, .arena = arena };
    cJSON *tree = NULL;
    int r = read_tree(shipped, "terms.json", &tree);
    if (r == 0)
        r = read_words(&g, tree);
    if (r == 0)
        r = make_terms(&g, (size_t)patterns * TERMS_EACH_1000 / 1000);
    if (r == 0 && !beside)
        (void)cJSON_ReplaceItemInObjectCaseSensitive(tree, "terms", cJSON_CreateObject());
    if (r == 0)
        r = write_terms(&g, tree, dir);
    if (r == 0)
        r = write_topics(&g, dir, patterns, messages, out);
    if (r == 0)
        r = write_rest(shipped, beside, dir);
    map_release(&g.seen);
    cJSON_Delete(tree);
    return r;
}

char *generate_folder(void)
{
    struct buf path = BUF_INIT(4096);
    const char *base = getenv("TMPDIR");
    (void)buf_addf(&path, "%s/kerbside-bench-XXXXXX", base && *base ? base : "/tmp");
    char *dir = buf_take(&path);
    if (dir && !mkdtemp(dir)) {
        free(dir);
        dir = NULL;
    }
    return dir;
}

void generate_remove(char *dir)
{
    glob_t found = { 0 };
    if (dir && list_json(dir, &found) == 0)
        for (size_t i = 0; i < found.gl_pathc; i++)
            (void)unlink(found.gl_pathv[i]);
    globfree(&found);
    if (dir)
        (void)rmdir(dir);
    free(dir);
}
