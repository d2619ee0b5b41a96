/* Who may what: PROTOCOL.md's table says what the program does, for every role and every frame. */
#include "handoff/permission.h"

#include "handoff/command.h"
#include "tests/unit/record_fixture.h"

enum { ROLES = 5, ACTS_MAX = 64 };

static const char *const roles[ROLES] = { "agent", "trainee", "editor", "supervisor", "admin" };

/* PROTOCOL.md's rows, an act each. */
static struct {
    char act[32];
    bool may[ROLES];
} table[ACTS_MAX];
static size_t rows;

/* What the table says in words. */
static const char *const phrases[][2] = {
    { "giving back what somebody else has", "release_others" },
    { "agreeing in a pre-election period", "agree_in_election" },
    { "seeing costs", "costs" },
    { "direct messages", "private" },
    { "accounts of staff", "accounts" },
};

static struct buf document = BUF_INIT(1 << 20);

static int read_document(void **state)
{
    (void)state;
    return file_read(SOURCE_DIR "/handoff/PROTOCOL.md", &document);
}

static int drop_document(void **state)
{
    (void)state;
    buf_release(&document);
    return 0;
}

/* The text between two headings. */
static struct str section(const char *heading, const char *end)
{
    struct str all = buf_str(&document);
    const char *from = memmem(all.p, all.len, heading, strlen(heading));
    assert_non_null(from);
    size_t left = all.len - (size_t)(from - all.p);
    const char *to = end ? memmem(from + 1, left - 1, end, strlen(end)) : from + left;
    assert_non_null(to);
    return (struct str){ from, (size_t)(to - from) };
}

static void add_act(struct str act, struct str cells)
{
    struct str cell;
    assert_true(rows < ACTS_MAX && act.len < sizeof table->act);
    memcpy(table[rows].act, act.p, act.len);
    for (size_t i = 0; i < ROLES; i++) {
        assert_true(str_split(&cells, '|', &cell));
        cell = str_trim(cell);
        assert_true(str_is(cell, "no") || str_starts(cell, STR("yes")));
        table[rows].may[i] = !str_is(cell, "no");
        if (str_starts(cell, STR("yes: a reply is proposed")))
            assert_false(role_may(str_of(roles[i]), "reply_unapproved"));
    }
    rows++;
}

static void read_row(struct str line)
{
    struct str first, part, names;
    (void)str_split(&line, '|', &first);
    if (!str_split(&line, '|', &first))
        return;
    for (names = first; str_split(&names, '`', &part);)
        if (str_split(&names, '`', &part))
            add_act(part, line);
    for (size_t i = 0; i < ARRAY_LEN(phrases); i++)
        if (holds(first, phrases[i][0]))
            add_act(str_of(phrases[i][1]), line);
}

static void read_table(void)
{
    struct str text = section("## Who may what", NULL), line;
    rows = 0;
    memset(table, 0, sizeof table);
    while (str_split(&text, '\n', &line))
        if (str_starts(line, STR("| ")) && !str_starts(line, STR("| ---")) &&
            !str_starts(line, STR("| frames")))
            read_row(line);
}

static bool has_row(const char *act)
{
    for (size_t i = 0; i < rows; i++)
        if (strcmp(table[i].act, act) == 0)
            return true;
    return false;
}

static void check_row(const char *act, void *data)
{
    (void)data;
    assert_note(has_row(act) || strcmp(act, "reply_unapproved") == 0, act);
}

static void test_table(void **state)
{
    (void)state;
    read_table();
    assert_true(rows > 30);
    for (size_t i = 0; i < rows; i++)
        for (size_t role = 0; role < ROLES; role++) {
            char note[80];
            (void)snprintf(note, sizeof note, "%.31s as %s", table[i].act, roles[role]);
            assert_note(role_may(str_of(roles[role]), table[i].act) == table[i].may[role], note);
        }
    role_acts(STR("admin"), check_row, NULL); /* who may everything: nothing is left out */
    assert_false(role_may(STR("mayor"), "open"));
    assert_false(role_may(STR(""), "open"));
    assert_false(role_may(STR("admin"), "nothing"));
}

static int64_t working_after(void *data, struct str account, int64_t from, int64_t minutes)
{
    (void)data, (void)account;
    return from + minutes * 60;
}

static unsigned weight(struct str text)
{
    return (unsigned)utf8_points(text);
}

static int address(struct buf *out, struct str handle, struct str remote_id)
{
    return buf_addf(out, "https://net.example/%.*s/%.*s", STR_ARG(handle), STR_ARG(remote_id));
}

static const struct text_rules rules = { .limit = 40, .weight = weight, .address = address };
static void describe(void *data, cJSON *ret)
{
    (void)data, (void)ret;
}

static const struct desk desk = { .reference_prefix = STR("NM"),
                                  .working_after = working_after,
                                  .describe = describe };

/* The answer's code, empty if it wasn't refused. */
static struct str code_of(struct fixture *f, const char *role, const char *act, struct str id)
{
    const struct staff sam = { 1, STR("sam"), STR("Sam Reed"), STR("SR"), str_of(role) };
    const struct command_context context = { &sam, &rules, &rules, NOON + 5, &desk };
    cJSON *frame = cJSON_CreateObject(), *answer = NULL;
    (void)cJSON_AddStringToObject(frame, "type", act);
    (void)json_put_str(frame, "id", id);
    (void)cJSON_AddNumberToObject(frame, "case", 1);
    (void)cJSON_AddNumberToObject(frame, "version", 1);
    assert_true(command_run(f->tx, &context, frame, &answer) >= 0);
    struct str code = STR("");
    (void)json_get_str(answer, "code", &code);
    code = arena_str(&f->arena, code);
    cJSON_Delete(frame);
    cJSON_Delete(answer);
    return code;
}

/* Every frame of "Client to server", as every role: refused for the role where the table says no,
 * and never where it says yes. */
static void test_every_command(void **state)
{
    static const char begin[] = "{\"type\":\"";
    struct fixture *f = *state;
    struct str text = section("## Client to server", "### Server to client");
    int frames = 0;
    read_table();
    (void)add_staff(f->tx, "sam", "Sam Reed", "SR");
    (void)open_case(f->tx, add_message(f->tx, "901", "901", "7"));
    for (const char *p; (p = memmem(text.p, text.len, begin, strlen(begin)));) {
        struct str type;
        text = str_cut(text, (size_t)(p - text.p) + strlen(begin), text.len);
        struct str rest = text;
        (void)str_split(&rest, '"', &type);
        char act[32];
        (void)snprintf(act, sizeof act, "%.*s", STR_ARG(type));
        if (strcmp(act, "hello") == 0)
            continue;
        assert_note(has_row(act), act);
        frames++;
        for (size_t role = 0; role < ROLES; role++) {
            char id[40];
            (void)snprintf(id, sizeof id, "%s-%zu", act, role);
            assert_int_equal(tx_savepoint(f->tx), 0);
            bool refused = str_is(code_of(f, roles[role], act, str_of(id)), "not_allowed");
            assert_int_equal(tx_savepoint_undo(f->tx), 0);
            assert_note(refused == !role_may(str_of(roles[role]), act), id);
        }
    }
    assert_true(frames >= 27);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test_setup_teardown(test_every_command, fixture_setup, fixture_teardown),
    };
    return cmocka_run_group_tests(tests, read_document, drop_document);
}
