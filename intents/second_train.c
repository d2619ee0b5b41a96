/* Lessons to a model, by liblinear. Deterministic: liblinear's dual solver shuffles with rand(),
 * the primal one that is used here does not. */
#include <linear.h>
#include <math.h>

#include "base/arena.h"
#include "intents/second_private.h"

/* liblinear's C: from leaving one writer of the corpus out (tests/corpus) */
static const double cost = 200;

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
static struct feature_node *sparse(struct arena *arena, const struct normal *n)
{
    uint32_t rows[SECOND_FEATURES_MAX];
    size_t count = second_features(n, rows), used = 0;
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

int second_train(const struct second_lesson *lessons, size_t count, const struct str *names,
                 size_t name_count, struct second **ret)
{
    if (name_count < 3 || name_count > SECOND_CLASSES_MAX || count > INT32_MAX)
        return ERR_BADINPUT;
    bool taught[SECOND_CLASSES_MAX] = { false };
    struct arena arena = ARENA_INIT;
    double *y = arena_array(&arena, count + 1, sizeof *y);
    struct feature_node **x = arena_array(&arena, count + 1, sizeof(struct feature_node *));
    struct second *s = second_new(names, name_count);
    int r = y && x && s ? 0 : ERR_NOMEM;
    for (size_t i = 0; i < count && r == 0; i++) {
        y[i] = lessons[i].class;
        x[i] = sparse(&arena, &lessons[i].normal);
        taught[lessons[i].class] = true;
        r = x[i] ? 0 : ERR_NOMEM;
    }
    size_t classes = 0;
    for (size_t c = 0; c < name_count; c++)
        classes += taught[c];
    if (r == 0 && classes < 3) /* with two, liblinear keeps one vector for both */
        r = ERR_BADINPUT;
    if (r == 0) {
        struct problem problem = {
            .l = (int)count, .n = SECOND_ROWS + 1, .y = y, .x = x, .bias = 1
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
