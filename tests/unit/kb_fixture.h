/*
 * What the tests of publishing share: the small knowledge base of tests/data/kb as version 1, and
 * editors who change its items by replacing words in them.
 */
#ifndef TESTS_UNIT_KB_FIXTURE_H
#define TESTS_UNIT_KB_FIXTURE_H

#include "kb/draft.h"
#include "kb/item.h"
#include "kb/proposal.h"
#include "kb/version.h"
#include "tests/unit/desk_fixture.h"

static inline struct kb_files *kb_fixture_files(void)
{
    struct report report = REPORT_INIT;
    struct kb_files *files = NULL;
    assert_int_equal(kb_files_read(SOURCE_DIR "/tests/data/kb", &report, &files), 0);
    report_release(&report);
    return files;
}

static inline int64_t kb_fixture_add(struct fixture *f, const struct kb_files *files,
                                     const char *origin)
{
    const struct kb_version v = {
        .origin = str_of(origin), .by = STR("Kerbside"), .note = STR("As it is"), .at = NOON
    };
    int64_t id = 0;
    assert_int_equal(kb_version_add(f->tx, &v, files, &id), 0);
    return id;
}

static inline int kb_fixture_setup(void **state)
{
    (void)desk_setup(state);
    struct kb_files *files = kb_fixture_files();
    assert_int_equal(kb_fixture_add(*state, files, "folder"), 1);
    (void)kb_files_free(files);
    desk.shelf = kb_shelf_new();
    assert_non_null(desk.shelf);
    return 0;
}

static inline int kb_fixture_teardown(void **state)
{
    desk.shelf = kb_shelf_free(desk.shelf);
    return fixture_teardown(state);
}

/* The item as it is in the newest version, as text; empty: it isn't there. */
static inline struct str kb_fixture_body(struct fixture *f, enum kb_item_kind kind, const char *id)
{
    struct report report = REPORT_INIT;
    struct kb_files *files = NULL;
    struct kb_items *items = NULL;
    struct buf text = BUF_INIT(1 << 16);
    int64_t version = 0;
    assert_int_equal(kb_version_live(f->tx, &version), 0);
    assert_int_equal(kb_version_files(f->tx, version, &files), 1);
    assert_int_equal(kb_items_new(files, &report, &items), 0);
    const cJSON *body = kb_items_get(items, kind, str_of(id));
    if (body)
        assert_int_equal(json_add_tree(&text, body), 0);
    struct str kept = arena_str(&f->arena, buf_str(&text));
    buf_release(&text);
    (void)kb_items_free(items);
    (void)kb_files_free(files);
    return kept;
}

/* Sam's change of the item, over what is live, whatever is drafted of it: @to in the place of
 * @from, " written as '. @from NULL: @to is all of it, and with @to NULL it goes. Returns its
 * revision. */
static inline int64_t kb_fixture_edit(struct fixture *f, enum kb_item_kind kind, const char *id,
                                      const char *from, const char *to)
{
    struct kb_draft_item d = { .kind = kind,
                               .id = str_of(id),
                               .base = kb_fixture_body(f, kind, id),
                               .staff_id = SAM,
                               .by = STR("Sam Reed"),
                               .at = NOON },
                         drafted;
    struct buf body = BUF_INIT(1 << 16), find = BUF_INIT(1 << 16), put = BUF_INIT(1 << 16);
    for (const char *p = from; p && *p; p++)
        (void)buf_add_byte(&find, (char)(*p == '\'' ? '"' : *p));
    for (const char *p = to; p && *p; p++)
        (void)buf_add_byte(&put, (char)(*p == '\'' ? '"' : *p));
    struct str rest = d.base;
    const char *at = from ? memmem(rest.p, rest.len, find.p, find.len) : NULL;
    if (from && !at)
        fail_msg("%s: there is no %s in %s", id, from, rest.p);
    if (at)
        (void)buf_add(&body, str_cut(rest, 0, (size_t)(at - rest.p)));
    (void)buf_add(&body, buf_str(&put));
    if (at)
        (void)buf_add(&body, str_cut(rest, (size_t)(at - rest.p) + find.len, rest.len));
    d.body = buf_str(&body);
    int there = kb_draft_get(f->tx, &f->arena, kind, d.id, &drafted);
    assert_true(there >= 0);
    assert_int_equal(kb_draft_save(f->tx, &d, there ? drafted.revision : 0), KB_DRAFT_DONE);
    buf_release(&body);
    buf_release(&find);
    buf_release(&put);
    return d.revision;
}

static inline int64_t kb_fixture_revision(struct fixture *f)
{
    int64_t revision = 0;
    assert_int_equal(kb_draft_revision(f->tx, &revision), 0);
    return revision;
}

/* A frame as desk_run, with an id of its own. @rest: its members, with the comma before. */
static inline struct str kb_fixture_do(struct fixture *f, int64_t staff_id, const char *role,
                                       const char *type, const char *rest)
{
    static unsigned count;
    struct buf frame = BUF_INIT(1 << 16);
    assert_int_equal(buf_addf(&frame, "{'type':'%s','id':'t%u'%s}", type, ++count, rest), 0);
    struct str said = desk_run(f, staff_id, role, buf_cstr(&frame));
    buf_release(&frame);
    return said;
}

/* Sam proposes the draft as it is. @at: JSON. */
static inline struct str kb_fixture_publish(struct fixture *f, const char *note, const char *at)
{
    struct buf rest = BUF_INIT(4096);
    assert_int_equal(buf_addf(&rest, ",'note':'%s','at':%s,'revision':%" PRId64, note, at,
                              kb_fixture_revision(f)),
                     0);
    struct str said = kb_fixture_do(f, SAM, "editor", "kb_publish", buf_cstr(&rest));
    buf_release(&rest);
    return said;
}

static const char q_proposals[] =
    "SELECT id || ' ' || state || ' ' || origin || ' ' || note || ' ' || coalesce(needs, '-') || "
    "' ' || coalesce(version_id, '-') || ' ' || coalesce(error, '-') AS t FROM kb_proposal ORDER "
    "BY "
    "id";

#endif
