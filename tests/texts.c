#include "tests/texts.h"

#include <glob.h>
#include <sys/stat.h>

#include "base/json.h"

static void read_one(const char *path, struct arena *arena, struct texts *out)
{
    FILE *f = fopen(path, "re");
    char *line = NULL;
    size_t cap = 0;
    ssize_t len;
    while (f && out->count < TEXTS_MAX && (len = getline(&line, &cap, f)) > 0) {
        cJSON *o = NULL;
        struct str text;
        if (json_parse(str_trim((struct str){ line, (size_t)len }), &o, NULL) == 0 &&
            json_get_str(o, "text", &text) == 1)
            out->items[out->count++] = arena_str(arena, text);
        cJSON_Delete(o);
    }
    free(line);
    if (f)
        (void)fclose(f);
}

int texts_read(const char *path, struct arena *arena, struct texts *out)
{
    struct stat st;
    glob_t found = { 0 };
    struct buf pattern = BUF_INIT(8192);
    size_t before = out->count;
    bool folder = stat(path, &st) == 0 && S_ISDIR(st.st_mode);
    int r = buf_addf(&pattern, folder ? "%s/*.jsonl" : "%s", path);
    if (r == 0 && glob(buf_cstr(&pattern), 0, NULL, &found) == 0)
        for (size_t i = 0; i < found.gl_pathc; i++)
            read_one(found.gl_pathv[i], arena, out);
    globfree(&found);
    buf_release(&pattern);
    return r < 0 ? r : out->count > before ? 0 : ERR_IO;
}
