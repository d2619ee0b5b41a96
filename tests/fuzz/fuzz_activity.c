/* What X tells of by itself: whatever comes, a message that is made of it is whole. */
#include "base/json.h"
#include "bot/x/activity.h"
#include "tests/fuzz/fuzz.h"

static const struct x_us us[] = {
    { { "1500000000000000001", 19 }, { "NorthmoorHelp", 13 }, false },
    { { "1500000000000000002", 19 }, { "NorthmoorNews", 13 }, false },
};

static void check_message(const struct network_message *m)
{
    FUZZ_CHECK(m->remote_id.len && m->conversation.len && m->author_id.len && m->handle.len);
    FUZZ_CHECK(m->text.len && utf8_valid(m->text) && utf8_valid(m->name) && utf8_valid(m->handle));
    FUZZ_CHECK(m->written_at > 0);
    FUZZ_CHECK(m->is_private == str_starts(m->remote_id, STR("dm:")));
    FUZZ_CHECK((m->kind == NETWORK_PRIVATE) <= m->is_private);
    FUZZ_CHECK(m->kind != NETWORK_OURS || !m->may_reply);
    FUZZ_CHECK((m->partner.len > 0) == (m->kind == NETWORK_OURS && m->is_private));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct arena arena = ARENA_INIT;
    struct x_events events;
    int r = x_read_events(&arena, (struct str){ (const char *)bytes, size }, us, 2, &events);
    FUZZ_CHECK(r == 0 || r == ERR_BADINPUT);
    for (size_t i = 0; r == 0 && i < events.count; i++) {
        const struct x_event *e = &events.list[i];
        FUZZ_CHECK(str_eq(e->account_id, us[0].id) || str_eq(e->account_id, us[1].id));
        FUZZ_CHECK((e->kind == X_EVENT_GONE) == (e->gone_id.len > 0));
        if (e->kind == X_EVENT_MESSAGE)
            check_message(&e->message);
    }
    arena_release(&arena);
    return 0;
}
