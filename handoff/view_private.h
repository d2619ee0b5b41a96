/* What the view*.c files share: columns as members, under the same name. */
#ifndef HANDOFF_VIEW_PRIVATE_H
#define HANDOFF_VIEW_PRIVATE_H

#include "handoff/reference.h"
#include "handoff/view.h"

enum { SUMMARY_POINTS = 140, TRAY_POINTS = 1000, TEXT_POINTS = 4000, LIST_SHOWN = 200 };

static inline void put_int(cJSON *o, const char *name, int64_t value)
{
    (void)cJSON_AddNumberToObject(o, name, (double)value);
}

static inline void put_text_or_null(cJSON *o, const char *name, struct stmt *q, const char *column)
{
    if (col_null(q, column))
        (void)cJSON_AddNullToObject(o, name);
    else
        (void)json_put_str(o, name, col_str(q, column));
}

static inline void put_int_column(cJSON *o, struct stmt *q, const char *name)
{
    put_int(o, name, col_int64(q, name));
}

static inline void put_flag_column(cJSON *o, struct stmt *q, const char *name)
{
    (void)cJSON_AddBoolToObject(o, name, col_int64(q, name) != 0);
}

/* Seconds or an id, or null. */
static inline void put_int_or_null(cJSON *o, struct stmt *q, const char *name)
{
    if (col_null(q, name))
        (void)cJSON_AddNullToObject(o, name);
    else
        put_int_column(o, q, name);
}

static inline void put_text_column(cJSON *o, struct stmt *q, const char *name)
{
    (void)json_put_str(o, name, col_str(q, name));
}

/* The reference of the case with the number in @column. */
static inline void put_reference(cJSON *o, struct stmt *q, const char *column)
{
    char reference[REFERENCE_MAX];
    reference_write(col_int64(q, column), reference);
    (void)cJSON_AddStringToObject(o, "reference", reference);
}

/* A column that holds JSON that we wrote. */
static inline void put_json_column(cJSON *o, struct stmt *q, const char *name)
{
    struct str text = col_str(q, name);
    cJSON *tree = cJSON_ParseWithLength(text.p, text.len);
    (void)cJSON_AddItemToObject(o, name, tree ? tree : cJSON_CreateNull());
}

/* {"id","name","initials"} under @name, or null when there is nobody. */
static inline void put_person(cJSON *o, const char *name, struct stmt *q, const char *id,
                              const char *full, const char *initials)
{
    if (!col_int64(q, id)) {
        (void)cJSON_AddNullToObject(o, name);
        return;
    }
    cJSON *person = cJSON_AddObjectToObject(o, name);
    put_int(person, "id", col_int64(q, id));
    (void)json_put_str(person, "name", col_str(q, full));
    (void)json_put_str(person, "initials", col_str(q, initials));
}

/* Appends what @q gives, row by row, to the array @list. */
static inline int list_rows(struct stmt *q, cJSON *(*read)(struct stmt *q), cJSON *list)
{
    int r;
    while ((r = stmt_next(q)) == 1)
        (void)cJSON_AddItemToArray(list, read(q));
    return r;
}

/* Where a message's text begins behind the handles in front. */
struct str view_summary(struct str text);

/* The notes of a case, as the array "notes" of @frame: the newest, in the order they were written.
 */
int view_add_notes(struct tx *tx, int64_t case_id, cJSON *frame) MUST_CHECK;

/* Other cases of its resident, newest first, as "earlier": private ones only for who may see them.
 */
int view_add_earlier(struct tx *tx, int64_t case_id, const struct staff *staff,
                     cJSON *frame) MUST_CHECK;

/* The cases with notes that name @staff and that they haven't seen, as "mentions". */
int view_add_mentions(struct tx *tx, const struct staff *staff, cJSON *frame) MUST_CHECK;

#endif
