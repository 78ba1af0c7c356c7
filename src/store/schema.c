/* SPDX-License-Identifier: MIT */
/*
 * schema.c - the tables and views, as doc/database.md describes them.
 *
 * Ids are row numbers from 0: they are the indexes of the arrays of a lore, so loading is one
 * pass per table.  A chain is a JSON array of place ids in one column, because a row per step
 * would be most of the file and of the time; json_each() takes it apart.
 */
#include "store/internal.h"

const char store_tables[] =
	"CREATE TABLE meta(name TEXT PRIMARY KEY, value) WITHOUT ROWID;"
	"CREATE TABLE row_count(name TEXT PRIMARY KEY, rows INTEGER NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE mode(id INTEGER PRIMARY KEY, name TEXT NOT NULL);"
	"INSERT INTO mode VALUES(0,'exclusive'),(1,'shared'),(2,'shared-recursive'),(3,'wait');"
	"CREATE TABLE lock_kind(id INTEGER PRIMARY KEY, name TEXT NOT NULL);"
	"INSERT INTO lock_kind VALUES(0,'unknown'),(1,'mutex'),(2,'spinlock'),(3,'rwlock'),"
	"(4,'rwsem'),(5,'srcu'),(6,'rcu'),(7,'read side');"
	"CREATE TABLE call_kind(id INTEGER PRIMARY KEY, name TEXT NOT NULL);"
	"INSERT INTO call_kind VALUES(0,'direct'),(1,'pointer'),(2,'spawn'),(3,'defer');"
	"CREATE TABLE file(id INTEGER PRIMARY KEY, path TEXT NOT NULL);"
	"CREATE TABLE class(id INTEGER PRIMARY KEY, name TEXT NOT NULL, owner TEXT NOT NULL,"
	" member TEXT NOT NULL, kind INTEGER NOT NULL REFERENCES lock_kind,"
	" is_local INTEGER NOT NULL, takes INTEGER NOT NULL, waits INTEGER NOT NULL);"
	"CREATE TABLE function(id INTEGER PRIMARY KEY, name TEXT NOT NULL,"
	" file INTEGER NOT NULL REFERENCES file, line INTEGER NOT NULL,"
	" is_static INTEGER NOT NULL, is_root INTEGER NOT NULL, is_thread INTEGER NOT NULL);"
	"CREATE TABLE place(id INTEGER PRIMARY KEY, function INTEGER NOT NULL REFERENCES function,"
	" file INTEGER NOT NULL REFERENCES file, line INTEGER NOT NULL);"
	"CREATE TABLE held(held INTEGER, seq INTEGER, class INTEGER NOT NULL REFERENCES class,"
	" mode INTEGER NOT NULL REFERENCES mode, PRIMARY KEY(held, seq)) WITHOUT ROWID;"
	"CREATE TABLE witness(id INTEGER PRIMARY KEY,"
	" \"outer\" INTEGER NOT NULL REFERENCES class, \"inner\" INTEGER NOT NULL REFERENCES class,"
	" outer_mode INTEGER NOT NULL REFERENCES mode, inner_mode INTEGER NOT NULL REFERENCES mode,"
	" flags INTEGER NOT NULL, assumptions INTEGER NOT NULL,"
	" outer_place INTEGER NOT NULL REFERENCES place,"
	" inner_place INTEGER NOT NULL REFERENCES place, entry_place INTEGER REFERENCES place,"
	" chain TEXT NOT NULL, held INTEGER NOT NULL, thread INTEGER NOT NULL);"
	"CREATE TABLE take(id INTEGER PRIMARY KEY, class INTEGER NOT NULL REFERENCES class,"
	" mode INTEGER NOT NULL REFERENCES mode, flags INTEGER NOT NULL,"
	" place INTEGER NOT NULL REFERENCES place, must INTEGER NOT NULL, bare TEXT NOT NULL);"
	"CREATE TABLE released(id INTEGER PRIMARY KEY, class INTEGER NOT NULL REFERENCES class,"
	" wait INTEGER NOT NULL REFERENCES class, chain TEXT NOT NULL);"
	"CREATE TABLE call(id INTEGER PRIMARY KEY, caller INTEGER NOT NULL REFERENCES function,"
	" callee INTEGER REFERENCES function, place INTEGER NOT NULL REFERENCES place,"
	" kind INTEGER NOT NULL REFERENCES call_kind, must INTEGER NOT NULL, may INTEGER NOT NULL,"
	" what TEXT NOT NULL);"
	"CREATE TABLE slot(id INTEGER PRIMARY KEY, owner TEXT NOT NULL, member TEXT NOT NULL,"
	" function INTEGER NOT NULL REFERENCES function, variable TEXT NOT NULL);"
	"CREATE TABLE member(id INTEGER PRIMARY KEY, owner TEXT NOT NULL, member TEXT NOT NULL,"
	" type TEXT NOT NULL, is_pointer INTEGER NOT NULL,"
	" kind INTEGER NOT NULL REFERENCES lock_kind);"
	"CREATE TABLE varname(id INTEGER PRIMARY KEY, owner TEXT NOT NULL, name TEXT NOT NULL,"
	" count INTEGER NOT NULL);"
	"CREATE TABLE global(id INTEGER PRIMARY KEY, name TEXT NOT NULL, type TEXT NOT NULL,"
	" kind INTEGER NOT NULL REFERENCES lock_kind);"
	"CREATE TABLE finding(id INTEGER PRIMARY KEY, code TEXT NOT NULL, severity INTEGER NOT NULL,"
	" place INTEGER REFERENCES place, message TEXT NOT NULL);"
	"CREATE TABLE source_file(path TEXT NOT NULL, mtime_ns INTEGER NOT NULL,"
	" size INTEGER NOT NULL);";

/* Names of the locks of held set `col`, sorted by class, which is by name. */
#define HELD_TEXT(col) \
	"(SELECT group_concat(name, ' ') FROM (SELECT c.name FROM held h JOIN class c" \
	" ON c.id = h.class WHERE h.held = " col " ORDER BY h.seq))"
/* "f (a.c:1) > g (a.c:2)" of chain `col`. */
#define CHAIN_TEXT(col) \
	"(SELECT group_concat(step, ' > ') FROM (SELECT p.function || ' (' || p.file || ':' ||" \
	" p.line || ')' AS step FROM json_each(" col ") j JOIN v_place p ON p.id = j.value" \
	" ORDER BY j.key))"

const char store_views[] =
	"CREATE UNIQUE INDEX class_name ON class(name);"
	"CREATE INDEX witness_order ON witness(\"outer\", \"inner\");"
	"CREATE VIEW v_class AS SELECT c.id, c.name, k.name AS kind, c.owner, c.member,"
	" c.takes, c.waits, c.is_local FROM class c JOIN lock_kind k ON k.id = c.kind;"
	"CREATE VIEW v_place AS SELECT p.id, f.name AS function, s.path AS file, p.line"
	" FROM place p JOIN function f ON f.id = p.function JOIN file s ON s.id = p.file;"
	"CREATE VIEW v_order AS SELECT w.id, o.name AS \"outer\", i.name AS \"inner\","
	" m.name AS mode, om.name AS outer_mode, p.function, p.file, p.line,"
	" q.function AS outer_function, q.file AS outer_file, q.line AS outer_line, "
	HELD_TEXT("w.held") " AS held, " CHAIN_TEXT("w.chain") " AS chain,"
	" w.flags & 1 <> 0 AS is_try, w.flags & 2 <> 0 AS is_asserted,"
	" w.flags & 4 <> 0 AS is_indirect, w.flags & 8 <> 0 AS is_nested, w.assumptions"
	" FROM witness w JOIN class o ON o.id = w.\"outer\" JOIN class i ON i.id = w.\"inner\""
	" JOIN mode m ON m.id = w.inner_mode JOIN mode om ON om.id = w.outer_mode"
	" JOIN v_place p ON p.id = w.inner_place JOIN v_place q ON q.id = w.outer_place;"
	"CREATE VIEW v_edge AS SELECT o.name AS \"outer\", i.name AS \"inner\", m.name AS mode,"
	" count(*) AS witnesses, count(DISTINCT w.outer_place || ' ' || w.inner_place) AS pairs,"
	" count(DISTINCT w.inner_place) AS sites FROM witness w JOIN class o ON o.id = w.\"outer\""
	" JOIN class i ON i.id = w.\"inner\" JOIN mode m ON m.id = w.inner_mode"
	" GROUP BY w.\"outer\", w.\"inner\", w.inner_mode;"
	"CREATE VIEW v_wait AS SELECT id, \"inner\" AS waits_for, \"outer\" AS under, outer_mode,"
	" function, file, line, held, chain FROM v_order WHERE mode = 'wait';"
	"CREATE VIEW v_step AS SELECT w.id AS witness, j.key AS step, p.function, p.file, p.line"
	" FROM witness w JOIN json_each(w.chain) j JOIN v_place p ON p.id = j.value;"
	"CREATE VIEW v_take AS SELECT t.id, c.name AS class, m.name AS mode, p.function, p.file,"
	" p.line, " HELD_TEXT("t.must") " AS held, t.flags & 1 <> 0 AS is_try,"
	" t.flags & 8 <> 0 AS is_nested FROM take t JOIN class c ON c.id = t.class"
	" JOIN mode m ON m.id = t.mode JOIN v_place p ON p.id = t.place;"
	"CREATE VIEW v_call AS SELECT x.id, f.name AS caller, g.name AS callee, x.what,"
	" k.name AS kind, p.file, p.line, " HELD_TEXT("x.must") " AS held, "
	HELD_TEXT("x.may") " AS may_hold FROM call x JOIN function f ON f.id = x.caller"
	" LEFT JOIN function g ON g.id = x.callee JOIN call_kind k ON k.id = x.kind"
	" JOIN v_place p ON p.id = x.place;"
	"CREATE VIEW v_released AS SELECT r.id, c.name AS class, w.name AS waits_for, "
	CHAIN_TEXT("r.chain") " AS chain FROM released r JOIN class c ON c.id = r.class"
	" JOIN class w ON w.id = r.wait;"
	"CREATE VIEW v_nesting AS SELECT c.name AS class, count(*) AS witnesses,"
	" sum(w.flags & 8 <> 0) AS annotated, sum(w.flags & 16 <> 0) AS same_instance,"
	" sum(w.flags & 32 <> 0) AS other_instance FROM witness w JOIN class c"
	" ON c.id = w.\"outer\" WHERE w.\"outer\" = w.\"inner\" GROUP BY w.\"outer\";"
	"CREATE VIEW v_finding AS SELECT n.id, n.code, n.severity, p.function, p.file, p.line,"
	" n.message FROM finding n LEFT JOIN v_place p ON p.id = n.place;";
