/* What the second opinion's lessons are, as a hash: all that a training reads, and nothing that is
 * only said. */
#include <sodium.h>

#include "kb/load_private.h"

static void add_bytes(crypto_generichash_state *state, const void *bytes, size_t len)
{
    (void)crypto_generichash_update(state, bytes, len);
}

/* With its length in front, so that no two trees give the same bytes. */
static void add_text(crypto_generichash_state *state, const char *text)
{
    uint64_t len = text ? strlen(text) : 0;
    add_bytes(state, &len, sizeof len);
    add_bytes(state, text ? text : "", len);
}

/* The tree and what is in it; its own name is the caller's. White space and escapes are gone by
 * now. */
static void add_tree(crypto_generichash_state *state, const cJSON *tree)
{
    int type = tree ? tree->type & 0xff : cJSON_Invalid;
    uint64_t count = 0;
    add_bytes(state, &type, sizeof type);
    if (cJSON_IsNumber(tree))
        add_bytes(state, &tree->valuedouble, sizeof tree->valuedouble);
    if (cJSON_IsString(tree))
        add_text(state, tree->valuestring);
    for (const cJSON *child = tree ? tree->child : NULL; child; child = child->next, count++) {
        if (child->string)
            add_text(state, child->string);
        add_tree(state, child);
    }
    add_bytes(state, &count, sizeof count);
}

/* Of each object in @list what teaches: which patterns it has and what it is, not what it says. */
static void add_topics(crypto_generichash_state *state, const cJSON *list)
{
    static const char *const names[] = { "id",    "kind",   "reason", "phrases",
                                         "match", "unless", "teach" };
    static const char reading[] = "verbs"; /* what phrases become: another word, another model */
    const cJSON *topic;
    cJSON_ArrayForEach(topic, list)
    {
        if (cJSON_HasObjectItem(topic, "phrases"))
            add_text(state, reading);
        for (size_t i = 0; i < ARRAY_LEN(names); i++)
            add_tree(state, cJSON_GetObjectItemCaseSensitive(topic, names[i]));
        add_tree(state, cJSON_GetObjectItemCaseSensitive(
                            cJSON_GetObjectItemCaseSensitive(topic, "examples"), "yes"));
    }
}

void load_key(const struct kb_files *files, cJSON *const *trees, char ret[17])
{
    /* each is in files of one kind only; the others have none of them */
    static const char *const whole[] = { "terms", "common", "teach", "names", "topics" };
    unsigned char digest[crypto_generichash_BYTES_MIN];
    crypto_generichash_state state;
    (void)crypto_generichash_init(&state, NULL, 0, sizeof digest);
    for (size_t i = 0; i < files->count; i++) {
        for (size_t n = 0; n < ARRAY_LEN(whole); n++) {
            const cJSON *tree = cJSON_GetObjectItemCaseSensitive(trees[i], whole[n]);
            if (tree)
                add_tree(&state, tree);
        }
        add_topics(&state, cJSON_GetObjectItemCaseSensitive(trees[i], "intents"));
        add_topics(&state, cJSON_GetObjectItemCaseSensitive(trees[i], "rules"));
    }
    (void)crypto_generichash_final(&state, digest, sizeof digest);
    (void)sodium_bin2hex(ret, 17, digest, 8);
}
