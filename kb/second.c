/* The knowledge base's second opinion: its lessons to a model, and a model to and from a file that
 * is named by its lessons. */
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "kb/kb.h"

/* Fewer make an opinion that is worth less than none. */
enum { LESSONS_LEAST = 500 };

/* A new intent's words lead to it so surely that what was taught before is about it. Not one of
 * thresholds.json, which says nothing about what is trained. */
static const double outdated_score = 0.6;

static int model_path(const struct kb *kb, const char *dir, struct buf *out)
{
    return buf_addf(out, "%s/%s.model", dir, kb->lessons);
}

static size_t class_names(const struct kb *kb, struct str names[SECOND_CLASSES_MAX])
{
    size_t count = 0;
    if (kb->intent_count > KB_TOLD_APART)
        return 0;
    for (size_t i = 0; i < kb->intent_count; i++)
        names[count++] = kb->intent[i].id;
    for (int c = 0; c < KB_CLASSES; c++)
        names[count++] = kb_class_name((enum kb_class)c);
    return count;
}

/* A file of the right name may still be another program's. */
static bool is_of(const struct second *s, const struct kb *kb)
{
    struct str names[SECOND_CLASSES_MAX];
    size_t count = class_names(kb, names);
    bool same = second_class_count(s) == count;
    for (size_t c = 0; same && c < count; c++)
        same = str_eq(second_class_name(s, c), names[c]);
    return same;
}

int kb_load_second(struct kb *kb, const char *dir)
{
    struct buf path = BUF_INIT(8192), bytes = BUF_INIT(SECOND_FILE_BYTES_MAX);
    struct second *s = NULL;
    int r = model_path(kb, dir, &path);
    if (r == 0)
        r = file_read(buf_cstr(&path), &bytes);
    if (r == 0)
        r = second_load(buf_str(&bytes), &s);
    if (r == 0 && is_of(s, kb)) {
        (void)second_free(kb->second);
        kb->second = s;
        s = NULL;
        r = 1;
    }
    (void)second_free(s);
    buf_release(&path);
    buf_release(&bytes);
    return r == ERR_NOMEM || r == 1 ? r : 0;
}

static bool is_stopped(const atomic_bool *stop)
{
    return stop && atomic_load(stop);
}

/*
 * Was it taught as something that nobody answers, when the intent that its words now lead to wasn't
 * there? An editor who adds an intent can't know of all such lessons, and they would outvote the
 * few of its own.
 */
static bool is_outdated(const struct kb *kb, const struct intents_match *m, unsigned class)
{
    if (class != kb->intent_count + KB_CLASS_UNRESOLVED)
        return false;
    for (size_t h = 0; h < m->hit_count && m->hits[h].score >= outdated_score; h++) {
        const struct kb_intent *in = kb_intent_of(kb, m->hits[h].topic);
        if (in && in->untaught)
            return true;
    }
    return false;
}

static int read_lessons(const struct kb *kb, const atomic_bool *stop,
                        struct second_lessons *lessons)
{
    struct arena arena = ARENA_INIT;
    struct intents_scratch *scratch = intents_scratch_new();
    int r = scratch ? 0 : ERR_NOMEM;
    for (size_t i = 0; i < kb->lesson_count && r == 0 && !is_stopped(stop); i++) {
        struct intents_match m;
        arena_clear(&arena);
        r = intents_match(kb->intents, scratch, &arena, kb->lesson[i].text, &m);
        if (r == 0 && !is_outdated(kb, &m, kb->lesson[i].class))
            r = second_lessons_add(lessons, &m, kb->lesson[i].class);
    }
    (void)intents_scratch_free(scratch);
    arena_release(&arena);
    return r;
}

bool kb_may_train(const struct kb *kb)
{
    return kb->lesson_count >= LESSONS_LEAST && kb->intent_count <= KB_TOLD_APART;
}

int kb_train(struct kb *kb, const atomic_bool *stop)
{
    struct str names[SECOND_CLASSES_MAX];
    size_t count = class_names(kb, names);
    if (!kb_may_train(kb))
        return 0;
    struct second_lessons *lessons = second_lessons_new();
    struct second *s = NULL;
    int r = lessons ? read_lessons(kb, stop, lessons) : ERR_NOMEM;
    if (r == 0)
        r = second_train(lessons, names, count, stop, &s);
    if (r == 0) {
        (void)second_free(kb->second);
        kb->second = s;
    }
    (void)second_lessons_free(lessons);
    return r == ERR_BADINPUT ? 0 : r; /* of too few classes */
}

/* Whole or not at all: a process that reads meanwhile sees the old file or the new one. */
static int write_file(const char *path, struct str bytes)
{
    static atomic_uint count; /* two threads may have trained the same */
    struct buf temporary = BUF_INIT(8192);
    int r = buf_addf(&temporary, "%s.%d-%u", path, (int)getpid(), atomic_fetch_add(&count, 1));
    FILE *f = r == 0 ? fopen(buf_cstr(&temporary), "wbe") : NULL;
    bool written = f && fwrite(bytes.p, 1, bytes.len, f) == bytes.len;
    if (f && fclose(f) != 0)
        written = false;
    if (written && rename(buf_cstr(&temporary), path) != 0)
        written = false;
    int why = errno;
    if (f && !written)
        (void)unlink(buf_cstr(&temporary));
    errno = why;
    buf_release(&temporary);
    return written ? 0 : ERR_IO;
}

int kb_save_second(const struct kb *kb, const char *dir)
{
    struct buf path = BUF_INIT(8192), bytes = BUF_INIT(SECOND_FILE_BYTES_MAX);
    if (!kb->second)
        return 0;
    int r = mkdir(dir, 0755) != 0 && errno != EEXIST ? ERR_IO : 0;
    if (r == 0)
        r = model_path(kb, dir, &path);
    if (r == 0)
        r = second_save(kb->second, &bytes);
    if (r == 0)
        r = write_file(buf_cstr(&path), buf_str(&bytes));
    buf_release(&path);
    buf_release(&bytes);
    return r;
}

int kb_copy_second(struct kb *kb, const struct kb *from)
{
    struct buf bytes = BUF_INIT(SECOND_FILE_BYTES_MAX);
    struct second *s = NULL;
    if (!from->second || !is_of(from->second, kb))
        return 0;
    int r = second_save(from->second, &bytes);
    if (r == 0)
        r = second_load(buf_str(&bytes), &s);
    buf_release(&bytes);
    if (r < 0)
        return r;
    (void)second_free(kb->second);
    kb->second = s;
    return 1;
}

void kb_forget_lessons(struct kb *kb)
{
    arena_release(&kb->lesson_arena);
    kb->lesson = NULL;
    kb->lesson_count = 0;
}
