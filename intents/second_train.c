/* Lessons to a model, by liblinear. Deterministic: liblinear's dual solver shuffles with rand(),
 * the primal one that is used here does not. */
#include <linear.h>
#include <math.h>

#include "base/array.h"
#include "intents/second_private.h"

/* liblinear's C: from leaving one writer of the corpus out (tests/corpus) */
static const double cost = 200;

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
static void quantise(struct second *s, size_t class, const double *w, size_t step)
{
    double most = 0;
    for (size_t i = 0; i < SECOND_ROWS; i++)
        most = fmax(most, fabs(w[i * step]));
    s->scale[class] = (float)(most / 127);
    for (size_t i = 0; i < SECOND_ROWS && most > 0; i++)
        s->rows[i * s->stride + class] = (int8_t)lrint(w[i * step] / most * 127);
    s->bias[class] = (float)(w[SECOND_ROWS * step]);
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

int second_train(const struct second_lessons *l, const struct str *names, size_t name_count,
                 struct second **ret)
{
    if (name_count > SECOND_CLASSES_MAX || l->count > INT32_MAX ||
        classes_taught(l, name_count) < 3) /* with two, liblinear keeps one vector for both */
        return ERR_BADINPUT;
    struct arena arena = ARENA_INIT;
    double *y = arena_array(&arena, l->count + 1, sizeof *y);
    struct feature_node **x = arena_array(&arena, l->count + 1, sizeof(struct feature_node *));
    struct second *s = second_new(names, name_count);
    int r = y && x && s ? 0 : ERR_NOMEM;
    for (size_t i = 0; i < l->count && r == 0; i++) {
        y[i] = l->lessons[i].class;
        x[i] = l->lessons[i].features;
    }
    if (r == 0) {
        struct problem problem = {
            .l = (int)l->count, .n = SECOND_ROWS + 1, .y = y, .x = x, .bias = 1
        };
        struct parameter parameter = { .solver_type = L2R_LR, .eps = 0.1, .C = cost };
        set_print_string_function(say_nothing);
        struct model *model = train(&problem, &parameter);
        for (size_t c = 0; c < name_count; c++)
            s->bias[c] = -100; /* never taught: never said */
        for (int k = 0; k < model->nr_class; k++)
            quantise(s, (size_t)model->label[k], model->w + k, (size_t)model->nr_class);
        free_and_destroy_model(&model);
        *ret = s;
        s = NULL;
    }
    (void)second_free(s);
    arena_release(&arena);
    return r;
}
