/*
 * How bot/x reads texts, for those who compare it with others: on each line of standard input a
 * JSON string, for each an object on standard output. Places are in UTF-16 units, ends behind the
 * last.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "bot/x/text.h"

static size_t units_before(struct str text, size_t to)
{
    size_t units = 0;
    for (size_t at = 0; at < to;)
        units += utf8_next(text, &at) > 0xffff ? 2 : 1;
    return units;
}

static bool put_spans(struct buf *out, const char *name, struct str text,
                      const struct x_span *spans, size_t count)
{
    int r = buf_addf(out, ",\"%s\":[", name);
    for (size_t i = 0; i < count; i++)
        r = buf_addf(out, "%s[%zu,%zu]", i ? "," : "", units_before(text, spans[i].from),
                     units_before(text, spans[i].to));
    return r == 0 && buf_add_byte(out, ']') == 0;
}

static bool put_weight(struct buf *out, const char *name, struct str text, enum x_emoji_reading how)
{
    struct x_weight w;
    return x_weigh(text, how, &w) == 0 &&
           buf_addf(out, "\"%s\":{\"weight\":%u,\"valid\":%s,\"units\":%zu,\"fits\":%zu}", name,
                    w.weight, w.valid ? "true" : "false", w.units, w.fits) == 0;
}

static bool answer(struct arena *arena, struct str text, struct buf *out)
{
    struct x_found found;
    return x_text_find(arena, text, &found) == 0 && buf_add_byte(out, '{') == 0 &&
           put_weight(out, "whole", text, X_EMOJI_WHOLE) && buf_add_byte(out, ',') == 0 &&
           put_weight(out, "apart", text, X_EMOJI_APART) &&
           put_spans(out, "links", text, found.links, found.link_count) &&
           put_spans(out, "mentions", text, found.mentions, found.mention_count) &&
           buf_addc(out, "}\n") == 0;
}

int main(void)
{
    struct arena arena = ARENA_INIT;
    struct buf out = BUF_INIT(1 << 22);
    char *line = NULL;
    size_t room = 0;
    ssize_t len;
    bool good = true;
    while (good && (len = getline(&line, &room, stdin)) > 0) {
        cJSON *tree = NULL;
        good = json_parse((struct str){ line, (size_t)len }, &tree, NULL) == 0 &&
               cJSON_IsString(tree) && answer(&arena, json_str(tree), &out) &&
               fwrite(out.p, 1, out.len, stdout) == out.len;
        cJSON_Delete(tree);
        arena_clear(&arena);
        buf_clear(&out);
    }
    free(line);
    buf_release(&out);
    arena_release(&arena);
    if (!good)
        (void)fprintf(stderr, "read_text: not a JSON string, or out of memory\n");
    return good && fflush(stdout) == 0 ? 0 : 1;
}
