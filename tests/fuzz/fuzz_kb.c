/*
 * A knowledge base as an editor may leave it: a folder of files, of which the input replaces some.
 *
 *   --- rules.json
 *   {"rules": …}
 *   --- wording.json
 *
 * A file with nothing in it isn't there; one that isn't named is a good one. It loads, or every
 * reason why not is a line that an editor can read; what loads can be checked and matched.
 */
#include <sys/stat.h>
#include <unistd.h>

#include "kb/kb.h"
#include "tests/fuzz/fuzz.h"

enum { INPUT_BYTES_MAX = 16 * 1024 };

static struct part {
    const char *name, *good;
    struct str bytes;
} parts[] = {
    { .name = "terms.json",
      .good = "{\"terms\":{\"bin\":[\"bin\",\"green bin\"],\"missed\":[\"missed\",\"no "
              "(?&bin)\"],\"gap\":{\"pcre\":\"(?:[^ ]+ ){0,3}\"}},\"common\":[\"my\"]}" },
    { .name = "rules.json",
      .good = "{\"rules\":[{\"id\":\"gas\",\"kind\":\"sensitive\",\"reason\":\"emergency\","
              "\"team\":\"duty\",\"on_call\":true,\"holding\":[\"Ring 999. We read this {when}.\"],"
              "\"match\":[{\"pcre\":\"gas leak\",\"weight\":90}],"
              "\"unless\":[{\"pcre\":\"no gas leak\"}],"
              "\"examples\":{\"yes\":[\"a gas leak\"],\"no\":[\"no gas leak\"]}}]}" },
    { .name = "bins.json",
      .good = "{\"intents\":[{\"id\":\"bins.missed\",\"title\":\"Missed\",\"department\":\"waste\","
              "\"review_by\":\"2027-03-31\",\"link\":\"https://northmoor.example/missed\","
              "\"replies\":[\"Here: {link}\"],"
              "\"match\":[{\"pcre\":\"(?&bin) (?&gap)(?&missed)\",\"weight\":80}],"
              "\"examples\":{\"yes\":[\"my bin was missed\"]},\"teach\":[\"they drove past\"]}]}" },
    { .name = "wording.json",
      .good = "{\"acknowledge\":[\"We read it {when}.\"],\"thanks\":[\"Thank you!\"]}" },
    { .name = "thresholds.json",
      .good = "{\"score\":60,\"lead\":15,\"residue\":50,\"residue_words\":7,\"rule\":50}" },
    { .name = "notices.json",
      .good = "{\"notices\":[{\"id\":\"snow\",\"intents\":[\"bins.missed\"],"
              "\"from\":\"2026-12-21T00:00:00Z\",\"until\":\"2027-01-04T00:00:00Z\","
              "\"text\":\"No bins today.\"}]}" },
    { .name = "teach/sam.json", .good = "{\"teach\":{\"bins.missed\":[\"they forgot ours\"]}}" },
};

static char dir[64];

static const char *path_of(const char *name)
{
    static char path[128];
    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    return path;
}

static void remove_folder(void)
{
    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        (void)unlink(path_of(parts[i].name));
    (void)rmdir(path_of("teach"));
    (void)rmdir(dir);
}

static void make_folder(void)
{
    (void)snprintf(dir, sizeof dir, "%s/kerbside-fuzz-XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    FUZZ_CHECK(mkdtemp(dir) && mkdir(path_of("teach"), 0700) == 0);
    FUZZ_CHECK(atexit(remove_folder) == 0);
}

/* The part that a line names, or NULL. */
static struct part *part_named(struct str line)
{
    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        if (str_starts(line, STR("--- ")) && str_is(str_cut(line, 4, line.len), parts[i].name))
            return &parts[i];
    return NULL;
}

static void write_part(const struct part *p)
{
    (void)unlink(path_of(p->name));
    if (!p->bytes.len)
        return;
    FILE *f = fopen(path_of(p->name), "wbe");
    FUZZ_CHECK(f && fwrite(p->bytes.p, 1, p->bytes.len, f) == p->bytes.len);
    FUZZ_CHECK(fclose(f) == 0);
}

static void write_folder(struct str input)
{
    struct str line;
    struct part *at = NULL;
    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        parts[i].bytes = str_of(parts[i].good);
    while (str_split(&input, '\n', &line)) {
        struct part *named = part_named(line);
        if (named)
            named->bytes = (struct str){ input.p, 0 };
        else if (at)
            at->bytes.len = (size_t)(line.p + line.len - at->bytes.p);
        at = named ? named : at;
    }
    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        write_part(&parts[i]);
}

static unsigned weigh(struct str text)
{
    return utf8_valid(text) ? (unsigned)utf8_points(text) : UINT32_MAX;
}

/* Each line says error or warning, and behind that something. */
static void check_lines(const struct report *report)
{
    struct str rest = buf_str(&report->lines), line;
    unsigned errors = 0;
    FUZZ_CHECK(utf8_valid(rest));
    for (bool more = str_split(&rest, '\n', &line); more && rest.p;
         more = str_split(&rest, '\n', &line))
        errors += str_starts(line, STR("error: ")) && line.len > sizeof "error: ";
    FUZZ_CHECK(errors > 0 || report->errors == 0);
}

static void try_texts(const struct kb *kb)
{
    static const char *const texts[] = { "", "my green bin was missed", "a gas leak . no (bin) ?" };
    struct arena arena = ARENA_INIT;
    struct intents_scratch *scratch = intents_scratch_new();
    FUZZ_CHECK(scratch);
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct intents_match m;
        FUZZ_CHECK(intents_match(kb->intents, scratch, &arena, str_of(texts[i]), &m) == 0);
        for (size_t h = 0; h < m.hit_count; h++)
            FUZZ_CHECK(!kb_intent_of(kb, m.hits[h].topic) == !!kb_rule_of(kb, m.hits[h].topic));
        arena_clear(&arena);
    }
    (void)intents_scratch_free(scratch);
    arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const struct text_rules rules = { .limit = 280, .weight = weigh };
    struct report report = REPORT_INIT;
    struct kb *kb = NULL;
    if (size > INPUT_BYTES_MAX)
        return 0;
    if (!*dir)
        make_folder();
    write_folder((struct str){ (const char *)bytes, size });
    int r = kb_load(dir, &rules, &report, &kb);
    FUZZ_CHECK(r == (report.errors ? ERR_BADINPUT : 0) && !kb == (r < 0));
    if (kb) {
        try_texts(kb);
        r = kb_check(kb, 20000, &report);
        FUZZ_CHECK(r == (report.errors ? ERR_BADINPUT : 0));
        FUZZ_CHECK(kb_train(kb, NULL) == 0 && !kb->second); /* too few lessons for one */
    }
    check_lines(&report);
    (void)kb_free(kb);
    report_release(&report);
    return 0;
}
