/* The one way in which a file of a knowledge base is written: as its editors write them by hand,
 * and so that a changed reply is a changed line. */
#include "kb/item.h"

enum {
    COLUMNS = 110,
    OBJECT_SHORT = 2,  /* members: a pattern and its weight are one line, however long */
    SENTENCE_MEAN = 20 /* code points: a list of longer texts has a line for each */
};

static int add_value(struct buf *out, const cJSON *value, unsigned level, size_t before);

static int new_line(struct buf *out, unsigned level)
{
    (void)buf_add_byte(out, '\n');
    for (unsigned i = 0; i < level; i++)
        (void)buf_addc(out, "  ");
    return out->err;
}

static int add_name(struct buf *out, const cJSON *member)
{
    if (member->string) {
        (void)json_add_text(out, str_of(member->string));
        (void)buf_addc(out, ": ");
    }
    return out->err;
}

/* With as many digits as it takes to read the same number back. */
static int add_number(struct buf *out, double value)
{
    char digits[32];
    double same = 0;
    for (int precision = 15; precision <= 17; precision++) {
        (void)snprintf(digits, sizeof digits, "%.*g", precision, value);
        same = strtod(digits, NULL);
        if (same >= value && same <= value)
            break;
    }
    return buf_addc(out, digits);
}

static int add_plain(struct buf *out, const cJSON *value)
{
    return cJSON_IsString(value)   ? json_add_text(out, json_str(value))
           : cJSON_IsNumber(value) ? add_number(out, value->valuedouble)
                                   : json_add_tree(out, value);
}

static bool is_plain(const cJSON *value)
{
    return !cJSON_IsObject(value) && !cJSON_IsArray(value);
}

static bool all_plain(const cJSON *list)
{
    bool plain = true;
    for (const cJSON *c = list->child; c && plain; c = c->next)
        plain = is_plain(c);
    return plain;
}

static bool all_texts(const cJSON *list)
{
    bool texts = list->child;
    for (const cJSON *c = list->child; c && texts; c = c->next)
        texts = cJSON_IsString(c);
    return texts;
}

static bool are_sentences(const cJSON *list)
{
    size_t points = 0, count = 0;
    for (const cJSON *c = list->child; c; c = c->next, count++)
        points += utf8_points(json_str(c));
    return points > SENTENCE_MEAN * count;
}

/* The whole of @list on one line; what is in it is plain. */
static int add_line(struct buf *out, const cJSON *list)
{
    bool object = cJSON_IsObject(list);
    const char *space = object && list->child ? " " : "";
    (void)buf_addf(out, "%c%s", object ? '{' : '[', space);
    for (const cJSON *c = list->child; c; c = c->next) {
        (void)add_name(out, c);
        int r = add_plain(out, c);
        if (r < 0)
            return r;
        if (c->next)
            (void)buf_addc(out, ", ");
    }
    return buf_addf(out, "%s%c", space, object ? '}' : ']');
}

/* As many texts on a line as there is room for. */
static int add_filled(struct buf *out, const cJSON *list, unsigned level)
{
    size_t column = COLUMNS;
    (void)buf_add_byte(out, '[');
    for (const cJSON *c = list->child; c; c = c->next) {
        struct buf text = BUF_INIT(out->max);
        (void)json_add_text(&text, json_str(c));
        (void)buf_addc(&text, c->next ? "," : "");
        size_t points = utf8_points(buf_str(&text));
        if (column + 1 + points > COLUMNS) {
            (void)new_line(out, level + 1);
            column = 2 * (size_t)(level + 1) + points;
        } else {
            (void)buf_add_byte(out, ' ');
            column += 1 + points;
        }
        int r = text.err ? text.err : buf_add(out, buf_str(&text));
        buf_release(&text);
        if (r < 0)
            return r;
    }
    (void)new_line(out, level);
    return buf_add_byte(out, ']');
}

static int add_spread(struct buf *out, const cJSON *list, unsigned level)
{
    bool object = cJSON_IsObject(list);
    (void)buf_add_byte(out, object ? '{' : '[');
    for (const cJSON *c = list->child; c; c = c->next) {
        (void)new_line(out, level + 1);
        size_t begin = out->len;
        (void)add_name(out, c);
        size_t name = utf8_points(str_cut(buf_str(out), begin, out->len));
        int r = add_value(out, c, level + 1, 2 * (size_t)(level + 1) + name);
        if (r < 0)
            return r;
        if (c->next)
            (void)buf_add_byte(out, ',');
    }
    (void)new_line(out, level);
    return buf_add_byte(out, object ? '}' : ']');
}

/* @before: columns of its line that are used already. */
static int add_value(struct buf *out, const cJSON *value, unsigned level, size_t before)
{
    if (is_plain(value))
        return add_plain(out, value);
    bool texts = cJSON_IsArray(value) && all_texts(value);
    if (!value->child)
        return add_line(out, value);
    if (!level || !all_plain(value) || (texts && are_sentences(value)))
        return add_spread(out, value, level);
    struct buf line = BUF_INIT(out->max);
    int r = add_line(&line, value);
    size_t points = utf8_points(buf_str(&line));
    bool is_short = cJSON_IsObject(value) && cJSON_GetArraySize(value) <= OBJECT_SHORT;
    if (r == 0 && (is_short || before + points + (value->next ? 1 : 0) <= COLUMNS))
        r = buf_add(out, buf_str(&line));
    else if (r == 0)
        r = texts ? add_filled(out, value, level) : add_spread(out, value, level);
    buf_release(&line);
    return r;
}

int kb_format(const cJSON *tree, struct buf *out)
{
    int r = add_value(out, tree, 0, 0);
    return r < 0 ? r : buf_add_byte(out, '\n');
}
