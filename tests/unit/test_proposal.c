/* Proposals: what is to be published, frozen. */
#include "kb/proposal.h"

#include "kb/version.h"
#include "tests/unit/record_fixture.h"

static int64_t add(struct fixture *f, const char *needs, int64_t publish_at,
                   enum kb_proposal_state want)
{
    struct kb_proposal p = { .origin = STR("console"),
                             .note = STR("New rounds"),
                             .staff_id = 4,
                             .by = STR("Edie Hall"),
                             .at = NOON,
                             .publish_at = publish_at,
                             .needs = str_of(needs) };
    assert_int_equal(kb_proposal_add(f->tx, &p), 0);
    assert_int_equal(p.state, want);
    return p.id;
}

static struct kb_proposal get(struct fixture *f, int64_t id)
{
    struct kb_proposal p = { .id = 0 };
    assert_int_equal(kb_proposal_get(f->tx, &f->arena, id, &p), 1);
    return p;
}

static int64_t due(struct fixture *f, int64_t now)
{
    int64_t id = 0;
    int r = kb_proposal_due(f->tx, now, &id);
    assert_int_equal(r, id != 0);
    return id;
}

static void it_waits_for_whatever_it_needs(void **state)
{
    struct fixture *f = *state;
    int64_t both = add(f, "It changes a rule.", NOON + 60, KB_PROPOSAL_WAITING);
    int64_t later = add(f, "", NOON + 60, KB_PROPOSAL_SCHEDULED);
    assert_int_equal(due(f, NOON), 0);
    int64_t at_once = add(f, "", 0, KB_PROPOSAL_QUEUED);
    assert_int_equal(due(f, NOON), at_once);
    assert_int_equal(due(f, NOON + 60), later);

    assert_int_equal(kb_proposal_agree(f->tx, both, 5, STR("Sam Moss"), NOON + 1), 1);
    assert_int_equal(kb_proposal_agree(f->tx, both, 6, STR("Ada Bell"), NOON + 2), 0);
    struct kb_proposal p = get(f, both);
    assert_int_equal(p.state, KB_PROPOSAL_SCHEDULED);
    assert_int_equal(p.agreed_id, 5);
    assert_str(p.agreed_by, "Sam Moss");
    assert_str(p.needs, "It changes a rule.");
    assert_int_equal(p.changed_at, NOON + 1);
    assert_int_equal(due(f, NOON + 60), both); /* the first of those that are due */

    int64_t late = add(f, "It changes a rule.", NOON + 60, KB_PROPOSAL_WAITING);
    assert_int_equal(kb_proposal_agree(f->tx, late, 5, STR("Sam Moss"), NOON + 61), 1);
    assert_int_equal(get(f, late).state, KB_PROPOSAL_QUEUED);
    assert_int_equal(kb_proposal_agree(f->tx, 99, 5, STR("Sam Moss"), NOON), 0);
}

static void it_ends_once(void **state)
{
    struct fixture *f = *state;
    struct kb_version v = { .origin = STR("folder"), .by = STR(""), .note = STR("") };
    struct kb_files *files = kb_files_new(STR(""));
    int64_t version = 0, id = add(f, "", 0, KB_PROPOSAL_QUEUED);
    assert_int_equal(kb_version_add(f->tx, &v, files, &version), 0);
    (void)kb_files_free(files);
    assert_int_equal(kb_proposal_end(f->tx, id, KB_PROPOSAL_PUBLISHED, version, STR(""), NOON + 5),
                     1);
    assert_int_equal(kb_proposal_end(f->tx, id, KB_PROPOSAL_WITHDRAWN, 0, STR(""), NOON + 6), 0);
    struct kb_proposal p = get(f, id);
    assert_int_equal(p.state, KB_PROPOSAL_PUBLISHED);
    assert_int_equal(p.version_id, version);
    assert_int_equal(p.changed_at, NOON + 5);
    assert_int_equal(due(f, NOON + 100), 0);

    id = add(f, "", 0, KB_PROPOSAL_QUEUED);
    assert_int_equal(kb_proposal_end(f->tx, id, KB_PROPOSAL_REFUSED, 0, STR("bins.day: no."), NOON),
                     1);
    assert_str(get(f, id).error, "bins.day: no.");
    assert_int_equal(kb_proposal_get(f->tx, &f->arena, 99, &p), 0);
}

static int add_item_words(const struct kb_draft_item *d, void *data)
{
    return buf_addf(data, "%s/%.*s %" PRId64 " %.*s|%.*s\n", kb_item_kind_name(d->kind).p,
                    STR_ARG(d->id), d->revision, STR_ARG(d->body), STR_ARG(d->base));
}

static void its_items_are_frozen(void **state)
{
    struct fixture *f = *state;
    struct kb_draft_item d = { .kind = KB_RULE,
                               .id = STR("danger.gas"),
                               .body = STR("{\"id\":\"danger.gas\"}"),
                               .by = STR("Edie Hall"),
                               .at = NOON };
    struct buf words = BUF_INIT(4096);
    int64_t id = add(f, "", 0, KB_PROPOSAL_QUEUED);
    assert_int_equal(kb_draft_save(f->tx, &d, 0), KB_DRAFT_DONE);
    assert_int_equal(kb_proposal_add_item(f->tx, id, &d), 0);
    d.kind = KB_INTENT;
    d.id = STR("bins.day");
    d.body = STR("");
    d.base = STR("{}");
    assert_int_equal(kb_proposal_add_item(f->tx, id, &d), 0);
    assert_int_equal(kb_proposal_add_item(f->tx, id, &d), ERR_EXISTS);
    assert_int_equal(kb_draft_discard(f->tx, KB_RULE, STR("danger.gas"), 1), KB_DRAFT_DONE);
    assert_int_equal(kb_proposal_each_item(f->tx, id, add_item_words, &words), 0);
    assert_str(buf_str(&words),
               "intent/bins.day 1 |{}\nrule/danger.gas 1 {\"id\":\"danger.gas\"}|\n");
    buf_release(&words);
}

static int add_id(const struct kb_proposal *p, void *data)
{
    return buf_addf(data, "%" PRId64 " ", p->id);
}

static void what_is_under_way_and_what_ended_lately_is_told(void **state)
{
    struct fixture *f = *state;
    struct buf ids = BUF_INIT(4096);
    int64_t waiting = add(f, "It changes a rule.", 0, KB_PROPOSAL_WAITING);
    assert_int_equal(waiting, 1);
    for (int i = 0; i < 12; i++) {
        int64_t id = add(f, "", 0, KB_PROPOSAL_QUEUED);
        assert_int_equal(kb_proposal_end(f->tx, id, KB_PROPOSAL_WITHDRAWN, 0, STR(""), NOON + i),
                         1);
    }
    (void)add(f, "", NOON + 60, KB_PROPOSAL_SCHEDULED);
    assert_int_equal(kb_proposal_each(f->tx, add_id, &ids), 0);
    assert_str(buf_str(&ids), "14 13 12 11 10 9 8 7 6 5 4 1 ");
    buf_release(&ids);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(it_waits_for_whatever_it_needs, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(it_ends_once, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(its_items_are_frozen, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(what_is_under_way_and_what_ended_lately_is_told,
                                        fixture_setup, fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
