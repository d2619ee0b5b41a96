/*
 * JSON from outside, checked more strictly than cJSON does by itself: valid UTF-8, no NUL and no
 * raw control character in a string, no member twice in an object, nothing behind the value, finite
 * numbers. And text going out as JSON.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <cjson/cJSON.h>

#include "base/buf.h"
#include "base/report.h"

struct json_fault {
    size_t line, column; /* from 1; 0 when no place can be named */
    char what[160];
};

/* Parses the whole of @text. On 0 the caller frees *ret with cJSON_Delete. Returns ERR_BADINPUT
 * (ret_fault says where) or ERR_NOMEM. */
int json_parse(struct str text, cJSON **ret, struct json_fault *ret_fault) MUST_CHECK;

/* The same; faults go into @report, each beginning with @where. */
int json_parse_reported(struct str text, const char *where, struct report *report,
                        cJSON **ret) MUST_CHECK;

/* Reads and parses a file of at most @max_bytes; faults go into @report, beginning with the path.
 */
int json_read_file(const char *path, size_t max_bytes, struct report *report,
                   cJSON **ret) MUST_CHECK;

/* Reports each member of @object that is none of the NULL-terminated @names; @where begins the
 * line. */
void json_check_names(const cJSON *object, const char *const *names, const char *where,
                      struct report *report);

/* Members by name: 1 there and of that type, 0 not there or null, ERR_BADINPUT of another type or
 * range. *ret is borrowed from @object. */
int json_get_str(const cJSON *object, const char *name, struct str *ret);
int json_get_int(const cJSON *object, const char *name, int64_t min, int64_t max, int64_t *ret);
int json_get_bool(const cJSON *object, const char *name, bool *ret);

struct str json_str(const cJSON *string); /* of a string value; empty for anything else */

/* Writing: @s as a JSON string with its quotes. Must be valid UTF-8. */
int json_add_text(struct buf *out, struct str s);

/* Writing: a tree without white space, appended to @out. */
int json_add_tree(struct buf *out, const cJSON *tree);

/* cJSON_AddStringToObject for text that isn't NUL-terminated. NULL when out of memory. */
cJSON *json_put_str(cJSON *object, const char *name, struct str value);

/* The same, but null for an empty text. */
cJSON *json_put_str_or_null(cJSON *object, const char *name, struct str value);

/* The same at the end of an array. */
cJSON *json_add_str(cJSON *array, struct str value);

#endif
