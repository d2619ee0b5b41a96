/* The database's tables that belong to the knowledge base. */
#ifndef KB_SCHEMA_H
#define KB_SCHEMA_H

#include "base/db.h"

/* Brings them up to this program's version: see db_migrate. */
int kb_migrate(struct db *db) MUST_CHECK;

#endif
