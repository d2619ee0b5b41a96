/*
 * What the tests of commands that go beyond one case share: Sam, an agent, and Kit; a desk with two
 * accounts, the second without greetings of its own; a network that counts characters.
 */
#ifndef TESTS_UNIT_DESK_FIXTURE_H
#define TESTS_UNIT_DESK_FIXTURE_H

#include "handoff/command.h"
#include "tests/unit/record_fixture.h"

enum { SAM = 1, KIT, LIMIT = 60 };

static inline unsigned desk_weight(struct str text)
{
    return (unsigned)utf8_points(text);
}

static const struct text_rules desk_rules = { .limit = LIMIT, .weight = desk_weight };

static inline void desk_describe(void *data, cJSON *ret)
{
    (void)data;
    cJSON *accounts = cJSON_AddArrayToObject(ret, "accounts");
    (void)json_add_str(accounts, STR("NorthmoorHelp"));
    (void)json_add_str(accounts, STR("NorthmoorNews"));
}

static inline const struct kb_list *desk_greetings(void *data, struct str account)
{
    static struct str items[] = { { "Hello {handle}.", 15 }, { "Hi {handle}, hello.", 19 } };
    static const struct kb_list help = { items, 2 }, none = { 0 };
    (void)data;
    return str_is(account, "NorthmoorHelp") ? &help : &none;
}

static struct desk desk = { .reference_prefix = STR("NM"),
                            .describe = desk_describe,
                            .greetings = desk_greetings };

static inline int desk_setup(void **state)
{
    (void)fixture_setup(state);
    struct fixture *f = *state;
    assert_int_equal(add_staff(f->tx, "sam", "Sam Reed", "SR"), SAM);
    assert_int_equal(add_staff(f->tx, "kit", "Kit Orr", "KO"), KIT);
    return 0;
}

/* Runs a frame of @staff_id's, written with ' for ": type and, of a refusal, code and words, in the
 * fixture's arena. What is refused changes nothing. */
static inline struct str desk_run(struct fixture *f, int64_t staff_id, const char *role,
                                  const char *frame)
{
    const struct staff people[] = { { SAM, STR("sam"), STR("Sam Reed"), STR("SR"), str_of(role) },
                                    { KIT, STR("kit"), STR("Kit Orr"), STR("KO"), str_of(role) } };
    const struct command_context context = { &people[staff_id - 1], &desk_rules, &desk_rules,
                                             NOON + 5, &desk };
    struct buf text = BUF_INIT(1 << 16), said = BUF_INIT(1 << 16);
    struct json_fault fault;
    cJSON *tree, *answer = NULL;
    for (const char *p = frame; *p; p++)
        (void)buf_add_byte(&text, (char)(*p == '\'' ? '"' : *p));
    if (json_parse(buf_str(&text), &tree, &fault) < 0)
        fail_msg("%s: %s", frame, fault.what);
    int64_t before = last_event(f->tx);
    int r = command_run(f->tx, &context, tree, &answer);
    assert_true(r >= 0 && answer);
    struct str type = json_str(cJSON_GetObjectItemCaseSensitive(answer, "type"));
    (void)buf_add(&said, type);
    if (str_is(type, "refused")) {
        assert_int_equal(r, 0);
        assert_int_equal(last_event(f->tx), before);
        (void)buf_addf(&said, " %.*s: %.*s",
                       STR_ARG(json_str(cJSON_GetObjectItemCaseSensitive(answer, "code"))),
                       STR_ARG(json_str(cJSON_GetObjectItemCaseSensitive(answer, "text"))));
    }
    struct str kept = arena_str(&f->arena, buf_str(&said));
    cJSON_Delete(answer);
    cJSON_Delete(tree);
    buf_release(&text);
    buf_release(&said);
    return kept;
}

#endif
