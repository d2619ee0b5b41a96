/*
 * Build step: dictionary_make LIST OUT.c turns a list of words, one a line, into the table of
 * dictionary.h.
 */
#include <stdio.h>
#include <stdlib.h>

#include <unicode/uchar.h>
#include <unicode/unorm2.h>

#include "base/array.h"
#include "base/buf.h"
#include "intents/dictionary.h"

enum { WORDS_LEAST = 50000, BYTES_MAX = 256 };

static uint64_t *hashes;
static size_t count, hash_room;

static bool add_hash(uint64_t hash)
{
    if (array_grow((void **)&hashes, count, &hash_room, sizeof *hashes) < 0)
        return false;
    hashes[count++] = hash;
    return true;
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
        if (!utf8_valid(text) || str_ends(text, STR("s's"))) /* without apostrophe it is no word */
            continue;
        fold(nfd, text, &word);
        if (word.len && !add_hash(dictionary_hash(dictionary_sum(buf_str(&word)))))
            break;
    }
    bool whole = feof(in) && count >= WORDS_LEAST;
    (void)fclose(in);
    buf_release(&word);
    if (!whole)
        (void)fprintf(
            stderr,
            "dictionary_make: %s: %zu words; a list of at least %d, one a line, is wanted\n", path,
            count, WORDS_LEAST);
    return whole ? 0 : -1;
}

/* The table with all hashes in it; NULL: no memory. */
static uint32_t *make_table(size_t *ret_room)
{
    size_t room = 1 << 10;
    while (count * 3 > room * 2)
        room *= 2;
    uint32_t *slots = calloc(room, sizeof *slots);
    for (size_t i = 0; slots && i < count; i++) {
        uint32_t mark = dictionary_mark(hashes[i]);
        size_t at = (size_t)(hashes[i] >> 32) & (room - 1);
        while (slots[at] && slots[at] != mark)
            at = (at + 1) & (room - 1);
        slots[at] = mark;
    }
    *ret_room = room;
    return slots;
}

static int write_table(const char *path)
{
    size_t room;
    uint32_t *slots = make_table(&room);
    FILE *out = slots ? fopen(path, "w") : NULL;
    if (!out) {
        perror(path);
        free(slots);
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
    free(slots);
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
    int r = read_list(argv[1]) < 0 || write_table(argv[2]) < 0;
    free(hashes);
    return r;
}
