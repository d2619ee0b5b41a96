/* The small knowledge base of tests/data/kb with another file beside its own. */
#ifndef TESTS_UNIT_KB_WITH_H
#define TESTS_UNIT_KB_WITH_H

#include "bot/x/x.h"
#include "kb/kb.h"
#include "tests/unit/support.h"

/* What kb_load_files returned; @report gets the faults. */
static inline int kb_with(const char *name, const char *text, struct report *report,
                          struct kb **ret)
{
    struct kb_files *files = NULL;
    struct report none = REPORT_INIT;
    assert_int_equal(kb_files_read(SOURCE_DIR "/tests/data/kb", &none, &files), 0);
    files->where = STR("");
    assert_int_equal(kb_files_put(files, str_of(name), str_of(text)), 0);
    int r = kb_load_files(files, &x_text_rules, report, ret);
    (void)kb_files_free(files);
    report_release(&none);
    return r;
}

static inline struct kb *load_kb_with(const char *name, const char *text)
{
    struct report report = REPORT_INIT;
    struct kb *kb = NULL;
    if (kb_with(name, text, &report, &kb) < 0)
        fail_msg("%s", buf_cstr(&report.lines));
    report_release(&report);
    return kb;
}

/* Loading it must find this fault, or none if it is empty. */
static inline void assert_faults(const char *note, const char *name, const char *text,
                                 const char *says)
{
    struct report report = REPORT_INIT;
    struct kb *kb = NULL;
    int r = kb_with(name, text, &report, &kb);
    assert_str_note(buf_str(&report.lines), says, note);
    assert_note(r == (*says ? ERR_BADINPUT : 0), note);
    (void)kb_free(kb);
    report_release(&report);
}

#endif
