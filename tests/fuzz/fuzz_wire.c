/* X's answers: whatever comes, what is made of it keeps its promises, and every refusal has words.
 */
#include "bot/x/errors.h"
#include "bot/x/wire.h"
#include "tests/fuzz/fuzz.h"

#define HELP "1500000000000000001"

static const struct x_us us = { { HELP, 19 }, { "NorthmoorHelp", 13 }, true };

static void check_message(const struct network_message *m)
{
    FUZZ_CHECK(x_id_valid(x_event_id(m->remote_id)) && m->conversation.len);
    FUZZ_CHECK(x_id_valid(m->author_id));
    FUZZ_CHECK(utf8_valid(m->text) && utf8_valid(m->name) && utf8_valid(m->handle));
    FUZZ_CHECK(m->is_private == str_starts(m->remote_id, STR(X_DM_PREFIX)));
    FUZZ_CHECK(m->is_private == str_starts(m->conversation, STR(X_DM_PREFIX)));
    FUZZ_CHECK((m->kind == NETWORK_OURS) == str_eq(m->author_id, us.id));
    FUZZ_CHECK((m->kind == NETWORK_PRIVATE) <= m->is_private);
    FUZZ_CHECK(!m->may_reply || (m->kind != NETWORK_OURS && m->kind != NETWORK_OVERHEARD &&
                                 m->text.len && m->written_at));
    FUZZ_CHECK((m->partner.len > 0) == (m->kind == NETWORK_OURS && m->is_private));
    FUZZ_CHECK(!m->answers.len || x_id_valid(m->answers));
    FUZZ_CHECK(!m->replaces.len || x_id_valid(m->replaces));
}

static void check_page(struct arena *arena, const struct x_page *page)
{
    struct network_sought sought = { .parent = STR("1"), .text = STR("Done") };
    for (size_t i = 0; i < page->count; i++) {
        check_message(&page->messages[i]);
        FUZZ_CHECK(i == 0 ||
                   x_id_cmp(page->messages[i - 1].remote_id, page->messages[i].remote_id) <= 0);
    }
    FUZZ_CHECK(!page->newest_id.len || x_id_valid(page->newest_id));
    FUZZ_CHECK(x_find_sent(arena, page, &sought, 1) == 0);
}

static void try_errors(struct arena *arena, struct str body)
{
    static const int statuses[] = { 200, 400, 401, 402, 403, 404, 409, 429, 500, 503 };
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
        for (int asked = X_READ; asked <= X_SEND_DIRECT; asked++) {
            struct http_answer a = { .end = HTTP_ANSWERED, .status = statuses[i], .body = body };
            struct network_answer got = x_read_error(arena, &a, (enum x_asked)asked, 1);
            FUZZ_CHECK(got.end != NETWORK_DONE && got.words.len && utf8_valid(got.words));
            FUZZ_CHECK(got.after_ms >= 0 && got.after_ms <= 86400000);
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct arena arena = ARENA_INIT;
    struct str body = { (const char *)bytes, size }, id;
    struct x_page page;
    struct x_state state = { .id = STR("900") };
    for (int which = X_POSTS_MENTIONS; which <= X_POSTS_ALL; which++) {
        int r = x_read_posts(&arena, body, &us, (enum x_posts)which, &page);
        FUZZ_CHECK(r == 0 || r == ERR_BADINPUT);
        if (r == 0)
            check_page(&arena, &page);
    }
    int r = x_read_direct(&arena, body, &us, &page);
    FUZZ_CHECK(r == 0 || r == ERR_BADINPUT);
    if (r == 0)
        check_page(&arena, &page);
    r = x_read_states(&arena, body, &state, 1);
    FUZZ_CHECK(r == 0 || r == ERR_BADINPUT);
    FUZZ_CHECK(state.said || (!state.gone && !state.newest_id.len));
    r = x_read_sent(&arena, body, &id);
    FUZZ_CHECK(r == ERR_BADINPUT || (r == 0 && x_id_valid(x_event_id(id))));
    try_errors(&arena, body);
    arena_release(&arena);
    return 0;
}
