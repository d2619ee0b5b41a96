/*
 * Build step: dictionary_make LIST OUT.c turns a list of words, one a line, into the table of
 * dictionary.h.
 */
#include <stdio.h>
#include <stdlib.h>

#include <unicode/uchar.h>
#include <unicode/unorm2.h>

#include "base/buf.h"
#include "intents/dictionary.h"

enum { WORDS_LEAST = 50000, BYTES_MAX = 256 };

static uint32_t *slots;
static size_t room = 1 << 16, used;

static bool put(uint32_t hash)
{
    size_t at = hash & (room - 1);
    while (slots[at] && slots[at] != hash)
        at = (at + 1) & (room - 1);
    bool fresh = !slots[at];
    slots[at] = hash;
    return fresh;
}

static void grow(void)
{
    uint32_t *old = slots;
    size_t old_room = room;
    room *= 2;
    slots = calloc(room, sizeof *slots);
    if (!slots) {
        perror("dictionary_make");
        exit(1);
    }
    for (size_t i = 0; i < old_room; i++)
        if (old[i])
            (void)put(old[i]);
    free(old);
}

/* As normal.c folds: lower case, without accents and apostrophes. */
static void fold(const UNormalizer2 *nfd, struct str word, struct buf *out)
{
    buf_clear(out);
    for (size_t at = 0; at < word.len;) {
        UChar32 c = u_tolower((UChar32)utf8_next(word, &at));
        UChar units[16];
        UErrorCode code = U_ZERO_ERROR;
        int32_t len = unorm2_getDecomposition(nfd, c, units, 16, &code);
        if (U_SUCCESS(code) && len > 0 && units[0] < 0x80)
            c = units[0];
        if (c != '\'' && u_charType(c) != U_NON_SPACING_MARK)
            (void)buf_add_point(out, (uint32_t)c);
    }
}

static int read_list(const char *path)
{
    char line[BYTES_MAX];
    UErrorCode code = U_ZERO_ERROR;
    const UNormalizer2 *nfd = unorm2_getNFDInstance(&code);
    struct buf word = BUF_INIT(BYTES_MAX * 4);
    FILE *in = fopen(path, "r");
    if (!in || U_FAILURE(code)) {
        (void)fprintf(stderr, "dictionary_make: %s can't be read\n", path);
        return -1;
    }
    while (fgets(line, (int)sizeof line, in)) {
        struct str text = str_trim(str_of(line));
        if (!utf8_valid(text) || !text.len)
            continue;
        fold(nfd, text, &word);
        if ((used + 1) * 3 > room * 2)
            grow();
        used += word.len && put(dictionary_hash(dictionary_sum(buf_str(&word))));
    }
    bool whole = !ferror(in) && used >= WORDS_LEAST;
    (void)fclose(in);
    buf_release(&word);
    if (!whole)
        (void)fprintf(
            stderr,
            "dictionary_make: %s: %zu words; a list of at least %d, one a line, is wanted\n", path,
            used, WORDS_LEAST);
    return whole ? 0 : -1;
}

static int write_table(const char *path)
{
    FILE *out = fopen(path, "w");
    if (!out) {
        perror(path);
        return -1;
    }
    (void)fprintf(out,
                  "#include \"intents/dictionary.h\"\n\n"
                  "const uint32_t dictionary_slot_count = %zu;\n"
                  "const uint32_t dictionary_slots[] = {\n",
                  room);
    for (size_t i = 0; i < room; i++)
        (void)fprintf(out, "%u,%c", slots[i], i % 16 == 15 ? '\n' : ' ');
    (void)fprintf(out, "};\n");
    bool failed = ferror(out) != 0;
    if (fclose(out) != 0 || failed) {
        perror(path);
        return -1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        (void)fprintf(stderr, "usage: dictionary_make LIST OUT.c\n");
        return 2;
    }
    slots = calloc(room, sizeof *slots);
    if (!slots || read_list(argv[1]) < 0 || write_table(argv[2]) < 0)
        return 1;
    free(slots);
    return 0;
}
