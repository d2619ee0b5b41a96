#include "base/json.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>

#include "base/file.h"

enum { DEPTH_MAX = 64 };

static int fault_at(struct json_fault *f, struct str text, size_t at, const char *what)
{
    f->line = f->column = 1;
    for (size_t i = 0; i < at && i < text.len; i++) {
        f->column++;
        if (text.p[i] == '\n') {
            f->line++;
            f->column = 1;
        }
    }
    (void)snprintf(f->what, sizeof f->what, "%s", what);
    return ERR_BADINPUT;
}

/* cJSON reads "\\u" without four hexadecimal digits as NUL, and a NUL cuts the string short. */
static const char *bad_escape(struct str s)
{
    if (s.len < 2 || s.p[1] != 'u')
        return NULL;
    for (size_t i = 2; i < 6; i++)
        if (i >= s.len || !isxdigit((unsigned char)s.p[i]))
            return "\\u without four hexadecimal digits in a string";
    return memcmp(s.p, "\\u0000", 6) == 0 ? "a NUL escape (\\u0000) in a string" : NULL;
}

/* What cJSON would let through inside strings, and nesting that would take much stack to walk. */
static int check_bytes(struct str text, struct json_fault *f)
{
    bool in_string = false;
    int depth = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.p[i];
        if (!in_string) {
            if (c == '\0')
                return fault_at(f, text, i, "a NUL byte");
            in_string = c == '"';
            depth += (c == '{' || c == '[') - (c == '}' || c == ']');
            if (depth > DEPTH_MAX)
                return fault_at(f, text, i, "nested more than 64 deep");
        } else if (c == '\\') {
            const char *why = bad_escape(str_cut(text, i, text.len));
            if (why)
                return fault_at(f, text, i, why);
            i++;
        } else if ((unsigned char)c < 0x20) {
            return fault_at(f, text, i, "a raw control character in a string");
        } else {
            in_string = c != '"';
        }
    }
    return 0;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Duplicate names and numbers that are not finite. The tree is at most DEPTH_MAX deep. */
static int check_tree(const cJSON *node, struct json_fault *f)
{
    if (cJSON_IsNumber(node) && !isfinite(node->valuedouble)) {
        *f = (struct json_fault){ .what = "a number too large" };
        return ERR_BADINPUT;
    }
    size_t count = 0;
    for (const cJSON *c = node->child; c; c = c->next) {
        int r = check_tree(c, f);
        if (r < 0)
            return r;
        count++;
    }
    if (!cJSON_IsObject(node) || count < 2)
        return 0;
    const char **names = calloc(count, sizeof *names);
    if (!names)
        return ERR_NOMEM;
    size_t n = 0;
    for (const cJSON *c = node->child; c; c = c->next)
        names[n++] = c->string;
    qsort(names, count, sizeof *names, by_text);
    int r = 0;
    for (size_t i = 1; i < count && r == 0; i++)
        if (strcmp(names[i - 1], names[i]) == 0) {
            *f = (struct json_fault){ 0 };
            (void)snprintf(f->what, sizeof f->what,
                           "the member \"%.80s\" stands twice in one object", names[i]);
            r = ERR_BADINPUT;
        }
    free(names);
    return r;
}

int json_parse(struct str text, cJSON **ret, struct json_fault *ret_fault)
{
    struct json_fault none, *f = ret_fault ? ret_fault : &none;
    if (text.len == 0)
        return fault_at(f, text, 0, "nothing there");
    if (!utf8_valid(text))
        return fault_at(f, text, 0, "not valid UTF-8");
    int r = check_bytes(text, f);
    if (r < 0)
        return r;
    const char *end = NULL;
    cJSON *tree = cJSON_ParseWithLengthOpts(text.p, text.len, &end, false);
    size_t at = end ? (size_t)(end - text.p) : 0;
    if (!tree)
        return fault_at(f, text, at, "not JSON from here on");
    if (str_trim(str_cut(text, at, text.len)).len) {
        cJSON_Delete(tree);
        return fault_at(f, text, at, "something follows the value");
    }
    r = check_tree(tree, f);
    if (r < 0) {
        cJSON_Delete(tree);
        return r;
    }
    *ret = tree;
    return 0;
}

int json_parse_reported(struct str text, const char *where, struct report *report, cJSON **ret)
{
    struct json_fault fault = { 0 };
    int r = json_parse(text, ret, &fault);
    if (r == ERR_BADINPUT && fault.line)
        (void)report_error(report, "%s:%zu:%zu: %s", where, fault.line, fault.column, fault.what);
    else if (r == ERR_BADINPUT)
        (void)report_error(report, "%s: %s", where, fault.what);
    return r;
}

int json_read_file(const char *path, size_t max_bytes, struct report *report, cJSON **ret)
{
    struct buf bytes = BUF_INIT(max_bytes);
    int r = file_read(path, &bytes);
    if (r == ERR_IO)
        (void)report_error(report, "%s: can't be read: %s", path, strerror(errno));
    else if (r == ERR_TOOBIG)
        (void)report_error(report, "%s: larger than %zu bytes", path, bytes.max);
    if (r == 0)
        r = json_parse_reported(buf_str(&bytes), path, report, ret);
    buf_release(&bytes);
    return r;
}

void json_check_names(const cJSON *object, const char *const *names, const char *where,
                      struct report *report)
{
    for (const cJSON *c = object->child; c; c = c->next) {
        bool known = false;
        for (const char *const *n = names; *n && !known; n++)
            known = strcmp(c->string, *n) == 0;
        if (known)
            continue;
        struct buf all = BUF_INIT(4096);
        for (const char *const *n = names; *n; n++)
            (void)buf_addf(&all, "%s%s", n == names ? "" : ", ", *n);
        (void)report_error(report, "%s: unknown member \"%s\"; known: %s", where, c->string,
                           buf_cstr(&all));
        buf_release(&all);
    }
}

static const cJSON *member(const cJSON *object, const char *name)
{
    const cJSON *m = cJSON_GetObjectItemCaseSensitive(object, name);
    return m && !cJSON_IsNull(m) ? m : NULL;
}

int json_get_str(const cJSON *object, const char *name, struct str *ret)
{
    const cJSON *m = member(object, name);
    if (!m)
        return 0;
    if (!cJSON_IsString(m))
        return ERR_BADINPUT;
    *ret = str_of(m->valuestring);
    return 1;
}

int json_get_int(const cJSON *object, const char *name, int64_t min, int64_t max, int64_t *ret)
{
    const cJSON *m = member(object, name);
    if (!m)
        return 0;
    if (!cJSON_IsNumber(m) || m->valuedouble < -9007199254740991.0 ||
        m->valuedouble > 9007199254740991.0 || m->valuedouble != trunc(m->valuedouble))
        return ERR_BADINPUT;
    int64_t value = (int64_t)m->valuedouble;
    if (value < min || value > max)
        return ERR_BADINPUT;
    *ret = value;
    return 1;
}

int json_get_bool(const cJSON *object, const char *name, bool *ret)
{
    const cJSON *m = member(object, name);
    if (!m)
        return 0;
    if (!cJSON_IsBool(m))
        return ERR_BADINPUT;
    *ret = cJSON_IsTrue(m);
    return 1;
}

struct str json_str(const cJSON *string)
{
    return cJSON_IsString(string) ? str_of(string->valuestring) : STR("");
}

int json_add_text(struct buf *out, struct str s)
{
    (void)buf_add_byte(out, '"');
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c == '"' || c == '\\') {
            (void)buf_add_byte(out, '\\');
            (void)buf_add_byte(out, (char)c);
        } else if (c == '\n') {
            (void)buf_addc(out, "\\n");
        } else if (c < 0x20 || c == 0x7f) {
            (void)buf_addf(out, "\\u%04x", c);
        } else {
            (void)buf_add_byte(out, (char)c);
        }
    }
    return buf_add_byte(out, '"');
}

int json_add_tree(struct buf *out, const cJSON *tree)
{
    char *text = cJSON_PrintUnformatted(tree);
    if (!text)
        return ERR_NOMEM;
    int r = buf_addc(out, text);
    cJSON_free(text);
    return r;
}

static cJSON *string_new(struct str value)
{
    struct buf copy = BUF_INIT(1 << 24);
    cJSON *m = buf_add(&copy, value) == 0 ? cJSON_CreateString(buf_cstr(&copy)) : NULL;
    buf_release(&copy);
    return m;
}

cJSON *json_put_str(cJSON *object, const char *name, struct str value)
{
    cJSON *m = string_new(value);
    return cJSON_AddItemToObject(object, name, m) ? m : NULL;
}

cJSON *json_put_str_or_null(cJSON *object, const char *name, struct str value)
{
    return value.len ? json_put_str(object, name, value) : cJSON_AddNullToObject(object, name);
}

cJSON *json_add_str(cJSON *array, struct str value)
{
    cJSON *m = string_new(value);
    return cJSON_AddItemToArray(array, m) ? m : NULL;
}
