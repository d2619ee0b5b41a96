#include "intents/second_private.h"

#include <math.h>

enum { GRAM_LEAST = 3, GRAM_MOST = 4, VECTOR = 16 };

enum { FLUSH_EVERY = 256, LOGIT_MOST = 80 };

typedef int8_t vector_of_8 __attribute__((vector_size(VECTOR)));
typedef int16_t vector_of_16 __attribute__((vector_size(VECTOR * 2)));

static const char magic[8] = "KBSIDE2"; /* another when the features change */

struct second *second_free(struct second *s)
{
    if (!s)
        return NULL;
    free(s->rows);
    free(s->name_bytes);
    free(s);
    return NULL;
}

struct second *second_new(const struct str *names, size_t count)
{
    struct second *s = calloc(1, sizeof *s);
    size_t bytes = 0, at = 0;
    if (!s)
        return NULL;
    for (size_t i = 0; i < count; i++)
        bytes += names[i].len;
    s->class_count = count;
    s->stride = (count + VECTOR - 1) / VECTOR * VECTOR;
    s->rows = calloc(SECOND_ROWS, s->stride);
    s->name_bytes = malloc(bytes + 1);
    if (!s->rows || !s->name_bytes)
        return second_free(s);
    for (size_t i = 0; i < count; i++) {
        memcpy(s->name_bytes + at, names[i].p, names[i].len);
        s->names[i] = (struct str){ s->name_bytes + at, names[i].len };
        at += names[i].len;
    }
    return s;
}

size_t second_class_count(const struct second *s)
{
    return s->class_count;
}

struct str second_class_name(const struct second *s, size_t class)
{
    return s->names[class];
}

/* Words are hashed once; a pair of words is a hash of two hashes. */
static uint32_t row_of(uint64_t hash)
{
    hash ^= hash >> 32;
    hash *= UINT64_C(0x9e3779b97f4a7c15);
    return (uint32_t)(hash >> 48) & (SECOND_ROWS - 1);
}

struct features {
    uint32_t *rows;
    size_t count;
};

static void add_feature(struct features *f, uint64_t hash)
{
    if (f->count < SECOND_FEATURES_MAX)
        f->rows[f->count++] = row_of(hash);
}

/* Runs of GRAM_LEAST to GRAM_MOST bytes of " word ", each begun at every byte. */
static void add_grams(struct features *f, struct str padded)
{
    for (size_t from = 0; from < padded.len; from++) {
        uint64_t hash = UINT64_C(0xcbf29ce484222325);
        for (size_t len = 1; len <= GRAM_MOST && from + len <= padded.len; len++) {
            hash = (hash ^ (unsigned char)padded.p[from + len - 1]) * UINT64_C(0x100000001b3);
            if (len >= GRAM_LEAST)
                add_feature(f, hash);
        }
    }
}

size_t second_features(const struct intents_match *m, uint32_t rows[SECOND_FEATURES_MAX])
{
    const struct normal *n = &m->normal;
    struct features f = { rows, 0 };
    uint64_t before = 1, before_that = 0;
    for (size_t i = 0; i < m->sign_count; i++) /* first: a long text must not push them out */
        add_feature(&f, m->signs[i] * UINT64_C(0x2545f4914f6cdd1d));
    for (size_t i = 0; i < n->word_count; i++) {
        struct normal_word w = n->words[i];
        struct str word = str_cut(n->text, w.at, w.at + w.len);
        uint64_t hash = str_hash(word);
        add_feature(&f, hash ^ UINT64_C(0x5bd1e995));
        add_feature(&f, hash * 31 + before * 131);
        if (i > 1)
            add_feature(&f, hash * 17 + before_that * 257); /* a word apart */
        before_that = before;
        before = hash;
        /* the text has a space, or its end, around every word */
        size_t from = w.at ? w.at - 1 : 0,
               to = w.at + w.len < n->text.len ? w.at + w.len + 1 : n->text.len;
        add_grams(&f, str_cut(n->text, from, to));
    }
    return f.count;
}

/* Sums of the rows' bytes, class by class; wide adds in 16 bits, which hold FLUSH_EVERY bytes of
 * 127. */
static void sum_rows(const struct second *s, const uint32_t *rows, size_t count, int32_t *sums)
{
    for (size_t from = 0; from < s->stride; from += VECTOR) {
        for (size_t i = 0; i < count;) {
            vector_of_16 sum = { 0 };
            size_t stop = count - i > FLUSH_EVERY ? i + FLUSH_EVERY : count;
            for (; i < stop; i++) {
                vector_of_8 row;
                memcpy(&row, s->rows + rows[i] * s->stride + from, sizeof row);
                sum += __builtin_convertvector(row, vector_of_16);
            }
            for (size_t c = 0; c < VECTOR; c++)
                sums[from + c] += sum[c];
        }
    }
}

void second_ask(const struct second *s, const struct intents_match *m, float *ret)
{
    uint32_t rows[SECOND_FEATURES_MAX];
    int32_t sums[SECOND_CLASSES_MAX] = { 0 };
    size_t count = second_features(m, rows);
    sum_rows(s, rows, count, sums);
    float each = count ? 1 / sqrtf((float)count) : 0, total = 0;
    for (size_t c = 0; c < s->class_count; c++) {
        float logit = (float)sums[c] * s->scale[c] * each + s->bias[c];
        /* no chance is so small that it is 0: if all were, none would be a part of their sum */
        ret[c] = 1 / (1 + expf(-fmaxf(-LOGIT_MOST, fminf(logit, LOGIT_MOST))));
        total += ret[c];
    }
    for (size_t c = 0; c < s->class_count; c++)
        ret[c] /= total;
}

/* magic, class count, then for each class: name length, name, scale, bias; then the rows. Numbers
 * as this machine has them. */
int second_save(const struct second *s, struct buf *out)
{
    uint32_t count = (uint32_t)s->class_count;
    (void)buf_add(out, (struct str){ magic, sizeof magic });
    (void)buf_add(out, (struct str){ (const char *)&count, sizeof count });
    for (size_t c = 0; c < s->class_count; c++) {
        uint32_t len = (uint32_t)s->names[c].len;
        (void)buf_add(out, (struct str){ (const char *)&len, sizeof len });
        (void)buf_add(out, s->names[c]);
        (void)buf_add(out, (struct str){ (const char *)&s->scale[c], sizeof s->scale[c] });
        (void)buf_add(out, (struct str){ (const char *)&s->bias[c], sizeof s->bias[c] });
    }
    return buf_add(out, (struct str){ (const char *)s->rows, SECOND_ROWS * s->stride });
}

/* Takes @len bytes off *rest. */
static bool take(struct str *rest, void *to, size_t len)
{
    if (rest->len < len)
        return false;
    memcpy(to, rest->p, len);
    *rest = str_cut(*rest, len, rest->len);
    return true;
}

int second_load(struct str bytes, struct second **ret)
{
    char head[sizeof magic];
    uint32_t count = 0;
    struct str names[SECOND_CLASSES_MAX];
    float scale[SECOND_CLASSES_MAX], bias[SECOND_CLASSES_MAX];
    if (!take(&bytes, head, sizeof head) || memcmp(head, magic, sizeof magic) != 0 ||
        !take(&bytes, &count, sizeof count) || count < 2 || count > SECOND_CLASSES_MAX)
        return ERR_BADINPUT;
    for (uint32_t c = 0; c < count; c++) {
        uint32_t len;
        if (!take(&bytes, &len, sizeof len) || len > bytes.len)
            return ERR_BADINPUT;
        names[c] = str_cut(bytes, 0, len);
        bytes = str_cut(bytes, len, bytes.len);
        if (!take(&bytes, &scale[c], sizeof scale[c]) || !take(&bytes, &bias[c], sizeof bias[c]) ||
            !isfinite(scale[c]) || !isfinite(bias[c]))
            return ERR_BADINPUT;
    }
    struct second *s = second_new(names, count);
    if (!s)
        return ERR_NOMEM;
    memcpy(s->scale, scale, sizeof *scale * count);
    memcpy(s->bias, bias, sizeof *bias * count);
    if (bytes.len != SECOND_ROWS * s->stride) {
        (void)second_free(s);
        return ERR_BADINPUT;
    }
    memcpy(s->rows, bytes.p, bytes.len);
    *ret = s;
    return 0;
}
