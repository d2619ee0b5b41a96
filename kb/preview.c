#include "kb/preview.h"

#include "kb/canned.h"
#include "kb/load_private.h"

struct previewing {
    const struct text_rules *rules;
    int (*visit)(const struct kb_preview *p, void *data);
    void *data;
};

static int show(const struct previewing *w, const char *field, int index, struct str text,
                const struct kb_filling *filling, unsigned room)
{
    struct buf full = BUF_INIT(KB_FILE_BYTES_MAX);
    struct kb_preview p = { field, index, STR(""), 0, w->rules->limit };
    int r = kb_fill(&full, text, filling, filling ? 1 : 0);
    if (r == 0) {
        p.text = buf_str(&full);
        p.weight = (uint64_t)w->rules->weight(p.text) + room;
        r = w->visit(&p, w->data);
    }
    buf_release(&full);
    return r == ERR_TOOBIG ? 0 : r; /* the checks say so */
}

/* A text, or a list of texts. */
static int show_texts(const struct previewing *w, const char *field, const cJSON *texts,
                      const struct kb_filling *filling, unsigned room)
{
    const cJSON *one;
    int index = 0, r = 0;
    if (cJSON_IsString(texts))
        return show(w, field, -1, json_str(texts), filling, room);
    if (!cJSON_IsArray(texts))
        return 0;
    cJSON_ArrayForEach(one, texts)
    {
        if (cJSON_IsString(one) && r == 0)
            r = show(w, field, index, json_str(one), filling, room);
        index++;
    }
    return r;
}

static int show_field(const struct previewing *w, const char *field, const cJSON *body,
                      const struct kb_filling *filling, unsigned room)
{
    return show_texts(w, field, cJSON_GetObjectItemCaseSensitive(body, field), filling, room);
}

int kb_previews(enum kb_item_kind kind, struct str id, const cJSON *body,
                const struct text_rules *rules,
                int (*visit)(const struct kb_preview *p, void *data), void *data)
{
    const struct previewing w = { rules, visit, data };
    const struct kb_filling *when = &load_when_placeholder.filling;
    struct str link = STR("");
    (void)json_get_str(body, "link", &link);
    struct kb_filling linked = { "{link}", link };
    switch (kind) {
    case KB_INTENT:
        return show_field(&w, "replies", body, &linked, LOAD_HANDLE_ROOM);
    case KB_RULE:
        return show_field(&w, "holding", body, when, LOAD_HANDLE_ROOM);
    case KB_INCIDENT: {
        int r = show_field(&w, "text", body, NULL, LOAD_HANDLE_ROOM);
        return r != 0 ? r : show_field(&w, "variants", body, NULL, LOAD_HANDLE_ROOM);
    }
    case KB_NOTICE:
        return show_field(&w, "text", body, NULL, LOAD_HANDLE_ROOM);
    case KB_CANNED:
        return show_field(&w, "text", body, NULL, KB_SIGNATURE_ROOM);
    case KB_WORDING: {
        bool says_when = str_is(id, "acknowledge") || str_is(id, "danger");
        return show_texts(&w, "", body, says_when ? when : NULL, LOAD_HANDLE_ROOM);
    }
    case KB_TERM:
    case KB_COMMON:
    case KB_THRESHOLDS:
    case KB_ELECTION:
        break;
    }
    return 0;
}
