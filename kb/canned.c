#include "kb/canned.h"

#include "kb/asking.h"

static int take_text(struct kb *kb, const cJSON *object, const char *name, const char *where,
                     struct report *report, struct str *ret)
{
    struct str text = STR("");
    if (json_get_str(object, name, &text) != 1 || !str_trim(text).len)
        return report_error(report, "%s: \"%s\" must be a text, and not empty", where, name);
    *ret = arena_str(&kb->arena, str_trim(text));
    return ret->p ? 0 : ERR_NOMEM;
}

static void check(const struct kb *kb, const struct kb_canned *one, const char *where,
                  struct report *report)
{
    unsigned weight = kb->rules->weight(one->text);
    const char *asks = kb_asks_for(one->text);
    for (size_t i = 0; i < kb->canned_count; i++)
        if (str_eq(kb->canned[i].id, one->id))
            (void)report_error(report, "%s: another canned reply has this id already", where);
    if (memchr(one->text.p, '{', one->text.len))
        (void)report_error(report, "%s: text: nothing is filled in, so no { can stand there",
                           where);
    if (asks)
        (void)report_error(report,
                           "%s: text: asks for %s where everybody can read it: say that it is for "
                           "a direct message",
                           where, asks);
    if (weight > kb->rules->limit - KB_SIGNATURE_ROOM)
        (void)report_error(report,
                           "%s: text: %u characters, at most %u fit with the initials behind it",
                           where, weight, kb->rules->limit - KB_SIGNATURE_ROOM);
}

static int load_one(struct kb *kb, const cJSON *object, const char *where, struct report *report,
                    struct kb_canned *ret)
{
    static const char *const names[] = { "id", "title", "text", NULL };
    if (!cJSON_IsObject(object))
        return report_error(report, "%s: must be an object", where);
    json_check_names(object, names, where, report);
    int r = take_text(kb, object, "id", where, report, &ret->id);
    if (r == 0)
        r = take_text(kb, object, "title", where, report, &ret->title);
    if (r == 0)
        r = take_text(kb, object, "text", where, report, &ret->text);
    if (r == 0)
        check(kb, ret, where, report);
    return r;
}

int kb_load_canned(struct kb *kb, const cJSON *tree, struct str file, struct report *report)
{
    static const char *const names[] = { "canned", NULL };
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(tree, "canned"), *object;
    unsigned errors = report->errors;
    json_check_names(tree, names, file.p, report);
    if (!cJSON_IsArray(list))
        return report_error(report, "%.*s: \"canned\" must be a list", STR_ARG(file));
    kb->canned = arena_array(&kb->arena, (size_t)cJSON_GetArraySize(list), sizeof *kb->canned);
    if (!kb->canned)
        return ERR_NOMEM;
    cJSON_ArrayForEach(object, list)
    {
        struct kb_canned one = { .id = STR("") };
        struct buf where = BUF_INIT(4096);
        struct str id = STR("a canned reply");
        (void)json_get_str(object, "id", &id);
        (void)buf_addf(&where, "%.*s: %.*s", STR_ARG(file), STR_ARG(id));
        int r = load_one(kb, object, buf_cstr(&where), report, &one);
        buf_release(&where);
        if (r == ERR_NOMEM)
            return r;
        if (r == 0)
            kb->canned[kb->canned_count++] = one;
    }
    return report->errors > errors ? ERR_BADINPUT : 0;
}
