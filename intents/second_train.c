/* Lessons to a model, by liblinear. Deterministic: liblinear's dual solver shuffles with rand(),
 * the primal one that is used here does not. */
#include <linear.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/array.h"
#include "intents/second_private.h"

enum { THREADS_MAX = 15 };

/* liblinear's C and eps: from leaving writers of kb/content/teach out */
static const double cost = 200, precision = 0.1;

struct lesson {
    struct feature_node *features;
    unsigned class;
};

struct second_lessons {
    struct arena arena; /* of the features */
    struct lesson *lessons;
    size_t count, room;
};

struct second_lessons *second_lessons_new(void)
{
    return calloc(1, sizeof(struct second_lessons));
}

struct second_lessons *second_lessons_free(struct second_lessons *l)
{
    if (!l)
        return NULL;
    free(l->lessons);
    arena_release(&l->arena);
    free(l);
    return NULL;
}

static void say_nothing(const char *line)
{
    (void)line;
}

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* liblinear wants each feature once, in ascending order from 1, and -1 at the end. */
static struct feature_node *sparse(struct arena *arena, const struct intents_match *m)
{
    uint32_t rows[SECOND_FEATURES_MAX];
    size_t count = second_features(m, rows), used = 0;
    struct feature_node *nodes = arena_array(arena, count + 2, sizeof *nodes);
    if (!nodes)
        return NULL;
    double each = count ? 1 / sqrt((double)count) : 0;
    qsort(rows, count, sizeof *rows, by_number);
    for (size_t i = 0; i < count; i++) {
        int index = (int)rows[i] + 1;
        if (used && nodes[used - 1].index == index)
            nodes[used - 1].value += each;
        else
            nodes[used++] = (struct feature_node){ index, each };
    }
    nodes[used++] = (struct feature_node){ SECOND_ROWS + 1, 1 }; /* the bias, last */
    nodes[used].index = -1;
    return nodes;
}

/* Weights to bytes, a scale for each class. */
static void quantise(struct second *s, size_t class, const double *w)
{
    double most = 0;
    for (size_t i = 0; i < SECOND_ROWS; i++)
        most = fmax(most, fabs(w[i]));
    s->scale[class] = (float)(most / 127);
    for (size_t i = 0; i < SECOND_ROWS && most > 0; i++)
        s->rows[i * s->stride + class] = (int8_t)lrint(w[i] / most * 127);
    s->bias[class] = (float)w[SECOND_ROWS];
}

int second_lessons_add(struct second_lessons *l, const struct intents_match *m, unsigned class)
{
    int r = array_grow((void **)&l->lessons, l->count, &l->room, sizeof *l->lessons);
    if (r < 0)
        return r;
    struct lesson lesson = { sparse(&l->arena, m), class };
    if (!lesson.features)
        return ERR_NOMEM;
    l->lessons[l->count++] = lesson;
    return 0;
}

/* How many of @name_count classes have lessons; 0 if a lesson's class is none of them. */
static size_t classes_taught(const struct second_lessons *l, size_t name_count)
{
    bool taught[SECOND_CLASSES_MAX] = { false };
    size_t classes = 0;
    for (size_t i = 0; i < l->count; i++) {
        if (l->lessons[i].class >= name_count)
            return 0;
        classes += !taught[l->lessons[i].class];
        taught[l->lessons[i].class] = true;
    }
    return classes;
}

/* What there is to train on, for all classes. */
struct training {
    const struct second_lessons *lessons;
    struct feature_node **x;
    double *rarity; /* of each row: what a lesson that has it is told by */
    struct second *s;
    const atomic_bool *stop;
    atomic_uint next; /* class */
    atomic_bool failed;
};

/* The rarer an n-gram is, the more it says: its inverse document frequency, over 5 so that most are
 * near 1 and cost keeps its measure; taken into the weights afterwards, so that asking doesn't have
 * to know. */
static void measure_rarity(const struct second_lessons *l, double *rarity)
{
    for (size_t i = 0; i < l->count; i++)
        for (const struct feature_node *f = l->lessons[i].features; f->index != -1; f++)
            rarity[f->index - 1]++;
    for (size_t i = 0; i < SECOND_ROWS; i++)
        rarity[i] = log((double)l->count / (rarity[i] + 1)) / 5;
    rarity[SECOND_ROWS] = 1; /* the bias */
    for (size_t i = 0; i < l->count; i++)
        for (struct feature_node *f = l->lessons[i].features; f->index != -1; f++)
            f->value *= rarity[f->index - 1];
}

/* One class against the rest. */
static int train_class(struct training *t, unsigned class)
{
    const struct second_lessons *l = t->lessons;
    double *y = calloc(l->count, sizeof *y), *w = calloc(SECOND_ROWS + 1, sizeof *w);
    bool any = false;
    for (size_t i = 0; y && i < l->count; i++) {
        y[i] = l->lessons[i].class == class ? 1 : 2;
        any |= l->lessons[i].class == class;
    }
    if (y && w && any) {
        struct problem problem = {
            .l = (int)l->count, .n = SECOND_ROWS + 1, .y = y, .x = t->x, .bias = 1
        };
        struct parameter parameter = { .solver_type = L2R_LR, .eps = precision, .C = cost };
        struct model *model = train(&problem, &parameter);
        double sign = model->label[0] == 1 ? 1 : -1; /* the first lesson's class is positive */
        for (size_t i = 0; i <= SECOND_ROWS; i++)
            w[i] = sign * model->w[i] * t->rarity[i];
        free_and_destroy_model(&model);
        quantise(t->s, class, w);
    }
    int r = y && w ? 0 : ERR_NOMEM;
    free(y);
    free(w);
    return r;
}

static bool is_stopped(const struct training *t)
{
    return t->stop && atomic_load(t->stop);
}

static void *train_classes(void *data)
{
    struct training *t = data;
    for (unsigned c; !is_stopped(t) && (c = atomic_fetch_add(&t->next, 1)) < t->s->class_count;)
        if (train_class(t, c) < 0)
            atomic_store(&t->failed, true);
    return NULL;
}

/* Every processor takes the next class, so the model hangs on no order. */
static int train_all(struct training *t)
{
    pthread_t threads[THREADS_MAX];
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    int started = 0;
    while (started + 1 < processors && started < THREADS_MAX &&
           pthread_create(&threads[started], NULL, train_classes, t) == 0)
        started++;
    (void)train_classes(t);
    while (started > 0)
        (void)pthread_join(threads[--started], NULL);
    return atomic_load(&t->failed) ? ERR_NOMEM : is_stopped(t) ? ERR_DENIED : 0;
}

int second_train(struct second_lessons *l, const struct str *names, size_t name_count,
                 const atomic_bool *stop, struct second **ret)
{
    if (name_count > SECOND_CLASSES_MAX || l->count > INT32_MAX ||
        classes_taught(l, name_count) < 2)
        return ERR_BADINPUT;
    struct arena arena = ARENA_INIT;
    struct training t = { .lessons = l, .stop = stop, .s = second_new(names, name_count) };
    t.x = arena_array(&arena, l->count, sizeof(struct feature_node *));
    t.rarity = arena_array(&arena, SECOND_ROWS + 1, sizeof *t.rarity);
    int r = t.x && t.rarity && t.s ? 0 : ERR_NOMEM;
    if (r == 0) {
        for (size_t i = 0; i < l->count; i++)
            t.x[i] = l->lessons[i].features;
        for (size_t c = 0; c < name_count; c++)
            t.s->bias[c] = -100; /* never taught: never said */
        measure_rarity(l, t.rarity);
        set_print_string_function(say_nothing);
        r = train_all(&t);
    }
    if (r == 0) {
        *ret = t.s;
        t.s = NULL;
    }
    (void)second_free(t.s);
    arena_release(&arena);
    return r;
}
