#include "handoff/reply_check.h"

#include "intents/entity.h"

/* Shorter ones are initials, or parts of any text. */
enum { NAME_BYTES_MIN = 3 };

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

/* Of a name or handle; letters beyond ASCII are bytes over 0x7f. */
static bool is_name_byte(char c)
{
    return is_lower(c) || is_upper(c) || (c >= '0' && c <= '9') || c == '_' ||
           (unsigned char)c > 0x7f;
}

static int warn(cJSON *list, const char *kind, struct str words)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, list)
    {
        if (str_eq(json_str(cJSON_GetObjectItemCaseSensitive(item, "words")), words))
            return 0;
    }
    if (cJSON_GetArraySize(list) >= REPLY_WARNINGS_MAX)
        return 0;
    cJSON *o = cJSON_CreateObject();
    if (!cJSON_AddStringToObject(o, "kind", kind) || !json_put_str(o, "words", words) ||
        !cJSON_AddItemToArray(list, o)) {
        cJSON_Delete(o);
        return ERR_NOMEM;
    }
    return 0;
}

/* NULL: not what can be seen by everybody here. */
static const char *kind_of(enum entity_kind kind)
{
    switch (kind) {
    case ENTITY_PHONE:
        return "phone";
    case ENTITY_EMAIL:
        return "email";
    case ENTITY_POSTCODE:
    case ENTITY_ADDRESS:
        return "address";
    case ENTITY_NINO:
        return "ni_number";
    case ENTITY_CARD:
        return "card";
    case ENTITY_BANK:
        return "bank";
    case ENTITY_NHS:
        return "nhs_number";
    case ENTITY_DOB:
        return "birth_date";
    case ENTITY_DISTRICT:
    case ENTITY_KINDS:
        return NULL;
    }
    return NULL;
}

static int check_details(struct arena *arena, struct str text, cJSON *list)
{
    struct entities found;
    int r = entity_find(arena, text, &found);
    for (size_t i = 0; i < found.count && r == 0; i++) {
        const char *kind = kind_of(found.list[i].kind);
        if (kind)
            r = warn(list, kind, str_cut(text, found.list[i].from, found.list[i].to));
    }
    return r;
}

static bool same_letter(char a, char b)
{
    return (is_upper(a) ? a | 32 : a) == (is_upper(b) ? b | 32 : b);
}

/* Where @name stands in @text as words of their own, in whatever case. text.len: nowhere. */
static size_t find_name(struct str text, size_t from, struct str name)
{
    for (size_t at = from; at + name.len <= text.len; at++) {
        size_t len = 0;
        while (len < name.len && same_letter(text.p[at + len], name.p[len]))
            len++;
        bool begins = at == 0 || !is_name_byte(text.p[at - 1]),
             ends = at + len == text.len || !is_name_byte(text.p[at + len]);
        if (len == name.len && begins && ends)
            return at;
    }
    return text.len;
}

/* A name is written with a capital, wherever the resident didn't: "will" is a word, "Will" may be
 * somebody. */
static int check_name(struct str text, struct str name, cJSON *list)
{
    int r = 0;
    if (name.len < NAME_BYTES_MIN)
        return 0;
    for (size_t at = 0; r == 0 && (at = find_name(text, at, name)) < text.len; at += name.len)
        if (!is_lower(text.p[at]))
            r = warn(list, "name", str_cut(text, at, at + name.len));
    return r;
}

static int check_handle(struct arena *arena, struct str text, struct str handle, cJSON *list)
{
    struct buf sign = BUF_INIT(1024);
    (void)buf_addf(&sign, "@%.*s", STR_ARG(handle));
    struct str name = arena_str(arena, buf_str(&sign));
    int r = sign.err || !name.p ? ERR_NOMEM : 0;
    size_t at = r == 0 && handle.len ? find_name(text, 0, name) : text.len;
    buf_release(&sign);
    return at < text.len ? warn(list, "name", str_cut(text, at, at + name.len)) : r;
}

/* The last of several words of a name: how somebody is called behind "Mrs". */
static struct str surname(struct str name)
{
    size_t from = name.len;
    while (from > 0 && is_name_byte(name.p[from - 1]))
        from--;
    return from > 0 ? str_cut(name, from, name.len) : STR("");
}

int reply_check(struct arena *arena, struct str text, bool is_private,
                const struct record_other *others, size_t other_count, cJSON *ret_list)
{
    int r = is_private ? 0 : check_details(arena, text, ret_list);
    for (size_t i = 0; i < other_count && r == 0; i++) {
        struct str name = str_trim(others[i].name);
        r = check_handle(arena, text, others[i].handle, ret_list);
        if (r == 0)
            r = check_name(text, name, ret_list);
        if (r == 0)
            r = check_name(text, surname(name), ret_list);
    }
    return r;
}
