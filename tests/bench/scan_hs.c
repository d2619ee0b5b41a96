#include <hs/hs.h>

#include "base/arena.h"
#include "base/map.h"
#include "tests/bench/scan.h"

struct scan {
    hs_database_t *database;
    hs_scratch_t *scratch;
};

/* Literals with the spaces around them: that is where words begin and end in normalised text. */
static size_t literals_of(const struct str *phrases, size_t count, struct arena *arena,
                          const char **literals, size_t *lens)
{
    struct map seen = MAP_INIT;
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        struct str s = phrases[i];
        bool open = s.len && s.p[s.len - 1] == '*';
        uint32_t there;
        s.len -= open;
        char *literal = arena_alloc(arena, s.len + 3);
        if (!literal)
            continue;
        (void)snprintf(literal, s.len + 3, " %.*s%s", STR_ARG(s), open ? "" : " ");
        struct str key = str_of(literal);
        if (map_get(&seen, key, &there) || map_put(&seen, key, 1) < 0)
            continue;
        literals[used] = literal;
        lens[used++] = key.len;
    }
    map_release(&seen);
    return used;
}

int scan_new(const struct str *phrases, size_t count, struct scan **ret)
{
    struct arena arena = ARENA_INIT;
    const char **literals = arena_array(&arena, count, sizeof *literals);
    size_t *lens = arena_array(&arena, count, sizeof *lens);
    unsigned *flags = arena_array(&arena, count, sizeof *flags), *ids = NULL;
    struct scan *s = calloc(1, sizeof *s);
    hs_compile_error_t *fault = NULL;
    ids = arena_array(&arena, count, sizeof *ids);
    bool made = literals && lens && flags && ids && s;
    size_t used = made ? literals_of(phrases, count, &arena, literals, lens) : 0;
    for (size_t i = 0; i < used; i++)
        ids[i] = (unsigned)i;
    made = made &&
           hs_compile_lit_multi(literals, flags, ids, lens, (unsigned)used, HS_MODE_BLOCK, NULL,
                                &s->database, &fault) == HS_SUCCESS &&
           hs_alloc_scratch(s->database, &s->scratch) == HS_SUCCESS;
    if (fault)
        (void)hs_free_compile_error(fault);
    arena_release(&arena);
    if (made)
        *ret = s;
    else
        (void)scan_free(s);
    return made ? 1 : ERR_NOMEM;
}

struct scan *scan_free(struct scan *s)
{
    if (!s)
        return NULL;
    (void)hs_free_scratch(s->scratch);
    (void)hs_free_database(s->database);
    free(s);
    return NULL;
}

static int count_one(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
                     void *data)
{
    (void)id;
    (void)from;
    (void)to;
    (void)flags;
    unsigned *found = data;
    (*found)++;
    return 0;
}

unsigned scan_text(struct scan *s, struct str text)
{
    unsigned found = 0;
    (void)hs_scan(s->database, text.p, (unsigned)text.len, 0, s->scratch, count_one, &found);
    return found;
}
